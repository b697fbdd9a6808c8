"""The option names of the language-model server that the same wheel brings.

`sglang serve` starts either server; an option that only the diffusion server has shows which.
"""

from __future__ import annotations

import ast
from typing import Any

from catalog_extract.wheel import Wheel

_SERVER_ARGS = "sglang/srt/server_args.py"
_GROUPS = "sglang/srt/arg_groups/"


def extract(wheel: Wheel) -> dict[str, list[dict[str, Any]]]:
    """Return the names, sorted; their types and defaults are no concern of this catalog."""
    names: set[str] = set()
    for file in [_SERVER_ARGS, *wheel.under(_GROUPS)]:
        for node in ast.walk(ast.parse(wheel.read(file))):
            if isinstance(node, ast.Call):
                names.update(_added(node))
            elif isinstance(node, ast.AnnAssign):
                names.update(_annotated(node))
    return {"all": [{"flags": [name]} for name in sorted(names)]}


def _added(node: ast.Call) -> list[str]:
    """Return the names in a call of `add_argument`."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr != "add_argument":
        return []
    return [text for text in map(_text, node.args) if text.startswith("--")]


def _annotated(node: ast.AnnAssign) -> list[str]:
    """Return the names of a field whose annotation `A[type, Arg(…)]` makes it an option."""
    annotation = node.annotation
    if not isinstance(annotation, ast.Subscript) or not isinstance(annotation.slice, ast.Tuple):
        return []
    if ast.unparse(annotation.value) not in ("A", "Annotated") or not isinstance(
        node.target, ast.Name
    ):
        return []
    usual = "--" + node.target.id.replace("_", "-")
    about = annotation.slice.elts[1]
    if not isinstance(about, ast.Call):
        return [usual]
    options = {k.arg: k.value for k in about.keywords}
    if "no_cli" in options and ast.unparse(options["no_cli"]) == "True":
        return []
    aliases = options.get("aliases")
    others = aliases.elts if isinstance(aliases, (ast.List, ast.Tuple)) else []
    return [_text(options.get("cli_name")) or usual, *map(_text, others)]


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""

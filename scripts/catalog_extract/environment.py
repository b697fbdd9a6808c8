"""The environment variables that the diffusion part of a release declares or reads."""

from __future__ import annotations

import ast
import re
from typing import Any

from catalog_extract.evaluate import Program
from catalog_extract.objects import Builtin, RaisedError, UndecidedError, Unknown
from catalog_extract.options import plain
from catalog_extract.scope import within

_ENVS = "sglang.multimodal_gen.envs"
_PACKAGE = "sglang/multimodal_gen/"
_NOT_RUN = re.compile(r"/(tests?|benchmarks|apps|docs|tools|scripts|\.\w+)/")
_READERS = ("getenv", "get", "get_bool_env_var", "pop", "setdefault")
_MAPPINGS = ("os.environ", "environ")
PROBE = "7"


def extract(program: Program) -> dict[str, list[dict[str, Any]]]:
    """Return the variables: the declared ones in their order, then those read directly."""
    files = texts(program)
    used = set(re.findall(r"\b[A-Z][A-Z0-9_]{3,}\b", "\n".join(files.values())))
    declared = program.find(f"{_ENVS}.environment_variables")
    rows = [_declared(program, name, getter, used) for name, getter in declared.items()]
    read = {name for text in files.values() for name, _ in direct(text)}
    known = {row["name"] for row in rows}
    rows += [{"name": name, "declared": False} for name in sorted(read - known)]
    return {"all": rows}


def texts(program: Program) -> dict[str, str]:
    """Return the files that count, with their texts."""
    files = program.wheel.under(_PACKAGE)
    files = [f for f in files if not _NOT_RUN.search(f) and f != f"{_PACKAGE}envs.py"]
    return {file: program.wheel.read(file) for file in files}


def _declared(program: Program, name: str, getter: Any, used: set[str]) -> dict[str, Any]:
    """Call the variable's own reader with nothing set, and with a number set."""
    asked: list[str] = []

    def boolean(key: str, default: Any = "false") -> bool:
        asked.append(key)
        return str(default).lower() in ("1", "true", "yes", "on")

    for module in ("runtime.utils.common", "utils"):
        program.overrides[f"sglang.multimodal_gen.{module}.get_bool_env_var"] = Builtin(boolean)
    program.variables.clear()
    default = _call(program, getter)
    program.variables[name] = PROBE
    kind = "bool" if asked else _kind(_call(program, getter))
    program.variables.clear()
    row: dict[str, Any] = {"name": name, "kind": kind, "default": plain(default)}
    if name not in used:
        row["read"] = False
    return row


def _call(program: Program, getter: Any) -> Any:
    try:
        return program.call(getter, [], {})
    except (RaisedError, UndecidedError) as problem:
        return Unknown(str(problem))


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return type(value).__name__
    return "str" if value == PROBE else "path"


def direct(text: str) -> set[tuple[str, str]]:
    """Return the names that a file reads from the environment itself, with where in it."""
    if "environ" not in text and "getenv" not in text and "env_var" not in text:
        return set()
    return {(name, symbol) for node, symbol in within(ast.parse(text)) if (name := _read(node))}


def _read(node: ast.AST) -> str:
    """Return the name of the variable that an expression reads, or ""."""
    if isinstance(node, ast.Call) and node.args:
        name = ast.unparse(node.func)
        reads = name.rpartition(".")[2] in _READERS
        if reads and ("environ" in name or "env" in name.rpartition(".")[2]):
            return _text(node.args[0])
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        if ast.unparse(node.value) in _MAPPINGS:
            return _text(node.slice)
    elif isinstance(node, ast.Compare) and ast.unparse(node.comparators[0]) in _MAPPINGS:
        return _text(node.left)
    return ""


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""

"""The environment variables that the diffusion part of a release declares or reads."""

from __future__ import annotations

import ast
import re
from typing import Any

from catalog_extract.evaluate import Program
from catalog_extract.objects import RaisedError, UndecidedError, Unknown
from catalog_extract.options import plain
from catalog_extract.scope import within

_ENVS = "sglang.multimodal_gen.envs"
_PACKAGE = "sglang/multimodal_gen/"
_NOT_RUN = re.compile(r"/(tests?|benchmarks|apps|docs|tools|scripts|\.\w+)/")
_READERS = ("getenv", "get", "get_bool_env_var", "pop", "setdefault")
_MAPPINGS = ("os.environ", "environ")
PROBE = "7"
WORDS = ("1", "true", "yes", "on", "y", "t", "0", "false", "no", "off", "n", "f", "", "other")
"""What people write for yes and no, nothing, and a word that is neither."""
USUAL = ["1", "true", "yes", "on", "y", "t"]
"""The words for true in the function that reads most of them."""


def extract(program: Program) -> dict[str, list[dict[str, Any]]]:
    """Return the variables: the declared ones in their order, then those read directly."""
    files = texts(program)
    outside = [text for file, text in files.items() if file != f"{_PACKAGE}envs.py"]
    used = set(re.findall(r"\b[A-Z][A-Z0-9_]{3,}\b", "\n".join(outside)))
    declared = program.find(f"{_ENVS}.environment_variables")
    rows = [_declared(program, name, getter, used) for name, getter in declared.items()]
    read = {name for text in files.values() for name, _ in direct(text)}
    known = {row["name"] for row in rows}
    rows += [{"name": name, "declared": False} for name in sorted(read - known)]
    return {"all": rows}


def texts(program: Program) -> dict[str, str]:
    """Return the files that count, with their texts."""
    files = program.wheel.under(_PACKAGE)
    return {file: program.wheel.read(file) for file in files if not _NOT_RUN.search(file)}


class Set(dict[str, str]):
    """The variables that are set, and the names that were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def get(self, name: str, default: Any = None) -> Any:
        """Note the name, and return its text or the default."""
        self.asked.append(name)
        return super().get(name, default)


def _declared(program: Program, name: str, getter: Any, used: set[str]) -> dict[str, Any]:
    """Call the variable's own reader with nothing set, and with a number or a word set."""
    variables = program.variables = Set()
    default = _call(program, getter)
    row: dict[str, Any] = {"name": name, "kind": "", "default": plain(default)}
    if others := sorted(set(variables.asked) - {name}):
        row["otherwise"] = others
    found = {word: _with(program, getter, name, word) for word in (PROBE, *WORDS)}
    row["kind"] = _kind(found.pop(PROBE))
    if row["kind"] == "bool":
        row |= _words(found)
    if name not in used:
        row["read"] = False
    variables.clear()
    return row


def _with(program: Program, getter: Any, name: str, text: str) -> Any:
    program.variables.clear()
    program.variables[name] = text
    return _call(program, getter)


def _words(found: dict[str, Any]) -> dict[str, list[str]]:
    """Return the words for true and those that stop SGLang, where they are not the usual ones."""
    true = [word for word, value in found.items() if value is True]
    bad = [w for w, value in found.items() if isinstance(value, Unknown) and _no(value.reason)]
    if len(true) + len(bad) + sum(value is False for value in found.values()) < len(found):
        raise ValueError(f"a boolean is read in a new way: {found}")
    out = {"true": true if true != USUAL else [], "refused": bad}
    return {key: words for key, words in out.items() if words}


def _no(reason: str) -> bool:
    return "invalid literal" in reason


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

"""Option families that no parser lists: `--<component>-path X`, `--component-paths.X Y`, …

The functions that pick them out of the unrecognised words are run, by the evaluator, on sample
words, so that what is recorded is what they accept.
"""

from __future__ import annotations

import ast
from typing import Any

from catalog_extract.evaluate import Program
from catalog_extract.objects import Bound, Cls, Func, RaisedError, UndecidedError
from catalog_extract.options import Fields

_PREFIX = "_extract_component_"


def extract(program: Program) -> dict[str, list[dict[str, Any]]]:
    """Return the families in the order in which the release looks for them."""
    cls = Fields(program).classes["server"]
    rows = [_family(program, cls, name) for name in _called(cls)]
    return {"all": [row for row in rows if row]}


def _called(cls: Cls) -> list[str]:
    """Return the extracting functions in the order in which the parser's caller calls them."""
    for node in cls.node.body:
        if isinstance(node, ast.FunctionDef) and node.name == "from_cli_args":
            calls = [n for n in ast.walk(node) if isinstance(n, ast.Attribute)]
            calls.sort(key=lambda n: n.lineno)
            return [n.attr for n in calls if n.attr.startswith(_PREFIX)]
    return []


def _family(program: Program, cls: Cls, name: str) -> dict[str, Any] | None:
    func = program.class_attribute(cls, name)
    literals = {
        node.value
        for node in ast.walk(func.node)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    prefixes = sorted(t for t in literals if t.startswith("--") and t.endswith("."))
    suffixes = sorted(t for t in literals if t.startswith("-") and t.strip("-") and t[1] != "-")
    picks = Bound(func, cls) if func.kind == "classmethod" else func
    prefixes = [p for p in prefixes if _left(program, picks, [f"{p}zz", "true"]) == []]
    suffixes = [s for s in suffixes if _left(program, picks, [f"--zz{s}", "true"]) == []]
    if not prefixes and not suffixes:
        return None
    flag = f"{prefixes[0]}zz" if prefixes else f"--zz{suffixes[0]}"
    row = {"name": name[len("_extract_") :], "prefixes": prefixes, "suffixes": suffixes}
    return row | {"values": _values(program, picks, flag)}


def _values(program: Program, picks: Func | Bound, flag: str) -> str:
    if _left(program, picks, [flag]) == []:
        return "boolean"
    return "many" if _left(program, picks, [flag, "a", "b"]) == [] else "one"


def _left(program: Program, picks: Func | Bound, words: list[str]) -> Any:
    """Return the words that a function leaves for others, or None when that is not known."""
    try:
        result = program.call(picks, [words], {})
    except (RaisedError, UndecidedError):
        return None
    return result[1] if isinstance(result, tuple) else None

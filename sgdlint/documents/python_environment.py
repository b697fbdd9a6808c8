"""Variables that Python code sets for what it runs."""

from __future__ import annotations

import ast

from sgdlint.documents.assemble import Value, Variable
from sgdlint.documents.python_values import dotted
from sgdlint.shell.values import Piece
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgdlint.documents.python_values import Module

MOST_VARIABLES = 60
"""Variables of one file that are kept in mind."""


class Environment:
    """What a file sets: each variable with the expressions that give its value."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.set: dict[str, list[tuple[ast.AST, ast.expr]]] = {}
        for node in ast.walk(module.tree):
            for name, value in _set_by(node):
                if name in self.set or len(self.set) < MOST_VARIABLES:
                    self.set.setdefault(name, []).append((node, value))

    def of(self, node: ast.expr, call: ast.Call | None) -> Iterator[Variable]:
        """Yield the variables that a command gets; call: what runs it.

        One that may be set or not, or to several values, is not known.
        """
        given = (
            next((one.value for one in call.keywords if one.arg == "env"), None) if call else None
        )
        for name, places in self.set.items():
            at, value = places[0]
            text = None
            if len(places) == 1 and (at is given or self._ran_before(at, node)):
                text = self.module.known(value)
            span = self.module.span(value)
            unknown = Value((Piece(None, span.start, span.end),), span)
            yield Variable(name, text or unknown, Span(span.start, span.start))

    def _ran_before(self, at: ast.AST, node: ast.expr) -> bool:
        """Whether `os.environ["X"] = …` certainly ran before what stands at a node."""
        parents = self.module.parents
        if not isinstance(at, ast.Assign) or not isinstance(at.targets[0], ast.Subscript):
            return False
        if dotted(at.targets[0].value) not in ("os.environ", "environ"):
            return False
        above = parents.get(at)
        inside = node
        while inside in parents and parents[inside] is not above:
            inside = parents[inside]  # type: ignore[assignment]
        body = getattr(above, "body", [])
        return at in body and inside in body and body.index(at) < body.index(inside)


def _set_by(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield the variables that a node may set in an environment, with their values."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Subscript) and "env" in dotted(target.value).lower():
                yield from _named(target.slice, node.value)
    elif isinstance(node, ast.Call):
        name = dotted(node.func).lower()
        if (
            name.endswith((".setdefault", "putenv", "setenv"))
            and "env" in name
            and len(node.args) > 1
        ):
            yield from _named(node.args[0], node.args[1])
        if name == "dict" or (name.endswith(".update") and "env" in name):
            is_copy = name != "dict" or any("environ" in dotted(one) for one in node.args)
            yield from ((it.arg, it.value) for it in node.keywords if it.arg and is_copy)
    elif isinstance(node, ast.Dict):
        upper = [
            (key, value)
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value.isupper()
        ]
        for key, value in upper:
            yield from _named(key, value)


def _named(key: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value.isidentifier():
        yield key.value, value

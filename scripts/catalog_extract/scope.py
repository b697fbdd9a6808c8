"""Names: the scopes of the evaluated program, and its modules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from catalog_extract import natives
from catalog_extract.objects import Cls, Func, Unknown

if TYPE_CHECKING:
    from catalog_extract.evaluate import Program


class Env:
    """A scope: local names, and the scope around it."""

    def __init__(self, program: Program, module: Module, parent: Env | None = None) -> None:
        self.program, self.module, self.parent = program, module, parent
        self.names: dict[str, Any] = {}
        self.function: Func | None = parent.function if parent else None
        self.this: Any = parent.this if parent else None

    def get(self, name: str) -> Any:
        """Return what a name stands for here."""
        scope: Env | None = self
        while scope:
            if name in scope.names:
                return scope.names[name]
            scope = scope.parent
        return self.module.get(name)


class Module:
    """One module, whose top-level names are evaluated when they are first asked for."""

    def __init__(self, program: Program, dotted: str, text: str, file: str) -> None:
        self.program, self.dotted, self.file = program, dotted, file
        self.package = file.endswith("__init__.py")
        self.tree = ast.parse(text)
        self.env = Env(program, self)
        self.bindings: dict[str, list[ast.stmt]] = {}
        self.changes: dict[str, list[ast.stmt]] = {}
        self.stars: list[ast.ImportFrom] = []
        self._values: dict[str, Any] = {}
        _index(self, self.tree.body)

    def get(self, name: str) -> Any:
        """Return the value of a top-level name."""
        if name not in self._values:
            self._values[name] = Unknown(f"{self.dotted}.{name} depends on itself")
            self._values[name] = self._evaluate(name)
            for change in self.changes.get(name, ()):
                self.program.try_run(change, self.env)
        return self._values[name]

    def has(self, name: str) -> bool:
        """Whether the module itself binds a name."""
        return name in self.bindings

    def _evaluate(self, name: str) -> Any:
        if name in self.bindings:
            return self.program.bind(self.bindings[name][-1], name, self.env)
        for star in self.stars:
            found = self.program.module(self.resolve(star))
            if found and found.has(name):
                return found.get(name)
        if sub := self.program.module(f"{self.dotted}.{name}"):
            return sub
        return natives.builtin(self.program, name)

    def resolve(self, node: ast.ImportFrom) -> str:
        """Return the absolute name of the module that a `from … import` names."""
        if not node.level:
            return node.module or ""
        parts = self.dotted.split(".")
        keep = len(parts) - node.level + (1 if self.package else 0)
        return ".".join([*parts[:keep], *([node.module] if node.module else [])])


def _index(module: Module, body: list[ast.stmt]) -> None:
    """Note which statement binds which top-level name; handlers of a `try` do not count."""
    for node in body:
        if isinstance(node, ast.If):
            _index(module, node.orelse)
            _index(module, node.body)
        elif isinstance(node, (ast.Try, ast.With)):
            _index(module, node.body)
        elif isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            module.stars.append(node)
        elif isinstance(node, ast.For):
            for target in {_changed(part) for part in node.body} - {""}:
                module.changes.setdefault(target, []).append(node)
        elif target := _changed(node):
            module.changes.setdefault(target, []).append(node)
        else:
            for name in bound_names(node):
                module.bindings.setdefault(name, []).append(node)


def bound_names(node: ast.stmt) -> list[str]:
    """Return the names that a statement binds."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [(a.asname or a.name).split(".")[0] for a in node.names]
    if isinstance(node, ast.AnnAssign):
        return [node.target.id] if node.value and isinstance(node.target, ast.Name) else []
    if isinstance(node, ast.Assign):
        return [n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)]
    return []


def within(tree: ast.AST, symbol: str = "") -> Iterator[tuple[ast.AST, str]]:
    """Yield every node with the classes and functions around it, joined by dots."""
    for node in ast.iter_child_nodes(tree):
        yield node, symbol
        inner = symbol
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            inner = f"{symbol}.{node.name}".lstrip(".")
        yield from within(node, inner)


def _changed(node: ast.stmt) -> str:
    """Return the name whose value a top-level statement changes in place, or ""."""
    target: ast.expr | None = None
    if isinstance(node, ast.AugAssign):
        target = node.target
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        target = node.targets[0].value
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        func = node.value.func
        target = func.value if isinstance(func, ast.Attribute) else None
    return target.id if isinstance(target, ast.Name) else ""


class ClassEnv(Env):
    """The scope of a class body, whose names come from the class itself."""

    def __init__(self, program: Program, cls: Cls) -> None:
        super().__init__(program, cls.module, cls.env)
        self.cls = cls

    def get(self, name: str) -> Any:
        """Return a name of the class body, else of the scope around it."""
        try:
            return natives.field_default(self.program, self.program.class_attribute(self.cls, name))
        except KeyError:
            return super().get(name)

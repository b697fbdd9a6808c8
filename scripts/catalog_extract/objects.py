"""What the static evaluator computes with: classes, instances, functions and "not known"."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from catalog_extract.scope import Env, Module


@dataclass(frozen=True)
class Unknown:
    """A value that cannot be had from the source alone, with the reason."""

    reason: str


@dataclass(frozen=True)
class External:
    """A name from outside the package, for example `torch.bfloat16`."""

    dotted: str


class RaisedError(Exception):
    """The evaluated program raised an exception."""


class UndecidedError(Exception):
    """The evaluation cannot go on: it depends on something that is not known."""


@dataclass
class FieldSpec:
    """What `dataclasses.field(…)` was called with."""

    options: dict[str, Any]


@dataclass(eq=False)
class Func:
    """A function or lambda of the package, with the scope in which it was defined."""

    node: ast.FunctionDef | ast.Lambda
    env: Env
    owner: Cls | None = None
    kind: str = ""

    @property
    def name(self) -> str:
        """The function's name."""
        return getattr(self.node, "name", "<lambda>")


@dataclass(eq=False)
class Bound:
    """A function with the object it was taken from."""

    func: Func
    self: Any


@dataclass(eq=False)
class Cls:
    """A class of the package."""

    node: ast.ClassDef
    env: Env
    module: Module
    bases: list[Any]
    namespace: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The class's name."""
        return self.node.name

    def mro(self) -> list[Any]:
        """The classes in which attributes are looked up, in order."""
        seqs = [b.mro() if isinstance(b, Cls) else [b] for b in self.bases] + [list(self.bases)]
        return [self, *_c3([list(s) for s in seqs])]

    def externals(self) -> list[str]:
        """The dotted names of the base classes from outside."""
        return [c.dotted for c in self.mro() if isinstance(c, External)]

    def is_enum(self) -> bool:
        """Whether this is an enumeration."""
        return any(e.rpartition(".")[2] in _ENUMS for e in self.externals())

    def is_dataclass(self) -> bool:
        """Whether the class itself is decorated as a dataclass."""
        return any("dataclass" in ast.unparse(d) for d in self.node.decorator_list)


_ENUMS = {"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"}


def _c3(seqs: list[list[Any]]) -> list[Any]:
    """Merge base-class orders as Python does; falls back to first come, first served."""
    out: list[Any] = []
    while seqs := [s for s in seqs if s]:
        for seq in seqs:
            if not any(seq[0] in s[1:] for s in seqs):
                break
        head = seq[0]
        out.append(head)
        seqs = [[c for c in s if c != head] for s in seqs]
    return out


@dataclass(eq=False)
class Instance:
    """An object of a class of the package."""

    cls: Cls
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Member:
    """A member of an enumeration."""

    cls: Cls
    name: str
    value: Any

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Member):
            return self.cls is other.cls and self.name == other.name
        return isinstance(other, str) and "str" in self.cls_builtins() and self.value == other

    def __hash__(self) -> int:
        return hash(self.value if "str" in self.cls_builtins() else self.name)

    def cls_builtins(self) -> set[str]:
        """The built-in types that the enumeration mixes in."""
        names = {e.rpartition(".")[2] for e in self.cls.externals()}
        return names | ({"str"} if "StrEnum" in names else set())


@dataclass(eq=False)
class Super:
    """What `super()` gives: the object, and the class after which to look."""

    after: Cls
    self: Any


@dataclass(eq=False)
class Builtin:
    """A function that the evaluator carries out itself."""

    call: Callable[..., Any]


class Host:
    """Base of Python objects that the evaluated program may use directly."""


def any_unknown(values: Iterator[Any] | list[Any]) -> Unknown | External | None:
    """Return the first value that is not known, if any."""
    return next((v for v in values if isinstance(v, (Unknown, External))), None)


def enum_names(cls: Cls) -> list[str]:
    """Return the names of an enumeration's members, in order."""
    targets = [
        target
        for node in cls.node.body
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    ]
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    return [name for name in names if not name.startswith("_")]

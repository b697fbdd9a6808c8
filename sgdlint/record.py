"""Frozen records: what `dataclasses` gives, without the 13 ms that importing it costs.

To a type checker `@record` is a frozen dataclass. At run time it writes `__init__`, `__eq__`,
`__hash__` and `__repr__` from the annotations; `__init__` is compiled when the first instance is
made, so a class that a run does not need costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    from typing_extensions import dataclass_transform

    T = TypeVar("T")

    @dataclass_transform(frozen_default=True)
    def record(cls: type[T]) -> type[T]:
        """Make a class a frozen record of its annotated fields."""
        return cls

else:

    def record(cls):
        """Make a class a frozen record of its annotated fields."""
        fields = {}
        for base in reversed(cls.__mro__):
            fields.update(dict.fromkeys(base.__dict__.get("__annotations__", ())))
        cls._fields = tuple(fields)
        cls.__init__ = _first_init(cls)
        cls.__eq__ = _equal
        cls.__hash__ = _hash
        cls.__repr__ = _repr
        return cls


def fields_of(thing: Any) -> tuple[str, ...]:
    """Return the names of a record's fields, in order."""
    names: tuple[str, ...] = type(thing)._fields
    return names


def replace(thing: T, **changes: Any) -> T:
    """Return a copy of a record with some fields changed."""
    values = {name: getattr(thing, name) for name in fields_of(thing)}
    values.update(changes)
    return type(thing)(**values)


def _first_init(cls: Any) -> Any:
    """Return an `__init__` that compiles the real one, puts it in its place and calls it."""

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        parameters, body, scope = ["self"], [], {}
        for name in cls._fields:
            if hasattr(cls, name):
                scope["default_" + name] = getattr(cls, name)
                parameters.append(f"{name}=default_{name}")
            else:
                parameters.append(name)
            body.append(f" self.{name} = {name}")
        code = f"def __init__({', '.join(parameters)}):\n" + ("\n".join(body) or " pass")
        exec(code, scope)  # only the names of our own fields reach it
        cls.__init__ = scope["__init__"]
        cls.__init__(self, *args, **kwargs)

    return init


def _equal(self: Any, other: object) -> Any:
    if type(self) is not type(other):
        return NotImplemented
    return all(getattr(self, name) == getattr(other, name) for name in fields_of(self))


def _hash(self: Any) -> int:
    return hash((type(self), *(getattr(self, name) for name in fields_of(self))))


def _repr(self: Any) -> str:
    inside = ", ".join(f"{name}={getattr(self, name)!r}" for name in fields_of(self))
    return f"{type(self).__name__}({inside})"

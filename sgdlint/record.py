"""Frozen records: what `dataclasses` gives, without the 13 ms that importing it costs.

To a type checker `@record` is a frozen dataclass. At run time it makes `__init__`, `__eq__`,
`__hash__` and `__repr__` from the annotations. An `__init__` takes 0.1 ms to compile, which pays
only for a class with many instances, so it is compiled after the first few.
"""

from __future__ import annotations

from _operator import attrgetter

SLOW_INSTANCES = 50
"""Instances of a class that are made before its `__init__` is compiled."""

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
        cls._values = attrgetter(*fields) if fields else type
        cls.__init__ = _first_init(cls)
        cls.__eq__ = _equal
        cls.__hash__ = _hash
        cls.__repr__ = _repr
        return cls


class Slotted(type):
    """Makes records whose instances have slots for their fields and no `__dict__`.

    For records of which there are very many: an instance takes half the memory. A class with
    `common=True` stands for all that are made of it: they have its slots, and it has no instances.
    """

    def __new__(
        cls, name: str, bases: tuple[Slotted, ...], body: dict[str, Any], common: bool = False
    ) -> Slotted:
        """Make a class; what its fields are set to are their defaults."""
        fields = body.get("__annotations__", {})
        body["_defaults"] = {field: body.pop(field) for field in fields if field in body}
        body["_common"] = tuple(fields) if common else ()
        inherited = bases[0]._common if bases else ()
        body.setdefault("__slots__", () if common else (*inherited, *fields))
        return super().__new__(cls, name, bases, body)

    def __init__(
        cls, name: str, bases: tuple[type, ...], body: dict[str, Any], common: bool = False
    ) -> None:
        super().__init__(name, bases, body)

    _common: tuple[str, ...]


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
    """Return an `__init__` for the first instances; later ones get one that is compiled."""
    names = cls._fields
    defaults = getattr(cls, "_defaults", None)
    if defaults is None:
        defaults = {name: getattr(cls, name) for name in names if hasattr(cls, name)}
    left = SLOW_INSTANCES

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        nonlocal left
        left -= 1
        values = defaults.copy()
        values.update(zip(names, args, strict=False))
        values.update(kwargs)
        if left >= 0 and len(values) == len(names) >= len(args):
            # Not by way of `__dict__`: all later instances would then take three times the memory.
            for name, value in values.items():
                setattr(self, name, value)
            return
        cls.__init__ = _compiled_init(names, defaults)
        cls.__init__(self, *args, **kwargs)

    return init


def _compiled_init(names: tuple[str, ...], defaults: dict[str, Any]) -> Any:
    scope = {"default_" + name: value for name, value in defaults.items()}
    parameters = [f"{name}=default_{name}" if name in defaults else name for name in names]
    body = [f" self.{name} = {name}" for name in names] or [" pass"]
    # Only the names of our own fields reach it.
    exec(f"def __init__(self, {', '.join(parameters)}):\n" + "\n".join(body), scope)
    return scope["__init__"]


def _equal(self: Any, other: object) -> Any:
    if self is other:
        return True
    values = type(self)._values
    if type(self) is not type(other):
        return NotImplemented
    return values(self) == values(other)


def _hash(self: Any) -> int:
    cls = type(self)
    return hash((cls, cls._values(self)))


def _repr(self: Any) -> str:
    inside = ", ".join(f"{name}={getattr(self, name)!r}" for name in fields_of(self))
    return f"{type(self).__name__}({inside})"

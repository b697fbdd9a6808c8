"""Rules and recipes as data: what is written ahead of time is read back by `pack` and `recipes`."""

from __future__ import annotations

from sgdlint.record import fields_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def to_data(thing: Any) -> dict[str, Any]:
    """Return a record as JSON-able data with those in it, without what has its default."""
    data: dict[str, Any] = {}
    for name in fields_of(thing):
        value = getattr(thing, name)
        if not hasattr(type(thing), name) or value != getattr(type(thing), name):
            data[name] = _data(value)
    return data


def _data(value: Any) -> Any:
    if isinstance(value, tuple) and value and _is_record(value[0]):
        return [to_data(one) for one in value]
    return to_data(value) if _is_record(value) else value


def _is_record(value: Any) -> bool:
    return hasattr(type(value), "_fields")

"""The syntax tree as data for JSON, for `sgdlint ast`."""

from __future__ import annotations

from sgdlint.record import fields_of
from sgdlint.shell import tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def to_dict(node: tree.Node) -> dict[str, Any]:
    """Return a node as a dictionary: its type, its span, then its fields in order."""
    data: dict[str, Any] = {"type": type(node).__name__}
    for name in fields_of(node):
        value = getattr(node, name)
        if isinstance(value, tuple):  # one call for each node: the deepest tree must pass
            items: list[Any] = []
            for item in value:
                items.append(to_dict(item) if isinstance(item, tree.Node) else item)  # noqa: PERF401
            value = items
        data[name] = to_dict(value) if isinstance(value, tree.Node) else value
    return data

"""The syntax tree as data for JSON, for `sgdlint ast`."""

from __future__ import annotations

from sgdlint.record import fields_of
from sgdlint.shell import tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def to_dict(node: tree.Node) -> dict[str, Any]:
    """Return a node as a dictionary: its type, its span, then its fields in order."""
    fields = {name: _plain(getattr(node, name)) for name in fields_of(node)}
    return {"type": type(node).__name__, **fields}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return to_dict(value) if isinstance(value, tree.Node) else value

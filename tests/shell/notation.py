"""A short notation for syntax trees, so that a test's table stays readable.

`Simple(words=[echo a])` is a node with its fields that are not empty; a literal is its text, the
parts of a word are joined by `+`, and spans are left out.
"""

from __future__ import annotations

from typing import Any

from sgdlint.record import fields_of
from sgdlint.shell import tree


def short(thing: Any) -> str:
    """Return a node, or a tuple of nodes, in the short notation."""
    if isinstance(thing, tuple):
        return "[" + " ".join(map(short, thing)) + "]"
    if not isinstance(thing, tree.Node):
        return thing if isinstance(thing, str) else repr(thing)
    if isinstance(thing, tree.Word):
        return "+".join(map(short, thing.parts)) or "<empty>"
    if isinstance(thing, tree.Literal):
        return thing.text.replace("\n", "\\n")
    fields = [(name, getattr(thing, name)) for name in fields_of(thing)[2:]]
    inside = ", ".join(
        f"{name}={short(value)}" for name, value in fields if value not in ((), None, "", False)
    )
    return f"{type(thing).__name__}({inside})"

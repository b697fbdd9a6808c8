"""Expressions that a service puts into a text before any shell reads it.

What they become is not known, unless the file says it: it may be any text, with quotes and blanks.
"""

from __future__ import annotations

import re

from sgdlint.documents.assemble import Value
from sgdlint.documents.interpolation import cut, place_of
from sgdlint.record import record
from sgdlint.shell.values import Piece

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Meaning = Callable[[re.Match[str]], "Meant | None"]

_OPEN_END = re.compile(r"(?:\\|\$\{?\w*)\Z")


@record
class Meant:
    """What an expression becomes: a text, or a default that whoever starts it can change."""

    text: str | None = None
    default: str | None = None


def opened(value: Value, pattern: re.Pattern[str], meaning: Meaning | None = None) -> Value:
    """Return a value with each expression as what it means; unknown where that is not known."""
    pieces = tuple(it for piece in value.pieces for it in _parts(piece, pattern, meaning))
    return Value(pieces, value.span, value.places)


def _parts(piece: Piece, pattern: re.Pattern[str], meaning: Meaning | None) -> Iterator[Piece]:
    text = piece.texts[0] if piece.texts else ""
    position = 0
    for found in pattern.finditer(text):
        meant = (meaning(found) if meaning is not None else None) or Meant()
        start = found.start()
        if meant.text is None:
            # A shell would read what comes behind as a part of this.
            before = _OPEN_END.search(text, position, start)
            start = before.start() if before is not None else start
        yield from cut(piece, position, start)
        place = place_of(piece, start, found.end())
        if meant.text is None:
            default = None if start < found.start() else meant.default
            yield Piece(None, *place, default=default)
        elif meant.text:
            yield Piece((meant.text,), *place)
        position = found.end()
    if position == 0:
        yield piece
    else:
        yield from cut(piece, position, len(text))

"""Launches in a Procfile: `name: command` on a line, which a shell reads."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.documents.assemble import Script, Value
from sgdlint.documents.document import Document
from sgdlint.documents.region import HERE, CannotWriteError, Granted, Place, Region
from sgdlint.shell.values import Piece
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

    from sgdlint.source import Source

_LINE = r"(?m)^([\w-]+):[ \t]*(\S[^\r\n]*)"
_COMMENT = r"(?m)^[ \t]*#[^\r\n]*"


def read(source: Source) -> Document:
    """Read a Procfile."""
    regions = tuple(_region(match, source.text) for match in quick.finditer(_LINE, source.text))
    comments = tuple(Span(*match.span()) for match in quick.finditer(_COMMENT, source.text))
    return Document(regions, comments)


def _region(match: re.Match[str], text: str) -> Region:
    script = Script()
    start = match.start(2)
    place = Span(start, start + len(match[2].rstrip()))
    piece = Piece((text[place.start : place.end],), place.start, place.end, True)
    script.shell(Value((piece,), place, (Place(place, _encode),)))
    return script.region(place, Granted(f"process {match[1]}", HERE))


def _encode(text: str, _: Span) -> str:
    if "\n" in text or "\r" in text:
        raise CannotWriteError("a command of a Procfile is one line")
    return text

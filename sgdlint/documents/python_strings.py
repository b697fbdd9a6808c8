"""String literals of Python: what they mean, and where each character of that is written.

Source: Python Language Reference, "String and Bytes literals", "f-strings".
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.documents.assemble import Value
from sgdlint.documents.pieces import joined
from sgdlint.documents.region import CannotWriteError, Place
from sgdlint.shell.values import Piece
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

    from sgdlint.documents.region import Encode

_LITERAL = quick.compile(r"(?P<prefix>[rRbBuUfFtT]{0,2})(?P<quote>\"\"\"|'''|\"|')")
_BETWEEN = quick.compile(r"(?:[\s()]|\\\r?\n|#[^\r\n]*)+")
_PART = (
    r"(?P<line>\r\n|\r|\n)|(?P<escape>\\(?:\r\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}"
    r"|U[0-9a-fA-F]{8}|(?s:.)))|(?P<brace>\{\{|\}\})|(?P<open>\{)|(?P<run>[^\\\r\n{}]+|\})"
)
_PARTS = quick.compile(_PART)
_ESCAPES = {
    "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r",
    "t": "\t", "v": "\v", "\n": "", "\r": "", "\r\n": "",
}  # fmt: skip


def value_at(text: str, start: int, end: int) -> Value | None:
    """Return the value of the literals from start to end; None when they are not understood.

    What an f-string puts in is a piece that is not known.
    """
    pieces: list[Piece] = []
    places: list[Place] = []
    position = start
    while position < end:
        between = _BETWEEN.match(text, position)
        position = between.end() if between is not None else position
        if position >= end:
            break
        literal = _LITERAL.match(text, position)
        if literal is None or "b" in literal["prefix"].lower():
            return None
        first = literal.end()
        prefix, quote = literal["prefix"].lower(), literal["quote"]
        found, last = _content(text, first, end, prefix, quote)
        if last < 0:
            return None
        pieces += found
        places.append(Place(Span(first, last), _encode(prefix, quote)))
        position = last + len(quote)
    return Value(tuple(joined(pieces)), Span(start, end), tuple(places))


def _content(text: str, start: int, end: int, prefix: str, quote: str) -> tuple[list[Piece], int]:
    """Return the pieces of a literal, and where its closing quotes begin; -1 when none do."""
    pieces: list[Piece] = []
    is_raw, is_format = "r" in prefix, "f" in prefix or "t" in prefix
    position = start
    while position < end:
        if text.startswith(quote, position):
            return pieces, position
        match = _PARTS.match(text, position)
        if match is None:
            return pieces, -1
        kind, stop = match.lastgroup, match.end()
        if kind == "run":
            at = text.find(quote[0], position, stop)
            stop = stop if at < 0 else max(at, position + 1)
            pieces.append(Piece((text[position:stop],), position, stop, True))
        elif is_format and kind == "open":
            stop = _closing(text, position, end)
            if stop < 0:
                return pieces, -1
            pieces.append(Piece(None, position, stop))
        else:
            pieces.append(_special(match, is_raw, is_format))
        position = stop
    return pieces, -1


def _special(match: re.Match[str], is_raw: bool, is_format: bool) -> Piece:
    """Return the piece of a line end, an escape or braces."""
    kind, written = match.lastgroup, match[0]
    start, end = match.span()
    if kind == "line":
        return Piece(("\n",), start, end, written == "\n")
    if kind == "escape" and not is_raw:
        return Piece((_meaning(written),), start, end)
    if kind == "brace" and is_format:
        return Piece((written[0],), start, end)
    return Piece((written,), start, end, True)


def _meaning(written: str) -> str:
    body = written[1:]
    if body in _ESCAPES:
        return _ESCAPES[body]
    if body[0] in "xuU" and len(body) > 1:
        number = int(body[1:], 16)
        return chr(number) if number <= 0x10FFFF else written
    return chr(int(body, 8)) if body.isdecimal() else written


def _closing(text: str, start: int, end: int) -> int:
    """Return the end of `{…}` in an f-string; -1 when it is not closed."""
    depth = 0
    position = start
    while position < end:
        mark = text[position]
        if mark in "{[(":
            depth += 1
        elif mark in "}])":
            depth -= 1
            if not depth:
                return position + 1
        elif mark in "\"'":
            other = text.find(mark, position + 1, end)
            if other < 0:
                return -1
            position = other
        position += 1
    return -1


def _encode(prefix: str, quote: str) -> Encode:
    """Return what writes text in a literal."""

    def encode(text: str, span: Span) -> str:
        if "r" in prefix:
            if quote[0] in text or "\\" in text or ("\n" in text and len(quote) == 1):
                raise CannotWriteError("it cannot be written in a raw string")
            return text
        written = escaped(text, quote)
        return written.replace("{", "{{").replace("}", "}}") if "f" in prefix else written

    return encode


def escaped(text: str, quote: str) -> str:
    """Return a text as it is written between quotes."""
    text = text.replace("\\", "\\\\").replace(quote[0], "\\" + quote[0])
    return text if len(quote) == 3 else text.replace("\n", "\\n").replace("\r", "\\r")

"""Offsets in a text, and the positions of the language server protocol: lines and code units."""

from __future__ import annotations

import re
from bisect import bisect_right

from lsprotocol import types

from sgdlint.source import Span

UTF8, UTF16, UTF32 = "utf-8", "utf-16", "utf-32"
_LINE_END = re.compile(r"\r\n|\n|\r")


class Lines:
    """The lines of a text, as an editor counts them.

    Offsets count code points, as everywhere in sgdlint. A position has a line from 0 and the number
    of code units before it in that line; encoding: which units were agreed upon.
    """

    def __init__(self, text: str, encoding: str = UTF16) -> None:
        self.text = text
        self.encoding = encoding
        ends = list(_LINE_END.finditer(text))
        self._starts = [0, *(one.end() for one in ends)]
        self._ends = [*(one.start() for one in ends), len(text)]

    def position(self, offset: int) -> types.Position:
        """Return the position of an offset; one inside of a line end is at the end of its line."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self._starts, offset) - 1
        before = self.text[self._starts[line] : min(offset, self._ends[line])]
        return types.Position(line, _units(before, self.encoding))

    def offset(self, position: types.Position) -> int:
        """Return the offset of a position; one behind the end of its line is at that end."""
        if position.line >= len(self._starts):
            return len(self.text)
        start, end = self._starts[position.line], self._ends[position.line]
        return start + _count(self.text[start:end], position.character, self.encoding)

    def range(self, span: Span) -> types.Range:
        """Return where a part of the text stands."""
        return types.Range(self.position(span.start), self.position(span.end))

    def span(self, place: types.Range) -> Span:
        """Return the part of the text that stands somewhere."""
        start, end = self.offset(place.start), self.offset(place.end)
        return Span(min(start, end), max(start, end))


def _units(text: str, encoding: str) -> int:
    """Return how many code units a text has."""
    if encoding == UTF32 or text.isascii():
        return len(text)
    if encoding == UTF8:
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text) + sum(character > "\uffff" for character in text)


def _count(line: str, units: int, encoding: str) -> int:
    """Return how many characters have so many code units, at most the whole line."""
    if encoding == UTF32 or line.isascii():
        return max(0, min(units, len(line)))
    passed = 0
    for number, character in enumerate(line):
        if passed >= units:
            return number
        passed += _units(character, encoding)
    return len(line)

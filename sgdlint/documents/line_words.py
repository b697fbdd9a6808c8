"""Writes words into a value that is a line of words, which may go on over several lines."""

from __future__ import annotations

from sgdlint.documents.region import CannotWriteError
from sgdlint.finding import Edit
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class LineWords:
    """The words of a value. places: of each; write: returns a word as it is written there."""

    def __init__(self, places: Sequence[Span], source: str, write: Callable[[str], str]) -> None:
        self.places = places
        self.source = source
        self.write = write

    @property
    def extent(self) -> Span:
        """Return where edits of the words may stand."""
        return Span(self.places[0].start, self.places[-1].end)

    def replace(self, index: int, text: str) -> Edit:
        """Return the edit that gives a word another text."""
        return Edit(self.places[index], self.write(text))

    def insert(self, index: int, texts: Sequence[str]) -> Edit:
        """Return the edit that puts words before the one with a number, or at the end."""
        if index == 0:
            start = self.places[0].start
            return Edit(Span(start, start), "".join(self.write(text) + " " for text in texts))
        end = self.places[index - 1].end
        gap = self._gap(index)
        new = [(gap if text.startswith("-") else " ") + self.write(text) for text in texts]
        return Edit(Span(end, end), "".join(new))

    def remove(self, first: int, last: int) -> Edit:
        """Return the edit that takes words out, both ends included."""
        if first == 0:
            raise CannotWriteError("it is the command itself")
        start, end = self.places[first - 1].end, self.places[last].end
        gap = self.source[start : self.places[first].start]
        if gap.strip(" \t\r\n\\"):
            raise CannotWriteError("a comment stands between the words")
        return Edit(Span(start, end), "")

    def _gap(self, index: int) -> str:
        """Return what stands before options: a blank, or the end of a line and an indentation."""
        for number in range(min(index, len(self.places) - 1), 0, -1):
            if self.source.startswith("-", self.places[number].start):
                gap = self.source[self.places[number - 1].end : self.places[number].start]
                return _last_line_end(gap)
        return " "


def _last_line_end(gap: str) -> str:
    """Return the last line end of a gap with the blanks around it, and a backslash before it."""
    end = max(gap.rfind("\n"), gap.rfind("\r"))
    if end < 0:
        return " "
    begin = end - gap.endswith("\r\n", 0, end + 1)
    begin -= gap.endswith("\\", 0, begin)
    return gap[len(gap[:begin].rstrip(" \t")) :]

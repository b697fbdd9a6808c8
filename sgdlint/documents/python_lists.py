"""Writes words into a list of Python in its own layout."""

from __future__ import annotations

import ast

from sgdlint.documents.python_strings import escaped
from sgdlint.documents.region import CannotWriteError
from sgdlint.finding import Edit
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class PythonList:
    """The items of a list. spans: where each stands."""

    def __init__(self, node: ast.List | ast.Tuple, spans: Sequence[Span], source: str) -> None:
        self.node = node
        self.spans = spans
        self.source = source

    @property
    def extent(self) -> Span:
        """Return where edits of the list may stand."""
        return Span(self.spans[0].start, self.spans[-1].end) if self.spans else Span(0, 0)

    def replace(self, index: int, text: str) -> Edit:
        """Return the edit that gives an item another text."""
        item = self.node.elts[index]
        if not (isinstance(item, ast.Constant) and isinstance(item.value, str)):
            raise CannotWriteError("it is not written out in this form")
        return Edit(self.spans[index], self._written(text, index))

    def insert(self, index: int, texts: Sequence[str]) -> Edit:
        """Return the edit that puts items before the one with a number, or at the end."""
        if not self.spans:
            raise CannotWriteError("the list is empty")
        new = [self._written(text, max(0, index - 1)) for text in texts]
        if index == 0:
            start = self.spans[0].start
            gap = self._gap(1)
            return Edit(Span(start, start), "".join(one + gap for one in new))
        end = self.spans[index - 1].end
        gap = self._gap(index - 1 or 1)
        return Edit(Span(end, end), "".join(gap + one for one in new))

    def remove(self, first: int, last: int) -> Edit:
        """Return the edit that takes items out, both ends included."""
        if last - first + 1 >= len(self.spans):
            raise CannotWriteError("nothing would be left of the list")
        if first:
            span = Span(self.spans[first - 1].end, self.spans[last].end)
        else:
            span = Span(self.spans[0].start, self.spans[last + 1].start)
        if "#" in self._between(first, last):
            raise CannotWriteError("a comment stands between the items")
        return Edit(span, "")

    def _between(self, first: int, last: int) -> str:
        """Return what is taken out with items, without the items."""
        ends = range(first - 1, last) if first else range(last + 1)
        spans = self.spans
        return "".join(self.source[spans[one].end : spans[one + 1].start] for one in ends)

    def _gap(self, index: int) -> str:
        """Return a comma with the blanks that stand before an item."""
        if index < len(self.spans):
            gap = self.source[self.spans[index - 1].end : self.spans[index].start]
            if gap.startswith(",") and not gap.strip(", \t\r\n"):
                return gap
        return ", "

    def _written(self, text: str, near: int) -> str:
        """Return a text in the quotes that are used near an item."""
        strings = [
            span
            for item, span in zip(self.node.elts, self.spans, strict=True)
            if isinstance(item, ast.Constant) and isinstance(item.value, str)
        ]
        before = [span for span in strings if span.start <= self.spans[near].start] or strings
        mark = self.source[before[-1].start] if before else '"'
        quote = mark if mark in ("'", '"') else '"'
        return quote + escaped(text, quote) + quote

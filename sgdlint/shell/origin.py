"""Where the characters of a script stand in the file, also for a script inside a string."""

from __future__ import annotations

from bisect import bisect_right

from sgdlint.shell.values import Piece, Word


class Origin:
    """The text of a script, and the place in the file of each of its characters.

    text: what was parsed. pieces: what the text was put together from, for a script that stands in
    a string (`bash -c '…'`); None when the text is the file itself. place: where that string is.
    """

    __slots__ = ("_pieces", "_place", "_starts", "text")

    def __init__(
        self,
        text: str,
        pieces: tuple[Piece, ...] | None = None,
        place: tuple[int, int] = (-1, -1),
    ) -> None:
        self.text = text
        self._pieces = pieces
        self._place = place
        self._starts: list[int] = []
        offset = 0
        for piece in pieces or ():
            self._starts.append(offset)
            offset += len(piece.texts[0]) if piece.texts else 0

    def piece(self, text: str, start: int, end: int) -> Piece:
        """Return known characters that stand at an offset of the text."""
        exact = end - start == len(text) and self.text.startswith(text, start)
        if self._pieces is None:
            return Piece((text,), start, end, exact)
        first, last = self._index(start), self._index(max(start, end - 1))
        inside = exact and first == last and first >= 0 and self._pieces[first].exact
        return Piece((text,), *self.span(start, end), inside)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the file of a part of the text; the whole string's for want of it."""
        if self._pieces is None:
            return start, end
        if not self._pieces:
            return self._place
        first, last = self._index(start), self._index(max(start, end - 1))
        left, right = self._pieces[first], self._pieces[last]
        from_here = left.start + (start - self._starts[first] if left.exact else 0)
        to_here = right.start + end - self._starts[last] if right.exact else right.end
        if first == last and left.start >= 0:
            return from_here, to_here
        low, high = self._place
        return (from_here, to_here) if low <= from_here <= to_here <= high else self._place

    def _index(self, offset: int) -> int:
        return max(0, bisect_right(self._starts, offset) - 1) if self._starts else -1


def origin_of(word: Word) -> Origin | None:
    """Return the text of a word as a script of its own; None when the text is not certain."""
    text = word.text
    if text is None:
        return None
    pieces = tuple(piece for piece in word.pieces if piece.texts != ("",))
    return Origin(text, pieces, (word.start, word.end))

"""Where the characters of a script stand in the file, also for a script inside a string."""

from __future__ import annotations

from bisect import bisect_right

from sgdlint import quick
from sgdlint.record import replace
from sgdlint.shell import escapes
from sgdlint.shell.held import UNKNOWN
from sgdlint.shell.values import Piece, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

NOWHERE = (-1, -1)
STAND_INS = range(0xE000, 0xF900)
"""Characters without a meaning: one that a script lacks stands in it for what is not known."""

_SPLICED = r"(?:\\|\$\{?[A-Za-z0-9_#!]*)"
"""Before text that is not known, these may become part of something else."""

_SAFE = r"[\w%+,./:@-]*"
"""What means nothing to a shell: text that is one of several may be put into a script."""


class Origin:
    """The text of a script, and the place in the file of each of its characters.

    text: what was parsed. pieces: what the text was put together from, for a script that stands in
    a string (`bash -c '…'`); None when the text is the file itself. place: where that string is.
    stand_in: the character that stands for a piece that is not known; "" when all are.
    reason: why the unknown pieces are not known.
    is_file: the text is the file itself, and all of it is known.
    program, file: what `$0` and `${BASH_SOURCE[0]}` are, None when that is not known.
    """

    __slots__ = (
        "_pieces", "_place", "_starts", "file", "is_file", "program", "reason", "stand_in", "text",
    )  # fmt: skip

    def __init__(
        self,
        text: str,
        pieces: tuple[Piece, ...] | None = None,
        place: tuple[int, int] = NOWHERE,
        stand_in: str = "",
        reason: str = "",
    ) -> None:
        self.text = text
        self.stand_in = stand_in
        self.reason = reason
        self.program: Word | None = None
        self.file: Word | None = None
        self.is_file = pieces is None and not stand_in
        self._pieces = pieces
        self._place = place
        self._starts: list[int] = []
        offset = 0
        for piece in pieces or ():
            self._starts.append(offset)
            offset += _length(piece)

    def label(self, start: int) -> str:
        """Return `FILE:LINE` of a part of the text when that is another file; else ""."""
        return ""

    @property
    def is_nested(self) -> bool:
        """Whether the script stands in a string."""
        return self._pieces is not None

    def keeps_whole(self, start: int, end: int) -> bool:
        """Whether what is not known there ends no quotes and no word."""
        return False

    def pieces(self, text: str, start: int, end: int, bare: bool = False) -> tuple[Piece, ...]:
        """Return the characters that the source from start to end means, with their places.

        bare: it stands outside of quotes.
        """
        if end - start == len(text) and self.text.startswith(text, start):
            if self._pieces is None:
                return (Piece((text,), start, end, True, None, bare),)
            found = self._exact(start, end)
        else:
            found = self._escaped(text, start, end)
        return tuple(replace(piece, bare=True) for piece in found) if bare else found

    def _escaped(self, text: str, start: int, end: int) -> tuple[Piece, ...]:
        """Return the pieces of source that has escapes."""
        runs = escapes.runs(self.text[start:end], text)
        if runs is None:
            if self.stand_in and self.stand_in in self.text[start:end]:
                return (UNKNOWN,)
            return (Piece((text,), *self.written(start, end)),)
        pieces: list[Piece] = []
        for part, left, right in runs:
            if len(part) == right - left:
                pieces += self._exact(start + left, start + right)
            else:
                place = self.written(start + left, start + right)
                pieces.append(Piece((part,), *place, file=self._file(start + left)))
        return tuple(pieces)

    def _exact(self, start: int, end: int) -> tuple[Piece, ...]:
        """Return the pieces of a part of the text that stands for itself."""
        if self._pieces is not None and start == end:
            return ()
        if self._pieces is None:
            return (Piece((self.text[start:end],), start, end, True),)
        found: list[Piece] = []
        for index in range(self._index(start), self._index(end - 1) + 1):
            piece, offset = self._pieces[index], self._starts[index]
            left, right = max(start, offset), min(end, offset + _length(piece))
            if right - left == _length(piece):
                found.append(piece)
            else:
                begin = piece.start + left - offset
                place = (begin, begin + right - left) if piece.exact else NOWHERE
                text = self.text[left:right]
                found.append(replace(piece, texts=(text,), start=place[0], end=place[1]))
        return tuple(found)

    def _file(self, offset: int) -> str:
        pieces = self._pieces or ()
        index = self._index(offset)
        return pieces[index].file if 0 <= index < len(pieces) else ""

    def written(self, start: int, end: int) -> tuple[int, int]:
        """Return where a part of the text was written, if it was in one place; else -1, -1."""
        if self._pieces is None:
            return start, end
        return stretch(self._exact(start, end)) if start < end else NOWHERE

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the file of a part of the text, to be shown; as near as is known."""
        exact = self.written(start, end)
        if exact != NOWHERE:
            return exact
        low, high = self._place
        left, right = self._near(start, low, -1), self._near(max(start, end - 1), high, 1)
        return (left, right) if low <= left < right <= high else self._place

    def _near(self, offset: int, limit: int, step: int) -> int:
        """Return where a character begins (step -1) or ends (1), or the place next to it."""
        pieces = self._pieces or ()
        index = self._index(offset)
        if 0 <= index < len(pieces) and pieces[index].exact and pieces[index].texts is not None:
            return pieces[index].start + offset - self._starts[index] + (step > 0)
        low, high = self._place
        edge = False
        while 0 <= index < len(pieces):
            piece = pieces[index]
            if low <= piece.start <= piece.end <= high and piece.texts is not None:
                return piece.start if edge == (step > 0) else piece.end
            index, edge = index + step, True
        return limit

    def _index(self, offset: int) -> int:
        return max(0, bisect_right(self._starts, offset) - 1) if self._starts else -1


def stretch(pieces: Sequence[Piece]) -> tuple[int, int]:
    """Return where pieces were written, if they stand side by side in a string; else -1, -1."""
    end = -1
    for piece in pieces:
        if piece.bare or piece.start < 0 or piece.texts is None or len(piece.texts) != 1:
            return NOWHERE
        if end not in (-1, piece.start):
            return NOWHERE
        end = piece.end
    return (pieces[0].start, end) if pieces else NOWHERE


def origin_of(word: Word) -> Origin | None:
    """Return a word as a script of its own; None when it is not certain what is read as what.

    What is not known in it becomes a character that is no syntax.
    """
    if word.many:
        return None
    pieces = tuple(map(_readable, filter(_counts, word.pieces)))
    place = word.start, word.end
    if all(piece.texts is not None and len(piece.texts) == 1 for piece in pieces):
        return Origin("".join(piece.texts[0] for piece in pieces if piece.texts), pieces, place)
    known = {text for piece in pieces for text in piece.texts or ()}
    free = (chr(code) for code in STAND_INS if not any(chr(code) in text for text in known))
    stand_in = next(free, "")
    text = "".join(
        piece.texts[0] if piece.texts and len(piece.texts) == 1 else stand_in for piece in pieces
    )
    if not stand_in or quick.search(_SPLICED + stand_in, text):
        return None
    several = sum(piece.texts is None for piece in pieces) > 1
    reason = "" if several else word.reason
    return Origin(text, pieces, place, stand_in, reason or "a part of the script is not known")


def joined(words: Sequence[Word]) -> Word:
    """Return words with a blank between them, as `eval` and `ssh` read their arguments."""
    pieces: list[Piece] = []
    for word in words:
        pieces += [Piece((" ",), -1, -1), *((UNKNOWN,) if word.many else _own(word))]
    place = (words[0].start, words[-1].end) if words else NOWHERE
    reasons = [word.reason for word in words if word.texts is None]
    return Word(*place, tuple(pieces[1:]), False, reasons[0] if len(reasons) == 1 else "")


def _own(word: Word) -> list[Piece]:
    """Return the pieces of a word that is joined with others: a blank in it ends nothing."""
    return [
        replace(piece, bare=False)
        if piece.bare and word.written_start <= piece.start <= word.written_end
        else piece
        for piece in word.pieces
    ]


def _counts(piece: Piece) -> bool:
    return piece.texts != ("",) or piece.start >= 0


def _readable(piece: Piece) -> Piece:
    """Return a piece, or an unknown one for several texts that may not read as plain text."""
    if piece.texts is None or len(piece.texts) == 1:
        return piece
    safe = all(text and quick.fullmatch(_SAFE, text) for text in piece.texts)
    return piece if safe else UNKNOWN


def _length(piece: Piece) -> int:
    return len(piece.texts[0]) if piece.texts is not None and len(piece.texts) == 1 else 1

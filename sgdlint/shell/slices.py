"""Parts of words, each character still with the place where it was written."""

from __future__ import annotations

from sgdlint.shell.state import bounded
from sgdlint.shell.values import Piece, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


def text_piece(text: str) -> Piece:
    """Return characters that were written nowhere."""
    return Piece((text,), -1, -1)


def part(word: Word, start: int, end: int) -> Word:
    """Return some characters of a word that has exactly one text."""
    pieces: list[Piece] = []
    offset = 0
    for piece in word.pieces:
        text = piece.texts[0] if piece.texts else ""
        left, right = max(start - offset, 0), min(end - offset, len(text))
        offset += len(text)
        if right - left == len(text):
            pieces.append(piece)
        elif left < right:
            begin = piece.start + left
            place = (begin, begin + right - left) if piece.exact else (-1, -1)
            pieces.append(Piece((text[left:right],), *place, piece.exact, None, piece.bare))
        if offset >= end:
            break
    return Word(word.start, word.end, bounded(tuple(pieces)), False, word.reason)


def joined(words: Iterable[Word], separator: str = "") -> Word:
    """Return one word from the characters of several."""
    pieces: list[Piece] = []
    reason = ""
    for index, word in enumerate(words):
        if index and separator:
            pieces.append(text_piece(separator))
        pieces += word.pieces
        reason = reason or word.reason
    return Word(-1, -1, bounded(tuple(pieces)), False, reason)


def parts(word: Word, spans: Sequence[tuple[int, int]]) -> list[Word]:
    """Return several parts of a word that has exactly one text."""
    return [part(word, start, end) for start, end in spans]


def mapped(word: Word, change: Callable[[str], str | None]) -> Word | None:
    """Return a word with each character run changed; None when a run cannot be changed.

    change: takes and gives texts; what it leaves alone keeps its place.
    """
    pieces: list[Piece] = []
    for piece in word.pieces:
        if piece.texts is None:
            return None
        texts = [change(text) for text in piece.texts]
        found = tuple(text for text in texts if text is not None)
        if len(found) < len(texts):
            return None
        same = found == piece.texts
        pieces.append(piece if same else Piece(tuple(dict.fromkeys(found)), -1, -1))
    return Word(word.start, word.end, tuple(pieces), word.many, word.reason)

"""Parts of words, each character still with the place where it was written."""

from __future__ import annotations

from sgdlint.record import replace
from sgdlint.shell.held import MOST_PIECES, UNKNOWN, bounded
from sgdlint.shell.values import Piece, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

EMPTY = Word(-1, -1, ())
"""A word without characters."""


def written_nowhere(text: str) -> Word:
    """Return a word that was written nowhere."""
    return Word(-1, -1, (Piece((text,), -1, -1),)) if text else EMPTY


def part(word: Word, start: int, end: int) -> Word:
    """Return some characters of a word that has exactly one text."""
    pieces: list[Piece] = []
    offset = 0
    for piece in word.pieces:
        text = piece.texts[0] if piece.texts else ""
        left, right = max(start - offset, 0), min(end - offset, len(text))
        offset += len(text)
        if left < right:
            pieces.append(_cut(piece, text, left, right))
        if offset >= end:
            break
    return Word(word.start, word.end, tuple(pieces), False, word.reason)


def _cut(piece: Piece, text: str, left: int, right: int) -> Piece:
    if right - left == len(text):
        return piece
    begin = piece.start + left
    place = (begin, begin + right - left) if piece.exact else (-1, -1)
    return Piece((text[left:right],), *place, piece.exact, None, piece.bare, piece.file)


def joined(words: Iterable[Word], separator: str = "") -> Word:
    """Return one word from the characters of several."""
    pieces: list[Piece] = []
    reason = ""
    for index, word in enumerate(words):
        if index and separator:
            pieces.append(Piece((separator,), -1, -1))
        pieces += word.pieces
        reason = reason or word.reason
    if len(pieces) > MOST_PIECES and all(len(piece.texts or ()) == 1 for piece in pieces):
        text = "".join(piece.texts[0] for piece in pieces if piece.texts)
        pieces = [Piece((text,), -1, -1)]
    return Word(-1, -1, bounded(tuple(pieces)), False, reason)


def mapped(word: Word, change: Callable[[str], str | None]) -> Word | None:
    """Return a word with each run of characters changed; None when one cannot be changed.

    change: takes and gives texts; a run that it leaves alone keeps its place.
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


def replaced(word: Word, changes: Iterable[tuple[int, int, str]]) -> Word:
    """Return a word that has one text with parts of it replaced; changes: in order."""
    text = word.text or ""
    parts: list[Word] = []
    last = 0
    for start, end, new in changes:
        parts += [part(word, last, start), written_nowhere(new)]
        last = end
    parts.append(part(word, last, len(text)))
    return replace(joined(parts), reason=word.reason)


def without_newlines(word: Word) -> Word:
    """Return what a command substitution makes of an output: without newlines at its end."""
    pieces = list(word.pieces)
    is_open = False
    while pieces:
        last = pieces[-1]
        texts = last.texts
        if texts is None:
            is_open = True
            before = pieces[-2] if len(pieces) > 1 else None
            if before is None or not _may_end(before):
                break
            del pieces[-2]
        elif is_open or not _may_end(last):
            break
        elif len(texts) == 1:
            stripped = texts[0].rstrip("\n")
            del pieces[-1]
            if stripped:
                pieces.append(_cut(last, texts[0], 0, len(stripped)))
        else:
            stripped_texts = tuple(dict.fromkeys(text.rstrip("\n") for text in texts))
            if len(pieces) > 1 and "" in stripped_texts:
                pieces[-1] = UNKNOWN
                continue
            pieces[-1] = Piece(stripped_texts, -1, -1)
            break
    return Word(-1, -1, tuple(pieces), word.many, word.reason)


def _may_end(piece: Piece) -> bool:
    """Tell whether a piece may end with a newline, or have no characters."""
    return piece.texts is None or any(not text or text.endswith("\n") for text in piece.texts)

"""Parts of texts that know where they were written."""

from __future__ import annotations

from sgdlint.shell.values import Piece

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator


def part(piece: Piece, start: int, end: int) -> list[Piece]:
    """Return some characters of a piece, as a piece of their own; none when there are none."""
    text = piece.texts[0][start:end] if piece.texts else ""
    if not text:
        return []
    if not piece.exact:
        return [Piece((text,), piece.start, piece.end)]
    return [Piece((text,), piece.start + start, piece.start + end, True)]


def joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Return pieces of which those that stand side by side, written just so, are one."""
    found: list[Piece] = []
    run: list[Piece] = []
    for piece in [*pieces, None]:
        if run and (piece is None or not piece.exact or piece.start != run[-1].end):
            text = "".join(one.texts[0] for one in run if one.texts)
            found.append(Piece((text,), run[0].start, run[-1].end, True))
            run = []
        if piece is not None and piece.exact and piece.texts:
            run.append(piece)
        elif piece is not None:
            found.append(piece)
    return found


def cut(pieces: Iterable[Piece], start: int, end: int) -> list[Piece]:
    """Return the characters from start to end of a text; one that is not known counts as one."""
    found: list[Piece] = []
    offset = 0
    for piece in pieces:
        length = 1 if piece.texts is None else len(piece.texts[0])
        left, right = max(0, start - offset), min(length, end - offset)
        if left < right:
            found += [piece] if piece.texts is None else part(piece, left, right)
        offset += length
    return found


def with_gaps(pieces: Iterable[Piece], pattern: re.Pattern[str]) -> Iterator[Piece]:
    """Yield pieces in which what a pattern matches is not known."""
    for piece in pieces:
        text = piece.texts[0] if piece.texts else ""
        if piece.texts is None:
            yield piece
        done = 0
        for match in pattern.finditer(text):
            yield from part(piece, done, match.start())
            for one in part(piece, match.start(), match.end()):
                yield Piece(None, one.start, one.end)
            done = match.end()
        yield from part(piece, done, len(text))

"""A text put together from parts of a file, with the place of each of its characters.

For languages in which a value is decoded character by character: continued lines, escapes, quotes.
"""

from __future__ import annotations

from sgdlint.record import record
from sgdlint.shell.values import Piece

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@record
class Part:
    """Some characters of a value. text: what they mean, None when that is not known.

    start, end: where they are written. exact: they are written just so.
    name: of the variable that they refer to, "" when they refer to none.
    default: of what is not known: what it is when nothing outside the file says otherwise.
    """

    text: str | None
    start: int
    end: int
    exact: bool = False
    name: str = ""
    default: str | None = None


class Placed:
    """A text. starts: the place in the file of each character, and behind the last one its end."""

    __slots__ = ("starts", "text")

    def __init__(self, text: str, starts: Sequence[int]) -> None:
        self.text = text
        self.starts = starts

    @classmethod
    def of(cls, source: str, start: int, end: int) -> Placed:
        """Return a part of a file as it stands there."""
        return cls(source[start:end], range(start, end + 1))

    def part(self, start: int, end: int) -> Placed:
        """Return some of the characters."""
        first, last = self.place(start, end)
        if start == end:
            return Placed("", (first,))
        return Placed(self.text[start:end], [*self.starts[start:end], last])

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return from where to where some of the characters are written."""
        first = self.starts[start]
        return (first, first) if start == end else (first, self.starts[end - 1] + 1)

    def parts(self, start: int, end: int) -> list[Part]:
        """Return some of the characters, which mean what they are."""
        return [
            Part(self.text[index], self.starts[index], self.starts[index] + 1, True)
            for index in range(start, end)
        ]


def joined(parts: Iterable[Part]) -> tuple[Piece, ...]:
    """Return parts as pieces: those that stand side by side, written just so, are one."""
    pieces: list[Piece] = []
    run: list[str] = []
    start = end = -1
    for part in parts:
        if run and not (part.exact and part.text is not None and part.start == end):
            pieces.append(Piece(("".join(run),), start, end, True))
            run = []
        if part.text is None:
            pieces.append(Piece(None, part.start, part.end, default=part.default))
        elif part.exact:
            start = part.start if not run else start
            run.append(part.text)
            end = part.end
        else:
            pieces.append(Piece((part.text,), part.start, part.end))
    if run:
        pieces.append(Piece(("".join(run),), start, end, True))
    return tuple(pieces)

"""A string that Compose splits into words, written as bash would have to be given it.

Compose knows quotes and backslashes; to it `$`, `*`, `#` and `~` are characters like others, a line
end is a blank, a backslash in double quotes takes itself away, and what begins with `;`, `&`, `|`,
`<` or `>` is dropped. Source: compose-go, `types/command.go`, which calls go-shellwords
(`Parser.Parse` without ParseEnv and ParseBacktick).
"""

from __future__ import annotations

import re

from sgdlint.record import replace
from sgdlint.shell.values import Piece

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

BLANKS = " \t\r\n"
ENDS = ";&|<>"
UNLIKE = "`()"
"""Outside of quotes these begin something that nobody means: all from there on is unknown."""
_PLAIN = re.compile(r"[\w@%+=:,./-]")
_WORD = re.compile(r"[\w@%+=:,./-]+")
_ESCAPED_IN_QUOTES = '$`"\\'
LINE_ENDS = "\r\n"
VERSIONS_DIFFER = "nt"
"""A backslash before these means a line end and a tab since go-shellwords 1.0.11."""


class Splitter:
    """Reads the pieces of a string; `pieces` is what bash is to be given for it.

    loose: where unknown pieces stand that may hold blanks and quotes, counted from the beginning.
    breaks: the places in the file of line ends that are blanks between words.
    """

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces: list[Piece] = []
        self.loose: list[int] = []
        self._run: list[str] = []
        self._start = self._stop = -1
        self.breaks: set[int] = set()
        self._length = 0
        self._quote = ""
        self._escape: tuple[int, int, bool] | None = None
        for piece in pieces:
            if not self._take(piece):
                break
        else:
            if self._quote or self._escape:
                self._give_up()
        self._flush()

    def _take(self, piece: Piece) -> bool:
        """Read one piece; False when nothing after it counts."""
        if piece.texts is None:
            self._unknown(piece)
            return True
        for index, character in enumerate(piece.texts[0]):
            place = (piece.start, piece.end)
            if piece.exact:
                place = (piece.start + index, piece.start + index + 1)
            if not self._character(character, place, piece.exact):
                return False
        return True

    def _character(self, character: str, place: tuple[int, int], exact: bool) -> bool:
        if self._escape is not None:
            self._escaped(character, place, exact)
        elif self._quote == "'" or (self._quote and character not in '"\\$`'):
            self._add(character, place, exact)
            self._quote = "" if character == self._quote else self._quote
        elif character == "\\":
            self._escape = (*place, exact)
        elif self._quote:
            self._add(character if character == '"' else "\\" + character, place, exact)
            self._quote = "" if character == '"' else self._quote
        elif character in ENDS:
            return self._end(character)
        elif character in UNLIKE:
            self._give_up(*place)
            return False
        else:
            self._outside(character, place, exact)
        return True

    def _outside(self, character: str, place: tuple[int, int], exact: bool) -> None:
        if character in "'\"":
            self._quote = character
            self._add(character, place, exact)
        elif character in LINE_ENDS:
            self.breaks.add(place[0])
            self._add(" ", place, False)
        elif character in BLANKS or _PLAIN.match(character) or not character.isascii():
            self._add(character, place, exact)
        else:
            self._add("\\" + character, place, False)

    def _escaped(self, character: str, place: tuple[int, int], exact: bool) -> None:
        """Read what stands behind a backslash."""
        start, end, was_exact = self._escape or (-1, -1, False)
        self._escape = None
        both = (start, place[1]) if start >= 0 else place
        if character in VERSIONS_DIFFER:
            self._unknown(Piece(None, *both), loose=False)
        elif character in LINE_ENDS:
            self._add("\n" if self._quote else "$'\\n'", both, False)
        elif not self._quote or character in _ESCAPED_IN_QUOTES:
            self._add("\\", (start, end), was_exact)
            self._add(character, place, exact)
        else:
            self._add(character, both, False)

    def _end(self, character: str) -> bool:
        """Drop the rest; the number before a `>` goes too, so that it is not certain."""
        self._flush()
        last = self.pieces[-1].texts if self.pieces else None
        if character == ">" and last is not None and last[0][-1:].isdigit():
            self._give_up()
        return False

    def _give_up(self, start: int = -1, end: int = -1) -> None:
        self._unknown(Piece(None, start, end))

    def _unknown(self, piece: Piece, loose: bool = True) -> None:
        self._flush()
        if loose:
            self.loose.append(self._length)
            if piece.default and not _WORD.fullmatch(piece.default):
                piece = replace(piece, default=None)
        self.pieces.append(piece)
        self._length += 1

    def _add(self, text: str, place: tuple[int, int], exact: bool) -> None:
        """Put in a character, as bash needs it; what stands just so is joined."""
        self._length += len(text)
        if exact and place[1] - place[0] == len(text):
            if self._run and self._stop != place[0]:
                self._flush()
            self._start = self._start if self._run else place[0]
            self._run.append(text)
            self._stop = place[1]
        else:
            self._flush()
            self.pieces.append(Piece((text,), *place))

    def _flush(self) -> None:
        if self._run:
            self.pieces.append(Piece(("".join(self._run),), self._start, self._stop, True))
            self._run = []

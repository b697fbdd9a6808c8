"""The words that one written word becomes, put together piece by piece."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.shell.held import UNKNOWN, bounded
from sgdlint.shell.values import Piece, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_IFS = " \t\n"
PATTERN = "a file pattern can match any number of files"

_PARTS = quick.compile(r"[ \t\n]+|[^ \t\n]+")
GLOB = quick.compile(r"[*?\[\\]|[+@!]\(")
_BLANK = quick.compile(r"[ \t\n]")


class Fields:
    """Collects pieces into words, as bash splits what it expands.

    single: everything becomes one word without splitting, as the value of an assignment does.
    ifs: the value of IFS, None when it is not known. alone: one parameter is the whole word.
    after_blank: a changed IFS has ended a word at a blank, and nothing follows it so far.
    """

    __slots__ = (
        "_end", "_many", "_optional", "_pieces", "_reason", "_start", "_started", "after_blank",
        "alone", "ifs", "is_spread", "single", "words",
    )  # fmt: skip

    def __init__(self, start: int, end: int, ifs: str | None, single: bool = False) -> None:
        self.words: list[Word] = []
        self.single = single
        self.ifs = ifs
        self.alone = self.after_blank = False
        self.is_spread = False
        self._start, self._end = start, end
        self._clear()

    def _clear(self) -> None:
        self._pieces: list[Piece] = []
        self._started = self._many = self._optional = False
        self._reason = ""

    @property
    def is_started(self) -> bool:
        """Whether there is a word that goes on here."""
        return self._started

    def start(self) -> None:
        """Begin a word, even if nothing is put into it: quotes do."""
        self._started = True

    def add(self, pieces: Sequence[Piece], reason: str = "") -> None:
        """Put characters into the word."""
        if self._optional:
            self._optional = False
            self.blob((UNKNOWN,), self._reason)
        self._pieces.extend(pieces)
        self._started = True
        self._reason = self._reason or reason

    def blob(self, pieces: Sequence[Piece], reason: str) -> None:
        """Put in what may become any number of words."""
        self.add(pieces, reason)
        self._many = not self.single

    def finish(self) -> None:
        """End the word, when one was begun."""
        if self._started:
            word = Word(self._start, self._end, self._whole(), self._many, self._reason)
            self.words.append(word)
        if self._optional:
            reason = self._reason
            self.words.append(Word(self._start, self._end, (UNKNOWN,), True, reason))
        self._clear()

    def _whole(self) -> tuple[Piece, ...]:
        """Return the pieces of the word."""
        pieces = self._pieces
        while pieces and pieces[-1].texts == ("",) and not pieces[-1].exact:
            del pieces[-1]
        return bounded(tuple(pieces))

    def done(self, written: tuple[int, int]) -> list[Word]:
        """End the last word and return all; written: where the one word was written."""
        if self._started and not (self.words or self._many or self._optional or self.is_spread):
            self.words = [
                Word(self._start, self._end, self._whole(), False, self._reason, *written)
            ]
            return self.words
        self.finish()
        if len(self.words) == 1 and not self.is_spread and not self.words[0].many:
            only = self.words[0]
            self.words[0] = Word(
                only.start, only.end, only.pieces, False, only.reason, written[0], written[1]
            )
        return self.words

    def split(self, word: Word) -> None:
        """Put in an unquoted expansion: bash splits it at blanks and looks for file patterns."""
        if self.single:
            self.add(word.pieces, word.reason)
        elif self.ifs != DEFAULT_IFS:
            from sgdlint.shell import splitting

            splitting.split(self, word)
        else:
            for piece in word.pieces:
                self._split_piece(piece, word.reason)

    def _split_piece(self, piece: Piece, reason: str) -> None:
        if piece.texts is None:
            self.blob((piece,), reason)
        elif piece.texts == ("",):
            if self._started and not self._optional:
                self._pieces.append(piece)
        elif len(piece.texts) == 1:
            self._split_text(piece, piece.texts[0])
        elif not any(
            text == "" or _BLANK.search(text) or GLOB.search(text) for text in piece.texts
        ):
            self.add((piece,), reason)
        elif all(text == "" or _BLANK.match(text) for text in piece.texts):
            # What came before is a word of its own if nothing follows.
            if self._optional:
                self.add(())
            self._optional = True
            self._reason = self._reason or reason or "it has several values"
        else:
            self.blob((UNKNOWN,), reason or "it has several values")

    def _split_text(self, piece: Piece, text: str) -> None:
        for match in _PARTS.finditer(text):
            part = match.group()
            if part[0] in DEFAULT_IFS:
                if self._started or self._optional:
                    self.finish()
                self.is_spread = True
            elif GLOB.search(part):
                self.blob((UNKNOWN,), PATTERN)
            elif len(part) == len(text):
                self.add((piece,))
            elif piece.exact:
                start = piece.start + match.start()
                self.add((Piece((part,), start, start + len(part), True, None, piece.bare),))
            else:
                # Which of the characters is not known.
                self.add((Piece((part,), -1, -1, file=piece.file),))

    def elements(self, words: Sequence[Word], quoted: bool, starred: bool) -> None:
        """Put in all elements of an array, each a word of its own.

        starred: it is `${A[*]}`; in quotes its elements become one word.
        """
        if self.single or (quoted and starred):
            self._join(words, starred)
            return
        self.is_spread = True
        if not quoted and self.ifs != DEFAULT_IFS and not all(word.text for word in words):
            self.blob((UNKNOWN,), "bash may keep empty elements where IFS is changed")
            return
        if not self.alone and any(word.many for word in words):
            # Text beside it goes to its first or last word, whichever that is.
            self.blob((UNKNOWN,), next(word.reason for word in words if word.many))
            return
        for index, word in enumerate(words):
            if index:
                self.finish()
            if not quoted:
                self.split(word)
            elif word.many:
                self.blob(word.pieces, word.reason)
            else:
                self.add(word.pieces, word.reason)

    def take(self, words: Sequence[Word]) -> None:
        """Take the elements of an array as words, when nothing else is in the written word."""
        self.is_spread = True
        start, end = self._start, self._end
        self.words += [
            Word(start, end, w.pieces, w.many, w.reason, w.written_start, w.written_end)
            for w in words
        ]

    def _join(self, words: Sequence[Word], starred: bool) -> None:
        separator = " " if not starred else self.ifs[:1] if self.ifs is not None else None
        if any(word.many for word in words) or (separator is None and len(words) > 1):
            reasons = (word.reason for word in words if word.many)
            self.add((UNKNOWN,), next(reasons, "IFS is not known"))
            return
        for index, word in enumerate(words):
            if index:
                self.add((Piece((separator or "",), -1, -1),))
            self.add(word.pieces, word.reason)

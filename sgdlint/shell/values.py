"""What is known about the words of a command: known, one of several, or unknown.

Unknown is a value of its own, never a stand-in text. Offsets are code points into the script.
"""

from __future__ import annotations

from sgdlint.record import Slotted, record

MOST_TEXTS = 16
"""Above this many possible texts a word is unknown."""


@record
class Piece(metaclass=Slotted):
    """Some characters of a word and where they were written.

    texts: the possible texts: one when known, several when it depends on the path, None when
    unknown.
    start, end: where these characters were written (the assignment, not the use); -1 when nowhere.
    exact: `texts[0]` is the source text there, character for character; it can be edited in part.
    default: for an unknown piece, the text that it has when nothing outside the script sets the
    variable (`4` of `${GPUS:-4}`); `exact` is then about this text.
    bare: it stands outside of quotes, where a blank beside it would end the value or the word.
    file: `FILE:LINE` when it was written in another file (start is -1 then), else "".
    """

    texts: tuple[str, ...] | None
    start: int
    end: int
    exact: bool = False
    default: str | None = None
    bare: bool = False
    file: str = ""


@record
class Word(metaclass=Slotted):
    """A word of a command as bash would pass it, or as much of it as is known.

    start, end: where the word stands in the command that uses it.
    pieces: its characters in order; an empty tuple is the empty string (`""`).
    many: it may become any number of words (an unquoted unknown variable, `"$@"`, a glob).
    reason: why it is not known ("$MODEL is not set in this script"), or "".
    written_start, written_end: where the whole word was written, with its quotes, when one written
    word (of the command, or an element of an array) gives exactly this word; -1 otherwise, for
    example for a word split out of a string.
    """

    start: int
    end: int
    pieces: tuple[Piece, ...]
    many: bool = False
    reason: str = ""
    written_start: int = -1
    written_end: int = -1

    @property
    def text(self) -> str | None:
        """The word's text when there is exactly one possibility, else None."""
        pieces = self.pieces
        texts = pieces[0].texts if len(pieces) == 1 and not self.many else self.texts
        return texts[0] if texts is not None and len(texts) == 1 else None

    @property
    def texts(self) -> tuple[str, ...] | None:
        """All possible texts of the word, or None when it is unknown."""
        if self.many:
            return None
        if len(self.pieces) == 1 and len(self.pieces[0].texts or ()) == 1:
            return self.pieces[0].texts
        texts: tuple[str, ...] = ("",)
        for piece in self.pieces:
            if piece.texts is None or len(texts) * len(piece.texts) > MOST_TEXTS:
                return None
            texts = tuple(before + after for before in texts for after in piece.texts)
        return texts

    @property
    def default(self) -> str | None:
        """The word's text when nothing outside the script sets its variables, if that is known."""
        text = ""
        for piece in self.pieces:
            if piece.texts is not None and len(piece.texts) == 1:
                text += piece.texts[0]
            elif piece.texts is None and piece.default is not None:
                text += piece.default
            else:
                return None
        return text

    @property
    def prefix(self) -> str:
        """The leading characters that are certain: `--model-path=` of `--model-path=$M`."""
        certain = ""
        for piece in self.pieces:
            if piece.texts is None or len(piece.texts) != 1:
                break
            certain += piece.texts[0]
        return certain


@record
class Variable(metaclass=Slotted):
    """A shell variable at one point of the script.

    word: its value; None when it is certainly unset.
    exported: it is in the environment of the commands that follow, when it is set; None when that
    is not certain. (A `local` without a value is unset, and commands get what the caller exported.)
    start, end: the assignment that gave the value (`A=1`), -1 when there is none.
    prefix: it stands before the command (`A=1 sglang …`) and holds for that command alone.
    attributes: the letters of `declare` that change what is assigned (i, l, u, c, n, r), in order,
    and `?` when it may have others or lack some of these. Of a reference (n), `word` is the name
    that it refers to.
    """

    name: str
    word: Word | None
    exported: bool | None
    start: int
    end: int
    prefix: bool = False
    attributes: str = ""


@record
class Condition(metaclass=Slotted):
    """Something that decided where a path went.

    start, end: where it stands in the file (a test, the word of a `case`, the head of a loop).
    text: what was asked: the source of the test, `WORD = pattern` for an arm of a `case`,
    `NAME=value` for a round of a loop.
    held: whether it was so on this path; always for the round of a loop.
    is_round: it is no test, but a round of a loop.
    """

    start: int
    end: int
    text: str
    held: bool = True
    is_round: bool = False


@record
class Dead(metaclass=Slotted):
    """Why no path leads to a command.

    start, end: the statement behind which nothing runs (`ends`), or the test that always comes out
    otherwise; -1 when that cannot be told.
    """

    start: int
    end: int
    ends: bool


@record
class Command(metaclass=Slotted):
    """One simple command as bash would run it.

    words: the command's words after expansion; arrays and split variables are several words.
    environment: variables known to be exported (or certainly unset) when it runs, by name; a name
    that is not here is not known: it may come from outside the script.
    start, end: the simple command in the script, without its redirections.
    conditional: it runs only on some paths (inside `if`, `case`, a loop, a function, after `&&`).
    function: its first word names a function of the script.
    stdin: the text of its here-document or here-string, when it has one.
    nested: it stands in a string or a here-document that is read as a script (`eval`, `bash -c`).
    stdout: the file that its output goes to, and nothing else before (`> file`).
    path: what had to be so for it to run like this, as far as it is not known beforehand, in order.
    calls: where the functions are called through which it was reached, the outermost first.
    One place may give several commands, of different paths, rounds of a loop or calls.
    file: `FILE:LINE` when it stands in another file; start and end are then the `source` command.
    dead: why it never runs, None when it may.
    """

    start: int
    end: int
    words: tuple[Word, ...]
    environment: dict[str, Variable]
    conditional: bool = False
    function: bool = False
    stdin: Word | None = None
    nested: bool = False
    stdout: Word | None = None
    path: tuple[Condition, ...] = ()
    calls: tuple[tuple[int, int], ...] = ()
    file: str = ""
    dead: Dead | None = None

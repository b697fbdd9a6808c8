"""Puts the script of a region together: variables, then a text for a shell or a list of words."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.documents.region import Entry, Granted, Item, Noted, Place, Region
from sgdlint.record import record
from sgdlint.shell.values import Piece
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sgdlint.documents.region import ListWriter
    from sgdlint.finding import Edit

_QUOTE = quick.compile(r"(?s)\\.|[\"']")
PLAIN = quick.compile(r"[\w@%+=:,./-]+\Z")


@record
class Value:
    """A text of the document: its pieces, where all of it stands, and how it can be changed.

    span: with its quotes. places: what can be edited in it. many: it may be nothing, or several
    words.
    """

    pieces: tuple[Piece, ...]
    span: Span
    places: tuple[Place, ...] = ()
    many: bool = False

    @property
    def text(self) -> str | None:
        """The text when all of it is known."""
        texts = [piece.texts for piece in self.pieces]
        return None if None in texts else "".join(one[0] for one in texts if one)


@record
class Variable:
    """A variable that the document sets. removal: the edit that takes it out, None if none can."""

    name: str
    value: Value
    name_span: Span
    removal: Edit | None = None


def quote_after(text: str, quote: str) -> str:
    """Return which quotes are open behind a text, "" for none. quote: before it."""
    for match in _QUOTE.finditer(text):
        mark = match[0]
        if mark[0] == "\\":
            continue
        quote = "" if quote == mark else quote or mark
    return quote


def with_defaults(value: Value) -> Value:
    """Return a value as it is when nothing outside says otherwise."""
    pieces = tuple(
        Piece((piece.default,), piece.start, piece.end)
        if piece.texts is None and piece.default is not None
        else piece
        for piece in value.pieces
    )
    return Value(pieces, value.span)


def made(text: str) -> Piece:
    """Return characters that stand nowhere in the file."""
    return Piece((text,), -1, -1)


class Script:
    """Collects the pieces of a region in order."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.length = 0
        self.places: list[Place] = []
        self.entries: list[Entry] = []
        self.items: list[Item] = []
        self.loose: list[int] = []
        self.inline: list[Span] = []

    def add(self, *pieces: Piece) -> None:
        """Put pieces at the end."""
        for piece in pieces:
            self.pieces.append(piece)
            self.length += 1 if piece.texts is None else len(piece.texts[0])

    def note(self, label: str, value: Value) -> Noted | None:
        """Put in a comment that gives something of the surroundings a place; None if unknown."""
        text = value.text
        if text is None or len(text.splitlines()) != 1:
            return None
        self.add(made(f"# {label}: "))
        start = self.length
        self.add(*value.pieces)
        self.places += value.places
        noted = Noted(text, Span(start, self.length), label)
        self.add(made("\n"))
        return noted

    def export(self, variable: Variable) -> None:
        """Put in `export NAME='value'` for a variable that the document sets."""
        start = self.length
        name = variable.name_span
        exact = name.end - name.start == len(variable.name)
        self.add(made("export "), Piece((variable.name,), name.start, name.end, exact), made("="))
        self.word(variable.value)
        self.entries.append(Entry(start, self.length, variable.removal))
        self.add(made("\n"))
        self.places += variable.value.places

    def shell(self, value: Value, inline: bool = False) -> None:
        """Put in a text that a shell reads; inline: it sets variables in front of its commands."""
        start = self.length
        for piece in value.pieces:
            if piece.texts is None:
                self.loose.append(self.length)
            self.add(piece)
        self.places += value.places
        if inline:
            self.inline.append(Span(start, self.length))

    def words(self, values: Sequence[Value], writers: Sequence[tuple[ListWriter, int]]) -> None:
        """Put in words as a shell would write them; writers: the list and number of each."""
        for number, (value, (writer, index)) in enumerate(zip(values, writers, strict=True)):
            if number:
                self.add(made(" "))
            start = self.length
            if value.many:
                self.loose.append(self.length)
                self.add(Piece(None, value.span.start, value.span.end))
            else:
                self.word(value)
            self.items.append(Item(start, self.length, index, writer))
            self.places += value.places

    def word(self, value: Value) -> None:
        """Put in a value as (a part of) a word: in quotes, unless it needs none."""
        text = value.text
        if text is not None and PLAIN.match(text):
            self.add(*value.pieces)
            return
        self.add(made("'"))
        for piece in value.pieces:
            if piece.texts is None or "'" not in piece.texts[0]:
                self.add(piece)
            else:
                self.add(*_without_quotes(piece))
        self.add(made("'"))

    def typed(self, value: Value) -> None:
        """Put in a text that a shell reads; what is not known within quotes is taken to stay there.

        For texts that people type, where they put quotes around what may hold blanks.
        """
        quote = ""
        for piece in value.pieces:
            if piece.texts is None and not quote:
                self.loose.append(self.length)
            if piece.texts is not None:
                quote = quote_after(piece.texts[0], quote)
            self.add(piece)
        self.places += value.places

    def region(
        self,
        around: Span,
        granted: Granted,
        reason: str = "",
        add_variable: Callable[[str, str], Edit] | None = None,
    ) -> Region:
        """Return what was collected."""
        region = Region(self.pieces, around, granted, reason)
        region.places, region.entries, region.items = self.places, self.entries, self.items
        region.inline = self.inline
        region.loose = frozenset(self.loose)
        region.add_variable = add_variable
        return region


def _without_quotes(piece: Piece) -> list[Piece]:
    r"""Return a piece with each `'` as `'\''`, which stands for the same place."""
    text = piece.texts[0] if piece.texts else ""
    if not piece.exact:
        return [Piece((text.replace("'", "'\\''"),), piece.start, piece.end)]
    result = []
    start = piece.start
    for number, part in enumerate(text.split("'")):
        if number:
            result.append(Piece(("'\\''",), start, start + 1))
            start += 1
        if part:
            result.append(Piece((part,), start, start + len(part), True))
        start += len(part)
    return result

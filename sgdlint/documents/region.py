"""A launch in a document of another language, as a shell script with a way back.

A region's `text` is what a shell would be given to do what the document says: the decoded text of
a `run:` block, or the words of an argument list with a blank between them, after one line
`export NAME=value` for each variable that the document sets. The pipeline checks that text like
any script; spans and edits are carried back to the characters of the file.
"""

from __future__ import annotations

from bisect import bisect_right

from sgdlint.record import record
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Protocol

    from sgdlint.finding import Edit
    from sgdlint.shell.values import Piece

    Encode = Callable[[str, Span], str]
    """Returns how a text is written in a place; raises CannotWriteError."""

    class ListWriter(Protocol):
        """Writes the items of a list in its own layout; each may raise CannotWriteError.

        extent: from the line where the list begins to the end of the line where it ends.
        """

        @property
        def extent(self) -> Span:
            """Return where edits of the list may stand."""

        def replace(self, index: int, text: str) -> Edit:
            """Return the edit that gives an item another text."""

        def insert(self, index: int, texts: Sequence[str]) -> Edit:
            """Return the edit that puts items before the one with a number, or at the end."""

        def remove(self, first: int, last: int) -> Edit:
            """Return the edit that takes items out, both ends included."""


STAND_IN = "\ue000"
"""The character that stands in a region's text for what the document leaves open."""


class CannotWriteError(Exception):
    """An edit cannot be carried over to the document; the message says why, for the user."""


HERE, CONTAINER, ELSEWHERE = "here", "container", "elsewhere"
"""Where a script runs: where the file lies, in a container, or on another machine."""


@record
class Noted:
    """Something that the surroundings say: its text, its place in the region's text.

    label: what it says, in the words of the document (`nvidia.com/gpu`).
    """

    text: str
    span: Span
    label: str


@record
class Port:
    """A port where something outside expects a server.

    noted: what says so. must: without an answer there, the container is not taken for ready.
    """

    number: int
    noted: Noted
    must: bool = False


@record
class Granted:
    """What the surroundings give to a launch, each with its place: None when they do not say.

    place: what it stands in, in words (`container web of Deployment flux`). runs: HERE, CONTAINER
    or ELSEWHERE; only HERE can read files beside the document, and has what is installed there.
    image: the container image. gpus: how many GPUs, and what says so (`nvidia.com/gpu: 4`).
    gpu: the product of the GPUs, as it is written. ports: none unless all are known. small_shm:
    what says that shared memory has its small default size, no_init: that no small init is
    process 1; "" when that is not so, or not known. same_gpus: GPUs that another container gets,
    too, and which one. is_open: whoever starts the container may give
    it more variables and folders. checkout: the path from the document to the folder where it
    starts, when that has the files of the project.
    """

    place: str = ""
    runs: str = HERE
    image: Noted | None = None
    gpus: tuple[int, Noted] | None = None
    gpu: Noted | None = None
    ports: tuple[Port, ...] = ()
    small_shm: str = ""
    no_init: str = ""
    same_gpus: tuple[tuple[str, ...], str] | None = None
    is_open: bool = False
    checkout: str | None = None


@record
class Item:
    """A word of an argument list: where it stands in the region, and its number in the list."""

    start: int
    end: int
    index: int
    words: ListWriter


@record
class Entry:
    """A variable that the document sets: its line in the region, and the edit that removes it."""

    start: int
    end: int
    removal: Edit | None


@record
class Place:
    """A value in the file in which text can be changed: its characters, and how they are put in."""

    span: Span
    encode: Encode


class Region:
    """One script in a document.

    text: see above. anchors: pairs of an offset in the text and the piece of the file that begins
    there, in order; a piece without a place (start -1) stands nowhere in the file, one without a
    text is not known: a STAND_IN stands for it. around: the place in the file of all of it.
    granted: what the surroundings give. reason: why unknown parts are not known. loose: where
    unknown parts stand that may hold blanks and quotes, which a shell reads as such.
    is_certain: it certainly is a shell script; faults of its syntax are told only then.
    either: the file is this script or another one; what is said of it must hold for all such.
    is_quoted: a sentence shows it, which may speak of a mistake; what is found in it is info.
    items, entries, places: what edits can be made on. add_variable: returns the edit that sets one
    more variable. inline: text for a shell that sets variables before its own commands instead.
    guard: raises CannotWriteError for a place in the file that is not to be changed.
    """

    __slots__ = (
        "_starts",
        "add_variable",
        "anchors",
        "around",
        "either",
        "entries",
        "granted",
        "guard",
        "inline",
        "is_certain",
        "is_quoted",
        "items",
        "loose",
        "places",
        "reason",
        "text",
    )

    def __init__(
        self,
        pieces: Sequence[Piece],
        around: Span,
        granted: Granted | None = None,
        reason: str = "",
    ) -> None:
        self.around = around
        self.granted = granted or Granted()
        self.reason = reason
        self.is_certain = True
        self.either = False
        self.is_quoted = False
        self.loose: frozenset[int] = frozenset()
        self.items: list[Item] = []
        self.entries: list[Entry] = []
        self.places: list[Place] = []
        self.inline: list[Span] = []
        self.add_variable: Callable[[str, str], Edit] | None = None
        self.guard: Callable[[Span], None] | None = None
        self.anchors: list[tuple[int, Piece]] = []
        texts = []
        offset = 0
        for piece in pieces:
            self.anchors.append((offset, piece))
            text = STAND_IN if piece.texts is None else piece.texts[0]
            texts.append(text)
            offset += len(text)
        self.text = "".join(texts)
        self._starts = [offset for offset, _ in self.anchors]

    def piece_at(self, offset: int) -> tuple[int, Piece] | None:
        """Return the piece that holds the character at an offset, and where it begins."""
        index = bisect_right(self._starts, offset) - 1
        return self.anchors[index] if index >= 0 else None

    def host_span(self, span: Span) -> Span:
        """Return where a part of the text stands in the file; as near as is known."""
        if span.start == span.end:
            point = self._point(span.start)
            return Span(point, point)
        start, end = self._edge(span.start, 1), self._edge(span.end - 1, -1)
        return Span(start, end) if start <= end else self.around

    def exact_span(self, span: Span) -> Span | None:
        """Return where characters stand that are written in the file just so; None otherwise."""
        found = self.edit_span(span, whole_lines=False)
        return found if found and found.end - found.start == span.end - span.start else None

    def edit_span(self, span: Span, whole_lines: bool = True) -> Span | None:
        """Return where characters stand that can be changed together; None otherwise.

        Only what a layout puts before lines may stand between them. whole_lines: what it puts
        before the next line belongs to the line end.
        """
        if span.start == span.end:
            return self._exact_point(span.start)
        start, end = self._exact(span.start), self._exact(span.end - 1)
        if start is None or end is None:
            return None
        if not self._are_lines(span):
            return None
        return Span(start, self._next_line(span.end, end + 1) if whole_lines else end + 1)

    def _next_line(self, offset: int, place: int) -> int:
        """Return where the text after an offset begins, when a line ends there; else the place.

        What a layout puts before that line belongs to the line end.
        """
        found = self.piece_at(offset) if self.text[offset - 1] == "\n" else None
        return place if found is None or found[0] != offset else max(place, found[1].start)

    def _are_lines(self, span: Span) -> bool:
        """Whether only what a layout puts before lines stands between the characters of a part."""
        first = bisect_right(self._starts, span.start) - 1
        last = bisect_right(self._starts, span.end - 1)
        place, before = self.anchors[first][1].start, ""
        for _, piece in self.anchors[first:last]:
            text = "" if piece.texts is None else piece.texts[0]
            if not text or not (piece.exact or text == "\n") or not 0 <= place <= piece.start:
                return False
            if place < piece.start and before != "\n":
                return False
            place, before = piece.end, text[-1]
        return True

    def whole_span(self, span: Span, taken_out: bool) -> Span | None:
        """Return where characters stand that are to be others, or to be taken out.

        The indentation of a block of text stands in no piece: it goes with the line end before it.
        None when a part of the characters is not known, stands nowhere, or stands for something
        else: that can be taken out, and not be changed.
        """
        if span.start == span.end:
            return self._exact_point(span.start)
        first = self._cut(span.start, 1)
        last = self._cut(span.end, -1)
        between = self.anchors[self._index(span.start) : self._index(span.end - 1) + 1]
        places = [piece.start for _, piece in between if piece.texts != ("",)]
        can = all(_is_written(piece, taken_out) for _, piece in between)
        if first is None or last is None or not can or places != sorted(places):
            return None
        if self.text[span.end - 1] in "\r\n" and span.end < len(self.text):
            following = self._cut(span.end, 1)
            last = following if following is not None and following > last else last
        return Span(first, last) if first <= last else None

    def _index(self, offset: int) -> int:
        return bisect_right(self._starts, offset) - 1

    def _cut(self, offset: int, step: int) -> int | None:
        """Return where the file can be cut before the character at an offset, or behind (-1)."""
        index = self._index(offset if step > 0 else offset - 1)
        begin, piece = self.anchors[index]
        if piece.start < 0 or piece.texts is None:
            return None
        if piece.exact:
            return piece.start + offset - begin
        if step > 0:
            return piece.start if offset == begin else None
        return piece.end if offset == begin + len(piece.texts[0]) else None

    def _exact(self, offset: int) -> int | None:
        """Return the place of one character that is written just so."""
        found = self.piece_at(offset)
        if found is None or not found[1].exact or found[1].texts is None:
            return None
        begin, piece = found
        place = piece.start + offset - begin
        return place if place < piece.end else None

    def _exact_point(self, offset: int) -> Span | None:
        before = self._exact(offset - 1) if offset else None
        after = self._exact(offset) if offset < len(self.text) else None
        at_line_start = self.text[offset - 1 : offset] == "\n" and after is not None
        if before is not None and not at_line_start:
            return Span(before + 1, before + 1)
        return None if after is None else Span(after, after)

    def _point(self, offset: int) -> int:
        exact = self._exact_point(offset)
        if exact is not None:
            return exact.start
        return self._edge(offset - 1, -1) if offset else self._edge(0, 1)

    def _edge(self, offset: int, step: int) -> int:
        """Return where the character at an offset begins (step 1) or ends (-1) in the file.

        One that stands nowhere gives the edge of the next one, in the direction of the step.
        """
        index = bisect_right(self._starts, offset) - 1
        while 0 <= index < len(self.anchors):
            begin, piece = self.anchors[index]
            if piece.start >= 0:
                inside = begin <= offset < begin + (len(piece.texts[0]) if piece.texts else 1)
                if inside and piece.exact:
                    return piece.start + offset - begin + (step < 0)
                return piece.start if step > 0 else piece.end
            index += step
        return self.around.start if step < 0 else self.around.end


def _is_written(piece: Piece, taken_out: bool) -> bool:
    """Whether a piece stands in the file, just so or as something that means it."""
    if piece.texts is None or piece.start < 0:
        return False
    return piece.exact or taken_out or piece.texts[0].isspace()

r"""A Dockerfile as instructions: names, flags, arguments and here-documents, with their places.

Lines that end with the escape character go on in the next one; comments and blank lines between
them are left out. Source: Docker, "Dockerfile reference", and the parser of BuildKit.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate

from sgdlint.documents.region import CannotWriteError
from sgdlint.record import record
from sgdlint.shell.values import Piece
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.documents.region import Encode

FLAGGED = ("FROM", "RUN", "COPY", "ADD")
"""Instructions that may begin with flags (`RUN --mount=…`)."""
WITH_DOCUMENTS = ("RUN", "COPY", "ADD")
"""Instructions that may be followed by here-documents."""
MOST_DOCUMENTS = 20
"""Here-documents of one instruction that are read."""

_DIRECTIVE = re.compile(r"[ \t]*#[ \t]*([A-Za-z]\w*)[ \t]*=[ \t]*(\S*)[ \t]*\r?\n?")
_LINE = re.compile(r"[^\n]*\n?")
_NAME = re.compile(r"\s*([A-Za-z]+)(?:\s+|\Z)")
_FLAG = re.compile(r"--[\w-]+(?:=\S*)?(?:\s+|\Z)")
_QUOTED = re.compile(
    r"""\\.|'[^']*(?:'|\Z)|"(?:[^"\\]|\\.)*(?:"|\Z)|(?:(?<=[\s;&|()])|\A)\#.*""", re.DOTALL
)
_DOCUMENT = re.compile(r"""(?<!\S)\d*<<(-?)(?:(['"])(\w+)\2|(\w+))(?=\s|\Z)""")


@record
class Hereafter:
    """A here-document: the place of its lines, and of these with the line that ends it.

    tabs: tabs at the beginning of its lines do not count. quoted: nothing is put in.
    """

    span: Span
    whole: Span
    tabs: bool
    quoted: bool


@record
class Instruction:
    """An instruction. name: in capitals. start, end: from its name to the end of its last line.

    chunks: its arguments, without flags; between two of them, the line went on. text: all of them;
    starts: where in it each begins. comments: those inside of it. documents: its here-documents.
    """

    name: str
    start: int
    end: int
    chunks: tuple[Span, ...]
    text: str
    starts: tuple[int, ...]
    comments: tuple[Span, ...] = ()
    documents: tuple[Hereafter, ...] = ()

    def place(self, offset: int) -> int:
        """Return where the character at an offset of the text stands in the file."""
        if not self.chunks or offset >= len(self.text):
            return self.chunks[-1].end if self.chunks else self.end
        number = bisect_right(self.starts, offset) - 1
        return self.chunks[number].start + offset - self.starts[number]

    def span(self, start: int, end: int) -> Span:
        """Return where a part of the text stands in the file."""
        return Span(
            self.place(start), self.place(end - 1) + 1 if end > start else self.place(start)
        )

    def pieces(self, start: int, end: int) -> list[Piece]:
        """Return a part of the text as pieces."""
        found = []
        while start < end:
            number = bisect_right(self.starts, start) - 1
            begin = self.chunks[number].start + start - self.starts[number]
            size = min(end - start, self.chunks[number].end - begin)
            if size <= 0:
                break
            found.append(Piece((self.text[start : start + size],), begin, begin + size, True))
            start += size
        return found

    def for_shell(self, source: str) -> list[Piece]:
        r"""Return the text for a shell: with `\` at line ends where it means the same."""
        closed = _closed(self.text)
        pieces: list[Piece] = []
        offset = 0
        for number, chunk in enumerate(self.chunks):
            while closed and closed[-1].end <= offset:
                closed.pop()
            inside = bool(closed) and closed[-1].start < offset
            if number and not inside and self.text[offset - 1 : offset] != "\\":
                left = self.chunks[number - 1].end
                gap = source[left : chunk.start]
                place = (-1, -1) if "#" in gap else (left, chunk.start)  # a comment is kept
                pieces.append(Piece(("\\\n",), *place, gap == "\\\n"))
            stop = offset + chunk.end - chunk.start
            pieces.append(Piece((self.text[offset:stop],), chunk.start, chunk.end, True))
            offset = stop
        return [piece for piece in pieces if piece.texts != ("",)]


def _closed(text: str) -> list[Span]:
    """Return the parts of a command in which a line cannot go on, the last one first."""
    if "$'" in text:
        return [Span(-1, len(text) + 1)]
    found = (one for one in _QUOTED.finditer(text) if one.group()[0] in "'#")
    return [Span(*one.span()) for one in found][::-1]


class Lines:
    """The lines of a Dockerfile, and what is read of them.

    escape: the character at the end of a line that goes on. comments: those between instructions.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.escape = _escape(source)
        self.comments: list[Span] = []
        sign = re.escape(self.escape)
        self._more = re.compile(rf"(?:\A|(?<=[^{sign}])){sign}[ \t]*\r?\n?\Z")

    def instructions(self) -> Iterator[Instruction]:
        """Yield the instructions in order."""
        position = 0
        while position < len(self.source):
            line = self._line(position)
            if _is_comment(line):
                self.comments.append(_trimmed(line, position))
            elif line.strip():
                one = self._instruction(position)
                position = one.end
                yield one
                continue
            position += len(line)

    def _line(self, position: int) -> str:
        found = _LINE.match(self.source, position)
        return found.group() if found is not None else ""

    def _instruction(self, position: int) -> Instruction:
        chunks, comments, position = self._logical(position)
        text = "".join(self.source[one.start : one.end] for one in chunks)
        found = _NAME.match(text)
        name = found[1].upper() if found is not None else ""
        start = found.end() if found is not None else 0
        while name in FLAGGED and (flag := _FLAG.match(text, start)):
            start = flag.end()
        whole = Instruction(name, chunks[0].start, position, tuple(chunks), text, _starts(chunks))
        begin = whole.place(found.start(1)) if found is not None else chunks[0].start
        rest = _from(chunks, start)
        documents: list[Hereafter] = []
        if name in WITH_DOCUMENTS and "<<" in text[start:]:
            documents, position = self._documents(text[start:], position)
        return Instruction(
            name,
            begin,
            position,
            rest,
            text[start:],
            _starts(rest),
            tuple(comments),
            tuple(documents),
        )

    def _logical(self, position: int) -> tuple[list[Span], list[Span], int]:
        """Return the parts of a line that goes on, the comments between them, and its end."""
        chunks: list[Span] = []
        comments: list[Span] = []
        while position < len(self.source):
            line = self._line(position)
            end = position + len(line)
            if chunks and _is_comment(line):
                comments.append(_trimmed(line, position))
            elif not chunks or line.strip():
                more = self._more.search(line)
                kept = line[: more.start()] if more is not None else line.rstrip("\r\n")
                chunks.append(Span(position, position + len(kept)))
                if more is None:
                    return chunks, comments, end
            position = end
        return chunks, comments, position

    def _documents(self, text: str, position: int) -> tuple[list[Hereafter], int]:
        """Return the here-documents that follow an instruction, and where the last one ends."""
        quoted = [one.span() for one in _QUOTED.finditer(text) if one.group()[0] in "'\"#"]
        found: list[Hereafter] = []
        for one in _DOCUMENT.finditer(text):
            inside = any(left < one.start() < right for left, right in quoted)
            if inside or len(found) >= MOST_DOCUMENTS:
                continue
            start, name, tabs = position, one[3] or one[4], bool(one[1])
            while True:
                line = self._line(position)
                content = line.rstrip("\r\n")
                if not line or (content.lstrip("\t") if tabs else content) == name:
                    break
                position += len(line)
            body = Span(start, position)
            position += len(line)
            found.append(Hereafter(body, Span(start, position), tabs, one[2] is not None))
        return found, position


def _escape(source: str) -> str:
    """Return the escape character: the one that a directive at the top gives, else a backslash."""
    position = 0
    while found := _DIRECTIVE.match(source, position):
        if found[1].lower() == "escape" and found[2] in ("\\", "`"):
            return found[2]
        if found.end() == position:
            break
        position = found.end()
    return "\\"


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _trimmed(line: str, position: int) -> Span:
    """Return the place of a comment without the blanks around it."""
    start = position + len(line) - len(line.lstrip())
    return Span(start, position + len(line.rstrip()))


def _from(chunks: list[Span], offset: int) -> tuple[Span, ...]:
    """Return the rest of the chunks, from an offset of their text."""
    rest = []
    for chunk in chunks:
        size = chunk.end - chunk.start
        if offset < size:
            rest.append(Span(chunk.start + max(0, offset), chunk.end))
        offset -= size
    return tuple(rest)


def _starts(chunks: Sequence[Span]) -> tuple[int, ...]:
    """Return where each chunk begins in the text of all of them."""
    sizes = (chunk.end - chunk.start for chunk in chunks)
    return tuple(accumulate(sizes, initial=0))[:-1]


def shell_writer(escape: str, line_end: str) -> Encode:
    """Return what writes text into a command in shell form."""

    def encode(text: str, span: Span) -> str:
        if "\n" in text.replace("\\\n", ""):
            raise CannotWriteError("a line end would end the instruction")
        return text.replace("\\\n", escape + line_end)

    return encode

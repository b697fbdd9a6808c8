"""Text of one file, and where things stand in it: offsets, lines and columns.

Offsets and columns count Unicode code points. Lines and columns start at 1, offsets at 0.
"""

from __future__ import annotations

from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

BOM = "\ufeff"
COMMAND = "<command>"
"""The path of a command that is no file; it is always one for a shell."""


class SourceError(Exception):
    """A file that cannot be read as text; the message says why and what to do."""


@record
class Span:
    """A half-open range of code points in a source."""

    start: int
    end: int

    def overlaps(self, other: Span) -> bool:
        """Whether both spans share a character, or one is an insertion inside the other."""
        if self.start == self.end or other.start == other.end:
            return self.start <= other.end and other.start <= self.end
        return self.start < other.end and other.start < self.end


class Nearby:
    """The files around a source, read when they are asked for. This one knows of none."""

    def read(self, path: str) -> str | None:
        """Return the text of a file, or None when there is none that can be read as text.

        path: absolute, or relative to the folder of the source.
        """
        return None

    def read_from_start(self, path: str) -> str | None:
        """Return the text of a file by its path from the folder where sgdlint was started."""
        return None

    def lack(self, path: str) -> str:
        """Return "missing" or "not text" for a file that is certainly so, "" for any other."""
        return ""

    def lack_from_start(self, path: str) -> str:
        """Return what `lack` does, for a path from the folder where sgdlint was started."""
        return ""

    def in_project(self, path: str, from_start: bool = False) -> tuple[str, str] | None:
        """Return the name and the text of a file that belongs to the same project as the source.

        path: from the folder of the source, or from where sgdlint was started.
        """
        text = self.read_from_start(path) if from_start else self.read(path)
        return None if text is None else (path, text)

    def in_folder(self, endings: Sequence[str]) -> Iterable[str]:
        """Return the texts of the files in the folder of the source whose names end so."""
        return ()

    def above(self, names: Sequence[str]) -> Iterable[tuple[str, str]]:
        """Return path and text of files by name: in the folder of the source, then above it."""
        return ()

    def unread_above(self, names: Sequence[str]) -> Iterable[str]:
        """Return the paths of such files that are there and cannot be read as text."""
        return ()

    def installed(self) -> tuple[str, str] | None:
        """Return the version of SGLang that is installed around the source, and where."""
        return None


class Source:
    """The text of one file with its name.

    path: as it is shown to the user ("-" for standard input without a name).
    text: without the byte order mark; line ends as they stand in the file.
    bom: whether the file begins with a UTF-8 byte order mark.
    near: the files around it.
    """

    is_log = False
    """Whether it is what a run wrote, and no file with launches."""

    def __init__(self, path: str, text: str, bom: bool = False, near: Nearby | None = None) -> None:
        self.path = path
        self.text = text
        self.bom = bom
        self.near = near or Nearby()
        self._starts: list[int] | None = None
        self._bytes: list[int] | None = None

    def with_text(self, text: str) -> Source:
        """Return the same file with another text."""
        return Source(self.path, text, self.bom, self.near)

    @classmethod
    def from_bytes(cls, path: str, data: bytes, near: Nearby | None = None) -> Source:
        """Decode a file's bytes; SourceError for what is not UTF-8 text."""
        nul = data.find(b"\0")
        if nul >= 0:
            line = data.count(b"\n", 0, nul) + 1
            raise SourceError(
                f"not a text file: NUL byte at offset {nul} (line {line}); "
                "save it as UTF-8 text or leave it out"
            )
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise SourceError(
                f"not UTF-8 text: byte 0x{data[error.start]:02x} at offset {error.start} "
                f"(line {line}); convert it to UTF-8, for example with iconv"
            ) from None
        if text.startswith(BOM):
            return cls(path, text[1:], bom=True, near=near)
        return cls(path, text, near=near)

    def to_bytes(self, text: str) -> bytes:
        """Encode new text the way the file was encoded."""
        # A command given as an argument may hold bytes that are not UTF-8: they come back.
        return _encoded((BOM if self.bom else "") + text)

    def location(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset."""
        starts = self._line_starts()
        low, high = 0, len(starts)
        while high - low > 1:
            middle = (low + high) // 2
            if starts[middle] <= offset:
                low = middle
            else:
                high = middle
        return low + 1, offset - starts[low] + 1

    def byte_offset(self, offset: int) -> int:
        """Return the offset in the bytes of the file, its byte order mark among them."""
        mark = len(self.to_bytes(""))
        if self.text.isascii():
            return mark + offset
        starts = self._line_starts()
        if self._bytes is None:
            lines = map(slice, starts, [*starts[1:], len(self.text)])
            self._bytes = [0]
            for line in lines:
                self._bytes.append(self._bytes[-1] + len(_encoded(self.text[line])))
        number, column = self.location(offset)
        before = self.text[starts[number - 1] : starts[number - 1] + column - 1]
        return mark + self._bytes[number - 1] + len(_encoded(before))

    def line_span(self, line: int) -> Span:
        """Return the span of a line without its line end."""
        starts = self._line_starts()
        start = starts[line - 1]
        end = starts[line] - 1 if line < len(starts) else len(self.text)
        if end > start and self.text[end - 1] == "\r":
            end -= 1
        return Span(start, end)

    def line_text(self, line: int) -> str:
        """Return a line's text without its line end."""
        span = self.line_span(line)
        return self.text[span.start : span.end]

    def lines_of(self, span: Span) -> range:
        """Return the numbers of the lines that a span touches."""
        last = max(span.start, span.end - 1)
        return range(self.location(span.start)[0], self.location(last)[0] + 1)

    def _line_starts(self) -> list[int]:
        if self._starts is None:
            self._starts = [0, *_after_newlines(self.text)]
        return self._starts


class Lined(Source):
    r"""A source in which lines end, too, where a text in it says so by `\n` between quotes.

    breaks: where such lines begin.
    """

    def __init__(self, source: Source, breaks: Iterable[int]) -> None:
        super().__init__(source.path, source.text, source.bom, source.near)
        self.breaks = frozenset(breaks)

    def line_span(self, line: int) -> Span:
        """Return the span of a line without its line end."""
        starts = self._line_starts()
        if line < len(starts) and starts[line] in self.breaks:
            return Span(starts[line - 1], starts[line] - len("\\n"))
        return super().line_span(line)

    def _line_starts(self) -> list[int]:
        if self._starts is None:
            self._starts = sorted({0, *_after_newlines(self.text), *self.breaks})
        return self._starts


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _after_newlines(text: str) -> Iterator[int]:
    position = text.find("\n")
    while position >= 0:
        yield position + 1
        position = text.find("\n", position + 1)

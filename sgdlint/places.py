"""Where a comment for a finding can stand, the best place first, in the language of each file.

Above the command, in the file's own language if that has comments there; else in that of the script
inside; else at the end of a line. Whether a place is right is seen when the text is read again.
"""

from __future__ import annotations

from sgdlint.record import record
from sgdlint.source import Lined, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgdlint.finding import Finding
    from sgdlint.scripts import Scripts
    from sgdlint.source import Source

HASH = ("# ", "")
MARKS = {
    "markdown": ("<!-- ", " -->"),
    "mdx": ("{/* ", " */}"),
    "rst": (".. ", ""),
    "asciidoc": ("// ", ""),
    "jsonc": ("// ", ""),
}
"""What stands around a comment in the languages that do not begin them with `#`."""
GUIDES = ("markdown", "mdx", "rst", "asciidoc")
MOST_AROUND = 4
"""So many commands and values around a finding get a try."""


@record
class Insertion:
    """A place for a comment, and what stands around it there.

    is_escaped: it stands in a string of JSON, or in one like those.
    """

    at: int
    before: str
    after: str
    is_escaped: bool = False

    def around(self, comment: str) -> str:
        """Return what is put in."""
        if self.is_escaped:
            import json

            comment = json.dumps(comment, ensure_ascii=False)[1:-1]
        return f"{self.before}{comment}{self.after}"


class Places:
    """The places in one file. kind: of document, "" for what its name and text tell."""

    def __init__(self, read: Scripts, kind: str) -> None:
        self._read = read
        self._source = read.source
        self._lined = read.lined
        self._language = _language(read.source, kind)
        self._marks = MARKS.get(self._language, HASH)
        self._quoted = {
            one.region.around for one in read.all if one.region is not None and one.region.is_quoted
        }
        wholes = set(read.wholes()).difference(read.parts)
        self._wholes = sorted(wholes, key=lambda one: one.end - one.start)

    def around(self, finding: Finding) -> Iterator[Insertion]:
        """Yield places for a comment about a finding."""
        if self._language == "json":
            return
        spans = list(dict.fromkeys(filter(None, (finding.scope, finding.span))))
        is_guide = self._language in GUIDES
        if is_guide:
            yield from self._in_guide(spans[-1])
        for span in spans:
            yield from self._above(span.start, HASH if is_guide else self._marks)
        for span in spans:
            around = [one for one in self._wholes if one.start < span.start and span.end <= one.end]
            for one in around[:MOST_AROUND]:
                yield from self._above(one.start, self._marks)
        for span in spans:
            yield self._at_end(span.end - 1 if span.end > span.start else span.end, HASH)
            yield self._at_end(span.start, HASH)

    def _in_guide(self, span: Span) -> Iterator[Insertion]:
        """Yield places outside of the block of a guide that holds a span."""
        for part in self._read.parts:
            if part.start <= span.start and span.end <= part.end:
                if part in self._quoted and self._marks[1]:
                    yield self._at_end(part.end, self._marks)
                elif not self._is_item(part.start) and not self._is_inside(part):
                    yield from self._above(part.start, self._marks)

    def _is_inside(self, part: Span) -> bool:
        """Whether code within a paragraph stands where a comment above would split it."""
        number = self._source.location(part.start)[0]
        is_first = number == 1 or not self._source.line_text(number - 1).strip()
        return self._language == "rst" and part in self._quoted and not is_first

    def _is_item(self, offset: int) -> bool:
        """Whether the line of an offset begins an item of a list: a line above would split it."""
        line = self._source.line_text(self._source.location(offset)[0]).lstrip(" >")
        return line[:1].isdigit() or line.startswith(("- ", "* ", "+ "))

    def _above(self, offset: int, marks: tuple[str, str]) -> Iterator[Insertion]:
        """Yield the place above the line of an offset, or above those that it continues."""
        source = self._lined
        number = source.location(offset)[0]
        while number > 1 and source.line_text(number - 1).endswith("\\"):
            number -= 1
        line = source.line_span(number)
        text = source.text[line.start : line.end]
        indent = text[: len(text) - len(text.lstrip(" \t>" if self._language in GUIDES else " \t"))]
        if isinstance(source, Lined) and line.start in source.breaks:
            yield Insertion(line.start, f"{indent}{marks[0]}", f"{marks[1]}\\n", True)
        elif self._language == "notebook":
            yield from self._in_cell(line, indent, offset)
        else:
            ending = self._ending(line)
            before, after = "" if self._language == "makefile" else indent, ending
            if self._language == "rst" and marks != HASH:  # a paragraph of its own
                after += ending
                before = before if not text or number == 1 else f"{ending}{indent}"
            yield Insertion(line.start, f"{before}{marks[0]}", f"{marks[1]}{after}")

    def _in_cell(self, line: Span, indent: str, offset: int) -> Iterator[Insertion]:
        """Yield places above a line in a cell of a notebook: a string, or one for each line."""
        start = line.start + len(indent)
        text = self._source.text
        if text[start : start + 1] == '"' and not text.startswith(('"source"', '"input"'), start):
            ending = self._ending(line)
            yield Insertion(line.start, f'{indent}"# ', f'\\n",{ending}', True)
        if any(one.start <= offset < one.end for one in self._wholes):
            quote = text.rfind('"', line.start, offset)
            while quote > line.start and text[quote - 1] == "\\":
                quote = text.rfind('"', line.start, quote)
            yield Insertion(quote + 1, "# ", "\\n", True)

    def _at_end(self, offset: int, marks: tuple[str, str]) -> Insertion:
        """Return the place at the end of the line of an offset."""
        line = self._lined.line_span(self._lined.location(offset)[0])
        is_escaped = self._lined.text.startswith("\\n", line.end)
        return Insertion(line.end, f"  {marks[0]}", marks[1], is_escaped)

    def _ending(self, line: Span) -> str:
        """Return how the lines of the file end."""
        text = self._source.text
        return "\r\n" if text.startswith("\r\n", line.end) or "\r\n" in text[:200] else "\n"


def _language(source: Source, kind: str) -> str:
    """Return the language of a file's own comments, as `MARKS` calls it."""
    from sgdlint.documents import kinds

    kind = kind or kinds.kind_of(source.path, source.text)
    name = source.path.lower()
    if kind == "markdown" and name.endswith(".mdx"):
        return "mdx"
    if name.endswith((".jsonc", ".json5")):
        return "jsonc"
    return "json" if name.endswith(".json") else kind

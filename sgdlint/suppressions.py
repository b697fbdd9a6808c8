"""Comments that silence rules: which lines each of them covers, and edits that change them."""

from __future__ import annotations

from sgdlint.finding import Edit
from sgdlint.record import record
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sgdlint.source import Source

LINE, FILE, START, END = "ignore", "ignore-file", "ignore-start", "ignore-end"


@record
class Ignore:
    """A comment that silences rules, as it is written. kind: LINE, FILE, START or END."""

    kind: str
    codes: tuple[str, ...]
    reason: str
    span: Span


@record
class Suppression:
    """Which rules are silenced, where the comment stands, and the lines that it covers.

    codes: codes, beginnings of codes, and names. end: the comment that ends a range. missing: what
    a START or an END lacks, which then covers nothing; else "".
    """

    codes: tuple[str, ...]
    reason: str
    span: Span
    lines: range
    end: Span | None = None
    missing: str = ""


class Layout:
    """Which lines of a file belong together.

    launches: a suppression on or above a line of one covers the whole of it. wholes: a suppression
    above the first line of one covers the whole of it.
    """

    def __init__(
        self,
        source: Source,
        comments: Sequence[Span],
        launches: Sequence[Span],
        wholes: Callable[[], Iterable[Span]],
    ) -> None:
        self.source = source
        self.last = source.location(len(source.text))[0]
        self._others = {
            source.location(one.start)[0]
            for one in comments
            if source.text[one.start] != "#" and is_alone(source, one)
        }
        self._launches: dict[int, tuple[int, int]] = {}
        for span in launches:
            lines = source.lines_of(span)
            for line in lines:
                first, last = self._launches.get(line, (line, line))
                self._launches[line] = min(first, lines[0]), max(last, lines[-1])
        self._wholes = wholes
        self._ends: dict[int, int] | None = None

    def covered(self, comment: Span) -> range:
        """Return the lines a comment is for: its own, or what follows when it stands alone."""
        first = last = self.source.location(comment.start)[0]
        if is_alone(self.source, comment):
            first = self._following(self.source.location(comment.end)[0] + 1)
            last = first
            while last < self.last and self.source.line_text(last).endswith("\\"):
                last += 1
            last = max([last, *(self._end(line) for line in range(first, last + 1))])
        found = [self._launches.get(line, (line, line)) for line in range(first, last + 1)]
        return range(min(low for low, _ in found), max(high for _, high in found) + 1)

    def _following(self, line: int) -> int:
        """Return the first line from here on that is more than a comment."""
        while line <= self.last and (
            self.source.line_text(line).lstrip().removeprefix('"')[:1] in ("#", "")
            or line in self._others
        ):
            line += 1
        return min(line, self.last)

    def _end(self, line: int) -> int:
        """Return the last line of what begins on a line as a whole."""
        if self._ends is None:
            self._ends = {}
            for span in self._wholes():
                lines = self.source.lines_of(span)
                self._ends[lines[0]] = max(self._ends.get(lines[0], 0), lines[-1])
        return self._ends.get(line, line)


def is_alone(source: Source, comment: Span) -> bool:
    """Whether nothing stands before a comment on its line, or the quote that begins a script."""
    line = source.line_span(source.location(comment.start)[0])
    before = source.text[line.start : comment.start]
    return not before.strip() or before.endswith(('"', "'", "\\n"))


def read(ignores: Iterable[Ignore], layout: Layout) -> list[Suppression]:
    """Return what comments silence, in the order of the file."""
    found: list[Suppression] = []
    opened: list[Ignore] = []
    for one in ignores:
        if one.kind == START:
            opened.append(one)
        elif one.kind == END:
            found.append(_ended(one, opened, layout.source))
        else:
            whole = range(1, layout.last + 1)
            lines = whole if one.kind == FILE else layout.covered(one.span)
            found.append(Suppression(one.codes, one.reason, one.span, lines))
    found += [Suppression(one.codes, one.reason, one.span, range(0), missing=END) for one in opened]
    return sorted(found, key=lambda one: one.span.start)


def _ended(end: Ignore, opened: list[Ignore], source: Source) -> Suppression:
    """Return the range that a comment ends: the last open one, or the last with its codes."""
    for index in reversed(range(len(opened))):
        if not end.codes or set(opened[index].codes) == set(end.codes):
            start = opened.pop(index)
            first, last = source.location(start.span.start)[0], source.location(end.span.start)[0]
            lines = range(first, last + 1)
            return Suppression(start.codes, start.reason, start.span, lines, end.span)
    return Suppression(end.codes, "", end.span, range(0), missing=START)


# --- edits ----------------------------------------------------------------------------------------


def without(source: Source, suppression: Suppression, unused: set[str]) -> tuple[Edit, ...]:
    """Return the edits that take codes out of a suppression, or all of it when none is left."""
    kept = [code for code in suppression.codes if code not in unused]
    spans = [suppression.span] + ([suppression.end] if suppression.end is not None else [])
    if not kept:
        return tuple(Edit(_with_its_line(source, span), "") for span in spans)
    inner = [_between_brackets(source, span) for span in spans]
    return tuple(Edit(span, ", ".join(kept)) for span in inner if span is not None)


def instead(source: Source, suppression: Suppression, code: str, better: str) -> tuple[Edit, ...]:
    """Return the edits that write a code otherwise."""
    codes = ", ".join(better if one == code else one for one in suppression.codes)
    spans = [suppression.span] + ([suppression.end] if suppression.end is not None else [])
    inner = [_between_brackets(source, span) for span in spans]
    return tuple(Edit(span, codes) for span in inner if span is not None)


def _between_brackets(source: Source, comment: Span) -> Span | None:
    start = source.text.find("[", comment.start, comment.end)
    end = source.text.find("]", start, comment.end)
    return Span(start + 1, end) if 0 <= start < end else None


def _with_its_line(source: Source, comment: Span) -> Span:
    """Return a comment with the blanks before it, or with its line when nothing else is there."""
    line = source.line_span(source.location(comment.start)[0])
    if not source.text[line.start : comment.start].strip() and comment.end == line.end:
        number = source.location(line.start)[0]
        is_last = number == source.location(len(source.text))[0]
        return Span(line.start, line.end if is_last else source.line_span(number + 1).start)
    before = len(source.text[line.start : comment.start].rstrip())
    return Span(line.start + before, comment.end)

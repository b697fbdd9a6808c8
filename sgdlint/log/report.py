"""What was found in a log as a report, so that every format can show it."""

from __future__ import annotations

from bisect import bisect_left

from sgdlint.finding import Finding, Report
from sgdlint.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sgdlint.log.model import LogFinding
    from sgdlint.log.reading import Reader

LONGEST_SHOWN = 1_000
"""Characters of a line that a report keeps: one line may be the whole dump of the arguments."""


class LogSource(Source):
    """The lines of a log that a report speaks of, with the numbers that they have in the log.

    lines: their texts by number, as a terminal shows them. begins: the offset in bytes of each.
    """

    is_log = True

    def __init__(
        self, path: str, lines: Mapping[int, str], begins: Mapping[int, int] | None = None
    ) -> None:
        self.numbers = sorted(lines) or [1]
        super().__init__(path, "\n".join(lines.get(one, "") for one in self.numbers) + "\n")
        self.begins = begins or {}

    def location(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset."""
        row, column = super().location(offset)
        return self.numbers[min(row, len(self.numbers)) - 1], column

    def line_span(self, line: int) -> Span:
        """Return the span of a line; an empty one for a line that is not kept."""
        row = bisect_left(self.numbers, line)
        if row >= len(self.numbers) or self.numbers[row] != line:
            return Span(0, 0)
        return super().line_span(row + 1)

    def byte_offset(self, offset: int) -> int:
        """Return the offset in the bytes of the log."""
        line, column = self.location(offset)
        before = self.line_text(line)[: column - 1]
        return self.begins.get(line, 0) + len(before.encode("utf-8", "replace"))

    def span_of(self, line: int, start: int, end: int) -> Span:
        """Return the span of some columns of a line, as far as they are kept."""
        whole = self.line_span(line)
        begin = min(whole.start + start - 1, whole.end)
        return Span(begin, min(max(whole.start + end - 1, begin), whole.end))


def shown_line(text: str) -> str:
    """Return what is kept of a line: no line ends, and no more than fits into a report."""
    return " ".join(text[:LONGEST_SHOWN].splitlines())


def report_of(
    path: str,
    reader: Reader,
    found: Iterable[LogFinding],
    begins: Mapping[int, int] | None = None,
) -> Report:
    """Return what a reader found in a log. begins: where its lines begin, in bytes."""
    found = list(found)
    source = LogSource(path, {one.place.line: shown_line(one.place.text) for one in found}, begins)
    findings = [finding_of(one, source, reader) for one in found]
    findings.sort(key=lambda one: (one.span.start, one.span.end, one.code))
    return Report(source, reader.release, release_from(reader), tuple(findings))


def release_from(reader: Reader) -> str:
    """Return why a release is told, as the end of a sentence."""
    if reader.release and reader.release == reader.stated:
        return "from the command line"
    if reader.release and reader.release == reader.told:
        return "as the log says"
    return "the newest that has these wordings" if reader.release else ""


def finding_of(one: LogFinding, source: LogSource, reader: Reader) -> Finding:
    """Return one thing that was found as all formats tell it."""
    rule = one.pattern.rule
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=rule.severity,
        category=rule.category,
        lossless=True,
        message=one.message + _often(one, reader),
        span=source.span_of(one.place.line, one.place.start, one.place.end),
        help=one.help,
        url=rule.url,
    )


def _often(one: LogFinding, reader: Reader) -> str:
    """Say how often something stands there, and in which of several runs."""
    times = reader.times(one)
    told = [f"run {one.run}"] * (len(reader.runs) > 1) + [f"{times} times"] * (times > 1)
    return f" ({', '.join(told)})" if told else ""

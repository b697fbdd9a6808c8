"""The text format: place, rule, message, the source with the exact words underlined, and the fix.

Text is built as styled segments. On a terminal rich prints them in colour; elsewhere they are
joined as they are, and rich is not imported.
"""

from __future__ import annotations

from sgdlint.finding import SEVERITIES
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TextIO

    from sgdlint.finding import Finding, Fix, Report
    from sgdlint.source import Source, Span

    Segment = tuple[str, str]
    Line = list[Segment]

STYLES = {
    "error": "bold red",
    "warning": "bold yellow",
    "perf": "bold cyan",
    "info": "bold blue",
    "path": "bold",
    "code": "bold",
    "gutter": "blue",
    "removed": "red",
    "added": "green",
    "dim": "dim",
}
WIDTH = 110
"""Longest part of a source line that is shown, in columns."""
LINES = 4
"""Most lines that are shown of a finding that spans several."""


def render(reports: Sequence[Report]) -> list[Line]:
    """Return the reports as lines of (text, style)."""
    lines: list[Line] = []
    for report in reports:
        for finding in report.findings:
            lines += [*_finding(finding, report.source), []]
    return lines + summary(reports)


def plain(lines: Iterable[Line]) -> str:
    """Return styled lines as text without styles."""
    return "".join("".join(text for text, _ in line).rstrip() + "\n" for line in lines)


def print_rich(lines: Iterable[Line], stream: TextIO) -> None:
    """Print styled lines in colour."""
    from rich.console import Console
    from rich.text import Text

    console = Console(
        file=stream,
        force_terminal=True,  # whether to use colours was decided by the caller
        color_system="standard",  # the 16 colours of the terminal's own theme
        no_color=False,
        highlight=False,
        soft_wrap=True,
    )
    for line in lines:
        console.print(Text.assemble(*((text, STYLES.get(style, "")) for text, style in line)))


def summary(reports: Sequence[Report]) -> list[Line]:
    """Return the closing lines: how many findings, how many can be fixed, for which release."""
    findings = [finding for report in reports for finding in report.findings]
    launches = sum(report.launches for report in reports)
    checked = f"{_count(launches, 'launch', 'launches')} in {_count(len(reports), 'file')}"
    if not findings:
        return [[(f"No findings: {checked}{_releases(reports)}", "dim")]]
    parts = []
    for severity in reversed(SEVERITIES):
        number = sum(finding.severity == severity for finding in findings)
        if number:
            parts.append(
                f"{number} {severity}" if severity in ("perf", "info") else _count(number, severity)
            )
    lines: list[Line] = [
        [
            (
                _count(len(findings), "finding")
                + f" ({', '.join(parts)}); {checked}{_releases(reports)}",
                "path",
            )
        ]
    ]
    safe = sum(_applies(finding, "safe") for finding in findings)
    unsafe = sum(_applies(finding, "unsafe") for finding in findings)
    if safe or unsafe:
        told = [f"{safe} with `sgdlint fix`"] if safe else []
        told += [f"{unsafe}{' more' * bool(safe)} with `sgdlint fix --unsafe`"] if unsafe else []
        lines.append([("Can be fixed: " + ", ".join(told), "dim")])
    return lines


def _applies(finding: Finding, applicability: str) -> bool:
    return finding.fix is not None and finding.fix.applicability == applicability


def _releases(reports: Sequence[Report]) -> str:
    found = dict.fromkeys((one.sglang, one.release_from) for one in reports if one.launches)
    if len(found) != 1:
        return ""
    ((release, origin),) = found
    origin = origin if origin.startswith("the newest") else f"from {origin}"
    return f"; SGLang {release} ({origin})"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _finding(finding: Finding, source: Source) -> list[Line]:
    line, column = source.location(finding.span.start)
    width = len(str(source.location(max(finding.span.start, finding.span.end - 1))[0]))
    for related in finding.related:
        width = max(width, len(str(source.location(related.span.start)[0])))
    lines: list[Line] = [
        [
            (f"{visible(source.path)}:{line}:{column}: ", "path"),
            (finding.severity, finding.severity),
            (" ", ""),
            (f"{finding.code} {finding.name}", "code"),
        ],
        [("  " + visible(finding.message), "")],
    ]
    marks = [Mark(finding.span, "^", finding.severity, "")]
    marks += [Mark(one.span, "-", "gutter", one.label) for one in finding.related]
    lines += _excerpt(source, marks, width)
    if finding.help:
        lines.append(_note(width, "help", finding.help))
    if finding.fix is not None:
        lines += _fix(finding.fix, source, width)
    return lines


def _note(width: int, label: str, text: str) -> Line:
    return [(" " * (width + 2) + "= ", "gutter"), (f"{label}: ", "code"), (visible(text), "")]


@record
class Mark:
    """Words to underline: with which character and style, and what to say beside them."""

    span: Span
    sign: str
    style: str
    label: str


def _excerpt(source: Source, marks: Sequence[Mark], width: int) -> list[Line]:
    """Return the lines that marks touch, in order, with their words underlined."""
    by_line: dict[int, list[Mark]] = {}
    for mark in marks:
        for number in source.lines_of(mark.span)[: LINES if mark.sign == "^" else 1]:
            by_line.setdefault(number, []).append(mark)
    lines: list[Line] = []
    for number, here in sorted(by_line.items()):
        text, start, end = _cropped(source, number, here[0].span)
        lines.append([(f" {number:>{width}} | ", "gutter"), (text, "")])
        under = [(here[0], start, end)]
        for mark in here[1:]:
            again, start, end = _cropped(source, number, mark.span)
            if again == text:
                under.append((mark, start, end))
        lines.append([(" " * (width + 2) + "| ", "gutter"), *_underline(under)])
    if len(source.lines_of(marks[0].span)) > LINES:
        lines.append([(f" {'…':>{width}} |", "gutter")])
    return lines


def _underline(marks: Sequence[tuple[Mark, int, int]]) -> Line:
    """Return the line of signs under the words; where marks overlap the first one is seen."""
    row: Line = []
    column = 0
    for mark, start, end in sorted(marks, key=lambda one: one[1]):
        if start < column:
            continue
        row.append((" " * (start - column), ""))
        row.append((mark.sign * max(1, end - start), mark.style))
        column = max(start + 1, end)
    # A label that is only the option's name says nothing that the words do not.
    told = [mark.label for mark, _, _ in marks if " " in mark.label]
    return [*row, (" " + "; ".join(dict.fromkeys(told)), "dim")] if told else row


def _cropped(source: Source, number: int, span: Span) -> tuple[str, int, int]:
    """Return a line as shown, and the columns in it that a span covers."""
    line = source.line_span(number)
    text = source.text[line.start : line.end]
    start = max(span.start - line.start, 0)
    end = min(span.end, line.end) - line.start
    if span.start < line.start:  # a continued span: leave the indent out
        start = len(text) - len(text.lstrip())
    while end - 1 > start and text[end - 1 : end] in ("\\", " ") and span.end > line.end:
        end -= 1
    first = 0 if end < WIDTH else max(0, start - 20)
    ahead, words, rest = text[first:start], text[start:end], text[end : first + WIDTH]
    dots = "…" if first else ""
    shown = dots + visible(ahead) + visible(words) + visible(rest)
    columns = len(dots) + _columns(visible(ahead))
    if len(text) > first + WIDTH:
        shown = shown[: WIDTH + 1] + "…"
    return shown, columns, min(columns + _columns(visible(words)), WIDTH + 1)


def visible(text: str) -> str:
    """Return text that cannot move the cursor or change colours: tabs become blanks."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else "    " if character == "\t" else "\ufffd"
        for character in text
    )


def _columns(text: str) -> int:
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(one) else 2 if east_asian_width(one) in "WF" else 1 for one in text)


def _fix(fix: Fix, source: Source, width: int) -> list[Line]:
    kind = {"safe": "fix", "unsafe": "fix (unsafe)", "display": "suggestion"}[fix.applicability]
    text = fix.title + (f" ({fix.note})" if fix.note else "")
    return [_note(width, kind, text), *_diff(fix, source, width)]


def _around(text: str, column: int) -> str:
    """Return the part of a long line that lies around a column."""
    if len(text) <= WIDTH:
        return text
    start = max(0, min(column - 40, len(text) - WIDTH))
    end = start + WIDTH
    return "…" * (start > 0) + text[start:end] + "…" * (end < len(text))


def _diff(fix: Fix, source: Source, width: int) -> list[Line]:
    """Return the lines that a fix removes and adds, at most six of each."""
    if not fix.edits:
        return []
    first = min(edit.span.start for edit in fix.edits)
    last = max(edit.span.end for edit in fix.edits)
    numbers = range(source.location(first)[0], source.location(last)[0] + 1)
    if len(numbers) > 8:
        return []
    begin, end = source.line_span(numbers[0]).start, source.line_span(numbers[-1]).end
    after = source.text[:end]
    for edit in sorted(fix.edits, key=lambda one: one.span.start, reverse=True):
        after = after[: edit.span.start] + edit.text + after[edit.span.end :]
    old = source.text[begin:end].splitlines()
    new = after[begin:].splitlines()
    kept = [line for line in old if line in new]
    gutter = " " * (width + 2)
    changed_at = source.location(first)[1] - 1
    lines: list[Line] = []
    for sign, style, texts in (("-", "removed", old), ("+", "added", new)):
        for text in texts:
            if text not in kept:
                shown = _around(visible(text), changed_at)
                lines.append([(gutter, ""), (f"{sign} {shown}", style)])
    return lines

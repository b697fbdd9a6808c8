"""A summary in Markdown, for pull requests and job summaries: counts, gains, a table."""

from __future__ import annotations

from sgdlint.finding import SEVERITIES
from sgdlint.formatters import text
from sgdlint.formatters.places import advice, one_line, path_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.finding import Finding, Report
    from sgdlint.formatters import Told

MOST_ROWS = 100
"""Rows of the table, the most severe findings: a comment on a pull request has its bounds."""
LONGEST = 400
"""Characters of one cell."""
PUNCTUATION = "\\`*_{}[]<>#+!|~$&^"
"""What Markdown may take for markup, or a table for the end of a cell."""
WIDE = 10_000
"""Columns: lines are not broken."""


def render(given: Told) -> str:
    """Return the summary, and the findings as a table."""
    reports = given.reports
    failures = [failure for report in reports for failure in report.failures]
    closing = [
        escaped("".join(part for part, _ in line)) for line in text.summary(reports, WIDE, failures)
    ]
    rows = sorted(_rows(reports), key=lambda row: -SEVERITIES.index(row[1].severity))
    parts = [_head(len(rows), len(failures)), "\n".join(f"{line}  " for line in closing)]
    if rows:
        table = [_row(report, one) for report, one in rows[:MOST_ROWS]]
        parts.append("\n".join(["| severity | rule | where | what |", "|---|---|---|---|", *table]))
    if len(rows) > MOST_ROWS:
        parts.append(f"{len(rows) - MOST_ROWS} more are not shown here.")
    if failures:
        parts.append("\n".join(f"- {_path(one.path)}: {_cell(one.message)}" for one in failures))
    return "\n\n".join(parts) + "\n"


def _rows(reports: Sequence[Report]) -> list[tuple[Report, Finding]]:
    return [(report, one) for report in reports for one in report.findings]


def _head(findings: int, failures: int) -> str:
    if failures:
        return f"## sgdlint: {failures} file{'s' * (failures > 1)} could not be checked"
    if not findings:
        return "## sgdlint: no findings"
    return f"## sgdlint: {findings} finding{'s' * (findings > 1)}"


def _row(report: Report, finding: Finding) -> str:
    line, _ = report.source.location(finding.span.start)
    rule = f"{finding.code} {finding.name}"
    if finding.url:
        rule = f"[{rule}]({finding.url})"
    told = _cell(finding.message)
    if said := advice(finding):
        told += f"<br>{_cell(said)}"
    return f"| {finding.severity} | {rule} | {_path(f'{path_of(report)}:{line}')} | {told} |"


def _path(path: str) -> str:
    return escaped(one_line(path))


def _cell(plain: str) -> str:
    line = one_line(plain)
    return escaped(line if len(line) <= LONGEST else line[:LONGEST] + "…")


def escaped(line: str) -> str:
    """Return a line in which Markdown sees no markup but code, and GitHub no name of a person."""
    parts = line.split("`")
    if len(parts) % 2 == 0 or "" in parts[1::2] or "" in parts[2:-1:2]:
        return _plain(line)
    shown = [_plain(one) for one in parts]
    shown[1::2] = [f"`{one.replace('|', chr(92) + '|')}`" for one in parts[1::2]]
    return "".join(shown)


def _plain(line: str) -> str:
    shown = "".join("\\" + one if one in PUNCTUATION else one for one in line)
    return shown.replace("@", "@<!-- -->")

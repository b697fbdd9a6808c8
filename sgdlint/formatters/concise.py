"""One line for each finding: `PATH:LINE:COLUMN: SEVERITY CODE MESSAGE`, for grep and editors."""

from __future__ import annotations

from sgdlint.formatters.columns import visible
from sgdlint.formatters.places import failure_line, one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgdlint.finding import Report
    from sgdlint.formatters import Told


def render(given: Told) -> str:
    """Return the findings as lines; a file that could not be checked has one that says why."""
    reports = given.reports
    return "".join(line + "\n" for report in reports for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    path = visible(report.source.path)
    for finding in report.findings:
        line, column = report.source.location(finding.span.start)
        told = f"{finding.severity} {finding.code} {one_line(finding.message)}"
        yield f"{path}:{line}:{column}: {told}"
    for failure in report.failures:
        yield f"{path}:{failure_line(failure)}:1: error not-checked {one_line(failure.message)}"

"""Checkstyle's XML, which many review tools read: the findings of each file."""

from __future__ import annotations

from sgdlint.formatters import xml_text
from sgdlint.formatters.places import failure_line, path_of
from sgdlint.formatters.xml_text import tag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgdlint.finding import Report
    from sgdlint.formatters import Told

VERSION = "4.3"
"""The version of the format that its readers ask for."""
LEVELS = {"error": "error", "warning": "warning", "perf": "info", "info": "info"}
"""Checkstyle's word for each severity."""


def render(given: Told) -> str:
    """Return the reports as one XML document."""
    reports = given.reports
    lines = [xml_text.HEAD.rstrip(), tag("checkstyle", {"version": VERSION})]
    for report in reports:
        name = {"name": path_of(report)}
        found = list(_errors(report))
        lines.append(f"  {tag('file', name, is_empty=not found)}")
        lines += [f"    {tag('error', one, is_empty=True)}" for one in found]
        lines += ["  </file>"] if found else []
    return "\n".join([*lines, "</checkstyle>", ""])


def _errors(report: Report) -> Iterator[dict[str, str | int]]:
    for finding in report.findings:
        line, column = report.source.location(finding.span.start)
        yield {
            "line": line,
            "column": column,
            "severity": LEVELS[finding.severity],
            "message": finding.message,
            "source": f"sgdlint.{finding.code}.{finding.name}",
        }
    for failure in report.failures:
        yield {
            "line": failure_line(failure),
            "severity": "error",
            "message": failure.message,
            "source": "sgdlint.not-checked",
        }

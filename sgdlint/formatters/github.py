"""Annotations for GitHub: workflow commands, which the runner finds in what a step prints."""

from __future__ import annotations

from sgdlint.formatters.places import advice, failure_line, path_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgdlint.finding import Finding, Report
    from sgdlint.formatters import Told
    from sgdlint.source import Source

    Properties = dict[str, str | int]

LEVELS = {"error": "error", "warning": "warning", "perf": "notice", "info": "notice"}
"""GitHub's word for each severity."""
IN_MESSAGES = (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"))
IN_PROPERTIES = (*IN_MESSAGES, (":", "%3A"), (",", "%2C"))


def render(given: Told) -> str:
    """Return one command for each finding, and for each file that could not be checked."""
    reports = given.reports
    return "".join(line + "\n" for report in reports for line in _commands(report))


def _commands(report: Report) -> Iterator[str]:
    path = path_of(report)
    for finding in report.findings:
        title = f"{finding.code} {finding.name}"
        place: Properties = {"file": path, **_place(finding, report.source), "title": title}
        told = "\n".join(filter(None, (finding.message, advice(finding))))
        yield _command(LEVELS[finding.severity], place, told)
    for failure in report.failures:
        whole: Properties = {"file": path, "line": failure_line(failure), "title": "not checked"}
        yield _command("error", whole, failure.message)


def _place(finding: Finding, source: Source) -> dict[str, int]:
    """Return where a finding stands; GitHub takes columns for one line alone."""
    line, column = source.location(finding.span.start)
    last = source.lines_of(finding.span)[-1]
    if last > line:
        return {"line": line, "endLine": last}
    end = max(column, source.location(finding.span.end)[1] - 1)
    return {"line": line, "endLine": line, "col": column, "endColumn": end}


def _command(level: str, properties: Properties, message: str) -> str:
    told = ",".join(
        f"{key}={_escaped(str(value), IN_PROPERTIES)}" for key, value in properties.items()
    )
    return f"::{level} {told}::{_escaped(message, IN_MESSAGES)}"


def _escaped(text: str, table: tuple[tuple[str, str], ...]) -> str:
    for character, code in table:  # the percent sign is the first one
        text = text.replace(character, code)
    return text

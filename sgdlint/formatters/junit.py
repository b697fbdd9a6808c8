"""JUnit's XML, as Jenkins reads it: a suite for each file, a test case for each finding."""

from __future__ import annotations

from sgdlint.formatters import xml_text
from sgdlint.formatters.places import advice, failure_line, path_of
from sgdlint.formatters.xml_text import tag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.finding import Finding, Report
    from sgdlint.formatters import Told
    from sgdlint.source import Source

    Attributes = dict[str, str | int]

FAILING = ("error", "warning")
"""Severities that fail their test case, as they fail a run; advice is a case that passes."""


def render(given: Told) -> str:
    """Return the reports as one XML document; a file without findings is a case that passes."""
    reports = given.reports
    failed, errors = sum(map(_failed, reports)), sum(len(one.failures) for one in reports)
    tests = sum(map(_tests, reports))
    totals: Attributes = {"name": "sgdlint", "tests": tests, "failures": failed, "errors": errors}
    suites = "".join(map(_suite, reports))
    return f"{xml_text.HEAD}{tag('testsuites', totals)}\n{suites}</testsuites>\n"


def _failed(report: Report) -> int:
    return sum(one.severity in FAILING for one in report.findings)


def _tests(report: Report) -> int:
    return len(report.findings) + len(report.failures) or 1


def _suite(report: Report) -> str:
    path = path_of(report)
    counts: Attributes = {
        "name": path,
        "tests": _tests(report),
        "failures": _failed(report),
        "errors": len(report.failures),
        "file": path,
    }
    cases = [_case(path, one, report.source) for one in report.findings]
    for failure in report.failures:
        wrong = {"type": "not-checked", "message": failure.message}
        inner = tag("error", wrong, is_empty=True)
        cases.append(_element(path, f"{path}:{failure_line(failure)}: not checked", inner))
    if not cases:
        cases = [_element(path, f"{path}: no findings", "")]
    return f"  {tag('testsuite', counts)}\n{''.join(cases)}  </testsuite>\n"


def _case(path: str, finding: Finding, source: Source) -> str:
    line, column = source.location(finding.span.start)
    name = f"{path}:{line}:{column}: {finding.code} {finding.name}"
    told = "\n".join(filter(None, (finding.message, advice(finding))))
    if finding.severity not in FAILING:
        body = f"{finding.severity}: {xml_text.text(told)}"
        return _element(path, name, f"<system-out>{body}</system-out>")
    wrong = {"type": finding.severity, "message": finding.message}
    shown = "\n".join(source.line_text(number) for number in source.lines_of(finding.span))
    body = xml_text.text(f"{told}\n{line}: {shown}")
    return _element(path, name, f"{tag('failure', wrong)}{body}</failure>")


def _element(path: str, name: str, inner: str) -> str:
    case = {"classname": path, "name": name}
    if not inner:
        return f"    {tag('testcase', case, is_empty=True)}\n"
    return f"    {tag('testcase', case)}{inner}</testcase>\n"

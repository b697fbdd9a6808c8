"""JSON Lines: each finding as one object in one line, with the keys of the JSON format."""

from __future__ import annotations

import json

from sgdlint.formatters.json import finding_data

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from sgdlint.finding import Report
    from sgdlint.formatters import Told


def render(given: Told) -> str:
    """Return the findings as lines; a file that could not be checked has one that says why."""
    reports = given.reports
    return "".join(json.dumps(one) + "\n" for report in reports for one in _objects(report))


def _objects(report: Report) -> Iterator[dict[str, Any]]:
    path, source = report.source.path, report.source
    for finding in report.findings:
        yield {"path": path, "sglang": report.sglang, **finding_data(finding, source)}
    for failure in report.failures:
        yield {"path": path, "failure": failure.message}

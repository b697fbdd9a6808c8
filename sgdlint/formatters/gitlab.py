"""GitLab's code quality report: a JSON list of issues, of which it shows what is new."""

from __future__ import annotations

import hashlib
import json

from sgdlint.formatters.places import failure_line, identities, path_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from sgdlint.finding import Report
    from sgdlint.formatters import Told

LEVELS = {"error": "critical", "warning": "major", "perf": "minor", "info": "info"}
"""GitLab's word for each severity; `blocker` is a file that could not be checked."""
NOT_CHECKED = "not-checked"


def render(given: Told) -> str:
    """Return the findings as one JSON document."""
    reports = given.reports
    return json.dumps([one for report in reports for one in _issues(report)], indent=2) + "\n"


def _issues(report: Report) -> Iterator[dict[str, Any]]:
    path, source = path_of(report), report.source
    for finding, identity in zip(report.findings, identities(report), strict=True):
        lines = source.lines_of(finding.span)
        yield {
            "type": "issue",
            "check_name": f"{finding.code} {finding.name}",
            "description": finding.message,
            "categories": ["Performance" if finding.severity == "perf" else "Bug Risk"],
            "severity": LEVELS[finding.severity],
            "fingerprint": _fingerprint(path, identity),
            "location": {"path": path, "lines": {"begin": lines[0], "end": lines[-1]}},
        }
    for failure in report.failures:
        line = failure_line(failure)
        yield {
            "type": "issue",
            "check_name": NOT_CHECKED,
            "description": f"Not checked: {failure.message}",
            "categories": ["Bug Risk"],
            "severity": "blocker",
            "fingerprint": _fingerprint(path, NOT_CHECKED + failure.message),
            "location": {"path": path, "lines": {"begin": line, "end": line}},
        }


def _fingerprint(path: str, identity: str) -> str:
    text = f"{path}\0{identity}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]

"""The text format as it is written to a file: without colours, of a fixed width."""

from __future__ import annotations

from sgdlint.formatters import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.formatters import Told


def render(given: Told) -> str:
    """Return the reports as text."""
    reports = given.reports
    failures = [failure for report in reports for failure in report.failures]
    told = [f"sgdlint: error: {one.path}: {one.message}\n" for one in failures]
    return text.plain(text.render(reports, failures=failures)) + "".join(told)

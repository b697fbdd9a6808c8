"""The text format as it is written to a file: without colours, of a fixed width."""

from __future__ import annotations

from sgdlint.formatters import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.finding import Report


def render(reports: Sequence[Report]) -> str:
    """Return the reports as text."""
    failures = [failure for report in reports for failure in report.failures]
    told = [f"sgdlint: error: {one.path}: {one.message}\n" for one in failures]
    return text.plain(text.render(reports, failures=failures)) + "".join(told)

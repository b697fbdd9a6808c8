"""Reports in the formats that people and programs read.

A formatter is a module with `render(told) -> str`: it returns what to print, and never prints or
writes files. A file that could not be read is a report with failures alone. A new format is such a
module and its line in `FORMATS`.
"""

from __future__ import annotations

from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from sgdlint.finding import Finding, Report
    from sgdlint.formatters.html import Page

FORMATS = {
    "text": "plain",
    "concise": "concise",
    "json": "json",
    "jsonl": "json_lines",
    "sarif": "sarif",
    "github": "github",
    "gitlab": "gitlab",
    "junit": "junit",
    "checkstyle": "checkstyle",
    "markdown": "markdown",
    "html": "html",
}
"""The module of this package that makes each format, as `--format` and `--output` name it."""


@record
class Changed:
    """What `fix` did to a file: the findings whose fixes were made, and the text after them.

    shows: whether the text belongs into the output, because no file holds it.
    """

    applied: tuple[Finding, ...]
    text: str
    shows: bool = False


@record
class Told:
    """What a formatter tells of. reports: those of files that were not read have failures alone.

    folder: where sgdlint was started, with a separator. rules: reads the rules as their files have
    them, by code. changed: by path. look: finds what else the page of HTML shows of a file.
    """

    reports: Sequence[Report]
    folder: str
    rules: Callable[[], Mapping[str, dict[str, Any]]]
    changed: Mapping[str, Changed]
    look: Callable[[Report], Page] | None = None

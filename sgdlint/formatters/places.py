"""What formats for other programs say alike: paths, lines that are one line, and identities."""

from __future__ import annotations

import os

from sgdlint.formatters.columns import visible
from sgdlint.source import COMMAND

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.finding import Failure, Finding, Report
    from sgdlint.source import Span

ACTIONS = {"safe": "fix", "unsafe": "unsafe fix", "display": "suggestion"}
"""How a fix is called, by how far it can be trusted."""


def path_of(report: Report) -> str:
    """Return the path of a file as other programs look for it: from here, with `/`, without `./`.

    A file that is not below the folder where sgdlint was started keeps the path that was named.
    """
    return relative(report.source.path)


def relative(path: str) -> str:
    """Return a path from the current folder, when it is below it."""
    if path in ("-", COMMAND):
        return path
    name = os.path.normpath(path)
    if os.path.isabs(name):
        below = os.path.relpath(name)
        name = name if below.split(os.sep)[0] == os.pardir else below
    return name.replace(os.sep, "/")


def one_line(text: str) -> str:
    """Return a text in one line, in which nothing moves a cursor or hides."""
    return visible(" ".join(text.split()))


def advice(finding: Finding) -> str:
    """Return what to do about a finding; "" when nothing is said of it."""
    if finding.fix is None:
        return f"help: {finding.help}" if finding.help else ""
    kind = ACTIONS[finding.fix.applicability]
    lossy = "" if finding.lossless else ", lossy"
    note = f" ({finding.fix.note})" if finding.fix.note else ""
    return f"{kind}{lossy}: {finding.fix.title}{note}"


def failure_line(failure: Failure) -> int:
    """Return the line that a failure is about, the first one where that is the whole file."""
    return max(1, failure.line)


def identities(report: Report) -> list[str]:
    """Return what each finding of a file is known by, wherever its lines move.

    It is made of the rule, the words that the finding points to and those of its command, all
    without the blanks between them, and of how many alike stand before it.
    """
    import hashlib

    met: dict[tuple[str, ...], int] = {}
    result = []
    for one in report.findings:
        key = (one.code, _words(one.span, report), _words(one.scope or one.span, report))
        number = met[key] = met.get(key, -1) + 1
        text = "\0".join((*key, str(number)))
        result.append(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32])
    return result


def _words(span: Span, report: Report) -> str:
    return " ".join(report.source.text[span.start : span.end].split())

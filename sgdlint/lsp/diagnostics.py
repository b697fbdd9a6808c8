"""Findings as the diagnostics of an editor."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from lsprotocol import types

from sgdlint.catalog.quirks import retired_options
from sgdlint.formatters.gains import whole
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgdlint.finding import Failure, Finding
    from sgdlint.lsp.seen import Seen
    from sgdlint.lsp.texts import OpenText

NAME = "sgdlint"
SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "perf": types.DiagnosticSeverity.Information,
    "info": types.DiagnosticSeverity.Hint,
}
IGNORED = "ignored"
"""The category of what SGLang accepts and does not use."""
PAGES = Path(__file__).resolve().parents[2] / "docs" / "rules.md"
"""The list of all rules with their pages, in a checkout of the repository."""
_PAGE = re.compile(r"\[(SGD\d+)\]\((rules/[\w-]+\.md)(#\w+)\)")
_LINE = re.compile(r"line (\d+): ")


def diagnostics(text: OpenText, seen: Seen) -> list[types.Diagnostic]:
    """Return what is shown of a text."""
    failures = [_of_failure(one, text) for one in seen.report.failures]
    return [*failures, *(diagnostic(one, text) for one in seen.report.findings)]


def diagnostic(finding: Finding, text: OpenText) -> types.Diagnostic:
    """Return a finding as it is shown."""
    page = page_of(finding)
    return types.Diagnostic(
        range=text.range(finding.span),
        message=_message(finding),
        severity=SEVERITIES[finding.severity],
        code=finding.code,
        code_description=types.CodeDescription(page) if page else None,
        source=NAME,
        tags=list(_tags(finding, text)) or None,
        related_information=[
            types.DiagnosticRelatedInformation(
                types.Location(text.uri, text.range(one.span)), one.label
            )
            for one in finding.related
        ]
        or None,
    )


def _message(finding: Finding) -> str:
    lines = [finding.message]
    if finding.help:
        lines.append(f"help: {finding.help}")
    if finding.gain is not None:
        lines.append(whole(finding.gain))
    return "\n".join(lines)


def _tags(finding: Finding, text: OpenText) -> Iterator[types.DiagnosticTag]:
    if finding.category == IGNORED:
        yield types.DiagnosticTag.Unnecessary
    written = text.text[finding.span.start : finding.span.end]
    if written.partition("=")[0].strip("\"'") in retired_options():
        yield types.DiagnosticTag.Deprecated


def page_of(finding: Finding) -> str:
    """Return the address of what is told of a rule; "" when there is none."""
    return _pages().get(finding.code, finding.url)


@cache
def _pages() -> dict[str, str]:
    """Return the page of each rule; none where sgdlint was installed without its documents."""
    if not PAGES.is_file():
        return {}
    found = _PAGE.findall(PAGES.read_text(encoding="utf-8"))
    return {code: (PAGES.parent / page).as_uri() + anchor for code, page, anchor in found}


def _of_failure(failure: Failure, text: OpenText) -> types.Diagnostic:
    """Return why a text, or a line of it, could not be checked."""
    told = _LINE.match(failure.message)
    line = failure.line or (int(told[1]) if told else 1)
    start = text.lines.offset(types.Position(line - 1, 0))
    end = text.lines.offset(types.Position(line - 1, 2**31 - 1))
    return types.Diagnostic(
        range=text.lines.range(Span(start, end)),
        message=failure.message,
        severity=types.DiagnosticSeverity.Error,
        source=NAME,
    )

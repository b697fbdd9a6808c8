"""Findings as the diagnostics of an editor."""

from __future__ import annotations

from lsprotocol import types

from sgdlint.catalog.quirks import retired_options
from sgdlint.formatters.gains import whole
from sgdlint.pages import page_of
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


def diagnostics(text: OpenText, seen: Seen) -> list[types.Diagnostic]:
    """Return what is shown of a text."""
    failures = [_of_failure(one, text) for one in seen.report.failures]
    return [*failures, *(diagnostic(one, text) for one in seen.report.findings)]


def diagnostic(finding: Finding, text: OpenText) -> types.Diagnostic:
    """Return a finding as it is shown."""
    page = page_of(finding.code) or finding.url
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


def _of_failure(failure: Failure, text: OpenText) -> types.Diagnostic:
    """Return why a text, or a line of it, could not be checked."""
    line = max(1, failure.line)
    start = text.lines.offset(types.Position(line - 1, 0))
    end = text.lines.offset(types.Position(line - 1, 2**31 - 1))
    return types.Diagnostic(
        range=text.lines.range(Span(start, end)),
        message=failure.message,
        severity=types.DiagnosticSeverity.Error,
        source=NAME,
    )

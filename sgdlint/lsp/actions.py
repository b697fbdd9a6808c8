"""What an editor offers to do about findings: each fix, and all safe ones together."""

from __future__ import annotations

from difflib import SequenceMatcher

from lsprotocol import types

from sgdlint.lsp.diagnostics import diagnostic
from sgdlint.silencing import OF_COMMENTS
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sgdlint.finding import Finding, Fix
    from sgdlint.lsp.seen import Seen
    from sgdlint.lsp.texts import OpenText

    Edited = Callable[[OpenText, list[types.TextEdit]], types.WorkspaceEdit]

FIX_ALL = "source.fixAll.sgdlint"
MOST_FIXES = 20
"""Fixes that are offered at once: each is tried before it is offered."""


def quick_fixes(text: OpenText, seen: Seen, place: types.Range, edited: Edited) -> Iterator[Action]:
    """Yield the fixes of the findings at a place, those that do no harm.

    edited: makes of edits what the editor applies.
    """
    there = text.span(place)
    found = [one for one in seen.report.findings if _touches(one.span, there)]
    for finding in [one for one in found if _is_offered(one.fix)][:MOST_FIXES]:
        if not seen.fixed(finding).applied:
            continue
        assert finding.fix is not None
        edits = [
            types.TextEdit(text.range(edit.span), edit.text)
            for edit in sorted(finding.fix.edits, key=lambda one: (one.span.start, one.span.end))
        ]
        yield types.CodeAction(
            title=_title(finding, finding.fix),
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[diagnostic(finding, text)],
            is_preferred=_is_safe(finding),
            edit=edited(text, edits),
        )


def _touches(span: Span, there: Span) -> bool:
    """Whether a finding and a selection share a place; a cursor may stand at either end."""
    return span.start <= there.end and there.start <= span.end


def _is_offered(fix: Fix | None) -> bool:
    return fix is not None and bool(fix.edits) and fix.applicability != "display"


def _is_safe(finding: Finding) -> bool:
    return finding.lossless and finding.fix is not None and finding.fix.applicability == "safe"


def _title(finding: Finding, fix: Fix) -> str:
    """Return what a fix is called: whether it is safe is told first."""
    if _is_safe(finding):
        return f"Fix: {fix.title} ({finding.code})"
    kind = "Unsafe fix" if finding.lossless else "Lossy fix"
    note = f": {fix.note}" if fix.note else ""
    return f"{kind}: {fix.title} ({finding.code}{note})"


def suppressions(text: OpenText, seen: Seen, place: types.Range) -> Iterator[types.CodeAction]:
    """Yield actions that silence the findings at a place; their edits are made when chosen."""
    there = text.span(place)
    found = [
        (number, one)
        for number, one in enumerate(seen.report.findings)
        if _touches(one.span, there) and one.name not in OF_COMMENTS
    ]
    for number, finding in found[:MOST_FIXES]:
        yield types.CodeAction(
            title=f"Suppress {finding.code} here ({finding.name})",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[diagnostic(finding, text)],
            is_preferred=False,
            data={"uri": text.uri, "version": text.version, "finding": number},
        )


def suppress(text: OpenText, seen: Seen, number: int, edited: Edited) -> types.WorkspaceEdit | None:
    """Return the edit that silences a finding by its number; None when there is no place for it."""
    found = seen.report.findings[number : number + 1]
    new = seen.silenced(found[0]) if found else None
    return None if new is None else edited(text, edits_between(text, new))


def has_safe(seen: Seen) -> bool:
    """Whether a text has a finding that can be mended safely."""
    return any(_is_offered(one.fix) and _is_safe(one) for one in seen.report.findings)


def all_safe(text: OpenText) -> types.CodeAction:
    """Return the action that makes all safe fixes; its edit is made when it is chosen."""
    data = {"uri": text.uri, "version": text.version}
    return types.CodeAction("Fix all that is safe (sgdlint)", FIX_ALL, data=data)


def fix_all(text: OpenText, seen: Seen, edited: Edited) -> types.WorkspaceEdit | None:
    """Return the edit that makes all safe fixes; None when there is nothing to do."""
    new = seen.fixed().text
    if new == seen.text:
        return None
    return edited(text, edits_between(text, new))


def edits_between(text: OpenText, new: str) -> list[types.TextEdit]:
    """Return edits that make a text another one; lines that stay the same are left alone."""
    old_lines, new_lines = text.text.splitlines(keepends=True), new.splitlines(keepends=True)
    starts = _starts(old_lines)
    matcher = SequenceMatcher(None, old_lines, new_lines, autojunk=False)
    return [
        types.TextEdit(text.range(Span(starts[a], starts[b])), "".join(new_lines[c:d]))
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag != "equal"
    ]


def _starts(lines: Sequence[str]) -> list[int]:
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    return starts


if TYPE_CHECKING:
    Action = types.CodeAction

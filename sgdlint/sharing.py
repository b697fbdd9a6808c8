"""Fixes that touch text which feeds several commands are kept only when right for all of them."""

from __future__ import annotations

from sgdlint.finding import Fix, Related
from sgdlint.record import replace
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.finding import Edit, Finding
    from sgdlint.launch.launch import Launch
    from sgdlint.shell.values import Command, Word
    from sgdlint.source import Source


def settle(
    by_launch: Sequence[tuple[Launch, list[Finding]]], commands: Sequence[Command], source: Source
) -> list[Finding]:
    """Return the findings of all launches, each once, with fixes that are right for every use."""
    edits = {
        (launch.span, finding.code, edit)
        for launch, findings in by_launch
        for finding in findings
        if finding.fix is not None
        for edit in finding.fix.edits
    }
    uses = _uses(by_launch, commands, [edit.span for _, _, edit in edits])
    merged: dict[tuple[object, ...], Finding] = {}
    for launch, findings in by_launch:
        for finding in findings:
            one = _judge(finding, launch, uses, edits, source)
            key = (one.code, one.span, one.message)
            if key in merged:
                one = _merge(merged[key], one)
            merged[key] = one
    return list(merged.values())


def _uses(
    by_launch: Sequence[tuple[Launch, list[Finding]]],
    commands: Sequence[Command],
    edits: Sequence[Span],
) -> list[tuple[Span, list[Span]]]:
    """Return which commands read text near the edits, and where that text was written."""
    if not edits:
        return []
    first = min(span.start for span in edits)
    last = max(span.end for span in edits)
    found = [(Span(one.start, one.end), _origins(one.words, first, last)) for one in commands]
    found += [(launch.span, _origins(_exported(launch), first, last)) for launch, _ in by_launch]
    return [(span, origins) for span, origins in found if origins]


def _exported(launch: Launch) -> list[Word]:
    return [
        one.word for one in launch.environment.values() if one.exported and one.word is not None
    ]


def _origins(words: Sequence[Word], first: int, last: int) -> list[Span]:
    """Return where words were written, as far as that lies between two offsets."""
    spans = [
        Span(piece.start, piece.end)
        for word in words
        for piece in word.pieces
        if piece.end >= first and 0 <= piece.start <= last
    ]
    spans += [
        Span(word.written_start, word.written_end)
        for word in words
        if word.written_end >= first and 0 <= word.written_start <= last
    ]
    return spans


def _judge(
    finding: Finding,
    launch: Launch,
    uses: Sequence[tuple[Span, list[Span]]],
    edits: set[tuple[Span, str, Edit]],
    source: Source,
) -> Finding:
    """Downgrade a fix to display when another command reads the text that it changes."""
    fix = finding.fix
    if fix is None or fix.applicability == "display":
        return finding
    for edit in fix.edits:
        for span, origins in uses:
            # A command around this one (`bash -c '…'`) reads the same text for this launch.
            around = span.start <= launch.span.start and launch.span.end <= span.end
            if around or (span, finding.code, edit) in edits:
                continue
            if any(_touches(edit.span, origin) for origin in origins):
                line = source.location(span.start)[0]
                note = f"not changed automatically: the same text is used on line {line}"
                return replace(finding, fix=Fix(fix.title, "display", fix.edits, note))
    return finding


def _touches(edit: Span, origin: Span) -> bool:
    if origin.start < 0 or origin.start == origin.end:
        return False
    if edit.start == edit.end:
        return origin.start <= edit.start <= origin.end
    return edit.start < origin.end and origin.start < edit.end


def _merge(first: Finding, second: Finding) -> Finding:
    """Join the same finding of two launches: one finding that names both."""
    related = first.related
    if second.scope is not None and second.scope != first.scope:
        related = (*related, Related(second.scope, "also used here"))
    return replace(first, related=tuple(dict.fromkeys(related)))

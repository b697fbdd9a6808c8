"""Carries what is found in a region back to the file: spans, and the edits of fixes."""

from __future__ import annotations

from sgdlint.documents.carry import carry
from sgdlint.documents.region import CannotWriteError
from sgdlint.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.documents.region import Region
    from sgdlint.finding import Edit, Finding, Fix


def at_home(finding: Finding, region: Region) -> Finding:
    """Return a finding in a region as one in the file."""
    if region.is_quoted:
        finding = replace(finding, severity="info", fails_in=())
    related = tuple(
        replace(one, span=region.host_span(one.span))
        for one in finding.related
        if not region.either or region.exact_span(one.span) is not None
    )
    return replace(
        finding,
        span=region.host_span(finding.span),
        scope=None if finding.scope is None else region.host_span(finding.scope),
        related=related,
        fix=None if finding.fix is None else _fix(finding.fix, region),
    )


def _fix(fix: Fix, region: Region) -> Fix:
    """Return a fix of the file; one that cannot be written there is only told."""
    try:
        edits = [it for one in fix.edits for it in carry(one, region)]
        if region.guard is not None:
            for edit in edits:
                region.guard(edit.span)
    except CannotWriteError as error:
        return replace(fix, applicability="display", edits=(), note=fix.note or str(error))
    return replace(fix, edits=tuple(dict.fromkeys(edits)))


def together(found: Sequence[tuple[Region, list[Finding]]]) -> list[Finding]:
    """Return the findings of all regions, each once.

    A fix of text that several regions read stays only when all of them want it.
    """
    wanted = [{(one.code, one.fix.edits) for one in some if one.fix} for _, some in found]
    regions = [region for region, _ in found]
    kept: dict[Finding, None] = {}
    for _, findings in _sure(found):
        for one in findings:
            has_edits = one.fix is not None and one.fix.edits
            kept.setdefault(_agreed(one, regions, wanted) if has_edits else one)
    return list(kept)


def _sure(
    found: Sequence[tuple[Region, list[Finding]]],
) -> Sequence[tuple[Region, list[Finding]]]:
    """Return the findings; of scripts of which the file is one, those that are found in all."""
    either = [some for region, some in found if region.either]
    if len(either) < 2:
        return found
    places = [{(one.code, one.span) for one in some} for some in either]
    sure = [one for one in either[0] if all((one.code, one.span) in some for some in places)]
    first = next(region for region, _ in found if region.either)
    return [(first, sure), *((region, some) for region, some in found if not region.either)]


def _agreed(
    finding: Finding,
    regions: Sequence[Region],
    wanted: Sequence[set[tuple[str, tuple[Edit, ...]]]],
) -> Finding:
    fix = finding.fix
    if fix is None:
        return finding
    for region, wishes in zip(regions, wanted, strict=True):
        if (finding.code, fix.edits) in wishes or not _reads(region, fix):
            continue
        place = region.granted.place
        note = f"the same text is used by {place}" if place else "the same text is used elsewhere"
        return replace(finding, fix=replace(fix, applicability="display", note=fix.note or note))
    return finding


def _reads(region: Region, fix: Fix) -> bool:
    """Whether a region has text that a fix changes."""
    spans = [place.span for place in region.places]
    spans += dict.fromkeys(item.words.extent for item in region.items)
    return any(
        span.start <= edit.span.start and edit.span.end <= span.end
        for edit in fix.edits
        for span in spans
    ) or any(entry.removal in fix.edits for entry in region.entries)

"""Findings of several releases as one list: equal ones are one, which names its releases."""

from __future__ import annotations

from sgdlint.catalog.specifiers import described
from sgdlint.finding import RELEASES
from sgdlint.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sgdlint.assumed import Assumed
    from sgdlint.finding import Finding, Fix
    from sgdlint.source import Span

    ByRelease = Mapping[str, Sequence[Finding]]


def merged(by_release: ByRelease, checked: Sequence[tuple[Span, Assumed]]) -> list[Finding]:
    """Return the findings of several releases, each once, with the releases it holds for."""
    groups: dict[tuple[object, ...], dict[str, Finding]] = {}
    for release, findings in by_release.items():
        for one in findings:
            key = (one.code, one.span, one.message, one.scope)
            groups.setdefault(key, {})[release] = one
    return [_one(group, checked) for group in groups.values()]


def _one(group: Mapping[str, Finding], checked: Sequence[tuple[Span, Assumed]]) -> Finding:
    """Return a finding for all of its releases."""
    releases = tuple(group)
    newest = group[releases[-1]]
    # On other paths the same launch may run with other releases: they are not in question here.
    known = (some for span, some in checked if span == newest.scope)
    about = [some for some in known if not set(some.releases).isdisjoint(releases)]
    everywhere = all(set(some.releases) <= set(releases) for some in about)
    severity = newest.severity
    # Where evidence leaves several releases open, one of them runs: what holds only for some of
    # them is not certain.
    if severity == "error" and not everywhere and not any(some.stated for some in about):
        severity = "warning"
    name = described(releases)
    message = newest.message.replace(RELEASES, name)
    if message == newest.message and not everywhere:
        message += f" (SGLang {name})"
    return replace(
        newest,
        severity=severity,
        message=message,
        help=newest.help.replace(RELEASES, name),
        fix=_fix(group, name),
        releases=releases,
        fails_in=releases if newest.severity == "error" else (),
    )


def _fix(group: Mapping[str, Finding], name: str) -> Fix | None:
    """Return the fix that all releases agree on; one that they do not agree on is only shown."""
    fixes = [one.fix for one in group.values()]
    fix = fixes[-1]
    if fix is None:
        return None
    edits = [None if one is None else one.edits for one in fixes]
    fix = replace(
        fix, title=fix.title.replace(RELEASES, name), note=fix.note.replace(RELEASES, name)
    )
    if any(one != fix.edits for one in edits):
        note = "not changed automatically: the releases need different changes"
        return replace(fix, applicability="display", note=note)
    return fix

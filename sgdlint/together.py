"""Findings of all launches as one list: each once, with the paths on which it holds."""

from __future__ import annotations

from sgdlint.finding import Related
from sgdlint.record import replace
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sgdlint.finding import Finding, Fix
    from sgdlint.shell.tree import Tree
    from sgdlint.shell.values import Command
    from sgdlint.source import Source
    from sgdlint.variants import Place, Ran
    from sgdlint.ways import Layout, Told

    Found = list[tuple[Ran, Finding]]

MOST_ALIKE = 3
"""The paths of so many findings are told that only name different values."""


class Whole:
    """What all findings of a file are seen in: the ways to each place, and the script."""

    def __init__(self, ways: Mapping[Place, Sequence[Command]], tree: Tree, source: Source) -> None:
        self.ways = ways
        self.source = source
        self.tree = tree
        self._layout: Layout | None = None

    def told(self, some: Sequence[Command], place: Place) -> Told | None:
        """Return what tells some ways to a place from its others."""
        from sgdlint.ways import Layout, told

        self._layout = self._layout or Layout(self.tree)
        return told(some, self.ways[place], self._layout)


def gathered(found: Found, whole: Whole) -> list[Finding]:
    """Return the findings of all launches, each once.

    found: each with the launch that has it.
    """
    same: dict[tuple[object, ...], Found] = {}
    for member in found:
        finding = member[1]
        same.setdefault((finding.code, finding.span, finding.message), []).append(member)
    return [_one(groups, whole) for groups in _alike(list(same.values()))]


def _alike(groups: list[Found]) -> list[list[Found]]:
    """Put findings together that only name different values for different variants."""
    joined: dict[tuple[object, ...], list[Found]] = {}
    for group in groups:
        ran, finding = group[0]
        joined.setdefault((finding.code, finding.span, ran.variant.place), []).append(group)
    result: list[list[Found]] = []
    for alike in joined.values():
        numbers = [id(ran) for group in alike for ran, _ in group]
        apart = len(numbers) > len(set(numbers))
        result += [[group] for group in alike] if apart else [alike]
    return result


def _one(groups: list[Found], whole: Whole) -> Finding:
    """Return one finding for all variants that have it; groups: by what they say."""
    members = [member for group in groups for member in group]
    first = members[0][1]
    severity, message = first.severity, first.message
    related = dict.fromkeys((*first.related, *_used(members)))
    reasons = [reason for group in groups if (reason := _reason(group, whole)) is not None]
    if len(reasons) == len(groups):
        doubted = severity == "error" and all(one.needs_several for one in reasons)
        severity = "warning" if doubted else severity
        reasons = [one.beside(first.span) for one in reasons]
        if all(one.reasons for one in reasons):
            words = _words(reasons, whole.source, doubted)
            message = f"{words[0].upper()}{words[1:]}: {message}"
        related.update(dict.fromkeys(mark for one in reasons for mark in _marks(one)))
    if all(way.dead is not None for ran, _ in members for way in ran.variant.ways):
        message = message if severity == "info" else f"In a launch that never runs: {message}"
        severity = "info"
        related.update(dict.fromkeys(_ends(members)))
    fix = _fix([one.fix for _, one in members])
    return replace(first, severity=severity, message=message, related=tuple(related), fix=fix)


def _reason(group: Found, whole: Whole) -> Told | None:
    """Return on which paths a finding holds; None when on all of those of one launch."""
    having: dict[Place, dict[int, Command]] = {}
    for ran, _ in group:
        here = having.setdefault(ran.variant.place, {})
        here.update({id(way): way for way in ran.variant.ways})
    if any(len(some) == len(whole.ways[place]) for place, some in having.items()):
        return None
    [(place, some), *_] = having.items()
    return whole.told(list(some.values()), place)


def _words(reasons: Sequence[Told], source: Source, doubted: bool) -> str:
    """Return words for the paths of findings that only name different values."""
    words = [one.words(source, doubted) for one in reasons[:MOST_ALIKE]]
    more = ["on other paths"] * (len(reasons) > MOST_ALIKE)
    return ", and likewise ".join([*words, *more])


def _marks(reason: Told) -> Iterator[Related]:
    for fact in reason.facts:
        yield Related(fact.span, fact.label)


def _ends(members: Found) -> Iterator[Related]:
    """Yield why launches never run, where that can be told."""
    for way in (way for ran, _ in members for way in ran.variant.ways):
        if way.dead is not None and way.dead.start >= 0:
            label = "nothing runs behind this" if way.dead.ends else "decides that it never runs"
            yield Related(Span(way.dead.start, way.dead.end), label)


def _used(members: Found) -> Iterator[Related]:
    """Yield the launches that a finding is about but in whose words it does not stand."""
    scopes = dict.fromkeys(one.scope for _, one in members if one.scope is not None)
    heads = {one.scope: ran.launch.head_span() for ran, one in members}
    first = members[0][1]
    for scope in scopes:
        seen = (first.span, *(one.span for one in first.related))
        if scope != first.scope:
            yield Related(scope, "also used here")
        elif not any(scope.overlaps(span) for span in seen):
            yield Related(heads[scope], "used here")


def _fix(fixes: Sequence[Fix | None]) -> Fix | None:
    """Return the fix that is offered: one that is only shown, where there is one."""
    given = [one for one in fixes if one is not None]
    shown = [one for one in given if one.applicability == "display"]
    return next(iter([*shown, *given]), None)

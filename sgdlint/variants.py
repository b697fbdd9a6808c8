"""Variants of a launch: what one place of the text runs on several paths, in rounds, for calls.

The interpreter gives a command for each of them. Those that differ in nothing that a launch can
tell are one variant, with several ways to it.
"""

from __future__ import annotations

from sgdlint.record import fields_of, record
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sgdlint.catalog import Release
    from sgdlint.finding import Finding
    from sgdlint.launch.launch import Launch
    from sgdlint.launch.recognise import Recognised
    from sgdlint.shell.values import Command

    Key = tuple[int, int, int]

MOST_VARIANTS = 16
"""So many variants of one place are checked; what others do is not known."""


@record
class Place(Span):
    """Where a command stands; file: `FILE:LINE` in a file that is sourced there."""

    file: str = ""


@record
class Variant:
    """A launch as it runs on some ways through a script.

    found: the first of the recognised launches that it is, and key: its own. numbers: where all of
    them stand in the list of these. ways: their commands.
    """

    found: Recognised
    key: Key
    numbers: list[int]
    ways: list[Command]

    @property
    def place(self) -> Place:
        """Where it stands."""
        return place_of(self.found.command)


@record
class Ran:
    """A variant as a release understands it, and what the rules say of it."""

    variant: Variant
    launch: Launch
    findings: list[Finding]


def place_of(command: Command) -> Place:
    """Return where a command stands: several that stand at one place are variants of it."""
    if command.nested and command.words[0].start >= 0:
        # What a command in a string ends with may be written elsewhere on each path.
        return Place(command.words[0].start, command.words[0].start, command.file)
    return Place(command.start, command.end, command.file)


def leads_to(outer: Command, inner: Command) -> bool:
    """Whether a command around another one is run on the same path."""
    return (
        outer.path == inner.path[: len(outer.path)]
        and outer.calls == inner.calls[: len(outer.calls)]
    )


def keys(found: Sequence[Recognised]) -> list[Key]:
    """Return for each launch which place it has, which of the ways there it is, and of how many.

    While a file is edited these stay the same, unless the ways to a place change.
    """
    ways: dict[Place, int] = {}
    numbers = []
    for one in found:
        place = place_of(one.command)
        ways[place] = ways.get(place, 0) + 1
        numbers.append((place, ways[place]))
    places = {place: number for number, place in enumerate(ways)}
    return [(places[place], number, ways[place]) for place, number in numbers]


def variants(
    found: Sequence[Recognised], numbers: Iterable[int], release: Release
) -> list[Variant]:
    """Return the variants of all places, in order; numbers: which launches count."""
    by_place: dict[Place, list[Variant]] = {}
    named = keys(found)
    for number in numbers:
        one = found[number]
        here = by_place.setdefault(place_of(one.command), [])
        same = next((other for other in here if _is_same(one, other.found, release)), None)
        if same is not None:
            same.numbers.append(number)
            same.ways.append(one.command)
        elif len(here) < MOST_VARIANTS:
            here.append(Variant(one, named[number], [number], [one.command]))
    ordered = [one for here in by_place.values() for one in here]
    return sorted(ordered, key=lambda one: one.numbers[0])


def _is_same(one: Recognised, other: Recognised, release: Release) -> bool:
    """Whether two launches differ in nothing that SGLang or a finding could tell."""
    return _seen(one) == _seen(other) and _environment(one, release) == _environment(other, release)


def _seen(one: Recognised) -> list[object]:
    names = (name for name in fields_of(one) if name not in ("command", "environment"))
    return [getattr(one, name) for name in names]


def _environment(one: Recognised, release: Release) -> dict[str, object]:
    """Return the variables that SGLang reads."""
    names = release.environment()
    return {
        name: variable
        for name, variable in one.environment.items()
        if name in names or name.startswith("SGLANG_")
    }

"""Everything that is looked at for one launch, in order; a new check is a line here."""

from __future__ import annotations

from sgdlint.preflight import gpus, places, release, weights

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.preflight.asked import Asked
    from sgdlint.preflight.check import Check
    from sgdlint.preflight.facts import Machine


def checks(asked: Asked, seen: Machine, command: Sequence[str] = ()) -> Iterator[Check]:
    """Yield the checks of a launch. command: the words of a command that is to be run."""
    yield from release.checks(asked, seen, command)
    yield from gpus.checks(asked, seen)
    yield from places.memory(asked, seen)
    yield from weights.checks(asked, seen)
    yield from places.folders(asked, seen)
    yield from places.ports(asked, seen)
    yield from places.modules(asked, seen)
    yield from places.versions(asked, seen)

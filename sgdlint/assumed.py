"""Which releases a launch is checked for, and why."""

from __future__ import annotations

from sgdlint import catalog
from sgdlint.catalog.specifiers import SpecifierError, allowed_by, described, nearest_known, pinned
from sgdlint.evidence import Evidence, beside, evidence, is_container
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.launch.recognise import Recognised
    from sgdlint.shell.values import Command
    from sgdlint.source import Nearby, Source


@record
class Assumed:
    """Releases, oldest first, and where they come from.

    stated: the user said that it must work with each; else one of them is in use.
    note: what is not known about the release that was named, or "".
    """

    releases: tuple[str, ...]
    origin: str
    stated: bool = True
    note: str = ""

    @property
    def text(self) -> str:
        """The releases in short."""
        return described(self.releases)


NEWEST = "the newest release known"


def newest() -> Assumed:
    """Return what is assumed when nothing tells."""
    return Assumed((catalog.newest(),), NEWEST)


def installed(near: Nearby) -> Assumed | None:
    """Return the release that is installed around a file; None for a build between releases."""
    found = near.installed()
    version = pinned(found[0]) if found is not None else ""
    if found is None or not version or "dev" in version:
        return None
    release, note = _nearest(version)
    return Assumed((release,), f"installed in {found[1]}", False, note)


def stated(texts: Sequence[str], origin: str) -> Assumed:
    """Return the releases that the user names; raises SpecifierError or UnknownReleaseError."""
    found = {release for text in texts for release in _allowed(text)}
    return Assumed(tuple(one for one in catalog.releases() if one in found), origin)


def _allowed(text: str) -> tuple[str, ...]:
    allowed = allowed_by(text)
    if not allowed:
        known = catalog.releases()
        raise SpecifierError(f"no known release is {text}; known: {known[0]} to {known[-1]}")
    return allowed


def by_launch(
    source: Source,
    commands: Sequence[Command],
    found: Sequence[Recognised],
    project: Assumed | None,
) -> list[Assumed]:
    """Return what each launch is checked for.

    In order: what the script, and the files beside it, tell; what the project's settings say; what
    is installed; the newest release known.
    """
    known = evidence(source, commands)
    return [
        _of_launch(one, known, commands, source) or project or _untold(one, commands, source)
        for one in found
    ]


def _untold(launch: Recognised, commands: Sequence[Command], source: Source) -> Assumed:
    """Return what is assumed for a launch that nothing written tells of."""
    inside = launch.fresh or any(map(is_container, _around(launch, commands)))
    return (None if inside else installed(source.near)) or newest()


def _around(launch: Recognised, commands: Sequence[Command]) -> list[Command]:
    """Return the commands that a launch is part of, as in `docker run … sglang serve`."""
    start = launch.command.start
    return [one for one in commands if one.start <= start < one.end]


def _of_launch(
    launch: Recognised, known: list[Evidence], commands: Sequence[Command], source: Source
) -> Assumed | None:
    """Return what a script and the files beside it tell for a launch."""
    start = launch.command.start
    outer = _around(launch, commands)
    inside = any(map(is_container, outer))
    own = [
        one
        for one in known
        if one.command is not None and one.command.start <= start < one.command.end
    ]
    installs = [one for one in known if one.kind == "install" and one.container == inside]
    images = [one for one in known if one.kind == "image tag" and one not in own]
    untold = inside and any("sglang:" in (word.text or "") for one in outer for word in one.words)
    choices = [
        [
            one
            for one in own
            if one.kind == "install" and (one.span is None or one.span.end <= start)
        ],
        [one for one in own if one.kind == "image tag"],
        [] if untold else _in_force(installs, start),
        [] if untold else images,
    ]
    chosen = next((some for some in choices if some), [])
    if not chosen and not inside:
        requirement = beside(source.near)
        chosen = [requirement] if requirement is not None else []
    return told(chosen)


def _in_force(installs: list[Evidence], start: int) -> list[Evidence]:
    """Return the installs that may be the last ones before a launch; all when none is before."""
    before = [one for one in installs if one.command is not None and one.command.end <= start]
    kept: list[Evidence] = []
    for one in before:
        kept = [*kept, one] if one.conditional else [one]
    return kept or installs


def told(chosen: Sequence[Evidence]) -> Assumed | None:
    """Return what pieces of evidence tell together; None when none can be read."""
    found: dict[str, None] = {}
    notes = []
    origins: dict[str, None] = {}
    for one in chosen:
        releases, note = _known(one)
        if releases:
            found.update(dict.fromkeys(releases))
            origins[one.where] = None
            notes += [note] if note else []
    if not found:
        return None
    ordered = tuple(release for release in catalog.releases() if release in found)
    return Assumed(ordered, "; ".join(origins), False, "; ".join(dict.fromkeys(notes)))


def _known(one: Evidence) -> tuple[tuple[str, ...], str]:
    """Return the known releases that evidence allows, and a note when it names an unknown one."""
    version = pinned(one.specifier)
    if version:
        release, note = _nearest(version)
        return (release,), note
    try:
        return allowed_by(one.specifier), ""
    except (SpecifierError, catalog.UnknownReleaseError):
        return (), ""


def _nearest(version: str) -> tuple[str, str]:
    """Return the known release that is most like a version, and a note when it is another one."""
    release = nearest_known(version)
    same = catalog.release_key(version) == catalog.release_key(release)
    return release, "" if same else f"nearest known to {version}"

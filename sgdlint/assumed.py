"""Which releases a launch is checked for, and why."""

from __future__ import annotations

from sgdlint import catalog
from sgdlint.catalog.specifiers import SpecifierError, allowed_by, described, nearest_known, pinned
from sgdlint.evidence import INSTALLS, around, is_container, text_of
from sgdlint.pins import Evidence
from sgdlint.record import record, replace
from sgdlint.source import Span

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
    known: list[Evidence],
    project: Assumed | None,
) -> list[Assumed]:
    """Return what each launch is checked for.

    In order: what the script, and the files beside it, tell; what the project's settings say; what
    is installed; the newest release known. known: what the script tells; what a file beside it
    tells is added.
    """
    starts = [one.command.start for one in found]
    result = []
    for one in found:
        outer = around(one.command.start, commands)
        inside = any(map(is_container, outer))
        chosen = _chosen(one.command.start, outer, inside, known, starts)
        if not chosen:
            chosen = _beside(source.near, outer, inside)
            known += [replace(file, command=_first_word(one)) for file in chosen]
        assumed = told(chosen) or project
        if assumed is None and not inside and not one.fresh:
            assumed = installed(source.near)
        result.append(assumed or newest())
    return result


def _chosen(
    start: int,
    outer: Sequence[Command],
    inside: bool,
    known: Sequence[Evidence],
    starts: Sequence[int],
) -> list[Evidence]:
    """Return the evidence that counts for the launch at an offset; [] when the script has none.

    starts: where all launches of the script stand.
    """
    own = [one for one in known if _holds(one.command, start)]
    installs = [one for one in known if one.kind in INSTALLS and one.container == inside]
    # The image of another launch is not the one that this launch runs in.
    images = [
        one
        for one in known
        if one.kind == "image tag"
        and one.specifier
        and not any(_holds(one.command, other) for other in starts)
    ]
    untold = inside and _of_image(outer)
    choices = [
        [
            one
            for one in own
            if one.kind == "install" and (one.span is None or one.span.end <= start)
        ],
        [one for one in own if one.kind == "image tag"],
        [] if untold else _in_force(installs, start),
        [] if untold else images,
        [] if inside else [one for one in known if one.kind == "clone"],
    ]
    return next((some for some in choices if some), [])


def _first_word(launch: Recognised) -> Span:
    """Return where a finding stands that is about another file than the launch's."""
    word = launch.command.words[0]
    return Span(word.start, word.end)


def _holds(span: Span | None, offset: int) -> bool:
    return span is not None and span.start <= offset < span.end


def _of_image(outer: Sequence[Command]) -> bool:
    """Whether a launch runs in an image of SGLang that its command names."""
    texts = [text_of(word) or word.prefix for one in outer for word in one.words]
    return any("sglang:" in text or "sglang@" in text for text in texts)


def _beside(near: Nearby, outer: Sequence[Command], inside: bool) -> list[Evidence]:
    """Return what a file beside the script tells; for a container, a Dockerfile alone does."""
    if inside and _of_image(outer):
        return []
    from sgdlint.beside import beside, in_file

    found = in_file(near, "Dockerfile") if inside else beside(near)
    return [found] if found is not None else []


def _in_force(installs: list[Evidence], start: int) -> list[Evidence]:
    """Return the installs that may be the last ones before a launch; all when none is before."""
    before = [one for one in installs if one.command is not None and one.command.end <= start]
    kept: list[Evidence] = []
    for one in before:
        kept = [*kept, one] if one.conditional else [one]
    return kept or installs


def told(chosen: Sequence[Evidence]) -> Assumed | None:
    """Return what pieces of evidence tell together; None when none can be read.

    None too when the last one is for a build that is no release: that one most likely runs.
    """
    if not chosen or not chosen[-1].specifier:
        return None
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

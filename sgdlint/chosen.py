"""Which release each launch runs with, from what the script and what is around it tell."""

from __future__ import annotations

from bisect import bisect_left

from sgdlint import catalog
from sgdlint.assumed import INSTALLED, Assumed, Machine, newest
from sgdlint.catalog.specifiers import SpecifierError, allowed_by, nearest_known, pinned
from sgdlint.evidence import INSTALLS, around, is_container, text_of
from sgdlint.pins import Evidence
from sgdlint.record import record, replace
from sgdlint.source import Span
from sgdlint.variants import leads_to

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.launch.recognise import Recognised
    from sgdlint.shell.values import Command
    from sgdlint.source import Nearby, Source


def by_launch(
    source: Source,
    commands: Sequence[Command],
    found: Sequence[Recognised],
    known: list[Evidence],
    project: Assumed | None,
    machine: Machine | None = None,
) -> list[Assumed]:
    """Return what each launch is checked for.

    In order: what the script, and the files beside it, tell; what the project's settings say; what
    is installed; the newest release known. known: what the script tells; what a file beside it
    tells is added. machine: what a document tells of where the script runs.
    """
    machine = machine or Machine()
    script = _sorted(known, sorted(one.command.start for one in found))
    outside = _Outside(source.near)
    result = []
    for one in found:
        outer = [it for it in around(one.command.start, commands) if leads_to(it, one.command)]
        inside = any(map(is_container, outer))
        named = inside and _names_image(outer)
        chosen = _chosen(script, one.command.start, outer, inside, named)
        if not inside:
            chosen, named = chosen or list(machine.tags), machine.named
        inside = inside or machine.container
        if not chosen and not named:
            chosen = outside.file(inside)
            known += [replace(file, command=_first_word(one)) for file in chosen]
        assumed = told(chosen) or project
        if not inside and not one.fresh and not machine.away:
            if assumed is None:
                assumed = outside.installed()
            elif len(chosen) == 1 and len(assumed.releases) > 1:
                assumed = _narrowed(assumed, outside.installed())
        result.append(assumed or newest())
    return result


def _narrowed(assumed: Assumed, there: Assumed | None) -> Assumed:
    """Return what a range leaves open, or the installed release when it is in the range."""
    if there is None or there.note or there.releases[0] not in assumed.releases:
        return assumed
    return replace(there, origin=f"{assumed.origin}; {there.origin}")


@record
class _Script:
    """The evidence of a script by kind. own: what belongs to launches. images: other tags."""

    own: Sequence[Evidence]
    installs: Sequence[Evidence]
    images: Sequence[Evidence]
    clones: Sequence[Evidence]


def _sorted(known: Sequence[Evidence], starts: Sequence[int]) -> _Script:
    """Return the evidence by kind. starts: where the launches stand, in order."""
    own = [one for one in known if _holds_any(one.command, starts)]
    tags = [one for one in known if one.kind == "image tag" and one.specifier]
    return _Script(
        own,
        [one for one in known if one.kind in INSTALLS],
        # The image of one launch is not the one that another launch runs in.
        [one for one in tags if not _holds_any(one.command, starts)],
        [one for one in known if one.kind == "clone"],
    )


class _Outside:
    """What stands around a script, asked once for all of its launches."""

    def __init__(self, near: Nearby) -> None:
        self.near = near
        self._files: dict[bool, list[Evidence]] = {}
        self._installed: list[Assumed | None] = []

    def file(self, inside: bool) -> list[Evidence]:
        """Return what a file tells; for a container, a Dockerfile alone does."""
        if inside not in self._files:
            from sgdlint.beside import beside, in_file

            found = in_file(self.near, "Dockerfile") if inside else beside(self.near)
            self._files[inside] = [found] if found is not None else []
        return self._files[inside]

    def installed(self) -> Assumed | None:
        """Return the release that is installed."""
        if not self._installed:
            self._installed.append(_installed(self.near))
        return self._installed[0]


def _installed(near: Nearby) -> Assumed | None:
    """Return the release that is installed around a file; None for a build between releases."""
    found = near.installed()
    version = pinned(found[0]) if found is not None else ""
    if found is None or not version or "dev" in version:
        return None
    release, note = _nearest(version)
    return Assumed((release,), INSTALLED + found[1], False, note)


def _chosen(
    script: _Script, start: int, outer: Sequence[Command], inside: bool, named: bool
) -> list[Evidence]:
    """Return the evidence that counts for the launch at an offset; [] when the script has none.

    named: its command names an image of SGLang.
    """
    own = [one for one in script.own if _holds(one.command, start)]
    if len({one.specifier for one in own}) > 1:
        # What another variant of the same command names is none of this one's.
        own = [one for one in own if one.span is None or any(_reads(it, one.span) for it in outer)]
    before = [one for one in own if one.kind == "install" and _is_before(one.span, start)]
    tags = [one for one in own if one.kind == "image tag"]
    if before or tags or named:
        return before or tags
    installs = [one for one in script.installs if one.container == inside]
    images = script.images
    if inside and _runs_in_a_running_one(outer):
        images = [*(one for one in script.own if one.kind == "image tag"), *images]
    return _in_force(installs, start) or list(images) or ([] if inside else list(script.clones))


def _reads(command: Command, span: Span) -> bool:
    """Whether some text comes to stand in the words of a command."""
    words = (*command.words, *([command.stdin] if command.stdin is not None else []))
    pieces = (piece for word in words for piece in word.pieces)
    return any(one.start <= span.start and span.end <= one.end for one in pieces)


def _first_word(launch: Recognised) -> Span:
    """Return where a finding stands that is about another file than the launch's."""
    word = launch.command.words[0]
    return Span(word.start, word.end)


def _holds(span: Span | None, offset: int) -> bool:
    return span is not None and span.start <= offset < span.end


def _holds_any(span: Span | None, offsets: Sequence[int]) -> bool:
    if span is None:
        return False
    place = bisect_left(offsets, span.start)
    return place < len(offsets) and offsets[place] < span.end


def _is_before(span: Span | None, offset: int) -> bool:
    return span is None or span.end <= offset


def _names_image(outer: Sequence[Command]) -> bool:
    """Whether a command names an image of SGLang."""
    texts = [text_of(word) or word.prefix for one in outer for word in one.words]
    return any("sglang:" in text or "sglang@" in text for text in texts)


def _runs_in_a_running_one(outer: Sequence[Command]) -> bool:
    """Whether a launch runs in a container that runs already: `docker exec`."""
    return any(text_of(word) == "exec" for one in outer for word in one.words[:4])


def _in_force(installs: Sequence[Evidence], start: int) -> list[Evidence]:
    """Return the installs that may be the last ones before a launch; all when none is before."""
    before = [one for one in installs if one.command is not None and one.command.end <= start]
    kept: list[Evidence] = []
    for one in before:
        kept = [*kept, one] if one.conditional else [one]
    return kept or list(installs)


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

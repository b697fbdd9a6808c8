"""From a text to the launches in it, as this machine would run them, with what is found in them."""

from __future__ import annotations

import os

from sgdlint import catalog
from sgdlint.expanded import Expanded, origin_of
from sgdlint.expanding import path_of
from sgdlint.hardware import HardwareError, Machine, visible
from sgdlint.linter import check
from sgdlint.preflight.asked import asked
from sgdlint.record import record, replace
from sgdlint.ways import Layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sgdlint.finding import Finding, Report
    from sgdlint.launch.launch import Launch
    from sgdlint.preflight.asked import Asked
    from sgdlint.preflight.facts import Machine as Seen
    from sgdlint.rules.engine import Engine
    from sgdlint.rules.pack import Pack
    from sgdlint.scripts import Script
    from sgdlint.source import Source
    from sgdlint.stated import Options
    from sgdlint.variants import Variant


@record
class Place:
    """A launch in a file. path: on which way it runs, in words; "" when it is on every one."""

    asked: Asked
    path: str


def look(
    source: Source, pack: Pack, options: Options, seen: Seen, outside: Mapping[str, str]
) -> tuple[Report, list[Place]]:
    """Return what is found in a text, and its launches.

    They are checked for the SGLang that is installed, where nobody named another one and all of
    them would start it.
    """
    report, places = _read(source, pack, options, outside, seen)
    installed = seen.installed
    if options.sglang or installed is None or installed.version not in catalog.releases():
        return report, places
    if not places or any(one.asked.inside or one.asked.own_path for one in places):
        return report, places
    meant = [(one.asked.release, one.asked.release_from) for one in places]
    wishes = replace(options, sglang=(installed.version,))
    report, places = _read(source, pack, wishes, outside, seen)
    here = f"installed in {installed.place}"
    return replace(report, release_from=here), [
        replace(
            one,
            asked=replace(
                one.asked,
                release_from=here,
                written_for=None if len(meant) <= number else meant[number],
            ),
        )
        for number, one in enumerate(places)
    ]


def _read(
    source: Source, pack: Pack, options: Options, outside: Mapping[str, str], seen: Seen
) -> tuple[Report, list[Place]]:
    found: list[tuple[Expanded, Asked]] = []

    def see(script: Script, variant: Variant, launch: Launch, engine: Engine) -> list[Finding]:
        if variant.found.command.dead is None:
            wanted = asked(script, variant, launch, engine, outside)
            if wanted.program != seen.started:
                wanted = replace(wanted, own_path=True)
            found.append((Expanded(script, variant, launch, ()), wanted))
        return []

    report = check(source, pack, options, see)
    return report, list(_places(found, report))


def _places(found: Sequence[tuple[Expanded, Asked]], report: Report) -> Iterator[Place]:
    by_place: dict[object, list[Expanded]] = {}
    for one, _ in found:
        by_place.setdefault((one.script.number, one.variant.place), []).append(one)
    for one, wanted in found:
        here = by_place[one.script.number, one.variant.place]
        layout = Layout(one.script.tree) if len(here) > 1 else None
        told = path_of(one, here, layout)
        yield Place(replace(wanted, release_from=origin_of(one, report)), told)


def with_gpus(options: Options, seen: Seen) -> Options:
    """Return the options with the GPUs of this machine, as a launch from this shell sees them."""
    try:
        found = visible(Machine(seen.gpus or (), seen.driver), os.environ)
    except HardwareError:
        return options
    if not found.gpus:
        return options
    name, count, memory = found.described()
    known = name if name and catalog.gpu(name) is not None else ""
    return replace(options, gpu=known, gpus=count, vram=memory)

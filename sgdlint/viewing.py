"""What the page of HTML shows of files: findings, what launches would run, what fixes change."""

from __future__ import annotations

from sgdlint.expanded import Expanded, environment_of, origin_of, shown_word
from sgdlint.expanding import (
    command_text,
    machine_text,
    model_text,
    path_of,
    reasons_of,
    shown_value,
    values_of,
)
from sgdlint.fixer import fix
from sgdlint.fixing import diff
from sgdlint.formatters.html import Page, Run
from sgdlint.linter import check
from sgdlint.rules.facts import Facts
from sgdlint.rules.memory import estimate
from sgdlint.ways import Layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.catalog.memory import Estimate
    from sgdlint.finding import Finding, Report
    from sgdlint.launch.launch import Launch
    from sgdlint.rules.engine import Engine
    from sgdlint.rules.pack import Pack
    from sgdlint.scripts import Script
    from sgdlint.stated import Options
    from sgdlint.variants import Place, Variant

    Seen = tuple[Expanded, Estimate | None]


def page(report: Report, pack: Pack, options: Options) -> Page:
    """Return what is shown of a file that was checked; raises OptionError."""
    source = report.source
    seen: list[Seen] = []

    def see(script: Script, variant: Variant, launch: Launch, engine: Engine) -> list[Finding]:
        known = Expanded(script, variant, launch, values_of(pack, launch, engine))
        seen.append((known, estimate(launch, Facts(launch, engine.derived).lookup)))
        return []

    check(source, pack, options, see)
    changes = ""
    if any(one.fix is not None for one in report.findings):
        fixed = fix(source, lambda it: check(it, pack, options))
        changes = diff(source, fixed.text)
    return Page(report, tuple(_runs(seen, report)), changes)


def _runs(seen: Sequence[Seen], report: Report) -> list[Run]:
    by_place: dict[tuple[int, Place], list[Seen]] = {}
    for one in seen:
        by_place.setdefault((one[0].script.number, one[0].variant.place), []).append(one)
    found = []
    for here in by_place.values():
        launches = [known for known, _ in here]
        layout = Layout(launches[0].script.tree) if len(here) > 1 else None
        found += [_run(one, path_of(one[0], launches, layout), report) for one in here]
    return found


def _run(seen: Seen, path: str, report: Report) -> Run:
    known, memory = seen
    launch = known.launch
    hardware = launch.hardware
    environment = environment_of(launch).items()
    return Run(
        known.script.source.location(launch.span.start)[0],
        path,
        command_text(launch),
        f"{launch.release.name} ({origin_of(known, report)})",
        model_text(launch),
        machine_text(hardware),
        tuple(f"{name}={'?' if word is None else shown_word(word)}" for name, word in environment),
        tuple((one.label, shown_value(one), "; ".join(reasons_of(one))) for one in known.in_force),
        memory,
        hardware.vram_gib or (hardware.gpu.memory_gib if hardware.gpu else None),
        known.variant.found.command.dead is not None,
    )

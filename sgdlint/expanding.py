"""`sgdlint expand`: each launch as one command, and what SGLang works with when it runs it.

Nothing is judged here. What launches of one place have in common is said once.
"""

from __future__ import annotations

import json
import sys

from sgdlint import __version__
from sgdlint.arguments import Arguments
from sgdlint.checking import CLEAN, FAILED, Packs, inputs, options_of
from sgdlint.expanded import (
    UNKNOWN,
    Expanded,
    environment_of,
    file_data,
    origin_of,
    reason_of,
    shown_word,
    unknown_of,
)
from sgdlint.finding import Failure
from sgdlint.linter import check
from sgdlint.rules.facts import Facts
from sgdlint.rules.origins import PERHAPS, in_force
from sgdlint.variants import MOST_VARIANTS
from sgdlint.ways import Layout, Told, facts_of, told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.finding import Finding, InForce, Report
    from sgdlint.launch.launch import Granted, Hardware, Launch
    from sgdlint.linter import Also
    from sgdlint.rules.engine import Engine
    from sgdlint.rules.pack import Pack
    from sgdlint.scripts import Script
    from sgdlint.variants import Place, Variant

MOST_WIDTH = 96
"""So wide are the lines of a list."""


def expand(arguments: Arguments) -> int:
    """Show every launch and return the exit status: 0, or 2 when something could not be read."""
    asked = Arguments(**{"select": [], "ignore": [], "lossy": False, "goal": "", **vars(arguments)})
    packs, options = Packs(asked), options_of(asked)
    failures: list[Failure] = []
    files = []
    for one in inputs(arguments, failures):
        found: list[Expanded] = []
        pack = packs.of(one.source)
        report = check(one.source, pack, one.wishes(options), _gather(pack, found))
        failures += report.failures
        files.append((report, found))
    if arguments.format == "json":
        document = {"version": __version__, "files": [file_data(*file) for file in files]}
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
    else:
        for report, found in files:
            sys.stdout.writelines(f"{line}\n" for line in _lines(report, found, arguments.why))
        if files and not any(found for _, found in files):
            count = len(files)
            sys.stdout.write(f"No launches in {count} file{'s' if count > 1 else ''}\n")
    for failure in failures:
        print(f"sgdlint: error: {failure.path}: {failure.message}", file=sys.stderr)
    return FAILED if failures else CLEAN


def _gather(pack: Pack, into: list[Expanded]) -> Also:
    """Return what puts each launch that is checked into a list, and finds nothing."""

    def see(script: Script, variant: Variant, launch: Launch, engine: Engine) -> list[Finding]:
        into.append(Expanded(script, variant, launch, values_of(pack, launch, engine)))
        return []

    return see


def values_of(pack: Pack, launch: Launch, engine: Engine) -> tuple[InForce, ...]:
    """Return the facts that have a label, in the order of the rule files."""
    facts = Facts(launch, engine.derived)
    names = [name for name in pack.index.facts if (fact := engine.derived.get(name)) and fact.label]
    return tuple(in_force(name, facts) for name in names)


# --- text -----------------------------------------------------------------------------------------


def _lines(report: Report, found: list[Expanded], why: bool) -> Iterator[str]:
    by_place: dict[tuple[int, Place], list[Expanded]] = {}
    for one in found:
        by_place.setdefault((one.script.number, one.variant.place), []).append(one)
    for here in by_place.values():
        yield f"{_heading(here[0], report)}"
        layout = Layout(here[0].script.tree) if len(here) > 1 else None
        yield from _of_place(here, report, layout, why)
        yield ""
    if report.unread:
        yield f"{report.source.path}: not followed, so what they set is not known:"
        yield from (f"  {name} (not found in the project)" for name in report.unread)
        yield ""


def _heading(one: Expanded, report: Report) -> str:
    line, _ = one.script.source.location(one.launch.span.start)
    command = one.variant.found.command
    place = one.script.region.granted.place if one.script.region is not None else ""
    inside = command.file or place
    told = f", in {inside}" if inside else ""
    return f"{report.source.path}:{line}{told}{', never runs' if command.dead else ''}"


def _of_place(
    here: list[Expanded], report: Report, layout: Layout | None, why: bool
) -> Iterator[str]:
    """Yield the launches of one place; what they have in common is said once."""
    blocks = [list(_blocks(one, report, why)) for one in here]
    common = [block for block in blocks[0] if all(block in some for some in blocks)]
    for one, some in zip(here, blocks, strict=True):
        path = path_of(one, here, layout)
        if path:
            yield f"  {path}:"
        indent = "    " if path or len(here) > 1 else "  "
        yield indent + command_text(one.launch)
        for block in some:
            if block not in common:
                yield from (f"{indent}  {line}" for line in block)
    if len(here) >= MOST_VARIANTS:
        yield f"  (at most {MOST_VARIANTS} variants of a launch are looked at; there may be more)"
    yield from (f"  {line}" for block in common for line in block)


def path_of(one: Expanded, here: Sequence[Expanded], layout: Layout | None) -> str:
    """Return on which path a launch runs, in words; "" when it is on every one."""
    mine = one.variant.ways
    if layout is not None and len(here) > 1:
        found = told(mine, [way for other in here for way in other.variant.ways], layout)
        if found is not None:
            return found.words(one.script.source)
    facts = [facts_of(way) for way in mine]
    shared = tuple(fact for fact in facts[0] if all(fact in some for some in facts))
    return Told((shared,)).words(one.script.source) if shared else ""


def command_text(launch: Launch) -> str:
    """Return a launch as one command, `?` for what is not known."""
    begin = ["sglang", launch.written or launch.command]
    return " ".join([*begin, *map(shown_word, launch.words)])


def _blocks(one: Expanded, report: Report, why: bool) -> Iterator[tuple[str, ...]]:
    """Yield what is to be said of a launch; lines that belong together are one block."""
    launch = one.launch
    if why:
        yield from (
            (f"not known:   {part}: {reason_of(word)}",) for part, word in unknown_of(launch)
        )
    yield (f"SGLang:      {launch.release.name} ({origin_of(one, report)})",)
    yield (f"model:       {model_text(launch)}",)
    yield (f"machine:     {machine_text(launch.hardware)}",)
    for name, word in environment_of(launch).items():
        yield (f"environment: {name}={UNKNOWN if word is None else shown_word(word)}",)
    yield from _values_told(one.in_force)


def _values_told(values: Sequence[InForce]) -> Iterator[tuple[str, ...]]:
    """Yield what SGLang works with; what is not known for the same reason is told together."""
    reasons: dict[str, list[str]] = {}
    for value in values:
        if value.values is None and len(why := reasons_of(value)) == 1:
            reasons.setdefault(why[0], []).append(value.label)
    together = {because: labels for because, labels in reasons.items() if len(labels) > 2}
    apart = [one for one in values if not any(one.label in some for some in together.values())]
    width = max((len(value.label) for value in apart), default=0) + 1
    yield from (tuple(_shown(value, width)) for value in apart)
    for because, labels in together.items():
        yield tuple(_filled(f"not known ({because}):", labels))


def _filled(begin: str, labels: Sequence[str]) -> Iterator[str]:
    """Yield lines of a list that are not too wide."""
    line = begin
    for number, label in enumerate(labels):
        comma = "," if number < len(labels) - 1 else ""
        if len(line) + len(label) + 2 > MOST_WIDTH:
            yield line
            line = " "
        line += f" {label}{comma}"
    yield line


def reasons_of(value: InForce) -> list[str]:
    """Return the reasons of a value."""
    reasons = [because for _, because in value.origins]
    return ["an option that is not known may say it"] if PERHAPS in reasons else reasons


def model_text(launch: Launch) -> str:
    """Return what SGLang makes of the model, in words."""
    model = launch.model
    if model is None:
        told = launch.model_path or UNKNOWN
        return f"{told} (the path alone does not tell what this release makes of it)"
    return f"{model.id} ({model.family}, {model.task or model.output})"


def machine_text(hardware: Hardware) -> str:
    """Return what is known of the GPUs, in words."""
    memory = hardware.vram_gib or (hardware.gpu and hardware.gpu.memory_gib)
    parts = [
        f"{hardware.count} GPUs" if hardware.count else _given(hardware.granted),
        hardware.gpu.name if hardware.gpu else "",
        f"{memory:g} GiB each" if memory else "",
    ]
    return ", ".join(filter(None, parts)) or f"{UNKNOWN} (tell it with --gpu and --gpus)"


def _given(granted: Granted | None) -> str:
    """Return how many GPUs a container or a job gives, and what says so."""
    if granted is None:
        return ""
    return f"{granted.count} GPU{'s' if granted.count > 1 else ''} at most ({granted.text})"


def shown_value(value: InForce) -> str:
    """Return a value in words, `?` when it is not known."""
    known = value.values
    return UNKNOWN if known is None else " or ".join(_text(one) for one in known) or "not given"


def _shown(value: InForce, width: int) -> Iterator[str]:
    """Yield the lines of a value; what it depends on has lines of its own."""
    text, reasons = shown_value(value), reasons_of(value)
    if len(reasons) == 1:
        yield f"{value.label + ':':{width}} {text} ({reasons[0]})"
        return
    yield f"{value.label + ':':{width}} {text}, one of:"
    yield from (f"{'':{width}} - {reason}" for reason in reasons)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)

"""`sgdlint expand`: each launch as one command, and what SGLang works with when it runs it.

Nothing is judged here. A part that is not known is shown as `?`, in JSON as null.
"""

from __future__ import annotations

import json
import sys

from sgdlint import __version__
from sgdlint.arguments import Arguments
from sgdlint.checking import CLEAN, FAILED, Packs, inputs, options_of
from sgdlint.finding import Failure
from sgdlint.formatters.json import in_force as value_data
from sgdlint.formatters.json import span_data
from sgdlint.linter import check
from sgdlint.record import record
from sgdlint.rules.facts import Facts
from sgdlint.rules.origins import PERHAPS, in_force

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from sgdlint.finding import Finding, InForce, Report
    from sgdlint.launch.launch import Granted, Hardware, Launch
    from sgdlint.linter import Also
    from sgdlint.rules.engine import Engine
    from sgdlint.rules.model import Pack
    from sgdlint.shell.values import Word
    from sgdlint.variants import Variant

UNKNOWN = "?"


@record
class Expanded:
    """One launch as one release understands it. in_force: what SGLang works with."""

    launch: Launch
    in_force: tuple[InForce, ...]


def expand(arguments: Arguments) -> int:
    """Show every launch and return the exit status: 0, or 2 when something could not be read."""
    asked = Arguments(**{"select": [], "ignore": [], "lossy": False, **vars(arguments)})
    packs, options = Packs(asked), options_of(asked)
    failures: list[Failure] = []
    files = []
    for one in inputs(arguments, failures):
        found: list[Expanded] = []
        pack = packs.of(one.source)
        report = check(one.source, pack, options, _gather(pack, found))
        failures += report.failures
        files.append((report, found))
    if arguments.format == "json":
        document = {"version": __version__, "files": [_file(*file) for file in files]}
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(line for file in files for line in _lines(*file)))
    for failure in failures:
        print(f"sgdlint: error: {failure.path}: {failure.message}", file=sys.stderr)
    return FAILED if failures else CLEAN


def _gather(pack: Pack, into: list[Expanded]) -> Also:
    """Return what puts each launch that is checked into a list, and finds nothing."""

    def see(_: Variant, launch: Launch, engine: Engine) -> list[Finding]:
        into.append(Expanded(launch, _values(pack, launch, engine)))
        return []

    return see


def _values(pack: Pack, launch: Launch, engine: Engine) -> tuple[InForce, ...]:
    """Return the facts that have a label, in the order of the rule files."""
    facts = Facts(launch, engine.derived)
    names = [name for name in pack.index.facts if (fact := engine.derived.get(name)) and fact.label]
    return tuple(in_force(name, facts) for name in names)


# --- words ----------------------------------------------------------------------------------------


def command_of(launch: Launch) -> list[str | None]:
    """Return the words of a launch from `sglang` on, None for each that is not known."""
    return ["sglang", launch.command, *(word.text for word in launch.words)]


def _shown_word(word: Word) -> str:
    from shlex import quote

    if word.text is not None:
        return quote(word.text)
    if word.many:
        return UNKNOWN + "…"
    if word.texts is not None:
        return "{" + "|".join(map(quote, word.texts)) + "}"
    return quote(word.prefix) + UNKNOWN if word.prefix else UNKNOWN


def _environment(launch: Launch) -> dict[str, str | None]:
    """Return the variables of SGLang that the script sets; None: set, but to what is not known."""
    found: dict[str, str | None] = {}
    for name in launch.release.environment():
        variable = launch.environment.get(name)
        if variable is not None and variable.word is not None:
            found[name] = variable.word.text if variable.exported is True else None
    return found


# --- text -----------------------------------------------------------------------------------------


def _lines(report: Report, found: list[Expanded]) -> Iterator[str]:
    for one in found:
        line, _ = report.source.location(one.launch.span.start)
        yield f"{report.source.path}:{line}"
        yield from (f"  {part}" for part in _told(one, report))
        yield ""


def _told(one: Expanded, report: Report) -> Iterator[str]:
    launch = one.launch
    words = " ".join(map(_shown_word, launch.words))
    yield f"sglang {launch.command} {words}".rstrip()
    yield f"SGLang:      {launch.release.name} ({_origin(launch, report)})"
    yield f"model:       {_model(launch)}"
    yield f"machine:     {_machine(launch.hardware)}"
    for name, text in _environment(launch).items():
        yield f"environment: {name}={UNKNOWN if text is None else text}"
    width = max((len(value.label) for value in one.in_force), default=0) + 1
    for value in one.in_force:
        yield from _shown(value, width)


def _origin(launch: Launch, report: Report) -> str:
    for one in report.checked:
        if one.span == launch.span and launch.release.name in one.releases:
            return one.origin
    return report.release_from


def _model(launch: Launch) -> str:
    model = launch.model
    if model is None:
        told = launch.model_path or UNKNOWN
        return f"{told} (the path alone does not tell what this release makes of it)"
    return f"{model.id} ({model.family}, {model.task or model.output})"


def _machine(hardware: Hardware) -> str:
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


def _shown(value: InForce, width: int) -> Iterator[str]:
    """Yield the lines of a value; what it depends on has lines of its own."""
    known = value.values
    text = UNKNOWN if known is None else " or ".join(_text(one) for one in known) or "not given"
    reasons = [because for _, because in value.origins]
    if PERHAPS in reasons:
        reasons = ["an option that is not known may say it"]
    if len(reasons) == 1:
        yield f"{value.label + ':':{width}} {text} ({reasons[0]})"
        return
    yield f"{value.label + ':':{width}} {text}, one of:"
    yield from (f"{'':{width}} - {because}" for because in reasons)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


# --- JSON -----------------------------------------------------------------------------------------


def _file(report: Report, found: list[Expanded]) -> dict[str, Any]:
    return {
        "path": report.source.path,
        "launches": [_launch(one, report) for one in found],
        "failures": [{"message": one.message} for one in report.failures],
    }


def _launch(one: Expanded, report: Report) -> dict[str, Any]:
    launch, model, hardware = one.launch, one.launch.model, one.launch.hardware
    return {
        **span_data(launch.span, report.source),
        "words": command_of(launch),
        "sglang": launch.release.name,
        "release_from": _origin(launch, report),
        "model": model and {"id": model.id, "family": model.family, "task": model.task},
        "machine": {
            "gpu": hardware.gpu and hardware.gpu.name,
            "memory_gib": hardware.vram_gib or (hardware.gpu and hardware.gpu.memory_gib),
            "gpus": hardware.count,
            "granted": hardware.granted
            and {"gpus": hardware.granted.count, "from": hardware.granted.text},
        },
        "environment": _environment(launch),
        "in_force": [value_data(value) for value in one.in_force],
    }

"""What `sgdlint expand` tells of a launch: its words, what is not known of them, all as data."""

from __future__ import annotations

from sgdlint.formatters.json import in_force as value_data
from sgdlint.formatters.json import span_data
from sgdlint.record import record
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from sgdlint.finding import InForce, Report
    from sgdlint.launch.launch import Launch
    from sgdlint.scripts import Script
    from sgdlint.shell.values import Command, Word
    from sgdlint.variants import Variant

UNKNOWN = "?"


@record
class Expanded:
    """One variant of a launch as one release understands it.

    script: where it stands. in_force: what SGLang works with.
    """

    script: Script
    variant: Variant
    launch: Launch
    in_force: tuple[InForce, ...]


def command_of(launch: Launch) -> list[str | None]:
    """Return the words of a launch from `sglang` on, None for each that is not known."""
    return ["sglang", launch.written or launch.command, *(word.text for word in launch.words)]


def shown_word(word: Word) -> str:
    """Write a word for the shell: `?` is not known, `{a|b}` one of several, `?…` any number."""
    from shlex import quote

    if word.text is not None:
        return quote(word.text)
    if word.many:
        return (quote(word.prefix) if word.prefix else "") + UNKNOWN + "…"
    parts = []
    for piece in word.pieces:
        texts = [quote(text) if text else "" for text in piece.texts or ()]
        parts.append("{" + "|".join(texts) + "}" if len(texts) > 1 else texts[0] if texts else "?")
    return "".join(parts)


def environment_of(launch: Launch) -> dict[str, Word | None]:
    """Return the variables of SGLang that the script sets; None: it may not reach SGLang.

    Those that it shares with tools, such as `VERBOSE`, only where something in it reads them.
    """
    found: dict[str, Word | None] = {}
    for name, one in launch.release.environment().items():
        variable = launch.environment.get(name)
        is_its = one.read or name.startswith("SGL")
        if is_its and variable is not None and variable.word is not None:
            found[name] = variable.word if variable.exported is True else None
    return found


def unknown_of(launch: Launch) -> Iterator[tuple[str, Word]]:
    """Yield the parts that are not known: a variable, or the place of a word; and the word."""
    for name, word in environment_of(launch).items():
        if word is not None and word.text is None:
            yield name, word
    for number, word in enumerate(launch.words):
        if word.text is None:
            before = launch.words[number - 1].text if number else None
            is_value = before is not None and before.startswith("--")
            yield (f"{before} " if is_value else "") + shown_word(word), word


def reason_of(word: Word) -> str:
    """Return why a word is not known."""
    if word.texts is not None:
        return "it depends on the path"
    reason = word.reason or "it is computed when the script runs"
    return reason if word.default is None else f"{reason}; else the word is {word.default!r}"


def origin_of(one: Expanded, report: Report) -> str:
    """Return what says for which release a launch is."""
    span = one.script.at_home(one.launch.span)
    for checked in report.checked:
        if checked.span == span and one.launch.release.name in checked.releases:
            return checked.origin
    return report.release_from


# --- JSON -----------------------------------------------------------------------------------------


def file_data(report: Report, found: list[Expanded]) -> dict[str, Any]:
    """Return what `--format json` tells of a file."""
    return {
        "path": report.source.path,
        "launches": [_launch(one, report) for one in found],
        "unread": list(report.unread),
        "failures": [{"message": one.message} for one in report.failures],
    }


def _launch(one: Expanded, report: Report) -> dict[str, Any]:
    launch, model, hardware = one.launch, one.launch.model, one.launch.hardware
    environment = environment_of(launch).items()
    return {
        **span_data(one.script.at_home(launch.span), report.source),
        "file": one.variant.found.command.file,
        "never_runs": one.variant.found.command.dead is not None,
        "words": command_of(launch),
        "unknown": [
            _unknown_word(index + 2, word)
            for index, word in enumerate(launch.words)
            if word.text is None
        ],
        "ways": [_way(command, one.script, report) for command in one.variant.ways],
        "sglang": launch.release.name,
        "release_from": origin_of(one, report),
        "model": model and {"id": model.id, "family": model.family, "task": model.task},
        "machine": {
            "gpu": hardware.gpu and hardware.gpu.name,
            "memory_gib": hardware.vram_gib or (hardware.gpu and hardware.gpu.memory_gib),
            "gpus": hardware.count,
        },
        "environment": {name: word and word.text for name, word in environment},
        "in_force": [value_data(value) for value in one.in_force],
    }


def _unknown_word(index: int, word: Word) -> dict[str, Any]:
    """Return what is known of a word that is not known. any_number: it may be several, or none."""
    return {
        "index": index,
        "shown": shown_word(word),
        "one_of": word.texts and list(word.texts),
        "any_number": word.many,
        "because": reason_of(word),
    }


def _way(command: Command, script: Script, report: Report) -> dict[str, Any]:
    """Return one way to a launch: calls, rounds of loops, and how tests came out."""
    tests = [
        {
            **span_data(script.at_home(Span(one.start, one.end)), report.source),
            "test": one.text,
            "held": one.held,
            "round": one.is_round,
        }
        for one in command.path
    ]
    calls = [span_data(script.at_home(Span(*call)), report.source) for call in command.calls]
    return {"tests": tests, "calls": calls}

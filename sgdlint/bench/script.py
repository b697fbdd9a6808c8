"""A matrix → the bash script that measures it, to be read, changed and run again."""

from __future__ import annotations

import textwrap

from sgdlint import __version__
from sgdlint.bench.manifest import written
from sgdlint.bench.matrix import texts
from sgdlint.bench.running import begin, functions, loop
from sgdlint.recommend import quoted
from sgdlint.source import COMMAND

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgdlint.bench.base import Part
    from sgdlint.bench.matrix import Matrix, Trial

WIDTH = 98
MARK = "# Written by `sgdlint bench`"
"""The beginning of a line of each script, by which a script of ours is known."""


def script(matrix: Matrix, source: str, repeat: int, results: str) -> str:
    """Return the script. source: the name of the file that the launch stands in."""
    parts = [
        _head(matrix, source, repeat, results),
        _settings(matrix, repeat, results),
        _commands(matrix),
        functions(matrix),
        begin(matrix),
        loop(),
    ]
    return "\n".join(parts)


# --- what stands above ----------------------------------------------------------------------------


def _head(matrix: Matrix, source: str, repeat: int, results: str) -> str:
    count = len(matrix.trials)
    release = matrix.base.release.name
    lines = [
        "#!/usr/bin/env bash",
        f"# sgdlint: sglang={release}",
        *(["# shellcheck disable=SC2016"] if _has_dollars(matrix) else []),
        *_told(f"{MARK[2:]} {__version__} for {_named(source)}, SGLang {release}."),
        "#",
        *_told(
            f"Measures {count} variants in turns, {repeat} times each: {count * repeat} runs. Each "
            "loads the model, warms up, and writes the times of one request; that takes "
            "hours for a large model. Each run keeps its log and its output; the weights are there "
            "once, for all."
        ),
        "#",
        *(f"#   {words:<42}{what}" for words, what in _uses(results)),
        "#",
        *_told(
            "Run it where the launch runs: on that machine, in that folder and environment, with "
            "nothing else on its GPUs."
        ),
        *(line for note in matrix.base.notes for line in _told(f"Note: {note}.")),
        *_dropped(matrix),
        "set -euo pipefail",
    ]
    return "\n".join(lines) + "\n"


def _has_dollars(matrix: Matrix) -> bool:
    """Whether a word has what ShellCheck takes for a mistake in quotes: `$HOME` in a prompt."""
    words = [word for one in matrix.trials for part in one.command.parts for word in part.words]
    return any(set("$`") & set(word.text or "") for word in words)


def _named(source: str) -> str:
    return {COMMAND: "a command", "-": "standard input"}.get(source, source)


def _uses(results: str) -> tuple[tuple[str, str], ...]:
    return (
        ("bash THIS_FILE", "goes on where it was; what failed is not tried again"),
        ("FORCE=1 bash THIS_FILE", "measures everything anew"),
        ("REPEAT=5 RESULTS=DIR bash THIS_FILE", "more runs, another folder"),
        (f"sgdlint bench --read {quoted(results)}", "tells which variant is the fastest"),
    )


def _told(text: str, indent: str = "") -> list[str]:
    plain = " ".join(text.split())
    return textwrap.wrap(
        plain,
        WIDTH,
        initial_indent=indent + "# ",
        subsequent_indent=indent + "# ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _dropped(matrix: Matrix) -> Iterator[str]:
    """Yield why some variants are not run."""
    if matrix.dropped or matrix.left:
        yield "#"
    for one in matrix.dropped:
        yield from _told(f"Not run: {one.name}: {one.reason}.".replace("..", "."))
    if matrix.left:
        yield from _told(f"Not run: {matrix.left} more combinations; --only takes some axes.")


def _settings(matrix: Matrix, repeat: int, results: str) -> str:
    base = matrix.base
    lines = [
        f"results=${{RESULTS:-{quoted(results)}}}",
        f"repeat=${{REPEAT:-{repeat}}}",
        "force=${FORCE:-0}",
        "variants=(",
        *(f"  {one.name}" for one in matrix.trials),
        ")",
    ]
    outside = [
        f': "${{{name}:?the launch that is measured has it from outside}}"' for name in base.needed
    ]
    mine = [f"export {name}={quoted(value)}" for name, value in base.exports]
    common = [(one.name, one.value) for one in matrix.plan.exports] + _common_env(matrix)
    told = {name for name, _ in base.exports}
    usual = [f'export {name}="${{{name}:-{value}}}"' for name, value in common if name not in told]
    return "\n".join([*lines, *outside, *mine, *usual]) + "\n"


# --- the commands ---------------------------------------------------------------------------------


def _common_env(matrix: Matrix) -> list[tuple[str, str]]:
    first, *others = (one.command.env for one in matrix.trials)
    return [one for one in first if all(one in env for env in others)]


def _common(matrix: Matrix) -> list[Part]:
    """Return the options that all variants have."""
    first, *others = ([texts(part) for part in one.command.parts] for one in matrix.trials)
    kept = [all(part in parts for parts in others) for part in first]
    return [
        part for part, is_kept in zip(matrix.trials[0].command.parts, kept, strict=True) if is_kept
    ]


def _commands(matrix: Matrix) -> str:
    common = _common(matrix)
    shared = {texts(part) for part in common}
    lines = ["# What all variants have.", "common=("]
    lines += [f"  {written(matrix, part)}" for part in common]
    lines += [
        ")",
        "",
        "# Runs a variant; measure() sets where its files go.",
        "run() {",
        "  case $1 in",
    ]
    for one in matrix.trials:
        lines += _arm(matrix, one, shared)
    return "\n".join([*lines, "  esac", "}"]) + "\n"


def _arm(matrix: Matrix, trial: Trial, shared: set[tuple[str, ...]]) -> Iterator[str]:
    yield f"    {trial.name})"
    lossy = "lossy: " if trial.lossy else ""
    yield from _told(lossy + trial.why, "      ")
    everywhere = _common_env(matrix)
    env = [
        f"{name}={quoted(value)}"
        for name, value in trial.command.env
        if (name, value) not in everywhere
    ]
    own = [written(matrix, one) for one in trial.command.parts if texts(one) not in shared]
    rest = [*own, '"${files[@]}"']
    words = [" ".join([*env, *matrix.base.head, '"${common[@]}"']), *rest]
    yield "      " + " \\\n        ".join(words)
    yield "      ;;"

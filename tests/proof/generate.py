"""Makes scripts as people write them, and the ways they are started, from a seed."""

from __future__ import annotations

import random
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from proof import control, running, values
from proof.bash import Case
from proof.families import FAMILIES, MOST_DEPTH
from proof.writer import FROM_OUTSIDE, SCALARS, Writer

MODULES = (control, running, values)
"""They fill the table of families when they are imported."""

ALWAYS = ("launches", "variables")
"""Families that each script has."""

LEFT_OUT = ("errors", "sparse")
"""Families that are only made when they are named. An expansion that fails ends its command."""

CASES = 3
"""Each script is started so often."""


class Script(NamedTuple):
    """A generated script, the files beside it, and the families that it was made from."""

    seed: int
    text: str
    files: dict[str, str]
    families: tuple[str, ...]


def families() -> list[str]:
    """Return the names of all families."""
    return sorted(FAMILIES)


def script_of(seed: int, only: Sequence[str] = ()) -> Script:
    """Return the script of a seed; only: families to choose from, besides those of each script."""
    rng = random.Random(seed)
    names = list(only) or [name for name in families() if name not in (*ALWAYS, *LEFT_OUT)]
    chosen = rng.sample(names, min(len(names), rng.choice((1, 1, 2, 3, 4))))
    statements = [(name, one) for name in (*chosen, *chosen, *ALWAYS) for one in FAMILIES[name]]

    def pick(writer: Writer) -> None:
        for _ in range(20):
            _, statement = rng.choice(statements)
            if writer.depth < MOST_DEPTH or statement.__module__ == values.__name__:
                statement(writer)
                return
        writer.line(writer.launch())

    writer = Writer(rng, pick)
    writer.line("#!/usr/bin/env bash")
    if writer.chance(0.25):
        writer.line(
            writer.of(
                "set -e", "set -euo pipefail", "set -u", "set -eo pipefail", "shopt -s nullglob"
            )
        )
    for _ in range(rng.choice((0, 2, 3, 4))):
        writer.line(f"{writer.new_name()}={writer.literal()}")
    for name in chosen:
        rng.choice(FAMILIES[name])(writer)
    for _ in range(rng.randint(2, 6)):
        pick(writer)
    writer.show_all()
    return Script(seed, "\n".join(writer.lines) + "\n", writer.files, tuple(chosen))


def cases_of(seed: int, count: int = CASES) -> list[Case]:
    """Return the ways to start the script of a seed: with nothing, then with more and more."""
    rng = random.Random(~seed)
    return [Case(), *(_case(rng, share) for share in (0.3, 0.8, 0.5, 1.0)[: count - 1])]


def _case(rng: random.Random, share: float) -> Case:
    environment = {
        name: rng.choice(FROM_OUTSIDE) for name in (*SCALARS, "A", "REF") if rng.random() < share
    }
    arguments = ("--gpus", "2", "--fast", "-g", "4", "a b", "", "wan", "--", "-f", "x")
    given = tuple(rng.choice(arguments) for _ in range(rng.randint(0, 4)))
    answers = "".join(rng.choice("0001") for _ in range(60))
    return Case(given, environment, answers)


def tried(text: str) -> list[Case]:
    """Return the cases that a script names: `# try: NAME=value… -- arguments…`, and some usual."""
    found = [Case(), Case((), {}, "1" * 60), Case((), {}, "01" * 30)]
    for line in text.splitlines():
        if line.startswith("# try:"):
            words = shlex.split(line.removeprefix("# try:"))
            place = words.index("--") if "--" in words else len(words)
            given = dict(word.split("=", 1) for word in words[:place])
            found.append(Case(tuple(words[place + 1 :]), given, "0" * 60))
    return found


def files_beside(script: Path) -> dict[str, str]:
    """Return the files of the folder that belongs to a written script, by their paths in it."""
    folder = script.with_suffix("")
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }

#!/usr/bin/env python3
"""Write docs/noise.md: which rules speak of the example commands of SGLang's own guides.

    python scripts/build_noise.py            # write the page from the recorded commands
    python scripts/build_noise.py --check    # exit 1 when the committed page differs
    python scripts/build_noise.py FOLDER     # first record the commands: FOLDER/RELEASE/**/*.md

FOLDER holds unpacked wheels, one folder for each release. Only commands are recorded, in
tests/data/guide_commands.jsonl: the words of a launch and the releases whose guides have it. Words
that hold a sentence (prompts) are replaced, and what is not known stays a variable.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import generated

if TYPE_CHECKING:
    from sgdlint.finding import Finding
    from sgdlint.launch.launch import Launch
    from sgdlint.rules.engine import Engine
    from sgdlint.rules.pack import Pack
    from sgdlint.scripts import Script
    from sgdlint.shell.values import Word
    from sgdlint.variants import Variant

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
DATA = ROOT / "tests" / "data" / "guide_commands.jsonl"
TARGET = ROOT / "docs" / "noise.md"
BLOCK = re.compile(r"(?ms)^[ \t]*```(?:bash|shell|sh|console)?[ \t]*\n(.*?)^[ \t]*```")
BLANK = re.compile(r"<[A-Za-z][^<>\n]*>|\{[A-Z_]+\}|(?<=[\s=])\.\.\.(?=\s|$)")
"""What a guide leaves to the reader: `<prompt>`, `{CONFIG_FILE_PATH}`, `...`."""
LEFT_OUT = "LEFT-OUT"
MACHINES = (("", None), ("H100", 8))
"""What is told of the GPUs: nothing, and one usual machine."""
MOST = 0.1
"""An advice that speaks of a larger share of the commands is off by default, or wrong."""
HEAD = """\
# Noise

<!-- Made by scripts/build_noise.py from tests/data/guide_commands.jsonl; not edited by hand. -->

A rule that speaks of everything is not heard. The wheels of SGLang hold guides with example
commands; each command is checked here for each release whose guides have it, once when nothing is
told of the GPUs, and once for 8 × H100. An advice (no error) that speaks of more than one
command in ten is `info` and off by default, or it is wrong.
"""


def main() -> int:
    """Record the commands when there is a folder, and write or compare the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", help="unpacked wheels, one folder for each release")
    parser.add_argument("--check", action="store_true", help="compare with the committed page")
    given = parser.parse_args()
    if given.folder:
        record(Path(given.folder))
    text = page()
    if not given.check:
        print(text)
    return generated.keep(TARGET, text, check=given.check)


# --- the commands ---------------------------------------------------------------------------------


def record(folder: Path) -> None:
    """Write the commands of all guides, each once, with the releases that have it."""
    from sgdlint import catalog

    found: dict[str, list[str]] = {}
    for release in catalog.releases():
        for path in sorted((folder / release).rglob("*.md")):
            for command in commands(path.read_text(encoding="utf-8"), release):
                releases = found.setdefault(command, [])
                if release not in releases:
                    releases.append(release)
    lines = [json.dumps({"command": one, "releases": found[one]}) for one in sorted(found)]
    DATA.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def commands(text: str, release: str) -> Iterator[str]:
    """Yield the launches in the fenced blocks of a page, each as one line."""
    from sgdlint import rulepack
    from sgdlint.linter import Options, check
    from sgdlint.source import Source

    pack = rulepack.load()
    for block in BLOCK.findall(text):
        found: list[str] = []

        def see(
            _: Script, __: Variant, launch: Launch, ___: Engine, into: list[str] = found
        ) -> list[Finding]:
            if launch.words:
                into.append(command_of(launch))
            return []

        told = BLANK.sub(LEFT_OUT, block)
        lines = [line.removeprefix("$ ") for line in told.splitlines()]
        check(Source("guide", "\n".join(lines) + "\n"), pack, Options(sglang=release), see)
        yield from found


def command_of(launch: Launch) -> str:
    """Return a launch as one line, its variables in front."""
    names = [
        name
        for name in launch.release.environment()
        if (one := launch.environment.get(name)) is not None and one.word is not None
    ]
    before = [f"{name}={shown(launch.environment[name].word)}" for name in sorted(names)]
    return " ".join([*before, "sglang", launch.command, *map(shown, launch.words)])


def shown(word: Word | None) -> str:
    """Return a word as the shell reads it; without its sentence, when it is one."""
    if word is None or word.text is None:
        return '"$VALUE"' if word is None or not word.many else "$VALUES"
    option, joined, text = word.text.partition("=")
    if not joined or not option.startswith("-"):
        option, joined, text = "", "", word.text
    if LEFT_OUT in text:
        return option + joined + '"$VALUE"'
    is_sentence = len(text.split()) > 2 and "{" not in text
    return option + joined + shlex.quote("a cat" if is_sentence else text)


# --- the page -------------------------------------------------------------------------------------


def recorded() -> list[tuple[str, str]]:
    """Return each recorded command with each of its releases."""
    rows = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
    return [(row["command"], release) for row in rows for release in row["releases"]]


def histogram(
    pack: Pack, machine: tuple[str, int | None], asked: Iterable[tuple[str, str]]
) -> Counter[str]:
    """Return for each rule of how many commands it speaks."""
    from sgdlint.linter import Options, check
    from sgdlint.source import Source

    gpu, gpus = machine
    count: Counter[str] = Counter()
    for command, release in asked:
        options = Options(sglang=release, gpu=gpu, gpus=gpus)
        report = check(Source("guide", command + "\n"), pack, options)
        count.update({one.code for one in report.findings})
    return count


def page() -> str:
    """Return the page."""
    from sgdlint import rulepack

    pack, asked = rulepack.load(), recorded()
    counts = [histogram(pack, machine, asked) for machine in MACHINES]
    rules = {rule.code: rule for rule in pack.rules}
    codes = sorted(set().union(*counts), key=lambda code: (-max(c[code] for c in counts), code))
    releases = {release for _, release in asked}
    different = len({command for command, _ in asked})
    size = f"{different} different commands, {len(asked)} with their {len(releases)} releases."
    parts = [
        f"{HEAD}\n{size}\n\n",
        "| rule | severity | nothing told | 8 × H100 |\n| --- | --- | ---: | ---: |\n",
    ]
    for code in codes:
        shares = " | ".join(f"{c[code]} ({c[code] / len(asked):.1%})" for c in counts)
        rule = rules[code]
        parts.append(f"| {code} `{rule.name}` | {rule.severity} | {shares} |\n")
    return "".join(parts)


if __name__ == "__main__":
    raise SystemExit(main())

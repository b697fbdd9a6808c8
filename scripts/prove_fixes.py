#!/usr/bin/env python3
"""Ask the real SGLang whether commands that `sgdlint fix` changed are accepted.

    python scripts/prove_fixes.py FOLDER                 # all commands of the conformance sets
    python scripts/prove_fixes.py FOLDER --one-of 20     # one of 20
    python scripts/prove_fixes.py FOLDER --left          # also print what stays refused

FOLDER is an installation of the judge, as for scripts/record_conformance.py; `--judge COMMAND`
names its program. Writes docs/fixes-proof.md when all are asked about. Exit status 1 when a command
was accepted and is no longer, or fewer than nine in ten of the refused ones are mended.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from conformance import mending  # noqa: E402
from conformance.case import RELEASES, from_line  # noqa: E402
from conformance.mending import KINDS, Share, Tally  # noqa: E402

RECORDED = ROOT / "tests" / "conformance" / "recorded"
SETS = ("tuning", "held-out")
TARGET = ROOT / "docs" / "fixes-proof.md"
LEAST = 0.9
"""The part of the refused commands with a fix that must be accepted after it."""
HEAD = """\
# Are fixed commands accepted?

<!-- Made by scripts/prove_fixes.py; not edited by hand. -->

`scripts/prove_fixes.py` fixes every command of the [conformance sets](conformance.md) for its
release and machine, and asks the real parser and validation of SGLang, run on CPU, about each
command that changed. What was accepted must stay so. Of what is refused, or dies, three groups are
counted: *every error fixed*: each of its errors has a fix; *an error fixed*: the fix of one was
made, others may have none; *anything fixed*: the command changed at all, be it for a warning beside
an error that nobody but its author can mend, such as a value that is missing.
"""
TITLES = {
    "safe": "With the safe fixes",
    "unsafe": "With those of `--unsafe` too",
}
COLUMNS = "| release | accepted stay so | every error fixed | an error fixed | anything fixed |"
RULE = "| --- | ---: | ---: | ---: | ---: |"


def main() -> int:
    """Fix, ask, write the page and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", default=".", help="an installation of the judge")
    parser.add_argument("--judge", help="the judge's program, when it is not oracle.py in FOLDER")
    parser.add_argument("--one-of", type=int, default=1, help="ask about one command of so many")
    parser.add_argument("--left", action="store_true", help="print what stays refused, too")
    given = parser.parse_args()
    command = shlex.split(given.judge or "") or ["python3", str(Path(given.folder) / "oracle.py")]
    texts = [(RECORDED / f"{name}.jsonl").read_text(encoding="utf-8") for name in SETS]
    lines = [line for text in texts for line in text.splitlines()][:: given.one_of]
    found = {
        kind: mending.tally(command, map(from_line, lines), kind == "unsafe") for kind in KINDS
    }
    text = page(found)
    if given.one_of == 1:
        TARGET.write_text(text, encoding="utf-8")
    print(text)
    for some in found.values():
        for line in mending.shown(some, ("broken", "left") if given.left else ("broken",)):
            print(line)
    return (
        0 if all(is_good(mending.total(some.values()), kind) for kind, some in found.items()) else 1
    )


def is_good(whole: Tally, kind: str) -> bool:
    """Whether fixes break nothing, and mend enough where all of them are made."""
    shares = (whole.strict, whole.loose) if kind == "unsafe" else (whole.strict,)
    return whole.kept.part == 1 and all(share.part >= LEAST for share in shares)


def page(found: Mapping[str, Mapping[str, Tally]]) -> str:
    """Return the text of the page."""
    text = HEAD
    for kind, some in found.items():
        whole = mending.total(some.values())
        rows = [(release, some[release]) for release in RELEASES if release in some]
        table = [COLUMNS, RULE, *(row(*one) for one in (*rows, ("all", whole)))]
        text += f"\n## {TITLES[kind]}\n\n" + "\n".join(table) + "\n\n"
        text += f"{whole.unchanged} commands have no such fix; of {whole.unsure} the judge is not"
        text += " certain.\n"
    return text


def row(name: str, one: Tally) -> str:
    """Return a line of a table."""
    shares = (one.kept, one.strict, one.partly, one.loose)
    return f"| {name} | " + " | ".join(map(cell, shares)) + " |"


def cell(share: Share) -> str:
    """Return how many of how many."""
    return f"{share.accepted} of {share.changed} ({share.part:.1%})"


if __name__ == "__main__":
    sys.exit(main())

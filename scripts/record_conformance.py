#!/usr/bin/env python3
"""Record what the real SGLang does with the commands of tests/conformance.

    python scripts/record_conformance.py FOLDER          # the recorded commands again
    python scripts/record_conformance.py FOLDER --new    # new commands of the same seeds

FOLDER is an installation of the judge: its `oracle.py` reads commands and writes verdicts, one a
line, and runs the parser and validation of each SGLang release on CPU. The first form changes
nothing unless SGLang or the judge changed. The second makes other commands when the generators or
the catalog changed.
"""

from __future__ import annotations

import argparse
import itertools
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from conformance import makers  # noqa: E402, F401
from conformance.case import RELEASES, Judged  # noqa: E402
from conformance.choose import choose  # noqa: E402
from conformance.draw import drawn  # noqa: E402
from conformance.judge import ask  # noqa: E402
from conformance.recorded import SEEDS, SETS, path_of, read  # noqa: E402

WANTED = 640
"""Commands of each release in each set."""
CANDIDATES = 3000
"""Commands that are tried for them."""


def main() -> int:
    """Record both sets."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", help="an installation of the judge")
    parser.add_argument("--new", action="store_true", help="make new commands")
    parser.add_argument("--judge", help="the judge's program, when it is not oracle.py in FOLDER")
    given = parser.parse_args()
    command = shlex.split(given.judge or "") or ["python3", str(Path(given.folder) / "oracle.py")]
    taken: set[str] = set()
    for name in SETS:
        found = made(name, command, taken) if given.new else again(name, command)
        write(name, found)
    return 0


def made(name: str, command: Sequence[str], taken: set[str]) -> list[Judged]:
    """Return the chosen ones of new commands."""
    found: list[Judged] = []
    for release in RELEASES:
        candidates = itertools.islice(drawn(release, SEEDS[name]), CANDIDATES)
        chosen = list(choose(ask(command, list(candidates)), WANTED, taken))
        print(f"{name} {release}: {len(chosen)} of {CANDIDATES}", flush=True)
        found += chosen
    return found


def again(name: str, command: Sequence[str]) -> list[Judged]:
    """Return the recorded commands with new verdicts."""
    before = read(name)
    after = ask(command, [one.case for one in before])
    lost = [one for one in after if one is None]
    changed = sum(one != old for one, old in zip(after, before, strict=True))
    print(f"{name}: {len(before)} commands, {changed} changed, {len(lost)} without a verdict")
    return [one for one in after if one is not None]


def write(name: str, found: Sequence[Judged]) -> None:
    """Write a set, one command a line."""
    path = path_of(name)
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"{one.to_line()}\n" for one in found), encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())

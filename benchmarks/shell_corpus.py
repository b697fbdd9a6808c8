"""Parse every shell script of this machine, and compare with what bash says of each.

    python benchmarks/shell_corpus.py [--broken N] [--names] [FOLDER…]

A script is a file that begins with `#!` and a shell, ends in `.sh` or `.bash`, or is one of bash's
own tests (`.tests`, `.sub`). bash judges: a script is accepted when `bash -n` finds nothing wrong
with it, or when it does so with `extglob` on, which a script may set for itself. What bash takes
for a binary file is left out.

Printed, each miss by name: accepted scripts in which we find a problem (at most 3 in 1,000),
refused ones in which we find none (at most 1 in 10), crashes (none), and scripts that take more
than linear time (none): of the slowest ones two and four in one text may take 2.6 times as long
each time.

With `--broken N` each script is also broken N times (a few characters, a word or a line taken out,
doubled or moved, always the same way for the same name), and counted apart.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sgdlint.shell.parser import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDERS = ("/usr", "/etc", "/opt", os.path.expanduser("~"))
SHEBANG = re.compile(rb"#![ \t]*\S*(?:/env[ \t]+(?:-S[ \t]+)?)?[ \t]*\S*\b(?:ba|da)?sh\b")
SUFFIXES = (".sh", ".bash", ".tests", ".sub")
MOST_BYTES = 2_000_000
LEAST_ACCEPTED, LEAST_REFUSED = 0.997, 0.9
PIECES = re.compile(r"\w+|\s+|[^\w\s]")
SLOWEST = 12
MOST_GROWTH = 2.6
BINARY = 126


@dataclass
class Count:
    """What was found in one kind of scripts, and the scripts that we judge otherwise than bash."""

    accepted: int = 0
    refused: int = 0
    false: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def judge(self, name: str, text: str, accepted: bool) -> None:
        """Parse a text of which bash's opinion is known."""
        problems = parse(text).problems
        if accepted:
            self.accepted += 1
            if problems:
                line = text.count("\n", 0, problems[0].start) + 1
                self.false.append(f"{name}:{line}: {problems[0].message} ({len(problems)})")
        else:
            self.refused += 1
            if not problems:
                self.missed.append(f"{name}: bash refuses it, we find nothing")

    @property
    def shares(self) -> tuple[float, float]:
        """The share of the accepted ones that parse, and of the refused ones with a problem."""
        good = 1 - len(self.false) / max(self.accepted, 1)
        return good, 1 - len(self.missed) / max(self.refused, 1)

    def report(self, title: str) -> None:
        """Print the counts."""
        good, found = self.shares
        print(
            f"{title}: {self.accepted - len(self.false)} of {self.accepted} accepted parse"
            f" ({good:.2%}); {self.refused - len(self.missed)} of {self.refused} refused have a"
            f" problem ({found:.2%})"
        )


def scripts(folders: list[str]) -> Iterator[str]:
    """Give the paths of shell scripts, each real file once."""
    seen = set()
    for folder in folders:
        for root, _, names in os.walk(folder):
            for name in sorted(names):
                path = os.path.join(root, name)
                real = os.path.realpath(path)
                if real not in seen and _is_script(real, name):
                    seen.add(real)
                    yield real


def _is_script(path: str, name: str) -> bool:
    if not os.path.isfile(path) or os.path.getsize(path) > MOST_BYTES:
        return False
    if name.endswith(SUFFIXES):
        return True
    with open(path, "rb") as file:
        return SHEBANG.match(file.readline(200)) is not None


def judge(path: str) -> bool | None:
    """Whether bash finds no syntax error in a file; None when it takes it for a binary file."""
    for options in ([], ["-O", "extglob"]):
        done = subprocess.run(["bash", *options, "-n", path], capture_output=True, check=False)
        if done.returncode == BINARY:
            return None
        # A mistake in `[[ … ]]` is told, but the exit status is 0.
        if done.returncode == 0 and not _complains(done.stderr):
            return True
    return False


def _complains(output: bytes) -> bool:
    return any(b"warning:" not in line for line in output.splitlines())


def broken(name: str, text: str) -> str:
    """Return a script with one small mistake, the same for the same name."""
    chance = random.Random(name)
    pieces = PIECES.findall(text)
    if len(pieces) < 4:
        return text
    at = chance.randrange(len(pieces) - 1)
    change = chance.randrange(5)
    if change == 0:  # a piece, and what surrounds it, is lost
        del pieces[at : at + chance.choice((1, 1, 1, 3))]
    elif change == 1:
        pieces.insert(at, chance.choice(["'", '"', "`", "(", ")", "{", "}", ";", "|", "&", "fi"]))
    elif change == 2:
        pieces.insert(at, chance.choice(pieces))
    elif change == 3:
        pieces[at], pieces[at + 1] = pieces[at + 1], pieces[at]
    else:  # one of what closes things is lost
        marks = [place for place, piece in enumerate(pieces) if piece in CLOSERS]
        if marks:
            del pieces[chance.choice(marks)]
    return "".join(pieces)


CLOSERS = frozenset(["fi", "done", "esac", "then", "do", "in", ")", "}", "]", "'", '"', "`"])


def seconds(text: str) -> float:
    """Return how long a text takes to parse, the best of three."""
    best = float("inf")
    for _ in range(3):
        begin = time.process_time()
        parse(text)
        best = min(best, time.process_time() - begin)
    return best


def superlinear(path: str) -> str:
    """Return what to say of a script whose repetition takes more than linear time, or nothing."""
    text = read(path)
    one, two, four = (seconds(text * times) for times in (1, 2, 4))
    if two > MOST_GROWTH * one + 0.01 and four > MOST_GROWTH * two + 0.01:
        return f"{path}: {one:.3f} s, {two:.3f} s twice, {four:.3f} s four times"
    return ""


def read(path: str) -> str:
    """Return the text of a file, whatever its bytes are."""
    with open(path, encoding="utf-8", errors="replace", newline="") as file:
        return file.read()


class Run:
    """One run over all scripts: what was counted, and how long each took."""

    def __init__(self, mistakes: int) -> None:
        self.mistakes = mistakes
        self.whole = Count()
        self.broken = Count()
        self.crashed: list[str] = []
        self.times: list[tuple[float, str]] = []
        self.characters = 0
        self.seconds = 0.0

    def add(self, path: str) -> None:
        """Judge one script, and what its mistakes make of it."""
        text = read(path)
        verdict = judge(path)
        if verdict is None:
            return
        begin = time.process_time()
        try:
            self.whole.judge(path, text, verdict)
        except Exception as error:
            self.crashed.append(f"{path}: {error!r}")
            return
        spent = time.process_time() - begin
        self.seconds += spent
        self.characters += len(text)
        self.times.append((spent / (len(text) + 500), path))
        if verdict:
            self.break_it(path, text)

    def break_it(self, path: str, text: str) -> None:
        """Judge what mistakes make of a script that is right."""
        for number in range(self.mistakes):
            name = f"{path}#{number}"
            other = broken(name, text)
            try:
                self.broken.judge(name, other, judge_text(other))
            except Exception as error:
                self.crashed.append(f"{name}: {error!r}")

    def slow(self) -> list[str]:
        """Return what to say of scripts that take more than linear time."""
        slowest = sorted(self.times, reverse=True)[:SLOWEST]
        return [said for _, path in slowest if (said := superlinear(path))]


def judge_text(text: str) -> bool:
    """Whether bash finds no syntax error in a text."""
    for options in ([], ["-O", "extglob"]):
        done = subprocess.run(
            ["bash", *options, "-n"],
            input=text.encode(errors="replace"),
            capture_output=True,
            check=False,
        )
        if done.returncode == 0 and not _complains(done.stderr):
            return True
    return False


def main(argv: list[str] | None = None) -> int:
    """Measure, and return 1 when a goal is missed."""
    about = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=about)
    parser.add_argument("folders", nargs="*", default=list(FOLDERS))
    parser.add_argument("--broken", type=int, default=0, metavar="N", help="mistakes in each")
    parser.add_argument("--names", action="store_true", help="also name what `--broken` misses")
    arguments = parser.parse_args(argv)
    run = Run(arguments.broken)
    for path in scripts(arguments.folders):
        run.add(path)
    slow = run.slow()
    print(*run.whole.false, *run.whole.missed, sep="\n")
    if arguments.names:
        print(*run.broken.false, *run.broken.missed, sep="\n")
    print(*(f"crashed: {line}" for line in run.crashed), sep="\n")
    print(*(f"more than linear: {line}" for line in slow), sep="\n")
    run.whole.report("scripts")
    if arguments.broken:
        run.broken.report("broken on purpose")
    print(f"crashed: {len(run.crashed)}; more than linear: {len(slow)}")
    worst, path = max(run.times, default=(0.0, "-"))
    print(
        f"{run.characters / max(run.seconds, 1e-9) / 1e6:.2f} million characters a second;", end=""
    )
    print(f" the slowest {1e-6 / max(worst, 1e-12):.2f} ({path})")
    good, found = run.whole.shares
    return int(good < LEAST_ACCEPTED or found < LEAST_REFUSED or bool(run.crashed or slow))


if __name__ == "__main__":
    sys.exit(main())

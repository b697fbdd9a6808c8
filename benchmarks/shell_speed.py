"""Measure how fast scripts are parsed and interpreted, and what that and a whole check take.

    python benchmarks/shell_speed.py [--size MB] [FOLDER…]

Goals: 2 million characters a second to parse, 1 million to parse and interpret; a tree of at most
25 bytes for each character of the text, and of at most 40 with what the interpreter keeps, as in a
whole `check`. Told are: ordinary scripts (of this machine, or of the folders, with a launch that
reads a few of their variables), launch scripts as people write them (of the tests, the examples and
the guides of SGLang, where it lies on the path; each, and as one large file), hard ones (of the
machine, with `"$@" $OPTS` in the launch) and a made one.

The speed is the best of five, or of two for many scripts, without garbage collection, as in the
program. Memory is that of the objects (tracemalloc), for many scripts that of all of them; for the
check it is the peak of the process less that of a check of one line.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

import shell_scripts
from measure import Task, run_once

from sgdlint.shell.interpreter import commands
from sgdlint.shell.parser import parse

LIMIT = 300


def speed(text: str) -> float:
    """Return how many characters parse in a second."""
    best = float("inf")
    for _ in range(5):
        begin = time.process_time()
        parse(text)
        best = min(best, time.process_time() - begin)
    return len(text) / best


def memory(text: str) -> float:
    """Return how many bytes a tree takes for each character of its text."""
    tracemalloc.start()
    found = parse(text)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert not found.problems
    return size / len(text)


def both(texts: list[str]) -> tuple[float, float]:
    """Return how many characters are parsed and interpreted in a second, and interpreted alone."""
    whole = inside = float("inf")
    for _ in range(2):
        taken = spent = 0.0
        for text in texts:
            begin = time.process_time()
            found = parse(text)
            middle = time.process_time()
            commands(found, text, short=True)
            end = time.process_time()
            taken += end - begin
            spent += end - middle
            gc.collect()
        whole, inside = min(whole, taken), min(inside, spent)
    size = sum(map(len, texts))
    return size / whole, size / inside


def peak(texts: list[str]) -> float:
    """Return the most bytes that trees and commands take for each character of the texts."""
    most = 0
    for text in texts:
        tracemalloc.start()
        commands(parse(text), text, short=True)
        most += tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return most / sum(map(len, texts))


def told(title: str, texts: list[str]) -> str:
    """Return a line about some scripts."""
    whole, inside = both(texts)
    count = f"{len(texts)} of " if len(texts) > 1 else ""
    return (
        f"{title} ({count}{sum(map(len, texts)) / 1e6:.2f} million characters):"
        f" {whole / 1e6:.2f} million characters a second, interpreted alone {inside / 1e6:.2f};"
        f" {peak(texts):.1f} bytes for each"
    )


def check(text: str, folder: Path) -> tuple[float, float]:
    """Return the seconds of a whole check, and its peak in MiB."""
    path = folder / "script.sh"
    path.write_text(text, encoding="ascii")
    task = Task("check", [sys.executable, "-m", "sgdlint", "check", str(path)])
    run_once(task, LIMIT)
    return task.seconds[0], task.megabytes[0]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--size", type=float, default=10, help="of the whole check, in millions")
    parser.add_argument("folders", nargs="*", help="where scripts are looked for")
    wanted = parser.parse_args()
    size = int(wanted.size * 1_000_000)
    gc.disable()
    with tempfile.TemporaryDirectory() as folder:  # first: a child's peak counts from ours
        _, bare = check(shell_scripts.made(0), Path(folder))
        seconds, most = check(shell_scripts.made(size), Path(folder))
    text = shell_scripts.made(1_000_000)
    print(f"parse: {speed(text) / 1e6:.2f} million characters a second")
    print(f"tree: {memory(text):.1f} bytes for each character")
    machine = shell_scripts.of_machine(wanted.folders)
    launches = shell_scripts.launches()
    print(told("ordinary scripts", shell_scripts.ordinary(machine)))
    print(told("launch scripts", launches))
    print(told("launch scripts in one", [shell_scripts.together(launches, 500_000)]))
    print(told("hard scripts", shell_scripts.hard(machine)))
    print(told("a made script", [text]))
    times = (most - bare) * 2**20 / size
    print(
        f"check of {size / 1e6:g} million characters: {seconds:.1f} s, {times:.1f} times the text"
    )


if __name__ == "__main__":
    main()

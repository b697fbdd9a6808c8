"""Measure how fast ordinary scripts parse, and what their trees and a whole check take.

    python benchmarks/shell_speed.py [--size MB]

Goals: 2 million characters a second to parse, a tree of at most 25 bytes for each character of the
text, and a whole `check` within 40 times the text. The speed is the best of five, without garbage
collection, as in the program. Memory is that of the objects (tracemalloc), and for the check the
peak of the process less that of a check of one line.
"""

from __future__ import annotations

import argparse
import gc
import random
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

import inputs
from measure import Task, run_once

from sgdlint.shell.parser import parse

LIMIT = 300


def script(size: int) -> str:
    """Return an ordinary script of some size that launches SGLang at its end."""
    source = random.Random(2)
    pieces = [inputs.HEADER]
    left = size - len(inputs.HEADER)
    while left > 0:
        pieces.append(inputs.chore(source))
        left -= len(pieces[-1])
    return "".join([*pieces, inputs.COMMAND.format(name="mill")])


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
    size = int(parser.parse_args().size * 1_000_000)
    gc.disable()
    with tempfile.TemporaryDirectory() as folder:  # first: a child's peak counts from ours
        _, bare = check(script(0), Path(folder))
        seconds, peak = check(script(size), Path(folder))
    text = script(1_000_000)
    print(f"parse: {speed(text) / 1e6:.2f} million characters a second")
    print(f"tree: {memory(text):.1f} bytes for each character")
    times = (peak - bare) * 2**20 / size
    print(
        f"check of {size / 1e6:g} million characters: {seconds:.1f} s, {times:.1f} times the text"
    )


if __name__ == "__main__":
    main()

"""What the log of a run tells of it, where its perf dump says nothing."""

from __future__ import annotations

import os
import re

from sgdlint.log.patterns import load
from sgdlint.log.reading import Reader
from sgdlint.perf.commands import size_of
from sgdlint.perf.shape import shape
from sgdlint.stated import OptionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgdlint.perf.commands import Told

LARGEST = 256_000_000
"""Bytes: a larger log is not read."""
LONGEST_LINE = 200_000
"""Bytes of a line that are read."""
INDENT = 15
"""So many blanks stand before a name in the list of what is generated, and in no prompt."""


def told_by_log(path: str, release: str) -> Told:
    """Return what holds for all runs of a log; raises OptionError when it cannot be read."""
    reader = Reader(load(), release)
    sampled: dict[str, set[str]] = {}
    for line in _lines(path):
        reader.feed(line)
        match = _setting().search(line)
        if match is not None:
            sampled.setdefault(match[1], set()).add(match[2])
    reader.end()
    return tuple((name, value) for name, value in _facts(reader, sampled) if value)


def _setting() -> re.Pattern[str]:
    names = "|".join(called for _, called in shape().sampling)
    return re.compile(rf" {{{INDENT},}}({names}): (\d+)\s*$")


def _lines(path: str) -> Iterator[str]:
    try:
        if not os.path.isfile(path):
            raise OptionError(f"--log: {path} is no file")
        if os.path.getsize(path) > LARGEST:
            raise OptionError(f"--log: {path} is larger than {LARGEST:,} bytes")
        with open(path, "rb") as file:
            for line in file:
                yield line[:LONGEST_LINE].decode("utf-8", "replace")
    except OSError as error:
        raise OptionError(f"--log: {path}: {error.strerror or error}") from None


def _facts(reader: Reader, sampled: dict[str, set[str]]) -> Iterator[tuple[str, str]]:
    """Yield what all runs and requests of the log have in common."""
    called = dict(shape().sampling)

    def one(name: str) -> str:
        values = sampled.get(called[name], set())
        return next(iter(values)) if len(values) == 1 else ""

    yield "size", size_of(one("width"), one("height"))
    yield from ((name, one(name)) for name in ("frames", "steps", "seed"))
    runs = reader.runs
    if runs and all(run.warmups and not run.failed_warmups for run in runs):
        yield "warmed up", "yes"
    elif runs and all(run.is_cold for run in runs):
        yield "warmed up", "no"

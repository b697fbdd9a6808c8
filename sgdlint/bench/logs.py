"""What the logs of the variants say that the log of the launch as it is does not."""

from __future__ import annotations

import os

from sgdlint.log import patterns
from sgdlint.log.reading import Reader
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from sgdlint.log.model import LogFinding

MOST_LINES = 200_000
"""So many lines of a log are read."""
LONGEST_LINE = 4_000
"""Characters of a line that are read; a bar of progress makes long ones."""
TOLD = ("error", "warning")
"""Severities that are told."""
GATE = "gate"
"""The topic of which backend ran."""


@record
class Said:
    """One thing that a log says. is_gate: the run is none of SGLang's own pipelines."""

    code: str
    message: str
    is_gate: bool


def said(path: str, release: str) -> tuple[Said, ...]:
    """Return what a log says, of severity warning or error, each once; () without a log."""
    reader = Reader(patterns.load(), release)
    found: list[LogFinding] = []
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            for number, line in enumerate(file):
                if number >= MOST_LINES:
                    break
                found += reader.feed(line[:LONGEST_LINE].rstrip("\n"))
    except OSError:
        return ()
    found += reader.end()
    return tuple(dict.fromkeys(_said(one) for one in found if _is_told(one)))


def _is_told(one: LogFinding) -> bool:
    return one.pattern.told and one.pattern.rule.severity in TOLD


def _said(one: LogFinding) -> Said:
    rule = one.pattern.rule
    return Said(one.code, one.message, rule.category == GATE and rule.severity == "error")


def new(some: Iterable[Said], base: Iterable[Said]) -> tuple[Said, ...]:
    """Return what one log says and another one does not."""
    known = {one.code for one in base}
    return tuple(one for one in some if one.code not in known)


def first_log(folder: str, name: str) -> str:
    """Return the log of the first run of a variant."""
    return os.path.join(folder, name, "1.log")

"""The recorded sets."""

from __future__ import annotations

from pathlib import Path

from conformance.case import Judged, from_line

SETS = ("tuning", "held-out")
"""The second is never looked at, only scored."""
SEEDS = {"tuning": "tuning 2", "held-out": "held-out 3"}
"""Chance for each set. Change that of the second when somebody has seen one of its commands."""


def path_of(name: str) -> Path:
    """Return the file of a set."""
    return Path(__file__).parent / "recorded" / f"{name}.jsonl"


def read(name: str) -> list[Judged]:
    """Return a recorded set."""
    lines = path_of(name).read_text(encoding="utf-8").splitlines()
    return [from_line(line) for line in lines]

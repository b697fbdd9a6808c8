"""Choose from judged commands: as many refused as accepted, and no cause too often."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from conformance.case import Judged

SHARE = 16
"""No shape of a message takes more than one part in so many of the refused commands."""
OF_ONE_MAKER = 6
"""How many commands of one generator may be refused, or accepted, for the same cause."""


def choose(found: Iterable[Judged | None], wanted: int, taken: set[str]) -> Iterator[Judged]:
    """Yield up to so many commands of one release, half of them refused, without repetition.

    taken: the keys of commands that are not wanted again; those that are chosen are added.
    """
    room = {True: wanted // 2, False: wanted - wanted // 2}
    shapes: Counter[str] = Counter()
    for one in found:
        if one is None or not room[one.is_bad] or one.case.key() in taken:
            continue
        shape = cause(one)
        own = f"{one.case.maker}: {shape}"
        if shapes[own] >= OF_ONE_MAKER or (one.is_bad and shapes[shape] >= wanted // 2 // SHARE):
            continue
        shapes.update([shape, own])
        taken.add(one.case.key())
        room[one.is_bad] -= 1
        yield one


def cause(one: Judged) -> str:
    """Return the shape of a verdict: its stage and its message without names and numbers."""
    text = re.sub(r"'[^']*'|\"[^\"]*\"|\[.*", "'…'", one.reason)
    text = re.sub(r"--[\w.-]+(/--?[\w.-]+)*", "--…", text)
    text = re.sub(r"unrecognized arguments: .*", "unrecognized arguments", text)
    text = re.sub(r"\b\w*\d[\w.]*", "N", text)
    return f"{one.stage}: {text[:70]}"

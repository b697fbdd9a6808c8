"""Find conditions that can never hold, as far as a cheap look tells.

Each fact that a condition asks about twice is tried with one value of every kind that the condition
can tell apart: absent, each constant that it is compared with, what lies between them. Whatever is
not tried counts as unknown, so a condition that can hold is never refused.
"""

from __future__ import annotations

import itertools

from sgdlint.rules.logic import (
    ABSENT,
    EITHER,
    FALSE,
    LEAVES,
    UNKNOWN,
    Value,
    evaluate,
    known,
    parts_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sgdlint.rules.names import Names

    Leaf = tuple[str, str]

MOST_TRIALS = 2_000
GIVEN = Value(None)
_OTHER_TEXT = "\0"
_ANY_STATE = ["event", ""]
"""Stands for what is not tried, whether a fact is known: it may be so or not."""


def can_hold(condition: list[Any], names: Names) -> bool:
    """Whether a condition may be true for some launch; True when that cannot be told."""
    condition = _without_known(condition)
    uses: dict[Leaf, list[Any]] = {}
    _collect(condition, uses)
    tried: dict[Leaf, list[Value]] = {}
    trials = 1
    for leaf, constants in uses.items():
        values = _values(leaf, constants, names)
        if len(values) * trials <= MOST_TRIALS:
            trials *= len(values)
            tried[leaf] = values
    for choice in itertools.product(*tried.values()):
        world = dict(zip(tried, choice, strict=True))
        world["event", ""] = EITHER
        if evaluate(condition, _lookup(world)) != FALSE:
            return True
    return False


def _lookup(world: dict[Leaf, Value]) -> Callable[[str, str], Value]:
    return lambda kind, name: world.get((kind, name), UNKNOWN)


def _without_known(condition: list[Any]) -> list[Any]:
    if condition[:2] == ["state", "known"]:
        return _ANY_STATE
    parts = parts_of(condition)
    return [_without_known(one) if any(one is part for part in parts) else one for one in condition]


def _collect(condition: list[Any], uses: dict[Leaf, list[Any]]) -> None:
    """Add the constants that each fact is compared with; None among them: used in another way."""
    operator = condition[0]
    parts = parts_of(condition)
    constants: list[Any] = [None]
    if operator in ("and", "or", "not"):
        constants = [True, False]
    elif operator == "cmp":
        constants = [part[1] if part[0] == "const" else None for part in parts]
        constants = [one for one in constants if one is not None] or [None]
    elif operator == "in":
        constants = list(condition[2])
    elif operator == "state":
        constants = []
    for part in parts:
        if part[0] in LEAVES:
            uses.setdefault((part[0], part[1]), []).extend(constants)
        else:
            _collect(part, uses)


def _values(leaf: Leaf, constants: list[Any], names: Names) -> list[Value]:
    """Return values of a fact, at least one of every kind that the constants tell apart."""
    possible = names.values(*leaf)
    absent = [] if leaf[0] == "launch" else [ABSENT]
    if None in constants or not constants:
        return [*absent, GIVEN]
    if possible is not None:
        others = [one for one in possible if one not in constants]
        known_constants = [one for one in dict.fromkeys(constants) if one in possible]
        return [*absent, *map(known, [*known_constants, *others[:1]])]
    types = {type(one) for one in constants}
    if types == {bool}:
        return [*absent, known(True), known(False)]
    if types == {str}:
        return [*absent, *map(known, dict.fromkeys([*constants, _OTHER_TEXT]))]
    if types <= {int, float}:
        return [*absent, *map(known, _numbers(constants))]
    return [*absent, GIVEN]


def _numbers(constants: list[float]) -> list[float]:
    """Return each constant, and a number between every two of them and on both sides."""
    ordered = sorted(set(constants))
    between = [(low + high) / 2 for low, high in itertools.pairwise(ordered)]
    return [ordered[0] - 1, *ordered, *between, ordered[-1] + 1]

"""What a few runs tell of a difference: medians, and an interval that assumes no distribution.

The speed-up is the median of the old runs over the median of the new ones. Its interval is that of
Moses, which belongs to the rank test of Mann and Whitney: of all quotients of an old and a new run,
the smallest and the largest, less those at either end that 90 % do not need. It holds whatever the
distribution of the times is, and with six runs or more one that is far off moves it little.

Runs that are all the same speed lie wholly apart, by chance alone, in 2 of `comb(old + new, new)`
comparisons: 1 in 3 for two runs of each, 1 in 10 for three, 1 in 35 for four. So three of each are
the fewest that show a difference at 90 %.
"""

from __future__ import annotations

from functools import lru_cache
from math import comb

from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_RUNS = 50
"""So many runs of each side are compared: the work grows with the square."""
SHORTEST = 1e-6
"""Milliseconds: what took less was not measured, and nothing is divided by it."""
CHANCE = 10
"""A difference counts when chance alone shows one in at most 1 of so many comparisons."""


@record
class Spread:
    """Some measurements of one thing."""

    median: float
    low: float
    high: float
    count: int


@record
class Change:
    """A difference of times. speedup: above 1 is faster; None when a time is zero.

    low, high: between them lies the true one, at `confidence` (0 to 1). verdict: faster or slower,
    beyond the noise; same: no difference beyond it; unsure: each pair of runs says the same, and
    they are too few; unknown: there is one run of each, or nothing to divide by.
    """

    old: Spread
    new: Spread
    speedup: float | None
    low: float
    high: float
    confidence: float
    verdict: str

    @property
    def slower_by(self) -> float:
        """How much longer the new median takes than the old one, as a share of the old one."""
        return self.new.median / self.old.median - 1 if self.old.median else 0.0

    @property
    def one_in(self) -> float:
        """In how many comparisons chance alone sets such runs wholly apart once."""
        return one_in(self.old.count, self.new.count)


def median(values: Sequence[float]) -> float:
    """Return the middle one, or the mean of the two in the middle."""
    ordered = sorted(values)
    half = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[half]
    return ordered[half - 1] + (ordered[half] - ordered[half - 1]) / 2


def spread(values: Sequence[float]) -> Spread:
    """Return what some measurements, at least one, have in common."""
    return Spread(median(values), min(values), max(values), len(values))


def change(old: Sequence[float], new: Sequence[float]) -> Change:
    """Compare times. Swapping the sides turns all of it round; a factor on both changes nothing."""
    before, after = spread(old), spread(new)
    if min(before.low, after.low) < SHORTEST:
        return Change(before, after, None, 0.0, 0.0, 0.0, "unknown")
    speedup = before.median / after.median
    pairs = sorted(one / other for one in old for other in new)
    cut, confidence = _cut(len(old), len(new))
    low, high = min(pairs[cut], speedup), max(pairs[-1 - cut], speedup)
    verdict = _verdict(low, high, confidence, len(pairs))
    return Change(before, after, speedup, low, high, confidence, verdict)


def _verdict(low: float, high: float, confidence: float, pairs: int) -> str:
    if pairs == 1:
        return "unknown"
    if low <= 1 <= high:
        return "same"
    if not enough(confidence):
        return "unsure"
    return "faster" if low > 1 else "slower"


def enough(confidence: float) -> bool:
    """Whether there are runs enough to tell a difference from chance."""
    return confidence >= 1 - 1 / CHANCE - 1e-12


def one_in(old: int, new: int) -> float:
    """Return in how many comparisons chance alone sets equal runs wholly apart once."""
    return comb(old + new, new) / 2


@lru_cache(maxsize=64)
def _cut(old: int, new: int) -> tuple[int, float]:
    """Return how many quotients to leave out at either end, and the confidence that is left."""
    ways = _ways(old, new)
    total, below, cut = comb(old + new, new), 0, 0
    for number, count in enumerate(ways):
        if 2 * CHANCE * (below + count) > total:
            break
        below, cut = below + count, number
    if not below:
        below = 1
    return cut, max(0.0, 1 - 2 * below / total)


def _ways(old: int, new: int) -> list[int]:
    """Return in how many orders of the runs 0, 1, 2, … pairs stand the other way round."""
    ways = [1] + [0] * (old * new)
    for size in range(1, new + 1):
        for at in range(len(ways) - 1, old + size - 1, -1):  # times 1 - x^(old + size)
            ways[at] -= ways[at - old - size]
        for at in range(size, len(ways)):  # over 1 - x^size
            ways[at] += ways[at - size]
    return ways

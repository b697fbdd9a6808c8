"""The statistics: what must hold for all numbers, and cases that were reckoned by hand."""

from __future__ import annotations

from itertools import combinations
from math import comb, isclose

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgdlint.perf import noise
from sgdlint.perf.noise import change, median, one_in, spread

TIMES = st.lists(st.floats(0.01, 1e7), min_size=1, max_size=9)
TURNED = {"faster": "slower", "slower": "faster"}


def same(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None and isclose(one, other, rel_tol=1e-9)


@given(TIMES, TIMES)
def test_swapping_the_sides_turns_all_of_it_round(old: list[float], new: list[float]) -> None:
    there, back = change(old, new), change(new, old)
    assert there.speedup is not None
    assert same(1 / there.speedup, back.speedup)
    assert same(1 / there.low, back.high)
    assert same(1 / there.high, back.low)
    assert isclose(there.confidence, back.confidence)
    assert back.verdict == TURNED.get(there.verdict, there.verdict)


@given(TIMES, TIMES, st.sampled_from([0.5, 0.001953125, 4.0, 1024.0]))
def test_a_factor_on_both_sides_changes_nothing(
    old: list[float], new: list[float], factor: float
) -> None:
    plain, scaled = (
        change(old, new),
        change([one * factor for one in old], [one * factor for one in new]),
    )
    assert (plain.speedup, plain.low, plain.high, plain.verdict) == (
        scaled.speedup,
        scaled.low,
        scaled.high,
        scaled.verdict,
    )


@given(TIMES, TIMES, st.randoms())
def test_the_order_of_the_runs_changes_nothing(old: list[float], new: list[float], dice) -> None:  # type: ignore[no-untyped-def]
    before = change(old, new)
    for runs in (old, new):
        dice.shuffle(runs)
    assert change(old, new) == before


@given(TIMES, TIMES)
def test_the_interval_holds_the_speed_up(old: list[float], new: list[float]) -> None:
    found = change(old, new)
    assert found.speedup is not None
    assert found.low <= found.speedup <= found.high
    if found.verdict == "faster":
        assert found.low > 1
    if found.verdict == "same":
        assert found.low <= 1 <= found.high


@given(TIMES)
def test_a_side_against_itself_is_no_difference(runs: list[float]) -> None:
    assert change(runs, runs).verdict == ("unknown" if len(runs) == 1 else "same")


@given(TIMES, TIMES, st.floats(1.01, 3))
def test_slower_new_runs_never_make_it_faster(
    old: list[float], new: list[float], factor: float
) -> None:
    order = ["slower", "unsure", "unknown", "same", "faster"]
    before, after = change(old, new), change(old, [one * factor for one in new])
    assert after.speedup is not None
    assert before.speedup is not None
    assert after.speedup < before.speedup
    if before.verdict in ("slower", "same"):
        assert after.verdict != "faster"
        assert order.index(after.verdict) <= order.index("same")


@given(TIMES)
def test_the_median_is_the_middle(runs: list[float]) -> None:
    middle = median(runs)
    assert min(runs) <= middle <= max(runs)
    assert 2 * sum(one < middle for one in runs) <= len(runs)
    assert 2 * sum(one > middle for one in runs) <= len(runs)


def test_the_median_of_huge_numbers_is_one() -> None:
    assert median([1.5e308, 1.7e308]) == 1.6e308


@pytest.mark.parametrize(
    ("old", "new", "speedup", "low", "high", "verdict"),
    [
        ([10], [5], 2.0, 2.0, 2.0, "unknown"),
        ([10], [10], 1.0, 1.0, 1.0, "unknown"),
        ([10, 11], [5, 5.5], 2.0, 10 / 5.5, 11 / 5, "unsure"),
        ([10, 11], [10.5, 9], 10.5 / 9.75, 10 / 10.5, 11 / 9, "same"),
        ([10, 11, 12], [5, 6, 5.5], 2.0, 10 / 6, 12 / 5, "faster"),
        ([5, 6, 5.5], [10, 11, 12], 0.5, 5 / 12, 6 / 10, "slower"),
        ([10, 11, 12], [9, 10.5, 11], 11 / 10.5, 10 / 11, 12 / 9, "same"),
        ([10] * 4, [8] * 4, 1.25, 1.25, 1.25, "faster"),
        ([100, 0], [10, 10], None, 0.0, 0.0, "unknown"),
    ],
)
def test_cases(
    old: list[float],
    new: list[float],
    speedup: float | None,
    low: float,
    high: float,
    verdict: str,
) -> None:
    found = change(old, new)
    assert found.verdict == verdict
    assert found.speedup == pytest.approx(speedup) if speedup else found.speedup is None
    assert (found.low, found.high) == pytest.approx((low, high))


def test_one_run_of_six_that_is_far_off_does_not_hide_a_difference() -> None:
    old, new = [10.0, 10.1, 10.2, 10.3, 10.4, 10.5], [8.0, 8.1, 8.2, 8.3, 8.4, 9.0]
    for odd in (7.0, 99.0):
        assert change([*old[:5], odd], new).verdict == "faster"
    assert change([*old[:4], 7.0, 7.1], new).verdict == "same"


@pytest.mark.parametrize(("old", "new"), [(1, 1), (1, 3), (2, 2), (2, 3), (3, 3), (3, 4), (4, 4)])
def test_the_confidence_is_exact(old: int, new: int) -> None:
    """In all orders of equal runs, the interval leaves out 1 exactly as often as it says."""
    wrong, places = 0, range(old + new)
    for chosen in combinations(places, old):
        mine = [1000.0 + at for at in chosen]
        other = [1000.0 + at for at in places if at not in chosen]
        found = change(mine, other)
        pairs = sorted(one / two for one in mine for two in other)
        cut, confidence = noise._cut(old, new)
        assert found.confidence == confidence
        wrong += not pairs[cut] <= 1 <= pairs[-1 - cut]
    assert wrong / comb(old + new, old) == pytest.approx(1 - noise._cut(old, new)[1])


@settings(deadline=None)
@given(st.integers(1, 12), st.integers(1, 12))
def test_ways_are_all_orders(old: int, new: int) -> None:
    ways = noise._ways(old, new)
    assert sum(ways) == comb(old + new, new)
    assert ways == ways[::-1]
    assert min(ways) > 0


@pytest.mark.parametrize(("runs", "found"), [(1, 1), (2, 3), (3, 10), (4, 35)])
def test_how_often_chance_alone_sets_runs_apart(runs: int, found: float) -> None:
    assert one_in(runs, runs) == found
    assert noise.enough(noise._cut(runs, runs)[1]) == (runs >= 3)


def test_a_spread_counts() -> None:
    assert spread([3.0, 1.0, 2.0]) == noise.Spread(2.0, 1.0, 3.0, 3)

"""Numbers and sentences."""

from __future__ import annotations

import pytest
from perf.making import made, side

from sgdlint.perf import words
from sgdlint.perf.comparing import compare
from sgdlint.perf.sides import Side


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0.00 ms"),
        (0.4, "0.40 ms"),
        (0.99949, "1.00 ms"),
        (1, "1.0 ms"),
        (99.94, "99.9 ms"),
        (99.96, "100 ms"),
        (999.4, "999 ms"),
        (999.6, "1.000 s"),
        (4583.2, "4.583 s"),
        (9999.6, "10.00 s"),
        (45832, "45.83 s"),
        (458320, "458.3 s"),
        (3.6e7, "36000.0 s"),
    ],
)
def test_milliseconds(value: float, shown: str) -> None:
    assert words.ms(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.05, "+5.0%"),
        (-0.196, "-19.6%"),
        (0.0004, "0.0%"),
        (-0.0004, "0.0%"),
        (9.5, "+950.0%"),
        (51, "52×"),
        (1e12, "1e+12×"),
    ],
)
def test_shares(value: float, shown: str) -> None:
    assert words.share(value) == shown


def sentence(old: list[float], new: list[float]) -> str:
    sides = [Side(name, tuple(map(made, runs))) for name, runs in (("old", old), ("new", new))]
    found = compare(sides[0], [sides[1]])
    return words.verdict(found.baseline, found.variants[0])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            [2000, 2010, 2020],
            [1000, 1005, 1010],
            [
                "new takes 50.0% less time than old (49.5% to 50.5% less):",
                "2.010 s → 1.005 s, 2.00× as fast.",
            ],
        ),
        (
            [1000, 1005, 1010],
            [2000, 2010, 2020],
            [
                "new takes 100.0% more time than old (98.0% to 102.0% more):",
                "1.005 s → 2.010 s, 0.50× as fast.",
            ],
        ),
        (
            [1000, 1010, 1020],
            [1010, 1000, 1040],
            [
                "No difference beyond the noise:",
                "new takes the same time as old (from 2.0% less to 4.0% more).",
            ],
        ),
        (
            [1000],
            [1100],
            [
                "new takes 10.0% more time than old: 1.000 s → 1.100 s, 0.91× as fast.",
                "One run of each tells nothing about the noise.",
            ],
        ),
        (
            [1000, 1001],
            [1100, 1101],
            [
                "new takes 10.0% more time than old, in each pair of runs:",
                "1.000 s → 1.101 s, 0.91× as fast.",
                "But 2 and 2 runs are too few:",
                "chance alone sets them apart like this in 1 of 3 comparisons.",
            ],
        ),
    ],
)
def test_the_sentence_that_counts(old: list[float], new: list[float], said: list[str]) -> None:
    assert sentence(old, new) == " ".join(said)


def test_stages_that_are_small_are_counted_unless_they_moved() -> None:
    runs = (made(1000, A=900.0, B=1.0, C=2.0),)
    old, new = Side("old", runs), Side("new", runs)
    assert words.shown_stages(compare(old, [new])) == (["A", "outside the stages"], ["B", "C"])
    new = Side("new", (made(1000, A=900.0, B=30.0, C=2.0),))
    assert words.shown_stages(compare(old, [new]))[0] == ["A", "B", "outside the stages"]


def test_what_is_known_of_the_conditions_is_told() -> None:
    found = compare(side("eager", ("seed", "1")), [side("again")]).variants[0]
    told = dict(words.states(found))
    assert told["unknown"] == "size, frames, seed (1 against ?), release (0.5.20 or later)"
    assert words.comparable(found) == "Comparable, as far as is known; not known: size, frames"

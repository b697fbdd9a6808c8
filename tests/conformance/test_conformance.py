"""sgdlint against recorded verdicts of the real SGLang.

Of the second set a failure may show numbers only: who saw its commands could tune on them. So the
tests hold no command in an argument, nor in an expression that is asserted.
"""

from __future__ import annotations

from collections import Counter

import pytest
from conformance.case import RELEASES, from_line
from conformance.choose import SHARE, cause
from conformance.coverage import CHECKS, UNCOVERED, counts, covered_by
from conformance.draw import MAKERS
from conformance.recorded import SETS, read
from conformance.score import score, table, total

FALSE_ERRORS = 0
FOUND = 0.99
NAMED = 0.95
"""What must hold of both sets: no more false errors, and at least these shares."""
COMMANDS = 600
"""The least number of commands of each release in each set."""


@pytest.mark.parametrize("name", SETS)
def test_sgdlint_says_what_sglang_does(name: str, tables: list[str]) -> None:
    false_errors, found, named = scored(name, tables)
    assert false_errors <= FALSE_ERRORS, "see tests/conformance/misses.py"
    assert found >= FOUND
    assert named >= NAMED


def scored(name: str, tables: list[str]) -> tuple[int, float, float]:
    """Return false errors, the share that is found and the share that is named."""
    scores = score(read(name))
    tables += ["", f"{name}:", *table(scores)]
    whole = total(scores.values())
    return len(whole.false_errors), whole.recall, whole.naming


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("release", RELEASES)
def test_a_set_is_balanced(name: str, release: str) -> None:
    size, bad, largest = shape_of(name, release)
    assert size >= COMMANDS
    assert 0.45 <= bad / size <= 0.55
    assert largest <= size / 2 / SHARE


def shape_of(name: str, release: str) -> tuple[int, int, int]:
    """Return how many commands there are, are bad, and are bad for the most frequent cause."""
    commands = [one for one in read(name) if one.case.release == release]
    causes = Counter(cause(one) for one in commands if one.is_bad)
    return len(commands), causes.total(), max(causes.values())


def test_the_sets_share_no_command() -> None:
    keys = Counter(one.case.key() for name in SETS for one in read(name))
    repeated = sum(count > 1 for count in keys.values())
    assert repeated == 0


@pytest.mark.parametrize("name", SETS)
def test_a_set_has_commands_of_each_generator(name: str) -> None:
    makers = {one.case.maker for one in read(name)}
    assert makers == set(MAKERS)


@pytest.mark.parametrize("name", SETS)
def test_every_check_has_commands(name: str) -> None:
    found = counts(read(name))
    empty = {check for check in CHECKS if not found[check]}
    assert empty == set(UNCOVERED)


def test_every_check_has_a_generator_or_a_reason() -> None:
    empty = {check for check, makers in covered_by().items() if not makers}
    assert empty == set(UNCOVERED)


def test_a_command_is_read_as_it_was_written() -> None:
    commands = read("tuning")
    assert [from_line(one.to_line()) for one in commands] == commands

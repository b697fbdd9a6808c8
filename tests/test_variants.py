"""Variants of one place: which are told apart, how paths are named, what runs one after another."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from sgdlint import rulepack
from sgdlint.finding import Finding
from sgdlint.launch.launch import Launch
from sgdlint.linter import Options, check
from sgdlint.rules.engine import Engine
from sgdlint.scripts import Script
from sgdlint.shell.parser import parse
from sgdlint.shell.values import Command, Condition, Piece, Word
from sgdlint.source import Source, Span
from sgdlint.variants import Variant
from sgdlint.ways import Layout, facts_of, told, words_of

SCRIPT = """\
if [ "$1" = fast ]; then A+=(--warmup); fi
if [ -n "$MORE" ]; then
  if [[ $MORE == all ]]; then B=(--more); fi
fi
for MODEL in one two; do
  run "$MODEL"
  run again
done
"""
FAST, MORE, ALL = '[ "$1" = fast ]', '[ -n "$MORE" ]', "[[ $MORE == all ]]"
LOOP, CALL, AGAIN = "for MODEL in one two", 'run "$MODEL"', "run again"


def condition(text: str, held: bool = True) -> Condition:
    """Return a condition that stands where its text does in the script."""
    start = SCRIPT.index(text)
    return Condition(start, start + len(text), text, held)


def way(*path: Condition, calls: Sequence[str] = ()) -> Command:
    """Return a command on a path."""
    word = Word(0, 0, (Piece(("sglang",), 0, 0),))
    spans = tuple((SCRIPT.index(one), SCRIPT.index(one) + len(one)) for one in calls)
    return Command(0, 0, (word,), {}, path=path, calls=spans)


def one_of(model: str) -> Condition:
    """Return the condition of a round of the loop."""
    start = SCRIPT.index(LOOP)
    return Condition(start, start + len(LOOP), f"MODEL={model}", is_round=True)


def words(some: Sequence[Command], others: Sequence[Command]) -> str:
    """Return how some ways are told from others."""
    found = told(some, [*some, *others], Layout(parse(SCRIPT)))
    assert found is not None
    return found.words(Source("run.sh", SCRIPT), found.needs_several)


TESTS = [
    ('[ "$GPUS" = 8 ]', "GPUS is 8", "GPUS is not 8"),
    ("[[ $GPUS == 8 ]]", "GPUS is 8", "GPUS is not 8"),
    ("[ ${GPUS} -ne 8 ]", "GPUS is not 8", "GPUS is 8"),
    ("test $1 != fast", "$1 is not fast", "$1 is fast"),
    ('[ -z "$MODE" ]', "MODE is empty", "MODE is not empty"),
    ('[[ -n "${MODE:-}" ]]', "MODE is not empty", "MODE is empty"),
    ('"$1" = fast', "$1 is fast", "$1 is not fast"),
    ("(( GPUS > 4 ))", "`(( GPUS > 4 ))` holds", "`(( GPUS > 4 ))` does not hold"),
    ("[ -f a.txt ]", "`[ -f a.txt ]` holds", "`[ -f a.txt ]` does not hold"),
    ("[[ $A == *x ]]", "`[[ $A == *x ]]` holds", "`[[ $A == *x ]]` does not hold"),
    ("command -v  nvcc", "`command -v nvcc` succeeds", "`command -v nvcc` fails"),
]


@pytest.mark.parametrize(("text", "held", "failed"), TESTS)
def test_a_test_in_words(text: str, held: str, failed: str) -> None:
    assert words_of(Condition(0, 1, text, True)) == held
    assert words_of(Condition(0, 1, text, False)) == failed


def test_a_long_test_is_cut() -> None:
    assert words_of(Condition(0, 1, "x" * 80, True)) == f"`{'x' * 47}…` succeeds"


def test_one_test_tells_paths_apart() -> None:
    both = [way(condition(FAST), condition(MORE, held)) for held in (True, False)]
    others = [way(condition(FAST, False), condition(MORE, held)) for held in (True, False)]
    assert words(both, others) == "when $1 is fast (line 1)"
    assert words(others, both) == "when $1 is not fast (line 1)"


def test_two_tests_that_nothing_decides_are_told_together_with_doubt() -> None:
    either = (True, False)
    paths = [way(condition(FAST, a), condition(MORE, b)) for a in either for b in either]
    expected = "if $1 is fast and MORE is not empty (lines 1 and 2)"
    assert words(paths[:1], paths[1:]) == expected


def test_a_test_inside_of_another_is_one() -> None:
    inner = way(condition(MORE), condition(ALL))
    others = [way(condition(MORE), condition(ALL, False)), way(condition(MORE, False))]
    assert words([inner], others) == "when MORE is all (line 3)"


def test_paths_that_were_joined_may_have_gone_either_way() -> None:
    # Without the first test the second one changed nothing, so that path names it not.
    paths = [way(condition(FAST), condition(MORE)), way(condition(FAST), condition(MORE, False))]
    found = words(paths[:1], [paths[1], way(condition(FAST, False))])
    assert found == "if $1 is fast and MORE is not empty (lines 1 and 2)"


def test_several_reasons_are_alternatives() -> None:
    a = way(condition(FAST))
    b = way(condition(FAST, False), condition(MORE))
    c = way(condition(FAST, False), condition(MORE, False))
    expected = "when $1 is fast (line 1), or when MORE is not empty (line 2)"
    assert words([a, b], [c]) == expected


def test_a_path_that_was_joined_with_others_leaves_what_the_rest_shares() -> None:
    # Both sides of the inner test were one path again, which then knew neither of the tests.
    inner = way(condition(MORE), condition(ALL))
    assert words([inner], [way()]) == "when MORE is all (line 3)"
    both = "if $1 is fast and MORE is not empty (lines 1 and 2)"
    assert words([way(condition(FAST), condition(MORE))], [way()]) == both


def arm(name: str, held: bool = True) -> Condition:
    """Return the condition of an arm of a `case`."""
    start = SCRIPT.index('"$1"')
    return Condition(start, start + len('"$1"'), f'"$1" = {name}', held)


def test_the_arms_of_a_case_exclude_each_other() -> None:
    one = way(arm("one"))
    two = way(arm("one", False), arm("two"))
    rest = way(arm("one", False), arm("two", False))
    assert words([one], [two, rest]) == "when $1 is one (line 1)"
    assert words([two], [one, rest]) == "when $1 is two (line 1)"
    assert words([rest], [one, two]) == "when $1 is not one and $1 is not two (line 1)"
    assert [fact.label for fact in facts_of(two)] == ["when $1 is not one", "when $1 is two"]


def test_rounds_and_calls_are_certain() -> None:
    first, second = way(one_of("one"), calls=[CALL]), way(one_of("two"), calls=[CALL])
    again = way(one_of("one"), calls=[AGAIN])
    assert words([first], [second]) == "for MODEL=one"
    third = way(one_of("three"), calls=[CALL])
    assert words([first, third], [second]) == "for MODEL=one or MODEL=three"
    assert words([first, second], [again]) == "called at line 6"
    assert words([first], [second, again]) == "called at line 6, for MODEL=one"
    assert words([again], [first, second]) == "called at line 7"


def test_of_several_rounds_on_a_path_the_last_one_counts() -> None:
    later = way(one_of("one"), one_of("two"))
    assert [fact.words for fact in facts_of(later)] == ["MODEL=two"]


def test_nothing_is_told_when_nothing_differs() -> None:
    one, other = way(condition(FAST)), way(condition(FAST))
    assert told([one], [one, other], Layout(parse(SCRIPT))) is None


def test_a_call_that_holds_the_finding_needs_no_words() -> None:
    first, again = way(calls=[CALL]), way(calls=[AGAIN])
    found = told([first], [first, again], Layout(parse(SCRIPT)))
    assert found is not None
    inside, outside = SCRIPT.index(CALL) + 4, SCRIPT.index(AGAIN)
    assert found.beside(Span(inside, inside + 8)).reasons == ()
    assert found.beside(Span(outside, outside + 3)) == found


SAME = """\
if [ "$1" = fast ]; then export LOCAL_PORT=1; else export LOCAL_PORT=2; fi
sglang generate --model-path Qwen/Qwen-Image --prompt x
"""
TWO = """\
if [ "$1" = fast ]; then export SGLANG_CACHE_DIT_ENABLED=1; fi
sglang generate --model-path Qwen/Qwen-Image --prompt x
"""
STRING = """\
if [ "$1" = fast ]; then MORE="--num-gpus 2"; else MORE=; fi
bash -c "sglang generate --model-path Qwen/Qwen-Image --prompt x $MORE"
"""


@pytest.mark.parametrize(("script", "ways"), [(SAME, [2]), (TWO, [1, 1]), (STRING, [1, 1])])
def test_what_no_launch_can_tell_apart_is_checked_once(script: str, ways: list[int]) -> None:
    seen = []

    def see(script: Script, variant: Variant, launch: Launch, engine: Engine) -> list[Finding]:
        seen.append(variant)
        return []

    report = check(Source("run.sh", script), rulepack.load(), Options(sglang="0.5.23"), see)
    assert [len(one.ways) for one in seen] == ways
    assert [one.key for one in seen] == [(0, 1, 2), (0, 2, 2)][: len(ways)]
    assert [len(here) for here in report.launches] == [len(ways)]

"""Three-valued logic: a condition is true only when it holds for every possibility."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgdlint.rules.compiler import ConditionError, compile_condition
from sgdlint.rules.logic import (
    ABSENT,
    EITHER,
    FALSE,
    TRUE,
    UNKNOWN,
    Value,
    blamed,
    evaluate,
    holds,
    is_true,
    known,
    names_in,
    truths,
)

TYPES = {"a": "bool", "b": "bool", "n": "number", "m": "number", "s": "string", "l": "list"}


class Names:
    """A few names of each type."""

    def resolve(self, name: str) -> tuple[list[Any], str] | None:
        """Return the leaf and type of a name."""
        kind = TYPES.get(name)
        return None if kind is None else (["option", name], kind)

    def all_names(self) -> list[str]:
        """Return all names."""
        return list(TYPES)

    def values(self, _kind: str, name: str) -> list[Any] | None:
        """Return the values of s."""
        return ["x", "y"] if name == "s" else None


def run(text: str, **facts: Value) -> Value:
    """Compile and evaluate a condition; names without a fact are unknown."""
    compiled = compile_condition(text, Names())

    def lookup(_kind: str, name: str) -> Value:
        return facts.get(name, UNKNOWN)

    value = evaluate(compiled, lookup)
    assert holds(compiled, lookup) is is_true(value) is (truths(value) == {True})
    return value


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        ("a and b", {"a": TRUE, "b": TRUE}, TRUE),
        ("a and b", {"a": TRUE}, EITHER),
        ("a and b", {"a": FALSE}, FALSE),
        ("a or b", {"a": TRUE}, TRUE),
        ("a or b", {"a": FALSE}, EITHER),
        ("not a", {"a": ABSENT}, TRUE),
        ("not a", {}, EITHER),
        ("n == 4", {"n": known(4)}, TRUE),
        ("n == 4", {"n": Value((4, 8))}, EITHER),
        ("n >= 4", {"n": Value((4, 8))}, TRUE),
        ("n > 8", {"n": Value((4, 8))}, FALSE),
        ("n == 4", {"n": ABSENT}, FALSE),
        ("n != 4", {"n": ABSENT}, FALSE),
        ("n != 4", {"n": Value((8,), absent=True)}, EITHER),
        ("n is given", {"n": Value(None)}, TRUE),
        ("n is given", {"n": ABSENT}, FALSE),
        ("n is given", {}, EITHER),
        ("n is absent", {}, EITHER),
        ("n is not given", {"n": ABSENT}, TRUE),
        ("n is known", {"n": Value((4, 8))}, FALSE),
        ("n is known", {"n": known(4)}, TRUE),
        ("s in ['x', 'y']", {"s": known("x")}, TRUE),
        ("s not in ['x']", {"s": known("y")}, TRUE),
        ("s not in ['x']", {"s": ABSENT}, FALSE),
        ("(n if n is given else 1) == 1", {"n": ABSENT}, TRUE),
        ("(n if n is given else 1) == 1", {}, EITHER),
        ("(n if a else 1) == 1", {"n": known(1)}, TRUE),
        ("n % m == 0", {"n": known(8), "m": known(3)}, FALSE),
        ("n % m == 0", {"n": known(8), "m": known(0)}, EITHER),
        ("n // m == 2", {"n": known(9), "m": known(4)}, TRUE),
        ("n * m != 8", {"n": known(2), "m": known(4)}, FALSE),
        ("n - -1 == 3", {"n": known(2)}, TRUE),
        ("startswith(lower(s), 'X')", {"s": known("x")}, FALSE),
        ("endswith(s, 'x')", {"s": ABSENT}, FALSE),
        ("contains(l, 'x')", {"l": known(("x", "y"))}, TRUE),
        ("length(l) > 1", {"l": known(("x",))}, FALSE),
        ("basename(s) == 'c'", {"s": known("a/b/c")}, TRUE),
        ("basename(s) == ''", {"s": known("a/b/c/")}, TRUE),
        ("matches(s, '-(int4|fp4)_r[0-9]')", {"s": known("x-int4_r32")}, TRUE),
        ("matches(s, '-(int4|fp4)_r[0-9]')", {"s": known("x-int4_rank32")}, FALSE),
        ("among(s, 'a, ab,c')", {"s": known("ab")}, TRUE),
        ("among(s, 'a, ab,c')", {"s": known("b")}, FALSE),
        ("not among(s, 'a')", {"s": known("A")}, TRUE),
        ("among(s, 'a')", {}, EITHER),
        ("least(n, m) == 2", {"n": known(2), "m": known(3)}, TRUE),
        ("most(n, m) == 3", {"n": known(2), "m": Value((1, 3))}, EITHER),
    ],
)
def test_evaluate(text: str, facts: dict[str, Value], expected: Value) -> None:
    assert truths(run(text, **facts)) == truths(expected)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a and", "cannot be read at its end"),
        ("zz", "there is no `zz`"),
        ("aa and b", "did you mean `a`?"),
        ("n", "`n` is a number, not a yes or no"),
        ("n == 'x'", "a number is never a string"),
        ("s < 'y'", "`<` compares numbers"),
        ("s == 'z'", "`s` is never 'z': it is one of x, y"),
        ("s in ['x', 'z']", "`s` is never 'z'"),
        ("n + s == 2", "a number is never a string"),
        ("lowr(s) == 'x'", "there is no function `lowr`; did you mean `lower`?"),
        ("lower(n) == 'x'", "`lower` takes a string, not a number"),
        ("lower(s, s) == 'x'", "`lower` takes 1 values, not 2"),
        ("n in [m]", "holds constants only"),
        ("4 is given", "a constant cannot be given"),
    ],
)
def test_compile_errors(text: str, message: str) -> None:
    with pytest.raises(ConditionError) as error:
        compile_condition(text, Names())
    assert message in str(error.value)


def test_names_in_order_and_once() -> None:
    compiled = compile_condition("b and (n == 2 or a) and not b", Names())
    assert names_in(compiled) == [("option", "b"), ("option", "n"), ("option", "a")]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"a": TRUE, "b": FALSE, "n": known(1)}, "an"),
        ({"a": TRUE, "b": TRUE, "n": known(1)}, "abn"),
        ({"a": FALSE, "b": FALSE, "s": known("x"), "n": known(1)}, "sn"),
        ({"a": TRUE, "n": known(1)}, "an"),  # b, which is not known, is not what makes it true
        ({"a": EITHER, "b": FALSE, "n": known(1)}, "asn"),  # one of a and s may be it
    ],
)
def test_of_alternatives_those_that_hold_are_blamed(facts: dict[str, Value], expected: str) -> None:
    compiled = compile_condition('n == 1 and (a or b or s == "x")', Names())
    found = blamed(compiled, lambda _, name: facts.get(name, UNKNOWN))
    assert found == {("option", name) for name in expected}


def test_all_of_a_negation_is_blamed() -> None:
    compiled = compile_condition("not (a or b)", Names())
    assert blamed(compiled, lambda *_: FALSE) == {("option", "a"), ("option", "b")}


_LEAVES = st.sampled_from(["a", "b", "n == 1", "n < m", "a is given", "m is absent"])
_CONDITIONS = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({' '.join(t)})"),
        inner.map(lambda t: f"(not {t})"),
        st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} if {t[1]} else {t[2]})"),
    ),
    max_leaves=6,
)
_BOOLEANS = (ABSENT, TRUE, FALSE)
_NUMBERS = (ABSENT, known(1), known(2))


@given(
    _CONDITIONS,
    st.lists(st.sampled_from(range(3)), min_size=4, max_size=4),
    st.sets(st.sampled_from("abnm")),
)
def test_unknown_is_never_wrong(text: str, picks: list[int], hidden: set[str]) -> None:
    """What holds with some facts unknown holds whatever those facts are."""
    worlds = dict(zip("abnm", (_BOOLEANS, _BOOLEANS, _NUMBERS, _NUMBERS), strict=True))
    fixed = {name: worlds[name][pick] for name, pick in zip("abnm", picks, strict=True)}
    partial = run(text, **{name: value for name, value in fixed.items() if name not in hidden})
    for choice in itertools.product(*(worlds[name] for name in sorted(hidden))):
        world = {**fixed, **dict(zip(sorted(hidden), choice, strict=True))}
        whole = run(text, **world)
        assert truths(whole) <= truths(partial)
        assert is_true(whole) or not is_true(partial)

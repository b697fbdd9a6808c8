"""Wordings with holes."""

from __future__ import annotations

import pytest

from sgdlint.log.templates import anchor, head, match, parse, problem_of

FOUND = [
    ("Port {a:int} was taken", "Port 12 was taken", {"a": "12"}),
    ("from {a} to {b}", "from here to there", {"a": "here", "b": "there"}),
    (
        "{what:some} failed: {why}",
        "all of it failed: no: reason",
        {"what": "all of it", "why": "no: reason"},
    ),
    ("{a:number} GB", "-1.5e3 GB", {"a": "-1.5e3"}),
    ("names {a:list}.", "names ['a', 'b'].", {"a": "['a', 'b']"}),
    ("ends with {a}", "ends with ", {"a": ""}),
]
NOT_FOUND = [
    ("Port {a:int} was taken", "Port x was taken"),
    ("Port {a:int} was taken", "The Port 12 was taken"),
    ("{what:some} failed", " failed"),
    ("one {a:word} two", "one a b two"),
    ("names {a:list}.", "names None."),
    ("two words", "two"),
]


@pytest.mark.parametrize(("text", "line", "values"), FOUND)
def test_found(text: str, line: str, values: dict[str, str]) -> None:
    found = match(parse(text), line)
    assert found is not None
    assert found.values == values
    assert line[found.start : found.end] == line


@pytest.mark.parametrize(("text", "line"), NOT_FOUND)
def test_not_found(text: str, line: str) -> None:
    assert match(parse(text), line) is None


def test_anywhere() -> None:
    found = match(parse("out of {a:word} memory"), "error: out of GPU memory now", anywhere=True)
    assert found is not None
    assert (found.start, found.end) == (7, 24)


@pytest.mark.parametrize(
    ("text", "first", "longest"),
    [
        ("Falling back to diffusers backend", "Falling", "diffusers"),
        ("[{stage}] started...", "", ""),
        ("Both {a} or {b} of them", "Both", "or"),
        ("{a} was not found there", "", "found"),
        ("Port{a} was", "", ""),
    ],
)
def test_the_word_that_lines_are_looked_up_by(text: str, first: str, longest: str) -> None:
    assert (head(parse(text)), anchor(parse(text))) == (first, longest)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{a} {b}", "is only holes"),
        ("x {a}{b}", "side by side"),
        ("x {a:wrd} y", "no kind of hole `wrd`"),
        ("x {a} y {a}", "has {a} twice"),
        ("x {a} y", ""),
    ],
)
def test_what_is_wrong_with_a_wording(text: str, problem: str) -> None:
    found = problem_of(text)
    assert problem in found
    assert bool(problem) == bool(found)

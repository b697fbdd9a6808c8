"""What holds for every text: nothing is raised, spans nest, and the work is linear."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shell.snippets import ACCEPTED, CONTINUED
from shell.test_lexer import PIECES, TEXTS

from sgdlint.record import fields_of
from sgdlint.shell import tree
from sgdlint.shell.lexer import Lexer
from sgdlint.shell.parser import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
REAL = [
    path.read_text(encoding="utf-8")
    for folder in ("examples", "tests/scenarios", ".ci", "tests/data")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.is_file() and (path.suffix in (".sh", ".bash") or path.name == "run")
]
REAL += ["\n".join(ACCEPTED[at : at + 40]) for at in range(0, len(ACCEPTED), 40)]
EDIT = st.tuples(
    st.floats(0, 1), st.integers(0, 30), st.lists(st.sampled_from(PIECES), max_size=3).map("".join)
)
"""Where in a script, how many characters are lost, and what comes in their place."""
MOST_STEPS = 12
"""Tokens read for each character of a text, with all that is read again after mistakes."""


@st.composite
def edited(draw: st.DrawFn) -> str:
    """Return a real script after a few random edits."""
    text = draw(st.sampled_from(REAL))
    for place, lost, new in draw(st.lists(EDIT, min_size=1, max_size=4)):
        at = int(place * len(text))
        text = text[:at] + new + text[at + lost :]
    return text


def children(node: tree.Node) -> Iterator[tree.Node]:
    for name in fields_of(node):
        value = getattr(node, name)
        yield from (
            one
            for one in (value if isinstance(value, tuple) else (value,))
            if isinstance(one, tree.Node)
        )


def check_spans(root: tree.Tree) -> None:
    """Check that children lie inside their parents and do not overlap."""
    waiting: list[tree.Node] = [tree.Tree(root.start, root.end, root.statements, (), ())]
    while waiting:
        node = waiting.pop()
        inside = sorted(children(node), key=lambda one: (one.start, one.end))
        waiting += inside
        if isinstance(node, tree.Redirect) and node.body is not None:
            assert node.body.start >= node.end
            continue
        assert all(node.start <= one.start <= one.end for one in inside)
        if not has_body(node):  # a here-document's stands after the line
            assert all(one.end <= node.end for one in inside)
            assert all(one.end <= two.start for one, two in itertools.pairwise(inside))


def has_body(node: tree.Node) -> bool:
    """Whether a here-document in a node may stand after its end."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, tree.Redirect) and one.body is not None:
            return True
        waiting.extend(children(one))
    return False


@pytest.mark.parametrize("script", ACCEPTED + CONTINUED)
def test_spans_nest_in_accepted_scripts(script: str) -> None:
    check_spans(parse(script))


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_spans_nest_in_any_text(text: str) -> None:
    check_spans(parse(text))


@settings(max_examples=300, deadline=None)
@given(edited())
def test_an_edited_script_gives_a_tree(text: str) -> None:
    found = parse(text)
    assert (found.start, found.end) == (0, len(text))
    check_spans(found)


class Counting(Lexer):
    """Counts the tokens that it reads."""

    steps = 0

    def add(self, kind: str, start: int, end: int) -> None:
        Counting.steps += 1
        super().add(kind, start, end)


@settings(max_examples=300, deadline=None)
@given(edited())
def test_an_edited_script_is_not_read_again_and_again(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sgdlint.shell.parser.Lexer", Counting)
        Counting.steps = 0
        parse(text)
    assert Counting.steps <= MOST_STEPS * (len(text) + 100)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes_give_a_tree(data: bytes) -> None:
    for encoding in ("utf-8", "latin-1", "utf-16-le"):
        text = data.decode(encoding, "surrogateescape" if encoding == "utf-8" else "replace")
        assert parse(text).end == len(text)

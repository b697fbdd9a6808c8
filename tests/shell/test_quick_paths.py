"""What is read the quick way is read as the careful way does."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from shell.snippets import ACCEPTED, CONTINUED, REJECTED
from shell.test_lexer import TEXTS, tokens_of

from sgdlint import quick
from sgdlint.shell import patterns, tree
from sgdlint.shell.parser import TOKENS_AT_ONCE, Parser

NOTHING = quick.compile(r"(?!)")


def whole(text: str) -> tree.Tree | None:
    """Parse many lines at a time."""
    return Parser(text, 0, len(text), 0).whole()


def by_line(text: str) -> tree.Tree:
    """Parse line by line, as after a mistake."""
    return Parser(text, 0, len(text), 0).run()


def by_parts(text: str) -> tree.Tree:
    """Parse line by line, and each word that is not plain part by part."""
    quoted, patterns.QUOTED = patterns.QUOTED, NOTHING
    try:
        return by_line(text)
    finally:
        patterns.QUOTED = quoted


@pytest.mark.parametrize("script", ACCEPTED + CONTINUED)
def test_accepted_scripts_read_the_same_in_each_way(script: str) -> None:
    assert by_line(script) == by_parts(script)
    assert whole(script) in (by_line(script), None)


@pytest.mark.parametrize("script", ACCEPTED)
def test_accepted_scripts_are_read_as_a_whole(script: str) -> None:
    assert whole(script) is not None


@pytest.mark.parametrize("script", REJECTED)
def test_a_script_with_a_mistake_is_read_by_line(script: str) -> None:
    found = whole(script)
    assert found is None or found == by_line(script)


@settings(max_examples=500, deadline=None)
@given(TEXTS)
def test_any_text_reads_the_same_in_each_way(text: str) -> None:
    careful, parted = by_line(text), by_parts(text)
    assert careful.statements == parted.statements
    assert careful.comments == parted.comments
    assert [one.start for one in careful.problems] == [one.start for one in parted.problems]
    assert whole(text) in (careful, None)


def test_a_script_of_many_lines_reads_the_same_in_each_way() -> None:
    lines = [text for text in ACCEPTED if "<<" not in text and not text.endswith("\\")]
    text = "\n".join(lines * 3)
    assert len(tokens_of(text).kinds) > 3 * TOKENS_AT_ONCE
    assert whole(text) == by_line(text)


WRAPPED = [
    "f() {",
    "if a; then",
    "(",
    "case a in b)",
    "while a; do",
    "x=$(",
    "{ cat <<E | b",
    "a=(",
]
ENDS = ["}", "fi", ")", "esac", "done", ")", "}", ")"]


@pytest.mark.parametrize(("opening", "closing"), list(zip(WRAPPED, ENDS, strict=True)))
def test_a_long_block_reads_the_same_in_each_way(opening: str, closing: str) -> None:
    lines = "".join(f'b "$c" {number} {{d,e}} | f && g=$(\n h\n)\n' for number in range(300))
    if opening == "a=(":
        lines = lines.replace("|", "").replace("&&", "")
    text = f"{opening}\n{lines}{'E' if '<<' in opening else ''}\n{closing}\nz\n"
    assert whole(text) is not None
    assert whole(text) == by_line(text)


def test_few_tokens_are_kept_inside_a_block() -> None:
    text = "f() {\n" + "if a; then b; fi\n" * 2_000 + "}\n"
    parser = Parser(text, 0, len(text), 0)
    assert parser.whole() is not None
    assert len(parser.lexer.kinds) < 2 * TOKENS_AT_ONCE

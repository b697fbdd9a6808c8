"""Tokens, and that nothing of the source is lost between them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shell.snippets import ACCEPTED

from sgdlint.shell.lexer import Lexer

GAP = re.compile(r"(?:[ \t]|\\\r?\n|\r?\n|#[^\n]*)*")
PIECES = [
    "a", "echo", "if", "then", "fi", "for", "x", "in", "do", "done", "case", "esac", "{", "}", "(",
    ")", "((", "))", "[[", "]]", "'", '"', "`", "$", "${", "$(", "$((", "$'", "<<E", "<<-'E'", "E",
    "\nE\n", "\n", " ", "  ", "\t", ";", ";;", "&", "&&", "|", "||", "<", ">", ">>", "2>", "<(",
    "#", "=", "a=", "a[1]=", "a=(", "+=", "*", "?", "[", "]", "~", "!", "\\", "\\\n", "\r\n", "\r",
    "-f", "==", "=~", ":-", "/", "%", ",", "{a,b}", "{1..3}", "@(", "$x", "${x}", "é", "\0",
    "export",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def tokens_of(text: str) -> Lexer:
    lexer = Lexer(text)
    while lexer.line():
        pass
    return lexer


def gaps(text: str) -> list[str]:
    """Return what stands between the tokens, by place; fails when tokens overlap."""
    lexer = tokens_of(text)
    between, last = [], 0
    for start, end in sorted(zip(lexer.starts, lexer.ends, strict=True)):
        assert last <= start <= end
        between.append(text[last:start])
        last = end
    return [*between, text[last:]]


@pytest.mark.parametrize("script", ACCEPTED)
def test_gaps_are_blanks_comments_and_newlines(script: str) -> None:
    assert [gap for gap in gaps(script) if not GAP.fullmatch(gap)] == []


@settings(max_examples=600, deadline=None)
@given(TEXTS)
def test_tokens_and_gaps_are_the_source_of_any_text(text: str) -> None:
    lexer = tokens_of(text)
    between = gaps(text)
    if not lexer.errors:
        assert [gap for gap in between if not GAP.fullmatch(gap)] == []


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_comments_lie_in_gaps(text: str) -> None:
    lexer = tokens_of(text)
    spans = sorted(zip(lexer.starts, lexer.ends, strict=True))
    for start, end in lexer.comments:
        assert text[start] == "#"
        assert not [span for span in spans if span[0] < end and span[1] > start]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("echo done", "WORD:echo WORD:done"),
        ("a'b c'd", "QUOTED:a'b c'd"),
        ("a'b c'*", "WORD_START: TEXT:a SINGLE:'b c' GLOB:*"),
        ('"a $x"', 'QUOTED:"a $x"'),
        ('"a $x$"', 'WORD_START: DQ_OPEN:" QUOTED_TEXT:a  VARIABLE:$x QUOTED_TEXT:$ DQ_CLOSE:"'),
        ("A=1 B= c=2", "ASSIGN:A= WORD:1 ASSIGN_EMPTY:B= ASSIGN:c= WORD:2"),
        ("echo A=1", "WORD:echo WORD:A=1"),
        ("export A=1", "WORD:export ASSIGN:A= WORD:1"),
        ("a[1]=b", "ASSIGN_SUB:a[ TEXT:1 SUB_EQ:]= WORD:b"),
        ("if a", "IF:if WORD:a"),
        ("echo if", "WORD:echo WORD:if"),
        ("a 2>&1", "WORD:a REDIRECT:2>& WORD:1"),
        ("a {f}>b", "WORD:a REDIRECT:{f}> WORD:b"),
        ("--x\\\n  y", "WORD:--x WORD:y"),
        ("x\\\ny", "WORD_START: TEXT:x TEXT:y"),
        ("((a))", "ARITH_CMD:(( ARITH_TEXT:a ARITH_CLOSE:))"),
        ("((a);b)", "LPAREN:( LPAREN:( WORD:a RPAREN:) SEMI:; WORD:b RPAREN:)"),
        ("{a,b}", "WORD_START: BRACE_OPEN:{ TEXT:a BRACE_COMMA:, TEXT:b BRACE_CLOSE:}"),
        ("{a}", "WORD_START: TEXT:{ TEXT:a TEXT:}"),
        (
            "a <<E\nb\nE\n",
            (
                "WORD:a HEREDOC:<< WORD_START: TEXT:E HEREDOC_OPEN: QUOTED_TEXT:b\n "
                "HEREDOC_CLOSE:E NEWLINE:\n"
            ),
        ),
        ("[[ -f a && b ]]", "COND_OPEN:[[ COND_UNARY:-f WORD:a COND_AND:&& WORD:b COND_CLOSE:]]"),
        (
            "case a in b) c;; esac",
            "CASE:case WORD:a IN:in WORD:b RPAREN:) WORD:c DSEMI:;; ESAC:esac",
        ),
        ("'a", "WORD_START: ERROR:'"),
    ],
)
def test_tokens(text: str, expected: str) -> None:
    lexer = tokens_of(text)
    found = zip(lexer.kinds, lexer.starts, lexer.ends, strict=True)
    assert " ".join(f"{kind}:{text[start:end]}" for kind, start, end in found) == expected

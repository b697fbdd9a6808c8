"""The shipped tables are those of the grammar, and Lark itself reads scripts as our driver does."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import build_tables
import pytest
from lark import Token, Tree
from lark.lexer import Lexer as LarkLexer
from shell.snippets import ACCEPTED, BEYOND, REJECTED

from sgdlint.shell import build
from sgdlint.shell.lexer import Lexer
from sgdlint.shell.parser import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lark import Lark


class Plugged(LarkLexer):
    """Our lexer behind Lark's interface; a token's value is its number."""

    def __init__(self, conf: object) -> None:
        pass

    def lex(self, text: str) -> Iterator[Token]:  # type: ignore[override]
        for number, kind in enumerate(tokens_of(text).kinds):
            yield Token(kind, number)


def tokens_of(text: str) -> Lexer:
    lexer = Lexer(text)
    while lexer.line():
        pass
    return lexer


@pytest.fixture(scope="module")
def lark() -> Lark:
    return build_tables.load(Plugged)


def by_lark(lark: Lark, text: str) -> Any:
    """Parse with Lark and make nodes with the same actions."""
    builder = build.Builder(tokens_of(text), lambda text, start, end: parse(text[start:end]))
    return made(builder, lark.parse(text).children[0])


def made(builder: build.Builder, node: Any) -> Any:
    if isinstance(node, Token):
        maker = build.MAKERS.get(node.type)
        return maker(builder, node.value) if maker else node.value
    assert isinstance(node, Tree)
    values = [made(builder, child) for child in node.children]
    if isinstance(node.data, Token):  # the name of a rule, not of an action
        return values[0]
    return build.ACTIONS[node.data](builder, values)


def test_tables_match_the_grammar() -> None:
    assert build_tables.main(["--check"]) == 0


def test_tables_out_of_date_are_noticed(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build_tables, "ROOT", tmp_path)
    monkeypatch.setattr(build_tables, "TABLES", tmp_path / "tables.json")
    assert build_tables.main(["--check"]) == 1
    assert "out of date" in capsys.readouterr().out
    assert build_tables.main([]) == 0
    assert build_tables.main(["--check"]) == 0


@pytest.mark.parametrize("script", [text for text in ACCEPTED if "`" not in text])
def test_lark_gives_the_same_tree(lark: Lark, script: str) -> None:
    assert tuple(by_lark(lark, script)) == parse(script).statements


@pytest.mark.parametrize("script", [text for text in REJECTED if text not in BEYOND])
def test_lark_refuses_what_we_refuse(lark: Lark, script: str) -> None:
    with pytest.raises(Exception, match=r"Unexpected|token"):
        by_lark(lark, script)


def test_parsing_does_not_import_lark() -> None:
    code = (
        "import sys; from sgdlint.shell.parser import parse; parse('a');"
        "print('lark' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(build_tables.ROOT)},
    )
    assert done.stdout.strip() == "False"

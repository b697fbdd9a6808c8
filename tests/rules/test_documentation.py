"""What the pages say of rules is so: their rules load and pass, their tables are complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sgdlint import packing, rulepack
from sgdlint.directives import read
from sgdlint.rules.events import EVENTS
from sgdlint.rules.fixes import ACTIONS
from sgdlint.rules.logic import FUNCTIONS
from sgdlint.rules.names import TABLES
from sgdlint.shell.parser import parse
from sgdlint.source import Source, Span

PAGES = ("README.md", "docs/writing-rules.md")


@pytest.fixture
def page(root: Path) -> str:
    """Return the page on writing rules."""
    return (root / "docs" / "writing-rules.md").read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    """Return the code blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def rows(text: str, head: str) -> list[list[str]]:
    """Return the rows of the table with this head, without it."""
    table = text.split(head, 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in row.split("|")[1:-1]] for row in table]


@pytest.mark.parametrize("name", PAGES)
def test_the_rules_of_a_page_load_and_pass(root: Path, tmp_path: Path, name: str) -> None:
    text = (root / name).read_text(encoding="utf-8")
    text = re.sub(r"^## A company rule.*?(?=^## )", "", text, flags=re.MULTILINE | re.DOTALL)
    found = blocks(text, "yaml")
    found = [block for block in found if block.startswith(("rules:", "facts:"))]
    for number, block in enumerate(found):
        (tmp_path / f"{number}.yaml").write_text(block, encoding="utf-8")
    pack = packing.compile_folder(str(tmp_path), rulepack.load())
    assert [rule.code for rule in pack.rules] == ["OPS101"]
    assert len(found) == len(pack.rules) + len(pack.facts)


def test_the_table_of_facts(page: str) -> None:
    tables = TABLES
    assert rows(page, "| fact | type | is |") == [
        [f"`{head}.{name}`", kind, about]
        for head, table in tables.items()
        for name, (kind, _, about) in table.items()
    ]


def test_the_table_of_functions(page: str) -> None:
    assert rows(page, "| function | gives |") == [
        [f"`{name}({', '.join('ab'[: len(function.parameters)])})`", function.help]
        for name, function in FUNCTIONS.items()
    ]


def test_the_table_of_events(page: str) -> None:
    assert rows(page, "| event | fields |") == [
        [f"`{name}`", ", ".join(fields)] for name, fields in EVENTS.items()
    ]


def test_the_table_of_edits(page: str) -> None:
    named = re.findall(r"`(\w+):", "".join(row[0] for row in rows(page, "| edit | does |")))
    assert named == list(ACTIONS)


def test_the_suppressions_are_read(page: str) -> None:
    [script] = blocks(page, "sh")
    source = Source("run.sh", script)
    comments = [Span(one.start, one.end) for one in parse(script).comments]
    _, [suppression] = read(source, comments, [])
    assert suppression.codes == ("OPS101", "layerwise-offload-on-image-model")
    codes = {key for rule in rulepack.load().rules for key in (rule.code, rule.name)}
    assert set(suppression.codes) - codes == {"OPS101"}

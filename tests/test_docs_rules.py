"""docs/rules.md has every rule, and codes stand in the group of their category."""

from __future__ import annotations

import re

import build_docs_rules
import pytest

from sgdlint import rulepack
from sgdlint.rules.model import Rule

RULES = rulepack.load().rules
PAGES = build_docs_rules.pages()
INDEX = PAGES[build_docs_rules.TARGET]


def test_committed_pages_are_what_the_rules_give() -> None:
    for path, text in PAGES.items():
        assert build_docs_rules.is_same(path, text), f"{path.name}: run build_docs_rules.py"
    assert set(build_docs_rules.FOLDER.glob("*.md")) < set(PAGES)


def test_each_rule_has_a_line_and_a_story_where_the_line_leads() -> None:
    links = re.findall(r"\[(SGD\d+)\]\(rules/(\w+)\.md#(\w+)\)<br>`([\w-]+)`", INDEX)
    assert [(code, name) for code, _, _, name in links] == sorted(
        (rule.code, rule.name) for rule in RULES
    )
    for code, page, anchor, name in links:
        story = PAGES[build_docs_rules.FOLDER / f"{page}.md"]
        assert f'<a id="{anchor}"></a>\n\n## {code} {name}\n' in story


def test_a_story_has_it_all() -> None:
    story = PAGES[build_docs_rules.FOLDER / "incompatible.md"].split("## SGD101 ")[1]
    story = story.split("\n## ")[0]
    for part in (
        "> ",
        "**What to do:**",
        "**When:**",
        "**Fix** (unsafe: ",
        "**Bad**: sglang 0.5.12",
    ):
        assert f"\n{part}" in story
    assert "SGLang 0.5.7 to 0.5.18\n" in story
    assert "- <https://github.com/" in story


def test_no_story_names_what_it_does_not_know() -> None:
    assert [line for line in INDEX.splitlines() if "{" in line or " ? " in line] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.code))
def test_a_code_stands_in_the_group_of_its_category(rule: Rule) -> None:
    page = build_docs_rules.group_of(rule.code).page
    assert page in build_docs_rules.HOMES.get(rule.category, (page,))


def test_groups_hold_every_code_once() -> None:
    numbers = [
        number for one in build_docs_rules.GROUPS for number in range(one.first, one.last + 1)
    ]
    assert numbers == list(range(100, 1000))

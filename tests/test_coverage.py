"""docs/coverage.md answers every statement, and names only rules that exist."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import build_coverage
import pytest

Data = dict[str, Any]
RULES = build_coverage.pack()
DATA = build_coverage.load(build_coverage.DATA)


def entry(data: Data, name: str) -> Data:
    found: Data = next(item for item in data["statements"] if item["id"] == name)
    return found


def test_committed_data_has_no_fault() -> None:
    assert build_coverage.problems(DATA, RULES) == []


def test_committed_page_is_what_the_data_gives() -> None:
    assert build_coverage.TARGET.read_text(encoding="utf-8") == build_coverage.page(DATA, RULES)


def test_all_25_silent_mistakes_have_an_entry() -> None:
    told = {item["of"] for item in DATA["statements"] if item["topic"] == "silent"}
    assert told == {f"silent mistake {number}" for number in range(1, 26)}


def test_every_topic_has_statements_of_the_guide_or_says_what_else_it_holds() -> None:
    topics = {item["topic"] for item in DATA["statements"]}
    guided = {item["topic"] for item in DATA["statements"] if item["of"].startswith("guide")}
    assert topics == set(DATA["topics"])
    assert topics - guided == {"silent", "shell"}


def test_page_shows_each_statement_once_and_each_link_leads_to_one() -> None:
    page = build_coverage.page(DATA, RULES)
    anchors = re.findall(r'<a id="([^"]+)"></a>', page)
    assert anchors == [
        item["id"]
        for topic in DATA["topics"]
        for item in DATA["statements"]
        if item["topic"] == topic
    ]
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= set(anchors)


def test_name_severity_and_releases_come_from_the_pack() -> None:
    page = build_coverage.page(DATA, RULES)
    assert "SGD401 `torch-compile-without-warmup` (perf, 0.5.8 to 0.5.17)" in page
    assert "SGD223 `option-without-effect` (warning, all releases)" in page
    assert "SGD402 `torch-compile-without-warmup-mode` (perf, from 0.5.18)" in page


def test_rows_of_the_tables_have_as_many_cells_as_their_heads() -> None:
    for line in build_coverage.page(DATA, RULES).splitlines():
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) in (4, 5), line


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda item: item.pop("rules"), "no answer: give one of rules, see, not_checkable, todo"),
        (lambda item: item.update(rules=["SGD999"]), "there is no rule SGD999"),
        (lambda item: item.update(see=["nowhere"]), "there is no other statement nowhere"),
        (lambda item: item.update(see=["compile-needs-warmup"]), "there is no other statement"),
        (lambda item: item.update(topic="weather"), "there is no topic weather"),
        (lambda item: item.update(note="x"), "unknown key note"),
        (lambda item: item.update(source=["9.9.9 a.py:1"]), "begin with a known release"),
        (lambda item: item.update(todo=[{"rule": "x", "severity": "bad"}]), "when is missing"),
        (
            lambda item: item.update(todo=[{"rule": "torch-compile-without-warmup"}]),
            "torch-compile-without-warmup is written: move it from todo to rules",
        ),
    ],
)
def test_faults_are_told(spoil: Callable[[Data], object], fault: str) -> None:
    data = copy.deepcopy(DATA)
    spoil(entry(data, "compile-needs-warmup"))
    assert any(
        line.startswith("compile-needs-warmup: ") and fault in line
        for line in build_coverage.problems(data, RULES)
    )


def test_an_id_is_taken_once() -> None:
    data = copy.deepcopy(DATA)
    data["statements"].append(copy.deepcopy(data["statements"][0]))
    assert f"{data['statements'][0]['id']}: the id is taken" in build_coverage.problems(data, RULES)

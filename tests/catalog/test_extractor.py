"""The extractor itself, on a small package written here and on tables made up by Hypothesis."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest
from catalog_extract import detectors, merge, store
from catalog_extract.changes import describe_changes
from catalog_extract.evaluate import Program
from catalog_extract.objects import Instance, Member, Unknown
from catalog_extract.options import plain
from catalog_extract.wheel import Wheel
from hypothesis import given
from hypothesis import strategies as st

PACKAGE = {
    "__init__.py": "",
    "base.py": """
        import os
        import torch
        from dataclasses import dataclass, field, replace
        from enum import Enum, auto

        SIZES = [1, 2]
        SIZES.append(3)
        NAMES = {}
        for _name in ("a", "b"):
            NAMES[_name.upper()] = len(_name)
        LIMIT: int = max(SIZES) * 10
        HOME = os.getenv("SOME_HOME", "nowhere")
        DTYPE = torch.bfloat16

        class Mode(str, Enum):
            FAST = "fast"
            SLOW = "slow"

            @classmethod
            def values(cls):
                return [mode.value for mode in cls]

        class Task(Enum):
            ONE = auto()
            TWO = auto()

            def is_two(self):
                return self == Task.TWO

        @dataclass
        class Config:
            width: int = 4
            sizes: list[int] = field(default_factory=lambda: list(SIZES))
            doubled: int = 0
            task: Task = Task.ONE

            def __post_init__(self):
                self.doubled = self.width * 2

            @property
            def area(self):
                return self.width * len(self.sizes)
        """,
    "child.py": """
        from .base import Config, Mode, Task, replace

        class Child(Config):
            pass

        from dataclasses import dataclass

        @dataclass
        class Wide(Config):
            width: int = 8
            task: Task = Task.TWO

        def choose(flag):
            if flag:
                return "yes"
            elif Mode.FAST == "fast":
                return "no"
            raise ValueError

        def total(*values, start=0, **others):
            for value in values:
                start += value
            return start + sum(others.values())

        WIDER = replace(Wide(), width=16)
        """,
}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    folder = tmp_path_factory.mktemp("wheel")
    (folder / "sglang").mkdir()
    for name, text in PACKAGE.items():
        (folder / "sglang" / name).write_text(textwrap.dedent(text), encoding="utf-8")
    return Program(Wheel(folder))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("base.SIZES", [1, 2, 3]),
        ("base.NAMES", {"A": 1, "B": 1}),
        ("base.LIMIT", 30),
        ("base.HOME", "nowhere"),
        ("base.DTYPE", {"unknown": True}),
        ("base.nothing", {"unknown": True}),
        ("child.WIDER", {"object": "Wide"}),
    ],
)
def test_names_of_a_module(program: Program, name: str, expected: object) -> None:
    assert plain(program.find(f"sglang.{name}")) == expected


def test_a_name_outside_the_package_makes_all_that_follows_unknown(program: Program) -> None:
    missing = program.find("sglang.nowhere.thing")
    assert isinstance(missing, Unknown)
    assert program.attribute(missing, "more") == missing


@pytest.mark.parametrize(
    ("cls", "expected"),
    [
        ("base.Config", {"width": 4, "doubled": 8, "area": 12, "task": "ONE"}),
        ("child.Wide", {"width": 8, "doubled": 16, "area": 24, "task": "TWO"}),
        ("child.Child", {"width": 4, "doubled": 8, "area": 12, "task": "ONE"}),
    ],
)
def test_dataclasses(program: Program, cls: str, expected: dict[str, object]) -> None:
    made = program.call(program.find(f"sglang.{cls}"), [], {})
    assert isinstance(made, Instance)
    found = {name: program.attribute(made, name) for name in expected}
    assert {n: v.name if isinstance(v, Member) else v for n, v in found.items()} == expected


def test_enumerations(program: Program) -> None:
    mode = program.find("sglang.base.Mode")
    assert program.call(program.attribute(mode, "values"), [], {}) == ["fast", "slow"]
    two = program.attribute(program.find("sglang.base.Task"), "TWO")
    assert two.value == 2
    assert program.call(program.attribute(two, "is_two"), [], {}) is True


@pytest.mark.parametrize(
    ("function", "args", "kwargs", "expected"),
    [
        ("choose", [True], {}, "yes"),
        ("choose", [False], {}, "no"),
        ("total", [1, 2], {"start": 10, "extra": 5}, 18),
    ],
)
def test_functions(
    program: Program, function: str, args: list[Any], kwargs: dict[str, Any], expected: object
) -> None:
    assert program.call(program.find(f"sglang.child.{function}"), args, kwargs) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("lambda s: 'wan' in s.lower()", [["wan"]]),
        ("lambda s: 'a' in s or 'b' in s", [["a"], ["b"]]),
        ("lambda s: 'qwen' in s and 'edit' not in s", [["qwen", "!edit"]]),
        ("lambda s: any(k in s for k in ('x', 'y'))", [["x"], ["y"]]),
        ("lambda s: s in ('one', 'two')", [["=one"], ["=two"]]),
        ("lambda s: 'h3' in s.replace('-', '').replace('_', '')", [["~h3"]]),
        ("lambda s: 'd' in s.rstrip('/').split('/')[-1]", [[">d"]]),
        ("lambda s: s.startswith('org/') and s.endswith('-hd')", [["^org/", "$-hd"]]),
        ("lambda s: 'a' in s and ('a' in s or 'b' in s)", [["a"]]),
        ("lambda s: open(s)", None),
    ],
)
def test_detectors(program: Program, code: str, expected: list[list[str]] | None) -> None:
    import ast

    module = program.module("sglang.child")
    assert module is not None
    detector = program.evaluate(ast.parse(code, mode="eval").body, module.env)
    assert detectors.alternatives(program, detector) == expected


RELEASES = ["1", "2", "3", "4"]
ROWS = st.lists(st.sampled_from("abcdef"), unique=True).map(lambda s: [{"flags": [c]} for c in s])
LISTINGS = st.fixed_dictionaries(
    {r: st.fixed_dictionaries(dict.fromkeys(("generate", "serve"), ROWS)) for r in RELEASES}
)


@given(LISTINGS)
def test_a_merged_table_gives_back_every_listing_in_its_order(listings: dict[str, Any]) -> None:
    table = merge.merge(listings, RELEASES, ["generate", "serve"])
    assert merge.expand(table, RELEASES, ["generate", "serve"]) == listings


def test_an_option_that_stays_is_one_row() -> None:
    row = {"flags": ["--x"]}
    listings = {r: {"generate": [row], "serve": [row]} for r in RELEASES}
    table = merge.merge(listings, RELEASES, ["generate", "serve"])
    assert table == [{"flags": ["--x"], "all": [["1", None]]}]


def both(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return rows that both commands have."""
    return {"generate": rows, "serve": rows}


def test_changes_are_told_in_words() -> None:
    old: list[dict[str, Any]] = [{"flags": ["--a"]}, {"flags": ["--b"], "kind": "int"}]
    new: list[dict[str, Any]] = [
        {"flags": ["--b"], "kind": "float"},
        {"flags": ["--c"], "default": False},
    ]
    before = {"options": both(old), "places": {"all": [{"name": "--a"}]}}
    after = {"options": {"generate": new, "serve": [*new, {"flags": ["--d"]}]}, "places": both([])}
    assert describe_changes(before, after) == [
        "options",
        "  + --c: default no",
        "  - --a",
        "  ~ --b: kind int → float",
        "  + --d (serve only)",
    ]


def test_changes_name_the_part_that_differs() -> None:
    old = {"family": "F", "pipeline": {"a": 1, "b": 2}, "ids": ["x", "y"]}
    new = {"family": "F", "pipeline": {"a": 1, "b": 3}, "ids": ["y", "z"]}
    before, after = {"families": {"all": [old]}}, {"families": {"all": [new]}}
    assert describe_changes(before, after) == [
        "families",
        "  ~ F: ids + z, - x; pipeline.b 2 → 3",
    ]


def test_rows_of_one_name_are_told_apart() -> None:
    row = {"family": "F", "sampling": "S", "ids": ["x"]}
    before = {"models": {"all": [row]}}
    after = {"models": {"all": [row, row | {"ids": ["y"]}]}}
    assert describe_changes(before, after) == ["models", "  + F S #2: ids y"]


def test_a_first_release_is_counted() -> None:
    assert describe_changes(None, {"options": both([{"flags": ["--a"]}])}) == [
        "options",
        "  + 1 rows",
    ]


def test_taking_the_newest_release_out_and_putting_it_back_changes_nothing() -> None:
    whole = store.read()
    newest = whole.order[-1]
    less = store.read()
    wheel, extraction = less.wheels.pop(newest), less.extractions.pop(newest)
    assert less.files() != whole.files()
    less.add(newest, {key: wheel[key] for key in ("wheel", "sha256")}, extraction)
    assert less.files() == whole.files()

"""YAML with places: what it means, and what bounds it."""

from __future__ import annotations

import random

import pytest
import yaml

from sgdlint import configs, rulepack
from sgdlint.documents import yaml_tree
from sgdlint.documents.yaml_tree import List, Mapping, Node, Scalar, YamlError, at, documents
from sgdlint.documents.yaml_values import comments, walk
from sgdlint.fixer import fix
from sgdlint.linter import Options, check
from sgdlint.source import Source

ALIASES = "a0: &a0 [x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 40)
)
MERGES = "a0: &a0 {k: 1}\n" + "".join(
    f"a{level}: &a{level} {{<<: [{', '.join([f'*a{level - 1}'] * 9)}]}}\n" for level in range(1, 40)
)


def root(text: str) -> Mapping:
    """Return the mapping at the top of a text."""
    [found] = documents(text)
    assert isinstance(found, Mapping)
    return found


# --- bounds ---------------------------------------------------------------------------------------


def test_aliases_do_not_explode() -> None:
    found = root(ALIASES)
    assert len(found.pairs) == 40
    assert len(list(walk(found))) < 200
    assert comments(ALIASES, [found]) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (MERGES, "more than 200,000 values"),
        ("[" * 100_000, "nested too deeply"),
        ("{a: " * 100_000, "nested too deeply"),
        ("- " * 100_000, "nested too deeply"),
        ("".join(" " * depth + "-\n" for depth in range(100)), "nested too deeply"),
        ("- a\n" * 1_200_000, "more than 200,000 values"),
        ("--- a\n" * 300_000, "more than 200,000 values"),
        ("a" * 5_000_001, "more than 5,000,000 characters"),
        ("a: &a [*a]\n", "holds itself"),
        ("a: *b\n", "undefined alias"),
        ("a: &a 1\n--- \nb: *a\n", "undefined alias"),
        ("a: [1\n", "did not find"),
        ("\x01", "control characters"),
    ],
    ids=lambda value: value[:20],
)
def test_what_is_beyond_the_bounds_is_not_read(text: str, problem: str) -> None:
    with pytest.raises(YamlError, match=problem):
        documents(text)
    if "mapping" not in problem:
        source = Source("pod.yaml", "apiVersion: v1\nkind: Pod # sglang\n---\n" + text)
        found = check(source, rulepack.load(), Options(kind="kubernetes")).findings
        assert [one.code for one in found] == ["SGD904"]


def test_a_long_text_within_the_bounds_is_read() -> None:
    text = "script: |\n" + "  sleep 1 # a line\n" * 260_000
    assert len(text) > 4_900_000
    [(key, value)] = root(text).pairs
    assert isinstance(value, Scalar)
    assert (value.start, len(value.value)) == (8, 17 * 260_000)
    assert comments(text, [key, value]) == []


def test_tags_make_nothing() -> None:
    text = (
        "a: !!python/object/apply:os.system ['exit 1']\n"
        "b: !!python/name:os.system x\n"
        "c: !<tag:yaml.org,2002:binary> aGk=\n"
        "d: !custom {k: 1}\n"
        "e: !!set {x, y}\n"
        "f: !!int '7'\n"
    )
    found = root(text)
    assert isinstance(found.get("a"), List)
    assert isinstance(at(found, "d", "k"), Scalar)
    tags = {key: node.tag for key in "bcf" if isinstance(node := found.get(key), Scalar)}
    assert tags == {"b": "python/name:os.system".rpartition(":")[2], "c": "binary", "f": "int"}


def test_a_configuration_that_merges_without_end_is_not_loaded() -> None:
    with pytest.raises(configs.ConfigError, match="merge keys"):
        configs.load("x.yaml", MERGES)
    assert configs.load("x.yaml", ALIASES).lines["a39"] == 40


# --- meaning --------------------------------------------------------------------------------------


def plain(node: Node | None) -> object:
    """Return a mapping of scalars as plain data."""
    assert isinstance(node, Mapping)
    names = node.keys()
    return {key: int(value.value) for key in names if isinstance(value := node.get(key), Scalar)}


@pytest.mark.parametrize("seed", range(60))
def test_merged_and_repeated_keys_mean_what_a_loader_makes_of_them(seed: int) -> None:
    chance = random.Random(seed)
    lines = []
    for number in range(6):
        pairs = [f"{chance.choice('abcd')}: {value}" for value in range(chance.randrange(4))]
        if number and chance.random() < 0.8:
            named = [f"*m{chance.randrange(number)}" for _ in range(chance.randint(1, 3))]
            merged = named[0] if len(named) == 1 else f"[{', '.join(named)}]"
            pairs.insert(chance.randint(0, len(pairs)), f"<<: {merged}")
        lines.append(f"m{number}: &m{number} {{{', '.join(pairs)}}}\n")
    found, data = root("".join(lines)), yaml.safe_load("".join(lines))
    names = found.keys()
    assert {key: plain(found.get(key)) for key in names} == data


# --- keys that stand twice ------------------------------------------------------------------------

ARGS = "[sglang, serve, --model-path, Qwen/Qwen-Image]"
HEAD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
CONTAINERS = "spec:\n  containers:\n"


@pytest.mark.parametrize(
    ("text", "line", "first"),
    [
        (HEAD + CONTAINERS + f"    - args: {ARGS}\n      args: {ARGS}\n", 7, 6),
        (
            HEAD + CONTAINERS + f"    - args: {ARGS}\n      env:\n"
            "        - name: A\n          value: '1'\n          value: '2'\n",
            10,
            9,
        ),
        (HEAD + f"{CONTAINERS}    - args: {ARGS}\n" + "  containers: []\n", 7, 5),
        (HEAD + f"{CONTAINERS}    - args: {ARGS}\n" + "spec: {}\n", 7, 4),
    ],
)
def test_a_key_that_stands_twice_is_said_where_it_decides(text: str, line: int, first: int) -> None:
    source = Source("pod.yaml", text)
    found = check(source, rulepack.load(), Options(select=("SGD914",))).findings
    [one] = found
    assert (one.severity, source.location(one.span.start)[0]) == ("warning", line)
    assert f"first in line {first}:" in one.message
    assert source.location(one.related[0].span.start)[0] == first


@pytest.mark.parametrize(
    "text",
    [
        HEAD + f"{CONTAINERS}    - args: {ARGS}\n      name: a\n",
        HEAD.replace("a}", "a, name: b}") + f"{CONTAINERS}    - args: {ARGS}\n",
        HEAD + f"{CONTAINERS}    - args: {ARGS}\n    - args: [a]\n      args: [b]\n",
        HEAD + f"{CONTAINERS}    - args: [a]\n      args: [sglang]\n",
    ],
)
def test_a_key_that_decides_nothing_about_a_launch_is_left_alone(text: str) -> None:
    found = check(Source("pod.yaml", text), rulepack.load(), Options(select=("SGD914",))).findings
    assert found == ()


def test_only_the_text_that_was_read_last_is_remembered() -> None:
    roots = documents("a: 1\n")
    assert yaml_tree.last_read("a: 1\n") is roots
    assert yaml_tree.last_read("a: 2\n") == []


@pytest.mark.parametrize("name", ["pod.yaml", "compose.yaml"])
def test_a_word_that_is_changed_stays_a_string(name: str) -> None:
    words = "[sglang, serve, --model-path, Qwen/Qwen-Image, --warmup-mode, request]"
    image = "lmsysorg/sglang:v0.5.12.post1"
    texts = {
        "pod.yaml": "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n"
        f"  - image: {image}\n    command: {words}\n",
        "compose.yaml": f"services:\n  a:\n    image: {image}\n    command: {words}\n",
    }
    source = Source(name, texts[name])
    done = fix(source, lambda it: check(it, rulepack.load(), Options()), True).text
    new = words.replace("--warmup-mode, request", '--warmup, "true"')
    assert done == source.text.replace(words, new)

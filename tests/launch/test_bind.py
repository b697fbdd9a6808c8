"""Binding agrees with Python's argparse on the options of real releases, for any words."""

from __future__ import annotations

import argparse
import json
import random
import sys
from typing import Any

import pytest

from sgdlint import catalog
from sgdlint.catalog import Option
from sgdlint.catalog.options import OptionTable
from sgdlint.launch.bind import Bound, Table, bind
from sgdlint.shell.values import Piece, Word

RELEASES = ("0.5.10.post1", "0.5.12.post1", "0.5.23")


def word(text: str | None, many: bool = False, prefix: str = "") -> Word:
    """Return a word with a known text, or with only a known prefix."""
    pieces = [Piece((prefix,), 0, len(prefix), True)] if prefix else []
    if text is None:
        pieces.append(Piece(None, -1, -1))
    elif text:
        pieces.append(Piece((text,), 0, len(text), True))
    return Word(0, 1, tuple(pieces), many)


def table(release: str, command: str) -> Table:
    """Return what binding needs of a release, without what other releases have."""
    return Table(catalog.load(release).options(command), lambda flag: False, lambda flag: None)


def words(*texts: str) -> list[Word]:
    """Return known words."""
    return [word(text) for text in texts]


def values(bound: Bound) -> dict[str, object]:
    """Return the single value of each option that was given."""
    return {
        dest: given.values[0] if given.values and len(given.values) == 1 else given.values
        for dest, given in bound.given.items()
    }


def kinds(bound: Bound) -> list[str]:
    """Return the kinds of the events, in order."""
    return [event.kind for event in bound.events]


# --- against the real argparse --------------------------------------------------------------------


class _Boolean(argparse.Action):
    """What SGLang's StoreBoolean does: bare, true or false."""

    def __call__(self, parser, namespace, values, option_string=None):  # type: ignore[no-untyped-def]
        if values is None:
            setattr(namespace, self.dest, True)
        elif values.lower() in ("true", "false"):
            setattr(namespace, self.dest, values.lower() == "true")
        else:
            raise ValueError(values)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        raise ValueError(message)


def real_parser(release: str, command: str) -> argparse.ArgumentParser:
    """Build the argparse parser that the catalog describes."""
    parser = _Parser(add_help=False)
    seen: set[int] = set()
    for option in catalog.load(release).options(command).values():
        if id(option) in seen:
            continue
        seen.add(id(option))
        parser.add_argument(*option.flags, **_keywords(option))
    return parser


def _keywords(option: Option) -> dict[str, Any]:
    if not option.takes_value:
        return {"action": option.action, "dest": option.dest, "default": argparse.SUPPRESS}
    keywords: dict[str, Any] = {"dest": option.dest, "default": argparse.SUPPRESS}
    if option.action == "boolean":
        return {**keywords, "action": _Boolean, "nargs": "?"}
    keywords["nargs"] = option.nargs
    if option.kind in ("int", "float"):
        keywords["type"] = {"int": int, "float": float}[option.kind]
    if option.kind == "json":
        keywords["type"] = json.loads
    if option.kind == "parse_int_list":
        keywords["type"] = lambda text: tuple(int(one) for one in text.split(",") if text)
    if option.choices:
        keywords["choices"] = option.choices
    return keywords


def _random_words(options: OptionTable, dice: random.Random) -> list[str]:
    flags = list(options)
    found = []
    for _ in range(dice.randrange(1, 7)):
        flag = dice.choice(flags)
        option = options[flag]
        kind = dice.random()
        if kind < 0.15:
            flag = flag[: dice.randrange(3, len(flag) + 1)]
        elif kind < 0.2:
            flag = flag.replace("-", "_").replace("__", "--", 1)
        pool = ["true", "False", "2", "-1", "0.5", "x", "a b", "-x", "", "no", "1e3", "--", "-0.5"]
        pool += [str(choice) for choice in option.choices or ()] * 3
        value = dice.choice(pool)
        shape = dice.random()
        if shape < 0.25 and value != "--":
            found.append(f"{flag}={value}")
        elif shape < 0.45:
            found.append(flag)
        else:
            found += [flag, value]
        if dice.random() < 0.08:
            found.append(dice.choice(["stray", "true", "3"]))
    return found


@pytest.mark.parametrize("command", ["generate", "serve"])
@pytest.mark.parametrize("release", RELEASES)
def test_agrees_with_argparse(release: str, command: str) -> None:
    dice = random.Random(f"{release} {command}")
    options = catalog.load(release).options(command)
    parser, accepted = real_parser(release, command), 0
    for _ in range(700):
        argv = _random_words(options, dice)
        if "" in argv and sys.version_info >= (3, 12):
            continue
        bound = bind(words(*argv), table(release, command))
        rejecting = {"missing-value", "invalid-type", "invalid-choice", "surplus-value"}
        rejecting |= {"ambiguous-option"}
        rejects = bool(rejecting & set(kinds(bound)))
        try:
            namespace, extras = parser.parse_known_args(argv)
        except ValueError:
            namespace, extras = None, []
        assert rejects == (namespace is None), f"{argv}: {bound.events}"
        if namespace is None:
            continue
        accepted += 1
        assert [argv[index] for index in bound.extras] == extras, argv
        expected = {key: _plain(value) for key, value in vars(namespace).items()}
        last = {given.option.dest: given for given in bound.every}
        assert {key: given.values[0] for key, given in last.items() if given.values} == expected
    assert accepted > 60


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


# --- what argparse cannot tell: unknown words, what is dropped ----------------------------------


@pytest.mark.parametrize(
    ("argv", "expected", "is_open"),
    [
        pytest.param([word("--num-gpus"), word(None)], {"num_gpus": None}, False, id="quoted"),
        pytest.param(
            [word("--num-gpus"), word(None, many=True)], {"num_gpus": None}, True, id="unquoted"
        ),
        pytest.param(
            [word(None, prefix="--model-path=")], {"model_path": None}, False, id="joined-unknown"
        ),
        pytest.param([word(None, many=True)], {}, True, id="any-words"),
        pytest.param([word(None)], {}, True, id="one-unknown-word"),
        pytest.param(
            [word("--enable-torch-compile"), word(None, many=True)],
            {"enable_torch_compile": None},
            True,
            id="switch-before-any-words",
        ),
        pytest.param(
            [word(None, many=True), word("--tp-size"), word("2")], {"tp_size": 2}, True, id="after"
        ),
        pytest.param(
            [Word(0, 1, (Piece(("--tp-size=2", "--tp-size=4"), -1, -1),))],
            {"tp_size": (2, 4)},
            False,
            id="one-of-two",
        ),
    ],
)
def test_unknown_words(argv: list[Word], expected: dict[str, object], is_open: bool) -> None:
    bound = bind(argv, table("0.5.12.post1", "serve"))
    assert (values(bound), bound.open) == (expected, is_open)
    assert kinds(bound) == []
    assert bound.extras == ()


@pytest.mark.parametrize(
    ("release", "command", "argv", "expected"),
    [
        ("0.5.12.post1", "serve", ["--num-gpu", "2"], ["ignored-abbreviation"]),
        ("0.5.12.post1", "generate", ["--num-inf", "2"], ["abbreviated-option"]),
        ("0.5.12.post1", "serve", ["--lora", "2"], ["ambiguous-option"]),
        ("0.5.23", "serve", ["--num-gpus", "two"], ["invalid-type"]),
        ("0.5.23", "serve", ["--dit-precision", "fp8"], ["invalid-choice"]),
        ("0.5.23", "serve", ["--num-gpus"], ["missing-value"]),
        ("0.5.10.post1", "serve", ["--enable-cfg-parallel=true"], ["surplus-value"]),
    ],
)
def test_events(release: str, command: str, argv: list[str], expected: list[str]) -> None:
    assert kinds(bind(words(*argv), table(release, command))) == expected


def test_an_ignored_abbreviation_is_not_given() -> None:
    bound = bind(words("--num-gpu", "8"), table("0.5.12.post1", "serve"))
    assert bound.given["num_gpus"].dropped


def test_an_abbreviation_counts_when_the_full_name_stands_there_too() -> None:
    bound = bind(words("--num-gpus", "2", "--num-gpu", "4"), table("0.5.23", "serve"))
    assert values(bound) == {"num_gpus": 4}

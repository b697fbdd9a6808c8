"""Programs of supervisord: what runs, held against Python's own readers, and how it is changed."""

from __future__ import annotations

import configparser
import random
import shlex

import pytest

from sgdlint import rulepack
from sgdlint.documents import document, ini_files, supervisor
from sgdlint.documents.placed import Placed
from sgdlint.documents.region import STAND_IN, Region
from sgdlint.fixer import fix
from sgdlint.linter import Options, check
from sgdlint.source import Source, Span

FILE = """\
; all programs
[supervisord]
environment = A="1"

[program:web]
Command: sglang serve --model-path Qwen/Qwen-Image   ; one
  --num_gpus 1 # two

  ; between
\t--port 3
[group:x]
programs = web
"""


def loaded(text: str) -> dict[str, dict[str, str]]:
    """Return a file as supervisord loads it."""
    parser = configparser.RawConfigParser(inline_comment_prefixes=(";", "#"), strict=False)
    parser.read_string(text)
    return {name: dict(parser[name]) for name in parser.sections()}


@pytest.mark.parametrize("text", [FILE, FILE.replace("\n", "\r\n"), "[a]\nb=\n c\n d = e\nf:g;h\n"])
def test_options_are_those_of_configparser(text: str) -> None:
    found: dict[str, dict[str, str]] = {}
    for one in ini_files.parse(text).options:
        lines = [line for line in one.value.text.split("\n") if line]
        found.setdefault(one.section, {})[one.name] = "\n".join(lines)
    expected = {
        section: {
            name: "\n".join(line for line in value.split("\n") if line)
            for name, value in options.items()
        }
        for section, options in loaded(text).items()
    }
    assert found == expected


COMMANDS = [
    'sglang serve --a \'b c\' "d\\"e" f\\ g',
    "a\n  b \\\nc",
    "--x='1'2\"3\" ''",
    "\"a\\nb\\\\\" 'c\\'",
    "x#y z",
]


@pytest.mark.parametrize("text", COMMANDS)
def test_words_are_those_of_shlex(text: str) -> None:
    parts = supervisor.filled(Placed.of(text, 0, len(text)))
    assert [word.text for word in supervisor.words(parts)] == shlex.split(text)


def regions(text: str) -> tuple[Region, ...]:
    """Return the regions of a configuration."""
    return supervisor.read(Source("supervisord.conf", text)).regions


ROWS = [
    ("command=sglang serve --port=%(ENV_PORT)s %%d", f"sglang serve --port={STAND_IN} %d"),
    ("command=sglang '%(here)s/x' $A", f"sglang '{STAND_IN}/x' '$A'"),
    ("command=bash -c \"sglang serve --port '$PORT'\"", "sglang serve --port '$PORT'"),
    ("environment=A=\"x y\",B='%(ENV_B)s'\ncommand=b", f"export A='x y'\nexport B='{STAND_IN}'\nb"),
    ("environment=A=x,\n  B=2\ncommand=b", "export A=x\nexport B=2\nb"),
    ("environment=A=x B=2\ncommand=b", "b"),
]


@pytest.mark.parametrize(("body", "expected"), ROWS)
def test_a_program_is_a_script(body: str, expected: str) -> None:
    text = f"[program:x]\n{body}\n"
    [region] = regions(text)
    assert region.text == expected
    for start in range(len(region.text)):
        exact = region.exact_span(Span(start, start + 1))
        if exact is not None:
            assert text[exact.start : exact.end] == region.text[start]


def test_variables_of_supervisord_are_those_of_its_programs() -> None:
    [region] = regions(FILE)
    assert region.text.startswith("export A=1\nsglang serve ")


@pytest.mark.parametrize("word", ["--num_gpus 1", "'--num_gpus=1'", '"--num_gpus" "1"'])
def test_a_fix_changes_nothing_else(word: str) -> None:
    text = FILE.replace("--num_gpus 1", word)
    source = Source("supervisord.conf", text)
    options = Options(sglang="0.5.20")
    done = fix(source, lambda it: check(it, rulepack.load(), options), True)
    assert done.text == text.replace("--num_gpus", "--num-gpus")
    before = str(loaded(text)).replace("--num_gpus", "--num-gpus")
    assert str(loaded(done.text)) == before


@pytest.mark.parametrize(
    ("body", "name", "value"),
    [("command=b ; told", "A", "1"), ('environment=C="2"\ncommand=b', "A", "a/b")],
)
def test_a_variable_is_added(body: str, name: str, value: str) -> None:
    text = f"[program:x]\n{body}\nautostart=true\n"
    [region] = regions(text)
    assert region.add_variable is not None
    edit = region.add_variable(name, value)
    changed = text[: edit.span.start] + edit.text + text[edit.span.end :]
    before, after = loaded(text)["program:x"], loaded(changed)["program:x"]
    added = after.pop("environment")
    had = before.pop("environment", "")
    assert added == f'{had}{"," if had else ""}{name}="{value}"'
    assert before == after


def test_an_open_quote_is_told() -> None:
    report = check(
        Source("supervisord.conf", "[program:x]\ncommand=sglang 'a\n"), rulepack.load(), Options()
    )
    assert [one.code for one in report.findings] == ["SGD904"]


def test_broken_files_are_read_without_an_error() -> None:
    whole = FILE + "".join(f"[program:{n}]\n{row[0]}\n" for n, row in enumerate(ROWS))
    dice = random.Random(4)
    for _ in range(300):
        text = whole[: dice.randrange(len(whole))]
        for _ in range(dice.randrange(8)):
            place = dice.randrange(len(text) + 1)
            text = text[:place] + dice.choice("\\'\"$%{}=;\n[# (") + text[place + 1 :]
        for region in document.read(Source("x.conf", text), "supervisord").regions:
            span = region.host_span(Span(0, len(region.text)))
            assert 0 <= span.start <= span.end <= len(text)

"""Units of systemd and containers of Quadlet: what runs, and how it is changed."""

from __future__ import annotations

import random

import pytest

from sgdlint import rulepack
from sgdlint.documents import document, kinds, systemd
from sgdlint.documents.region import STAND_IN, Region
from sgdlint.documents.unit_files import parse, words
from sgdlint.fixer import fix
from sgdlint.linter import Options, check
from sgdlint.source import Source, Span


def regions(text: str) -> tuple[Region, ...]:
    """Return the regions of a unit."""
    return systemd.read(Source("a.service", text)).regions


# What systemd 255 makes of these values, after `extract_first_word` in its sources.
WORDS = [
    ("a  b\tc", [["a", "b", "c"]]),
    ("a 'b c' \"d e\"", [["a", "b c", "d e"]]),
    ("--x='b c'd \"\"", [["--x=b cd", ""]]),
    (r"a\sb \x41 \101 \u00e9 'c\nd' \"q", [["a b", "A", "A", "é", "c\nd", '"q']]),
    (r"\d \\ a\qb", [[r"\d", "\\", r"a\qb"]]),
    ("a ; b c ;", [["a"], ["b", "c"]]),
    (r"a \; b';' ;c", [["a", ";", "b;", ";c"]]),
    ("a \\\n  b \\\n# told\n; told\n\tc", [["a", "b", "c"]]),
    ("'a \\\n    b'", [["a  b"]]),
    ("a\\\\\nExecStart=b", [["a\\"], ["b"]]),
]


@pytest.mark.parametrize(("value", "expected"), WORDS, ids=[row[0][:30] for row in WORDS])
def test_words(value: str, expected: list[list[str]]) -> None:
    unit = parse(f"[Service]\nExecStart={value}\n")
    found = [words(one.value) for one in unit.settings]
    assert [[word.text for word in one] for some in found for one in some] == expected


SERVICE = "[Service]\n"
ROWS = [
    ("ExecStart=/bin/sglang serve", ["/bin/sglang serve"]),
    ("ExecStart=-@/bin/sglang web serve", ["/bin/sglang serve"]),
    ("ExecStart=!!:/bin/sglang $A ${A} $$A", ["/bin/sglang '$A' '${A}' '$$A'"]),
    ("ExecStart=sglang $A ${A} $$A a${B}c x$C", ['sglang $A "${A}" \'$A\' a"${B}"c \'x$C\'']),
    ("ExecStart=sglang \"$A\" '${B}' ${C:-1}", ["sglang $A \"${B}\" '${C:-1}'"]),
    ("ExecStart=sglang $A/b", [f"sglang {STAND_IN}"]),
    ("ExecStart=sglang %i %%i a%hb", [f"sglang '{STAND_IN}' %i 'a{STAND_IN}b'"]),
    ("Environment=A=x\nExecStart=sglang $A", ["export A=x\nsglang $A"]),
    ("Environment='A=x*'\nExecStart=sglang $A", [f"export A='x*'\nsglang {STAND_IN}"]),
    (
        "Environment=A=x 'B=y z' \"C=%h\"\nExecStart=b",
        [f"export A=x\nexport B='y z'\nexport C='{STAND_IN}'\nb"],
    ),
    ("Environment=A=x\nEnvironment=\nEnvironment=B=$y\nExecStart=b", ["export B='$y'\nb"]),
    ("Environment=A=x\nEnvironmentFile=-/etc/a\nExecStart=b", [f"export A='{STAND_IN}'\nb"]),
    ("ExecStart=/bin/sh -c 'sglang \"$A\" ${B} $$C'", [f'sglang "$A" {STAND_IN} $C']),
    ("Environment=B=x\nExecStart=/bin/sh -c 'sglang ${B}'", ["export B=x\nsglang x"]),
    ("ExecStart=a\nExecStart=\nExecStart=b", ["b"]),
    ("ExecStartPre=/bin/true\nExecStartPre=sglang generate\nExecStart=b", ["sglang generate", "b"]),
    ("ExecStart=a ; b", ["a", "b"]),
    (
        "[Container]\nImage=i:1\nEnvironment=A=x\nExec=sglang $B",
        ["# image: i:1\nexport A=x\nsglang $B"],
    ),
    ("[Container]\nEntrypoint=sglang\nExec=serve", ["sglang serve"]),
]  # fmt: skip
IDS = [row[0][:40] for row in ROWS]


@pytest.mark.parametrize(("body", "texts"), ROWS, ids=IDS)
def test_a_command_is_a_script(body: str, texts: list[str]) -> None:
    assert [one.text for one in regions(SERVICE + body + "\n")] == texts


@pytest.mark.parametrize(("body", "texts"), ROWS, ids=IDS)
def test_places_are_those_of_the_file(body: str, texts: list[str]) -> None:
    source = SERVICE + body + "\n"
    for region in regions(source):
        for start in range(len(region.text)):
            exact = region.exact_span(Span(start, start + 1))
            if exact is not None:
                assert source[exact.start : exact.end] == region.text[start]
            for end in range(start, len(region.text) + 1):
                span = region.host_span(Span(start, end))
                assert 0 <= span.start <= span.end <= len(source)


def fixed(text: str, name: str = "a.service") -> str:
    """Return a unit with all fixes made."""
    options = Options(sglang="0.5.20")
    source = Source(name, text)
    return fix(source, lambda it: check(it, rulepack.load(), options), True).text


MODEL = "sglang serve --model-path Qwen/Qwen-Image"
FIXES = [
    (f"{MODEL} --num_gpus 1", "--num_gpus", "--num-gpus"),
    (f'{MODEL} "--num_gpus=${{N}}"', "--num_gpus", "--num-gpus"),
    (f"/bin/bash -lc '{MODEL} \\\n  --num_gpus 1'", "--num_gpus", "--num-gpus"),
    (f"{MODEL} \\\n  # why\n  --num_gpus 1 \\\n  --port 1", "--num_gpus", "--num-gpus"),
    ("sglang serve --port 1 --model-path Qwen/Qwen-Image --port 2", " --port 1", ""),
    (f"{MODEL} \\\n  --port 1 \\\n  --port 2", " \\\n  --port 1", ""),
]


@pytest.mark.parametrize(("command", "old", "new"), FIXES, ids=[row[0][-40:] for row in FIXES])
def test_a_fix_changes_nothing_else(command: str, old: str, new: str) -> None:
    text = f"# head\n[Service]\nType=simple\nExecStart={command}\nRestart=always\n"
    assert fixed(text) == text.replace(old, new)


WRITTEN = [
    ("Environment=B=1\nExecStart=b\n", "Environment=B=1\nEnvironment=A=x\nExecStart=b\n"),
    ("  ExecStart=b", "  Environment=A=x\n  ExecStart=b"),
    ("ExecStart=b\r\nEnvironment=B=1", "ExecStart=b\r\nEnvironment=B=1\r\nEnvironment=A=x"),
]


@pytest.mark.parametrize(("body", "expected"), WRITTEN)
def test_a_variable_is_added(body: str, expected: str) -> None:
    [region] = regions(SERVICE + body)
    assert region.add_variable is not None
    edit = region.add_variable("A", "x")
    text = SERVICE + body
    changed = text[: edit.span.start] + edit.text + text[edit.span.end :]
    assert changed == SERVICE + expected


def test_a_variable_is_taken_out() -> None:
    text = SERVICE + "Environment=A=1\nEnvironment=B=1 'C=2 3' D=4\nExecStart=b\n"
    [region] = regions(text)
    left = []
    for entry in region.entries:
        assert entry.removal is not None
        span = entry.removal.span
        left.append(text[: span.start] + text[span.end :])
    assert [one.splitlines()[1:3] for one in left] == [
        ["Environment=B=1 'C=2 3' D=4", "ExecStart=b"],
        ["Environment=A=1", "Environment='C=2 3' D=4"],
        ["Environment=A=1", "Environment=B=1 D=4"],
        ["Environment=A=1", "Environment=B=1 'C=2 3'"],
    ]


def test_words_are_written_with_quotes_where_they_need_them() -> None:
    [region] = regions(SERVICE + "ExecStart=b \\\n  --x 1\n")
    writer = region.items[0].words
    assert writer.insert(3, ["--y", "a 'b' 100%", 'c"\\']).text == (
        ' \\\n  --y "a \'b\' 100%%" "c\\"\\\\"'
    )


def test_a_drop_in_is_known_by_its_folder() -> None:
    text = "[Service]\nExecStart=\n"
    assert kinds.kind_of("x/sglang.service.d/10-gpu.conf", text) == "systemd"
    assert kinds.kind_of("dbus.service", "[D-BUS Service]\nExec=sglang serve\n") == ""


def test_an_open_quote_is_told() -> None:
    text = "[Service]\nExecStart=sglang serve 'a\n"
    report = check(Source("a.service", text), rulepack.load(), Options())
    assert [one.code for one in report.findings] == ["SGD904"]


def test_broken_units_are_read_without_an_error() -> None:
    whole = "# a\n" + SERVICE + "\n".join(row[0] for row in ROWS) + "\n"
    dice = random.Random(4)
    for _ in range(300):
        text = whole[: dice.randrange(len(whole))]
        for _ in range(dice.randrange(8)):
            place = dice.randrange(len(text) + 1)
            text = text[:place] + dice.choice("\\'\"$%{}=;\n[# ") + text[place + 1 :]
        for region in document.read(Source("a.service", text), "systemd").regions:
            span = region.host_span(Span(0, len(region.text)))
            assert 0 <= span.start <= span.end <= len(text)


@pytest.mark.parametrize("name", ["a.service", "a.conf"])
@pytest.mark.parametrize("mark", [";", "#"])
def test_directives_stand_behind_both_marks(mark: str, name: str) -> None:
    section, key = ("Service", "ExecStart") if name == "a.service" else ("program:x", "command")
    launch = f"{key}=sglang serve --model-path Qwen/Qwen-Image --num-gpu 2\n"
    text = (
        f"{mark} sgdlint: sglang=0.5.20\n[{section}]\n"
        f"{mark} sgdlint: ignore[SGD208] known\n{launch}"
        f"{mark} sgdlint: ignore[SGD206] nothing\n"
    )
    report = check(Source(name, text), rulepack.load(), Options())
    assert report.sglang == "0.5.20"
    assert [one.code for one in report.findings] == ["SGD802"]
    assert fixed(text, name) == text[: text.index(mark, text.index(launch))]

"""SGLang's own configuration files, checked alone and inside of scripts."""

from __future__ import annotations

import json
import random

import pytest
import yaml

from sgdlint import rulepack
from sgdlint.finding import Report
from sgdlint.fixer import fix
from sgdlint.linter import Options, check
from sgdlint.source import Source

FILE = """\
# serve.yaml: for both
model_path: Qwen/Qwen-Image
num-gpus: 4      # all of them
tp_size: '2'
"ulysess_degree": 2
warmup: true
dit_cpu_offload: "false"
colour: red
lora_nickname: >-
  a
  b
"""


def report(text: str, name: str = "serve.yaml", release: str = "0.5.23") -> Report:
    """Return what is found in a file that is checked alone."""
    options = Options(sglang=release, kind="sglang-config")
    return check(Source(name, text), rulepack.load(), options)


def found(text: str, name: str = "serve.yaml", release: str = "0.5.23") -> list[tuple[str, str]]:
    """Return the code of each finding and the characters that it is about."""
    findings = report(text, name, release).findings
    return [(one.code, text[one.span.start : one.span.end]) for one in findings]


def test_findings_are_at_the_key_or_the_value() -> None:
    assert found(FILE) == [
        ("SGD254", "num-gpus"),
        ("SGD256", "'2'"),
        ("SGD260", '"ulysess_degree"'),
        ("SGD253", "warmup"),
        ("SGD257", '"false"'),
        ("SGD259", "colour"),
    ]


ROWS = [
    ("num_gpus: 4\n", "0.5.23", []),
    ("warmup: true\n", "0.5.15.post1", []),
    ("performance_mode: speed\n", "0.5.10.post1", [("SGD261", "performance_mode")]),
    ("num_gpus: 4\nsp_degree: 3\n", "0.5.23", [("SGD106", "sp_degree: 3")]),
    ("num_gpus: 2\nnum_gpus: 2\n", "0.5.23", [("SGD269", "num_gpus")]),
    ("prompt: a cat\nwidth: 512\n", "0.5.23", []),  # for generate
    ("host: 0.0.0.0\nport: 30000\n", "0.5.23", []),
    ("num_gpus: [1\n", "0.5.23", [("SGD251", "num_gpus: [1")]),
    ("- 1\n", "0.5.23", [("SGD252", "- 1")]),
    ("", "0.5.23", [("SGD252", "")]),
    ("a: &x 4\nnum_gpus: *x\n", "0.5.23", [("SGD259", "a")]),
]


@pytest.mark.parametrize(("text", "release", "expected"), ROWS, ids=[row[0][:20] for row in ROWS])
def test_what_is_found(text: str, release: str, expected: list[tuple[str, str]]) -> None:
    assert found(text, release=release) == expected


def fixed(text: str, name: str = "serve.yaml", release: str = "0.5.23") -> str:
    """Return a file with all fixes made."""
    options = Options(sglang=release, kind="sglang-config")
    source = Source(name, text)
    return fix(source, lambda it: check(it, rulepack.load(), options), True).text


def test_fixes_change_nothing_else() -> None:
    after = fixed(FILE)
    changes = {
        "num-gpus:": "num_gpus:",
        "'2'": "2",
        "ulysess_degree": "ulysses_degree",
        "warmup: true": "warmup_mode: request",
        '"false"': "false",
    }
    expected = FILE
    for old, new in changes.items():
        expected = expected.replace(old, new)
    assert after == expected
    loaded = yaml.safe_load(after)
    assert loaded.pop("warmup_mode") == "request"
    assert (loaded["num_gpus"], loaded["tp_size"], loaded["dit_cpu_offload"]) == (4, 2, False)
    kept = ("model_path", "colour", "lora_nickname")
    assert {key: loaded[key] for key in kept} == {key: yaml.safe_load(FILE)[key] for key in kept}


def test_fixes_of_json() -> None:
    text = '{\n  "num-gpus": 2,\n\t"warmup": false, "tp_size": "1"}\n'
    after = fixed(text, "serve.json")
    assert json.loads(after) == {"num_gpus": 2, "warmup_mode": "off", "tp_size": 1}
    assert after == text.replace("num-gpus", "num_gpus").replace(
        '"warmup": false', '"warmup_mode": "off"'
    ).replace('"1"', "1")


@pytest.mark.parametrize(
    "text",
    [
        "num-gpus: 4\nnum_gpus: 2\n",  # the name is taken
        "performance_mode: fast\n",  # which one was meant
        "warmup: [1]\n",
        "num_gpus: |\n  4\n",
        "num_gpus:\n",
    ],
)
def test_what_is_not_certain_is_not_changed(text: str) -> None:
    assert found(text)
    assert fixed(text) == text


def test_a_file_inside_of_a_script_is_changed_there() -> None:
    script = (
        "cat > c.yaml <<'EOF'\nnum_gpus: '1'\nEOF\n"
        "sglang serve --model-path Qwen/Qwen-Image --config c.yaml\n"
    )
    options = Options(sglang="0.5.23")
    source = Source("run.sh", script)
    done = fix(source, lambda it: check(it, rulepack.load(), options), False)
    assert done.text == script.replace("'1'", "1")
    expanding = script.replace("<<'EOF'", "<<EOF").replace("'1'", "'$N'")
    assert check(Source("run.sh", expanding), rulepack.load(), options).findings == ()


def test_comments_say_what_they_say_in_scripts() -> None:
    text = "# sgdlint: sglang=0.5.15.post1\nwarmup: true\na: 1  # sgdlint: ignore[SGD259] x\n"
    options = Options(kind="sglang-config")
    assert check(Source("serve.yaml", text), rulepack.load(), options).findings == ()


def test_other_yaml_is_left_alone() -> None:
    source = Source("serve.yaml", FILE)
    assert check(source, rulepack.load(), Options(sglang="0.5.23")).findings == ()


def test_broken_files_are_read_without_an_error() -> None:
    dice = random.Random(4)
    for _ in range(60):
        text = FILE[: dice.randrange(len(FILE))]
        for _ in range(dice.randrange(6)):
            place = dice.randrange(len(text) + 1)
            text = text[:place] + dice.choice("\\'\"$%{}=;\n[#:&*\t-") + text[place + 1 :]
        for one in report(text).findings:
            assert 0 <= one.span.start <= one.span.end <= len(text)

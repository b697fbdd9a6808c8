"""Moving launches to another release: nothing is left to do the second time, nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sgdlint import migration, rulepack
from sgdlint.fixer import Fixed, fix
from sgdlint.source import Source
from sgdlint.stated import OptionError, Options

PACK = rulepack.load([])


def moved(text: str, old: str, new: str, unsafe: bool = False) -> Fixed:
    """Return a script after its move."""
    source = Source("run.sh", text)
    plan = migration.plan(source, Options(sglang=old), new)
    return fix(source, lambda one: migration.check(one, PACK, plan), unsafe)


CASES = [
    # old release, new release, arguments, arguments after the move
    ("0.5.12", "0.5.23", "serve --model-path Qwen/Qwen-Image --warmup", "--warmup-mode request"),
    (
        "0.5.23",
        "0.5.12",
        "serve Qwen/Qwen-Image --num-gpus 1",
        "serve --model-path Qwen/Qwen-Image",
    ),
    (
        "0.5.9",
        "0.5.10.post1",
        "generate --model-path black-forest-labs/FLUX.1-dev --prompt x",
        "--height 720 --width 1280",
    ),
    (
        "0.5.10.post1",
        "0.5.9",
        "generate --model-path black-forest-labs/FLUX.1-dev --prompt x --width 512 --height 512",
        "--prompt x --width 512 --height 512",
    ),
    (
        "0.5.12",
        "0.5.15.post1",
        "serve --model-path Qwen/Qwen-Image --num-gpus 4 --dp-size 2 --port 8000",
        "--num-gpus 4 --port 8000",
    ),
]


@pytest.mark.parametrize(("old", "new", "arguments", "wanted"), CASES)
def test_a_launch_is_carried_over(old: str, new: str, arguments: str, wanted: str) -> None:
    first = moved(f"sglang {arguments}\n", old, new)
    assert wanted in first.text
    again = moved(first.text, new, new)
    assert again.text == first.text
    assert not [one for one in first.report.findings if one.severity == "error"]


def test_what_cannot_be_carried_over_stays_and_is_reported() -> None:
    text = "sglang generate --model-path Qwen/Qwen-Image --prompt x --performance-mode speed\n"
    result = moved(text, "0.5.12", "0.5.10.post1")
    assert "--performance-mode speed" in result.text
    assert [one.code for one in result.report.findings if one.severity == "error"] == ["SGD204"]


def test_options_that_are_not_seen_are_not_written_out() -> None:
    text = 'sglang generate --model-path black-forest-labs/FLUX.1-dev --prompt x "$@"\n'
    assert moved(text, "0.5.10.post1", "0.5.23").text == text


def test_the_diffusers_backend_takes_the_request_defaults_of_the_model() -> None:
    model = "black-forest-labs/FLUX.1-dev"
    text = f"sglang generate --model-path {model} --prompt x --backend diffusers"
    assert moved(text + "\n", "0.5.10.post1", "0.5.23").text == text + " --guidance-scale 1.0\n"
    assert moved(text + "\n", "0.5.9", "0.5.23").text == text + "\n"


@pytest.mark.parametrize("option", ["--model-id x", "--pipeline-class-name FluxPipeline"])
def test_defaults_of_another_pipeline_are_not_written_out(option: str) -> None:
    text = f"sglang generate --model-path black-forest-labs/FLUX.1-dev --prompt x {option}\n"
    assert moved(text, "0.5.10.post1", "0.5.23").text == text


def test_speed_is_kept_as_it_was_only_when_asked_for() -> None:
    text = "sglang serve --model-path Qwen/Qwen-Image\n"
    kept, same = moved(text, "0.5.12", "0.5.19", unsafe=True), moved(text, "0.5.12", "0.5.19")
    assert "--warmup-mode off" in kept.text
    assert "--warmup-mode" not in same.text
    assert "SGD522" in [one.code for one in same.report.findings]


def test_the_release_must_be_known() -> None:
    with pytest.raises(OptionError, match=r"0\.4\.0"):
        moved("sglang serve --model-path Qwen/Qwen-Image\n", "0.5.12", "0.4.0")


LATER = {"SGD179", "SGD180", "SGD181", "SGD248", "SGD249"}
"""Rules for parts of a disaggregated server that stop after parser and validation have accepted."""
ROWS = [
    json.loads(line)
    for line in (Path(__file__).parent / "migration" / "recorded.jsonl").read_text().splitlines()
]


@pytest.mark.parametrize("place", range(len(ROWS)))
def test_the_real_parser_takes_what_is_moved_or_it_is_reported(place: int) -> None:
    row = ROWS[place]
    result = moved(row["command"] + "\n", row["from"], row["to"])
    assert result.text.strip() == row["moved"], "run tests/migration/record.py"
    errors = [one for one in result.report.findings if one.severity == "error"]
    assert errors or row["verdict"] == "accepted"
    assert row["verdict"] != "accepted" or {one.code for one in errors} <= LATER
    told = {one.code for one in result.report.findings}
    assert not row["changed"] or told & {"SGD524", "SGD563"}


def test_the_record_is_large_enough() -> None:
    assert len(ROWS) >= 800
    assert len({(row["from"], row["to"]) for row in ROWS}) == 30

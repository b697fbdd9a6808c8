"""`sgdlint catalog`: what is known of an option, a model and a release."""

from __future__ import annotations

import pytest

from sgdlint import catalog
from sgdlint.cli import main
from sgdlint.known import changes


def told(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    """Return the lines that `sgdlint catalog` prints for these words."""
    assert main(["catalog", *words]) == 0
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("name", ["--warmup", "warmup"])
def test_an_option_is_told_release_by_release(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = told(capsys, "option", name)
    generate = lines[lines.index("sglang generate") + 1]
    assert generate.startswith("  0.5.8 to before 0.5.18: --warmup; true or false")
    assert any(line.startswith("Removed in 0.5.18; --warmup-mode") for line in lines)


def test_ranges_that_read_the_same_are_one(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "option", "num_gpus")
    assert "  from 0.5.5 on: --num-gpus; whole number; default 1" in lines
    assert sum("--num-gpus" in line for line in lines) == len(catalog.COMMANDS)


def test_a_model_is_told_for_a_release(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "model", "Wan-AI/Wan2.2-T2V-A14B-Diffusers", "--sglang", "0.5.18")
    assert lines[0] == "Wan-AI/Wan2.2-T2V-A14B-Diffusers in SGLang 0.5.18"
    assert {"task: T2V", "output: video", "needs an image: no"} <= set(lines)


def test_a_release_names_its_wheel_and_its_changes(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "release", "0.5.18")
    assert lines[0] == "SGLang 0.5.18"
    assert any(line.startswith("read in sglang-0.5.18-") for line in lines)
    assert "- --warmup: use --warmup-mode" in lines
    assert "+ --nnodes: whole number; default 1" in lines


@pytest.mark.parametrize("place", range(1, len(catalog.releases())))
def test_changes_account_for_every_spelling(place: int) -> None:
    before, after = (catalog.load(catalog.releases()[at]) for at in (place - 1, place))
    lines = changes(after.name)
    named = {sign: [one for one in lines if one.startswith(sign)] for sign in "+-~"}
    for command in catalog.COMMANDS:
        old, new = dict(before.options(command).items()), dict(after.options(command).items())
        for flag in {*old} - {*new}:
            assert any(one.split(":")[0].split(" (")[0] == f"- {flag}" for one in named["-"])
        for flag in {*new} - {*old}:
            spelling = {flag, f"--{flag[2:].replace('_', '-')}"}
            assert any(spelling & {*one[2:].split(":")[0].split(", ")} for one in named["+"])


def test_the_first_release_has_none_before_it() -> None:
    assert changes(catalog.releases()[0]) == ["The first release that the catalog has."]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["option", "--wrmup"], "did you mean '--warmup'?"),
        (["option", "--warmup", "x"], "unrecognized arguments: x"),
        (["option"], "required: NAME"),
        (["model", "nobody/knows-it", "--sglang", "0.5.18"], "SGLang 0.5.18 does not know"),
        (["model", "x", "--sglang", "9.9"], "9.9 is not in the catalog"),
        (["release", "0.4"], "0.4 is not in the catalog"),
        (["release", "0.5.18", "--sglang", "0.5.18"], "--sglang goes with `catalog model`"),
        (["gpu", "H100"], "invalid choice: 'gpu'"),
    ],
)
def test_wrong_words(words: list[str], reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", *words]) == 2
    assert reason in capsys.readouterr().err

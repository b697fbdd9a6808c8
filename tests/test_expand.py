"""`sgdlint expand`: what it says of launches."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sgdlint.cli import main

QWEN = "sglang serve --model-path Qwen/Qwen-Image"


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Return what `sgdlint expand` prints."""
    assert main(["expand", *words]) == 0
    return capsys.readouterr().out


def launches(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    """Return the launches that `sgdlint expand --format json` prints for one file."""
    found = json.loads(told(capsys, *words, "--format", "json"))["files"][0]["launches"]
    assert isinstance(found, list)
    return found


def in_force(capsys: pytest.CaptureFixture[str], command: str, *words: str) -> dict[str, Any]:
    """Return the values of one launch by the labels of their facts."""
    (launch,) = launches(capsys, "--command", command, *words)
    return {one["label"]: (one["values"], one["because"]) for one in launch["in_force"]}


def test_a_launch_is_one_command_with_its_surroundings(capsys: pytest.CaptureFixture[str]) -> None:
    script = 'M=Qwen/Qwen-Image\nsglang serve --model-path $M --port "$P" \\\n  --num-gpus 2'
    text = told(capsys, "--command", script, "--sglang", "0.5.19", "--gpu", "H100", "--gpus", "8")
    lines = text.splitlines()
    assert lines[0] == "<command>:2"
    assert lines[1] == "  sglang serve --model-path Qwen/Qwen-Image --port ? --num-gpus 2"
    assert lines[2] == "  SGLang:      0.5.19 (the command line)"
    assert lines[3] == "  model:       Qwen/Qwen-Image (QwenImagePipelineConfig, T2I)"
    assert lines[4] == "  machine:     8 GPUs, H100, 79.65 GiB each"


def test_values_say_where_they_come_from(capsys: pytest.CaptureFixture[str]) -> None:
    command = f"{QWEN} --num-gpus 4 --vae-cpu-offload true"
    values = in_force(capsys, command, "--sglang", "0.5.15.post1", "--gpu", "H100")
    given = [{"from": "command line", "because": "--num-gpus on the command line"}]
    assert values["GPUs"] == ([4], given)
    assert values["VAE"][0] == ["offload"]
    assert values["VAE"][1][0]["from"] == "command line"
    assert values["text encoder"][0] == ["layerwise"]
    assert values["text encoder"][1][0]["from"] == "sglang"
    assert values["ring"][1][0]["from"] == "default"


def test_a_value_from_a_file_names_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "conf.yaml").write_text("num_gpus: 2\n")
    script = tmp_path / "run.sh"
    script.write_text(f"{QWEN} --config conf.yaml\n")
    (launch,) = launches(capsys, str(script))
    values = {one["label"]: one for one in launch["in_force"]}
    assert values["GPUs"]["values"] == [2]
    (because,) = values["GPUs"]["because"]
    assert because == {"from": "config file", "because": "num_gpus in conf.yaml:1"}


def test_what_depends_on_an_untold_gpu_names_the_cases(capsys: pytest.CaptureFixture[str]) -> None:
    values = in_force(capsys, QWEN, "--sglang", "0.5.19")
    places, because = values["DiT"]
    assert set(places) == {"resident", "offload"}
    assert len(because) == 2
    text = told(capsys, "--command", QWEN, "--sglang", "0.5.19")
    assert "one of:" in text


def test_an_unknown_model_is_not_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    (launch,) = launches(capsys, "--command", "sglang generate --model-path $M --prompt x")
    assert launch["model"] is None
    assert launch["words"][3] is None
    values = {one["label"]: one["values"] for one in launch["in_force"]}
    assert values["DiT"] is None or len(values["DiT"]) > 1


def test_a_launch_for_each_release(capsys: pytest.CaptureFixture[str]) -> None:
    found = launches(capsys, "--command", QWEN, "--sglang", "0.5.12", "--sglang", "0.5.19")
    assert [one["sglang"] for one in found] == ["0.5.12", "0.5.19"]


def test_a_file_that_cannot_be_read_is_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["expand", "missing.sh"]) == 2
    assert "missing.sh" in capsys.readouterr().err

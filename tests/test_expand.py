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


BRANCHES = """\
ARGS=(--model-path Qwen/Qwen-Image --port "$PORT")
if [ "$GPUS" = 8 ]; then ARGS+=(--num-gpus 8); else ARGS+=(--num-gpus 2); fi
sglang serve "${ARGS[@]}"
"""
CALLS = """\
run() {
  SGLANG_CACHE_DIT_ENABLED=$CACHE sglang generate --model-path "$1" --prompt x$N $EXTRA
}
run Qwen/Qwen-Image
for m in A B; do run "$m"; done
"""


def test_variants_of_a_place_stand_together(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "--command", BRANCHES, "--gpu", "H100", "--gpus", "8").splitlines()
    assert lines[:7] == [
        "<command>:3",
        "  when GPUS is 8 (line 2):",
        "    sglang serve --model-path Qwen/Qwen-Image --port ? --num-gpus 8",
        *[line for line in lines if line.startswith("      ")][:1],
        *lines[4:7],
    ]
    other = lines.index("  when GPUS is not 8 (line 2):")
    assert lines[other + 1].endswith("--port ? --num-gpus 2")
    assert sum(line.startswith("  model:") for line in lines) == 1  # what is common is said once
    assert sum("GPUs:" in line for line in lines) == 2


def test_a_call_is_a_path(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "--command", CALLS).splitlines()
    assert "  called at line 4:" in lines
    assert "  for m=A:" in lines or "  called at line 5, for m=A:" in lines
    at = lines.index("  called at line 4:")
    assert lines[at + 1].startswith("    sglang generate --model-path Qwen/Qwen-Image --prompt")


def test_why_tells_what_is_not_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert "not known:   " not in told(capsys, "--command", BRANCHES)
    text = told(capsys, "--command", BRANCHES, "--why")
    assert "not known:   --port ?: $PORT is not set in this script" in text
    text = told(capsys, "--command", CALLS, "--why")
    assert "not known:   SGLANG_CACHE_DIT_ENABLED: $CACHE is not set in this script" in text
    assert "not known:   ?…: $EXTRA is not set in this script" in text


def test_why_tells_what_no_path_reaches(capsys: pytest.CaptureFixture[str]) -> None:
    text = told(capsys, "--why", "--command", f"P=1\nif false; then {QWEN} --port $P; fi")
    assert "not known:   --port ?…: nothing is known where no path through the script leads" in text


def test_json_tells_the_ways(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = launches(capsys, "--command", BRANCHES)
    (way,) = first["ways"]
    (test,) = way["tests"]
    assert (test["test"], test["held"], way["calls"]) == ('[ "$GPUS" = 8 ]', True, [])
    assert test["round"] is False
    assert test["start"] == {"line": 2, "column": 4, "offset": 54, "byte": 54}
    assert second["ways"][0]["tests"][0]["held"] is False
    (unknown,) = first["unknown"]
    assert first["words"][unknown["index"]] is None
    assert unknown["shown"] == "?"
    assert unknown["because"] == "$PORT is not set in this script"
    assert not unknown["any_number"]


def test_json_tells_calls_and_several_texts(capsys: pytest.CaptureFixture[str]) -> None:
    found = launches(capsys, "--command", CALLS)
    lines = {call["start"]["line"] for one in found for way in one["ways"] for call in way["calls"]}
    assert lines == {4, 5}
    last = found[0]["unknown"][-1]
    assert (last["shown"], last["any_number"], last["one_of"]) == ("?…", True, None)


def test_a_file_that_is_not_found_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "lib.sh").write_text("PORT=4\n")
    script = tmp_path / "run.sh"
    script.write_text(f"source ./lib.sh\n{QWEN} --port $PORT\nsource ./none.sh\n")
    lines = told(capsys, str(script)).splitlines()
    assert lines[1] == "  sglang serve --model-path Qwen/Qwen-Image --port 4"
    assert lines[-3].endswith("run.sh: not followed, so what they set is not known:")
    assert lines[-2] == "  ./none.sh (not found in the project)"
    document = json.loads(told(capsys, str(script), "--format", "json"))
    assert document["files"][0]["unread"] == ["./none.sh"]


def test_a_word_is_written_for_the_shell(capsys: pytest.CaptureFixture[str]) -> None:
    script = f"{QWEN} --prompt 'a  cat' --host a$H --log-level \"$L x\" --port=$P"
    lines = told(capsys, "--command", script).splitlines()
    assert lines[1].endswith("--prompt 'a  cat' --host a?… --log-level ?' x' --port=?…")


def test_a_file_that_cannot_be_read_is_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["expand", "missing.sh"]) == 2
    assert "missing.sh" in capsys.readouterr().err


def test_no_launch_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a.sh", "b.sh"):
        (tmp_path / name).write_text("echo sglang\n")
    paths = [str(tmp_path / name) for name in ("a.sh", "b.sh")]
    assert told(capsys, paths[0]) == "No launches in 1 file\n"
    assert told(capsys, *paths) == "No launches in 2 files\n"
    assert told(capsys, "--command", QWEN).startswith("<command>:1")

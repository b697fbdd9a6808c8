"""`sgdlint log`, as it is called."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from sgdlint.cli import main

NOTHING = "[11-24 02:16:11] Worker 0: Scheduler loop started.\n"
GATE = "[11-24 02:16:11] Falling back to diffusers backend\n"
FRAMES = "[11-24 02:16:05] Adjusting number of frames from 81 to 85 based on number of GPUs (2)\n"


def test_text_says_it_loudly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "run.log"
    log.write_text(f"hello\n{GATE}")
    assert main(["log", str(log)]) == 1
    out = capsys.readouterr().out
    assert f"{log}:2:18: error LOG101 fell-back-to-diffusers" in out
    assert " 2 | [11-24 02:16:11] Falling back to diffusers backend" in out
    assert out.endswith(f"{log}: NOT A RUN OF NATIVE SGLANG: use none of its times\n")


def test_a_log_in_which_all_is_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "run.log"
    log.write_text("hello\n[11-24 02:16:11] Worker 0: Scheduler loop started.\n")
    assert main(["log", str(log)]) == 0
    assert capsys.readouterr().out == f"{log}: No findings: 2 lines, 1 run\n"


@pytest.mark.parametrize(("text", "lines"), [("", "0 lines"), ("hello\n", "1 line")])
def test_what_is_no_log_of_sglang_is_not_called_clean(
    text: str,
    lines: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    log = tmp_path / "run.log"
    log.write_text(text)
    told = f"no line of SGLang in it ({lines}): this tells nothing of the run"
    assert main(["log", str(log)]) == 2
    assert capsys.readouterr() == ("", f"sgdlint: error: {log}: {told}\n")
    assert main(["log", "--format", "json", str(log)]) == 2
    assert [one["failures"][0]["message"] for one in _files(capsys)] == [told]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert main(["log", "-"]) == 2
    assert capsys.readouterr() == ("", f"sgdlint: error: -: {told}\n")


def _files(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return json.loads(capsys.readouterr().out)["files"]  # type: ignore[no-any-return]


def test_a_log_without_its_beginning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "run.log"
    log.write_text("[02-26 08:11:36] [DiffusersExecutionStage] finished in 8.6837 seconds\n")
    assert main(["log", str(log)]) == 1
    out = capsys.readouterr().out
    assert "warning LOG105 diffusers-backend-ran" in out
    assert out.endswith(f"{log}: NOT A RUN OF NATIVE SGLANG: use none of its times\n")


def test_bytes_that_are_no_text_are_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "run.log"
    log.write_bytes(
        b"\xff\xfe\x00\xc3(\n" + GATE.encode() + b"\x80" * 3_000_000 + b"\n" + FRAMES.encode()
    )
    assert main(["log", "--format", "json", str(log)]) == 1
    [file] = json.loads(capsys.readouterr().out)["files"]
    assert [(one["code"], one["start"]["line"]) for one in file["findings"]] == [
        ("LOG101", 2),
        ("LOG206", 4),
    ]
    begin = file["findings"][1]["start"]["byte"]
    assert log.read_bytes()[begin:].startswith(b"Adjusting number of frames from 81")


@pytest.mark.parametrize("name", ["concise", "sarif", "github", "gitlab", "junit", "markdown"])
@pytest.mark.parametrize("text", [GATE + FRAMES, NOTHING])
def test_every_format(
    name: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "run.log"
    log.write_text(text)
    assert main(["log", "--format", name, str(log)]) == (text != NOTHING)
    out = capsys.readouterr().out
    assert ("LOG101" in out or "fell-back-to-diffusers" in out) == (text != NOTHING)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "a log is needed"),
        (["missing.log"], "missing.log: cannot be read: No such file"),
        (["."], ".: is a folder: name the log"),
        (["--follow", "a", "b"], "read alone"),
        (["-", "a"], "read alone"),
        (["--select", "LOG999", "a"], "no log pattern 'LOG999'"),
        (["--sglang", "0.4", "a"], "0.4"),
        (["--patterns", "missing.yaml", "a"], "cannot be read"),
        (["--folow", "a"], "did you mean --follow?"),
    ],
)
def test_what_cannot_be_done(
    words: list[str],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["log", *words]) == 2
    assert told in capsys.readouterr().err


def test_selecting(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "run.log"
    log.write_text(GATE + FRAMES)
    assert main(["log", str(log), "--ignore", "LOG1,frames-adjusted"]) == 0
    assert main(["log", str(log), "--select", "LOG2", "--format", "concise"]) == 1
    assert "LOG101" not in capsys.readouterr().out


def test_the_list_and_the_story(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["log", "--list"]) == 0
    assert "LOG101  fell-back-to-diffusers" in capsys.readouterr().out
    assert main(["log", "--list", "--format", "json"]) == 0
    [gate] = [one for one in json.loads(capsys.readouterr().out) if one["code"] == "LOG101"]
    assert gate["forms"][0]["references"][0].startswith("sglang 0.5.8 multimodal_gen/registry.py:")
    assert main(["explain", "LOG206", "frames-adjusted", "SGD101"]) == 0
    out = capsys.readouterr().out
    assert out.count("LOG206 frames-adjusted (warning; a line of a log)") == 2
    assert "SGD101" in out


def test_a_part_of_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["log", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == sorted(lines)
    assert main(["log", "--list", "--select", "LOG1", "--ignore", "LOG102"]) == 0
    some = capsys.readouterr().out.splitlines()
    assert [one[:6] for one in some] == [
        one[:6] for one in lines if one[:4] == "LOG1" and one[:6] != "LOG102"
    ]
    assert main(["log", "--list", "--select", "LOG1", "--ignore", "LOG1"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["log", "--list", "--format", "json"]) == 0
    assert "event." not in capsys.readouterr().out


def test_a_story_that_is_misspelt(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "fell-back-to-diffuser"]) == 2
    assert "did you mean 'fell-back-to-diffusers'?" in capsys.readouterr().err


def test_counts_speak_of_logs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "run.log"
    log.write_text(GATE)
    assert main(["log", "--statistics", str(log)]) == 1
    assert capsys.readouterr().out.endswith("\n\n1 finding (1 error); 1 log\n")


def test_wordings_that_leave_the_rest_to_the_line_are_told_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "run.log"
    first = "FlashInfer not available, using Triton fallback for RoPE"
    other = "FusedNormScaleShift cuda not available, using native fallback"
    log.write_text(f"{first}\n{other}\n{first}\n")
    assert main(["log", "--format", "concise", str(log)]) == 0
    told = "perf LOG229 A fast kernel is not there, so a slower one ran"
    assert capsys.readouterr().out == f"{log}:1:1: {told} (2 times)\n{log}:2:1: {told}\n"


def test_patterns_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[2] / "docs/log.md").read_text(encoding="utf-8")
    mine = tmp_path / "mine.yaml"
    mine.write_text(page.split("```yaml\n")[1].split("```")[0])
    log = tmp_path / "run.log"
    log.write_text("no GPU found, using cpu\n")
    assert main(["log", str(log), "--patterns", str(mine), "--format", "concise"]) == 1
    assert "error MINE001 The service ran on cpu" in capsys.readouterr().out


def test_standard_input_is_told_of_as_it_comes() -> None:
    command = [sys.executable, "-m", "sgdlint", "log", "-"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, bufsize=1, **pipes) as running:  # type: ignore[call-overload]
        running.stdin.write(GATE)
        running.stdin.flush()
        assert running.stdout.readline().startswith("-:1:18: error LOG101")  # before its end
        running.stdin.close()
        assert "NOT A RUN OF NATIVE SGLANG" in running.stdout.read()
    assert running.returncode == 1


def test_a_file_that_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sgdlint.log import command

    log = tmp_path / "run.log"
    log.write_text("first\nhal")

    def pause(_: float) -> None:
        if not grown:
            with log.open("a") as file:
                file.write("f\n")
        elif len(grown) == 1:
            log.write_text("new\n")
        else:
            log.unlink()
            log.write_text("another with more than before\n")
        grown.append(1)

    grown: list[int] = []
    monkeypatch.setattr(time, "sleep", pause)
    lines = command.growing(str(log))
    assert [next(lines) for _ in range(4)] == [
        *("first\n", "half\n", "new\n"),
        "another with more than before\n",
    ]


def test_a_report_into_a_file_beside_the_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, page = tmp_path / "run.log", tmp_path / "report.sarif"
    log.write_text(GATE)
    assert main(["log", str(log), "--output", f"sarif={page}"]) == 1
    assert "NOT A RUN OF NATIVE SGLANG" in capsys.readouterr().out
    [run] = json.loads(page.read_text())["runs"]
    [rule] = run["tool"]["driver"]["rules"]
    assert rule["id"] == "LOG101"
    assert "sglang 0.5.8 multimodal_gen/registry.py" in rule["help"]["text"]
    assert main(["log", str(log), "--output", f"sarif={tmp_path}/none/x"]) == 2


def test_standard_output_that_is_closed_in_the_middle() -> None:
    command = f"yes '{GATE.strip()}' | head -20000 | {sys.executable} -m sgdlint log - | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("-:1:18: error LOG101")
    assert done.stderr == ""


def test_standard_input_that_is_closed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["log", "-"]) == 2
    assert "standard input is closed" in capsys.readouterr().err


def test_standard_input_for_other_formats(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(GATE.encode())))
    assert main(["log", "-", "--format", "json"]) == 1
    [file] = json.loads(capsys.readouterr().out)["files"]
    assert file["path"] == "-"
    assert file["findings"][0]["code"] == "LOG101"

"""`--output FORMAT=FILE`: several formats in one run, files written in one step or not at all."""

from __future__ import annotations

import json
import os
import stat
import threading
from pathlib import Path

import pytest

from sgdlint.cli import main
from sgdlint.formatters import FORMATS

BAD = "sglang serve --model-path Qwen/Qwen-Image --num_gpus 2\n"


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start in a folder with one script that has one mistake."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.sh").write_text(BAD)


def outputs(*texts: str) -> list[str]:
    """Return the words for outputs."""
    return [word for text in texts for word in ("--output", text)]


def test_all_formats_in_one_run_are_as_format_prints_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").mkdir()
    wanted = outputs(*(f"{name}=out/{name}" for name in FORMATS))
    assert main(["check", "run.sh", *wanted]) == 1
    assert "run.sh:1:43: error SGD206" in capsys.readouterr().out
    assert sorted(os.listdir("out")) == sorted(FORMATS)
    for name in FORMATS:
        main(["check", "run.sh", "--format", name])
        assert (tmp_path / "out" / name).read_text() == capsys.readouterr().out


def test_a_file_that_could_not_be_read_stands_in_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in FORMATS:
        assert main(["check", "gone.sh", *outputs(f"{name}=x.{name}")]) == 2
        assert "gone.sh" in (tmp_path / f"x.{name}").read_text()


def test_standard_output_takes_the_place_of_the_format(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "run.sh", *outputs("json=-", "concise=x.txt")]) == 1
    assert json.loads(capsys.readouterr().out)["files"][0]["path"] == "run.sh"
    assert (tmp_path / "x.txt").read_text().startswith("run.sh:1:43: error")


def test_counts_and_outputs_go_together(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "run.sh", "--statistics", *outputs("json=x.json")]) == 1
    assert capsys.readouterr().out.startswith("1  error  SGD206")
    assert json.loads(Path("x.json").read_text())["files"][0]["findings"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (outputs("jsn=x"), "no format 'jsn'; did you mean 'json'?"),
        (outputs("x.json"), "there is no format 'x.json'"),
        (outputs("json"), "'json' names no file: write json=FILE, or json=-"),
        (outputs("json="), "'json=' names no file"),
        (outputs("json=no/x.json"), "there is no folder no for no/x.json"),
        (outputs("json=."), ". is a folder"),
        (outputs("json=x", "text=./x"), "two formats go to ./x"),
        (outputs("json=-", "text=-"), "two formats go to -"),
        (["--format", "json", *outputs("text=-")], "both go to standard output"),
        (outputs("json=run.sh"), "run.sh is one of the files that are checked"),
        (["--statistics", *outputs("junit=-")], "--statistics is written as text or json alone"),
        (["--statistics", "--format", "junit"], "--statistics is written as text or json alone"),
    ],
)
def test_what_cannot_be_written(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("check", "fix"):
        Path("run.sh").write_text(BAD)
        assert main([command, "run.sh", *words]) == 2
        captured = capsys.readouterr()
        assert message in captured.err
        assert not Path("x").exists()
        assert Path("run.sh").read_text().startswith("sglang serve")


def test_fix_writes_what_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", "run.sh", *outputs("json=x.json")]) == 0
    assert capsys.readouterr().out.startswith("Fixed 1 finding in 1 file.")
    assert json.loads(Path("x.json").read_text())["files"][0]["findings"] == []
    Path("run.sh").write_text(BAD)
    assert main(["fix", "run.sh", "--diff", *outputs("junit=-")]) == 2
    assert "--diff writes text, so it does not go with --format junit" in capsys.readouterr().err


def test_a_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("old " * 9999)
    path.chmod(0o600)
    (tmp_path / "link.json").symlink_to(path)
    assert main(["check", "run.sh", *outputs("json=link.json")]) == 1
    assert json.loads(path.read_text())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (tmp_path / "link.json").is_symlink()


def test_a_new_file_has_the_mode_of_new_files(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        assert main(["check", "run.sh", *outputs("json=x.json")]) == 1
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "x.json").stat().st_mode) == 0o640


@pytest.mark.parametrize("is_there", [False, True])
@pytest.mark.parametrize("call", ["fsync", "replace", "write"])
def test_a_full_disk_leaves_what_was_there(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    call: str,
    is_there: bool,
) -> None:
    path = tmp_path / "x.json"
    if is_there:
        path.write_text("old")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        assert main(["check", "run.sh", *outputs("json=x.json", "concise=y.txt")]) == 2
    told = capsys.readouterr()
    assert "error: x.json: " in told.err
    assert "No space left on device" in told.err
    assert "SGD206" in told.out
    assert path.exists() == is_there
    assert not is_there or path.read_text() == "old"
    assert sorted(os.listdir()) == ["run.sh", *["x.json"] * is_there]


def test_what_is_no_file_is_written_to(tmp_path: Path) -> None:
    os.mkfifo("pipe")
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append(Path("pipe").read_text()))
    reader.start()
    assert main(["check", "run.sh", *outputs("json=pipe", "concise=/dev/null")]) == 1
    reader.join()
    assert json.loads(got[0])["files"]
    assert stat.S_ISFIFO(os.stat("pipe").st_mode)

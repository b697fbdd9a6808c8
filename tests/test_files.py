"""Finding and reading the user's files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sgdlint import files
from sgdlint.files import FileError

SCRIPT = b"sglang serve --model-path Qwen/Qwen-Image\n"


def test_a_link_to_itself(tmp_path: Path) -> None:
    (tmp_path / "self.sh").symlink_to("self.sh")
    with pytest.raises(FileError, match="cannot be read"):
        files.read(str(tmp_path / "self.sh"))


def test_a_file_that_is_not_text_holds_no_launch_when_it_mentions_none(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(b"caf\xe9\n")
    assert files.read(str(path)).text == ""
    for name, data in {"a.sh": b"echo \xe9\n", "notes.txt": b"sglang \xe9\n", "b": b"\0"}.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(FileError, match=r"not UTF-8|NUL"):
            files.read(str(tmp_path / name))


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no such file"):
        files.read(str(tmp_path / "no.sh"))


def test_broken_link(tmp_path: Path) -> None:
    (tmp_path / "a.sh").symlink_to("gone.sh")
    with pytest.raises(FileError, match=r"broken symbolic link to gone\.sh"):
        files.read(str(tmp_path / "a.sh"))


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_keywords: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "a.sh").write_bytes(SCRIPT)
    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(FileError, match="no permission to read this file"):
        files.read(str(tmp_path / "a.sh"))


def test_a_named_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.sh")
    with pytest.raises(FileError, match="not a file: a pipe"):
        files.read(str(tmp_path / "a.sh"))


def test_a_source_reads_the_files_around_it(tmp_path: Path) -> None:
    (tmp_path / "run.sh").write_text("sglang serve\n")
    (tmp_path / "config.yaml").write_text("num_gpus: 2\n")
    (tmp_path / "data.bin").write_bytes(b"\0")
    near = files.read(str(tmp_path / "run.sh")).near
    assert near.read("config.yaml") == "num_gpus: 2\n"
    assert near.read(str(tmp_path / "config.yaml")) == "num_gpus: 2\n"
    for path in ("none.yaml", "data.bin", ".", "", "a\0b"):
        assert near.read(path) is None
    assert near.read_from_start("config.yaml") is None


def test_a_device_without_an_end_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST", 2 * files.PORTION)
    assert files.named("/dev/zero").problem == "larger than 0 MiB"
    assert files.named("/dev/null").problem == ""

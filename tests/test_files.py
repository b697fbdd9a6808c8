"""Finding, reading and replacing the user's files; whatever goes wrong, nothing is lost."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from sgdlint import files, writing
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


def test_replace_keeps_hard_links(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_bytes(SCRIPT)
    os.link(tmp_path / "a.sh", tmp_path / "b.sh")
    writing.replace(str(tmp_path / "a.sh"), SCRIPT, b"new\n")
    assert (tmp_path / "b.sh").read_bytes() == b"new\n"


def test_replace_keeps_an_owner_that_it_cannot_give(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.sh"
    path.write_bytes(SCRIPT)
    number, real = path.stat().st_ino, os.stat

    def stat_of_another(name: str) -> object:
        found = real(name)
        if not str(name).endswith("a.sh"):
            return found
        return os.stat_result((*found[:4], found.st_uid + 1, *found[5:]))

    def refuse(*_arguments: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "stat", stat_of_another)
    monkeypatch.setattr(os, "chown", refuse)
    writing.replace(str(path), SCRIPT, b"new\n")
    monkeypatch.undo()
    assert (path.read_bytes(), path.stat().st_ino) == (b"new\n", number)
    assert os.listdir(tmp_path) == ["a.sh"]


def test_a_temporary_file_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    path, other = tmp_path / "a.sh", tmp_path / f".a.sh.{os.getpid()}.tmp"
    path.write_bytes(SCRIPT)
    other.write_bytes(b"theirs")
    with pytest.raises(FileError, match="File exists"):
        writing.replace(str(path), SCRIPT, b"new\n")
    assert (other.read_bytes(), path.read_bytes()) == (b"theirs", SCRIPT)


@pytest.mark.parametrize("mode", [0o644, 0o755, 0o600])
def test_replace_keeps_the_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a.sh"
    path.write_bytes(SCRIPT)
    path.chmod(mode)
    writing.replace(str(path), SCRIPT, b"new\n")
    assert path.read_bytes() == b"new\n"
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert os.listdir(tmp_path) == ["a.sh"]


def test_replace_follows_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.sh").write_bytes(SCRIPT)
    (tmp_path / "link.sh").symlink_to("real.sh")
    writing.replace(str(tmp_path / "link.sh"), SCRIPT, b"new\n")
    assert (tmp_path / "link.sh").is_symlink()
    assert (tmp_path / "real.sh").read_bytes() == b"new\n"


def test_replace_refuses_a_file_that_changed(tmp_path: Path) -> None:
    path = tmp_path / "a.sh"
    path.write_bytes(b"somebody else was here\n")
    with pytest.raises(FileError, match="changed while it was being fixed"):
        writing.replace(str(path), SCRIPT, b"new\n")
    assert path.read_bytes() == b"somebody else was here\n"
    assert os.listdir(tmp_path) == ["a.sh"]


def test_replace_refuses_a_read_only_file(tmp_path: Path) -> None:
    path = tmp_path / "a.sh"
    path.write_bytes(SCRIPT)
    path.chmod(0o444)
    with pytest.raises(FileError, match="read-only"):
        writing.replace(str(path), SCRIPT, b"new\n")
    assert path.read_bytes() == SCRIPT


def test_a_full_disk_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.sh"
    path.write_bytes(SCRIPT)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileError, match="No space left"):
        writing.replace(str(path), SCRIPT, b"new\n")
    assert path.read_bytes() == SCRIPT
    assert os.listdir(tmp_path) == ["a.sh"]


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

"""Finding, reading and replacing the user's files; whatever goes wrong, nothing is lost."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from sgdlint import files, writing
from sgdlint.files import FileError

SCRIPT = b"sglang serve --model-path Qwen/Qwen-Image\n"


def found(*paths: Path) -> list[str]:
    """Return the names of the files that are found."""
    return [os.path.basename(path) for path, _ in files.find([str(path) for path in paths])]


def test_scripts_of_a_folder(tmp_path: Path) -> None:
    for name, text in {
        "b.sh": b"",
        "a.bash": b"",
        "run": b"#!/usr/bin/env bash\n",
        "with-bom": b"\xef\xbb\xbf#!/bin/sh\n",
        "env-s": b"#!/usr/bin/env -S bash -e\n",
        "tool": b"#!/usr/bin/env python3\n",
        "data": b"\x7fELF",
        "notes.txt": b"#!/bin/bash\n",
        ".hidden.sh": b"",
        ".git/hook.sh": b"",
        "node_modules/x.sh": b"",
        "sub/c.sh": b"",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text)
    assert found(tmp_path) == ["a.bash", "b.sh", "env-s", "run", "c.sh", "with-bom"]


def test_a_named_file_is_taken_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(SCRIPT)
    assert found(path, path) == ["notes.txt"]


def test_a_link_to_a_folder_above_does_not_loop(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_bytes(SCRIPT)
    (tmp_path / "loop").symlink_to(tmp_path)
    assert found(tmp_path) == ["a.sh"]


def test_a_link_to_itself_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_bytes(SCRIPT)
    (tmp_path / "self.sh").symlink_to("self.sh")
    assert found(tmp_path) == ["a.sh"]
    with pytest.raises(FileError, match="cannot be read"):
        files.read(str(tmp_path / "self.sh"))


def test_a_found_file_that_is_not_text_and_says_nothing_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.sh"
    path.write_bytes(b"echo \xe9\n")
    assert files.read(str(path), named=False).text == ""
    with pytest.raises(FileError, match="not UTF-8"):
        files.read(str(path), named=True)


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
    assert found(tmp_path) == []
    with pytest.raises(FileError, match="not a file: a pipe"):
        files.read(str(tmp_path / "a.sh"))


def test_broken_links_and_links_to_folders_of_a_folder_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "gone.sh").symlink_to("nowhere")
    (tmp_path / "sub").mkdir()
    (tmp_path / "link.sh").symlink_to("sub")
    assert found(tmp_path) == []


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


def test_a_folder_that_cannot_be_listed_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    [(path, _)] = files.find([str(tmp_path)])
    with pytest.raises(FileError, match="folder"):
        files.read(path)


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

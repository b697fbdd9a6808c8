"""Finding files in folders: what is read, what is passed over, and what is said of it."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from sgdlint import ignores, looking
from sgdlint.cli import main
from sgdlint.discovery import walk
from sgdlint.looking import Walked

SCRIPT = b"sglang serve --model-path Qwen/Qwen-Image --num-gpus 2\n"
POD = b"""\
apiVersion: v1
kind: Pod
spec:
  containers: [{name: web, args: [sglang, serve, --model-path, Qwen/Qwen-Image]}]
"""


def fill(folder: Path, files: dict[str, bytes]) -> None:
    """Write files, by their paths."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def found(folder: Path, walked: Walked | None = None) -> dict[str, str]:
    """Return the kinds of the files that are found, by their paths, in order."""
    files = walk(str(folder), walked or Walked())
    return {os.path.relpath(one.path, folder): one.problem or one.kind for one in files}


def passed(folder: Path) -> dict[str, str]:
    """Return why paths are passed over."""
    walked = Walked()
    found(folder, walked)
    return {os.path.relpath(path, folder): reason for path, reason in walked.passed}


def test_files_that_mention_a_launch_are_found(tmp_path: Path) -> None:
    fill(
        tmp_path,
        {
            "b.sh": SCRIPT,
            "a.bash": SCRIPT,
            "run": b"#!/usr/bin/env bash\n" + SCRIPT,
            "with-bom": b"\xef\xbb\xbf#!/bin/sh\n" + SCRIPT,
            "env-s": b"#!/usr/bin/env -S bash -e\n" + SCRIPT,
            "deploy/pod.yaml": POD,
            "sub/c.sh": SCRIPT,
            "plain.sh": b"echo\n",
            "tool": b"#!/usr/bin/env python3\n" + SCRIPT,
            "notes.txt": SCRIPT,
            "values.yaml": b"image: lmsysorg/sglang\n",
            "own.yaml": b"steps:\n- argv: [sglang, serve, --model-path, Qwen/Qwen-Image]\n",
        },
    )
    walked = Walked()
    assert found(tmp_path, walked) == {
        "a.bash": "shell",
        "b.sh": "shell",
        "env-s": "shell",
        "own.yaml": "none",
        "run": "shell",
        "with-bom": "shell",
        "deploy/pod.yaml": "kubernetes",
        "sub/c.sh": "shell",
    }
    assert (walked.files, walked.silent, walked.idle) == (12, 1, 3)
    assert walked.passed == []


def test_a_script_that_sources_one_with_a_launch_is_found(tmp_path: Path) -> None:
    fill(
        tmp_path,
        {
            ".git/HEAD": b"",
            "lib.sh": b"start() { " + SCRIPT.strip() + b"; }\n",
            "run.sh": b". ./lib.sh\nstart\n",
            "other.sh": b". ./none.sh\n",
        },
    )
    assert found(tmp_path) == {"lib.sh": "shell", "run.sh": "shell"}


def test_hidden_files_are_left_out_but_those_that_hold_launches(tmp_path: Path) -> None:
    named = {".github/workflows/a.sh": SCRIPT, ".devcontainer/b.sh": SCRIPT}
    hidden = {".hidden.sh": SCRIPT, ".git/hook.sh": SCRIPT, ".cache/c.sh": SCRIPT}
    fill(tmp_path, named | hidden)
    assert list(found(tmp_path)) == [".devcontainer/b.sh", ".github/workflows/a.sh"]


def test_what_others_wrote_is_left_out_unless_it_is_named(tmp_path: Path) -> None:
    names = ("node_modules", "vendor", "third_party", "lib/site-packages", "env", "cache", "mine")
    fill(tmp_path, {f"{name}/a.sh": SCRIPT for name in names})
    fill(tmp_path, {"env/pyvenv.cfg": b"", "cache/CACHEDIR.TAG": b""})
    assert list(found(tmp_path)) == ["mine/a.sh"]
    assert list(found(tmp_path / "vendor")) == ["a.sh"]
    assert list(found(tmp_path / "env")) == ["a.sh"]
    assert passed(tmp_path)["vendor"] == "what others wrote, or is made from it"
    assert passed(tmp_path)["env"] == "an environment or a cache"


def test_what_is_no_text_or_too_large_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "LARGEST", 1000)
    fill(
        tmp_path,
        {
            "nul.sh": b"\0" + SCRIPT,
            "large.sh": SCRIPT + b"#" * 1000,
            "latin.txt": b"caf\xe9 sglang\n",
            "image.png": SCRIPT,
        },
    )
    assert found(tmp_path) == {}
    assert passed(tmp_path) == {
        "nul.sh": "no text: NUL bytes",
        "large.sh": "1,055 bytes, more than 1,000",
        "latin.txt": "no text",
    }


def test_a_script_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    fill(tmp_path, {"a.sh": SCRIPT + b"# caf\xe9\n"})
    assert "not UTF-8" in found(tmp_path)["a.sh"]


def test_links_lead_to_no_other_folder(tmp_path: Path) -> None:
    fill(tmp_path, {"in/a.sh": SCRIPT, "out/b.sh": SCRIPT})
    (tmp_path / "in" / "same.sh").symlink_to("a.sh")
    (tmp_path / "in" / "b.sh").symlink_to("../out/b.sh")
    (tmp_path / "in" / "out").symlink_to("../out")
    (tmp_path / "in" / "loop").symlink_to("..")
    (tmp_path / "in" / "gone.sh").symlink_to("nowhere")
    (tmp_path / "in" / "self.sh").symlink_to("self.sh")
    os.mkfifo(tmp_path / "in" / "pipe.sh")
    assert list(found(tmp_path / "in")) == ["a.sh", "same.sh"]
    assert set(passed(tmp_path / "in")) == {"b.sh", "gone.sh", "self.sh", "loop", "out"}


def test_a_folder_that_cannot_be_listed_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    assert "folder" in found(tmp_path)["."]


# --- what git ignores -----------------------------------------------------------------------------


def test_what_git_ignores_is_left_out(tmp_path: Path) -> None:
    fill(
        tmp_path,
        {
            ".git/info/exclude": b"mine.sh\n",
            ".gitignore": b"/build/\n*.tmp.sh\n!keep.tmp.sh\n",
            "sub/.gitignore": b"local.sh\n",
            **dict.fromkeys(
                (
                    *("a.sh", "mine.sh", "x.tmp.sh", "keep.tmp.sh", "build/b.sh", "local.sh"),
                    *("sub/local.sh", "sub/build/c.sh", "sub/x.tmp.sh"),
                ),
                SCRIPT,
            ),
        },
    )
    left = ["a.sh", "keep.tmp.sh", "local.sh", "sub/build/c.sh"]
    assert list(found(tmp_path)) == left
    assert list(found(tmp_path / "sub")) == ["build/c.sh"]
    assert list(found(tmp_path / "build")) == ["b.sh"]
    reasons = passed(tmp_path)
    assert reasons["build"] == f"ignored by {tmp_path}/.gitignore"
    assert reasons["mine.sh"] == f"ignored by {tmp_path}/.git/info/exclude"
    assert reasons["sub/local.sh"] == f"ignored by {tmp_path}/sub/.gitignore"


def test_patterns_of_a_second_work_tree(tmp_path: Path) -> None:
    fill(
        tmp_path,
        {
            "main/.git/info/exclude": b"b.sh\n",
            "main/.git/worktrees/two/commondir": b"../..\n",
            "two/.git": f"gitdir: {tmp_path}/main/.git/worktrees/two\n".encode(),
            "two/a.sh": SCRIPT,
            "two/b.sh": SCRIPT,
        },
    )
    assert list(found(tmp_path / "two")) == ["a.sh"]


PATTERNS = (
    *("a", "b", "build", "*.sh", "*.txt", "x.*", "*", "?", "[ab]", "build/", "a/", "*/", "/a"),
    *("/build/", "a/b", "a/*", "**/b", "a/**/b", "!a", "!*.sh", "!*/", "!build/", "#c", "!", "b\\"),
)


@pytest.mark.skipif(shutil.which("git") is None, reason="git judges")
@pytest.mark.parametrize("seed", range(12))
def test_one_file_of_patterns_means_what_it_means_to_git(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    patterns = chance.choices(PATTERNS, k=4)
    folders = [f"{one}{two}" for one in ("", "a/", "b/", "build/") for two in ("", "a/", "b/")]
    names = {f"{folder}{name}" for folder in folders for name in ("x.sh", "y.txt")}
    fill(tmp_path, dict.fromkeys(names, b""))
    fill(tmp_path, {".gitignore": "\n".join(patterns).encode()})
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    listing = ["git", "ls-files", "-o", "--exclude-standard"]
    done = subprocess.run(listing, cwd=tmp_path, check=True, capture_output=True, text=True)
    level = ignores.level_of(str(tmp_path))
    assert level is not None

    def kept(name: str) -> bool:
        parts = name.split("/")
        above = ["/".join(parts[:end]) + "/" for end in range(1, len(parts))]
        return not any(ignores.ignoring(f"{tmp_path}/{one}", (level,)) for one in (*above, name))

    assert {name for name in names if kept(name)} == {*done.stdout.split()} - {".gitignore"}


# --- what is said ---------------------------------------------------------------------------------


def test_verbose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    fill(tmp_path, {"a.sh": SCRIPT, "b/pod.yaml": POD, "vendor/c.sh": SCRIPT, "d.py": b"pass\n"})
    fill(tmp_path, {".gitignore": b"out\n", "out/c.sh": SCRIPT, "e.png": b""})
    for command in ("check", "fix", "expand"):
        assert main([command, "--verbose", "."]) == 0
        assert capsys.readouterr().err.splitlines() == [
            "sgdlint: read a.sh (shell)",
            "sgdlint: read b/pod.yaml (kubernetes)",
            "sgdlint: passed over out/: ignored by .gitignore",
            "sgdlint: passed over vendor/: what others wrote, or is made from it",
            (
                "sgdlint: files in folders: 4; without a mention of SGLang: 1; "
                "with one, and no launch: 0; no text by their names: 1; read: 1 kubernetes, 1 shell"
            ),
        ]


def test_files_that_another_program_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names = ("LICENSE", "a.sh", "vendor/b.sh", ".cache/c.sh", ".github/d.sh", "main.c")
    fill(tmp_path, dict.fromkeys(names, b"if sglang serve --num_gpus 2 then\n"))
    fill(tmp_path, {"e.txt": b"caf\xe9 sglang", "f.png": b"\0", "g.sh": b"true\n"})
    paths = [*names, "e.txt", "f.png", "g.sh"]
    assert main(["check", "--as-found", "--verbose", *paths]) == 1
    read = [line for line in capsys.readouterr().err.splitlines() if ": read " in line]
    assert read == ["sgdlint: read a.sh (shell)", "sgdlint: read .github/d.sh (shell)"]
    assert main(["check", "--as-found", "gone.sh"]) == 2


def test_an_unknown_rule_is_an_error_where_nothing_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("check", "fix"):
        assert main([command, "--select", "SGD999", str(tmp_path)]) == 2
        assert "no rule 'SGD999'" in capsys.readouterr().err

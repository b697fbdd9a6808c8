"""`check --diff-base`: findings on lines that changed since a revision, as git tells them."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from sgdlint.changes import parse
from sgdlint.cli import main

BAD = "sglang serve --model-path Qwen/Qwen-Image --num_gpus 2\n"
ALSO_BAD = "sglang serve --model-path Qwen/Qwen-Image --host_name x\n"
LONG = "sglang serve \\\n  --model-path Qwen/Qwen-Image \\\n  --num_gpus 2 \\\n  --port 3000\n"

ENDLESS = b"""\
+++ b/x
@@ -1 +1 @@
-a
\\ No newline at end of file
+b
\\ No newline at end of file
+++ b/y
@@ -4 +4 @@
-+++ b/z
+c
"""

Git = Callable[..., str]
Found = Callable[..., list[str]]


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """Return what runs git in a new repository, which is the current folder."""
    top = tmp_path / "project"
    top.mkdir()
    monkeypatch.chdir(top)
    for name in [one for one in os.environ if one.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "a")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "a@example.org")

    def run(*words: str) -> str:
        done = subprocess.run(["git", *words], check=True, capture_output=True, text=True)
        return done.stdout

    run("init", "--quiet", "--initial-branch=main")
    return run


@pytest.fixture
def found(capsys: pytest.CaptureFixture[str]) -> Found:
    """Return what runs `check` and returns the places of its findings."""

    def places(*words: str) -> list[str]:
        main(["check", *words])
        return re.findall(r"^(\S.*:\d+):\d+: ", capsys.readouterr().out, re.MULTILINE)

    return places


def commit(git: Git, **files: str) -> None:
    """Write files (`__` in a name is a dot) and commit all there is."""
    for name, text in files.items():
        Path(name.replace("__", ".")).write_text(text)
    git("add", "--all")
    git("commit", "--quiet", "--allow-empty", "--message", "x")


def test_only_what_is_on_changed_lines_is_told(
    git: Git, found: Found, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(git, run__sh=BAD + "\n", old__sh=BAD)
    Path("run.sh").write_text(BAD + "\n" + ALSO_BAD)
    assert found(".") == ["old.sh:1", "run.sh:1", "run.sh:3"]
    assert found(".", "--diff-base", "HEAD") == ["run.sh:3"]
    assert main(["check", "old.sh", "--diff-base", "HEAD"]) == 0
    assert "1 finding on lines unchanged since HEAD not shown" in capsys.readouterr().err
    assert main(["check", ".", "--diff-base", "HEAD"]) == 1


def test_what_is_committed_since_and_what_is_staged_counts(git: Git, found: Found) -> None:
    commit(git, run__sh=BAD)
    git("tag", "v1")
    commit(git, run__sh=BAD + ALSO_BAD)
    Path("new.sh").write_text(BAD)
    git("add", "new.sh")
    assert found(".", "--diff-base", "v1") == ["new.sh:1", "run.sh:2"]
    assert found(".", "--diff-base", "HEAD") == ["new.sh:1"]


@pytest.mark.parametrize("name", ["new.sh", "ignored.sh", "deep/new.sh"])
def test_files_that_git_does_not_track_count_wholly(git: Git, found: Found, name: str) -> None:
    commit(git, __gitignore="ignored.sh\n")
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text(BAD)
    assert found(name, "--diff-base", "HEAD") == [f"{name}:1"]


@pytest.mark.parametrize(
    ("line", "new", "is_told"),
    [
        (1, "  --model-path Qwen/Qwen-Image-2512 \\\n", True),  # another line of the command
        (2, "", False),  # below: the option itself is gone
        (3, "  --port 3001\n", True),
        (4, "echo another\n", False),
        (0, "sglang serve --log-level info \\\n", True),
    ],
)
def test_a_command_that_changed_is_told_wholly(
    git: Git, found: Found, line: int, new: str, is_told: bool
) -> None:
    text = LONG + "echo one\n"
    commit(git, run__sh=text)
    lines = text.splitlines(keepends=True)
    lines[line] = new
    Path("run.sh").write_text("".join(lines))
    assert bool(found("run.sh", "--diff-base", "HEAD")) == is_told


def test_a_line_taken_out_of_a_command_touches_it_and_one_above_does_not(
    git: Git, found: Found
) -> None:
    commit(git, run__sh="echo above\n" + LONG)
    Path("run.sh").write_text(LONG)
    assert found("run.sh", "--diff-base", "HEAD") == []
    Path("run.sh").write_text(
        ("echo above\n" + LONG).replace("  --model-path Qwen/Qwen-Image \\\n", "")
    )
    assert found("run.sh", "--diff-base", "HEAD") != []


def test_an_option_in_an_array_is_told_when_its_launch_changed(git: Git, found: Found) -> None:
    text = 'ARGS=(--num_gpus 2)\n\nsglang serve --model-path Qwen/Qwen-Image "${ARGS[@]}"\n'
    commit(git, run__sh=text)
    Path("run.sh").write_text(text.replace("\n\n", "\n# more\n"))
    assert found("run.sh", "--diff-base", "HEAD") == []
    Path("run.sh").write_text(text.replace("Qwen-Image", "Qwen-Image-2512"))
    assert found("run.sh", "--diff-base", "HEAD") == ["run.sh:1"]


@pytest.mark.parametrize("name", ["new.sh", "with blank.sh", 'ä "quoted"\t.sh', "[a]*.sh"])
def test_a_renamed_file_is_compared_with_what_it_was(git: Git, found: Found, name: str) -> None:
    body = "".join(f"echo {number}\n" for number in range(20))
    commit(git, old__sh=BAD + body)
    git("mv", "old.sh", name)
    assert found(name, "--diff-base", "HEAD") == []
    Path(name).write_text(BAD + body + ALSO_BAD)
    shown = name.replace("\t", "    ")
    assert found(name, "--diff-base", "HEAD") == [f"{shown}:22"]


def test_lines_that_look_like_heads_of_a_diff_are_none(git: Git, found: Found) -> None:
    commit(git, run__sh="cat <<E\n-- a/x\nE\n" + BAD, other__sh="echo\n" + BAD)
    Path("run.sh").write_text("cat <<E\n++ b/other.sh\n@@ -1 +2 @@\nE\n" + BAD)
    assert found(".", "--diff-base", "HEAD") == []


def test_settings_of_the_user_count_for_nothing(git: Git, found: Found) -> None:
    commit(git, run__sh=BAD)
    Path("run.sh").write_text(BAD + "\n" + ALSO_BAD)
    Path(".gitattributes").write_text("*.sh -diff\n")
    for setting in (
        *("diff.noprefix=true", "diff.mnemonicPrefix=true", "diff.context=9", "color.ui=always"),
        *("diff.interHunkContext=9", "diff.external=false", "diff.relative=true"),
        *("core.quotePath=true", "status.renames=false", "diff.renames=false"),
    ):
        git("config", *setting.split("="))
    assert found(".", "--diff-base", "HEAD") == ["run.sh:3"]


def test_below_the_top_and_by_absolute_names(git: Git, found: Found, tmp_path: Path) -> None:
    Path("deep").mkdir()
    Path("deep/run.sh").write_text(BAD)
    commit(git)
    Path("deep/run.sh").write_text(BAD + ALSO_BAD)
    whole = str(tmp_path / "project" / "deep" / "run.sh")
    (tmp_path / "link").symlink_to(tmp_path / "project")
    assert found(whole, "--diff-base", "HEAD") == [f"{whole}:2"]
    linked = str(tmp_path / "link" / "deep" / "run.sh")
    assert found(linked, "--diff-base", "HEAD") == [f"{linked}:2"]
    os.chdir("deep")
    assert found("run.sh", "--diff-base", "HEAD") == ["run.sh:2"]


def test_what_others_did_since_the_branches_parted_is_not_of_this_one(
    git: Git, found: Found
) -> None:
    commit(git, run__sh=BAD, mine__sh="echo\n")
    git("switch", "--quiet", "--create", "mine")
    commit(git, mine__sh="echo\n" + BAD)
    git("switch", "--quiet", "main")
    commit(git, run__sh="echo other\n")
    git("switch", "--quiet", "mine")
    assert found(".", "--diff-base", "main") == ["mine.sh:2"]


def test_without_a_common_ancestor_the_revision_itself_counts(
    git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(git, run__sh=BAD)
    git("switch", "--quiet", "--orphan", "alone")
    commit(git, run__sh=BAD + ALSO_BAD)
    assert main(["check", ".", "--diff-base", "main"]) == 1
    captured = capsys.readouterr()
    assert "no common ancestor of main and HEAD: compared with main itself" in captured.err
    assert "run.sh:2:" in captured.out
    assert "run.sh:1:" not in captured.out


def test_more_files_than_are_named_to_git(
    git: Git, found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sgdlint.changes.MOST_NAMED", 1)
    commit(git, run__sh=BAD, old__sh=BAD)
    git("mv", "old.sh", "new.sh")
    Path("run.sh").write_text(BAD + ALSO_BAD)
    Path("other.sh").write_text(BAD)
    assert found(".", "--diff-base", "HEAD") == ["other.sh:1", "run.sh:2"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--diff-base", "nope"], "there is no revision 'nope' in "),
        (["--diff-base=--output=x"], "'--output=x' is no revision"),
        (["--diff-base", ""], "'' is no revision"),
        (["--diff-base", "HEAD", "-"], "compares files, not --command or standard input"),
        (["--diff-base", "HEAD", "--command", "ls"], "compares files"),
    ],
)
def test_what_cannot_be_compared(
    git: Git, words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(git, run__sh="echo\n")
    assert main(["check", *words]) == 2
    assert message in capsys.readouterr().err
    assert not Path("x").exists()


def test_outside_of_a_repository(
    git: Git, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(git)
    (tmp_path / "run.sh").write_text(BAD)
    assert main(["check", str(tmp_path), "--diff-base", "HEAD"]) == 2
    assert f"git says of {tmp_path}: not a git repository" in capsys.readouterr().err


def test_a_submodule_is_compared_with_what_was_recorded_of_it(
    git: Git, tmp_path: Path, found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    for words in (["init", "--quiet"], ["commit", "--quiet", "--allow-empty", "--message", "0"]):
        git("-C", str(inner), *words)
    (inner / "run.sh").write_text(BAD)
    git("-C", str(inner), "add", "run.sh")
    git("-C", str(inner), "commit", "--quiet", "--message", "1")
    commit(git, top__sh="echo\n")
    allow = ("-c", "protocol.file.allow=always")
    git(*allow, "submodule", "--quiet", "add", str(inner), "sub")
    git("commit", "--quiet", "--message", "with it")
    assert found(".", "--diff-base", "HEAD~1") == ["sub/run.sh:1"]  # all of it is new
    assert found(".", "--diff-base", "HEAD") == []
    (inner / "run.sh").write_text(BAD + ALSO_BAD)
    git("-C", str(inner), "commit", "--quiet", "--all", "--message", "2")
    git("-C", "sub", *allow, "pull", "--quiet")
    git("commit", "--quiet", "--all", "--message", "newer")
    git("branch", "old", "HEAD~1")
    assert found(".", "--diff-base", "old") == ["sub/run.sh:2"]  # a branch of the outer one alone
    monkeypatch.chdir("sub")
    assert found(".", "--diff-base", "HEAD~1") == ["run.sh:2"]


def test_without_git(
    git: Git, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(git, run__sh=BAD)
    monkeypatch.setenv("PATH", "/nowhere")
    assert main(["check", ".", "--diff-base", "HEAD"]) == 2
    assert "asks git, which cannot be run: No such file" in capsys.readouterr().err


def test_nothing_of_the_repository_is_written_or_run(git: Git, found: Found) -> None:
    commit(git, run__sh=BAD)
    Path("run.sh").write_text(BAD + ALSO_BAD)
    for key in ("core.fsmonitor", "diff.external", "core.pager"):
        git("config", key, f"touch {Path.cwd()}/ran-{key}; false")
    index = Path(".git/index")
    before = index.read_bytes(), index.stat().st_mtime_ns
    assert found(".", "--diff-base", "HEAD") == ["run.sh:2"]
    assert (index.read_bytes(), index.stat().st_mtime_ns) == before
    assert list(Path().glob("ran-*")) == []


@pytest.mark.parametrize(
    ("diff", "expected"),
    [
        (b"", {}),
        (b"+++ b/x y\t\n@@ -1 +1,2 @@\n-a\n+b\n+c\n", {"x y": [(1, 2)]}),
        (b'+++ "b/\\303\\244\\t\\"\\\\"\n@@ -0,0 +1 @@\n+a\n', {'ä\t"\\': [(1, 1)]}),
        (b"+++ b/x\n@@ -3,2 +2,0 @@ f() {\n-a\n-b\n", {"x": [(2.5, 2.5)]}),
        (ENDLESS, {"x": [(1, 1)], "y": [(4, 4)]}),
    ],
)
def test_parse(diff: bytes, expected: dict[str, list[tuple[float, float]]]) -> None:
    assert parse(diff) == expected

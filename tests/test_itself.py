"""What sgdlint tells of itself, completion in shells, and what it shows beside findings."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sgdlint import __version__, catalog, looking, progress
from sgdlint.arguments import DESCRIPTIONS, FLAGS, SHELLS
from sgdlint.cli import main
from sgdlint.formatters import text

BAD = "sglang serve --model-path Qwen/Qwen-Image --num_gpus 2\n"


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["version"]) == 0
    told = capsys.readouterr().out
    assert f"sgdlint {__version__}\n" in told
    assert f" to {catalog.newest()}\n" in told
    assert main(["version", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data == {
        "sgdlint": __version__,
        "newest_sglang": catalog.newest(),
        "sglang": list(catalog.releases()),
    }


# --- completion -----------------------------------------------------------------------------------

ASK = """
. "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
_shtab_sgdlint sgdlint "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_gets_its_completion(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    told = capsys.readouterr().out
    for name in DESCRIPTIONS:
        assert name in told
    for flag in FLAGS["fix"]:
        assert flag.name.lstrip("-") in told


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("sgdlint", "exp"), {"expand", "explain"}),
        (("sgdlint", "fix", "--dif"), {"--diff"}),
        (("sgdlint", "check", "--fail-on", ""), {"error", "warning", "perf", "info"}),
        (("sgdlint", "catalog", "mod"), {"model"}),
    ],
)
def test_bash_completes(
    words: tuple[str, ...], expected: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash")
    main(["completion", "bash"])
    (tmp_path / "sgdlint.bash").write_text(capsys.readouterr().out)
    command = [bash, "-c", ASK, "ask", str(tmp_path / "sgdlint.bash"), *words]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert set(done.stdout.split()) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("sgdlint che", ["check"]),
        ("sgdlint check --goal ", ["latency", "memory", "none", "throughput"]),
        ("sgdlint lsp --goa", ["--goal"]),
        ("sgdlint completion ", ["bash", "fish", "zsh"]),
    ],
)
def test_fish_completes(
    line: str, expected: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fish = shutil.which("fish")
    if fish is None:
        pytest.skip("no fish")
    main(["completion", "fish"])
    (tmp_path / "sgdlint.fish").write_text(capsys.readouterr().out)
    command = [fish, "--no-config", "-c", f"source sgdlint.fish; complete -C '{line}'"]
    environment = {**os.environ, "HOME": str(tmp_path)}
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, cwd=tmp_path, env=environment
    )
    assert sorted(one.partition("\t")[0] for one in done.stdout.splitlines()) == expected


def test_zsh_loads_its_completion(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    zsh = shutil.which("zsh")
    if zsh is None:
        pytest.skip("no zsh")
    main(["completion", "zsh"])
    (tmp_path / "_sgdlint").write_text(capsys.readouterr().out)
    script = (
        "fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -D; print $_comps[sgdlint];"
        "autoload +X _sgdlint; whence -w _sgdlint"
    )
    done = subprocess.run(
        [zsh, "-f", "-c", script], check=True, capture_output=True, text=True, cwd=tmp_path
    )
    assert done.stdout.split() == ["_sgdlint", "_sgdlint:", "function"]
    assert done.stderr == ""


def test_completion_of_an_unknown_shell(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "ksh"]) == 2
    assert "bash" in capsys.readouterr().err


# --- what is shown --------------------------------------------------------------------------------


def test_quiet_shows_findings_and_nothing_besides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    script = tmp_path / "run.sh"
    script.write_text(BAD)
    for more in ((), ("--statistics",)):
        assert main(["check", "--quiet", *more, "run.sh"]) == 1
        told = capsys.readouterr()
        assert "SGD206" in told.out
        assert "1 finding" not in told.out
    assert main(["fix", "--quiet", "run.sh"]) == 0
    assert capsys.readouterr() == ("", "")
    assert "--num-gpus" in script.read_text()
    assert main(["check", "--quiet", "run.sh"]) == 0
    assert capsys.readouterr() == ("", "")
    assert main(["check", "--quiet", "none.sh"]) == 2
    assert "no such file" in capsys.readouterr().err


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Whether it is one."""
        return True


def test_codes_are_links_on_a_terminal_alone() -> None:
    lines = [[("SGD1 a-rule", "code https://example.org/rule")]]
    terminal, file = Terminal(), io.StringIO()
    text.print_rich(lines, terminal)
    text.print_rich(lines, file)
    assert "\x1b]8;" in terminal.getvalue()
    assert "https://example.org/rule" in terminal.getvalue()
    assert "]8;" not in file.getvalue()
    assert "SGD1 a-rule" in file.getvalue()
    assert text.plain(lines) == "SGD1 a-rule\n"


def test_a_long_walk_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    stream = Terminal()
    walked = progress.Progress(stream)
    walked.meet("a")
    assert stream.getvalue() == ""  # a short one says nothing
    now[0] = progress.AFTER
    walked.meet("b")
    walked.meet("c")  # not again so soon
    assert stream.getvalue() == "\r\x1b[K2 files looked at"
    walked.finish()
    assert stream.getvalue().endswith("\r\x1b[K")
    assert isinstance(walked, looking.Walked)
    assert walked.files == 3

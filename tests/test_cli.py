"""The command line, run whole in this process: what it prints, writes and returns."""

from __future__ import annotations

import io
import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sgdlint.arguments import FLAGS
from sgdlint.cli import main

BAD = "sglang serve --model-path Qwen/Qwen-Image --num_gpus 2\n"
GOOD = "sglang serve --model-path Qwen/Qwen-Image --num-gpus 2\n"
PERF = "sglang serve --model-path Qwen/Qwen-Image --dit-layerwise-offload\n"
UNFIXABLE = "sglang serve --model-path Qwen/Qwen-Image --num-gpus two\n"


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a script with one mistake, in the current folder."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "run.sh"
    path.write_text(BAD)
    return path


def feed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """Give standard input some bytes."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))


# --- exit statuses --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words", "status"),
    [
        (GOOD, [], 0),
        (BAD, [], 1),
        ("", [], 0),
        ("echo nothing here\n", [], 0),
        (PERF, [], 0),
        (PERF, ["--fail-on", "perf"], 1),
        (PERF, ["--fail-on", "error"], 0),
        (BAD, ["--ignore", "SGD206"], 0),
        (BAD, ["--ignore", "underscore-in-option"], 0),
        (BAD, ["--ignore", "SGD1,SGD2"], 0),
        (BAD, ["--select", "SGD1"], 0),
        (BAD, ["--select", "SGD206", "--ignore", "SGD1"], 1),
        (BAD, ["--sglang", "0.5.9"], 1),
        (BAD, ["--sglang", "v0.5.12"], 1),
        (BAD, ["--format", "json"], 1),
        ("if true; then\n" + GOOD, [], 1),
        (GOOD.replace("\n", "\r\n"), [], 0),
        (BAD.rstrip("\n"), [], 1),
        ("\ufeff" + BAD, [], 1),
        ("# sgdlint: gpu=nonsense\n" + GOOD, [], 2),
        ("# sgdlint: gpus=0\n" + GOOD, [], 2),
        ("# sgdlint: sglang=9.9\n" + GOOD, [], 2),
        ("# sgdlint: speed=fast\n" + GOOD, [], 2),
    ],
)
def test_check_status(script: Path, text: str, words: list[str], status: int) -> None:
    script.write_bytes(text.encode())
    assert main(["check", "run.sh", *words]) == status


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "a command is needed"),
        (["chek"], "did you mean `check`?"),
        (["check", "--sglangg", "1"], "did you mean --sglang?"),
        (["check", "--fail-on", "never"], "invalid choice"),
        (["check", "--sglang", "0.5.99"], "0.5.23"),
        (["check", "--sglang", "latest"], "not a release"),
        (["check", "--gpu", "H10"], "error: --gpu: unknown GPU 'H10'; did you mean 'H100'"),
        (["check", "--gpus", "none"], "--gpus: 'none' is not a whole number from 1"),
        (["check", "--vram", "-3"], "--vram: '-3' is not a number above 0"),
        (["check", "--kind", "kubernets"], "--kind: unknown kind 'kubernets'; did you mean"),
        (["check", "--vram", "nan"], "--vram: 'nan' is not a number above 0"),
        (["check", "--select", "SGD999"], "no rule 'SGD999'"),
        (["check", "--ignore", "unknown-optoin"], "did you mean 'unknown-option'?"),
        (["check", "gone.sh"], "gone.sh: no such file"),
        (["fix", "gone.sh"], "gone.sh: no such file"),
        (["ast", "gone.sh"], "gone.sh: no such file"),
        (["explain", "cache-dit"], "did you mean"),
        (["rule", "test", "gone.yaml"], "gone.yaml: cannot be read"),
    ],
)
def test_could_not_run(
    script: Path, words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert "Traceback" not in captured.err


@pytest.mark.parametrize(
    "words", [["--help"], ["--version"], ["-V"], ["check", "--help"], ["help"], ["help", "check"]]
)
def test_help_and_version(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 0
    assert capsys.readouterr().out.startswith(("usage: sgdlint", "sgdlint "))


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("check --gaol x", "unrecognized arguments: --gaol; did you mean --goal?"),
        ("check --goal memry", "did you mean memory?"),
        ("check --format jsno", "did you mean json?"),
        ("fix --diff-base main", "--diff-base; it is an option of `sgdlint check`"),
        ("completion zhs", "did you mean zsh?"),
        ("catalog opton", "did you mean option?"),
        ("help chek", "there is no command `chek`; did you mean `check`?"),
    ],
)
def test_what_was_meant_is_told(words: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words.split()) == 2
    assert capsys.readouterr().err.splitlines()[0].endswith(hint)


def test_help_of_many_options_has_headings(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--help"]) == 0
    told = capsys.readouterr().out
    options = told.partition("options:\n")[2].partition("\n\n")[0]
    assert options.split() == ["-h,", "--help", "show", "this", "help", "message", "and", "exit"]
    for flag in FLAGS["check"]:
        assert told.count(f"  {flag.name}") + told.count(f", {flag.name} ") >= 1


def test_short_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "run.sh").write_text(GOOD)
    assert main(["check", "-qv", str(tmp_path / "run.sh")]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[0] == f"sgdlint: read {tmp_path / 'run.sh'} (shell)"


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("latin1.sh", BAD.encode() + b"# caf\xe9\n", "not UTF-8 text: byte 0xe9"),
        ("binary", b"\x7fELF\0\0sglang", "not a text file: NUL byte"),
        ("nul.sh", b"sglang serve\0\n", "not a text file: NUL byte"),
    ],
)
def test_what_is_not_text(
    tmp_path: Path, name: str, data: bytes, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    for command in ("check", "fix", "ast"):
        assert main([command, str(path)]) == 2
        assert message in capsys.readouterr().err
        assert path.read_bytes() == data


def test_one_unreadable_file_does_not_hide_the_others(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "gone.sh", "run.sh"]) == 2
    captured = capsys.readouterr()
    assert "run.sh:1:43: error SGD206" in captured.out
    assert captured.out.endswith("\nNot checked: gone.sh\n")
    assert "gone.sh" in captured.err


ONE_CLEAN = "1 launch in 1 file; SGLang 0.5.23 (the newest release known)"
BAD_DIRECTIVE = "# sgdlint: sglang=9.9\n" + GOOD


@pytest.mark.parametrize(
    ("paths", "told"),
    [
        (["gone.sh"], ""),
        (["odd.sh"], "Not checked: odd.sh\n"),
        (
            ["gone.sh", "odd.sh", "run.sh"],
            f"No findings in what could be read: {ONE_CLEAN}\nNot checked: gone.sh, odd.sh\n",
        ),
        ([*"abcdefg", "odd.sh"], "Not checked: a, b, c, d, e, and 3 more\n"),
    ],
)
def test_what_could_not_be_read_is_never_without_findings(
    script: Path, paths: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    script.write_text(GOOD)
    script.with_name("odd.sh").write_text(BAD_DIRECTIVE)
    for command in ("check", "fix"):
        assert main([command, *paths]) == 2
        assert capsys.readouterr().out == told


def test_a_file_that_cannot_be_written_was_checked(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script.chmod(0o444)
    assert main(["fix", "run.sh"]) == 2
    assert "Not checked" not in capsys.readouterr().out


# --- what is printed ------------------------------------------------------------------------------


def test_text(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "run.sh"])
    assert capsys.readouterr().out == (
        "run.sh:1:43: error SGD206 underscore-in-option\n"
        "  `--num_gpus` is not an option: options are written with hyphens, --num-gpus\n"
        " 1 | sglang serve --model-path Qwen/Qwen-Image --num_gpus 2\n"
        "   |                                           ^^^^^^^^^^\n"
        "   = fix: write --num-gpus\n"
        "   - sglang serve --model-path Qwen/Qwen-Image --num_gpus 2\n"
        "   + sglang serve --model-path Qwen/Qwen-Image --num-gpus 2\n"
        "\n"
        "1 finding (1 error); 1 launch in 1 file; SGLang 0.5.23 (the newest release known)\n"
        "Can be fixed: 1 with `sgdlint fix`\n"
    )


def test_json(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script.write_text("é=1\n" + BAD)
    main(["check", "run.sh", "--format", "json", "--sglang", "0.5.12"])
    document = json.loads(capsys.readouterr().out)
    [file] = document["files"]
    [finding] = file["findings"]
    assert (file["path"], file["sglang"], file["failures"]) == ("run.sh", "0.5.12", [])
    assert finding["start"] == {"line": 2, "column": 43, "offset": 46, "byte": 47}
    assert finding["end"] == {"line": 2, "column": 53, "offset": 56, "byte": 57}
    ends = {key: finding[key] for key in ("start", "end")}
    assert finding["fix"]["applicability"] == "safe"
    assert finding["fix"]["edits"] == [{**ends, "old": "--num_gpus", "text": "--num-gpus"}]
    assert {key: finding[key] for key in ("code", "name", "severity", "category", "lossless")} == {
        "code": "SGD206",
        "name": "underscore-in-option",
        "severity": "error",
        "category": "option",
        "lossless": True,
    }


def test_control_characters_do_not_reach_the_terminal(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script.write_text("sglang serve --model-path Qwen/Qwen-Image --num_gpus 2 --host '\x1b[31m'\n")
    main(["check", "run.sh"])
    assert "\x1b" not in capsys.readouterr().out


def test_colour_when_asked(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "run.sh", "--color", "always"])
    coloured = capsys.readouterr().out
    assert "\x1b[" in coloured
    main(["check", "run.sh", "--color", "never"])
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == capsys.readouterr().out


def test_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    feed(monkeypatch, BAD.encode())
    assert main(["check", "-", "--stdin-filename", "deploy.sh"]) == 1
    assert capsys.readouterr().out.startswith("deploy.sh:1:43: error")


def test_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--command", BAD.strip()]) == 1
    assert capsys.readouterr().out.startswith("<command>:1:43: error")


POD = """\
apiVersion: v1
kind: Pod
spec:
  containers: [{name: web, args: [sglang, serve, --model-path, Qwen/Qwen-Image, --num_gpus, "2"]}]
"""


@pytest.mark.parametrize(
    ("name", "text", "words", "status"),
    [
        ("pod.yaml", POD, [], 1),
        ("pod.txt", POD, ["--kind", "kubernetes"], 1),
        ("pod.yaml", POD, ["--kind=shell"], 0),
        ("pod.yaml", BAD, ["--kind", "shell"], 1),
        ("run.sh", POD, ["--kind", "kubernetes"], 1),
    ],
)
def test_kind(tmp_path: Path, name: str, text: str, words: list[str], status: int) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert main(["check", str(path), "--select", "SGD206", *words]) == status
    assert main(["fix", str(path), "--select", "SGD206", *words]) == 0
    assert path.read_text() == (text.replace("num_gpus", "num-gpus") if status else text)


def test_kind_of_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["--kind", "kubernetes"], ["--stdin-filename", "pod.yaml"]):
        feed(monkeypatch, POD.encode())
        assert main(["check", "-", *words]) == 1
        feed(monkeypatch, POD.encode())
        assert main(["expand", "-", *words]) == 0
        assert "sglang serve --model-path Qwen/Qwen-Image --num_gpus 2" in capsys.readouterr().out


def test_kind_is_that_of_named_files(script: Path) -> None:
    assert main(["check", ".", "--kind", "kubernetes"]) == 1
    assert main(["check", "run.sh", "--kind", "kubernetes"]) == 0
    assert main(["check", "--kind", "kubernetes", "--command", BAD.strip()]) == 1


def test_options_may_stand_between_paths(script: Path) -> None:
    (script.parent / "other.sh").write_text(GOOD)
    assert main(["check", "other.sh", "--sglang", "0.5.12", "run.sh"]) == 1


# --- fix ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "fixed"),
    [
        (BAD.encode(), GOOD.encode()),
        (BAD.rstrip().encode(), GOOD.rstrip().encode()),
        (BAD.replace("\n", "\r\n").encode(), GOOD.replace("\n", "\r\n").encode()),
        (b"\xef\xbb\xbf" + BAD.encode(), b"\xef\xbb\xbf" + GOOD.encode()),
        ("# é 😀\n".encode() + BAD.encode(), "# é 😀\n".encode() + GOOD.encode()),
    ],
)
def test_fix_keeps_everything_else(script: Path, data: bytes, fixed: bytes) -> None:
    script.write_bytes(data)
    script.chmod(0o755)
    assert main(["fix", "run.sh"]) == 0
    assert script.read_bytes() == fixed
    assert stat.S_IMODE(script.stat().st_mode) == 0o755
    assert main(["fix", "run.sh"]) == 0
    assert script.read_bytes() == fixed


def test_fix_leaves_what_it_cannot_mend(script: Path) -> None:
    script.write_text(UNFIXABLE)
    assert main(["fix", "run.sh"]) == 1
    assert script.read_text() == UNFIXABLE


def test_fix_takes_unsafe_fixes_only_when_asked(script: Path) -> None:
    script.write_text(PERF)
    assert main(["fix", "run.sh", "--fail-on", "perf"]) == 1
    assert script.read_text() == PERF
    assert main(["fix", "run.sh", "--fail-on", "perf", "--unsafe"]) == 0
    assert script.read_text() == PERF.replace("offload\n", "offload false\n")


def test_fix_diff_writes_nothing(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", "run.sh", "--diff"]) == 1
    assert capsys.readouterr().out == (f"--- a/run.sh\n+++ b/run.sh\n@@ -1 +1 @@\n-{BAD}+{GOOD}")
    assert script.read_text() == BAD


def test_fix_of_standard_input(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    feed(monkeypatch, BAD.encode())
    assert main(["fix", "-"]) == 0
    captured = capfdbinary.readouterr()
    assert captured.out == GOOD.encode()
    assert b"No findings" in captured.err


def test_fix_of_a_command(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["fix", "--command", BAD.strip()]) == 0
    assert capfdbinary.readouterr().out == GOOD.encode()


def test_fix_of_a_read_only_file(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script.chmod(0o444)
    assert main(["fix", "run.sh"]) == 2
    captured = capsys.readouterr()
    assert "read-only" in captured.err
    assert "run.sh:1:43: error SGD206" in captured.out
    assert script.read_text() == BAD


def test_fix_of_standard_input_and_a_file(
    script: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    feed(monkeypatch, BAD.encode())
    assert main(["fix", "-", "run.sh"]) == 0
    assert capfdbinary.readouterr().out == GOOD.encode()
    assert script.read_text() == GOOD


def test_fix_diff_says_what_is_left(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script.write_text(UNFIXABLE)
    assert main(["fix", "run.sh", "--diff"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "SGD212" in captured.err


def test_fix_explain_is_no_json(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", "run.sh", "--explain", "--format", "json"]) == 2
    assert "--explain" in capsys.readouterr().err


def test_statistics_are_no_sarif(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "run.sh", "--statistics", "--format", "sarif"]) == 2
    assert "--statistics is written as text or json alone" in capsys.readouterr().err


# --- the other commands ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "status"), [(GOOD, 0), ("", 0), ("if true; then\n" + GOOD, 1), ("echo 'open\n", 1)]
)
def test_ast(script: Path, text: str, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    script.write_text(text)
    assert main(["ast", "run.sh"]) == status
    assert json.loads(capsys.readouterr().out)["type"] == "Tree"


@pytest.mark.parametrize("wish", ["SGD206", "sgd206", "underscore-in-option"])
def test_explain(wish: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", wish]) == 0
    told = capsys.readouterr().out
    for part in ("SGD206 underscore-in-option", "Example, bad", "Fix (safe)", "References"):
        assert part in told


def test_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == sorted(line.split()[0] for line in lines)
    assert main(["rules", "--format", "json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == len(lines)


def test_rule_test_of_the_built_in_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", "test"]) == 0
    assert capsys.readouterr().out.endswith("all passed\n")


OWN = """\
rules:
- code: OPS101
  name: serve-without-strict-ports
  severity: warning
  category: reproducibility
  since: "0.5.10"
  commands: [serve]
  when: not strict_ports
  message: The port may move
  why: Our load balancer finds the server at its port.
  references: [handbook]
  examples:
  - {bad: "sglang serve --model-path Qwen/Qwen-Image", sglang: "0.5.23"}
  - {good: "sglang serve --model-path Qwen/Qwen-Image --strict-ports", sglang: "0.5.23"}
"""


def test_own_rules(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script.write_text(GOOD)
    (script.parent / "ops.yaml").write_text(OWN)
    assert main(["check", "run.sh"]) == 0
    assert main(["check", "run.sh", "--rules", "ops.yaml"]) == 1
    assert "OPS101 serve-without-strict-ports" in capsys.readouterr().out
    assert main(["explain", "OPS101", "--rules", "ops.yaml"]) == 0
    assert "Our load balancer" in capsys.readouterr().out
    assert main(["rules", "--rules", "ops.yaml"]) == 0
    assert "OPS101" in capsys.readouterr().out


def test_own_rules_that_are_wrong(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (script.parent / "ops.yaml").write_text(OWN.replace("not strict_ports", "not strict_prots"))
    assert main(["check", "run.sh", "--rules", "ops.yaml"]) == 2
    assert "ops.yaml:8:13: OPS101: when: there is no `strict_prots`" in capsys.readouterr().err
    assert main(["check", "run.sh", "--rules", "gone"]) == 2


# --- a process of its own -------------------------------------------------------------------------


def process(
    script: Path, *words: str, redirect: str = "", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run sgdlint through a shell, in the folder of a script."""
    command = f'exec "$0" -m sgdlint "$@" {redirect}'
    return subprocess.run(
        ["sh", "-c", command, sys.executable, *words],
        cwd=script.parent,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize("words", [["check", "run.sh"], ["fix", "--diff", "run.sh"], ["rules"]])
@pytest.mark.parametrize("redirect", [">&-", ">/dev/full", "2>&-"])
def test_output_that_cannot_be_written(script: Path, words: list[str], redirect: str) -> None:
    done = process(script, *words, redirect=redirect)
    assert b"Traceback" not in done.stderr
    assert b"internal error" not in done.stderr
    if redirect != "2>&-":
        assert done.returncode == 2


@pytest.mark.parametrize(
    "words", [["check", "run.sh"], ["--help"], ["check", "--help"], ["ast", "run.sh"], ["rules"]]
)
def test_a_terminal_that_knows_ascii_alone(script: Path, words: list[str]) -> None:
    script.write_text("echo é\n" + BAD, encoding="utf-8")
    done = process(script, *words, LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.stdout
    assert b"error" not in done.stderr


def test_names_that_are_not_text(script: Path) -> None:
    name = os.fsdecode(b"b\xff.sh")
    (script.parent / name).write_text(BAD)
    done = process(script, "check", "--format", "json", name)
    assert done.returncode == 1
    assert json.loads(done.stdout)["files"][0]["path"] == name


def test_standard_input_that_is_closed(script: Path) -> None:
    done = process(script, "check", "-", redirect="<&-")
    assert (done.returncode, done.stderr) == (2, b"sgdlint: error: -: standard input is closed\n")


def test_head_of_a_long_report(script: Path) -> None:
    script.write_text(BAD * 3000)
    done = process(script, "check", "run.sh", redirect="| head -n 1")
    assert done.stdout == b"run.sh:1:43: error SGD206 underscore-in-option\n"
    assert done.stderr == b""


def test_process_substitution(script: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", '"$0" -m sgdlint check <(cat run.sh)', sys.executable],
        cwd=script.parent,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert b"SGD206" in done.stdout


# --- counts and statuses for hooks ----------------------------------------------------------------


def test_statistics_count_by_rule(
    script: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other.sh").write_text(BAD + PERF + BAD)
    assert main(["check", ".", "--statistics"]) == 1
    first, second, blank, closing, *_ = capsys.readouterr().out.splitlines()
    assert " ".join(first.split()) == (
        "3 error SGD206 underscore-in-option in 2 files; can be fixed: 3 safely"
    )
    assert second.split()[:4] == ["1", "perf", "SGD403", "layerwise-offload-on-image-model"]
    assert blank == ""
    assert closing.startswith("4 findings (3 errors, 1 perf); 4 launches in 2 files")


def test_statistics_as_json(
    script: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "not-text.sh").write_bytes(b"\xff")
    words = ["check", "run.sh", "not-text.sh", "--statistics", "--format", "json"]
    assert main(words) == 2
    document = json.loads(capsys.readouterr().out)
    assert document["files"] == 1
    assert document["statistics"] == [
        {
            "code": "SGD206",
            "name": "underscore-in-option",
            "severity": "error",
            "findings": 1,
            "files": 1,
            "safe": 1,
            "unsafe": 0,
            "lossy": 0,
        }
    ]
    assert [one["path"] for one in document["failures"]] == ["not-text.sh"]


def test_statistics_of_nothing(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script.write_text(GOOD)
    assert main(["check", ".", "--statistics"]) == 0
    assert capsys.readouterr().out.startswith("No findings: 1 launch in 1 file")


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["check", "run.sh", "--exit-zero"], 0),
        (["check", "gone.sh", "--exit-zero"], 2),
        (["check", "run.sh", "--exit-zero", "--strict", "--fail-on", "info"], 0),
        (["fix", "run.sh"], 0),
        (["fix", "run.sh", "--exit-non-zero-on-fix"], 1),
        (["fix", "run.sh", "--exit-non-zero-on-fix", "--exit-zero"], 0),
        (["fix", "run.sh", "--diff"], 1),
        (["fix", "run.sh", "--diff", "--exit-zero"], 0),
        (["fix", "gone.sh", "run.sh", "--exit-non-zero-on-fix"], 2),
        (["fix", "run.sh", "--ignore", "SGD2", "--exit-non-zero-on-fix"], 0),
    ],
)
def test_statuses_for_hooks(script: Path, words: list[str], status: int) -> None:
    assert main(words) == status


def test_a_second_run_of_a_hook_passes(script: Path) -> None:
    assert main(["fix", "run.sh", "--exit-non-zero-on-fix"]) == 1
    assert main(["fix", "run.sh", "--exit-non-zero-on-fix"]) == 0

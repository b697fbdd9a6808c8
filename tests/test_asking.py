"""`sgdlint fix --interactive` and `--explain`: each change is asked for, or told with its why."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from sgdlint.cli import main

SCRIPT = "sglang serve --model-path Qwen/Qwen-Image --num_gpus 2\n" * 3
WELL = "sglang serve --model-path Qwen/Qwen-Image --num-gpus 2\n"
BAD = "sglang serve --model-path Qwen/Qwen-Image --num_gpus 2\n"
OWN = """\
rules:
  - code: OPS101
    name: many-steps
    severity: info
    category: lossy
    quality: lossy
    commands: [generate]
    when: num_inference_steps > 20
    message: "{num_inference_steps} steps are many"
    why: Our pictures are small.
    references: ["ops handbook"]
    gain: {of: denoising, from: 2, to: 2.5, sources: ["ops handbook, steps"]}
    fixes: [{title: take 20, safety: safe, set: {num_inference_steps: "20"}}]
    examples:
      - bad: sglang generate --model-path Qwen/Qwen-Image --prompt x --num-inference-steps 50
        fixed: sglang generate --model-path Qwen/Qwen-Image --prompt x --num-inference-steps 20
      - good: sglang generate --model-path Qwen/Qwen-Image --prompt x --num-inference-steps 20
"""
MANY = "sglang generate --model-path Qwen/Qwen-Image --prompt x --num-inference-steps 50\n"


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a script in the folder where sgdlint is started."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "run.sh"
    path.write_text(SCRIPT)
    return path


def on_a_terminal(words: list[str], answers: str, folder: Path) -> str:
    """Run sgdlint on a terminal of its own; return what it shows there."""
    own, its = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "sgdlint", *words]
    with subprocess.Popen(command, stdin=its, stdout=its, stderr=its, cwd=folder, env=environment):
        os.close(its)
        os.write(own, answers.encode())
        shown = b""
        while True:
            try:
                part = os.read(own, 4096)
            except OSError:  # the terminal is gone when nobody writes to it any longer
                break
            shown += part
            if not part:
                break
    os.close(own)
    return shown.decode()


@pytest.mark.parametrize(
    ("answers", "text"),
    [
        ("y\nn\ny\n", WELL + BAD + WELL),
        ("n\nmaybe\na\n", BAD + WELL + WELL),
        ("y\nq\n", WELL + BAD + BAD),
        ("no\nno\nyes\n", BAD + BAD + WELL),
        ("\x04", SCRIPT),
    ],
)
def test_each_change_is_asked_for(script: Path, answers: str, text: str) -> None:
    shown = on_a_terminal(["fix", "--interactive", "run.sh"], answers, script.parent)
    assert script.read_text() == text, shown
    assert "Apply this change? [y]es, [n]o, [a]ll, [q]uit:" in shown
    assert "--num-gpus 2" in shown


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["run.sh"], "asks on a terminal"),
        (["-"], "reads answers from standard input"),
        (["run.sh", "--format", "json"], "does not go with --format json"),
    ],
)
def test_without_a_terminal_nothing_is_asked(
    script: Path, words: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fix", "--interactive", *words]) == 2
    assert why in capsys.readouterr().err
    assert script.read_text() == SCRIPT


def test_explain_tells_why(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script.write_text("sglang serve --model-path Qwen/Qwen-Image --enable-torch-compile\n")
    assert main(["fix", "--explain", "run.sh", "--sglang", "0.5.12"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(
        "run.sh:1: SGD401 torch-compile-without-warmup: add --warmup\n"
        "  - sglang serve --model-path Qwen/Qwen-Image --enable-torch-compile\n"
        "  + sglang serve --model-path Qwen/Qwen-Image --enable-torch-compile --warmup true\n"
        "  why: Compilation takes minutes"
    )
    assert "\n  gain: first request: a warmup removes its latency spike; no figure" in out
    assert "\n  source: sglang 0.5.12 .claude/skills/sglang-diffusion-performance/SKILL.md\n" in out


def test_explain_is_no_json(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", "--explain", "run.sh", "--format", "json"]) == 2
    assert "--explain" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["--diff"]])
def test_what_changes_the_output_is_called_so(
    script: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (script.parent / "ops.yaml").write_text(OWN)
    script.write_text(MANY)
    own = ["run.sh", "--rules", "ops.yaml", "--select", "OPS101"]
    assert main(["fix", *own, *words]) == 0
    assert script.read_text() == MANY
    capsys.readouterr()
    main(["check", *own, "--lossy"])
    out = capsys.readouterr().out
    assert "= fix (lossy): take 20\n" in out
    assert "Can be fixed: 1 that change the output with --lossy\n" in out
    assert main(["fix", *own, *words, "--lossy", "--explain"]) == (1 if words else 0)
    captured = capsys.readouterr()
    told = captured.err if words else captured.out
    assert "OPS101 many-steps: take 20 (lossy)\n" in told
    assert "  why: Our pictures are small.\n  gain: 2–2.5× on denoising, as documented;" in told
    assert "  source: ops handbook\n  source: ops handbook, steps\n" in told
    assert "in 1 file (lossy: OPS101 take 20).\nDocumented gains of these fixes, not" in told
    assert script.read_text() == (MANY if words else MANY.replace("50", "20"))


def test_select_fixes_one_rule_alone(script: Path) -> None:
    both = "sglang serve --model-path Qwen/Qwen-Image --num_gpus 2 --enable-torch-compile\n"
    script.write_text(both)
    main(["fix", "--select", "SGD401", "--sglang", "0.5.12", "run.sh"])
    assert script.read_text() == both.replace("\n", " --warmup true\n")

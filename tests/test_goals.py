"""What launches are tuned for: which advice is told, and which fixes are made."""

from __future__ import annotations

from pathlib import Path

import pytest

from sgdlint import rulepack
from sgdlint.cli import main
from sgdlint.finding import Report
from sgdlint.linter import check
from sgdlint.source import Source
from sgdlint.stated import Options

OFFLOADED = "sglang {command} --model-path Qwen/Qwen-Image --dit-cpu-offload true\n"
COLD = "sglang generate --model-path Qwen/Qwen-Image --prompt x --enable-torch-compile\n"
IGNORED = "sglang serve --model-path Qwen/Qwen-Image --prefetch 1\n"

FIXES = """\
rules:
  - code: OWN101
    name: strict-ports
    severity: warning
    category: option
    since: "0.5.10"
    commands: [serve]
    when: strict_ports
    message: one of two is taken out
    why: a rule of a test
    references: [here]
    fixes:
      - {title: no strict ports, safety: safe, goals: [memory], remove: [strict_ports]}
      - {title: no port, safety: safe, goals: [latency, throughput], remove: [port]}
    examples:
      - bad: sglang serve --model-path Qwen/Qwen-Image --port 30000 --strict-ports
        fixed: sglang serve --model-path Qwen/Qwen-Image --port 30000
        goal: memory
        sglang: "0.5.23"
      - good: sglang serve --model-path Qwen/Qwen-Image --port 30000
"""


def reported(text: str, goal: str, **more: str) -> Report:
    """Return what is found for an H100 and 0.5.12."""
    options = Options(sglang="0.5.12", gpu="H100", goal=goal)
    return check(Source("run.sh", text, **more), rulepack.load(), options)  # type: ignore[arg-type]


def codes(text: str, goal: str) -> set[str]:
    """Return the rules that speak."""
    return {one.code for one in reported(text, goal).findings}


@pytest.mark.parametrize(
    ("goal", "slow"),
    [("", True), ("latency", True), ("throughput", True), ("memory", False), ("none", False)],
)
def test_offload_is_slow_but_for_those_who_want_memory(goal: str, slow: bool) -> None:
    assert ("SGD406" in codes(OFFLOADED.format(command="serve"), goal)) == slow


@pytest.mark.parametrize(
    ("goal", "told"), [("latency", True), ("throughput", True), ("memory", True), ("none", False)]
)
def test_what_costs_time_alone_is_told_for_every_goal_but_none(goal: str, told: bool) -> None:
    assert ("SGD401" in codes(COLD, goal)) == told


@pytest.mark.parametrize("goal", ["latency", "throughput", "memory", "none"])
def test_what_is_wrong_is_told_for_every_goal(goal: str) -> None:
    found = [one for one in reported(IGNORED, goal).findings if one.severity == "error"]
    assert found


@pytest.mark.parametrize(
    ("command", "safety"), [("generate --prompt x", "safe"), ("serve", "unsafe")]
)
def test_offload_is_switched_off_safely_where_the_output_is_known(
    command: str, safety: str
) -> None:
    report = reported(OFFLOADED.format(command=command), "latency")
    [one] = [one for one in report.findings if one.code == "SGD406"]
    assert one.fix is not None
    assert one.fix.applicability == safety


def test_what_a_goal_keeps_quiet_about_is_no_unused_suppression() -> None:
    text = "# sgdlint: ignore[SGD406] measured\n" + OFFLOADED.format(command="serve")
    assert codes(text, "latency") == codes(text, "memory")


@pytest.mark.parametrize(
    ("words", "directive", "settings", "told"),
    [
        ([], "", "", True),
        ([], "", "memory", False),
        ([], "latency", "memory", True),
        (["--goal", "memory"], "latency", "", False),
        (["--goal=none"], "", "latency", False),
    ],
)
def test_who_says_the_goal(
    words: list[str],
    directive: str,
    settings: str,
    told: bool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    script = tmp_path / "run.sh"
    head = f"# sgdlint: goal={directive}\n" if directive else ""
    script.write_text(head + OFFLOADED.format(command="serve"))
    if settings:
        (tmp_path / "sgdlint.toml").write_text(f'goal = "{settings}"\n')
    main(["check", str(script), "--sglang", "0.5.12", "--gpu", "H100", *words])
    assert ("SGD406" in capsys.readouterr().out) == told


def test_a_goal_that_there_is_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "run.sh"
    script.write_text("# sgdlint: goal=fast\n" + IGNORED)
    assert main(["check", str(script)]) == 2
    assert "line 1: goal: 'fast' is not one of latency, " in capsys.readouterr().err
    (tmp_path / "sgdlint.toml").write_text('goal = "fast"\n')
    script.write_text(IGNORED)
    assert main(["check", str(script)]) == 2
    assert "sgdlint.toml:1: `goal` is one of latency, " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("goal", "left"), [("memory", "--port 1"), ("latency", "--strict-ports"), ("none", "both")]
)
def test_a_fix_may_be_for_some_goals(goal: str, left: str, tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(FIXES)
    script = tmp_path / "run.sh"
    script.write_text("sglang serve --model-path Qwen/Qwen-Image --port 1 --strict-ports\n")
    assert main(["rule", "test", str(tmp_path / "own.yaml")]) == 0
    main(["fix", str(script), "--rules", str(tmp_path / "own.yaml"), "--goal", goal])
    kept = {"both": "--port 1 --strict-ports"}.get(left, left)
    assert script.read_text() == f"sglang serve --model-path Qwen/Qwen-Image {kept}\n"

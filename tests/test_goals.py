"""What launches are tuned for: which advice is told, and which fixes are made."""

from __future__ import annotations

import itertools
from pathlib import Path

import prove_goals
import pytest

from sgdlint import rulepack
from sgdlint.cli import main
from sgdlint.finding import Report
from sgdlint.fixer import fix
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
    for goal in ("latency", "memory"):
        assert codes(text, goal).isdisjoint({"SGD406", "SGD806", "SGD807"})


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


# --- what recipes have ----------------------------------------------------------------------------

PLAIN = "sglang generate --model-path Qwen/Qwen-Image --prompt x"


def tuned(text: str, goal: str = "latency", lossy: bool = False, **more: object) -> str:
    """Return what `fix --unsafe` makes of a launch on H100 with 0.5.12."""
    changes = {"sglang": "0.5.12", "gpu": "H100", "goal": goal, "lossy": lossy, **more}
    options = Options(**changes)  # type: ignore[arg-type]
    pack = rulepack.load()
    fixed = fix(Source("run.sh", text + "\n"), lambda it: check(it, pack, options), True, lossy)
    assert fixed.refused == ""
    return fixed.text.rstrip("\n")


RESIDENT = "--dit-cpu-offload false --dit-layerwise-offload false --text-encoder-cpu-offload false"
BOTH = "--enable-cfg-parallel --ulysses-degree 1 --ring-degree 1"
COMPILED = "--enable-torch-compile --warmup"


@pytest.mark.parametrize(
    ("before", "gpus", "goal", "added"),
    [
        (PLAIN, None, "latency", f"{RESIDENT} {COMPILED}"),
        (PLAIN, 2, "latency", f"--num-gpus 2 {BOTH} {COMPILED}"),
        # How many GPUs is the person's choice; the layout is for these.
        (f"{PLAIN} --num-gpus 2", 8, "latency", f"{BOTH} {COMPILED}"),
        (f"{PLAIN} --num-gpus 2 --tp-size 2", 2, "latency", COMPILED),
        (f"{PLAIN} --enable-torch-compile false", None, "latency", RESIDENT),
        (PLAIN, 2, "none", ""),
        (f"{PLAIN} --num-inference-steps 20 --seed 1 --width 512", 1, "none", ""),
    ],
)
def test_a_launch_becomes_what_the_recipe_has(
    before: str, gpus: int | None, goal: str, added: str
) -> None:
    assert tuned(before, goal, gpus=gpus) == f"{before} {added}".rstrip()


def test_what_the_person_set_stays() -> None:
    own = "--num-inference-steps 20 --seed 1 --width 512 --height 512 --attention-backend fa"
    after = tuned(f"{PLAIN} {own}", gpus=4)
    assert after.startswith(f"{PLAIN} {own} --num-gpus 4 ")


def test_little_memory() -> None:
    layers = "--dit-layerwise-offload true --dit-offload-prefetch-size 0.1"
    assert f"{PLAIN} {layers} " in tuned(PLAIN, "memory", gpus=1)


@pytest.mark.parametrize(
    "text",
    [
        f'{PLAIN} "$@"',  # other options may be there
        "sglang generate --model-path /models/mine --prompt x",  # not known which model it is
        f'{PLAIN} --num-gpus "$GPUS" --enable-torch-compile false',
    ],
)
def test_nothing_is_added_where_it_is_not_certain(text: str) -> None:
    assert "--ulysses-degree" not in tuned(text, gpus=4)


def test_recipes_are_for_the_native_backend() -> None:
    assert codes(f"{PLAIN} --backend diffusers", "latency").isdisjoint(
        {"SGD421", "SGD422", "SGD423"}
    )


def test_nothing_is_added_without_a_gpu_or_for_several_releases() -> None:
    assert tuned(PLAIN, gpu="") == PLAIN
    assert tuned(PLAIN, sglang=("0.5.12", "0.5.23"), goal="throughput", gpus=2).count("--num") == 0


def test_only_what_was_asked_for_changes_the_output() -> None:
    after = tuned(PLAIN, lossy=True)
    assert after.startswith("SGLANG_CACHE_DIT_ENABLED=true ")
    assert "SGLANG" not in tuned(PLAIN)


def test_a_check_tells_recipes_where_a_goal_is_named() -> None:
    assert codes(PLAIN, "") == {"SGD601", "SGD602"}
    # What a rule says of one option is a part of the step.
    assert codes(PLAIN, "latency") == {"SGD422", "SGD423"}
    text = f"# sgdlint: ignore[SGD422, SGD423] measured\n{PLAIN}"
    assert codes(text, "latency") == codes(text, "") == {"SGD601", "SGD602"}


def test_fix_tells_each_step_and_names_what_is_lossy(capfd: pytest.CaptureFixture[str]) -> None:
    words = ["--gpu", "H100", "--sglang", "0.5.12", "--unsafe", "--lossy", "--explain"]
    assert main(["fix", "--command", PLAIN, *words]) == 0
    out, told = capfd.readouterr()
    assert RESIDENT in out
    assert f"SGD422 residency-left-open: add {RESIDENT}" in told
    assert "(lossy: SGD658 add SGLANG_CACHE_DIT_ENABLED=true" in told
    main(["fix", "--command", PLAIN, *words, "--ignore", "SGD658,SGD659", "--goal", "throughput"])
    assert "SGLANG" not in capfd.readouterr().out


def test_a_fix_without_unsafe_adds_what_certainly_fits(capfd: pytest.CaptureFixture[str]) -> None:
    main(["fix", "--command", PLAIN, "--gpu", "H100", "--gpus", "1", "--sglang", "0.5.12"])
    assert capfd.readouterr().out == f"{PLAIN} {RESIDENT}\n"
    serve = "sglang serve --model-path Qwen/Qwen-Image"
    main(["fix", "--command", serve, "--gpu", "H100", "--gpus", "1", "--sglang", "0.5.12"])
    assert capfd.readouterr().out == f"{serve}\n"


@pytest.mark.parametrize(
    ("goal", "kept"),
    [("memory", "SGLANG_CACHE_DIT_ENABLED=false"), ("latency", "--dit-layerwise-offload false")],
)
def test_what_excludes_each_other_is_mended_for_the_goal(goal: str, kept: str) -> None:
    text = f"SGLANG_CACHE_DIT_ENABLED=true {PLAIN} --dit-layerwise-offload"
    assert kept in tuned(text, goal, gpus=1)


def test_a_recommendation_does_not_tell_what_the_recipe_has(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["--model", "Qwen/Qwen-Image", "--gpu", "H100", "--gpus", "2", "--sglang", "0.5.12"]
    assert main(["recommend", *words]) == 0
    assert "left-open" not in capsys.readouterr().out


def test_fix_comes_to_what_is_recommended() -> None:
    wishes = itertools.islice(prove_goals.wishes(), 11, None, 2503)
    done = [one for wish in wishes for one in prove_goals.fixed(wish)]
    compared = [one for one in done if one.recommended]
    assert len(done) > 100
    assert len(compared) > 30
    assert [one.wrong for one in done if one.wrong] == []
    assert [differs for one in compared if (differs := prove_goals.differs(one))] == []

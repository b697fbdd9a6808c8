"""The Python interface: `sgdlint.check` and `sgdlint.fix`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sgdlint
from sgdlint.cli import main
from sgdlint.documents.kinds import KINDS

ROOT = Path(sgdlint.__file__).resolve().parent.parent
OLD = "sglang serve --model-path Qwen/Qwen-Image --warmup --num-gpus 2\n"
NEW = "sglang serve --model-path Qwen/Qwen-Image --warmup-mode request --num-gpus 2\n"


def codes(report: sgdlint.Report) -> list[str]:
    return [one.code for one in report.findings]


def test_a_finding_stands_at_the_words_it_is_about() -> None:
    report = sgdlint.check(OLD, sglang="0.5.18")
    (finding,) = report.findings
    assert (finding.code, finding.severity) == ("SGD203", "error")
    assert OLD[finding.span.start : finding.span.end] == "--warmup"
    assert report.sglang == "0.5.18"
    assert finding.fix is not None
    assert finding.fix.applicability == "safe"


def test_the_release_may_be_one_a_range_or_several() -> None:
    assert codes(sgdlint.check(OLD, sglang="0.5.12")) == []
    assert sgdlint.check(OLD, sglang=">=0.5.16,<0.5.19").sglang == "0.5.16–0.5.18"
    several = sgdlint.check(OLD, sglang=["0.5.12", "0.5.18"])
    assert several.findings[0].releases == ("0.5.18",)


def test_the_path_and_the_kind_say_what_the_text_is() -> None:
    compose = "services:\n  web:\n    image: lmsysorg/sglang:v0.5.18\n    command: " + OLD
    for report in (
        sgdlint.check(compose, "compose.yaml"),
        sgdlint.check(compose, Path("compose.yaml")),
        sgdlint.check(compose, "x.txt", "compose"),
    ):
        assert codes(report)[0] == "SGD203"
    assert "SGD203" not in codes(sgdlint.check(compose, "notes.txt"))


def test_rules_are_chosen_by_names_one_by_one_or_in_one_text() -> None:
    text = OLD.replace("--num-gpus 2", "--unknown-thing 3")
    both = codes(sgdlint.check(text, sglang="0.5.18"))
    assert set(both) == {"SGD201", "SGD203"}
    assert codes(sgdlint.check(text, sglang="0.5.18", select="SGD203")) == ["SGD203"]
    for ignore in ("SGD201,warmup-option-removed", ["SGD201", "SGD203"]):
        assert codes(sgdlint.check(text, sglang="0.5.18", ignore=ignore)) == []


def test_the_machine_counts() -> None:
    text = "sglang generate --model-path Qwen/Qwen-Image --prompt x --num-gpus 8\n"
    assert codes(sgdlint.check(text, gpu="H100", gpus=8)) == codes(sgdlint.check(text))
    assert "SGD155" in codes(sgdlint.check(text, gpu="H100", gpus=4))


def test_own_rules_count(tmp_path: Path) -> None:
    rule = """\
rules:
  - code: OPS001
    name: no-port
    severity: warning
    category: option
    message: say the port
    why: The proxy looks for it.
    when: not (port is given)
    commands: [serve]
    references: ["ours"]
    examples:
      - bad: sglang serve --model-path Qwen/Qwen-Image
      - good: sglang serve --model-path Qwen/Qwen-Image --port 30000
"""
    (tmp_path / "ops.yaml").write_text(rule)
    assert "OPS001" in codes(sgdlint.check(NEW, rules=str(tmp_path)))
    assert codes(sgdlint.check(NEW)) == []
    (tmp_path / "ops.yaml").write_text(rule.replace("severity: warning", "severity: bad"))
    with pytest.raises(sgdlint.RuleError, match=r"ops\.yaml:4"):
        sgdlint.check(NEW, rules=[str(tmp_path)])


def test_the_baseline_of_the_project_counts_when_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("run.sh").write_text(OLD)
    Path("sgdlint.toml").write_text('sglang = "0.5.23"\n')
    assert main(["check", "--write-baseline", "old.json", "run.sh"]) == 0
    Path("sgdlint.toml").write_text('sglang = "0.5.23"\nbaseline = "old.json"\n')
    assert sgdlint.check(OLD, "run.sh", sglang="0.5.23").findings
    report = sgdlint.check(OLD, "run.sh", around=True)
    assert (report.findings, report.baselined) == ((), 1)
    new = f"{OLD}sglang serve --model-path Qwen/Qwen-Image --ring-degre 1\n"
    assert [one.code for one in sgdlint.check(new, "run.sh", around=True).findings] == ["SGD208"]
    left = sgdlint.fix(new, "run.sh", around=True, select="SGD208", unsafe=True).report
    assert left.findings == ()
    Path("old.json").write_text("{")
    with pytest.raises(sgdlint.OptionError, match=r"old\.json: no baseline"):
        sgdlint.check(OLD, "run.sh", around=True)


def test_what_is_around_the_path_counts_when_asked_for(tmp_path: Path) -> None:
    (tmp_path / "sgdlint.toml").write_text('sglang = "0.5.18"\n')
    path = tmp_path / "run.sh"
    assert sgdlint.check(OLD, path).release_from == "the newest release known"
    report = sgdlint.check(OLD, path, around=True)
    assert report.sglang == "0.5.18"
    assert report.release_from.endswith("sgdlint.toml:1")
    (tmp_path / "sgdlint.toml").write_text('select = ["SGD998"]\n')
    assert codes(sgdlint.check(OLD, path, sglang="0.5.18")) == ["SGD203"]
    with pytest.raises(sgdlint.OptionError, match="SGD998"):
        sgdlint.check(OLD, path, around=True)


def test_a_fix_gives_the_new_text_and_what_is_left() -> None:
    fixed = sgdlint.fix(OLD, sglang="0.5.18")
    assert fixed.text == NEW
    assert [one.code for one in fixed.applied] == ["SGD203"]
    assert fixed.report.findings == ()


def test_a_fix_keeps_byte_order_mark_and_line_ends() -> None:
    fixed = sgdlint.fix("\ufeff" + OLD.replace("\n", "\r\n"), sglang="0.5.18")
    assert fixed.text == "\ufeff" + NEW.replace("\n", "\r\n")


def test_a_fix_may_move_a_text_to_another_release() -> None:
    fixed = sgdlint.fix(OLD, sglang="0.5.12", to="0.5.18")
    assert "--warmup-mode request" in fixed.text
    assert fixed.report.sglang == "0.5.18"
    with pytest.raises(sgdlint.OptionError, match=r"9\.9"):
        sgdlint.fix(OLD, to="9.9")


def test_unsafe_fixes_are_made_when_asked_for() -> None:
    text = "SGLANG_CACHE_DIT_ENABLED=true sglang generate --model-path Qwen/Qwen-Image --prompt x"
    text += " --dit-layerwise-offload\n"
    safe = sgdlint.fix(text, sglang="0.5.12")
    assert "SGD101" not in [one.code for one in safe.applied]
    fixed = sgdlint.fix(text, sglang="0.5.12", unsafe=True)
    assert "SGD101" in [one.code for one in fixed.applied]
    assert "--dit-layerwise-offload false" in fixed.text


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"sglang": "9.9"}, "9.9"),
        ({"gpu": "H10"}, "H100"),
        ({"gpu": "auto"}, "auto"),
        ({"gpus": 0}, "gpus"),
        ({"vram": -1.0}, "vram"),
        ({"kind": "kubernete"}, "kubernetes"),
        ({"select": "SGD999"}, "SGD999"),
        ({"ignore": ["warmup-option-removd"]}, "warmup-option-removed"),
    ],
)
def test_an_argument_that_names_nothing_known_is_an_error(wrong: Any, told: str) -> None:
    for call in (sgdlint.check, sgdlint.fix):
        with pytest.raises(sgdlint.OptionError, match=told):
            call("echo", **wrong)


def test_bytes_are_no_text() -> None:
    with pytest.raises(TypeError, match="bytes"):
        sgdlint.check(b"sglang serve")  # type: ignore[arg-type]


def test_what_cannot_be_checked_is_a_failure_of_the_report() -> None:
    nul = sgdlint.check("sglang serve \0\n")
    assert nul.failures[0].message.startswith("not a text: NUL at offset 13 (line 1)")
    fixed = sgdlint.fix("sglang serve \0\n")
    assert (fixed.text, fixed.report.failures) == ("sglang serve \0\n", nul.failures)
    wrong = sgdlint.check("# sgdlint: gpu=H10\n" + OLD)
    assert "H100" in wrong.failures[0].message


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (
            f"sglang serve --model-path Qwen/Qwen-Image --component-paths '{'[' * 99_999}'\n",
            "shell",
        ),
        (
            f"sglang serve --model-path Qwen/Qwen-Image --pipeline-config '{'[' * 99_999}'\n",
            "shell",
        ),
        ("sglang: " + "[" * 9_999, "sglang-config"),
        ("sglang: \x1f", "sglang-config"),
        ("sglang: " + "- " * 99_999, "sglang-config"),
        ("sglang serve: " + "- " * 9_999, "kubernetes"),
        ('{"sglang serve": ' + "[" * 99_999, "json"),
        ("RUN " + "[" * 99_999 + " sglang serve", "dockerfile"),
    ],
)
def test_no_depth_is_an_exception(text: str, kind: str) -> None:
    assert isinstance(sgdlint.check(text, "x", kind), sgdlint.Report)


@settings(max_examples=30, deadline=None)
@given(
    st.text(alphabet=st.characters(), max_size=60),
    st.sampled_from(["sglang serve --model-path Qwen/Qwen-Image --warmup ", "sglang generate"]),
    st.sampled_from(KINDS),
)
def test_no_text_is_an_exception(noise: str, launch: str, kind: str) -> None:
    for text in (noise + launch, launch + noise):
        report = sgdlint.check(text, "x", kind)
        size = len(report.source.text)
        assert all(0 <= one.span.start <= one.span.end <= size for one in report.findings)


def python(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MYPYPATH": str(ROOT)}
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, check=False, cwd=cwd, env=environment, capture_output=True, text=True
    )


def test_importing_the_package_loads_nothing() -> None:
    show = "import sys; before = set(sys.modules); import sgdlint"
    done = python("-c", f"{show}; print(*sorted(set(sys.modules) - before))")
    assert done.stdout.split() == ["sgdlint"]


def test_every_name_is_there_and_no_other() -> None:
    assert set(sgdlint.__all__) <= set(dir(sgdlint))
    assert all(getattr(sgdlint, name).__doc__ for name in sgdlint.__all__)
    with pytest.raises(AttributeError, match="chek"):
        sgdlint.chek  # type: ignore[attr-defined]  # noqa: B018


USER = """\
import sgdlint

report: sgdlint.Report = sgdlint.check("x", "run.sh", sglang=["0.5.12"], gpus=8, vram=80)
for one in report.findings:
    line, column = report.source.location(one.span.start)
    print(f"{line}:{column}: {one.code} {one.message}", one.fix.title if one.fix else "")
try:
    text: str = sgdlint.fix("x", to="0.5.23", unsafe=True).text
except (sgdlint.OptionError, sgdlint.RuleError) as error:
    print(error)
"""
WRONG = """\
sgdlint.chek("x")
sgdlint.check("x", gpus="8")
"""


@pytest.mark.packaging
def test_a_program_of_a_user_is_typed_strictly(tmp_path: Path) -> None:
    (tmp_path / "right.py").write_text(USER)
    (tmp_path / "wrong.py").write_text(USER + WRONG)
    options = ("-m", "mypy", "--strict", "--follow-imports=silent", "--no-error-summary")
    done = python(*options, "--cache-dir", str(tmp_path), "right.py", "wrong.py", cwd=tmp_path)
    assert [line.partition(": error")[0] for line in done.stdout.splitlines()] == [
        "wrong.py:11",
        "wrong.py:12",
    ]


def test_a_goal_counts_as_on_the_command_line() -> None:
    text = "sglang serve --model-path Wan-AI/Wan2.2-T2V-A14B-Diffusers --num-gpus 4\n"
    machine: dict[str, Any] = {"sglang": "0.5.23", "gpu": "H100", "gpus": 4}
    tuned = sgdlint.fix(text, unsafe=True, **machine)
    assert "--enable-cfg-parallel" in tuned.text
    assert sgdlint.fix(text, unsafe=True, goal="none", **machine).text == text
    assert "SGD421" in [one.code for one in sgdlint.check(text, goal="latency", **machine).findings]
    with pytest.raises(sgdlint.OptionError, match="'speed' is not one of latency"):
        sgdlint.check(text, goal="speed")

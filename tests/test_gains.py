"""Documented gains: in the data of rules, with findings, and summed up without being multiplied."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from sgdlint import rulepack
from sgdlint.cli import main
from sgdlint.finding import Finding, Gain
from sgdlint.formatters.gains import short, summed, whole
from sgdlint.source import Span

RULES = rulepack.load().rules
STEP = "recipe-step"
"""Rules on it tell the gain of the step."""
LAYERWISE = "sglang serve --model-path Qwen/Qwen-Image --dit-layerwise-offload"
BOTH = f"{LAYERWISE} --text-encoder-cpu-offload --enable-torch-compile"


def gain(part: str, least: float = 0, most: float = 0, hardware: str = "") -> Gain:
    return Gain(part, ("a source",), least, most, hardware, says="" if most else "faster")


def findings(*gains: tuple[str, Gain | None]) -> list[Finding]:
    return [
        Finding(code, "a-rule", "perf", "slow", True, "slow", Span(0, 1), gain=one)
        for code, one in gains
    ]


@pytest.mark.parametrize(
    "rule",
    [one for one in RULES if one.severity == "perf" and one.on != STEP],
    ids=lambda one: one.code,
)
def test_each_perf_rule_tells_what_is_documented(rule: object) -> None:
    found: Gain | None = rule.gain  # type: ignore[attr-defined]
    assert found is not None
    assert found.sources
    assert bool(found.says) != bool(found.most)
    assert found.least <= found.most


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (gain("request", 1.6, 1.8, "one H200"), "1.6–1.8× on the request (one H200)"),
        (gain("denoising", 2, 2), "2× on denoising"),
        (gain("denoising"), ""),
    ],
)
def test_short(one: Gain, told: str) -> None:
    assert short(one) == told


def test_whole_says_that_nothing_was_measured() -> None:
    told = whole(Gain("denoising", ("s",), 1.2, 1.5, "one H100", "FLUX.1-dev"))
    assert told == "1.2–1.5× on denoising, as documented (one H100; FLUX.1-dev); not measured here"
    assert whole(gain("denoising")) == "denoising: faster; no figure is documented"


@pytest.mark.parametrize(
    ("gains", "told"),
    [
        ([], ""),
        ([("A1", None)], ""),
        ([("A1", gain("denoising"))], ""),
        (
            [("A1", gain("denoising", 1.2, 1.5))] * 2,
            "Documented gains, not measured here: 1.2–1.5× (A1) on denoising",
        ),
        (
            [
                ("A1", gain("denoising", 1.2, 1.5)),
                ("A2", gain("attention", 2, 3)),
                ("A3", gain("denoising", 2, 4)),
                ("A4", gain("request")),
            ],
            (
                "Documented gains, not measured here and not to be multiplied: "
                "1.2–1.5× (A1), 2–4× (A3) on denoising; 2–3× (A2) on attention; no figure for A4"
            ),
        ),
    ],
)
def test_sums_are_lists(gains: Sequence[tuple[str, Gain | None]], told: str) -> None:
    assert summed(findings(*gains)) == told


def test_many_rules_of_one_gain_are_counted() -> None:
    one = gain("request", 2, 2)
    told = summed(findings(*((f"A{number}", one) for number in range(7))))
    assert told.endswith("2× (A0, A1, A2, A3, A4, and 2 more) on the request")


def test_a_check_tells_gains(capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "--command", BOTH, "--sglang", "0.5.12", "--gpu", "H200"])
    out = " ".join(capsys.readouterr().out.split())
    assert "= documented gain: 1.4–4.8× on the request = fix (unsafe)" in out
    assert (
        "Documented gains, not measured here and not to be multiplied: "
        "1.4–4.8× (SGD403) on the request; 1–11× (SGD603) on the part that is offloaded; "
        "no figure for SGD401"
    ) in out


def test_json_has_gains(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["check", "--command", f"{LAYERWISE} --enable-torch-compile --num_gpus 1"]
    main([*words, "--sglang", "0.5.12", "--format", "json"])
    [file] = json.loads(capsys.readouterr().out)["files"]
    told = {one["code"]: one["gain"] for one in file["findings"]}
    assert told["SGD206"] is None
    assert (told["SGD403"]["of"], told["SGD403"]["from"], told["SGD403"]["to"]) == (
        "request",
        1.4,
        4.8,
    )
    assert told["SGD401"]["from"] is None
    assert told["SGD401"]["says"] == "a warmup removes its latency spike"


def test_explain_tells_the_gain_and_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    main(["explain", "SGD412"])
    out = capsys.readouterr().out
    assert "Gain\n    1.6–1.8× on the request, as documented (one H200; Wan2.2-T2V-A14B" in out
    assert "not measured here\n    https://github.com/sgl-project/sglang/pull/21248\n" in out

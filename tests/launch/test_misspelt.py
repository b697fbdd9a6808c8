"""Misspelt subcommands and options: which is told, and which fix is offered."""

from __future__ import annotations

import pytest

from sgdlint import rulepack
from sgdlint.finding import Finding
from sgdlint.linter import Options, check
from sgdlint.source import Source

MODEL = "--model-path Qwen/Qwen-Image"
BASE = f"sglang generate {MODEL} --prompt x"


def found(script: str, code: str) -> list[Finding]:
    """Return the findings of one rule in a script."""
    report = check(Source("run.sh", script), rulepack.load(), Options(sglang="0.5.23"))
    return [one for one in report.findings if one.code == code]


def written(script: str, code: str) -> str | None:
    """Return what the fix of the only finding of a rule writes."""
    (finding,) = found(script, code)
    return finding.fix.edits[0].text if finding.fix is not None else None


@pytest.mark.parametrize(
    ("script", "meant"),
    [
        (f"sglang serv {MODEL}", "serve"),
        (f"sglang Serve {MODEL}", "serve"),
        (f"sglang server {MODEL}", "serve"),
        (f"sglang generte {MODEL} --prompt x", "generate"),
        (f"sglang gen {MODEL} --prompt x", "generate"),
        (f"srun sglang serv {MODEL}", "serve"),
        (f"bash -c 'sglang serv {MODEL}'", "serve"),
        (f"S=serv; sglang $S {MODEL}", "serve"),
        (f"python -m sglang.multimodal_gen.runtime.entrypoints.cli.main serv {MODEL}", "serve"),
    ],
)
def test_a_misspelt_subcommand(script: str, meant: str) -> None:
    assert written(script, "SGD287") == meant


@pytest.mark.parametrize(
    "script",
    [
        "sglang version",
        f"sglang launch_server {MODEL}",
        f"sglang router {MODEL}",
        f"sglang $COMMAND {MODEL}",
        f"sglang --version {MODEL}",
        f"docker exec sglang server {MODEL}",
        f"docker logs sglang server {MODEL}",
        f"tmux new -s sglang server {MODEL}",
        f"conda run -n sglang server {MODEL}",
        f"sglang() {{ :; }}; sglang serv {MODEL}",
        "sglang serv --model-path meta-llama/Llama-3.1-8B-Instruct",
    ],
)
def test_what_is_no_misspelt_subcommand(script: str) -> None:
    assert not found(script, "SGD287")


@pytest.mark.parametrize(
    ("options", "fixed"),
    [
        ("--outptu out", "--output-path"),
        ("--num-gpuz 2", "--num-gpus"),
        ("--num-gpuz $N", "--num-gpus"),
        ("--num-gpuz=2", "--num-gpus"),
        ("--num-gpuz two", None),
        ("--num-gpuz=two", None),
        ("--num-gpuz", None),
        ("--num-gpuz 2 2", None),
        ("--save-outputt", "--save-output"),
        ("--tensor-parallel-size 2", None),
        ("--page-size=64", None),
        ("--disable-cuda-graph", None),
        ("--save-outputt=yes", None),
        ("--log-levl info", "--log-level"),
        ("--dit-cpu-ofload", "--dit-cpu-offload"),
        ("--dit-cpu-ofload false", "--dit-cpu-offload"),
        ("--dit-cpu-ofload maybe", None),
        ("--num-gpuz $MORE", "--num-gpus"),
    ],
)
def test_a_nearest_option_is_offered_when_it_takes_what_stands_there(
    options: str, fixed: str | None
) -> None:
    assert written(f"{BASE} {options}", "SGD201") == fixed

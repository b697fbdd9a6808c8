"""Launches that never run: what is said of them, and that nothing fails for them."""

from __future__ import annotations

import pytest

from sgdlint import rulepack
from sgdlint.finding import Report
from sgdlint.linter import Options, check
from sgdlint.source import Source

BAD = "sglang generate --model-path Qwen/Qwen-Image --prompt x --num-gpus two"
GOOD = "sglang generate --model-path Qwen/Qwen-Image --prompt x --output-path a"
NEVER = "SGD819"


def checked(script: str) -> Report:
    """Return what is said of a script."""
    return check(Source("run.sh", script), rulepack.load(), Options(sglang="0.5.23"))


@pytest.mark.parametrize(
    ("script", "decides"),
    [
        (f"exit 0\n{BAD}\n", "exit 0"),
        (f"exec python train.py\n{BAD}\n", "exec python train.py"),
        (f"if [ $# = 0 ]; then exit 1; else exit 2; fi\n{BAD}\n", "if [ $# = 0 ]"),
        (f"f() {{ return 0; {BAD}; }}\nf\n", "return 0"),
        (f"for i in 1 2; do continue; {BAD}; done\n", "continue"),
        (f"bash -c 'exit 1; {BAD}'\n", "exit 1"),
        (f"exit 1\nbash -c '{BAD}'\n", "exit 1"),
        (f"while true; do {GOOD}; done\n{BAD}\n", "while true"),
        (f"if false; then\n  {BAD}\nfi\n", "false"),
        (f"M=a\nif [ $M = b ]; then\n  {BAD}\nfi\n", "[ $M = b ]"),
        (f"if true; then :; else\n  {BAD}\nfi\n", "true"),
        (f"M=a\n[ $M = b ] && {BAD}\n", "[ $M = b ]"),
        (f"M=a\ncase $M in\n  b) {BAD} ;;\nesac\n", "$M in"),
        (f"while false; do {BAD}; done\n", ""),
    ],
)
def test_what_never_runs_is_told_and_no_error(script: str, decides: str) -> None:
    findings = [one for one in checked(script).findings if one.code != NEVER]
    assert [one.severity for one in findings] == ["info"]
    assert findings[0].message.startswith("In a launch that never runs: `--num-gpus` takes")
    reasons = [script[one.span.start :] for one in findings[0].related]
    assert any(text.startswith(decides) for text in reasons) or (not decides and not reasons)


@pytest.mark.parametrize(
    "script",
    [
        f'[ -n "$X" ] && exit 0\n{BAD}\n',
        f"(exit 0)\n{BAD}\n",
        f"exit 0 | cat\n{BAD}\n",
        f"exit 0 &\n{BAD}\n",
        f"trap '{BAD}' EXIT\nexit 0\n",
        f"f() {{ {BAD}; }}\nexit 0\n",
        f"f() {{ {BAD}; }}\ntrap f EXIT\nexit 0\n",
        f"for i in 1 2; do [ $i = 1 ] && continue; {BAD}; done\n",
        f'if [ "$1" = a ]; then exit 0; fi\n{BAD}\n',
        f"while true; do sleep 1; [ -e x ] && break; done\n{BAD}\n",
        f"echo a | while read -r x; do {BAD}; done\n",
        f"exec > log\n{BAD}\n",
        "( " * 60 + BAD + ")" * 60 + "\n",
    ],
)
def test_what_may_run_stays_an_error(script: str) -> None:
    findings = checked(script).findings
    assert "error" in {one.severity for one in findings}
    assert NEVER not in {one.code for one in findings}


def test_a_text_that_also_feeds_a_launch_that_runs_is_an_error() -> None:
    script = f"N=two\n{BAD.replace('two', '$N')}\nexit\n{BAD.replace('two', '$N')}\n"
    severities = {one.severity for one in checked(script).findings if one.code != NEVER}
    assert "error" in severities


def test_only_a_launch_behind_the_end_is_told_by_itself() -> None:
    assert NEVER in {one.code for one in checked(f"{GOOD}\nexit\n{GOOD}\n").findings}
    assert not checked(f"{GOOD}\nif false; then {GOOD}; fi\n").findings

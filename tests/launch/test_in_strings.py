"""Faults of the shell in scripts that stand in strings: told where they are written."""

from __future__ import annotations

import pytest

from sgdlint import rulepack
from sgdlint.linter import Options, check
from sgdlint.source import Source

RUN = "sglang generate --model-path Qwen/Qwen-Image"


def told(script: str) -> list[tuple[str, str]]:
    """Return the faults of the shell that are found, each with the text from its place on."""
    report = check(Source("run.sh", script), rulepack.load(), Options(sglang="0.5.23"))
    faults = [one for one in report.findings if one.code.startswith("SGD8")]
    return [(one.code, script[one.span.start : one.span.start + 7]) for one in faults]


@pytest.mark.parametrize(
    ("script", "place"),
    [
        (f"bash -c '{RUN} --prompt x )'", ")'"),
        (f"bash -c '{RUN} --prompt <PROMPT>'\n", "'\n"),
        (f"bash -c 'if true; then {RUN} --prompt x'", "if true"),
        (f'bash -c "{RUN} --prompt \'x"', "'x\""),
        (f'M=a\nbash -c "{RUN} --seed $M --prompt \'x"', "'x\""),
        (f"ssh box {RUN} --prompt 'a (cat)'", "(cat)'"),
        (f"ssh box <<'EOF'\n({RUN} --prompt x\nEOF\n", "(sglang"),
        (f"sbatch --wrap '{RUN} --prompt x |'\n", "'\n"),
        (f"cat > a.sh <<'EOF'\n{RUN} --prompt x )\nEOF\nbash a.sh\n", ")\nEOF\nb"),
        (f"for i in 1 2; do bash -c '{RUN} --prompt x )'; done", ")'; don"),
        (f"bash -c 'bash -c \"{RUN} --prompt x )\"'", ")\"'"),
    ],
)
def test_a_syntax_error_in_a_string(script: str, place: str) -> None:
    assert told(script) == [("SGD801", place)]


@pytest.mark.parametrize(
    "script",
    [
        f"bash -c '{RUN} --prompt x'",
        f'bash -c "{RUN} --prompt \'x $MORE"',  # it may hold the other quote
        f"bash -c '{RUN} '$MORE",
        f"zsh -c '{RUN} --prompt x )'",
        f"if false; then bash -c '{RUN} --prompt x )'; fi",
        "bash -c 'echo )' sglang",
        f"echo '{RUN} )'",
    ],
)
def test_what_is_no_syntax_error_in_a_string(script: str) -> None:
    assert "SGD801" not in [code for code, _ in told(script)]


def test_a_message_has_no_lines_of_the_string() -> None:
    script = f"\n\nbash -c '\nif true; then {RUN} --prompt x'\n"
    report = check(Source("run.sh", script), rulepack.load(), Options(sglang="0.5.23"))
    assert "`if` has no `fi`" in {one.message for one in report.findings}


@pytest.mark.parametrize(
    ("script", "found"),
    [
        (f"bash -c '{RUN} --prompt <PROMPT> --seed 1'", [("SGD814", "<PROMPT")]),
        (f"C='{RUN} --prompt <PROMPT> --seed 1'\nbash -c \"$C\"", [("SGD814", "<PROMPT")]),
        (f'eval "{RUN} --prompt <PROMPT> --seed 1"', [("SGD814", "<PROMPT")]),
        (f"ssh box '{RUN} --prompt “a cat”'", [("SGD812", "“a cat”")]),
        (f"ssh box '{RUN} –prompt x'", [("SGD817", "–prompt")]),
        (f"ssh box <<'EOF'\n{RUN} --prompt “a cat”\nEOF\n", [("SGD812", "“a cat”")]),
        (f'bash -c "{RUN} --prompt \\"<PROMPT>\\""', []),
        (f"bash -c '{RUN} --prompt \"<PROMPT>\"'", []),
    ],
)
def test_what_the_shell_misreads_in_a_string(script: str, found: list[tuple[str, str]]) -> None:
    assert told(script) == found

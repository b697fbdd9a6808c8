"""Any text goes through the shell stage without an exception, and fast."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgdlint.launch.recognise import Recognised, launches
from sgdlint.shell.interpreter import commands
from sgdlint.shell.parser import parse

WORDS = (
    "sglang|serve|generate|--x|2|$A|${A[@]}|${A[*]}|\"|'|\\|`|$(|)|(|((|))|[[|]]|{|}|if |then |fi|"
    "else |for |in |do |done|case |esac|;;|;|&|&&|!|<<E\n|<<-E\n|<<'E'\n|\nE\n|<<<|<|>|A=|A+=(|A+=|"
    "A[0]=|$'|\\n|${A:-|${A:=|${A:+|${#A|${A/|${!A}|${|${!|${#|${@|#|$@|$*|$#|$?|\r\n|\t|*|?|~|@(|"
    'export |local |declare -a |env |bash -c |bash |docker run |ssh h |eval |eval "|bash -c "|é|-x|'
    "[|]|unset A|set -a|f()|f |$((|$[|let |while |coproc |python -m |IFS=|{1..3}|{a,b}|\0|\ue000"
)
TOKENS = [*WORDS.split("|"), "|", " ", "\n", "\\\n", '\\"', "\\$"]


def run(script: str) -> list[Recognised]:
    return launches(commands(parse(script), script))


@given(st.lists(st.sampled_from(TOKENS), max_size=40).map("".join))
@settings(max_examples=500)
def test_any_tokens(script: str) -> None:
    for found in run(script):
        assert 0 <= found.head_start <= found.head_end <= len(script)
        assert 0 <= found.command.start <= found.command.end <= len(script)


@given(st.text(max_size=60))
@settings(max_examples=300)
def test_any_text(script: str) -> None:
    assert run(script) == [] or "sglang" in script


# Scripts that once raised an exception.
ODD = [
    "!",
    "! # nothing",
    "a && !",
    "echo ${x<}",
    "echo ${}",
    'echo "${<}"',
    "echo ${@<}",
    "A=${<} B=${:-x}",
]


@pytest.mark.parametrize("odd", ODD)
def test_odd_scripts(odd: str) -> None:
    found = run(f"{odd}\nsglang serve --x")
    assert [word.text for word in found[0].arguments] == ["--x"]


def test_an_array_that_grows_on_both_paths_takes_linear_time() -> None:
    step = "if a; then A+=(--x{0} v); else A+=(--y{0} w); fi\n"
    script = "A=()\n" + "".join(map(step.format, range(3000))) + 'sglang serve "${A[@]}"'
    begin = time.process_time()
    found = run(script)
    assert time.process_time() - begin < 5
    assert found[0].arguments[0].texts == ("--x0", "--y0")


def test_an_array_that_may_grow_keeps_what_is_certain() -> None:
    body = "A+=(--b); test x && A+=(--d)"
    found = run(f'A=(--a 1); while x; do {body}; done; A+=(--c); sglang serve "${{A[@]}}"')
    assert [word.text for word in found[0].arguments] == ["--a", "1", None, "--c"]
    assert [word.many for word in found[0].arguments] == [False, False, True, False]

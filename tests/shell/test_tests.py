"""What is said of conditions and patterns, and that bash never contradicts it."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from sgdlint.shell import globs, readers, regexes, tests, tree
from sgdlint.shell.expand import Expander
from sgdlint.shell.held import UNKNOWN, known, unknown
from sgdlint.shell.origin import Origin
from sgdlint.shell.parser import parse
from sgdlint.shell.state import State
from sgdlint.shell.values import Piece, Variable, Word
from sgdlint.shell.verdicts import Verdict, word_of

TRIES = 1500
TEXTS = ["", "8", "a", "ab", "08", "-1", "a b", "7", "*", "x=y", "10", "0", "yes"]


def state_of(values: dict[str, Word]) -> State:
    return State({name: Variable(name, word, False, -1, -1) for name, word in values.items()})


def expander_of(text: str, state: State) -> Expander:
    return Expander(state, Origin(text), lambda _: ((), None), lambda *_: None, lambda _: None)


def verdict(test: str, state: State) -> Verdict:
    node = parse(test).statements[0]
    expander = expander_of(test, state)
    words: list[Word] = []
    if isinstance(node, tree.Simple):
        words = [word for one in node.words for word in expander.words(one)]  # type: ignore[arg-type]
    return tests.decide(node, words, expander)


def side(words: dict[str, Word]) -> str:
    return " ".join(f"{name}={'|'.join(word.texts or '?')}" for name, word in words.items())


# A test; whether it holds; what follows where it does, and where it does not. A is 8, S is one of
# `a`, `b` and ``, R was read; nothing is known of the rest.
ROWS: list[tuple[str, bool | None, str, str]] = [
    ("[ 1 = 1 ]", True, "", ""),
    ("[ $A = 8 ]", True, "", ""),
    ("[ $A != 8 ]", False, "", ""),
    ("[ ]", False, "", ""),
    ("[ '' ]", False, "", ""),
    ("[ x", False, "", ""),
    ("[ a = b = c ]", False, "", ""),
    ("[ ! '' ]", True, "", ""),
    ("[ $A -gt 7 ]", True, "", ""),
    ("[ x -gt 7 ]", False, "", ""),
    ("[ ! x -gt 7 ]", False, "", ""),
    ('[ "$R" = 8 ]', None, "R=8", ""),
    ("[ $R = 8 ]", None, "R=8", ""),
    ('[ 8 = "$R" ]', None, "R=8", ""),
    ('[ "$R" != 8 ]', None, "", "R=8"),
    ('[ "x$R" = x8 ]', None, "R=8", ""),
    ('[ "$R" = "" ]', None, "", ""),
    ('[ "x$R" = y8 ]', False, "", ""),
    ('[ "${R:-4}" = 8 ]', None, "R=8", ""),
    ('[ "${R:-4}" = 4 ]', None, "", ""),
    ('[ "$R" -eq 8 ]', None, "R=8", ""),
    ('[ "$R" -ne 8 ]', None, "", ""),
    ("[ $# -eq 0 ]", None, "#=0", ""),
    ("[ $# -lt 2 ]", None, "#=0|1", ""),
    ("[ $# -gt 0 ]", None, "", "#=0"),
    ('[ "$1" = serve ]', None, "1=serve", ""),
    ('[ "$S" = a ]', None, "S=a", "S=b|"),
    ('[ -n "$S" ]', None, "S=a|b", "S="),
    ('[ -z "$R" ]', None, "", ""),
    ('[ "$R" = 8 -a "$A" = 8 ]', None, "R=8", ""),
    ('[ "$R" = 8 -o "$A" = 9 ]', None, "R=8", ""),
    ('[ "$R" = 8 -a "$A" = 9 ]', False, "", ""),
    ("[ -f '' ]", False, "", ""),
    ("[ -f x ]", None, "", ""),
    ("[ -v A ]", True, "", ""),
    ("test 2 -lt 10", True, "", ""),
    ("[[ 2 < 10 ]]", False, "", ""),
    ("[[ $R == 8 ]]", None, "R=8", ""),
    ("[[ $R == 8* ]]", None, "", ""),
    ("[[ $R == [8] ]]", None, "", ""),
    ("[[ $S == [ac] ]]", None, "S=a", "S=b|"),
    ("[[ $R == '*' ]]", None, "R=*", ""),
    ("[[ $A == [0-9] && $R == 8 ]]", None, "R=8", ""),
    ("[[ $A == 9 && $R == 8 ]]", False, "", ""),
    ("[[ $A == 9 || $R == 8 ]]", None, "R=8", ""),
    ("[[ $R == 8 || $R == 9 ]]", None, "", ""),
    ("[[ ! ( $R != 8 ) ]]", None, "R=8", ""),
    ("[[ -n ${R:-x} ]]", None, "", ""),
    ("[[ -n x$R ]]", True, "", ""),
    ("[[ x$R == x* ]]", True, "", ""),
    ("[[ x$R == y* ]]", False, "", ""),
    ("[[ $A =~ ^[0-9]+$ ]]", True, "", ""),
    ("[[ a.b =~ a'.'b ]]", True, "", ""),
    ("[[ axb =~ a'.'b ]]", False, "", ""),
    ("[[ $A -ge 8 ]]", True, "", ""),
    ("[[ $R -eq 8 ]]", None, "R=8", ""),
    ("[[ $R -eq 0 ]]", None, "", ""),
    ("[[ A+1 -eq 9 ]]", True, "", ""),
    ("(( A == 8 ))", True, "", ""),
    ("(( A > 8 ))", False, "", ""),
    ("(( R == 8 ))", None, "R=8", ""),
    ("(( R != 8 ))", None, "", "R=8"),
    ("(( $R != 8 ))", None, "", ""),
    ("(( $# ))", None, "", "#=0"),
    ("(( 1 / 0 ))", False, "", ""),
    ("(( R || 1 ))", None, "", ""),
    ("(( 1 || R ))", True, "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("test", "holds", "if_true", "if_false"), ROWS)
def test_verdict(test: str, holds: bool | None, if_true: str, if_false: str) -> None:
    state = state_of({"A": known("8"), "S": word_of(["a", "b", ""]), "R": unknown("it is read")})
    found = verdict(test, state)
    assert (found.holds, side(found.if_true), side(found.if_false)) == (holds, if_true, if_false)


FAILING = [
    ('[ "$R" -eq 8 ]', True),
    ("[ x -eq 8 ]", True),
    ("[ a b ]", True),
    ("[ 1", True),
    ("[ $# -eq 8 ]", False),
    ("[ 1 -eq 8 ]", False),
    ('[ "$R" = 8 ]', False),
    ("[ $R = 8 ]", True),
    ("[[ $R -eq 8 ]]", False),
    ("[[ a =~ $R ]]", True),
]


@pytest.mark.parametrize(("test", "may_fail"), FAILING)
def test_what_may_be_an_error(test: str, may_fail: bool) -> None:
    assert verdict(test, state_of({"R": unknown("it is read")})).may_fail is may_fail


READS = [
    ('[ "$A" = 8 ]', {"A"}),
    ("[[ $A == $B* && -n $1 ]]", {"A", "B", "1"}),
    ("(( A + $B > C ))", {"A", "B", "C"}),
    ("[ -v A ]", {"A"}),
    ('[ -f "$A" ]', None),
    ("[[ $A -nt $B ]]", None),
    ("[ $(date) = 8 ]", None),
    ("(( A++ ))", None),
    ("[ $RANDOM -gt 5 ]", None),
    ("[ $? -eq 0 ]", None),
    ("[[ ${A:=1} == 1 ]]", None),
]


@pytest.mark.parametrize(("test", "names"), READS)
def test_what_a_test_depends_on(test: str, names: set[str] | None) -> None:
    found = readers.reads(parse(test).statements[0], test)
    assert (None if found is None else set(found)) == names


def arm(script: str, subject: Word) -> Verdict:
    node = parse(script).statements[0]
    assert isinstance(node, tree.Case)
    expander = expander_of(script, state_of({"R": unknown("it is read")}))
    return tests.decide_arm(node.arms[0].patterns, subject, node.word, expander)


@pytest.mark.parametrize(
    ("patterns", "holds", "if_true"),
    [
        ("8", None, "R=8"),
        ("8|'a b'", None, "R=8|a b"),
        ("8|a*", None, ""),
        ("*", True, ""),
        ("@(8|9)", None, ""),
    ],
)
def test_arm(patterns: str, holds: bool | None, if_true: str) -> None:
    found = arm(f"case $R in {patterns}) ;; esac", unknown("it is read"))
    assert (found.holds, side(found.if_true)) == (holds, if_true)


@pytest.mark.parametrize(
    ("word", "ends"),
    [("${U:?no}", True), ("${A?}", False), ("${R:?}", False), ("${R:-${U?}}", False)],
)
def test_the_end_of_the_script(word: str, ends: bool) -> None:
    script = f": {word}"
    state = state_of({"A": known("8"), "R": unknown("it is read")})
    state.put("U", Variable("U", None, False, -1, -1))
    expander = expander_of(script, state)
    node = parse(script).statements[0]
    assert isinstance(node, tree.Simple)
    expander.words(node.words[1])  # type: ignore[arg-type]
    assert expander.has_ended is ends


# --- bash is the judge ---------------------------------------------------------------------------


def quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


@pytest.fixture(scope="module")
def bash() -> str:
    """The path of a bash that matches as 5.2 does."""
    path = shutil.which("bash")
    if path is None:
        pytest.skip("there is no bash here")
    asked = subprocess.run([path, "-c", "echo $BASH_VERSINFO"], capture_output=True, check=True)
    if int(asked.stdout) < 5:
        pytest.skip("this bash is older than 5.0")
    return path


def answers(bash: str, lines: list[str], folder: Path) -> list[str]:
    """Run a script that prints one line for each of its lines."""
    script = folder / "script.sh"
    script.write_text("shopt -s extglob\n" + "\n".join(lines) + "\n")
    run = subprocess.run(
        [bash, str(script)], capture_output=True, text=True, cwd=folder, timeout=60, check=False
    )
    printed = run.stdout.splitlines()
    assert len(printed) == len(lines)
    return printed


def with_gap(chance: random.Random, text: str) -> Word:
    """Return a text of which a part is not known."""
    left = chance.randint(0, len(text))
    right = chance.randint(left, len(text))
    before, after = Piece((text[:left],), -1, -1), Piece((text[right:],), -1, -1)
    return Word(-1, -1, (before, UNKNOWN, after))


BRACKETS = ["a", "b", "a-c", "[:alpha:]", "[:digit:]", "-", "A", "0-9"]


def some_pattern(chance: random.Random, depth: int = 0) -> str:
    text = ""
    for _ in range(chance.randint(0, 4)):
        kind = chance.random()
        if kind < 0.45:
            text += chance.choice("aabcA1-.")
        elif kind < 0.6:
            text += chance.choice("*?")
        elif kind < 0.75:
            inside = "".join(chance.choices(BRACKETS, k=chance.randint(1, 3)))
            text += f"[{chance.choice(['', '!', '^'])}{inside}]"
        elif kind < 0.8:
            text += "\\" + chance.choice("*?[ab]")
        elif depth < 2:
            parts = [some_pattern(chance, depth + 1) for _ in range(chance.randint(1, 3))]
            text += f"{chance.choice('?*+@!')}({'|'.join(parts)})"
    return text


def test_patterns_match_as_in_bash(bash: str, tmp_path: Path) -> None:
    chance = random.Random(1)
    cases = [
        (some_pattern(chance), "".join(chance.choices("aaabbcA1-.*][", k=chance.randint(0, 6))))
        for _ in range(TRIES)
    ]
    lines = [
        f"p={quoted(p)}; if [[ {quoted(s)} == $p ]]; then echo 1; else echo 0; fi" for p, s in cases
    ]
    certain = 0
    for (pattern, subject), answer in zip(cases, answers(bash, lines, tmp_path), strict=True):
        found = globs.matches(known(pattern), known(subject), True)
        certain += found is not None
        partly = [
            globs.matches(known(pattern), with_gap(chance, subject), True),
            globs.matches(with_gap(chance, pattern), known(subject), True),
            globs.matches(known(pattern), known(subject), True, loose=True),
            globs.matches(known(pattern), known(subject), None),
        ]
        for one in (found, *partly):
            assert one is None or one is (answer == "1"), (pattern, subject, answer)
    assert certain > TRIES * 0.8


def test_regular_expressions_match_as_in_bash(bash: str, tmp_path: Path) -> None:
    chance = random.Random(2)
    atoms = ["a", "b", ".", "^", "$", "[a-c]", "[^0-9]", "(a|b)", "(ab)", "\\.", "[[:alpha:]]"]
    cases = [
        (
            "".join(
                chance.choice(atoms) + chance.choice(["", "", "", "*", "+", "?", "{2}", "{1,}"])
                for _ in range(chance.randint(1, 4))
            ),
            "".join(chance.choices("aabb1.", k=chance.randint(0, 6))),
        )
        for _ in range(TRIES)
    ]
    lines = [
        f"p={quoted(p)}; if [[ {quoted(s)} =~ $p ]] 2>/dev/null; then echo 1; else echo 0; fi"
        for p, s in cases
    ]
    certain = 0
    for (regex, subject), answer in zip(cases, answers(bash, lines, tmp_path), strict=True):
        found = regexes.found(known(regex), known(subject))
        certain += found is not None
        for one in (found, regexes.found(known(regex), with_gap(chance, subject))):
            assert one is None or one is (answer == "1"), (regex, subject, answer)
    assert certain > TRIES * 0.6


OPERANDS = [
    '"$A"', '"$B"', '"$U"', '"$V"', '"${U:-8}"', '"x$U"', '"$1"', '"$#"', "$A", "$U", "$B", "$#",
    "8", "a", '""', "08", "'a b'", "-1", "10", "yes", "x8", '"*"', "0",
]  # fmt: skip
NUMERIC = ["-eq", "-ne", "-lt", "-le", "-gt", "-ge"]


def some_test(chance: random.Random, depth: int = 0) -> str:
    """Return what stands in `[ … ]`."""
    kind = chance.random()
    one, two = chance.choices(OPERANDS, k=2)
    if kind < 0.2:
        return f"{chance.choice(['-n', '-z'])} {one}"
    if kind < 0.3:
        return one
    if kind < 0.6:
        return f"{one} {chance.choice(['=', '!=', '=='])} {two}"
    if kind < 0.85 or depth > 1:
        return f"{one} {chance.choice(NUMERIC)} {two}"
    if kind < 0.9:
        return "! " + some_test(chance, depth + 1)
    left, right = some_test(chance, depth + 1), some_test(chance, depth + 1)
    return f"{left} {chance.choice(['-a', '-o'])} {right}"


def some_condition(chance: random.Random, depth: int = 0) -> str:
    """Return what stands in `[[ … ]]`."""
    kind = chance.random()
    one, two = chance.choices(OPERANDS, k=2)
    patterns = [two, "a*", "?", "[0-9]*", "@(a|8)", '"a"*', "$B", "*b", "+([0-9])", "$V*"]
    if kind < 0.2:
        return f"{chance.choice(['-n', '-z'])} {one}"
    if kind < 0.5:
        return f"{one} {chance.choice(['=', '!=', '=='])} {chance.choice(patterns)}"
    if kind < 0.6:
        return f"{one} {chance.choice(NUMERIC)} {chance.choice(['8', '7', '$A', '0', '$#'])}"
    if kind < 0.7 or depth > 1:
        return f"{one} =~ {chance.choice(['^[0-9]+$', 'a', '^$', '$B', '(a|8)', '^a.*b$'])}"
    if kind < 0.8:
        return f"! ( {some_condition(chance, depth + 1)} )"
    left, right = some_condition(chance, depth + 1), some_condition(chance, depth + 1)
    return f"{left} {chance.choice(['&&', '||'])} {right}"


def test_verdicts_are_true_in_bash(bash: str, tmp_path: Path) -> None:
    chance = random.Random(3)
    cases: list[tuple[str, dict[str, str]]] = []
    lines: list[str] = []
    for _ in range(TRIES):
        values = {name: chance.choice(TEXTS) for name in "ABUV12"}
        if chance.random() < 0.5:
            test = f"[ {some_test(chance)} ]"
        else:
            test = f"[[ {some_condition(chance)} ]]"
        cases.append((test, values))
        given = "; ".join(f"{name}={quoted(values[name])}" for name in "ABUV")
        arguments = f"set -- {quoted(values['1'])} {quoted(values['2'])}"
        lines.append(f"{given}; {arguments}; if {test} 2>/dev/null; then echo 1; else echo 0; fi")
    for (test, values), answer in zip(cases, answers(bash, lines, tmp_path), strict=True):
        several = word_of(list(dict.fromkeys([values["B"], "ab", "8"])))
        state = state_of({"A": known(values["A"]), "B": several, "V": unknown("it is read")})
        found = verdict(test, state)
        assert found.holds is None or found.holds is (answer == "1"), (test, values)
        follows = found.if_true if answer == "1" else found.if_false
        for name, word in follows.items():
            value = {**values, "#": "2"}[name]
            numeric = value == "08" or (answer == "0" and not value.isdigit())
            assert value in (word.texts or ()) or numeric, (test, values, name)


HARD = [
    ("*a" * 30 + "b", "a" * 5000),
    ("*(a|aa)*(a|aa)b", "a" * 2000),
    ("!(a*)b", "a" * 3000),
    ("*(*(*(a)))b", "a" * 3000),
]


@pytest.mark.parametrize(("pattern", "subject"), HARD)
def test_no_pattern_takes_long(pattern: str, subject: str) -> None:
    begin = time.process_time()
    assert globs.matches(known(pattern), known(subject), True) in (False, None)
    assert time.process_time() - begin < 1

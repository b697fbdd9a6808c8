"""What the interpreter says of a script, and that bash never contradicts it."""

from __future__ import annotations

import random
import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from sgdlint.shell.interpreter import commands, commands_of
from sgdlint.shell.parser import parse
from sgdlint.shell.values import Command, Word

STUB = r"""#!/bin/sh
{
  printf 'run\0%d\0' $#
  for one; do printf '%s\0' "$one"; done
  env -0
  printf 'end\0'
} >>"$STUB_LOG"
"""
OUTSIDE = {"OUT": "from outside", "A": "outer", "N": "7", "EMPTY": ""}
PARAMETERS = ["first", "se cond", ""]


class Run:
    """One run of the stub: what bash passed."""

    def __init__(self, argv: list[str], environment: dict[str, str]) -> None:
        self.argv = argv
        self.environment = environment


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bash")
    stub = path / "bin" / "sglang"
    stub.parent.mkdir()
    stub.write_text(STUB)
    stub.chmod(0o755)
    (path / "work").mkdir()
    return path


def run_bash(folder: Path, script: str) -> list[Run]:
    """Run a script in an empty folder with a stub of sglang, and return the stub's runs."""
    log = folder / "log"
    log.write_bytes(b"")
    environment = {"PATH": f"{folder / 'bin'}:/usr/bin:/bin", "STUB_LOG": str(log), **OUTSIDE}
    subprocess.run(
        ["bash", "-c", script, "script", *PARAMETERS],
        cwd=folder / "work",
        env=environment,
        check=False,
        capture_output=True,
        timeout=20,
        stdin=subprocess.DEVNULL,
    )
    return list(read_log(log.read_bytes().decode()))


def read_log(text: str) -> Iterator[Run]:
    fields = iter(text.split("\0"))
    for field in fields:
        if field != "run":
            continue
        argv = [next(fields) for _ in range(int(next(fields)))]
        pairs = iter(lambda: next(fields), "end")
        yield Run(argv, dict(pair.split("=", 1) for pair in pairs))


def interpret(script: str) -> list[Command]:
    return commands(parse(script), script)


def launches(script: str) -> list[Command]:
    return [one for one in interpret(script) if one.words[0].text == "sglang"]


def show(word: Word) -> str:
    """Write a word: `a|b` for one of several, `?` unknown characters, `*` any number of words."""
    if word.many:
        return word.prefix + "*"
    texts = word.texts
    if texts is None:
        parts = ["?" if piece.texts is None else "|".join(piece.texts) for piece in word.pieces]
        return "".join(parts)
    return "|".join(texts) if texts != ("",) else "''"


def pattern(word: Word) -> str:
    parts = [
        ".*" if piece.texts is None else f"(?:{'|'.join(map(re.escape, piece.texts))})"
        for piece in word.pieces
    ]
    return "".join(parts)


def agrees(words: Sequence[Word], argv: Sequence[str]) -> bool:
    """Tell whether bash may pass these arguments for all that the words say."""
    if not words:
        return not argv
    first, rest = words[0], words[1:]
    if first.many:
        starts = not argv or argv[0].startswith(first.prefix) or not first.prefix
        return starts and any(agrees(rest, argv[n:]) for n in range(len(argv) + 1))
    if not argv or re.fullmatch(pattern(first), argv[0], re.DOTALL) is None:
        return False
    return agrees(rest, argv[1:])


def wrong_environment(command: Command, run: Run) -> list[str]:
    """Return the names of which something else is said than what the process got."""
    wrong = []
    for name, variable in command.environment.items():
        if name == "IFS":  # the shell that runs the stub has its own
            continue
        got = run.environment.get(name)
        texts = variable.word.texts if variable.word is not None else ()
        is_claimed = variable.exported is False or variable.word is None
        if got is None:
            if variable.exported and texts is not None and texts:
                wrong.append(name)
        elif (is_claimed and variable.exported is not None) or (
            texts is not None and texts and got not in texts
        ):
            wrong.append(name)
    return wrong


def contradictions(folder: Path, script: str) -> list[str]:
    """Return what bash did that the interpreter said cannot be; runs are told apart by `@n`."""
    said: dict[str, list[Command]] = {}
    for command in launches(script):
        if len(command.words) > 1 and (name := command.words[1].text) is not None:
            said.setdefault(name, []).append(command)
    wrong = []
    for run in run_bash(folder, script):
        if not run.argv or not run.argv[0].startswith("@"):
            continue
        candidates = said.get(run.argv[0], [])
        if not any(agrees(one.words[1:], run.argv) for one in candidates):
            claims = [[show(word) for word in one.words[1:]] for one in candidates]
            wrong.append(f"{run.argv} but said {claims}")
        elif all(wrong_environment(one, run) for one in candidates):
            wrong.append(f"{run.argv[0]}: environment {wrong_environment(candidates[0], run)}")
    return wrong


# Each script and the words of its last `sglang`, as `show` writes them, on each path.
ROWS = [
    # words and quotes
    ("sglang @1 a 'b c' \"d e\" $'f\\tg' h\\ i", "a / b c / d e / f\tg / h i"),
    ("sglang @1 a'b'\"c\"d ''", "abcd / ''"),
    ('sglang @1 --k="v w" ""x', "--k=v w / x"),
    ("sglang @1 a \\\n  b", "a / b"),
    ("sglang @1 a # b", "a"),
    ("sglang @1 *.none ~/x {a,b}", "* / ?/x / a / b"),
    # variables
    ("X=1; sglang @1 $X ${X} \"$X\" '$X' \\$X", "1 / 1 / 1 / $X / $X"),
    ("X=1 Y=$X; sglang @1 $Y", "1"),
    ("X=a; X+=b; sglang @1 $X", "ab"),
    ("sglang @1 $NONE x", "* / x"),
    ('sglang @1 "$NONE" x', "? / x"),
    ("sglang @1 --m=$NONE", "--m=*"),
    ('sglang @1 --m="$NONE"', "--m=?"),
    ("X=1; unset X; sglang @1 $X y", "y"),
    ('X=1; unset X; sglang @1 "$X" y', "'' / y"),
    ("X=; sglang @1 a$X $X b", "a / b"),
    ("X='--a 1 --b'; sglang @1 $X", "--a / 1 / --b"),
    ("X=' 1 '; sglang @1 a$X'b'", "a / 1 / b"),
    ("X='a?b c'; sglang @1 $X", "* / c"),
    ("X='a?b c'; sglang @1 \"$X\"", "a?b c"),
    ("IFS=,; X=a,b; sglang @1 $X c", "a / b / c"),
    ("RANDOM=3; sglang @1 $RANDOM", "*"),
    ("X=*.none; sglang @1 \"$X\" '-'", "*.none / -"),
    ("X={a,b}; sglang @1 $X", "{a,b}"),
    ("X=$NONE; sglang @1 \"a$X\" $X", "a? / *"),
    ("readonly X=1\nX=2\nsglang @1 \"$X\"", "1"),
    ("readonly X=1; sglang @1 \"$X\"", "1"),
    ("declare -i X=2+3; sglang @1 \"$X\"", "5"),
    ("declare -l X=ABC; sglang @1 \"$X\"", "abc"),
    # defaults
    ("sglang @1 \"${NONE:-4}\" ${N:-4}", "? / *"),
    ("unset X; sglang @1 ${X:-4} ${X-5} ${X:+6} ${X+7}", "4 / 5"),
    ("X=1; sglang @1 ${X:-4} ${X-5} ${X:+6} ${X+7}", "1 / 1 / 6 / 7"),
    ("X=; sglang @1 ${X:-4} ${X-5} ${X:+6} ${X+7}", "4 / 7"),
    ("unset X; sglang @1 ${X:=9} $X", "9 / 9"),
    ("X=1; sglang @1 ${X:?no} ${#X} \"${X%1}\"", "1 / 1 / ''"),
    ("unset X; sglang @1 ${X:-a b} \"${X:-a b}\"", "a / b / a b"),
    ("unset X; sglang @1 ${X:-'a b' c}", "a b / c"),
    ("X=${N:-4}; sglang @1 \"$X\"", "?"),
    ("sglang @1 $((1 + 2)) $# $?", "3 / ? / ?"),
    ("X=1; sglang @1 $((X++)) \"$X\"", "1 / 2"),
    ("X=1; (( X = 5 )); sglang @1 \"$X\"", "5"),
    # arrays
    ("A=(a 'b c'); sglang @1 \"${A[@]}\" ${A[@]} $A ${A[1]}", "a / b c / a / b / c / a / b / c"),
    ("A=(a b); A+=(c); sglang @1 \"${A[@]}\" \"${A[*]}\"", "a / b / c / a b c"),
    ("A=(); sglang @1 \"${A[@]}\" x", "x"),
    ("A=(a b); sglang @1 \"x${A[@]}y\"", "xa / by"),
    ("A=(a); A[0]=z A[1]=y; sglang @1 \"${A[@]}\"", "z / y"),
    ("A=(a b); A[7]=c; sglang @1 \"${A[@]}\"", "a / b / c"),
    ("A=(\"$@\" x); A+=(y); sglang @1 \"${A[@]}\"", "* / x / y"),
    ("unset E; E=(); sglang @1 ${E[@]+\"${E[@]}\"} x", "x"),
    ("E=(a 'b c'); sglang @1 ${E[@]+\"${E[@]}\"} x", "a / b c / x"),
    ("declare -A M=([k]=v); sglang @1 \"${M[k]}\"", "v"),
    ("C=(sglang @1); C+=(--x); \"${C[@]}\" --y", "--x / --y"),
    ("C='sglang @1 --x'; $C --y", "--x / --y"),
    # paths
    ("X=1; if test -n \"$NONE\"; then X=2; fi; sglang @1 $X", "2 OR 1"),
    ("if test -n \"$N\"; then X=1; else X=2; fi; sglang @1 $X", "1 OR 2"),
    ("if a; then X=1; elif b; then X=2; else X=3; fi; sglang @1 $X", "1 OR 2 OR 3"),
    ("A=(a); if test $N; then A+=(b); fi; A+=(d); sglang @1 \"${A[@]}\"", "a / b / d OR a / d"),
    ("A=(a 1); if test $N; then A=(a 2); fi; sglang @1 \"${A[@]}\"", "a / 2 OR a / 1"),
    ("F='--a'; test $N && F+=' --b'; sglang @1 $F", "--a / --b OR --a"),
    ("X=1; false && X=2; true || X=3; sglang @1 $X", "1"),
    ("case $N in 7) X=1;; *) X=2;; esac; sglang @1 $X", "1 OR 2"),
    ("X=0; case $N in 7) X=1;& 8) X+=2;; esac; sglang @1 \"$X\"", "12 OR 02 OR 0"),
    ("for m in a b; do sglang @1 $m; done", "a OR b"),
    ("for m in \"$@\"; do sglang @1 \"$m\"; done", "?"),
    ("X=1; while read -r X; do :; done </dev/null; sglang @1 \"$X\"", "?"),
    ("A=(a); for i in 1 2; do A+=($i); done; sglang @1 \"${A[@]}\"", "a / 1 / 2"),
    ("X=1; (X=2; sglang @0 $X); sglang @1 $X", "1"),
    ("X=1; echo | X=2; sglang @1 \"$X\"", "1"),
    ("X=1; X=2 & wait; sglang @1 $X", "1"),
    ("X=1; f() { X=2; }; f; sglang @1 \"$X\"", "2"),
    ("X=1; f() { local X=2; sglang @1 $X; }; f", "2"),
    ("f() { sglang @1 \"$X\" \"$1\" \"$@\"; }; X=1; f a", "1 / a / a"),
    ("X=1; Y=2; f() { sglang @1 $X; Y=3; }; f", "1"),
    # builtins that change variables
    ("X=1; read X <<< 5; sglang @1 \"$X\"", "5"),
    ("X=1; printf -v X %s 2; sglang @1 \"$X\"", "2"),
    ("X=1; eval 'X=2'; sglang @1 \"$X\"", "2"),
    ("X=1; eval \"$NONE\"; sglang @1 \"$X\"", "?"),
    ("X=1; . ./none; sglang @1 \"$X\"; ", "?"),
    ("X=1; \"$NONE\" export X=2; sglang @1 \"$X\"", "?"),
    ("X=1; run() { \"$@\"; }; run export X=2; sglang @1 \"$X\"", "2"),
    ("X=1; export X=$X$X; sglang @1 $X", "11"),
    ("export \"X=a b\"; sglang @1 \"$X\"", "a b"),
    ("X=1; mapfile -t X </dev/null; sglang @1 \"${X[@]}\"", "*"),
    ("X=1; trap 'X=2' USR1; sglang @1 \"$X\"", "?"),
    ("X=1; trap 'X=2' EXIT; sglang @1 \"$X\"", "1"),
    ("X=1; coproc cat; sglang @1 $X", "1"),
    # commands inside other things
    ("x=$(sglang @1 a)", "a"),
    ("echo `sglang @1 a` >&2", "a"),
    ("cat <(sglang @1 a)", "a"),
    ("cat <<E\n$(sglang @1 a)\nE", "a"),
    ("[[ -n $(sglang @1 a) ]]", "a"),
    ("sglang @1 a | cat", "a"),
    ("! sglang @1 a &", "a"),
    ("time sglang @1 a", "a"),
    ("{ sglang @1 a; } >&2 </dev/null", "a"),
    ("eval 'sglang @1' \"'a b'\"", "a b"),
]  # fmt: skip


@pytest.mark.parametrize(("script", "words"), ROWS, ids=[row[0][:60] for row in ROWS])
def test_words(script: str, words: str, folder: Path) -> None:
    found = launches(script)
    last = [one for one in found if one.start == found[-1].start]
    assert {one.words[1].text for one in last} == {"@1"}
    assert " OR ".join(" / ".join(map(show, one.words[2:])) for one in last) == words
    assert contradictions(folder, script) == []
    assert any(run.argv[:1] == ["@1"] for run in run_bash(folder, script))


# Each script, and what is said of X for its last `sglang`: value and whether it is exported.
ENVIRONMENTS: list[tuple[str, str | None, bool | None]] = [
    ("export X=1; sglang @1", "1", True),
    ("X=1; export X; sglang @1", "1", True),
    ("export X; X=1; sglang @1", "1", True),
    ("X=1; sglang @1", "1", None),
    ("unset X; X=1; sglang @1", "1", False),
    ("X=1; sglang @1 && export X", "1", None),
    ("X=1 sglang @1", "1", True),
    ("Y=2 X=$Y sglang @1", "2", True),
    ("export X=1; X=2 sglang @1", "2", True),
    ("X=2 true; sglang @1", "-", None),
    ("declare -x X=1; sglang @1", "1", True),
    ("export X=1; declare +x X; sglang @1", "1", False),
    ("export X=1; export -n X; sglang @1", "1", False),
    ("set -a; X=1; set +a; sglang @1", "1", True),
    ("set -o allexport; X=1; sglang @1", "1", True),
    ("set $NONE; X=1; sglang @1", "1", None),
    ("export X=1; unset X; sglang @1", None, False),
    ("export X=1; if test $N; then X=2; fi; sglang @1", "1", True),
    ("if test $N; then export X=2; fi; sglang @1", "-", None),
    ("export X=1; (unset X); sglang @1", "1", True),
    ("f() { local -x X=1; sglang @1; }; f", "1", True),
    ("f() { local X=1; sglang @1; }; f", "1", None),
    ("export X=(1 2); sglang @1", "1", False),
    ("export X=1; f() { sglang @1; }; f", "1", True),
    ("f() { sglang @1; }; export X=1; f", "1", True),
    ("X=(a); X=1 sglang @1", "1", True),
    ("export X=1; . ./none; sglang @1", "-", None),
    ("export X=1 && sglang @1", "1", True),
]  # fmt: skip


@pytest.mark.parametrize(("script", "value", "exported"), ENVIRONMENTS)
def test_environment(script: str, value: str | None, exported: bool | None, folder: Path) -> None:
    command = launches(script)[-1]
    variable = command.environment.get("X")
    if value == "-":
        assert variable is None
    else:
        assert variable is not None
        assert (None if variable.word is None else show(variable.word)) == value
        assert variable.exported is exported
    assert contradictions(folder, script) == []


CONDITIONAL = [
    ("sglang @1", False),
    ("true && sglang @1", True),
    ("sglang @1 && true", False),
    ("if a; then sglang @1; fi", True),
    ("if sglang @1; then a; fi", False),
    ("if a; then b; elif sglang @1; then c; fi", True),
    ("for i in 1; do sglang @1; done", True),
    ("while a; do sglang @1; done", True),
    ("f() { sglang @1; }", True),
    ("case x in x) sglang @1;; esac", True),
    ("(sglang @1)", False),
    ("x=$(sglang @1)", False),
    ("sglang @1 | cat", False),
]


@pytest.mark.parametrize(("script", "conditional"), CONDITIONAL)
def test_conditional(script: str, conditional: bool) -> None:
    assert [one.conditional for one in launches(script)] == [conditional]


# Each script, and the source text of the pieces of the words after `sglang`; `-` for nowhere.
PLACES = [
    ("sglang a 'b c' --k=\"v\"", ["a", "b c", "--k= v"]),
    ("X='--a 1'; sglang $X", ["--a", "1"]),
    ('A=(a "b c"); sglang "${A[@]}"', ["a", "b c"]),
    ("X=4; sglang --n=$X", ["--n= 4"]),
    ("X=${N:-4}; sglang $X", ["4"]),
    ("eval 'sglang a b'", ["a", "b"]),
    ("X=1; if a; then X=2; fi; sglang $X", ["1"]),
    ("X=a; X+=b; sglang $X", ["a b"]),
    ("export \"X=a b\"; sglang $X", ["a", "b"]),
    ("X='a b'; sglang $(echo $X c)", ["a", "b", "c"]),
    ("X='a,b'; sglang $(echo \"$X\" | tr , ' ')", ["a", "b"]),
    ("X='a,b'; sglang $(cut -d, -f2 <<< \"$X\")", ["b"]),
    ("IFS=, read -r A B <<< a,b; sglang $B", ["b"]),
    ("mapfile -t L <<E\n--a\nb\nE\nsglang \"${L[@]}\"", ["--a", "b"]),
    ("printf -v X '%s=%s' --a b; sglang $X", ["--a = b"]),
    ("sglang $(basename /a/b)", ["-"]),
]  # fmt: skip


@pytest.mark.parametrize(("script", "places"), PLACES)
def test_words_know_where_they_were_written(script: str, places: list[str]) -> None:
    words = launches(script)[-1].words[1:]
    assert [" ".join(place_of(script, word)) for word in words] == places


def place_of(script: str, word: Word) -> list[str]:
    return [script[one.start : one.end] if one.start >= 0 else "-" for one in word.pieces]


WRITTEN = [
    ("sglang 'b c'", ["'b c'"]),
    ('sglang "$X"', ['"$X"']),
    ('A=(a "b c"); sglang "${A[@]}"', ["a", '"b c"']),
    ('A=(a "b c"); sglang ${A[@]+"${A[@]}"}', ["a", '"b c"']),
    ("X='--a 1'; sglang $X", ["", ""]),
    ("sglang $X", [""]),
    ("eval 'sglang a b'", ["a", "b"]),
]


@pytest.mark.parametrize(("script", "written"), WRITTEN)
def test_words_know_what_was_written_whole(script: str, written: list[str]) -> None:
    words = launches(script)[-1].words[1:]
    assert [script[max(0, w.written_start) : max(0, w.written_end)] for w in words] == written


REASONS = [
    ('sglang "$MODEL"', "$MODEL is not set in this script"),
    ("sglang $(date)", "$(…) runs a command"),
    ("sglang `date`", "`…` runs a command"),
    ('sglang "$1"', "$1 is not known before the script runs"),
    ('sglang "$@"', "$@ is what the script or function was called with"),
    ("sglang *.png", "a file pattern can match any number of files"),
    ("X=1; for X in $(a); do :; done; sglang $X", "it is changed in a loop"),
    ('. ./env; sglang "$X"', ". ./env may set any variable"),
    (
        f'X=1; case $N in {" ".join(f"{i}) X=$Y{i};;" for i in range(20))} esac; sglang "$X"',
        "its value depends on the path that the script takes",
    ),
    ("f() { X=1; f; }; f; sglang $X", "the function f may change it"),
    ("read X; sglang $X", "it is read"),
]


@pytest.mark.parametrize(("script", "reason"), REASONS)
def test_an_unknown_word_says_why(script: str, reason: str) -> None:
    assert launches(script)[-1].words[1].reason == reason


DEFAULTS = [
    ('sglang "${M:-a/b}"', "a/b"),
    ("sglang --n=${N:-4}", "--n=4"),
    ("M=${M:-a/b}; sglang $M", "a/b"),
    ("M=${M:-a/b}; sglang ${M:-c}", "a/b"),
    (": ${M:=a/b}; sglang $M", "a/b"),
    ("export M; sglang ${M:-a}", "a"),
    ("sglang $M", None),
    ("M=$(a); sglang ${M:-b}", None),
]


@pytest.mark.parametrize(("script", "default"), DEFAULTS)
def test_defaults_are_kept_for_unknown_words(script: str, default: str | None) -> None:
    word = launches(script)[-1].words[1]
    assert word.texts is None
    assert word.default == default


def test_a_here_document_is_kept() -> None:
    found = interpret("bash <<'E'\nsglang $X\nE\ncat <<< 'a b'\n")
    stdin = [one.stdin.text if one.stdin is not None else None for one in found]
    assert stdin == ["sglang $X\n", "a b"]


def test_a_call_of_a_function_is_marked() -> None:
    found = interpret("f() { :; }; f; g")
    assert [one.function for one in found] == [False, True, False]


def test_a_script_in_a_word_is_followed() -> None:
    script = "export X=1; Y=2; Z=z; bash -c 'sglang $X \"$Y\" a'"
    outer = interpret(script)[-1]
    inner = commands_of(outer.words[2], outer.environment)
    assert inner is not None
    assert [show(word) for word in inner[0].words] == ["sglang", "1", "?", "a"]
    assert script[inner[0].start : inner[0].end] == 'sglang $X "$Y" a'
    assert commands_of(interpret("bash -c $X")[0].words[2], {}) is None


# --- generated scripts ---------------------------------------------------------------------------


class Writer:
    """Writes random scripts; each `sglang` in them has a number of its own."""

    NAMES = ("A", "B", "OUT", "N", "NEW")
    LISTS = ("L", "M")
    TEXTS: tuple[str, ...] = (
        "b",
        "--c",
        "--d=e",
        "'f'",
        '"g"',
        "--h",
        "i/j",
        "0.5",
        "1",
        "--a 1",
        "x",
        "''",
        "'a b'",
        '"$A"',
        "$B",
        "${N:-4}",
        "--k=$A",
        "$OUT",
    )
    TEXTS += ('"${L[@]}"', '"${M[*]}"', "${A:+y}", '"$@"', "$1", "$(echo q)", "$((1+1))", '""')
    TEXTS += ('"x${L[@]}y"', "${NEW-d}", '"${B:-e f}"', "${L[0]}", '${M[@]+"${M[@]}"}', "$NEW")
    TEXTS += ("${NEW:=set}", '"${#L[@]}"', "a\\ b", "$'t\\n'", "{p,q}", '"${A%1}"', "${L[@]:1}")

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.count = 0

    def one_of(self, *choices: str) -> str:
        return self.random.choice(choices)

    def launch(self) -> str:
        self.count += 1
        words = " ".join(self.one_of(*self.TEXTS) for _ in range(self.random.randint(0, 4)))
        prefix = self.one_of("", "", "", "A=p ", "B=$A N=2 ", "IFS=, ")
        return f"{prefix}sglang @{self.count} {words}"

    def assign(self) -> str:
        name, other, many = (
            self.one_of(*self.NAMES),
            self.one_of(*self.NAMES),
            self.one_of("L", "M"),
        )
        text = self.one_of(*self.TEXTS)
        return self.one_of(
            f"{name}={text}", f"{name}+={text}", f"{name}=$({name}=9; echo 1)", f"unset {name}",
            f"export {name}={text}", f"export {name}", f"declare -x {name}",
            f"declare {name}={text}",
            f"{many}=({text} {self.one_of(*self.TEXTS)})", f"{many}+=({text})", f"{many}=()",
            f"{many}[0]={text}", f"{many}+=(--f)", f"{name}=${other}{text}", f"unset {many}",
            f"read -r {name} <<< {text}", f"printf -v {name} %s z", f"export -n {name}",
            f": ${{{name}:=q}}", f"{many}=(\"${{{many}[@]}}\" z)", "set -a", "set +a", f"{many}=v",
            "(( N = 3 ))", f"eval '{name}=e'", f"eval {name}={text}", f"declare +x {name}",
            f"true {text}", "f", "g a b", "shift",
        )  # fmt: skip

    def block(self, depth: int) -> str:
        lines = [self.statement(depth) for _ in range(self.random.randint(1, 4))]
        return "\n".join(lines)

    def statement(self, depth: int) -> str:
        kind = self.random.random()
        if kind < 0.3:
            return self.launch()
        if kind < 0.7 or depth > 2:
            return self.assign()
        test = self.one_of('test -n "$N"', "false", 'test "$A" = 1', "true")
        inner, other = self.block(depth + 1), self.block(depth + 1)
        name = self.one_of(*self.NAMES)
        return self.one_of(
            f"if {test}; then\n{inner}\nelse\n{other}\nfi", f"if {test}; then\n{inner}\nfi",
            f"{test} && {self.assign()}", f"{test} || {self.assign()}", f"(\n{inner}\n)",
            f"for {name} in {self.one_of(*self.TEXTS)} w; do\n{inner}\ndone",
            f"case $N in\n1) {self.assign()};;\n7) {inner}\n{self.one_of(';;', ';&', ';;&')}\n"
            f"{self.one_of('*', '2')}) {other}\n;;\nesac",
            f"{{\n{inner}\n}} | cat", f"{{\n{inner}\n}} &\nwait", f"cat < <(\n{inner}\n)",
            f"f() {{\nlocal A=$1\n{inner}\n}}", f"g() {{\n{inner}\n}}",
            f"I{depth}=0; while (( I{depth}++ < 2 )); do\n{inner}\n"
            f"{self.one_of('', 'break', 'continue')}\ndone",
            f"{name}=$(\n{inner}\n)", f"{{\n{inner}\n}} >/dev/null", f"if {test}; then\n{inner}\n"
            f"elif {self.assign()}; then\n{other}\nfi",
        )  # fmt: skip


GROUPS = 12
PER_GROUP = 25


def write_script(seed: int) -> str:
    # `f` and `g` exist from the start; what they call cannot go round for ever.
    writer = Writer(seed)
    begin = "f() { B=f; }\ng() { :; }\n"
    guard = "FUNCNEST=8\n"
    return guard + begin + writer.block(0) + "\n" + writer.block(0) + "\n" + writer.launch() + "\n"


@pytest.mark.parametrize("group", range(GROUPS))
def test_bash_contradicts_nothing(group: int, folder: Path) -> None:
    for seed in range(group * PER_GROUP, (group + 1) * PER_GROUP):
        script = write_script(seed)
        assert contradictions(folder, script) == [], f"seed {seed}:\n{script}"


def test_the_generated_scripts_say_something() -> None:
    words = [
        word
        for seed in range(200)
        for command in launches(write_script(seed))
        for word in command.words[2:]
    ]
    known = sum(word.texts is not None for word in words)
    assert len(words) > 500
    assert known / len(words) > 0.4


# --- bounds ---------------------------------------------------------------------------------------

HEAVY = [
    "{ " * 3000 + "a" + "; }" * 3000,
    "a && " * 20000 + "b",
    "$(" * 2000 + "a" + ")" * 2000,
    "echo " + "${a:-" * 500 + "x" + "}" * 500,
    "A=x\n" + "A=$A$A\n" * 500 + "sglang $A",
    "A=(x)\n" + 'A=("${A[@]}" "${A[@]}")\n' * 300,
    "if a; then b; " + "elif c; then d=1; " * 3000 + "fi",
    "".join(f"A{i}=1; cmd\n" for i in range(5000)),
    "".join(f"f{i}() {{ A{i}=1; f{i + 1}; }}\n" for i in range(1500)),
    "for i in a; do " * 30 + "A=1; B=$A" + "; done" * 30,
    "A+=(x)\n" * 5000 + "B+=x\n" * 5000,
]


@pytest.mark.parametrize("script", HEAVY, ids=[script[:20] for script in HEAVY])
def test_nothing_explodes(script: str) -> None:
    root = parse(script)
    start = time.process_time()
    found = commands(root, script)
    assert time.process_time() - start < 5
    assert all(0 <= one.start < one.end <= len(script) for one in found)

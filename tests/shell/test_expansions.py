"""Expansions that can be computed, with their places; bash is the judge."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from sgdlint.shell.interpreter import commands
from sgdlint.shell.parser import parse
from sgdlint.shell.values import Word

TRIES = 600
STUB = 'sglang() { printf "%s\\0" "@@$#" "$@"; }\n'


def last_words(script: str) -> tuple[Word, ...]:
    found = [one for one in commands(parse(script), script) if one.words[0].text == "sglang"]
    return found[-1].words[1:]


def show(words: tuple[Word, ...]) -> list[str]:
    return ["*" if word.many else "|".join(word.texts or ("?",)) for word in words]


# A is `a/b.tar.gz`, L is (x "y z" ''), S is sparse, U is unset.
SETUP = "A=a/b.tar.gz; L=(x 'y z' ''); S=([1]=p [5]=q); unset U; E=; R=A; N=3\n"
ROWS: list[tuple[str, list[str]]] = [
    ("${#A} ${#L[@]} ${#S[*]} ${#U} ${#L[1]}", ["10", "3", "2", "0", "3"]),
    ("${A#*/} ${A##*.} ${A%.*} ${A%%.*}", ["b.tar.gz", "gz", "a/b.tar", "a/b"]),
    ('"${A#"a/"}" "${A%\'z\'}" ${A#x}', ["b.tar.gz", "a/b.tar.g", "a/b.tar.gz"]),
    ("${A/./_} ${A//./_} ${A/#a/z} ${A/%gz/xz} ${A//[a-b]}",
     ["a/b_tar.gz", "a/b_tar_gz", "z/b.tar.gz", "a/b.tar.xz", "/.tr.gz"]),
    ("\"${A//a/[&]}\" ${A//a/\\&} ${A////-}", ["[a]/b.t[a]r.gz", "&/b.t&r.gz", "a-b.tar.gz"]),
    ("${A:2} ${A:2:1} ${A: -2} ${A:N:2} ${A:0:-3} ${A:99}x",
     ["b.tar.gz", "b", "gz", ".t", "a/b.tar", "x"]),
    ("${A^} ${A^^} ${A^^[ab]} ${E^^}", ["A/b.tar.gz", "A/B.TAR.GZ", "A/B.tAr.gz"]),
    ("${A~} ${A~~} ${A~~[b]}", ["A/b.tar.gz", "A/B.TAR.GZ", "a/B.tar.gz"]),
    ('"${L[1]@Q}" ${A@U} "${A@u}"', ["'y z'", "A/B.TAR.GZ", "A/b.tar.gz"]),
    ("${!R} ${!R%%.*} ${!U:-d}", ["a/b.tar.gz", "a/b", "*"]),
    ('"${!L[@]}" "${!S[*]}"', ["0", "1", "2", "1 5"]),
    ('"${L[@]:1}" "${L[@]: -1:1}" ${S[@]:2:1} "${L[@]:7}"', ["y z", "", "", "q"]),
    ('"${L[@]/#/--}" "${L[@]^^}"', ["--x", "--y z", "--", "X", "Y Z", ""]),
    ('"${L[-2]}" ${L[N-3]} ${S[5]} ${S[2]-no}', ["y z", "x", "q", "no"]),
    ('"${U:-"${L[@]}"}" "${U-$A}" ${U:-d e}', ["x", "y z", "", "a/b.tar.gz", "d", "e"]),
    ('"$E${U[@]}" x', ["x"]),
    ('"${E}${L[@]:9}" x', ["x"]),
    ("{a,b}{1..3} {01..03} {c..a} {1..7..3}",
     ["a1", "a2", "a3", "b1", "b2", "b3", "01", "02", "03", "c", "b", "a", "1", "4", "7"]),
    ("--{x,y=\"$A\",{z,w}}", ["--x", "--y=a/b.tar.gz", "--z", "--w"]),
    ("{$N..5} {a} {} x{a,b", ["{3..5}", "{a}", "{}", "x{a,b"]),
    ("$A{1,2}", ["*"]),
    ("$((N * 2 + 1)) $((N > 2 ? 8 : 4)) $((N ** 2 % 5)) $((0x10 | 1))", ["7", "8", "4", "17"]),
    ("$((N++)) $N $((M = N * 2)) $M $((--M))", ["3", "4", "8", "8", "7"]),
    ("$((U + 1)) $((${#A} / 3)) $((1 / 0))", ["1", "3", "?"]),
    ("$((!X)) $((X ? 1 : 2)) $((0 && X)) $((N = X ? 1 : 2))$N", ["?", "?", "0", "*"]),
]  # fmt: skip


@pytest.mark.parametrize(("words", "expected"), ROWS)
def test_words(words: str, expected: list[str]) -> None:
    assert show(last_words(f"{SETUP}sglang {words}")) == expected


OPTIONS = [
    ("shopt -s extglob; X='  a '; sglang \"${X##+( )}\"", ["a "]),
    ("X='  a '; sglang \"${X##+( )}\"", ["  a "]),
    ("shopt -s extglob; shopt -u extglob; X=aa; sglang ${X##+(a)}", ["aa"]),
    ('if x; then shopt -s extglob; fi; X=aa; sglang "${X##+(a)}"', ["?"]),
    ('shopt $O extglob; X=aa; sglang "${X##+(a)}"', ["?"]),
    ('shopt -s nocasematch; X=aB; sglang "${X/b/c}"', ["?"]),
    ("shopt -s nullglob; X=aB; sglang ${X/B/c}", ["ac"]),
]


@pytest.mark.parametrize(("script", "expected"), OPTIONS)
def test_options(script: str, expected: list[str]) -> None:
    assert show(last_words(script)) == expected


IFS_ROWS = [
    ("IFS=,; X=a,b,,c,; sglang $X", ["a", "b", "", "c"]),
    ("IFS=' ,'; X=' a , b c,, '; sglang $X", ["a", "b", "c", ""]),
    ("IFS=,; X=,a; sglang b$X", ["b", "a"]),
    ("IFS=; X='a b'; sglang $X", ["a b"]),
    ("unset IFS; X='a b'; sglang $X", ["a", "b"]),
    ('IFS=,; L=(a b); sglang "${L[*]}" "${L[@]}"', ["a,b", "a", "b"]),
    ('IFS=,; L=(a b); X=${L[*]}; Y=${L[@]}; sglang "$X" "$Y"', ["a,b", "a b"]),
    ("IFS=$(x); X='a b'; sglang $X", ["*"]),
    ("HOME=/h; sglang ~/x ~ a~ '~'", ["/h/x", "/h", "a~", "~"]),
]


@pytest.mark.parametrize(("script", "expected"), IFS_ROWS)
def test_splitting(script: str, expected: list[str]) -> None:
    assert show(last_words(script)) == expected


DEFAULTS = [
    ("N=${N:-4}; sglang $((N * 2))", "8"),
    ("sglang $((30000 + ${JOB:-7} % 5))", "30002"),
    ('M=${M:-a/b}; sglang "${M##*/}"', "b"),
    ('M=${M:-ab}; sglang "x${M^^}"', "xAB"),
    ("N=${N:-4}; sglang $((N++))", None),
    ("sglang $((N + 1))", None),
]


@pytest.mark.parametrize(("script", "default"), DEFAULTS)
def test_defaults_are_computed(script: str, default: str | None) -> None:
    (word,) = last_words(script)
    assert (word.text, word.default) == (None, default)


ROUNDS = [
    ("A=(); for ((i = 0; i < 3; i++)); do A+=($i); done; sglang ${A[@]} $i", ["0", "1", "2", "3"]),
    ('N=2; A=(); for ((i=N; i; i-=1)); do A+=(x$i); done; sglang "${A[@]}"', ["x2", "x1"]),
    ("for ((i=0; i<9; i++)); do (( i == 4 )) && break; done; sglang $i", ["4"]),
    ("for ((i=0; i<900; i++)); do :; done; sglang $i", ["*"]),
    ("for ((i=0; i<U; i++)); do X=$i; done; sglang $i", ["*"]),
    ("for ((i=1; ; i*=2)); do [ $i -gt 20 ] && break; done; sglang $i", ["32"]),
    ("[ x -eq 1 ]; sglang $?", ["?"]),
]


@pytest.mark.parametrize(("script", "expected"), ROUNDS)
def test_rounds_of_arithmetic_loops(script: str, expected: list[str]) -> None:
    assert show(last_words(script)) == expected


# What is marked is where the last word of the script was written, character for character.
PLACES = [
    ("A=--x=«value»; sglang ${A#--x=}", "value"),
    ("A=«model»-fp8; sglang ${A%-*}", "model"),
    ("A=xx«keep»; sglang ${A/xx}", "keep"),
    ("A=x«keep»y; sglang ${A:1:4}", "keep"),
    ('L=(a «b» c); sglang "${L[@]:1:1}"', "b"),
    ("R=A; A=«value»; sglang ${!R}", "value"),
    ("sglang x{«a»,}", "xa"),
    ("A=«lower»; sglang ${A,,}", "lower"),
]


@pytest.mark.parametrize(("marked", "text"), PLACES)
def test_places(marked: str, text: str) -> None:
    start = marked.index("«")
    end = marked.index("»") - 1
    script = marked.replace("«", "").replace("»", "")
    words = [word for word in last_words(script) if word.text == text]
    assert len(words) == 1
    exact = [piece for piece in words[0].pieces if piece.exact]
    assert (start, end) in [(piece.start, piece.end) for piece in exact]


NOWHERE = ["A=ab; sglang ${A^^}", "sglang $((4*2))", "sglang {1..1}", "A=ab; sglang ${#A}"]


@pytest.mark.parametrize("script", NOWHERE)
def test_what_is_computed_was_written_nowhere(script: str) -> None:
    (word,) = last_words(script)
    assert word.text is not None
    assert [(piece.start, piece.exact) for piece in word.pieces] == [(-1, False)]


# --- bash is the judge ---------------------------------------------------------------------------

VALUES = [
    "''", "abc", "a/b/c.tar.gz", '"a b"', "'x  y'", "/m/model-1/", "a,b,,c", "12", "-3", "\"it's\"",
    "' lead'", '"*"', "aaa", '"a&b"', "A1",
]  # fmt: skip
PATTERNS = [
    "a", "*/", "/*", "?", "*.", ".*", "[a-c]", "[!a]", "*", '"*"', "$P", '"$P"', '""', "*[0-9]",
    "[[:upper:]]", "a*b", "'/'", "\\*", "",
]  # fmt: skip
WORDS = ["w", '"d e"', "", "$Y", '"$Y"', "'s t'", "f g", "${Z:-q}", '"${a[@]}"', "$I", "*"]
NUMBERS = ["0", "1", "2", " -1", "(-1)", "1+1", "I", "${#X}"]
BRACES = ["{a,b}", "{1..3}", "{01..03}", "{x,y{p,q}}", '{"a b",c}', "{a,$X}", "{}", "{a}", "{,x}"]


def some_expansion(chance: random.Random) -> str:
    pick = chance.choice
    name = pick(["X", "Y", "Z", "E", "U", "a[0]", "a[-1]", "a[I]", "a[@]", "a[*]", "e[@]", "s[@]"])
    kinds = [
        f"${{{name}}}",
        f"${{#{name}}}",
        f"${{{name}{pick([':-', '-', ':+', '+'])}{pick(WORDS)}}}",
        f"${{{name}{pick(['#', '##', '%', '%%'])}{pick(PATTERNS)}}}",
        f"${{{name}/{pick(['', '/', '#', '%'])}{pick(PATTERNS)}/{pick(['z', '[&]', '$Y', ''])}}}",
        f"${{{name}:{pick(NUMBERS)}{pick(['', ':' + pick(NUMBERS)])}}}",
        f"${{{name}{pick(['^', '^^', ',', ',,', '~', '~~'])}}}",
        f"${{{name}@{pick('QUuL')}}}",
        pick(["${!R}", "${!a[@]}", "${!s[*]}", "${!R%c}"]),
        f"$(( {pick(['I+1', '${#X}*2', 'I?3:4', '-I', 'I**2', 'I<<3'])} ))",
    ]
    return pick(kinds)


def some_word(chance: random.Random) -> str:
    text = ""
    for _ in range(chance.choice([1, 1, 1, 2, 2, 3])):
        kind = chance.random()
        if kind < 0.4:
            text += f'"{some_expansion(chance)}"'
        elif kind < 0.7:
            text += some_expansion(chance)
        elif kind < 0.8:
            text += chance.choice(BRACES)
        elif kind < 0.9:
            text += f'"{chance.choice(["", "p "])}{some_expansion(chance)}{some_expansion(chance)}"'
        else:
            text += chance.choice(["lit", "-", "k=", "'q q'", "\\ ", ","])
    return text


def some_script(chance: random.Random) -> str:
    values = [f"{name}={chance.choice(VALUES)}" for name in "XYZ"]
    elements = " ".join(chance.choices(VALUES, k=chance.randint(0, 3)))
    values += [f"P={chance.choice(['a', '/', '*', 'b'])}", f"I={chance.choice('0123')}"]
    values += [f"E=; unset U; e=(); R=X; s=([1]=p [5]='q r'); a=({elements})"]
    if chance.random() < 0.2:
        values.append(f"IFS={chance.choice([',', chr(34) + ' ,' + chr(34), chr(34) * 2, '/'])}")
    words = f"{some_word(chance)} {some_word(chance)}"
    if chance.random() < 0.2:
        return "\n".join([*values, f'v={some_word(chance)}; sglang "$v"', ""])
    if chance.random() < 0.2:
        return "\n".join([*values, f'v=({words}); sglang "${{v[@]}}"', ""])
    return "\n".join([*values, f"sglang {words}", ""])


def run(bash: str, scripts: list[str], folder: Path) -> list[list[str]]:
    """Return what the stub was called with in each script."""
    (folder / "empty").mkdir()
    for number, script in enumerate(scripts):
        (folder / f"{number}.sh").write_text(script)
    loop = f"for ((number=0; number<{len(scripts)}; number++)); do\n"
    loop += '( . ../$number.sh ) 2>/dev/null; printf "%s\\0" "@@end"\ndone\n'
    (folder / "all.sh").write_text(STUB + loop)
    got = subprocess.run(
        [bash, str(folder / "all.sh")],
        capture_output=True,
        cwd=folder / "empty",
        timeout=120,
        check=False,
        env={"PATH": "/usr/bin:/bin"},
    ).stdout.decode()
    calls = [part.split("\0")[:-1] for part in got.split("@@end\0")[:-1]]
    assert len(calls) == len(scripts)
    return calls


def agrees(words: tuple[Word, ...], argv: list[str]) -> bool:
    """Tell whether bash may give these arguments for all that the words say."""
    if not words:
        return not argv
    if words[0].many:
        return any(agrees(words[1:], argv[count:]) for count in range(len(argv) + 1))
    texts = words[0].texts
    return bool(argv) and (texts is None or argv[0] in texts) and agrees(words[1:], argv[1:])


def test_expansions_are_those_of_bash(tmp_path: Path) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash here")
    asked = subprocess.run([bash, "-c", "echo $BASH_VERSION"], capture_output=True, check=True)
    if tuple(map(int, asked.stdout.decode().split(".")[:2])) < (5, 2):
        pytest.skip("`&` in a replacement is read as bash 5.2 reads it")
    chance = random.Random(4)
    scripts = [some_script(chance) for _ in range(TRIES)]
    known = 0
    for script, calls in zip(scripts, run(bash, scripts, tmp_path), strict=True):
        words = last_words(script)
        known += all(word.text is not None for word in words)
        if calls:
            argv = calls[1 : 1 + int(calls[0][2:])]
            assert agrees(words, argv), (script, show(words), argv)
        for piece in (piece for word in words for piece in word.pieces if piece.exact):
            assert (script[piece.start : piece.end],) == piece.texts
    assert known > TRIES * 0.5

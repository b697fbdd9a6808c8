"""What programs write: the programs themselves are the judge."""

from __future__ import annotations

import random
import re
import subprocess

import pytest

from sgdlint.shell.interpreter import Interpreter
from sgdlint.shell.origin import Origin
from sgdlint.shell.parser import parse
from sgdlint.shell.slices import part
from sgdlint.shell.state import State
from sgdlint.shell.values import Word


def written(script: str) -> Word | None:
    """Return what is known of the output of a script."""
    around = f"X=$(\n{script}\nprintf .\n)"
    interpreter = Interpreter(parse(around), Origin(around), State({}))
    interpreter.run(parse(around).statements)
    word = interpreter.state.variables["X"].word
    return part(word, 0, len(word.text) - 1) if word is not None and word.text else None


def judge(script: str) -> str:
    """Return what bash writes; "?" for what a command substitution could not hold."""
    done = subprocess.run(
        ["bash", "-c", 'ulimit -t 3 -v 400000; exec bash -c "$1"', "limited", script],
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=5,
    )
    return done.stdout.decode(errors="surrogateescape")


# Each command, and whether its output is known.
ROWS = [
    ("echo a  b 'c d'", True),
    ("echo -n a", True),
    ("echo -ne 'a\\tb'", True),
    ("echo -e 'a\\nb' -n", True),
    ("echo -E 'a\\nb'", True),
    ("echo 'a\\nb'", True),
    ("echo -x -n", True),
    ("echo - a", True),
    ("echo -e 'a\\0101'", False),
    ("echo $NONE", False),
    ("printf '%s\\n' a 'b c'", True),
    ("printf '%s-%d|' a 1 b 0x1f c 010 d", True),
    ("printf '%5s|%-5s|%.2s|%05d|%+d|% d|%x|%o' a b cde 42 7 8 255 8", True),
    ("printf 'a%%b\\tc\\x41\\101\\q\\\"'", True),
    ("printf '%b' 'a\\tb'", True),
    ("printf '%q' a/b-c", True),
    ("printf '%q' 'a b'", False),
    ("printf '%c' abc", True),
    ("printf '%.1f' 0.35", False),
    ("printf '%d' 9a", False),
    ("printf -- '-%s-' a", True),
    ("printf '%s'", True),
    ("printf '%d'", True),
    ("printf 'x' a b", True),
    ("printf '%(%Y)T' -1", False),
    ("basename /a/b.sh .sh", True),
    ("basename b.sh b.sh", True),
    ("basename /a/b/", True),
    ("basename /", True),
    ("basename ''", True),
    ("basename -a x y", False),
    ("dirname /a/b/c", True),
    ("dirname a", True),
    ("dirname /a", True),
    ("dirname a//b/", True),
    ("dirname /", True),
    ("dirname //a", True),
    ("seq 3", True),
    ("seq 2 5", True),
    ("seq 5 -2 0", True),
    ("seq -s, 1 3", True),
    ("seq 3 1", True),
    ("seq 1 0.5 3", False),
    ("seq -w 8 10", False),
    ("cat <<< 'a b'", True),
    ("cat <<E\na\nb\nE", True),
    ("cat file", False),
    ("tr a-z A-Z <<< 'abC d'", True),
    ("tr '[:lower:]' '[:upper:]' <<< 'abC d'", True),
    ("echo a,b,,c | tr , ' '", True),
    ("echo a,b,,c | tr -d ,", True),
    ("echo a,b,,c | tr -s ,", True),
    ("echo aab | tr -s a x", True),
    ("echo 'a1 b2' | tr -cd '0-9'", True),
    ("echo 'a1 b2' | tr -c '0-9' _", True),
    ("echo a:b | tr ':' '\\n'", True),
    ("echo abc | tr abc x", True),
    ("echo 'a-b' | tr - _", True),
    ("echo a/b | tr / -", True),
    ("echo a | tr -d '[=a=]'", False),
    ("echo a,b,c | cut -d, -f2", True),
    ("echo a,b,c | cut -d ',' -f 1,3-", True),
    ("echo a,b,c | cut -d, -f-2", True),
    ("echo abc | cut -d, -f2", True),
    ("echo abc | cut -d, -f2 -s", True),
    ("echo abcdef | cut -c1-3", True),
    ("echo abcdef | cut -c 2,4-", True),
    ("echo 'a\tb' | cut -f2", True),
    ("printf 'a\\nb\\nc\\n' | head -n 2", True),
    ("printf 'a\\nb\\nc' | head -1", True),
    ("printf 'a\\nb\\nc' | tail -1", True),
    ("printf 'a\\nb\\nc\\n' | tail -n +2", True),
    ("printf 'a\\nb\\nc\\n' | tail -n2", True),
    ("printf 'a\\nb\\nc' | head -n -1", False),
    ("echo a b c | wc -w", True),
    ("echo 0,1,2 | tr , '\\n' | wc -l", True),
    ("printf abc | wc -c", True),
    ("printf '%s\\n' a b c | paste -sd,", True),
    ("printf '%s\\n' a b c | paste -s -d ' ' -", True),
    ("echo '  a  b ' | xargs", True),
    ("echo a b c | awk '{print $2}'", True),
    ("echo a b c | awk '{ print $NF }'", True),
    ("echo a,b,c | awk -F, '{print $1}'", True),
    ("echo a b | awk '{print $1 $2}'", False),
    ("echo abab | sed 's/a/x/'", True),
    ("echo abab | sed 's/a/x/g; s|b|y|'", True),
    ("echo abab | sed -e 's/a/x/g' -e s/b//", True),
    ("printf '%s,' a b | sed 's/,$//'", False),
    ("echo a,b, | sed 's/,$//'", True),
    ("echo '  a ' | sed 's/^ *//'", True),
    ("echo a1b22 | sed 's/[0-9]//g'", True),
    ("echo a1b22 | sed -E 's/[0-9]+/N/g'", True),
    ("echo a+b | sed 's/+/-/'", True),
    ("echo a.b | sed 's/\\./_/'", True),
    ("echo a/b | sed 's/\\//_/'", True),
    ("echo ab | sed 's/\\(a\\)/\\1\\1/'", False),
    ("echo ab | sed 's/a/&&/'", False),
    ("echo ab | sed -n p", False),
    ('f() { echo "$1"; return; echo b; }; f a; f c', True),
    ("f() { echo a >&2; echo b; }; f; f >/dev/null; (f); { f; } 2>&1", False),
    ("f() { echo a >&2; echo b; }; f; f >/dev/null; (f)", True),
    ("for i in 1 2; do echo $i; done | tr 1 3", True),
    ("(if [ 1 = 1 ]; then echo a; exit; fi; echo b)", True),
    ("while read -r a b; do echo $b $a; done <<< '1 2'", True),
    ("printf '%s\\n' a b | while read -r x; do echo \"$x\"; done", True),
    ("printf '%s\\n' a b | { read -r x; cat; }", True),
    ("mapfile -t L < <(printf '%s\\n' a b); echo ${L[1]}", True),
    ('x=$(echo a; echo); echo "$x$(echo b)"', True),
    ("eval 'echo a'; true && echo b || echo c", True),
    ("echo a | (read -r x; echo $x$x) | cat", True),
    ("[ -e /none ] && echo a", False),
    ("echo a; ls", False),
    ("echo a & wait", False),
    ("exec echo a", False),
    ("cat < /dev/null", False),
    ("read -r x < /etc/hostname; echo $x", False),
    ("date", False),
    ("pwd", False),
    ("nproc", False),
]


@pytest.mark.parametrize(("script", "is_known"), ROWS)
def test_what_is_written(script: str, is_known: bool) -> None:
    word = written(script)
    assert (word is not None and word.text is not None) is is_known
    if word is not None and word.text is not None:
        assert word.text == judge(script)


class Writer:
    """Writes random pipelines."""

    TEXTS = ("a", "b,c", "d e", "", "-n", "7", "a/b/c.sh", "x\\ty", "%s", "010", "A b,C,d", "a\nb",
             "--k v", "+3", "'", "é", "a.b", "[x]", "a*b", "1 2 3", ",,", " p ")  # fmt: skip
    SETS = ("a-z", "A-Z", ",", " ", "\\n", "[:upper:]", "[:lower:]", "abc", "0-9", "/", "-", "a-",
            "", "[:space:]", "[a]", "b-a", "\\t ")  # fmt: skip
    FORMATS = ("%s", "%s\\n", "%d,", "[%5s]", "%-4s|", "%03d", "a%%b", "%s=%s;", "%b", "%x", "x",
               "%q ", "%.1s", "%+d", "\\t%s", "%c", "%i\\\\", "-%s")  # fmt: skip
    PATTERNS = (
        "a",
        ",",
        "b*",
        "[0-9]",
        "[a-c]*",
        " $",
        "^a",
        ".",
        "\\.",
        "x+",
        "[^,]*,",
        "/",
        "[]x]",
        "a|b",
    )

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def one_of(self, *choices: str) -> str:
        return self.random.choice(choices)

    def quoted(self, text: str) -> str:
        return "'" + text.replace("'", "'\\''") + "'"

    def words(self) -> str:
        return " ".join(
            self.quoted(self.one_of(*self.TEXTS)) for _ in range(self.random.randint(0, 3))
        )

    def source(self) -> str:
        return self.one_of(
            f"echo {self.words()}", f"echo -e {self.words()}", f"echo -n {self.words()}",
            f"printf {self.quoted(self.one_of(*self.FORMATS) + self.one_of('', *self.FORMATS))} "
            f"{self.words()}",
            f"basename {self.words()}", f"dirname {self.words()}",
            f"seq {self.one_of('1', '3', '-1')} {self.one_of('', '2', '5')} {self.one_of('', '9')}",
            f"cat <<< {self.quoted(self.one_of(*self.TEXTS))}",
        )  # fmt: skip

    def filter(self) -> str:
        one, other = (self.quoted(self.one_of(*self.SETS)) for _ in range(2))
        pattern = self.one_of(*self.PATTERNS).replace("/", "\\/")
        number = self.one_of("1", "2", "3", "0")
        return self.one_of(
            f"tr {self.one_of('', '-s', '-c', '-C')} {one} {other}", f"tr {one} {other}",
            f"tr {self.one_of('-d', '-cd', '-s')} {one}", f"cut -d, -f{number}",
            f"cut -d/ -f{number}",
            f"cut -c{number}-", f"head -n {number}", f"tail -n {number}", f"tail -n +{number}",
            f"wc {self.one_of('-w', '-l', '-c', '')}", "paste -sd,", "xargs", "cat",
            f"awk '{{print ${number}}}'",
            f"awk -F, '{{print ${number}}}'",
            f"sed {self.one_of('', '-E')} 's/{pattern}/{self.one_of('', 'X', '_y')}/'",
            f"sed {self.one_of('', '-E')} 's/{pattern}/{self.one_of('', 'X', '_y')}/g'",
        )  # fmt: skip

    def script(self) -> str:
        filters = [self.filter() for _ in range(self.random.randint(0, 2))]
        return " | ".join([self.source(), *filters])


@pytest.mark.parametrize("group", range(4))
def test_bash_contradicts_nothing(group: int) -> None:
    for seed in range(group * 60, (group + 1) * 60):
        script = Writer(seed).script()
        word = written(script)
        if word is not None and word.text is not None:
            assert word.text == judge(script), script


class Programs:
    """Writes random commands whose output is collected: functions, branches, loops, pipelines."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.calls: tuple[str, ...] = ("echo F", "true")

    def one_of(self, *choices: str) -> str:
        return self.random.choice(choices)

    def simple(self) -> str:
        word = self.one_of("a", "b c", "$x", "$1", "${y:-z}", "$N", "$#")
        call = self.one_of(*self.calls)
        return self.one_of(
            f'echo "{word}"', f'echo -n "{word}"', f"printf '%s,' {word}", "x=q", "x=$y", "x=1",
            f"echo {word} >&2", f"echo {word} >/dev/null", call, call, "uname", "read -r x",
            "read -r x y <<< 'k l'", f'y=$(echo "{word}")', f"x=$({call})", "cat", "shift",
            "echo u | cat", f"{call} <<< w", f"{call} 2>/dev/null", "set -- m n", f"{call} >&2",
            f"cat <<E\n{word}\nE", f"{call} | tr a-z A-Z", "local x=l", "export x", "[ a = b ]",
            "mapfile -t L; echo ${#L[@]}",
        )  # fmt: skip

    def statement(self, depth: int) -> str:
        if depth > 2 or self.random.random() < 0.5:
            return self.simple()
        test = self.one_of('[ "$N" = 7 ]', '[ "$x" = q ]', "true", "false", '[ -n "$y" ]', "uname")
        one, other = self.block(depth + 1), self.block(depth + 1)
        leave = self.one_of("exit", "return", "break", "continue", "exit 1", ":")
        lines = self.one_of("'1 2'", "$'a\\nb\\nc'", '"$x"')
        return self.one_of(
            f"if {test}; then\n{one}\nelse\n{other}\nfi", f"{test} && {self.simple()}",
            f"{test} || {leave}", f"(\n{one}\n)", f"{{\n{one}\n}}", f"{{\n{one}\n}} >&2",
            f"for x in i j; do\n{one}\ndone", f"while read -r y; do\n{one}\ndone <<< {lines}",
            f"printf '%s\\n' m n | while read -r x; do\n{one}\ndone", f"{{\n{one}\n}} | tr a b",
            f"{test} && {leave}", f"{{\n{one}\n}} 2>&1", f"{{\n{one}\n}} <<< {lines}",
            f"case $x in q) {self.simple()};; *)\n{one}\n;; esac", f"(\n{one}\n) | cat",
            f"y=$(\n{one}\n)", f"if {self.simple()}; then\n{one}\nfi", "eval 'echo e; x=e'",
            f'mapfile -t L < <(\n{one}\n)\necho "${{L[0]}}"',
        )  # fmt: skip

    def block(self, depth: int) -> str:
        return "\n".join(self.statement(depth) for _ in range(self.random.randint(1, 3)))

    def script(self) -> str:
        first = self.block(1)
        self.calls = ("f p", "f")
        second = self.block(2)
        self.calls = ("f p", "g q r", "g")
        return (
            f"f() {{\n{first}\n}}\ng() {{\n{second}\n}}\n"
            f"x=v\nX=$(\n{self.block(0)}\n)\necho '#begin'\nprintf %s \"$X\""
        )


def collected(script: str) -> Word | None:
    """Return what is known of X after a script."""
    interpreter = Interpreter(parse(script), Origin(script), State({}))
    interpreter.run(parse(script).statements)
    words = [
        variable.word if (variable := state.variables.get("X")) is not None else None
        for state in interpreter.states
    ]
    return words[0] if len(words) == 1 else None


def contradicted(script: str) -> str:
    """Return how bash contradicts what is known of X, or ""."""
    word = collected(script)
    said = judge("export N=7\n" + script)
    text = said.rpartition("#begin\n")[2]
    if word is None or word.many or "#begin\n" not in said:
        return ""
    parts = [
        ".*" if piece.texts is None else f"(?:{'|'.join(map(re.escape, piece.texts))})"
        for piece in word.pieces
    ]
    fits = re.fullmatch("".join(parts), text, re.DOTALL) is not None
    return "" if fits else f"{word.pieces} but is {text!r}"


@pytest.mark.parametrize("group", range(4))
def test_bash_contradicts_no_program(group: int) -> None:
    for seed in range(group * 40, (group + 1) * 40):
        script = Programs(seed).script()
        assert contradicted(script) == "", script

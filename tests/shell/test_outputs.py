"""What programs write: the programs themselves are the judge."""

from __future__ import annotations

import random
import subprocess

import pytest

from sgdlint.shell.interpreter import commands
from sgdlint.shell.outputs import output
from sgdlint.shell.parser import parse
from sgdlint.shell.slices import EMPTY, joined, written_nowhere
from sgdlint.shell.values import Word


def written(script: str) -> Word | None:
    """Return what a pipeline of simple commands writes."""
    found: Word | None = None
    for command in commands(parse(script), script):
        stdin = command.stdin if command.stdin is not None else found
        if "<<<" in script[command.end : command.end + 5]:
            stdin = joined([command.stdin or EMPTY, written_nowhere("\n")])
        found = output(command.words, stdin)
    return found


def judge(script: str) -> str:
    """Return what bash writes; "?" for what a command substitution could not hold."""
    done = subprocess.run(
        ["bash", "-c", script],
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=20,
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

"""What assignments and builtins do to variables: bash's own `declare -p` is the judge."""

from __future__ import annotations

import random
import re
import subprocess
import tempfile

import pytest

from sgdlint.record import record
from sgdlint.shell import builtins, effects
from sgdlint.shell.held import Array, Assoc, elements_of
from sgdlint.shell.interpreter import Interpreter
from sgdlint.shell.origin import Origin
from sgdlint.shell.parser import parse
from sgdlint.shell.state import State
from sgdlint.shell.values import Variable, Word

NAMES = ("A", "B", "C", "L", "K", "M", "R", "REPLY", "MAPFILE", "OPTIND", "OPTARG")
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "B": "outer"}


def is_recent() -> bool:
    """Tell whether there is a bash of version 5 or newer."""
    try:
        done = subprocess.run(["bash", "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return False
    found = re.search(r"version (\d+)", done.stdout)
    return found is not None and int(found[1]) >= 5


pytestmark = pytest.mark.skipif(not is_recent(), reason="bash 5 or newer is the judge")


@record
class Held:
    """What bash says of a variable: its flags, and its elements by key ("" for a scalar)."""

    flags: str
    items: dict[str, str] | None


ITEM = r'(?:\[((?:"(?:[^"\\]|\\.)*"|\$\'(?:[^\'\\]|\\.)*\'|[^]"])*)\]=)'
VALUE = r'("(?:[^"\\]|\\.)*"|\$\'(?:[^\'\\]|\\.)*\')'


def unquoted(text: str) -> str:
    """Read a value as `declare -p` writes it."""
    if text.startswith("$'"):
        done = subprocess.run(
            ["bash", "-c", f"printf %s {text}"], capture_output=True, text=True, check=True
        )
        return done.stdout
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL) if text[:1] == '"' else text


def read_line(text: str) -> tuple[str, Held]:
    """Read what `declare -p` writes of one variable."""
    found = re.match(r"declare -(\S+) (\w+)(=)?", text)
    assert found is not None, text
    flags, name, has_value = found.groups()
    rest = text[found.end() :]
    if not has_value:
        return name, Held(flags, None)
    if "a" in flags or "A" in flags:
        items = {
            unquoted(key): unquoted(value)
            for key, value in re.findall(ITEM + VALUE, rest, re.DOTALL)
        }
        return name, Held(flags, items)
    return name, Held(flags, {"": unquoted(rest)})


def judge(script: str, *arguments: str) -> dict[str, Held]:
    """Return what bash holds after a script."""
    dump = "".join(f"\ndeclare -p {name} 2>/dev/null && echo '#end'" for name in NAMES)
    with tempfile.NamedTemporaryFile("w", suffix=".sh") as file:
        file.write(script + "\necho '#begin'" + dump)
        file.flush()
        done = subprocess.run(
            ["bash", file.name, *arguments],
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=20,
        )
    said = done.stdout.rpartition("#begin\n")[2]
    return dict(read_line(one.rstrip("\n")) for one in said.split("#end\n") if one)


def follow(script: str) -> State:
    """Return the state after a script."""
    interpreter = Interpreter(parse(script), Origin(script), State({}))
    interpreter.run(parse(script).statements)
    return interpreter.state


def fits(words: tuple[Word, ...], values: list[str]) -> bool:
    """Tell whether elements may have these values."""
    if not words:
        return not values
    first, rest = words[0], words[1:]
    if first.many:
        return any(fits(rest, values[count:]) for count in range(len(values) + 1))
    return bool(values) and may_be(first, values[0]) and fits(rest, values[1:])


def may_be(word: Word, text: str) -> bool:
    """Tell whether a word may have a text."""
    parts = [
        ".*" if piece.texts is None else f"(?:{'|'.join(map(re.escape, piece.texts))})"
        for piece in word.pieces
    ]
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def wrong(variable: Variable, held: Held | None) -> str:
    """Return what is claimed of a variable and is not so, or ""."""
    items = held.items if held is not None else None
    flags = held.flags if held is not None else ""
    if "?" not in variable.attributes:
        own = "".join(sorted(set(flags) & set("cilnru")))
        if own != variable.attributes and held is not None:
            return f"attributes {variable.attributes} but has {own}"
    is_certain = type(variable) is Variable and variable.exported is not None
    if is_certain and items is not None and variable.exported != ("x" in flags):
        return f"exported {variable.exported}"
    if isinstance(variable, Assoc):
        return wrong_map(variable, items or {})
    if isinstance(variable, Array):
        if variable.exported is False and items is not None and "a" not in flags:
            return "it is no array"
        return wrong_array(variable, items or {})
    value = None if items is None else items.get("", items.get("0"))
    if variable.word is None:
        return f"unset, but is {value!r}" if value is not None else ""
    if value is not None and not may_be(variable.word, value):
        return f"{variable.word.texts} but is {value!r}"
    return f"{variable.word.texts} but is unset" if value is None and variable.word.texts else ""


def wrong_map(variable: Assoc, items: dict[str, str]) -> str:
    claimed = dict(variable.items)
    for key, word in claimed.items():
        if key not in items or not may_be(word, items[key]):
            return f"{key}: {word.texts} but has {items}"
    return "" if variable.open or len(claimed) == len(items) else f"only {list(claimed)}: {items}"


def wrong_array(variable: Array, items: dict[str, str]) -> str:
    values = list(items.values())
    if not fits(elements_of(variable), values):
        return f"{[one.texts for one in variable.elements]} but has {items}"
    known = next((n for n, one in enumerate(variable.elements) if one.many), None)
    count = len(variable.elements) if known is None else known
    indexes = variable.indexes or range(count)
    if [str(index) for index in indexes] != [key or "0" for key in items][:count]:
        return f"indexes {list(indexes)} but has {items}"
    return ""


def contradictions(script: str, *arguments: str) -> list[str]:
    """Return what is claimed after a script and is not so."""
    state, held = follow(script), judge(script, *arguments)
    said = {name: variable for name, variable in state.variables.items() if name in NAMES}
    return [
        f"{name}: {problem}"
        for name, variable in said.items()
        if (problem := wrong(variable, held.get(name)))
    ]


class Writer:
    """Writes random sequences of assignments and builtins."""

    TEXTS = (
        "a", "b-c", "'d e'", "''", "7", "03", "-2", "1+2", "Xy", "$A", '"$B"', "$L", '"${L[1]}"',
        "${M[k]}", "i,j", '"$C"', "x=y", '"l\nm"', "0",
    )  # fmt: skip
    INDEXES = ("0", "1", "2", "5", "-1", "1+1", "$A", "3", "B", "-9")
    KEYS = ("k", "j", "0", '"a b"', "$A", "'x'", "1+1")
    OPTIONS = (
        "-i",
        "-l",
        "-u",
        "-r",
        "-x",
        "+x",
        "-a",
        "-A",
        "+i",
        "-lu",
        "-il",
        "+u",
        "-g",
        "-xa",
    )

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def one_of(self, *choices: str) -> str:
        return self.random.choice(choices)

    def text(self) -> str:
        return self.one_of(*self.TEXTS)

    def name(self) -> str:
        return self.one_of("A", "B", "C", "L", "K", "M", "R")

    def elements(self) -> str:
        kind = self.random.random()
        if kind < 0.5:
            return " ".join(self.text() for _ in range(self.random.randint(0, 3)))
        if kind < 0.8:
            return " ".join(
                f"[{self.one_of(*self.INDEXES)}]{self.one_of('=', '=', '+=')}{self.text()}"
                if self.random.random() < 0.6 else self.text()
                for _ in range(self.random.randint(0, 3))
            )  # fmt: skip
        return " ".join(
            f"[{self.one_of(*self.KEYS)}]{self.one_of('=', '=', '+=')}{self.text()}"
            for _ in range(self.random.randint(0, 3))
        )

    def statement(self) -> str:
        name, other, text = self.name(), self.name(), self.text()
        sign = self.one_of("=", "=", "=", "+=")
        index, key = self.one_of(*self.INDEXES), self.one_of(*self.KEYS)
        option = self.one_of(*self.OPTIONS)
        builtin = self.one_of("declare", "typeset", "readonly", "export", "local")
        return self.one_of(
            f"{name}{sign}{text}", f"{name}{sign}{text}", f"L{sign}({self.elements()})",
            f"{name}{sign}({self.elements()})", f"{name}[{index}]{sign}{text}",
            f"L[{index}]{sign}{text}", f"M[{key}]{sign}{text}", f"M{sign}({self.elements()})",
            f"declare {option} {name}", f"declare {option} {name}{sign}{text}",
            f"declare {option} {name}{sign}({self.elements()})", "declare -A M", "declare -a L",
            f"{builtin} {name}{sign}{text} {other}", f"export -n {name}", f"unset {name}",
            f"unset '{name}[{index}]'", f"unset -v {name} {other}", "unset 'M[k]'",
            f"declare -n R={self.one_of('A', 'B', 'C', 'L', 'K', 'M')}", "declare +n R",
            "unset -n R", f"R{sign}{text}",
            f"{name}=x {other}=$A", f"{name}=p export {other}=q", f"{name}=p true",
            f"declare -r{self.one_of('i', 'l', 'x', '')} R={text}", f"export {name}",
            f"declare '{name}{sign}{text}'", f"declare {name}[{index}]{sign}1",
        )  # fmt: skip

    LINES = (
        "'a b  c'", "' x,y ,, z '", "'i,j,k,'", '"$A"', '"${L[*]}"', "':a:b: c'", "''", "'a\\b c'",
        "$'1 2\n3 4'", "',,'", "' , a'", "x", "',x,'", "'a ,b'", "'--m v'", "'a:b:'",
    )  # fmt: skip

    def reading(self) -> str:
        ifs = self.one_of("", "", "", "IFS=, ", "IFS=: ", "IFS=', ' ", "IFS= ")
        names = " ".join(self.one_of("A", "B", "C", "K") for _ in range(self.random.randint(0, 4)))
        line, text = self.one_of(*self.LINES), self.text()
        option = self.one_of("-r", "-r", "", "-ra L", "-a K", "-rd ''", "-rd ,", "-rp 'x' -s")
        form = self.one_of("%s", "%s-%s", "%d", "%3s|", "%s\\n", "%02d", "x%%y")
        arguments = self.one_of(
            "", "-b", "-a v", "-av -b", "-bc x", "-z", "-a", "-- -b", "x -b", "-b -a 1"
        )
        return self.one_of(
            f"{ifs}read {option} {names} <<< {line}", f"{ifs}read -r {names} <<< {line}",
            f"{ifs}read -r {names} <<E\n{self.one_of('a b', '$A,c', 'p q r', '')}\nrest\nE",
            f"mapfile {self.one_of('-t', '', '-td ,', '-n 1', '-s 1')} L <<< {line}",
            f"readarray -t {self.one_of('K', 'M', '')} <<E\na b\n$B\n\nE",
            f"printf -v {self.one_of('A', 'B', 'L[1]', 'K')} '{form}' {text} {self.text()}",
            f"getopts {self.one_of('a:bc', ':a:bc')} C {arguments}", "OPTIND=1",
            f"let {self.one_of('A=1+2', 'A++', 'B=A-2', 'L[1]=4', 'C+=1')}",
            f"A=$({self.one_of('echo', 'printf %s,', 'basename', 'echo -n')} {self.text()})",
            f"B=$(echo {self.text()} | {self.one_of('tr a-z A-Z', 'cut -d, -f2', 'wc -w')})",
            f"set -- {text} {self.text()}", 'A="$1"', 'L=("$@")', "shift", "B=$#",
        )  # fmt: skip

    def script(self) -> str:
        kinds = (self.statement, self.reading)
        count = self.random.randint(2, 12)
        return "\n".join(self.random.choice(kinds)() for _ in range(count))


GROUPS, PER_GROUP = 8, 30


@pytest.mark.parametrize("group", range(GROUPS))
def test_bash_contradicts_nothing(group: int) -> None:
    for seed in range(group * PER_GROUP, (group + 1) * PER_GROUP):
        script = Writer(seed).script()
        assert contradictions(script) == [], f"seed {seed}:\n{script}"


def test_the_builtins_that_give_values_are_those_that_are_carried_out() -> None:
    assert set(effects.EFFECTS) == builtins.GIVING

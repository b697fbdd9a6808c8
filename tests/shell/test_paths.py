"""The paths that are followed through a script, and that bash never contradicts what is said."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from shell.test_interpreter import contradictions, folder, interpret, launches, show

from sgdlint.shell.interpreter import commands
from sgdlint.shell.parser import parse

__all__ = ["folder"]

# Each script, and the words of its launches: on each path, in each round, for each call.
LINES = Path(__file__).with_name("paths.txt").read_text(encoding="utf-8").splitlines()
ROWS = list(zip(LINES[::2], [line.removeprefix("    ") for line in LINES[1::2]], strict=True))


@pytest.mark.parametrize(("script", "said"), ROWS, ids=[row[0][:60] for row in ROWS])
def test_what_is_said_of_each_path(script: str, said: str, folder: Path) -> None:
    found: dict[str | None, list[str]] = {}
    for one in launches(script):
        words = " ".join(map(show, one.words[2:]))
        found.setdefault(one.words[1].text, []).append(words)
    assert "; ".join(f"{k}: {' OR '.join(v)}".rstrip() for k, v in found.items()) == said
    assert contradictions(folder, script) == []


# Each script, and the conditions of its launches.
CONDITIONS = [
    ('if [ "$N" = 7 ]; then sglang @1; else sglang @2; fi', ['[ "$N" = 7 ]', 'not [ "$N" = 7 ]']),
    ('[ -z "$N" ] && exit 1; sglang @1', ['not [ -z "$N" ]']),
    ("[ 1 = 1 ] && sglang @1", [""]),
    ("if a; then b; fi; sglang @1", [""]),
    ('if a; then X=1; else X=2; fi; sglang @1 "$X"', ["a", "not a"]),
    ('if a; then X=1; fi; if a; then X=2; fi; X=3; sglang @1 "$X"', [""]),
    ("for m in x y; do sglang @1 $m; done", ["m=x", "m=y"]),
    ("for m in x y; do sglang @1 a; done; sglang @2", ["", ""]),
    ("for m in x y; do for n in 1 2; do continue 2; done; done; sglang @1", [""]),
    ("case $1 in x|y) sglang @1;; *) sglang @2;; esac", ["$1 = x|y", "not $1 = x|y"]),
    ("a || { b; exit; }; sglang @1", ["a"]),
    ("while a; do sglang @1; done", ["a"]),
    ("if x=$(a); then sglang @1; fi", ["x=$(a)"]),
    ("for ((i = 1; i < 3; i++)); do sglang @1 $i; done; sglang @2", ["i=1", "i=2", ""]),
    ("i=0; while ((i < 2)); do ((i += 1)); sglang @1 $i; done", ["i=0", "i=1"]),
    ("while IFS=, read -r m n; do sglang @1 $m; done <<< x,1; sglang @2", ["m=x and n=1", ""]),
    ("while :; do sglang @1; [ 1 = 1 ] && break; done", [""]),
    ('while true; do [ "$N" ] && break; sglang @1; done', ['not [ "$N" ]']),
]


@pytest.mark.parametrize(("script", "conditions"), CONDITIONS)
def test_a_launch_knows_its_conditions(script: str, conditions: list[str]) -> None:
    found = [
        ", ".join(("" if step.held else "not ") + step.text for step in one.path)
        for one in launches(script)
    ]
    assert found == conditions


def test_conditions_know_where_they_stand() -> None:
    script = 'for m in x y; do [ "$N" = 7 ] && sglang "$m"; done'
    places = [[script[step.start : step.end] for step in one.path] for one in launches(script)]
    assert places == [["for m in x y", '[ "$N" = 7 ]']] * 2


def test_the_heads_of_loops_that_count_stand_where_they_are_written() -> None:
    loops = ["for ((i = 1; i < 3; i++))", "while read -r m"]
    script = f"{loops[0]}; do sglang $i; done; {loops[1]}; do sglang $m; done <<< x"
    places = [[script[step.start : step.end] for step in one.path] for one in launches(script)]
    assert places == [[loops[0]], [loops[0]], [loops[1]]]
    assert all(step.is_round for one in launches(script) for step in one.path)
    (one,) = launches("if x=$(a); then sglang @1; fi")
    assert not one.path[0].is_round


def test_a_command_knows_where_its_functions_are_called() -> None:
    script = "g() { sglang @1 $1; }; f() { g $1; }\nf a\nf b"
    places = [[script[start:end] for start, end in one.calls] for one in launches(script)]
    assert places == [["f a", "g $1"], ["f b", "g $1"]]


def test_equal_commands_of_several_paths_are_one() -> None:
    found = launches("for i in 1 2 3; do sglang @1; done; if a; then X=1; fi; sglang @2")
    assert len(found) == 2
    assert found[0].path == ()
    assert found[0].environment.get("i") is None


def test_what_is_not_run_is_told_with_nothing_known() -> None:
    script = 'A=1; f() { sglang @1 "$A" "$1"; }; exit; f x'
    assert [[show(word) for word in one.words] for one in launches(script)] == [
        ["sglang", "@1", "1", "?"]
    ]


def test_there_are_not_too_many_commands_for_one_place() -> None:
    loops = "".join(f"for i{n} in 1 2 3 4 5 6; do " for n in range(4))
    words = "".join(f"$i{n}" for n in range(4))
    found = launches(f"{loops} sglang @1 {words}; done; done; done; done")
    assert len(found) == 129
    assert found[-1].words[-1].many


def test_a_part_that_does_not_matter_is_followed_once() -> None:
    script = "for i in 1 2 3; do if a; then echo $i; fi; done; sglang @1"
    echoes = [one for one in interpret(script) if one.words[0].text == "echo"]
    assert len(echoes) == 1


# Scripts with more paths than anybody can follow.
HEAVY = {
    "loops in loops": "".join(f"for i{n} in 1 2 3 4 5 6 7 8; do\n" for n in range(10))
    + "sglang "
    + "".join(f"$i{n}" for n in range(10))
    + "\ndone" * 10,
    "functions that call each other twice": "".join(
        f"f{n}() {{ f{n + 1} $1; f{n + 1} $1; }}\n" for n in range(30)
    )
    + "f30() { sglang serve $1; }\nf0 x",
    "independent tests": "".join(
        f"if [ $A{n} = 1 ]; then B{n}=1; else B{n}=2; fi\n" for n in range(1000)
    )
    + "sglang "
    + " ".join(f"$B{n}" for n in range(1000)),
    "elif": "if a; then B=1\n"
    + "".join(f"elif [ $X = {n} ]; then B={n}\n" for n in range(5000))
    + "fi\nsglang $B",
    "an array on both sides": "A=()\n"
    + "".join(f"if a; then A+=(--x{n}); else A+=(--y{n}); fi\n" for n in range(1000))
    + 'sglang "${A[@]}"',
    "guards": "".join(f'[ -z "$A{n}" ] && exit 1\nV{n}=$A{n}\n' for n in range(1500))
    + "sglang $V1",
    "arms": "case $1 in\n" + "".join(f"a{n}) X=$X{n};;\n" for n in range(2000)) + "esac\nsglang $X",
    "recursion": "f() { sglang $1; f x$1; f y$1; f z$1; }\nf a",
    "a loop for ever": "i=0\nwhile true; do i=x$i; sglang $i; done",
}


@pytest.mark.parametrize("name", HEAVY)
def test_many_paths_take_little_time(name: str) -> None:
    root = parse(HEAVY[name])
    start = time.process_time()
    found = commands(root, HEAVY[name])
    assert time.process_time() - start < 6
    assert any(one.words[0].text == "sglang" for one in found)

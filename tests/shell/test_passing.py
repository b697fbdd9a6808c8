"""What is passed over in a script says nothing about its launches; what is followed does."""

from __future__ import annotations

import pytest

from sgdlint import catalog
from sgdlint.launch.recognise import launches
from sgdlint.shell.events import SETTINGS
from sgdlint.shell.interpreter import commands
from sgdlint.shell.parser import parse


def said(script: str, short: bool = True) -> list[list[str]]:
    """Return the words of the launches of a script; `?` for one that is not known."""
    found = launches(commands(parse(script), script, short=short))
    return [["|".join(one.texts or "?") for one in it.arguments] for it in found]


MODULE = "python -m sglang.multimodal_gen.runtime.entrypoints.cli.main"

FOLLOWED = {
    "a variable of a variable": 'A=1; B=$A; sglang serve "$B"',
    "a program in a variable": 'P="sglang serve"; Q=$P; $Q --warmup',
    "a program in an argument": 'run() { "$@" --warmup; }; run sglang serve',
    "a program that a function prints": "f() { echo sglang; }; $(f) serve --warmup",
    "a program that is read": 'while read -r c; do $c x; done <<< "sglang serve"',
    "a call that changes": 'n=0; f() { n=1; }; f; [ "$n" = 1 ] && exit; sglang serve',
    "a call by another": 'n=0; f() { n=1; }; g() { "$1"; }; g f; [ $n = 0 ] && exit; sglang serve',
    "the input of a loop": 'M=1; while read -r m; do sglang serve "$m"; done <<EOF\n$M\nEOF',
    "the input of a pipeline": 'M=1; echo "$M" | while read -r m; do sglang serve "$m"; done',
    "a group that prints": '{ echo a; echo b; } | while read -r m; do sglang serve "$m"; done',
    "input that others take": '{ read -r a; cat; read -r b; sglang serve "$b"; } <<< "1"',
    "a function that prints": 'A=1; f() { local x=$A; echo "$x"; }; sglang serve "$(f)"',
    "an evaluated text": "A=1; eval 'sglang serve $A'",
    "a shell in a string": "export A=1; bash -c 'sglang serve $A'",
    "a file that is written": "A=1; cat > run.sh <<EOF\nsglang serve $A\nEOF\nbash run.sh",
    "a name in a name": 'A=1; n=A; sglang serve "${!n}"',
    "a name in a name of a function": 'A=1; f() { local n=$1; x="${!n}"; }; f A; sglang serve "$x"',
    "all are exported": "set -a; A=1; bash -c 'sglang serve $A'",
    "arithmetic": 'a=1; b=$((a + 1)); sglang serve "$b"',
    "a test with bare names": "a=1; [[ a -eq 1 ]] || exit; sglang serve",
    "a status": "rc=0; true; rc=$?; if [ $rc -ne 0 ]; then exit 1; fi; sglang serve",
    "a program that is a function later": f"{MODULE} serve x; python() {{ :; }}",
    "a default that assigns": 'echo "${A:=1}"; sglang serve "$A"',
}


@pytest.mark.parametrize("script", FOLLOWED.values(), ids=FOLLOWED)
def test_what_a_launch_needs_is_followed(script: str) -> None:
    assert said(script) == said(script, short=False)


def test_what_is_passed_over_changes_nothing() -> None:
    noise = 'for i in 1 2 3; do cp "$i" "$D" && x=$i; done\ny=$(date); [ -d "$D" ] && rm -r "$D"\n'
    assert said(noise + "M=1\n" + noise + 'sglang serve "$M"\n' + noise) == [["1"]]


MOVED = 'x=$1\ny="${x%/*}"\ncd "$y"\n'


@pytest.mark.parametrize(
    "line", ["set x $z", "set -e -o pipefail", 'for k in "${!a[@]}"; do :; done']
)
def test_what_reads_no_variables_by_name_keeps_none(line: str) -> None:
    script = f"B=1\n{MOVED}{line}\nsglang serve\n"
    found = [script[one.start : one.end] for one in commands(parse(script), script, short=True)]
    assert "B=1" in found  # as a part that was passed over
    assert 'cd "$y"' in found


def test_a_script_beside_matters_only_where_files_are_read() -> None:
    script = "A=1\nbash other.sh $A\nsglang serve\n"
    other = commands(parse(script), script, short=True)[-2]
    assert [word.text for word in other.words] == ["bash", "other.sh", "1"]
    assert not other.environment


def test_statements_that_are_passed_over_are_one_command() -> None:
    noise = "echo $a\nx=1\nls -l $b | sort\n"
    script = noise + "sglang serve\n" + noise
    starts = [one.start for one in commands(parse(script), script, short=True)]
    assert starts == [0, len(noise), len(noise) + len("sglang serve\n")]


def test_what_sglang_reads_is_known_by_the_names() -> None:
    known = [
        one for name in catalog.releases() for one in catalog.load(name).environment().values()
    ]
    others = {one.name for one in known if one.name.partition("_")[0] not in SETTINGS}
    assert {one.name for one in known if one.read} & others == set()
    assert {"CMAKE_BUILD_TYPE", "MAX_JOBS", "VERBOSE"} <= others  # declared, and read by nothing


@pytest.mark.parametrize(("name", "ways"), [("VERBOSE", 1), ("SGLANG_DISABLE_FA4", 2)])
def test_a_variable_keeps_paths_apart_where_some_release_reads_it(name: str, ways: int) -> None:
    script = f'[ "$1" = -v ] && {name}=1\nexport {name}\nsglang serve\n'
    found = commands(parse(script), script, short=True)
    assert len([one for one in found if one.words[0].text == "sglang"]) == ways


def test_an_unknown_status_ends_the_script() -> None:
    assert said("if a; then exit $rc; fi; sglang serve x") == [["x"]]
    assert said('M=1; exit $rc; sglang serve "$M"') == [["?"]]

"""`source` of files beside the script: what it sets, where that stands, and that bash agrees."""

from __future__ import annotations

from pathlib import Path

import pytest
from shell.judge import Project, agrees, make_project, shown

from sgdlint.cli import main
from sgdlint.files import Neighbours
from sgdlint.shell.sourcing import MOST_FILES


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    return make_project(tmp_path, monkeypatch)


# Each script `run.sh`, the files beside it, and the arguments of its launches: `*` is unknown.
ROWS: list[tuple[str, dict[str, str], str]] = [
    (". ./env.sh; sglang serve $X", {"env.sh": "X='--a 1'"}, "--a 1"),
    ("source env.sh; sglang serve $X", {"env.sh": "X=1"}, "1"),
    ("source -- ./env.sh; sglang serve $X", {"env.sh": "X=1"}, "1"),
    ("X=0; . ./env.sh; sglang serve $X $Y", {"env.sh": "Y=$X$X; X=2"}, "2 00"),
    (". ./env.sh a 'b c'; sglang serve $X", {"env.sh": "X=$2"}, "b c"),
    (". ./env.sh; sglang serve \"${A[@]}\"", {"env.sh": "A=(--x 'y z')\nA+=(--w)"}, "--x y z --w"),
    ("set -a; . ./.env; set +a; bash -c 'sglang serve $X'", {".env": "X=1\n# c\nY='a b'\n"}, "1"),
    ("D=$(dirname \"$0\"); . $D/lib/a.sh; sglang serve $X", {"lib/a.sh": "X=1"}, "1"),
    ('. "${0%/*}/a.sh"; sglang serve $X', {"a.sh": "X=1"}, "1"),
    ('. "${BASH_SOURCE%/*}/a.sh"; sglang serve $X', {"a.sh": "X=1"}, "1"),
    ('. "${BASH_SOURCE[0]%/*}"/a.sh; sglang serve $X', {"a.sh": "X=1"}, "1"),
    ('. "$(dirname "${BASH_SOURCE[0]:-$0}")/a.sh"; sglang serve $X', {"a.sh": "X=1"}, "1"),
    ('. "$(dirname -- "$(readlink -f -- "$0")")/a.sh"; sglang serve $X', {"a.sh": "X=1"}, "1"),
    ('. "$(realpath "$(dirname "$0")")/a.sh"; sglang serve $X', {"a.sh": "X=1"}, "1"),
    ('D="$(cd "$( dirname "${BASH_SOURCE[0]}" )" &> /dev/null && pwd )";. $D/a.sh; sglang serve $X',
     {"a.sh": "X=1"}, "1"),
    ('D="$(cd -- "$(dirname -- "$0")" >/dev/null 2>&1; pwd -P)"; . "$D/a.sh"; sglang serve $X',
     {"a.sh": "X=1"}, "1"),
    ('D="$(CDPATH= cd "$(dirname "$0")/lib" && pwd)"; . "$D/../a.sh"; sglang serve $X',
     {"a.sh": "X=1", "lib/x": ""}, "1"),
    ('cd "$(dirname "$0")/lib"; . ./a.sh; D=$(pwd); . $(dirname $D)/b.sh; sglang serve $X $Y',
     {"lib/a.sh": "X=1", "b.sh": "Y=2"}, "1 2"),
    ("cd lib; . ./a.sh; cd ..; . ./b.sh; sglang serve $X $Y",
     {"lib/a.sh": "X=1", "b.sh": "Y=2", "a.sh": "X=3"}, "1 2"),
    ("(cd lib; . ./a.sh; sglang serve $X); . ./a.sh; sglang serve $X",
     {"lib/a.sh": "X=1", "a.sh": "X=3"}, "1 ; 3"),
    # files that read files
    (". ./lib/a.sh; sglang serve $X $Y",
     {"lib/a.sh": '. "$(dirname "${BASH_SOURCE[0]}")/b.sh" 7\nX=$X$1', "lib/b.sh": "X=$1; Y=2"},
     "7* 2"),
    (". lib/a.sh; sglang serve $X",
     {"lib/a.sh": ". ./b.sh", "lib/b.sh": "X=1", "b.sh": "X=2"}, "2"),
    # launches in the file, strings in it
    (". ./a.sh --x", {"a.sh": 'sglang serve "$@" --y'}, "--x --y"),
    (". ./a.sh", {"a.sh": "eval 'sglang serve \"--x y\"'\nbash -c 'sglang serve $0' --z"},
     "--x y ; --z"),
    # what is not certain
    (". ./none.sh; sglang serve --a $X", {}, "--a *"),
    ("X=1; . ./none.sh || true; sglang serve --a $X", {}, "--a *"),
    ("source ~/v/bin/activate; X='--a 1'; sglang serve $X", {}, "--a 1"),
    # files of tools
    ("X='--a 1'; source ~/v/bin/activate; sglang serve $X", {}, "--a 1"),
    ("X=1; [ -f $V/bin/activate ] && . $V/bin/activate; true; sglang serve $X", {}, "1"),
    ("set -- 1; . $(conda info --base)/etc/profile.d/conda.sh; sglang serve $1", {}, "1"),
    ("set -- 1; . activate env; sglang serve $1", {}, "1"),
    ("CUDA_HOME=1; . v/bin/activate; sglang serve --a $CUDA_HOME", {}, "--a *"),
    ("X=1; . $N/activate; sglang serve --a $X", {}, "--a *"),
    ("X=1; . v/bin/activate; sglang serve --a $X", {"v/bin/activate": "X=2"}, "--a 2"),
    ('X=1; eval "$(conda shell.bash hook)"; sglang serve $X', {}, "1"),
    ("""X=1; eval "$('/o/conda' 'shell.bash' 'hook' 2> /dev/null)"; sglang serve $X""", {}, "1"),
    ('X=1; S=$(conda shell.bash hook); eval "$S"; sglang serve --a $X', {}, "--a *"),
    ('CUDA_X=1; eval "$(ssh-agent -s)"; sglang serve --a $CUDA_X', {}, "--a *"),
    ("eval $N; X='--a 1'; sglang serve $X", {}, "--a 1"),
    ("X=1; s\\glang serve $X", {}, "1"),
    # functions of the file, called in branches
    (". ./a.sh; L=(1); if [ $N ]; then add 2; else log; fi; add 3; sglang serve ${L[@]}",
     {"a.sh": 'add() { L+=("$@"); }\nlog() { echo "$@"; }'}, "1 2 3 ; 1 3"),
    (". ./a.sh; L=1; [ -z $N ] || big; sglang serve $L",
     {"a.sh": "big() { more; }", "x": ""}, "1"),
    (". ./a.sh; L=1; [ -z $N ] || big; sglang serve $L",
     {"a.sh": "big() { more; }; more() { L=2; }"}, "2 ; 1"),
    ("X=1; source; sglang serve $X", {}, "1"),
    ("IFS=,; . ./none.sh; X=1,2; sglang serve $X", {}, "1 2"),
    ("N=env; . ./$N.sh; sglang serve $X", {"env.sh": "X=1"}, "1"),
    (". ./a.sh; sglang serve --a $X", {"a.sh": ". ./a.sh; X=1"}, "--a 1"),
    (". ./a.sh; sglang serve --a $X",
     {"a.sh": "X=1\n[ -n \"$N\" ] && return\nX=2"}, "--a 2 ; --a 1"),
    (". ./a.sh; sglang serve --a $X",
     {"a.sh": "X=1; for i in 1 2; do return; done; X=2"}, "--a 1"),
    (". ./a.sh; f 1; f 2", {"a.sh": 'f() { sglang serve --a "$1"; return; }'}, "--a 1 ; --a 2"),
    (". ./a.sh; X=5; f", {"a.sh": "X=1; f() { sglang serve --a $X; }"}, "--a 5"),
    ("for f in a b; do . ./$f.sh; done; sglang serve $X $Y", {"a.sh": "X=1", "b.sh": "Y=2"}, "1 2"),
    ("[ -f ./a.sh ] && . ./a.sh; sglang serve --a $X", {"a.sh": "X=1"}, "--a 1 ; --a *"),
    (". ./a.sh; sglang serve --a $X", {"a.sh": "X=1; if"}, "--a *"),
    (". ./a.sh; sglang serve --a $X", {"a.sh": "X=1\0"}, "--a *"),
    ("cd $N; . ./a.sh; sglang serve --a $X", {"a.sh": "X=1"}, "--a *"),
    ("for d in lib .; do cd $d; done; . ./a.sh; sglang serve --a $X",
     {"a.sh": "X=1", "lib/a.sh": "X=2"}, "--a *"),
    ("docker run image bash -c '. ./a.sh; sglang serve --a $X'", {"a.sh": "X=1"}, "--a *"),
    ("ssh host '. ./a.sh; sglang serve --a $X'", {"a.sh": "X=1"}, "--a *"),
]  # fmt: skip


@pytest.mark.parametrize(("script", "files", "expected"), ROWS, ids=[row[0][:50] for row in ROWS])
def test_files_beside_a_script(
    script: str, files: dict[str, str], expected: str, project: Project
) -> None:
    project.write("run.sh", script)
    for name, text in files.items():
        project.write(name, text)
    found, _ = project.read("run.sh")
    assert shown(found) == expected
    for run in project.run("run.sh"):
        assert any(agrees(one.arguments, run[1:]) for one in found)


def test_an_unknown_word_names_the_file_that_is_missing(project: Project) -> None:
    project.write("run.sh", '. ./none.sh; sglang serve "$X"')
    word = project.read("run.sh")[0][0].arguments[0]
    assert word.reason == ". ./none.sh, which is not found here, may set any variable"


def test_secrets_of_other_files_are_not_shown(project: Project) -> None:
    project.write(".env", "HF_TOKEN=hf_abc\nPORT=3\nexport API_KEY=abc")
    project.write("run.sh", "set -a; . ./.env; sglang serve --api-key $API_KEY --port $PORT")
    (one,), _ = project.read("run.sh")
    assert shown([one]) == "--api-key * --port 3"
    assert one.environment["HF_TOKEN"].exported is True
    assert [name for name, held in one.environment.items() if held.word and held.word.text] == [
        "IFS",
        "PORT",
    ]


def test_two_files_may_be_meant(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("scripts/run.sh", ". ./env.sh; sglang serve --a $X")
    project.write("scripts/env.sh", "X=1")
    assert shown(project.read("scripts/run.sh")[0]) == "--a 1"
    project.write("env.sh", "X=2")
    assert shown(project.read("scripts/run.sh")[0]) == "--a *"
    assert project.run("scripts/run.sh") == [["serve", "--a", "2"]]
    monkeypatch.chdir(project.folder / "scripts")
    assert project.run("scripts/run.sh", "scripts") == [["serve", "--a", "1"]]
    assert shown(project.read("run.sh", "scripts")[0]) == "--a 1"


def test_nothing_outside_of_the_project_is_read(project: Project) -> None:
    outside = project.folder.parent / "env.sh"
    outside.write_text("X=1")
    (project.folder / "link.sh").symlink_to(outside)
    for path in ("../env.sh", str(outside), "./link.sh"):
        project.write("run.sh", f". {path}; sglang serve --a $X")
        found, files = project.read("run.sh")
        assert (shown(found), list(files.missing)) == ("--a *", [path])


def test_without_a_project_only_the_folder_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    (tmp_path / "env.sh").write_text("X=1")
    monkeypatch.chdir(folder)
    assert Neighbours(str(folder / "run.sh")).in_project("../env.sh") is None
    (folder / "env.sh").write_text("X=1")
    assert Neighbours(str(folder / "run.sh")).in_project("env.sh") is not None
    monkeypatch.chdir(tmp_path)  # started above: that is the project
    assert Neighbours("here/run.sh").in_project("../env.sh") == ("env.sh", "X=1")


def test_a_large_number_of_files_ends(project: Project) -> None:
    project.write("env.sh", "X=1")
    project.write("run.sh", ". ./env.sh\n" * (MOST_FILES + 1) + "sglang serve --a $X")
    assert shown(project.read("run.sh")[0]) == "--a *"
    for number in range(20):
        project.write(f"deep{number}.sh", f". ./deep{number + 1}.sh; . ./deep{number + 1}.sh")
    project.write("run.sh", ". ./deep0.sh; sglang serve --a $X")
    assert shown(project.read("run.sh")[0]) == "--a *"


def test_words_of_another_file_are_written_nowhere_here(project: Project) -> None:
    project.write("lib/env.sh", "\n\nX='--a 1'\nF=--b\nE=$'\\x2dc'")
    project.write("run.sh", 'echo; . lib/env.sh\nsglang serve $X "$F" --c=$F d${F} $E')
    found, _ = project.read("run.sh")
    places = [[(one.start, one.file) for one in word.pieces] for word in found[0].arguments]
    nowhere, last = (-1, "lib/env.sh:3"), (-1, "lib/env.sh:4")
    text = (project.folder / "run.sh").read_text()
    assert places == [
        [nowhere],
        [nowhere],
        [last],
        [(text.index("--c="), ""), last],
        [(text.index("d${F}"), ""), last],
        [(-1, "lib/env.sh:5")],
    ]
    assert not any(piece.exact for word in found[0].arguments[:3] for piece in word.pieces)
    assert found[0].arguments[0].written_start == -1


def test_a_launch_in_another_file_stands_at_the_source_command(project: Project) -> None:
    project.write("lib/a.sh", "\nA=1 sglang serve --x")
    project.write("run.sh", "echo; . lib/a.sh --y; echo")
    (one,), _ = project.read("run.sh")
    text = (project.folder / "run.sh").read_text()
    assert text[one.command.start : one.command.end] == ". lib/a.sh --y"
    assert one.command.file == "lib/a.sh:2"
    assert (one.nested, one.prefix_reaches) == (False, False)


def test_findings_name_the_other_file_and_change_nothing(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("env.sh", 'EXTRA="--num_gpus 1"\n')
    run = "sglang generate --model-path Qwen/Qwen-Image --prompt x"
    project.write("direct.sh", f"{run} --num_gpus 2\n")
    script = f". ./env.sh\n{run} $EXTRA\n. ./direct.sh\n"
    path = project.write("run.sh", script)
    assert main(["fix", "--unsafe", "run.sh"]) == 1
    told = capsys.readouterr().out
    assert "run.sh:2:57: error SGD206" in told
    assert "^^^^^^ written in env.sh:1" in told
    assert "run.sh:3:1: error SGD206" in told
    assert "^^^^^^^^^^^^^ written in direct.sh:1" in told
    assert "not changed automatically: it is written in direct.sh:1" in told
    assert path.read_text() == script
    assert (project.folder / "env.sh").read_text() == 'EXTRA="--num_gpus 1"\n'


def test_what_is_written_in_another_file_is_told_at_its_words(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("env.sh", "BACKEND=(--attention-backend torch_sdpa)\n")
    launch = 'sglang serve --model-path Qwen/Qwen-Image "${BACKEND[@]}" --num-gpus 2'
    project.write("run.sh", f". ./env.sh\n{launch} --ring-degree 2\n")
    assert main(["check", "run.sh", "--sglang", "0.5.23", "--select", "SGD116"]) == 1
    lines = capsys.readouterr().out.splitlines()
    at = next(lines.index(line) for line in lines if "--ring-degree 2" in line)
    words, signs, label = lines[at : at + 3]
    assert signs.index("-") == words.index('"${BACKEND[@]}"') == label.index("written in env.sh:1")
    assert signs.index("^") == words.index("--ring-degree 2")


@pytest.mark.parametrize(
    "line",
    [
        ". ./lib.sh",
        ". ./lib.sh\n. ./none.sh",
        'source "$(dirname "$0")/lib.sh"',
        'H=$(cd "$(dirname "$0")" && pwd); [ -f "$H/lib.sh" ] && . "$H/lib.sh"',
    ],
)
def test_a_launch_may_stand_in_a_sourced_file_alone(
    project: Project, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    project.write("lib.sh", 'start() { sglang serve --model-path "$1" "${@:2}"; }\n')
    project.write("run.sh", f"{line}\nstart Qwen/Qwen-Image --num-gpu 2\n")
    for where in ("run.sh", "."):
        assert main(["check", where, "--sglang", "0.5.23"]) == 1
        assert f"run.sh:{line.count(chr(10)) + 2}:23: warning SGD208" in capsys.readouterr().out


def test_files_in_a_folder_that_source_something_may_be_no_text(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    (project.folder / "old.sh").write_bytes(b"#!/bin/sh\n. ./caf\xe9.sh\n")
    assert main(["check", "."]) == 0
    assert capsys.readouterr().err == ""

"""Files of the project that a script runs: what they launch then, and that bash agrees."""

from __future__ import annotations

from pathlib import Path

import pytest
from shell.judge import Project, agrees, make_project, shown

from sgdlint import rulepack
from sgdlint.cli import main
from sgdlint.documents import mentions_sglang
from sgdlint.files import Neighbours
from sgdlint.linter import Options, check
from sgdlint.source import Source

MODEL = "--model-path Qwen/Qwen-Image"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    return make_project(tmp_path, monkeypatch)


def write(project: Project, files: dict[str, str]) -> None:
    for name, text in files.items():
        project.write(name, text).chmod(0o755)


# Each script `run.sh`, the files beside it, and the arguments of its launches: `*` is unknown.
ROWS: list[tuple[str, dict[str, str], str]] = [
    ("bash a.sh 1 2", {"a.sh": 'sglang serve "$1" "$2" $#'}, "1 2 2"),
    ("./a.sh 1 '2 3'", {"a.sh": '#!/bin/bash\nsglang serve "$@"'}, "1 2 3"),
    ("X=1; bash a.sh", {"a.sh": 'sglang serve "a$X"'}, "a*"),  # it may be exported outside
    ("export X=1; bash a.sh", {"a.sh": 'sglang serve "a$X"'}, "a1"),
    ("X=1 bash -eu a.sh", {"a.sh": 'sglang serve "a$X"'}, "a1"),
    ("env X=1 ./a.sh", {"a.sh": '#!/usr/bin/env bash\nsglang serve "a$X"'}, "a1"),
    ("nohup ./a.sh 1 &\nwait", {"a.sh": "#!/bin/sh\nsglang serve $1"}, "1"),
    ("for i in 1 2; do ./a.sh $i; done", {"a.sh": "#!/bin/sh\nsglang serve $1"}, "1 ; 2"),
    ("f() { bash a.sh $1; }; f 1", {"a.sh": "sglang serve $1"}, "1"),
    ("bash lib/a.sh 1", {"lib/a.sh": "sglang serve $1"}, "1"),
    ("cd lib; bash a.sh 1", {"lib/a.sh": "sglang serve $1", "a.sh": "sglang serve 2"}, "1"),
    ('D=$(dirname "$0"); bash "$D/a.sh" 1', {"a.sh": "sglang serve $1"}, "1"),
    ("sbatch a.sh 1", {"a.sh": "#!/bin/bash\n#SBATCH -N 1\nsglang serve $1"}, "1"),
    ("bash a.sh 1; X=2", {"a.sh": "Y=$1; sglang serve $Y"}, "1"),
    ("bash a.sh 1", {"a.sh": "bash b.sh $1 2 # sglang", "b.sh": "sglang serve $1 $2"}, "1 2"),
    ("bash a.sh 1", {"a.sh": ". ./b.sh; sglang serve $1 $X", "b.sh": "X=2"}, "1 2"),
    ("bash a.sh 1", {"a.sh": "[ $# = 9 ] || exit 0; bash a.sh 1; sglang serve 1"}, "1"),
    ("./a.sh $@", {"a.sh": '#!/bin/bash\nsglang serve "$@"'}, "*"),
    ('"./$N.sh" 1', {"a.sh": "#!/bin/bash\nsglang serve $1"}, ""),
    ("echo 'sglang serve 2' > a.sh; bash a.sh", {"a.sh": "sglang serve 1"}, "2"),
    ("sed -i s/1/3/ a.sh; bash a.sh", {"a.sh": "sglang serve 1"}, ""),
    ("./a.sh", {"a.sh": "#!/usr/bin/python3\n# sglang serve 1"}, ""),
    ("bash a.sh", {"a.sh": "pip install sglang==0.5.9; sglang serve 1"}, ""),
    ("bash a.sh", {"a.sh": "# sgdlint: sglang=0.5.9\nsglang serve 1"}, ""),
    ("ssh host bash a.sh", {"a.sh": "sglang serve 1"}, ""),
    ("docker exec -i box bash a.sh", {"a.sh": "sglang serve 1"}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("script", "files", "expected"), ROWS, ids=[row[0][:40] for row in ROWS])
def test_files_that_a_script_runs(
    script: str, files: dict[str, str], expected: str, project: Project
) -> None:
    project.write("run.sh", script)
    write(project, files)
    found, _ = project.read("run.sh")
    assert shown(found) == expected
    for run in project.run("run.sh"):
        assert not found or any(agrees(one.arguments, run[1:]) for one in found)


def test_nothing_outside_of_the_project_is_run(project: Project) -> None:
    (project.folder.parent / "a.sh").write_text("sglang serve 1")
    project.write("run.sh", "bash ../a.sh")
    assert project.read("run.sh")[0] == []


def found(project: Project, name: str) -> list[tuple[str, str]]:
    """Return the errors in a script, each with what it points to."""
    text = (project.folder / name).read_text()
    source = Source(name, text, near=Neighbours(name))
    report = check(source, rulepack.load(), Options(sglang="0.5.23"))
    spans = [(one, text[one.span.start : one.span.end]) for one in report.findings]
    return [(one.code, words) for one, words in spans if one.severity == "error"]


def test_only_what_the_caller_adds_is_told_of_the_file(project: Project) -> None:
    text = f'sglang generate {MODEL} --prompt x --num-gpus "$1" --save-outputt\n'
    write(project, {"a.sh": text, "run.sh": "bash a.sh 2\nbash a.sh two\n"})
    assert found(project, "run.sh") == [("SGD212", "two")]
    assert found(project, "a.sh") == [("SGD201", "--save-outputt")]


def test_exported_variables_and_the_gpus_of_the_job_are_added(project: Project) -> None:
    text = f"sglang generate {MODEL} --prompt x --num-gpus $GPUS\n"
    write(project, {"a.sh": text, "run.sh": "export GPUS=4\nsrun --gres=gpu:2 bash a.sh\n"})
    assert [code for code, _ in found(project, "run.sh")] == ["SGD901"]
    write(project, {"run.sh": "GPUS=4\nsrun --gres=gpu:2 bash a.sh\n"})
    assert found(project, "run.sh") == []


def test_the_header_of_a_job_is_its_own(project: Project) -> None:
    text = f"#!/bin/bash\n#SBATCH --gres=gpu:2\nsglang generate {MODEL} --prompt x --num-gpus 4\n"
    write(project, {"a.sh": text, "run.sh": "sbatch a.sh\n"})
    assert found(project, "run.sh") == []
    assert [code for code, _ in found(project, "a.sh")] == ["SGD901"]


def test_a_script_that_only_runs_others_is_read(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, {"a.sh": f"sglang generate {MODEL} --prompt x --seed $1\n"})
    write(project, {"run.sh": "for i in 1 two; do ./a.sh $i; done\n"})
    assert main(["check", "run.sh"]) == 1
    assert "For i=two: `--seed` takes a whole number, not `two`" in capsys.readouterr().out


def test_a_script_that_runs_nothing_of_interest_is_not_read(project: Project) -> None:
    write(project, {"a.sh": "echo 1\n", "run.sh": "./a.sh; ./none.sh\n"})
    source = Source("run.sh", "./a.sh; ./none.sh\n", near=Neighbours("run.sh"))
    assert not mentions_sglang(source)

"""The action for GitHub: what `action.yml` says, and what its script does."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from sgdlint.formatters import FORMATS

BAD = "sglang serve --model-path Qwen/Qwen-Image --num_gpus 2\n"
GOOD = BAD.replace("num_gpus", "num-gpus")

Run = Callable[..., dict[str, str]]


@pytest.fixture(scope="module")
def action(root: Path) -> dict[str, Any]:
    """Return the action as data."""
    found: dict[str, Any] = yaml.safe_load((root / "action.yml").read_text())
    return found


# --- the file -------------------------------------------------------------------------------------


def test_other_actions_are_pinned_and_steps_have_a_shell(action: dict[str, Any]) -> None:
    for step in action["runs"]["steps"]:
        if "uses" in step:
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step["uses"])
        else:
            assert step["shell"] == "bash"


def test_nothing_that_users_say_is_a_part_of_a_script(action: dict[str, Any]) -> None:
    assert [step for step in action["runs"]["steps"] if "${{" in step.get("run", "")] == []


def test_each_input_reaches_the_script_and_is_described(action: dict[str, Any], root: Path) -> None:
    check = next(step for step in action["runs"]["steps"] if step.get("id") == "check")
    script = (root / "scripts" / "github_action.sh").read_text()
    for name, told in action["inputs"].items():
        assert told["description"]
        assert isinstance(told["default"], str)
        variable = f"SGDLINT_{name.upper().replace('-', '_')}"
        assert check["env"][variable] == f"${{{{ inputs.{name} }}}}"
        assert f"${variable}" in script
    for name, told in action["outputs"].items():
        assert told["value"] == f"${{{{ steps.check.outputs.{name} }}}}"
        assert f'"{name}=' in script


def test_the_pages_show_inputs_that_exist(action: dict[str, Any], root: Path) -> None:
    page = (root / "docs" / "ci.md").read_text()
    blocks = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    steps = [
        step
        for block in blocks
        for job in (yaml.safe_load(block).get("jobs") or {}).values()
        if isinstance(job, dict)
        for step in job["steps"]
    ]
    shown = [step for step in steps if "<this repository>" in step.get("uses", "")]
    assert shown
    for step in shown:
        assert set(step.get("with", {})) <= set(action["inputs"])


# --- the script -----------------------------------------------------------------------------------


@pytest.fixture
def run(root: Path, tmp_path: Path) -> Run:
    """Return what runs the script in a project as a runner does; it returns all that comes out."""
    program = tmp_path / "sgdlint"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sgdlint "$@"\n')
    program.chmod(0o755)
    project = tmp_path / "project"
    project.mkdir()
    (project / "run.sh").write_text(BAD)
    (project / "good one.sh").write_text(GOOD)

    def act(**inputs: str) -> dict[str, str]:
        given = {"VERSION": "", "PATHS": ".", "ARGS": "", "FAIL_ON": "warning", "SARIF": "false"}
        given.update({name.upper(): value for name, value in inputs.items()})
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(root),
            "RUNNER_TEMP": str(tmp_path),
            "GITHUB_OUTPUT": str(tmp_path / "output"),
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
            "GITHUB_ACTION_PATH": str(root),
            "SGDLINT_PROGRAM": str(program),
            "SGDLINT_PYTHON": sys.executable,
            **{f"SGDLINT_{name}": value for name, value in given.items()},
        }
        for name in ("output", "summary"):
            (tmp_path / name).write_text("")
        command = ["bash", str(root / "scripts" / "github_action.sh")]
        done = subprocess.run(
            command, cwd=project, env=environment, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        lines = (tmp_path / "output").read_text().splitlines()
        outputs = dict(line.split("=", 1) for line in lines)
        return {
            **outputs,
            "log": done.stdout,
            "errors": done.stderr,
            "summary": (tmp_path / "summary").read_text(),
        }

    return act


def test_findings_are_annotated_told_and_summed_up(run: Run) -> None:
    done = run()
    assert done["status"] == "1"
    annotation, stop, *report = done["log"].splitlines()
    assert annotation.startswith("::error file=run.sh,line=1,")
    assert re.fullmatch(r"::stop-commands::[0-9a-f]{32}", stop)
    assert report[0].startswith("run.sh:1:43: error SGD206")
    assert report[-1] == f"::{stop.removeprefix('::stop-commands::')}::"
    assert done["summary"].startswith("## sgdlint: 1 finding\n")
    assert json.loads(Path(done["json"]).read_text())["files"]
    assert "sarif" not in done


@pytest.mark.skipif("sarif" not in FORMATS, reason="needs the format")
def test_sarif_is_made_when_it_is_asked_for(run: Run) -> None:
    done = run(sarif="true")
    assert json.loads(Path(done["sarif"]).read_text())["version"] == "2.1.0"


@pytest.mark.parametrize(
    ("inputs", "status"),
    [
        ({"paths": "'good one.sh'"}, "0"),
        ({"paths": '"good one.sh" run.sh'}, "1"),
        ({"paths": ""}, "1"),
        ({"paths": "gone.sh"}, "2"),
        ({"paths": "good one.sh"}, "2"),
        ({"fail_on": "never"}, "0"),
        ({"fail_on": "never", "paths": "gone.sh"}, "2"),
        ({"fail_on": "often"}, "2"),
        ({"args": "--ignore SGD206"}, "0"),
        ({"args": "--ignore 'SGD206, SGD201' --strict"}, "0"),
        ({"args": "--nonsense"}, "2"),
        ({"args": "--ignore 'SGD206"}, "2"),
        ({"paths": 'it"s'}, "2"),
    ],
)
def test_status(run: Run, inputs: dict[str, str], status: str) -> None:
    assert run(**inputs)["status"] == status


@pytest.mark.parametrize("words", ["$(touch ran)", "`touch ran`", "; touch ran", "* && touch ran"])
def test_nothing_in_the_inputs_is_run(run: Run, tmp_path: Path, words: str) -> None:
    for name in ("paths", "args"):
        assert run(**{name: words})["status"] == "2"
    assert not (tmp_path / "project" / "ran").exists()


def test_what_a_source_says_is_no_command(run: Run, tmp_path: Path) -> None:
    text = BAD.replace("\n", " \\\n::set-output name=x::y\n")
    (tmp_path / "project" / "run.sh").write_text(text)
    log = run()["log"]
    before, _, _ = log.partition("::stop-commands::")
    assert all(
        line.startswith(("::error ", "::warning ", "::notice ")) for line in before.splitlines()
    )


@pytest.mark.packaging
def test_the_action_installs_its_own_version(run: Run) -> None:
    assert run(program="")["status"] == "1"


@pytest.mark.parametrize("version", ["1.0; touch ran", "--help", "../x"])
def test_a_version_is_one(run: Run, version: str) -> None:
    done = run(program="", version=version)
    assert done["status"] == "2"
    assert "::error title=sgdlint::version: " in done["log"]

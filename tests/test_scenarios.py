"""Whole runs of sgdlint, each in one file of tests/scenarios: files, command, output, files after.

A scenario is sections that begin with `=== `: `file NAME` (any number), `run WORDS`, `status N`,
`stdout`, `stderr` (left out when empty), `after NAME` for each file that the run must have changed.
`python tests/test_scenarios.py` writes stdout, stderr, status and after anew: read the difference.
"""

from __future__ import annotations

import io
import os
import shlex
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from sgdlint.cli import main

FOLDER = Path(__file__).parent / "scenarios"
SCENARIOS = sorted(FOLDER.glob("*.txt"))


def sections(text: str) -> list[tuple[str, str, str]]:
    """Return (kind, argument, text) of each section."""
    found = []
    for part in ("\n" + text).split("\n=== ")[1:]:
        head, _, body = part.partition("\n")
        kind, _, argument = head.partition(" ")
        found.append((kind, argument, body + "\n" if body else ""))
    return found


def play(scenario: Path, folder: Path) -> str:
    """Run a scenario in a folder; return its text with what really happened."""
    parts = sections(scenario.read_text(encoding="utf-8"))
    written = {name: body for kind, name, body in parts if kind == "file"}
    for name, body in written.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(body, encoding="utf-8")
    [command] = [argument for kind, argument, _ in parts if kind == "run"]
    out, err = io.StringIO(), io.StringIO()
    before = os.getcwd()
    os.chdir(folder)
    try:
        with redirect_stdout(out), redirect_stderr(err):
            status = main(shlex.split(command))
    finally:
        os.chdir(before)
    blocks = [f"=== file {name}\n{body}" for name, body in written.items()]
    blocks += [f"=== run {command}\n", f"=== status {status}\n", f"=== stdout\n{out.getvalue()}"]
    blocks += [f"=== stderr\n{err.getvalue()}"] if err.getvalue() else []
    for name, body in written.items():
        after = (folder / name).read_text(encoding="utf-8")
        blocks += [f"=== after {name}\n{after}"] if after != body else []
    return "".join(blocks)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_scenario(scenario: Path, tmp_path: Path) -> None:
    assert play(scenario, tmp_path) == scenario.read_text(encoding="utf-8")


def test_there_are_scenarios() -> None:
    assert len(SCENARIOS) >= 8


if __name__ == "__main__":
    sys.path.insert(0, str(FOLDER.parent.parent))
    for one in SCENARIOS:
        with tempfile.TemporaryDirectory() as place:
            one.write_text(play(one, Path(place)), encoding="utf-8")

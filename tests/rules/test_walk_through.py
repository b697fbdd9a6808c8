"""The walk through a company rule in docs/writing-rules.md does what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sgdlint.cli import main

STEP = re.compile(
    r"^(?:<!-- file: (?P<file>\S+) -->\n)?```(?P<language>\w+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def test_each_step_gives_what_the_page_shows(
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    page = (root / "docs" / "writing-rules.md").read_text(encoding="utf-8")
    section = page.split("## A company rule", 1)[1].split("\n## ", 1)[0]
    shown = 0
    for step in STEP.finditer(section):
        if step["file"]:
            path = tmp_path / step["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step["text"], encoding="utf-8")
        elif step["language"] == "console":
            command, _, expected = step["text"].partition("\n")
            status = main(command.removeprefix("$ sgdlint ").split())
            out, err = capsys.readouterr()
            assert out + err == expected, command
            assert status == (2 if err else "findings (" in expected), command
            shown += 1
    assert shown == 4

"""scripts/check_new_release.py: what the package index has and the catalog has not."""

from __future__ import annotations

import sys
from pathlib import Path

import check_new_release
import pytest

from sgdlint import catalog

KNOWN = list(catalog.releases())


@pytest.mark.parametrize(
    ("name", "new"),
    [
        ("9.0.0", True),
        ("9.0.0.post1", True),
        ("9.0.0rc1", False),
        ("9.0.0.dev3", False),
        ("0.1.0", False),
        ("not-a-release", False),
    ],
)
def test_what_counts_as_new(
    name: str, new: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = tmp_path / "answer.txt"
    listed = ", ".join([name, *KNOWN])
    answer.write_text(f"sglang ({name})\nAvailable versions: {listed}\n", encoding="utf-8")
    assert check_new_release.main(["--answer", str(answer)]) == int(new)
    said = capsys.readouterr().out
    told = f"SGLang {name} is new: .venv/bin/python scripts/extract_catalog.py {name}\n"
    assert said == (told if new else "the catalog has every release\n")


def test_several_are_listed_oldest_first() -> None:
    published = [*KNOWN, "9.0.10", "9.0.9.post1", "9.0.9"]
    assert check_new_release.missing(published) == ["9.0.9", "9.0.9.post1", "9.0.10"]


@pytest.mark.parametrize("text", [None, "", "sglang (0.5.23)\n", "Available versions:"])
def test_an_answer_that_cannot_be_read_is_no_clean_answer(
    text: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = tmp_path / "answer.txt"
    if text is not None:
        answer.write_text(text, encoding="utf-8")
    assert check_new_release.main(["--answer", str(answer)]) == 2
    assert "could not be read" in capsys.readouterr().err


def test_offline_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fails = (sys.executable, "-c", "raise SystemExit('no route to the index')")
    monkeypatch.setattr(check_new_release, "ASK", fails)
    assert check_new_release.main([]) == 2
    assert "no route to the index" in capsys.readouterr().err

"""scripts/check_new_release.py: what the package index has and the catalog has not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import check_new_release
import pytest

from sgdlint import catalog

WHEEL = [{"filename": "sglang-x-py3-none-any.whl", "yanked": False}]
KNOWN: dict[str, Any] = dict.fromkeys(catalog.releases(), WHEEL)


@pytest.mark.parametrize(
    ("name", "files", "new"),
    [
        ("9.0.0", WHEEL, True),
        ("9.0.0.post1", WHEEL, True),
        ("9.0.0rc1", WHEEL, False),
        ("9.0.0.dev3", WHEEL, False),
        ("0.1.0", WHEEL, False),
        ("9.0.0", [], False),
        ("9.0.0", [{"filename": "sglang-9.0.0.tar.gz"}], False),
        ("9.0.0", [{**WHEEL[0], "yanked": True}], False),
        ("not-a-release", WHEEL, False),
    ],
)
def test_what_counts_as_new(
    name: str,
    files: list[dict[str, Any]],
    new: bool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    index = tmp_path / "index.json"
    index.write_text(json.dumps({"releases": {**KNOWN, name: files}}), encoding="utf-8")
    assert check_new_release.main(["--index", str(index)]) == int(new)
    said = capsys.readouterr().out
    told = f"SGLang {name} is new: .venv/bin/python scripts/extract_catalog.py {name}\n"
    assert said == (told if new else "the catalog has every release\n")


def test_several_are_listed_oldest_first() -> None:
    published = {**KNOWN, "9.0.10": WHEEL, "9.0.9.post1": WHEEL, "9.0.9": WHEEL}
    assert check_new_release.missing(published) == ["9.0.9", "9.0.9.post1", "9.0.10"]


@pytest.mark.parametrize("text", [None, "no JSON", "{}", "[]"])
def test_an_index_that_cannot_be_read_is_no_clean_answer(
    text: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = tmp_path / "index.json"
    if text is not None:
        index.write_text(text, encoding="utf-8")
    assert check_new_release.main(["--index", str(index)]) == 2
    assert "could not be read" in capsys.readouterr().err


def test_offline_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_new_release.main(["--index", "http://127.0.0.1:9/sglang"]) == 2
    assert "nothing was compared" in capsys.readouterr().err

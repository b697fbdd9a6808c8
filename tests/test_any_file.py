"""Files of every kind, damaged at random: no crash, spans inside of the file, fixes that settle."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from test_scenarios import SCENARIOS, sections

from sgdlint import rulepack
from sgdlint.finding import Report
from sgdlint.fixer import fix
from sgdlint.linter import Options, check
from sgdlint.source import Source

OPTIONS = Options(sglang="0.5.20")
PACK = rulepack.load()
ROUNDS = 400
SPLINTERS = [
    *(
        "{{ x }}",
        "'",
        '"',
        "\\",
        "|\n",
        " >-\n",
        "&a ",
        "*a",
        "<<: *a",
        "\t",
        "\r\n",
        "[",
        "]",
        "}",
    ),
    *(": ", "- ", "#", "$(A)", "${A:-b}", "$$", "%%", "é", "\ue000", "---\n", " \\\n", "$((", "\n"),
    *("!!python/object:os.system x", "if\nthen\n", "sglang serve --model-path Qwen/Qwen-Image\n"),
]


def files() -> list[tuple[str, str]]:
    """Return the files of all scenarios, by name."""
    parts = [part for path in SCENARIOS for part in sections(path.read_text(encoding="utf-8"))]
    return [(name, text) for kind, name, text in parts if kind == "file" and len(text) < 4000]


def damaged(text: str, source: random.Random) -> str:
    """Return a text with a few parts cut out, doubled, put in or left off."""
    for _ in range(source.randrange(1, 4)):
        start = source.randrange(len(text) + 1)
        end = min(len(text), start + source.randrange(1, 40))
        text = source.choice(
            [
                text[:start] + text[end:],
                text[:end] + text[start:],
                text[:start] + source.choice(SPLINTERS) + text[start:],
                text[:start],
            ]
        )
    return text


def look(source: Source) -> Report:
    """Check a file."""
    return check(source, PACK, OPTIONS)


def broken(path: str, text: str) -> str:
    """Return what is wrong with what is said of a file, "" for nothing."""
    done = fix(Source(path, text), look, True)
    edits = [edit.span for one in done.report.findings if one.fix for edit in one.fix.edits]
    for span in [*(one.span for one in done.report.findings), *edits]:
        if not 0 <= span.start <= span.end <= len(done.text):
            return f"{span} is not in the file"
    again = fix(Source(path, done.text), look, True)
    return "" if again.text == done.text else "a second fix changes it again"


@pytest.mark.parametrize("seed", range(4))
def test_damaged_files(seed: int, tmp_path: Path) -> None:
    source, known = random.Random(seed), files()
    for _ in range(ROUNDS // 4):
        path, text = source.choice(known)
        text = damaged(text, source)
        try:
            problem = broken(path, text)
        except Exception as error:  # the file must be seen, whatever it was
            (tmp_path / "damaged").write_text(text, encoding="utf-8")
            raise AssertionError(f"{path}: {text!r}") from error
        assert problem == "", f"{path}: {text!r}"

"""Baselines: what is known stays so when lines move, what is new fails, what is fixed is told."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from sgdlint.cli import main

RUN = "sglang serve --model-path Qwen/Qwen-Image"
OLD = f"{RUN} --num_gpus 2 --port 30000"
BASELINE = "old.json"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a script and its baseline."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.sh").write_text(f"{OLD}\n")
    assert run("check", "--write-baseline", BASELINE, "run.sh")[0] == 0
    return tmp_path


def run(*words: str) -> tuple[int, str, str]:
    """Run sgdlint; return its status and what it printed."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main(list(words))
    return status, out.getvalue(), err.getvalue()


def entries(path: Path) -> list[dict[str, object]]:
    """Return the entries of a baseline."""
    found: list[dict[str, object]] = json.loads((path / BASELINE).read_text())["findings"]
    return found


def test_the_file(here: Path) -> None:
    (here / "sub").mkdir()
    (here / "sub/a.sh").write_text(
        f"{RUN} --num_gpus 1\n{RUN} --num_gpus 1\n{RUN} --ring-degre 1\n"
    )
    status, out, _ = run("check", "--write-baseline", BASELINE, "sub", "run.sh")
    assert (status, out) == (0, f"Wrote 4 findings of 2 files to {BASELINE}\n")
    text = (here / BASELINE).read_text()
    assert [(one["file"], one["rule"], one["count"]) for one in entries(here)] == [
        ("run.sh", "SGD206", 1),
        ("sub/a.sh", "SGD206", 2),
        ("sub/a.sh", "SGD208", 1),
    ]
    assert text.splitlines()[0] == '{"format": 1, "findings": ['
    assert len(text.splitlines()) == 5
    assert run("check", "--write-baseline", BASELINE, "run.sh", "sub")[0] == 0
    assert (here / BASELINE).read_text() == text


def test_what_is_known_does_not_fail(here: Path) -> None:
    status, out, err = run("check", "--baseline", BASELINE, "run.sh")
    assert status == 0
    assert out.startswith("No findings")
    assert err == f"sgdlint: 1 finding is in the baseline {BASELINE}\n"
    status, out, _ = run("check", "--baseline", BASELINE, "--format", "json", "run.sh")
    [one] = json.loads(out)["files"]
    assert (status, one["findings"], one["baselined"]) == (0, [], 1)


SAME = [
    f"#!/bin/bash\n\n# moved\ncd x\n  {OLD}\n",
    f"{RUN} \\\n  --num_gpus 2 \\\n  --port 30000\n",
    f"{OLD} --log-level info --host 0.0.0.0\n",
    f"if true; then {OLD}; fi\n",
    f"{RUN} --num_gpus 4 --port 30000\n",
    f"{RUN} --num_gpus --log-level info --host 0.0.0.0\n",
]


@pytest.mark.parametrize("text", SAME)
def test_the_same_command_is_known(here: Path, text: str) -> None:
    (here / "run.sh").write_text(text)
    assert run("check", "--baseline", BASELINE, "run.sh")[0] == 0


OTHER = [
    f"{OLD}\n{OLD}\n",
    f"{OLD} --ring-degre 1\n",
    f"{OLD}\n{RUN} --num_gpus 4\n",
    "sglang serve --model-path black-forest-labs/FLUX.1-dev --num_gpus 2 --port 30000\n",
]


@pytest.mark.parametrize("text", OTHER)
def test_another_finding_is_new(here: Path, text: str) -> None:
    (here / "run.sh").write_text(text)
    status, out, _ = run("check", "--baseline", BASELINE, "run.sh")
    assert status == 1
    assert "1 finding " in out


def test_another_file_is_new(here: Path) -> None:
    (here / "run.sh").rename(here / "other.sh")
    status, _, err = run("check", "--baseline", BASELINE, "other.sh")
    assert status == 1
    assert f"1 of {BASELINE} is fixed" in err


def test_the_baseline_shrinks_when_asked(here: Path) -> None:
    (here / "b.sh").write_text(f"{OLD}\n")
    run("check", "--write-baseline", BASELINE, "run.sh", "b.sh")
    (here / "run.sh").write_text(f"{RUN} --num-gpus 2\n{RUN} --ring-degre 1\n")
    before = (here / BASELINE).read_text()
    status, _, err = run("check", "--baseline", BASELINE, "run.sh")
    assert status == 1
    assert f"1 of {BASELINE} is fixed: --update-baseline takes what is fixed out" in err
    assert (here / BASELINE).read_text() == before
    status, _, err = run("check", "--baseline", BASELINE, "--update-baseline", "run.sh")
    assert status == 1
    assert f"1 of {BASELINE} is fixed, and taken out" in err
    assert [one["file"] for one in entries(here)] == ["b.sh"]  # which was not checked


def test_a_run_with_fewer_rules_fixes_nothing(here: Path) -> None:
    _, _, err = run("check", "--baseline", BASELINE, "--select", "SGD1", "run.sh")
    assert "fixed" not in err
    words = ("check", "--baseline", BASELINE, "--update-baseline", "--select", "SGD1", "run.sh")
    assert run(*words)[0] == 2


def test_fix_mends_what_is_known_too_and_hides_what_is_left(here: Path) -> None:
    (here / "run.sh").write_text(f"{OLD}\n{RUN} --dit-layerwise-ofload true\n")
    run("check", "--write-baseline", BASELINE, "run.sh")
    status, out, _ = run("fix", "--baseline", BASELINE, "run.sh")
    assert status == 0
    assert "Fixed 1 finding" in out
    assert "--num-gpus" in (here / "run.sh").read_text()


def test_settings_name_a_baseline(here: Path) -> None:
    (here / "sub").mkdir()
    (here / "sub/a.sh").write_text(f"{OLD}\n")
    (here / "sgdlint.toml").write_text(f'baseline = "{BASELINE}"\n')
    run("check", "--write-baseline", BASELINE, "run.sh", "sub/a.sh")
    assert run("check", "run.sh", "sub/a.sh")[0] == 0
    (here / "run.sh").write_text(f"{RUN}\n")
    assert run("check", "--update-baseline", "run.sh", "sub/a.sh")[0] == 0
    assert [one["file"] for one in entries(here)] == ["sub/a.sh"]


BAD = [
    ("{", "no baseline: not JSON"),
    ("[]", 'no baseline: there is no list "findings" in it'),
    ('{"findings": []}', 'no baseline: there is no "format" in it'),
    ('{"format": 2, "findings": []}', "a baseline of format 2, and this sgdlint knows 1"),
    ('{"format": 1, "findings": [{"file": "a"}]}', 'entry 1 of "findings" is wrong'),
    ('{"format": 1, "findings": [1]}', 'entry 1 of "findings" is wrong'),
    (
        '{"format": 1, "findings": [{"file": "a", "rule": "b", "command": "c", "count": true}]}',
        'entry 1 of "findings" is wrong',
    ),
]


@pytest.mark.parametrize(("text", "message"), BAD)
def test_a_bad_baseline_is_told(here: Path, text: str, message: str) -> None:
    (here / BASELINE).write_text(text)
    status, _, err = run("check", "--baseline", BASELINE, "run.sh")
    assert status == 2
    assert f"{BASELINE}: {message}" in err


def test_no_baseline(here: Path) -> None:
    status, _, err = run("check", "--baseline", "none.json", "run.sh")
    assert status == 2
    assert "none.json: no such file or folder; --write-baseline none.json writes it" in err
    assert run("check", "--update-baseline", "run.sh")[0] == 2


def test_what_is_no_file_is_told_without_a_hint(here: Path) -> None:
    (here / "folder").mkdir()
    _, _, err = run("check", "--baseline", "folder", "run.sh")
    assert err == "sgdlint: error: folder: a folder that cannot be listed\n"


def test_of_findings_that_are_alike_each_is_known_once(here: Path) -> None:
    (here / "run.sh").write_text(f"{OLD}\n{RUN} --num_gpus 1 --log-level info\n")
    run("check", "--write-baseline", BASELINE, "run.sh")
    (here / "run.sh").write_text(f"{RUN} --num_gpus 8\n{RUN} --num_gpus 4\n{RUN} --num_gpus 2\n")
    status, out, err = run("check", "--baseline", BASELINE, "run.sh")
    assert status == 1
    assert "1 finding " in out
    assert err == f"sgdlint: 2 findings are in the baseline {BASELINE}\n"


def test_no_other_file_is_written_over(here: Path) -> None:
    assert run("check", "--write-baseline", "run.sh", "run.sh")[0] == 2
    assert (here / "run.sh").read_text() == f"{OLD}\n"


def test_nothing_is_written_when_a_file_cannot_be_read(here: Path) -> None:
    before = (here / BASELINE).read_text()
    status, _, err = run("check", "--write-baseline", BASELINE, "run.sh", "none.sh")
    assert status == 2
    assert f"{BASELINE} was not written" in err
    assert (here / BASELINE).read_text() == before


@pytest.mark.parametrize(
    "words",
    [
        ("--write-baseline", BASELINE, "--baseline", BASELINE),
        ("--write-baseline", BASELINE, "--select", "SGD1"),
        ("--add-suppressions", "--baseline", BASELINE),
    ],
)
def test_options_that_do_not_go_together(here: Path, words: tuple[str, ...]) -> None:
    assert run("check", *words, "run.sh")[0] == 2

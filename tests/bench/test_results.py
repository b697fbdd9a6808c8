"""A folder of results that is not as it should be."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from sgdlint.cli import main
from sgdlint.perf.noise import MOST_RUNS

PERF = Path(__file__).resolve().parent.parent / "data" / "perf"
ROWS = [{"name": "base"}, {"name": "other", "differs": "--x", "axes": ["layout"], "command": "c"}]


def folder(path: Path, **runs: str) -> Path:
    """Return a folder with a manifest, and variants with the runs of a folder of test data."""
    about = {"sglang": "0.5.23", "model": "m", "gpu": "H100", "variants": ROWS}
    (path / "matrix.json").write_text(json.dumps(about), "utf-8")
    for name, source in runs.items():
        (path / name).mkdir()
        for number, file in enumerate(sorted((PERF / source).glob("*.json")), 1):
            shutil.copy(file, path / name / f"{number}.json")
    return path


def told(path: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = main(["bench", "--read", str(path), *words])
    return status, *capsys.readouterr()


class TestVerdicts:
    def test_a_faster_one_is_taken(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        status, out, _ = told(folder(tmp_path, base="eager", other="compile"), capsys)
        assert status == 0
        assert "Take other: 1." in out

    def test_no_difference_beyond_the_noise(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        status, out, _ = told(folder(tmp_path, base="eager", other="again"), capsys)
        assert status == 0
        assert "no difference beyond the noise" in out
        assert "keep the launch as it is" in out

    def test_one_run_of_each_tells_nothing(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = folder(tmp_path, base="eager", other="compile")
        for name in ("base", "other"):
            for number in (2, 3, 4, 5):
                (path / name / f"{number}.json").unlink()
        _, out, _ = told(path, capsys)
        assert "one run of each tells nothing" in out
        assert "More runs may tell of other" in out

    def test_of_very_many_runs_some_are_taken(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = folder(tmp_path, base="eager", other="compile")
        for number in range(6, MOST_RUNS + 20):
            shutil.copy(path / "base" / "1.json", path / "base" / f"{number}.json")
        status, out, _ = told(path, capsys)
        assert status == 0
        assert f"base     {MOST_RUNS} " in out

    @pytest.mark.parametrize("reason", [b"\xff\xfe of a log", b"\x1b[31mred\x1b[0m of a log"])
    def test_a_reason_of_any_letters(
        self, reason: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = folder(tmp_path, base="eager", other="compile")
        (path / "other" / "failed").write_bytes(reason)
        status, out, _ = told(path, capsys)
        assert status == 0
        assert "of a log" in out
        assert "\x1b" not in out

    def test_runs_on_diffusers_do_not_count(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = folder(tmp_path, base="eager")
        (path / "other").mkdir()
        for number in (1, 2, 3):
            shutil.copy(PERF / "diffusers.json", path / "other" / f"{number}.json")
        status, out, _ = told(path, capsys, "--format", "json")
        other = json.loads(out)["variants"][1]
        assert (status, other["failed"], other["backend"]) == (
            0,
            "it ran on diffusers",
            "diffusers",
        )
        assert json.loads(out)["recommended"] is None

    def test_what_is_not_run_yet(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        status, out, _ = told(folder(tmp_path, base="eager"), capsys)
        assert status == 0
        assert "Not run yet: other." in out

    def test_a_broken_measurement_is_told(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = folder(tmp_path, base="eager", other="compile")
        (path / "other" / "2.json").write_text("{", "utf-8")
        status, out, _ = told(path, capsys)
        assert status == 0
        assert "2.json: not JSON" in out
        assert "Take other" not in out


class TestLogs:
    def test_what_a_log_says_is_told(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = folder(tmp_path, base="eager", other="compile")
        line = "[11-24 02:16:11] Falling back to diffusers backend\n"
        (path / "other" / "1.log").write_text(line, "utf-8")
        _, out, _ = told(path, capsys)
        assert "it ran on diffusers" in out
        assert "other: LOG101: " in out
        assert "Take other" not in out
        _, out, _ = told(path, capsys, "--format", "json")
        assert json.loads(out)["variants"][1]["log"][0]["code"] == "LOG101"

    def test_what_both_logs_say_is_no_difference(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = folder(tmp_path, base="eager", other="compile")
        line = "[11-24 02:16:11] SGLANG says nothing of this\n\xff"
        for name in ("base", "other"):
            (path / name / "1.log").write_bytes(line.encode("latin-1"))
        _, out, _ = told(path, capsys)
        assert "LOG" not in out
        assert "Take other" in out


class TestBadInput:
    @pytest.mark.parametrize(
        ("text", "says"),
        [
            (None, "holds no matrix.json"),
            (b"", "not JSON"),
            (b"[]", "no list of variants"),
            (b'{"variants": []}', "no list of variants"),
            (b'{"variants": [1]}', "each variant needs a name"),
            (b'{"variants": [{"name": "../x"}]}', "each variant needs a name"),
            (b'{"variants": [{"name": "a\\u0000"}]}', "each variant needs a name"),
            (b'{"variants": [{"name": "a"}]}', "there is no variant 'base'"),
            (b"\xff\xfe", "not UTF-8"),
            (b"[" * 100_000, "not JSON"),
        ],
    )
    def test_no_results(
        self, text: bytes | None, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        if text is not None:
            (tmp_path / "matrix.json").write_bytes(text)
        status, out, err = told(tmp_path, capsys)
        assert (status, out) == (2, "")
        assert says in err

    def test_no_folder(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        status, _, err = told(tmp_path / "none", capsys)
        assert (status, "no such folder" in err) == (2, True)

    def test_results_are_no_script(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        status, _, err = told(folder(tmp_path, base="eager"), capsys, "--format", "script")
        assert (status, "--format" in err) == (2, True)


class TestOutputs:
    @pytest.mark.parametrize(
        ("first", "second", "other", "says"),
        [("a", "a", "a", "same"), ("a", "a", "b", "differs"), ("a", "b", "a", "")],
    )
    def test_outputs_are_compared_where_they_are_always_the_same(
        self,
        first: str,
        second: str,
        other: str,
        says: str,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        path = folder(tmp_path, base="eager", other="compile")
        for name, text in (
            ("base/output-1", first),
            ("base/output-2", second),
            ("other/output-1", other),
        ):
            (path / name).mkdir()
            (path / name / "image.png").write_text(text, "utf-8")
        _, out, _ = told(path, capsys, "--format", "json")
        assert json.loads(out)["variants"][1]["output"] == says
        _, out, _ = told(path, capsys)
        assert ("not the same byte for byte" in out) == (says == "differs")

"""The script of `sgdlint bench`: as bash reads it, as sgdlint does, and really run."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from sgdlint.cli import main

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = ROOT / "tests" / "data"
DUMP = DATA / "perf" / "eager" / "run-1.json"
QWEN = "sglang generate --model-path Qwen/Qwen-Image --prompt 'a  \"fox\"' --num-gpus 2"
WAN = (
    "sglang generate --model-path Wan-AI/Wan2.2-T2V-A14B-Diffusers --num-gpus 8 "
    "--enable-cfg-parallel --ulysses-degree 4 --enable-torch-compile --warmup "
    "--text-encoder-cpu-offload true --prompt '...' --save-output"
)
SERVE = "sglang serve --model-path black-forest-labs/FLUX.1-dev --port 3000 --num-gpus 4"
LAUNCHES = (
    (QWEN, "0.5.9", "H100"),
    (QWEN, "0.5.23", "L40S"),
    (WAN, "0.5.12", "H100"),
    (SERVE, "0.5.19", "H200"),
    ("HF_TOKEN=hf_1 A=b srun -n1 " + QWEN, "0.5.15.post1", "B200"),
    ('sglang generate --model-path "$MODEL" --prompt "$PROMPT"', "0.5.23", "H100"),
    ("sglang generate --model-path Qwen/Qwen-Image --prompt $'a\\n\\'$HOME `x`'", "0.5.12", "H100"),
    ("docker run --gpus all --env X=1 lmsysorg/sglang " + QWEN, "0.5.17", "H100"),
)
REPEATS = 3


def written(path: Path, command: str, *words: str) -> Path:
    """Write the script for a command."""
    script = path / "bench.sh"
    given = ["bench", "--command", command, "--output", str(script), *words]
    assert main(given) == 0
    return script


def ran(script: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a script in its folder, with the stand-in of `sglang`."""
    folder = script.parent
    tools = folder / "bin"
    tools.mkdir(exist_ok=True)
    if not (tools / "sglang").exists():
        shutil.copy(DATA / "bench" / "sglang", tools / "sglang")
    usual = {"FAKE_CALLS": str(folder / "calls"), "FAKE_DUMP": str(DUMP)}
    environment: Mapping[str, str] = {
        **os.environ,
        "PATH": f"{tools}:{os.environ['PATH']}",
        **usual,
        **more,
    }
    return subprocess.run(
        ["bash", str(script)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def calls(script: Path) -> list[list[str]]:
    """Return the words of each call of the stand-in."""
    path = script.parent / "calls"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [json.loads(line) for line in lines]


def told(results: Path, capsys: pytest.CaptureFixture[str], form: str = "json") -> str:
    capsys.readouterr()
    main(["bench", "--read", str(results), "--format", form])
    return capsys.readouterr().out


@pytest.mark.parametrize(("command", "release", "gpu"), LAUNCHES)
@pytest.mark.parametrize("more", [[], ["--lossy"], ["--full"]])
def test_it_is_good_bash_and_good_to_sgdlint(
    command: str, release: str, gpu: str, more: list[str], tmp_path: Path
) -> None:
    script = written(tmp_path, command, "--sglang", release, "--gpu", gpu, *more)
    assert stat.S_IMODE(script.stat().st_mode) == 0o755
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0
    if shutil.which("shellcheck"):
        done = subprocess.run(
            ["shellcheck", str(script)], capture_output=True, text=True, check=False
        )
        assert done.stdout == ""
    assert main(["check", str(script), "--gpu", gpu, "--fail-on", "warning", "--goal", "none"]) == 0


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A matrix that was run, of which two variants fail; and what the script said."""
    path = tmp_path_factory.mktemp("measured")
    script = written(path, QWEN, "--sglang", "0.5.23", "--gpu", "H100", "--lossy")
    done = ran(script, FAKE_FAIL="--quantization", FAKE_DIFFUSERS="--enable-breakable")
    assert done.returncode == 0, done.stderr
    return script, done.stdout


class TestMeasured:
    """What is measured of a matrix, and read back."""

    def test_what_came_of_it(
        self, measured: tuple[Path, str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        data = json.loads(told(measured[0].parent / "bench-results", capsys))
        found = {one["name"]: one for one in data["variants"]}
        assert data["variants"][0]["name"] == "base"
        assert found["online-fp8"]["failed"] == "it ran out of GPU memory"
        assert found["cuda-graphs"]["failed"].startswith("it ran on diffusers")
        assert found["base"]["runs"] == found["compiled"]["runs"] == REPEATS
        assert found["compiled"]["verdict"] == "faster"
        assert found["compiled"]["speedup"] == pytest.approx(1.25, rel=0.01)
        assert found["ulysses"]["verdict"] == "slower"
        assert data["recommended"] == "text-encoder-stays+compiled"
        assert data["lossy"] == "cache-dit"
        assert "--enable-torch-compile" in data["command"]
        assert "--perf-dump-path" not in data["command"]

    def test_the_winner_is_named_with_its_command(
        self, measured: tuple[Path, str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        text = told(measured[0].parent / "bench-results", capsys, "text")
        assert "Take text-encoder-stays+compiled: 1.39× as fast" in text
        assert "\nsglang generate --model-path Qwen/Qwen-Image --prompt 'a  \"fox\"'" in text
        markdown = told(measured[0].parent / "bench-results", capsys, "markdown")
        assert "| text-encoder-stays+compiled * | 3 |" in markdown
        assert "\n```sh\nsglang generate" in markdown

    def test_the_variants_take_turns(self, measured: tuple[Path, str]) -> None:
        lines = [line.split() for line in measured[1].splitlines() if " run " in line]
        turns = [(int(words[2]), words[-1]) for words in lines]
        assert [number for number, _ in turns] == sorted(number for number, _ in turns)
        rounds = [[name for number, name in turns if number == one] for one in (1, 2, 3)]
        assert rounds[0][0] == "base"
        assert rounds[1] == rounds[2][::-1]
        assert set(rounds[0]) - set(rounds[1]) == {"online-fp8", "cuda-graphs"}

    def test_all_variants_have_the_same_request(self, measured: tuple[Path, str]) -> None:
        made = calls(measured[0])
        for flag in ("--prompt", "--seed", "--model-path", "--warmup-mode", "--num-gpus"):
            assert len({one[one.index(flag) + 1] for one in made}) == 1
        assert made[0][made[0].index("--prompt") + 1] == 'a  "fox"'
        dumps = [one[one.index("--perf-dump-path") + 1] for one in made]
        outputs = [one[one.index("--output-path") + 1] for one in made]
        assert len(set(dumps)) == len(set(outputs)) == len(made)


class TestRun:
    """The script is run again, and where something is in its way."""

    @pytest.fixture
    def script(self, tmp_path: Path) -> Path:
        words = ["--sglang", "0.5.12", "--gpu", "H100", "--only", "graphs", "--repeat", "2"]
        return written(tmp_path, QWEN, *words)

    def test_it_goes_on_where_it_was(self, script: Path) -> None:
        assert ran(script, FAKE_FAIL="--enable-torch-compile").returncode == 0
        assert len(calls(script)) == 3
        (script.parent / "bench-results" / "base" / "2.json").unlink()
        assert ran(script, FAKE_FAIL="--enable-torch-compile").returncode == 0
        assert len(calls(script)) == 4
        assert ran(script, FORCE="1").returncode == 0
        assert len(calls(script)) == 8

    @pytest.mark.parametrize("status", [0, 1, 143])
    def test_a_variant_that_someone_stops_has_not_failed(self, status: int, script: Path) -> None:
        tool = script.parent / "bin" / "sglang"
        tool.parent.mkdir()
        end = f"kill -TERM $PPID; exit {status}" if status != 143 else "kill -TERM $$; sleep 9"
        tool.write_text(f'#!/bin/sh\necho 1 >>"$FAKE_CALLS"\n{end}\n', "utf-8")
        tool.chmod(0o755)
        done = ran(script)
        assert done.returncode == 143
        assert done.stderr == "stopped; the same command goes on where it was\n"
        assert not list(script.parent.glob("bench-results/*/failed"))
        tool.unlink()
        assert ran(script).returncode == 0
        assert len(calls(script)) == 5

    def test_a_measurement_that_was_not_looked_at_does_not_count(self, script: Path) -> None:
        folder = script.parent / "bench-results" / "base"
        folder.mkdir(parents=True)
        (folder / "1.new.json").write_text(DUMP.read_text("utf-8"), "utf-8")
        assert ran(script, FAKE_DIFFUSERS="--enable-torch-compile").returncode == 0
        assert len(calls(script)) == 3
        assert not list(script.parent.glob("bench-results/*/*.new.json"))
        assert (folder.parent / "compiled" / "1.rejected").exists()

    def test_a_program_that_is_not_there_is_told(self, script: Path) -> None:
        (script.parent / "bin").mkdir()
        (script.parent / "bin" / "sglang").write_text("#!/bin/sh\nexit 127\n", "utf-8")
        (script.parent / "bin" / "sglang").chmod(0o755)
        done = ran(script)
        assert done.returncode == 1
        assert "base: a program of its command was not found (status 127)" in done.stderr

    def test_without_the_launch_as_it_is_nothing_is_compared(
        self, script: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        done = ran(script, FAKE_FAIL="--prompt")
        assert done.returncode == 1
        assert "nothing to compare with" in done.stderr
        assert len(calls(script)) == 1
        assert "Nothing is recommended" in told(script.parent / "bench-results", capsys, "text")
        assert ran(script).returncode == 0, "what stopped it may be mended"

    def test_results_of_other_variants_are_not_mixed(self, script: Path) -> None:
        assert ran(script).returncode == 0
        words = ["--sglang", "0.5.12", "--gpu", "H100", "--only", "layout", "--repeat", "1"]
        other = written(script.parent, QWEN, *words)
        done = ran(other)
        assert done.returncode == 2
        assert "results of other variants" in done.stderr
        assert ran(other, RESULTS="elsewhere").returncode == 0
        assert ran(other, FORCE="1").returncode == 0

    def test_what_comes_from_outside_must_be_there(self, tmp_path: Path) -> None:
        command = 'sglang generate --model-path Qwen/Qwen-Image --prompt "$PROMPT"'
        script = written(
            tmp_path, command, "--sglang", "0.5.12", "--repeat", "1", "--only", "graphs"
        )
        done = ran(script)
        assert done.returncode != 0
        assert "PROMPT" in done.stderr
        assert ran(script, PROMPT="two  words").returncode == 0
        assert all("two  words" in one for one in calls(script))

    def test_run_does_all_of_it(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "bin").mkdir()
        shutil.copy(DATA / "bench" / "sglang", tmp_path / "bin" / "sglang")
        monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
        monkeypatch.setenv("FAKE_CALLS", str(tmp_path / "calls"))
        monkeypatch.setenv("FAKE_DUMP", str(DUMP))
        words = ["bench", "--command", QWEN, "--sglang", "0.5.12", "--results", "out", "--run"]
        assert main([*words, "--only", "graphs"]) == 0
        assert "Take compiled" in capsys.readouterr().out
        text = (tmp_path / "out" / "bench.sh").read_text("utf-8")
        assert main([*words, "--only", "layout"]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert "out: it holds results of other variants; --results names another folder" in err
        assert (tmp_path / "out" / "bench.sh").read_text("utf-8") == text
        monkeypatch.setenv("PATH", str(tmp_path))
        assert main([*words, "--only", "graphs"]) == 2
        assert "bash cannot be started" in capsys.readouterr().err

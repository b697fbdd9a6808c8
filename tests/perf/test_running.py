"""`sgdlint perf` as users run it: what it prints and writes, and its exit status."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from perf.making import DATA, WORKED

from sgdlint.cli import main
from sgdlint.perf import limit
from sgdlint.stated import OptionError

WAN = "sglang generate --model-path Wan-AI/Wan2.1-T2V-1.3B-Diffusers --prompt x"
WRITTEN = (".svg", ".html", ".md", ".json", ".txt")
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(autouse=True)
def _inside_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(DATA)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Return what runs `sgdlint perf`, and returns status, output and errors."""

    def perf(*words: str) -> tuple[int, str, str]:
        status = main(["perf", *words])
        told = capsys.readouterr()
        return status, told.out, told.err

    return perf


Run = Callable[..., tuple[int, str, str]]


# --- what it says ---------------------------------------------------------------------------------


def test_two_folders_are_two_sides_of_runs(run: Run) -> None:
    status, out, err = run("eager", "compile")
    assert (status, err) == (0, "")
    first = " ".join(out.splitlines()[:2])
    assert first.startswith("compile takes 19.6% less time than eager (19.3% to 19.9% less):")
    assert "What moved: DenoisingStage (-903 ms); the whole: -896 ms." in out
    assert "  6 snapshots: --output FILE.html shows each" in out
    assert "  compile  " in out
    assert "3.671–3.699 s, 5 runs" in out


def test_no_difference_is_said_so(run: Run) -> None:
    _, out, _ = run("eager", "again")
    assert out.startswith("No difference beyond the noise: again takes 0.1% less time than eager")
    assert "What moved" not in out


def test_one_run_of_each_tells_nothing_about_the_noise(run: Run) -> None:
    _, out, _ = run("eager/run-1.json", "compile/run-1.json")
    assert "One run of each tells nothing about the noise." in " ".join(out.split())


def test_two_runs_of_each_are_too_few(run: Run) -> None:
    old, new = ([f"{side}/run-1.json", f"{side}/run-2.json"] for side in ("eager", "compile"))
    _, out, _ = run("--baseline", *old, "--new", *new)
    told = " ".join(out.split())
    assert "2 and 2 runs are too few: chance alone sets them apart like this in 1 of 3" in told


def test_what_cannot_be_compared_is_said_first(run: Run) -> None:
    status, out, _ = run("eager", "cold.json", "other-model.json", "fewer-steps.json")
    assert status == 0
    assert out.startswith("NOT COMPARABLE: only one side was warmed up.\n")
    assert "\nNOT COMPARABLE: another model.\n" in out
    assert "\nNOT COMPARABLE: another number of steps.\n" in out
    assert "! cold: the first step takes 6.5 times a steady one: no warm-up ran before" in out


def test_a_run_in_the_diffusers_backend_is_told(run: Run) -> None:
    _, out, _ = run("eager", "diffusers.json")
    assert out.startswith("NOT COMPARABLE: another backend.")
    assert "! diffusers: it ran in the diffusers backend" in out


def test_a_command_tells_what_the_files_do_not(run: Run) -> None:
    _, out, _ = run("eager", "compile", "--command", WAN)
    assert "Comparable: the same work, in the same state" in out
    told = " ".join(out.split())
    assert "size 832x480, frames 81, steps 10, backend native, warmed up yes, seed 42" in told
    _, out, _ = run("eager", "compile", "--command", WAN, "--command", f"{WAN} --height 240")
    assert out.startswith("NOT COMPARABLE: another size.")
    assert "size (832x480 against 832x240)" in out
    seeds = ["--command", f"{WAN} --seed 42", "--command", f"{WAN} --seed 1 2"]
    _, out, _ = run("eager", "compile", *seeds, "--sglang", "0.5.23")
    assert "differs  seed (42 against 1, 2)" in out


def test_a_command_is_read_as_the_releases_that_may_have_written_the_dump(run: Run) -> None:
    file = "releases/0.5.9-generate.json"
    _, out, _ = run(file, file, "--command", f"{WAN} --warmup", "--format", "json")
    rows = {row["name"]: row for row in json.loads(out)["variants"][0]["conditions"]}
    assert rows["warmed up"]["old"] == ""  # the switch is another thing since 0.5.18
    _, out, _ = run(
        file, file, "--command", f"{WAN} --warmup", "--sglang", "0.5.9", "--format", "json"
    )
    rows = {row["name"]: row for row in json.loads(out)["variants"][0]["conditions"]}
    assert rows["warmed up"]["old"] == "yes"
    assert rows["release"] == {
        "name": "release",
        "old": "0.5.9",
        "new": "0.5.9",
        "verdict": "same",
        "decides": False,
    }


def conditions(out: str) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in json.loads(out)["variants"][0]["conditions"]}


@pytest.mark.parametrize("release", ["0.5.10.post1", "0.5.23"])
def test_a_log_tells_what_the_files_do_not(run: Run, release: str) -> None:
    log = f"logs/{release}.log"
    _, out, _ = run("eager", "compile", "--log", log, "--format", "json")
    rows = conditions(out)
    assert (rows["size"]["old"], rows["size"]["verdict"]) == ("832x480", "same")
    assert (rows["frames"]["new"], rows["seed"]["new"]) == ("81", "42")
    # A command that says something else was another one.
    _, out, _ = run(
        *("eager", "compile", "--log", log, "--format", "json"),
        *("--command", f"{WAN} --seed 7 --num-frames 33"),
    )
    assert (conditions(out)["seed"]["old"], conditions(out)["frames"]["old"]) == ("42", "81")


def test_a_log_of_different_requests_tells_what_they_have_in_common(
    run: Run, tmp_path: Path
) -> None:
    text = (DATA / "logs" / "0.5.23.log").read_text("utf-8")
    other = text.replace("width: 832", "width: 416").replace("A light", "seed: 9")
    log = tmp_path / "run.log"
    prompt = "                      prompt: num_frames: 33\n"
    log.write_text("".join(f"[pod/x/y] {line}\n" for line in (text + other).splitlines()) + prompt)
    _, out, _ = run("eager", "compile", "--log", str(log), "--format", "json")
    rows = conditions(out)
    assert rows["size"]["old"] == ""
    assert (rows["frames"]["old"], rows["seed"]["old"]) == ("81", "42")


def test_the_warm_up_of_older_releases_is_told_by_the_log(run: Run, tmp_path: Path) -> None:
    file = "releases/0.5.12-generate.json"
    log = tmp_path / "run.log"
    said = "Warmup req processed in 3.20 seconds"
    log.write_text(f"[11-24 03:11:36] {said}\n")
    _, out, _ = run(file, file, "--log", str(log), "--format", "json")
    assert conditions(out)["warmed up"]["old"] == "yes"
    log.write_text("nothing\n")
    _, out, _ = run(file, file, "--log", str(log), "--format", "json")
    assert conditions(out)["warmed up"]["old"] == ""


def test_patterns_names_and_several_variants(run: Run) -> None:
    _, out, _ = run(
        "base=eager/run-[1-3].json", "jit=compile", "odd=spike.json", "--format", "json"
    )
    data = json.loads(out)
    assert data["baseline"]["label"] == "base"
    assert [one["label"] for one in data["variants"]] == ["jit", "odd"]
    assert [Path(one).name for one in data["baseline"]["files"]] == [
        "run-1.json",
        "run-2.json",
        "run-3.json",
    ]
    assert data["variants"][1]["steps"]["spikes"] == [7]


def test_variants_of_the_same_conditions_are_named_together(run: Run) -> None:
    out = run("eager", "compile", "other-model.json", "slow-decode.json")[1]
    assert "\ncompile, slow-decode: Comparable, as far as is known" in out
    assert "\nother-model: NOT COMPARABLE: another model\n" in out
    assert "eager: Comparable" not in run("eager", "compile")[1]


def test_json_has_all_figures(run: Run) -> None:
    _, out, _ = run("eager", "compile", "--format", "json", "--fail-if-slower", "5%")
    one = json.loads(out)["variants"][0]
    assert one["total_ms"]["verdict"] == "faster"
    assert one["total_ms"]["confidence"] == pytest.approx(0.905, abs=0.001)
    assert one["peak_gpu_mib"] == {"old": 17100, "new": 17650}
    assert one["limit"] == "fine"
    stages = {stage["name"]: stage for stage in one["stages_ms"]}
    assert stages["DenoisingStage"]["moved"]
    assert not stages["DecodingStage"]["moved"]
    figures = {(row["snapshot"], row["figure"]): row["new"] for row in one["memory_mib"]}
    assert figures["warmup_peak", "peak_reserved"] == 17350


def with_times(folder: Path, names: list[str], hours: list[int], factor: float = 1.0) -> None:
    """Write copies of runs as if they were made at these hours."""
    folder.mkdir()
    for name, hour in zip(names, hours, strict=True):
        data = json.loads((DATA / name).read_text("utf-8"))
        data["timestamp"] = f"2026-11-24T{hour:02}:00:00.000000+00:00"
        data["total_duration_ms"] *= factor
        (folder / f"{hour}.json").write_text(json.dumps(data))


@pytest.mark.parametrize(
    ("hours", "factor", "told"),
    [([4, 5, 6], 1.03, True), ([2, 4, 6], 1.03, False), ([4, 5, 6], 1.2, False)],
)
def test_a_small_difference_of_runs_that_did_not_alternate_is_doubted(
    run: Run, tmp_path: Path, hours: list[int], factor: float, told: bool
) -> None:
    names = [f"eager/run-{at}.json" for at in (1, 2, 3)]
    with_times(tmp_path / "a", names, [1, 2, 3] if told or factor > 1.1 else [1, 3, 5])
    with_times(tmp_path / "b", names, hours, factor)
    _, out, _ = run(str(tmp_path / "a"), str(tmp_path / "b"))
    assert "more time than a (" in out
    assert ("! b: its runs were not made between those of a" in out) == told


def test_copies_of_a_measurement_are_noticed(run: Run, tmp_path: Path) -> None:
    for name in ("x.json", "y.json"):
        (tmp_path / name).write_text(WORKED)
    status, _, err = run("again", str(tmp_path))
    assert status == 2
    assert f"y.json: the same measurement as {tmp_path}/x.json" in err
    status, out, _ = run("eager", str(tmp_path / "x.json"))
    assert status == 0
    assert "! x: it has a file of the same measurement as eager; is one left over?" in out


# --- how it looks ---------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [50, 60, 80, 120, 200])
@pytest.mark.parametrize("colours", [True, False])
def test_no_line_is_wider_than_the_terminal(width: int, colours: bool) -> None:
    own, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    environment |= {} if colours else {"NO_COLOR": "1"}
    command = [sys.executable, "-m", "sgdlint", "perf", "eager", "compile", "cold.json"]
    process = subprocess.Popen(command, stdout=its, stderr=its, cwd=DATA, env=environment)
    os.close(its)
    shown = b""
    while True:
        try:
            part = os.read(own, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    assert process.wait() == 0
    os.close(own)
    text = shown.decode()
    assert ("\x1b[" in text) == colours
    lines = re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()
    assert max(map(len, lines)) <= width
    assert any("█" in line for line in lines)


def test_a_terminal_without_blocks_gets_other_signs() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "sgdlint", "perf", "eager", "compile"]
    done = subprocess.run(command, capture_output=True, cwd=DATA, env=environment, check=True)
    text = done.stdout.decode("ascii")
    assert "#####" in text
    assert "4.583 s -> 3.686" in text
    assert "\\u" not in text


def test_markdown_is_a_table_of_equal_rows(run: Run) -> None:
    _, out, _ = run("eager", "compile", "cold.json", "--format", "markdown")
    rows = [line for line in out.splitlines() if line.startswith("|")]
    assert {row.count("|") for row in rows} == {5}
    assert (
        "| **Whole request** | 4.583 s | 3.686 s (-19.6%, faster) | 6.785 s (+48.1%, few runs) |"
        in rows
    )
    assert "✅ compile takes 19.6% less time than eager" in out
    assert "🚫 **NOT COMPARABLE: only one side was warmed up.**" in out


def test_pictures_and_pages_stand_alone(run: Run, tmp_path: Path) -> None:
    names = [str(tmp_path / f"x{ending}") for ending in WRITTEN]
    words = [word for name in names for word in ("--output", name)]
    assert run("eager", "compile", "spike.json", *words)[0] == 0
    picture, page, *_ = (Path(name).read_text("utf-8") for name in names)
    root = ET.fromstring(picture)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    bars = root.findall(".//{http://www.w3.org/2000/svg}rect[@rx]")
    assert len(bars) == 3 * (1 + 3 + 2 + 1)  # whole, stages, steps, memory
    assert all(float(bar.get("width", "0")) <= 350 for bar in bars)
    assert len(root.findall(".//{http://www.w3.org/2000/svg}polyline")) == 3
    for text in (picture, page):
        assert "prefers-color-scheme:dark" in text
        found = re.findall(r"(?:src|href)=|url\(|@import|https?://(?!www\.w3\.org/2000/svg)", text)
        assert found == []
    assert json.loads(Path(names[3]).read_text("utf-8"))["variants"]


HOSTILE = '<script>alert(1)</script> | **x** `y` \x1b[31m \ud800 "q" & \u202e'


def test_names_in_a_dump_cannot_break_any_format(run: Run, tmp_path: Path) -> None:
    data = json.loads(WORKED)
    data["steps"][4]["name"] = HOSTILE
    data["meta"] = {"model": HOSTILE, "prompt": HOSTILE}
    data["memory_checkpoints"][HOSTILE] = data["memory_checkpoints"]["load_peak"]
    name = tmp_path / "a.json"
    name.write_text(json.dumps(data))
    names = [str(tmp_path / f"x{ending}") for ending in WRITTEN]
    words = [word for path in names for word in ("--output", path)]
    status, out, err = run(str(name), "eager/run-1.json", *words)
    assert (status, err) == (0, "")
    assert "\x1b" not in out
    assert "\u202e" not in out
    texts = [Path(path).read_text("utf-8") for path in names]
    ET.fromstring(texts[0])
    assert "<script" not in texts[0] + texts[1] + texts[2]
    rows = [line for line in texts[2].splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {4}


# --- limits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sides", "allowed", "status", "told"),
    [
        (
            ("compile", "eager"),
            "5%",
            1,
            "eager is 24.3% slower than compile; 5% is allowed",
        ),
        (("compile", "eager"), "30%", 0, ""),
        (("eager", "compile"), "0%", 0, ""),
        (("eager", "again"), "0%", 0, ""),
        (("again", "eager"), "0%", 0, ""),  # slower in the median, and that is noise
        (("compile/run-1.json", "eager/run-1.json"), "5%", 1, "24.9% slower"),
        (("eager", "cold.json"), "5%", 2, "cold: not comparable with eager, so --fail-if-slower"),
        (("compile", "eager", "cold.json"), "5%", 2, "eager is 24.3% slower"),
    ],
)
def test_a_limit(run: Run, sides: tuple[str, ...], allowed: str, status: int, told: str) -> None:
    found, out, err = run(*sides, "--fail-if-slower", allowed)
    assert found == status
    assert told in err
    assert bool(err) == bool(told)
    assert "Whole request" in out


@pytest.mark.parametrize("text", ["5", "0.05", "", "-5%", "5 percent", "nan%", "1e3%", "1001%"])
def test_what_is_no_limit(text: str) -> None:
    with pytest.raises(OptionError, match="is not a percentage, such as 5%"):
        limit.limit_of(text)


@pytest.mark.parametrize(("text", "share"), [("5%", 0.05), ("0%", 0), ("2.5 %", 0.025)])
def test_limits(text: str, share: float) -> None:
    assert limit.limit_of(text) == pytest.approx(share)


# --- what cannot be done --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "no baseline: name its file or folder first, or after --baseline"),
        (("--new", "eager"), "no baseline"),
        (("eager",), "nothing to compare eager with: name a second file"),
        (("--baseline", "eager"), "nothing to compare eager with"),
        (("eager", "nope"), "nope: no such file or folder"),
        (("eager", "nope-*.json"), "nope-*.json: no file is called like this"),
        (("eager", "a\0b"), "cannot be read"),
        (("eager", "README.md"), "README.md: not JSON: Expecting value at line 1, column 1"),
        (("eager", "compare_perf.json"), "compare_perf.json: not a perf dump: a list instead"),
        (("--baseline", "eager", "eager/run-1.json", "--new", "again"), "run-1.json: given twice"),
        (tuple(["eager"] * 21), "21 sides; at most 20 are compared at once"),
        (("eager", "again", "--output", "x.png"), "'x.png' does not end in .svg"),
        (("cold.json", "again", "--output", "cold.json"), "one of the files that are compared"),
        (("eager", "again", "--sglang", "9.9"), "9.9 is not in the catalog"),
        (("eager", "again", "--command", "ls -l"), "--command: no launch of SGLang Diffusion"),
        (("eager", "again", *(["--command", WAN] * 3)), "--command: 3 for 2 sides"),
        (("eager", "again", "--log", "nope.log"), "--log: nope.log is no file"),
        (("eager", "again", *(["--log", "x"] * 3)), "--log: 3 for 2 sides"),
        (("eager", "again", "--fail-if-slower", "5"), "'5' is not a percentage"),
        (("eager", "again", "--fail-if-slower", ""), "'' is not a percentage"),
        (("eager", "again", "--bseline", "x"), "did you mean --baseline?"),
    ],
)
def test_what_is_wrong_is_said(run: Run, words: tuple[str, ...], told: str) -> None:
    status, out, err = run(*words)
    assert (status, out) == (2, "")
    assert told in err
    assert err.startswith("sgdlint: error: ")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the file is empty"),
        (b"\xff\xfe{", "not UTF-8: byte 0 is no letter"),
        (WORKED.encode()[:900], "it breaks off"),
        (WORKED.encode("utf-16"), "not UTF-8"),
    ],
)
def test_bytes_that_are_no_dump(run: Run, tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(content)
    status, _, err = run("eager", str(file))
    assert status == 2
    assert f"{file}: " in err
    assert told in err


def test_every_file_that_is_wrong_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    (tmp_path / "b.json").write_text("[]")
    _, _, err = run("eager", str(tmp_path), "nope")
    assert len(err.splitlines()) == 3


def test_a_mark_at_the_beginning_does_not_disturb(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(b"\xef\xbb\xbf" + WORKED.encode())
    assert run("eager", str(file))[0] == 0


def test_folders_pipes_and_large_files(run: Run, tmp_path: Path, monkeypatch: Any) -> None:
    assert "a folder without .json files" in run("eager", str(tmp_path))[2]
    os.mkfifo(tmp_path / "pipe")
    assert "not a file: a pipe" in run("eager", str(tmp_path / "pipe"))[2]
    monkeypatch.setattr("sgdlint.perf.inputs.MOST_CHARACTERS", 100)
    assert "larger than 100 bytes" in run("eager", "again")[2]


def test_an_output_that_cannot_be_written(run: Run, tmp_path: Path) -> None:
    status, out, err = run("eager", "again", "--output", str(tmp_path / "no" / "x.svg"))
    assert status == 2
    assert "x.svg" in err
    assert "Whole request" in out


def test_nothing_of_it_is_loaded_by_a_check() -> None:
    show = "import sys; from sgdlint.cli import main; main(['check', '--command', 'ls']); "
    show += "print([name for name in sys.modules if name.startswith('sgdlint.perf')])"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", show]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"

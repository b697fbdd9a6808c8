"""A log as a whole: its runs, its release, what is counted, what only the end tells."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from sgdlint.log.patterns import load
from sgdlint.log.reading import Reader

STAMP = "[11-24 02:16:11] "
OOM = "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.53 GiB. GPU 0 has a total"
OOM += " capacity of 79.11 GiB of which 1.20 GiB is free. Process 12 has 77.90 GiB memory in use."
TRACEBACK = [
    "Traceback (most recent call last):",
    '  File "/x/gpu_worker.py", line 200, in execute_forward',
    '    raise torch.OutOfMemoryError("CUDA out of memory.")',
    OOM,
]


def read(*lines: str, release: str = "") -> Reader:
    """Return what read some lines, at the end."""
    reader = Reader(load(), release)
    for line in lines:
        reader.feed(line)
    reader.end()
    return reader


def codes(reader: Reader) -> list[str]:
    """Return the codes of what was found."""
    return [one.code for one in reader.found]


LOGS = Path(__file__).parents[1] / "data/logs"


def test_a_published_log_whose_whole_time_has_the_warmup_in_it() -> None:
    text = (LOGS / "pull-19405.log").read_text(encoding="utf-8")
    reader = read(*text.splitlines())
    assert [one.message for one in reader.found] == [
        "This run is no run of native SGLang: the diffusers backend ran. The log does not say why",
        "The time of the whole (11.06 s) has the warmup in it: a request takes 8.69 s",
    ]
    assert len(reader.runs) == 1
    assert reader.runs[0].is_over


@pytest.mark.parametrize(
    ("before", "during"),
    [
        ([], "while loading"),
        (
            ["Loaded text_encoder: T (x version). model size: 9.1 GB, avail mem: 70.00 GB"],
            "while loading, after text_encoder",
        ),
        (["Worker 0: Scheduler loop started."], "while it ran"),
        (["Worker 0: Scheduler loop started.", "[DenoisingStage] started..."], "in DenoisingStage"),
        (
            [
                "[TextEncodingStage] started...",
                "[TextEncodingStage] finished in 0.2 seconds",
                "[DecodingStage] started... (12.5 GB left)",
            ],
            "in DecodingStage",
        ),
    ],
)
def test_where_memory_ran_out(before: list[str], during: str) -> None:
    reader = read(*(STAMP + one for one in before), *TRACEBACK, "OOM detected. Possible solutions:")
    assert codes(reader) == ["LOG401"]
    assert reader.found[0].values["during"] == during
    assert reader.found[0].message == f"GPU memory ran out {during}"
    assert reader.times(reader.found[0]) == 2


FAILED = "[DenoisingStage] Error during execution after 812.5 ms: shape mismatch"
VALUE = [
    "Traceback (most recent call last):",
    '  File "/x/denoising.py", line 20, in forward',
    "ValueError: shape mismatch",
]


def test_what_a_traceback_ends_with() -> None:
    assert [one.message for one in read(*VALUE).found] == ["ValueError: shape mismatch"]
    assert codes(read(*VALUE[:2], "KeyboardInterrupt")) == []
    assert codes(read(*VALUE[:2], "[11-24 02:16:11] something", VALUE[2])) == ["LOG707"]
    assert codes(read(*VALUE[2:])) == []


def test_ranks_that_fail_at_once() -> None:
    both = [f"[rank{rank}]: {line}" for line in VALUE for rank in (0, 1)]
    reader = read(*both)
    assert codes(reader) == ["LOG707"]
    assert reader.times(reader.found[0]) == 2


def test_why_something_failed_is_told_once() -> None:
    later = ["Error executing request 12: shape mismatch", "Generation failed: shape mismatch"]
    assert codes(read(STAMP + FAILED, *VALUE, *(STAMP + one for one in later))) == ["LOG702"]
    memory = f"[DenoisingStage] Error during execution after 812.5 ms: {OOM}"
    assert codes(read(STAMP + memory, *TRACEBACK)) == ["LOG401"]


def test_the_gate_is_silent_for_a_run_that_asked_for_diffusers() -> None:
    asked = STAMP + "Using diffusers backend for model 'a/b' (explicitly requested)"
    loaded = STAMP + "Loaded diffusers pipeline: FluxPipeline"
    assert codes(read(loaded)) == ["LOG101"]
    assert codes(read(asked, loaded)) == ["LOG102"]
    shown = STAMP + 'server_args: {"model_path": "a/b", "backend": "diffusers"}'
    assert codes(read(shown, loaded)) == []
    command = "+ sglang generate --model-path a/b --backend=diffusers --prompt x"
    assert codes(read(command, loaded)) == []


def test_runs_are_told_apart() -> None:
    first = 'server_args: {"model_path": "a/b", "backend": "auto"}'
    second = 'server_args: {"model_path": "c/d", "backend": "auto"}'
    port = "Port 30000 was unavailable, using port 30042 instead"
    reader = read(
        *(STAMP + one for one in (first, port, first, "Worker 0: Shutdown complete.", port)),
        *(STAMP + one for one in (second, "Worker 0: Scheduler loop started.", first, port)),
    )
    assert [(one.code, one.run) for one in reader.found] == [
        ("LOG220", 1),
        ("LOG220", 2),
        ("LOG220", 3),
    ]
    assert [run.asked("model_path") for run in reader.runs] == ["a/b", "c/d", "a/b"]


def test_a_shown_command_begins_a_run() -> None:
    shown = "+ HF_HOME=/x sglang generate --model-path a/b --prompt 'a cat'"
    reader = read(shown, STAMP + "Falling back to diffusers backend", f"0: +{shown}")
    assert len(reader.runs) == 2
    assert reader.runs[0].command.startswith("HF_HOME=/x sglang generate --model-path a/b")


def test_times_of_warmup_and_first_requests() -> None:
    warm = [STAMP + 'server_args: {"warmup_mode": "request"}']
    done = [STAMP + f"Pixel data generated successfully in {one} seconds" for one in (9, 3, 3.5)]
    assert codes(read(*warm, *done)) == ["LOG503"]
    assert codes(read(*warm, *done[1:], done[1])) == []
    mixed = STAMP + "Pixel data generated successfully in 8 seconds"
    assert codes(read(*warm, *done, mixed)) == []  # of several sizes, it seems
    inside = STAMP + "Warmed-up request processed in 3.40 seconds (with warmup excluded)"
    whole = STAMP + "Pixel data generated successfully in 9 seconds"
    assert codes(read(*warm, whole, inside, *done[1:])) == ["LOG507"]
    assert codes(read(*done[:1])) == []  # whether a warmup was made is not known


WARM = STAMP + "Warmed-up request processed in 3.40 seconds (with warmup excluded)"
NOT_WARM = STAMP + "warmup req 832x480 processing failed: out of memory"
SERVER = STAMP + 'server_args: {"warmup_mode": "server", "warmup_resolutions": null}'
BAR = "Warmup requests: {share}%|{bar}| {done}/2 [00:03<00:03,  3.20s/req, 832x480, last=3.20s]"
HALF, WHOLE = BAR.format(share=50, bar="█    ", done=1), BAR.format(share=100, bar="██", done=2)
NONE = BAR.format(share="  0", bar="     ", done=0)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([SERVER, WARM], ["LOG509"]),
        ([SERVER, NONE, WARM], ["LOG509"]),
        ([SERVER, f"{NONE}\r{HALF}\r{WHOLE}", WARM], []),
        ([SERVER, STAMP + "Warmup requests: 1/1 832x480", WARM], []),
        ([SERVER.replace("null", '["832x480"]'), WARM], []),
        ([SERVER.replace("server", "request"), WARM], []),
        ([STAMP + 'server_args: {"warmup_mode": "server"}', WARM], []),
        ([WARM], []),
        # a request that failed is counted, too
        ([HALF, NOT_WARM, WARM], ["LOG504", "LOG501"]),
        ([HALF, NOT_WARM, WHOLE, WARM], ["LOG504"]),
        ([STAMP + "Warmup requests: 1/1 832x480", NOT_WARM, WARM], ["LOG504", "LOG501"]),
        ([STAMP + "Warmup req processed in 3 seconds", NOT_WARM, WARM], ["LOG504"]),
    ],
)
def test_a_time_that_is_called_warmed_up(lines: list[str], told: list[str]) -> None:
    assert codes(read(*lines)) == told


def test_the_release_is_what_has_all_wordings() -> None:
    old = STAMP + "Enabling all offloading for GPU with low device memory"
    assert read(old).release == "0.5.11"
    assert read(old, release="0.5.9").release == "0.5.9"
    wrong = read(old, release="0.5.23")
    assert codes(wrong) == ["LOG216", "LOG706"]
    assert wrong.release == "0.5.11"


@pytest.mark.parametrize(
    ("line", "release"),
    [
        ("Successfully installed sglang-0.5.12.post1 torch-2.11.0", "0.5.12.post1"),
        ("+ pip install 'sglang[diffusion]==0.5.9'", "0.5.9"),
        ("Pulling from lmsysorg/sglang:v0.5.10-cu129", "0.5.10"),
        ('File "/x/site-packages/sglang-0.5.8.dist-info/x.py"', "0.5.8"),
        ("sglang-kernel-0.5.8", ""),
        ("sglang==0.4.1", ""),
        ("sglang>=0.5.9", ""),
    ],
)
def test_the_release_that_a_log_names(line: str, release: str) -> None:
    assert read(line).release == release
    old = STAMP + "Enabling all offloading for GPU with low device memory"
    expected = release if release in ("0.5.9", "0.5.10") else "0.5.11"
    assert read(line, old).release == expected


def test_what_is_said_with_other_values_is_told_again() -> None:
    frames = STAMP + "Adjusting number of frames from {} to {} based on number of GPUs (2)"
    lines = [frames.format(*one) for one in ((81, 85), (81, 85), (49, 53), (81, 81))]
    reader = read(*lines)
    assert [one.message[:2] for one in reader.found] == ["85", "53"]
    assert [reader.times(one) for one in reader.found] == [2, 1]


@pytest.mark.parametrize("seed", range(20))
def test_anything_is_read(seed: int) -> None:
    chance = random.Random(seed)
    parts = ["server_args: ", "{", "}", '"', "[", "]", "\r", "\x1b[", "m", "é", "\ufffd", "\0", " "]
    parts += [form.text for one in load() for form in one.forms][seed::20]
    reader = Reader(load(), "")
    for _ in range(300):
        reader.feed("".join(chance.choice(parts) for _ in range(chance.randrange(12))))
    reader.end()
    assert reader.line == 300

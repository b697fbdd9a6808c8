"""Lines of logs that people published, as they stand there."""

from __future__ import annotations

import pytest

from sgdlint.log.patterns import load
from sgdlint.log.reading import Reader

PULL = "https://github.com/sgl-project/sglang/pull"
LINES = [
    (
        f"{PULL}/16150",
        (
            "[12-30 08:48:15] Peak GPU memory: 45.85 GB, Remaining GPU memory at peak: 33.80 GB. "
            "Components that can stay resident: ['text_encoder']"
        ),
        "LOG405",
        "33.80 GB were free at the peak: text_encoder could stay on the GPU",
    ),
    (
        f"{PULL}/17070",
        (
            "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 72.00 MiB. GPU 0 has a "
            "total capacity of 23.64 GiB of which 32.75 MiB is free. Including non-PyTorch memory, "
            "this "
        ),
        "LOG401",
        "GPU memory ran out while loading",
    ),
    (
        f"{PULL}/17070",
        (
            "[01-14 16:34:29] Error while loading customized transformer, falling back to native "
            "version"
        ),
        "LOG103",
        "The component transformer runs as that of another library, not as SGLang's own",
    ),
    (
        f"{PULL}/24431",
        (
            "[05-08 16:57:16] [DenoisingStage] Error during execution after 978.8380 ms: "
            "DPMSolverMultistepScheduler.step() got an unexpected keyword argument 'eta'"
        ),
        "LOG702",
        (
            "DenoisingStage failed: DPMSolverMultistepScheduler.step() got an unexpected keyword "
            "argument 'eta'"
        ),
    ),
    (
        "https://github.com/gpustack/gpustack/issues/3848",
        "[12-11 17:52:52] Rank 0 scheduler is dead. Please check if there are relevant logs.",
        "LOG701",
        "A worker process ended, and the server with it",
    ),
    (
        "https://github.com/gpustack/gpustack/issues/3848",
        "[12-11 17:52:54] Exit code: -9",
        "LOG404",
        "A process was killed (signal 9), as happens when host memory runs out",
    ),
]
SILENT = [
    (
        "[12-31 12:00:32] Loaded scheduler: UniPCMultistepScheduler from customized. "
        "model size: 0.00 GB, avail mem: 181.00 GB"
    ),
    "Loading required modules: 100%|██████████| 5/5 [01:40<00:00, 20.13s/it]",
    "[12-31 12:00:32] Trying SGLANG_DIFFUSION_ATTENTION_BACKEND=None",
    "[05-08 23:21:00] [DenoisingStage] average time per step: 0.1479 seconds",
    "[12-11 17:47:40] Using FlashAttention (FA3 for hopper, FA4 for blackwell) backend",
    "                      prompt: A curious raccoon",
    (
        "sglang_service-1  | [2026-09-15 13:53:07 TP2] Number of tokens in multimodal embedding "
        "does not match those in the input text. Got 279 tokens in the text but 260 tokens from "
        "multimodal embeddings."
    ),
]


@pytest.mark.parametrize(("url", "line", "code", "message"), LINES)
def test_a_line_that_says_something(url: str, line: str, code: str, message: str) -> None:
    found = Reader(load()).feed(line)
    assert [(one.code, one.message) for one in found] == [(code, message)], url


@pytest.mark.parametrize("line", SILENT)
def test_a_line_that_says_nothing_of_the_command(line: str) -> None:
    assert Reader(load()).feed(line) == ()


def test_a_traceback_inside_of_a_message() -> None:
    reader = Reader(load())
    lines = [
        (
            "sglang_service-1  | [2026-09-15 13:53:07 TP0] Scheduler hit an exception: "
            "Traceback (most recent call last):"
        ),
        'sglang_service-1  |   File "/sgl-workspace/sglang/scheduler.py", line 4947, in run',
        "sglang_service-1  |     scheduler.run_event_loop()",
        "sglang_service-1  | RuntimeError: it stopped",
    ]
    assert [one.message for line in lines for one in reader.feed(line)] == [
        "RuntimeError: it stopped"
    ]

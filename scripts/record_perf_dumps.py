"""Write tests/data/perf: perf dumps by the code of SGLang itself, with timings that are made up.

It runs in an environment that can import a release, on a machine without a GPU:

    python scripts/record_perf_dumps.py VERSION FOLDER --stand-ins FOLDER [--beside FOLDER] [--sets]

FOLDER holds the unpacked wheel of that release. The stand-ins (for kernels, and for a GPU) are
those of the judge that scripts/record_conformance.py describes. `--beside` is another unpacked
wheel, for what the first one lacks outside of `multimodal_gen`. `--sets` writes the runs that are
to be compared, too, and what the release's own `compare_perf.py` prints of some.

Real are: `RequestTimings` or `RequestMetrics`, `StageProfiler`, which measures here with a clock
that is made up, the way of `sglang generate` from the worker's answer to the file
(`maybe_dump_performance`), and `PerformanceLogger.dump_benchmark_report`, which a server calls.
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import random
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "data" / "perf"
GEN = "sglang.multimodal_gen.runtime."
STAGES = {
    "InputValidationStage": 0.4,
    "TextEncodingStage": 212.0,
    "LatentPreparationStage": 1.1,
    "TimestepPreparationStage": 0.9,
    "DenoisingStage": 0.0,  # what its steps take
    "DecodingStage": 340.0,
}
STEPS = 10
WAN = "Wan-AI/Wan2.1-T2V-1.3B-Diffusers"
PROMPT = "A lighthouse in the evening"


class Run:
    """One request that is made up.

    step: milliseconds of a steady one. first, spike: times that of the first one, of the seventh.
    noise: share by which each run differs. decode: times the time of the last stage.
    """

    def __init__(
        self,
        *,
        step: float = 400.0,
        steps: int = STEPS,
        first: float = 1.02,
        spike: float = 1.0,
        decode: float = 1.0,
        noise: float = 0.004,
        warmed: bool = True,
        model: str = WAN,
        diffusers: bool = False,
        peak: int = 17100,
    ) -> None:
        self.step, self.steps, self.first, self.spike = step, steps, first, spike
        self.decode, self.noise, self.warmed, self.model = decode, noise, warmed, model
        self.diffusers, self.peak = diffusers, peak

    def timings(self, dice: random.Random) -> tuple[dict[str, float], list[float]]:
        """Return the milliseconds of each stage and of each step."""
        pace = 1 + dice.uniform(-self.noise, self.noise)
        steps = [self.step * pace * (1 + dice.uniform(-0.003, 0.003)) for _ in range(self.steps)]
        steps[0] *= self.first
        if self.spike != 1:
            steps[6] *= self.spike
        stages = {name: ms * pace * (1 + dice.uniform(-0.01, 0.01)) for name, ms in STAGES.items()}
        stages["DenoisingStage"] = sum(steps) + 6.0
        stages["DecodingStage"] *= self.decode
        if self.diffusers:
            return {"DiffusersExecutionStage": sum(stages.values())}, []
        return stages, steps


class Clock:
    """Stands for the module `time` in the logger of SGLang."""

    def __init__(self) -> None:
        self.now = 1000.0

    def perf_counter(self) -> float:
        """Return the seconds that a stage or a step began or ended at."""
        return self.now


def measure(logger: Any, run: Run, dice: random.Random) -> Any:
    """Return the measurements of a request, recorded by the profiler of the release."""
    measurements = getattr(logger, "RequestMetrics", None) or logger.RequestTimings
    found = measurements("mocked_fake_id_for_offline_generate")
    clock = Clock()
    logger.time = clock
    stages, steps = run.timings(dice)
    for name, ms in [
        *((f"denoising_step_{at}", ms) for at, ms in enumerate(steps)),
        *stages.items(),
    ]:
        with profiler(logger, name, found):
            clock.now += ms / 1000
    order = {name: found.stages[name] for name in stages}
    found.stages = order
    found.total_duration_ms = sum(stages.values()) + 15.0 + dice.uniform(0, 2)
    return found


def profiler(logger: Any, name: str, found: Any) -> Any:
    """Return what measures a stage or a step; before 0.5.7 it looks at a variable alone."""
    quiet = logging.getLogger("record")
    try:
        return logger.StageProfiler(name, quiet, found, perf_dump_path_provided=True)
    except TypeError:
        made = logger.StageProfiler(name, quiet, found)
        made.metrics_enabled = True
        return made


def remember(logger: Any, found: Any, run: Run, version: tuple[int, ...]) -> None:
    """Put the memory into the measurements, as the worker of the release does on CUDA."""
    if not hasattr(logger, "MemorySnapshot"):
        return
    heads = {"before_forward": 9100, "after_forward": run.peak, "mem_analysis": run.peak}
    if version >= (0, 5, 19):
        heads["load_peak"] = 9800
    if version >= (0, 5, 20):
        heads |= {"runtime_peak": run.peak, "warmup_peak": run.peak - 300 if run.warmed else 0}
    for name, peak in heads.items():
        host = {"peak_host_anon_mb": 21400.5} if version >= (0, 5, 19) else {}
        snapshot = logger.MemorySnapshot(8900.25, 9100.0, max(0.0, peak - 120.5), peak, **host)
        found.record_memory_snapshot(name, snapshot)


def by_generate(path: Path, found: Any, run: Run) -> None:
    """Write the file as `sglang generate` does when the worker has answered."""
    command = importlib.import_module(GEN + "entrypoints.cli.generate")
    asked = SimpleNamespace(perf_dump_path=str(path))
    answer: Any = {"timings": found.to_dict()}
    if hasattr(command, "RequestMetrics"):  # since 0.5.9
        answer = SimpleNamespace(metrics=found.to_dict())
    command.maybe_dump_performance(asked, SimpleNamespace(model_path=run.model), PROMPT, answer)


def by_server(path: Path, found: Any, run: Run) -> None:
    """Write the file as the worker of a server does."""
    logger = importlib.import_module(GEN + "utils.perf_logger")
    dump = logger.PerformanceLogger.dump_benchmark_report
    dump(str(path), found, meta={"model": run.model}, tag="server_perf_dump")


def sets() -> dict[str, Run]:
    """Return the runs that the newest release writes, by the name of their file."""
    found = {f"eager/run-{number}.json": Run() for number in range(1, 6)}
    found |= {f"again/run-{number}.json": Run(noise=0.006) for number in range(1, 6)}
    compiled = Run(step=310.0, peak=17650)
    found |= {f"compile/run-{number}.json": compiled for number in range(1, 6)}
    found["cold.json"] = Run(first=6.5, warmed=False)
    found["spike.json"] = Run(spike=3.2)
    found["slow-decode.json"] = Run(decode=2.0)
    found["fewer-steps.json"] = Run(steps=8)
    found["other-model.json"] = Run(model="Wan-AI/Wan2.1-T2V-14B-Diffusers", step=1900.0)
    found["diffusers.json"] = Run(diffusers=True, step=700.0)
    return found


PAIRS = [
    ["eager/run-1.json", "compile/run-1.json"],
    ["eager/run-1.json", "again/run-2.json"],
    ["compile/run-3.json", "slow-decode.json"],
    ["eager/run-2.json", "diffusers.json"],
    ["releases/0.5.6-generate.json", "releases/0.5.23-server.json"],
]
"""What the release compares, too."""


def compare(folder: str) -> None:
    """Write what the release's own program prints of some pairs, without the time of day."""
    program = os.path.join(folder, "sglang/multimodal_gen/benchmarks/compare_perf.py")
    found = []
    for pair in PAIRS:
        command = [sys.executable, "-I", program, *pair]
        done = subprocess.run(command, cwd=DATA, capture_output=True, text=True, check=True)
        lines = [line for line in done.stdout.splitlines() if "Timestamp" not in line]
        found.append({"files": pair, "printed": lines})
    text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    (DATA / "compare_perf.json").write_text(text, "utf-8")


def log_request() -> None:
    """Print what the release logs of a request; the output was kept by hand."""
    batch = importlib.import_module(GEN + "pipelines_core.schedule_batch")
    sampling = importlib.import_module("sglang.multimodal_gen.configs.sample.sampling_params")
    logging_utils = importlib.import_module(GEN + "utils.logging_utils")
    asked = {"width": 832, "height": 480, "num_frames": 81, "seed": 42, "num_inference_steps": 10}
    config = SimpleNamespace(embedded_cfg_scale=6.0, flow_shift=3.0)
    logging_utils.configure_logger(SimpleNamespace(log_level="info"))
    request = batch.Req(sampling_params=sampling.SamplingParams(prompt="A lighthouse", **asked))
    request.log(SimpleNamespace(pipeline_config=config))


def import_release(folder: str, stand_ins: str, beside: str) -> Any:
    """Import the logger of an unpacked wheel."""
    sys.path[:0] = [stand_ins, beside or folder]
    fakes = importlib.import_module("fakes")
    fakes.install_stub_packages()
    fakes.install_fake_cuda()
    patched = {"sglang.multimodal_gen.third_party.pynvml": fakes.patch_vendored_pynvml}
    sys.meta_path.insert(0, fakes.PostImportHook(patched))
    if beside:
        package = importlib.import_module("sglang")
        package.__path__.insert(0, os.path.join(folder, "sglang"))
    return importlib.import_module(GEN + "utils.perf_logger")


def main() -> int:
    """Write the files of one release."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("version")
    parser.add_argument("folder")
    parser.add_argument("--stand-ins", required=True)
    parser.add_argument("--beside", default="")
    parser.add_argument("--log", action="store_true", help="print the log of a request alone")
    parser.add_argument("--sets", action="store_true", help="the runs to compare, too")
    asked = parser.parse_args()
    os.environ["SGLANG_GIT_COMMIT"] = "0123456789abcdef0123456789abcdef01234567"
    logger = import_release(asked.folder, asked.stand_ins, asked.beside)
    if asked.log:
        log_request()
        return 0
    version = tuple(int(part) for part in asked.version.split(".")[:3])
    todo = {f"releases/{asked.version}-generate.json": Run()}
    if version >= (0, 5, 10):
        todo[f"releases/{asked.version}-server.json"] = Run()
    if asked.sets:
        todo |= sets()
    dice = random.Random(1)
    for name, run in todo.items():
        found = measure(logger, run, dice)
        remember(logger, found, run, version)
        write = by_server if name.endswith("-server.json") else by_generate
        write(DATA / name, found, run)
    if asked.sets:
        compare(asked.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Dumps and sides for the tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from sgdlint.perf.dumps import Dump, read
from sgdlint.perf.sides import Side

DATA = Path(__file__).resolve().parent.parent / "data" / "perf"
WORKED = (DATA / "eager" / "run-1.json").read_text("utf-8")


def side(name: str, *told: tuple[str, str]) -> Side:
    """Return a file, or a folder of runs, as a side."""
    path = DATA / name
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    dumps = tuple(read(file.read_text("utf-8"), str(file)) for file in files)
    return Side(name, dumps, told)


def made(total: float = 1000.0, steps: Sequence[float] = (), **stages: float) -> Dump:
    """Return a dump with other values."""
    rows = [{"name": name, "duration_ms": ms} for name, ms in stages.items()]
    denoising = [{"step": at, "duration_ms": ms} for at, ms in enumerate(steps)]
    new = {"total_duration_ms": total, "steps": rows, "denoise_steps_ms": denoising}
    return read(json.dumps({**json.loads(WORKED), **new}), "made.json")

"""Machines that never were, for the tests of `sgdlint preflight`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_hardware import FakeNvml

from sgdlint.hardware import GpuInfo, Holder, everything
from sgdlint.preflight.facts import Folder, Installed, Machine, Memory
from sgdlint.preflight.recorded import to_data

GIB = 1 << 30
H100 = "NVIDIA H100 80GB HBM3"
RECORDINGS = Path(__file__).parent / "data" / "nvml"


def gpu(index: int, free: float = 79, busy: bool | None = False, **more: Any) -> GpuInfo:
    """Return an H100."""
    return GpuInfo(index, H100, f"GPU-{index}", 80 * GIB, int(free * GIB), (9, 0), busy, **more)


def held(index: int, size: float, pid: int = 4242) -> GpuInfo:
    """Return an H100 on which a process holds so many GiB."""
    return gpu(index, 79 - size, busy=True, holders=(Holder(pid, int(size * GIB)),))


def recorded_gpus(name: str) -> tuple[GpuInfo, ...]:
    """Return the GPUs of a recording of NVML."""
    text = (RECORDINGS / f"{name}.json").read_text(encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(__import__("sys").modules, "pynvml", FakeNvml(json.loads(text)))
        return everything().gpus


class Anything(dict[Any, Any]):
    """A mapping in which every key has a value, as far as recorded ones do not say otherwise."""

    def __init__(self, value: Callable[[Any], Any], known: dict[Any, Any]) -> None:
        super().__init__(known)
        self.value = value

    def get(self, key: Any, default: Any = None) -> Any:
        """Return what is known, or the value of all others."""
        return super().get(key, self.value(key))


def machine(**changes: Any) -> Machine:
    """Return a machine on which everything is in order, but for the changes."""
    well = {
        "gpus": (gpu(0), gpu(1)),
        "driver": "580.159.04",
        "installed": Installed("0.5.23", "/venv", "/venv/bin/sglang"),
        "memory": Memory(512 * GIB, 400 * GIB),
    }
    parts: dict[str, Callable[[Any], Any]] = {
        "folders": lambda path: Folder(path, True, True, 500 * GIB, "", 1),
        "ports": lambda number: True,
        "modules": lambda name: True,
        "tokens": lambda path: False,
        "cached": lambda path: False,
        "programs": lambda name: f"/venv/bin/{name}",
    }
    filled = {name: Anything(value, changes.pop(name, {})) for name, value in parts.items()}
    return Machine(**{**well, **filled, **changes})


def write(path: Path, seen: Machine) -> Path:
    """Write a machine as `--record` does, and return the path."""
    path.write_text(json.dumps({"form": 1, **to_data(seen)}), encoding="utf-8")
    return path

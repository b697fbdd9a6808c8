"""Write what NVML answers on this machine to a JSON file, for the tests of `sgdlint.hardware`.

    python scripts/record_nvml.py OUT.json

Only the module `pynvml` (distribution `nvidia-ml-py`) is needed. Each key is the name of the call
that was made; each value is the answer, or `{"error": CODE}` when NVML refused. UUIDs and process
ids are replaced: they name one machine and say nothing to a test.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pynvml

FUNCTION_NOT_FOUND = 13
PLAIN_DEVICE_CALLS = (
    "nvmlDeviceGetName",
    "nvmlDeviceGetUUID",
    "nvmlDeviceGetArchitecture",
    "nvmlDeviceGetCudaComputeCapability",
    "nvmlDeviceGetPersistenceMode",
    "nvmlDeviceGetMigMode",
    "nvmlDeviceIsMigDeviceHandle",
)
SYSTEM_CALLS = (
    "nvmlSystemGetDriverVersion",
    "nvmlSystemGetNVMLVersion",
    "nvmlSystemGetCudaDriverVersion_v2",
    "nvmlDeviceGetCount",
)
PROCESS_CALLS = ("nvmlDeviceGetComputeRunningProcesses", "nvmlDeviceGetGraphicsRunningProcesses")


def ask(name: str, *args: Any, read: Callable[[Any], Any] = lambda answer: answer) -> Any:
    """Return the answer of one NVML call in a form that JSON can hold, errors included."""
    try:
        answer = read(getattr(pynvml, name)(*args))
    except AttributeError:
        return {"error": FUNCTION_NOT_FOUND}
    except pynvml.NVMLError as error:
        return {"error": error.value}
    return answer.decode() if isinstance(answer, bytes) else answer


def numbers(*names: str) -> Callable[[Any], dict[str, int]]:
    """Return a reader that keeps the named fields of a C structure."""
    return lambda structure: {name: int(getattr(structure, name)) for name in names}


def processes(answer: Any) -> list[dict[str, Any]]:
    """Keep how many processes there are and what memory each has; number them from 1."""
    return [
        {"pid": number, "usedGpuMemory": process.usedGpuMemory}
        for number, process in enumerate(answer, 1)
    ]


def masked(uuid: Any, number: int) -> Any:
    """Replace the digits of a UUID by a number, keeping its shape and its prefix."""
    if not isinstance(uuid, str):
        return uuid
    prefix, _, digits = uuid.partition("-")
    kept = digits.replace("-", "")
    plain = f"{number:0{len(kept)}x}"
    parts, start = [], 0
    for part in digits.split("-"):
        parts.append(plain[start : start + len(part)])
        start += len(part)
    return "-".join([prefix, *parts])


def record_handle(handle: Any, number: int) -> dict[str, Any]:
    """Return every answer about one GPU or one MIG instance."""
    answers: dict[str, Any] = {name: ask(name, handle) for name in PLAIN_DEVICE_CALLS}
    answers["nvmlDeviceGetUUID"] = masked(answers["nvmlDeviceGetUUID"], number)
    memory = "nvmlDeviceGetMemoryInfo"
    answers[memory] = ask(memory, handle, read=numbers("total", "free", "used"))
    second = getattr(pynvml, "nvmlMemory_v2", 0x02000028)
    fields = numbers("total", "reserved", "free", "used")
    answers[memory + "(v2)"] = ask(memory, handle, second, read=fields)
    rates = "nvmlDeviceGetUtilizationRates"
    answers[rates] = ask(rates, handle, read=numbers("gpu", "memory"))
    for name in PROCESS_CALLS:
        answers[name] = ask(name, handle, read=processes)
    return answers


def record_gpu(index: int) -> dict[str, Any]:
    """Return every answer about one GPU and its MIG instances."""
    name = "nvmlDeviceGetHandleByIndex"
    handle = ask(name, index)
    if isinstance(handle, dict):
        return {name: handle}
    answers = {name: index} | record_handle(handle, index + 1)
    most = ask("nvmlDeviceGetMaxMigDeviceCount", handle)
    answers["nvmlDeviceGetMaxMigDeviceCount"] = most
    answers["mig"] = []
    for position in range(most if isinstance(most, int) else 0):
        part = ask("nvmlDeviceGetMigDeviceHandleByIndex", handle, position)
        number = 0x100 * (index + 1) + position
        answers["mig"].append(part if isinstance(part, dict) else record_handle(part, number))
    return answers


def record() -> dict[str, Any]:
    """Return every answer about this machine."""
    start = ask("nvmlInit")
    recording: dict[str, Any] = {"nvmlInit": start}
    if start is not None:
        return recording
    recording |= {name: ask(name) for name in SYSTEM_CALLS}
    count = recording["nvmlDeviceGetCount"]
    indices = range(count) if isinstance(count, int) else ()
    recording["gpus"] = [record_gpu(index) for index in indices]
    recording["nvmlShutdown"] = ask("nvmlShutdown")
    return recording


def plain(answer: Any) -> Any:
    """Return the number in a C number: some calls answer so."""
    return answer.value


def main(argv: list[str]) -> int:
    """Record to the file named by the only argument."""
    if len(argv) != 1:
        print("usage: record_nvml.py OUT.json", file=sys.stderr)
        return 2
    text = json.dumps(record(), indent=1, sort_keys=True, default=plain) + "\n"
    Path(argv[0]).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

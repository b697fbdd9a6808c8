"""The GPUs of this machine, as NVML describes them.

The only importer of `pynvml`, and only inside a function: nothing but `--gpu auto` and `preflight`
needs it. What NVML will not tell about one GPU is None; what keeps every GPU from being read is
`HardwareError`.
"""

from __future__ import annotations

import os
import signal

from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

IN_USE = 2 << 30
"""More bytes taken than this mean that a GPU is busy, though no process shows.

In a container the processes of others are not listed. The driver itself keeps about 0.6 GiB.
"""
NOT_SUPPORTED, NO_PERMISSION, DRIVER_NOT_LOADED, LIBRARY_NOT_FOUND = 3, 4, 9, 12
FUNCTION_NOT_FOUND, GPU_IS_LOST, RESET_REQUIRED, VERSION_MISMATCH = 13, 15, 16, 18
GONE = (GPU_IS_LOST, RESET_REQUIRED)
WHY_NOT_STARTED = {
    NO_PERMISSION: "this user may not ask the NVIDIA driver",
    DRIVER_NOT_LOADED: "the NVIDIA driver is not loaded",
    LIBRARY_NOT_FOUND: "this machine has no NVIDIA driver",
    VERSION_MISMATCH: "the NVIDIA driver was updated while loaded; restart the machine",
}


class HardwareError(Exception):
    """The GPUs of this machine cannot be read; the message says why."""


@record
class Holder:
    """A process that holds memory of a GPU: how many bytes; None where NVML does not tell.

    In a container its number may be that of the machine around it.
    """

    pid: int
    held: int | None


@record
class GpuInfo:
    """One GPU, or one MIG instance, that a process started now could use.

    index: its number in NVML, which counts by PCI bus; an instance has that of its GPU.
    total, free: bytes of memory.
    capability: CUDA compute capability, (9, 0) for Hopper.
    busy: whether somebody works on it.
    mig: whether it is a MIG instance.
    holders: the processes on it that NVML lists; None where it lists none to this user.
    """

    index: int
    name: str | None
    uuid: str | None
    total: int | None
    free: int | None
    capability: tuple[int, int] | None
    busy: bool | None
    mig: bool = False
    holders: tuple[Holder, ...] | None = ()


@record
class Machine:
    """The GPUs that a process started now could use, in the order in which it would see them.

    hidden: how many GPUs or instances answer but are kept out by CUDA_VISIBLE_DEVICES.
    notes: what a reader of the numbers should know, as whole sentences.
    """

    gpus: tuple[GpuInfo, ...]
    driver: str | None
    hidden: int = 0
    notes: tuple[str, ...] = ()

    def described(
        self, count: int | None = None, vram: float | None = None
    ) -> tuple[str, int, float | None]:
        """Return name, number and GiB of memory, with what is given in place of what was found.

        Of GPUs that differ: the name of the first and the memory of the smallest, since a launch
        loads the same on each. The name is "" and the memory None where NVML tells neither.
        """
        name = next((gpu.name for gpu in self.gpus if gpu.name), "")
        totals = [gpu.total / (1 << 30) for gpu in self.gpus if gpu.total]
        smallest = min(totals, default=None)
        return name, count or len(self.gpus), smallest if vram is None else vram


def describe(gpu: GpuInfo) -> str:
    """Return a GPU in one line, with what NVML did not tell left out."""
    parts = [f"GPU {gpu.index}: {gpu.name or 'name unknown'}"]
    if gpu.total is not None:
        parts.append(f"{gpu.total / (1 << 30):.1f} GiB")
    if gpu.free is not None:
        parts.append(f"{gpu.free / (1 << 30):.1f} free")
    if gpu.capability is not None:
        parts.append("compute capability {}.{}".format(*gpu.capability))
    if gpu.busy is not None:
        parts.append("busy" if gpu.busy else "idle")
    return ", ".join(parts)


class _RefusedError(Exception):
    """NVML did not answer; `code` says why."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class _Nvml:
    """The module `pynvml`, with every failure of a call turned into `_RefusedError` or None."""

    def __init__(self) -> None:
        try:
            import pynvml
        except ImportError:
            message = "the Python module pynvml is missing (pip install nvidia-ml-py)"
            raise HardwareError(message) from None
        self._module: Any = pynvml

    def call(self, name: str, *args: Any) -> Any:
        """Return the answer to one call."""
        function = getattr(self._module, name, None)
        if function is None:
            raise _RefusedError(FUNCTION_NOT_FOUND)
        try:
            answer = function(*args)
        except self._module.NVMLError as error:
            raise _RefusedError(error.value) from None
        return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer

    def ask(self, name: str, *args: Any) -> Any:
        """Return the answer to one call, or None when it is refused; a lost GPU still raises."""
        try:
            return self.call(name, *args)
        except _RefusedError as refusal:
            if refusal.code in GONE:
                raise
            return None

    def start(self) -> None:
        """Start NVML, with the signals of its thread blocked.

        The driver's library (580.159) leaves a thread behind. A signal that we block to wait for it
        would reach that thread, and be lost, or end the process.
        """
        before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        try:
            self.call("nvmlInit")
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def text(self, code: int) -> str:
        """Return what NVML calls an error."""
        return str(self._module.NVMLError(code))


def detect(environ: Mapping[str, str] = os.environ) -> Machine:
    """Return the GPUs of this machine that CUDA_VISIBLE_DEVICES leaves visible.

    Only those count, since SGLang started from the same shell would see no others.
    """
    return visible(everything(), environ)


def everything() -> Machine:
    """Return all GPUs of this machine, and all instances of those that are split."""
    nvml = _Nvml()
    try:
        nvml.start()
    except _RefusedError as refusal:
        why = WHY_NOT_STARTED.get(refusal.code, f"NVML did not start: {nvml.text(refusal.code)}")
        raise HardwareError(why) from None
    try:
        units, notes = _all_units(nvml)
        driver = nvml.ask("nvmlSystemGetDriverVersion")
        return Machine(tuple(units), driver, notes=tuple(notes))
    except _RefusedError as refusal:
        raise HardwareError(f"NVML failed: {nvml.text(refusal.code)}") from None
    finally:
        try:
            nvml.call("nvmlShutdown")
        except _RefusedError:
            pass  # everything was read, or a better error is on its way


def visible(machine: Machine, environ: Mapping[str, str]) -> Machine:
    """Return what a process with these variables sees of a machine, in the order it sees it."""
    gpus = _visible(machine.gpus, environ.get("CUDA_VISIBLE_DEVICES"))
    notes = list(machine.notes)
    instance = next((gpu for gpu in gpus if gpu.mig), None)
    if instance is not None:
        gpus = (instance,)
        notes.append("MIG is on: a process can use one instance, and nothing else.")
    elif len({gpu.name for gpu in gpus}) > 1 and environ.get("CUDA_DEVICE_ORDER") != "PCI_BUS_ID":
        notes.append("The GPUs differ: CUDA may order them otherwise than by their PCI bus.")
    return Machine(gpus, machine.driver, len(machine.gpus) - len(gpus), tuple(notes))


def _all_units(nvml: _Nvml) -> tuple[list[GpuInfo], list[str]]:
    """Return everything that answers, and a note about each GPU that does not."""
    units: list[GpuInfo] = []
    notes = []
    for index in range(nvml.call("nvmlDeviceGetCount")):
        try:
            units.extend(_units(nvml, index))
        except _RefusedError as refusal:
            notes.append(f"GPU {index} does not answer: {nvml.text(refusal.code)}.")
    if not units:
        raise HardwareError(" ".join(notes).rstrip(".") or "this machine has no NVIDIA GPU")
    return units, notes


def _units(nvml: _Nvml, index: int) -> Iterator[GpuInfo]:
    """Yield what a process can choose on one GPU: the GPU itself, or its MIG instances."""
    handle = nvml.call("nvmlDeviceGetHandleByIndex", index)
    gpu = _info(nvml, handle, index)
    mode = nvml.ask("nvmlDeviceGetMigMode", handle)
    if not mode or not mode[0]:
        yield gpu
        return
    for position in range(nvml.ask("nvmlDeviceGetMaxMigDeviceCount", handle) or 0):
        part = nvml.ask("nvmlDeviceGetMigDeviceHandleByIndex", handle, position)
        if part is not None:
            yield _info(nvml, part, index, parent=gpu)


def _info(nvml: _Nvml, handle: Any, index: int, parent: GpuInfo | None = None) -> GpuInfo:
    memory = nvml.ask("nvmlDeviceGetMemoryInfo", handle)
    holders = _holders(nvml, handle)
    numbers = nvml.ask("nvmlDeviceGetCudaComputeCapability", handle)
    capability = (numbers[0], numbers[1]) if numbers else parent.capability if parent else None
    return GpuInfo(
        index=index,
        name=nvml.ask("nvmlDeviceGetName", handle),
        uuid=nvml.ask("nvmlDeviceGetUUID", handle),
        total=memory.total if memory else None,
        free=memory.free if memory else None,
        capability=capability,
        busy=_busy(nvml, handle, memory, holders),
        mig=parent is not None,
        holders=holders,
    )


def _holders(nvml: _Nvml, handle: Any) -> tuple[Holder, ...] | None:
    processes = nvml.ask("nvmlDeviceGetComputeRunningProcesses", handle)
    if processes is None:
        return None
    return tuple(Holder(one.pid, one.usedGpuMemory) for one in processes)


def _busy(nvml: _Nvml, handle: Any, memory: Any, holders: Sequence[Holder] | None) -> bool | None:
    """Say whether any sign of work shows; None when NVML tells nothing that could show it."""
    rates = nvml.ask("nvmlDeviceGetUtilizationRates", handle)
    signs = [
        None if holders is None else len(holders) > 0,
        None if rates is None else rates.gpu > 0,
        None if memory is None else memory.total - memory.free > IN_USE,
    ]
    known = [sign for sign in signs if sign is not None]
    return any(known) if known else None


def _visible(units: Sequence[GpuInfo], setting: str | None) -> tuple[GpuInfo, ...]:
    """Return the units that CUDA_VISIBLE_DEVICES names, in its order, as CUDA reads it.

    An entry is an index, or the beginning of a UUID. The first entry that names nothing ends the
    list; an entry given twice makes CUDA refuse all.
    """
    if setting is None:
        return tuple(units)
    chosen: list[GpuInfo] = []
    for entry in setting.split(","):
        unit = _named(units, entry.strip())
        if unit is None:
            break
        chosen.append(unit)
    if not chosen or len(set(chosen)) < len(chosen):
        raise HardwareError(f"CUDA_VISIBLE_DEVICES={setting!r} leaves no GPU visible")
    return tuple(chosen)


def _named(units: Sequence[GpuInfo], entry: str) -> GpuInfo | None:
    """Return the unit that one entry names; an index means the first MIG instance of its GPU."""
    if entry.isdecimal():
        return next((unit for unit in units if unit.index == int(entry)), None)
    if not entry.startswith(("GPU-", "MIG-")):
        return None
    matches = [unit for unit in units if unit.uuid and unit.uuid.startswith(entry)]
    return matches[0] if len(matches) == 1 else None

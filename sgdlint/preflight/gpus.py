"""The GPUs of a machine against what a launch asks: how many, idle or busy, memory, driver."""

from __future__ import annotations

from sgdlint.catalog import tables
from sgdlint.hardware import HardwareError, Machine, visible
from sgdlint.preflight.asked import VISIBLE
from sgdlint.preflight.check import BLOCK, GIB, OK, UNKNOWN, WARN, Check, gib, listed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.hardware import GpuInfo
    from sgdlint.preflight.asked import Asked
    from sgdlint.preflight.facts import Machine as Seen

ORDER = "CUDA_DEVICE_ORDER"
BUS = "PCI_BUS_ID"
NO_GPUS = "look at `nvidia-smi`, or run it on a machine with GPUs"


def checks(asked: Asked, seen: Seen) -> Iterator[Check]:
    """Yield what is to be said of the GPUs of a launch."""
    if asked.elsewhere:
        yield Check("GPUs", UNKNOWN, "the launch runs on another machine, or as another user")
        return
    if seen.gpus is None:
        yield Check("GPUs", UNKNOWN, f"not known: {seen.no_gpus or 'nobody looked'}")
        return
    if not asked.environment.is_known(VISIBLE, ORDER):
        yield Check("GPUs", UNKNOWN, f"{VISIBLE} of the launch is not known")
        return
    try:
        found = _visible(asked, seen)
    except HardwareError as error:
        yield Check("GPUs", BLOCK, f"no GPU for the launch: {error}", f"unset {VISIBLE}")
        return
    if asked.gpus is None:
        yield Check(
            "GPUs",
            UNKNOWN,
            f"how many GPUs the launch asks for is not known; {len(found)} are there",
        )
        return
    if asked.gpus > len(found):
        yield _too_few(asked.gpus, asked, found, seen)
        return
    if asked.first is not True or (asked.inside and not _all_idle(found)):
        yield _some(found, seen)
        return
    taken = found[: asked.gpus]
    yield _busy(taken, asked, seen)
    yield from _memory(taken, asked, seen)
    yield from _driver(asked, seen)


def _visible(asked: Asked, seen: Seen) -> tuple[GpuInfo, ...]:
    names = (VISIBLE, ORDER)
    given = {name: value for name in names if (value := asked.environment.get(name)) is not None}
    return visible(Machine(seen.gpus or (), seen.driver), given).gpus


def _all_idle(gpus: Sequence[GpuInfo]) -> bool:
    return all(gpu.busy is False for gpu in gpus)


def _some(found: Sequence[GpuInfo], seen: Seen) -> Check:
    """Say what is known where nobody tells which of the GPUs a launch gets."""
    told = "which of the GPUs the launch gets is not known"
    busy = [_held(gpu, seen) for gpu in found if gpu.busy]
    return Check("GPUs", UNKNOWN, "; ".join([told, *busy]))


def _too_few(wanted: int, asked: Asked, found: Sequence[GpuInfo], seen: Seen) -> Check:
    whole = len(seen.gpus or ())
    told = f"the launch takes {wanted} GPU{'' if wanted == 1 else 's'}"
    todo = f"take {len(found)}, with degrees that go with it" if found else NO_GPUS
    if any(gpu.mig for gpu in found):
        told += ", and with MIG a process can use one instance"
    elif len(found) < whole:
        told += f", and {VISIBLE}={asked.visible} shows {len(found)} of {whole}"
        todo = f"name {wanted} in {VISIBLE}" if whole >= wanted else todo
    else:
        told += f", and {len(found) or 'none'} {'are' if len(found) > 1 else 'is'} there"
    return Check("GPUs", BLOCK, told, todo)


# --- idle or busy -------------------------------------------------------------------------------


def _busy(taken: Sequence[GpuInfo], asked: Asked, seen: Seen) -> Check:
    busy = [gpu for gpu in taken if gpu.busy]
    if busy:
        told = "; ".join(_held(gpu, seen) for gpu in busy)
        return Check("GPUs", WARN, told, _instead(asked, seen, len(busy)))
    unclear = [gpu for gpu in taken if gpu.busy is None]
    if unclear:
        are = "are" if len(unclear) > 1 else "is"
        return Check("GPUs", UNKNOWN, f"whether {_called(unclear)} {are} idle is not known")
    return Check("GPUs", OK, f"{_called(taken)} idle: {_products(taken)}")


def _called(gpus: Sequence[GpuInfo]) -> str:
    """Name GPUs in short."""
    return f"GPU{'s' if len(gpus) > 1 else ''} {', '.join(str(gpu.index) for gpu in gpus)}"


def _products(gpus: Sequence[GpuInfo]) -> str:
    return listed(list(dict.fromkeys(_product(gpu) for gpu in gpus)))


def _product(gpu: GpuInfo) -> str:
    size = f", {gib(gpu.total)}" if gpu.total is not None else ""
    split = " (MIG)" if gpu.mig and "MIG" not in (gpu.name or "") else ""
    return f"{gpu.name or 'name unknown'}{split}{size}"


def _held(gpu: GpuInfo, seen: Seen) -> str:
    """Say what is known of a busy GPU: how much of it is taken, and by whom."""
    used = None if gpu.total is None or gpu.free is None else gpu.total - gpu.free
    taken = f", {gib(used)} of {gib(gpu.total or 0)} taken" if used is not None else ""
    names = [_holder(one.pid, one.held, seen) for one in gpu.holders or ()]
    return f"GPU {gpu.index} is busy{taken}" + (f" by {listed(names)}" if names else "")


def _holder(pid: int, held: int | None, seen: Seen) -> str:
    name = seen.processes.get(pid, "")
    told = [name, "" if held is None else gib(held)]
    inside = ", ".join(filter(None, told))
    return f"process {pid}" + (f" ({inside})" if inside else "")


def _instead(asked: Asked, seen: Seen, busy: int = 1) -> str:
    """Return the variables that give a launch idle GPUs, where there are enough of them.

    busy: how many of its own are not idle.
    """
    idle = [gpu for gpu in seen.gpus or () if gpu.busy is False and _fits(gpu, asked)]
    wanted = asked.gpus or 1
    chosen = _chosen(idle, wanted, _visible(asked, seen))
    if len(chosen) < wanted or (any(gpu.mig for gpu in chosen) and wanted > 1):
        those = "they are" if busy > 1 else "it is"
        return f"wait until {those} idle" + (", or take fewer GPUs" if wanted > 1 else "")
    names = [gpu.uuid or "" if gpu.mig else str(gpu.index) for gpu in chosen]
    differ = len({gpu.name for gpu in seen.gpus or ()}) > 1
    order = f"{ORDER}={BUS} " if differ and asked.environment.get(ORDER) != BUS else ""
    return f"{order}{VISIBLE}={','.join(names)}, which {'are' if wanted > 1 else 'is'} idle"


def _chosen(idle: Sequence[GpuInfo], wanted: int, visible: Sequence[GpuInfo]) -> Sequence[GpuInfo]:
    """Return as many idle GPUs as are wanted: those that are visible first, and of one product."""
    ours = {gpu.index for gpu in visible}
    idle = sorted(idle, key=lambda gpu: gpu.index not in ours)
    products = dict.fromkeys(gpu.name for gpu in idle)
    equal = ([gpu for gpu in idle if gpu.name == name] for name in products)
    enough = next((some for some in equal if len(some) >= wanted), idle)
    return sorted(enough[:wanted], key=lambda gpu: gpu.index)


def _fits(gpu: GpuInfo, asked: Asked) -> bool:
    return gpu.free is None or asked.least is None or gpu.free >= asked.least * GIB


# --- memory and driver --------------------------------------------------------------------------


def _memory(taken: Sequence[GpuInfo], asked: Asked, seen: Seen) -> Iterator[Check]:
    known = [gpu for gpu in taken if gpu.free is not None]
    if len(known) < len(taken) or not known:
        yield Check("GPU memory", UNKNOWN, "how much memory is free is not known")
        return
    gpu = min(known, key=lambda one: one.free or 0)
    free = gpu.free or 0
    there = f"{gib(free)} free on GPU {gpu.index}"
    if asked.least is None:
        yield Check("GPU memory", UNKNOWN, f"what the launch needs is not known; {there}")
    elif free < asked.least * GIB:
        told = f"the launch needs at least {asked.least:.1f} GiB, and {there}"
        yield Check("GPU memory", BLOCK, told, _room(gpu, asked, seen))
    elif asked.most is not None and free >= asked.most * GIB:
        yield Check("GPU memory", OK, f"{there}, and the launch needs at most {asked.most:.1f}")
    else:
        needs = f"at least {asked.least:.1f}"
        if asked.most is not None:
            needs = f"{asked.least:.1f} to {asked.most:.1f}"
        told = f"{there}, and the launch needs {needs} GiB"
        yield Check("GPU memory", WARN if gpu.busy else UNKNOWN, told)


def _room(gpu: GpuInfo, asked: Asked, seen: Seen) -> str:
    if gpu.busy and (gpu.total or 0) >= (asked.least or 0) * GIB:
        return _instead(asked, seen)
    return "offload more, or take more or bigger GPUs"


def _driver(asked: Asked, seen: Seen) -> Iterator[Check]:
    """Yield whether the driver is old for the CUDA of the release, where a table says so."""
    number = (seen.driver or "").partition(".")[0]
    if asked.inside or not number.isdecimal():
        return
    for row in tables.table("machine")["drivers"]:
        if not tables.within(row, asked.release):
            continue
        if int(number) < row["least"]:
            told = f"{seen.driver}, and CUDA {row['cuda']} of SGLang {asked.release} is for drivers"
            todo = "update the driver, or install CUDA's compatibility package"
            yield Check("driver", WARN, f"{told} from {row['least']} on", todo)
        else:
            yield Check("driver", OK, f"{seen.driver}, new enough for CUDA {row['cuda']}")

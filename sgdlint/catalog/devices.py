"""GPUs by the names that people and drivers give them."""

from __future__ import annotations

from sgdlint.catalog import tables
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NOISE = ("nvidia", "geforce", "tesla", " ", "\t", "_", "-")


@record
class Gpu:
    """A kind of GPU.

    memory_gib: what the driver reports in GiB where that is known, else the datasheet's number.
    nominal_gb: the datasheet's memory in GB.
    capability: CUDA compute capability, for example 9.0.
    architecture: Volta, Turing, Ampere, Ada, Hopper or Blackwell.
    interconnect: `nvlink` (between all GPUs of a machine), `bridge` (pairs, if fitted) or `pcie`.
    shared: its memory is the machine's own.
    """

    name: str
    memory_gib: float
    nominal_gb: int
    capability: float
    architecture: str
    interconnect: str
    shared: bool = False
    aliases: tuple[str, ...] = ()
    source: str = ""

    @property
    def fast_interconnect(self) -> bool:
        """Whether all GPUs of a usual machine are joined by NVLink."""
        return self.interconnect == "nvlink"


def gpu(name: str) -> Gpu | None:
    """Return the GPU of a name, as people, NVML or Kubernetes labels write it.

    Where a short name fits several (`A100`, `V100`), the table says which one it stands for.
    """
    wanted = _key(name)
    for row in tables.table("gpus")["gpus"]:
        if wanted in (_key(row["name"]), *map(_key, row["also"])):
            return _gpu(row)
    return None


def gpu_of_type(name: str) -> Gpu | None:
    """Return the GPU that a cluster calls so, when no other may be meant: `h100` may be three."""
    wanted = _key(name)
    rows = [
        row
        for row in tables.table("gpus")["gpus"]
        if any(_key(one).startswith(wanted) for one in (row["name"], *row["also"]))
    ]
    exact = gpu(name)
    return exact if exact is not None and len(rows) == 1 else None


def gpus() -> tuple[Gpu, ...]:
    """Return every GPU of the table, oldest architecture first."""
    return tuple(_gpu(row) for row in tables.table("gpus")["gpus"])


def _key(name: str) -> str:
    key = name.lower()
    for noise in _NOISE:
        key = key.replace(noise, "")
    return key


def _gpu(row: dict[str, Any]) -> Gpu:
    memory = round(row["mib"] / 1024, 2) if "mib" in row else float(row["gb"])
    return Gpu(
        row["name"],
        memory,
        row["gb"],
        float(row["capability"]),
        row["architecture"],
        row["interconnect"],
        row.get("shared", False),
        tuple(row["also"]),
        row["source"],
    )

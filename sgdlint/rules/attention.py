"""What the catalog says of the attention backend that a launch names."""

from __future__ import annotations

from sgdlint.catalog import tables
from sgdlint.rules.logic import ABSENT, UNKNOWN, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sgdlint.catalog.tables import Row
    from sgdlint.launch.launch import Launch


def _backend(release: str, name: str) -> Row | None:
    """Return the backend of a name; names are read in any case, other names are not."""
    for row in tables.rows_of("attention", release, "all"):
        if name in row.get("aliases", ()) or name.lower() == row["name"]:
            return row
    return None


def _read(launch: Launch, given: Value, tell: Callable[[str], Any]) -> Value:
    if given.values is None or "" in given.values:
        return UNKNOWN
    found = [tell(name) for name in given.values]
    if None in found:
        return UNKNOWN if given.absent or len(found) > 1 else ABSENT
    return Value(tuple(dict.fromkeys(found)), given.absent)


def known(launch: Launch, given: Value) -> Value:
    """Whether the release has a backend of this name."""
    return _read(launch, given, lambda name: _backend(launch.release.name, name) is not None)


def names(launch: Launch, given: Value) -> Value:
    """Return the names that the release knows."""
    return Value((", ".join(launch.release.attention_backends()),))


def runs_on_gpu(launch: Launch, given: Value) -> Value:
    """Whether the CUDA platform takes the backend on the GPU that was told."""
    gpu = launch.hardware.gpu
    if gpu is None:
        return UNKNOWN

    def tell(name: str) -> bool | None:
        row = _backend(launch.release.name, name)
        return None if row is None else gpu.capability in row.get("capabilities", [gpu.capability])

    return _read(launch, given, tell)


def capabilities(launch: Launch, given: Value) -> Value:
    """Return the compute capabilities on which the backend runs, where they are limited."""

    def tell(name: str) -> str | None:
        row = _backend(launch.release.name, name)
        limits = row.get("capabilities") if row else None
        return ", ".join(map(str, limits)) if limits else None

    return _read(launch, given, tell)


ATTENTION_FACTS: dict[str, tuple[str, Callable[[Launch, Value], Value], str]] = {
    "known": ("bool", known, "the release has a backend of the name in --attention-backend"),
    "names": ("string", names, "the attention backends of the release"),
    "runs_on_gpu": ("bool", runs_on_gpu, "that backend runs on a GPU of this compute capability"),
    "capabilities": ("string", capabilities, "compute capabilities it is limited to"),
}

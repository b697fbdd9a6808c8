"""Look at this machine, for what some launches ask of it."""

from __future__ import annotations

import os
import shutil

from sgdlint.catalog import tables
from sgdlint.hardware import HardwareError, everything
from sgdlint.preflight import hub, packages, system
from sgdlint.preflight.facts import Machine
from sgdlint.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sgdlint.hardware import GpuInfo
    from sgdlint.preflight.asked import Asked


STARTERS = ("sglang", "python")
"""How the names of programs begin that start SGLang by themselves."""


def first_look(outside: Mapping[str, str], command: Sequence[str]) -> Machine:
    """Return what counts for the rules: the GPUs, and the SGLang that is installed.

    command: the words of a command that is to be run.
    """
    name = next((one for one in command[:1] if _starts(one)), packages.PROGRAM)
    found = packages.of_launch(outside, name)
    seen = Machine(
        started=name, installed=found.installed(), looked=found.place, wrapper=found.wrapper
    )
    try:
        machine = everything()
    except HardwareError as error:
        return replace(seen, no_gpus=str(error))
    return replace(seen, gpus=machine.gpus, driver=machine.driver, notes=machine.notes)


def look(
    seen: Machine, launches: Sequence[Asked], outside: Mapping[str, str], command: Sequence[str]
) -> Machine:
    """Return all that the launches ask for. command: the words of a command that is to be run."""
    here = [one for one in launches if not one.inside]
    found = packages.of_launch(outside, seen.started)
    paths = {one.path for launch in here for one in launch.folders}
    return replace(
        seen,
        processes=_processes(seen.gpus or ()),
        packages={name: found.version(name) for name in sorted(_distributions())},
        modules={one.name: found.has(one.name) for launch in here for one in launch.modules},
        folders={path: system.folder(path) for path in sorted(paths)},
        ports={one.number: system.is_port_free(one.number) for it in here for one in it.ports},
        cached={one.cache: hub.is_cached(one.cache) for one in here if one.cache},
        tokens={one.token_file: hub.holds_token(one.token_file) for one in here if one.token_file},
        paths={one.folder: os.path.exists(one.folder) for one in here if one.folder},
        programs={name: shutil.which(name, path=outside.get("PATH")) or "" for name in command[:1]},
        memory=system.memory(),
    )


def _starts(name: str) -> bool:
    return os.path.basename(name).startswith(STARTERS)


def _processes(gpus: Sequence[GpuInfo]) -> dict[int, str]:
    numbers = {holder.pid for gpu in gpus for holder in gpu.holders or ()}
    return {number: system.process_name(number) for number in sorted(numbers)}


def _distributions() -> set[str]:
    rows = tables.table("machine")["same_version"]
    return {row[key] for row in rows for key in ("package", "companion")}

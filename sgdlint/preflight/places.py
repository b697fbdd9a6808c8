"""Folders that a launch writes to, ports that it uses, modules that it imports, host memory."""

from __future__ import annotations

from sgdlint.catalog import tables
from sgdlint.preflight.asked import ENDS, HTTP
from sgdlint.preflight.check import BLOCK, GIB, OK, UNKNOWN, WARN, Check, gib, listed, short

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgdlint.preflight.asked import Asked, Module, Port, Written
    from sgdlint.preflight.facts import Folder, Machine

SMALLEST = 1 * GIB
"""Bytes: less than this on a disk is said."""


def folders(asked: Asked, seen: Machine) -> Iterator[Check]:
    """Yield what is to be said of each folder; those that are well share a line."""
    home = asked.environment.get("HOME")
    well: dict[int | None, list[str]] = {}
    free: dict[int | None, int | None] = {}
    for one in () if asked.inside else asked.folders:
        found = seen.folders.get(one.path)
        if found is None or found.writable is None:
            yield Check("folders", UNKNOWN, f"{one.path} ({one.what}): not known")
        elif not found.writable:
            yield _closed(one, found)
        elif found.free is not None and found.free < SMALLEST:
            told = f"{gib(found.free)} free in {one.path} ({one.what})"
            yield Check("folders", BLOCK if not found.free else WARN, told, "make room")
        else:
            well.setdefault(found.device, []).append(short(one.path, home))
            free[found.device] = found.free
    for device, paths in well.items():
        left = free[device]
        told = f" ({gib(left)} free)" if left is not None else ""
        shown = [one for one in dict.fromkeys(paths) if not _is_below(one, paths)]
        yield Check("folders", OK, f"can be written: {', '.join(shown)}{told}")


def _is_below(path: str, others: list[str]) -> bool:
    return any(path.startswith(other + "/") for other in others)


def _closed(one: Written, found: Folder) -> Check:
    told = f"{one.path} ({one.what}) cannot be written: {found.reason}"
    return Check(
        "folders",
        BLOCK if one.must else WARN,
        told,
        "give this user the right, or name another folder",
    )


def ports(asked: Asked, seen: Machine) -> Iterator[Check]:
    """Yield what is to be said of each port; the free ones share a line."""
    free = []
    for port in () if asked.inside else asked.ports:
        found = seen.ports.get(port.number)
        if found is None:
            yield Check("ports", UNKNOWN, f"whether port {port.number} is free is not known")
        elif found:
            free.append(str(port.number))
        else:
            yield _taken(port)
    if free:
        yield Check("ports", OK, f"{listed(free)} {'is' if len(free) == 1 else 'are'} free")


def _taken(port: Port) -> Check:
    if port.strict:
        told = f"port {port.number} is taken, and --strict-ports lets SGLang stop there"
        return Check("ports", BLOCK, told, "name another port, or leave --strict-ports out")
    told = f"port {port.number} is taken: SGLang takes another one"
    if port.name == HTTP:
        return Check(
            "ports",
            WARN,
            told + ", and who asks this one meets somebody else",
            "name a free port with --port",
        )
    return Check("ports", WARN, told)


def modules(asked: Asked, seen: Machine) -> Iterator[Check]:
    """Yield what is to be said of each module that has to be there."""
    if asked.inside or asked.own_path or seen.installed is None:
        return
    there = []
    for one in asked.modules:
        found = seen.modules.get(one.name)
        if found is None:
            yield Check("packages", UNKNOWN, f"whether {one.name} is installed is not known")
        elif found:
            there.append(one.name)
        else:
            yield _missing(one)
    if there:
        yield Check(
            "packages", OK, f"{listed(there)} {'is' if len(there) == 1 else 'are'} installed"
        )


def _missing(one: Module) -> Check:
    if one.without == ENDS:
        return Check(
            "packages", BLOCK, f"{one.name} is not installed: SGLang ends without it", "install it"
        )
    told = f"{one.name} is not installed: SGLang takes {one.without} in its place"
    return Check("packages", WARN, told, f"install it, or ask for {one.without}")


def versions(asked: Asked, seen: Machine) -> Iterator[Check]:
    """Yield packages that refuse to work beside another version of their companion."""
    for row in () if asked.inside or asked.own_path else tables.table("machine")["same_version"]:
        mine, other = seen.packages.get(row["package"]), seen.packages.get(row["companion"])
        if mine is None or other is None:
            continue
        same = other.startswith(mine) if row.get("begins") else other == mine
        if same or not asked.environment.is_known(row["unless"]):
            continue
        told = f"{row['package']} {mine} beside {row['companion']} {other}"
        if asked.environment.get(row["unless"]):
            yield Check("packages", OK, f"{told}: {row['unless']} lets that pass")
        else:
            todo = f"install the same version of both, or `export {row['unless']}=1`"
            yield Check("packages", WARN, f"{told}: it refuses to be imported", todo)


def memory(asked: Asked, seen: Machine) -> Iterator[Check]:
    """Yield whether weights that wait in the machine's memory have room there."""
    if asked.inside or not asked.host:
        return
    free, told = (
        seen.memory.free,
        f"offloaded weights take at least {asked.host:.1f} GiB of the machine's memory",
    )
    if free is None:
        yield Check("host memory", UNKNOWN, f"{told}; what is free is not known")
    elif free < asked.host * GIB:
        limit = " in this container" if free == seen.memory.left else ""
        yield Check(
            "host memory",
            WARN,
            f"{told}, and {gib(free)} are free{limit}",
            "offload less, take fewer GPUs, or make room",
        )
    else:
        yield Check("host memory", OK, f"{told}, and {gib(free)} are free")

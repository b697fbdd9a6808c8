"""What the system tells: folders, ports, memory, processes. Nothing is written."""

from __future__ import annotations

import os
import socket

from sgdlint.preflight.facts import Folder, Memory

INIT_NAMESPACE = "pid:[4026531836]"
"""What Linux calls the first namespace of processes: outside of all containers."""
CGROUP = "/sys/fs/cgroup"
NO_LIMIT = 1 << 60
"""Bytes: a greater limit of a container is none."""


def folder(path: str) -> Folder:
    """Return what is known of a folder, or of the nearest one above it that is there."""
    whole = os.path.abspath(path)
    at = whole
    while not os.path.lexists(at) and os.path.dirname(at) != at:
        at = os.path.dirname(at)
    free, device = _free(at), None
    try:
        device = os.stat(at).st_dev
    except OSError:
        pass
    if not os.path.isdir(at):
        lost = "a link that leads nowhere" if os.path.islink(at) else "no folder"
        return Folder(at, at == whole, False, free, f"{at} is {lost}", device)
    if os.access(at, os.W_OK | os.X_OK):
        return Folder(at, at == whole, True, free, "", device)
    return Folder(at, at == whole, False, free, f"this user may not write to {at}", device)


def _free(path: str) -> int | None:
    try:
        found = os.statvfs(path)
    except (OSError, AttributeError):  # Windows has no statvfs
        return None
    return found.f_bavail * found.f_frsize


def is_port_free(number: int) -> bool | None:
    """Whether SGLang could listen on a port: it asks just so. None: this user may not know."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind(("", number))
            one.listen(1)
    except PermissionError:
        return None
    except (OSError, OverflowError):
        return False
    return True


def memory() -> Memory:
    """Return the memory of the machine, and of the container around this process."""
    info = _fields("/proc/meminfo")
    limit, left = _of_container()
    return Memory(info.get("MemTotal"), info.get("MemAvailable"), limit, left)


def _fields(path: str) -> dict[str, int]:
    """Return the numbers of a file with lines like `MemTotal: 123 kB`, or `inactive_file 123`."""
    found = {}
    for line in _text(path).splitlines():
        words = line.replace(":", " ").split()
        if len(words) > 1 and words[1].isdecimal():
            found[words[0]] = int(words[1]) * (1024 if words[2:] == ["kB"] else 1)
    return found


def _of_container() -> tuple[int | None, int | None]:
    """Return the limit of memory that cgroups set, and what is left of it; the tightest counts."""
    found = []
    for limit, used, files in (
        ("memory.max", "memory.current", "inactive_file"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "total_inactive_file"),
    ):
        for group in _groups():
            place = os.path.join(CGROUP, group)
            most, now = _number(os.path.join(place, limit)), _number(os.path.join(place, used))
            if most is None or most >= NO_LIMIT or now is None:
                continue
            statistics = os.path.join(place, os.path.dirname(limit), "memory.stat")
            kept = _fields(statistics).get(files, 0)  # what the system gives back when asked
            found.append((most, max(0, most - now + kept)))
    return min(found, key=lambda one: one[1]) if found else (None, None)


def _groups() -> list[str]:
    """Return the control groups of this process, from the innermost outwards."""
    path = ""
    for line in _text("/proc/self/cgroup").splitlines():
        if line.startswith("0::/"):
            path = line[4:]
    parts = [part for part in path.split("/") if part and part != ".."]
    return ["/".join(parts[:count]) for count in range(len(parts), -1, -1)]


def _number(path: str) -> int | None:
    text = _text(path).strip()
    return int(text) if text.isdecimal() else None


def process_name(number: int) -> str:
    """Return the name of a process that NVML told of; "" where the number may mean another one.

    In a container NVML gives the numbers of the machine around it.
    """
    try:
        outermost = os.readlink("/proc/self/ns/pid") == INIT_NAMESPACE
    except OSError:
        return ""
    if outermost or _uses_gpu(number):
        return _text(f"/proc/{number}/comm").strip()
    return ""


def _uses_gpu(number: int) -> bool:
    place = f"/proc/{number}/fd"
    try:
        names = os.listdir(place)
        return any("/nvidia" in os.readlink(os.path.join(place, name)) for name in names)
    except OSError:
        return False


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""

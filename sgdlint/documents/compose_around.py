"""What a service of a Compose file tells of its container: ports, shared memory, an init."""

from __future__ import annotations

import re

from sgdlint.documents.assemble import Script, Value
from sgdlint.documents.region import Port
from sgdlint.documents.yaml_tree import List, Mapping, Node, Scalar, at, items_of, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.documents.compose_service import Service
    from sgdlint.documents.compose_values import Project

_PUBLISHED = re.compile(r"(?:[\d.]+:|\[[\da-fA-F:]*\]:)?(?:\d*:)?(?P<port>\d+)(?:/tcp)?")
_OTHERS = re.compile(r".*/(?:udp|sctp)")
SHM = "/dev/shm"
WHERE = "the service"


def ports_of(service: Service, project: Project, script: Script) -> tuple[Port, ...]:
    """Return the ports of a container that are published; none unless all are known."""
    nodes = [item for node in service.holders("ports") for item in items_of(node)]
    if service.is_open or service.get("network_mode") is not None or _vary(service, "ports"):
        return ()
    found: list[tuple[int, Value]] = []
    for node in nodes:
        value = _value(node, project)
        text = value.text if value is not None else None
        if value is None or text is None:
            return ()
        if _OTHERS.fullmatch(text) or text_of(at(node, "protocol")) in ("udp", "sctp"):
            continue
        match = _PUBLISHED.fullmatch(text)
        if match is None:
            return ()
        found.append((int(match["port"]), value))
    noted = [(number, script.note("ports", value)) for number, value in found]
    return tuple(Port(number, note) for number, note in noted if note is not None)


def _value(node: Node, project: Project) -> Value | None:
    """Return a port or a mount as it is written: all of it, or its `target`."""
    written = at(node, "target") if isinstance(node, Mapping) else node
    return project.value(written) if isinstance(written, Scalar) else None


def _vary(service: Service, key: str) -> bool:
    """Whether a list may hold more than is written, or less."""
    return any(
        not isinstance(node, List) or any(map(node.may_vary, range(len(node.items))))
        for node in service.holders(key)
    )


def small_shm(service: Service, project: Project) -> str:
    """Return what says that shared memory has its default size; "" when it may be more."""
    mounts = [item for key in ("volumes", "tmpfs") for item in _mounts(service, key, project)]
    sized = any(service.get(key) is not None for key in ("shm_size", "ipc"))
    return "" if service.is_open or sized or None in mounts or any(map(_is_shm, mounts)) else WHERE


def no_init(service: Service) -> str:
    """Return what says that no init process is the first one; "" when there may be one."""
    return "" if service.is_open or service.get("init") is not None else WHERE


def _is_shm(text: str | None) -> bool:
    return text is not None and SHM in text


def _mounts(service: Service, key: str, project: Project) -> list[str | None]:
    """Return what is mounted; None for what is not known."""
    if _vary(service, key) and not all(isinstance(one, Scalar) for one in service.holders(key)):
        return [None]
    items = [it for node in service.holders(key) for it in (items_of(node) or [node])]
    values = [_value(item, project) for item in items]
    return [None if value is None else value.text for value in values]

"""How many GPUs a service of a Compose file is given: `gpus`, or reserved devices."""

from __future__ import annotations

from sgdlint.documents.assemble import Value, made
from sgdlint.documents.yaml_tree import List, Node, Scalar, at, items_of, text_of
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.documents.compose_service import Service
    from sgdlint.documents.compose_values import Project

RESERVED = ("deploy", "resources", "reservations", "devices")


@record
class Gpus:
    """So many GPUs, and what says so: `count: 2`, `device_ids: 0, 3`."""

    count: int
    label: str
    value: Value


def gpus_of(service: Service, project: Project) -> Gpus | None:
    """Return how many GPUs a service gets; None when that is all, or not certain."""
    lists = [*service.holders("gpus"), *service.holders(*RESERVED)]
    if len(lists) != 1 or service.is_open or service.get("privileged") is not None:
        return None  # a privileged container sees every device
    if isinstance(lists[0], List) and lists[0].doubtful:
        return None
    requests = [one for one in items_of(lists[0]) if _is_for_gpus(one)]
    return _requested(requests[0], project) if len(requests) == 1 else None


def same_gpus(
    service: Service, others: Sequence[Service], project: Project
) -> tuple[tuple[str, ...], str] | None:
    """Return the GPUs of a service that one before it gets as well, by name, and that one.

    Services with profiles may never run together.
    """
    mine = _names(service, project)
    for other in others[: others.index(service)] if mine else ():
        same = tuple(name for name in mine if name in _names(other, project))
        if same:
            return same, f"service {other.name}"
    return None


def _names(service: Service, project: Project) -> list[str]:
    """Return the names of the GPUs that a service certainly gets by name."""
    gpus = gpus_of(service, project)
    if gpus is None or gpus.label != "device_ids" or service.get("profiles") is not None:
        return []
    return (gpus.value.text or "").split(", ")


def _is_for_gpus(request: Node) -> bool:
    """Whether a request for devices may be one for GPUs."""
    capabilities = at(request, "capabilities")
    if not isinstance(capabilities, List):
        return True
    texts = [text_of(one) for one in items_of(capabilities)]
    return None in texts or "gpu" in texts or "nvidia" in texts


def _requested(request: Node, project: Project) -> Gpus | None:
    if text_of(at(request, "driver")) not in (None, "nvidia"):
        return None
    count, names = at(request, "count"), at(request, "device_ids")
    if isinstance(count, Scalar) and names is None:
        value = project.value(count)
        is_number = value.text is not None and value.text.isdecimal()
        return Gpus(int(value.text or 0), "count", value) if is_number else None
    if count is not None or not isinstance(names, List) or not names.items:
        return None
    values = [project.value(one) for one in names.items if isinstance(one, Scalar)]
    texts = {value.text for value in values}
    if None in texts or "all" in texts or len(values) != len(names.items):
        return None
    pieces = [piece for value in values for piece in (made(", "), *value.pieces)][1:]
    return Gpus(len(texts), "device_ids", Value(tuple(pieces), values[0].span))

"""Where a pod expects a server: the ports that its container names, and those that probes ask."""

from __future__ import annotations

from sgdlint.documents.region import Port
from sgdlint.documents.yaml_tree import Mapping, Node, Scalar, at, items_of, text_of
from sgdlint.documents.yaml_values import value_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.documents.assemble import Script

PROBES = ("startup", "readiness", "liveness")
ASKED = "Probe port"
ASKS = ("httpGet", "tcpSocket", "grpc")


def services(roots: Sequence[Node]) -> Iterator[Mapping]:
    """Yield the Services of a file."""
    for root in roots:
        if isinstance(root, Mapping) and text_of(root.get("kind")) == "Service":
            yield root


def of_container(
    container: Mapping, pod: Mapping | None, labels: Node | None, served: Sequence[Mapping]
) -> list[tuple[str, Node | None]]:
    """Return where a container's server is expected: what says so, and the number.

    labels: those of the pod. served: the Services of the file. Another container of the pod may
    answer a probe or a Service, so that these count where there is one container.
    """
    if pod is None or len(items_of(pod.get("containers"))) != 1:
        return [*_named(container)]
    return [*_probed(container), *_served(container, labels, served), *_named(container)]


def noted(
    nodes: Sequence[tuple[str, Node | None]], script: Script, source: str
) -> tuple[Port, ...]:
    """Return ports with their places in a script, as notes; none when one is not known."""
    found: list[Port] = []
    for label, node in nodes:
        if not isinstance(node, Scalar) or not node.value.isdecimal():
            return ()
        note = script.note(label, value_of(node, source))
        if note is not None:
            found.append(Port(int(node.value), note, label.endswith(ASKED)))
    return tuple(found)


def _named(container: Mapping) -> Iterator[tuple[str, Node | None]]:
    """Yield the TCP ports that a container names."""
    for one in items_of(container.get("ports")):
        if (text_of(at(one, "protocol")) or "TCP") == "TCP":
            yield "containerPort", at(one, "containerPort")


def _by_name(container: Mapping) -> dict[str | None, Node | None]:
    """Return the ports of a container by their names."""
    ports = items_of(container.get("ports"))
    return {text_of(at(one, "name")): at(one, "containerPort") for one in ports}


def _probed(container: Mapping) -> Iterator[tuple[str, Node | None]]:
    names = _by_name(container)
    for probe in PROBES:
        for ask in ASKS:
            node = at(container, f"{probe}Probe", ask, "port")
            if node is not None and at(container, f"{probe}Probe", ask, "host") is None:
                text = text_of(node) or ""
                yield probe + ASKED, node if text.isdecimal() else names.get(text)


def _served(
    container: Mapping, labels: Node | None, served: Sequence[Mapping]
) -> Iterator[tuple[str, Node | None]]:
    """Yield the ports of the Services that lead to a pod."""
    names = _by_name(container)
    for service in served:
        selector = at(service, "spec", "selector")
        if not _selects(selector, labels):
            continue
        for one in items_of(at(service, "spec", "ports")):
            target = at(one, "targetPort")
            node = at(one, "port") if target is None else target
            text = text_of(node) or ""
            yield (
                "targetPort" if target is not None else "port",
                (node if text.isdecimal() else names.get(text)),
            )


def _selects(selector: Node | None, labels: Node | None) -> bool:
    """Whether a selector has entries, and a pod has all of these labels."""
    names = selector.keys() if isinstance(selector, Mapping) else []
    return bool(names) and all(
        text_of(at(labels, key)) == text_of(at(selector, key)) for key in names
    )

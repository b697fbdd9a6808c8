"""The services of a Compose file, each with what it takes over from others by `extends`."""

from __future__ import annotations

from sgdlint.documents.yaml_tree import Mapping, Node, at, text_of
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_SERVICES = 500
"""So many services of a file are read."""
MOST_EXTENDS = 8
"""So many services in a row are followed, of which each extends the next."""


@record
class Service:
    """A service. layers: its own mapping, then those that it extends, the nearest first."""

    name: str
    layers: tuple[Mapping, ...]

    @property
    def start(self) -> int:
        """Where its own mapping begins."""
        return self.layers[0].start

    @property
    def end(self) -> int:
        """Where its own mapping ends."""
        return self.layers[0].end

    @property
    def is_open(self) -> bool:
        """Whether it takes over what stands in another file."""
        return any(at(one, "extends", "file") is not None for one in self.layers)

    def get(self, key: str) -> Node | None:
        """Return the value of a key; of the nearest layer that has it."""
        return next((node for one in self.layers if (node := one.get(key)) is not None), None)

    def holders(self, *path: str) -> list[Node]:
        """Return what stands below keys in each layer that has it, the nearest first."""
        return [node for one in self.layers if (node := at(one, *path)) is not None]


def services(roots: Sequence[Node]) -> list[Service]:
    """Return the services of a file, in order."""
    found = []
    for root in roots:
        listed = at(root, "services")
        if isinstance(listed, Mapping):
            nodes = {key.value: node for _, key, node in listed.entries()}
            maps = {name: node for name, node in nodes.items() if isinstance(node, Mapping)}
            found += [Service(name, tuple(_layers(node, maps))) for name, node in maps.items()]
    return found[:MOST_SERVICES]


def _layers(node: Mapping, maps: dict[str, Mapping]) -> list[Mapping]:
    """Return a service and what it extends, as far as that stands in the same file."""
    layers = [node]
    while len(layers) <= MOST_EXTENDS:
        extends = layers[-1].get("extends")
        name = text_of(extends)
        if isinstance(extends, Mapping) and extends.get("file") is None:
            name = text_of(extends.get("service"))
        base = maps.get(name) if name else None
        if base is None or any(base is one for one in layers):
            break
        layers.append(base)
    return layers

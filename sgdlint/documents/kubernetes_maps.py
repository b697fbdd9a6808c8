"""ConfigMaps that containers take variables from: those of the file, and of files beside it."""

from __future__ import annotations

from sgdlint.documents.assemble import Value
from sgdlint.documents.yaml_tree import Mapping, Node, Scalar, YamlError, at, documents, text_of
from sgdlint.documents.yaml_values import value_of
from sgdlint.record import record
from sgdlint.shell.values import Piece
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.source import Nearby

NOWHERE = Span(-1, -1)
KIND = "ConfigMap"


@record
class ConfigMap:
    """A ConfigMap. data: its entries. text: the file that it stands in. is_own: the one checked."""

    data: Mapping
    text: str
    is_own: bool

    def value(self, key: str) -> Value | None:
        """Return the value of an entry; None when it is no text."""
        node = self.data.get(key)
        return self._value(node) if isinstance(node, Scalar) else None

    def entries(self) -> Iterator[tuple[str, Value, Span]]:
        """Yield the name of each entry, its value, and where its key stands."""
        for owner, key, node in self.data.entries():
            if not isinstance(node, Scalar):
                continue
            place = Span(key.start, key.end) if self.is_own else NOWHERE
            unknown = Value((Piece(None, place.start, place.end),), place)
            yield key.value, unknown if key.value in owner.doubtful else self._value(node), place

    def _value(self, node: Scalar) -> Value:
        if self.is_own:
            return value_of(node, self.text)
        return Value((Piece((node.value,), -1, -1),), NOWHERE)


class ConfigMaps:
    """Finds ConfigMaps by name: in the file, else in the one file beside it that has it."""

    def __init__(self, roots: Sequence[Node], text: str, near: Nearby) -> None:
        self._own = {name: ConfigMap(data, text, True) for name, data in _of(roots)}
        self._near = near
        self._beside: dict[str, ConfigMap | None] | None = None

    def get(self, name: str | None) -> ConfigMap | None:
        """Return the ConfigMap of a name; None when there is none, or several are beside."""
        if not name or name in self._own:
            return self._own.get(name or "")
        if self._beside is None:
            self._beside = {}
            for text in self._near.in_folder((".yaml", ".yml")):
                for other, data in _in_file(text):
                    is_only = other not in self._beside
                    self._beside[other] = ConfigMap(data, text, False) if is_only else None
        return self._beside.get(name)


def _in_file(text: str) -> list[tuple[str, Mapping]]:
    if KIND not in text or "{{" in text:  # a template is filled in before it is one
        return []
    try:
        return list(_of(documents(text)))
    except YamlError:
        return []


def _of(roots: Sequence[Node]) -> Iterator[tuple[str, Mapping]]:
    for root in roots:
        name, data = text_of(at(root, "metadata", "name")), at(root, "data")
        if text_of(at(root, "kind")) == KIND and name and isinstance(data, Mapping):
            yield name, data

"""The variables that a service of a Compose file sets for its container."""

from __future__ import annotations

from sgdlint.documents import dotenv
from sgdlint.documents.assemble import Value, Variable
from sgdlint.documents.region import CannotWriteError
from sgdlint.documents.yaml_tree import List, Mapping, Node, Scalar, at, text_of
from sgdlint.documents.yaml_writers import YamlList, added_pair, removed_pair
from sgdlint.shell.values import Piece
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.documents.compose_service import Service
    from sgdlint.documents.compose_values import Project
    from sgdlint.finding import Edit

MOST_FILES = 16
"""So many files of `env_file` are read."""


class Variables:
    """Reads what `env_file` and `environment` set, and adds to `environment`."""

    def __init__(self, service: Service, project: Project, all_services: Sequence[Service]) -> None:
        self.service = service
        self.project = project
        self.all_services = all_services

    def all(self) -> list[Variable]:
        """Return the variables; the later of two with the same name counts.

        One that is only passed on (`- NAME`) is left out: it may also be unset.
        """
        found: dict[str, Variable] = {}
        for variable in self._from_files():
            found[variable.name] = variable
        for node in reversed(self.service.holders("environment")):
            for name, given in self._in(node):
                found.pop(name, None)
                if given is not None:
                    found[name] = given
        return list(found.values())

    # --- environment ----------------------------------------------------------------------------

    def _in(self, node: Node) -> Iterator[tuple[str, Variable | None]]:
        if isinstance(node, Mapping):
            yield from self._pairs(node)
        elif isinstance(node, List):
            yield from self._items(node)

    def _pairs(self, node: Mapping) -> Iterator[tuple[str, Variable | None]]:
        for owner, key, value in node.entries():
            if not key.value.isidentifier():
                continue
            span = Span(key.start, key.end)
            is_sure = key.value not in owner.doubtful
            if is_sure and isinstance(value, Scalar) and value.tag != "null":
                removal = removed_pair(owner, key, value, self.project.text)
                given = self.project.typed(value)
                yield key.value, Variable(key.value, given, span, removal)
            else:
                yield key.value, None

    def _items(self, node: List) -> Iterator[tuple[str, Variable | None]]:
        writer = self.project.list_writer(node)
        for index, item in enumerate(node.items):
            if not isinstance(item, Scalar):
                continue
            name, equals, _ = item.value.partition("=")
            if not name.isidentifier():
                continue
            if not equals or node.may_vary(index):
                yield name, None
                continue
            value = self.project.value(item)
            start = value.pieces[0].start if value.pieces[0].exact else item.start
            span = Span(start, start + len(name) * value.pieces[0].exact)
            rest = self._behind(value, len(name) + 1)
            yield name, Variable(name, rest, span, _removal(writer, index))

    @staticmethod
    def _behind(value: Value, offset: int) -> Value:
        """Return a value without its first characters, which are known."""
        pieces = []
        for piece in value.pieces:
            length = len(piece.texts[0]) if piece.texts else 0
            if not offset or not length:
                pieces.append(piece)
            elif offset < length and piece.texts:
                start = piece.start + offset if piece.exact else piece.start
                pieces.append(Piece((piece.texts[0][offset:],), start, piece.end, piece.exact))
            offset = max(0, offset - length)
        return Value(tuple(pieces), value.span, value.places)

    # --- env_file -------------------------------------------------------------------------------

    def _from_files(self) -> Iterator[Variable]:
        """Yield what files set: only what is surely so unless a variable around says otherwise."""
        for node in self._files()[:MOST_FILES]:
            value = self.project.value(node)
            text = self.project.source.near.read(value.text) if value.text else None
            span = Span(node.start, node.start)
            for name, given in dotenv.variables(text or "").items():
                piece = Piece(None, node.start, node.end, False, given)
                yield Variable(name, Value((piece,), span), span)

    def _files(self) -> list[Scalar]:
        nodes = []
        for layer in reversed(self.service.holders("env_file")):
            for item in layer.items if isinstance(layer, List) else [layer]:
                path = at(item, "path") if isinstance(item, Mapping) else item
                if isinstance(path, Scalar) and text_of(path) is not None:
                    nodes.append(path)
        return nodes

    # --- a new one ------------------------------------------------------------------------------

    def add(self, name: str, value: str) -> Edit:
        """Return the edit that puts a variable into `environment`; raises CannotWriteError."""
        node = self.service.layers[0].get("environment")
        others = [
            one
            for one in self.all_services
            if any(layer.get("environment") is node for layer in one.layers)
        ]
        if node is None or len(others) != 1:
            raise CannotWriteError(f"{name} has to be put into environment of the service")
        value = value.replace("$", "$$")
        if isinstance(node, Mapping):
            return added_pair(node, name, value, self.project.text)
        if isinstance(node, List):
            writer = YamlList(node, self.project.text)
            return writer.insert(len(node.items), [f"{name}={value}"])
        raise CannotWriteError(f"{name} has to be put into environment of the service")


def _removal(writer: YamlList, index: int) -> Edit | None:
    try:
        return writer.remove(index, index)
    except CannotWriteError:
        return None

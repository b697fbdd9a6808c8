"""Values of a YAML file as parts of a region's script."""

from __future__ import annotations

from sgdlint.documents.assemble import Value
from sgdlint.documents.region import Place
from sgdlint.documents.yaml_tree import List, Mapping, Node, Scalar
from sgdlint.documents.yaml_writers import encode_in
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def value_of(node: Scalar, source: str) -> Value:
    """Return a scalar as a value that can be edited in its own style."""
    span = Span(node.start, node.end)
    return Value(node.pieces, span, (Place(span, encode_in(node, source)),))


def walk(root: Node) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Yield each node once with the keys that lead to it; what an alias names is not repeated."""
    seen: set[int] = set()
    waiting: list[tuple[tuple[str, ...], Node]] = [((), root)]
    while waiting:
        path, node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield path, node
        below: list[tuple[tuple[str, ...], Node]] = []
        if isinstance(node, Mapping):
            for key, value in node.pairs:
                name = key.value if isinstance(key, Scalar) else ""
                below.append(((*path, name), value))
        elif isinstance(node, List):
            below = [(path, item) for item in node.items]
        waiting += reversed(below)


def comments(text: str, roots: list[Node]) -> list[Span]:
    """Return where the comments of a YAML file stand: each `#` that no scalar holds."""
    held = sorted(
        (node.start, node.end)
        for root in roots
        for _, node in walk(root)
        if isinstance(node, Scalar)
    )
    found: list[Span] = []
    index = 0
    position = text.find("#")
    while position >= 0:
        while index < len(held) and held[index][1] <= position:
            index += 1
        inside = index < len(held) and held[index][0] <= position
        before = text[position - 1 : position]
        if inside and text[held[index][0]] in "|>" and position < text.find("\n", held[index][0]):
            inside = False  # after the header of a block scalar
        if inside or before not in ("", " ", "\t", "\n", "\r"):
            position = text.find("#", position + 1)
            continue
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        found.append(Span(position, end))
        position = text.find("#", end)
    return found

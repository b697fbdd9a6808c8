"""YAML as a tree with places: what a document says, and the exact characters that say it.

The tree is built from the parser's events, without recursion and within bounds; no tag makes an
object, and an alias is the node of its anchor, not a copy of it. Offsets count code points.
"""

from __future__ import annotations

import re

from sgdlint.documents.yaml_scalars import pieces_of
from sgdlint.shell.values import Piece

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any


MOST_NODES = 200_000
"""Nodes of one file, what merge keys add included; a file with more is not read."""
MOST_DEPTH = 60
"""Lists and mappings inside each other; a file that is deeper is not read."""
MOST_CHARACTERS = 5_000_000
"""Characters of one file; a longer one is not read."""
MERGE = "<<"
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)+")
"""An anchor and a tag before a scalar."""
SEVERAL = "\ue001"
"""Stands for what a template fills in with nothing, or with several words, items or lines."""


class YamlError(Exception):
    """A text that is not YAML, or beyond the bounds. offset: where, -1 when it is not known."""

    def __init__(self, message: str, offset: int = -1) -> None:
        super().__init__(message)
        self.offset = offset


class Node:
    """A scalar, a mapping or a list. start, end: where it stands; of an alias: of its anchor."""

    __slots__ = ("end", "start")

    def __init__(self, start: int, end: int = -1) -> None:
        self.start = start
        self.end = end


class Scalar(Node):
    """A scalar. value: its text. style: `'`, `"`, `|`, `>`, or "" for a plain one.

    tag: what YAML 1.1 takes it for: `str`, `int`, `float`, `bool`, `null`, …
    """

    __slots__ = ("_pieces", "_text", "style", "tag", "value")

    def __init__(self, text: str, start: int, end: int, style: str, value: str, tag: str) -> None:
        super().__init__(start, end)
        self.style = style
        self.value = value
        self.tag = tag
        self._text = text
        self._pieces: tuple[Piece, ...] | None = None

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The characters of the value, and where each was written."""
        if self._pieces is None:
            self._pieces = pieces_of(self._text, self.start, self.end, self.style, self.value)
        return self._pieces

    def fill(self, pieces: tuple[Piece, ...]) -> None:
        """Say what the characters are, where a template fills some of them in."""
        self._pieces = pieces

    @property
    def is_several(self) -> bool:
        """Whether it may be nothing, or several values: a template fills all of it in."""
        return self.value != "" and not self.value.strip(SEVERAL)


class List(Node):
    """A list. flow: it is written `[…]`. tag: as it is written, such as `!reference`.

    doubtful: numbers of items that may not be there.
    """

    __slots__ = ("doubtful", "flow", "items", "tag")

    def __init__(self, start: int, flow: bool, tag: str = "") -> None:
        super().__init__(start)
        self.flow = flow
        self.tag = tag
        self.items: list[Node] = []
        self.doubtful: set[int] = set()

    def may_vary(self, index: int) -> bool:
        """Whether an item may be missing, or be several."""
        item = self.items[index]
        return index in self.doubtful or (isinstance(item, Scalar) and item.is_several)


class Mapping(Node):
    """A mapping. pairs: as written, repeated keys and merge keys included. flow: `{…}`.

    merged: so many pairs merge keys add, those of mappings counted that are merged several times.
    doubtful: keys that may be missing, or have another value.
    """

    __slots__ = ("_own", "doubtful", "flow", "merged", "pairs")

    def __init__(self, start: int, flow: bool) -> None:
        super().__init__(start)
        self.flow = flow
        self.merged = 0
        self.doubtful: set[str] = set()
        self.pairs: list[tuple[Node, Node]] = []
        self._own: dict[str, Node] | None = None

    def keys(self) -> list[str]:
        """Return the keys, those of merged mappings too, each once."""
        layers = [*self._layers()]
        return list(dict.fromkeys(key for one in reversed(layers) for key in one._pairs()))

    def get(self, key: str) -> Node | None:
        """Return the value of a key, as a YAML loader would; None when there is none.

        Where a template may put any keys in, one that is not there is not known.
        """
        is_open = False
        for one in self._layers():
            found = one._pairs().get(key)
            if found is not None:
                return _unknown(found) if key in one.doubtful else found
            is_open = is_open or SEVERAL in one.doubtful
        return _unknown(self) if is_open else None

    def entries(self) -> list[tuple[Mapping, Scalar, Node]]:
        """Return each key once with the value that counts, and the mapping that it stands in."""
        found: dict[str, tuple[Mapping, Scalar, Node]] = {}
        for one in self._layers():
            own = {
                key.value: (one, key, value)
                for key, value in one.pairs
                if isinstance(key, Scalar) and not _is_merge(key)
            }
            for name, entry in own.items():
                found.setdefault(name, entry)
        return list(found.values())

    def key(self, name: str) -> Node | None:
        """Return the node of a key that stands in this mapping itself."""
        return next(
            (key for key, _ in self.pairs if isinstance(key, Scalar) and key.value == name), None
        )

    def repeated(self) -> list[Scalar]:
        """Return the keys that stand here a second time."""
        seen: set[str] = set()
        again = []
        for key, _ in self.pairs:
            if isinstance(key, Scalar) and key.value != MERGE:
                if key.value in seen:
                    again.append(key)
                seen.add(key.value)
        return again

    def _pairs(self) -> dict[str, Node]:
        """Return what stands in the mapping itself; of a repeated key, the last value counts."""
        if self._own is None:
            self._own = {
                key.value: value
                for key, value in self.pairs
                if isinstance(key, Scalar) and not _is_merge(key)
            }
        return self._own

    def _layers(self) -> Iterator[Mapping]:
        """Yield the mapping and those merged into it, each once; what counts more comes first."""
        seen: set[int] = set()
        waiting: list[Mapping] = [self]
        while waiting:
            one = waiting.pop()
            if id(one) not in seen:
                seen.add(id(one))
                yield one
                if one.merged:
                    waiting += reversed(list(one.merges()))

    def merges(self) -> Iterator[Mapping]:
        """Yield the mappings that merge keys name, the one that counts most first."""
        for key, value in reversed(self.pairs):
            if _is_merge(key):
                named = value.items if isinstance(value, List) else [value]
                yield from (one for one in named if isinstance(one, Mapping))


def _unknown(node: Node) -> Scalar:
    """Return a value of which nothing is known, in the place of a node."""
    scalar = Scalar("", node.start, node.end, "", SEVERAL, "str")
    scalar.fill((Piece(None, node.start, node.end),))
    return scalar


def _is_merge(key: Node) -> bool:
    return isinstance(key, Scalar) and key.value == MERGE and not key.style


_last: tuple[str, list[Node]] = ("", [])
"""The text that was read last, and its roots."""


def last_read(text: str) -> list[Node]:
    """Return the roots of a text when it is the one that was read last; else none."""
    return _last[1] if _last[0] == text else []


def documents(text: str) -> list[Node]:
    """Return the root of each document of a file, in order; raises YamlError."""
    global _last
    _last = text, _read(text)
    return _last[1]


def _read(text: str) -> list[Node]:
    import yaml

    if len(text) > MOST_CHARACTERS:
        raise YamlError(f"it has more than {MOST_CHARACTERS:,} characters")
    builder = _Builder(text)
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            builder.add(event)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        message = getattr(error, "problem", None) or str(error).partition("\n")[0]
        raise YamlError(message, mark.index if mark is not None else -1) from None
    except RecursionError:
        raise YamlError("it is nested too deeply") from None
    return builder.roots


def tag_resolver() -> Callable[[str, tuple[bool, bool]], str]:
    """Return what gives the tag that YAML 1.1 has for a scalar without one."""
    from yaml.nodes import ScalarNode
    from yaml.resolver import Resolver

    resolve: Any = Resolver().resolve
    return lambda text, implicit: str(resolve(ScalarNode, text, implicit))


def at(node: Node | None, *path: str) -> Node | None:
    """Return what stands below keys, one after the other; None when one of them is missing."""
    for key in path:
        node = node.get(key) if isinstance(node, Mapping) else None
    return node


def text_of(node: Node | None) -> str | None:
    """Return the text of a scalar; None for anything else, and for a null."""
    return node.value if isinstance(node, Scalar) and node.tag != "null" else None


def items_of(node: Node | None) -> list[Node]:
    """Return the items of a list; none for anything else."""
    return node.items if isinstance(node, List) else []


class _Builder:
    """Puts the nodes of a file together."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.roots: list[Node] = []
        self._resolver = tag_resolver()
        self._open: list[Mapping | List] = []
        self._keys: list[Node | None] = []
        self._anchors: dict[str, Node] = {}
        self._count = 0

    def add(self, event: Any) -> None:
        """Take the next event of the parser."""
        name = type(event).__name__
        if name == "ScalarEvent":
            self._place(self._scalar(event), event.anchor)
        elif name == "AliasEvent":
            self._place(self._alias(event), None)
        elif name == "MappingStartEvent":
            self._begin(Mapping(event.start_mark.index, bool(event.flow_style)), event.anchor)
        elif name == "SequenceStartEvent":
            start, flow, tag = event.start_mark.index, bool(event.flow_style), event.tag or ""
            self._begin(List(start, flow, tag), event.anchor)
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            node = self._open.pop()
            self._keys.pop()
            node.end = event.end_mark.index if node.flow else _last_end(node)
            if isinstance(node, Mapping):
                self._count_merges(node)
        elif name == "DocumentStartEvent":
            self._anchors = {}

    def _count_merges(self, node: Mapping) -> None:
        """Count what is merged as if it was written there: it costs as much."""
        node.merged = sum(len(one.pairs) + one.merged for one in node.merges())
        self._bound(node.merged, node.start)

    def _scalar(self, event: Any) -> Scalar:
        start, end = event.start_mark.index, event.end_mark.index
        if event.anchor or event.tag:
            before = _PROPERTIES.match(self.text, start, end)
            start = before.end() if before is not None else start
        tag = event.tag or self._resolver(event.value, event.implicit)
        short = tag.rpartition(":")[2]
        return Scalar(self.text, start, end, event.style or "", event.value, short)

    def _alias(self, event: Any) -> Node:
        node = self._anchors.get(event.anchor)
        if node is None:
            raise YamlError(f"undefined alias {event.anchor!r}", event.start_mark.index)
        if any(node is one for one in self._open):
            raise YamlError(f"the alias {event.anchor!r} holds itself", event.start_mark.index)
        return node

    def _begin(self, node: Mapping | List, anchor: str | None) -> None:
        self._place(node, anchor)
        self._open.append(node)
        self._keys.append(None)
        if len(self._open) > MOST_DEPTH:
            raise YamlError("it is nested too deeply", node.start)

    def _bound(self, more: int, place: int) -> None:
        self._count += more
        if self._count > MOST_NODES:
            raise YamlError(f"it has more than {MOST_NODES:,} values", place)

    def _place(self, node: Node, anchor: str | None) -> None:
        self._bound(1, node.start)
        if anchor:
            self._anchors[anchor] = node
        if not self._open:
            self.roots.append(node)
            return
        parent = self._open[-1]
        if isinstance(parent, List):
            parent.items.append(node)
        elif self._keys[-1] is None:
            self._keys[-1] = node
        else:
            parent.pairs.append((self._keys[-1], node))
            self._keys[-1] = None


def _last_end(node: Mapping | List) -> int:
    """Return where a node in block layout ends; the parser tells where the next one begins."""
    parts = node.items if isinstance(node, List) else [one for pair in node.pairs for one in pair]
    return max([node.start, *(part.end for part in parts)])

"""Templated YAML as a tree in which what is filled in is not known.

What stands in a block (`{{ if }}`, `{{ range }}`) that does not hold its whole list or mapping may
be missing: of it nothing is certain. `.Values.x` has the text of `values.yaml` when nobody says
otherwise.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from sgdlint.documents.actions import OUTPUT, Blocks, actions
from sgdlint.documents.assemble import PLAIN
from sgdlint.documents.masking import NOTHING, Masked
from sgdlint.documents.region import STAND_IN, CannotWriteError
from sgdlint.documents.yaml_tree import (
    SEVERAL,
    List,
    Mapping,
    Node,
    Scalar,
    YamlError,
    at,
    documents,
)
from sgdlint.shell.values import Piece
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.source import Source

VALUES = ("values.yaml", "../values.yaml", "../../values.yaml")
"""Where a chart's values lie, from the folder of the chart or of a template."""
_VALUE = re.compile(
    r"\{\{-?\s*(?:default\s+(?P<before>\"[^\"\\]*\"|\d+)\s+)?\.Values\.(?P<path>\w+(?:\.\w+)*)"
    r"\s*(?:\|\s*default\s+(?P<after>\"[^\"\\]*\"|\d+)\s*)?(?P<quote>\|\s*s?quote\s*)?-?\}\}"
)
_SAME = re.compile(r"0|-?[1-9]\d{0,14}|true|false")
_CONTROL = re.compile(r"\s*(?:\{\{|\{%)[-+]?\s*(?:if|else|end|range|with|for|elif|/\*)")
_FILLED = re.compile(
    rf"(?P<nothing>[ \t]*{NOTHING}+[ \t]*(?:\n|\Z))"
    rf"|(?P<several>(?:(?<=\n)[ \t]*\n)*[ \t]*{SEVERAL}+(?:\s*{SEVERAL}+)*[ \t]*\n?)"
    rf"|(?P<one>{STAND_IN}+)"
)


class Template:
    """A templated file, read."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._actions = actions(source.text)
        self._starts = [one.start for one in self._actions]
        self._blocks = Blocks(self._actions)
        self._values: Node | None = None
        self._segments: dict[int, int] = {}

    def roots(self) -> list[Node]:
        """Return the documents of the file; raises YamlError."""
        roots = documents(Masked(self.source.text, self._actions, self._blocks).run())
        for root in roots:
            for node in _bottom_up(root):
                self._mark(node)
        return roots

    def is_inside(self, span: Span) -> bool:
        """Whether a part of the file is filled in, or begins in what is."""
        index = bisect_left(self._starts, span.end)
        return index > 0 and self._actions[index - 1].end > span.start

    def guard(self, span: Span, around: Span) -> None:
        """Raise CannotWriteError for an edit that what is filled in takes part in.

        around: the container or service that the edit is in.
        """
        index = bisect_left(self._starts, span.start)
        before = self._actions[index - 1] if index else None
        if (before is not None and before.end > span.start) or (
            index < len(self._starts) and self._starts[index] < span.end
        ):
            raise CannotWriteError("a template fills a part of it in")
        segments = {self._blocks.at(span.start), self._blocks.at(max(span.start, span.end - 1))}
        if segments != {self._segment_around(around)}:
            raise CannotWriteError("it stands in a part that a template may leave out")

    def _segment_around(self, around: Span) -> int:
        return self._blocks.common(self._blocks.at(around.start), self._blocks.at(around.end - 1))

    # --- what is certain ------------------------------------------------------------------------

    def _mark(self, node: Node) -> None:
        """Note in which branch a node stands, and which of its parts may be missing."""
        if isinstance(node, Scalar):
            self._fill(node)
            self._segments[id(node)] = self._blocks.at(node.start)
        elif isinstance(node, Mapping):
            places = [self._blocks.at(key.start) for key, _ in node.pairs]
            whole = self._segments[id(node)] = self._common(places, node.start)
            seen: set[str] = set()
            for place, (key, value) in zip(places, node.pairs, strict=True):
                name = key.value if isinstance(key, Scalar) else ""
                if place != whole or name in seen or self._segment(value) != whole:
                    node.doubtful.add(name)
                if isinstance(key, Scalar) and key.is_several:
                    node.doubtful.add(SEVERAL)
                seen.add(name)
        elif isinstance(node, List):
            places = [self._segment(item) for item in node.items]
            whole = self._segments[id(node)] = self._common(places, node.start)
            node.doubtful |= {n for n, place in enumerate(places) if place != whole}

    def _segment(self, node: Node) -> int:
        return self._segments.get(id(node), self._blocks.at(node.start))

    def _common(self, places: Sequence[int], start: int) -> int:
        whole = places[0] if places else self._blocks.at(start)
        for one in places[1:]:
            whole = self._blocks.common(whole, one)
        return whole

    # --- scalars --------------------------------------------------------------------------------

    def _fill(self, node: Scalar) -> None:
        """Make what is filled in of a scalar unknown."""
        if any(mark in node.value for mark in (STAND_IN, SEVERAL, NOTHING)):
            node.fill(tuple(self._parts(node)))

    def _parts(self, node: Scalar) -> Iterator[Piece]:
        whole = _Whole(node.pieces)
        done = 0
        for match in _FILLED.finditer(whole.text):
            yield from whole.cut(done, match.start())
            done = match.end()
            if match["nothing"]:
                continue
            start, end = whole.place(*match.span())
            if match["one"]:
                yield Piece(None, start, end, default=self._default(start, end, node))
                continue
            before = whole.text[: match.start()].rstrip(" \t")
            yield from _several(before, start, end, node)
            if before.endswith("\\\n") and not _goes_on(self.source.text[start:end]):
                return
        yield from whole.cut(done, len(whole.text))

    def _default(self, start: int, end: int, node: Scalar) -> str | None:
        """Return what values.yaml says of the one action at a place; None when it says nothing."""
        index = bisect_left(self._starts, start)
        one = self._actions[index] if index < len(self._actions) else None
        if one is None or (one.start, one.end) != (start, end) or one.kind != OUTPUT:
            return None
        match = _VALUE.fullmatch(one.text)
        if match is None:
            return None
        is_alone = (node.start, node.end) == (start, end)
        if match["quote"] and not is_alone:
            return None
        found = self._value_of(match)
        return found if is_alone or found is None or PLAIN.match(found) else None

    def _value_of(self, match: re.Match[str]) -> str | None:
        found = at(self._chart(), *match["path"].split("."))
        default = match["before"] or match["after"]
        if isinstance(found, Scalar) and (found.tag == "str" or _SAME.fullmatch(found.value)):
            if found.value not in ("", "0", "false") or default is None:
                return found.value
        elif found is not None and text_is_set(found):
            return None
        return default.strip('"') if default is not None else None

    def _chart(self) -> Node | None:
        if self._values is None:
            self._values = _values(self.source)
        return self._values


def text_is_set(node: Node) -> bool:
    """Whether a value is anything but null."""
    return not (isinstance(node, Scalar) and node.tag == "null")


def _values(source: Source) -> Node:
    """Return the values of the chart; an empty mapping when there are none that can be read."""
    for path in VALUES:
        text = source.near.read(path)
        if text is not None:
            try:
                roots = documents(text)
            except YamlError:
                break
            if len(roots) == 1:
                return roots[0]
    return Mapping(0, False)


class _Whole:
    """The text of pieces that are all known, which can be cut anywhere."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces = [(piece, piece.texts[0]) for piece in pieces if piece.texts]
        self.text = "".join(text for _, text in self._pieces)
        self._starts: list[int] = []
        offset = 0
        for _, text in self._pieces:
            self._starts.append(offset)
            offset += len(text)

    def cut(self, start: int, end: int) -> Iterator[Piece]:
        """Yield the pieces of a part of the text."""
        index = max(0, bisect_right(self._starts, start) - 1)
        while index < len(self._pieces) and self._starts[index] < end:
            piece, text = self._pieces[index]
            left = max(0, start - self._starts[index])
            right = min(len(text), end - self._starts[index])
            if left < right:
                place = (piece.start, piece.end)
                if piece.exact:
                    place = (piece.start + left, piece.start + right)
                yield Piece((text[left:right],), *place, piece.exact)
            index += 1

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return where a part of the text stands, which is not empty."""
        found = list(self.cut(start, end))
        return found[0].start, found[-1].end


def _several(before: str, start: int, end: int, node: Scalar) -> Iterator[Piece]:
    """Yield what may be several words or lines; in a block of text it may be commands too."""
    is_own_line = not before or before.endswith("\n")
    if node.style not in ("|", ">") or not is_own_line or before.endswith("\\\n"):
        yield Piece(None, start, end)
        return
    yield Piece(("eval ",), start, start)
    yield Piece(None, start, end)
    yield Piece(("\n",), end, end)


def _goes_on(text: str) -> bool:
    """Whether each line of a part ends in a backslash, so that the command goes on behind it."""
    lines = [line.rstrip("\r") for line in text.split("\n") if line.strip()]
    return all(line.endswith("\\") for line in lines if not _CONTROL.match(line))


def _bottom_up(root: Node) -> list[Node]:
    """Return each node once, what a node holds before the node."""
    found: list[Node] = []
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        found.append(node)
        if isinstance(node, Mapping):
            waiting += [one for pair in node.pairs for one in pair]
        elif isinstance(node, List):
            waiting += node.items
    return found[::-1]

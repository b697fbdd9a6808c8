"""JSON as a tree with places, with the comments and trailing commas that editors take.

The nodes are those of YAML, which JSON is nearly a part of: what reads and writes these works here.
"""

from __future__ import annotations

from json.decoder import scanstring  # type: ignore[attr-defined]

from sgdlint import quick
from sgdlint.documents.yaml_tree import (
    MOST_CHARACTERS,
    MOST_DEPTH,
    MOST_NODES,
    List,
    Mapping,
    Node,
    Scalar,
)
from sgdlint.source import Span

_SPACE = quick.compile(r"(?:[ \t\r\n\ufeff]+|(?P<comment>//[^\r\n]*|/\*(?s:.*?)\*/))")
_WORD = quick.compile(r"[\w.+-]+")
_LONE = quick.compile("[\ud800-\udfff]")
_TAGS = {"true": "bool", "false": "bool", "null": "null"}


class JsonError(Exception):
    """A text that is not JSON, or beyond the bounds. offset: where."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


def parse(text: str) -> tuple[Node, list[Span]]:
    """Return the root of a JSON text, and where its comments stand; raises JsonError."""
    if len(text) > MOST_CHARACTERS:
        raise JsonError(f"it has more than {MOST_CHARACTERS:,} characters", 0)
    reader = _Reader(text)
    root = reader.value(0)
    if reader.skip():
        raise JsonError("something follows the JSON", reader.position)
    return root, reader.comments


class _Reader:
    """Reads one value after the other."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.comments: list[Span] = []
        self._count = 0

    def skip(self) -> str:
        """Pass over blanks and comments; return the character that follows, "" at the end."""
        match = _SPACE.match(self.text, self.position)
        while match is not None:
            if match["comment"]:
                self.comments.append(Span(*match.span()))
            self.position = match.end()
            match = _SPACE.match(self.text, self.position)
        return self.text[self.position : self.position + 1]

    def value(self, depth: int) -> Node:
        """Return the next value with all that stands in it."""
        mark = self.skip()
        self._count += 1
        if depth > MOST_DEPTH or self._count > MOST_NODES:
            raise JsonError("it is nested too deeply, or too large", self.position)
        if mark == "{":
            return self._mapping(depth)
        if mark == "[":
            return self._list(depth)
        return self._string() if mark == '"' else self._word()

    def _mapping(self, depth: int) -> Mapping:
        node = Mapping(self.position, True)
        self.position += 1
        while self.skip() != "}":
            if self.skip() != '"':
                raise JsonError("a key in quotes is expected", self.position)
            key = self._string()
            if self.skip() != ":":
                raise JsonError("`:` is expected", self.position)
            self.position += 1
            node.pairs.append((key, self.value(depth + 1)))
            self._comma("}")
        self.position += 1
        node.end = self.position
        return node

    def _list(self, depth: int) -> List:
        node = List(self.position, True)
        self.position += 1
        while self.skip() != "]":
            node.items.append(self.value(depth + 1))
            self._comma("]")
        self.position += 1
        node.end = self.position
        return node

    def _comma(self, closing: str) -> None:
        mark = self.skip()
        if mark == ",":
            self.position += 1
        elif mark != closing:
            raise JsonError(f"`,` or `{closing}` is expected", self.position)

    def _string(self) -> Scalar:
        start = self.position
        try:
            value, self.position = scanstring(self.text, start + 1, False)
        except ValueError:
            raise JsonError("a string is not closed, or has an unknown escape", start) from None
        if not value.isascii():
            value = _LONE.sub("\ufffd", value)
        return Scalar(self.text, start, self.position, '"', value, "str")

    def _word(self) -> Scalar:
        match = _WORD.match(self.text, self.position)
        if match is None:
            raise JsonError("a value is expected", self.position)
        start, self.position = match.span()
        return Scalar(self.text, start, self.position, "", match[0], _TAGS.get(match[0], "float"))

"""Values of a Compose file, with what Compose puts in, and how they are changed."""

from __future__ import annotations

import re

from sgdlint.documents import dotenv
from sgdlint.documents.assemble import Value
from sgdlint.documents.document import Unread
from sgdlint.documents.interpolation import UnclearError, interpolated, misplaced
from sgdlint.documents.region import CannotWriteError, Place
from sgdlint.documents.yaml_tree import List, Scalar
from sgdlint.documents.yaml_values import value_of
from sgdlint.documents.yaml_writers import YamlList, encode_in, line_gap
from sgdlint.shell.values import Piece
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from sgdlint.documents.region import Encode
    from sgdlint.source import Source

_SAME = re.compile(r"(?:0|-?[1-9]\d{0,14})(?:\.\d{0,14}[1-9])?|true|false")
"""Numbers and truths that are the same text when they were read as such, and written again."""
_SPLIT_ALIKE = re.compile(r"[^`$\\()#*?\[\]{}~!;&|<>\r\n]*")
"""What is the same words to Compose and to bash."""


class Project:
    """What the values of a Compose file are read with.

    refused: what makes Compose refuse the file.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.refused: list[Unread] = []
        self._defaults: dict[str, str | None] | None = None

    def default(self, name: str) -> str | None:
        """Return what a variable is when nothing but `.env` sets it; None when it is not set.

        Raises UnclearError.
        """
        if self._defaults is None:
            self._defaults = dotenv.variables(self.source.near.read(".env") or "")
        if name in self._defaults and self._defaults[name] is None:
            raise UnclearError
        return self._defaults.get(name)

    def value(self, node: Scalar) -> Value:
        """Return a text with its variables put in."""
        for start, end in misplaced(node.pieces):
            message = "Compose takes no such `$`: one that is for a shell is written `$$`"
            self.refused.append(Unread(Span(start, end), message))
        value = value_of(node, self.text)
        places = (Place(value.span, _with_dollars(encode_in(node, self.text))),)
        return Value(interpolated(value.pieces, self.default), value.span, places)

    def typed(self, node: Scalar) -> Value:
        """Return a value of `environment`, where numbers and truths become texts again."""
        if node.tag == "str" or _SAME.fullmatch(node.value):
            return self.value(node)
        span = Span(node.start, node.end)
        return Value((Piece(None, node.start, node.end),), span)

    def list_writer(self, node: List) -> YamlList:
        """Return what writes the items of a list of words."""
        return _DollarList(node, self.text)

    def place_of_words(self, node: Scalar, breaks: Collection[int]) -> Place:
        """Return how a string is changed that is split into words.

        breaks: where its line ends stand that are blanks between words.
        """
        inner = encode_in(node, self.text)

        def encode(text: str, span: Span) -> str:
            if not _SPLIT_ALIKE.fullmatch(text):
                raise CannotWriteError("Compose would split it in another way than a shell")
            if node.style == "|" and text.startswith(" ") and span.start == span.end:
                gap = line_gap(node, span.start, self.text)
                if gap and self.text.rfind("\n", 0, span.start) in breaks:
                    return gap + text[1:]
            return inner(text, span)

        return Place(Span(node.start, node.end), encode)


def _with_dollars(encode: Encode) -> Encode:
    """Return what writes a text so that Compose puts nothing into it."""
    return lambda text, span: encode(text.replace("$", "$$"), span)


class _DollarList(YamlList):
    """Writes the items of a list of words; a `$` in them is doubled."""

    def _written(self, text: str, style: str) -> str:
        return super()._written(text.replace("$", "$$"), style)

"""The texts that are open in the editor, saved or not, and the files around them."""

from __future__ import annotations

import os
from urllib.parse import unquote, urlsplit

from lsprotocol import types

from sgdlint import files
from sgdlint.documents.kinds import NONE, kind_of_found
from sgdlint.lsp.positions import UTF16, Lines
from sgdlint.source import BOM, Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LANGUAGES = {
    **dict.fromkeys(("shellscript", "shell", "bash", "sh", "zsh", "ksh"), "shell"),
    "dockerfile": "dockerfile",
    "dockercompose": "compose",
    "markdown": "markdown",
    **dict.fromkeys(("restructuredtext", "rst"), "rst"),
    "asciidoc": "asciidoc",
    **dict.fromkeys(("makefile", "make"), "makefile"),
    "just": "justfile",
    "python": "python",
    **dict.fromkeys(("json", "jsonc"), "json"),
}
"""Kinds of files by the names that editors have for languages."""


class OpenText:
    """A text that is open. version: as the editor counts. path: its file, "" when it has none.

    lines: all of it. begin: so many characters, a byte order mark, stand before its source.
    """

    def __init__(self, item: types.TextDocumentItem, encoding: str = UTF16) -> None:
        self.uri = item.uri
        self.version = item.version
        self.path = path_of(item.uri)
        self._language = item.language_id.lower()
        self._put(Lines(item.text, encoding))

    def _put(self, lines: Lines) -> None:
        self.lines = lines
        self.begin = len(BOM) if lines.text.startswith(BOM) else 0

    def change(self, changes: Sequence[types.TextDocumentContentChangeEvent], version: int) -> None:
        """Make the changes of the editor, one after the other."""
        for one in changes:
            text = one.text
            if isinstance(one, types.TextDocumentContentChangePartial):
                old, place = self.lines.text, self.lines.span(one.range)
                text = old[: place.start] + text + old[place.end :]
            self._put(Lines(text, self.lines.encoding))
        self.version = version

    @property
    def text(self) -> str:
        """The text without a byte order mark."""
        return self.lines.text[self.begin :]

    def source(self, near: Around) -> Source:
        """Return the text with its name, as reports show it."""
        name = files.shown(self.path) if self.path else self.uri.rpartition(":")[2]
        return Source(name, self.text, bool(self.begin), near)

    def kind(self) -> str:
        """Return what kind of file it is: by name and text, else by the editor's language."""
        told = kind_of_found(self.path or "untitled", self.text)
        return LANGUAGES.get(self._language, NONE) if told == NONE else told

    def range(self, span: Span) -> types.Range:
        """Return where a part of the source stands."""
        return self.lines.range(Span(span.start + self.begin, span.end + self.begin))

    def offset(self, position: types.Position) -> int:
        """Return the offset in the source of a position."""
        return max(0, self.lines.offset(position) - self.begin)

    def span(self, place: types.Range) -> Span:
        """Return the part of the source that stands somewhere."""
        return Span(self.offset(place.start), self.offset(place.end))


class Texts:
    """All texts that are open. encoding: the units in which the editor counts."""

    def __init__(self) -> None:
        self.encoding = UTF16
        self._open: dict[str, OpenText] = {}

    def __iter__(self) -> Iterator[OpenText]:
        return iter(tuple(self._open.values()))

    def get(self, uri: str) -> OpenText | None:
        """Return an open text."""
        return self._open.get(uri)

    def open(self, item: types.TextDocumentItem) -> OpenText:
        """Note that a text is open."""
        self._open[item.uri] = OpenText(item, self.encoding)
        return self._open[item.uri]

    def close(self, uri: str) -> None:
        """Forget a text: what is saved of it counts."""
        self._open.pop(uri, None)

    def at(self, path: str) -> OpenText | None:
        """Return the open text of a file."""
        return next((one for one in self._open.values() if one.path == path), None)


class Around(files.Neighbours):
    """The files around a path; of those that are open, what stands in the editor counts.

    asked: the files that were looked for, there or not.
    """

    def __init__(self, path: str, texts: Texts) -> None:
        super().__init__(path)
        self.asked: set[str] = set()
        self._texts = texts

    def read_from_start(self, path: str) -> str | None:
        """Return the text of a file by its path from where sgdlint was started, if it can be."""
        whole = os.path.abspath(path)
        self.asked.add(whole)
        found = self._texts.at(whole)
        return super().read_from_start(path) if found is None else found.text


def path_of(uri: str) -> str:
    """Return the path of a file by its URI; "" for what is no file."""
    parts = urlsplit(uri)
    if parts.scheme != "file":
        return ""
    path = unquote(parts.path)
    if parts.netloc and parts.netloc != "localhost":
        path = f"//{parts.netloc}{path}"
    if os.name == "nt":
        path = path.removeprefix("/") if path[2:3] == ":" else path
    return os.path.normpath(path)

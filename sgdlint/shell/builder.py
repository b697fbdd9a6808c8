"""What the actions of the grammar share: the tokens, and commands under construction."""

from __future__ import annotations

from sgdlint.shell import tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sgdlint.shell.lexer import Lexer

    Action = Callable[["Builder", list[Any]], Any]
    Maker = Callable[["Builder", int], tree.Node]
    Region = Callable[[str, int, int], tree.Tree]

MOST_SHARED = 5_000
"""Texts of words that are kept once for all places; later ones are kept for each place."""


class Builder:
    """The tokens and the text that the actions read."""

    def __init__(self, lexer: Lexer, region: Region) -> None:
        self.text = lexer.text
        self.kinds = lexer.kinds
        self.starts = lexer.starts
        self.ends = lexer.ends
        self.region = region
        self.nested: list[tree.Tree] = []
        self.texts: dict[str, str] = {}
        self.joined: dict[int, int] = {}
        self.complaints: list[tree.SyntaxProblem] = []

    def source(self, token: int) -> str:
        """Return the text of a token."""
        return self.text[self.starts[token] : self.ends[token]]

    def shared(self, text: str) -> str:
        """Return a text, the same object for the same text: words such as `-p` come often."""
        known = self.texts.get(text)
        if known is None:
            if len(self.texts) < MOST_SHARED:
                self.texts[text] = text
            return text
        return known

    def complain(self, token: int, message: str) -> None:
        """Note a problem that the grammar cannot see, at a token."""
        self.complaints.append(tree.SyntaxProblem(self.starts[token], self.ends[token], message))


class Draft:
    """A command under construction; `last` is what was added last."""

    __slots__ = ("assignments", "last", "redirects", "start", "words")
    last: tree.Node

    def __init__(self, start: int) -> None:
        self.start = start
        self.assignments: list[tree.Assignment] = []
        self.words: list[Any] = []
        self.redirects: list[tree.Redirect] = []


class Head:
    """The part of `if`, `for` or `case` that has been read; `start` is where it begins."""

    __slots__ = ("items", "keyword", "name", "start", "word", "words")

    def __init__(self, start: int, keyword: str = "") -> None:
        self.start = start
        self.keyword = keyword
        self.name = ""
        self.word: Any = None
        self.words: list[tree.Word] | None = None
        self.items: list[Any] = []

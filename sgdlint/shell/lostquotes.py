"""Where a quote is missing: at the string that runs on, not where the last quote is odd.

One forgotten quote turns all later strings inside out, and bash complains at the end of the file.
A string of several lines that ends just before a word is tried: when the rest of the text parses
without its opening quote, that quote is the mistake, and the text is read as it was meant.
"""

from __future__ import annotations

from sgdlint.record import fields_of, replace
from sgdlint.shell import patterns, tree
from sgdlint.shell.lexer import Lexer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, Final

MOST_CHARACTERS: Final = 1_000_000
"""In a longer text no lost quote is looked for."""
MOST_TRIES: Final = 6
"""So many strings are tried."""
STAND_IN: Final = "_"
"""What is read in the place of a quote."""
QUOTES: Final = ("'", '"')
STRINGS: Final = frozenset(["SINGLE", "STRING", "QUOTES"])
LISTS: Final = frozenset(["body", "condition", "otherwise", "statements"])
"""The fields of nodes that hold statements, of which one can be left out."""


def find(text: str, first: tree.Node, parse: Callable[[str], tree.Tree]) -> tree.Tree | None:
    """Return the tree of a text with a lost quote, or None when none is found.

    first: the first problem of the text, which may tell it as well.
    """
    suspects = list(_suspects(text)) if len(text) <= MOST_CHARACTERS else []
    for place in suspects[:MOST_TRIES]:
        if _in_one_line(text, place, first):
            return None
        other = text[:place] + STAND_IN + text[place + 1 :]
        if sum(1 for _ in _suspects(other)) >= len(suspects):
            continue
        found = parse(other)
        if all(_in_one_line(text, place, problem) for problem in found.problems):
            message = f"this `{text[place]}` is never closed"
            problem = tree.SyntaxProblem(place, place + 1, message)
            rest: tree.Tree = _without(found, place)
            return replace(rest, problems=(problem,))
    return None


def _in_one_line(text: str, place: int, problem: tree.Node) -> bool:
    return "\n" not in text[min(place, problem.start) : max(place, problem.start)]


def _suspects(text: str) -> Iterator[int]:
    """Give the opening quotes of strings that look as if they ran on."""
    opened: list[int] = []
    for kind, start, end in _tokens(text):
        if kind == "DQ_OPEN":
            opened.append(end - 1)
        elif kind == "ERROR":
            yield from (
                place for place in range(start, end + 1) if text[place : place + 1] in QUOTES
            )
        elif kind in STRINGS or (kind == "DQ_CLOSE" and opened):
            first = opened.pop() if kind == "DQ_CLOSE" else start + (text[start] == "$")
            if "\n" in text[first:end] and _goes_on(text, end):
                yield first


def _tokens(text: str) -> Iterator[tuple[str, int, int]]:
    """Give the tokens of a text, and the strings in words with quotes."""
    lexer = Lexer(text)
    while lexer.line():
        pass
    for kind, start, end in zip(lexer.kinds, lexer.starts, lexer.ends, strict=True):
        if kind != "QUOTED":
            yield kind, start, end
            continue
        for piece in patterns.QUOTED_PIECE.finditer(text, start, end):
            yield piece.lastgroup or "", *piece.span()


def _goes_on(text: str, end: int) -> bool:
    """Whether the end of a string looks like the beginning of one."""
    before, after = text[end - 2 : end - 1], text[end : end + 1]
    return before in " \t=([" or after.isalnum() or after in ("$", "/", "-")


def _without(node: Any, place: int) -> Any:
    """Return a node without the innermost statement around a place; itself if it is that one."""
    for name in () if isinstance(node, tree.Simple) else fields_of(node):
        value = getattr(node, name)
        several = value if isinstance(value, tuple) else (value,)
        for at, one in enumerate(several):
            if not (isinstance(one, tree.Node) and one.start <= place < one.end):
                continue
            other = _without(one, place)
            if not isinstance(value, tuple):
                return node if other is one else replace(node, **{name: other})
            if other is not one or name in LISTS:
                kept = () if other is one else (other,)
                return replace(node, **{name: (*value[:at], *kept, *value[at + 1 :])})
    return node

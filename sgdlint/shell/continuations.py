r"""Continuations inside tokens: `$\` and `HOME` in the next line are `$HOME`.

bash takes a backslash with a newline away before it looks for tokens. The lexer reads them between
tokens and between the parts of a word, where nearly all of them stand. For a text in which one may
stand inside a token, the text without these continuations is parsed, and the tree's offsets are
those of the text as it is.
"""

from __future__ import annotations

from bisect import bisect_right

from sgdlint import quick
from sgdlint.record import fields_of
from sgdlint.shell import tree
from sgdlint.shell.lexer import Lexer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Final, Protocol

    class Places(Protocol):
        """Where the characters of one text stand in another."""

        def __getitem__(self, index: int, /) -> int: ...


_CONTINUED: Final = r"\\\r?\n"
_ODD: Final = (
    rf"\$\{{[!#]?\w*{_CONTINUED}|\${_CONTINUED}[\w\{{(\['\"@*#?$!-]|\$\w+{_CONTINUED}\w"
    rf"|[0-9]{_CONTINUED}[<>]|\[{_CONTINUED}\[|^[ \t]*\w+{_CONTINUED}\w*\+?[=\[]"
)
"""Where a continuation changes what a token means without making a mistake of it."""
WINDOW: Final = 200
"""How far around a continuation the token is looked at; names are shorter."""
_FOLLOWED: Final = rf"{_CONTINUED}(?=\S)"
_TIGHT: Final = rf"(?<=[^\s\\])(?:\\\\)*({_CONTINUED})(?=\S)"
_KEPT: Final = frozenset(["SINGLE", "ANSI", "BACKTICK", "QUOTED_BACKTICK"])


def odd(text: str) -> bool:
    """Whether a continuation may stand inside a token, without which the text reads otherwise."""
    return any(
        quick.search(_ODD, text[max(at - WINDOW, 0) : at + WINDOW], quick.MULTILINE)
        for at in (found.start() for found in quick.finditer(_FOLLOWED, text))
    )


def join(text: str) -> tuple[str, Joined] | None:
    """Return a text without the continuations inside words and operators.

    None when there are none. Quoted text and here-documents stay as they are.
    """
    pieces, removed = [], []
    last = 0
    kept = _kept(text)
    start, end = next(kept, (len(text), len(text)))
    for found in quick.finditer(_TIGHT, text):
        at, after = found.span(1)
        while end <= at:
            start, end = next(kept, (len(text), len(text)))
        if at < start:
            pieces.append(text[last:at])
            removed.append((at, after))
            last = after
    if not removed:
        return None
    pieces.append(text[last:])
    return "".join(pieces), Joined(removed)


def _kept(text: str) -> Iterator[tuple[int, int]]:
    """Give the stretches in which a backslash before a newline stays, in order."""
    lexer = Lexer(text)
    while lexer.line():
        pass
    stretches = list(lexer.comments)
    opened: list[int] = []
    for kind, start, end in zip(lexer.kinds, lexer.starts, lexer.ends, strict=True):
        if kind in _KEPT:
            stretches.append((start, end))
        elif kind == "HEREDOC_OPEN":
            opened.append(start)
        elif kind == "HEREDOC_CLOSE" and opened:
            stretches.append((opened.pop(), end))
    return iter(sorted(stretches))


class Joined:
    """Where the characters of a joined text stand in the text with its continuations."""

    def __init__(self, removed: list[tuple[int, int]]) -> None:
        self.starts: list[int] = []
        self.shifts = [0]
        for start, end in removed:
            self.starts.append(start - self.shifts[-1])
            self.shifts.append(self.shifts[-1] + end - start)

    def __getitem__(self, index: int) -> int:
        return index + self.shifts[bisect_right(self.starts, index)]


def moved(thing: Any, places: Places) -> Any:
    """Return a node with its offsets replaced by those in the text it was taken from."""
    if isinstance(thing, tuple):
        return tuple([moved(item, places) for item in thing])
    if not isinstance(thing, tree.Node):
        return thing
    changes = {name: moved(getattr(thing, name), places) for name in fields_of(thing)}
    changes["start"] = places[thing.start]
    changes["end"] = places[thing.end - 1] + 1 if thing.end > thing.start else changes["start"]
    return type(thing)(**changes)

"""One entry of the lexer's stack of modes."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from re import Pattern

    from sgdlint.shell.lexer import Lexer

    Run = Callable[[Lexer, "Frame"], None]
    Finish = Callable[[Lexer, "Frame", int], None]

MOST_FRAMES = 100
"""Constructs nested deeper than this are reported, not read."""


class Frame:
    """A mode and what it must remember.

    run: reads on in this mode. state: where in a command it stands. closer: the text that ends a
    list of commands. after: the state after the target of a redirection. pattern, finish, kind: for
    the inside of a word, its pattern, what to do where the pattern stops, and the kind of its text.
    depth: open brackets. first: the first token. commas: tokens that may be of a brace expansion.
    mark: what to go back to when `((` turns out to be two parentheses.
    """

    __slots__ = (
        "after", "closer", "commas", "depth", "finish", "first", "kind", "mark", "pattern",
        "quoted", "run", "state",
    )  # fmt: skip

    def __init__(self, run: Run, state: int = 0, closer: str = "") -> None:
        self.run = run
        self.state = state
        self.closer = closer
        self.after = 0

    pattern: Pattern[str]
    finish: Finish
    kind: str
    quoted: bool
    depth: int
    first: int
    commas: list[int] | None
    mark: tuple[int, int, int] | None

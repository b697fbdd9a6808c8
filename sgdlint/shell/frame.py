"""One entry of the lexer's stack of modes."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sgdlint.shell.lexer import Lexer
    from sgdlint.shell.modes import Mode

    Pending = tuple[int, bool, str, bool]
    Run = Callable[[Lexer, "Frame"], None]
    Finish = Callable[[Lexer, "Frame", int], None]

MOST_FRAMES = 100
"""Constructs nested deeper than this are reported, not read."""
MOST_STATES = 200
"""Scripts nested deeper than this many entries of the parser's stack are reported."""
TOO_DEEP = "this is nested too deeply to be read"


class Frame:
    """A mode and what it must remember.

    run: reads on in this mode. state: where in a command it stands. closer: the text that ends a
    list of commands. after: the state after the target of a redirection. mode, finish: the inside
    of a word, and what to do where its plain text stops. quoted: it stands between double quotes.
    depth: open brackets. first: its first token. commas: tokens that may be of a brace expansion.
    mark: what to go back to when `((` turns out to be two parentheses. outer: in a substitution,
    the here-documents that wait outside; their bodies stand after its end.
    """

    __slots__ = (
        "after",
        "closer",
        "commas",
        "depth",
        "finish",
        "first",
        "mark",
        "mode",
        "outer",
        "quoted",
        "run",
        "state",
    )

    def __init__(self, run: Run, state: int = 0, closer: str = "") -> None:
        self.run = run
        self.state = state
        self.closer = closer
        self.after = 0
        self.outer: list[Pending] | None = None

    mode: Mode
    finish: Finish
    quoted: bool
    depth: int
    first: int
    commas: list[int] | None
    mark: tuple[int, int, int] | None

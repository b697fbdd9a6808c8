"""A word in the place of the subcommand that is none: which one was most likely meant.

Imported when there is such a word.
"""

from __future__ import annotations

from sgdlint.launch.bind import Event
from sgdlint.launch.entrypoints import SUBCOMMANDS
from sgdlint.nearest import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.shell.values import Word

OTHERS = ("version", "launch_server")
"""What else may stand there or be meant, and starts nothing that is looked at here."""

NEAR = 0.65
"""So near a word must be to a subcommand."""

SHORTEST = 3
"""Letters that a beginning of a subcommand needs."""


def meant(text: str) -> str:
    """Return the subcommand that a word was most likely meant to be; "" when it is none of them."""
    word = text.lower()
    if word in OTHERS or word.startswith("-"):
        return ""
    for name in SUBCOMMANDS:
        if word.startswith(name) or (len(word) >= SHORTEST and name.startswith(word)):
            return name
    near = nearest(word, (*SUBCOMMANDS, *OTHERS), cutoff=NEAR)
    return near if near in SUBCOMMANDS else ""


def noticed(word: Word, subcommand: str) -> Event:
    """Return the event for a word that is no subcommand."""
    text = word.text or ""
    piece = word.pieces[0] if len(word.pieces) == 1 else None
    exact = piece is not None and piece.exact and piece.start >= 0
    edits = ((piece.start, piece.end, subcommand),) if piece is not None and exact else ()
    place = (word.written_start, word.written_end)
    fields = (("written", text), ("nearest", subcommand))
    if place[0] < 0:
        place = (word.start, word.end)
    return Event("unknown-subcommand", (), fields, None, place, edits)

"""In place of a list, for a word that is no item of one which could be changed."""

from __future__ import annotations

from sgdlint.documents.region import CannotWriteError
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.finding import Edit


class Alone:
    """Refuses each edit of words."""

    extent = Span(0, 0)

    def replace(self, index: int, text: str) -> Edit:
        """Raise CannotWriteError."""
        raise CannotWriteError("it is written in another way here")

    def insert(self, index: int, texts: Sequence[str]) -> Edit:
        """Raise CannotWriteError."""
        raise CannotWriteError("there is no list here to put it in")

    def remove(self, first: int, last: int) -> Edit:
        """Raise CannotWriteError."""
        raise CannotWriteError("it is written in another way here")

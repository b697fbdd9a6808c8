"""How far a long walk is, on a terminal: one line that is drawn over, and gone at the end."""

from __future__ import annotations

import time

from sgdlint.looking import Walked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

AFTER = 0.7
"""Seconds: a walk that takes no longer shows nothing."""
EACH = 0.1
"""Seconds between two drawings."""
_CLEAR = "\r\x1b[K"


class Progress(Walked):
    """A walk that tells a terminal how many files it met."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._next = time.monotonic() + AFTER
        self._drawn = False

    def meet(self, path: str) -> None:
        """Note that a file is looked at, and draw how far it is when it is time."""
        super().meet(path)
        now = time.monotonic()
        if now >= self._next:
            self._next = now + EACH
            self._drawn = True
            self._stream.write(f"{_CLEAR}{self.files:,} files looked at")
            self._stream.flush()

    def finish(self) -> None:
        """Take the line away."""
        if self._drawn:
            self._stream.write(_CLEAR)
            self._stream.flush()

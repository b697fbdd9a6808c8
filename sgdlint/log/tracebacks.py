"""Tracebacks in a log: the exception that each ends with, whatever other ranks say in between."""

from __future__ import annotations

from sgdlint import quick

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.log.lines import Said

HEAD = "Traceback (most recent call last):"
LONGEST = 1_000
"""So many lines behind its head a traceback is over."""
MOST_OPEN = 256
"""So many ranks may be in a traceback at once."""
EXCEPTION = r"(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:: .*)?\Z"
ON_PURPOSE = ("KeyboardInterrupt", "SystemExit", "GeneratorExit")


class Tracebacks:
    """Follows the tracebacks of a log, one for each rank."""

    def __init__(self) -> None:
        self._left: dict[str, int] = {}

    def exception(self, said: Said) -> str:
        """Return the exception that ends a traceback; "" for any other line."""
        text, rank = said.text, said.rank
        if text.rstrip().endswith(HEAD):
            if rank in self._left or len(self._left) < MOST_OPEN:
                self._left[rank] = LONGEST
            return ""
        if rank not in self._left:
            return ""
        self._left[rank] -= 1
        if not self._left[rank]:
            del self._left[rank]
            return ""
        return self._last(text[said.start :], rank)

    def _last(self, line: str, rank: str) -> str:
        if line[:1].isspace() or not quick.compile(EXCEPTION).match(line):
            return ""
        del self._left[rank]
        return "" if line.split(":", maxsplit=1)[0] in ON_PURPOSE else line

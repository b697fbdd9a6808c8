"""What the lines of a running command say, told between its lines and never inside of one."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sgdlint.log.model import LogFinding
    from sgdlint.log.reading import Reader


LONGEST = 1 << 16
"""Bytes of a line that are looked at; all of it is passed on."""


class Watch:
    """Reads what comes through the channels of a command, each line of each channel."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._begun: dict[int, bytes] = {}
        self._waiting: list[str] = []
        self._failed = False
        self._spoilt = False

    def see(self, channel: int, data: bytes) -> None:
        """Take in some bytes of a channel."""
        *lines, rest = (self._begun.get(channel, b"") + data).split(b"\n")
        for line in lines:
            self._feed(line)
        self._begun[channel] = rest[-LONGEST:]

    def _feed(self, line: bytes) -> None:
        shown = line.rstrip(b"\r").rpartition(b"\r")[2]  # of a progress bar the last state
        text = shown[:LONGEST].decode("utf-8", "replace")
        self._ask(lambda: self._reader.feed(text))

    def _ask(self, read: Callable[[], Iterable[LogFinding]]) -> None:
        if self._failed:
            return
        try:
            self._note(read())
        except Exception as error:  # the command must go on, whatever we make of it
            self._failed = True
            told = f"sgdlint: its output is no longer read along ({type(error).__name__}: {error})"
            self._waiting.append(f"{told}; please report it\n")

    def _note(self, found: Iterable[LogFinding]) -> None:
        for one in found:
            self._spoilt |= one.spoils
            todo = f" → {one.help}" if one.help else ""
            self._waiting.append(f"sgdlint: {one.severity} {one.code}: {one.message}{todo}\n")

    def told(self) -> bytes:
        """Return what is to be said now; it is said once."""
        text, self._waiting = "".join(self._waiting), []
        return text.encode("utf-8", "replace")

    def end(self) -> None:
        """Take in that the command is over."""
        for rest in self._begun.values():
            if rest:
                self._feed(rest)
        self._begun = {}
        self._ask(self._reader.end)
        if self._spoilt:
            from sgdlint.log.model import INVALID

            self._waiting.append(f"sgdlint: {INVALID}\n")


def watch_for(release: str) -> Watch:
    """Return what looks at the lines of a release; "" is one that is not known.

    Raises RuleError when a file with patterns is wrong.
    """
    from sgdlint.log import patterns  # only a command that is run needs them
    from sgdlint.log.reading import Reader

    return Watch(Reader(patterns.load(), release))

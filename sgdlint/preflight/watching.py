"""What the lines of a running command say, told between its lines and never inside of one."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Protocol

    class Said(Protocol):
        """One thing that a log says."""

        @property
        def code(self) -> str:
            """The code of its pattern."""

        @property
        def severity(self) -> str:
            """How serious it is."""

        message: str
        help: str

    class Reader(Protocol):
        """Reads a log line by line."""

        def feed(self, line: str) -> Sequence[Said]:
            """Return what one more line says."""

        def end(self) -> Sequence[Said]:
            """Return what is known only at the end."""


LONGEST = 1 << 16
"""Bytes of a line that are read; what stands behind them is passed on and not looked at."""


class Watch:
    """Reads what comes through the channels of a command, each line of each channel."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._begun: dict[int, bytes] = {}
        self._waiting: list[str] = []

    def see(self, channel: int, data: bytes) -> None:
        """Take in some bytes of a channel."""
        *lines, rest = (self._begun.get(channel, b"") + data).split(b"\n")
        for line in lines:
            self._feed(line)
        self._begun[channel] = rest[:LONGEST]

    def _feed(self, line: bytes) -> None:
        shown = line.rstrip(b"\r").rpartition(b"\r")[2]  # of a progress bar the last state
        self._note(self._reader.feed(shown[:LONGEST].decode("utf-8", "replace")))

    def _note(self, found: Iterable[Said]) -> None:
        for one in found:
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
        self._note(self._reader.end())


def watch_for(release: str) -> Watch | None:
    """Return what looks at the lines of a release; "" is one that is not known."""
    return None

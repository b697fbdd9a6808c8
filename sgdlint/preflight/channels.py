"""How the output of a command comes through: each byte as it comes, to where it would have gone.

Where our own output is a terminal the command gets a terminal too, so that colours, progress bars
and the width stay as they are; elsewhere it gets a pipe, as it would have had a file. When standard
output and standard error are one thing they stay one, so that their order is kept.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import termios
import tty

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

BLOCK = 1 << 16
"""Bytes that are read at once."""
SIZE = struct.Struct("HHHH")
"""Rows, columns, and both in pixels."""
OUTPUT = 1
"""Where the settings of a terminal hold those of its output."""


class Channel:
    """One way for output: numbers of ours that it goes to, and of the command that feed it.

    source: where it is read, -1 when it is over. given: what the command gets. targets: the numbers
    of the command that it stands for. target: where it goes.
    """

    def __init__(self, targets: Sequence[int]) -> None:
        self.targets = tuple(targets)
        self.target = targets[0]
        self.is_terminal = os.isatty(self.target)
        self.source, self.given = pty.openpty() if self.is_terminal else os.pipe()
        if self.is_terminal:
            self._like_ours()
        self.last = b"\n"

    def _like_ours(self) -> None:
        """Set the terminal as ours is, but for what ours does to the output itself."""
        try:
            settings = termios.tcgetattr(self.target)
        except termios.error:
            tty.setraw(self.given)
        else:
            settings[OUTPUT] &= ~termios.OPOST
            termios.tcsetattr(self.given, termios.TCSANOW, settings)
        self.resize()

    def resize(self) -> None:
        """Give the terminal of the command the size of ours."""
        if self.is_terminal and self.source >= 0:
            try:
                size = fcntl.ioctl(self.target, termios.TIOCGWINSZ, bytes(SIZE.size))
                fcntl.ioctl(self.source, termios.TIOCSWINSZ, size)
            except OSError:
                pass

    def started(self) -> None:
        """Let go of the end that the command has now."""
        os.close(self.given)

    def pass_on(self) -> bytes:
        """Read what is there and write it where it belongs; b"" when the channel is over."""
        try:
            data = os.read(self.source, BLOCK)
        except OSError:  # a terminal that nobody has open any more
            data = b""
        if data and not write_all(self.target, data):
            data = b""
        if not data:
            self.close()
        self.last = data[-1:] or self.last
        return data

    def close(self) -> None:
        """Stop reading: whoever still writes is told that nobody listens."""
        if self.source >= 0:
            os.close(self.source)
            self.source = -1


def channels() -> list[Channel]:
    """Return the channels for standard output and standard error; one when both are the same."""
    if _same(1, 2):
        return [Channel((1, 2))]
    return [Channel((1,)), Channel((2,))]


def _same(one: int, other: int) -> bool:
    try:
        first, second = os.fstat(one), os.fstat(other)
    except OSError:
        return False
    return (first.st_dev, first.st_ino, first.st_rdev) == (
        second.st_dev,
        second.st_ino,
        second.st_rdev,
    )


def write_all(number: int, data: bytes) -> bool:
    """Write all of it; False when nobody reads there."""
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(number, view) :]
        except BlockingIOError:
            select.select([], [number], [])
        except OSError:
            return False
    return True

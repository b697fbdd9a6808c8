"""Signals that reach sgdlint while it runs a command are the command's.

They are blocked here and waited for in a thread, which also learns who sent them: what a terminal
sends reaches the command by itself where both are in the terminal's group.
"""

from __future__ import annotations

import os
import signal
import struct
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = ("INT", "TERM", "HUP", "QUIT", "USR1", "USR2", "TSTP", "CONT", "WINCH", "ALRM")
STOPS = ("TSTP",)
"""Signals that a terminal handles for all of its group."""
_ONE = struct.Struct("ii")


class Signals:
    """The signals of a run. shared: the command is in our process group, and keeps the terminal.

    A caller may have SIGCHLD ignored; then the kernel keeps no exit status of the command, and
    tells nobody that it ended. children: what was done with that signal before.
    """

    def __init__(self, shared: bool) -> None:
        self.shared = shared
        numbers = {getattr(signal, f"SIG{name}") for name in NAMES}
        if shared:
            numbers -= {getattr(signal, f"SIG{name}") for name in STOPS}
        ignored = {one for one in numbers if signal.getsignal(one) == signal.SIG_IGN}
        self.numbers = numbers - ignored | {signal.SIGCHLD}
        self.children = signal.signal(signal.SIGCHLD, signal.SIG_DFL) or signal.SIG_DFL
        self.before = signal.pthread_sigmask(signal.SIG_BLOCK, self.numbers)
        self.source, self._sink = os.pipe()
        self._ended = False
        self._thread = threading.Thread(target=self._wait, daemon=True)

    def in_child(self) -> Callable[[], None]:
        """Return what the command does first: signals as they were, and its own group."""
        before, shared, children = self.before, self.shared, self.children

        def prepare() -> None:
            signal.signal(signal.SIGCHLD, children)
            if not shared:
                os.setpgid(0, 0)
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

        return prepare

    def start(self) -> None:
        """Begin to wait."""
        self._thread.start()

    def _wait(self) -> None:
        while True:
            found = signal.sigwaitinfo(self.numbers)
            if self._ended:
                return
            os.write(self._sink, _ONE.pack(found.si_signo, found.si_code))

    def take(self) -> tuple[int, bool]:
        """Return the next signal, and whether somebody sent it, and not the kernel."""
        number, code = _ONE.unpack(os.read(self.source, _ONE.size))
        return number, code <= 0

    def end(self) -> None:
        """Put everything back."""
        self._ended = True
        if self._thread.ident is not None:
            signal.pthread_kill(self._thread.ident, signal.SIGCHLD)  # it waits for no other end
            self._thread.join()
        signal.pthread_sigmask(signal.SIG_SETMASK, self.before)
        signal.signal(signal.SIGCHLD, self.children)
        os.close(self.source)
        os.close(self._sink)


def keeps_terminal() -> bool:
    """Whether a command that is started now has the keyboard: then it must stay in our group."""
    try:
        return os.isatty(0) and os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False

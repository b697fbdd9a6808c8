"""Run a command: its input, its output byte for byte, its signals and its exit status are its own.

What is read on the way is only looked at. Not on Windows, which has no such signals.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys

from sgdlint.preflight.channels import Channel, channels, write_all
from sgdlint.preflight.signals import Signals, keeps_terminal
from sgdlint.preflight.watching import Watch, watch_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

NOT_FOUND, NOT_STARTED = 127, 126
"""Exit statuses that shells give for a command that is not there, or cannot be started."""
KILLED = 128
"""Plus the number of the signal: the exit status of a command that a signal ended."""
LOOK = 1.0
"""Seconds without output and signals after which we look whether it ended: one may be lost."""
QUIET_END = 0.2
"""Seconds without output after which nobody waits for processes that outlive the command."""


def run(words: Sequence[str], release: str, watch: bool) -> int:
    """Run a command and return its exit status.

    watch: tell what the lines of its output say. Without it the command has our own output.
    """
    looker = watch_for(release) if watch else None
    ways = channels() if looker is not None else []
    signals = Signals(keeps_terminal())
    try:
        status = _Run(ways, signals, looker).of(words)
    finally:
        signals.end()
        for way in ways:
            way.close()
    if status == KILLED + signal.SIGINT:
        _die_of_interrupt()
    return status


def _die_of_interrupt() -> None:
    """End as the command did: a shell stops its script only for a program that Ctrl-C ended."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGINT)


class _Run:
    """A command that runs."""

    def __init__(self, ways: Sequence[Channel], signals: Signals, looker: Watch | None) -> None:
        self.ways, self.signals, self.looker = ways, signals, looker
        self.pid = 0
        self.status: int | None = None

    def of(self, words: Sequence[str]) -> int:
        """Start it, pass everything through, and return its exit status."""
        given = {number: way.given for way in self.ways for number in way.targets}
        try:
            process = subprocess.Popen(
                words,
                stdout=given.get(1),
                stderr=given.get(2),
                close_fds=False,  # what a caller opened for it, it gets
                preexec_fn=self.signals.in_child(),  # noqa: PLW1509 - no thread runs yet
            )
        except OSError as error:
            missing = isinstance(error, FileNotFoundError)
            print(f"sgdlint: error: {words[0]}: {error.strerror}", file=sys.stderr)
            return NOT_FOUND if missing else NOT_STARTED
        finally:
            for way in self.ways:
                way.started()
        self.pid = process.pid
        self.signals.start()
        while self.status is None:
            if not self._step(LOOK):
                self._look()
        while self._step(QUIET_END):
            pass
        self._finish()
        process.returncode = self.status
        return self.status

    def _step(self, wait: float) -> bool:
        """Pass on what is there; False when nothing comes in so many seconds."""
        ways = {way.source: way for way in self.ways if way.source >= 0}
        if self.status is not None and not ways:
            return False
        ready, _, _ = select.select([*ways, self.signals.source], [], [], wait)
        for source in ready:
            if source in ways:
                self._pass_on(ways[source])
            else:
                self._signal(*self.signals.take())
        return bool(ready)

    def _pass_on(self, way: Channel) -> None:
        data = way.pass_on()
        if self.looker is not None:
            self.looker.see(way.target, data)
            self._tell()

    def _tell(self) -> None:
        """Say what the lines told, where standard error is at the beginning of a line."""
        between = all(way.last == b"\n" for way in self.ways if self._shows(way))
        if self.looker is not None and between:
            write_all(2, self.looker.told())

    def _shows(self, way: Channel) -> bool:
        """Whether a channel goes where our warnings go: to standard error, or to a terminal."""
        return 2 in way.targets or way.is_terminal

    def _finish(self) -> None:
        if self.looker is None:
            return
        self.looker.end()
        told = self.looker.told()
        if told:
            begun = any(way.last != b"\n" for way in self.ways if self._shows(way))
            write_all(2, b"\n" + told if begun else told)

    # --- signals ----------------------------------------------------------------------------------

    def _signal(self, number: int, is_sent: bool) -> None:
        if number == signal.SIGCHLD:
            self._look()
            return
        if number == signal.SIGWINCH:
            for way in self.ways:
                way.resize()
        elif self.signals.shared and not is_sent:
            return  # the terminal sent it to the command, too
        try:
            if number == signal.SIGCONT and not self.signals.shared:
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)
        except ProcessLookupError:
            pass

    def _look(self) -> None:
        """See what became of the command; it is stopped and goes on as we are."""
        try:
            pid, status = os.waitpid(self.pid, os.WNOHANG | os.WUNTRACED)
        except ChildProcessError:
            self.status = NOT_STARTED
            return
        if not pid:
            return
        if os.WIFSTOPPED(status):
            if not self.signals.shared:
                os.kill(os.getpid(), signal.SIGSTOP)
        elif os.WIFSIGNALED(status):
            self.status = KILLED + os.WTERMSIG(status)
        else:
            self.status = os.WEXITSTATUS(status)

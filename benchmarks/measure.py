"""How long whole processes take, and how much memory."""

from __future__ import annotations

import os
import signal
import statistics
import time
from dataclasses import dataclass, field
from typing import NoReturn

SILENT = [
    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
    (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
]


@dataclass
class Task:
    """One command and what was measured of it.

    statuses: the exit statuses that mean that it did its work.
    seconds, megabytes: of each run; a run that was stopped at the limit leaves none.
    stopped: whether a run took longer than the limit.
    """

    name: str
    argv: list[str]
    statuses: frozenset[int] = frozenset({0, 1})
    seconds: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    stopped: bool = False

    @property
    def median(self) -> float | None:
        """The median of the runs in seconds, or None when none ended."""
        return statistics.median(self.seconds) if self.seconds else None


def run_all(tasks: list[Task], runs: int, limit: int, budget: float = 30) -> None:
    """Run the tasks in turn, so that a slow moment of the machine meets all of them.

    limit: seconds after which one run is stopped and its task given up.
    budget: seconds of one task after which it is not run again.
    """
    if runs > 3:
        for task in tasks:
            run_once(task, limit)  # fills the caches of the system; not counted
            task.seconds.clear()
            task.megabytes.clear()
    for _ in range(runs):
        for task in tasks:
            if not task.stopped and sum(task.seconds) < budget:
                run_once(task, limit)


def run_once(task: Task, limit: int) -> None:
    """Run a task once and keep its time and its greatest memory."""
    signal.signal(signal.SIGALRM, _out_of_time)
    start = time.perf_counter()
    process = os.posix_spawnp(task.argv[0], task.argv, os.environ, file_actions=SILENT)
    signal.alarm(limit)
    try:
        _, status, usage = os.wait4(process, 0)
    except TimeoutError:
        os.kill(process, signal.SIGKILL)
        os.wait4(process, 0)
        task.stopped = True
        return
    finally:
        signal.alarm(0)
    seconds = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    if code not in task.statuses:
        raise SystemExit(f"{task.name}: exit status {code}: {' '.join(task.argv)[:300]}")
    task.seconds.append(seconds)
    task.megabytes.append(usage.ru_maxrss / 1024)


def _out_of_time(*_: object) -> NoReturn:
    raise TimeoutError

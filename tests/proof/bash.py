"""Runs scripts in bash, in a folder of their own, and records what they launch.

PATH holds a stub `sglang` (and `python`, `torchrun`, …) that writes down its arguments and
environment, a few programs that only compute, wrappers that run what follows them, and probes whose
exit status is given beforehand. Nothing else can be found, and time is limited.
"""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

MOST_SECONDS = 5.0
"""A run that takes longer is ended; what it launched until then counts."""

RECORDED = ("sglang", "python", "python3")
"""Programs whose runs are written down."""

PROBES = ("nvidia-smi", "has", "pgrep", "git", "curl", "grep", "jq", "hostname", "sleep", "docker")
"""Programs that only give a status: the next digit of `Case.answers`; they also print it."""

SILENT = ("mkdir", "rm", "touch", "chmod", "tee", "source-venv", "ulimit")
"""Programs that do nothing here."""

WRAPPERS = ("srun", "numactl", "taskset", "setsid", "stdbuf", "ionice", "run-with")
"""Programs that pass over their options and run what follows."""

REAL: tuple[str, ...] = (
    "basename",
    "cat",
    "cut",
    "date",
    "dirname",
    "env",
    "expr",
    "head",
    "nice",
    "nohup",
)
REAL += ("realpath", "seq", "sort", "tail", "timeout", "tr", "uniq", "wc", "xargs", "sed", "awk")
REAL += ("bash", "mktemp", "readlink", "paste")
"""Programs of the machine that are used as they are: they read and print."""

STUB = """#!/bin/sh
stub_count=$#
for stub_name in {names}; do
  eval "[ -z \\"\\${{$stub_name+x}}\\" ] || set -- \\"\\$@\\" \\"$stub_name=\\$$stub_name\\""
done
printf '%s\\0' run "${{0##*/}}" "$stub_count" "$@" end >>{log}
read -r answers <{answers} || exit 0
rest=${{answers#?}}
printf '%s\\n' "$rest" >{answers}
exit "${{answers%"$rest"}}"
"""
PROBE = """#!/bin/sh
read -r answers <{answers} || exit 0
rest=${{answers#?}}
printf '%s\\n' "$rest" >{answers}
printf '%s\\n' "${{answers%"$rest"}}"
exit "${{answers%"$rest"}}"
"""
WRAPPER = """#!/bin/sh
while [ "${1#-}" != "$1" ]; do shift; done
exec "$@"
"""
NAME = re.compile(r"[A-Za-z_]\w*")
OF_THE_SHELL = frozenset(
    {"IFS", "OPTIND", "PPID", "PWD", "OLDPWD", "SHLVL", "_", "PS1", "PS2", "PS4"}
)
"""Names that the stub's own shell sets."""


class Case(NamedTuple):
    """How a script is started: arguments, environment, and the statuses of what it asks."""

    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = {}
    answers: str = ""


class Run(NamedTuple):
    """One run of a recorded program; only variables whose names the script has are kept."""

    program: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]


class Sandbox:
    """A folder in which scripts run, one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.work = folder / "work"
        self.answers = folder / "answers"
        self.count = 0
        self.bin.mkdir(parents=True)
        for name in REAL:
            if (found := shutil.which(name)) is not None:
                (self.bin / name).symlink_to(found)
        bash = shutil.which("bash")
        if bash is None:
            raise FileNotFoundError("bash")
        (self.bin / "sh").symlink_to(bash)  # it may be dash, which reads less than scripts use
        for name in PROBES:
            self._program(name, PROBE.format(answers=self.answers))
        for name in SILENT:
            self._program(name, "#!/bin/sh\n")
        for name in WRAPPERS:
            self._program(name, WRAPPER)

    def _program(self, name: str, text: str) -> None:
        path = self.bin / name
        new = path.with_suffix(".new")
        new.write_text(text)
        new.chmod(0o755)
        new.replace(path)

    def put(self, text: str, files: Mapping[str, str]) -> Path:
        """Write a script and the files beside it into an empty folder; return the script."""
        shutil.rmtree(self.work, ignore_errors=True)
        (self.work / ".git").mkdir(parents=True)  # the folder is a project of its own
        for name, content in files.items():
            path = self.work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        script = self.work / "run.sh"
        script.write_text(text)
        return script

    def names(self, texts: Sequence[str]) -> list[str]:
        """Return the names in texts that may be variables."""
        found = {name for text in texts for name in NAME.findall(text)}
        return sorted(found - OF_THE_SHELL)

    def run(self, script: Path, case: Case, names: Sequence[str]) -> list[Run]:
        """Run a script once and return what it launched, in the order of time."""
        self.count += 1
        log = self.folder / f"log.{self.count}"
        stub = STUB.format(names=" ".join(names) or "_", log=log, answers=self.answers)
        for name in RECORDED:
            self._program(name, stub)
        self.answers.write_text(case.answers + "\n" if case.answers else "")
        environment = {
            "PATH": str(self.bin),
            "HOME": str(self.work),
            "TMPDIR": str(self.work),
            "LANG": "C.UTF-8",
            **case.environment,
        }
        self._wait_for(["run.sh", *case.arguments], environment)
        runs = read_log(log.read_bytes()) if log.exists() else []
        log.unlink(missing_ok=True)
        return runs

    def _wait_for(self, words: Sequence[str], environment: Mapping[str, str]) -> None:
        """Run bash until it and all that it started are over, or time is."""
        ends, held = os.pipe()  # the end of the pipe is seen when nobody holds it any more
        process = subprocess.Popen(
            ["/bin/sh", "-c", 'ulimit -t 4 -f 20000; exec bash "$@"', "sh", *words],
            cwd=self.work,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[held],
            start_new_session=True,
        )
        os.close(held)
        select.select([ends], [], [], MOST_SECONDS)
        os.close(ends)
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()


def read_log(data: bytes) -> list[Run]:
    """Return the runs that the stub wrote down; one that was cut off is left out."""
    runs = []
    fields = iter(data.decode(errors="surrogateescape").split("\0"))
    for field in fields:
        if field != "run":
            continue
        try:
            program, count = next(fields), int(next(fields))
            arguments = tuple(next(fields) for _ in range(count))
            pairs = list(iter(lambda: next(fields), "end"))
        except (StopIteration, RuntimeError, ValueError):
            break
        environment = dict(pair.split("=", 1) for pair in pairs)
        runs.append(Run(program, arguments, environment))
    return runs


def accepts(script: Path) -> bool:
    """Tell whether bash can read a script."""
    done = subprocess.run(["bash", "-n", script], capture_output=True, check=False)
    return done.returncode == 0

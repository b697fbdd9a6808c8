"""What is known behind a wrapper, against the real program: it runs a `sglang` that only notes."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sgdlint.launch.recognise import Recognised, launches
from sgdlint.shell.interpreter import commands
from sgdlint.shell.parser import parse

NOTE = """#!/bin/sh
{ printf '%s\\n' "A=${A-unset}" "$@"; echo; } >> "$NOTES"
"""

# The programs that a command needs, and the command; A is not set outside.
COMMANDS = [
    ("", "sglang serve --x 1"),
    ("", "time -p sglang serve"),
    ("", "! sglang serve"),
    ("", "command sglang serve"),
    ("", "command -v sglang serve"),
    ("", "builtin command sglang serve"),
    ("", "exec -a x sglang serve"),
    ("", "A=1 exec sglang serve"),
    ("", "coproc sglang serve; wait"),
    ("", 'CMD=(sglang generate --x "a b"); "${CMD[@]}" --y'),
    ("", 'RUN="env A=1"; $RUN sglang serve'),
    ("", "bash -c 'exec \"$@\"' _ sglang serve"),
    ("", "eval A=1 sglang serve"),
    ("env", "env A=1 sglang serve"),
    ("env", "env -- A=1 sglang serve"),
    ("env", "A=1 env -u A sglang serve"),
    ("env", "A=1 env -uA sglang serve"),
    ("env", "A=1 env --unset=A sglang serve"),
    ("env", 'A=1 env -i "NOTES=$NOTES" "PATH=$PATH" sglang serve'),
    ("env", 'A=1 env - "NOTES=$NOTES" "PATH=$PATH" A=3 sglang serve'),
    ("env", "env -C / A=1 sglang serve"),
    ("env", "env -S 'A=1 sglang serve --x'"),
    ("env", "env -S 'A=1 sglang' serve --x"),
    ("timeout", "timeout -k 1 -s TERM 5 sglang serve --x"),
    ("timeout", "timeout --signal=KILL --foreground 5s sglang serve"),
    ("timeout env", "timeout --preserve-status 5 env A=2 sglang serve"),
    ("nice", "nice sglang serve"),
    ("nice", "nice -n 5 sglang serve"),
    ("nice", "nice -5 sglang serve"),
    ("nice", "nice --adjustment=3 sglang serve"),
    ("stdbuf", "stdbuf -o L -i0 sglang serve"),
    ("stdbuf", "stdbuf --output=L sglang serve"),
    ("nohup", "A=1 nohup sglang serve"),
    ("setsid", "setsid --wait sglang serve"),
    ("ionice", "ionice -c2 -n7 sglang serve"),
    ("ionice", "ionice -t -c 3 sglang serve"),
    ("chrt", "chrt -o 0 sglang serve"),
    ("chrt", "chrt --batch 0 sglang serve"),
    ("taskset", "taskset 1 sglang serve"),
    ("taskset", "taskset -ac 0 sglang serve"),
    ("prlimit", "prlimit --nofile=500 sglang serve"),
    ("setarch", "setarch $(uname -m) -R sglang serve"),
    ("flock", 'flock "$NOTES.lock" sglang serve --x'),
    ("flock", "flock -w 1 \"$NOTES.lock\" -c 'A=1 sglang serve --x'"),
    ("script", "script -qec 'A=1 sglang serve --x' /dev/null"),
    ("script", "script /dev/null -q -c 'sglang serve'"),
    ("xargs", "echo 1 2 | xargs sglang generate --seed"),
    ("xargs", "echo 1 | xargs -n1 sglang generate --seed"),
    ("xargs", "echo 1 | xargs -I{} sglang generate --seed {} --out x{} --y"),
    ("xargs", "echo 1 | xargs -I % sglang generate --seed % --y"),
    ("xargs", "echo 1 | xargs -i sglang generate --seed {} --y"),
    ("xargs", "echo 1 | xargs -e -P 2 -L 1 sglang generate"),
    ("xargs", "echo 1 | xargs -l1 -d ' ' sglang generate"),
    ("xargs", "echo 1 | xargs --replace=R sglang generate --seed R --y"),
    ("xargs", "echo 1 | xargs -I{} bash -c 'A=1 sglang generate --x 1'"),
    ("xargs", "echo 1 | xargs echo sglang generate"),
    ("strace", "strace -f -e trace=none -o /dev/null sglang serve"),
    ("strace", "strace -E A=1 -o /dev/null sglang serve"),
    ("parallel", "parallel -j1 'A=1 sglang generate --x --seed {}' ::: 1"),
    ("parallel", "parallel sglang generate --x --seed ::: 1 2"),
    ("parallel", "parallel --header : sglang generate --x --seed {s} ::: s 1"),
    ("parallel", "parallel --dry-run sglang generate ::: 1"),
    ("tini", "tini -s -- sglang serve"),
    ("dumb-init", "dumb-init -v sglang serve"),
    ("nohup nice timeout env", "nohup nice -n 1 timeout 5 env A=1 sglang serve --x"),
    ("nice", "nice bash -c 'A=1 nice sglang serve'"),
]


def run(command: str, folder: Path) -> tuple[list[list[str]], int]:
    """Return A and the arguments of each run, and the exit status of the command."""
    program = folder / "sglang"
    program.write_text(NOTE)
    program.chmod(0o755)
    notes = folder / "notes"
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "NOTES": str(notes), "TERM": "dumb"}
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**environment, "HOME": str(folder), "SHELL": "/bin/bash"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=30,
        check=False,
    )
    text = notes.read_text() if notes.is_file() else ""
    return [one.split("\n") for one in text.split("\n\n") if one], done.returncode


def fits(found: Recognised, ran: list[str]) -> bool:
    """Whether all that is known of a launch is what really came."""
    value, subcommand, *arguments = ran
    variable = found.environment.get("A")
    if variable is not None:
        text = variable.word.text if variable.word is not None else "unset"
        if text is not None and (variable.exported or variable.word is None):
            assert value == f"A={text}"
    words = list(found.arguments)
    many = next((i for i, word in enumerate(words) if word.many), len(words))
    known = [word.text for word in words[:many]]
    as_many = len(arguments) == len(words) if many == len(words) else len(arguments) >= many
    alike = all(one in (None, other) for one, other in zip(known, arguments, strict=False))
    return found.subcommand == subcommand and as_many and alike


@pytest.mark.parametrize(("programs", "command"), COMMANDS)
def test_real_programs(programs: str, command: str, tmp_path: Path) -> None:
    lacking = [name for name in programs.split() if shutil.which(name) is None]
    if lacking:
        pytest.skip(f"{lacking[0]} is not installed")
    ran, status = run(command, tmp_path)
    found = launches(commands(parse(command), command))
    if not ran and status:  # not allowed here, say
        return
    assert bool(found) == bool(ran)
    assert all(any(fits(one, each) for each in ran) for one in found)

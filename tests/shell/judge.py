"""A folder with scripts, and what bash and sgdlint make of them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from sgdlint.files import Neighbours
from sgdlint.launch.recognise import Recognised, launches
from sgdlint.shell.interpreter import commands
from sgdlint.shell.parser import parse
from sgdlint.shell.sourcing import Files
from sgdlint.shell.values import Word

STUB = r"""#!/bin/sh
{ printf 'run\0'; for one; do printf '%s\0' "$one"; done; printf 'end\0'; } >>"$STUB_LOG"
"""


PROGRAMS = {
    "sglang": STUB,
    "docker": '#!/bin/bash\nshift 3\nexec "$@"\n',
    "sbatch": '#!/bin/bash\n[ $# = 0 ] || exec bash "$@"\nexec bash\n',
    "ssh": '#!/bin/bash\nshift\nexec bash -c "$*"\n',
    "sudo": '#!/bin/bash\nexec "$@"\n',
}
"""Stubs: `sglang` notes its arguments, `docker exec -i NAME`, `ssh HOST` and `sudo` run theirs."""


class Project:
    """A folder with scripts in it, stubs of programs, and what bash and sgdlint make of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.log = folder / "log"
        self.bin = folder / "bin"
        self.bin.mkdir()
        (self.folder / ".git").mkdir(parents=True)
        for name, text in PROGRAMS.items():
            (self.bin / name).write_text(text)
            (self.bin / name).chmod(0o755)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def run(self, name: str, start: str = ".") -> list[list[str]]:
        """Return what the stub is given when bash runs a script, started in a folder."""
        self.log.write_bytes(b"")
        path = f"{self.bin}:/usr/bin:/bin"
        subprocess.run(
            ["bash", str(self.folder / name)],
            cwd=self.folder / start,
            env={"PATH": path, "STUB_LOG": str(self.log)},
            check=False,
            capture_output=True,
            timeout=20,
            stdin=subprocess.DEVNULL,
        )
        runs = self.log.read_text().split("run\0")[1:]
        return [run.removesuffix("end\0").split("\0")[:-1] for run in runs]

    def read(self, name: str, start: str = ".") -> tuple[list[Recognised], Files]:
        """Return the launches that sgdlint finds when it is started in a folder, and its reader."""
        text = (self.folder / start / name).read_text()
        files = Files(Neighbours(name))
        return launches(commands(parse(text), text, files=files), files), files


def make_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    made = Project(tmp_path)
    monkeypatch.chdir(made.folder)
    return made


def show(word: Word) -> str:
    if word.many or word.text is None:
        return word.prefix + "*"
    return word.text


def shown(found: list[Recognised]) -> str:
    return " ; ".join(" ".join(map(show, one.arguments)) for one in found)


def agrees(words: tuple[Word, ...], argv: list[str]) -> bool:
    """Whether bash may pass these arguments for all that the words say."""
    if not words:
        return not argv
    if words[0].many:
        return any(agrees(words[1:], argv[count:]) for count in range(len(argv) + 1))
    known = words[0].texts
    return bool(argv) and (known is None or argv[0] in known) and agrees(words[1:], argv[1:])

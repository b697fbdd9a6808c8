"""The Python environment that a launch would start SGLang in: read from its folders, never run.

The first line of the program `sglang` names the interpreter, and that tells where its packages are.
"""

from __future__ import annotations

import glob
import os
import re
import shutil
import sys

from sgdlint.preflight.facts import Installed
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

PROGRAM = "sglang"
FIRST_LINE = 512
"""Bytes of a program that are read to find its interpreter."""
MODULE_ENDS = ("", ".py", ".so", ".abi3.so")
_EXEC = re.compile(rb"""'''exec' "?([^"\n]+?)"? "\$0\"""")
_PACKAGES = ("site-packages", "dist-packages")


@record
class Packages:
    """Folders with packages of one environment. place: what to call it. program: `sglang` in it."""

    folders: tuple[str, ...]
    place: str
    program: str = ""

    @property
    def is_open(self) -> bool:
        """Whether modules may lie elsewhere: editable installs and `.pth` files name folders."""
        return any(_names_more(folder) for folder in self.folders)

    def version(self, name: str) -> str | None:
        """Return the version of a distribution; None where it is not there."""
        for folder in self.folders:
            for found, version in _distributions(folder):
                if found == _normal(name):
                    return version
        return None

    def has(self, module: str) -> bool | None:
        """Whether a module is there; None where it may lie elsewhere."""
        for folder in self.folders:
            if any(os.path.exists(os.path.join(folder, module + end)) for end in MODULE_ENDS):
                return True
            if glob.glob(os.path.join(glob.escape(folder), f"{module}.cpython-*.so")):
                return True
        return None if self.is_open or not self.folders else False

    @property
    def wrapper(self) -> str:
        """The program, where it is none of Python: nobody knows which environment it starts."""
        return self.program if not self.folders else ""

    def installed(self) -> Installed | None:
        """Return the SGLang in it."""
        version = self.version(PROGRAM)
        if version is None:
            return None
        return Installed(version, self.place, self.program, self._is_editable(version))

    def _is_editable(self, version: str) -> bool:
        for folder in self.folders:
            path = os.path.join(folder, f"{PROGRAM}-{version}.dist-info", "direct_url.json")
            if '"editable": true' in _text(path) or '"editable":true' in _text(path):
                return True
        return False


def of_launch(variables: Mapping[str, str], name: str = PROGRAM) -> Packages:
    """Return the packages that a program on PATH has; else those of the environment in use.

    name: of the program: `sglang`, a path to it, or a Python.
    """
    program = shutil.which(name, path=variables.get("PATH"))
    if program is not None:
        is_python = os.path.basename(program).startswith("python")
        python = program if is_python else interpreter_of(program)
        return Packages(of_interpreter(python) if python else (), _prefix(python), program)
    active = variables.get("VIRTUAL_ENV") or variables.get("CONDA_PREFIX")
    if active:
        return Packages(tuple(_below(active)), active)
    other = shutil.which("python3", path=variables.get("PATH"))
    if other is not None and os.path.realpath(other) != os.path.realpath(sys.executable):
        folders = of_interpreter(other)
        return Packages(folders, _prefix(other) if folders else "")
    return Packages(_mine(), sys.prefix)


def _prefix(python: str) -> str:
    return os.path.dirname(os.path.dirname(python))


def interpreter_of(program: str) -> str:
    """Return the Python that runs a program, by its first lines; "" where they name none."""
    try:
        with open(program, "rb") as file:
            head = file.read(FIRST_LINE)
    except OSError:
        return ""
    if not head.startswith(b"#!"):
        return ""
    long = _EXEC.search(head)  # what pip writes where the path is too long for a first line
    first = long[1] if long else head[2:].split(b"\n", 1)[0].strip().split(b" ")[0]
    name = os.fsdecode(first)
    if os.path.basename(name) == "env":
        words = os.fsdecode(head[2:].split(b"\n", 1)[0]).split()
        name = shutil.which(words[1]) or "" if len(words) == 2 else ""
    return name if os.path.basename(name).startswith("python") else ""


def of_interpreter(python: str) -> tuple[str, ...]:
    """Return the folders with packages of a Python, by where it lies."""
    prefix = _prefix(python)
    folders = [*_below(prefix)]
    config = _text(os.path.join(prefix, "pyvenv.cfg"))
    is_virtual = bool(config)
    if is_virtual and "include-system-site-packages = true" in config:
        home = re.search(r"(?m)^home *= *(.+)$", config)
        folders += _below(os.path.dirname(home[1].strip())) if home else []
    if not is_virtual:
        folders += _below(os.path.expanduser("~/.local"))
    return tuple(dict.fromkeys(folders))


def _below(prefix: str) -> Iterator[str]:
    for base in ("lib", "lib64", "local/lib", "lib/python3", "local/lib/python3"):
        for packages in _PACKAGES:
            pattern = os.path.join(glob.escape(prefix), base, "python3.*", packages)
            found = sorted(glob.glob(pattern)) or [os.path.join(prefix, base, packages)]
            yield from (one for one in found if os.path.isdir(one))


def _mine() -> tuple[str, ...]:
    return tuple(path for path in sys.path if path.endswith(_PACKAGES) and os.path.isdir(path))


def _distributions(folder: str) -> Iterable[tuple[str, str]]:
    """Return normal name and version of each distribution in a folder, by names of folders."""
    found = []
    for name in _listed(folder):
        whole = name.removesuffix(".dist-info")
        if whole != name and "-" in whole:
            title, _, version = whole.rpartition("-")
            found.append((_normal(title), version))
    return found


def _names_more(folder: str) -> bool:
    return any(
        name.startswith("__editable__") or (name.endswith(".pth") and _names_folder(folder, name))
        for name in _listed(folder)
    )


def _names_folder(folder: str, name: str) -> bool:
    lines = _text(os.path.join(folder, name)).splitlines()
    return any(line.strip() and not line.startswith(("import", "#")) for line in lines)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _listed(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(1 << 16)
    except OSError:
        return ""

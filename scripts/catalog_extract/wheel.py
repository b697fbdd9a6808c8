"""Source files of a released wheel, read without unpacking or importing it."""

from __future__ import annotations

import hashlib
import re
import zipfile
from pathlib import Path


class Wheel:
    """The Python sources of a `.whl` file or of a folder with an unpacked one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._zip = zipfile.ZipFile(path) if path.is_file() else None
        names = self._zip.namelist() if self._zip else _files(path)
        self.names = frozenset(n for n in names if n.endswith(".py"))

    def read(self, name: str) -> str:
        """Return the text of one file, named by its path inside the wheel."""
        if self._zip:
            return self._zip.read(name).decode("utf-8")
        return (self.path / name).read_text(encoding="utf-8")

    def module_file(self, dotted: str) -> str | None:
        """Return the file that holds a module, or None when the wheel has no such module."""
        stem = dotted.replace(".", "/")
        for name in (f"{stem}.py", f"{stem}/__init__.py"):
            if name in self.names:
                return name
        return None

    def under(self, folder: str) -> list[str]:
        """Return the Python files below a folder, sorted as pkgutil walks them."""
        return sorted(n for n in self.names if n.startswith(folder))

    @property
    def release(self) -> str:
        """The release, from the wheel's metadata or its file name."""
        if self._zip:
            match = re.match(r"sglang-([^-]+)-", self.path.name)
            if match:
                return match.group(1)
        found = [p.name for p in self.path.glob("sglang-*.dist-info")]
        if not found:
            raise ValueError(f"{self.path} is not a wheel of sglang")
        return found[0][len("sglang-") : -len(".dist-info")]

    @property
    def sha256(self) -> str:
        """The digest of the wheel file, or "" for an unpacked one."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest() if self._zip else ""


def _files(root: Path) -> list[str]:
    return [p.relative_to(root).as_posix() for p in (root / "sglang").rglob("*.py")]

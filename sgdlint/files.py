"""The user's files: finding and reading them; `sgdlint.writing` writes them."""

from __future__ import annotations

import os
import stat

from sgdlint.documents import HEAD, MENTION, is_script_head, is_script_name
from sgdlint.record import record
from sgdlint.source import Nearby, Source, SourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

PROJECT_MARKS = (".git", ".hg", "pyproject.toml", "sgdlint.toml", ".sgdlint.yaml", ".sgdlint.yml")
"""What stands in the folder of a project."""


MOST_BESIDE = 100
"""So many files of one folder are looked through."""

LARGEST_NEIGHBOUR = 1_000_000
"""Bytes: a larger file beside a script is not read."""


LARGEST = 1 << 29
"""Bytes: a larger file that is named is no script, and a device may have no end."""
PORTION = 1 << 18
"""Bytes that are read at once."""


class FileError(Exception):
    """A file that cannot be read or written; the message says why."""


@record
class Found:
    """A file to check. kind: of one that was found in a folder; "" for one that was named.

    source: its text; None when it could not be read, for the reason in `problem`.
    """

    path: str
    source: Source | None
    kind: str = ""
    problem: str = ""


class Neighbours(Nearby):
    """The files around a path, and around the folder where sgdlint was started."""

    def __init__(self, path: str) -> None:
        self.folder = os.path.dirname(path)
        self._read: dict[str, str | None] = {}
        self._project: str | None = None

    def read(self, path: str) -> str | None:
        """Return the text of a file by its path from the source's folder, if it can be read."""
        return self.read_from_start(os.path.join(self.folder, path))

    def read_from_start(self, path: str) -> str | None:
        """Return the text of a file by its path from where sgdlint was started, if it can be."""
        if path not in self._read:
            self._read[path] = _text_of(path)
        return self._read[path]

    def lack(self, path: str) -> str:
        """Return "missing" or "not text" for a file that is certainly so, "" for any other."""
        return self.lack_from_start(os.path.join(self.folder, path))

    def lack_from_start(self, path: str) -> str:
        """Return what `lack` does, for a path from where sgdlint was started."""
        if self.read_from_start(path) is not None:
            return ""
        if not os.path.lexists(path):
            return "missing"
        try:
            plain = os.path.isfile(path) and os.path.getsize(path) <= LARGEST_NEIGHBOUR
            Source.from_bytes(path, read_bytes(path) if plain else b"")
        except SourceError:
            return "not text"
        except (FileError, OSError):
            pass
        return ""

    def in_project(self, path: str, from_start: bool = False) -> tuple[str, str] | None:
        """Return the name and the text of a file that belongs to the same project as the source."""
        place = os.path.normpath(path if from_start else os.path.join(self.folder, path))
        if self._project is None:
            self._project = os.path.join(project_of(self.folder), "")
        if not os.path.realpath(place).startswith(self._project):
            return None
        text = self.read_from_start(place)
        return None if text is None else (place, text)

    def in_folder(self, endings: Sequence[str]) -> Iterator[str]:
        """Yield the texts of the files in the folder of the source whose names end so."""
        try:
            names = sorted(os.listdir(self.folder or "."))
        except OSError:
            return
        wanted = (name for name in names if name.endswith(tuple(endings)))
        for name in list(wanted)[:MOST_BESIDE]:
            text = self.read(name)
            if text is not None:
                yield text

    def above(self, names: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield path and text of files by name: in the folder of the source, then above it."""
        here = current()
        for folder in upwards(self.folder):
            for name in names:
                path = os.path.join(folder, name).removeprefix(here)
                text = self.read_from_start(path)
                if text is not None:
                    yield path, text

    def unread_above(self, names: Sequence[str]) -> Iterator[str]:
        """Yield the paths of such files that are there and cannot be read as text."""
        here = current()
        for folder in upwards(self.folder):
            for name in names:
                path = os.path.join(folder, name).removeprefix(here)
                if self.read_from_start(path) is None and os.path.isfile(path):
                    yield path

    def installed(self) -> tuple[str, str] | None:
        """Return the version of SGLang that is installed around the source, and where."""
        from sgdlint.installed import installed

        return installed(upwards(self.folder), current())


def current() -> str:
    """Return the folder where sgdlint was started, with a separator; "" when it is gone."""
    try:
        return os.path.join(os.getcwd(), "")
    except OSError:
        return ""


def upwards(folder: str) -> Iterator[str]:
    """Yield a folder and those above it, as absolute paths."""
    above = ""
    try:
        folder = os.path.abspath(folder)
    except OSError:  # the folder where sgdlint was started is gone
        return
    while folder != above:
        yield folder
        folder, above = os.path.dirname(folder), folder


def project_of(folder: str) -> str:
    """Return the folder of the project that a folder belongs to, without links.

    It is the nearest one that has a mark of a project; without any, the folder where sgdlint was
    started when that lies above, else the folder itself.
    """
    own = os.path.realpath(folder)
    for above in upwards(own):
        if any(os.path.lexists(os.path.join(above, mark)) for mark in PROJECT_MARKS):
            return above
    start = os.path.realpath(current() or own)
    is_above = own.startswith(os.path.join(start, "")) and start != os.path.dirname(start)
    return start if is_above else own


def _text_of(path: str) -> str | None:
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > LARGEST_NEIGHBOUR:
            return None
        return Source.from_bytes(path, read_bytes(path)).text
    except (FileError, OSError, SourceError, ValueError):
        return None


def named(path: str) -> Found:
    """Read a file that is named."""
    try:
        return Found(path, read(path))
    except FileError as error:
        return Found(path, None, problem=str(error))


def read(path: str) -> Source:
    """Read a file that is named; raises FileError.

    What is no text and does not mention SGLang holds no launch; only of a shell script it is said.
    """
    data = read_bytes(path)
    try:
        return Source.from_bytes(path, data, Neighbours(path))
    except SourceError as error:
        if MENTION.encode() not in data and b"\0" not in data and not _is_script(path, data):
            return Source(path, "")
        raise FileError(str(error)) from None


def _is_script(path: str, data: bytes) -> bool:
    return is_script_name(path) or is_script_head(data[:HEAD])


def shown(path: str) -> str:
    """Return how a path is shown: from the folder where sgdlint was started when it is below."""
    return path.removeprefix(current()).removeprefix(f".{os.sep}")


def read_bytes(path: str) -> bytes:
    """Read a file's bytes; raises FileError that says why it cannot be read."""
    try:
        # A named pipe would wait for a writer for ever; `<(…)` and /dev/stdin have one.
        if not path.startswith(("/dev/", "/proc/")) and not _is_plain(path):
            raise FileError("not a file: a pipe, a socket or a device")
        with open(path, "rb") as file:
            return read_all(file)
    except FileNotFoundError:
        if os.path.islink(path):
            raise FileError(f"broken symbolic link to {os.readlink(path)}") from None
        raise FileError("no such file or folder") from None
    except IsADirectoryError:
        raise FileError("a folder that cannot be listed") from None
    except PermissionError:
        what = "folder" if os.path.isdir(path) else "file"
        raise FileError(f"no permission to read this {what}") from None
    except OSError as error:
        raise FileError(f"cannot be read: {error.strerror or error}") from None


def read_all(file: BinaryIO) -> bytes:
    """Return all bytes of an open file; FileError when there are too many."""
    data, size = [], 0
    while some := file.read(PORTION):
        data.append(some)
        size += len(some)
        if size > LARGEST:
            raise FileError(f"larger than {LARGEST >> 20} MiB")
    return b"".join(data)


def _is_plain(path: str) -> bool:
    mode = os.stat(path).st_mode
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)

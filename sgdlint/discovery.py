"""Finding the files of folders that may hold a launch: each is read once, and most are no more.

A walk passes over what git ignores, what others wrote (`VENDORED`), hidden files and folders but
those that hold launches, what is no text, what is too large, and links. Of the rest, a file counts
when it mentions SGLang, or when it is a shell script that sources one that does.
"""

from __future__ import annotations

import os
import stat

from sgdlint import files, mentions
from sgdlint.documents import (
    HEAD,
    MENTION,
    SOURCING,
    is_script_head,
    is_script_name,
    mentions_sglang,
)
from sgdlint.documents.kinds import NONE, kind_of_found
from sgdlint.files import Found
from sgdlint.source import Source, SourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgdlint.ignores import Level

VENDORED = frozenset(
    (
        *("node_modules", "bower_components", "jspm_packages", "vendor", "third_party"),
        *("3rdparty", "site-packages", "dist-packages", "__pycache__", "__pypackages__"),
    )
)
"""Names of folders with what others wrote, or what is made from it."""
MARKS = frozenset(("pyvenv.cfg", "conda-meta", "CACHEDIR.TAG"))
"""What stands in a folder that a program made for itself: an environment of Python, a cache."""
OPEN = frozenset(
    (
        *(".github", ".gitlab", ".circleci", ".buildkite", ".azure-pipelines", ".azuredevops"),
        *(".vscode", ".devcontainer"),
    )
)
"""Hidden folders that hold launches. Hidden files are read that have a kind by their name."""
OPEN_FILES = (".gitlab-ci.yml", ".gitlab-ci.yaml", ".devcontainer.json", ".env")
"""How the names of hidden files begin that are read."""
BINARY = frozenset(
    (
        *("png", "jpg", "jpeg", "gif", "webp", "ico", "bmp", "tif", "tiff", "pdf", "psd", "exr"),
        *("mp4", "mov", "webm", "avi", "mkv", "mp3", "wav", "flac", "ogg", "ttf", "otf", "woff"),
        *("woff2", "zip", "gz", "tgz", "bz2", "xz", "zst", "7z", "tar", "rar", "jar", "whl"),
        *("so", "o", "a", "dll", "dylib", "exe", "pyc", "pyo", "class", "wasm", "node", "cubin"),
        *("safetensors", "gguf", "pt", "pth", "ckpt", "onnx", "npy", "npz", "parquet", "arrow"),
        *("h5", "pkl", "pickle", "msgpack", "db", "sqlite", "sqlite3", "bin", "dat", "pack"),
    )
)
"""Endings of files that are no text: they are not opened."""
BLOCK = 8000
"""Bytes: a file with a NUL among its first ones is no text, as git sees it."""
LARGEST = 5_000_000
"""Bytes: a larger file that is found in a folder is not read."""
_MENTION = MENTION.encode()
_SOURCING = tuple(sign.encode() for sign in SOURCING)


class Walked:
    """What was met on the way. read: pairs of a path and its kind. passed: of a path and a reason.

    files: how many were found in folders. silent: how many of them do not mention SGLang. binary:
    how many are no text by their names.
    """

    def __init__(self) -> None:
        self.read: list[tuple[str, str]] = []
        self.passed: list[tuple[str, str]] = []
        self.files = self.silent = self.binary = 0


def walk(folder: str, walked: Walked) -> Iterator[Found]:
    """Yield the files of a folder that may hold a launch; walked: is told what is met."""
    yield from _Walk(folder, walked).run()


class _Walk:
    """The walk of one folder."""

    def __init__(self, top: str, walked: Walked) -> None:
        self.top = top
        self.walked = walked
        self._real = os.path.join(os.path.realpath(top), "")
        self._absolute = os.path.abspath(top).rstrip(os.sep)

    def run(self) -> Iterator[Found]:
        """Yield what is found, folder by folder, each sorted by name."""
        from sgdlint.ignores import levels_above

        waiting: list[tuple[str, tuple[Level, ...]]] = [(self.top, levels_above(self.top))]
        while waiting:
            folder, levels = waiting.pop()
            try:
                with os.scandir(folder) as listed:
                    entries = sorted(listed, key=lambda entry: entry.name)
            except OSError:
                yield files.named(folder)  # which says what is wrong
                continue
            names = {entry.name for entry in entries}
            if folder != self.top and not MARKS.isdisjoint(names):
                self._pass(folder, "an environment or a cache", folder=True)
                continue
            levels = self._with_own(folder, names, levels)
            below = []
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if self._enters(entry, levels):
                        below.append((entry.path, levels))
                elif (found := self._file(entry, levels)) is not None:
                    yield found
            waiting += reversed(below)

    def _with_own(
        self, folder: str, names: set[str], levels: tuple[Level, ...]
    ) -> tuple[Level, ...]:
        from sgdlint import ignores

        own = ignores.level_of(self._whole(folder)) if ignores.NAME in names else None
        return levels if own is None else (*levels, own)

    def _whole(self, path: str) -> str:
        """Return a path below the folder as an absolute one."""
        return self._absolute + path[len(self.top.rstrip(os.sep)) :]

    def _enters(self, entry: os.DirEntry[str], levels: tuple[Level, ...]) -> bool:
        name = entry.name
        if name.startswith(".") and name not in OPEN:
            return False
        if name in VENDORED:
            self._pass(entry.path, "what others wrote, or is made from it", folder=True)
            return False
        return not self._ignored(entry, levels, os.sep)

    def _ignored(self, entry: os.DirEntry[str], levels: tuple[Level, ...], end: str = "") -> bool:
        from sgdlint import ignores

        by = ignores.ignoring(self._whole(entry.path) + end, levels) if levels else None
        if by is not None:
            self._pass(entry.path, f"ignored by {files.shown(by.path)}", folder=bool(end))
        return by is not None

    def _pass(self, path: str, reason: str, folder: bool = False) -> None:
        self.walked.passed.append((files.shown(path) + os.sep * folder, reason))

    def _file(self, entry: os.DirEntry[str], levels: tuple[Level, ...]) -> Found | None:
        name = entry.name
        if name.startswith(".") and not name.startswith(OPEN_FILES):
            return None
        self.walked.files += 1
        if name.rpartition(".")[2].lower() in BINARY:
            self.walked.binary += 1
            return None
        try:
            if entry.is_symlink() and not self._leads_inside(entry):
                return None
            data = self._bytes(entry)
        except OSError:
            return None if self._ignored(entry, levels) else files.named(files.shown(entry.path))
        if data is None or not self._counts(name, data):
            self.walked.silent += data is not None
            return None
        return None if self._ignored(entry, levels) else self._found(entry, data)

    def _leads_inside(self, entry: os.DirEntry[str]) -> bool:
        """Whether a link leads to a file in the folder that is walked."""
        try:
            inside = os.path.realpath(entry.path).startswith(self._real) and entry.is_file()
        except OSError:  # a link that leads to itself
            inside = False
        if not inside:
            self._pass(entry.path, "a link to no file in this folder")
        return inside

    def _bytes(self, entry: os.DirEntry[str]) -> bytes | None:
        """Return what stands in a file; None for one that is too large, and for what is no file."""
        if not entry.is_file():
            return None
        number = os.open(entry.path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        try:
            status = os.fstat(number)
            if not stat.S_ISREG(status.st_mode):
                return None
            if status.st_size > LARGEST:
                told = f"{status.st_size:,} bytes, more than {LARGEST:,}"
                self._pass(entry.path, told)
                return None
            return os.read(number, status.st_size)
        finally:
            os.close(number)

    def _counts(self, name: str, data: bytes) -> bool:
        """Whether a file may hold a launch, or source one that does."""
        if _MENTION in data:
            return True
        is_script = is_script_name(name) or (data.startswith(b"#!") and is_script_head(data[:HEAD]))
        return is_script and any(sign in data for sign in _SOURCING)

    def _found(self, entry: os.DirEntry[str], data: bytes) -> Found | None:
        path = files.shown(entry.path)
        if b"\0" in data[:BLOCK]:
            self._pass(entry.path, "no text: NUL bytes")
            return None
        kind = kind_of_found(path, data.decode("utf-8", "replace"))
        try:
            source = Source.from_bytes(path, data, files.Neighbours(path))
        except SourceError as error:
            if kind != NONE and _MENTION in data:
                return Found(path, None, kind, str(error))
            self._pass(entry.path, "no text")
            return None
        if not mentions_sglang(source):
            self.walked.silent += 1
            return None
        if kind == NONE and not mentions.launch(source):
            self._pass(entry.path, "mentions SGLang, and no launch that could be read")
            return None
        self.walked.read.append((path, kind))
        return Found(path, source, kind)


def told(walked: Walked | None) -> str:
    """Return what was met in folders, in lines for the user."""
    if walked is None:
        return "sgdlint: no folder was searched: each file that is named is read\n"
    lines = [f"read {path} ({kind})" for path, kind in walked.read]
    lines += [f"passed over {path}: {reason}" for path, reason in walked.passed]
    kinds: dict[str, int] = {}
    for _, kind in walked.read:
        kinds[kind] = kinds.get(kind, 0) + 1
    counts = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items())) or "none"
    lines.append(
        f"files in folders: {walked.files:,}; without a mention of SGLang: {walked.silent:,}; "
        f"no text by their names: {walked.binary:,}; read: {counts}"
    )
    return "".join(f"sgdlint: {line}\n" for line in lines)

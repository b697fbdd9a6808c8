"""A look at a file that nobody named: whether it may hold a launch, and as what it is read."""

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
    from collections.abc import Callable

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

    files: how many were found in folders. silent: how many of them do not mention SGLang. idle: how
    many do, hold no launch and are of no kind that is read. binary: how many are no text by name.
    """

    def __init__(self) -> None:
        self.read: list[tuple[str, str]] = []
        self.passed: list[tuple[str, str]] = []
        self.files = self.silent = self.idle = self.binary = 0

    def meet(self, path: str) -> None:
        """Note that a file is looked at."""
        self.files += 1

    def finish(self) -> None:
        """Note that there are no more files."""

    def pass_over(self, path: str, reason: str) -> None:
        """Note why a file or a folder is not read; a folder ends in a separator."""
        self.passed.append((files.shown(path), reason))


def named(path: str, walked: Walked, kind: str) -> Found:
    """Read a file that somebody named. kind: what it is said to be, "" when nobody says it."""
    found = files.named(path)
    if found.source is not None:
        walked.read.append((path, kind or kind_of_found(path, found.source.text)))
    return found


def look(path: str, walked: Walked, is_ignored: Callable[[], bool]) -> Found | None:
    """Read a file once; None when it is certain that there is no launch in it, or it is no text.

    is_ignored: whether git ignores it, which is asked of the few files that count.
    """
    walked.meet(path)
    if path.rpartition(".")[2].lower() in BINARY:
        walked.binary += 1
        return None
    try:
        data = _bytes(path, walked)
    except OSError:
        return None if is_ignored() else files.named(files.shown(path))
    if data is None or not _counts(path, data):
        walked.silent += data is not None
        return None
    return None if is_ignored() else _found(path, data, walked)


def _bytes(path: str, walked: Walked) -> bytes | None:
    """Return what stands in a file; None for one that is too large, and for what is no file."""
    # Not to wait for a pipe that nobody writes to.
    number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        status = os.fstat(number)
        if not stat.S_ISREG(status.st_mode):
            return None
        if status.st_size > LARGEST:
            walked.pass_over(path, f"{status.st_size:,} bytes, more than {LARGEST:,}")
            return None
        return os.read(number, status.st_size)
    finally:
        os.close(number)


def _counts(path: str, data: bytes) -> bool:
    """Whether a file may hold a launch, or source one that does."""
    if _MENTION in data:
        return True
    is_script = is_script_name(path) or (data.startswith(b"#!") and is_script_head(data[:HEAD]))
    return is_script and any(sign in data for sign in _SOURCING)


def _found(path: str, data: bytes, walked: Walked) -> Found | None:
    if b"\0" in data[:BLOCK]:
        walked.pass_over(path, "no text: NUL bytes")
        return None
    shown = files.shown(path)
    kind = kind_of_found(shown, data.decode("utf-8", "replace"))
    try:
        source = Source.from_bytes(shown, data, files.Neighbours(shown))
    except SourceError as error:
        if kind not in (NONE, *mentions.PROSE) and _MENTION in data:
            return Found(shown, None, kind, str(error))
        walked.pass_over(path, "no text")
        return None
    if not mentions_sglang(source):
        walked.silent += 1
        return None
    if kind == NONE and not mentions.launch(source):
        walked.idle += 1
        return None
    walked.read.append((shown, kind))
    return Found(shown, source, kind)


def told(walked: Walked) -> str:
    """Return what was read, and what was met in folders, in lines for the user."""
    lines = [f"read {path} ({kind})" for path, kind in walked.read]
    lines += [f"passed over {path}: {reason}" for path, reason in walked.passed]
    kinds: dict[str, int] = {}
    for _, kind in walked.read:
        kinds[kind] = kinds.get(kind, 0) + 1
    counts = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items())) or "none"
    lines.append(
        f"files in folders: {walked.files:,}; without a mention of SGLang: {walked.silent:,}; "
        f"with one, and no launch: {walked.idle:,}; no text by their names: {walked.binary:,}; "
        f"read: {counts}"
    )
    return "".join(f"sgdlint: {line}\n" for line in lines)

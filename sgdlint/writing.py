"""Write a file of the user anew, in one step."""

from __future__ import annotations

import os
import stat

from sgdlint.files import FileError, read_bytes


def replace(path: str, before: bytes, after: bytes) -> None:
    """Replace a file's content in one step, keeping its mode and owner; raises FileError.

    before: what was read; when the file no longer holds it, nothing is written. A symbolic link
    stays one: the file that it leads to is replaced. A file with several names (hard links), or
    with an owner that this user cannot give, is written in place, so that it stays what it is.
    """
    target = os.path.realpath(path)
    try:
        status = os.stat(target)
        if not status.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
            raise FileError("read-only: nothing was written; make it writable first")
        if not os.access(target, os.W_OK):
            raise FileError("no permission to write this file: nothing was written")
        if status.st_nlink > 1 or not _replace_whole(target, before, after, status):
            _check_unchanged(target, before)
            with open(target, "r+b") as file:
                file.write(after)
                file.truncate()
    except OSError as error:
        raise FileError(f"cannot be written: {error.strerror or error}") from None


def _replace_whole(target: str, before: bytes, after: bytes, status: os.stat_result) -> bool:
    """Put a new file in the place of one; False when it could not have the same owner."""
    folder, name = os.path.split(target)
    temporary = os.path.join(folder, f".{name}.{os.getpid()}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except PermissionError:
        message = "no permission to write in its folder: nothing was written"
        raise FileError(message) from None
    try:
        if not _write(descriptor, temporary, after, status):
            os.unlink(temporary)
            return False
        _check_unchanged(target, before)
        os.replace(temporary, target)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
    return True


def _check_unchanged(target: str, before: bytes) -> None:
    if read_bytes(target) != before:
        raise FileError("changed while it was being fixed: nothing was written; run again")


def _write(descriptor: int, path: str, data: bytes, status: os.stat_result) -> bool:
    """Write a file like another one; False when this user may not give it the same owner."""
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    mine = os.stat(path)
    if (status.st_uid, status.st_gid) != (mine.st_uid, mine.st_gid):
        try:
            os.chown(path, status.st_uid, status.st_gid)
        except PermissionError:
            return False
    os.chmod(path, stat.S_IMODE(status.st_mode))
    return True

"""Write a file of the user anew: whatever goes wrong, it holds the old bytes or the new ones.

The new bytes are written beside, made sure of (fsync), and renamed. Mode, owner, group and extended
attributes (access lists among them) are kept where the system tells them; a symbolic link stays
one. Where a new file could not take the place of the old one (several names, or an owner that this
user cannot give) it is written in place, and the old bytes lie beside until that is done.
"""

from __future__ import annotations

import os
import stat

from sgdlint.files import FileError, read_bytes
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

BESIDE, BESIDE_END = ".sgdlint-", ".tmp"
"""How the names of files begin and end that are written beside, to be renamed."""

OLD_END = ".sgdlint-old"
"""How the name of the old bytes ends while a file is written in place."""

MOST_NAMES = 100
"""So many names are tried for a file beside."""

LEFT_OVER = 3600
"""Seconds: what an earlier run left beside and is older is taken away. Was it still in use, then
that run finds it gone, and the old file stays."""

CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL
NOTHING = "nothing was written"


class UnsureError(FileError):
    """A file that was written, and of which the disk does not say that it will stay so."""


@record
class Place:
    """A file to be written: its path without links, and what the system tells of it."""

    path: str
    status: os.stat_result

    @property
    def folder(self) -> str:
        """The folder that it stands in."""
        return os.path.dirname(self.path)


def replace(path: str, before: bytes, after: bytes) -> None:
    """Write a file anew; raises FileError when it holds the old bytes, or may do so after a crash.

    before: what was read. A file that no longer holds it is left alone. Signals wait until it is
    done.
    """
    import signal

    stopping = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    waiting = signal.pthread_sigmask(signal.SIG_BLOCK, stopping)
    try:
        _replace(path, before, after)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, waiting)


def put(path: str, data: bytes) -> None:
    """Write a file of sgdlint's own, in one step, whatever it held; raises FileError.

    What is there and is no file, such as `/dev/stderr` or a pipe, is written to.
    """
    target = os.path.realpath(path)
    try:
        if os.path.lexists(target) and not os.path.isfile(target):
            with open(target, "wb") as stream:
                stream.write(data)
        elif os.path.exists(target):
            replace(target, read_bytes(target), data)
        else:
            _put_new(target, data)
    except OSError as error:
        raise FileError(f"cannot be written ({_reason(error)}): {NOTHING}") from None


def _put_new(target: str, data: bytes) -> None:
    folder = os.path.dirname(target)
    beside, descriptor = _create_beside(folder)
    try:
        try:
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(descriptor, 0o666 & ~mask)
            _write(descriptor, data)
        finally:
            os.close(descriptor)
        os.replace(beside, target)
    except BaseException:
        _take_away(beside)
        raise
    _sync_folder(folder)


def _replace(path: str, before: bytes, after: bytes) -> None:
    try:
        target = os.path.realpath(path)
        place = Place(target, os.stat(target))
        _check_permission(place)
        _take_away_left_over(place.folder)
        if place.status.st_nlink > 1 or not _write_beside(place, before, after):
            _write_in_place(place, before, after)
    except FileNotFoundError:
        raise FileError(f"gone while it was being fixed: {NOTHING}") from None
    except OSError as error:
        raise FileError(f"cannot be written ({_reason(error)}): {NOTHING}") from None


def _check_permission(place: Place) -> None:
    if not place.status.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
        raise FileError(f"read-only: {NOTHING}; make it writable first")
    if not os.access(place.path, os.W_OK):
        raise FileError(f"no permission to write this file: {NOTHING}")


def _check_unchanged(place: Place, before: bytes) -> None:
    if read_bytes(place.path) != before:
        raise FileError(f"changed while it was being fixed: {NOTHING}; run again")


# --- beside, and renamed --------------------------------------------------------------------------


def _write_beside(place: Place, before: bytes, after: bytes) -> bool:
    """Put a new file in the place of the old one; False when it could not be like that one."""
    beside, descriptor = _create_beside(place.folder)
    try:
        try:
            alike = _make_alike(descriptor, place)
            if alike:
                _write(descriptor, after)
        finally:
            os.close(descriptor)
        if not alike:
            os.unlink(beside)
            return False
        _check_unchanged(place, before)
        os.replace(beside, place.path)
    except BaseException as error:
        if not _take_away(beside) and isinstance(error, (OSError, FileError)):
            text = str(error) if isinstance(error, FileError) else _reason(error)
            raise FileError(f"{text}: {NOTHING}, and {beside} is left over") from None
        raise
    try:
        _sync_folder(place.folder)
    except OSError as error:
        told = f"written, but the disk did not say that it is sure of it ({_reason(error)})"
        raise UnsureError(f"{told}: a crash may bring the old file back") from None
    return True


def _create_beside(folder: str) -> tuple[str, int]:
    """Return path and descriptor of a new file in a folder."""
    for number in range(MOST_NAMES):
        path = os.path.join(folder, f"{BESIDE}{os.getpid()}-{number}{BESIDE_END}")
        try:
            return path, os.open(path, CREATE, 0o600)
        except FileExistsError:
            continue
        except PermissionError:
            raise FileError(f"no permission to write in its folder: {NOTHING}") from None
    raise FileError(f"files like {path} of other runs are in the way: {NOTHING}; remove them")


def _make_alike(descriptor: int, place: Place) -> bool:
    """Give a new file owner, attributes and mode of the old one; False when this user may not."""
    mine, status = os.stat(descriptor), place.status
    try:
        if (status.st_uid, status.st_gid) != (mine.st_uid, mine.st_gid):
            os.chown(descriptor, status.st_uid, status.st_gid)
        wanted, had = _attributes(place.path), _attributes(descriptor)
        for name in had.keys() - wanted.keys():
            os.removexattr(descriptor, name)
        for name, value in wanted.items():
            if had.get(name) != value:
                os.setxattr(descriptor, name, value)
        os.chmod(descriptor, stat.S_IMODE(status.st_mode))
    except PermissionError:
        return False
    return True


def _attributes(file: str | int) -> dict[str, bytes]:
    """Return the extended attributes of a file; none where the system has no way to ask."""
    import errno

    if not hasattr(os, "listxattr"):
        return {}
    try:
        return {name: os.getxattr(file, name) for name in os.listxattr(file)}
    except OSError as error:
        if error.errno in (errno.ENOTSUP, errno.ENOSYS):
            return {}
        raise


def _take_away_left_over(folder: str) -> None:
    """Take away what runs that were killed have left in a folder."""
    import time

    oldest = time.time() - LEFT_OVER
    try:
        names = os.listdir(folder)
    except PermissionError:
        return
    for name in names:
        if name.startswith(BESIDE) and name.endswith(BESIDE_END):
            path = os.path.join(folder, name)
            try:
                if os.lstat(path).st_mtime < oldest:
                    os.unlink(path)
            except OSError:
                continue  # of somebody else, or gone meanwhile


# --- in place -------------------------------------------------------------------------------------


def _write_in_place(place: Place, before: bytes, after: bytes) -> None:
    """Write into a file; the old bytes lie beside until it is done, and are put back on failure."""
    kept = _keep_old(place, before)
    try:
        _check_unchanged(place, before)
    except BaseException:
        _take_away(kept)
        raise
    try:
        _overwrite(place.path, after)
    except BaseException as error:
        _put_back(place, before, kept, error)
        raise
    if not _take_away(kept):
        raise UnsureError(f"written, but {kept} is left over: remove it")


def _keep_old(place: Place, before: bytes) -> str:
    """Write the old bytes beside, and return where."""
    kept = os.path.join(place.folder, f".{os.path.basename(place.path)}{OLD_END}")
    try:
        descriptor = os.open(kept, CREATE, 0o600)
    except FileExistsError:
        told = "a run that wrote this file in place was stopped"
        raise FileError(f"{told}; the old text is in {kept}: compare them, and remove it") from None
    except PermissionError:
        raise FileError(f"no permission to write in its folder: {NOTHING}") from None
    try:
        try:
            _write(descriptor, before)
        finally:
            os.close(descriptor)
        _sync_folder(place.folder)
    except BaseException:
        _take_away(kept)
        raise
    return kept


def _overwrite(path: str, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        _write(descriptor, data)
    finally:
        os.close(descriptor)


def _put_back(place: Place, before: bytes, kept: str, error: BaseException) -> None:
    """Write the old bytes again; FileError that names where they are when that fails too."""
    try:
        _overwrite(place.path, before)
    except OSError:
        told = f"damaged while it was written ({_reason(error)})"
        raise FileError(f"{told}: its old text is in {kept}") from None
    _take_away(kept)


# --- what both do ---------------------------------------------------------------------------------


def _write(descriptor: int, data: bytes) -> None:
    """Write all bytes from the beginning of a file, end it there, and wait for the disk."""
    rest: Sequence[int] = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]  # type: ignore[arg-type]
    os.ftruncate(descriptor, len(data))
    os.fsync(descriptor)


def _sync_folder(folder: str) -> None:
    """Wait until the disk holds the names in a folder."""
    import errno

    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except PermissionError:  # a folder that this user may not list
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # no such thing for folders there
            raise
    finally:
        os.close(descriptor)


def _take_away(path: str) -> bool:
    """Remove a file; False when that fails."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _reason(error: BaseException) -> str:
    return str(getattr(error, "strerror", None) or str(error) or type(error).__name__)

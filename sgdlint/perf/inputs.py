"""Paths on the command line → sides of runs."""

from __future__ import annotations

import os

from sgdlint.files import FileError, read_bytes
from sgdlint.perf.dumps import MOST_CHARACTERS, DumpError, read
from sgdlint.perf.noise import MOST_RUNS
from sgdlint.perf.sides import Side
from sgdlint.record import record
from sgdlint.stated import OptionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.perf.dumps import Dump

MOST_SIDES = 20
"""So many sides are compared at once."""
PATTERN = "*?["
ENDING = ".json"


class InputError(Exception):
    """Files that cannot be read; the message has a line for each."""


@record
class Asked:
    """A side as it is asked for: its name, "" when none was given, and its paths."""

    label: str
    paths: tuple[str, ...]


def sides_asked(
    paths: Sequence[str], baseline: Sequence[Sequence[str]], new: Sequence[Sequence[str]]
) -> list[Asked]:
    """Return the sides, the baseline first; raises OptionError.

    paths: each is a side of its own, the first of them the baseline unless `baseline` is given.
    new: each is a side of several paths.
    """
    named = [path for some in (paths, *baseline, *new) for path in some]
    if any("\0" in path for path in named):
        raise OptionError("a path cannot be read: it holds a zero byte")
    first = [_asked([path for some in baseline for path in some])] if baseline else []
    found = [*first, *(_asked([path]) for path in paths), *map(_asked, new)]
    if not found or (new and not baseline and not paths):
        raise OptionError("no baseline: name its file or folder first, or after --baseline")
    if len(found) < 2:
        raise OptionError(f"nothing to compare {found[0].paths[0]} with: name a second file")
    if len(found) > MOST_SIDES:
        raise OptionError(f"{len(found)} sides; at most {MOST_SIDES} are compared at once")
    return found


def _asked(paths: Sequence[str]) -> Asked:
    """Return a side; `NAME=PATH` names it, where there is no file that is called so."""
    name, sign, rest = paths[0].partition("=")
    if sign and name and rest and os.sep not in name and not os.path.lexists(paths[0]):
        return Asked(name, (rest, *paths[1:]))
    return Asked("", tuple(paths))


def read_sides(asked: Sequence[Asked]) -> list[Side]:
    """Read all files of all sides; raises InputError with everything that is wrong."""
    problems: list[str] = []
    dumps = [_read(one, problems) for one in asked]
    if problems:
        raise InputError("\n".join(problems))
    return [Side(label, tuple(some)) for label, some in zip(_labels(asked), dumps, strict=True)]


def _read(asked: Asked, problems: list[str]) -> list[Dump]:
    """Return the dumps of a side; what is wrong goes into problems."""
    found: list[Dump] = []
    seen: set[str] = set()
    for path in asked.paths:
        try:
            files = _files(path)
        except InputError as error:
            problems.append(f"{path}: {error}")
            continue
        if len(seen) + len(files) > MOST_RUNS:
            problems.append(f"{path}: at most {MOST_RUNS} runs of each side are compared")
            break
        for file in files:
            if os.path.realpath(file) in seen:
                problems.append(f"{file}: given twice, which would look like a run without noise")
            seen.add(os.path.realpath(file))
            try:
                found.append(read(text_of(file), file))
            except (DumpError, InputError) as error:
                problems.append(f"{file}: {error}")
    problems += _copies(found)
    return found


def _copies(dumps: Sequence[Dump]) -> Iterator[str]:
    """Yield what is wrong with dumps that are copies of others of their side."""
    seen: dict[tuple[str, str, float], str] = {}
    for one in dumps:
        first = seen.setdefault(one.measurement, one.name)
        if one.timestamp and first != one.name:
            yield f"{one.name}: the same measurement as {first}, which would look like no noise"


def _files(path: str) -> list[str]:
    """Return the files that a path means: itself, those of a folder, or those of a pattern."""
    if os.path.isdir(path):
        try:
            names = sorted(name for name in os.listdir(path) if name.endswith(ENDING))
        except OSError as error:
            raise InputError(f"cannot be listed: {error.strerror or error}") from None
        if not names:
            raise InputError(f"a folder without {ENDING} files")
        return [os.path.join(path, name) for name in names]
    if any(sign in path for sign in PATTERN) and not os.path.lexists(path):
        import glob

        found = sorted(one for one in glob.iglob(path) if os.path.isfile(one))
        if not found:
            raise InputError("no file is called like this")
        return found
    return [path]


def text_of(path: str) -> str:
    """Return the text of a file; raises InputError."""
    try:
        if os.path.isfile(path) and os.path.getsize(path) > MOST_CHARACTERS:
            raise InputError(f"larger than {MOST_CHARACTERS:,} bytes: this is no perf dump")
        return read_bytes(path).decode("utf-8-sig")
    except FileError as error:
        raise InputError(str(error)) from None
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8: byte {error.start} is no letter") from None
    except OSError as error:
        raise InputError(f"cannot be read: {error}") from None


# --- names ----------------------------------------------------------------------------------------


def _labels(asked: Sequence[Asked]) -> list[str]:
    """Return a name of each side, as short as tells them apart."""
    for length in (1, 2, 3):
        found = [one.label or _named(one, length) for one in asked]
        if len(set(found)) == len(found):
            return found
    found = [one.label or one.paths[0] for one in asked]
    return [f"{label} ({at})" if label in found[:at] else label for at, label in enumerate(found)]


def _named(one: Asked, length: int) -> str:
    """Return the last parts of the first path."""
    path = one.paths[0].rstrip(os.sep)
    parts = [part for part in path.removesuffix(ENDING).split(os.sep) if part not in (".", "..")]
    name = os.sep.join(parts[-length:]) or path
    return f"{name} …" if len(one.paths) > 1 else name

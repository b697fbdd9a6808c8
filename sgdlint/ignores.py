"""What git ignores in a folder: `.gitignore` files at all levels, and `.git/info/exclude`.

What the settings of a project exclude is read in the same way, and counts before that.

As git does it, a deeper file counts more, and in one file the last pattern that fits. Patterns that
belong to a user or to a machine (`core.excludesFile`) are not read: a check says the same on each.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pathspec import GitIgnoreSpec

    Judge = Callable[[str], bool | None]
    """Tells of a path below a folder whether it is ignored; None when no pattern fits."""

NAME = ".gitignore"
EXCLUDE = os.path.join("info", "exclude")
LARGEST = 1_000_000
"""Bytes: a larger file of patterns is not read."""


class Level:
    """The patterns of one file. folder: to which they apply, as a beginning of absolute paths.

    patterns: when they are not all of the file; path is its place then.
    """

    def __init__(self, path: str, folder: str, patterns: Sequence[str] | None = None) -> None:
        self.path = path
        self.folder = os.path.join(folder, "")
        self._patterns = patterns
        self._judge: Judge | None = None

    def says(self, path: str) -> bool | None:
        """Return whether an absolute path below the folder is ignored; a folder ends in `/`."""
        if self._judge is None:  # not before a question: the library costs more than a small folder
            lines = _lines(self.path) if self._patterns is None else list(self._patterns)
            self._judge = _judge_of(lines)
        return self._judge(path[len(self.folder) :].replace(os.sep, "/"))


def ignoring(path: str, levels: tuple[Level, ...]) -> Level | None:
    """Return the file that makes git ignore an absolute path. levels: what counts more is later."""
    for level in reversed(levels):
        said = level.says(path)
        if said is not None:
            return level if said else None
    return None


def level_of(folder: str) -> Level | None:
    """Return the patterns of the file in a folder, when it has one."""
    path = os.path.join(folder, NAME)
    return Level(path, folder) if os.path.isfile(path) else None


def excluded(path: str, levels: Sequence[Level]) -> Level | None:
    """Return what excludes an absolute path, or a folder that it is in."""
    for level in levels:
        if path.startswith(level.folder):
            below = path[len(level.folder) :]
            ends = [end for end, letter in enumerate(below) if letter == os.sep]
            for end in (*(one + 1 for one in ends), len(below)):
                if below[:end] and level.says(level.folder + below[:end]):
                    return level
    return None


def levels_above(folder: str) -> tuple[Level, ...]:
    """Return the patterns that the git repository around a folder has for what is in it.

    Those of the folder itself are not among them. None, when they make git ignore the folder:
    whoever names it wants it read.
    """
    own = os.path.abspath(folder)
    above: list[str] = []
    here, below = own, ""
    while here != below:
        if os.path.lexists(os.path.join(here, ".git")):
            levels = (*_exclude_of(here), *filter(None, map(level_of, reversed(above))))
            return () if above and ignoring(os.path.join(own, ""), levels) else levels
        here, below = os.path.dirname(here), here
        above.append(here)
    return ()


def _exclude_of(top: str) -> Iterator[Level]:
    """Yield the patterns of the repository alone; in a second work tree, of the first one."""
    place = os.path.join(top, ".git")
    pointed = "".join(_lines(place)).partition("gitdir:")[2].strip()
    if pointed:
        place = os.path.join(top, pointed)
        common = "".join(_lines(os.path.join(place, "commondir"))).strip()
        place = os.path.join(place, common)
    path = os.path.join(place, EXCLUDE)
    if os.path.isfile(path):
        yield Level(path, top)


def _lines(path: str) -> list[str]:
    try:
        if not os.path.isfile(path):
            return []
        with open(path, "rb") as file:
            return file.read(LARGEST).decode("utf-8", "replace").splitlines()
    except OSError:
        return []


def _judge_of(lines: list[str]) -> Judge:
    """Return what judges paths. A folder is asked about as a file that `name/` patterns fit, too.

    The library lets a pattern for folders count less than others, which is right for what is in
    them, and not for the folder itself.
    """
    of_files = _spec(lines)
    bare = [line.rstrip(" ") for line in lines]
    of_folders = _spec([line.removesuffix("/") for line in bare])
    return lambda path: (
        (
            of_folders.check_file(path[:-1]) if path.endswith("/") else of_files.check_file(path)
        ).include
    )


def _spec(lines: list[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:  # git passes over a line that is no pattern
        return GitIgnoreSpec.from_lines(filter(_is_pattern, lines))


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True

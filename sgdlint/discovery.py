"""Finding the files of folders that may hold a launch.

A walk passes over what git ignores, what others wrote (`VENDORED`), hidden files and folders but
those that hold launches, and links out of the folder; `looking` says what is read of the rest.
"""

from __future__ import annotations

import os

from sgdlint import files
from sgdlint.documents.kinds import NAMES
from sgdlint.looking import look
from sgdlint.settings import OWN, SHARED
from sgdlint.stated import settings_of_project

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgdlint.files import Found
    from sgdlint.ignores import Level
    from sgdlint.looking import Walked

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


def walk(folder: str, walked: Walked) -> Iterator[Found]:
    """Yield the files of a folder that may hold a launch; walked: is told what is met."""
    yield from _Walk(folder, walked).run()


def given(path: str, walked: Walked) -> Found | None:
    """Read a file that another program named, as if it was found in a folder."""
    *folders, name = path.replace(os.sep, "/").split("/")
    is_hidden = any(one.startswith(".") and one not in (*OPEN, ".", "..") for one in folders)
    if is_hidden or not VENDORED.isdisjoint(folders) or not _is_shown(name):
        walked.pass_over(path, "hidden, or what others wrote")
        return None
    levels = _exclusions(path)
    return look(path, walked, lambda: _excluded(path, os.path.abspath(path), levels, walked))


def _exclusions(path: str) -> tuple[Level, ...]:
    """Return what the settings around a file exclude; raises OptionError."""
    found = settings_of_project(files.Neighbours(path))
    if not found.exclude:
        return ()
    from sgdlint.ignores import Level

    place = found.where("exclude")
    patterns: dict[str, list[str]] = {}
    for folder, pattern in found.exclude:
        patterns.setdefault(folder, []).append(pattern)
    return tuple(Level(place, os.path.abspath(one), some) for one, some in patterns.items())


def _excluded(shown: str, whole: str, levels: tuple[Level, ...], walked: Walked) -> bool:
    """Whether settings exclude a path; walked is told so."""
    if not levels:
        return False
    from sgdlint.ignores import excluded

    by = excluded(whole, levels)
    if by is not None:
        walked.pass_over(shown, f"excluded by {by.path}")
    return by is not None


class _Walk:
    """The walk of one folder."""

    def __init__(self, top: str, walked: Walked) -> None:
        self.top = top
        self.walked = walked
        self._exclusions = _exclusions(os.path.join(top, "."))
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
                self.walked.pass_over(folder + os.sep, "an environment or a cache")
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

        if folder != self.top and not names.isdisjoint((*OWN, SHARED)):
            more = _exclusions(os.path.join(folder, "."))
            known = {(one.path, one.folder) for one in self._exclusions}
            self._exclusions += tuple(one for one in more if (one.path, one.folder) not in known)
        own = ignores.level_of(self._whole(folder)) if ignores.NAME in names else None
        return levels if own is None else (*levels, own)

    def _whole(self, path: str) -> str:
        """Return a path below the folder as an absolute one."""
        return self._absolute + path[len(self.top.rstrip(os.sep)) :]

    def _enters(self, entry: os.DirEntry[str], levels: tuple[Level, ...]) -> bool:
        if entry.name.startswith(".") and entry.name not in OPEN:
            return False
        if entry.name in VENDORED:
            self.walked.pass_over(entry.path + os.sep, "what others wrote, or is made from it")
            return False
        return not self._ignored(entry, levels, os.sep)

    def _ignored(self, entry: os.DirEntry[str], levels: tuple[Level, ...], end: str = "") -> bool:
        whole = self._whole(entry.path) + end
        if _excluded(entry.path + end, whole, self._exclusions, self.walked):
            return True
        from sgdlint import ignores

        by = ignores.ignoring(whole, levels) if levels else None
        if by is not None:
            self.walked.pass_over(entry.path + end, f"ignored by {files.shown(by.path)}")
        return by is not None

    def _file(self, entry: os.DirEntry[str], levels: tuple[Level, ...]) -> Found | None:
        if not _is_shown(entry.name) or (entry.is_symlink() and not self._leads_inside(entry)):
            return None
        return look(entry.path, self.walked, lambda: self._ignored(entry, levels))

    def _leads_inside(self, entry: os.DirEntry[str]) -> bool:
        """Whether a link leads to a file in the folder that is walked."""
        try:
            inside = os.path.realpath(entry.path).startswith(self._real) and entry.is_file()
        except OSError:  # a link that leads to itself
            inside = False
        if not inside:
            self.walked.pass_over(entry.path, "a link to no file in this folder")
        return inside


def _is_shown(name: str) -> bool:
    """Whether a file is not hidden, or one of the hidden ones that hold launches."""
    return not name.startswith(".") or name.startswith(OPEN_FILES) or name.lower() in NAMES

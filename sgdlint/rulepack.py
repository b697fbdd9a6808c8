"""Get the rules ready: the prepared built-in pack, or rule files compiled and kept in a cache.

A prepared pack is used while its fingerprint is that of the rule files; otherwise the files are
compiled again, and the result is kept in a folder of the user's own that nobody else can write.
"""

from __future__ import annotations

import os

from sgdlint import resources
from sgdlint.rules.pack import Pack, open_prepared, pack_of, read
from sgdlint.stated import OptionError, settings_of_project

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.settings import Settings
    from sgdlint.source import Nearby

PREPARED = os.path.join(os.path.dirname(__file__), "rules", "pack.json")


def load(paths: Sequence[str] = ()) -> Pack:
    """Return the built-in rules and those of the user's rule files and folders.

    Raises RuleError when a rule file that is not prepared yet is wrong.
    """
    built_in = _prepared() or _built_in()
    if not paths:
        return built_in
    from sgdlint import packing

    mark = packing.fingerprint(paths, packing.mark_of(built_in_files()))
    return built_in + packing.compiled(paths, mark, built_in)


def of_project(near: Nearby, paths: Sequence[str] = ()) -> Pack:
    """Return the rules for the files of a project: those that its settings name count too.

    paths: more rule files and folders. Raises OptionError when the settings are wrong.
    """
    return load((*paths_of(near), *paths))


def paths_of(near: Nearby) -> list[str]:
    """Return the rule files and folders that the settings of a project name."""
    found = settings_of_project(near)
    return [_at(one, found) for one in found.rules]


def _at(path: str, found: Settings) -> str:
    if not os.path.exists(path):
        raise OptionError(f"{found.where('rules')}: rules: there is no {path}")
    short = os.path.normpath(path)  # behind a link `..` may lead elsewhere
    return short if os.path.realpath(short) == os.path.realpath(path) else path


def built_in_files() -> list[str]:
    """Return the paths of the built-in rule files."""
    folder = resources.find("rules.d")
    # The folder is flat, and looking for more would import what reads rule files.
    names = sorted(name for name in os.listdir(folder) if name.endswith((".yaml", ".yml")))
    return [os.path.join(folder, name) for name in names]


def _prepared() -> Pack | None:
    """Return the prepared pack if it certainly is of the rule files, without reading them."""
    kept = open_prepared(PREPARED, shipped=True)
    if kept is None:
        return None
    files = [os.stat(path) for path in built_in_files()]
    newest = max((one.st_mtime_ns for one in files), default=0)
    same = kept[0]["sizes"] == [one.st_size for one in files]
    return pack_of(*kept) if same and newest < os.stat(PREPARED).st_mtime_ns else None


def _built_in() -> Pack:
    from sgdlint import packing

    mark = packing.mark_of(built_in_files())
    kept = read(PREPARED, mark, shipped=True)
    return kept or packing.compiled([resources.find("rules.d")], mark, None)

"""The settings of a project: `sgdlint.toml`, `.sgdlint.yaml`, or `[tool.sgdlint]` in a pyproject.

The nearest of these files counts, from the folder of the checked file upwards; it may extend
others. What reads them is imported when there is one.
"""

from __future__ import annotations

import os

from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from sgdlint.source import Nearby, Source

SHARED = "pyproject.toml"
OWN = ("sgdlint.toml", ".sgdlint.yaml", ".sgdlint.yml")
"""Names of files that hold nothing but settings of sgdlint; of one folder, the first counts."""
TABLE = "tool.sgdlint"
SCHEMA = os.path.join(os.path.dirname(__file__), "schema.json")
"""JSON Schema of a settings file, for editors."""
# Most projects have a pyproject.toml, and few of them settings: looking is cheaper than reading.
_MENTIONS = ("tool.sgdlint", 'tool."sgdlint', "tool.'sgdlint", "[tool]")


class SettingsError(Exception):
    """A settings file that cannot be used; the message says where and what is allowed."""


@record
class Override:
    """What a project sets for some of its files.

    folder: of the settings file, from where sgdlint was started. files: patterns of paths below it,
    as in `.gitignore`. values, places: as of `Settings`, by the names of its parts.
    """

    folder: str
    files: tuple[str, ...]
    values: Mapping[str, Any]
    places: Mapping[str, str]


@record
class Settings:
    """What a project sets; empty means: not said.

    path: the nearest file that says it, "" when there is none. places: of each part that is set,
    `pyproject.toml:12`. sglang: releases, or ranges of them. gpu, gpus, vram: the machine where no
    other is told: a name, a number, GiB of one GPU. select, ignore: rules by code, beginning of a
    code, or name. severity: pairs of a rule and what its findings are graded, or `off`.
    rules: files and folders of rules. goal: what launches are tuned for, or `none`. lossy, strict,
    fail_on: as the options of the command line. require_reasons: suppressions say why. exclude:
    patterns of files that no search finds, each with the folder that it is for.
    """

    path: str = ""
    places: Mapping[str, str] = {}
    sglang: tuple[str, ...] = ()
    gpu: str = ""
    gpus: int | None = None
    vram: float | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: tuple[tuple[str, str], ...] = ()
    rules: tuple[str, ...] = ()
    goal: str = ""
    lossy: bool = False
    strict: bool = False
    fail_on: str = ""
    require_reasons: bool = False
    exclude: tuple[tuple[str, str], ...] = ()
    baseline: str = ""
    overrides: tuple[Override, ...] = ()

    def where(self, part: str) -> str:
        """Return the place where a part is set: `pyproject.toml:12`."""
        return self.places.get(part, self.path)


NONE = Settings()
_last: list[tuple[Nearby, Settings]] = []
"""What was asked for last: several parts ask for the settings of the same file."""


def of(near: Nearby) -> Settings:
    """Return the settings around a file, without those for it alone; raises SettingsError."""
    if not _last or _last[0][0] is not near:
        _last[:] = [(near, _found(near))]
    return _last[0][1]


def of_file(source: Source) -> Settings:
    """Return the settings for a file; raises SettingsError."""
    found = of(source.near)
    if not found.overrides:
        return found
    from sgdlint.settings.reading import overridden

    return overridden(found, source.path)


def _found(near: Nearby) -> Settings:
    for path, text in near.above((*OWN, SHARED)):
        if not path.endswith(SHARED) or mentions(text):
            from sgdlint.settings.reading import read

            found = read(path, text, near.read_from_start)
            if found is not None:
                _check_unread(near, path)
                return found
    _check_unread(near, "")
    return NONE


def _check_unread(near: Nearby, found: str) -> None:
    """Raise SettingsError for a file that would count before the one that is found."""
    for path in near.unread_above(OWN):
        if not found or len(_folder(path)) >= len(_folder(found)):
            raise SettingsError(f"{path}: cannot be read as text")


def _folder(path: str) -> str:
    return os.path.dirname(os.path.abspath(path))


def mentions(text: str) -> bool:
    """Whether a pyproject.toml may have a table for sgdlint."""
    dense = text.replace(" ", "") if "sgdlint" in text else ""
    return any(mark in dense for mark in _MENTIONS)

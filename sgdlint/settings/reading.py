"""Read settings files: their keys, the files that they extend, and what is set for some files."""

from __future__ import annotations

import os

from sgdlint.record import replace
from sgdlint.settings import SHARED, TABLE, Override, Settings, SettingsError, mentions
from sgdlint.settings.keys import BY_NAME, FILES, OVERRIDES, Key
from sgdlint.settings.places import Read
from sgdlint.settings.places import read as parsed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    Texts = Callable[[str], str | None]
    """Returns the text of a file by its path, None when there is none."""

MOST_EXTENDED = 20
"""Files that extend each other in a row; more of them are a mistake."""
_known: dict[tuple[str, str], Read | None] = {}
"""What was read, by path and text: a folder of scripts has one settings file."""


def read(path: str, text: str, other: Texts = lambda path: None) -> Settings | None:
    """Return what a file sets; None for a pyproject.toml without a table for sgdlint.

    other: reads the files that it extends. Raises SettingsError.
    """
    table = _table(path, text)
    return None if table is None else _settings(table, other, ())


def _table(path: str, text: str) -> Read | None:
    """Return the settings of a file as data."""
    if (path, text) not in _known:
        if os.path.basename(path) != SHARED:
            _known[path, text] = parsed(path, text)
        else:
            keys = TABLE.split(".")
            _known[path, text] = parsed(path, text).below(*keys) if mentions(text) else None
    return _known[path, text]


def _settings(table: Read, other: Texts, inner: tuple[str, ...]) -> Settings:
    """Return what a file sets. inner: the files that extend it, the first one first."""
    folder = os.path.dirname(table.path)
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    base = Settings(table.path)
    wrong: list[str] = []
    for name, value in table.data.items():
        try:
            if name == OVERRIDES:
                values[OVERRIDES] = tuple(_overrides(table, folder))
                continue
            key = _key(table, (name,), [*BY_NAME, OVERRIDES])
            values[key.part] = _value(table, (name,), key, value)
            places[key.part] = table.place(name)
        except SettingsError as error:
            wrong.append(str(error))
    if wrong:
        raise SettingsError("\n".join(wrong))
    places.pop("extend", None)
    for number, wanted in enumerate(values.pop("extend", ())):
        path = os.path.normpath(os.path.join(folder, wanted))
        base = _merged(base, _extended(table, number, path, other, (*inner, table.path)))
    values["rules"] = tuple(os.path.join(folder, one) for one in values.get("rules", ()))
    if "baseline" in values:
        values["baseline"] = os.path.join(folder, values["baseline"])
    values["exclude"] = tuple((folder, one) for one in values.get("exclude", ()))
    return _merged(base, replace(Settings(table.path, places), **values))


def _extended(
    table: Read, number: int, path: str, other: Texts, inner: tuple[str, ...]
) -> Settings:
    value = table.data["extend"]
    place = table.place("extend", number) if isinstance(value, list) else table.place("extend")
    if path in inner:
        raise SettingsError(f"{place}: extend: {path} extends itself")
    if len(inner) > MOST_EXTENDED:
        raise SettingsError(f"{place}: extend: more than {MOST_EXTENDED} files one behind another")
    text = other(path)
    if text is None:
        raise SettingsError(f"{place}: extend: there is no {path}, or it cannot be read as text")
    base = _table(path, text)
    if base is None:
        raise SettingsError(f"{place}: extend: {path} has no table [{TABLE}]")
    return _settings(base, other, inner)


def _merged(base: Settings, own: Settings) -> Settings:
    """Return what a file says, and where it says nothing what those say that it extends."""
    values = {part: getattr(own, part) for part in own.places}
    places = {**base.places, **own.places}
    overrides = (*base.overrides, *own.overrides)
    return replace(base, path=own.path, **{**values, "places": places, "overrides": overrides})


def _overrides(table: Read, folder: str) -> Iterator[Override]:
    tables = table.data[OVERRIDES]
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        place = table.place(OVERRIDES)
        raise SettingsError(f"{place}: `{OVERRIDES}` is a list of tables, each with `{FILES}`")
    allowed = [FILES, *(key.name for key in BY_NAME.values() if key.for_files)]
    for number, one in enumerate(tables):
        at = (OVERRIDES, number)
        place = table.place(*at)
        files: tuple[str, ...] | None = None
        values, places = {}, {}
        for name, value in one.items():
            if name == FILES:
                files = BY_NAME["exclude"].read(value)
                continue
            key = _key(table, (*at, name), allowed)
            values[key.part] = _value(table, (*at, name), key, value)
            places[key.part] = table.place(*at, name)
        if not files:
            raise SettingsError(f"{place}: an override has `{FILES}`: a pattern, or a list of them")
        yield Override(folder, files, values, places)


def _key(table: Read, at: Sequence[str | int], allowed: Sequence[str]) -> Key:
    name = str(at[-1])
    if name in allowed:
        return BY_NAME[name]
    from sgdlint.nearest import nearest

    near = nearest(name, allowed)
    hint = f"; did you mean `{near}`?" if near else "."
    where = " for some files" if len(at) > 1 and name in BY_NAME else ""
    place = table.place(*at)
    raise SettingsError(f"{place}: no setting `{name}`{where}{hint} Known: {', '.join(allowed)}")


def _value(table: Read, at: Sequence[str | int], key: Key, value: object) -> Any:
    found = key.read(value)
    if found is None:
        raise SettingsError(f"{table.place(*at)}: `{key.name}` is {key.allowed}")
    return found


# --- overrides ------------------------------------------------------------------------------------


def overridden(found: Settings, path: str) -> Settings:
    """Return the settings for a file by its path, from where sgdlint was started."""
    for one in found.overrides:
        if _fits(one, path):
            added = {
                part: (*getattr(found, part), *one.values[part])
                for part in ("ignore", "severity")
                if part in one.values
            }
            places = {**found.places, **one.places}
            both = [part for part in added if part in found.places]
            places.update((part, f"{found.places[part]}, {one.places[part]}") for part in both)
            found = replace(found, **{**one.values, **added, "places": places})
    return found


def _fits(one: Override, path: str) -> bool:
    below = os.path.relpath(os.path.abspath(path), os.path.abspath(one.folder))
    if below.startswith(os.pardir):
        return False
    from pathspec import GitIgnoreSpec

    return bool(GitIgnoreSpec.from_lines(one.files).match_file(below.replace(os.sep, "/")))

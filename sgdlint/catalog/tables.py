"""The generated files, each parsed once."""

from __future__ import annotations

import os

from sgdlint import quick

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Row = dict[str, Any]
    Range = tuple[str, str | None]

_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")
_parsed: dict[str, Any] = {}
_texts: dict[str, str] = {}
_asked: dict[tuple[str, str], list[Row]] = {}
MOST_ASKED = 1_000
"""Answers of `rows_with` that are kept: an editor asks for the same ones at each key."""


def table(name: str) -> Any:
    """Return the content of one file of the catalog."""
    if name not in _parsed:
        _parsed[name] = quick.loads(_text(name))
    return _parsed[name]


def _text(name: str) -> str:
    if name not in _texts:
        with open(os.path.join(_FOLDER, name + ".json"), encoding="utf-8") as file:
            _texts[name] = file.read()
    return _texts[name]


def mentions(name: str, text: str) -> bool:
    """Whether a text occurs in a table; the table is not decoded."""
    return text in _text(name)


def rows_with(name: str, part: str) -> list[Row]:
    """Return the rows of a table in whose JSON a text occurs, in order; no other is decoded."""
    key = name, part
    if key not in _asked:
        if len(_asked) >= MOST_ASKED:
            _asked.clear()
        _asked[key] = _rows_with(name, part)
    return _asked[key]


def _rows_with(name: str, part: str) -> list[Row]:
    text = _text(name)
    found = []
    at = text.find(part)
    while at >= 0:
        # Each row stands in a line of its own.
        start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
        line = text[start:end].strip(" ,")
        if line.startswith("{"):
            found.append(quick.loads(line))
        at = text.find(part, end)
    return found


def row_named(name: str, key: str, value: str, release: str, column: str = "all") -> Row | None:
    """Return the last row of a table with a value that holds for one release, or None."""
    found = None
    for row in rows_with(name, f'"{key}":"{value}"'):
        if row.get(key) == value and holds(row, release, column):
            found = row
    return found


def order() -> dict[str, int]:
    """Return the known releases with their places, oldest first."""
    if "order" not in _parsed:
        names = table("releases")["releases"]
        _parsed["order"] = {name: place for place, name in enumerate(names)}
    places: dict[str, int] = _parsed["order"]
    return places


def rows_of(name: str, release: str, column: str) -> list[Row]:
    """Return the rows of a table that hold for one release, in order."""
    return [row for row in table(name)["rows"] if holds(row, release, column)]


def holds(row: Row, release: str, column: str) -> bool:
    """Whether a row holds for a release."""
    places = order()
    here = places[release]
    for since, until in row.get(column) or row.get("all", ()):
        if places[since] <= here and (until is None or here < places[until]):
            return True
    return False


def within(row: Row, release: str) -> bool:
    """Whether a hand-kept row holds for a release: since is inclusive, until exclusive."""
    places = order()
    since, until = row.get("since"), row.get("until")
    here = places[release]
    return (not since or here >= places[since]) and (not until or here < places[until])


def ranges_of(row: Row, columns: tuple[str, ...]) -> list[Range]:
    """Return the ranges in which a row holds for any of the columns, oldest first."""
    found = {(since, until) for column in (*columns, "all") for since, until in row.get(column, ())}
    places = order()
    return sorted(found, key=lambda r: (places[r[0]], places.get(r[1] or "", len(places))))

"""What is different between two releases, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from catalog_extract.store import Extraction

Row = dict[str, Any]
NAMES = {
    "families": ("family",),
    "sampling": ("sampling",),
    "models": ("family", "sampling"),
    "backends": ("transformer", "class"),
    "registry": (),
}
"""What tells the rows of a table apart, where it is not `name` or `flags`."""
UNTOLD = {"places"}
"""Where a fact stands changes whenever code is moved."""
MOST = 160
"""So many letters of a new row are shown."""


def describe_changes(before: Extraction | None, after: Extraction) -> list[str]:
    """Return a heading for each table that differs, and a line for each row below it.

    `+` came, `-` went, `~` changed; a line says in which columns, when it is not all of them.
    """
    out: list[str] = []
    for table, columns in after.items():
        if table in UNTOLD:
            continue
        found: dict[str, list[str]] = {}
        for column, rows in columns.items():
            old = (before or {}).get(table, {}).get(column, [])
            for line in _differences(table, old, rows):
                found.setdefault(line, []).append(column)
        lines = [_told(line, where, len(columns)) for line, where in found.items()]
        out += [table, *(f"  {line}" for line in lines)] if lines else []
    return out


def _told(line: str, where: list[str], columns: int) -> str:
    return line if len(where) == columns else f"{line} ({', '.join(where)} only)"


def _differences(table: str, before: list[Row], after: list[Row]) -> Iterator[str]:
    if not before:
        yield f"+ {len(after)} rows"
        return
    old, new = (_by_name(table, rows) for rows in (before, after))
    for name in new:
        if name not in old:
            about = _about(table, new[name])
            yield f"+ {name}: {about}" if about else f"+ {name}"
    yield from (f"- {name}" for name in old if name not in new)
    for name in new:
        if name in old and old[name] != new[name]:
            yield f"~ {name}: {'; '.join(_parts(_flat(old[name]), _flat(new[name])))}"


def _by_name(table: str, rows: list[Row]) -> dict[str, Row]:
    named: dict[str, Row] = {}
    for row in rows:
        name = _name(table, row)
        number = sum(one == name or one.startswith(f"{name} #") for one in named)
        named[f"{name} #{number + 1}" if number else name] = row
    return named


def _name(table: str, row: Row) -> str:
    if table in NAMES:
        return " ".join(str(row.get(key, "")) for key in NAMES[table]) or table
    return str(row.get("name") or " ".join(row.get("flags", ())) or row)


def _about(table: str, row: Row) -> str:
    named = (*NAMES.get(table, ()), "name", "flags")
    parts = [f"{k} {_short(v)}" for k, v in _flat(row).items() if k not in named]
    text = ", ".join(parts)
    return text if len(text) <= MOST else text[: MOST - 1] + "…"


def _flat(row: Row, before: str = "") -> Row:
    """Return a row with the keys inside of its parts joined to theirs by dots."""
    out: Row = {}
    for key, value in row.items():
        name = f"{before}{key}"
        out |= _flat(value, f"{name}.") if isinstance(value, dict) and value else {name: value}
    return out


def _parts(old: Row, new: Row) -> Iterator[str]:
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key), new.get(key)
        if was == now:
            continue
        if isinstance(was, list) and isinstance(now, list):
            yield f"{key} {_listed(was, now)}"
        else:
            yield f"{key} {_short(was)} → {_short(now)}"


def _listed(was: list[Any], now: list[Any]) -> str:
    came = [f"+ {_short(one)}" for one in now if one not in was]
    went = [f"- {_short(one)}" for one in was if one not in now]
    return ", ".join([*came, *went]) or "in another order"


def _short(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = ", ".join(map(_short, value)) if isinstance(value, list) else str(value)
    text = text or "nothing"
    return text if len(text) <= MOST else text[: MOST - 1] + "…"

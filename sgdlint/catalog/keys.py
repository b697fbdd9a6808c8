"""The keys of a `--config` file: what each sets, and which values a release takes."""

from __future__ import annotations

from sgdlint.catalog import tables
from sgdlint.nearest import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sgdlint.catalog.options import Option


def meaning(key: str, release: str) -> frozenset[str]:
    """Return what a key sets in a release: `server`, `pipeline`, `sampling`; nothing if unknown."""
    rows = [row for row in tables.table("keys")["rows"] if row["name"] == key]
    return frozenset(
        kind for row in rows if tables.holds(row, release, "all") for kind in row["of"]
    )


def nearest_key(key: str, release: str) -> str:
    """Return the key that was most likely meant, or ""."""
    rows = tables.rows_of("keys", release, "all")
    return nearest(key, [row["name"] for row in rows], 0.75)


def when_known(key: str, release: str) -> tuple[str, str]:
    """Return the release that brings a key, and the one that took it away; "" where none did."""
    places = tables.order()
    rows = [row for row in tables.table("keys")["rows"] if row["name"] == key]
    ranges = [one for row in rows for one in tables.ranges_of(row, ())]
    ended = [until for _, until in ranges if until and places[until] <= places[release]]
    begun = [since for since, _ in ranges if places[since] > places[release]]
    if ended:
        return "", max(ended, key=places.__getitem__)
    return min(begun, key=places.__getitem__, default=""), ""


_KINDS = {
    bool: "truth",
    int: "whole",
    float: "fraction",
    str: "text",
    list: "list",
    dict: "map",
    type(None): "nothing",
}


def refuses(key: str, value: Any, release: str) -> bool:
    """Whether a key certainly does not take a value, for the kind of value that it is."""
    rows = tables.table("configuration")["kinds"]
    held = [row for row in rows if key in row["keys"] and tables.within(row, release)]
    kind = _KINDS.get(type(value), "")
    return bool(kind and held and kind not in held[0]["takes"])


def is_spelt(key: str) -> bool:
    """Whether a key takes a text for the list of its letters."""
    return any(key in row["keys"] for row in tables.table("configuration")["letters"])


def refused_choice(option: Option, value: Any, release: str) -> tuple[str, ...]:
    """Return the texts that a key takes when a text is certainly none of them; else nothing."""
    if not isinstance(value, str) or not value or not option.choices:
        return ()
    choices = tuple(map(str, option.choices))
    for row in tables.table("configuration")["choices"]:
        if option.dest in row["keys"] and tables.within(row, release):
            taken = (value.lower() if row.get("any_case") else value) in choices
            return () if taken else choices
    return ()

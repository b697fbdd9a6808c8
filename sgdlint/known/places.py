"""Where in SGLang's wheels each fact was read."""

from __future__ import annotations

from sgdlint.catalog import tables
from sgdlint.known.words import span, within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    Places = list[dict[str, Any]]

_ROOT = "sglang/multimodal_gen/"


def places_of(kind: str, names: Iterable[str], release: str = "") -> Places:
    """Return the places of facts of one kind, the newest last; "" is every release."""
    wanted = set(names)
    found = [
        {"file": _full(row["file"]), "symbol": row["symbol"], "since": since, "until": until}
        for row in tables.table("places")["rows"]
        if row["kind"] == kind and row["name"] in wanted
        for since, until in tables.ranges_of(row, ())
        if within(since, until, release)
    ]
    order = tables.order()
    unique = {tuple(place.values()): place for place in found}
    return sorted(unique.values(), key=lambda place: order[place["since"]])


def _full(file: str) -> str:
    return file if file.startswith("sglang/") else _ROOT + file


def told(places: Places) -> str:
    """Return places as lines under a heading, with the releases in which they hold."""
    lines = [f"  {span(one['since'], one['until'])}: {where(one)}" for one in places]
    return "\n".join(["Read in the wheels of SGLang", *lines]) + "\n"


def where(place: dict[str, Any]) -> str:
    """Return file and symbol."""
    symbol = f" ({place['symbol']})" if place["symbol"] else ""
    return f"{place['file']}{symbol}"

"""What SGLang does with options and variables beyond what its parser shows."""

from __future__ import annotations

from sgdlint.catalog import tables
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sgdlint.catalog.options import OptionTable


@record
class Ignored:
    """An option that a release takes and does nothing with: why, and where one can see that."""

    flag: str
    why: str
    source: str = ""


@record
class Retired:
    """An option that was taken away.

    until: the first release without it.
    flag: the option in its place.
    values: its values for the old ones, when they are called otherwise.
    """

    old: str
    until: str
    flag: str
    values: dict[str, str]
    source: str = ""


def ignored_options(release: str, options: OptionTable) -> dict[str, Ignored]:
    """Return the spellings of a command that a release accepts and ignores."""
    found: dict[str, Ignored] = {}
    for option in options.values():
        for flag in option.dropped:
            why = f"the parser takes {flag}, but only the name {option.dest} is looked for"
            found[flag] = Ignored(flag, why)
    for row in tables.table("quirks")["ignored"]:
        if _holds(row, release):
            for flag in row["flags"]:
                if flag in options:
                    found[flag] = Ignored(flag, row["why"], row["source"])
    return found


def retired_options() -> dict[str, Retired]:
    """Return the options that were taken away, by spelling."""
    found: dict[str, Retired] = {}
    for row in tables.table("quirks")["retired"]:
        instead: dict[str, Any] = row.get("instead", {})
        for flag in row["flags"]:
            found[flag] = Retired(
                flag,
                row["until"],
                instead.get("flag", ""),
                instead.get("values", {}),
                row["source"],
            )
    return found


def rejects_unknown(release: str, command: str) -> bool:
    """Whether a command refuses words that its parser does not know."""
    rows = tables.table("quirks")["unknown_words"]
    return any(
        row["command"] == command and row["verdict"] == "rejected" and _holds(row, release)
        for row in rows
    )


def needs_number(release: str) -> frozenset[str]:
    """Return the keys of a configuration file for which a release refuses a text."""
    return _keys("config_numbers", release)


def reaches_pipeline(release: str) -> frozenset[str]:
    """Return the keys of a configuration file that set the pipeline besides the request."""
    return _keys("config_shared", release)


def _keys(section: str, release: str) -> frozenset[str]:
    rows = tables.table("quirks")[section]
    return frozenset(key for row in rows if _holds(row, release) for key in row["keys"])


def dead_variables(release: str) -> dict[str, str]:
    """Return the environment variables that have no effect, though code reads them, with why."""
    rows = tables.table("quirks")["dead_variables"]
    return {name: row["why"] for row in rows if _holds(row, release) for name in row["names"]}


def _holds(row: dict[str, Any], release: str) -> bool:
    places = tables.order()
    since, until = row.get("since"), row.get("until")
    here = places[release]
    return (not since or here >= places[since]) and (not until or here < places[until])

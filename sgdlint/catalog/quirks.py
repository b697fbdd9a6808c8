"""What SGLang does with options and variables beyond what its parser shows."""

from __future__ import annotations

from sgdlint.catalog import tables
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sgdlint.catalog.options import Option, OptionTable
    from sgdlint.catalog.tables import Row


@record
class Ignored:
    """An option that a release takes and does nothing with: why, and where one can see that."""

    flag: str
    why: str
    source: str = ""
    deprecated: str = ""


@record
class Retired:
    """An option that was taken away.

    until: the first release without it.
    flag: the option in its place.
    values: its values for the old ones, when they are called otherwise.
    deprecated: the release that first says not to use it; "" where none did.
    """

    old: str
    until: str
    flag: str
    values: dict[str, str]
    source: str = ""
    deprecated: str = ""


@record
class ComponentValues:
    """What the entries of an option for single components may be.

    values: what is taken, in small letters; () is any text that is not empty.
    roles: what may stand behind the component, after a dot.
    needs: the server argument that must have an entry for the same component.
    """

    values: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    needs: str = ""


def ignored_flag(release: str, option: Option, flag: str) -> Ignored | None:
    """Return why a release accepts one spelling of an option and ignores it, if it does."""
    if flag in option.dropped:
        return Ignored(flag, f"SGLang looks for the name {option.dest} alone")
    for row in tables.table("quirks")["ignored"]:
        if flag in row["flags"] and tables.within(row, release):
            return Ignored(flag, row["why"], row["source"])
    return None


def ignored_options(release: str, options: OptionTable) -> dict[str, Ignored]:
    """Return the spellings of a command that a release accepts and ignores."""
    found = {flag: ignored_flag(release, option, flag) for flag, option in options.items()}
    return {flag: ignored for flag, ignored in found.items() if ignored is not None}


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
                row.get("deprecated", ""),
            )
    return found


def rejects_unknown(release: str, command: str) -> bool:
    """Whether a command refuses words that its parser does not know."""
    rows = tables.table("quirks")["unknown_words"]
    return any(
        row["command"] == command and row["verdict"] == "rejected" and tables.within(row, release)
        for row in rows
    )


def unsettled_families(release: str) -> frozenset[str]:
    """Return the model families that a release may give to the diffusers backend instead."""
    rows = tables.table("quirks")["unsettled_families"]
    return frozenset(
        name for row in rows if tables.within(row, release) for name in row["families"]
    )


def component_values(release: str, name: str) -> ComponentValues | None:
    """Return what a release takes for single components, by server argument, where it checks."""
    for row in tables.table("quirks")["component_values"]:
        if name == row["name"] and tables.within(row, release):
            values = tuple(row.get("values", ()))
            if row.get("attention"):
                rows = tables.rows_of("attention", release, "all")
                known = [(one["name"], *one.get("component_aliases", ())) for one in rows]
                values = tuple(name for names in known for name in names)
            return ComponentValues(values, tuple(row.get("roles", ())), row.get("needs", ""))
    return None


def refused_keys(release: str) -> dict[str, Row]:
    """Return the keys of a configuration file that a release takes one value of alone."""
    rows = tables.table("quirks")["config_refused"]
    return {key: row for row in rows if tables.within(row, release) for key in row["keys"]}


def input_files(release: str) -> dict[str, Row]:
    """Return the options that name a file which a release reads before it starts."""
    rows = tables.table("quirks")["input_files"]
    return {name: row for row in rows if tables.within(row, release) for name in row["options"]}


def output_files(release: str) -> frozenset[str]:
    """Return the options that name a file which a release writes anew."""
    rows = tables.table("quirks")["output_files"]
    return frozenset(name for row in rows if tables.within(row, release) for name in row["options"])


def dead_variables(release: str) -> dict[str, str]:
    """Return the environment variables that have no effect, though code reads them, with why."""
    rows = tables.table("quirks")["dead_variables"]
    return {
        name: row["why"] for row in rows if tables.within(row, release) for name in row["names"]
    }

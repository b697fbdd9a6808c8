"""Options and models across releases: since when, until when, and what changed."""

from __future__ import annotations

from sgdlint.catalog import options, tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.catalog.options import Option
    from sgdlint.catalog.tables import Range


def option_history(name: str, command: str | None = None) -> list[tuple[Range, Option]]:
    """Return an option's versions, oldest first, each with its (since, until) range of releases.

    name: a spelling (`--num-gpus`) or a destination (`num_gpus`). `until` is exclusive, and None
    when the newest release still has it.
    """
    columns = (command,) if command else options.COMMANDS
    is_flag = name.startswith("-")
    found: list[tuple[Range, Option]] = []
    rows = tables.rows_with("options", f'"{name}"') if is_flag else tables.table("options")["rows"]
    for row in rows:
        if name in row["flags"] or (not is_flag and name == options.dest_of(row)):
            option = options.from_row(row)
            found.extend((one, option) for one in tables.ranges_of(row, columns))
    places = tables.order()
    found.sort(key=lambda item: places[item[0][0]])
    return found


def all_flags(command: str | None = None) -> dict[str, tuple[Range, ...]]:
    """Return every spelling of any release with the ranges of releases that have it."""
    columns = (command,) if command else options.COMMANDS
    found: dict[str, list[Range]] = {}
    for row in tables.table("options")["rows"]:
        for one in tables.ranges_of(row, columns):
            for flag in row["flags"]:
                found.setdefault(flag, []).append(one)
    return {flag: join(ranges) for flag, ranges in found.items()}


def first_registered(model: str, after: str) -> str | None:
    """Return the first release after one whose registry has a model by this very id."""
    places = tables.order()
    found = [
        since
        for row in tables.rows_with("models", f'"{model}"')
        if model in row.get("ids", ())
        for since, _ in tables.ranges_of(row, ())
        if places[since] > places[after]
    ]
    return min(found, key=places.__getitem__, default=None)


def join(ranges: list[Range]) -> tuple[Range, ...]:
    """Return ranges with those that touch or overlap made one, oldest first."""
    places = tables.order()
    end = len(places)
    spans = sorted((places[since], places[until] if until else end) for since, until in ranges)
    joined: list[list[int]] = []
    for start, stop in spans:
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(stop, joined[-1][1])
        else:
            joined.append([start, stop])
    names = list(places)
    return tuple((names[a], names[b] if b < end else None) for a, b in joined)

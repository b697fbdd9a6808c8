"""The attention backends of a release, and what the layers of its models take."""

from __future__ import annotations

from sgdlint.catalog import tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.catalog.tables import Row


def backend_of(release: str, name: str) -> Row | None:
    """Return the backend of a name; names are read in any case, other names are not."""
    for row in tables.rows_of("attention", release, "all"):
        if name in row.get("aliases", ()) or name.lower() == row["name"]:
            return row
    return None


def mark_of(name: str) -> Row:
    """Return what is kept by hand about a backend: quality, how, for; {} where nothing is."""
    for row in tables.table("attention_marks")["marks"]:
        if row["name"] == name:
            return dict(row)
    return {}


def takes(backends: tuple[str, ...], name: str) -> bool:
    """Whether layers that name these backends take another one."""
    instead = mark_of(name).get("stands_for")
    return name in backends or bool(instead and set(instead) <= set(backends))

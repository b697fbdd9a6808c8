"""The environment variables of one release."""

from __future__ import annotations

from sgdlint.catalog import tables
from sgdlint.catalog.options import UNKNOWN
from sgdlint.catalog.quirks import dead_variables
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@record
class Variable:
    """An environment variable that the diffusion part of a release declares or reads.

    kind: `str`, `int`, `float`, `bool` or `path`; "" for one that is read without a declaration.
    default: what its reader gives when it is not set; UNKNOWN where that depends on the machine.
    read: something reads it; a declared variable that nothing reads has no effect.
    """

    name: str
    kind: str = ""
    default: Any = None
    declared: bool = True
    read: bool = True


def variables_of(release: str) -> dict[str, Variable]:
    """Return the variables by name."""
    dead = dead_variables(release)
    rows = tables.rows_of("environment", release, "all")
    return {row["name"]: from_row(row, row["name"] in dead) for row in rows}


def variable_of(release: str, name: str) -> Variable | None:
    """Return one variable, or None when the release does not know it."""
    found = None
    for row in tables.table("environment")["rows"]:
        if row["name"] == name and tables.holds(row, release, "all"):
            found = from_row(row, name in dead_variables(release))
    return found


def from_row(row: tables.Row, dead: bool) -> Variable:
    """Return the variable of a row of the table; a dead one is read by code that nothing calls."""
    default = row.get("default")
    return Variable(
        row["name"],
        row.get("kind", ""),
        UNKNOWN if isinstance(default, dict) else default,
        row.get("declared", True),
        row.get("read", True) and not dead,
    )

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
    found: dict[str, Variable] = {}
    dead = dead_variables(release)
    for row in tables.rows_of("environment", release, "all"):
        default = row.get("default")
        if isinstance(default, dict):
            default = UNKNOWN
        found[row["name"]] = Variable(
            row["name"],
            row.get("kind", ""),
            default,
            row.get("declared", True),
            row.get("read", True) and row["name"] not in dead,
        )
    return found

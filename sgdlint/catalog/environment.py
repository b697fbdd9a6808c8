"""The environment variables of one release."""

from __future__ import annotations

from sgdlint.catalog import tables
from sgdlint.catalog.options import UNKNOWN
from sgdlint.catalog.quirks import dead_variables
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


TRUE = ("1", "true", "yes", "on", "y", "t")
"""What counts as true for most variables."""
WORDS = (*TRUE, "0", "false", "no", "off", "n", "f", "")
"""The words that were tried; `scripts/catalog_extract/environment.py` tells how."""


@record
class Variable:
    """An environment variable that the diffusion part of a release declares or reads.

    kind: `str`, `int`, `float`, `bool` or `path`; "" for one that is read without a declaration.
    default: what its reader gives when it is not set; UNKNOWN where that depends on the machine.
    read: something reads it; a declared variable that nothing reads has no effect.
    true: the words for true, of a `bool`, in any case; "other" is any word that is not in WORDS.
    refused: the words that stop SGLang.
    otherwise: the variables that are asked when it is not set.
    """

    name: str
    kind: str = ""
    default: Any = None
    declared: bool = True
    read: bool = True
    true: tuple[str, ...] = TRUE
    refused: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()

    def is_true(self, text: str) -> bool:
        """Whether a text counts as true."""
        word = text.strip().lower()
        return (word if word in WORDS else "other") in self.true


def variables_of(release: str) -> dict[str, Variable]:
    """Return the variables by name."""
    dead = dead_variables(release)
    rows = tables.rows_of("environment", release, "all")
    return {row["name"]: from_row(row, row["name"] in dead) for row in rows}


def variable_of(release: str, name: str) -> Variable | None:
    """Return one variable, or None when the release does not know it."""
    row = tables.row_named("environment", "name", name, release)
    return None if row is None else from_row(row, name in dead_variables(release))


def from_row(row: tables.Row, dead: bool) -> Variable:
    """Return the variable of a row of the table; a dead one is read by code that nothing calls."""
    default = row.get("default")
    return Variable(
        row["name"],
        row.get("kind", ""),
        UNKNOWN if isinstance(default, dict) else default,
        row.get("declared", True),
        row.get("read", True) and not dead,
        tuple(row.get("true", TRUE)),
        tuple(row.get("refused", ())),
        tuple(row.get("otherwise", ())),
    )

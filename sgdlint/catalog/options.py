"""The command-line options of one release."""

from __future__ import annotations

from sgdlint.catalog import tables
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

COMMANDS = ("generate", "serve")
SUPPRESS = "==SUPPRESS=="
"""The default of an option that leaves no attribute when it is not given (argparse.SUPPRESS)."""


class Unknown:
    """A default or list of choices that cannot be had from SGLang's source."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


@record
class Option:
    """One option of one subcommand of one release, as its parser has it.

    kind: `str`, `int`, `float`, `bool`, `json`, or the name of the function that converts a value.
    action: `store`, `store_true`, `store_false`, `boolean` (SGLang's StoreBoolean: bare, `true` or
    `false` in any case), `refuse` (accepted by the parser, then not implemented).
    nargs: as argparse has it; None is one value (`boolean` takes at most one).
    default: the parser's; SUPPRESS when the option then leaves no trace.
    field: which dataclass has a field of this destination: `server`, `sampling`, `pipeline` or "".
    field_default: that field's default, or the command's own (`serve` warms up by itself): what
    counts when the option is not given.
    sampling: it sets a request parameter, not a server argument.
    dropped: spellings that the parser takes and whose value the server arguments never see.
    """

    flags: tuple[str, ...]
    dest: str
    kind: str = "str"
    action: str = "store"
    nargs: str | int | None = None
    choices: tuple[Any, ...] | None = None
    default: Any = None
    field: str = "server"
    field_default: Any = None
    required: bool = False
    sampling: bool = False
    dropped: tuple[str, ...] = ()

    @property
    def takes_value(self) -> bool:
        """Whether a value may follow."""
        return self.action not in ("store_true", "store_false", "store_const")

    @property
    def needs_value(self) -> bool:
        """Whether a value must follow."""
        return self.takes_value and self.action != "boolean" and self.nargs not in ("?", "*", 0)


def options_of(release: str, command: str) -> dict[str, Option]:
    """Return every spelling with its option, in parser order."""
    return {
        flag: option
        for option in map(from_row, tables.rows_of("options", release, command))
        for flag in option.flags
    }


def from_row(row: dict[str, Any]) -> Option:
    """Return the option of a row of the table, with what the row leaves out."""
    flags = tuple(row["flags"])
    known: dict[str, Any] = {k: row[k] for k in _PLAIN if k in row}
    known["dest"] = row.get("dest") or destination(flags)
    for key in ("default", "field_default"):
        if key in row:
            known[key] = _value(row[key])
    if row.get("choices") is not None:
        known["choices"] = tuple(row["choices"])
    known["dropped"] = tuple(row.get("dropped", ()))
    return Option(flags=flags, **known)


_PLAIN = ("kind", "action", "nargs", "field", "required", "sampling")


def destination(flags: tuple[str, ...]) -> str:
    """Return the attribute that argparse makes of an option's first long spelling."""
    return next((f for f in flags if f.startswith("--")), flags[0]).lstrip("-").replace("-", "_")


def _value(value: Any) -> Any:
    return UNKNOWN if isinstance(value, dict) and value.get("unknown") else value

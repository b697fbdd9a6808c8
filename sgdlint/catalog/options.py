"""The command-line options of one release."""

from __future__ import annotations

from sgdlint.catalog import tables
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from sgdlint.catalog.tables import Row

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


class OptionTable:
    """The options of one subcommand by spelling, in parser order; each is built when asked for.

    A launch has few options: the rows of all are read when something goes through them.
    """

    def __init__(self, release: str, command: str) -> None:
        self._place = release, command
        self._all: dict[str, Row] | None = None
        self._known: dict[str, Row | None] = {}
        self._built: dict[str, Option] = {}

    @property
    def _rows(self) -> dict[str, Row]:
        if self._all is None:
            rows = tables.rows_of("options", *self._place)
            self._all = {flag: row for row in rows for flag in row["flags"]}
        return self._all

    def _row(self, flag: str) -> Row | None:
        if self._all is not None:
            return self._all.get(flag)
        if flag not in self._known:
            self._known[flag] = self._find(flag)
        return self._known[flag]

    def _find(self, flag: str) -> Row | None:
        rows = tables.rows_with("options", f'"{flag}"')
        here = [row for row in rows if flag in row["flags"] and tables.holds(row, *self._place)]
        return here[-1] if here else None

    def beginning(self, start: str) -> list[str]:
        """Return the spellings that begin with a text."""
        rows = tables.rows_with("options", f'"{start}')
        here = (row for row in rows if tables.holds(row, *self._place))
        flags = (flag for row in here for flag in row["flags"])
        return list(dict.fromkeys(flag for flag in flags if flag.startswith(start)))

    def spelling(self, dest: str) -> str | None:
        """Return the first spelling of an option by its destination; None when there is none."""
        row = self._row("--" + dest.replace("_", "-"))
        if row is None or dest_of(row) != dest or tables.rows_with("options", f'"dest":"{dest}"'):
            return self.destinations().get(dest)
        first: str = row["flags"][0]
        return first

    def __getitem__(self, flag: str) -> Option:
        option = self._built.get(flag)
        if option is None:
            row = self._row(flag)
            if row is None:
                raise KeyError(flag)
            option = from_row(row)
            self._built.update(dict.fromkeys(option.flags, option))
        return option

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, flag: object) -> bool:
        return isinstance(flag, str) and self._row(flag) is not None

    def get(self, flag: str) -> Option | None:
        """Return the option of a spelling, or None."""
        return None if self._row(flag) is None else self[flag]

    def values(self) -> Iterator[Option]:
        """Return the option of each spelling."""
        return (self[flag] for flag in self._rows)

    def items(self) -> Iterator[tuple[str, Option]]:
        """Return each spelling with its option."""
        return ((flag, self[flag]) for flag in self._rows)

    def destinations(self) -> dict[str, str]:
        """Return each destination with the first spelling of an option that has it."""
        found: dict[str, str] = {}
        for flag, row in self._rows.items():
            found.setdefault(dest_of(row), flag)
        return found


def options_of(release: str, command: str) -> OptionTable:
    """Return the options of a subcommand."""
    return OptionTable(release, command)


def from_row(row: dict[str, Any]) -> Option:
    """Return the option of a row of the table, with what the row leaves out."""
    flags = tuple(row["flags"])
    known: dict[str, Any] = {k: row[k] for k in _PLAIN if k in row}
    known["dest"] = dest_of(row)
    for key in ("default", "field_default"):
        if key in row:
            known[key] = _value(row[key])
    if row.get("choices") is not None:
        known["choices"] = tuple(row["choices"])
    known["dropped"] = tuple(row.get("dropped", ()))
    return Option(flags=flags, **known)


_PLAIN = ("kind", "action", "nargs", "field", "required", "sampling")


def meaning(dest: str) -> str:
    """Return what an option does, by its destination; "" where nothing is known of that."""
    rows = tables.rows_with("meanings", f'"option": "{dest}"')
    return str(rows[0]["does"]) if rows else ""


def dest_of(row: dict[str, Any]) -> str:
    """Return the destination of a row of the table."""
    dest: str | None = row.get("dest")
    return dest or destination(row["flags"])


def destination(flags: tuple[str, ...]) -> str:
    """Return the attribute that argparse makes of an option's first long spelling."""
    return next((f for f in flags if f.startswith("--")), flags[0]).lstrip("-").replace("-", "_")


def _value(value: Any) -> Any:
    return UNKNOWN if isinstance(value, dict) and value.get("unknown") else value

"""How facts are put into words."""

from __future__ import annotations

from sgdlint import catalog
from sgdlint.catalog.options import SUPPRESS, UNKNOWN
from sgdlint.nearest import nearest
from sgdlint.stated import known_release

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from sgdlint.catalog import Option
    from sgdlint.catalog.tables import Range

    Versions = list[dict[str, Any]]

KINDS = {"str": "text", "int": "whole number", "float": "number", "json": "JSON"}
ON_MACHINE = "depends on the machine"


def describe(one: Option) -> str:
    """Return an option in one line: spellings, type, choices, default."""
    return f"{names(one)}; {details(one)}"


def names(one: Option) -> str:
    """Return the spellings, without those that only write `_` for `-`."""
    return ", ".join(
        flag
        for flag in one.flags
        if "_" not in flag or f"--{flag[2:].replace('_', '-')}" not in one.flags
    )


def details(one: Option) -> str:
    """Return type, choices and default of an option."""
    parts = [_values(one)]
    if one.required:
        parts.append("required")
    if one.choices:
        parts.append("one of " + ", ".join(map(str, one.choices)))
    if isinstance(one.field_default, (str, int, float)):
        parts.append(f"default {shown(one.field_default)}")
    if one.dropped:
        parts.append(f"{', '.join(one.dropped)} has no effect")
    return "; ".join(parts)


def _values(one: Option) -> str:
    if not one.takes_value:
        return "switch"
    if one.action == "boolean":
        return "true or false, true when bare"
    many = {"+": "one or more", "*": "any number", "?": "at most one"}
    kind = KINDS.get(one.kind, one.kind)
    return f"{many[one.nargs]} {kind}" if isinstance(one.nargs, str) else kind


def shown(value: object) -> str:
    """Return a value as people write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def pairs(values: Mapping[str, object]) -> str:
    """Return `name=value` for each value that says something."""
    return ", ".join(
        f"{name}={shown(value)}"
        for name, value in values.items()
        if value is not None and value != [] and value != ""
    )


def plain(value: Any) -> Any:
    """Return a value for JSON; null is no default, an object says that it is not known."""
    if value is UNKNOWN:
        return {"unknown": ON_MACHINE}
    return None if value == SUPPRESS else value


def span(since: str, until: str | None) -> str:
    """Return a range of releases in words."""
    if until is None:
        return f"from {since} on"
    places = list(catalog.releases())
    last = places[places.index(until) - 1]
    return since if last == since else f"{since} to {last}"


def spans(ranges: Iterable[Range]) -> str:
    """Return ranges of releases in words."""
    return ", ".join(span(*one) for one in ranges)


def within(since: str, until: str | None, release: str) -> bool:
    """Whether a release is in a range; "" is in each."""
    places = list(catalog.releases())
    here = places.index(release) if release else -1
    return not release or (
        places.index(since) <= here and (until is None or here < places.index(until))
    )


def merged(versions: Versions) -> Versions:
    """Return versions, oldest first, in which ranges that meet and say the same are one."""
    found: Versions = []
    for one in versions:
        last = found[-1] if found else {}
        rest = {key: value for key, value in one.items() if key not in ("since", "until")}
        if rest == {k: v for k, v in last.items() if k in rest} and last["until"] == one["since"]:
            found[-1] = {**last, "until": one["until"]}
        else:
            found.append(one)
    return found


def resolved(release: str) -> str:
    """Return the known release that was asked for; "" stays "" and means every release."""
    return known_release(release) if release else ""


def meant(name: str, known: Iterable[str]) -> str:
    """Return the end of a message about a name that is not known."""
    hint = nearest(name, known)
    return f"; did you mean {hint!r}?" if hint else ""


def columns(rows: Iterable[tuple[str, str]]) -> str:
    """Return two columns, the second in line."""
    listed = list(rows)
    width = max((len(first) for first, _ in listed), default=0)
    return "".join(f"{first:{width}}  {second}".rstrip() + "\n" for first, second in listed)

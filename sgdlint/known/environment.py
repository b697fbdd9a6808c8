"""What is known of an environment variable: `sgdlint catalog env NAME`."""

from __future__ import annotations

from sgdlint.catalog import history, tables
from sgdlint.catalog.environment import WORDS, Variable, from_row
from sgdlint.catalog.options import UNKNOWN
from sgdlint.catalog.quirks import dead_variables
from sgdlint.known.places import places_of, told
from sgdlint.known.words import (
    KINDS,
    ON_MACHINE,
    columns,
    meant,
    merged,
    plain,
    resolved,
    shown,
    span,
    spans,
    within,
)
from sgdlint.stated import OptionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def facts(name: str, release: str) -> dict[str, Any]:
    """Return the history of a variable."""
    known = resolved(release)
    rows = [row for row in tables.table("environment")["rows"] if row["name"] == name]
    versions = [
        {"since": since, "until": until, **_version(from_row(row, name in dead_variables(since)))}
        for row in rows
        for since, until in tables.ranges_of(row, ())
        if within(since, until, known)
    ]
    if not versions:
        whose = f"SGLang {known} does not know" if known else "no release knows"
        names = [one["variable"] for one in listing(release)]
        raise OptionError(f"{whose} the variable {name!r}{meant(name.upper(), names)}")
    order = tables.order()
    versions.sort(key=lambda one: order[one["since"]])
    sources = places_of("environment", {name}, known)
    return {"variable": name, "versions": merged(versions), "sources": sources}


def _version(one: Variable) -> dict[str, Any]:
    return {
        "says": _says(one),
        "type": one.kind or None,
        "default": plain(one.default),
        "declared": one.declared,
        "true": list(one.true) if one.kind == "bool" else None,
        "refused": list(one.refused),
        "otherwise": list(one.otherwise),
        "read": one.read,
    }


def _says(one: Variable) -> str:
    """Return a variable in one line."""
    if not one.declared:
        return "read where it is needed, without a declared type"
    kind = {**KINDS, "bool": "true or false", "path": "a path"}
    parts = [kind.get(one.kind, one.kind)]
    if one.kind == "bool":
        parts += _words(one)
    if one.default is UNKNOWN:
        parts.append(f"default {ON_MACHINE}")
    elif one.default is not None:
        parts.append(f"default {shown(one.default) or 'an empty text'}")
    if one.otherwise:
        parts.append(f"when not set, {', '.join(one.otherwise)} counts")
    if not one.read:
        parts.append("declared, but nothing reads it: no effect")
    return "; ".join(parts)


def _words(one: Variable) -> list[str]:
    """Return which words count as true, and which are refused."""
    if one.refused:
        return ["only numbers are read, 0 means no"]
    if "other" in one.true:
        no = [word or "nothing" for word in WORDS if word not in one.true]
        return [f"{', '.join(no)} mean no, all else yes"]
    return [f"{', '.join(one.true)} mean yes"]


def text(data: dict[str, Any]) -> str:
    """Return the facts for people."""
    said = merged([{k: one[k] for k in ("since", "until", "says")} for one in data["versions"]])
    lines = [f"  {span(one['since'], one['until'])}: {one['says']}" for one in said]
    return "\n".join([data["variable"], "", *lines]) + "\n\n" + told(data["sources"])


def listing(release: str) -> list[dict[str, Any]]:
    """Return every variable, with the releases that have it."""
    known = resolved(release)
    found: dict[str, list[tables.Range]] = {}
    for row in tables.table("environment")["rows"]:
        found.setdefault(row["name"], []).extend(tables.ranges_of(row, ()))
    return [
        {
            "variable": name,
            "releases": [{"since": since, "until": until} for since, until in history.join(ranges)],
        }
        for name, ranges in sorted(found.items())
        if any(within(*one, known) for one in ranges)
    ]


def listed(data: list[dict[str, Any]]) -> str:
    """Return the list for people."""
    return columns(
        (one["variable"], spans((r["since"], r["until"]) for r in one["releases"])) for one in data
    )

"""What is known of an attention backend: `sgdlint catalog attention NAME`."""

from __future__ import annotations

from sgdlint.catalog import history, newest, releases, tables
from sgdlint.catalog.attention import mark_of
from sgdlint.known.places import places_of, told
from sgdlint.known.words import columns, meant, merged, resolved, span, spans, within
from sgdlint.stated import OptionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sgdlint.catalog.tables import Row


def facts(name: str, release: str) -> dict[str, Any]:
    """Return the history of a backend, by its name or another name for it."""
    known = resolved(release)
    rows = tables.table("attention")["rows"]
    wanted = {row["name"] for row in rows if name.lower() in _names(row)}
    versions = [
        {"since": since, "until": until, **_version(row)}
        for row in rows
        if name.lower() in _names(row) or row["name"] in wanted - {name.lower()}
        for since, until in tables.ranges_of(row, ())
        if within(since, until, known)
    ]
    if not versions:
        whose = f"SGLang {known} has no" if known else "no release has an"
        names = {one for row in rows for one in _names(row)}
        raise OptionError(f"{whose} attention backend {name!r}{meant(name.lower(), names)}")
    order = tables.order()
    versions.sort(key=lambda one: order[one["since"]])
    found = {one["name"] for one in versions}
    return {
        "attention_backend": name,
        "versions": merged(versions),
        "layers": _users(versions[-1]["name"], known or _last(versions)),
        "sources": places_of("attention", found, known),
    }


def _last(versions: list[dict[str, Any]]) -> str:
    """Return the last release that has a backend."""
    until = versions[-1]["until"]
    return newest() if until is None else list(releases())[tables.order()[until] - 1]


def _names(row: Row) -> list[str]:
    return [row["name"], *row.get("aliases", ()), *row.get("component_aliases", ())]


def _version(row: Row) -> dict[str, Any]:
    return {
        "name": row["name"],
        "says": _says(row),
        "other_names": row.get("aliases", []),
        "other_names_for_components": row.get("component_aliases", []),
        "nvidia": row.get("cuda", True),
        "capabilities": row.get("capabilities"),
        "needs": row.get("needs", []),
        "without": row.get("without"),
        "sparse": row.get("sparse", False),
        "quality": mark_of(row["name"]).get("quality"),
        "how": mark_of(row["name"]).get("how"),
        "for": mark_of(row["name"]).get("for"),
        "ring": row.get("ring", False),
    }


def _says(row: Row) -> str:
    """Return a backend in one line."""
    parts = [row["name"]]
    if row.get("aliases"):
        parts.append(f"also called {', '.join(row['aliases'])}")
    if not row.get("cuda", True):
        parts.append("not chosen on NVIDIA GPUs")
    if row.get("capabilities"):
        parts.append(f"compute capability {', '.join(map(str, row['capabilities']))}")
    if row.get("needs"):
        without = row["without"]
        then = "SGLang stops" if without == "error" else f"SGLang takes {without}"
        parts.append(f"needs the package {', '.join(row['needs'])}, else {then}")
    if row.get("sparse"):
        parts.append("sparse")
    parts += _judged(row["name"])
    parts.append("with ring attention" if row.get("ring") else "not with ring attention")
    return "; ".join(parts)


def _judged(name: str) -> list[str]:
    """Return whether a backend gives the same result, and which models it is for."""
    mark = mark_of(name)
    parts = [mark["quality"] + (f" ({mark['how']})" if "how" in mark else "")] if mark else []
    return [*parts, f"for {mark['for']}"] if "for" in mark else parts


def _users(name: str, release: str) -> dict[str, Any]:
    """Return the transformers of a release whose layers name a backend, or any."""
    rows = tables.rows_of("backends", release, "all")
    return {
        "release": release,
        "named_by": sorted({row["class"] for row in rows if name in row.get("backends", ())}),
        "any": sorted({row["class"] for row in rows if "any" in row}),
    }


def _told_users(users: dict[str, Any]) -> str:
    lines = [f"In SGLang {users['release']}"]
    if users["named_by"]:
        lines.append(f"  layers that name it: {', '.join(users['named_by'])}")
    if users["any"]:
        lines.append(f"  layers that take any: {', '.join(users['any'])}")
    return "\n".join(lines) + "\n\n"


def text(data: dict[str, Any]) -> str:
    """Return the facts for people."""
    said = merged([{k: one[k] for k in ("since", "until", "says")} for one in data["versions"]])
    lines = [f"  {span(one['since'], one['until'])}: {one['says']}" for one in said]
    head = "\n".join([data["attention_backend"], "", *lines]) + "\n\n"
    marks = {one["name"]: mark_of(one["name"]).get("source") for one in data["versions"]}
    judged = "".join(f"  quality: {source}\n" for source in marks.values() if source)
    return head + _told_users(data["layers"]) + told(data["sources"]) + judged


def listing(release: str) -> list[dict[str, Any]]:
    """Return every backend, with the releases that have it."""
    known = resolved(release)
    found: dict[str, list[tables.Range]] = {}
    others: dict[str, set[str]] = {}
    for row in tables.table("attention")["rows"]:
        ranges = [one for one in tables.ranges_of(row, ()) if within(*one, known)]
        if ranges:
            found.setdefault(row["name"], []).extend(ranges)
            others.setdefault(row["name"], set()).update(row.get("aliases", ()))
    return [
        {
            "attention_backend": name,
            "other_names": sorted(others[name]),
            "releases": [{"since": since, "until": until} for since, until in history.join(ranges)],
        }
        for name, ranges in sorted(found.items())
    ]


def listed(data: list[dict[str, Any]]) -> str:
    """Return the list for people."""
    return columns((_name(one), spans(map(_range, one["releases"]))) for one in data)


def _name(one: dict[str, Any]) -> str:
    others = f" ({', '.join(one['other_names'])})" if one["other_names"] else ""
    return f"{one['attention_backend']}{others}"


def _range(one: dict[str, Any]) -> tables.Range:
    return one["since"], one["until"]

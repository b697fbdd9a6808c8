"""What is known of an option: `sgdlint catalog option NAME`."""

from __future__ import annotations

from sgdlint import catalog
from sgdlint.catalog.options import meaning
from sgdlint.catalog.quirks import retired_options
from sgdlint.known.places import places_of, told
from sgdlint.known.words import (
    columns,
    describe,
    meant,
    merged,
    plain,
    resolved,
    span,
    spans,
    within,
)
from sgdlint.stated import OptionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sgdlint.catalog import Option


def facts(name: str, release: str) -> dict[str, Any]:
    """Return the history of an option, by spelling or destination."""
    flag = name if name.startswith("-") else "--" + name.replace("_", "-")
    known = resolved(release)
    commands = {command: _history(name, command, known) for command in catalog.COMMANDS}
    found = [one for versions in commands.values() for one in versions]
    if not found:
        whose = f"SGLang {known} has no" if known else "no release has an"
        raise OptionError(f"{whose} option {name!r}{meant(flag, _flags(known))}")
    instead = retired_options().get(flag)
    return {
        "option": name,
        "does": meaning(found[-1]["dest"]) or None,
        "commands": commands,
        "removed": None
        if instead is None
        else {
            "deprecated": instead.deprecated or None,
            "release": instead.until,
            "instead": instead.flag,
            "values": instead.values,
            "source": instead.source,
        },
        "sources": places_of("option", {flag for one in found for flag in one["flags"]}, known),
    }


def _history(name: str, command: str, release: str) -> list[dict[str, Any]]:
    history = catalog.option_history(name, command)
    return merged(
        [
            {"since": since, "until": until, **_version(one)}
            for (since, until), one in history
            if within(since, until, release)
        ]
    )


def _version(one: Option) -> dict[str, Any]:
    """Return an option as data; the default is what counts when it is not given."""
    return {
        "says": describe(one),
        "flags": list(one.flags),
        "dest": one.dest,
        "type": one.kind,
        "action": one.action,
        "nargs": one.nargs,
        "choices": None if one.choices is None else list(one.choices),
        "default": plain(one.field_default if one.field else one.default),
        "required": one.required,
        "request": one.sampling,
        "without_effect": list(one.dropped),
    }


def text(data: dict[str, Any]) -> str:
    """Return the facts for people."""
    lines = [data["option"], "", *([data["does"], ""] if data["does"] else [])]
    for command, versions in data["commands"].items():
        if versions:
            lines.append(f"sglang {command}")
            said = merged([{k: one[k] for k in ("since", "until", "says")} for one in versions])
            lines += [f"  {span(one['since'], one['until'])}: {one['says']}" for one in said]
            lines.append("")
    removed = data["removed"]
    if removed:
        lines += [gone(removed), ""]
    return "\n".join(lines) + "\n" + told(data["sources"])


def gone(removed: dict[str, Any]) -> str:
    """Return when an option went, and what takes its place."""
    since = removed["deprecated"]
    text = f"Deprecated from {since} on, removed" if since else "Removed"
    text += f" in {removed['release']}"
    if removed["instead"]:
        values = ", ".join(f"{new} for {old}" for old, new in removed["values"].items())
        text += f"; {removed['instead']} takes its place" + (f" ({values})" if values else "")
    return f"{text}. {removed['source']}"


def listing(release: str) -> list[dict[str, Any]]:
    """Return every option, with the releases that have it."""
    known = resolved(release)
    return [
        {
            "option": flag,
            "releases": [{"since": since, "until": until} for since, until in ranges],
            "commands": [c for c in catalog.COMMANDS if flag in _of_command(c)],
        }
        for flag, ranges in sorted(catalog.all_flags().items())
        if any(within(*one, known) for one in ranges)
    ]


def _of_command(command: str) -> dict[str, Any]:
    if command not in _all:
        _all[command] = catalog.all_flags(command)
    return _all[command]


_all: dict[str, dict[str, Any]] = {}


def _flags(release: str) -> list[str]:
    return [one["option"] for one in listing(release)]


def listed(data: list[dict[str, Any]]) -> str:
    """Return the list for people."""
    return columns((one["option"], _where(one)) for one in data)


def _where(one: dict[str, Any]) -> str:
    every = len(one["commands"]) == len(catalog.COMMANDS)
    only = "" if every else f" ({', '.join(one['commands'])} only)"
    return spans((r["since"], r["until"]) for r in one["releases"]) + only

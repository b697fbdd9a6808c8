"""What the catalog knows, for people: `sgdlint catalog option|model|release NAME`."""

from __future__ import annotations

from sgdlint import catalog
from sgdlint.catalog import tables
from sgdlint.catalog.quirks import retired_options
from sgdlint.linter import OptionError, known_release
from sgdlint.nearest import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sgdlint.catalog import Model, Option

    Options = Mapping[str, Option]
    Range = tuple[str, str | None]


def option(name: str) -> str:
    """Return the history of an option, by spelling or destination; OptionError when unknown."""
    flag = name if name.startswith("-") else "--" + name.replace("_", "-")
    lines: list[str] = []
    for command in catalog.COMMANDS:
        history = catalog.option_history(name, command)
        if history:
            lines += ["", f"sglang {command}"]
            lines += [f"  {_range(*releases)}: {text}" for releases, text in _merged(history)]
    if not lines:
        hint = nearest(flag, catalog.all_flags())
        raise OptionError(f"no release has an option {name!r}{_meant(hint)}")
    instead = retired_options().get(flag)
    if instead is not None and instead.flag:
        lines += [
            "",
            f"Removed in {instead.until}; {instead.flag} takes its place ({instead.source}).",
        ]
    lines += ["", f"Read in the wheels of SGLang {catalog.releases()[0]} to {catalog.newest()}."]
    return "\n".join([name, *lines]) + "\n"


def _merged(history: Sequence[tuple[Range, Option]]) -> list[tuple[Range, str]]:
    """Return the history in words; ranges that meet and read the same are one."""
    merged: list[tuple[Range, str]] = []
    for (since, until), one in history:
        text = describe(one)
        if merged and merged[-1][1] == text and merged[-1][0][1] == since:
            merged[-1] = ((merged[-1][0][0], until), text)
        else:
            merged.append(((since, until), text))
    return merged


def describe(one: Option) -> str:
    """Return an option in one line: spellings, type, choices, default."""
    return f"{_names(one)}; {_details(one)}"


def _names(one: Option) -> str:
    """Return the spellings, without those that only write `_` for `-`."""
    return ", ".join(
        flag
        for flag in one.flags
        if "_" not in flag or f"--{flag[2:].replace('_', '-')}" not in one.flags
    )


def _details(one: Option) -> str:
    parts = [_values(one)]
    if one.choices:
        parts.append("one of " + ", ".join(map(str, one.choices)))
    if isinstance(one.field_default, (str, int, float)):
        parts.append(f"default {_shown(one.field_default)}")
    if one.dropped:
        parts.append(f"{', '.join(one.dropped)} has no effect")
    return "; ".join(parts)


def _values(one: Option) -> str:
    if not one.takes_value:
        return "switch"
    if one.action == "boolean":
        return "true or false, true when bare"
    many = {"+": "one or more", "*": "any number", "?": "at most one"}
    kinds = {"str": "text", "int": "whole number", "float": "number", "json": "JSON"}
    kind = kinds.get(one.kind, one.kind)
    return f"{many[one.nargs]} {kind}" if isinstance(one.nargs, str) else kind


def model(path: str, release: str) -> str:
    """Return what a release knows of a model; OptionError when its registry does not know it."""
    name = known_release(release) if release else catalog.newest()
    found = catalog.load(name).model(path)
    if found is None:
        hint = nearest(path, [one.id for one in catalog.load(name).models()])
        raise OptionError(f"SGLang {name} does not know {path!r} by its path{_meant(hint)}")
    return "\n".join([f"{found.id or path} in SGLang {name}", "", *_facts(found)]) + "\n"


def _facts(found: Model) -> list[str]:
    how = {"id": "its id", "name": "its name", "cache": "the cache path", "detector": "a pattern"}
    facts: dict[str, object] = {
        "found by": how[found.how],
        "pipeline configuration": found.family,
        "task": found.task,
        "output": found.output,
        "needs an image": found.requires_image,
        "takes an image": found.accepts_image,
        "uses guidance (CFG) by default": found.uses_cfg,
        "attention heads (unless the checkpoint says otherwise)": found.heads,
        "layers (unless the checkpoint says otherwise)": found.layers,
        "attention backends": ", ".join(found.attention_backends or ()),
        "sampling defaults": _pairs(found.defaults),
        "pipeline settings": _pairs(found.settings),
        "deployment": _pairs(found.deployment),
    }
    return [f"{name}: {_shown(value)}" for name, value in facts.items() if value not in (None, "")]


def _pairs(values: dict[str, object]) -> str:
    return ", ".join(
        f"{name}={_shown(value)}" for name, value in values.items() if value not in (None, [], "")
    )


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def release(name: str) -> str:
    """Return what a release has, and how its options differ from the release before."""
    known = known_release(name)
    loaded = catalog.load(known)
    wheel = tables.table("releases")["releases"][known]
    lines = [
        f"SGLang {known}",
        "",
        *(f"{command}: {len(loaded.options(command))} spellings" for command in catalog.COMMANDS),
        f"models: {len(loaded.models())}",
        f"environment variables: {len(loaded.environment())}",
        f"read in {wheel['wheel']} (sha256 {wheel['sha256']})",
        "",
        *changes(known),
    ]
    return "\n".join(lines) + "\n"


def changes(name: str) -> list[str]:
    """Return the launch options that came, went or changed with a release, one a line."""
    places = list(catalog.releases())
    position = places.index(name)
    if position == 0:
        return ["The first release that the catalog has."]
    before, after = catalog.load(places[position - 1]), catalog.load(name)
    lines: dict[str, set[str]] = {}
    for command in catalog.COMMANDS:
        old, new = dict(before.options(command).items()), dict(after.options(command).items())
        for flag in sorted({*old, *new}):
            line = _change(flag, old, new)
            if line:
                lines.setdefault(line, set()).add(command)
    if not lines:
        return [f"No launch option differs from {before.name}."]
    every = len(catalog.COMMANDS)
    return [
        line if len(commands) == every else f"{line} ({', '.join(commands)} only)"
        for line, commands in sorted(lines.items())
    ]


def _change(flag: str, old: Options, new: Options) -> str:
    """Return how what a spelling stands for differs between two releases; "" when it does not."""
    if flag not in new:
        instead = retired_options().get(flag)
        return f"- {flag}" + (f": use {instead.flag}" if instead and instead.flag else "")
    after = _details(new[flag])
    if flag not in old:
        fresh = not any(other in old for other in new[flag].flags)
        if fresh:  # one line for all its spellings
            return f"+ {_names(new[flag])}: {after}"
        return f"+ {flag}: a spelling of {new[flag].flags[0]}"
    before = _details(old[flag])
    return f"~ {_names(new[flag])}: {before} → {after}" if before != after else ""


def _range(since: str, until: str | None) -> str:
    return f"{since} to before {until}" if until else f"from {since} on"


def _meant(hint: str) -> str:
    return f"; did you mean {hint!r}?" if hint else ""

"""How the launch options of a release differ from the release before."""

from __future__ import annotations

from sgdlint import catalog
from sgdlint.catalog.quirks import retired_options
from sgdlint.known.words import details, names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from sgdlint.catalog import Option

    Options = Mapping[str, Option]


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
    after = details(new[flag])
    if flag not in old:
        fresh = not any(other in old for other in new[flag].flags)
        if fresh:  # one line for all its spellings
            return f"+ {names(new[flag])}: {after}"
        return f"+ {flag}: a spelling of {new[flag].flags[0]}"
    before = details(old[flag])
    return f"~ {names(new[flag])}: {before} → {after}" if before != after else ""

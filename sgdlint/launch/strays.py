"""What wrong words mean: options of other releases, misspelt ones, words that no option takes.

Imported when a launch has such words.
"""

from __future__ import annotations

from sgdlint import catalog
from sgdlint.catalog import tables
from sgdlint.catalog.quirks import retired_options
from sgdlint.launch.bind import Bound, Elsewhere, Event
from sgdlint.nearest import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.catalog import Release
    from sgdlint.catalog.options import OptionTable
    from sgdlint.shell.values import Word


def probably_meant(events: Sequence[Event], options: OptionTable) -> frozenset[str]:
    """Return the options that wrong words may stand for: whether these are given is not certain."""
    found = set()
    has_retired = any(event.kind == "removed-option" for event in events)
    retired = retired_options() if has_retired else {}
    for event in events:
        fields = dict(event.fields)
        flags = [fields.get("nearest", ""), *fields.get("candidates", "").split(", ")]
        if event.kind == "removed-option" and fields["flag"] in retired:
            flags.append(retired[fields["flag"]].flag)
        found |= {options[flag].dest for flag in flags if flag in options}
    return frozenset(found)


def elsewhere(flag: str, release: Release, command: str) -> Elsewhere | None:
    """Return what is known of an option that this release's subcommand does not have."""
    other = "serve" if command == "generate" else "generate"
    here = release.options(other).get(flag)
    if here is not None:
        return Elsewhere(here, "other-command-option", (("flag", flag), ("command", other)))
    key = catalog.release_key(release.name)
    history = [one for one in catalog.option_history(flag, command) if flag in one[1].flags]
    earlier = [one for one in history if catalog.release_key(one[0][0]) <= key]
    if earlier:
        (_, until), option = earlier[-1]
        return Elsewhere(option, "removed-option", (("flag", flag), ("removed", until or "")))
    if history:
        (since, _), option = history[0]
        return Elsewhere(option, "newer-option", (("flag", flag), ("added", since)))
    return None


# --- words that no option takes -------------------------------------------------------------------


def leftovers(bound: Bound, words: Sequence[Word], release: Release, command: str) -> list[Event]:
    """Return events for the words left over, after SGLang has taken its dynamic options out."""
    events: list[Event] = []
    extras = list(bound.extras)
    position = 0
    while position < len(extras):
        index = extras[position]
        text = words[index].text or words[index].prefix
        position += 1
        if not text.startswith("-"):
            events.append(Event("stray-argument", (index,), (("value", text),)))
            continue
        flag, equals, _ = text.partition("=")
        taken = _taken(flag, bool(equals), [words[one].text for one in extras[position:]], release)
        if taken is None:
            events.append(_unknown(flag, index, release, command))
            position += _values_of_unknown(extras, position, words)
        else:
            position += taken
            events += _swallowed(flag, index, release, command)
    return events


def _taken(
    flag: str, joined: bool, following: Sequence[str | None], release: Release
) -> int | None:
    """Return how many further words a dynamic option takes; None when it is not one."""
    for family in release.dynamic():
        if family.component(flag) is None:
            continue
        if joined:
            return 0
        if family.values == "boolean":
            return 1 if following[:1] and following[0] in ("true", "false") else 0
        has_value = bool(following) and not (following[0] or "").startswith("-")
        return 1 if has_value else None
    return None


def _values_of_unknown(extras: Sequence[int], position: int, words: Sequence[Word]) -> int:
    """Return how many words after an unknown option are most likely its value: one at most."""
    if position >= len(extras) or extras[position] != extras[position - 1] + 1:
        return 0
    return 0 if (words[extras[position]].text or "").startswith("-") else 1


def _unknown(flag: str, index: int, release: Release, command: str) -> Event:
    options = release.options(command)
    hyphenated = "--" + flag[2:].replace("_", "-")
    if flag != hyphenated and hyphenated in options:
        return Event("underscore-option", (index,), (("flag", flag), ("nearest", hyphenated)))
    near = nearest(flag, options)
    return Event("unknown-option", (index,), (("flag", flag), ("nearest", near)))


def _swallowed(flag: str, index: int, release: Release, command: str) -> list[Event]:
    """Return an event when a dynamic option looks like a misspelt or foreign one."""
    components = [
        name
        for row in tables.rows_of("dispatch", release.name, "all")
        for name in row.get("names", ())
    ]
    usual = ["--" + name.replace("_", "-") + "-path" for name in components]
    if flag in usual:
        return []
    component = next(
        (name for family in release.dynamic() if (name := family.component(flag)) is not None), ""
    )
    if not flag.endswith("-path") or flag.startswith(("--component", "--component_")):
        return []
    other = elsewhere(flag, release, command)
    if other is not None:
        fields = {**dict(other.fields), "component": component}
        return [Event("swallowed-foreign-option", (index,), tuple(fields.items()))]
    near = nearest(flag, [*release.options(command), *usual], cutoff=0.85)
    fields = {"flag": flag, "nearest": near, "component": component}
    return [Event("swallowed-option", (index,), tuple(fields.items()))] if near else []

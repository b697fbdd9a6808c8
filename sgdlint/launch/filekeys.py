"""The options that a `--config` file gives, and what is wrong with its keys and values.

Imported when a launch names such a file.
"""

from __future__ import annotations

import json

from sgdlint.catalog import tables
from sgdlint.catalog.keys import (
    is_spelt,
    meaning,
    nearest_key,
    refused_choice,
    refuses,
    when_known,
)
from sgdlint.catalog.limits import may_drop
from sgdlint.catalog.quirks import ignored_flag, refused_keys, retired_options
from sgdlint.configs import ConfigError, load
from sgdlint.launch.bind import Event, Given
from sgdlint.quick import fullmatch
from sgdlint.record import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sgdlint.catalog import Model, Option, Release
    from sgdlint.launch.keyplaces import KeyPlaces

    Edits = tuple[tuple[int, int, str], ...]


@record
class File:
    """A configuration file. start: where its text begins in the script, -1 when it is not there."""

    path: str
    text: str
    start: int = -1


@record
class Configuration:
    """What a file gives: options by destination, and what was noticed in it.

    unclear: destinations that are set to null, which may be another value than the default.
    """

    given: dict[str, Given]
    events: tuple[Event, ...]
    unclear: frozenset[str] = frozenset()


def read(
    file: File, place: Given, release: Release, command: str, model: Model | None
) -> Configuration:
    """Return what a file gives to a launch.

    place: the option that names the file. model: None when it is not certain.
    """
    words = (place.name_word, *place.value_words)
    path, spots = file.path, _spots(file)

    def event(kind: str, edits: Edits = (), **fields: str) -> Event:
        told = tuple({"file": path, **fields}.items())
        spot = spots.span(kind, fields.get("key", "")) if spots is not None else None
        return Event(kind, () if spot else words, told, None, spot, edits if spot else ())

    try:
        loaded = load(path, file.text)
    except ConfigError as error:
        line = str(error.line or "")
        broken = event("config-unreadable", line=line, problem=str(error))
        return Configuration({}, (_at_line(broken, file, error.line or 1),))
    data, lines = loaded.data, loaded.lines
    if not isinstance(data, dict):
        held = {type(None): "nothing", list: "a list"}.get(type(data), "a single value")
        return Configuration({}, (_at_line(event("config-without-keys", found=held), file, 1),))
    given: dict[str, Given] = {}
    events = [
        event("config-key-twice", key=key, line=str(lines[key]), first=str(first))
        for key, first in loaded.first.items()
    ]
    unclear: set[str] = set()
    options = release.by_dest(command)
    for key, value in data.items():
        line = str(lines.get(str(key), ""))
        kind, fields = _refused(key, value, release) or _misplaced(key, release, command)
        option = options.get(key)
        if kind:
            edits = spots.edits_of_key(str(key), value, fields) if spots is not None else ()
            events.append(event(kind, edits, key=str(key), line=line, **fields))
        elif option is not None and _counts(option, release, command):
            if value is not None:
                one = _given(option, key, value, place, f"{path}:{line}")
                given[key] = replace(one, spot=spots.whole(key)) if spots is not None else one
            elif option.field == "server":
                unclear.add(key)
            kind, expected = _mismatch(option, value, release, model)
            if kind:
                shown = json.dumps(value, ensure_ascii=False, default=str)
                meant = _meant(option, value, spots.written(key) if spots is not None else "")
                edits = spots.with_value(key, meant) if spots is not None else ()
                told = {"key": key, "line": line, "value": shown, "expected": expected}
                named = "" if meant is None else str(meant)
                named = named.lower() if isinstance(meant, bool) else named
                events.append(event(kind, edits, meant=named, **told))
    return Configuration(given, tuple(events), frozenset(unclear))


def _spots(file: File) -> KeyPlaces | None:
    """Return where the keys stand in the script, when it holds the file."""
    if file.start < 0:
        return None
    from sgdlint.launch.keyplaces import key_places

    return key_places(file.path, file.text, file.start)


def _at_line(event: Event, file: File, number: int) -> Event:
    """Return an event at a line of the file, when the script holds it."""
    lines = file.text.splitlines(keepends=True)[:number]
    if file.start < 0 or not lines:
        return event
    start = file.start + sum(map(len, lines[:-1]))
    return replace(event, words=(), place=(start, start + len(lines[-1].rstrip())))


def _counts(option: Option, release: Release, command: str) -> bool:
    """Whether the launch takes an option from the file; the model must stand on the command line.

    Some parameters of requests set the pipeline as well, which is not what the option says.
    """
    of_request = option.sampling and option.field == "sampling"
    taken = _takes_requests(release, command) or not of_request
    return bool(option.field) and option.dest != "model_path" and taken


def _refused(key: object, value: Any, release: Release) -> tuple[str, dict[str, str]] | None:
    """Return the event for a key that a release takes one value of alone, if this is another."""
    row = refused_keys(release.name).get(str(key))
    if row is None or value == row["only"]:
        return None
    fields = {"value": str(value), "only": str(row["only"]), "reason": row["why"]}
    return "config-key-refused", fields


def _misplaced(key: object, release: Release, command: str) -> tuple[str, dict[str, str]]:
    """Return the event for a key that sets nothing, with its fields; "" for one that may."""
    if not isinstance(key, str):
        return "config-key-not-text", {}
    retired = _retired(release)
    if key in retired:
        return "config-key-removed", {"instead": retired[key]}
    if key.startswith("_") or "." in key:
        return "", {}
    sets = meaning(key, release.name)
    if not sets:
        wanted = key.replace("-", "_")
        if wanted != key and meaning(wanted, release.name):
            return "config-key-with-dashes", {"nearest": wanted}
        return _unknown(wanted, release, command)
    if sets == {"sampling"} and not _takes_requests(release, command):
        return "config-key-ignored", {}
    return "", {}


def _unknown(key: str, release: Release, command: str) -> tuple[str, dict[str, str]]:
    """Return the event for a key that no setting of this release has."""
    flag = "--" + key.replace("_", "-")
    option = release.options(command).get(flag)
    if option is not None and option.dest == key and not ignored_flag(release.name, option, flag):
        return "config-key-of-command-line", {"flag": flag}
    added, removed = when_known(key, release.name)
    near = option.dest if option is not None else nearest_key(key, release.name)
    return "config-key-unknown", {"nearest": near, "added": added, "removed": removed}


def _takes_requests(release: Release, command: str) -> bool:
    """Whether a command takes request parameters from the file: `generate`, from 0.5.10."""
    rows = tables.rows_of("dispatch", release.name, "all")
    return command == "generate" and any(row["name"] == "config-sampling" for row in rows)


def _retired(release: Release) -> dict[str, str]:
    """Return the keys that a release refuses, with what stands in their place."""
    places = tables.order()
    return {
        old[2:].replace("-", "_"): one.flag[2:].replace("-", "_")
        for old, one in retired_options().items()
        if places[release.name] >= places[one.until]
    }


def _given(option: Option, key: str, value: Any, place: Given, file: str) -> Given:
    known = _value(option, value)
    values = None if known is None else (known,)
    return Given(option, key, place.name_word, place.value_words, place.joined, values, place=file)


def _value(option: Option, value: Any) -> Any:
    """Return a value as the option has it; None when it is of another type."""
    if option.action in ("boolean", "store_true", "store_false"):
        return bool(value) if isinstance(value, (bool, int, str)) else None
    if option.nargs not in (None, "?"):
        if isinstance(value, str) and is_spelt(option.dest):
            return tuple(value)
        plain = isinstance(value, list) and all(isinstance(one, (str, int)) for one in value)
        return tuple(value) if plain else None
    if option.kind in ("int", "float") and isinstance(value, (int, float)):
        return value + 0  # SGLang counts with true and false, too
    return value if option.kind == "str" and isinstance(value, str) else None


def _mismatch(option: Option, value: Any, release: Release, model: Model | None) -> tuple[str, str]:
    """Return the event for a value that does not fit, and what is expected."""
    if option.sampling and may_drop(release.name, option.dest, model):
        return "", ""
    if option.action in ("boolean", "store_true") and isinstance(value, str):
        return "config-text-for-boolean", "true or false"
    if refuses(option.dest, value, release.name):
        return "config-wrong-type", _wanted(option)
    choices = refused_choice(option, value, release.name)
    return ("config-wrong-choice", ", ".join(choices)) if choices else ("", "")


def _meant(option: Option, value: Any, written: str) -> Any:
    """Return the value that a wrong one stands for; None when that is not certain.

    written: how it stands in the file, where YAML may have taken a text for something else.
    """
    text = value if isinstance(value, str) else written
    if option.choices:
        return next((one for one in map(str, option.choices) if one == text.lower()), None)
    if option.action in ("boolean", "store_true", "store_false"):
        return {"true": True, "false": False}.get(text.strip().lower())
    is_number = option.nargs is None and option.kind == "int" and isinstance(value, str)
    return int(text) if is_number and fullmatch(r"-?[0-9]{1,9}", text.strip()) else None


def _wanted(option: Option) -> str:
    """Return in words what the value of a key should be."""
    if option.nargs not in (None, "?"):
        return "a list" if option.kind == "str" else "a number or a list of them"
    return {"int": "a whole number", "float": "a number"}.get(option.kind, "a text")

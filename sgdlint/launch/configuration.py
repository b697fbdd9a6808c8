"""The options that a launch takes from its `--config` file, and what is wrong with that file.

Imported when a launch names such a file.
"""

from __future__ import annotations

from sgdlint.catalog import tables
from sgdlint.catalog.quirks import needs_number, reaches_pipeline, refused_keys, retired_options
from sgdlint.configs import ENDINGS, ConfigError, load
from sgdlint.launch.bind import Event, Given
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sgdlint.catalog import Option, Release


@record
class Configuration:
    """What a file gives: options by destination, and what was noticed in it."""

    given: dict[str, Given]
    events: tuple[Event, ...]


def broken_name(path: str) -> bool:
    """Whether SGLang refuses a configuration file for the ending of its name."""
    return not path.endswith(ENDINGS)


def read(path: str, text: str, place: Given, release: Release, command: str) -> Configuration:
    """Return what a file gives to a launch. place: the option that names the file."""
    words = (place.name_word, *place.value_words)

    def event(kind: str, **fields: str) -> Event:
        return Event(kind, words, tuple({"file": path, **fields}.items()))

    try:
        data, lines = load(path, text)
    except ConfigError as error:
        line = str(error.line or "")
        return Configuration({}, (event("config-unreadable", line=line, problem=str(error)),))
    if not isinstance(data, dict):
        held = {type(None): "nothing", list: "a list"}.get(type(data), "a single value")
        return Configuration({}, (event("config-without-keys", found=held),))
    given: dict[str, Given] = {}
    events: list[Event] = []
    options = release.by_dest(command)
    others = release.by_dest("generate")
    retired = _retired(release)
    refused = refused_keys(release.name)
    for key, value in data.items():
        line = str(lines.get(str(key), ""))
        if not isinstance(key, str):
            events.append(event("config-key-not-text", key=str(key), line=line))
        elif key in retired:
            events.append(event("config-key-removed", key=key, line=line, instead=retired[key]))
        elif key in refused and value != refused[key]["only"]:
            only, why = str(refused[key]["only"]), refused[key]["why"]
            fields = {"key": key, "line": line, "value": str(value), "only": only, "reason": why}
            events.append(event("config-key-refused", **fields))
        elif "-" in key and key.replace("-", "_") in others:
            wanted = key.replace("-", "_")
            events.append(event("config-key-with-dashes", key=key, line=line, nearest=wanted))
        elif key in others and _is_ignored(others[key], release, command):
            events.append(event("config-key-ignored", key=key, line=line))
        elif key in options and key not in ("model_path", "config") and options[key].field:
            given[key] = _given(options[key], key, value, place, f"{path}:{line}")
            kind, expected = _mismatch(options[key], key, value, release)
            if kind:
                fields = {"key": key, "line": line, "value": str(value), "expected": expected}
                events.append(event(kind, **fields))
    return Configuration(given, tuple(events))


def _retired(release: Release) -> dict[str, str]:
    """Return the keys that a release refuses, with what stands in their place."""
    places = tables.order()
    return {
        old[2:].replace("-", "_"): one.flag[2:].replace("-", "_")
        for old, one in retired_options().items()
        if places[release.name] >= places[one.until]
    }


def _is_ignored(option: Option, release: Release, command: str) -> bool:
    """Whether a key sets a request, which `serve` and older releases do not take from the file."""
    if not option.sampling or option.field != "sampling":
        return False
    if option.dest in reaches_pipeline(release.name):
        return False
    rows = tables.rows_of("dispatch", release.name, "all")
    return command == "serve" or not any(row["name"] == "config-sampling" for row in rows)


def _given(option: Option, key: str, value: Any, place: Given, file: str) -> Given:
    known = _value(option, value)
    values = None if known is None else (known,)
    return Given(option, key, place.name_word, place.value_words, place.joined, values, place=file)


def _value(option: Option, value: Any) -> Any:
    """Return a value as the option has it; None when it is of another type."""
    if option.action in ("boolean", "store_true", "store_false"):
        return value if isinstance(value, bool) else None
    if option.nargs not in (None, "?"):
        plain = isinstance(value, list) and all(isinstance(one, (str, int)) for one in value)
        return tuple(value) if plain else None
    wanted = {"int": (int,), "float": (int, float), "str": (str,)}.get(option.kind, ())
    return value if isinstance(value, wanted) and not isinstance(value, bool) else None


def _mismatch(option: Option, key: str, value: Any, release: Release) -> tuple[str, str]:
    """Return the event for a text where a number or a boolean is needed, and what is expected."""
    if not isinstance(value, str) or option.nargs not in (None, "?"):
        return "", ""
    if option.action in ("boolean", "store_true"):
        return "config-text-for-boolean", "true or false"
    if option.kind in ("int", "float") and key in needs_number(release.name):
        return "config-wrong-type", "a number"
    return "", ""

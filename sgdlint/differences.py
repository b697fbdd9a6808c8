"""How a launch differs between two releases: events for the rules on moving it.

before is the launch as it was written, read by the old release; after is what stands there now,
read by the new one. Only what is certain in both becomes an event.
"""

from __future__ import annotations

from sgdlint import counterparts
from sgdlint.catalog import tables
from sgdlint.launch.bind import Event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from sgdlint.catalog import Release
    from sgdlint.launch.bind import Given
    from sgdlint.launch.launch import Launch


def events(before: Launch, after: Launch) -> list[Event]:
    """Return how two readings of a launch differ."""
    if before.release.name == after.release.name:
        return []
    found = [Event("move", (), (("from", before.release.name),))]
    found += _options(before, after)
    found += counterparts.events(before, after)
    found += _positional(before, after)
    found += _defaults(before, after)
    found += _variables(before, after)
    return found


def _event(kind: str, words: tuple[int, ...], **fields: str) -> Event:
    return Event(kind, words, tuple(fields.items()))


# --- options that are given -----------------------------------------------------------------------


def _options(before: Launch, after: Launch) -> Iterator[Event]:
    old = {given.flag: given for given in before.bound.every if not given.retired}
    for given in after.bound.every:
        was = old.get(given.flag)
        if was is not None and not given.retired:
            yield from _kept(was, given, before, after)
        elif was is not None:
            yield from _other_spelling(was, given, after)
    ambiguous = [one.words[0] for one in after.bound.events if one.kind == "ambiguous-option"]
    for index in (*after.bound.extras, *ambiguous):
        flag = (after.words[index].text or after.words[index].prefix).partition("=")[0]
        was = old.get(flag)
        if was is None:
            yield from _switch_value(index, after, old)
        elif was.flag not in was.option.flags:
            yield from _abbreviation(was, index, after)


def _kept(was: Given, now: Given, before: Launch, after: Launch) -> Iterator[Event]:
    """Yield events for an option that both releases take: ignored by one, read otherwise."""
    words = (now.name_word, *now.value_words)
    works, worked = not _idle(now, after), not _idle(was, before)
    target = after.release.flag(after.command, was.option.dest)
    if was.option.dest != now.option.dest and now.flag not in now.option.flags and not target:
        yield _event("turned-option", words, flag=now.flag, option=now.option.flags[0])
    elif worked and not works:
        yield _event("idle-option", words, flag=now.flag, value=counterparts.text_of(now))
    elif works and not worked:
        yield _event("waking-option", words, flag=now.flag)
    elif target and was.option.dest != now.option.dest and now.flag not in now.option.flags:
        yield _event("moved-abbreviation", (now.name_word,), flag=now.flag, option=target)


def _idle(given: Given, launch: Launch) -> bool:
    return given.dropped or given.flag in launch.release.ignored(launch.command)


def _other_spelling(was: Given, now: Given, after: Launch) -> Iterator[Event]:
    target = after.release.flag(after.command, was.option.dest)
    if target and target != now.flag and not was.dropped:
        yield _event("moved-spelling", (now.name_word,), flag=now.flag, spelling=target)


def _abbreviation(was: Given, index: int, after: Launch) -> Iterator[Event]:
    target = after.release.flag(after.command, was.option.dest)
    if target and not was.dropped:
        yield _event("moved-abbreviation", (index,), flag=was.flag, option=target)


def _switch_value(index: int, after: Launch, old: dict[str, Given]) -> Iterator[Event]:
    """Yield an event for `true` or `false` behind an option that is only a switch now."""
    value = (after.words[index].text or "").lower()
    named = [one for one in after.bound.every if one.name_word == index - 1 and not one.joined]
    if value not in ("true", "false") or not named or named[0].flag not in old:
        return
    if (old[named[0].flag].option.action, named[0].option.action) == ("boolean", "store_true"):
        words = (index - 1, index) if value == "false" else (index,)
        yield _event("moved-switch", words, flag=named[0].flag, value=value)


def lost(launch: Launch) -> Event:
    """Return the event for a launch that the new release does not take for one of diffusion.

    The launch is as the old release reads the text that stands there now.
    """
    first = launch.words[0] if launch.words else None
    if first is not None and not (first.text or first.prefix or "-").startswith("-"):
        return _event("moved-model", (0,), flag=launch.flag("model_path"))
    return _event("lost-launch", ())


def _positional(before: Launch, after: Launch) -> Iterator[Event]:
    """Yield an event for a model without --model-path, where the new release needs it."""
    missing = any(event.kind == "missing-model" for event in after.bound.events)
    was_fine = not any(event.kind == "missing-model" for event in before.bound.events)
    if missing and was_fine and after.words and 0 in after.bound.extras:
        text = after.words[0].text or after.words[0].prefix
        if not text.startswith("-"):
            flag = after.release.flag(after.command, "model_path") or ""
            yield _event("moved-model", (0,), flag=flag)


# --- defaults -------------------------------------------------------------------------------------


def _defaults(before: Launch, after: Launch) -> Iterator[Event]:
    data = tables.table("migration")
    same = after.model_path == before.model_path
    gone = before.model is not None and same and after.release.model(after.model_path) is None
    # What a later release has is told of every launch.
    if gone and after.release.registered_later(after.model_path) is None:
        yield _event("lost-model", (), model=after.model_path)
    if not (_is_native(before, data, True) and _is_native(after, data, True)):
        return
    old, new = _request_defaults(before), _request_defaults(after)
    frames = data["rounded_frames"]["option"]
    if _rounds_frames(before, data["rounded_frames"]):
        old.pop(frames, None)
    for name, value in old.items():
        if name in new and new[name] != value and _unsaid(name, before, after, data):
            yield _default(name, value, new[name], after, _doubt(name, after, data))
    if not (_is_native(before, data) and _is_native(after, data)):
        return
    old, new = _settings(before, data), _settings(after, data)
    for name, value in old.items():
        if name in new and new[name] != value and _absent(name, before, after):
            yield _default(name, value, new[name], after)


def _doubt(name: str, after: Launch, data: dict[str, Any]) -> str:
    """Return why saying the old value of a request may not keep the output; "" when it does."""
    rounded = data["rounded_frames"]
    if name == rounded["option"] and _rounds_frames(after, rounded):
        return str(rounded["doubt"])
    held = after.bound.given.get(data["protects"]["option"])
    return "" if held is None or held.values == (False,) else str(data["protects"]["doubt"])


def _is_native(launch: Launch, data: dict[str, Any], requests: bool = False) -> bool:
    """Whether a launch certainly runs its model in the pipeline whose defaults are known.

    requests: it is about those of requests, which another pipeline may take over from that one.
    """
    if launch.release.registry.quantized(launch.model_path):
        return False
    known = tables.order()
    for row in data["other_pipeline"]:
        given = launch.bound.given.get(row["option"])
        since = row.get("same_requests_since") if requests else None
        if since and known[launch.release.name] >= known[since]:
            continue
        if given is not None and not set(given.values or ("?",)) <= set(row["but"]):
            return False
    return not launch.bound.open


def _default(name: str, old: Any, new: Any, after: Launch, doubt: str = "") -> Event:
    """Return the event for a default that changed; doubt: why saying it may not keep the output."""
    flag = after.release.flag(after.command, name)
    if flag is None:
        return _event("moved-request", (), name=name, old=_text(old), new=_text(new))
    fields = {"option": name, "flag": flag, "old": _text(old), "new": _text(new)}
    fields["doubt"] = doubt
    return _event("moved-default", (), **fields)


def _unsaid(name: str, before: Launch, after: Launch, data: dict[str, Any]) -> bool:
    if name in data["size"]:
        unsaid = all(_absent(one, before) for one in data["decides_size"])
        return unsaid and _absent(name, after)
    return _absent(name, before, after)


def _absent(name: str, *launches: Launch) -> bool:
    """Whether an option is certainly not given in any of the launches."""
    return not any(
        one.bound.open or name in one.bound.given or name in one.bound.unclear for one in launches
    )


def _request_defaults(launch: Launch) -> dict[str, Any]:
    """Return the request parameters of a launch's model and command that are plain numbers."""
    model = launch.model
    if model is None:
        return {}
    skipped = tables.table("migration")["not_the_output"]
    found = {
        option.dest: option.field_default
        for option in launch.release.by_dest("generate").values()
        if option.sampling and option.dest not in skipped
    }
    found.update(_size(launch))
    found.update(model.defaults)
    return {
        name: value
        for name, value in found.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    }


def _rounds_frames(launch: Launch, data: dict[str, str]) -> bool:
    """Whether a launch may have changed its number of frames for several GPUs."""
    known = tables.order()
    if known[launch.release.name] >= known[data["until"]]:
        return False
    given = launch.bound.given.get(data["gpus"])
    return launch.bound.open if given is None else given.values != (1,)


def _size(launch: Launch) -> dict[str, Any]:
    """Return the size of what is made without an image when neither launch nor model says one."""
    model, unset = launch.model, tables.table("migration")["unset_size"]
    if model is None or model.requires_image is not False:
        return {}
    known = tables.order()
    if model.kind not in ("image", "video") or known[launch.release.name] < known[unset["since"]]:
        return {}
    width, height = next(
        iter(model.defaults.get("supported_resolutions") or ()), (unset["width"], unset["height"])
    )
    return {"width": width, "height": height}


def _settings(launch: Launch, data: dict[str, Any]) -> dict[str, Any]:
    """Return the precisions that a launch's model brings."""
    model = launch.model
    if model is None:
        return {}
    options = launch.release.by_dest(launch.command)
    usual = {name: options[name].field_default for name in data["precisions"] if name in options}
    chosen = {name: model.settings.get(name, value) for name, value in usual.items()}
    return {name: value for name, value in chosen.items() if isinstance(value, (str, list))}


def _text(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


# --- environment ----------------------------------------------------------------------------------


def _variables(before: Launch, after: Launch) -> Iterator[Event]:
    for name, variable in after.environment.items():
        if variable.word is None or variable.start < 0:
            continue
        if not reads(before.release, name) or reads(after.release, name):
            continue
        place, new = (variable.start, variable.end), renamed(name)
        if not new or not reads(after.release, new):
            yield Event("lost-variable", (), (("name", name),), None, place)
        elif new not in after.environment:
            yield Event("moved-variable", (), (("name", name), ("new", new)), None, place)


def reads(release: Release, name: str) -> bool:
    """Whether a release reads an environment variable."""
    known = release.variable(name)
    return known is not None and known.read


def renamed(name: str) -> str:
    """Return the other name of a variable that was renamed, in either direction; "" for none."""
    for row in tables.table("migration")["renamed_variables"]:
        for old, new in ((row["prefix"], row["to"]), (row["to"], row["prefix"])):
            if name.startswith(old):
                return str(new + name[len(old) :])
    return ""

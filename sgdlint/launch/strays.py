"""What wrong words mean: options of other releases, misspelt ones, words that no option takes.

Imported when a launch has such words.
"""

from __future__ import annotations

from sgdlint import catalog
from sgdlint.catalog import tables
from sgdlint.catalog.dynamic import usual_components
from sgdlint.catalog.quirks import retired_options
from sgdlint.finding import ANY
from sgdlint.launch import forms
from sgdlint.launch.bind import Elsewhere, Event
from sgdlint.nearest import nearest
from sgdlint.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.catalog import Release
    from sgdlint.catalog.dynamic import Dynamic
    from sgdlint.catalog.options import OptionTable
    from sgdlint.launch.bind import Bound
    from sgdlint.launch.components import Entry
    from sgdlint.shell.values import Word


MOST_SHOWN = 4
"""How many left-over words a message names."""


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


def leftovers(
    bound: Bound, words: Sequence[Word], release: Release, command: str
) -> tuple[list[Event], list[Entry]]:
    """Return events for the words left over, and the dynamic options, which SGLang takes out."""
    events: list[Event] = []
    entries: list[Entry] = []
    extras = list(bound.extras)
    if not release.rejects_unknown(command):
        return list(_unread(bound, words, release, command)), entries
    extras = [index for index in extras if not _follows_ambiguous(index, bound, words)]
    position = 0
    while position < len(extras):
        index = extras[position]
        text = words[index].text or words[index].prefix
        position += 1
        if text == "--":
            return [*events, _dashes(index, words, bound)], entries
        if not text.startswith("-"):
            run = _run(extras[position - 1 :], words)
            position += len(run) - 1
            stray = Event("stray-argument", run, (("value", _shortened(run, words)),))
            events.append(_behind_switch(index, bound, words) or stray)
            continue
        flag = text.partition("=")[0]
        family = release.component(flag)
        taken = _taken(family, index, extras[position:], words)
        if family is None or taken is None:
            after = position + _values_of_unknown(extras, position, words)
            run = (index, *extras[position:after])
            events.append(_unknown(flag, run, words, release, command))
            position = after
        else:
            entries.append(_entry(family, (index, *extras[position : position + taken]), words))
            position += taken
            events += _swallowed(flag, index, words, family, release, command)
    return events, entries


def _dashes(index: int, words: Sequence[Word], bound: Bound) -> Event:
    """Return the event for `--`; without it the options behind it would be read.

    stray: what SGLang stops at even then, beside it.
    """
    behind = [word.text or word.prefix for word in words[index + 1 :]]
    stray = behind[0] if behind and not behind[0].startswith("-") else ""
    if any(one.kind == "missing-value" and one.words == (index - 1,) for one in bound.events):
        stray = words[index - 1].text or ""
    options = tuple(ANY for text in behind if text.startswith("-"))
    return Event("stray-argument", (index,), (("value", "--"), ("stray", stray)), touches=options)


def _unread(bound: Bound, words: Sequence[Word], release: Release, command: str) -> Iterator[Event]:
    """Yield events for what SGLang passes over where it does not look at left-over words."""
    for index in bound.extras:
        text = words[index].text or words[index].prefix
        behind = _behind_switch(index, bound, words)
        if behind is not None:
            yield replace(behind, fields=(*behind.fields, ("ignored", "yes")))
        elif text.startswith("--") and len(text) > 2:
            flag = text.partition("=")[0]
            other = elsewhere(flag, release, command)
            known = (
                dict(other.fields)
                if other
                else dict(_unknown(flag, (index,), words, release, command).fields)
            )
            yield Event("unread-option", (index,), tuple({**known, "flag": flag}.items()))


def _entry(family: tuple[Dynamic, str], indices: tuple[int, ...], words: Sequence[Word]) -> Entry:
    """Return what a dynamic option gives to its component."""
    from sgdlint.launch.components import Entry

    word = words[indices[0]]
    flag, equals, joined = (word.text or word.prefix).partition("=")
    value = words[indices[1]].text if len(indices) > 1 else None
    if equals and word.text is not None:
        value = joined
    return Entry(family[0].name, flag, family[1], value, indices)


def _run(extras: Sequence[int], words: Sequence[Word]) -> tuple[int, ...]:
    """Return the left-over words from the first on that one expansion (`$ARGS`) was split into."""
    first = extras[0]
    use = (words[first].start, words[first].end)
    run = [first]
    for index in extras[1:]:
        text = words[index].text or words[index].prefix
        if index != run[-1] + 1 or (words[index].start, words[index].end) != use:
            break
        if text.startswith("-"):
            break
        run.append(index)
    return tuple(run)


def _behind_switch(index: int, bound: Bound, words: Sequence[Word]) -> Event | None:
    """Return the event for a word behind an option that takes none; with `false`, for the two."""
    text = words[index].text
    switches = (one for one in bound.every if one.name_word == index - 1 and not one.place)
    given = next((one for one in switches if not one.option.takes_value), None)
    if text is None or text.startswith("-") or given is None or given.joined or given.retired:
        return None
    value = text.lower() if text.lower() in ("true", "false") else text
    which = (index - 1, index) if value == "false" else (index,)
    return Event("word-behind-switch", which, (("flag", given.flag), ("value", value)))


def _follows_ambiguous(index: int, bound: Bound, words: Sequence[Word]) -> bool:
    """Whether a word is most likely the value of an option that could be several."""
    before = [event.words[0] for event in bound.events if event.kind == "ambiguous-option"]
    text = words[index].text or words[index].prefix
    if index - 1 not in before or text.startswith("-"):
        return False
    return "=" not in (words[index - 1].text or "=")


def _shortened(run: Sequence[int], words: Sequence[Word]) -> str:
    texts = [words[index].text or words[index].prefix for index in run[:MOST_SHOWN]]
    return " ".join(texts) + (" …" if len(run) > MOST_SHOWN else "")


def _taken(
    family: tuple[Dynamic, str] | None, index: int, following: Sequence[int], words: Sequence[Word]
) -> int | None:
    """Return how many left-over words a dynamic option takes; None when it lacks its value."""
    if family is None:
        return None
    _, equals, value = (words[index].text or words[index].prefix).partition("=")
    if family[0].values != "one" and not family[1]:
        return None
    if equals:
        fits = family[0].values != "boolean" or value.lower() in ("true", "false")
        return 0 if fits or words[index].text is None else None
    after = words[index + 1] if index + 1 < len(words) else None
    if after is not None and after.texts is None and not after.prefix.startswith("-"):
        # Not known, and so most likely the value. A word that begins known is left over, too.
        return 1 if following[:1] == [index + 1] else 0
    texts = [words[one].text or "" for one in following]
    if family[0].values == "boolean":
        return 1 if texts[:1] and texts[0].lower() in ("true", "false") else 0
    count = next((n for n, text in enumerate(texts) if text.startswith("-")), len(texts))
    if count == 0:
        return None
    return count if family[0].values == "many" else 1


def _values_of_unknown(extras: Sequence[int], position: int, words: Sequence[Word]) -> int:
    """Return how many words after an unknown option are most likely its value: one at most."""
    if position >= len(extras) or extras[position] != extras[position - 1] + 1:
        return 0
    return 0 if (words[extras[position]].text or "").startswith("-") else 1


def _unknown(
    flag: str, run: tuple[int, ...], words: Sequence[Word], release: Release, command: str
) -> Event:
    """Return the event for an option that no table has; run: it and its probable value."""
    index = run[0]
    options = release.options(command)
    hyphenated = "--" + flag[2:].replace("_", "-")
    if flag != hyphenated and hyphenated in options:
        fields = (("flag", flag), ("nearest", hyphenated), ("fits", "yes"))
        return Event("underscore-option", (index,), fields)
    for row in tables.table("dynamic")["rows"]:
        if flag.startswith(tuple(row["prefixes"])) and not tables.holds(row, release.name, command):
            since = tables.ranges_of(row, ())[0][0]
            return Event("newer-option", run, (("flag", flag), ("added", since)))
    near, fits = forms.nearest_fitting(flag, index, words, options)
    if near and release.is_of_language(flag):  # written for the other server, and no mistake there
        near = ""
    fields = (("flag", flag), ("nearest", near), ("fits", "yes" if fits else ""))
    return Event("unknown-option", (index,), fields)


def _swallowed(
    flag: str,
    index: int,
    words: Sequence[Word],
    family: tuple[Dynamic, str],
    release: Release,
    command: str,
) -> list[Event]:
    """Return an event when a dynamic option looks like a misspelt or foreign one."""
    usual = usual_components(release.name)
    dynamic, component = family
    suffix = next((one for one in dynamic.suffixes if flag.endswith(one)), "")
    if component in usual or not suffix:
        return []
    other = elsewhere(flag, release, command)
    if other is not None:
        fields = {**dict(other.fields), "component": component}
        return [Event("swallowed-foreign-option", (index,), tuple(fields.items()))]
    flags = ["--" + name.replace("_", "-") + suffix for name in usual]
    options = release.options(command)
    near = nearest(flag, [*options, *flags], cutoff=0.85)
    fits = near not in options or forms.fits(options[near], index, words)
    fields = {"flag": flag, "nearest": near, "component": component, "fits": "yes" if fits else ""}
    return [Event("swallowed-option", (index,), tuple(fields.items()))] if near else []

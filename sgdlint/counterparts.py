"""Options that the new release does not have, and what stands for them there: events for moving.

What belongs together is in the table `migration`: `split_paths` for a path that others take as a
folder and a name, `pairs` for options that one option holds as `key=value` texts, `same_without`
for values that say what the other releases do anyway.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.catalog import tables
from sgdlint.launch.bind import Event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from sgdlint.launch.bind import Given
    from sgdlint.launch.launch import Launch

_PLAIN = r"[\w@%+:./-]+\Z"


def events(before: Launch, after: Launch) -> Iterator[Event]:
    """Yield an event for each option that the new release does not have, or now reads."""
    data = tables.table("migration")
    for was in before.bound.every:
        words = () if was.retired or was.place else _words(was, after)
        if not words or _known(after, was.option.dest):
            continue
        if was.dropped or was.flag in before.release.ignored(before.command):
            yield _gone(was, words, True)
            continue
        yield _gone(was, words, _same_without(was, data["same_without"]))
        yield from _split_path(was, words, after, data["split_paths"])
        yield from _into_pairs(was, words, after, data["pairs"])
        yield from _out_of_pairs(was, words, after, data["pairs"])
    if not before.release.rejects_unknown(before.command):
        yield from _unread(before, after)


def _unread(before: Launch, after: Launch) -> Iterator[Event]:
    """Yield events for options that the old release did not look at and the new one knows."""
    texts = {before.words[index].text or "" for index in before.bound.extras}
    flags = {text.partition("=")[0] for text in texts if text.startswith("--")}
    for given in after.bound.every:
        if given.flag not in flags or before.release.component(given.flag):
            continue
        words = (given.name_word, *given.value_words)
        if given.retired:
            yield _gone(given, words, True)
        elif given.flag in given.option.flags:
            yield Event("waking-option", words, (("flag", given.flag),))


def _gone(was: Given, words: tuple[int, ...], same: bool) -> Event:
    fields = {"flag": was.flag, "option": was.option.dest, "value": text_of(was)}
    fields["same"] = "yes" if same else "no"
    return Event("gone-option", words, tuple(fields.items()))


def _same_without(was: Given, same: dict[str, list[str]]) -> bool:
    """Whether an option says what releases without it do anyway."""
    value, option = text_of(was), was.option
    off = option.action == "boolean" and value == "false" and option.field_default is False
    return off or value in same.get(option.dest, ())


def _known(launch: Launch, dest: str) -> bool:
    return launch.release.flag(launch.command, dest) is not None


def _taken(launch: Launch, dest: str) -> bool:
    """Whether an option may be given; what is moved is certain, so no other word may mean it."""
    return launch.bound.open or dest in launch.bound.given


def _words(was: Given, after: Launch) -> tuple[int, ...]:
    """Return the words of an option in the launch as it stands now; none when it is not there."""
    for given in after.bound.every:
        if given.flag == was.flag and given.retired:
            return (given.name_word, *given.value_words)
    for index in after.bound.extras:
        if (after.words[index].text or "").partition("=")[0] == was.flag:
            return tuple(range(index, index + 1 + len(was.value_words)))
    return ()


def _split_path(
    was: Given, words: tuple[int, ...], after: Launch, rows: list[dict[str, str]]
) -> Iterator[Event]:
    for row in rows:
        value = _plain_value(was)
        if row["option"] != was.option.dest or not value:
            continue
        folder, _, name = value.rpartition("/")
        parts = {row["folder"]: folder or ("/" if value[0] == "/" else "."), row["name"]: name}
        if name and not any(_taken(after, part) for part in parts):
            yield _rewritten(was, words, _options(after, parts))


def _into_pairs(
    was: Given, words: tuple[int, ...], after: Launch, rows: list[dict[str, Any]]
) -> Iterator[Event]:
    for row in rows:
        value, dest = _plain_value(was), was.option.dest
        if dest not in row["options"] or not value or not _known(after, row["into"]):
            continue
        pair = f"{dest}={row['values'].get(dest, {}).get(value, value)}"
        held = after.bound.given.get(row["into"])
        if held is None:
            if not after.bound.open:
                yield _rewritten(was, words, f"{after.flag(row['into'])} {pair}")
        elif _pairs_of(held) and not held.place:
            fields = {"flag": was.flag, "into": row["into"], "option": after.flag(row["into"])}
            fields |= {"pair": pair, "value": f"{held.values[0]},{pair}" if held.values else ""}
            yield Event("merged-option", words, tuple(fields.items()))


def _out_of_pairs(
    was: Given, words: tuple[int, ...], after: Launch, rows: list[dict[str, Any]]
) -> Iterator[Event]:
    for row in rows:
        pairs = _pairs_of(was) if was.option.dest == row["into"] else {}
        if not pairs or not all(key in row["options"] and _known(after, key) for key in pairs):
            continue
        back = {key: {new: old for old, new in row["values"].get(key, {}).items()} for key in pairs}
        parts = {key: back[key].get(value, value) for key, value in pairs.items()}
        if not any(_taken(after, part) for part in parts):
            yield _rewritten(was, words, _options(after, parts))


def _rewritten(was: Given, words: tuple[int, ...], text: str) -> Event:
    return Event("rewritten-option", words, (("flag", was.flag), ("text", text)))


def _options(launch: Launch, parts: dict[str, str]) -> str:
    return " ".join(f"{launch.flag(name)} {value}" for name, value in parts.items())


def text_of(given: Given) -> str:
    """Return the only value of an option as one writes it; "" when there is none, or several."""
    if given.values is None or len(given.values) != 1:
        return ""
    value = given.values[0]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _plain_value(given: Given) -> str:
    """Return the only value of an option when it needs no quotes; "" otherwise."""
    text = text_of(given)
    return text if quick.match(_PLAIN, text) else ""


def _pairs_of(given: Given) -> dict[str, str]:
    """Return the pairs that an option holds; none when it holds anything else."""
    if given.values is None or len(given.values) != 1:
        return {}
    found: dict[str, str] = {}
    for pair in str(given.values[0]).split(","):
        key, equals, value = pair.partition("=")
        if not equals or not quick.match(_PLAIN, value) or not quick.match(r"\w+\Z", key):
            return {}
        found[key] = value
    return found

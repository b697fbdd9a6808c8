"""The `--config` file of a launch: which one is meant, and what it adds to the command line.

Imported when a launch names such a file.
"""

from __future__ import annotations

from sgdlint.configs import ENDINGS
from sgdlint.launch import filekeys, inputs
from sgdlint.launch.bind import Event
from sgdlint.launch.launch import sure_model
from sgdlint.launch.nearby import Seen, look
from sgdlint.launch.notices import OTHER_MODEL
from sgdlint.record import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sgdlint.catalog import Model, Release
    from sgdlint.launch.bind import Bound, Given
    from sgdlint.launch.launch import Surroundings
    from sgdlint.launch.recognise import Recognised
    from sgdlint.shell.values import Word

_OF_VALUES = ("config-wrong-type", "config-wrong-choice", "config-text-for-boolean")


@record
class Place:
    """Where a launch names its file. model_path: the model as given, "" when that is not known."""

    given: Given
    words: Sequence[Word]
    found: Recognised
    release: Release
    model_path: str

    @property
    def path(self) -> str | None:
        """The path of the file; None when it is not known."""
        given = self.given
        index = given.name_word if given.joined else (*given.value_words, -1)[0]
        text = self.words[index].text if index >= 0 else None
        return text.partition("=")[2] if text is not None and given.joined else text

    def event(self, kind: str, **fields: str) -> Event:
        """Return an event about the words that name the file."""
        return Event(kind, (self.given.name_word, *self.given.value_words), tuple(fields.items()))


def configured(
    bound: Bound, place: Place, around: Surroundings | None
) -> tuple[Bound, tuple[Event, ...]]:
    """Return what is bound with the options of the file, and what is wrong with it."""
    path = place.path
    if path == "":  # as if it were not there
        return bound, ()
    opened = replace(bound, open=True)
    if path is None or place.given.dropped:
        return opened, ()
    if not path.endswith(ENDINGS):
        return opened, (place.event("config-ending", file=path),)
    seen = look(around, path, place.found) if around is not None else None
    if seen is None or seen.text is None:
        return opened, () if seen is None else inputs.lacking(place.given, path, seen)
    return _merged(bound, place, path, seen)


def _merged(bound: Bound, place: Place, path: str, seen: Seen) -> tuple[Bound, tuple[Event, ...]]:
    file = filekeys.File(path, seen.text or "", seen.start)
    read = filekeys.read(
        file, place.given, place.release, place.found.subcommand, _model(bound, place)
    )
    # What stands on the command line wins; an abbreviation that SGLang drops does not.
    winning = {name: one for name, one in bound.given.items() if not one.dropped}
    noticed = [one for one in read.events if not _is_moot(one, winning)]
    noticed += _overridden(place, read.given, winning)
    broken = any(one.kind in ("config-unreadable", "config-without-keys") for one in read.events)
    every = {**bound.given, **read.given, **winning}
    opened = bound.open or broken
    return replace(bound, given=every, open=opened, unclear=read.unclear), tuple(noticed)


def _model(bound: Bound, place: Place) -> Model | None:
    """Return the model, when nothing else decides which parameters a request has."""
    if bound.open or bound.given.keys() & set(OTHER_MODEL):
        return None
    return sure_model(place.release, place.model_path)


def _is_moot(event: Event, winning: Mapping[str, Given]) -> bool:
    """Whether the value of a key that is wrong does not count, as the command line has another."""
    return event.kind in _OF_VALUES and dict(event.fields)["key"] in winning


def _overridden(
    place: Place, given: Mapping[str, Given], winning: Mapping[str, Given]
) -> list[Event]:
    """Return an event for each key to which the command line gives another value."""
    found = []
    for key in given.keys() & winning.keys():
        one, other = given[key].values, winning[key].values
        if one and other and not set(one) & set(other):
            file, _, line = given[key].place.rpartition(":")
            fields = {"file": file, "key": key, "line": line, "flag": winning[key].flag}
            found.append(place.event("config-key-overridden", **fields))
    return sorted(found, key=lambda event: event.fields)

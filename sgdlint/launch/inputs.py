"""The files that a launch reads besides its configuration: prompts and the like.

Imported when a launch names such a file.
"""

from __future__ import annotations

from sgdlint.catalog.quirks import input_files
from sgdlint.launch.bind import Event
from sgdlint.launch.nearby import look

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgdlint.catalog import Release
    from sgdlint.launch.bind import Bound, Given
    from sgdlint.launch.launch import Surroundings
    from sgdlint.launch.nearby import Seen
    from sgdlint.launch.recognise import Recognised


def noticed(
    bound: Bound, found: Recognised, release: Release, around: Surroundings
) -> Iterator[Event]:
    """Yield what there is to say about the files that options name."""
    for name, row in input_files(release.name).items():
        given = bound.given.get(name)
        if given is None or given.dropped or given.place or len(given.values or ()) != 1:
            continue
        path = (given.values or ("",))[0]
        if not path or any(map(bound.may_be_given, row.get("unless", ()))):
            continue
        seen = look(around, path, found)
        if seen.text is None:
            yield from lacking(given, path, seen)
        elif row.get("prompts") and not seen.text.strip():
            yield _event("empty-prompt-file", given, path)


def lacking(given: Given, path: str, seen: Seen) -> tuple[Event, ...]:
    """Return the event for a file that is not there, or is no text."""
    if seen.lack == "not text":
        return (_event("file-not-text", given, path),)
    if seen.lack:
        return (_event("missing-file", given, path, beside=seen.lack.removesuffix("anywhere")),)
    return ()


def _event(kind: str, given: Given, path: str, **fields: str) -> Event:
    words = (given.name_word, *given.value_words)
    shown = {"flag": given.flag, "file": path, **fields}
    return Event(kind, words, tuple(shown.items()), given)

"""What can only be said of several launches of one file: one writes over what another wrote.

Imported when several launches of a file name a file that they write.
"""

from __future__ import annotations

from sgdlint.launch.bind import Event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sgdlint.launch.launch import Launch
    from sgdlint.shell.values import Command
    from sgdlint.source import Source

    Ran = Sequence[tuple[Launch, Command]]


def overwritten(
    ran: Ran, names: Collection[str], commands: Sequence[Command], source: Source
) -> Iterator[tuple[Launch, Event]]:
    """Yield an event for each launch that certainly writes a file anew which one before it wrote.

    ran: the launches in order, each with its command. names: the options that name such a file.
    A file that is mentioned between the two may have been read or moved, and is left alone.
    """
    written: dict[tuple[str, str], Command] = {}
    for launch, command in ran:
        for name in sorted(names & launch.bound.given.keys()):
            given = launch.bound.given[name]
            values = given.values or ()
            if command.conditional or command.nested or len(values) != 1 or not values[0]:
                continue
            path = str(values[0])
            before = written.get((name, path))
            if before is not None and not _is_used(path, before, command, commands, source):
                line = source.location(before.start)[0]
                fields = (("flag", given.flag), ("file", path), ("line", str(line)))
                words = given.value_words or (given.name_word,)
                yield launch, Event("file-written-again", words, fields, given)
            written[name, path] = command


def _is_used(
    path: str, before: Command, after: Command, commands: Sequence[Command], source: Source
) -> bool:
    """Whether something between two commands may use a file, or lead to another folder."""
    name = path.rpartition("/")[2]
    if name in source.text[before.end : after.start]:
        return True
    between = [one for one in commands if before.end <= one.start and one.end <= after.start]
    return any(
        word.texts is None or name in (word.text or name) or word.text in ("cd", "pushd", "popd")
        for one in between
        for word in one.words
    )

"""What can only be said of several launches of one file: one writes over what another wrote.

Imported when several launches of a file name a file that they write.
"""

from __future__ import annotations

from sgdlint.launch.bind import Event
from sgdlint.source import Span
from sgdlint.variants import place_of
from sgdlint.ways import tests_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sgdlint.launch.bind import Given
    from sgdlint.launch.launch import Launch
    from sgdlint.shell.values import Command
    from sgdlint.source import Source
    from sgdlint.variants import Ran
    from sgdlint.ways import Layout


def overwritten(
    ran: Sequence[Ran],
    names: Collection[str],
    commands: Sequence[Command],
    source: Source,
    layout: Layout,
) -> Iterator[tuple[Ran, Event]]:
    """Yield an event for each launch that certainly writes a file anew which one before it wrote.

    ran: the launches. names: the options that name such a file.
    A file that is mentioned between the two may have been read or moved, and is left alone. Paths
    are alternatives: only what surely ran on the same path was there before; rounds of a loop and
    calls of a function run one after the other.
    """
    before = _written_before(ran, names, commands, source, layout)
    for one in ran:
        for name, path, given in _outputs(one.launch, names):
            found = [(before.get((id(way), name)), way) for way in one.variant.ways]
            sure = [first for first, way in found if first is not None and not tests_of(way)]
            first = sure[0] if sure else found[0][0]
            if first is not None and (sure or all(one for one, _ in found)):
                line = source.location(first.start)[0]
                fields = (("flag", given.flag), ("file", path), ("line", str(line)))
                words = given.value_words or (given.name_word,)
                yield one, Event("file-written-again", words, fields, given)


def _written_before(
    ran: Sequence[Ran],
    names: Collection[str],
    commands: Sequence[Command],
    source: Source,
    layout: Layout,
) -> dict[tuple[int, str], Command]:
    """Return, for a command and an option, the command that wrote the same file before."""
    launches = {id(way): one.launch for one in ran for way in one.variant.ways}
    earlier: dict[tuple[str, str], list[Command]] = {}
    found: dict[tuple[int, str], Command] = {}
    for command in commands:
        launch = launches.get(id(command))
        if launch is None or command.nested or not layout.surely_runs(command):
            continue
        for name, path, _ in _outputs(launch, names):
            known = earlier.setdefault((name, path), [])
            sure = (one for one in reversed(known) if tests_of(one) <= tests_of(command))
            before = next(sure, None)
            if before is not None and not _is_used(path, before, command, commands, source):
                found[id(command), name] = before
            known.append(command)
    return found


def _outputs(launch: Launch, names: Collection[str]) -> Iterator[tuple[str, str, Given]]:
    """Yield the options of a launch that certainly name a file that it writes, with the file."""
    for name in sorted(names & launch.bound.given.keys()):
        given = launch.bound.given[name]
        values = given.values or ()
        if len(values) == 1 and values[0]:
            yield name, str(values[0]), given


def _is_used(
    path: str, before: Command, after: Command, commands: Sequence[Command], source: Source
) -> bool:
    """Whether something between two commands may use a file, or lead to another folder.

    Between the rounds of a loop, that is all else in the script.
    """
    name = path.rpartition("/")[2]
    places = [place_of(before), place_of(after)]
    if before.end <= after.start:
        between = Span(before.end, after.start)
        written = source.text[between.start : between.end]
    else:
        between = Span(0, len(source.text))
        written = "".join(_outside(places, source.text))
    if name in written:
        return True
    others = (one for one in commands if between.start <= one.start and one.end <= between.end)
    return any(
        word.texts is None or name in (word.text or name) or word.text in ("cd", "pushd", "popd")
        for one in others
        if place_of(one) not in places
        for word in one.words
    )


def _outside(places: Sequence[Span], text: str) -> Iterator[str]:
    """Yield the parts of a text that are in none of some places."""
    end = 0
    for place in sorted(places, key=lambda one: one.start):
        yield text[end : place.start]
        end = max(end, place.end)
    yield text[end:]

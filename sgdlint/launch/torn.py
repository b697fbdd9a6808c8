"""A launch that the shell ends before its author does: what cuts it off, and how to join it again.

Imported when something at the end of a launch looks like it.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.launch.bind import Event
from sgdlint.launch.nearby import excludes
from sgdlint.record import record, replace
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sgdlint.launch.bind import Given
    from sgdlint.launch.launch import Launch, Surroundings
    from sgdlint.launch.recognise import Recognised
    from sgdlint.shell.values import Command, Word

    Read = Callable[[Recognised], Launch | None]
    Edits = tuple[tuple[int, int, str], ...]

_LINE_BREAK = quick.compile(r"(?:[ \t]*\\?[ \t]*(?:(?<!\S)#[^\n]*)?\r?\n)+[ \t]*")
"""What may lie between a launch and the words behind it that were meant for it."""
_BLANK_END = r"(?<!\\)(?:\\\\)*\\([ \t])\Z"
BLANK, COMMENT = "blank-after-backslash", "comment-in-continuation"
OPTION = "option-on-its-own"
REFUSED = ("stray-argument", "surplus-value", "invalid-type", "invalid-choice")
"""What is noticed about a word that makes SGLang stop."""


@record
class Cut:
    """One place where the shell ends a command.

    kind: the event. start: where the layout before the next word begins; end: where that word is.
    place: what to underline. next: the command that stands there and was meant for the launch;
    None when there is none.
    """

    kind: str
    start: int
    end: int
    place: tuple[int, int]
    next: Command | None


def read(found: Recognised, around: Surroundings, as_read: Read) -> Launch | None:
    """Return a launch that may be cut off: as the shell reads it, its options open, with an event.

    as_read: how a launch is read otherwise.
    """
    text = around.source.text
    cuts = list(_cuts(found.command, text, found.others or around.commands))
    if not cuts:
        return as_read(found)
    lost = [word for cut in cuts if cut.next is not None for word in cut.next.words]
    own = _without_blank(found.arguments, cuts[0])
    launch = as_read(replace(found, arguments=(*own, *lost)))
    if launch is None:
        return None
    event = _event(cuts, _is_refused(found, len(own), as_read), _edits(found, cuts, text))
    launch = _shortened(launch, len(launch.words) - len(lost), event, bool(lost))
    ends = [cut.next.end for cut in cuts if cut.next is not None]
    return replace(launch, span=Span(launch.span.start, max([launch.span.end, *ends])))


def _shortened(launch: Launch, count: int, event: Event, is_open: bool) -> Launch:
    """Return a launch with its first words only; whatever else may have been meant is unknown."""
    bound = launch.bound
    lost = tuple(name for name, one in bound.given.items() if _last_word(one) >= count)
    event = replace(event, touches=lost)
    return replace(
        launch,
        words=launch.words[:count],
        bound=replace(
            bound,
            given={name: one for name, one in bound.given.items() if _last_word(one) < count},
            every=tuple(one for one in bound.every if _last_word(one) < count),
            events=(event, *(one for one in bound.events if max(one.words, default=0) < count)),
            extras=tuple(index for index in bound.extras if index < count),
            open=bound.open or is_open,
        ),
    )


def _last_word(given: Given) -> int:
    return max((given.name_word, *given.value_words))


# --- where it is cut ------------------------------------------------------------------------------


def _cuts(command: Command, text: str, commands: Sequence[Command]) -> Iterator[Cut]:
    """Yield each place where words that were meant for a command become commands of their own."""
    starts = {one.start: one for one in commands if not excludes(one, command)}
    indent = _indent(text, command.start)
    while True:
        blank = _blank_end(command, text)
        gap = _LINE_BREAK.match(text, blank or command.end)
        following = starts.get(gap.end()) if gap is not None else None
        if gap is None or not (blank or _is_option(following)):
            return
        if blank and not (_is_option(following) or _is_deeper(following, text, indent)):
            following = None
        yield _cut(blank or command.end, gap.end(), text, following, blank > 0)
        if following is None:
            return
        command = following


def _blank_end(command: Command, text: str) -> int:
    """Return the offset behind a backslash and a blank that are to continue a line; 0 if none are.

    They stand at the end of the command, or before a `#`, which is no comment there.
    """
    line = max(command.start, text.rfind("\n", 0, command.end))
    for word in command.words:
        if word.start >= line and text[word.start : word.start + 3] in ("\\ #", "\\\t#"):
            return word.start + 2
    ends = quick.search(_BLANK_END, text[line : command.end])
    return command.end if ends is not None else 0


def _cut(start: int, end: int, text: str, following: Command | None, blank: bool) -> Cut:
    gap = text[start:end]
    if blank:
        blanks = len(gap) - len(gap.lstrip(" \t"))
        return Cut(BLANK, start - 2, end, (start - 2, start + blanks), following)
    comment = quick.search(r"#[^\n]*", gap)
    # A comment cuts a line off that is continued, and one whose backslash it holds.
    if comment is not None and gap.partition("\n")[0].strip():
        shown = len(comment[0].rstrip())
        place = (start + comment.start(), start + comment.start() + shown)
        return Cut(COMMENT, start, end, place, following)
    first = following.words[0].end if following is not None else end
    return Cut(OPTION, start, end, (end, first), following)


def _is_option(command: Command | None) -> bool:
    """Whether a command begins with what can only be an option of another one."""
    if command is None or not command.words:
        return False
    word = command.words[0]
    return quick.match(r"--?[A-Za-z]", word.text or word.prefix) is not None


def _is_deeper(command: Command | None, text: str, indent: int) -> bool:
    return command is not None and _indent(text, command.start) > indent


def _indent(text: str, position: int) -> int:
    """Return how many blanks stand before the first word of a line."""
    line = text[text.rfind("\n", 0, position) + 1 : position]
    return len(line) - len(line.lstrip(" \t"))


def _without_blank(words: tuple[Word, ...], cut: Cut) -> tuple[Word, ...]:
    """Return the words before the one that a blank behind a backslash is."""
    return tuple(word for word in words if word.start < cut.start) if cut.kind == BLANK else words


def _is_refused(found: Recognised, count: int, as_read: Read) -> bool:
    """Whether SGLang stops at what stands behind the first words of a launch: at a blank."""
    return count < len(found.arguments) and stops_at(found, (count,), as_read(found))


def stops_at(found: Recognised, places: Sequence[int], launch: Launch | None) -> bool:
    """Whether SGLang stops at some arguments of a launch, which is read as it stands."""
    if launch is None:
        return False
    moved = len(launch.words) - len(found.arguments)
    words = {place + moved for place in places}
    return any(
        one.kind in REFUSED and not words.isdisjoint(one.words) for one in launch.bound.events
    )


def _event(cuts: list[Cut], refused: bool, edits: Edits) -> Event:
    first = cuts[0]
    word = first.next.words[0] if first.next is not None else None
    fields = {
        "option": (word.text or word.prefix) if word is not None else "",
        "refused": "yes" if refused else "",
    }
    return Event(first.kind, (), tuple(fields.items()), None, first.place, edits)


# --- how it is joined -----------------------------------------------------------------------------


def _edits(found: Recognised, cuts: list[Cut], text: str) -> Edits:
    """Return edits that join the lines, with the comments above the launch; () where none fit."""
    comments: list[str] = []
    edits = []
    for cut in cuts:
        if cut.next is None:
            edits.append(_taken_out(cut, text))
            continue
        lines = text[cut.start : cut.end].split("\n")
        notes = [line.partition("#")[2] for line in lines if "#" in line]
        comments += [f"#{note.rstrip().removesuffix(chr(92)).rstrip()}" for note in notes]
        edits.append(_joined(cut, lines, text))
    if comments:
        place = text.rfind("\n", 0, found.command.start) + 1
        indent = text[place : found.command.start]
        if indent.strip() or text[:place].rstrip("\r\n").endswith("\\"):
            return ()
        edits.insert(0, (place, place, "".join(f"{indent}{one}\n" for one in comments)))
    return tuple(edits)


def _taken_out(cut: Cut, text: str) -> tuple[int, int, str]:
    """Return the edit that takes a backslash out that continues nothing."""
    start, end = cut.place
    return (len(text[:start].rstrip(" \t")) if text[end] in "\r\n" else start, end, "")


def _joined(cut: Cut, lines: list[str], text: str) -> tuple[int, int, str]:
    """Return the edit that makes one continued line end of what lies between two words."""
    if len(lines) == 2 and not lines[0].strip(" \t\\"):
        return (cut.start, cut.start + len(lines[0]), "\\" if lines[0].strip() else " \\")
    start = len(text[: cut.start].rstrip(" \t"))
    line_end = "\r\n" if lines[0].endswith("\r") else "\n"
    return (start, cut.end, f" \\{line_end}{lines[-1]}")

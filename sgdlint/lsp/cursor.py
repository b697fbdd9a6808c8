"""What stands at a place of a text: the word, the launch that it belongs to, the option."""

from __future__ import annotations

import re

from sgdlint import catalog
from sgdlint.record import record
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgdlint.catalog import Release
    from sgdlint.launch.bind import Given
    from sgdlint.lsp.seen import Launched, Seen
    from sgdlint.shell.values import Word

ENDS = frozenset(" \t\r\n\"'`,;|&<>()[]{}$\\")
"""What no option, model or variable has in its name."""
BETWEEN = frozenset(" \t\r\n\"',\\[")
"""What stands between two words of a command, in a shell and in lists of other languages."""
LONGEST = 300
"""Characters of a word that are looked at."""
FARTHEST = 4000
"""So far before a place its command is looked for where no launch could be read."""
_HEAD = re.compile(r"\bsglang[\"']?,?\s+[\"']?(generate|serve)\b")


@record
class Typed:
    """The word at a place.

    span: all of it. text: what of it stands before the place. before: the word that comes before
    it, "" when there is none, and where that stands.
    """

    span: Span
    text: str
    before: str
    before_span: Span


@record
class Context:
    """The launch that a place belongs to. launched: None where it could not be read."""

    release: Release
    command: str
    launched: Launched | None


def typed(text: str, offset: int) -> Typed:
    """Return the word at an offset."""
    start, end = _begin(text, offset), offset
    while end < len(text) and text[end] not in ENDS and end - offset < LONGEST:
        end += 1
    last = start
    while last > 0 and (text[last - 1] in BETWEEN or _is_marker(text, last - 1)):
        last -= 1
    first = _begin(text, last)
    return Typed(Span(start, end), text[start:offset], text[first:last], Span(first, last))


def _begin(text: str, end: int) -> int:
    start = end
    while start > 0 and text[start - 1] not in ENDS and end - start < LONGEST:
        start -= 1
    return start


def _is_marker(text: str, at: int) -> bool:
    """Whether a dash begins an item of a list in YAML."""
    return text[at] == "-" and text[at + 1 : at + 2] == " " and not text[:at][-1:].strip()


def word_at(seen: Seen, offset: int) -> tuple[Launched, int] | None:
    """Return the launch and the number of its word that is written at an offset."""
    for one in reversed(seen.launches):
        for number, word in enumerate(one.launch.words):
            if any(span.start <= offset <= span.end for span in written(one, word)):
                return one, number
    return None


def written(one: Launched, word: Word) -> Iterator[Span]:
    """Yield where a word of a launch is written in the file."""
    for piece in word.pieces:
        if piece.start >= 0:
            yield one.script.at_home(Span(piece.start, piece.end))


def given_at(seen: Seen, offset: int) -> tuple[Launched, Given, bool] | None:
    """Return the launch and the option that is given at an offset, and whether it is its name."""
    found = word_at(seen, offset)
    if found is None:
        return None
    one, number = found
    for given in one.launch.bound.every:
        if number == given.name_word:
            return one, given, True
        if number in given.value_words:
            return one, given, False
    return None


def context_of(seen: Seen, word: Typed, offset: int) -> Context | None:
    """Return the launch that a word belongs to, or would belong to once it is written."""
    found = _launch_at(seen, word, offset)
    if found is not None:
        return Context(found.launch.release, found.launch.command, found)
    command = _command_before(seen.text, offset)
    return None if not command else Context(catalog.load(seen.release), command, None)


def _launch_at(seen: Seen, word: Typed, offset: int) -> Launched | None:
    places = [word.span.start, word.span.end]
    places += [word.before_span.end] if word.before else []
    for place in places:
        found = word_at(seen, place)
        if found is not None:
            return found[0]
    for one in reversed(seen.launches):
        span = one.script.at_home(one.launch.span)
        between = seen.text[span.end : word.span.start].replace("\\\n", "").replace("\\\r\n", "")
        if span.start <= offset and (offset <= span.end or not between.strip(" \t")):
            return one
    return None


def _command_before(text: str, offset: int) -> str:
    """Return the subcommand of a launch in the same command before an offset; "" for none."""
    start = max(0, offset - FARTHEST)
    heads = list(_HEAD.finditer(text, start, offset))
    if not heads:
        return ""
    between = text[heads[-1].end() : offset].replace("\\\n", "").replace("\\\r\n", "")
    return "" if any(end in between for end in "\n;|&") else heads[-1][1]

"""Words that the shell reads in another way than they are meant: `<MODEL>`, “quotes”, —dashes.

Imported when the text of a launch holds such a character.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.launch.bind import Event
from sgdlint.launch.torn import stops_at
from sgdlint.record import replace
from sgdlint.shell.values import Piece, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.catalog import Release
    from sgdlint.launch.launch import Launch
    from sgdlint.launch.recognise import Recognised
    from sgdlint.launch.torn import Read

_PLACEHOLDER = quick.compile(
    r"(?<![<>&])<([A-Za-z](?:[\w./:-]| (?=[\w./:-]))*(?<! \d)[\w/-])>(?=\s|\Z)"
)
_SYNTAX = r"(?:^|[\s=/])(<[A-Za-z][\w ./:-]*>)[ \t]*\Z"
_OPENING = quick.compile("(--[\\w-]+=)?([\u201c\u201d\u201e\u2018\u2019])")
_CLOSINGS = ("\u201c", "\u201d", "\u2018", "\u2019")
_DASH = quick.compile("(?:[\u2013\u2014]-?|-[\u2013\u2014])([A-Za-z][\\w-]*)(?==|\\Z)")
_UNKNOWN = Piece(None, -1, -1)
_NOT_PLAIN = '"$`\\!\n'


def understood(
    found: Recognised, release: Release, text: str, as_read: Read
) -> tuple[tuple[Word, ...], tuple[Event, ...]]:
    """Return the arguments of a launch with unknowns for what is misread, and events for it.

    as_read: how a launch is read as it stands.
    """
    words, events = _without_placeholders(found, text)
    odd: dict[Event, range] = {}
    flags = release.options(found.subcommand)
    kept: list[Word] = []
    index = 0
    while index < len(words):
        word = words[index]
        end = _quoted(words, index, text)
        flag = _dashed(word, text)
        option = flags.get(flag)
        if end:
            odd[_curly(word, words[end - 1], text, found.nested)] = range(index, end)
            kept.append(_unknown(word, words[end - 1], text))
        elif option is not None:
            odd[_long_dash(word, flag, option.dest, text)] = range(index, index + 1)
            kept.append(replace(word, pieces=(), many=True))
        else:
            kept.append(word)
        index = end or index + 1
    launch = as_read(found) if odd and not events else None
    return tuple(kept), (*events, *(_judged(*one, found, launch) for one in odd.items()))


def _judged(event: Event, places: range, found: Recognised, launch: Launch | None) -> Event:
    """Return an event that tells whether SGLang stops at its words."""
    refused = "yes" if stops_at(found, places, launch) else ""
    return replace(event, fields=(*event.fields, ("refused", refused)))


def hint(text: str, problem: int) -> str:
    """Return what a placeholder before a syntax error is told of, or ""."""
    line = text[text.rfind("\n", 0, problem) + 1 : problem]
    match = quick.search(_SYNTAX, line)
    return f": `{match[1]}` is a redirection, put the real value there" if match else ""


# --- quotes and dashes ----------------------------------------------------------------------------


def _written(word: Word, text: str) -> str:
    """Return how a word stands in the command, "" when it comes from elsewhere."""
    here = word.written_start == word.start and word.written_end == word.end
    return text[word.start : word.end] if here and word.start >= 0 else ""


def _quoted(words: Sequence[Word], index: int, text: str) -> int:
    """Return the index behind the word where curly quotes close that open in a word; 0 for none."""
    if not _OPENING.match(_written(words[index], text)):
        return 0
    for end in range(index, len(words)):
        written = text[words[end].start : words[end].end]
        if written.startswith("--") and end > index:
            return 0
        if written[-1:] in _CLOSINGS and (end > index or len(written) > 1):
            return end + 1
    return 0


def _curly(first: Word, last: Word, text: str, nested: bool) -> Event:
    """Return the event for words in curly quotes; in a string, real ones might end it."""
    start = first.start
    match = _OPENING.match(text, start)
    if match is not None and match[1]:
        start = match.start(2)
    inner = text[start + 1 : last.end - 1]
    plain = not nested and not any(character in _NOT_PLAIN for character in inner)
    edits = ((start, last.end, f'"{inner}"'),) if plain else ()
    fields = (("written", _shortened(text[start : last.end])),)
    return Event("curly-quotes", (), fields, None, (start, last.end), edits)


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else text[:30].rstrip() + " …" + text[-1]


def _unknown(first: Word, last: Word, text: str) -> Word:
    """Return one word for several; what is known of it is the option that it begins with."""
    match = _OPENING.match(text, first.start)
    flag = match[1] if match is not None else None
    known = (Piece((flag,), -1, -1),) if flag else ()
    return Word(first.start, last.end, (*known, _UNKNOWN), reason="it stands in curly quotes")


def _dashed(word: Word, text: str) -> str:
    """Return the option that a word with a typographic dash was meant to be, or ""."""
    match = _DASH.match(_written(word, text))
    return f"--{match[1]}" if match is not None else ""


def _long_dash(word: Word, flag: str, dest: str, text: str) -> Event:
    written = _written(word, text)
    edit = (word.start, word.start + len(written.partition("=")[0]), flag)
    fields = (("flag", written), ("option", flag))
    place = (word.start, word.end)
    return Event("dash-of-another-kind", (), fields, None, place, (edit,), (dest,))


# --- placeholders ---------------------------------------------------------------------------------


def _without_placeholders(found: Recognised, text: str) -> tuple[Sequence[Word], list[Event]]:
    """Return the arguments with unknown words for each `<NAME>`, and the events.

    The shell opens a file NAME, and takes the word behind it for a file to write.
    """
    words, events = list(found.arguments), []
    end = text.find("\n", found.command.end)
    for match in _PLACEHOLDER.finditer(text, found.head_end, len(text) if end < 0 else end):
        start = match.start()
        between = text[found.command.end : start]
        if between.strip(" \t\r\n\\") or any(one.start <= start < one.end for one in words):
            continue
        index = sum(word.start < start for word in words)
        value = Word(start, match.end(), (_UNKNOWN,), reason="it is a placeholder")
        first = index
        if index and words[index - 1].end == start:  # `--model-path=<MODEL>`
            first -= 1
            value = replace(value, pieces=(*words[first].pieces, _UNKNOWN))
        swallowed = replace(value, pieces=(), many=True)
        words[first:index] = [value, swallowed]
        fields = (("written", match[0]), ("file", match[1].partition(" ")[0]))
        events.append(Event("placeholder", (), fields, None, match.span()))
    return words, events

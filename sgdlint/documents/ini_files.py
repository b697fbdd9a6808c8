"""INI files as Python's `configparser` reads them, with the place of each character of a value."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.documents.placed import Placed
from sgdlint.record import record
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_CHARACTERS = 1_000_000
"""Characters of one file; a longer one is not read."""
_LINE = r"([^\r\n]*)(\r\n|\n|\r|\Z)"
_SECTION = r"\[([^\]]+)\]"
_OPTION = r"([^=:]*)[=:][ \t]*"
_INLINE = r"(?:^|(?<=\s))[;#]"


@record
class Option:
    """`name = value` in a section; the lines of a value that goes on are joined by line ends."""

    section: str
    name: str
    value: Placed


@record
class Ini:
    """A file: its options in order, its sections, and its comments."""

    options: tuple[Option, ...]
    sections: tuple[str, ...]
    comments: tuple[Span, ...]


def parse(text: str) -> Ini:
    """Read a file; lines that are neither sections nor options are passed over."""
    options: list[tuple[str, str, list[tuple[int, int]]]] = []
    sections: list[str] = []
    comments: list[Span] = []
    indent = 0
    is_open = False
    for match in quick.finditer(_LINE, text):
        line, start = match[1], match.start()
        comment = quick.search(_INLINE, line)
        if comment is not None:
            comments.append(Span(start + comment.start(), match.end(1)))
            line = line[: comment.start()]
        begin, end = len(line) - len(line.lstrip()), len(line.rstrip())
        if begin >= end:
            continue
        place = (start + begin, start + end)
        if is_open and begin > indent:
            options[-1][2].append(place)
            continue
        indent = begin
        section = quick.match(_SECTION, line[begin:end])
        if section is not None:
            sections.append(section[1])
            is_open = False
            continue
        option = quick.match(_OPTION, line[begin:end])
        is_open = option is not None and bool(sections)
        if option is not None and sections:
            value = (start + begin + option.end(), start + end)
            options.append((sections[-1], option[1].strip().lower(), [value]))
    found = tuple(Option(section, name, _joined(text, value)) for section, name, value in options)
    return Ini(found, tuple(dict.fromkeys(sections)), tuple(comments))


def _joined(text: str, lines: Sequence[tuple[int, int]]) -> Placed:
    characters: list[str] = []
    starts: list[int] = []
    for number, (start, end) in enumerate(lines):
        if number:
            characters.append("\n")
            starts.append(lines[number - 1][1])
        characters += text[start:end]
        starts += range(start, end)
    return Placed("".join(characters), [*starts, lines[-1][1]])

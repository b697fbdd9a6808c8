"""The syntax of systemd's unit files: settings, continued lines, words with quotes and escapes.

Sources: systemd.syntax(7), systemd.service(5) "Command lines"; `config_parse` and
`extract_first_word` in systemd's sources, where the manual is not exact: quotes count inside a
word, too, and both kinds of quotes have escapes.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.documents.placed import Part, Placed
from sgdlint.record import record
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_CHARACTERS = 1_000_000
"""Characters of one file; a longer one is not read (systemd takes lines of one mebibyte)."""
BLANKS = " \t"
_LINE = r"([^\r\n]*)(\r\n|\n|\r|\Z)"
_ESCAPE = r"x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|[abfnrtvs\\\"']"
_SHORT = dict(zip("abfnrtvs", "\a\b\f\n\r\t\v ", strict=True))


@record
class Setting:
    """`key=value` in a section. span: its lines, with the end of the last one; start: of the key.

    line: where the first line begins, with its blanks.
    """

    section: str
    key: str
    value: Placed
    span: Span
    start: int


@record
class Unit:
    """A unit file: its settings in order, and its comments."""

    settings: tuple[Setting, ...]
    comments: tuple[Span, ...]

    def of(self, section: str, key: str) -> list[Setting]:
        """Return the settings of a name that count: an empty one takes those before it back."""
        found: list[Setting] = []
        for one in self.settings:
            if one.section == section and one.key == key:
                found = [*found, one] if one.value.text else []
        return found


def parse(text: str) -> Unit:
    """Read a unit file; what is not one gives no settings."""
    comments: list[Span] = []
    settings: list[Setting] = []
    section = ""
    for line, span in _lines(text, comments):
        start, end = 0, len(line.text.rstrip(BLANKS))
        if line.text.startswith("["):
            section = line.text[1 : end - 1] if line.text[end - 1] == "]" else ""
            continue
        equals = line.text.find("=")
        if equals < 1:
            continue
        key = line.text[:equals].rstrip(BLANKS)
        value = equals + 1
        while value < end and line.text[value] in BLANKS:
            value += 1
        placed = line.part(value, max(value, end))
        settings.append(Setting(section, key, placed, span, line.starts[start]))
    return Unit(tuple(settings), tuple(comments))


def _lines(text: str, comments: list[Span]) -> Iterator[tuple[Placed, Span]]:
    """Yield the lines, those joined that a backslash continues; comments between are left out."""
    characters: list[str] = []
    starts: list[int] = []
    begin = 0
    for match in quick.finditer(_LINE, text):
        line = match[1].lstrip(BLANKS)
        left = match.end(1) - len(line)
        if not characters:
            begin = match.start()
        if line[:1] in ("#", ";") and line:
            comments.append(Span(left, match.end(1)))
            continue
        continued = (len(line) - len(line.rstrip("\\"))) % 2 == 1
        characters += line[:-1] + " " if continued else line
        starts += range(left, match.end(1))
        if continued and match.end() < len(text):
            continue
        if characters:
            yield Placed("".join(characters), [*starts, match.end(1)]), Span(begin, match.end())
        characters, starts = [], []


@record
class UnitWord:
    """A word of a value: what it means, before references are put in, and where it is written."""

    parts: tuple[Part, ...]
    start: int
    end: int

    @property
    def text(self) -> str | None:
        """The text, when all of it is known."""
        texts = [part.text for part in self.parts]
        return None if None in texts else "".join(text for text in texts if text)


class WordsError(Exception):
    """A value that cannot be split into words; the message says why."""


SEPARATOR = ";"
"""A word of its own that ends a command."""


def words(value: Placed) -> list[list[UnitWord]]:
    """Return the commands of a value as words; raises WordsError."""
    commands: list[list[UnitWord]] = [[]]
    text, position = value.text, 0
    while True:
        while position < len(text) and text[position] in BLANKS:
            position += 1
        if position >= len(text):
            return [one for one in commands if one]
        if _stands_alone(text, position, SEPARATOR):
            commands.append([])
            position += 1
        elif _stands_alone(text, position, "\\;"):
            place = value.place(position, position + 2)
            commands[-1].append(UnitWord((Part(";", *place),), *place))
            position += 2
        else:
            word, position = _word(value, position)
            commands[-1].append(word)


def _stands_alone(text: str, position: int, word: str) -> bool:
    end = position + len(word)
    return text.startswith(word, position) and text[end : end + 1] in ("", " ", "\t")


def _word(value: Placed, position: int) -> tuple[UnitWord, int]:
    """Return the word at a position, and where it ends."""
    text, start, quote = value.text, position, ""
    parts: list[Part] = []
    while position < len(text):
        character = text[position]
        if character == "\\":
            part, position = _escape(value, position)
            parts.append(part)
            continue
        if not quote and character in BLANKS:
            break
        if character in "\"'" and quote in ("", character):
            quote = "" if quote else character
        else:
            parts += value.parts(position, position + 1)
        position += 1
    if quote:
        raise WordsError(f"the quote {quote} is not closed")
    return UnitWord(tuple(parts), *value.place(start, position)), position


def _escape(value: Placed, position: int) -> tuple[Part, int]:
    r"""Return what a backslash stands for; an escape that systemd does not know stays as it is."""
    match = quick.compile(_ESCAPE).match(value.text, position + 1)
    if match is None:
        end = min(position + 2, len(value.text))
        return Part(value.text[position:end], *value.place(position, end), True), end
    code = match[0]
    place = value.place(position, match.end())
    if code[0] in "xuU":
        number = int(code[1:], 16)
    elif code[0] in "01234567":
        number = int(code, 8)
    else:
        return Part(_SHORT.get(code, code), *place), match.end()
    known = 0 < number < (0x80 if code[0] in "x01234567" else 0x110000)
    return Part(chr(number) if known else None, *place), match.end()


def with_specifiers(word: UnitWord) -> UnitWord:
    """Return a word in which `%%` is one `%`; what other specifiers stand for is not known."""
    parts: list[Part] = []
    before: Part | None = None
    for part in word.parts:
        if before is not None:
            known = "%" if part.text == "%" else None
            parts.append(Part(known, before.start, part.end))
            before = None
        elif part.text == "%":
            before = part
        else:
            parts.append(part)
    return UnitWord((*parts, *((before,) if before else ())), word.start, word.end)


def with_references(word: UnitWord) -> UnitWord:
    """Return a word in which `$$` is one `$`, and `${NAME}` a part with its name.

    A word that is `$NAME` alone is one part with its name.
    """
    parts = word.parts
    if len(parts) > 1 and parts[0].text == "$" and parts[1].text not in ("{", "$"):
        name = "".join(part.text or "\0" for part in parts[1:])
        known = name if name.isidentifier() and name.isascii() else ""
        return UnitWord(
            (Part(None, parts[0].start, parts[-1].end, True, known),), word.start, word.end
        )
    found: list[Part] = []
    index = 0
    while index < len(parts):
        taken = _reference(parts, index) if parts[index].text == "$" else None
        found.append(taken[0] if taken else parts[index])
        index += taken[1] if taken else 1
    return UnitWord(tuple(found), word.start, word.end)


def _reference(parts: tuple[Part, ...], index: int) -> tuple[Part, int] | None:
    """Return what stands for `$$` or `${NAME}` at an index, and how many parts that takes."""
    following = parts[index + 1].text if index + 1 < len(parts) else ""
    if following == "$":
        return Part("$", parts[index].start, parts[index + 1].end), 2
    if following != "{":
        return None
    name = ""
    for end in range(index + 2, len(parts)):
        text = parts[end].text
        if text == "}":
            known = name if name.isidentifier() else ""
            exact = parts[end].end - parts[index].start == len(name) + 3
            return Part(None, parts[index].start, parts[end].end, exact, known), end + 1 - index
        if text is None or not (text == "_" or text.isalnum()):
            return None
        name += text
    return None

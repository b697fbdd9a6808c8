"""Launches in the programs of supervisord.

Read as supervisord reads them: an INI file of Python's `configparser` with comments behind ` ;` and
` #`; `%(ENV_X)s` and the like are put in first; then `command` is split into words as `shlex` does.
There is no shell. Sources: Supervisor documentation, "[program:x] Section Values"; its options.py,
datatypes.py.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.documents.assemble import Script, Value, Variable, made
from sgdlint.documents.document import Document, Unread
from sgdlint.documents.ini_files import MOST_CHARACTERS, Option, parse
from sgdlint.documents.line_words import LineWords
from sgdlint.documents.placed import Part, joined
from sgdlint.documents.region import ELSEWHERE, CannotWriteError, Granted, Item, Place
from sgdlint.finding import Edit
from sgdlint.record import record
from sgdlint.shell.values import Piece
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sgdlint.documents.placed import Placed
    from sgdlint.documents.region import Encode, Region
    from sgdlint.source import Source

PROGRAMS = ("program:", "fcgi-program:", "eventlistener:")
SHELLS = ("sh", "bash", "dash", "ash", "zsh", "ksh")
REASON = "supervisord puts it in"
_TEMPLATE = r"%%|%\([^)%\s]*\)[0-9.]*[a-zA-Z]|%"
_TOKEN = r"\s+|#[^\n]*|(\"[^\"]*\"|'[^']*'|[\w/.+():-][\w/.+():'\"-]*|.)"
_SIMPLE = r"[\w@%+=:,./-]+"


def read(source: Source) -> Document:
    """Read a configuration of supervisord."""
    text = source.text
    if len(text) > MOST_CHARACTERS:
        message = f"it has more than {MOST_CHARACTERS:,} characters"
        return Document(unread=(Unread(Span(0, 0), message),))
    file = parse(text)
    shared = [one for one in file.options if one.section == "supervisord"]
    regions: list[Region] = []
    unread: list[Unread] = []
    for section in file.sections:
        if not section.startswith(PROGRAMS):
            continue
        own = [one for one in file.options if one.section == section]
        command = next((one for one in reversed(own) if one.name == "command"), None)
        if command is None:
            continue
        variables = [*_variables(shared), *_variables(own)]
        try:
            regions.append(_region(section, own, command, variables, text))
        except WordsError as error:
            place = Span(*command.value.place(0, len(command.value.text)))
            unread.append(Unread(place, str(error)))
    return Document(tuple(regions), file.comments, tuple(unread))


class WordsError(Exception):
    """A command that cannot be split into words; the message says why."""


@record
class ShlexWord:
    """A word. open: the parts that are not known and stand outside of quotes."""

    parts: tuple[Part, ...]
    start: int
    end: int
    open: frozenset[int] = frozenset()

    @property
    def text(self) -> str | None:
        """The text, when all of it is known."""
        texts = [part.text for part in self.parts]
        return None if None in texts else "".join(text for text in texts if text)


def _region(
    section: str,
    own: Sequence[Option],
    command: Option,
    variables: Sequence[Variable],
    text: str,
) -> Region:
    script = Script()
    for variable in variables:
        script.export(variable)
    found = words(filled(command.value))
    around = Span(*command.value.place(0, len(command.value.text)))
    is_shell = len(found) == 3 and (found[0].text or "").rpartition("/")[2] in SHELLS
    if is_shell and found[1].text in ("-c", "-ec", "-lc"):
        place = Span(found[2].start, found[2].end)
        encode = _encode_in(found[2], text)
        script.shell(Value(joined(found[2].parts), place, (Place(place, encode),)))
    else:
        _put(script, found, text)
    granted = Granted(f"[{section}]", ELSEWHERE)
    return script.region(around, granted, REASON, _adding(own, command, text))


def _put(script: Script, found: Sequence[ShlexWord], text: str) -> None:
    writer = LineWords([Span(one.start, one.end) for one in found], text, _written)
    for index, word in enumerate(found):
        if index:
            script.add(made(" "))
        start = script.length
        run: list[Part] = []
        for number, part in enumerate(word.parts):
            if number not in word.open:
                run.append(part)
                continue
            _flush(script, run)
            run = []
            script.loose.append(script.length)
            script.add(Piece(None, part.start, part.end))
        _flush(script, run, not word.parts)
        script.items.append(Item(start, script.length, index, writer))
        script.places.append(Place(Span(word.start, word.end), _encode_in(word, text)))


def _flush(script: Script, run: Sequence[Part], empty: bool = False) -> None:
    if run or empty:
        script.word(Value(joined(run), Span(0, 0)))


# --- what is read ---------------------------------------------------------------------------------


def filled(value: Placed) -> list[Part]:
    """Return the characters of a value; what is put into it is not known."""
    parts: list[Part] = []
    done = 0
    for match in quick.finditer(_TEMPLATE, value.text):
        parts += value.parts(done, match.start())
        text = "%" if match[0] == "%%" else None
        parts.append(Part(text, *value.place(*match.span())))
        done = match.end()
    return parts + value.parts(done, len(value.text))


def words(parts: Sequence[Part]) -> list[ShlexWord]:
    """Split a command as `shlex.split` does; raises WordsError."""
    found: list[ShlexWord] = []
    index = 0
    while index < len(parts):
        if (parts[index].text or "\0") in " \t\r\n":
            index += 1
            continue
        word, index = _word(parts, index)
        found.append(word)
    return found


def _word(parts: Sequence[Part], index: int) -> tuple[ShlexWord, int]:
    start, quote = index, ""
    inner: list[Part] = []
    is_open: set[int] = set()
    while index < len(parts):
        part, text = parts[index], parts[index].text
        index += 1
        if text is None:
            if not quote:
                is_open.add(len(inner))
            inner.append(part)
        elif quote and text == quote:
            quote = ""
        elif not quote and text in " \t\r\n":
            index -= 1
            break
        elif not quote and text in "\"'":
            quote = text
        elif text == "\\" and quote != "'":
            if index == len(parts):
                raise WordsError("nothing follows the backslash at the end")
            following = parts[index]
            if quote and following.text not in ('"', "\\"):
                inner.append(part)
            else:
                inner.append(Part(following.text, part.start, following.end))
                index += 1
        else:
            inner.append(part)
    if quote:
        raise WordsError(f"the quote {quote} is not closed")
    end = parts[index - 1].end
    return ShlexWord(tuple(inner), parts[start].start, end, frozenset(is_open)), index


def _variables(options: Sequence[Option]) -> Iterator[Variable]:
    """Yield the variables of the last `environment`; none when it is not understood."""
    option = next((one for one in reversed(options) if one.name == "environment"), None)
    if option is None:
        return
    value = option.value
    tokens = [match for match in quick.finditer(_TOKEN, value.text) if match[1] is not None]
    groups = [tokens[number : number + 4] for number in range(0, len(tokens), 4)]
    if any(len(group) < 3 or group[1][1] != "=" for group in groups):
        return
    for group in groups:
        name = group[0][1]
        start, end = group[2].span(1)
        while start < end and value.text[start] in "\"'":
            start += 1
        while start < end and value.text[end - 1] in "\"'":
            end -= 1
        if name.isidentifier() and name.isascii():
            place = Span(*value.place(start, end))
            given = Value(joined(filled(value.part(start, end))), place, (Place(place, _simple),))
            yield Variable(name, given, Span(*value.place(*group[0].span(1))))


# --- what is written ------------------------------------------------------------------------------


def _written(text: str) -> str:
    """Return a word as it is written in a command; raises CannotWriteError."""
    if quick.fullmatch(_SIMPLE, text):
        return text.replace("%", "%%")
    _check(text)
    return "'" + text.replace("'", "'\\''").replace("%", "%%") + "'"


def _adding(own: Sequence[Option], command: Option, source: str) -> Callable[[str, str], Edit]:
    """Return what gives the edit that sets one more variable."""

    def add(name: str, value: str) -> Edit:
        if not quick.fullmatch(_SIMPLE, value):
            raise CannotWriteError(f"{name} has to be put into environment")
        written = f'{name}="{value.replace("%", "%%")}"'
        before = next((one for one in reversed(own) if one.name == "environment"), None)
        if before is not None and before.value.text:
            end = before.value.starts[-1]
            gap = "" if before.value.text.endswith(",") else ","
            return Edit(Span(end, end), gap + written)
        end = source.find("\n", command.value.starts[-1])
        end = len(source) if end < 0 else end - source.startswith("\r", end - 1)
        return Edit(Span(end, end), f"\nenvironment={written}")

    return add


def _check(text: str) -> None:
    if "\n" in text or "\r" in text or quick.search(r"(?:^|\s)[;#]", text):
        raise CannotWriteError("it cannot be written in this file")


def _simple(text: str, _: Span) -> str:
    if text and not quick.fullmatch(_SIMPLE, text):
        raise CannotWriteError("it needs quotes there")
    return text.replace("%", "%%")


def _encode_in(word: ShlexWord, source: str) -> Encode:
    def encode(text: str, span: Span) -> str:
        before = source[word.start : span.start]
        quote = before[0] if before[:1] in ("'", '"') and before.count(before[0]) == 1 else ""
        if not quote or "'" in text or '"' in text or "\\" in text or "\\" in before:
            return _simple(text, span)
        _check(text)
        return text.replace("%", "%%")

    return encode

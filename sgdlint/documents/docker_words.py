"""Words of a Dockerfile: quotes, escapes, and variables, as Docker itself reads them.

Source: BuildKit, `shell/lex.go` and the parser of `ENV`: single quotes keep everything, double
quotes and bare text have variables put in; `${NAME:-x}` and `${NAME:+x}` as in a shell.
"""

from __future__ import annotations

import re

from sgdlint.documents.assemble import Value
from sgdlint.documents.region import CannotWriteError, Place
from sgdlint.record import record
from sgdlint.shell.values import Piece
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from sgdlint.documents.docker_lines import Instruction

    Pieces = tuple[Piece, ...]
    Known = Mapping[str, Pieces | None]
    """What is known of the variables: None for one that is not set."""

MOST_NESTED = 8
"""Variables in defaults of variables."""
_SPACE = re.compile(r"\s+")
_SAFE = re.compile(r"[\w./:,=@%+-]*")
_VARIABLE = re.compile(r"\$(?:(?P<name>\w+)|\{(?P<braced>\w+)(?P<operator>:?[-+?])?)")


@record
class Setting:
    """A variable of `ENV` or `ARG`. value: None when `ARG` gives none.

    start, end: where it stands in the text of its instruction.
    """

    name: str
    value: Value | None
    name_span: Span
    start: int
    end: int


def split(text: str, escape: str, start: int = 0) -> list[tuple[int, int]]:
    """Return where the words of an instruction stand in its text."""
    token = re.compile(
        rf"""{re.escape(escape)}.|'[^']*(?:'|\Z)|"(?:[^"{re.escape(escape)}]|{re.escape(escape)}.)*"""
        rf"""(?:"|\Z)|[^\s'"]""",
        re.DOTALL,
    )
    words = []
    position = start
    while position < len(text):
        space = _SPACE.match(text, position)
        if space is not None:
            position = space.end()
            continue
        begin = position
        while found := token.match(text, position):
            position = found.end()
        position = max(position, begin + 1)
        words.append((begin, position))
    return words


class Reader:
    """Reads words of instructions with what is known of the variables there."""

    def __init__(self, escape: str, known: Known, is_open: bool) -> None:
        """is_open: variables that are not known here may be set elsewhere, by a base image."""
        self.escape = escape
        self.known = known
        self.is_open = is_open

    def settings(self, one: Instruction) -> list[Setting]:
        """Return the variables that `ENV` or `ARG` sets, in order."""
        words = split(one.text, self.escape)
        if one.name == "ENV" and words and "=" not in one.text[slice(*words[0])]:
            return self._old_form(one, words)
        found = []
        for start, end in words:
            name, equals, _ = one.text[start:end].partition("=")
            begin = start + len(name) + len(equals)
            value = self.value(one, begin, end) if equals else None
            if name.isidentifier():
                found.append(Setting(name, value, one.span(start, start + len(name)), start, end))
        return found

    def _old_form(self, one: Instruction, words: list[tuple[int, int]]) -> list[Setting]:
        """Return the one variable of `ENV NAME all of the rest`."""
        (start, stop), *rest = words
        name = one.text[start:stop]
        end = len(one.text.rstrip())
        if not rest or not name.isidentifier():
            return []
        value = self.value(one, rest[0][0], end)
        return [Setting(name, value, one.span(start, stop), start, end)]

    def value(self, one: Instruction, start: int, end: int) -> Value:
        """Return what a part of an instruction becomes."""
        pieces = tuple(self._read(one, start, end))
        span = one.span(start, end)
        return Value(pieces, span, (Place(span, _plain),))

    def _read(self, one: Instruction, start: int, end: int) -> list[Piece]:
        """Return the pieces of a text, quotes and escapes read and variables put in."""
        pieces: list[Piece] = []
        run = position = start
        quote = ""
        text = one.text
        while position < end:
            char = text[position]
            step = 1
            made: list[Piece] | None = None
            if quote == "'":
                made = [] if char == "'" else None
                quote = "" if char == "'" else quote
            elif char == self.escape and position + 1 < end:
                step = 2
                keeps = quote and text[position + 1] not in ('"', "$", self.escape)
                made = None if keeps else one.pieces(position + 1, position + 2)
            elif char == '"' or (char == "'" and not quote):
                quote, made = ("" if quote else char), []
            elif char == "$" and (found := _VARIABLE.match(text, position, end)):
                stop = _end(text, found, end)
                made = self._put(one, found, stop)
                step = stop - position
            if made is not None:
                pieces += one.pieces(run, position)
                pieces += made
                run = position + step
            position += step
        return pieces + one.pieces(run, end)

    def _put(self, one: Instruction, found: re.Match[str], stop: int) -> list[Piece]:
        """Return what a variable is, at the place where it is used."""
        place = one.span(found.start(), stop)
        text = self._filled(one.text[found.start() : stop], 0)
        if text is None or text[0] is None:
            default = text[1] if text is not None else None
            return [Piece(None, place.start, place.end, False, default)]
        return [Piece((text[0],), place.start, place.end)] if text[0] else []

    def _filled(self, text: str, depth: int) -> tuple[str | None, str | None] | None:
        """Return the text of a variable, and what it is by default; None when neither is known."""
        found = _VARIABLE.match(text)
        if found is None or depth > MOST_NESTED:
            return None
        operator = found["operator"]
        closing = found.end() + (operator is None and found["braced"] is not None)
        if closing != len(text) and operator is None:
            return None  # an operator that is not read, such as ${NAME#pattern}
        value = self._of(found["name"] or found["braced"])
        return value if operator is None else self._operated(value, operator, text, found, depth)

    def _of(self, name: str) -> tuple[str | None, str | None] | None:
        """Return what is known of a variable: its text, and its default."""
        if name not in self.known:
            return None if self.is_open else ("", "")
        pieces = self.known[name]
        if pieces is None:
            return (None, "")
        texts = [piece.texts[0] if piece.texts else None for piece in pieces]
        default = [piece.texts[0] if piece.texts else piece.default for piece in pieces]
        return (
            None if None in texts else "".join(one or "" for one in texts),
            None if None in default else "".join(one or "" for one in default),
        )

    def _operated(
        self,
        value: tuple[str | None, str | None] | None,
        operator: str,
        text: str,
        found: re.Match[str],
        depth: int,
    ) -> tuple[str | None, str | None] | None:
        rest = text[found.end() : -1]
        other = rest if "$" not in rest else None
        if other is None and _VARIABLE.match(rest):
            inner = self._filled(rest, depth + 1)
            other = inner[1] if inner is not None else None
        if other is not None and ("'" in other or '"' in other or self.escape in other):
            other = None
        known, default = value if value is not None else (None, "")

        def chosen(now: str | None) -> str | None:
            if now is None or (now == "" and operator == "?"):
                return None
            if operator[-1] == "+":
                return other if now else ""
            return now or (None if operator[-1] == "?" else other)

        if operator in ("-", "+", "?") and known == "":
            return (None, chosen(default))  # set and empty, or not set: not told apart here
        return (chosen(known), chosen(default))


def _end(text: str, found: re.Match[str], end: int) -> int:
    """Return where a variable ends: after its closing brace."""
    if found["braced"] is None:
        return found.end()
    depth = 1
    for index in range(found.end(), end):
        if text.startswith("${", index):
            depth += 1
        elif text[index] == "}":
            depth -= 1
            if not depth:
                return index + 1
    return end


def _plain(text: str, span: Span) -> str:
    """Write a text that means itself, with quotes and without."""
    if not _SAFE.fullmatch(text):
        raise CannotWriteError("it needs quotes in the Dockerfile")
    return text

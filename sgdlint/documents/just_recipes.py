"""The parts of a justfile: recipes with their lines, variables, and settings."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.documents.placed import Placed
from sgdlint.record import record
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

BLANKS = " \t"
_LINE = r"([^\r\n]*)(\r\n|\n|\Z)"
_SET = r"(export[ \t]+)?([A-Za-z_][\w-]*)[ \t]*:=[ \t]*(.*)"
_SETTING = r"set[ \t]+([\w-]+)[ \t]*(?::=[ \t]*(.*))?"
_HEADER = r"@?([A-Za-z_][\w-]*)((?:[^:'\"]|'[^']*'|\"[^\"]*\")*):(?!=)"
_PARAMETER = r"([+*]?)(\$?)([A-Za-z_][\w-]*)(?:[ \t]*=[ \t]*('[^']*'|\"[^\"\\]*\"|[^\s'\"]\S*))?"
_LITERAL = r"('[^']*'|\"[^\"\\]*\")[ \t]*(?:#.*)?\Z"
_SHELL = r"\[[ \t]*['\"]([^'\"]+)['\"]"
_SHEBANG = r"#![ \t]*(?:\S*/env[ \t]+(?:-\S+[ \t]+)*)?(\S+)"
_SCRIPT = r"\[script(?:\([ \t]*['\"]([^'\"]*)['\"].*)?\]?"
_LONG = ("'''", '"""')
_MARKS = "@-"


@record
class Text:
    """A variable or parameter that is a plain text. name, span: where it, and its value, stand."""

    text: str
    name: Span
    span: Span


@record
class Recipe:
    """A recipe. program: what runs all of its lines as one script, "" when each is its own.

    parameters: their defaults by name, None for one that has no plain text. exported: `$name`.
    indent: the blanks before each line.
    """

    name: str
    lines: tuple[Placed, ...]
    program: str
    parameters: dict[str, Text | None]
    exported: tuple[str, ...]
    indent: str


@record
class Justfile:
    """A justfile. shell: what runs the lines. exports_all: recipes get all variables."""

    recipes: tuple[Recipe, ...]
    variables: dict[str, Text | None]
    exported: tuple[str, ...]
    exports_all: bool
    shell: str
    comments: tuple[Span, ...]


def parse(text: str) -> Justfile:
    """Read a justfile; what is not understood is passed over."""
    return _Parser(text).result()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.recipes: list[Recipe] = []
        self.variables: dict[str, Text | None] = {}
        self.exported: list[str] = []
        self.exports_all = False
        self.shell = "sh"
        self.comments: list[Span] = []
        self.script = ""

    def result(self) -> Justfile:
        """Return what stands in the file."""
        lines = [match.span(1) for match in quick.finditer(_LINE, self.text)]
        index = 0
        while index < len(lines):
            start, end = lines[index]
            line = self.text[start:end].rstrip(BLANKS)
            index += 1
            if line.startswith("#"):
                self.comments.append(Span(start, end))
            elif script := quick.match(_SCRIPT, line):
                self.script = (script[1] or "sh").rpartition("/")[2]
            elif setting := quick.match(_SETTING, line):
                self._setting(setting[1], setting[2] or "")
            elif variable := quick.match(_SET, line):
                index = self._variable(variable, start, lines, index)
            elif header := quick.match(_HEADER, line):
                index = self._recipe(header, start, lines, index)
        return Justfile(
            tuple(self.recipes),
            self.variables,
            tuple(self.exported),
            self.exports_all,
            self.shell,
            tuple(self.comments),
        )

    def _setting(self, name: str, value: str) -> None:
        if name == "export" and value in ("", "true"):
            self.exports_all = True
        elif name == "shell":
            found = quick.match(_SHELL, value)
            self.shell = found[1].rpartition("/")[2] if found is not None else "?"

    def _variable(
        self, match: re.Match[str], start: int, lines: list[tuple[int, int]], index: int
    ) -> int:
        """Take a variable; return the line behind it."""
        name = match[2]
        if match[1]:
            self.exported.append(name)
        literal = quick.match(_LITERAL, match[3])
        place = Span(start + match.start(3), start + match.end(3))
        named = Span(start + match.start(2), start + match.end(2))
        is_long = match[3].startswith(_LONG)
        again = name in self.variables
        plain = literal is not None and not is_long and not again
        text = literal[1][1:-1] if literal is not None else ""
        self.variables[name] = Text(text, named, place) if plain else None
        if not is_long or match[3][:3] in match[3][3:]:
            return index
        while index < len(lines) and match[3][:3] not in self.text[slice(*lines[index])]:
            index += 1
        return index + 1

    def _recipe(
        self, match: re.Match[str], start: int, lines: list[tuple[int, int]], index: int
    ) -> int:
        """Take a recipe with its body; return the line behind it."""
        body: list[tuple[int, int]] = []
        while index < len(lines):
            line = self.text[slice(*lines[index])]
            if line.strip() and line[0] not in BLANKS:
                break
            body.append(lines[index])
            index += 1
        while body and not self.text[slice(*body[-1])].strip():
            body.pop()
        parameters, exported = self._parameters(match[2], start + match.start(2))
        first = self.text[slice(*body[0])] if body else ""
        indent = first[: len(first) - len(first.lstrip(BLANKS))]
        shebang = quick.match(_SHEBANG, first.lstrip(BLANKS))
        program = shebang[1].rpartition("/")[2] if shebang is not None else self.script
        found = self._script(body, indent) if program else self._lines(body)
        self.recipes.append(Recipe(match[1], tuple(found), program, parameters, exported, indent))
        self.script = ""
        return index

    def _parameters(self, text: str, start: int) -> tuple[dict[str, Text | None], tuple[str, ...]]:
        found: dict[str, Text | None] = {}
        exported = []
        for match in quick.finditer(_PARAMETER, text):
            many, dollar, name, value = match.groups()
            if dollar:
                exported.append(name)
            is_text = bool(value) and value[0] in "'\"" and many != "*"
            place = Span(start + match.start(3), start + match.end(3))
            of_value = Span(start + match.start(4), start + match.end(4)) if is_text else place
            found[name] = Text(value[1:-1], place, of_value) if is_text else None
        return found, tuple(exported)

    def _script(self, body: list[tuple[int, int]], indent: str) -> Iterator[Placed]:
        """Yield the lines of a script without their indentation."""
        for start, end in body:
            begin = start
            if self.text.startswith(indent, start):
                begin += len(indent)
            yield Placed.of(self.text, min(begin, end), end)

    def _lines(self, body: list[tuple[int, int]]) -> Iterator[Placed]:
        """Yield the lines of a recipe, those joined that a backslash continues."""
        characters: list[str] = []
        starts: list[int] = []
        continued = False
        for start, end in body:
            begin = start
            while begin < end and self.text[begin] in BLANKS + ("" if continued else _MARKS):
                begin += 1
            line = self.text[begin:end]
            if not continued and line.startswith("#"):
                self.comments.append(Span(begin, end))
            continued = line.endswith("\\") and not line.startswith("#")
            stop = end - continued
            characters += self.text[begin:stop]
            starts += range(begin, stop)
            if not continued:
                if characters:
                    yield Placed("".join(characters), [*starts, end])
                characters, starts = [], []
        if characters:
            yield Placed("".join(characters), [*starts, starts[-1] + 1])

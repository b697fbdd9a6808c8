"""Launches in the recipes of Makefiles.

Read as GNU make reads them: each line of a recipe is a shell script of its own (all of a recipe is
one under `.ONESHELL`); make puts in `$(NAME)` before, and `$$` is one `$`. A variable that the file
sets once, to a text, has that text unless the command line or the environment sets it.
Source: GNU make manual, "Writing Recipes in Rules", "How to Use Variables".
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.documents.assemble import Script, Value, Variable, made
from sgdlint.documents.document import Document, Unread
from sgdlint.documents.make_rules import Makefile, RecipeLine, parse
from sgdlint.documents.placed import Part, joined
from sgdlint.documents.region import HERE, Granted, Place
from sgdlint.shell.values import Piece
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.documents.region import Region
    from sgdlint.source import Source

MOST_CHARACTERS = 1_000_000
"""Characters of one file; a longer one is not read."""
MOST_NESTED = 8
"""Variables whose texts name each other are followed so deep."""
LONGEST_DEFAULT = 10_000
"""Characters: a longer text of a variable is not put together."""
SHELLS = ("sh", "bash", "dash", "ash", "zsh", "ksh")
REASON = "make puts it in"
_NAME = r"\$(?:[({]([\w.-]+)[)}]|(\w))\Z"


def read(source: Source) -> Document:
    """Read a Makefile."""
    text = source.text
    if len(text) > MOST_CHARACTERS:
        message = f"it has more than {MOST_CHARACTERS:,} characters"
        return Document(unread=(Unread(Span(0, 0), message),))
    file = parse(text)
    if file.marked:
        return Document(unread=(Unread(file.marked[0], "recipes begin with another character"),))
    shell = file.variables.get("SHELL")
    program = shell.text.strip().rpartition("/")[2] if shell is not None else "sh"
    if program not in SHELLS:
        return Document(comments=file.comments)
    reader = _Reader(file, text)
    return Document(tuple(reader.regions()), file.comments)


class _Reader:
    """The recipes of a file, with its variables."""

    def __init__(self, file: Makefile, source: str) -> None:
        self.file = file
        self.source = source
        self._defaults: dict[str, str | None] = {}
        self.exports = list(self._exports())

    def regions(self) -> Iterator[Region]:
        """Yield the scripts of the recipes that may start SGLang."""
        for rule in self.file.rules:
            if self.file.one_shell:
                scripts = [rule.lines] if rule.lines else []
            else:
                scripts = [(line,) for line in rule.lines]
            for lines in scripts:
                parts = [self._filled(line) for line in lines]
                texts = [part.text or part.default or "" for some in parts for part in some]
                if "sglang" in "".join(texts):
                    yield self._region(rule.name, lines, parts)

    def _region(
        self, name: str, lines: Sequence[RecipeLine], parts: Sequence[Sequence[Part]]
    ) -> Region:
        script = Script()
        for variable in self.exports:
            script.export(variable)
        for number, (line, some) in enumerate(zip(lines, parts, strict=True)):
            if number:
                script.add(made("\n"))
            place = Span(line.text.starts[0], line.text.starts[-1])
            script.shell(Value(joined(some), place, (Place(place, _encode),)))
        around = Span(lines[0].text.starts[0], lines[-1].text.starts[-1])
        return script.region(around, Granted(f"target {name}", HERE), REASON)

    def _filled(self, line: RecipeLine) -> list[Part]:
        """Return the characters of a line as the shell gets them."""
        text = line.text.text
        parts: list[Part] = []
        done = 0
        for start, end in references(text):
            parts += line.text.parts(done, start)
            place = line.text.place(start, end)
            if text[start:end] == "$$":
                parts.append(Part("$", *place))
            else:
                parts.append(Part(None, *place, default=self._default(text[start:end])))
            done = end
        return parts + line.text.parts(done, len(text))

    def _default(self, written: str, depth: int = 0) -> str | None:
        """Return what a reference stands for when nothing outside the file sets its variables."""
        match = quick.match(_NAME, written)
        name = match[1] or match[2] if match is not None else ""
        if name not in self._defaults:
            self._defaults[name] = None  # as long as it is being put together
            self._defaults[name] = self._text_of(name, depth)
        return self._defaults[name]

    def _text_of(self, name: str, depth: int) -> str | None:
        variable = self.file.variables.get(name)
        if variable is None or depth > MOST_NESTED:
            return None
        text, result, done = variable.text.rstrip(" \t"), "", 0
        for start, end in references(text):
            inner = text[start:end]
            known = "$" if inner == "$$" else self._default(inner, depth + 1)
            if known is None or len(result) > LONGEST_DEFAULT:
                return None
            result += text[done:start] + known
            done = end
        return result + text[done:]

    def _exports(self) -> Iterator[Variable]:
        for name in self.file.exported:
            variable = self.file.variables.get(name)
            if variable is not None and name.isidentifier() and name.isascii():
                place = variable.value
                piece = Piece(None, place.start, place.end, default=self._default(f"$({name})"))
                yield Variable(name, Value((piece,), place), variable.name)


def references(text: str) -> list[tuple[int, int]]:
    """Return from where to where the references of a text go: `$$`, `$x`, `$(…)`, `${…}`."""
    found: list[tuple[int, int]] = []
    position = 0
    while (position := text.find("$", position)) >= 0:
        end = _end(text, position)
        found.append((position, end))
        position = end
    return found


def _end(text: str, start: int) -> int:
    opened = text[start + 1 : start + 2]
    if opened not in ("(", "{"):
        return min(start + 2, len(text))
    closing, depth = ")" if opened == "(" else "}", 0
    for index in range(start + 1, len(text)):
        depth += (text[index] == opened) - (text[index] == closing)
        if not depth:
            return index + 1
    return len(text)


def _encode(text: str, _: Span) -> str:
    return text.replace("$", "$$").replace("\n", "\n\t")

"""Launches in the recipes of justfiles.

Read as just reads them: `{{x}}` is put in first; then each line is a shell script of its own, and a
body that begins with `#!` is one script. A variable, or a parameter with a default, that is a plain
text has that text unless the command line gives another. Source: just's README, "Language".
"""

from __future__ import annotations

from sgdlint.documents.assemble import Script, Value, Variable, made
from sgdlint.documents.document import Document, Unread
from sgdlint.documents.just_recipes import Justfile, Recipe, Text, parse
from sgdlint.documents.placed import Part, Placed, joined
from sgdlint.documents.region import HERE, CannotWriteError, Granted, Place
from sgdlint.shell.values import Piece
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.documents.region import Encode, Region
    from sgdlint.source import Source

MOST_CHARACTERS = 1_000_000
"""Characters of one file; a longer one is not read."""
SHELLS = ("sh", "bash", "dash", "ash", "zsh", "ksh")
REASON = "just puts it in"


def read(source: Source) -> Document:
    """Read a justfile."""
    if len(source.text) > MOST_CHARACTERS:
        message = f"it has more than {MOST_CHARACTERS:,} characters"
        return Document(unread=(Unread(Span(0, 0), message),))
    file = parse(source.text)
    regions: list[Region] = []
    for recipe in file.recipes:
        regions += _regions(recipe, file)
    return Document(tuple(regions), file.comments)


def _regions(recipe: Recipe, file: Justfile) -> Iterator[Region]:
    known = {**file.variables, **recipe.parameters}
    if not recipe.lines:
        return
    if recipe.program:
        scripts = [recipe.lines] if recipe.program in SHELLS else []
    else:
        scripts = [(line,) for line in recipe.lines] if file.shell in SHELLS else []
    for lines in scripts:
        parts = [_filled(line, known) for line in lines]
        if "sglang" in "".join(part.text or part.default or "" for some in parts for part in some):
            yield _region(recipe, lines, parts, _exports(recipe, file))


def _region(
    recipe: Recipe,
    lines: Sequence[Placed],
    parts: Sequence[Sequence[Part]],
    exports: Sequence[Variable],
) -> Region:
    script = Script()
    for variable in exports:
        script.export(variable)
    encode = _encoder(recipe.indent if recipe.program else None)
    for number, (line, some) in enumerate(zip(lines, parts, strict=True)):
        if number:
            script.add(made("\n"))
        place = Span(line.starts[0], line.starts[-1])
        script.shell(Value(joined(some), place, (Place(place, encode),)))
    around = Span(lines[0].starts[0], lines[-1].starts[-1])
    return script.region(around, Granted(f"recipe {recipe.name}", HERE), REASON)


def _filled(line: Placed, known: dict[str, Text | None]) -> list[Part]:
    """Return the characters of a line as the shell gets them."""
    text, position = line.text, 0
    parts: list[Part] = []
    while (start := text.find("{{", position)) >= 0:
        parts += line.parts(position, start)
        if text.startswith("{{{{", start):
            end = start + 4
            parts.append(Part("{{", *line.place(start, end)))
        else:
            end = text.find("}}", start) + 2
            if end < 2:
                end = len(text)
            value = known.get(text[start + 2 : end - 2].strip())
            default = value.text if value is not None else None
            parts.append(Part(None, *line.place(start, end), default=default))
        position = end
    return parts + line.parts(position, len(text))


def _exports(recipe: Recipe, file: Justfile) -> list[Variable]:
    """Return the variables that a recipe gets in its environment."""
    texts = {**file.variables, **recipe.parameters}
    names = [*(file.variables if file.exports_all else file.exported), *recipe.exported]
    found = []
    for name in dict.fromkeys(names):
        value = texts.get(name)
        if value is not None and name.isidentifier() and name.isascii():
            piece = Piece(None, value.span.start, value.span.end, default=value.text)
            found.append(Variable(name, Value((piece,), value.span), value.name))
    return found


def _encoder(indent: str | None) -> Encode:
    """Return what writes text into a line; indent: of the lines of a script, None for a line."""

    def encode(text: str, _: Span) -> str:
        if "\n" in text and indent is None:
            raise CannotWriteError("each line of the recipe is a script of its own")
        return text.replace("{{", "{{{{").replace("\n", "\n" + (indent or ""))

    return encode

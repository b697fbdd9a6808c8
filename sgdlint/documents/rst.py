"""Blocks of code in reStructuredText: directives, and literal blocks behind `::`.

Source: docutils, "reStructuredText Markup Specification"; Sphinx, "Directives".
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.documents.blocks import Block, Line, document, inline, lines_of
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgdlint.documents.document import Document
    from sgdlint.source import Source

_DIRECTIVE = quick.compile(
    r"(?P<lead>[ \t]*)\.\.[ \t]+(?:code-block|code|sourcecode|highlight-block|prompt|code-tab|tab)"
    r"::[ \t]*(?P<language>[\w+#-]*)"
)
_COMMENT = quick.compile(r"[ \t]*(\.\.[ \t]+sgdlint\s*:(?!:).*)")
_OPTION = quick.compile(r"[ \t]*:[\w-]+:")
_SPAN = quick.compile(r"``(?P<code>[^`\n]{0,2000}?\bsglang\b[^`\n]*)``(?!`)")


def read(source: Source) -> Document:
    """Read a guide in reStructuredText."""
    text = source.text
    lines = list(lines_of(text))
    blocks = list(_blocks(text, lines))
    comments = []
    for line in lines:
        match = _COMMENT.match(text, line.start, line.end)
        if match is not None:
            comments.append(Span(*match.span(1)))
    blocks += inline(text, _SPAN, [*(block.span for block in blocks), *comments])
    return document(source, sorted(blocks, key=lambda one: one.start), comments)


def _blocks(text: str, lines: list[Line]) -> Iterator[Block]:
    number = 0
    while number < len(lines):
        line = lines[number]
        content = text[line.start : line.end]
        directive = _DIRECTIVE.match(content)
        literal = content.rstrip().endswith("::") and not content.lstrip().startswith("..")
        number += 1
        if directive is None and not literal:
            continue
        while directive is not None and number < len(lines):
            if not _OPTION.match(text, lines[number].start, lines[number].end):
                break
            number += 1
        width = _width(content)
        block, number = _indented(text, lines, number, width)
        if block:
            language = directive["language"].lower() if directive is not None else ""
            yield Block(language, block, line.start)


def _width(content: str) -> int:
    return len(content[: len(content) - len(content.lstrip(" \t"))].expandtabs(8))


def _indented(
    text: str, lines: list[Line], number: int, width: int
) -> tuple[tuple[Line, ...], int]:
    """Return the lines from a number on that stand deeper than a width, and the next number."""
    first = number
    while number < len(lines):
        content = text[lines[number].start : lines[number].end]
        if content.strip() and _width(content) <= width:
            break
        number += 1
    inside = lines[first:number]
    while inside and not text[inside[-1].start : inside[-1].end].strip():
        inside.pop()
    while inside and not text[inside[0].start : inside[0].end].strip():
        inside.pop(0)
    if not inside:
        return (), number
    indent = min(
        len(one) - len(one.lstrip(" \t"))
        for one in (text[line.start : line.end] for line in inside)
        if one.strip()
    )
    return tuple(_without(one, text, indent) for one in inside), number


def _without(line: Line, text: str, indent: int) -> Line:
    start = min(line.start + indent, line.end)
    return Line(start, line.end, line.stop, text[line.start : start])

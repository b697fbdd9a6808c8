"""Blocks of code in AsciiDoc: listings, literal blocks, and paragraphs that are said to be source.

Source: AsciiDoc Language Documentation, "Source Code Blocks", "Literals", "Callouts", "Comments".
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

_SOURCE = quick.compile(
    r"\[(?:source)?(?:[%#.][\w.#%-]*)?,[ \t]*(?P<language>[\w+-]+)[^\]]*\][ \t]*\Z"
)
_LISTING = quick.compile(r"\[(?:source|listing|literal)\b[^\]]*\][ \t]*\Z")
_TITLE = quick.compile(r"\.[^\s.]|\[")
_FENCE = quick.compile(r"(?P<mark>-{4,}|\.{4,}|`{3,})(?P<language>[\w+-]*)[^`]*\Z")
_COMMENT_BLOCK = quick.compile(r"/{4,}[ \t]*\Z")
_COMMENT = quick.compile(r"[ \t]*(//(?!/).*)")
_CALLOUT = quick.compile(r"[ \t]*(?:#[ \t]*)?(?:<(?:\d+|\.)>[ \t]*)+\Z")
_SPAN = quick.compile(r"(?<!`)(?P<ticks>`)\+?(?P<code>[^`\n]{0,2000}?\bsglang\b[^`\n+]*)\+?`(?!`)")


def read(source: Source) -> Document:
    """Read a guide in AsciiDoc."""
    text = source.text
    comments: list[Span] = []
    blocks = list(_blocks(text, list(lines_of(text)), comments))
    blocks += inline(text, _SPAN, [*(block.span for block in blocks), *comments])
    return document(source, sorted(blocks, key=lambda one: one.start), comments)


def _blocks(text: str, lines: list[Line], comments: list[Span]) -> Iterator[Block]:
    """Yield the blocks, and note the comments."""
    number = 0
    language: str | None = None
    start = -1
    while number < len(lines):
        line = lines[number]
        content = text[line.start : line.end]
        number += 1
        fence = _FENCE.match(content)
        comment = _COMMENT.match(content)
        if _COMMENT_BLOCK.match(content):
            _, number = _delimited(text, lines, number, content.strip())
        elif comment is not None:
            comments.append(Span(line.start + comment.start(1), line.end))
        elif _SOURCE.match(content) or _LISTING.match(content):
            match = _SOURCE.match(content)
            language = match["language"].lower() if match is not None else ""
            start = line.start
        elif fence is not None and (fence["mark"][0] == "`" or not fence["language"]):
            inside, number = _delimited(text, lines, number, fence["mark"])
            called = language if language is not None else fence["language"].lower()
            yield Block(called, inside, line.start if start < 0 else start)
            language, start = None, -1
        elif language is not None and content.strip() and not _TITLE.match(content):
            inside, number = _paragraph(text, lines, number - 1)
            yield Block(language, inside, start)
            language, start = None, -1
        elif not _TITLE.match(content):
            language, start = None, -1


def _delimited(
    text: str, lines: list[Line], number: int, mark: str
) -> tuple[tuple[Line, ...], int]:
    """Return the lines up to a delimiter, and the number of the line after it."""
    first = number
    while number < len(lines) and text[lines[number].start : lines[number].end].rstrip() != mark:
        number += 1
    return tuple(_code(text, line) for line in lines[first:number]), number + 1


def _paragraph(text: str, lines: list[Line], number: int) -> tuple[tuple[Line, ...], int]:
    """Return the lines up to a blank one, and its number."""
    first = number
    while number < len(lines) and text[lines[number].start : lines[number].end].strip():
        number += 1
    return tuple(_code(text, line) for line in lines[first:number]), number


def _code(text: str, line: Line) -> Line:
    """Return a line without the numbers of its callouts."""
    match = _CALLOUT.search(text, line.start, line.end)
    return line if match is None else Line(line.start, match.start(), line.stop)

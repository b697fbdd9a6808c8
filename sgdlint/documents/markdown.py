"""Blocks of code in Markdown and MDX, wherever a fence stands: in lists, quotations, tabs.

Source: CommonMark 0.31, "Fenced code blocks", "Indented code blocks", "Code spans", "HTML blocks".
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.documents.blocks import Block, Line, document, inline, lines_of
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from sgdlint.documents.document import Document
    from sgdlint.source import Source

_FENCE = quick.compile(
    r"(?P<lead>[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*[ \t>]*)"
    r"(?:(?P<ticks>`{3,})(?P<info>[^`]*)|(?P<tildes>~{3,})(?P<more>.*))\Z"
)
_LANGUAGE = quick.compile(
    r"\s*(?:\{(?:code-block|code-cell|code|sourcecode|prompt)\}\s*)?[{.\s]*([\w+#-]*)"
)
_ITEM = quick.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])([ \t]+)(?=\S)")
_OPENING = quick.compile(r"<!--|\{/\*")
_SPAN = quick.compile(
    r"(?<!`)(?P<ticks>`{1,2})(?!`)(?P<code>[^`\n]{0,2000}?\bsglang\b[^`\n]*)(?P=ticks)(?!`)"
)


def read(source: Source) -> Document:
    """Read a guide in Markdown."""
    text = source.text
    comments: list[Span] = []
    is_mdx = source.path.lower().endswith(".mdx")
    blocks = list(_blocks(text, list(lines_of(text)), comments, is_mdx))
    taken = [*(block.span for block in blocks), *comments]
    blocks += inline(text, _SPAN, taken)
    return document(source, sorted(blocks, key=lambda one: one.start), comments)


def _blocks(text: str, lines: list[Line], comments: list[Span], is_mdx: bool) -> Iterator[Block]:
    """Yield fenced and indented blocks, and note the comments; MDX has no indented blocks."""
    number, item, blank = 0, 0, True
    while number < len(lines):
        line = lines[number]
        content = text[line.start : line.end]
        fence = _FENCE.match(content) if "```" in content or "~~~" in content else None
        if fence is not None:
            block, number = _fenced(text, lines, number, fence)
            yield block
            blank = True
            continue
        width = len(content[: len(content) - len(content.lstrip(" \t"))].expandtabs(4))
        if blank and content.strip() and not is_mdx and width >= item + 4:
            block, number = _indented(text, lines, number, item + 4)
            yield block
            continue
        found = _ITEM.match(content)
        if found is not None:
            item = len(content[: found.end()].expandtabs(4))
        elif blank and content.strip() and width < item:
            item = 0
        number, blank = _after(text, lines, number, comments), not content.strip()


def _after(text: str, lines: list[Line], number: int, comments: list[Span]) -> int:
    """Return the number of the line after one; a comment that begins in it is passed over."""
    line = lines[number]
    position = line.start
    while position < line.end:
        match = _OPENING.search(text, position, line.end)
        closing = "-->" if match is not None and match[0] == "<!--" else "*/}"
        end = -1 if match is None else text.find(closing, match.end())
        if match is None or end < 0 or text.count("`", line.start, match.start()) % 2:
            break
        position = end + len(closing)
        comments.append(Span(match.start(), position))
    number += 1
    while number < len(lines) and lines[number].start < position:
        number += 1
    return number


def _fenced(text: str, lines: list[Line], number: int, fence: re.Match[str]) -> tuple[Block, int]:
    """Return a fenced block, and the number of the line after it."""
    mark = fence["ticks"] or fence["tildes"]
    lead = fence["lead"]
    quotes, width = lead.count(">"), len(lead.expandtabs(4))
    inside: list[Line] = []
    opening, number = lines[number], number + 1
    while number < len(lines):
        content = text[lines[number].start : lines[number].end]
        closing = content.strip(" \t>")
        if len(closing) >= len(mark) and not closing.strip(mark[0]):
            number += 1
            break
        if quotes and content.lstrip(" \t")[:1] != ">":
            break
        inside.append(_without_lead(lines[number], content, quotes, width))
        number += 1
    info = _LANGUAGE.match(fence["info"] or fence["more"] or "")
    language = info[1].lower() if info is not None else ""
    return Block(language, tuple(inside), opening.start), number


def _without_lead(line: Line, content: str, quotes: int, width: int) -> Line:
    """Return a line without what stands before the block: marks of quotations, then blanks."""
    position = column = 0
    while position < len(content) and column < width:
        if content[position] == ">" and quotes:
            quotes -= 1
        elif content[position] not in " \t":
            break
        column = len(content[: position + 1].expandtabs(4))
        position += 1
    return Line(line.start + position, line.end, line.stop, content[:position])


def _indented(text: str, lines: list[Line], number: int, width: int) -> tuple[Block, int]:
    """Return an indented block, and the number of the line after it."""
    inside: list[Line] = []
    start = lines[number].start
    while number < len(lines):
        content = text[lines[number].start : lines[number].end]
        if content.strip() and len(content[: -len(content.lstrip())].expandtabs(4)) < width:
            break
        inside.append(_without_lead(lines[number], content, 0, width))
        number += 1
    while inside[-1].start == inside[-1].end or not text[inside[-1].start : inside[-1].end].strip():
        inside.pop()
        number -= 1
    return Block("", tuple(inside), start), number

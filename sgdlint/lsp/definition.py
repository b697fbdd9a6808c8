"""Where a shell variable or array gets its value: the places that an option may come from."""

from __future__ import annotations

import re

from lsprotocol import types

from sgdlint.lsp.cursor import written
from sgdlint.shell.tree import Assignment, For, Word, below
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgdlint.lsp.seen import Seen
    from sgdlint.lsp.texts import OpenText
    from sgdlint.scripts import Script

_USE = re.compile(r"\$(?:\{[#!]?|\()?([A-Za-z_]\w*)(?:\[[@*]\])?[)}]?")
LONGEST_USE = 200
"""Characters of `${NAME…}` that are looked at before the cursor."""


def definitions(text: OpenText, seen: Seen, position: types.Position) -> list[types.Location]:
    """Return where the variable under the cursor gets its values; those that reach a launch."""
    offset = text.offset(position)
    name, use = name_at(seen.text, offset)
    if not name:
        return []
    spans: dict[Span, None] = {}
    for script in _scripts(seen):
        spans.update(dict.fromkeys(map(script.at_home, _assigned(script, name))))
    there = [one for one in spans if not (one.start <= use.start and use.end <= one.end)]
    reaching = [one for one in there if _reaches(seen, one)]
    return [types.Location(text.uri, text.range(one)) for one in sorted(reaching or there, key=_at)]


def name_at(text: str, offset: int) -> tuple[str, Span]:
    """Return the variable that is used at an offset, and where; "" when it is none."""
    begin = max(text.rfind("\n", 0, offset) + 1, offset - LONGEST_USE)
    for match in _USE.finditer(text, begin, offset + LONGEST_USE):
        if match.start() <= offset <= match.end():
            return match[1], Span(*match.span())
    return "", Span(offset, offset)


def _at(span: Span) -> tuple[int, int]:
    return span.start, span.end


def _scripts(seen: Seen) -> list[Script]:
    return list({one.script.number: one.script for one in seen.launches}.values())


def _assigned(script: Script, name: str) -> Iterator[Span]:
    """Yield where a script gives a variable a value."""
    text = script.source.text
    begins = (f"{name}=", f"{name}+=")
    for node in below(script.tree.statements):
        if isinstance(node, Assignment) and node.name == name:
            yield Span(node.start, node.end)
        elif isinstance(node, For) and node.name == name:
            end = text.find("\n", node.start)
            yield Span(node.start, node.end if end < 0 else min(end, node.end))
        elif isinstance(node, Word) and text.startswith(begins, node.start):
            yield Span(node.start, node.end)


def _reaches(seen: Seen, span: Span) -> bool:
    """Whether a word of a launch is written in a place."""
    return any(
        span.start <= place.start and place.end <= span.end
        for one in seen.launches
        for word in one.launch.words
        for place in written(one, word)
    )

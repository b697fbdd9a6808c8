"""The parts of a template that are filled in: `{{ … }}` of Helm and others, `{% … %}` of Jinja.

Parts that decide or repeat (`if`, `range`, `with`, `for`) span blocks up to their `end`. What
stands in a block may be missing, or be there several times.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OPENS, MIDDLE, CLOSES, SILENT, OUTPUT = "opens", "middle", "closes", "silent", "output"
"""What an action does: begins a block, a branch of it, or ends it; leaves no text; leaves text."""
MOST_JOINED = 8
"""So many `}}` are passed over that stand in quotes."""
_WORD = re.compile(
    r"(?:\{\{|\{%)[-+]?\s*(?P<word>/\*|end\w*|\$?\w+)(?P<rest>\s*(?:[,:]\s*|=(?!=))?)"
)
_JINJA = re.compile(r"\{%[-+]?\s*(?:if|for|set|include|block|macro|raw)\b")
KINDS = {
    **dict.fromkeys(("if", "range", "with", "define", "block", "for", "macro"), OPENS),
    **dict.fromkeys(("else", "elif"), MIDDLE),
    **dict.fromkeys(("/*", "break", "continue", "set", "raw", "endraw", "endset"), SILENT),
}
_SEVERAL = re.compile(r"\b(?:toYaml|toJson|include|template|tpl|n?indent|fromYaml)\b|\{%")
_SHIFT = re.compile(r"\bn?indent\s+(\d{1,3})\b")


@record
class Action:
    """One part that is filled in. kind: see above. word: its first word."""

    start: int
    end: int
    kind: str
    word: str
    text: str

    @property
    def several(self) -> bool:
        """Whether it may leave several lines, items or keys."""
        return _SEVERAL.search(self.text) is not None

    @property
    def indent(self) -> int | None:
        """How far its lines are indented, when it says so itself."""
        shifts = _SHIFT.findall(self.text)
        return int(shifts[-1]) if shifts else None


def actions(text: str) -> list[Action]:
    """Return the actions of a text, in order."""
    marks = [("{{", "}}")]
    if "{%" in text and _JINJA.search(text):
        marks += [("{%", "%}"), ("{#", "#}")]
    found = [one for opening, closing in marks for one in _between(text, opening, closing)]
    return sorted(found, key=lambda one: one.start) if len(marks) > 1 else found


def _between(text: str, opening: str, closing: str) -> Iterator[Action]:
    start = text.find(opening)
    while start >= 0:
        end = text.find(closing, start + 2)
        for _ in range(MOST_JOINED):
            if end < 0 or not text.count('"', start, end) % 2:
                break
            end = text.find(closing, end + 2)
        if end < 0:
            return
        if opening != "{#" or text[start - 1 : start] != "$":
            yield _action(text, start, end + 2)
        start = text.find(opening, end + 2)


def _action(text: str, start: int, end: int) -> Action:
    written = text[start:end]
    match = _WORD.match(written)
    word = match["word"] if match is not None else ""
    kind = KINDS.get(word, OUTPUT)
    if written.startswith("{#"):
        kind = SILENT
    elif word.startswith("end"):
        kind = SILENT if word in ("endraw", "endset") else CLOSES
    elif word.startswith("$") and match is not None and match["rest"].strip() in (":", ",", "="):
        kind = SILENT
    return Action(start, end, kind, word, written)


class Blocks:
    """Which blocks, and which branch of them, each place of a text stands in."""

    def __init__(self, found: Sequence[Action]) -> None:
        self._starts = [0]
        self._segments = [0]
        self._parents = [-1]
        self.defined: list[tuple[int, int]] = []
        stack: list[tuple[int, Action]] = []
        for one in found:
            if one.kind == OPENS:
                stack.append((self._segments[-1], one))
                self._enter(one.start, stack[-1][0])
            elif one.kind == MIDDLE and stack:
                self._enter(one.start, stack[-1][0])
            elif one.kind == CLOSES and stack:
                outer, opened = stack.pop()
                self._starts.append(one.end)
                self._segments.append(outer)
                if opened.word in ("define", "macro"):
                    self.defined.append((opened.start, one.end))

    def _enter(self, offset: int, outer: int) -> None:
        self._parents.append(outer)
        self._starts.append(offset)
        self._segments.append(len(self._parents) - 1)

    def at(self, offset: int) -> int:
        """Return the number of the innermost branch at an offset; 0 for none."""
        return self._segments[bisect_right(self._starts, offset) - 1]

    def common(self, first: int, second: int) -> int:
        """Return the innermost branch that holds two branches."""
        while first != second:
            if first > second:
                first = self._parents[first]
            else:
                second = self._parents[second]
        return first

"""A templated YAML file as YAML that can be read: what is filled in becomes stand-ins.

The text keeps its length, so that each character stays where it is. Lines that only decide are
blanked; a line that is filled in becomes an item of its list, or the value of its key.
"""

from __future__ import annotations

import re

from sgdlint.documents.actions import CLOSES, OPENS, OUTPUT, SILENT, Action, Blocks
from sgdlint.documents.region import STAND_IN
from sgdlint.documents.yaml_tree import SEVERAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_KEY = f": {SEVERAL}"
NOTHING = "\ue002"
"""Stands in a block of text for a line that leaves nothing."""
MOST_LOOKED_AT = 50
"""So many lines are passed over to see what stands below one."""
_BLOCK = re.compile(r"[:-][ \t]+(?:[&!]\S+[ \t]+)?[|>][0-9+-]{0,2}(?:[ \t]+#.*)?$")


class Masked:
    """Builds the text that can be read."""

    def __init__(self, text: str, found: Sequence[Action], blocks: Blocks) -> None:
        self.text = text
        self.blocks = blocks
        self._found = found
        self._out: list[str] = []
        self._last = ""
        self._indents: list[tuple[int, bool]] = []
        self._block: tuple[int, int] | None = None
        self._content = -1

    def run(self) -> str:
        """Return the text."""
        index = 0
        defined = iter([*self.blocks.defined, (len(self.text) + 1, len(self.text) + 1)])
        hidden = next(defined)
        for start, end in self._lines():
            first = index
            while index < len(self._found) and self._found[index].start < end:
                index += 1
            while hidden[1] <= start:
                hidden = next(defined)
            if hidden[0] < end:
                self._out.append(_blank(self.text[start:end]))
            else:
                self._line(start, end, self._found[first:index])
        return "".join(self._out)

    def _lines(self) -> list[tuple[int, int]]:
        """Return where lines begin and end; an action of several lines keeps them together."""
        found = []
        start, index = 0, 0
        while start < len(self.text):
            end = self.text.find("\n", start) + 1 or len(self.text)
            while index < len(self._found) and self._found[index].start < end:
                if self._found[index].end > end:
                    end = self.text.find("\n", self._found[index].end) + 1 or len(self.text)
                index += 1
            found.append((start, end))
            start = end
        return found

    # --- one line -------------------------------------------------------------------------------

    def _line(self, start: int, end: int, found: Sequence[Action]) -> None:
        rest = _without(self.text, start, end, found)
        alone = bool(found) and not rest.strip()
        if not alone and rest.strip():
            self._leave_block(start, end)
        if self._block is not None and alone and self._is_behind_block(start, end, found):
            self._block = None
        if self._block is not None:
            self._in_block(start, end, found, alone)
        elif alone:
            self._alone(start, end, found)
        else:
            line = self._inline(start, end, found)
            self._out.append(line)
            self._note_line(start, line)

    def _note_line(self, start: int, line: str) -> None:
        """Remember what a line begins: lists and keys by their indentation, a block of text."""
        text = line.rstrip()
        if not text or text.lstrip().startswith("#"):
            return
        self._last = text
        indent = len(line) - len(line.lstrip(" "))
        is_item = text.lstrip().startswith("- ") or text.strip() == "-"
        self._indents = [one for one in self._indents if one[0] < indent]
        self._indents.append((indent, is_item))
        body = indent
        while is_item and text[body : body + 2] == "- ":
            body += 2 + len(text[body + 2 :]) - len(text[body + 2 :].lstrip(" "))
        if body > indent:
            self._indents.append((body, False))
        if _BLOCK.search(text):
            outer = body if is_item and ":" in text[body:] else indent
            self._block = (outer, self.blocks.at(start))
            following = self._following(start + len(line))
            self._content = -1 if following is None else following[0]

    def _leave_block(self, start: int, end: int) -> None:
        if self._block is None:
            return
        line = self.text[start:end]
        indent = len(line) - len(line.lstrip(" "))
        if indent <= self._block[0]:
            self._block = None
        elif self._content < 0:
            self._content = indent

    def _is_behind_block(self, start: int, end: int, found: Sequence[Action]) -> bool:
        """Whether lines that are filled in stand behind the block of text before them."""
        outer = self._block[0] if self._block is not None else 0
        outputs = [one for one in found if one.kind == OUTPUT]
        if outputs:
            shift = outputs[0].indent
            return (shift if shift is not None else outputs[0].start - start) <= outer
        following = self._following(end)
        return following is None or following[0] <= outer

    def _inline(self, start: int, end: int, found: Sequence[Action]) -> str:
        """Return a line with stand-ins for what is filled in."""
        parts = []
        done = start
        opened: list[int] = []
        for one in found:
            if one.kind == OPENS:
                opened.append(one.start)
            if one.kind == CLOSES and opened and not opened[1:]:
                begin = max(done, opened[0])
                parts += [self.text[done:begin], SEVERAL * (one.end - begin)]
                done = one.end
            if one.kind == CLOSES and opened:
                opened.pop()
            if one.end <= done or opened:
                continue
            mark = {OUTPUT: SEVERAL if one.several else STAND_IN}.get(one.kind, " ")
            parts += [self.text[done : one.start], mark * (one.end - one.start)]
            done = one.end
        if opened:  # its block ends on another line
            begin = max(done, opened[0])
            parts += [self.text[done:begin], _blank(self.text[begin:end], SEVERAL)]
            done = end
        return "".join([*parts, self.text[done:end]])

    # --- a line that is filled in ---------------------------------------------------------------

    def _alone(self, start: int, end: int, found: Sequence[Action]) -> None:
        outputs = [one for one in found if one.kind == OUTPUT]
        if not outputs:
            self._out.append(_comment(self.text[start:end]))
            return
        shift = outputs[0].indent
        indent = shift if shift is not None else outputs[0].start - start
        is_item = self._is_item(indent, end)
        width = len(self.text[start:end].rstrip("\r\n"))
        if width < indent + len(_KEY) + 1:
            self._out.append(_comment(self.text[start:end]))
            return
        lead, tail = " " * indent + ("- " if is_item else ""), _KEY if is_item is None else ""
        line = lead + SEVERAL * (width - len(lead) - len(tail)) + tail
        self._out.append(line + self.text[start + width : end])

    def _is_item(self, indent: int, end: int) -> bool | None:
        """Whether a line at an indentation is an item (True), a value (False), or keys (None)."""
        before = [one for one in self._indents if one[0] <= indent]
        is_beside = bool(before) and before[-1][0] == indent
        if is_beside and before[-1][1]:
            return True
        following = self._following(end)
        if following is not None and following[0] == indent:
            return True if following[1] else None
        return False if not is_beside or self._is_empty_key(indent) else None

    def _is_empty_key(self, indent: int) -> bool:
        """Whether the last line is a key without a value, whose list may begin at its indent."""
        last = self._last
        return last.endswith(":") and len(last) - len(last.lstrip(" ")) == indent

    def _following(self, offset: int) -> tuple[int, bool] | None:
        """Return the indentation of the next line with text, and whether it is an item."""
        for _ in range(MOST_LOOKED_AT):
            if offset >= len(self.text):
                break
            end = self.text.find("\n", offset) + 1 or len(self.text)
            line = self.text[offset:end].strip()
            if line and not line.startswith(("#", "{{", "{%")):
                raw = self.text[offset:end]
                return len(raw) - len(raw.lstrip(" ")), line.startswith("- ") or line == "-"
            if line.startswith(("{{", "{%")) and not line.endswith(("}}", "%}")):
                return None
            offset = end
        return None

    # --- inside a block of text -----------------------------------------------------------------

    def _in_block(self, start: int, end: int, found: Sequence[Action], alone: bool) -> None:
        _, outer = self._block or (0, 0)
        inside = self.blocks.at(start) != outer or self.blocks.at(end - 1) != outer
        controls = any(one.kind not in (OUTPUT, SILENT) for one in found)
        if alone and not inside and not controls:
            is_silent = all(one.kind == SILENT for one in found)
            self._out.append(self._filled(start, end, NOTHING if is_silent else SEVERAL))
        elif inside or (alone and controls):
            self._out.append(self._filled(start, end, SEVERAL))
        else:
            self._out.append(self._inline(start, end, found))

    def _filled(self, start: int, end: int, mark: str) -> str:
        """Return a line of a block that is a stand-in as a whole, within the block."""
        line = self.text[start:end]
        body = line.rstrip("\r\n")
        indent = max(self._content, (self._block or (0, 0))[0] + 1)
        if not body.strip() or len(body) <= indent:
            return _blank(line)
        return " " * indent + mark * (len(body) - indent) + line[len(body) :]


def _without(text: str, start: int, end: int, found: Sequence[Action]) -> str:
    """Return a line without what is filled in."""
    parts = []
    for one in found:
        parts.append(text[start : one.start])
        start = max(start, one.end)
    return "".join([*parts, text[start:end]])


def _comment(text: str) -> str:
    """Return a line of nothing, which also ends a block of text."""
    return "#" + _blank(text[1:])


def _blank(text: str, mark: str = " ") -> str:
    return "".join(one if one in "\r\n" else mark for one in text)

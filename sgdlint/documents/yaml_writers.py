"""Writes words into YAML (and JSON) the way their neighbours are written."""

from __future__ import annotations

import json
import re

from sgdlint.documents.region import CannotWriteError
from sgdlint.documents.yaml_tree import List, Mapping, Node, Scalar, tag_resolver
from sgdlint.finding import Edit
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.documents.region import Encode

_PLAIN = re.compile(r"[\w./@%+=-][\w./:@%+=,-]*")
_DASH = re.compile(r"-[ \t]+(?:[&!]\S+[ \t]+)*\Z")
_BREAKS = re.compile(r"\r\n|\r|\n")


def is_plain(text: str) -> bool:
    """Whether a text can stand without quotes and still be a string, in a list or a mapping."""
    if not _PLAIN.fullmatch(text) or text.endswith(":") or text.startswith(("---", "@", "%", "=")):
        return False
    return _is_string(text)


def _is_string(text: str) -> bool:
    """Whether a plain scalar is a string, and no number, truth or date."""
    return tag_resolver()(text, (True, False)).endswith(":str")


def quoted(text: str, style: str) -> str:
    """Return a string as a scalar in a style: `'`, `"`, or "" for a plain one where it can be."""
    if style == "" and is_plain(text):
        return text
    if style == "'" and not _BREAKS.search(text):
        return "'" + text.replace("'", "''") + "'"
    return json.dumps(text, ensure_ascii=False)


def encode_in(scalar: Scalar, source: str) -> Encode:
    """Return what writes text inside a scalar, in its own style."""

    def encode(text: str, span: Span) -> str:
        if scalar.style in ("|", ">"):
            return _in_block(text, span, scalar, source)
        if scalar.style == '"':
            return json.dumps(text, ensure_ascii=False)[1:-1]
        if _BREAKS.search(text):
            raise CannotWriteError("a line end cannot be written in this YAML string")
        if scalar.style == "'":
            return text.replace("'", "''")
        return _in_plain(text, span, scalar, source)

    return encode


def _in_plain(text: str, span: Span, scalar: Scalar, source: str) -> str:
    """Return a text for a plain scalar, which must stay one that means the same."""
    whole = source[scalar.start : span.start] + text + source[span.end : scalar.end]
    special = whole[:1] in "!&*|>'\"%@`{}[]#,?-" and not re.match(r"-\S", whole)
    if special or ": " in whole or " #" in whole or whole.endswith(":") or whole != whole.strip():
        raise CannotWriteError("it needs quotes in YAML")
    if not _is_string(whole) and _is_string(source[scalar.start : scalar.end]):
        if whole != text:
            raise CannotWriteError("it would be no string in YAML")
        return json.dumps(text)
    return text


def _in_block(text: str, span: Span, scalar: Scalar, source: str) -> str:
    """Return a text for a block scalar: its further lines are indented like those of the block."""
    if not _BREAKS.search(text):
        if scalar.style == ">" and text.startswith(" ") and span.start == span.end:
            gap = line_gap(scalar, span.start, source)
            return gap + text[1:] if gap else text
        return text
    if scalar.style == ">":
        raise CannotWriteError("a line end means a blank in a folded YAML string")
    indent = _indent_of(scalar, source)
    return _BREAKS.sub(lambda found: found.group() + indent, text)


def _indent_of(scalar: Scalar, source: str) -> str:
    """Return the blanks before the first line of a block scalar with text."""
    for line in source[scalar.start : scalar.end].splitlines()[1:]:
        if line.strip(" "):
            return line[: len(line) - len(line.lstrip(" "))]
    return ""


def line_gap(scalar: Scalar, position: int, source: str) -> str:
    """Return line end and indent, when the line at a position holds one option of many lines."""
    begin = source.rfind("\n", 0, position) + 1
    before = source.rfind("\n", 0, max(begin - 1, 0)) + 1
    line, previous = source[begin:position], source[before:begin]
    if not line.strip().startswith("--") or before <= scalar.start or not previous.strip():
        return ""
    blanks = line[: len(line) - len(line.lstrip(" "))]
    return ("\r\n" if previous.endswith("\r\n") else "\n") + blanks


class YamlList:
    """Writes the items of a YAML list, in its block or flow layout; json: the file is JSON."""

    def __init__(self, node: List, source: str, json_only: bool = False) -> None:
        self.node = node
        self.source = source
        self.json_only = json_only

    @property
    def extent(self) -> Span:
        """Return where edits of the list may stand."""
        if self.node.flow:
            return Span(self.node.start, self.node.end)
        start = self.source.rfind("\n", 0, self.node.start) + 1
        end = self.source.find("\n", self.node.end)
        return Span(start, len(self.source) if end < 0 else end + 1)

    def replace(self, index: int, text: str) -> Edit:
        """Return the edit that gives an item another text."""
        item = self.node.items[index]
        if not isinstance(item, Scalar) or item.style in ("|", ">"):
            raise CannotWriteError("it is a block of text")
        return Edit(Span(item.start, item.end), self._written(text, item.style))

    def insert(self, index: int, texts: Sequence[str]) -> Edit:
        """Return the edit that puts items before the one with a number, or at the end."""
        items = self.node.items
        if not items:
            raise CannotWriteError("the list is empty")
        return self.insert_written(
            index, [self._written(text, self._style(index, text)) for text in texts]
        )

    def insert_written(self, index: int, new: list[str]) -> Edit:
        """Return the edit that puts items in that are YAML already."""
        if self.node.flow:
            return self._insert_flow(index, new)
        return self._insert_block(index, new)

    def _insert_flow(self, index: int, new: list[str]) -> Edit:
        items = self.node.items
        if index == 0:
            start = items[0].start
            return Edit(Span(start, start), "".join(one + self._comma(0) for one in new))
        end = items[index - 1].end
        gap = self._comma(index - 1)
        return Edit(Span(end, end), "".join(gap + one for one in new))

    def _comma(self, index: int) -> str:
        """Return a comma with the gap that stands before an item, or after the first one."""
        items = self.node.items
        if len(items) > 1:
            left, right = (index - 1, index) if index else (0, 1)
            gap = self.source[items[left].end : items[right].start]
            if not gap.strip(", \t\r\n"):
                return "," + gap.partition(",")[2]
        return ", "

    def _insert_block(self, index: int, new: list[str]) -> Edit:
        items = self.node.items
        if index < len(items):
            dash, lead = self._dash(items[index])
            text = "".join(f"{self.source[dash : items[index].start]}{one}\n{lead}" for one in new)
            return Edit(Span(dash, dash), text)
        last = items[-1]
        dash, lead = self._dash(last)
        mark = self.source[dash : dash + 1] + " "
        end = self._line_end(last)
        at_line_start = end > 0 and self.source[end - 1] == "\n"
        lines = [f"{lead}{mark}{one}" for one in new]
        if at_line_start:
            return Edit(Span(end, end), "".join(line + "\n" for line in lines))
        return Edit(Span(end, end), "".join("\n" + line for line in lines))

    def _dash(self, item: Node) -> tuple[int, str]:
        """Return where the dash of an item is, and the blanks of its line before it."""
        found = _DASH.search(self.source, max(0, item.start - 200), item.start)
        if found is None:
            raise CannotWriteError("the list has an unusual layout")
        line = self.source.rfind("\n", 0, found.start()) + 1
        lead = self.source[line : found.start()]
        if lead.strip(" "):
            lead = " " * len(lead)
        return found.start(), lead

    def _line_end(self, item: Node) -> int:
        """Return the end of the line where an item ends; after it for a block scalar."""
        end = item.end
        if end > 0 and self.source[end - 1] == "\n":
            return end
        found = self.source.find("\n", end)
        end = len(self.source) if found < 0 else found
        return end - 1 if self.source[end - 1 : end] == "\r" else end

    def remove(self, first: int, last: int) -> Edit:
        """Return the edit that takes items out, both ends included."""
        items = self.node.items
        if last - first + 1 >= len(items):
            raise CannotWriteError("nothing would be left of the list")
        if self.node.flow:
            if first:
                return Edit(Span(items[first - 1].end, items[last].end), "")
            return Edit(Span(items[0].start, items[last + 1].start), "")
        dash, lead = self._dash(items[first])
        start = dash - len(lead)
        if self.source[start:dash] != lead:
            raise CannotWriteError("the list has an unusual layout")
        if last + 1 < len(items):
            following, _ = self._dash(items[last + 1])
            end = self.source.rfind("\n", 0, following) + 1
        else:
            end = self._line_end(items[last])
            end += len(self.source[end : end + 2]) - len(self.source[end : end + 2].lstrip("\r\n"))
        return Edit(Span(start, end), "")

    def _style(self, index: int, text: str) -> str:
        """Return how the nearest item before is quoted that is an option too, or none either."""
        if self.json_only:
            return '"'
        scalars = [one for one in self.node.items if isinstance(one, Scalar)]
        alike = [one for one in scalars if one.value.startswith("-") == text.startswith("-")]
        before = [one for one in alike if one.start <= self.node.items[max(0, index - 1)].start]
        near = [*alike[:1], *before] or scalars[:1]
        return near[-1].style if near and near[-1].style in ("'", '"') else ""

    def _written(self, text: str, style: str) -> str:
        if self.json_only:
            return json.dumps(text, ensure_ascii=False)
        if self.node.flow and style == "" and re.search(r"[\[\]{},]", text):
            style = '"'
        return quoted(text, style)


def added_pair(mapping: Mapping, key: str, value: str, source: str) -> Edit:
    """Return the edit that puts a key with a text at the end of a mapping.

    Raises CannotWriteError.
    """
    own = [
        (name, node)
        for name, node in mapping.pairs
        if isinstance(node, Scalar) and node.start >= name.end and node.style not in ("|", ">")
    ]
    if not own:
        raise CannotWriteError(f"{key} has to be put in by hand")
    name, last = own[-1]
    style = last.style if last.style in ("'", '"') else ""
    if mapping.flow:
        written = quoted(value, style if not re.search(r"[\[\]{},]", value) else '"')
        return Edit(Span(last.end, last.end), f", {key}: {written}")
    line = source.rfind("\n", 0, name.start) + 1
    lead = source[line : name.start]
    if lead.strip(" "):
        raise CannotWriteError(f"{key} has to be put in by hand")
    found = source.find("\n", max(last.end, name.end))
    end = len(source) if found < 0 else found
    end -= source[end - 1 : end] == "\r"
    line_end = "\r\n" if source[end : end + 2] == "\r\n" else "\n"
    return Edit(Span(end, end), f"{line_end}{lead}{key}: {quoted(value, style)}")


def removed_pair(mapping: Mapping, key: Node, value: Node, source: str) -> Edit | None:
    """Return the edit that takes a key with its value out of a block mapping; None if none can."""
    if mapping.flow or len(mapping.pairs) < 2:
        return None
    start = source.rfind("\n", 0, key.start) + 1
    if source[start : key.start].strip(" "):
        return None
    end = source.find("\n", max(key.end, value.end - 1))
    return Edit(Span(start, len(source) if end < 0 else end + 1), "")

"""Carries edits of a region's text over to the file that the region stands in."""

from __future__ import annotations

import re
import shlex
from bisect import bisect_right

from sgdlint.documents.region import STAND_IN, CannotWriteError
from sgdlint.finding import Edit
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.documents.region import Item, Region

_VARIABLE = re.compile(r"([A-Za-z_]\w*)=(\S*) ")


def carry(edit: Edit, region: Region) -> list[Edit]:
    """Return the edits of the file that do what an edit of a region does.

    Raises CannotWriteError.
    """
    span, text = edit.span, edit.text
    for entry in region.entries:
        if entry.start <= span.start and span.end <= entry.end:
            if (span.start, span.end) == (entry.start, entry.end) and not text:
                if entry.removal is None:
                    raise CannotWriteError("the variable stands together with other things")
                return [entry.removal]
            return [_in_place(edit, region)]
    variable = _VARIABLE.fullmatch(text)
    inline = any(one.start <= span.start and span.end <= one.end for one in region.inline)
    can_add = (region.add_variable is not None or bool(region.items)) and not inline
    if can_add and variable is not None and span.start == span.end:
        return [_new_variable(region, variable[1], _unquoted(variable[2]))]
    items = [] if inline else _list_at(span, region.items)
    if items:
        return _in_list(edit, region, items)
    return [_in_place(edit, region)]


def _new_variable(region: Region, name: str, value: str) -> Edit:
    if region.add_variable is None:
        raise CannotWriteError(f"{name} has to be set around this command")
    return region.add_variable(name, value)


def _in_place(edit: Edit, region: Region) -> Edit:
    """Return the edit of characters that are written out in the file."""
    span = region.edit_span(edit.span) or region.whole_span(edit.span, not edit.text)
    if span is None:
        raise CannotWriteError("it is not written out in this form")
    for place in region.places:
        if place.span.start <= span.start and span.end <= place.span.end:
            return Edit(span, place.encode(edit.text, span))
    raise CannotWriteError("it stands outside of what can be changed")


def _list_at(span: Span, items: list[Item]) -> list[Item]:
    """Return the words of the command that a span is in; those of others stand further away."""
    first = last = bisect_right([one.start for one in items], span.start) - 1
    if first < 0:
        return []
    while first and items[first - 1].end + 1 == items[first].start:
        first -= 1
    while last + 1 < len(items) and items[last].end + 1 == items[last + 1].start:
        last += 1
    return items[first : last + 1] if span.end <= items[last].end else []


def _in_list(edit: Edit, region: Region, items: list[Item]) -> list[Edit]:
    """Return the edits of a list of arguments: words that change, come and go."""
    first, last = _touched(edit.span, items)
    if first > last:
        before = items[max(0, first - 1)]
        return [before.words.insert(before.index + (first > 0), _words(edit.text))]
    start, end = items[first].start, items[last].end
    start, end = min(start, edit.span.start), max(end, edit.span.end)
    head, tail = region.text[start : edit.span.start], region.text[edit.span.end : end]
    if edit.text.strip(" ") == edit.text and edit.text and first == last:
        exact = _characters(edit, region)
        if exact is not None:
            return [exact]
    new = _words(head + edit.text + tail)
    old = _words(region.text[start:end])
    return _changed(items[first : last + 1], old, new)


def _characters(edit: Edit, region: Region) -> Edit | None:
    """Return an edit inside one item, when the characters stand there just so."""
    try:
        return _in_place(edit, region)
    except CannotWriteError:
        return None


def _touched(span: Span, items: list[Item]) -> tuple[int, int]:
    """Return the first and the last item that a span touches; the last is smaller when none."""
    if span.start == span.end:
        after = sum(item.end <= span.start for item in items)
        return after, after - 1
    touched = [n for n, item in enumerate(items) if item.start < span.end and span.start < item.end]
    return (touched[0], touched[-1]) if touched else (len(items), len(items) - 1)


def _changed(items: list[Item], old: list[str], new: list[str]) -> list[Edit]:
    """Return the edits that make some items of a list others."""
    if len(old) != len(items):
        raise CannotWriteError("an argument of the list is not one word")
    writer, position = items[0].words, items[0].index
    if any(item.words is not writer for item in items):
        raise CannotWriteError("the words stand in several lists")
    while old and new and old[0] == new[0]:
        items, old, new, position = items[1:], old[1:], new[1:], position + 1
    while old and new and old[-1] == new[-1]:
        items, old, new = items[:-1], old[:-1], new[:-1]
    if any(STAND_IN in text for text in (*old, *new)):
        raise CannotWriteError("a part of it is filled in later")
    same = min(len(old), len(new))
    edits = [writer.replace(item.index, text) for item, text in zip(items, new, strict=False)]
    if len(old) > same:
        edits.append(writer.remove(position + same, position + len(old) - 1))
    elif len(new) > same:
        edits.append(writer.insert(position + same, new[same:]))
    return edits


def _words(text: str) -> list[str]:
    """Return the words of a text that are to be items of a list; raises CannotWriteError."""
    try:
        return shlex.split(text.replace("\\\n", " "))
    except ValueError:
        raise CannotWriteError("it is not a list of words") from None


def _unquoted(text: str) -> str:
    words = _words(text)
    return words[0] if words else ""

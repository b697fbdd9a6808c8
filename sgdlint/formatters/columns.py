"""Text on a terminal: what is shown of it, how many columns that takes, and what of it fits.

A range is a pair of columns, the second one not in it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    Range = tuple[int, int]

TAB = "    "
UNSEEN = "\ufffd"
"""Shown in the place of what would not be seen, or would change what is seen around it."""
JOINERS = "\u200c\u200d"
FILLERS = "\u034f\u115f\u1160\u2800\u3164\uffa0"
"""Characters that count as letters or symbols and look like nothing."""


def visible(text: str) -> str:
    """Return text that can neither move the cursor, change colours, nor hide or reorder letters."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(text, position) for position in range(len(text)))


def _shown(text: str, position: int) -> str:
    character = text[position]
    if character == "\t":
        return TAB
    if character in JOINERS:  # they make one sign of two, but in an option they only hide
        before, after = text[max(0, position - 1) : position], text[position + 1 : position + 2]
        return character if before > "\x7f" < after else UNSEEN
    return character if character.isprintable() and character not in FILLERS else UNSEEN


def grid(text: str) -> tuple[Sequence[str], Sequence[int]]:
    """Return what each column shows, and the column where each character begins (and the end).

    The second column of a wide character is empty; what has no width stands with what is before.
    """
    if text.isascii() and text.isprintable():
        return text, range(len(text) + 1)
    cells: list[str] = []
    places: list[int] = []
    for position, character in enumerate(text):
        shown = _shown(text, position)
        size = _size(shown, text[position - 1 : position])
        places.append(len(cells) if size or not cells else len(cells) - 1)
        if character == "\t":
            cells += TAB
        elif size or not cells:
            cells += [shown, ""][: max(1, size)]
        else:
            last = -1 if cells[-1] else -2
            cells[last] += shown
    return cells, [*places, len(cells)]


def _size(shown: str, before: str) -> int:
    """Return how many columns a character takes; that depends on the one before it."""
    if shown < "\u0300" or shown in "…\ufffd":  # what our own words need loads nothing
        return len(shown)
    from unicodedata import category, east_asian_width

    kind = category(shown)
    joined = before == "\u200d" and kind == "So"  # as the halves of an emoji are
    toned = "\U0001f3fb" <= shown <= "\U0001f3ff" and before > "\x7f"
    vowel = "\u1160" <= shown <= "\u11ff"  # the later letters of a decomposed Hangul syllable
    if kind in ("Mn", "Me", "Cf") or joined or toned or vowel:
        return 0
    return 2 if east_asian_width(shown) in "WF" else 1


def wrapped(text: str, room: int) -> list[str]:
    """Return text as lines that fit; it breaks at blanks, and inside words that are too long."""
    text = visible(text)
    if len(text) <= room and text.isascii():
        return [text]
    lines: list[str] = []
    left = -1
    for word in text.split(" "):
        cells, _ = grid(word)
        if len(cells) < left:
            lines[-1] += " " + word
            left -= len(cells) + 1
            continue
        while len(cells) > room:
            last = room - (not cells[room])  # a wide character is not halved
            lines.append("".join(cells[:last]))
            cells = cells[last:]
        lines.append("".join(cells))
        left = room - len(cells)
    return lines


# --- a line that is too long --------------------------------------------------------------------


def limited(marks: Sequence[Range], size: int, room: int) -> list[Range]:
    """Return the marks that fit into the room together, the first one at least in part."""
    kept = list(marks) or [(0, 0)]
    while len(kept) > 1 and context(kept, size, room) < 0:
        kept.pop()
    if context(kept, size, room) < 0:
        start, _ = kept[0]
        kept = [(start, start + room * 3 // 4)]
    return kept


def context(marks: Sequence[Range], size: int, room: int) -> int:
    """Return how many columns fit on both sides of all marks; -1 when the marks do not fit."""
    for around in range(room, -1, -1):
        shown = ranges(marks, size, around)
        gaps = len(shown) - 1 + (shown[0][0] > 0) + (shown[-1][1] < size)
        if sum(last - first for first, last in shown) + gaps <= room:
            return around
    return -1


def ranges(marks: Sequence[Range], size: int, around: int) -> list[Range]:
    """Return which columns of a line to show so that each mark has some columns around it."""
    shown: list[Range] = []
    for start, end in sorted(marks):
        first, last = max(0, start - around), min(size, end + around)
        if shown and first <= shown[-1][1] + 1:
            shown[-1] = (shown[-1][0], max(shown[-1][1], last))
        else:
            shown.append((first, last))
    # An ellipsis is as long as the one column that it would stand for.
    if shown[0][0] == 1:
        shown[0] = (0, shown[0][1])
    if shown[-1][1] == size - 1:
        shown[-1] = (shown[-1][0], size)
    return shown


def cut(cells: Sequence[str], shown: Sequence[Range]) -> str:
    """Return a line with only some of its columns shown, and an ellipsis for each gap."""
    text = "…" if shown[0][0] > 0 else ""
    for number, (first, last) in enumerate(shown):
        part = list(cells[first:last])
        if part and not part[0]:  # the second half of a wide character
            part[0] = " "
        if last < len(cells) and part and not cells[last]:  # the first half of one
            part[-1] = " "
        text += "…" * (number > 0) + "".join(part)
    return text + "…" * (shown[-1][1] < len(cells))


def moved(mark: Range, shown: Sequence[Range], size: int) -> list[int]:
    """Return the columns of a mark as they stand after the cut; an empty mark takes one."""
    start, end = mark[0], max(mark[1], mark[0] + 1)
    columns: list[int] = []
    place = 0
    for number, (first, last) in enumerate(shown):
        place += number > 0 or first > 0  # the ellipsis
        stop = last + (last == size)  # one may stand behind the end of the line
        columns += range(max(start, first) - first + place, min(end, stop) - first + place)
        place += last - first
    return columns

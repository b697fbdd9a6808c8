"""Lines of the source with the exact words underlined."""

from __future__ import annotations

from sgdlint.formatters.columns import context, cut, grid, limited, moved, ranges, wrapped
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.formatters.columns import Range
    from sgdlint.source import Source, Span

    Segment = tuple[str, str]
    Line = list[Segment]

LINES = 4
"""Most lines that are shown of a finding that spans several."""


@record
class Mark:
    """Words to underline: with which character and style, and what to say beside them."""

    span: Span
    sign: str
    style: str
    label: str


@record
class Margin:
    """What stands left of the source: how many digits a line number has, and the room that stays.

    room: columns for the source.
    """

    digits: int
    room: int

    def numbered(self, number: int) -> Segment:
        """Return the margin of a line of the source."""
        return f" {number:>{self.digits}} | ", "gutter"

    def blank(self, text: str = "| ") -> Segment:
        """Return the margin of a line that is not in the source."""
        return " " * (self.digits + 2) + text, "gutter"

    def gap(self) -> Segment:
        """Return the margin that stands for lines left out."""
        return f" {'…':>{self.digits}} |", "gutter"


def excerpt(source: Source, marks: Sequence[Mark], margin: Margin) -> list[Line]:
    """Return the lines that marks touch, in order, with their words underlined.

    Where marks overlap the first one is seen.
    """
    by_line: dict[int, list[Mark]] = {}
    for mark in marks:
        for number in source.lines_of(mark.span)[: LINES if mark is marks[0] else 1]:
            by_line.setdefault(number, []).append(mark)
    lines: list[Line] = []
    before = 0
    for number, here in sorted(by_line.items()):
        if before and number - before == 2:  # an ellipsis would take a line as well
            lines += _line(source, number - 1, (), margin)
        elif before and number - before > 2:
            lines.append([margin.gap()])
        lines += _line(source, number, here, margin)
        before = number
    if source.lines_of(marks[0].span)[-1] > before:
        lines.append([margin.gap()])
    return lines


def _line(source: Source, number: int, marks: Sequence[Mark], margin: Margin) -> list[Line]:
    """Return a line of the source, cut to what fits, and the underline if it has one."""
    cells, places = grid(source.line_text(number))
    covered: list[tuple[Mark, Range]] = []
    for mark in marks:
        start, end = _covered(source, number, mark.span)
        if start < end or number == source.location(mark.span.start)[0]:
            covered.append((mark, (places[start], places[end])))
    kept = limited([place for _, place in covered], len(cells), margin.room)
    shown = ranges(kept, len(cells), context(kept, len(cells), margin.room))
    row: dict[int, Mark] = {}
    for mark, place in reversed(covered):
        row.update(dict.fromkeys(moved(place, shown, len(cells)), mark))
    return [[margin.numbered(number), (cut(cells, shown), "")], *_under(marks, row, margin)]


def _covered(source: Source, number: int, span: Span) -> Range:
    """Return where in a line the words of a span stand, without indents and continuations."""
    line = source.line_span(number)
    text = source.line_text(number)
    start = max(span.start - line.start, 0)
    end = min(span.end, line.end) - line.start
    if span.start < line.start:
        start = len(text) - len(text.lstrip())
    while span.end > line.end and end - 1 > start and text[end - 1] in "\\ \t":
        end -= 1
    return min(start, len(text)), max(end, min(start, len(text)))


def _under(marks: Sequence[Mark], row: dict[int, Mark], margin: Margin) -> list[Line]:
    """Return the signs below a line and what the marks say, beside the signs if that fits."""
    # A label that is only the option's name says nothing that the words do not.
    told = "; ".join(dict.fromkeys(mark.label for mark in marks if " " in mark.label))
    signs = _signs(row)
    labelled = {mark.span for mark in marks if " " in mark.label}
    is_one = len({mark.sign for mark in row.values()}) == 1 and max(row) - min(row) < len(row)
    is_beside = row and (is_one or row[max(row)].span in labelled)
    if told and is_beside and max(row) + 2 + len(told) <= margin.room:
        return [[margin.blank(), *signs, (" " + told, "dim")]]
    lines: list[Line] = [[margin.blank(), *signs]] if row else []
    if told:
        first = min((at for at, mark in row.items() if mark.span in labelled), default=0)
        indent = " " * (first if first + len(told) <= margin.room else 0)
        lines += ([margin.blank(), (indent + text, "dim")] for text in wrapped(told, margin.room))
    return lines


def _signs(row: dict[int, Mark]) -> Line:
    """Return the signs of marks at their columns."""
    line: Line = []
    end = 0
    for column, mark in sorted(row.items()):
        if column > end:
            line.append((" " * (column - end), ""))
        if line and column == end and line[-1] == (line[-1][0], mark.style):
            line[-1] = (line[-1][0] + mark.sign, mark.style)
        else:
            line.append((mark.sign, mark.style))
        end = column + 1
    return line

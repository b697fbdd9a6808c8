"""One finding in the text format: place, rule, message, excerpt, help, and what its fix changes."""

from __future__ import annotations

from sgdlint.formatters.columns import context, cut, grid, limited, ranges, visible, wrapped
from sgdlint.formatters.excerpt import Margin, Mark, excerpt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.finding import Edit, Finding, Fix
    from sgdlint.formatters.columns import Range
    from sgdlint.formatters.excerpt import Line
    from sgdlint.source import Source

    Changed = tuple[str, list[Range]]

LINES = 6
"""Most lines of one place that are shown as removed, and as added."""


def block(finding: Finding, source: Source, width: int) -> list[Line]:
    """Return a finding as lines of (text, style)."""
    line, column = source.location(finding.span.start)
    margin = _margin(finding, source, width)
    head = [
        (f"{visible(source.path)}:{line}:{column}: ", "path"),
        (finding.severity, finding.severity),
        (" ", ""),
        (f"{finding.code} {finding.name}", f"code {finding.url}".rstrip()),
    ]
    marks = [Mark(finding.span, "^", finding.severity, "")]
    marks += [Mark(one.span, "-", "gutter", one.label) for one in finding.related]
    lines = [head, *([("  " + text, "")] for text in wrapped(finding.message, width - 2))]
    lines += excerpt(source, marks, margin)
    if finding.help:
        lines += _note(margin, "help", finding.help)
    if finding.gain is not None and finding.gain.most:
        from sgdlint.formatters.gains import short

        lines += _note(margin, "documented gain", short(finding.gain))
    if finding.fix is not None:
        lines += [
            *_fix(finding.fix, finding.lossless, margin),
            *diff(finding.fix.edits, source, margin),
        ]
    return lines


def _margin(finding: Finding, source: Source, width: int) -> Margin:
    last = max(finding.span.start, finding.span.end - 1, *(o.span.start for o in finding.related))
    digits = len(str(source.location(last)[0]))
    return Margin(digits, width - digits - 4)


def _note(margin: Margin, label: str, text: str) -> list[Line]:
    first, *more = wrapped(text, margin.room - len(label) - 2)
    indent = " " * (len(label) + 2)
    lines: list[Line] = [[margin.blank("= "), (f"{label}: ", "code"), (first, "")]]
    return lines + [[margin.blank("  "), (indent + line, "")] for line in more]


def _fix(fix: Fix, lossless: bool, margin: Margin) -> list[Line]:
    marks = ["unsafe"] * (fix.applicability == "unsafe") + ["lossy"] * (not lossless)
    kind = "suggestion" if fix.applicability == "display" else "fix"
    kind += f" ({', '.join(marks)})" if marks else ""
    return _note(margin, kind, fix.title + (f" ({fix.note})" if fix.note else ""))


# --- what a fix changes -------------------------------------------------------------------------


def diff(edits: Sequence[Edit], source: Source, margin: Margin) -> list[Line]:
    """Return the lines that edits remove and add, place by place."""
    lines: list[Line] = []
    for place in _places(edits, source):
        old, new = _changed(place, source)
        removed, added = _shown(old, new, margin.room)
        lines += _signed("-", "removed", removed, margin) + _signed("+", "added", added, margin)
    return lines


def _signed(sign: str, style: str, texts: Sequence[str], margin: Margin) -> list[Line]:
    kept = [*texts[:LINES], *["…"] * (len(texts) > LINES)]
    return [[margin.blank(""), (f"{sign} {text}", style)] for text in kept]


def _places(edits: Sequence[Edit], source: Source) -> list[list[Edit]]:
    """Return edits in order, those on the same or the next line together."""
    places: list[list[Edit]] = []
    reached = -1
    for edit in sorted(edits, key=lambda one: (one.span.start, one.span.end)):
        if places and source.location(edit.span.start)[0] <= reached:
            places[-1].append(edit)
        else:
            places.append([edit])
        last = max(edit.span.start, edit.span.end - 1)  # without the line end that closes a line
        reached = source.location(last)[0] + 1
    return places


def _changed(edits: Sequence[Edit], source: Source) -> tuple[list[Changed], list[Changed]]:
    """Return the lines that edits remove and those that they add, and what of each is changed."""
    text = source.text
    begin = text.rfind("\n", 0, edits[0].span.start) + 1
    end = text.find("\n", edits[-1].span.end)
    end = len(text) if end < 0 else end
    after, position = "", begin
    removed: list[Range] = []
    added: list[Range] = []
    for edit in edits:
        after += text[position : edit.span.start] + edit.text
        position = edit.span.end
        removed.append((edit.span.start - begin, position - begin))
        added.append((len(after) - len(edit.text), len(after)))
    after += text[position:end]
    at_end = end == len(text)
    return _trimmed(
        list(_lines(text[begin:end], removed, at_end)), list(_lines(after, added, at_end))
    )


def _lines(text: str, marks: Sequence[Range], at_end: bool) -> Iterator[Changed]:
    """Yield each line without its end, and what of it is marked."""
    begin = 0
    for line in text.split("\n"):
        end = begin + len(line)
        if not line and at_end and end == len(text):
            return  # behind the line end that closes the file there is no line
        shown = line.removesuffix("\r")
        yield (
            shown,
            [
                (min(max(start - begin, 0), len(shown)), min(stop - begin, len(shown)))
                for start, stop in marks
                if start <= end and stop >= begin
            ],
        )
        begin = end + 1


def _trimmed(old: list[Changed], new: list[Changed]) -> tuple[list[Changed], list[Changed]]:
    """Leave out the lines that are the same, from both sides."""
    while old and new and old[-1][0] == new[-1][0]:
        old.pop()
        new.pop()
    same = 0
    while same < min(len(old), len(new)) and old[same][0] == new[same][0]:
        same += 1
    return old[same:], new[same:]


def _shown(
    old: Sequence[Changed], new: Sequence[Changed], room: int
) -> tuple[list[str], list[str]]:
    """Cut removed and added lines to what fits, all alike, so that what changed lines up."""
    laid = []
    for text, marks in (*old, *new):
        cells, places = grid(text)
        columns = [(places[start], places[end]) for start, end in marks]
        laid.append((cells, limited(columns, len(cells), room)))
    around = min((context(kept, len(cells), room) for cells, kept in laid), default=0)
    texts = [cut(cells, ranges(kept, len(cells), around)) for cells, kept in laid]
    return texts[: len(old)], texts[len(old) :]

"""A comparison for a terminal, or for a file of text."""

from __future__ import annotations

import textwrap

from sgdlint.formatters.columns import visible
from sgdlint.perf import charts, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.perf.charts import Bar, Group
    from sgdlint.perf.comparing import Comparison, Steps, Variant

    Line = list[tuple[str, str]]

WIDTH = 100
"""Columns where there is no terminal that has a width of its own."""
NARROWEST, WIDEST = 50, 140
LONGEST_BAR = 60
SHORTEST_BAR = 8
LONGEST_LABEL = 24
MOST_STEPS = 60
"""So many columns show the denoising steps; each is then the slowest of some."""
EIGHTHS = " ▏▎▍▌▋▊▉█"
HEIGHTS = "▁▂▃▄▅▆▇█"
PLAIN = ".-=#"
"""Heights for what cannot show others."""
ASCII = {ord("→"): "->", ord("×"): "x", ord("–"): "-", ord("…"): "..."}
"""Other signs for what cannot show them."""


def render(found: Comparison, width: int = WIDTH, blocks: bool = True) -> list[Line]:
    """Return lines of (text, style). blocks: bars are of block characters, else of `#`."""
    width = max(NARROWEST, min(WIDEST, width))
    parts = (
        *_verdicts(found, width),
        [*_groups([charts.whole(found)], width, blocks)],
        [*_stages(found, width, blocks)],
        [*_steps(found, width, blocks)],
        [*_memory(found, width, blocks)],
        [*_conditions(found, width)],
        [*_notes(found, width)],
    )
    lines = [line for part in parts if part for line in (*part, [])][:-1]
    spelt = {} if blocks else ASCII
    return [[(visible(text).translate(spelt), style) for text, style in line] for line in lines]


def _wrapped(text: str, style: str, width: int, indent: str = "", after: str = "") -> list[Line]:
    lines = textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=after or indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [[(line, style)] for line in lines]


def _verdicts(found: Comparison, width: int) -> Iterator[list[Line]]:
    for one in found.variants:
        part: list[Line] = []
        style = {"faster": "added", "slower": "removed"}.get(one.total.verdict, "path")
        if one.comparable == "no":
            part += _wrapped(words.comparable(one) + ".", "error", width)
            style = "dim"
        part += _wrapped(words.verdict(found.baseline, one), style, width)
        part += _wrapped(words.moved(one), "", width)
        yield part


# --- bars -----------------------------------------------------------------------------------------


def _groups(groups: Sequence[Group], width: int, blocks: bool) -> Iterator[Line]:
    """Yield groups of bars of one scale."""
    values = [one.high for group in groups for one in group.bars if one.value is not None]
    if not values:
        return
    most, besides = max(values) or 1.0, [len(one) for group in groups for one in group.more]
    columns = _columns(groups, width, max(besides, default=0))
    roomy = columns[1] > SHORTEST_BAR
    columns = columns if roomy else _columns(groups, width, 0)
    for group in groups:
        yield [(group.title, "path")]
        for at, one in enumerate(group.bars):
            more = group.more[at] if group.more and roomy else ""
            yield _bar(one, more, most, columns, blocks)


def _columns(groups: Sequence[Group], width: int, more: int) -> tuple[int, int, int, int]:
    """Return how wide labels, bars, numbers and changes are. more: of what stands behind them."""
    bars = [one for group in groups for one in group.bars]
    label = min(LONGEST_LABEL, width // 4, max(len(one.label) for one in bars))
    number = max(len(one.shown) for one in bars)
    beside = max(len(one.beside) for one in bars)
    room = width - label - number - beside - more - 8 - 2 * bool(more)
    return label, max(SHORTEST_BAR, min(LONGEST_BAR, room)), number, beside


def _bar(
    one: Bar, more: str, most: float, columns: tuple[int, int, int, int], blocks: bool
) -> Line:
    label, length, number, beside = columns
    filled = 0.0 if one.value is None else one.value / most * length
    return [
        (f"  {_short(one.label, label):{label}}  ", ""),
        (_blocks(filled, length) if blocks else ("#" * round(filled)).ljust(length), "gutter"),
        (f"  {one.shown:>{number}}", ""),
        (f"  {one.beside:{beside}}" if beside else "", one.style),
        (f"  {more}" if more else "", "dim"),
    ]


def _short(text: str, most: int) -> str:
    """Return a label with its end, which tells more than its beginning."""
    return text if len(text) <= most else "…" + text[1 - most :]


def _blocks(filled: float, length: int) -> str:
    full, rest = divmod(round(filled * 8), 8)
    return ("█" * full + EIGHTHS[rest].strip()).ljust(length)


# --- the rest -------------------------------------------------------------------------------------


def _stages(found: Comparison, width: int, blocks: bool) -> Iterator[Line]:
    yield from _groups([*charts.stages(found)], width, blocks)
    _, small = words.shown_stages(found)
    if small:
        told = f"{words.count(len(small), 'more stage')} of less than {words.SMALL:.1%} each"
        yield [(f"  {told}", "dim")]


def _steps(found: Comparison, width: int, blocks: bool) -> Iterator[Line]:
    yield from _groups([*charts.steps(found)], width, blocks)
    rows = [(found.baseline.label, found.steps), *((v.side.label, v.steps) for v in found.variants)]
    known = [(label, steps) for label, steps in rows if steps.count > 1]
    if known:
        most = max(max(steps.each) for _, steps in known)
        size = min(LONGEST_LABEL, max(len(label) for label, _ in known))
        yield [("Each step, median of the runs", "path")]
        for label, steps in known:
            line = _line(steps, most, blocks, min(MOST_STEPS, width - size - 20))
            told = f"  {words.count(steps.count, 'step')}"
            yield [(f"  {_short(label, size):{size}}  ", ""), (line, "gutter"), (told, "dim")]


def _memory(found: Comparison, width: int, blocks: bool) -> Iterator[Line]:
    yield from _groups([*charts.memory(found)], width, blocks)
    names = {each.snapshot for one in found.variants for each in one.memory}
    if names:
        yield [(f"  {words.count(len(names), 'snapshot')}: --output FILE.html shows each", "dim")]


def _line(steps: Steps, most: float, blocks: bool, room: int) -> str:
    """Return the steps as a line of heights."""
    heights = HEIGHTS if blocks else PLAIN
    size = -(-steps.count // room)
    parts = [max(steps.each[at : at + size]) for at in range(0, steps.count, size)]
    top = len(heights) - 1
    return "".join(heights[round(part / most * top) if most else 0] for part in parts)


def _conditions(found: Comparison, width: int) -> Iterator[Line]:
    alike: dict[tuple[str, ...], list[Variant]] = {}
    for one in found.variants:
        rows = tuple(f"{state:9}{names}" for state, names in words.states(one))
        alike.setdefault(rows, []).append(one)
    for rows, several in alike.items():
        one, names = several[0], ", ".join(each.side.label for each in several)
        name = f"{names}: " if len(found.variants) > 1 else ""
        style = "error" if one.comparable == "no" else "path"
        yield from _wrapped(name + words.comparable(one), style, width)
        for row in rows:
            yield from _wrapped(row, "dim", width, "  ", " " * 11)
    if any(one.comparable == "unknown" for one in found.variants):
        yield [(f"  {words.HOW_TOLD}", "dim")]


def _notes(found: Comparison, width: int) -> Iterator[Line]:
    for note in words.notes(found):
        yield from _wrapped(note, "warning", width, "! ", "  ")

"""A comparison as a picture: SVG that stands alone, light and dark."""

from __future__ import annotations

import textwrap
from html import escape

from sgdlint.formatters.columns import visible
from sgdlint.perf import charts, words
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.perf.charts import Bar, Group
    from sgdlint.perf.comparing import Comparison, Steps

WIDTH = 960
LEFT, BARS, LONGEST, NUMBERS, BESIDE, MORE = 24, 210, 350, 640, 656, 785
"""Where labels and bars begin, how long a bar may be, where numbers end, and where changes and what
is told besides begin."""
ROW, HEAD, GAP = 24, 26, 20
"""How high a bar with its space is, the title of a group, and the space between charts."""
LETTERS = 112
"""So many letters stand in a line of text."""
LONGEST_LABEL = 27
LINE_HEIGHT = 150
"""How high the chart of the steps is."""
COLOURS = 8
"""So many sides have a colour of their own; then they come again."""

STYLE = """
.sgd{--paper:#fff;--ink:#1b1f24;--dim:#57606a;--rule:#d0d7de;--good:#116329;--bad:#a40e26;
--c0:#7a8691;--c1:#0072b2;--c2:#d55e00;--c3:#009e73;--c4:#b0568f;--c5:#8a6d00;--c6:#2b8fc4;--c7:#444}
@media (prefers-color-scheme:dark){.sgd{--paper:#0d1117;--ink:#e6edf3;--dim:#9aa4af;--rule:#30363d;
--good:#7ee787;--bad:#ffa198;--c0:#8b949e;--c1:#58a6ff;--c2:#f0883e;--c3:#3fb98f;--c4:#d38fc0;
--c5:#d8b93c;--c6:#7cc4ec;--c7:#bbb}}
.sgd text{font:13px system-ui,sans-serif;fill:var(--ink)}
.sgd .head{font-size:17px;font-weight:600}.sgd .name{font-weight:600}
.sgd .dim{fill:var(--dim)}.sgd .added{fill:var(--good)}.sgd .removed{fill:var(--bad)}
.sgd .error{fill:var(--bad);font-weight:600}.sgd .number{text-anchor:end}
.sgd .paper{fill:var(--paper)}.sgd .rule{stroke:var(--rule);fill:none}
.sgd .whisker{stroke:var(--ink);fill:none}.sgd polyline{fill:none;stroke-width:2}
"""
STYLE += "".join(
    f".sgd .b{at}{{fill:var(--c{at})}}.sgd .l{at}{{stroke:var(--c{at})}}\n" for at in range(COLOURS)
)


@record
class Part:
    """Some of the picture: its elements, as if it began at the top, and its height."""

    elements: tuple[str, ...]
    height: float


def render(found: Comparison) -> str:
    """Return the whole picture, with what it says in words."""
    return _whole(found, [_title(found), *parts(found), *_foot(found)])


def inside(found: Comparison) -> str:
    """Return the charts alone, for a page that has the words and the style."""
    return _whole(found, [*parts(found)], style="")


def _whole(found: Comparison, shown: Sequence[Part], style: str = f"<style>{STYLE}</style>") -> str:
    top, body = 12.0, []
    for part in shown:
        body.append(f'<g transform="translate(0 {top:g})">')
        body += part.elements
        body.append("</g>")
        top += part.height + GAP
    says = " ".join(words.verdict(found.baseline, one) for one in found.variants)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="sgd" role="img" '
        f'aria-label="{_escaped(says)}" viewBox="0 0 {WIDTH} {top:g}" width="{WIDTH}" '
        f'height="{top:g}" style="max-width:100%;height:auto">\n{style}'
        f'<rect class="paper" width="{WIDTH}" height="{top:g}"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def parts(found: Comparison) -> Iterator[Part]:
    """Yield the charts."""
    yield _bars([charts.whole(found)])
    for groups in ([*charts.stages(found)], [*charts.steps(found)]):
        if groups:
            yield _bars(groups)
    rows = [found.steps, *(one.steps for one in found.variants)]
    if any(one.count > 1 for one in rows):
        yield _lines(rows)
    groups = [*charts.memory(found)]
    if groups:
        yield _bars(groups)


def _escaped(text: str) -> str:
    return escape(visible(text))


def _text(x: float, y: float, text: str, style: str = "") -> str:
    named = f' class="{style}"' if style else ""
    return f'<text x="{x:g}" y="{y:g}"{named}>{_escaped(text)}</text>'


def _title(found: Comparison) -> Part:
    """Return what the comparison says in words."""
    rows = [(" · ".join(words.labels(found)), "head")]
    for one in found.variants:
        style = f"name {words.style(one.total)}".removesuffix(" dim")
        if one.comparable == "no":
            rows += [(line, "error") for line in _wrapped(words.comparable(one))]
            style = "dim"
        rows += [(line, style) for line in _wrapped(words.verdict(found.baseline, one))]
        rows += [(line, "dim") for line in _wrapped(words.moved(one))]
    return _paragraph(rows)


def _foot(found: Comparison) -> Iterator[Part]:
    """Yield what is known of whether the sides may be compared, and what else is worth knowing."""
    told = [f"{one.side.label}: {words.comparable(one)}" for one in found.variants]
    rows = [(line, "dim") for text in (*told, *words.notes(found)) for line in _wrapped(text)]
    yield _paragraph(rows)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, LETTERS)


def _paragraph(rows: Sequence[tuple[str, str]]) -> Part:
    lines = [_text(LEFT, 20 * at + 16, text, style) for at, (text, style) in enumerate(rows)]
    return Part(tuple(lines), 20 * len(rows))


# --- bars -----------------------------------------------------------------------------------------


def _bars(groups: Sequence[Group]) -> Part:
    """Return groups of bars of one scale."""
    most = max((one.high for group in groups for one in group.bars), default=0.0) or 1.0
    elements: list[str] = []
    top = 0.0
    for group in groups:
        elements.append(_text(LEFT, top + 17, group.title, "name"))
        top += HEAD
        for at, one in enumerate(group.bars):
            more = group.more[at] if group.more else ""
            elements += _bar(one, at, top, most, more)
            top += ROW
        top += 6
    return Part(tuple(elements), top)


def _bar(one: Bar, at: int, top: float, most: float, more: str) -> Iterator[str]:
    yield _text(LEFT + 12, top + 15, _short(one.label))
    if one.value is not None:
        width = max(1.0, one.value / most * LONGEST)
        colour = at % COLOURS
        told = _escaped(f"{one.label}: {one.shown} {one.beside}".strip())
        yield (
            f'<rect class="b{colour}" x="{BARS}" y="{top + 3:g}" width="{width:.1f}" height="16" '
            f'rx="2"><title>{told}</title></rect>'
        )
        if one.high > one.low:
            yield _whisker(one, top, most)
    yield _text(NUMBERS, top + 15, one.shown, "number" if one.value is not None else "number dim")
    if one.beside:
        yield _text(BESIDE, top + 15, one.beside, one.style)
    if more:
        yield _text(MORE, top + 15, more, "dim")


def _whisker(one: Bar, top: float, most: float) -> str:
    low, high = (BARS + each / most * LONGEST for each in (one.low, one.high))
    middle = top + 11
    return (
        f'<path class="whisker" d="M{low:.1f} {middle:g}H{high:.1f}M{low:.1f} {middle - 4:g}v8'
        f'M{high:.1f} {middle - 4:g}v8"/>'
    )


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else "…" + label[1 - LONGEST_LABEL :]


# --- steps ----------------------------------------------------------------------------------------


def _lines(rows: Sequence[Steps]) -> Part:
    """Return the time of each step as a line for each side."""
    most = max(max(one.each, default=0.0) for one in rows) or 1.0
    count = max(one.count for one in rows)
    wide, high = NUMBERS - BARS, LINE_HEIGHT
    elements = [
        _text(LEFT, 17, "Each denoising step", "name"),
        _text(LEFT, HEAD + high + 18, "median of the runs", "dim"),
        f'<path class="rule" d="M{BARS} {HEAD}v{high}h{wide}"/>',
        _text(BARS - 8, HEAD + 10, words.ms(most), "number dim"),
        _text(BARS - 8, HEAD + high, "0", "number dim"),
        _text(BARS, HEAD + high + 18, "step 1", "dim"),
        _text(NUMBERS, HEAD + high + 18, f"step {count}", "number dim"),
    ]
    for at, one in enumerate(rows):
        if one.count < 2:
            continue
        points = (
            f"{BARS + step / max(1, count - 1) * wide:.1f},{HEAD + high - ms / most * high:.1f}"
            for step, ms in enumerate(one.each)
        )
        elements.append(f'<polyline class="l{at % COLOURS}" points="{" ".join(points)}"/>')
    return Part(tuple(elements), HEAD + high + 26)

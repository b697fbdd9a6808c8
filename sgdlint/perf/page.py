"""A comparison as a page of HTML that loads nothing from elsewhere."""

from __future__ import annotations

from html import escape

from sgdlint import __version__
from sgdlint.formatters.columns import visible
from sgdlint.perf import picture, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.perf.comparing import Comparison, Variant
    from sgdlint.perf.sides import Side

STYLE = """
:root{--bg:#fff;--fg:#1b1f24;--faint:#57606a;--edge:#d0d7de;--soft:#f6f8fa;--yes:#116329;
--no:#a40e26}
@media (prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--faint:#9aa4af;--edge:#30363d;
--soft:#161b22;--yes:#7ee787;--no:#ffa198}}
body{margin:0 auto;max-width:64rem;padding:1.5rem;background:var(--bg);color:var(--fg);
font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.4rem;margin:0 0 .5rem;overflow-wrap:anywhere}
h2{font-size:1.05rem;margin:2rem 0 .5rem}
.faster{color:var(--yes)}.slower,.no{color:var(--no)}.verdict{font-weight:600;margin:.2rem 0}
.more,footer{color:var(--faint);margin:.2rem 0}
table{border-collapse:collapse;font-size:.88rem;display:block;overflow-x:auto}
th,td{text-align:left;padding:.2rem 1rem .2rem 0;border-bottom:1px solid var(--edge);
vertical-align:top;overflow-wrap:break-word}
td.figure{text-align:right;font-variant-numeric:tabular-nums}
figure{margin:1rem 0;overflow-x:auto}details{margin:.6rem 0}summary{cursor:pointer}
footer{margin-top:3rem;font-size:.85rem}
"""
FOOTER = "Times are in the words of the dumps: what the worker took, without saving the output."


def render(found: Comparison) -> str:
    """Return the page."""
    title = " · ".join(words.labels(found))
    body = [
        f"<h1>{_escaped(title)}</h1>",
        *(line for one in found.variants for line in _verdict(found, one)),
        *(f'<p class="no">{_escaped(note)}</p>' for note in words.notes(found)),
        f"<figure>{picture.inside(found)}</figure>",
        "<h2>Are they comparable?</h2>",
        *(line for one in found.variants for line in _conditions(found, one)),
        "<h2>Runs</h2>",
        *_runs([found.baseline, *(one.side for one in found.variants)]),
        *_memory(found),
        f"<footer>sgdlint {escape(__version__)}. {FOOTER}</footer>",
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{_escaped(title)}</title>\n<style>{STYLE}{picture.STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )


def _escaped(text: str) -> str:
    return escape(visible(text))


def _verdict(found: Comparison, one: Variant) -> Iterator[str]:
    if one.comparable == "no":
        yield f'<p class="verdict no">{_escaped(words.comparable(one))}.</p>'
    shown = "more" if one.comparable == "no" else f"verdict {one.total.verdict}"
    yield f'<p class="{shown}">{_escaped(words.verdict(found.baseline, one))}</p>'
    if words.moved(one):
        yield f'<p class="more">{_escaped(words.moved(one))}</p>'


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], figures: int = 99) -> Iterator[str]:
    """Yield a table; the cells from column `figures` on are numbers."""
    yield f"<table><tr>{''.join(f'<th>{_escaped(one)}</th>' for one in heads)}</tr>"
    for row in rows:
        kinds = ["" if at < figures else ' class="figure"' for at in range(len(row))]
        cells = zip(kinds, row, strict=True)
        yield f"<tr>{''.join(f'<td{kind}>{_escaped(cell)}</td>' for kind, cell in cells)}</tr>"
    yield "</table>"


def _conditions(found: Comparison, one: Variant) -> Iterator[str]:
    yield f"<p>{_escaped(f'{one.side.label}: {words.comparable(one)}')}</p>"
    rows = [
        (each.name, each.old or "not known", each.new or "not known", each.verdict)
        for each in one.conditions
    ]
    yield from _table(("condition", found.baseline.label, one.side.label, ""), rows)


def _runs(sides: Sequence[Side]) -> Iterator[str]:
    rows = [
        (side.label, dump.name, dump.timestamp[:19].replace("T", " "), words.ms(dump.total))
        for side in sides
        for dump in side.dumps
    ]
    yield from _table(("side", "file", "written", "whole request"), rows, 3)


def _memory(found: Comparison) -> Iterator[str]:
    """Yield the snapshots of the memory."""
    for one in found.variants:
        if not one.memory:
            continue
        rows = [
            (each.snapshot, each.figure.replace("_", " "), *map(_size, (each.old, each.new)))
            for each in one.memory
        ]
        heads = ("snapshot", "figure", found.baseline.label, one.side.label)
        yield f"<details><summary>Memory: {_escaped(one.side.label)}</summary>"
        yield from _table(heads, rows, 2)
        yield "</details>"


def _size(mib: float | None) -> str:
    return "" if mib is None else words.gib(mib)

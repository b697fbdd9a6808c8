"""A comparison for a pull request."""

from __future__ import annotations

from sgdlint.formatters.columns import visible
from sgdlint.perf import charts, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgdlint.perf.charts import Bar, Group
    from sgdlint.perf.comparing import Comparison

SIGNS = {"faster": "✅", "slower": "❌", "same": "⚪", "unsure": "❔", "unknown": "❔"}
"""What stands before a verdict."""


def render(found: Comparison) -> str:
    """Return the comparison as Markdown."""
    lines = ["### Perf dumps compared", ""]
    for one in found.variants:
        sign = "🚫" if one.comparable == "no" else SIGNS[one.total.verdict]
        not_alike = f"**{_escaped(words.comparable(one))}.** " if one.comparable == "no" else ""
        told = f"{sign} {not_alike}{_escaped(words.verdict(found.baseline, one))}"
        lines += [" ".join(filter(None, (told, _escaped(words.moved(one))))), ""]
    lines += _table(found)
    lines += _conditions(found)
    return "\n".join(lines) + "\n"


def _table(found: Comparison) -> Iterator[str]:
    names = [_escaped(name) for name in words.labels(found)]
    yield f"| | {' | '.join(names)} |"
    yield f"| --- |{' ---: |' * len(names)}"
    whole = charts.whole(found)
    yield _row(whole, strong=True)
    yield f"| runs | {' | '.join(map(_escaped, whole.more))} |"
    yield from map(_row, charts.stages(found))
    small = words.shown_stages(found)[1]
    if small:
        told = f"{words.count(len(small), 'more stage')}, less than {words.SMALL:.1%} each"
        yield f"| {told} |{' |' * len(names)}"
    yield from map(_row, charts.steps(found))
    yield from map(_row, charts.memory(found))
    yield ""


def _row(group: Group, strong: bool = False) -> str:
    name = f"**{_escaped(group.title)}**" if strong else _escaped(group.title)
    return f"| {name} | {' | '.join(_cell(one) for one in group.bars)} |"


def _cell(one: Bar) -> str:
    return f"{one.shown} ({one.beside})" if one.beside else one.shown


def _conditions(found: Comparison) -> Iterator[str]:
    yield "<details><summary>Are they comparable?</summary>"
    yield ""
    for one in found.variants:
        yield f"- {_escaped(one.side.label)}: {_escaped(words.comparable(one))}"
        yield from (f"  - {state}: {_escaped(names)}" for state, names in words.states(one))
    yield from (f"- {_escaped(note)}" for note in words.notes(found))
    yield ""
    yield "</details>"


def _escaped(text: str) -> str:
    """Return text that neither Markdown nor HTML read as something else."""
    for sign, other in (("&", "&amp;"), ("<", "&lt;"), ("|", "\\|"), ("*", "\\*"), ("_", "\\_")):
        text = text.replace(sign, other)
    return visible(text.replace("`", "'"))

"""A comparison as groups of bars: what the terminal and the picture draw."""

from __future__ import annotations

from sgdlint.perf import words
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sgdlint.perf.comparing import Comparison, MemoryChange, Variant
    from sgdlint.perf.noise import Change, Spread

MISSING = "not measured"
"""What is said of steps that a dump does not have."""


@record
class Bar:
    """One bar. value: its length; None where there is nothing to draw. low, high: its whisker.

    shown: the number in words. beside: the change against the baseline, style: how to show it.
    """

    label: str
    value: float | None
    low: float
    high: float
    shown: str
    beside: str
    style: str


@record
class Group:
    """Bars that are compared, that of the baseline first. more: what is told of each besides."""

    title: str
    bars: tuple[Bar, ...]
    more: tuple[str, ...] = ()


def whole(found: Comparison) -> Group:
    """Return the bars of the whole request."""
    first = found.variants[0].total.old
    spreads = [first, *(one.total.new for one in found.variants)]
    bars = [_time(found.baseline.label, first, None)]
    bars += [_time(one.side.label, one.total.new, one.total) for one in found.variants]
    return Group("Whole request", tuple(bars), tuple(words.spread(one) for one in spreads))


def stages(found: Comparison) -> Iterator[Group]:
    """Yield the bars of each stage that is worth a line."""
    for name in words.shown_stages(found)[0]:
        of = [words.stage_of(one, name) for one in found.variants]
        old = next((one.old for one in of if one is not None and one.old), None)
        bars = [_time(found.baseline.label, old, None)]
        for variant, stage in zip(found.variants, of, strict=True):
            new = stage.new if stage else None
            bars.append(_time(variant.side.label, new, stage.change if stage else None))
        yield Group(name, tuple(bars))


def steps(found: Comparison) -> Iterator[Group]:
    """Yield the bars of the first denoising step and of the steady ones."""
    for title, of in (("First step", "first"), ("Steady step", "steady")):
        old = getattr(found.steps, of)
        news = [getattr(one.steps, of) for one in found.variants]
        if old is None and not any(news):
            continue
        bars = [_time(found.baseline.label, old, None, MISSING)]
        bars += [
            _time(one.side.label, new, getattr(one, of), MISSING)
            for one, new in zip(found.variants, news, strict=True)
        ]
        yield Group(title, tuple(bars))


def _time(
    label: str, found: Spread | None, change: Change | None, missing: str = "did not run"
) -> Bar:
    if found is None:
        return Bar(label, None, 0.0, 0.0, missing, "", "dim")
    beside, style = words.beside(change), words.style(change)
    return Bar(label, found.median, found.low, found.high, words.ms(found.median), beside, style)


def memory(found: Comparison) -> Iterator[Group]:
    """Yield the bars of the memory: of one GPU, and of the host where that is known."""
    yield from _memory("Most memory of one GPU", found, lambda one: one.peak)
    yield from _memory("Most memory of the host", found, lambda one: one.host)


def _memory(
    title: str, found: Comparison, of: Callable[[Variant], MemoryChange]
) -> Iterator[Group]:
    changes = [of(one) for one in found.variants]
    old = changes[0].old
    if old is None and all(one.new is None for one in changes):
        return
    bars = [_size(found.baseline.label, old, None)]
    bars += [
        _size(one.side.label, change.new, old)
        for one, change in zip(found.variants, changes, strict=True)
    ]
    yield Group(title, tuple(bars))


def _size(label: str, value: float | None, old: float | None) -> Bar:
    if value is None:
        return Bar(label, None, 0.0, 0.0, "not known", "", "dim")
    beside = words.changed(old, value) if old else ""
    return Bar(label, value, value, value, words.gib(value), beside, "dim")

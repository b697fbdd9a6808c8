"""Sides → comparison: what changed, by how much, and whether that is more than noise."""

from __future__ import annotations

from sgdlint.perf.noise import MOST_RUNS, change, median, spread
from sgdlint.perf.sides import Side, comparable, conditions
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sgdlint.perf.dumps import Dump, Snapshot
    from sgdlint.perf.noise import Change, Spread
    from sgdlint.perf.sides import Condition

MATERIAL = 0.01
"""A stage moved when it changed by this share of the whole, or more."""
COLD = 1.5
"""A first step that takes so many times a steady one did work that a warm-up would have done."""
SPIKE = 2.0
"""A later step that takes so many times a steady one is told."""
FEWEST_STEPS = 4
"""With fewer steps nothing is said of first and steady ones."""
OUTSIDE = "outside the stages"
"""What a request takes that no stage does."""


class CompareError(Exception):
    """Sides that cannot be compared at all; the message says why."""


@record
class StageChange:
    """A stage on both sides; old or new is None where it did not run on each of the runs.

    moved: the difference is beyond the noise, as far as that can be told, and material.
    """

    name: str
    old: Spread | None
    new: Spread | None
    change: Change | None
    moved: bool


@record
class Steps:
    """The denoising steps of one side: medians over its runs, in milliseconds.

    each: of every step, as far as all runs have it. first, steady: None with too few steps; steady
    is the median of those after the first. spikes: numbers of later steps that take much longer.
    """

    count: int
    each: tuple[float, ...]
    first: Spread | None
    steady: Spread | None
    spikes: tuple[int, ...]

    @property
    def cold(self) -> bool:
        """Whether the first step did what a warm-up would have done."""
        if self.first is None or self.steady is None:
            return False
        return self.first.median >= COLD * self.steady.median > 0


@record
class MemoryChange:
    """A snapshot of the memory on both sides: medians of one of its figures, in MiB, or None."""

    snapshot: str
    figure: str
    old: float | None
    new: float | None


@record
class Variant:
    """A side against the baseline.

    first, steady: of the denoising steps. comparable: yes, no or unknown, by the conditions. peak:
    the most memory of all snapshots, that is of one GPU. host: of the host.
    """

    side: Side
    total: Change
    stages: tuple[StageChange, ...]
    steps: Steps
    first: Change | None
    steady: Change | None
    peak: MemoryChange
    host: MemoryChange
    memory: tuple[MemoryChange, ...]
    conditions: tuple[Condition, ...]
    comparable: str


@record
class Comparison:
    """All variants against one baseline. steps: those of the baseline."""

    baseline: Side
    steps: Steps
    variants: tuple[Variant, ...]


def compare(baseline: Side, variants: Sequence[Side]) -> Comparison:
    """Compare each variant with the baseline; raises CompareError."""
    for side in (baseline, *variants):
        if not side.dumps:
            raise CompareError(f"{side.label}: no perf dump")
        if len(side.dumps) > MOST_RUNS:
            told = f"{len(side.dumps)} runs; at most {MOST_RUNS} of each side are compared"
            raise CompareError(f"{side.label}: {told}")
    steps = steps_of(baseline)
    return Comparison(baseline, steps, tuple(_variant(baseline, one) for one in variants))


def _variant(old: Side, new: Side) -> Variant:
    total = change(_totals(old), _totals(new))
    found = conditions(old, new)
    return Variant(
        new,
        total,
        tuple(_stages(old, new, total)),
        steps_of(new),
        _of_steps(_firsts, old, new),
        _of_steps(_steadies, old, new),
        MemoryChange("", "peak_reserved", _most(old, "peak_reserved"), _most(new, "peak_reserved")),
        MemoryChange("", "peak_host", _most(old, "peak_host"), _most(new, "peak_host")),
        tuple(_memory(old, new)),
        found,
        comparable(found),
    )


def _totals(side: Side) -> list[float]:
    return [one.total for one in side.dumps]


# --- stages ---------------------------------------------------------------------------------------


def _stages(old: Side, new: Side, total: Change) -> Iterator[StageChange]:
    """Yield the stages in the order of the new side, those that only the old one has at the end."""
    before, after = times_of_stages(old), times_of_stages(new)
    names = [name for name in (*after, *before) if name != OUTSIDE]
    for name in dict.fromkeys([*names, *(one for one in (OUTSIDE,) if one in before or after)]):
        mine, other = before.get(name), after.get(name)
        if mine is None and other is None:
            continue
        both = change(mine, other) if mine and other else None
        yield StageChange(
            name,
            spread(mine) if mine else None,
            spread(other) if other else None,
            both,
            _moved(both, mine, other, total),
        )


def _moved(
    both: Change | None, old: list[float] | None, new: list[float] | None, total: Change
) -> bool:
    """Return whether a stage changed enough to be named."""
    difference = (median(new) if new else 0.0) - (median(old) if old else 0.0)
    beyond = both is None or both.verdict != "same"
    return beyond and abs(difference) >= MATERIAL * total.old.median


def times_of_stages(side: Side) -> dict[str, list[float]]:
    """Return the times of each stage that all runs of a side have, and what is outside of them."""
    tables = [{stage.name: stage.ms for stage in one.stages} for one in side.dumps]
    names = [name for name in tables[0] if all(name in table for table in tables)]
    found = {name: [table[name] for table in tables] for name in names}
    outside = [one.total - sum(stage.ms for stage in one.stages) for one in side.dumps]
    if names and min(outside) >= 0:
        found[OUTSIDE] = outside
    return found


# --- steps ----------------------------------------------------------------------------------------


def steps_of(side: Side) -> Steps:
    """Return the denoising steps of a side."""
    runs = [one.steps for one in side.dumps]
    count = min(map(len, runs))
    each = tuple(median([run[at] for run in runs]) for at in range(count))
    if count < FEWEST_STEPS:
        return Steps(count, each, None, None, ())
    firsts, steadies = spread(_firsts(side)), spread(_steadies(side))
    spikes = tuple(
        at for at in range(1, count) if all(run[at] >= SPIKE * median(run[1:]) > 0 for run in runs)
    )
    return Steps(count, each, firsts, steadies, spikes)


def _firsts(side: Side) -> list[float]:
    return [one.steps[0] for one in side.dumps]


def _steadies(side: Side) -> list[float]:
    return [median(one.steps[1:]) for one in side.dumps]


def _of_steps(of: Callable[[Side], list[float]], old: Side, new: Side) -> Change | None:
    shortest = min(len(one.steps) for side in (old, new) for one in side.dumps)
    return change(of(old), of(new)) if shortest >= FEWEST_STEPS else None


# --- memory ---------------------------------------------------------------------------------------


FIGURES = ("allocated", "reserved", "peak_allocated", "peak_reserved", "peak_host")
"""The figures of a snapshot."""


def _memory(old: Side, new: Side) -> Iterator[MemoryChange]:
    names = dict.fromkeys(
        snapshot.name for side in (old, new) for one in side.dumps for snapshot in one.memory
    )
    for name in names:
        for figure in FIGURES:
            before, after = (_at(side, name, figure) for side in (old, new))
            if before is not None or after is not None:
                yield MemoryChange(name, figure, before, after)


def _at(side: Side, name: str, figure: str) -> float | None:
    """Return the median of a figure in the snapshots of one name; None where a run has none."""
    return _median_of(side, lambda one: one.name == name, figure)


def _most(side: Side, figure: str) -> float | None:
    """Return the median of the most that a figure reaches in a run."""
    return _median_of(side, lambda one: True, figure)


def _median_of(side: Side, wanted: Callable[[Snapshot], bool], figure: str) -> float | None:
    found = [_highest(one, wanted, figure) for one in side.dumps]
    known = [one for one in found if one is not None]
    return median(known) if len(known) == len(found) else None


def _highest(dump: Dump, wanted: Callable[[Snapshot], bool], figure: str) -> float | None:
    values = [getattr(one, figure) for one in dump.memory if wanted(one)]
    known = [one for one in values if one]  # 0 is: it was not measured
    return max(known) if known else None

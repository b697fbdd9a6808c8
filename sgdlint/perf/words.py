"""What a comparison says, in numbers and in words: the same in all formats."""

from __future__ import annotations

from sgdlint.perf.comparing import OUTSIDE
from sgdlint.perf.noise import one_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.perf.comparing import Comparison, StageChange, Steps, Variant
    from sgdlint.perf.noise import Change, Spread
    from sgdlint.perf.sides import Condition, Side

SMALL = 0.005
"""A stage below this share of the whole is counted, not shown, unless it moved."""
MARKS = {
    "faster": "faster",
    "slower": "slower",
    "same": "noise",
    "unsure": "few runs",
    "unknown": "",
}
"""A verdict beside a number."""
MANY = 10
"""From so many times more on it is told how many times it is."""
NOTHING = 0.0005
"""A change that is below this rounds to nothing."""
DRIFT = 0.05
"""A smaller difference may come from the order of the runs."""
UTC = "+00:00"
"""How the time in a dump ends; such times are ordered as texts are."""
DIFFERENT = {
    "steps": "another number of steps",
    "frames": "another number of frames",
    "warmed up": "only one side was warmed up",
}
"""What a difference is called, where it is not "another model"."""
HOW_TOLD = "--command or --log tells what the files do not"


# --- numbers --------------------------------------------------------------------------------------


def ms(value: float) -> str:
    """Return milliseconds in words, with three or four figures."""
    for limit, unit, digits in ((0.9995, 1, 2), (99.95, 1, 1), (999.5, 1, 0)):
        if value < limit:
            return f"{value / unit:.{digits}f} ms"
    seconds = value / 1000
    digits = 3 if seconds < 9.9995 else 2 if seconds < 99.995 else 1
    return f"{seconds:.{digits}f} s"


def gib(mib: float) -> str:
    """Return MiB as GiB."""
    return f"{mib / 1024:.2f} GiB"


def share(value: float) -> str:
    """Return how much more or less, as +5.0%, or 12× from ten times more on."""
    if value >= MANY:
        return f"{value + 1:.3g}×"
    return f"{value:+.1%}" if abs(value) >= NOTHING else "0.0%"


def times(speedup: float) -> str:
    """Return a speed-up as 1.24×."""
    return f"{speedup:.2f}×" if speedup < 100 else f"{speedup:.0f}×"


def count(number: int, what: str) -> str:
    """Return a number of things."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def spread(found: Spread) -> str:
    """Return from where to where measurements go, and how many they are."""
    runs = count(found.count, "run")
    if found.count == 1:
        return runs
    low, high = ms(found.low), ms(found.high)
    number, _, unit = low.partition(" ")
    return f"{number if high.endswith(' ' + unit) else low}–{high}, {runs}"


def changed(old: float, new: float) -> str:
    """Return how much more or less the second one is; "" where nothing can be divided."""
    return share(new / old - 1) if old else ""


def beside(change: Change | None) -> str:
    """Return a change and its verdict, as they stand beside a number."""
    if change is None or not change.old.median:
        return ""
    told = (share(change.slower_by), MARKS.get(change.verdict, change.verdict))
    return ", ".join(filter(None, told))


def style(change: Change | None) -> str:
    """Return in which style a change is shown."""
    verdict = "" if change is None else change.verdict
    return {"faster": "added", "slower": "removed"}.get(verdict, "dim")


# --- sentences ------------------------------------------------------------------------------------


def verdict(old: Side, variant: Variant) -> str:
    """Return the one sentence that counts."""
    change, names = variant.total, (variant.side.label, old.label)
    told = f"{names[0]} takes {_less(change.slower_by)} time than {names[1]}"
    if abs(change.slower_by) < NOTHING:
        told = f"{names[0]} takes the same time as {names[1]}"
    if change.verdict == "same":
        return f"No difference beyond the noise: {told} ({_between(change)})."
    speedup = change.speedup or 1.0
    figures = f"{ms(change.old.median)} → {ms(change.new.median)}, {times(speedup)} as fast"
    if change.verdict == "unknown":
        return f"{told}: {figures}. One run of each tells nothing about the noise."
    if change.verdict == "unsure":
        runs = f"{change.old.count} and {change.new.count} runs"
        chance = f"1 of {one_in(change.old.count, change.new.count):.3g}"
        few = f"{runs} are too few: chance alone sets them apart like this in {chance} comparisons"
        return f"{told}, in each pair of runs: {figures}. But {few}."
    return f"{told} ({_between(change)}): {figures}."


def _less(slower_by: float) -> str:
    return f"{abs(slower_by):.1%} {'more' if slower_by > 0 else 'less'}"


def _between(change: Change) -> str:
    """Return the interval as shares of the time, the better end first."""
    ends = [1 / one - 1 for one in (change.high, change.low) if one]
    if ends[0] * ends[-1] < 0:
        return f"from {_less(ends[0])} to {_less(ends[-1])}"
    small, large = sorted(map(abs, ends))
    return f"{small:.1%} to {_less(large if ends[-1] > 0 else -large)}"


def states(variant: Variant) -> Iterator[tuple[str, str]]:
    """Yield pairs of same, differs or unknown, and the conditions that are so."""
    for state, shown in (("differs", _differing), ("unknown", _unknown), ("same", _common)):
        found = [shown(one) for one in variant.conditions if one.verdict == state]
        if found:
            yield state, ", ".join(found)


def _differing(one: Condition) -> str:
    return f"{one.name} ({one.old} against {one.new})"


def _unknown(one: Condition) -> str:
    if not one.old and not one.new:
        return one.name
    if one.old == one.new:
        return f"{one.name} ({one.old})"
    return f"{one.name} ({one.old or '?'} against {one.new or '?'})"


def _common(one: Condition) -> str:
    return f"{one.name} {one.old}" if one.name != "prompt" else "prompt"


def comparable(variant: Variant) -> str:
    """Return whether the sides may be compared, in words."""
    names = [one.name for one in variant.conditions if one.decides and one.verdict == "differs"]
    if names:
        return f"NOT COMPARABLE: {', '.join(DIFFERENT.get(one, f'another {one}') for one in names)}"
    lacking = [one.name for one in variant.conditions if one.decides and one.verdict == "unknown"]
    if lacking:
        return f"Comparable, as far as is known; not known: {', '.join(lacking)}"
    return "Comparable: the same work, in the same state"


def moved(variant: Variant) -> str:
    """Return which stages moved, in a sentence; "" when none did."""
    found = [one for one in variant.stages if one.moved]
    if not found:
        return ""
    found.sort(key=lambda one: -abs(difference(one)))
    told = [f"{one.name} ({signed(difference(one))})" for one in found]
    whole = variant.total.new.median - variant.total.old.median
    return f"What moved: {', '.join(told)}; the whole: {signed(whole)}."


def difference(stage: StageChange) -> float:
    """Return how many milliseconds more a stage takes."""
    return (stage.new.median if stage.new else 0.0) - (stage.old.median if stage.old else 0.0)


def signed(value: float) -> str:
    """Return milliseconds with their sign."""
    return f"{'-' if value < 0 else '+'}{ms(abs(value))}"


def notes(found: Comparison) -> Iterator[str]:
    """Yield what else is worth knowing."""
    sides = [(found.baseline, found.steps), *((one.side, one.steps) for one in found.variants)]
    for side, steps in sides:
        yield from _of_steps(side, steps)
        if any(one.backend == "diffusers" for one in side.dumps):
            told = "so it says nothing about native SGLang"
            yield f"{side.label}: it ran in the diffusers backend, {told}"
    for variant in found.variants:
        yield from _of_order(found.baseline, variant)


def _of_order(old: Side, variant: Variant) -> Iterator[str]:
    """Yield what the times at which the dumps were written tell."""
    label, total = variant.side.label, variant.total
    mine = {one.measurement for one in old.dumps if one.timestamp}
    if any(one.measurement in mine for one in variant.side.dumps):
        yield f"{label}: it has a file of the same measurement as {old.label}; is one left over?"
    small = total.verdict in ("faster", "slower") and abs(total.slower_by) < DRIFT
    if small and _apart(old, variant.side):
        why = "a GPU that warms up, or slows down, looks the same; let the runs alternate"
        yield f"{label}: its runs were not made between those of {old.label}: {why}"


def _apart(old: Side, new: Side) -> bool:
    """Whether all runs of one side were made before those of the other one."""
    before, after = ([one.timestamp for one in side.dumps] for side in (old, new))
    if not all(one.endswith(UTC) for one in (*before, *after)):
        return False
    return max(before) < min(after) or max(after) < min(before)


def _of_steps(side: Side, steps: Steps) -> Iterator[str]:
    if steps.first is None or steps.steady is None:
        return
    if steps.cold:
        ratio = steps.first.median / steps.steady.median
        warmed = {one.warmed for one in side.dumps}
        why = "no warm-up ran before" if warmed == {False} else "as if nothing had warmed it up"
        yield f"{side.label}: the first step takes {ratio:.1f} times a steady one: {why}"
    for at in steps.spikes[:3]:
        ratio = steps.each[at] / steps.steady.median
        yield f"{side.label}: step {at + 1} takes {ratio:.1f} times a steady one, in every run"


def shown_stages(found: Comparison) -> tuple[list[str], list[str]]:
    """Return the names of the stages that are worth a line, and those of the others."""
    whole = found.variants[0].total.old.median
    large: list[str] = []
    small: list[str] = []
    for name in names_of_stages(found):
        of = [stage for one in found.variants for stage in one.stages if stage.name == name]
        most = max(max(each.median for each in (one.old, one.new) if each) for one in of)
        counts = most >= SMALL * whole or any(one.moved for one in of)
        (large if counts else small).append(name)
    return large, small


def names_of_stages(found: Comparison) -> list[str]:
    """Return all stages in the order in which they run; what is outside of them comes last."""
    names = dict.fromkeys(stage.name for one in found.variants for stage in one.stages)
    return sorted(names, key=lambda name: name == OUTSIDE)


def stage_of(variant: Variant, name: str) -> StageChange | None:
    """Return a stage of a variant."""
    return next((one for one in variant.stages if one.name == name), None)


def labels(found: Comparison) -> Sequence[str]:
    """Return the names of the sides, that of the baseline first."""
    return [found.baseline.label, *(one.side.label for one in found.variants)]

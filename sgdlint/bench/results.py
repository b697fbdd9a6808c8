"""A folder of measurements → what the variants took, and which of them to take."""

from __future__ import annotations

import os

from sgdlint import catalog
from sgdlint.bench.folder import ResultsError, digests, dumps_of, manifest_of, text_of
from sgdlint.bench.logs import first_log, new, said
from sgdlint.bench.manifest import FAILED, MANIFEST, NOT_RUN
from sgdlint.bench.matrix import BASE
from sgdlint.perf.comparing import CompareError, compare
from sgdlint.perf.noise import change, median, spread
from sgdlint.perf.sides import Side
from sgdlint.record import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from sgdlint.bench.logs import Said
    from sgdlint.perf.comparing import Variant
    from sgdlint.perf.dumps import Dump
    from sgdlint.perf.noise import Spread

MOST_REASON = 300
"""Characters that are shown of why a run failed."""
SAME = "as the launch has it"
"""What is said of what all variants have in common, since the script asks each for the same."""
GIB = 1024
"""MiB in a GiB."""


@record
class Outcome:
    """What came of one variant.

    differs, why, lossy, command: as written when the script was. steps: so many axes it changes.
    total, denoising: milliseconds; None without a run. peak: GiB of one GPU. failed: why it has no
    result that counts, or no further ones. against: compared with the launch as it is. output: same
    or differs, byte for byte, where the launch as it is makes the same each time; else "". said: by
    its log, and not by that of the launch as it is.
    """

    name: str
    differs: str = ""
    why: str = ""
    lossy: bool = False
    command: str = ""
    steps: int = 0
    dumps: tuple[Dump, ...] = ()
    failed: str = ""
    total: Spread | None = None
    denoising: float | None = None
    peak: float | None = None
    against: Variant | None = None
    output: str = ""
    said: tuple[Said, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether its times may decide."""
        return bool(self.dumps) and not self.failed and not self.misfit

    @property
    def misfit(self) -> str:
        """Why its times do not compare with those of the launch as it is; "" when they do."""
        is_foreign = any(one.is_gate for one in self.said)
        if is_foreign or any(one.backend == "diffusers" for one in self.dumps):
            return "it ran on diffusers"
        if self.against is not None and self.against.comparable == "no":
            names = [
                one.name
                for one in self.against.conditions
                if one.verdict == "differs" and one.decides
            ]
            return f"it differs in {', '.join(names)}"
        return ""

    @property
    def verdict(self) -> str:
        """How it compares: faster, slower, same, unsure, unknown; "" for the launch as it is."""
        return self.against.total.verdict if self.against is not None else ""


@record
class Results:
    """All outcomes, the launch as it is first. best: what to take; None: the launch as it is.

    lossy: the fastest of those that change the output, where it is faster than what to take.
    """

    folder: str
    sglang: str
    model: str
    gpu: str
    outcomes: tuple[Outcome, ...]
    best: Outcome | None
    lossy: Outcome | None

    @property
    def base(self) -> Outcome:
        """The launch as it is."""
        return self.outcomes[0]


def known_release(name: str) -> str:
    """Return a release if it is a known one, else ""."""
    return name if name in catalog.releases() else ""


def _heard(folder: str, one: Outcome, base: Outcome, release: str) -> Outcome:
    """Return an outcome with what its log says and that of the launch as it is does not."""
    return replace(one, said=new(said(first_log(folder, one.name), release), base.said))


def read(folder: str) -> Results:
    """Return what a folder holds; raises ResultsError."""
    about = manifest_of(folder)
    rows = about["variants"]
    outcomes = [_outcome(folder, row) for row in rows]
    base = next((one for one in outcomes if one.name == BASE), None)
    if base is None:
        raise ResultsError(f"{MANIFEST}: there is no variant {BASE!r}")
    release = known_release(about["sglang"])
    base = replace(base, said=said(first_log(folder, BASE), release))
    others = [_heard(folder, one, base, release) for one in outcomes if one.name != BASE]
    if base.dumps:
        told = (("size", SAME), ("frames", SAME), ("seed", SAME), ("warmed up", "yes"))
        others = _compared(base, others, (*told, ("release", about["sglang"])))
        others = list(_with_outputs(folder, base, others))
    best = _best(base, others)
    lossy = _fastest(
        [one for one in others if one.lossy and one.counts and one.verdict == "faster"]
    )
    if lossy is not None and best is not None and not _is_faster(lossy, best):
        lossy = None
    texts = (about["sglang"], about["model"], about["gpu"])
    return Results(folder, *texts, (base, *others), best, lossy)


def _outcome(folder: str, row: dict[str, Any]) -> Outcome:
    name = row["name"]
    here = os.path.join(folder, name)
    dumps, problem = dumps_of(here)
    failed = problem
    if os.path.exists(os.path.join(here, FAILED)):
        reason = text_of(os.path.join(here, FAILED), "replace")  # it may be a line of a log
        failed = " ".join(reason.split())[:MOST_REASON] or "it failed"
    axes = row.get("axes")
    found = Outcome(
        name,
        differs=str(row.get("differs") or ""),
        why=str(row.get("why") or ""),
        lossy=row.get("lossy") is True,
        command=str(row.get("command") or ""),
        steps=len(axes) if isinstance(axes, list) else 0,
        dumps=tuple(dumps),
        failed=failed if dumps or failed else NOT_RUN,
    )
    if not dumps:
        return found
    denoising = [sum(one.steps) for one in dumps if one.steps]
    peaks = [max(peak) for one in dumps if (peak := [s.peak_reserved for s in one.memory])]
    return replace(
        found,
        total=spread([one.total for one in dumps]),
        denoising=median(denoising) if denoising else None,
        peak=median(peaks) / GIB if peaks and max(peaks) > 0 else None,
    )


# --- outputs --------------------------------------------------------------------------------------


def _with_outputs(folder: str, base: Outcome, others: Iterable[Outcome]) -> Iterator[Outcome]:
    """Yield the outcomes, with whether their output is that of the launch as it is."""
    first, second = (digests(os.path.join(folder, base.name, f"output-{at}")) for at in (1, 2))
    for one in others:
        mine = digests(os.path.join(folder, one.name, "output-1")) if one.dumps else None
        is_told = first is not None and first == second and mine is not None
        yield replace(one, output=("same" if mine == first else "differs") if is_told else "")


# --- which ----------------------------------------------------------------------------------------


def _compared(
    base: Outcome, others: Sequence[Outcome], told: tuple[tuple[str, str], ...]
) -> list[Outcome]:
    """Return the outcomes, with what they are against the launch as it is."""
    measured = [one for one in others if one.dumps]
    sides = [Side(one.name, one.dumps, told) for one in (base, *measured)]
    try:
        found = compare(sides[0], sides[1:]) if measured else None
    except CompareError as error:
        raise ResultsError(str(error)) from None
    by_name = {one.side.label: one for one in found.variants} if found is not None else {}
    return [replace(one, against=by_name.get(one.name)) for one in others]


def _best(base: Outcome, others: Iterable[Outcome]) -> Outcome | None:
    """Return the fastest that keeps the output, or a simpler one that is as fast."""
    if not base.counts:
        return None
    faster = [one for one in others if one.counts and not one.lossy and one.verdict == "faster"]
    first = _fastest(faster)
    if first is None:
        return None
    simple = [one for one in faster if one.steps < first.steps and not _is_faster(first, one)]
    return min(simple, key=lambda one: (one.steps, _median(one)), default=first)


def _fastest(some: Sequence[Outcome]) -> Outcome | None:
    return min(some, key=_median, default=None)


def _median(one: Outcome) -> float:
    return one.total.median if one.total is not None else float("inf")


def _is_faster(one: Outcome, other: Outcome) -> bool:
    """Whether an outcome is faster than another one, beyond the noise."""
    times = [[dump.total for dump in each.dumps] for each in (other, one)]
    return change(times[0], times[1]).verdict == "faster"

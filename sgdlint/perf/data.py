"""A comparison as JSON."""

from __future__ import annotations

import json

from sgdlint import __version__
from sgdlint.perf import words
from sgdlint.record import fields_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sgdlint.perf.comparing import Comparison, MemoryChange, StageChange, Steps, Variant
    from sgdlint.perf.noise import Change, Spread
    from sgdlint.perf.sides import Side


def render(found: Comparison, judged: tuple[str, ...] = ()) -> str:
    """Return the comparison. judged: what --fail-if-slower says of each variant, if asked."""
    data: dict[str, Any] = {
        "version": __version__,
        "baseline": {**_side(found.baseline), "steps": _steps(found.steps)},
        "variants": [_variant(found, one) for one in found.variants],
        "notes": [*words.notes(found)],
    }
    for one, told in zip(data["variants"], judged, strict=False):
        one["limit"] = told
    return json.dumps(data, indent=2) + "\n"


def _side(side: Side) -> dict[str, Any]:
    return {
        "label": side.label,
        "files": [one.name for one in side.dumps],
        "commits": sorted({one.commit for one in side.dumps if one.commit}),
        "told": dict(side.told),
    }


def _variant(found: Comparison, one: Variant) -> dict[str, Any]:
    return {
        **_side(one.side),
        "steps": _steps(one.steps),
        "says": words.verdict(found.baseline, one),
        "comparable": one.comparable,
        "conditions": [_plain(each) for each in one.conditions],
        "total_ms": _change(one.total),
        "stages_ms": [_stage(each) for each in one.stages],
        "first_step_ms": _change(one.first),
        "steady_step_ms": _change(one.steady),
        "peak_gpu_mib": _sizes(one.peak),
        "peak_host_mib": _sizes(one.host),
        "memory_mib": [
            {"snapshot": each.snapshot, "figure": each.figure, **_sizes(each)}
            for each in one.memory
        ],
    }


def _plain(thing: Any) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in fields_of(thing)}


def _spread(found: Spread | None) -> dict[str, Any] | None:
    return None if found is None else _plain(found)


def _change(found: Change | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "old": _spread(found.old),
        "new": _spread(found.new),
        "slower_by": found.slower_by,
        "speedup": found.speedup,
        "speedup_low": None if found.speedup is None else found.low,
        "speedup_high": None if found.speedup is None else found.high,
        "confidence": found.confidence,
        "verdict": found.verdict,
    }


def _stage(one: StageChange) -> dict[str, Any]:
    told = _change(one.change)
    if told is None:
        told = {"old": _spread(one.old), "new": _spread(one.new), "verdict": "unknown"}
    return {"name": one.name, "moved": one.moved, **told}


def _steps(found: Steps) -> dict[str, Any]:
    return {
        "count": found.count,
        "each_ms": list(found.each),
        "cold": found.cold,
        "spikes": [at + 1 for at in found.spikes],
    }


def _sizes(one: MemoryChange) -> dict[str, float | None]:
    return {"old": one.old, "new": one.new}

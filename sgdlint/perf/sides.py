"""The sides of a comparison: runs of the same thing; and what both sides should have in common."""

from __future__ import annotations

from sgdlint.catalog import release_key, releases
from sgdlint.perf.shape import shape
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.perf.dumps import Dump

DECIDING = ("model", "size", "frames", "steps", "backend", "warmed up")
"""Where one of these differs, the times say nothing about what was changed."""
TELLING = ("seed", "prompt", "release", "written by")
"""A difference in these is told; times may be compared all the same."""


@record
class Side:
    """Runs of the same thing. told: pairs of a condition and its value, from outside the dumps."""

    label: str
    dumps: tuple[Dump, ...]
    told: tuple[tuple[str, str], ...] = ()


@record
class Condition:
    """Something that the sides should have in common.

    old, new: its values, "" when not known. verdict: same, differs or unknown. decides: the times
    cannot be compared where it differs.
    """

    name: str
    old: str
    new: str
    verdict: str
    decides: bool


def conditions(old: Side, new: Side) -> tuple[Condition, ...]:
    """Return all conditions; those that decide come first."""
    return tuple(_condition(name, old, new) for name in (*DECIDING, *TELLING))


def comparable(found: Sequence[Condition]) -> str:
    """Return yes, no or unknown: whether both sides did the same work in the same state."""
    verdicts = {one.verdict for one in found if one.decides}
    return "no" if "differs" in verdicts else "unknown" if "unknown" in verdicts else "yes"


def _condition(name: str, old: Side, new: Side) -> Condition:
    if name == "release":
        return _release(old, new)
    measured = name != "steps" or all(one.steps for side in (old, new) for one in side.dumps)
    before, after = _values(name, old, measured), _values(name, new, measured)
    known = before | after
    verdict = "differs" if len(known - {""}) > 1 else "unknown" if "" in known else "same"
    return Condition(name, _shown(before), _shown(after), verdict, name in DECIDING)


def _values(name: str, side: Side, measured: bool) -> set[str]:
    """Return the different values of a condition, "" for what is not known of a run."""
    told = dict(side.told).get(name, "")
    return {(_in_dump(name, one) if measured else "") or told for one in side.dumps}


def _in_dump(name: str, dump: Dump) -> str:
    """Return what a dump tells of a condition."""
    if name == "steps":
        return str(len(dump.steps))
    if name == "warmed up":
        return {True: "yes", False: "no", None: ""}[dump.warmed]
    if name == "written by":
        return dict(shape().writers).get(dump.tag, dump.tag)
    return {"model": dump.model, "backend": dump.backend, "prompt": dump.prompt}.get(name, "")


def _shown(values: set[str]) -> str:
    return " and ".join(sorted(values - {""}))


# --- the release ----------------------------------------------------------------------------------


def _release(old: Side, new: Side) -> Condition:
    """Compare the releases: the one that is told, or those that write such dumps."""
    before, after = releases_of(old), releases_of(new)
    if len(before) == len(after) == 1 and before == after:
        verdict = "same"
    else:
        verdict = "unknown" if {*before} & {*after} else "differs"
    return Condition("release", _range(old), _range(new), verdict, False)


def releases_of(side: Side) -> list[str]:
    """Return the releases that may have written the dumps of a side, oldest first."""
    told = dict(side.told).get("release", "")
    if told:
        return [told]
    return [one for one in releases() if all(_writes(one, dump) for dump in side.dumps)]


def _writes(release: str, dump: Dump) -> bool:
    key = release_key(release)
    late = bool(dump.before) and key >= release_key(dump.before)
    return not late and (not dump.since or key >= release_key(dump.since))


def _range(side: Side) -> str:
    """Return the release in words: 0.5.9 to 0.5.18."""
    told = dict(side.told).get("release", "")
    found = releases_of(side)
    if told or len(found) < 2:
        return told or "".join(found)
    return f"{found[0]} or later" if found[-1] == releases()[-1] else f"{found[0]} to {found[-1]}"

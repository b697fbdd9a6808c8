"""How a command is told to keep on the GPU what the log says would fit: a fix from the figures."""

from __future__ import annotations

from sgdlint.rules.model import Action, RuleFix, holds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.launch.launch import Launch
    from sgdlint.log.model import LogFinding, Resident
    from sgdlint.log.runs import Run

MARGIN = 4.0
"""GB that must be left at the peak for a fix to be safe: fragments, libraries, other processes."""


def fixes(one: LogFinding, run: Run, launch: Launch) -> tuple[RuleFix, ...]:
    """Return what keeps the components of a memory line on the GPU; () where it is not certain."""
    names = one.values.get("names", "").split(", ")
    way = _way(one, launch)
    actions = _actions(way, names, run) if way is not None else ()
    if not actions:
        return ()
    why = _why_unsafe(one, run, launch.command, way is not None and way.certain)
    title = f"keep {', '.join(names)} on the GPU"
    return (RuleFix(title, "unsafe" if why else "safe", actions, why),)


def is_free(one: LogFinding, launch: Launch) -> bool:
    """Whether options may be added to a launch: those that it names may change what they do."""
    way = _way(one, launch)
    options = {option for _, some in way.options for option in some} if way is not None else set()
    return way is None or not way.plain or launch.bound.given.keys().isdisjoint(options)


def _way(one: LogFinding, launch: Launch) -> Resident | None:
    """Return how components are kept on the GPU in the release of a launch."""
    release = launch.release.name
    ways = one.pattern.resident
    return next((way for way in ways if holds(release, way.since, way.until)), None)


def _why_unsafe(one: LogFinding, run: Run, command: str, certain: bool) -> str:
    """Return why keeping components on the GPU may fail later; "" when it will not."""
    left = one.values.get("left", "")
    if command != "generate":
        return "a larger request than the last one of the log needs more memory"
    if run.asked("num_gpus") != "1":
        return "on several GPUs another one may have less memory left than the one of the log"
    if not left or float(left) < MARGIN:
        free = f"{left} GB" if left else "an amount that the log does not tell"
        return f"it would leave {free} free at the peak, and less than {MARGIN:g} GB is close"
    return "" if certain else "this release may choose another placement for what is not named"


def _actions(way: Resident, names: Sequence[str], run: Run) -> tuple[Action, ...]:
    if way.listed:
        if run.arguments.get(way.listed):
            return ()  # it says something of components already
        return (Action("set", way.listed, " ".join(f"{name}=resident" for name in names)),)
    options = dict(way.options)
    shown = {option: run.asked(option) for some in options.values() for option in some}
    if not options.keys() >= set(names) or not set(shown.values()) <= {"true", "false", ""}:
        return ()
    meant = dict.fromkeys(option for name in names for option in options[name])
    off = [option for option in meant if _is_only_for(option, names, way, run)]
    if not way.whole:
        return tuple(Action("set", option, "false") for option in off)
    if not any(shown[option] == "true" for option in off):
        return ()
    values = {**shown, **{option: "false" for option in off if shown[option]}}
    return tuple(Action("set", option, value) for option, value in values.items() if value)


def _is_only_for(option: str, names: Sequence[str], way: Resident, run: Run) -> bool:
    """Whether all loaded components that an option is for would fit."""
    shared = [name for name, some in way.options if option in some]
    return all(name in names for name in shared if name in run.sizes)

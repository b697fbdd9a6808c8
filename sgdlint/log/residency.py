"""How a command is told to keep on the GPU what the log says would fit: a fix from the figures."""

from __future__ import annotations

from sgdlint.rules.model import Action, RuleFix, holds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.log.model import LogFinding, Resident
    from sgdlint.log.runs import Run

MARGIN = 4.0
"""GB that must be left at the peak for a fix to be safe: fragments, libraries, other processes."""


def fixes(one: LogFinding, run: Run, release: str, command: str) -> tuple[RuleFix, ...]:
    """Return what keeps the components of a memory line on the GPU; () where it is not certain."""
    names = one.values.get("names", "").split(", ")
    way = next((one for one in one.pattern.resident if holds(release, one.since, one.until)), None)
    actions = _actions(way, names, run) if way is not None else ()
    if not actions:
        return ()
    why = _why_unsafe(one, run, command, way is not None and way.certain)
    title = f"keep {', '.join(names)} on the GPU"
    return (RuleFix(title, "unsafe" if why else "safe", actions, why),)


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
    if not all(name in options for name in names):
        return ()
    off = {
        option
        for name in names
        for option in options[name]
        if _is_only_for(option, names, way, run)
    }
    shown = {option: run.asked(option) for _, some in way.options for option in some}
    if not off or not set(shown.values()) <= {"true", "false"}:
        return ()
    if way.whole and not any(shown[option] == "true" for option in off):
        return ()
    values = {option: "false" if option in off else value for option, value in shown.items()}
    written = values if way.whole else {option: "false" for option in values if option in off}
    return tuple(Action("set", option, value) for option, value in written.items())


def _is_only_for(option: str, names: Sequence[str], way: Resident, run: Run) -> bool:
    """Whether all loaded components that an option is for would fit."""
    shared = [name for name, some in way.options if option in some]
    return all(name in names for name in shared if name in run.sizes)

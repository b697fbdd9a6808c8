"""What the command of a run tells of it, where its perf dump says nothing."""

from __future__ import annotations

from sgdlint import linter, rulepack
from sgdlint.files import Neighbours
from sgdlint.finding import NO_GOAL
from sgdlint.perf.shape import shape
from sgdlint.rules.facts import Facts
from sgdlint.source import COMMAND, Source
from sgdlint.stated import OptionError, Options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.finding import Finding
    from sgdlint.launch.launch import Launch
    from sgdlint.rules.engine import Engine
    from sgdlint.scripts import Script
    from sgdlint.variants import Variant

Told = tuple[tuple[str, str], ...]
"""Pairs of a condition and its value."""


def told_by(text: str, releases: Sequence[str], named: str) -> Told:
    """Return what is certain of the run of a command; raises OptionError when it is no launch.

    releases: those that may have written its dumps: what holds in each of them counts, unless the
    command names its release itself. named: the release that the user names, or "".
    """
    found = _launches(text, [named] if named else [])
    if not named and found and not all(one.pop("pinned", "") for one in found):
        found = _launches(text, releases)
    if not found:
        raise OptionError(f"--command: no launch of SGLang Diffusion in {text[:60]!r}")
    first = found[0]
    return tuple(
        (name, value)
        for name, value in first.items()
        if name != "pinned" and all(one.get(name) == value for one in found)
    )


def _launches(text: str, releases: Sequence[str]) -> list[dict[str, str]]:
    """Return what is told of each launch, as each of the releases reads it."""
    found: list[dict[str, str]] = []

    def see(script: Script, variant: Variant, launch: Launch, engine: Engine) -> list[Finding]:
        found.append(_facts(launch, Facts(launch, engine.derived)))
        if launch.pinned or len(releases) == 1:
            found[-1]["release"] = launch.release.name
        found[-1]["pinned"] = "yes" if launch.pinned else ""
        return []

    source = Source(COMMAND, text, near=Neighbours(""))
    linter.check(source, rulepack.load(), Options(tuple(releases), goal=NO_GOAL), see)
    return found


def _facts(launch: Launch, facts: Facts) -> dict[str, str]:
    """Return what is certain."""
    model = launch.model
    found = {"model": model.id if model is not None else launch.model_path}
    warmed = facts.lookup("derived", "warmup.happens")
    if warmed.values and not warmed.absent and len(warmed.values) == 1:
        found["warmed up"] = "yes" if warmed.values[0] is True else "no"
    if launch.command == "generate":  # what a server makes is told by the request
        width, height = _setting(launch, facts, "width"), _setting(launch, facts, "height")
        found["size"] = size_of(width, height)
        found["frames"] = _setting(launch, facts, "num_frames")
        found["steps"] = _setting(launch, facts, "num_inference_steps")
        found["seed"] = _setting(launch, facts, "seed")
    return {name: value for name, value in found.items() if value}


def size_of(width: str, height: str) -> str:
    """Return a size as logs show it, in whole blocks; "" when it is not known."""
    if not (width.isdecimal() and height.isdecimal()):
        return ""
    block = shape().block
    return "x".join(str(-(-int(one) // block) * block) for one in (width, height))


def _setting(launch: Launch, facts: Facts, name: str) -> str:
    """Return an option of the request, else the default of the model; "" when not known."""
    given = facts.lookup("option", name)
    if given.values and not given.absent and len(given.values) == 1:
        value = given.values[0]  # from some releases on a seed is a list
        return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    if given.values != ():
        return ""
    model = launch.model
    usual = model.defaults.get(name) if model is not None else None
    if usual is None and name == "seed":
        usual = next(iter(facts.lookup("effective", name).values or ()), None)
    return "" if usual is None else str(usual)

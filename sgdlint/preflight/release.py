"""The SGLang that is installed, against the one that the file is written for."""

from __future__ import annotations

from sgdlint import catalog
from sgdlint.assumed import INSTALLED, NEWEST
from sgdlint.preflight.check import BLOCK, OK, UNKNOWN, WARN, Check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.preflight.asked import Asked
    from sgdlint.preflight.facts import Installed, Machine


NAME = "SGLang"
EXTRA = "sglang[diffusion]"
"""What is installed for launches."""


def checks(asked: Asked, seen: Machine, command: Sequence[str]) -> Iterator[Check]:
    """Yield what is to be said of the release of a launch. command: words that are to be run."""
    missing = [name for name in command[:1] if seen.programs.get(name) == ""]
    if asked.inside:
        where = "on another machine, or as another user" if asked.elsewhere else "in a container"
        yield Check(NAME, UNKNOWN, f"the launch runs {where}; {_meant(asked)}")
    elif missing:
        todo = "look at PATH, or activate its environment"
        yield Check(NAME, BLOCK, f"there is no program {missing[0]!r}", todo)
    elif asked.own_path:
        told = f"the launch may start another SGLang than the one on PATH; {_meant(asked)}"
        yield Check(NAME, UNKNOWN, told)
    elif seen.wrapper:
        told = (
            f"{seen.wrapper} is no program of Python, so its SGLang is not known; {_meant(asked)}"
        )
        yield Check(NAME, UNKNOWN, told)
    elif seen.installed is None:
        where = f"not installed in {seen.looked}" if seen.looked else "not found"
        told = f"{where}; {_meant(asked)}"
        todo = f"pip install '{EXTRA}=={asked.release}', or activate its environment"
        yield Check(NAME, WARN, told, todo)
    else:
        yield _compared(asked, seen.installed)


def _meant(asked: Asked) -> str:
    return f"checked for {asked.release} ({asked.release_from})"


def _compared(asked: Asked, found: Installed) -> Check:
    """Compare what is installed with what was assumed, and with what the file says."""
    source = ", from a folder of source" if found.editable else ""
    there = f"{found.version} is installed in {found.place}{source}"
    if found.version not in catalog.releases():
        return Check(NAME, UNKNOWN, f"{there}, and not known to sgdlint; {_meant(asked)}")
    if found.version != asked.release:
        todo = "leave --sglang out to check for what is installed"
        return Check(NAME, WARN, f"{there}; {_meant(asked)}", todo)
    release, says = asked.written_for or ("", "")
    if release in ("", found.version) or says == NEWEST or says.startswith(INSTALLED):
        return Check(NAME, OK, there)
    todo = f"pip install '{EXTRA}=={release}', or `sgdlint fix --to {found.version}`"
    return Check(NAME, WARN, f"{there}; the file is written for {release} ({says})", todo)

"""Give an environment variable another name where the script sets it.

Imported when a fix does so.
"""

from __future__ import annotations

import re

from sgdlint.finding import Edit
from sgdlint.rules.edits import CannotEditError, Site
from sgdlint.source import Span

_PASSED_ON = r"(?:\bexport(?:[ \t]+-\w+)*|-e|--env)[ \t=]+[\"']?\Z"


def rename_variable(site: Site, name: str, new: str) -> list[Edit]:
    """Return the edits for the assignment that counts, and for where the name is passed on.

    Raises CannotEditError when the variable is set elsewhere, or read by other parts of the script.
    """
    variable = site.launch.environment.get(name)
    if variable is None or variable.start < 0:
        raise CannotEditError(f"{name} is not set in this script")
    places = [one.start() for one in re.finditer(rf"\b{re.escape(name)}\b", site.text)]
    mine = [one for one in places if variable.start <= one < variable.end]
    if not mine:
        raise CannotEditError(f"{name} is put together from several texts")
    passed_on = [one for one in places if not site.text.startswith("=", one + len(name))]
    for place in passed_on:
        line = site.text[site.text.rfind("\n", 0, place) + 1 : place]
        if not re.search(_PASSED_ON, line):
            raise CannotEditError(f"{name} is read by other parts of the script")
    return [Edit(Span(one, one + len(name)), new) for one in (mine[0], *passed_on)]

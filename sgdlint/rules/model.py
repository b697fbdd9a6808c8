"""Rules as they are after checking, and the range of releases that one holds for."""

from __future__ import annotations

from sgdlint import catalog
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sgdlint.finding import Gain

RECIPE = "recipe"
"""Category of the rules that speak of what a recipe has and a launch lacks."""
MIGRATION = "migration"
"""Category of the rules that `fix --to` follows beside those for errors."""


@record
class Action:
    """One typed edit of a fix: kind is a key of `rules.fixes.ACTIONS`.

    name: option destination or variable; value: new value, a template, or None.
    to: new destination for rename. values: old value → new value for rename.
    """

    kind: str
    name: str
    value: str | None = None
    to: str = ""
    values: tuple[tuple[str, str], ...] = ()


@record
class RuleFix:
    """A fix of a rule: offered when its own condition holds, for some goals; () is all."""

    title: str
    safety: str
    actions: tuple[Action, ...]
    because: str = ""
    when: Any = None
    goals: tuple[str, ...] = ()


@record
class Rule:
    """One rule. since is inclusive, until exclusive; "" is open. on: an event, or "".

    enabled: False for one that speaks only when it is asked for by name. gain: what its advice
    gains, as documented. goals: those that its advice serves; (): see `Finding.serves`.
    """

    code: str
    name: str
    severity: str
    category: str
    lossless: bool
    message: str
    since: str = ""
    until: str = ""
    commands: tuple[str, ...] = ("generate", "serve")
    on: str = ""
    when: Any = None
    at: tuple[str, ...] = ()
    help: str = ""
    url: str = ""
    fixes: tuple[RuleFix, ...] = ()
    enabled: bool = True
    gain: Gain | None = None
    goals: tuple[str, ...] = ()


@record
class Change:
    """What a pack of the user makes of a built-in rule, by its code. place: FILE:LINE.

    severity: "" leaves it. enabled: None leaves it.
    """

    rule: str
    reason: str
    place: str
    severity: str = ""
    enabled: bool | None = None


@record
class Fact:
    """A derived fact: an expression over options and other facts, for a range of releases.

    because: why it has its value, one text for each branch of the outermost if … else if … else.
    label: what `expand` calls it; "" when it is not shown.
    """

    name: str
    type: str
    value: Any
    since: str = ""
    until: str = ""
    because: tuple[str, ...] = ()
    label: str = ""


@record
class Index:
    """Which rules are worth a look, by their numbers, and where the definitions of a fact stand.

    needs: rules that cannot fire unless an option or variable is given, by its name; see
    `rules.needs`. always: the other rules on whole launches. on: rules on an event that have a
    condition, which are tried first, as they say more. otherwise: those without one.
    off: codes of the rules that speak only when they are asked for.
    """

    needs: dict[str, list[int]]
    always: list[int]
    on: dict[str, list[int]]
    otherwise: dict[str, list[int]]
    facts: dict[str, list[int]]
    off: list[str]


def holds(release: str, since: str, until: str) -> bool:
    """Whether a release lies in a range: since inclusive, until exclusive, "" open."""
    if since and _before(release, since):
        return False
    return not until or _before(release, until)


def _before(release: str, other: str) -> bool:
    places = catalog.order()
    if release in places and other in places:
        return places[release] < places[other]
    return catalog.release_key(release) < catalog.release_key(other)

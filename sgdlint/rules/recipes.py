"""Recipes as they are after checking, and their prepared form; read by `recommend` alone."""

from __future__ import annotations

import os

from sgdlint import finding, quick
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sgdlint.catalog import Model

PREPARED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "recipes.json")
GOALS = finding.GOALS
Setting = tuple[str, "str | list[object]"]
"""The destination of an option, or a variable, and its value: a text, or compiled when worked out.
"""


@record
class Gain:
    """What a step gains, as documented: a range of factors or of GiB, or a note without figures."""

    of: str
    source: str
    times: tuple[float, ...] = ()
    gib: tuple[float, ...] = ()
    note: str = ""
    on: str = ""


@record
class Step:
    """One step of a recipe. since is inclusive, until exclusive; "" is open.

    decides: what it decides; of steps that decide the same the first counts. replaces: what a step
    that is not taken decides in another way. instead: the options of the other variant, where
    `measure` says that a measurement decides. later: what to try next.
    """

    name: str
    why: str
    references: tuple[str, ...]
    since: str = ""
    until: str = ""
    commands: tuple[str, ...] = ("generate", "serve")
    goals: tuple[str, ...] = GOALS
    when: Any = None
    decides: str = ""
    replaces: str = ""
    set: tuple[Setting, ...] = ()
    env: tuple[Setting, ...] = ()
    instead: tuple[Setting, ...] = ()
    measure: str = ""
    gain: Gain | None = None
    costs: tuple[tuple[str, str], ...] = ()
    lossy: bool = False
    later: bool = False


@record
class Recipe:
    """Steps for some models; without families, ids and kinds for all."""

    name: str
    title: str
    steps: tuple[Step, ...]
    families: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    def is_for(self, model: Model | None, kind: str = "") -> bool:
        """Whether it is for a model, or for what that makes; kind: of one that is not known."""
        if self.ids or self.families:
            return model is not None and (model.id in self.ids or model.family in self.families)
        return not self.kinds or (kind if model is None else model.kind) in self.kinds


_known: list[dict[str, Any]] = []
"""The prepared file, once it is read."""


def load() -> tuple[Recipe, ...]:
    """Return the built-in recipes, in the order in which they count."""
    return tuple(_recipe(one) for one in _prepared()["recipes"])


def for_model(model: Model) -> tuple[Recipe, ...]:
    """Return those of the built-in recipes that are for a model."""
    heads = ((Recipe(**{**_with_tuples(one), "steps": ()}), one) for one in _prepared()["recipes"])
    return tuple(_recipe(one) for head, one in heads if head.is_for(model))


def subjects() -> dict[str, tuple[str, ...]]:
    """Return with which options and `env.NAME` a person decides what steps decide."""
    return {name: tuple(some) for name, some in _prepared().get("subjects", {}).items()}


def _prepared() -> dict[str, Any]:
    if not _known:
        with open(PREPARED, encoding="utf-8") as file:
            _known.append(quick.loads(file.read()))
    return _known[0]


def _recipe(data: dict[str, Any]) -> Recipe:
    steps = tuple(step_of(one) for one in data["steps"])
    return Recipe(**{**_with_tuples(data), "steps": steps})


def step_of(data: dict[str, Any]) -> Step:
    """Return a step of its prepared form."""
    changes: dict[str, Any] = {}
    if "gain" in data:
        changes["gain"] = Gain(**_with_tuples(data["gain"]))
    for name in ("set", "env", "instead", "costs"):
        changes[name] = tuple((one, value) for one, value in data.get(name, ()))
    return Step(**{**_with_tuples(data), **changes, "when": data.get("when")})


def _with_tuples(data: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(one) if isinstance(one, list) else one for name, one in data.items()}

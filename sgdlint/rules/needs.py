"""Find what must be given for a condition to be true, so that most rules need not be tried.

A fact that is not given is absent or unknown, and no condition is true because of an unknown. So
from `num_gpus > 1 and env.X` follows that it cannot be true where `num_gpus` is not given. Facts of
the model and of the GPU are unknown where nothing tells which these are.
"""

from __future__ import annotations

from sgdlint.rules.model import Index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from sgdlint.rules.model import Fact, Rule

    Needs = frozenset[str] | None

MODEL, GPU = "model.", "gpu."
"""In place of the name of an option: a model that the release knows; something told of the GPU."""
RARITY = {GPU: 0, MODEL: 2}
"""Which of two names to go by: the rarer one. Few launches tell the GPU, most a model."""


def index_of(rules: Sequence[Rule], facts: Sequence[Fact], known: Sequence[Fact]) -> Index:
    """Return which rules are worth a look when; known: every fact that they may read."""
    index = Index({}, [], {}, {}, {}, [rule.code for rule in rules if not rule.enabled])
    for number, rule in enumerate(rules):
        if rule.on:
            place = index.otherwise if rule.when is None else index.on
            place.setdefault(rule.on, []).append(number)
            continue
        needs = needs_of(rule.when, known)
        if needs is None:
            index.always.append(number)
        for name in sorted(needs or ()):
            index.needs.setdefault(name, []).append(number)
    for number, fact in enumerate(facts):
        index.facts.setdefault(fact.name, []).append(number)
    return index


def needs_of(condition: list[Any], facts: Sequence[Fact]) -> Needs:
    """Return names of which one must be given for a condition to be true; None when none must.

    An option is called as its destination is, a variable `env.NAME`; others: MODEL and GPU.
    """
    return _Finder(facts).truth(condition)


class _Finder:
    def __init__(self, facts: Sequence[Fact]) -> None:
        self.facts = facts
        self.open: set[str] = set()

    def truth(self, condition: list[Any]) -> Needs:
        """Return what must be given for a condition to be true."""
        operator, parts = condition[0], condition[1:]
        if operator == "and":
            return _best(map(self.truth, parts))
        if operator == "or":
            return _all(map(self.truth, parts))
        if operator == "state":
            return self.value(parts[1]) if parts[0] == "given" else _told(parts[1])
        if operator == "not":
            return _told(parts[0][1] if parts[0][0] == "in" else parts[0])
        if operator == "if":
            return _all(map(self.truth, parts[1:]))
        if operator == "in":
            return self.value(parts[0])
        if operator in ("cmp", "call"):
            return _best(map(self.value, parts[1:]))
        if operator == "derived":
            return self.derived(parts[0], self.truth)
        return self.value(condition)

    def value(self, condition: list[Any]) -> Needs:
        """Return what must be given for a value to be there and known."""
        operator, parts = condition[0], condition[1:]
        if operator == "option":
            return frozenset(parts)
        if operator in ("env", "raw"):
            return frozenset({f"env.{parts[0]}"})
        if operator in ("arith", "call"):
            return _best(map(self.value, parts[1:]))
        if operator == "if":
            return _all(map(self.value, parts[1:]))
        if operator == "derived":
            return self.derived(parts[0], self.value)
        return _told(condition)

    def derived(self, name: str, look: Any) -> Needs:
        """Look at every definition of a derived fact."""
        if name in self.open:
            return None
        self.open.add(name)
        found = _all(look(fact.value) for fact in self.facts if fact.name == name)
        self.open.remove(name)
        return found


def _told(condition: list[Any]) -> Needs:
    """Return what must be told for a fact of the model or the GPU not to be unknown.

    Nothing that is asked of an unknown fact alone is true, not even that it is absent.
    """
    operator = condition[0]
    if operator == "gpu" or (operator == "memory" and condition[1].endswith("fits")):
        return frozenset({GPU})
    return frozenset({MODEL}) if operator in ("model", "memory") else None


def _best(found: Iterable[Needs]) -> Needs:
    """Return the rarest: each of them must hold."""
    known = [one for one in found if one is not None]
    return min(known, key=lambda one: sum(RARITY.get(name, 1) for name in one), default=None)


def _all(found: Iterable[Needs]) -> Needs:
    """Return all together: it is enough that one of them holds."""
    several = list(found)
    known = [one for one in several if one is not None]
    return frozenset().union(*known) if known and len(known) == len(several) else None

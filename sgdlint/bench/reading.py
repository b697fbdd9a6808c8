"""Files of bench.d → a checked `Plan`. Fails closed, as rule files do."""

from __future__ import annotations

import os

from sgdlint.bench.axes import (
    SECTIONS,
    Axis,
    Export,
    Gate,
    LeftOut,
    Pair,
    Plan,
    Proof,
    Unfit,
    Variation,
)
from sgdlint.rules.files import RuleError, find_files, read_file
from sgdlint.rules.names import Names, ever_an_option, releases_of
from sgdlint.rules.recipe_check import Checker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from sgdlint.rules.files import At
    from sgdlint.rules.pack import Pack

SCHEMA = os.path.join(os.path.dirname(__file__), "axes.schema.json")
OURS = ("unless", "clears", "full", "keep")
"""What a step has here that those of recipes have not."""


def read_plan(folder: str, pack: Pack, subjects: Iterable[str]) -> Plan:
    """Return the checked plan of a folder; raises RuleError with every mistake.

    pack: the rules, whose facts the conditions may use. subjects: what recipes decide.
    """
    checker = _PlanChecker(pack, subjects)
    found: dict[str, list[Any]] = {name: [] for name in SECTIONS}
    for path in find_files(folder):
        file = read_file(path, SCHEMA)
        for name, parts in found.items():
            parts += [getattr(checker, name)(at, data) for at, data in file.each(name)]
    if checker.problems:
        raise RuleError(checker.problems)
    found["axes"].sort(key=lambda one: one.order)
    return Plan(**{name: tuple(parts) for name, parts in found.items()})


class _PlanChecker(Checker):
    """Makes parts of a plan of data; the methods are called as the sections are."""

    def __init__(self, pack: Pack, subjects: Iterable[str]) -> None:
        super().__init__(pack)
        self.subjects = set(subjects)

    def axes(self, at: At, data: dict[str, Any]) -> Axis:
        if data["name"] in self.taken:
            self.refuse(at.down("name"), f"{data['name']!r} is taken")
        self.taken.add(data["name"])
        subject = data.get("subject", "")
        if subject and subject not in self.subjects:
            self.refuse(at.down("subject"), f"no recipe has the subject {subject!r}")
        names = Names({}, "", self.facts)
        for key in ("same", "at_least"):
            for number, fact in enumerate(data.get(key, ())):
                if not any(one.name == fact for one in names.facts):
                    self.refuse(at.down(key, number), f"there is no fact {fact!r}")
        steps = [self.measuring(at.down("steps", n), one) for n, one in enumerate(_steps(data))]
        lists = {key: tuple(data.get(key, ())) for key in ("references", "same", "at_least")}
        kept = ("name", "title", "order", "why", "subject", "full", "lossy")
        changes: dict[str, Any] = {key: data[key] for key in kept if key in data}
        changes |= {**lists, "steps": tuple(steps)}
        return Axis(**changes)

    def measuring(self, at: At, data: dict[str, Any]) -> Variation:
        plain = {key: value for key, value in data.items() if key not in OURS}
        for number, name in enumerate(data.get("clears", ())):
            if not ever_an_option(name):
                self.refuse(at.down("clears", number), f"no release has {name!r}")
        step = self.step(at, {**plain, **({"clears": ()} if "clears" in data else {})})
        unless = self.condition(at.down("unless"), data.get("unless"), Names(data, "", self.facts))
        switches = {key: data.get(key, False) for key in ("full", "keep")}
        return Variation(step, unless, tuple(data.get("clears", ())), **switches)

    def pairs(self, at: At, data: dict[str, Any]) -> Pair:
        for number, name in enumerate(data["axes"]):
            if name not in self.taken:
                self.refuse(at.down("axes", number), f"there is no axis {name!r}")
        return Pair(tuple(data["axes"]), data["why"], tuple(data["references"]))

    def exports(self, _at: At, data: dict[str, Any]) -> Export:
        return Export(data["name"], data["value"], data["why"], tuple(data["references"]))

    def left_out(self, at: At, data: dict[str, Any]) -> LeftOut:
        for number, name in enumerate(data["options"]):
            if not ever_an_option(name):
                self.refuse(at.down("options", number), f"no release has {name!r}")
        commands = tuple(data.get("commands", LeftOut.commands))
        return LeftOut(tuple(data["options"]), data["why"], commands)

    def refused(self, at: At, data: dict[str, Any]) -> Unfit:
        if not releases_of(data):
            self.refuse(at, "no release lies between since and until")
        when = self.condition(at.down("when"), data["when"], Names(data, "", self.facts))
        since, until = data.get("since", ""), data.get("until", "")
        return Unfit(data["name"], data["says"], when, since, until)

    def proofs(self, at: At, data: dict[str, Any]) -> Proof:
        when = self.condition(at.down("when"), data["when"], Names(data, "", self.facts))
        lists = {key: tuple(data.get(key, ())) for key in ("references", "shows", "spoils")}
        since, until = data.get("since", ""), data.get("until", "")
        return Proof(data["name"], when, since=since, until=until, **lists)

    def gate(self, _at: At, data: dict[str, Any]) -> Gate:
        return Gate(data["text"], data["source"])


def _steps(data: dict[str, Any]) -> Iterable[dict[str, Any]]:
    found: Iterable[dict[str, Any]] = data.get("steps", ())
    return found

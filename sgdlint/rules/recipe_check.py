"""Recipe files → checked recipes. Fails closed, as rule files do."""

from __future__ import annotations

import os
import re

from sgdlint import catalog
from sgdlint.nearest import nearest
from sgdlint.rules.compiler import ConditionError, compile_condition
from sgdlint.rules.engine import PLACEHOLDER, leaf
from sgdlint.rules.files import RuleError, find_files, read_file
from sgdlint.rules.names import Names, ever_a_variable, ever_an_option, releases_of
from sgdlint.rules.possible import can_hold
from sgdlint.rules.recipes import Gain, Recipe, Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from sgdlint.rules.files import At, RuleProblem
    from sgdlint.rules.pack import Pack
    from sgdlint.rules.recipes import Setting

SCHEMA = os.path.join(os.path.dirname(__file__), "recipes.schema.json")
WORKED_OUT = "="
"""Begins a value that is an expression."""
ASKED = ("size", "frames")
"""Placeholders for what the user asks for."""


def read_recipes(folder: str, pack: Pack) -> tuple[Recipe, ...]:
    """Return the checked recipes of a folder; raises RuleError with every mistake.

    pack: the rules, whose facts the conditions may use.
    """
    checker = Checker(pack)
    found = []
    for path in find_files(folder):
        file = read_file(path, SCHEMA)
        found += [checker.recipe(at, data) for at, data in file.each("recipes")]
    if checker.problems:
        raise RuleError(checker.problems)
    return tuple(sorted(found, key=_width))


def read_subjects(folder: str) -> dict[str, tuple[str, ...]]:
    """Return with which options and `env.NAME` a person decides what; raises RuleError."""
    problems: list[RuleProblem] = []
    found: dict[str, tuple[str, ...]] = {}
    for path in find_files(folder):
        for at, data in read_file(path, SCHEMA).each("subjects"):
            for key, is_there in (("options", ever_an_option), ("env", ever_a_variable)):
                for number, name in enumerate(data.get(key, ())):
                    if not is_there(name):
                        problems.append(at.down(key, number).problem(f"no release has {name!r}"))
            names = (*data["options"], *(f"env.{name}" for name in data.get("env", ())))
            if data["name"] in found:
                problems.append(at.down("name").problem(f"{data['name']!r} is there already"))
            found[data["name"]] = names
    if problems:
        raise RuleError(problems)
    return found


def _width(recipe: Recipe) -> int:
    """Return how many models a recipe is for, roughly: the narrow ones come first."""
    return 0 if recipe.ids else 1 if recipe.families else 2 if recipe.kinds else 3


class Checker:
    """Makes recipes of data, and gathers what is wrong."""

    def __init__(self, pack: Pack) -> None:
        self.facts = list(pack.facts)
        self.problems: list[RuleProblem] = []
        self.taken: set[str] = set()

    def refuse(self, at: At, message: str) -> None:
        """Note a mistake."""
        self.problems.append(at.problem(message))

    def recipe(self, at: At, data: dict[str, Any]) -> Recipe:
        """Return a recipe."""
        if data["name"] in self.taken:
            self.refuse(at.down("name"), f"{data['name']!r} is taken")
        self.taken.add(data["name"])
        self.are_known(at, data, "families", "family")
        self.are_known(at, data, "ids", "id")
        steps = [self.step(at.down("steps", n), one) for n, one in enumerate(data["steps"])]
        names = [step.name for step in steps]
        for number, name in enumerate(names):
            if name in names[:number] and not _apart(steps, number):
                self.refuse(at.down("steps", number, "name"), f"{name!r} is taken in this release")
        changes = {key: tuple(data.get(key, ())) for key in ("families", "ids", "kinds")}
        return Recipe(data["name"], data["title"], tuple(steps), **changes)

    def are_known(self, at: At, data: dict[str, Any], key: str, name: str) -> None:
        """Note families and ids that no release has."""
        rows = [row for one in catalog.releases() for row in catalog.load(one).registry.rows]
        known = {row["family"] for row in rows} if key == "families" else set()
        known |= {one for row in rows for one in row.get("ids", ())} if key == "ids" else set()
        for number, one in enumerate(data.get(key, ())):
            if one not in known:
                hint = nearest(one, known)
                told = f"; did you mean {hint!r}?" if hint else ""
                self.refuse(at.down(key, number), f"no release has {one!r}{told}")

    def step(self, at: At, data: dict[str, Any]) -> Step:
        """Return a step."""
        if not releases_of(data):
            self.refuse(at, "no release lies between since and until")
            return Step(data["name"], data["why"], ())
        if not {"set", "env", "clears"} & set(data):
            self.refuse(at, "sets nothing: it needs `set` or `env`")
        if "replaces" in data and not (data.get("later") or data.get("lossy")):
            self.refuse(at.down("replaces"), "is for steps that are `later` or `lossy`")
        if "instead" in data and "measure" not in data:
            self.refuse(at.down("instead"), "needs `measure`: why a measurement decides")
        names = Names(data, "", self.facts)
        changes = {
            key: tuple(data[key]) for key in ("commands", "goals", "references") if key in data
        }
        return Step(
            name=data["name"],
            why=" ".join(data["why"].split()),
            since=data.get("since", ""),
            until=data.get("until", ""),
            when=self.condition(at.down("when"), data.get("when"), names),
            decides=data.get("decides", ""),
            replaces=data.get("replaces", ""),
            set=self.settings(at.down("set"), data.get("set", {}), names, False),
            env=self.settings(at.down("env"), data.get("env", {}), names, True),
            instead=self.settings(at.down("instead"), data.get("instead", {}), names, False),
            measure=" ".join(data.get("measure", "").split()),
            gain=self.gain(at.down("gain"), data.get("gain")),
            costs=tuple(data.get("costs", {}).items()),
            lossy=data.get("lossy", False),
            later=data.get("later", False),
            **changes,
        )

    def gain(self, at: At, data: dict[str, Any] | None) -> Gain | None:
        """Return what a step gains."""
        if data is None:
            return None
        if len({"times", "gib", "note"} & set(data)) != 1:
            self.refuse(at, "has either `times`, `gib` or `note`")
        ranges = {key: tuple(data.get(key, ())) for key in ("times", "gib")}
        for key, values in ranges.items():
            if values and (len(values) != 2 or values[0] > values[1]):
                self.refuse(at.down(key), "is a range: from and to")
        note, on = data.get("note", ""), data.get("on", "")
        return Gain(data["of"], data["source"], ranges["times"], ranges["gib"], note, on)

    def settings(
        self, at: At, data: dict[str, str], names: Names, variables: bool
    ) -> tuple[Setting, ...]:
        """Return options, or variables, with their values."""
        found: list[Setting] = []
        for name, value in data.items():
            here = at.down(name)
            self.exists(here, f"env.{name}" if variables else name, names)
            found.append((name, self.value(here, value, names)))
        return tuple(found)

    def exists(self, at: At, name: str, names: Names) -> None:
        """Note an option or a variable that is not there in every place of the step."""
        try:
            found = names.resolve(name)
        except ConditionError as error:
            self.refuse(at, str(error))
            return
        if found is None and not name.startswith("env.") and _is_component(name, names):
            return
        if found is None or found[0][0] not in ("option", "env"):
            hint = nearest(name, [*names.option_names(), *names.variable_names()])
            told = f"; did you mean `{hint}`?" if hint else ""
            self.refuse(at, f"there is no `{name}`{told}")

    def value(self, at: At, text: str, names: Names) -> Any:
        """Return a value: a text, or what it is worked out with."""
        if text.startswith(WORKED_OUT):
            try:
                return compile_condition(text[1:].strip(), names, "number")
            except ConditionError as error:
                self.refuse(at, str(error))
                return ""
        for match in re.finditer(PLACEHOLDER, text):
            found = None if match[1] in ASKED else self.leaf_of(at, match[1], names)
            if match[1] not in ASKED and found != list(leaf(match[1])):
                self.refuse(at, f"there is no {match[0]}")
        return text

    def leaf_of(self, at: At, name: str, names: Names) -> list[Any] | None:
        """Return a name as it is compiled; None when there is none."""
        try:
            found = names.resolve(name)
        except ConditionError as error:
            self.refuse(at, str(error))
            return None
        return None if found is None else found[0]

    def condition(self, at: At, text: str | None, names: Names) -> list[Any] | None:
        """Return a condition as it is compiled; None for none, and for one in error."""
        if text is None:
            return None
        try:
            compiled = compile_condition(text, names)
        except ConditionError as error:
            self.refuse(at, str(error))
            return None
        if not can_hold(compiled, names):
            self.refuse(at, f"`{text}` can never hold")
        return compiled


def _is_component(name: str, names: Names) -> bool:
    """Whether every release takes an option for a component, which no parser lists."""
    flag = "--" + name.replace("_", "-")
    return all(catalog.load(one).component(flag) is not None for one, _ in names.places())


def _apart(steps: Iterable[Step], number: int) -> bool:
    """Whether no earlier step has the name of one in a release and command of both."""
    here = list(steps)
    step = here[number]
    mine = set(releases_of({"since": step.since, "until": step.until}))
    return not any(
        mine & set(releases_of({"since": one.since, "until": one.until}))
        and set(one.commands) & set(step.commands)
        and set(one.goals) & set(step.goals)
        for one in here[:number]
        if one.name == step.name
    )

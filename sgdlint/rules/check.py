"""Rule files → a checked Pack. Fails closed: every mistake is an error, none is only logged."""

from __future__ import annotations

import re

from sgdlint import catalog
from sgdlint.nearest import nearest
from sgdlint.record import record
from sgdlint.rules.compiler import ConditionError, compile_condition
from sgdlint.rules.engine import PLACEHOLDER, leaf
from sgdlint.rules.facts import GPU_FACTS, LAUNCH_FACTS, MODEL_FACTS
from sgdlint.rules.files import RuleError, RuleFile, RuleProblem, place_at
from sgdlint.rules.logic import FALSE, UNKNOWN, Value, evaluate
from sgdlint.rules.model import EVENTS, Action, Fact, Pack, Rule, RuleFix, holds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from sgdlint.catalog import Option

COMMANDS = ("generate", "serve")
_TABLES = {"model": MODEL_FACTS, "gpu": GPU_FACTS, "launch": LAUNCH_FACTS}
_ACTIONS = ("set", "add", "remove", "rename", "replace", "set_env", "unset_env")


def check(files: Iterable[RuleFile], base: Pack | None = None) -> Pack:
    """Check rule files together and return them as a pack; raises RuleError with every mistake.

    base: a pack whose facts the files may use and whose codes and names they may not take.
    """
    checker = _Checker(base or Pack((), ()))
    for file in files:
        checker.facts_of(file)
    for file in files:
        checker.rules_of(file)
    if checker.problems:
        raise RuleError(checker.problems)
    return Pack(tuple(checker.rules), tuple(checker.facts))


class _Checker:
    def __init__(self, base: Pack) -> None:
        self.base = base
        self.rules: list[Rule] = []
        self.facts: list[Fact] = []
        self.problems: list[RuleProblem] = []

    def known_facts(self) -> list[Fact]:
        return [*self.base.facts, *self.facts]

    # --- facts ------------------------------------------------------------------------------------

    def facts_of(self, file: RuleFile) -> None:
        for index, data in enumerate(file.data.get("facts", ())):
            place = ("facts", index)
            if not self.range_is_sound(file, place, data):
                continue
            names = Names(data, "", self.known_facts())
            try:
                value = compile_condition(data["value"], names, data["type"])
            except ConditionError as error:
                self.problems.append(place_at(file, (*place, "value"), str(error)))
                continue
            self.facts.append(
                Fact(
                    data["name"], data["type"], value, data.get("since", ""), data.get("until", "")
                )
            )

    # --- rules ------------------------------------------------------------------------------------

    def rules_of(self, file: RuleFile) -> None:
        for index, data in enumerate(file.data.get("rules", ())):
            before = len(self.problems)
            rule = self.rule(file, ("rules", index), data)
            if rule is not None and len(self.problems) == before:
                self.rules.append(rule)

    def rule(
        self, file: RuleFile, place: tuple[str | int, ...], data: dict[str, Any]
    ) -> Rule | None:
        self.is_new(file, place, data)
        self.has_examples(file, place, data)
        if not self.range_is_sound(file, place, data):
            return None
        event = data.get("on", "")
        if event and event not in EVENTS:
            hint = nearest(event, EVENTS)
            message = f"there is no event {event!r}" + (f"; did you mean {hint!r}?" if hint else "")
            self.problems.append(place_at(file, (*place, "on"), message))
            return None
        if not event and "when" not in data:
            self.problems.append(place_at(file, place, "needs `when`, or `on` with an event"))
            return None
        names = Names(data, event, self.known_facts())
        return Rule(
            code=data["code"],
            name=data["name"],
            severity=data["severity"],
            category=data["category"],
            lossless=data.get("quality", "lossless") == "lossless",
            message=self.template(file, (*place, "message"), data["message"], names),
            since=data.get("since", ""),
            until=data.get("until", ""),
            commands=tuple(data.get("commands", COMMANDS)),
            on=event,
            when=self.condition(file, (*place, "when"), data.get("when"), names),
            at=self.places(file, (*place, "at"), data.get("at", ()), names),
            help=self.template(file, (*place, "help"), data.get("help", ""), names),
            url=next((one for one in data["references"] if one.startswith("https://")), ""),
            fixes=tuple(
                self.fix(file, (*place, "fixes", number), fix, names)
                for number, fix in enumerate(data.get("fixes", ()))
            ),
        )

    def is_new(self, file: RuleFile, place: tuple[str | int, ...], data: dict[str, Any]) -> None:
        for rule in (*self.base.rules, *self.rules):
            for key in ("code", "name"):
                if getattr(rule, key) == data[key]:
                    message = f"{data[key]!r} is taken by rule {rule.code} ({rule.name})"
                    self.problems.append(place_at(file, (*place, key), message))

    def has_examples(
        self, file: RuleFile, place: tuple[str | int, ...], data: dict[str, Any]
    ) -> None:
        kinds = [sorted({"bad", "good", "unknown"} & set(one)) for one in data["examples"]]
        for number, kind in enumerate(kinds):
            if len(kind) != 1:
                message = "is either `bad`, `good` or `unknown`"
                self.problems.append(place_at(file, (*place, "examples", number), message))
        for wanted in ("bad", "good"):
            if [wanted] not in kinds:
                message = f"needs a `{wanted}` example"
                self.problems.append(place_at(file, (*place, "examples"), message))

    def range_is_sound(
        self, file: RuleFile, place: tuple[str | int, ...], data: dict[str, Any]
    ) -> bool:
        if releases_of(data):
            return True
        message = (
            f"no release lies between since {data.get('since', '…')} (inclusive) and until "
            f"{data.get('until', '…')} (exclusive), so it can never hold"
        )
        key = "until" if "until" in data else "since"
        self.problems.append(place_at(file, (*place, key), message))
        return False

    def condition(
        self, file: RuleFile, place: tuple[str | int, ...], text: str | None, names: Names
    ) -> Any:
        if text is None:
            return None
        try:
            compiled = compile_condition(text, names)
        except ConditionError as error:
            self.problems.append(place_at(file, place, str(error)))
            return None
        if evaluate(compiled, names.any_value) == FALSE:
            self.problems.append(place_at(file, place, f"`{text}` can never hold"))
        return compiled

    def template(
        self, file: RuleFile, place: tuple[str | int, ...], text: str, names: Names
    ) -> str:
        for match in re.finditer(PLACEHOLDER, text):
            if match[1] == "sglang":
                continue
            try:
                found = names.resolve(match[1])
            except ConditionError as error:
                self.problems.append(place_at(file, place, str(error)))
                continue
            if found is None or found[0] != list(leaf(match[1])):
                hint = nearest(match[1], names.all_names())
                message = f"there is no {match[0]}" + (
                    f"; did you mean {{{hint}}}?" if hint else ""
                )
                self.problems.append(place_at(file, place, message))
        return " ".join(text.split())

    def places(
        self, file: RuleFile, place: tuple[str | int, ...], at: Iterable[str], names: Names
    ) -> tuple[str, ...]:
        for number, name in enumerate(at):
            self.name_exists(file, (*place, number), name, names)
        return tuple(at)

    def name_exists(
        self, file: RuleFile, place: tuple[str | int, ...], name: str, names: Names
    ) -> None:
        try:
            found = names.resolve(name)
        except ConditionError as error:
            self.problems.append(place_at(file, place, str(error)))
            return
        if found is None or found[0][0] not in ("option", "env"):
            hint = nearest(name, names.all_names())
            message = f"there is no option `{name}`" + (f"; did you mean `{hint}`?" if hint else "")
            self.problems.append(place_at(file, place, message))

    # --- fixes ------------------------------------------------------------------------------------

    def fix(
        self, file: RuleFile, place: tuple[str | int, ...], data: dict[str, Any], names: Names
    ) -> RuleFix:
        if not any(kind in data for kind in _ACTIONS):
            message = f"does nothing: it needs one of {', '.join(_ACTIONS)}"
            self.problems.append(place_at(file, place, message))
        if data["safety"] != "safe" and "because" not in data:
            self.problems.append(place_at(file, place, "needs `because`: why it is not safe"))
        actions = [
            action
            for kind in _ACTIONS
            for action in self.actions(file, (*place, kind), kind, data.get(kind, ()), names)
        ]
        return RuleFix(
            self.template(file, (*place, "title"), data["title"], names),
            data["safety"],
            tuple(actions),
            self.template(file, (*place, "because"), data.get("because", ""), names),
            self.condition(file, (*place, "when"), data.get("when"), names),
        )

    def actions(
        self, file: RuleFile, place: tuple[str | int, ...], kind: str, data: Any, names: Names
    ) -> list[Action]:
        if kind in ("remove", "unset_env"):
            return [
                self.action(file, (*place, i), kind, name, None, names)
                for i, name in enumerate(data)
            ]
        return [
            self.action(file, (*place, name), kind, name, value, names)
            for name, value in dict(data).items()
        ]

    def action(
        self,
        file: RuleFile,
        place: tuple[str | int, ...],
        kind: str,
        name: str,
        value: Any,
        names: Names,
    ) -> Action:
        if kind == "replace":
            if not names.event or name not in ("flag", "value", "whole"):
                message = (
                    "replaces `flag`, `value` or `whole` word of an event; the rule needs `on`"
                )
                self.problems.append(place_at(file, place, message))
            return Action(kind, name, self.template(file, place, value, names))
        if kind in ("set_env", "unset_env"):
            return Action(kind, name, self.template(file, place, value, names) if value else None)
        if kind == "rename":
            return self.rename(file, place, name, value, names)
        if kind == "remove" and names.ever_existed(name):
            return Action(kind, name)
        self.name_exists(file, place, name, names)
        text = None if value is None else self.template(file, place, value, names)
        if text is not None and not re.search(PLACEHOLDER, text):
            self.value_fits(file, place, name, text, names)
        return Action(kind, name, text)

    def rename(
        self,
        file: RuleFile,
        place: tuple[str | int, ...],
        name: str,
        value: dict[str, Any],
        names: Names,
    ) -> Action:
        if not names.ever_existed(name):
            message = f"no release has an option `{name}`"
            self.problems.append(place_at(file, place, message))
        self.name_exists(file, (*place, "to"), value["to"], names)
        values = tuple(value.get("values", {}).items())
        for old, new in values:
            self.value_fits(file, (*place, "values", old), value["to"], new, names)
        return Action("rename", name, to=value["to"], values=values)

    def value_fits(
        self, file: RuleFile, place: tuple[str | int, ...], name: str, value: str, names: Names
    ) -> None:
        from sgdlint.launch.bind import convert

        for _, option in names.options(name):
            if value == "":  # the bare option
                fits = not option.needs_value
            elif not option.takes_value:
                fits = False
            else:
                typed, fits = convert(option, value)
                fits = fits and (not option.choices or typed in option.choices)
            if not fits:
                choices = (
                    f": it takes {', '.join(map(str, option.choices))}" if option.choices else ""
                )
                message = f"{value!r} is not a value of `{name}`{choices}"
                self.problems.append(place_at(file, place, message))
                return


def releases_of(data: dict[str, Any]) -> list[str]:
    """Return the known releases in a rule's or fact's range."""
    since, until = data.get("since", ""), data.get("until", "")
    return [release for release in catalog.releases() if holds(release, since, until)]


@record
class Names:
    """The names that a rule may use: they must exist in every release and command it holds for."""

    data: dict[str, Any]
    event: str
    facts: list[Fact]

    def places(self) -> list[tuple[str, str]]:
        """Return every (release, command) that the rule holds for."""
        commands = self.data.get("commands", COMMANDS)
        return [(release, command) for release in releases_of(self.data) for command in commands]

    def options(self, name: str) -> list[tuple[tuple[str, str], Option]]:
        """Return the option of a destination in each place that has it."""
        found = []
        for release, command in self.places():
            option = catalog.load(release).by_dest(command).get(name)
            if option is not None:
                found.append(((release, command), option))
        return found

    def ever_existed(self, name: str) -> bool:
        """Whether any release has an option with this destination."""
        return any(
            name in catalog.load(release).by_dest(command)
            for release in catalog.releases()
            for command in COMMANDS
        )

    def choices(self, name: str) -> list[Any] | None:
        """Return all values that an option takes in some place, or None when any."""
        allowed: dict[Any, None] = {}
        for _, option in self.options(name):
            if not option.choices:
                return None
            allowed.update(dict.fromkeys(option.choices))
        return list(allowed) or None

    def resolve(self, name: str) -> tuple[list[Any], str] | None:
        """Return the compiled leaf and type of a name; see compiler.Names."""
        head, dot, rest = name.partition(".")
        if not dot:
            return self._option("option", name)
        if head == "effective":
            return self._option("effective", rest)
        if head in _TABLES:
            entry = _TABLES[head].get(rest)
            return None if entry is None else ([head, rest], entry[0])
        if head == "env":
            return self._variable(rest)
        if head == "event":
            kind = EVENTS.get(self.event, {}).get(rest)
            return None if kind is None else (["event", rest], kind)
        return self._derived(name)

    def _option(self, kind: str, name: str) -> tuple[list[Any], str] | None:
        options = self.options(name)
        if not options:
            return None
        missing = [place for place in self.places() if place not in dict(options)]
        if missing:
            release, command = missing[0]
            raise ConditionError(
                f"`{name}` does not exist in `{command}` of {release}; narrow since, until or "
                "commands to where it does"
            )
        types = {option_type(option) for _, option in options}
        return [kind, name], types.pop() if len(types) == 1 else "any"

    def _variable(self, name: str) -> tuple[list[Any], str] | None:
        for release in dict.fromkeys(release for release, _ in self.places()):
            variable = catalog.load(release).environment().get(name)
            if variable is not None:
                kinds = {"bool": "bool", "int": "number", "float": "number"}
                return ["env", name], kinds.get(variable.kind, "string")
        return None

    def _derived(self, name: str) -> tuple[list[Any], str] | None:
        found = [fact for fact in self.facts if fact.name == name]
        if not found:
            return None
        for release in releases_of(self.data):
            if not any(holds(release, fact.since, fact.until) for fact in found):
                raise ConditionError(f"`{name}` is not defined for {release}")
        return ["derived", name], found[0].type

    def all_names(self) -> list[str]:
        """Return every name there is, for suggestions."""
        names: dict[str, None] = {}
        for release, command in self.places():
            names.update(dict.fromkeys(catalog.load(release).by_dest(command)))
            variables = catalog.load(release).environment()
            names.update(dict.fromkeys(f"env.{name}" for name in variables))
        names.update(dict.fromkeys(f"{head}.{name}" for head in _TABLES for name in _TABLES[head]))
        names.update(dict.fromkeys(f"event.{name}" for name in EVENTS.get(self.event, ())))
        names.update(dict.fromkeys(fact.name for fact in self.facts))
        return list(names)

    def any_value(self, kind: str, name: str) -> Value:
        """Return everything that a fact can be, to find conditions that can never hold."""
        if kind == "option":
            choices = self.choices(name)
            if choices is not None:
                return Value(tuple(choices), absent=True)
        return UNKNOWN


def option_type(option: Option) -> str:
    """Return the condition-language type of an option's value."""
    if option.action == "boolean" or not option.takes_value:
        return "bool"
    if option.nargs not in (None, "?"):
        return "list"
    return {"int": "number", "float": "number", "str": "string"}.get(option.kind, "any")

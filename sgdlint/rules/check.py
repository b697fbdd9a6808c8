"""Rule files → a checked Pack. Fails closed: every mistake is an error, none is only logged."""

from __future__ import annotations

import re

from sgdlint.finding import Gain
from sgdlint.nearest import nearest
from sgdlint.rules.compiler import MOST_LEVELS, ConditionError, compile_condition
from sgdlint.rules.engine import PLACEHOLDER, leaf
from sgdlint.rules.events import EVENTS
from sgdlint.rules.files import RuleError
from sgdlint.rules.fixes import ACTIONS, actions_of
from sgdlint.rules.logic import parts_of
from sgdlint.rules.model import Change, Fact, Rule, RuleFix
from sgdlint.rules.names import TABLES, Names, releases_of
from sgdlint.rules.needs import index_of
from sgdlint.rules.pack import Pack
from sgdlint.rules.possible import can_hold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from sgdlint.rules.files import At, RuleFile, RuleProblem

OUTSIDE_LAUNCHES = (
    "syntax-error",
    "unused-suppression",
    "unknown-suppression",
    "suppression-without-reason",
    "unmatched-suppression",
    "not-read",
    "repeated-key",
    "not-text",
    "unreadable-release",
    "redirected-range",
    "range-ahead",
    "range-empty",
    "pinned-release",
)
"""Events that belong to no launch, so that there are no facts to ask about."""
_TAKEN = (*TABLES, "env", "raw", "event", "effective", "before")


def check(files: Iterable[RuleFile], base: Pack | None = None) -> Pack:
    """Check rule files together and return them as a pack; raises RuleError with every mistake.

    base: a pack whose facts the files may use and whose codes and names they may not take.
    """
    files = list(files)
    checker = _Checker(base or Pack((), ()))
    for file in files:
        for at, data in file.each("facts"):
            checker.fact(at, data)
    for file in files:
        for at, data in file.each("rules"):
            checker.rule(at, data)
        for at, data in file.each("changes"):
            checker.change(at, data)
    if checker.problems:
        raise RuleError(checker.problems)
    index = index_of(checker.rules, checker.facts, checker.known_facts())
    return Pack(checker.rules, checker.facts, index, checker.changes)


def checked_fix(
    at: At, data: dict[str, Any], names: Names, pack: Pack
) -> tuple[RuleFix, list[RuleProblem]]:
    """Return a fix of something else than a rule, and what is wrong with it.

    pack: the rules, whose facts its condition may use.
    """
    checker = _Checker(pack)
    return checker.fix(at, data, names, None), checker.problems


class _Checker:
    """Gathers rules and facts, and every problem on the way."""

    def __init__(self, base: Pack) -> None:
        self.base = base
        self.rules: list[Rule] = []
        self.facts: list[Fact] = []
        self.changes: list[Change] = []
        self.problems: list[RuleProblem] = []
        self.levels: dict[str, int] = {}
        for fact in base.facts:
            self.note_levels(fact)

    def known_facts(self) -> list[Fact]:
        return [*self.base.facts, *self.facts]

    def refuse(self, at: At, message: str) -> None:
        self.problems.append(at.problem(message))

    # --- facts ------------------------------------------------------------------------------------

    def fact(self, at: At, data: dict[str, Any]) -> None:
        if not self.range_is_sound(at, data) or not self.is_new_fact(at, data):
            return
        names = Names(data, "", self.known_facts())
        if ("value" in data) == ("cases" in data):
            self.refuse(at, "needs either `value` or `cases`")
            return
        because = tuple(one["because"] for one in data.get("cases", ()))
        if because:
            value = self.cases(at.down("cases"), data, names)
        else:
            value = self.compiled(at.down("value"), data["value"], names, data["type"])
        # A fact that is wrong still has a name: those that use it are not wrong for that.
        value = value or ["const", True]
        since, until = data.get("since", ""), data.get("until", "")
        label = data.get("label", "")
        self.facts.append(Fact(data["name"], data["type"], value, since, until, because, label))
        self.note_levels(self.facts[-1])

    def cases(self, at: At, data: dict[str, Any], names: Names) -> list[Any] | None:
        """Return cases as one if … else if … else; None when a part of them is wrong."""
        *others, last = data["cases"]
        if "when" in last or any("when" not in one for one in others):
            self.refuse(at, "each case but the last has a `when`")
            return None
        whole = self.compiled(at.down(len(others)), last["value"], names, data["type"])
        for number, one in reversed(list(enumerate(others))):
            here = at.down(number)
            when = self.compiled(here.down("when"), one["when"], names, "bool")
            value = self.compiled(here.down("value"), one["value"], names, data["type"])
            whole = ["if", when, value, whole] if when and value and whole else None
        return whole

    def is_new_fact(self, at: At, data: dict[str, Any]) -> bool:
        """Whether no other fact has this name in a release of its range.

        A fact may use those before it only, so without a second definition none can use itself.
        """
        name, problem = data["name"], ""
        if name.partition(".")[0] in _TAKEN:
            problem = f"names that begin with {', '.join(_TAKEN)} are taken"
        for fact in self.known_facts():
            other = releases_of({"since": fact.since, "until": fact.until})
            both = [release for release in releases_of(data) if release in other]
            if fact.name == name and both:
                problem = f"`{name}` is already defined for {both[0]}; narrow since or until"
            elif fact.name == name and fact.type != data["type"]:
                problem = f"`{name}` is a {fact.type} in other releases; give it another name"
        if problem:
            self.refuse(at.down("name"), problem)
        return not problem

    def note_levels(self, fact: Fact) -> None:
        self.levels[fact.name] = max(self.levels.get(fact.name, 0), self.levels_of(fact.value))

    def levels_of(self, condition: list[Any]) -> int:
        """Return how deep the evaluation of a condition goes, through the facts that it uses."""
        if condition[0] == "derived":
            return 1 + self.levels.get(condition[1], 0)
        return 1 + max(map(self.levels_of, parts_of(condition)), default=0)

    # --- rules ------------------------------------------------------------------------------------

    def rule(self, at: At, data: dict[str, Any]) -> None:
        before = len(self.problems)
        self.is_new_rule(at, data)
        self.has_examples(at, data)
        event = data.get("on", "")
        if not self.range_is_sound(at, data) or not self.is_asked(at, data, event):
            return
        rule = self.built(at, data, Names(data, event, self.known_facts()))
        if len(self.problems) == before:
            self.rules.append(rule)

    def is_asked(self, at: At, data: dict[str, Any], event: str) -> bool:
        """Whether something makes the rule look: an event, or a condition on every launch."""
        if event and event not in EVENTS:
            hint = nearest(event, EVENTS)
            suggestion = f"; did you mean {hint!r}?" if hint else ""
            self.refuse(at.down("on"), f"there is no event {event!r}{suggestion}")
            return False
        if not event and "when" not in data:
            self.refuse(at, "needs `when`, or `on` with an event")
            return False
        if event in OUTSIDE_LAUNCHES and "when" in data:
            self.refuse(
                at.down("when"), f"a rule on {event} has no `when`: there is no launch to ask"
            )
            return False
        return True

    def built(self, at: At, data: dict[str, Any], names: Names) -> Rule:
        when = self.condition(at.down("when"), data.get("when"), names)
        return Rule(
            code=data["code"],
            name=data["name"],
            severity=data["severity"],
            category=data["category"],
            lossless=data.get("quality", "lossless") == "lossless",
            message=self.template(at.down("message"), data["message"], names),
            since=data.get("since", ""),
            until=data.get("until", ""),
            commands=names.commands,
            on=names.event,
            when=when,
            at=self.places(at.down("at"), data.get("at", ()), names),
            help=self.template(at.down("help"), data.get("help", ""), names),
            url=next((one for one in data["references"] if one.startswith("https://")), ""),
            fixes=tuple(
                self.fix(at.down("fixes", number), fix, names, when)
                for number, fix in enumerate(data.get("fixes", ()))
            ),
            enabled=data.get("enabled", True),
            gain=self.gain(at.down("gain"), data["gain"]) if "gain" in data else None,
            goals=tuple(data.get("goals", ())),
        )

    def gain(self, at: At, data: dict[str, Any]) -> Gain:
        """Return what a rule gains, as documented: two figures, or words where there is none."""
        least, most = data.get("from", 0), data.get("to", 0)
        if ("from" in data) != ("to" in data):
            self.refuse(at, "needs both `from` and `to`, or neither where no figure is documented")
        elif least > most:
            self.refuse(at.down("from"), f"is more than `to`, which is {most}")
        if ("says" in data) == bool(most):
            self.refuse(at, "needs either `from` and `to`, or `says` where there is no figure")
        words = {
            key: " ".join(data.get(key, "").split()) for key in ("hardware", "measured", "says")
        }
        return Gain(data["of"], tuple(data["sources"]), least, most, **words)

    def change(self, at: At, data: dict[str, Any]) -> None:
        """Note what becomes of a built-in rule."""
        wish = data["rule"]
        rules = {key: rule for rule in self.base.rules for key in (rule.code, rule.name)}
        rule = rules.get(wish)
        if rule is None:
            hint = nearest(wish, rules)
            suggestion = f"; did you mean {hint!r}?" if hint else ""
            self.refuse(at.down("rule"), f"there is no built-in rule {wish!r}{suggestion}")
            return
        if "severity" not in data and "enabled" not in data:
            self.refuse(at, "changes nothing: it needs `severity` or `enabled`")
        before = [one for one in self.changes if one.rule == rule.code]
        if before:
            self.refuse(at.down("rule"), f"{wish!r} is changed at {before[0].place} already")
        place = f"{at.file.path}:{at.file.where(at.place, '')[0]}"
        self.changes.append(
            Change(rule.code, data["reason"], place, data.get("severity", ""), data.get("enabled"))
        )

    def is_new_rule(self, at: At, data: dict[str, Any]) -> None:
        for rule in (*self.base.rules, *self.rules):
            for key in ("code", "name"):
                if getattr(rule, key) == data[key]:
                    message = f"{data[key]!r} is taken by rule {rule.code} ({rule.name})"
                    self.refuse(at.down(key), message)

    def has_examples(self, at: At, data: dict[str, Any]) -> None:
        kinds = [sorted({"bad", "good", "unknown"} & set(one)) for one in data["examples"]]
        for number, kind in enumerate(kinds):
            place = at.down("examples", number)
            if len(kind) != 1:
                self.refuse(place, "is either `bad`, `good` or `unknown`")
            elif kind != ["bad"] and "fixed" in data["examples"][number]:
                self.refuse(place.down("fixed"), "only a `bad` example is fixed")
        for wanted in ("bad", "good"):
            if [wanted] not in kinds:
                self.refuse(at.down("examples"), f"needs a `{wanted}` example")

    def range_is_sound(self, at: At, data: dict[str, Any]) -> bool:
        if releases_of(data):
            return True
        message = (
            f"no release lies between since {data.get('since', '…')} (inclusive) and until "
            f"{data.get('until', '…')} (exclusive), so it can never hold"
        )
        self.refuse(at.down("until" if "until" in data else "since"), message)
        return False

    def places(self, at: At, wanted: Iterable[str], names: Names) -> tuple[str, ...]:
        for number, name in enumerate(wanted):
            place = at.down(number)
            try:
                found = names.resolve(name)
            except ConditionError as error:
                self.refuse(place, str(error))
                continue
            if found is not None and found[0][0] in ("option", "env"):
                continue
            if found is not None:
                self.refuse(place, f"takes options and env.NAME, which have a place; not `{name}`")
                continue
            written = [*names.option_names(), *(f"env.{one}" for one in names.variable_names())]
            hint = nearest(name, written)
            suggestion = f"; did you mean `{hint}`?" if hint else ""
            self.refuse(place, f"there is no option `{name}`{suggestion}")
        return tuple(wanted)

    # --- fixes ------------------------------------------------------------------------------------

    def fix(self, at: At, data: dict[str, Any], names: Names, when: list[Any] | None) -> RuleFix:
        if not any(kind in data for kind in ACTIONS):
            self.refuse(at, f"does nothing: it needs one of {', '.join(ACTIONS)}")
        if data["safety"] != "safe" and "because" not in data:
            self.refuse(at, "needs `because`: why it is not safe")
        actions, problems = actions_of(at, data, names)
        self.problems += problems
        for action, place in actions:
            if action.value is not None:
                self.template(place, action.value, names)
        return RuleFix(
            self.template(at.down("title"), data["title"], names),
            data["safety"],
            tuple(action for action, _ in actions),
            self.template(at.down("because"), data.get("because", ""), names),
            self.condition(at.down("when"), data.get("when"), names, when),
            tuple(data.get("goals", ())),
        )

    # --- conditions and templates -----------------------------------------------------------------

    def compiled(self, at: At, text: str, names: Names, kind: str) -> list[Any] | None:
        try:
            compiled = compile_condition(text, names, kind)
        except ConditionError as error:
            self.refuse(at, str(error))
            return None
        if self.levels_of(compiled) > MOST_LEVELS:
            self.refuse(at, f"with the facts that it uses it has more than {MOST_LEVELS} levels")
            return None
        return compiled

    def condition(
        self, at: At, text: str | None, names: Names, beside: list[Any] | None = None
    ) -> list[Any] | None:
        """Return a compiled condition; beside: another one that must hold with it."""
        compiled = None if text is None else self.compiled(at, text, names, "bool")
        if compiled is None:
            return None
        if not can_hold(compiled, names):
            self.refuse(at, f"`{text}` can never hold")
        elif beside is not None and not can_hold(["and", beside, compiled], names):
            self.refuse(at, f"`{text}` can never hold where the rule does")
        return compiled

    def template(self, at: At, text: str, names: Names) -> str:
        for match in re.finditer(PLACEHOLDER, text):
            if match[1] == "sglang":
                continue
            try:
                found = names.resolve(match[1])
            except ConditionError as error:
                self.refuse(at, str(error))
                continue
            if found is None or found[0] != list(leaf(match[1])):
                hint = nearest(match[1], names.all_names())
                suggestion = f"; did you mean {{{hint}}}?" if hint else ""
                self.refuse(at, f"there is no {match[0]}{suggestion}")
        return " ".join(text.split())

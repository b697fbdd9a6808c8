"""Pattern files → checked patterns. Fails closed, as rule files do."""

from __future__ import annotations

import os
import re

from sgdlint import catalog
from sgdlint.log.model import BY_READER, ROLES, WORDING, Form, Pattern, Resident
from sgdlint.log.reading import KNOWN_FIELDS
from sgdlint.log.templates import anchor, head, opening, parse, problem_of
from sgdlint.nearest import nearest
from sgdlint.rules.check import checked_fix
from sgdlint.rules.compiler import ConditionError, compile_condition
from sgdlint.rules.engine import PLACEHOLDER
from sgdlint.rules.files import RuleError, find_files, read_files_of
from sgdlint.rules.model import Rule
from sgdlint.rules.names import Names, ever_an_option, releases_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from sgdlint.rules.files import At, RuleProblem
    from sgdlint.rules.pack import Pack

SCHEMA = os.path.join(os.path.dirname(__file__), "schema.json")
NUMBERS = ("int", "number")
"""Kinds of holes whose values are numbers in conditions."""


def read_patterns(paths: Sequence[str], pack: Pack, known: Iterable[Pattern] = ()) -> list[Pattern]:
    """Return the checked patterns at some paths; raises RuleError with every mistake.

    pack: the rules, whose facts conditions may use and whose codes are taken. known: patterns whose
    codes and names are taken, too.
    """
    files = read_files_of([one for path in paths for one in find_files(path)], SCHEMA)
    checker = _Checker(pack, known)
    found = [checker.pattern(at, one) for file in files for at, one in file.each("patterns")]
    facts = [checker.fact(at, one) for file in files for at, one in file.each("facts")]
    if checker.problems:
        raise RuleError(checker.problems)
    return [*found, *facts]


class _Names(Names):
    """The names that conditions and fixes of a pattern may use: those of rules, and its holes."""

    def resolve(self, name: str) -> tuple[list[Any], str] | None:
        """Return the compiled leaf and type of a name; see compiler.Names."""
        begin, _, rest = name.partition(".")
        if begin != "event":
            return super().resolve(name)
        kind = self.data["holes"].get(rest)
        return (
            None if kind is None else (["event", rest], "number" if kind in NUMBERS else "string")
        )


class _Checker:
    """Makes patterns of data, and gathers what is wrong."""

    def __init__(self, pack: Pack, known: Iterable[Pattern]) -> None:
        self.facts = list(pack.facts)
        self.problems: list[RuleProblem] = []
        rules = [*pack.rules, *(one.rule for one in known if one.rule.code)]
        self.taken = {key: one.code for one in rules for key in (one.code, one.name)}
        self.pack = pack

    def refuse(self, at: At, message: str) -> None:
        self.problems.append(at.problem(message))

    def pattern(self, at: At, data: dict[str, Any]) -> Pattern:
        """Return one pattern; what is wrong with it is noted."""
        for key in ("code", "name"):
            if data[key] in self.taken:
                self.refuse(at.down(key), f"{data[key]!r} is taken by {self.taken[data[key]]}")
            self.taken[data[key]] = data["code"]
        self.role(at, data)
        forms = self.forms(at, data)
        kinds = [dict(parse(one.text).holes) for one in forms]
        self.holes(at, data, kinds)
        rule = self.rule(at, data, forms, kinds)
        return Pattern(
            rule=rule,
            forms=forms,
            role=data.get("role", ""),
            unless=tuple(data.get("unless", {}).items()),
            each=tuple(data.get("each", ())),
            differ=tuple(data.get("differ", ())),
            resident=tuple(
                self.resident(at.down("resident", number), one)
                for number, one in enumerate(data.get("resident", ()))
            ),
            why=" ".join(data["why"].split()),
            references=tuple(data.get("references", ())),
            examples=tuple(data["examples"]),
        )

    def fact(self, at: At, data: dict[str, Any]) -> Pattern:
        """Return a pattern of which nothing is told."""
        self.role(at, data)
        return Pattern(_nothing(), self.forms(at, data), data["role"], told=False)

    def role(self, at: At, data: dict[str, Any]) -> None:
        role = data.get("role", "")
        if role and role not in ROLES:
            hint = nearest(role, ROLES)
            told = f"; did you mean {hint!r}?" if hint else ""
            self.refuse(at.down("role"), f"there is no role {role!r}{told}")
        if (role in BY_READER) == ("forms" in data):
            one = "has no `forms`: the reader finds it" if role in BY_READER else "needs `forms`"
            self.refuse(at, one)
        if role in BY_READER and "references" not in data:
            self.refuse(at, "needs `references`, since it has no forms with theirs")

    # --- wordings ---------------------------------------------------------------------------------

    def forms(self, at: At, data: dict[str, Any]) -> tuple[Form, ...]:
        found = data.get("forms", ())
        return tuple(self.form(at.down("forms", n), one) for n, one in enumerate(found))

    def form(self, at: At, data: dict[str, Any]) -> Form:
        problem = problem_of(data["text"])
        template = parse(data["text"])
        is_anywhere = data.get("anywhere", False)
        starts = not is_anywhere and (head(template) or opening(template))
        if not problem and not starts and not anchor(template, is_anywhere):
            problem = "has no whole word: each line would have to be searched for it"
        if problem:
            self.refuse(at.down("text"), problem)
        if not releases_of(data):
            self.refuse(at, "no release lies between since and until")
        if "references" not in data:
            self.refuse(at, "needs `references`: where the message stands")
        return Form(**{**data, "references": tuple(data.get("references", ()))})

    def holes(self, at: At, data: dict[str, Any], kinds: list[dict[str, str]]) -> None:
        """Note holes that a pattern speaks of and not all its wordings have."""
        known = KNOWN_FIELDS.get(data.get("role", ""), ())
        for key in ("each", "differ"):
            for number, name in enumerate(data.get(key, ())):
                if name not in (*known, WORDING) and not any(name in one for one in kinds):
                    self.refuse(at.down(key, number), f"no wording has a hole {{{name}}}")
        for key in ("message", "help"):
            for found in re.finditer(PLACEHOLDER, data.get(key, "")):
                name = found[1].removeprefix("event.")
                if not found[1].startswith("event."):
                    self.refuse(at.down(key), f"{found[0]} begins with `event.`, as all holes do")
                elif name not in known and not all(name in one for one in kinds):
                    self.refuse(at.down(key), f"a wording has no hole {{{name}}}")

    def resident(self, at: At, data: dict[str, Any]) -> Resident:
        """Return how components are kept on the GPU in some releases."""
        options = data.get("options", {})
        names = [one for some in options.values() for one in some] + [data.get("listed", "")]
        if bool(options) == ("listed" in data):
            self.refuse(at, "needs either `options` or `listed`")
        lacking = _Names({**data, "holes": {}}, "log", self.facts)
        for name in filter(None, names):
            missing = [one for one in lacking.places() if one not in lacking.options(name)]
            if missing:
                told = " of ".join(reversed(missing[0]))
                self.refuse(at, f"`{name}` does not exist in {told}")
        pairs = tuple((name, tuple(some)) for name, some in options.items())
        return Resident(**{**data, "options": pairs})

    # --- at a launch ------------------------------------------------------------------------------

    def rule(
        self, at: At, data: dict[str, Any], forms: tuple[Form, ...], kinds: list[dict[str, str]]
    ) -> Rule:
        """Return what is told, and mended at a launch."""
        for number, name in enumerate(data.get("options", ())):
            if not ever_an_option(name):
                self.refuse(at.down("options", number), f"no release has an option `{name}`")
        holes = {name: kind for one in kinds for name, kind in one.items()}
        holes.update(dict.fromkeys(KNOWN_FIELDS.get(data.get("role", ""), ()), "text"))
        range_ = _range(data, forms)
        names = _Names({**range_, "holes": holes}, "log", self.facts)
        made = [
            checked_fix(at.down("fixes", number), one, names, self.pack)
            for number, one in enumerate(data.get("fixes", ()))
        ]
        self.problems += [problem for _, problems in made for problem in problems]
        references = [
            *data.get("references", ()),
            *(one for two in forms for one in two.references),
        ]
        return Rule(
            code=data["code"],
            name=data["name"],
            severity=data["severity"],
            category=data["topic"],
            lossless=True,
            message=" ".join(data["message"].split()),
            since=range_.get("since", ""),
            until=range_.get("until", ""),
            commands=tuple(data.get("commands", ("generate", "serve"))),
            when=self.condition(at.down("when"), data.get("when"), names),
            at=tuple(data.get("options", ())),
            help=" ".join(data.get("help", "").split()),
            url=next((one for one in references if one.startswith("https://")), ""),
            fixes=tuple(fix for fix, _ in made),
        )

    def condition(self, at: At, text: str | None, names: Names) -> Any:
        """Return a compiled condition on a launch, or None."""
        if text is None:
            return None
        try:
            return compile_condition(text, names)
        except ConditionError as error:
            self.refuse(at, str(error))
            return None


def _range(data: dict[str, Any], forms: tuple[Form, ...]) -> dict[str, Any]:
    """Return the releases and commands in which a launch may be mended: those of its wordings."""
    found: dict[str, Any] = {
        key: data[key] for key in ("since", "until", "commands") if key in data
    }
    ours = [one for one in forms if one.origin == "sglang"]
    for key, most in (("since", min), ("until", max)):
        ends = [getattr(one, key) for one in ours]
        if key not in found and ends and all(ends):
            found[key] = most(ends, key=catalog.release_key)
    return found


def _nothing() -> Rule:
    return Rule("", "", "info", "", True, "")

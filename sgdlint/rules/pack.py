"""A pack of rules, and its prepared form: a file of JSON with a line for each fact and rule.

Loading JSON cannot run code. A line is decoded when it is asked for: most never are.
"""

from __future__ import annotations

import os

from sgdlint import quick
from sgdlint.finding import Gain
from sgdlint.record import replace
from sgdlint.rules.model import Action, Change, Fact, Index, Rule, RuleFix, holds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


class Pack:
    """Rules and derived facts, ready to run; those of a prepared pack are lines until then."""

    def __init__(
        self,
        rules: Sequence[Rule | bytes],
        facts: Sequence[Fact | bytes],
        index: Index | None = None,
        changes: Sequence[Change] = (),
    ) -> None:
        self.changes = tuple(changes)
        self._rules = list(rules)
        self._facts = list(facts)
        self._index = index

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Pack):
            return NotImplemented
        return self.rules == other.rules and self.facts == other.facts

    __hash__ = None  # type: ignore[assignment]

    def __add__(self, other: Pack) -> Pack:
        """Return the rules and facts of both, with what the second changes in the first."""
        rules, facts = len(self._rules), len(self._facts)
        whole = Pack(
            [*self._rules, *other._rules],
            [*self._facts, *other._facts],
            Index(
                _joined(self.index.needs, other.index.needs, rules),
                [*self.index.always, *(number + rules for number in other.index.always)],
                _joined(self.index.on, other.index.on, rules),
                _joined(self.index.otherwise, other.index.otherwise, rules),
                _joined(self.index.facts, other.index.facts, facts),
                [*self.index.off, *other.index.off],
            ),
            [*self.changes, *other.changes],
        )
        for change in other.changes:
            whole._change(change)
        return whole

    def awake(self) -> Pack:
        """Return the same rules with none switched off, so that each speaks in its examples."""
        index = replace(self.index, off=[])
        return Pack(self._rules, self._facts, index, self.changes) if self.index.off else self

    def _change(self, change: Change) -> None:
        head = f'{{"code":"{change.rule}"'.encode()  # as each line begins: the others stay so
        number = next(
            number
            for number, rule in enumerate(self._rules)
            if (rule.startswith(head) if isinstance(rule, bytes) else rule.code == change.rule)
        )
        rule = self.rule(number)
        enabled = rule.enabled if change.enabled is None else change.enabled
        self._rules[number] = replace(
            rule, severity=change.severity or rule.severity, enabled=enabled
        )
        off = [code for code in self.index.off if code != rule.code]
        self.index.off[:] = off if enabled else [*off, rule.code]

    def rule_for(self, number: int, release: str) -> Rule | None:
        """Return one rule when it holds for a release; one of others is not decoded."""
        line = self._rules[number]
        if isinstance(line, bytes) and not holds(release, *_range_in(line)):
            return None
        rule = self.rule(number)
        return rule if holds(release, rule.since, rule.until) else None

    def fact_for(self, number: int, release: str) -> Fact | None:
        """Return one definition when it holds for a release; one of others is not decoded."""
        line = self._facts[number]
        if isinstance(line, bytes) and not holds(release, *_range_in(line)):
            return None
        fact = self.fact(number)
        return fact if holds(release, fact.since, fact.until) else None

    def rule(self, number: int) -> Rule:
        """Return one rule."""
        rule = self._rules[number]
        if isinstance(rule, bytes):
            rule = self._rules[number] = rule_from_data(_decoded(rule))
        return rule

    def fact(self, number: int) -> Fact:
        """Return one definition of a derived fact."""
        fact = self._facts[number]
        if isinstance(fact, bytes):
            fact = self._facts[number] = fact_from_data(_decoded(fact))
        return fact

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Return all rules."""
        return tuple(map(self.rule, range(len(self._rules))))

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Return all definitions of derived facts."""
        return tuple(map(self.fact, range(len(self._facts))))

    @property
    def index(self) -> Index:
        """Return which rules are worth a look."""
        if self._index is None:
            from sgdlint.rules.needs import index_of

            self._index = index_of(self.rules, self.facts, self.facts)
        return self._index


def _joined(
    first: dict[str, list[int]], second: dict[str, list[int]], past: int
) -> dict[str, list[int]]:
    """Return two indices as one; the numbers of the second count from behind the first."""
    moved = {name: [number + past for number in numbers] for name, numbers in second.items()}
    return {name: [*first.get(name, ()), *moved.get(name, ())] for name in {**first, **moved}}


def _decoded(line: bytes) -> dict[str, Any]:
    """Return the data of a line; behind it stands a comma, or the bracket that ends the list."""
    data: dict[str, Any] = quick.loads(line.decode().rstrip(",]"))
    return data


def _range_in(line: bytes) -> tuple[str, str]:
    """Return since and until of a rule or fact that is not decoded; "" where it has none."""
    # In JSON a quote inside of a text has a backslash before it: these are keys.
    return _value_in(line, b'"since":"'), _value_in(line, b'"until":"')


def _value_in(line: bytes, key: bytes) -> str:
    start = line.find(key)
    return "" if start < 0 else line[start + len(key) : line.index(b'"', start + len(key))].decode()


def fact_from_data(data: dict[str, Any]) -> Fact:
    """Rebuild a fact from the data that `to_data` made."""
    return Fact(**{**data, "because": tuple(data["because"])} if "because" in data else data)


def rule_from_data(data: dict[str, Any]) -> Rule:
    """Rebuild a rule from the data that `to_data` made."""
    fixes = tuple(map(_fix_from_data, data.get("fixes", ())))
    changes: dict[str, Any] = {"fixes": fixes}
    for name in ("commands", "at", "goals"):
        if name in data:
            changes[name] = tuple(data[name])
    if "gain" in data:
        changes["gain"] = Gain(**{**data["gain"], "sources": tuple(data["gain"]["sources"])})
    return Rule(**{**data, **changes})


def _fix_from_data(data: dict[str, Any]) -> RuleFix:
    actions = tuple(map(_action_from_data, data["actions"]))
    return RuleFix(**{**data, "actions": actions, "goals": tuple(data.get("goals", ()))})


def _action_from_data(data: dict[str, Any]) -> Action:
    values = tuple((old, new) for old, new in data.get("values", ()))
    return Action(**{**data, "values": values})


# --- files ----------------------------------------------------------------------------------------


def read(path: str, mark: str, shipped: bool = False) -> Pack | None:
    """Return a prepared pack; None when it is missing, of other files or not ours to trust."""
    kept = open_prepared(path, shipped)
    return None if kept is None or kept[0]["fingerprint"] != mark else pack_of(*kept)


def open_prepared(path: str, shipped: bool) -> tuple[dict[str, Any], list[bytes]] | None:
    """Return the head of a prepared pack and its other lines, one for each fact and rule.

    shipped: it is a part of sgdlint; any other must belong to the user alone.
    """
    try:
        with open(path, "rb") as file:
            if not shipped and not is_private(os.fstat(file.fileno())):
                return None
            first, head, *rows = file.read().split(b"\n")
        known = quick.loads(head.decode().rstrip(","))
    except (OSError, ValueError):
        return None
    is_whole = first == b"[" and len(rows) > 1 and rows.pop() == b"" and rows[-1].endswith(b"]")
    return (known, rows) if is_whole else None


def pack_of(head: dict[str, Any], rows: list[bytes]) -> Pack:
    """Return the pack of what `open_prepared` gave."""
    changes = [Change(**one) for one in head["changes"]]
    return Pack(rows[head["facts"] :], rows[: head["facts"]], Index(**head["index"]), changes)


def is_private(status: os.stat_result) -> bool:
    """Whether nobody but the user can change a file or what is in a folder."""
    getuid = getattr(os, "getuid", None)
    return getuid is None or (status.st_uid == getuid() and not status.st_mode & 0o022)

"""Rules as they are after checking: what the engine reads and the prepared pack stores."""

from __future__ import annotations

from sgdlint import catalog, quick
from sgdlint.record import fields_of, record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

EVENTS: dict[str, dict[str, str]] = {
    "syntax-error": {"problem": "string"},
    "unused-suppression": {"codes": "string"},
    "unknown-suppression": {"code": "string", "nearest": "string"},
    "not-read": {"problem": "string"},
    "unreadable-release": {"written": "string", "place": "string"},
    "redirected-range": {"range": "string", "file": "string"},
    "range-ahead": {"written": "string", "place": "string", "known": "string"},
    "range-empty": {"written": "string", "place": "string", "known": "string"},
    "unknown-subcommand": {"written": "string", "nearest": "string"},
    "unknown-option": {"flag": "string", "nearest": "string", "fits": "string"},
    "removed-option": {"flag": "string", "removed": "string"},
    "newer-option": {"flag": "string", "added": "string"},
    "other-command-option": {"flag": "string", "command": "string"},
    "underscore-option": {"flag": "string", "nearest": "string", "fits": "string"},
    "ambiguous-option": {"flag": "string", "candidates": "string"},
    "abbreviated-option": {"flag": "string", "option": "string"},
    "ignored-abbreviation": {"flag": "string", "option": "string"},
    "swallowed-option": {
        "flag": "string",
        "nearest": "string",
        "component": "string",
        "fits": "string",
    },
    "swallowed-foreign-option": {
        "flag": "string",
        "component": "string",
        "added": "string",
        "removed": "string",
        "command": "string",
    },
    "missing-value": {"flag": "string", "expected": "string"},
    "surplus-value": {"flag": "string", "value": "string"},
    "invalid-type": {"flag": "string", "value": "string", "expected": "string"},
    "invalid-choice": {
        "flag": "string",
        "value": "string",
        "choices": "string",
        "nearest": "string",
    },
    "config-ending": {"file": "string"},
    "config-unreadable": {"file": "string", "line": "string", "problem": "string"},
    "config-without-keys": {"file": "string", "found": "string"},
    "config-key-not-text": {"file": "string", "key": "string", "line": "string"},
    "config-key-removed": {
        "file": "string",
        "key": "string",
        "line": "string",
        "instead": "string",
    },
    "config-key-refused": {
        "file": "string",
        "key": "string",
        "line": "string",
        "value": "string",
        "only": "string",
        "reason": "string",
    },
    "config-key-with-dashes": {
        "file": "string",
        "key": "string",
        "line": "string",
        "nearest": "string",
    },
    "config-key-ignored": {"file": "string", "key": "string", "line": "string"},
    "config-key-of-command-line": {
        "file": "string",
        "key": "string",
        "line": "string",
        "flag": "string",
    },
    "config-key-overridden": {
        "file": "string",
        "key": "string",
        "line": "string",
        "flag": "string",
    },
    "config-key-unknown": {
        "file": "string",
        "key": "string",
        "line": "string",
        "nearest": "string",
        "added": "string",
        "removed": "string",
    },
    "config-text-for-boolean": {
        "file": "string",
        "key": "string",
        "line": "string",
        "value": "string",
        "expected": "string",
    },
    "config-wrong-type": {
        "file": "string",
        "key": "string",
        "line": "string",
        "value": "string",
        "expected": "string",
    },
    "config-wrong-choice": {
        "file": "string",
        "key": "string",
        "line": "string",
        "value": "string",
        "expected": "string",
    },
    "config-key-twice": {"file": "string", "key": "string", "line": "string", "first": "string"},
    "missing-file": {"flag": "string", "file": "string", "beside": "string"},
    "file-not-text": {"flag": "string", "file": "string"},
    "empty-prompt-file": {"flag": "string", "file": "string"},
    "stray-argument": {"value": "string"},
    "unread-option": {
        "flag": "string",
        "nearest": "string",
        "fits": "string",
        "added": "string",
        "removed": "string",
        "command": "string",
    },
    "word-behind-switch": {"flag": "string", "value": "string", "ignored": "string"},
    "missing-model": {"flag": "string"},
    "model-given-twice": {"flag": "string"},
    "empty-model": {},
    "later-model": {"model": "string", "added": "string"},
    "model-type": {"value": "string", "allowed": "string"},
    "component-value": {
        "flag": "string",
        "component": "string",
        "value": "string",
        "allowed": "string",
        "nearest": "string",
    },
    "component-entry": {
        "flag": "string",
        "family": "string",
        "component": "string",
        "value": "string",
        "usual": "string",
    },
    "component-role": {"flag": "string", "component": "string"},
    "component-not-named": {"flag": "string", "component": "string"},
    "component-without-partner": {"flag": "string", "component": "string", "needs": "string"},
    "value-out-of-range": {
        "flag": "string",
        "value": "string",
        "allowed": "string",
        "nearest": "string",
    },
    "repeated-option": {
        "flag": "string",
        "written": "string",
        "winner": "string",
        "same": "string",
        "apart": "string",
    },
    "ignored-option": {"flag": "string", "reason": "string"},
    "option-for-other-models": {"flag": "string", "model": "string"},
    "dead-variable": {"variable": "string", "reason": "string"},
    "blank-after-backslash": {"option": "string", "refused": "string"},
    "comment-in-continuation": {"option": "string", "refused": "string"},
    "option-on-its-own": {"option": "string", "refused": "string"},
    "curly-quotes": {"written": "string", "refused": "string"},
    "dash-of-another-kind": {"flag": "string", "option": "string", "refused": "string"},
    "placeholder": {"written": "string", "file": "string"},
    "inert-module": {},
    "language-server": {},
    "bare-image": {"flag": "string"},
    "gpus-apart": {"value": "string"},
    "file-written-again": {"flag": "string", "file": "string", "line": "string"},
    "no-token-in-sight": {},
    "never-runs": {},
    "move": {"from": "string"},
    "moved-default": {
        "option": "string",
        "flag": "string",
        "old": "string",
        "new": "string",
        "doubt": "string",
    },
    "moved-request": {"name": "string", "old": "string", "new": "string"},
    "moved-spelling": {"flag": "string", "spelling": "string"},
    "moved-abbreviation": {"flag": "string", "option": "string"},
    "moved-model": {"flag": "string"},
    "moved-switch": {"flag": "string", "value": "string"},
    "rewritten-option": {"flag": "string", "text": "string"},
    "merged-option": {
        "flag": "string",
        "into": "string",
        "option": "string",
        "pair": "string",
        "value": "string",
    },
    "gone-option": {"flag": "string", "option": "string", "value": "string", "same": "string"},
    "turned-option": {"flag": "string", "option": "string"},
    "idle-option": {"flag": "string", "value": "string"},
    "waking-option": {"flag": "string"},
    "moved-variable": {"name": "string", "new": "string"},
    "lost-variable": {"name": "string"},
    "lost-launch": {},
    "lost-model": {"model": "string"},
    "other-file-release": {"file": "string", "line": "string", "from": "string"},
    "other-file-variable": {
        "file": "string",
        "line": "string",
        "name": "string",
        "new": "string",
    },
    "pinned-release": {"from": "string"},
    "pinned-evidence": {"from": "string", "kind": "string"},
}
"""What a rule can be bound to with `on`, and the fields that its condition and message may use.

Each is noticed while a file is parsed or its options are bound; `flag` is as the user wrote it.
From `move` on they are noticed when a launch is moved to another release (`fix --to`).
"""

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
    """A fix of a rule: offered when its own condition holds."""

    title: str
    safety: str
    actions: tuple[Action, ...]
    because: str = ""
    when: Any = None


@record
class Rule:
    """One rule. since is inclusive, until exclusive; "" is open. on: an event, or "".

    enabled: False for one that speaks only when it is asked for by name.
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


class Pack:
    """Rules and derived facts, ready to run.

    Those of a prepared pack are lines of JSON until they are asked for: most never are.
    """

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


def to_data(thing: Any) -> dict[str, Any]:
    """Return a rule, a fact or a part of one as JSON-able data, without what has its default."""
    data: dict[str, Any] = {}
    for name in fields_of(thing):
        value = getattr(thing, name)
        if hasattr(type(thing), name) and value == getattr(type(thing), name):
            continue
        if name in ("fixes", "actions"):
            value = [to_data(one) for one in value]
        data[name] = value
    return data


def fact_from_data(data: dict[str, Any]) -> Fact:
    """Rebuild a fact from the data that `to_data` made."""
    return Fact(**{**data, "because": tuple(data["because"])} if "because" in data else data)


def rule_from_data(data: dict[str, Any]) -> Rule:
    """Rebuild a rule from the data that `to_data` made."""
    fixes = tuple(
        RuleFix(**{**fix, "actions": tuple(_action_from_data(one) for one in fix["actions"])})
        for fix in data.get("fixes", ())
    )
    changes: dict[str, Any] = {"fixes": fixes}
    for name in ("commands", "at"):
        if name in data:
            changes[name] = tuple(data[name])
    return Rule(**{**data, **changes})


def _action_from_data(data: dict[str, Any]) -> Action:
    values = tuple((old, new) for old, new in data.get("values", ()))
    return Action(**{**data, "values": values})

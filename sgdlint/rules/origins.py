"""Where a derived fact has its value from: given, a default, or a choice of SGLang."""

from __future__ import annotations

from sgdlint.finding import InForce
from sgdlint.record import record
from sgdlint.rules.logic import evaluate, names_in, truths

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sgdlint.rules.facts import Facts
    from sgdlint.rules.model import Fact

GIVEN, DEFAULT = "given", "default"
"""What `because` of a case says when SGLang does not choose itself."""
PERHAPS = "perhaps on the command line"
"""The reason of a case that holds only if an option is given that cannot be seen."""


@record
class Origin:
    """Why a fact has its value.

    kind: `command line`, `config file`, `environment`, `default` or `sglang`. because: in words.
    """

    kind: str
    because: str


def in_force(name: str, facts: Facts) -> InForce:
    """Return a derived fact with its values and why it has them."""
    fact, value = facts.derived.get(name), facts.lookup("derived", name)
    told = tuple((one.kind, one.because) for one in origins(name, facts))
    return InForce(name, "" if fact is None else fact.label, value.values, told)


def origins(name: str, facts: Facts) -> tuple[Origin, ...]:
    """Return why a derived fact has its value; several when it is not certain which case holds."""
    fact = facts.derived.get(name)
    if fact is None:
        return ()
    if not fact.because:
        return _of_whole(fact, facts)
    found = [_origin(text, case, facts) for text, case in _possible(fact, facts)]
    return tuple(dict.fromkeys(found))


def _possible(fact: Fact, facts: Facts) -> list[tuple[str, list[Any]]]:
    """Return the cases that may hold: why, and the condition and value in which it says so."""
    found, node = [], fact.value
    for text in fact.because[:-1]:
        possible = truths(evaluate(node[1], facts.lookup))
        if True in possible:
            found.append((text, ["and", node[1], node[2]]))
        if False not in possible:
            return found
        node = node[3]
    return [*found, (fact.because[-1], node)]


def _of_whole(fact: Fact, facts: Facts) -> tuple[Origin, ...]:
    """Explain a fact without cases by what it reads: something given, or else a default."""
    kinds = dict.fromkeys(_kind(kind, name, facts) for kind, name in _read(fact.value, facts))
    told = [kind for kind in kinds if kind]
    if not told:
        return (_origin(DEFAULT, ["const", None], facts),)
    return tuple(Origin(kind, "worked out of what is given") for kind in told[:1])


def _read(condition: list[Any], facts: Facts) -> list[tuple[str, str]]:
    """Return the options and variables that a condition reads, also through other facts."""
    found: dict[tuple[str, str], None] = {}
    for kind, name in names_in(condition):
        fact = facts.derived.get(name) if kind == "derived" else None
        if fact is not None:
            found.update(dict.fromkeys(_read(fact.value, facts)))
        else:
            found[kind, name] = None
    return list(found)


def _origin(text: str, case: list[Any], facts: Facts) -> Origin:
    if text == DEFAULT:
        return Origin(DEFAULT, f"the default of SGLang {facts.launch.release.name}")
    if text != GIVEN:
        return Origin("sglang", text)
    for kind, name in _read(case, facts):
        told = _kind(kind, name, facts)
        if told == "config file":
            return Origin(told, f"{name} in {facts.launch.bound.given[name].place}")
        if told == "environment":
            return Origin(told, f"the variable {name}")
        if told:
            return Origin(told, f"{facts.launch.flag(name)} on the command line")
    return Origin("command line", PERHAPS)


def _kind(kind: str, name: str, facts: Facts) -> str:
    """Return where an option or variable is given; "" when it is not."""
    if kind == "env":
        return "environment" if facts.launch.environment.get(name) is not None else ""
    given = facts.launch.bound.given.get(name)
    if kind not in ("option", "effective") or given is None or given.dropped:
        return ""
    return "config file" if given.place else "command line"

"""Functions that tell a model family by its name, as alternatives of terms.

A function is run again and again on a stand-in for the name, answering its questions ("is this in
the name?") in every combination. The result does not depend on how the function is written.
"""

from __future__ import annotations

from itertools import product
from typing import Any

from catalog_extract.evaluate import Program
from catalog_extract.objects import Host, RaisedError, UndecidedError, Unknown

Term = tuple[str, bool]
MOST_TERMS = 10


class Name(Host):
    """Stands for a lower-case name; `change` says what was done to it."""

    def __init__(self, answers: dict[str, bool], change: str = "") -> None:
        self._answers, self._change = answers, change

    def lower(self) -> Name:
        """Return the name, which is in lower case already."""
        return self

    def rstrip(self, _characters: str) -> Name:
        """Return the name; a slash at its end is taken off before it is looked at."""
        return self

    def split(self, _separator: str) -> dict[int, Name]:
        """Return the last part of the name, which is the only one that is ever looked at."""
        return {-1: Name(self._answers, self._change + ">")}

    def replace(self, _old: str, _new: str) -> Name:
        """Return the name without its dashes and underscores."""
        return Name(self._answers, "~")

    def endswith(self, text: str) -> bool:
        """Return whether the name ends so."""
        return self._ask("$" + text)

    def startswith(self, text: str) -> bool:
        """Return whether the name begins so."""
        return self._ask("^" + text)

    def matches(self, pattern: str) -> bool | None:
        """Return whether a regular expression is found in the name, as `re.search` does."""
        return self._ask("?" + pattern) or None

    def __contains__(self, text: str) -> bool:
        return self._ask(text)

    def __eq__(self, other: object) -> bool:
        return self._ask(f"={other}")

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # type: ignore[assignment]

    def _ask(self, question: str) -> bool:
        return self._answers.setdefault(self._change + question, False)


def alternatives(program: Program, detector: Any) -> list[list[str]] | None:
    """Return the alternatives under which a detector says yes, or None when that is not known.

    Each alternative is a list of terms that must all hold: `text` is in the name, `=text` is the
    name, `^text` begins it, `$text` ends it, `?text` is a regular expression found in it. Before
    that, `~` takes `-` and `_` out of the name, `>` leaves only its last part, `!` negates.
    """
    questions: list[str] = []
    yes: list[dict[str, bool]] = []
    todo: list[dict[str, bool]] = [{}]
    while todo:
        answers = todo.pop()
        given = dict(answers)
        result = _run(program, detector, given)
        if result is None or len(given) > MOST_TERMS:
            return None
        asked = [q for q in given if q not in answers]
        questions.extend(q for q in given if q not in questions)
        for place, question in enumerate(asked):
            before = dict.fromkeys(asked[:place], False)
            todo.append(answers | before | {question: True})
        if result:
            yes.append(given)
    return _simplify(yes, questions)


def _run(program: Program, detector: Any, answers: dict[str, bool]) -> bool | None:
    try:
        result = program.call(detector, [Name(answers)], {})
    except (RaisedError, UndecidedError):
        return None
    return None if isinstance(result, Unknown) else bool(result)


def _simplify(yes: list[dict[str, bool]], questions: list[str]) -> list[list[str]]:
    """Drop terms and alternatives that change nothing, checked against every combination."""
    if len(questions) > MOST_TERMS:
        return [_terms(one, questions) for one in yes]
    worlds = [dict(zip(questions, bits, strict=True)) for bits in _bits(len(questions))]
    wanted = [_holds(yes, world) for world in worlds]
    for place, full in enumerate(yes):
        for question in sorted(full, key=lambda q: (full[q], q)):
            less = {q: a for q, a in yes[place].items() if q != question}
            trial = [*yes[:place], less, *yes[place + 1 :]]
            if [_holds(trial, w) for w in worlds] == wanted:
                yes = trial
    for one in list(yes):
        rest = [other for other in yes if other is not one]
        if [_holds(rest, w) for w in worlds] == wanted:
            yes = rest
    return sorted(_terms(one, questions) for one in yes)


def _bits(count: int) -> list[tuple[bool, ...]]:
    return list(product((False, True), repeat=count))


def _holds(alternatives: list[dict[str, bool]], world: dict[str, bool]) -> bool:
    return any(all(world[q] == a for q, a in one.items()) for one in alternatives)


def _terms(one: dict[str, bool], questions: list[str]) -> list[str]:
    return [("" if one[q] else "!") + q for q in questions if q in one]

"""On which ways through a script something holds, in plain words.

Imported when something holds for some variants of a launch, and not for others.
"""

from __future__ import annotations

from itertools import combinations

from sgdlint import quick
from sgdlint.record import record
from sgdlint.shell.tree import AndOr, ArithmeticFor, Case, For, Function, If, Loop, nodes_of
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.shell.tree import Tree
    from sgdlint.shell.values import Command, Condition
    from sgdlint.source import Source

MOST_TOGETHER = 3
"""So many facts are looked at together; a way that differs in more of them is told whole."""
MOST_TOLD = 3
"""So many different ways are told; of others, only that there are some."""
MOST_TEXT = 48
"""Characters of a test that are shown."""

DECIDING = (If, Case, AndOr, Loop, ArithmeticFor, For, Function)
CALL, ROUND, TEST = "call", "round", "test"

_EQUALS = (
    r"(?:\[\[?|test) [\"']?\$\{?(\w+)\}?[\"']? (==?|!=|-eq|-ne) [\"']?([^\s\"'$*?\[]+)[\"']?"
    r"(?: \]\]?)?"
)
_EMPTY = r"(?:\[\[?|test) (-[zn]) [\"']?\$\{?(\w+)(?::?-)?\}?[\"']?(?: \]\]?)?"
_ARM = r"[\"']?\$\{?(\w+)\}?[\"']? = (.+)"
_BRACKETS = ("[", "((", "test ")


@record
class Fact:
    """One thing that tells a way from others: a call, a round of a loop, how a test came out.

    answers: what it is about, each with what it is on this way. words: the same in plain words.
    label: what is said beside its place.
    """

    kind: str
    answers: tuple[tuple[object, object], ...]
    span: Span
    words: str
    label: str


@record
class Told:
    """On which ways something holds. reasons: alternatives, each of facts that hold together.

    more: there are other ways, too.
    """

    reasons: tuple[tuple[Fact, ...], ...]
    more: bool = False

    @property
    def facts(self) -> tuple[Fact, ...]:
        """All facts that are told, each once."""
        return tuple(dict.fromkeys(fact for one in self.reasons for fact in one))

    @property
    def needs_several(self) -> bool:
        """Whether each reason takes two or more tests that the script does not decide."""
        # The arms of one `case` are one test.
        tests = [{fact.span for fact in one if fact.kind == TEST} for one in self.reasons]
        return not self.more and min(map(len, tests)) > 1

    def beside(self, span: Span) -> Told:
        """Return what is left to tell where the calls that hold a place need no words."""
        kept = [
            tuple(fact for fact in one if fact.kind != CALL or not _holds(fact.span, span))
            for one in self.reasons
        ]
        return Told(tuple(kept) if all(kept) else (), self.more)

    def words(self, source: Source, doubted: bool = False) -> str:
        """Return it as part of a sentence: `when GPUS is 8 (line 12)`.

        doubted: whether the tests can come out so together is not known.
        """
        kinds = {fact.kind for fact in self.facts}
        if all(len(one) == 1 for one in self.reasons) and kinds == {ROUND}:
            told = "for " + " or ".join(fact.words for fact in self.facts)
        else:
            told = ", or ".join(_joined(one, source, doubted) for one in self.reasons)
        return told + (", and on other paths" if self.more else "")


class Layout:
    """Where the statements of a script stand that decide what runs, and how often."""

    def __init__(self, tree: Tree) -> None:
        self.tests: list[Span] = []
        self.loops: list[Span] = []
        self.functions: list[Span] = []
        kinds = {For: self.loops, Function: self.functions}
        for one in nodes_of(tree):
            if isinstance(one, DECIDING):
                kinds.get(type(one), self.tests).append(Span(one.start, one.end))

    def is_inside(self, test: Span, other: Span) -> bool:
        """Whether a test is made only when another one had its result."""
        around = [span for span in self.tests if _holds(span, other)]
        inner = min(around, key=lambda span: span.end - span.start, default=None)
        return inner is not None and other.end <= test.start and _holds(inner, test)

    def surely_runs(self, command: Command) -> bool:
        """Whether each run of the script comes to a command, as it is on its path.

        In a loop it does when the rounds are known, and in a function when the call is.
        """
        if command.dead is not None or not command.conditional:
            return command.dead is None
        places = [Span(*place) for place in ((command.start, command.end), *command.calls)]
        tests, loops, functions = (
            sum(_holds(span, place) for span in spans for place in places)
            for spans in (self.tests, self.loops, self.functions)
        )
        rounds = sum(one.is_round for one in command.path)
        return not tests and loops == rounds and functions == len(command.calls)


def told(some: Sequence[Command], every: Sequence[Command], layout: Layout) -> Told | None:
    """Return what tells some ways from the others; None when nothing does."""
    inside = {id(one) for one in some}
    others = [_answers(facts_of(one)) for one in every if id(one) not in inside]
    reasons: list[tuple[Fact, ...]] = []
    for one in some:
        mine = facts_of(one)
        if any(_fits(reason, _answers(mine)) for reason in reasons):
            continue
        reason = _reason(mine, others)
        if not reason:
            reasons = [_shared(some, others)]
            break
        reasons.append(reason)
    found = [_without_outer(one, layout) for one in reasons if one]
    return Told(tuple(found[:MOST_TOLD]), len(found) > MOST_TOLD) if found else None


def facts_of(command: Command) -> tuple[Fact, ...]:
    """Return what is known of the way to a command."""
    found: dict[object, Fact] = {
        (CALL, depth): _call(depth, call) for depth, call in enumerate(command.calls)
    }
    seen: dict[object, int] = {}
    for one in command.path:
        span = Span(one.start, one.end)
        if one.is_round:  # of the rounds so far the last one counts
            key: object = (ROUND, span)
            found[key] = Fact(ROUND, ((key, one.text),), span, one.text, "in this loop")
        else:
            seen[span, one.text] = number = seen.get((span, one.text), 0) + 1
            found[span, one.text, number] = _test(one, span, number)
    return tuple(found.values())


def _call(depth: int, call: tuple[int, int]) -> Fact:
    return Fact(CALL, (((CALL, depth), call),), Span(*call), "called", "called here")


def _test(one: Condition, span: Span, number: int) -> Fact:
    answers: tuple[tuple[object, object], ...] = (((span, one.text, number), one.held),)
    if one.held:  # of the arms of a `case` it is this one
        answers += (((span, number), one.text),)
    words = words_of(one)
    if " = " in one.text and not one.text.startswith(_BRACKETS):
        return Fact(TEST, answers, span, words, f"when {words}")
    return Fact(TEST, answers, span, words, f"when this {'holds' if one.held else 'does not hold'}")


def tests_of(command: Command) -> set[Condition]:
    """Return the tests on the way to a command."""
    return {one for one in command.path if not one.is_round}


def _answers(facts: Sequence[Fact]) -> dict[object, object]:
    return {key: value for fact in facts for key, value in fact.answers}


def _reason(mine: Sequence[Fact], others: Sequence[dict[object, object]]) -> tuple[Fact, ...]:
    """Return the fewest facts of a way that no other way has; () when there are none."""
    for number in range(1, MOST_TOGETHER + 1):
        for some in combinations(mine, number):
            if not any(_fits(some, other) for other in others):
                return some
    return () if any(_fits(mine, other) for other in others) else tuple(mine)


def _shared(some: Sequence[Command], others: Sequence[dict[object, object]]) -> tuple[Fact, ...]:
    """Return what all of some ways have and the others have not, where paths were joined."""
    ways = [_answers(facts_of(one)) for one in some]
    return tuple(
        fact
        for fact in facts_of(some[0])
        if all(_has(fact, way) for way in ways) and not all(_has(fact, way) for way in others)
    )


def _has(fact: Fact, way: dict[object, object]) -> bool:
    return all(way.get(key) == value for key, value in fact.answers)


def _fits(facts: Sequence[Fact], way: dict[object, object]) -> bool:
    """Whether facts may all hold on a way; a test that is not on it may have come out so or so."""
    return all(
        way.get(key, value if fact.kind == TEST else None) == value
        for fact in facts
        for key, value in fact.answers
    )


def _without_outer(facts: tuple[Fact, ...], layout: Layout) -> tuple[Fact, ...]:
    """Leave out the tests that decide only whether another one of them is made."""
    tests = [fact for fact in facts if fact.kind == TEST]
    outer = [
        fact for fact in tests if any(layout.is_inside(other.span, fact.span) for other in tests)
    ]
    return tuple(fact for fact in facts if fact not in outer)


def _holds(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


# --- words ----------------------------------------------------------------------------------------


def words_of(condition: Condition) -> str:
    """Return a test and how it came out in plain words."""
    text, held = " ".join(condition.text.split()), condition.held
    if (equals := quick.fullmatch(_EQUALS, text)) is not None:
        name, operator, value = equals.groups()
        return f"{_called(name)} is {_not(held == (operator not in ('!=', '-ne')))}{value}"
    if (empty := quick.fullmatch(_EMPTY, text)) is not None:
        return f"{_called(empty[2])} is {_not(held == (empty[1] == '-z'))}empty"
    if (arm := quick.fullmatch(_ARM, text)) is not None:
        return f"{_called(arm[1])} is {_not(held)}{arm[2]}"
    shown = text if len(text) <= MOST_TEXT else text[: MOST_TEXT - 1] + "…"
    if text.startswith(_BRACKETS):
        return f"`{shown}` {'holds' if held else 'does not hold'}"
    return f"`{shown}` {'succeeds' if held else 'fails'}"


def _called(name: str) -> str:
    return f"${name}" if name.isdecimal() else name


def _not(is_so: bool) -> str:
    return "" if is_so else "not "


def _joined(facts: Sequence[Fact], source: Source, doubted: bool) -> str:
    """Return facts in words: calls, rounds, tests."""

    def line(fact: Fact) -> int:
        return source.location(fact.span.start)[0]

    called = [f"called at line {line(one)}" for one in facts if one.kind == CALL]
    rounds = [one.words for one in facts if one.kind == ROUND]
    tests = [one for one in facts if one.kind == TEST]
    parts = [*called[-1:], *(["for " + " and ".join(rounds)] if rounds else [])]
    if tests:
        *lines, last = [str(number) for number in dict.fromkeys(map(line, tests))]
        places = f"lines {', '.join(lines)} and {last}" if lines else f"line {last}"
        words = " and ".join(one.words for one in tests)
        parts.append(f"{'if' if doubted else 'when'} {words} ({places})")
    return ", ".join(parts)

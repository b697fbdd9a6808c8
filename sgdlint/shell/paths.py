"""Paths that meet: those that know the same become one, and those that are too many are joined.

What a condition tells about a variable keeps no paths apart: after `if [ "$G" = 8 ]; then …; fi`
the variable is as little known as before, unless the paths differ in something else.
"""

from __future__ import annotations

from sgdlint.shell.held import Array
from sgdlint.shell.joining import join
from sgdlint.shell.state import Changes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from sgdlint.shell.state import State
    from sgdlint.shell.values import Condition

MOST_PATHS = 16
"""So many paths are followed side by side; more are joined."""

MOST_CONDITIONS = 24
"""A path remembers so many conditions, the last ones."""


def conditions(path: tuple[Condition, ...], one: Condition) -> tuple[Condition, ...]:
    """Return a path that goes on under one more condition."""
    for step in path:
        if step is one:
            return path
    return (*path, one) if len(path) < MOST_CONDITIONS else (*path[1 - MOST_CONDITIONS :], one)


def common_steps(one: tuple[Condition, ...], other: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Return the conditions that two paths share; equal ones are one object (see `branches`)."""
    if one is other:
        return one
    same = set(map(id, other))
    return tuple([step for step in one if id(step) in same])


def meet(
    states: Sequence[State],
    names: Iterable[str],
    limit: int,
    arrays: set[str],
    asked: bool,
    apart: AbstractSet[str] | None = None,
) -> tuple[list[State], set[str]]:
    """Return the paths that go on, at most about `limit`, and the variables in which they differ.

    names: the variables in which they may differ. arrays: names that may be arrays.
    asked: the status of the last command counts. apart: the variables that keep paths apart; in
    others they are joined at once. None: all of them do.
    """
    if apart is not None:
        loose = [name for name in names if name not in apart and name.isidentifier()]
        names = set(names).difference(loose)
        if loose:
            if not asked and _are_same(states, names):
                for state in states[1:]:
                    _join_loose(states[0], state, loose, arrays)
                _common(states[0], states[1:])
                return [states[0]], set()
            table = Table(states, names, asked)
            states = table.without_equals(loose, arrays)
            if len(states) == 1:
                return states, set()
            names.update(loose)
    table = Table(states, names, asked)
    kept = table.without_equals()
    if len(kept) > limit:
        kept = _fewer(kept, table.names, limit, arrays, asked)
        table = Table(kept, table.names, asked)
    return kept, set(table.names) if len(kept) > 1 else set()


class Table:
    """What several paths know, as numbers: the same number, the same value.

    names: the variables in which they differ. values: the numbers of each path's variables, before
    those of all else. originals: the same, without what conditions tell.
    """

    def __init__(self, states: Sequence[State], names: Iterable[str], asked: bool) -> None:
        self.states = list(states)
        self.names: list[str] = []
        columns: list[list[int]] = []
        before: list[list[int]] = []
        for name in dict.fromkeys(names):
            values = [state.variables.get(name) for state in states]
            numbers = _numbers(values)
            if any(numbers):
                self.names.append(name)
                columns.append(numbers)
                old = [one.original(name) for one in states]
                before.append(numbers if old == values else _numbers([*values, *old])[len(old) :])
        rests = list(map(_rest, states))
        rest = [[0] * len(rests)]
        if any(one != rests[0] for one in rests):
            rest = [_numbers(list(part)) for part in zip(*rests, strict=True)]
        if asked:
            rest.append(_numbers([state.status for state in states]))
        self.values = list(zip(*columns, *rest, strict=True))
        self.originals = list(zip(*before, *rest, strict=True))

    def without_equals(self, loose: Sequence[str] = (), arrays: Container[str] = ()) -> list[State]:
        """Return the paths, one for all that know the same; what they know of others is joined."""
        kept: list[int] = []
        for place, state in enumerate(self.states):
            same = next((one for one in kept if self._are_alike(one, place)), None)
            if same is None:
                kept.append(place)
            else:
                self._absorb(same, place, state)
                _join_loose(self.states[same], state, loose, arrays)
        return [self.states[place] for place in kept]

    def _are_alike(self, one: int, other: int) -> bool:
        first, second = self.originals[one], self.originals[other]
        if first == second:
            return True
        pairs = zip(self.values[one], self.values[other], first, second, strict=True)
        return all(a == b or c == d for a, b, c, d in pairs)

    def _absorb(self, one: int, other: int, state: State) -> None:
        """Let a path stand for another that knows the same."""
        kept = self.states[one]
        numbers = zip(self.values[one], self.values[other], strict=True)
        for name, (left, right) in zip(self.names, numbers, strict=False):
            if left != right and name in kept.refined:
                kept.put(name, kept.refined[name])
        if kept.positional != state.positional:
            kept.give(kept.rest()[2])
        _common(kept, [state])


def _are_same(states: Sequence[State], names: Iterable[str]) -> bool:
    """Tell whether it is seen at once that paths hold the same of some variables and all else."""
    first = states[0]
    rest = _rest(first)
    for other in states[1:]:
        if other.unrefined is not None or first.unrefined is not None:
            return False
        if any(a is not b and a != b for a, b in zip(rest, _rest(other), strict=True)):
            return False
        if any(first.variables.get(name) is not other.variables.get(name) for name in names):
            return False
    return True


def _join_loose(kept: State, other: State, names: Sequence[str], arrays: Container[str]) -> None:
    """Let a path know of some variables only what holds on another one, too."""
    for name in names:
        if kept.variables.get(name) is not other.variables.get(name):
            values = [kept.original(name), other.original(name)]
            kept.put(name, join(name, values, name in arrays or bool(kept.wild)))


def _rest(state: State) -> tuple[object, ...]:
    return (*state.rest(), state.flow, state.level)


def _numbers(values: Sequence[object]) -> list[int]:
    """Return a number for each value, the same for equal ones."""
    first = values[0]
    for value in values:
        if value is not first:
            break
    else:
        return [0] * len(values)
    seen: list[object] = []
    known: dict[int, int] = {}
    for value in values:
        if id(value) not in known:
            number = next((n for n, one in enumerate(seen) if _is_equal(one, value)), len(seen))
            if number == len(seen):
                seen.append(value)
            known[id(value)] = number
    return [known[id(value)] for value in values]


def _is_equal(one: object, other: object) -> bool:
    # Arrays mostly grow: they differ in what came last.
    if type(one) is Array and type(other) is Array:
        left, right = one.elements, other.elements
        return len(left) == len(right) and left[-1:] == right[-1:] and one == other
    return one == other


def is_same(one: State, other: State, names: Iterable[str]) -> bool:
    """Tell whether two paths know the same of some variables, and of all else."""
    return len(Table([one, other], names, False).without_equals()) == 1


def _common(one: State, others: Sequence[State]) -> None:
    """Keep only what several paths have in common beside what their state holds."""
    for other in others:
        if one.path is not other.path:
            one.path = common_steps(one.path, other.path)
        if one.tests is not other.tests:
            tests = other.tests
            one.tests = {key: test for key, test in one.tests.items() if tests.get(key) is test}
        if one.refined is not other.refined:
            refined = other.refined
            one.refined = {name: old for name, old in one.refined.items() if name in refined}
        if (one.status, one.code) != (other.status, other.code):
            one.status = one.status if one.status is other.status else None
            one.code = None


def _fewer(
    states: list[State], names: Sequence[str], limit: int, arrays: set[str], asked: bool
) -> list[State]:
    """Join paths until there are few enough: first those that differ in one variable alone."""
    for place in range(len(names) if limit > 1 else 0):
        table = Table(states, names, asked)
        if names[place] in table.names:
            column = table.names.index(names[place])
            keys = [(*one[:column], *one[column + 1 :]) for one in table.originals]
            states = _by_key(states, keys, names, arrays)
            if len(states) <= limit:
                return states
    status = asked and limit > 1
    ends = [(one.flow, one.level, one.status if status else None) for one in states]
    return _by_key(states, ends, names, arrays)


def _by_key(
    states: Sequence[State], keys: Sequence[object], names: Sequence[str], arrays: set[str]
) -> list[State]:
    groups: dict[object, list[State]] = {}
    for state, key in zip(states, keys, strict=True):
        groups.setdefault(key, []).append(state)
    return [_joined(group, names, arrays) for group in groups.values()]


def _joined(states: list[State], names: Iterable[str], arrays: set[str]) -> State:
    """Return one path that covers several."""
    first = states[0]
    if len(states) == 1:
        return first
    paths = []
    for state in states:
        changes = {name: state.original(name) for name in names}
        paths.append(Changes(changes, (state.wild, state.allexport), state.rest()))
    first.merge(paths, arrays)
    _common(first, states[1:])
    return first

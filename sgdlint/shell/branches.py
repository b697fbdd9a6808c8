"""Branches: where it matters every way is followed as a path of its own, elsewhere they are joined.

A condition that is known is decided. An unknown one is followed both ways, and what it tells about
its variables holds on that way.
"""

from __future__ import annotations

from sgdlint.record import record
from sgdlint.shell import tree
from sgdlint.shell.calls import Calls
from sgdlint.shell.paths import MOST_PATHS, conditions
from sgdlint.shell.state import Changes, State
from sgdlint.shell.values import Condition, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.shell.verdicts import Verdict

MOST_SHOWN = 60
"""The text of a condition is cut off after so many characters."""


@record
class Looking:
    """A path in a `case` that no arm has taken yet; subject: what is known of the word there."""

    state: State
    subject: Word


class Branches(Calls):
    """Follows `if`, `case`, `&&` and `||`."""

    _conditions: dict[tuple[object, ...], Condition]

    # --- conditions -----------------------------------------------------------------------------

    def _condition(
        self, start: int, end: int, held: bool, text: str = "", is_round: bool = False
    ) -> Condition:
        """Return a condition, always the same object for the same one."""
        key = (self.origin, start, end, held, text)
        found = self._conditions.get(key)
        if found is None:
            told = text or " ".join(self.origin.text[start:end].split())
            place = self.origin.span(start, end)
            found = Condition(*place, shown(told), held, is_round)
            same = (found.start, found.end, found.text, held, is_round)
            found = self._conditions.setdefault(same, found)
            self._conditions[key] = found
        return found

    def _under(self, state: State, start: int, end: int, held: bool, text: str = "") -> None:
        """Note a condition for a path."""
        state.path = conditions(state.path, self._condition(start, end, held, text))

    def _ask(self, statements: Sequence[tree.Node]) -> tuple[list[State], list[State]]:
        """Follow a condition; return the paths on which it holds, and those on which it fails."""
        if not statements:  # a fault of the syntax stands there
            return self.states, [state.copy() for state in self.states]
        self.run(statements, True)
        return self._split(statements[-1])

    def _split(self, node: tree.Node) -> tuple[list[State], list[State]]:
        """Return the paths on which a command has succeeded, and those on which it has failed."""
        good: list[State] = []
        bad: list[State] = []
        for state in self.states:
            if state.status is not None:
                (good if state.status else bad).append(state)
                continue
            self.steps += len(state.variables) / 64
            other = state.copy()
            for one, held in ((state, True), (other, False)):
                one.status, one.code = held, 0 if held else None
                self._under(one, node.start, node.end, held)
            good.append(state)
            bad.append(other)
        return good, bad

    def _test(self, node: tree.Node, words: Sequence[Word] = ()) -> None:
        """Follow a test; when it is not known how it goes, and that counts, both ways."""
        from sgdlint.shell.readers import reads
        from sgdlint.shell.tests import decide

        asked, state = self._asked, self.state
        verdict = decide(node, words, self.expander)
        holds, key = verdict.holds, self.origin.text[node.start : node.end]
        names = None
        if holds is None and not self._flat:
            names = reads(node, self.origin.text)
            holds = self._remembered(key, names)
        self._done(None if holds is None else int(not holds))
        if verdict.may_fail and not holds:
            self.state.code = None
        if holds is not None or not asked or self._flat:
            return
        other = state.copy()
        self.steps += len(state.variables) / 64
        for one, held in ((state, True), (other, False)):
            one.status, one.code = held, None if verdict.may_fail and not held else int(not held)
            self._refine_all(one, verdict, held)
            self._under(one, node.start, node.end, held)
            if names is not None:
                values = {name: self._value(one, name) for name in names}
                one.tests = {**one.tests, key: (held, values)}
        self.states = [state, other]

    def _remembered(self, key: str, names: frozenset[str] | None) -> bool | None:
        """Return how the same test went when its variables had the same values."""
        if names is None or key not in self.state.tests:
            return None
        held, values = self.state.tests[key]
        same = all(self._value(self.state, name) is value for name, value in values.items())
        return held if same and values.keys() == names else None

    def _value(self, state: State, name: str) -> object:
        is_variable = name[:1].isalpha() or name[:1] == "_"
        return state.variables.get(name) if is_variable else state.positional

    def _refine_all(self, state: State, verdict: Verdict, held: bool) -> None:
        """Note what a test tells about its variables."""
        for name, word in (verdict.if_true if held else verdict.if_false).items():
            if name == "#":
                state.refine_count(word)
            elif name.isdigit():
                state.refine_argument(int(name) - 1, word)
            else:
                state.refine(name, word)

    def _negate(self) -> None:
        for state in self.states:
            if state.status is not None:
                state.status = not state.status
                state.code = int(not state.status)
            else:
                state.code = None

    # --- branches that matter -------------------------------------------------------------------

    def _fewer(self, states: list[State], start: int) -> list[State]:
        """Return paths as they are, joined when they are too many."""
        if len(states) > 2 * MOST_PATHS:
            self._gather(states, start)
            return self.states
        return states

    def _if(self, node: tree.If) -> None:
        asked, start = self._asked, self._mark
        done: list[State] = []
        for index, branch in enumerate(node.branches):
            self._branches += index > 0
            good, bad = self._ask(branch.condition)
            self._branches -= index > 0
            done = self._fewer(done + self._follow(good, branch.body, asked, start), start)
            self._gather(bad, start)
            if not bad:
                break
            self._meet(False)
        if self.states and node.otherwise is not None:
            done += self._follow(self.states, node.otherwise, asked, start)
        else:
            self._note_end(node.otherwise or (), None)
            for state in self.states:
                state.status, state.code = True, 0
            done += self.states
        self._gather(done, start)

    def _follow(
        self, states: list[State], body: Sequence[tree.Node], asked: bool, start: int
    ) -> list[State]:
        """Follow statements that run on some paths only; return the paths behind them."""
        self._gather(states, start)
        if states:
            self._meet(False)
            self._branches += 1
            self.run(body, asked)
            self._branches -= 1
        else:
            self._note_end(body, None)
        return self.states

    def _and_or(self, node: tree.AndOr) -> None:
        asked, start = self._asked, self._mark
        rights: list[tuple[str, tree.Node]] = []
        left: tree.Node = node
        while isinstance(left, tree.AndOr):
            rights.append((left.operator, left.right))
            left = left.left
        self._statement(left, True)
        while rights:
            operator, right = rights.pop()
            good, bad = self._split(left)
            go, skip = (good, bad) if operator == "&&" else (bad, good)
            done = self._follow(go, (right,), asked or bool(rights), start)
            self._gather(done + skip, start)
            self._meet(asked or bool(rights))
            left = right

    # --- case -----------------------------------------------------------------------------------

    def _case(self, node: tree.Case) -> None:
        asked, start = self._asked, self._mark
        subject = self.expander.value(node.word)
        looking = [Looking(self.state, subject)]
        falling: list[State] = []
        done: list[State] = []
        for arm in node.arms:
            entering, looking = self._arm(node, arm, looking)
            after = self._follow(falling + entering, arm.body, asked, start)
            falling = after if arm.terminator == ";&" else []
            if arm.terminator == ";;&":
                looking += [Looking(state, subject) for state in after]
            elif arm.terminator != ";&":
                done = self._fewer(done + after, start)
        for one in looking:
            one.state.status, one.state.code = True, 0
        self._gather(done + falling + [one.state for one in looking], start)

    def _arm(
        self, node: tree.Case, arm: tree.Arm, looking: list[Looking]
    ) -> tuple[list[State], list[Looking]]:
        """Return the paths that an arm takes, and those that go on looking."""
        from sgdlint.shell.tests import decide_arm

        entering: list[State] = []
        rest: list[Looking] = []
        for one in looking:
            self._only(one.state)
            verdict = decide_arm(arm.patterns, one.subject, node.word, self.expander)
            if verdict.holds:
                entering.append(one.state)
            elif verdict.holds is not None:
                rest.append(one)
            else:
                self.steps += len(one.state.variables) / 64
                other = one.state.copy()
                shown = self._shown_arm(node, arm)
                for state, held in ((one.state, True), (other, False)):
                    self._refine_all(state, verdict, held)
                    self._under(state, node.word.start, node.word.end, held, shown)
                entering.append(one.state)
                left = verdict.if_false.get(_name_of(node.word), one.subject)
                rest.append(Looking(other, left))
        return entering, rest

    def _shown_arm(self, node: tree.Case, arm: tree.Arm) -> str:
        """Return the condition of an arm, as it is shown."""
        text, word = self.origin.text, node.word
        patterns = "|".join(text[one.start : one.end] for one in arm.patterns)
        return f"{text[word.start : word.end]} = {patterns}"

    # --- branches that do not matter ------------------------------------------------------------

    def _path(self, *parts: Sequence[tree.Node]) -> Changes:
        """Follow statements that may not run, and return what they change."""
        self._branches += 1
        self.state.enter()
        for statements in parts:
            self.run(statements)
        self._branches -= 1
        self._done(None)
        return self.state.leave()

    def _merge(self, paths: list[Changes], may_skip: bool) -> None:
        if may_skip:
            paths = [Changes({}, (self.state.wild, self.state.allexport)), *paths]
        self.state.merge(paths, self.library.arrays)

    def _plain_if(self, node: tree.If) -> None:
        paths: list[Changes] = []
        for index, branch in enumerate(node.branches):
            if index:
                self._merge([self._path(branch.condition)], True)
            else:
                self.run(branch.condition)
            paths.append(self._path(branch.body))
        if node.otherwise is not None:
            paths.append(self._path(node.otherwise))
        self._merge(paths, node.otherwise is None)
        self._done(None)

    def _plain_case(self, node: tree.Case) -> None:
        self.expander.value(node.word)
        paths: list[Changes] = []
        falls = False
        for arm in node.arms:
            for pattern in arm.patterns:
                self.expander.maybe(pattern)
            path = self._path(arm.body)
            if falls or arm.terminator in (";&", ";;&"):
                self._merge([path], True)
            else:
                paths.append(path)
            falls = falls or arm.terminator in (";&", ";;&")
        self._merge(paths, not (node.arms and _is_star(node.arms[-1])) or falls or not paths)
        self._done(None)

    def _plain_and_or(self, node: tree.AndOr) -> None:
        rights: list[tree.Node] = []
        left: tree.Node = node
        while isinstance(left, tree.AndOr):
            rights.append(left.right)
            left = left.left
        self._statement(left)
        for right in reversed(rights):
            self._merge([self._path((right,))], True)
        self._done(None)


def _name_of(word: tree.Word) -> str:
    """Return the variable, or the argument, that a word is and nothing else; or ""."""
    parts = word.parts
    if len(parts) == 1 and isinstance(parts[0], tree.DoubleQuoted):
        parts = parts[0].parts
    if len(parts) != 1 or not isinstance(parts[0], tree.Parameter):
        return ""
    one = parts[0]
    if one.prefix or one.operator or one.subscript is not None:
        return ""
    return one.name if one.name[0].isalnum() or one.name[0] == "_" else ""


def _is_star(arm: tree.Arm) -> bool:
    """Tell whether an arm takes whatever is left."""
    return any(
        len(pattern.parts) == 1 and isinstance(pattern.parts[0], tree.Glob | tree.Literal)
        and pattern.parts[0].text == "*"
        and pattern.parts[0].end - pattern.parts[0].start == 1
        for pattern in arm.patterns
    )  # fmt: skip


def shown(text: str) -> str:
    """Return the text of a condition as it is kept."""
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"

"""Loops: followed round by round where it is known what they go over, else once for all rounds.

Where the rounds are not known, what the body changes is forgotten before it, so that what is said
of it holds in each round; behind the loop the paths go on that ran the body and that did not.
"""

from __future__ import annotations

from sgdlint.shell import tree
from sgdlint.shell.branches import Branches
from sgdlint.shell.operators import FailedError, truth
from sgdlint.shell.paths import conditions, is_same
from sgdlint.shell.state import State, join_words
from sgdlint.shell.values import Condition, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sgdlint.shell.origin import Origin

MOST_ITERATIONS = 64
"""Loops are followed for so many rounds."""

REASON = "it is changed in a loop"


class Loops(Branches):
    """Follows `for`, `while`, `until` and `select`, and what leaves them."""

    def __init__(self, root: tree.Node, origin: Origin, state: State) -> None:
        self._rounds: set[Condition] = set()
        super().__init__(root, origin, state)

    # --- leaving --------------------------------------------------------------------------------

    def _leave(self, flow: str, level: int = 1) -> None:
        """Let the path that is followed leave the loops or the function around it."""
        self.state.flow, self.state.level = flow, level
        self.left.append(self.state)
        self.states = []
        if len(self.left) > 64:
            self._join_left()

    def _join_left(self) -> None:
        """Join paths that left in the same way, when there are too many of them."""
        states, self.states = self.states, self.left
        mark, names = self._mark, self._names
        self._mark, self._names = 0, set()
        self._meet(True)
        self.left, self.states = self.states, states
        self._mark, self._names = mark, names

    def _break(self, words: list[Word]) -> None:
        self._jump("break", words)

    def _continue(self, words: list[Word]) -> None:
        self._jump("continue", words)

    def _jump(self, flow: str, words: list[Word]) -> None:
        if self._flat or not self._loops:
            return
        text = words[0].text if words else "1"
        if len(words) < 2 and text is not None and text.isdecimal() and int(text[:6]) > 0:
            self._leave(flow, min(int(text[:6]), self._loops))
            return
        for level in range(1, self._loops + 1):  # any of them, or none
            self._use(self.state.copy())
            state = self.states
            self._leave(flow, level)
            self.states = state
            self._use(state[0])

    def _round(self, statements: Sequence[tree.Node]) -> tuple[list[State], list[State]]:
        """Follow the body of a loop once; return the paths that go on, and those that break."""
        behind: list[State] = []
        outer, self.left = self.left, []
        self._loops += 1
        self._branches += 1
        self.run(statements)
        self._branches -= 1
        self._loops -= 1
        again = self.states
        left, self.left = self.left, outer
        for state in left:
            if state.flow == "return":
                self.left.append(state)
            elif state.level > 1:
                state.level -= 1
                self.left.append(state)
            else:
                (again if state.flow == "continue" else behind).append(state)
                state.flow = ""
        return again, behind

    # --- for ------------------------------------------------------------------------------------

    def _for(self, node: tree.For) -> None:
        words = self._loop_words(node)
        many = any(word.many for word in words)
        if many or node.keyword != "for" or not 0 < len(words) <= MOST_ITERATIONS:
            if words or node.keyword != "for":
                self._any_round(node, lambda: self._set_any(node, words))
            else:
                self._done(0)
            return
        start, state = self._mark, self.state
        states, behind = [state], []
        for word in words:
            if self.steps > self.most_steps:
                behind += self._other_rounds(node, states, words)
                states = []
                break
            self._note_round(node, states, word)
            self._gather(states, start)
            states, broke = self._round(node.body)
            behind += broke
            self._end_round(node, states)
            self._gather(states, start)
            self._meet(False)
            states = self.states
            if not states:
                break
        self._gather(states + behind, start)

    def _other_rounds(self, node: tree.For, states: list[State], words: list[Word]) -> list[State]:
        """Follow the rounds that are left once for all; return the paths behind them."""
        behind: list[State] = []
        for one in states:
            self._only(one)
            self._any_round(node, lambda: self._set_any(node, words))
            behind += self.states
        return behind

    def _loop_words(self, node: tree.For) -> list[Word]:
        if node.words is None:
            return list(self.state.positional)
        return [word for one in node.words for word in self.expander.words(one)]

    def _note_round(self, node: tree.For, states: list[State], word: Word) -> None:
        """Give the variable of a loop its value for a round."""
        end = node.words[-1].end if node.words else node.start + len("for ") + len(node.name)
        shown = "|".join(word.texts) if word.texts is not None else (word.prefix + "?")
        condition = self._condition(node.start, end, True, f"{node.name}={shown}")
        for state in states:
            self._use(state)
            self._assigner(node).scalar(node.name, word)
            state.path = conditions(state.path, condition)
        self._rounds.add(condition)

    def _end_round(self, node: tree.For, states: list[State]) -> None:
        """Take what was said of a round, and of those of loops in it, from the paths."""
        start, end = self.origin.span(node.start, node.end)
        for state in states:
            state.path = tuple(
                step
                for step in state.path
                if not (start <= step.start < end and step in self._rounds)
            )

    def _set_any(self, node: tree.For, words: list[Word]) -> None:
        """Give the variable of a loop whatever it has in one of the rounds."""
        if node.keyword == "for" and words and not any(word.many for word in words):
            word = join_words(words) if len(words) > 1 else words[0]
            self._assigner(node).scalar(node.name, word)

    # --- loops of which the rounds are not known ------------------------------------------------

    def _any_round(self, node: tree.For | tree.ArithmeticFor, begin: Callable[[], None]) -> None:
        """Follow a body once, for whatever round; begin: what each round begins with."""
        start, before = self._mark, self.state.copy()
        self._done(None)
        self._forget_changes(node, REASON)
        begin()
        again, behind = self._round(node.body)
        self._gather([before, *again, *behind], start)

    def _plain_for(self, node: tree.For) -> None:
        words = self._loop_words(node)
        self._plain_rounds(node, lambda: self._set_any(node, words))

    def _plain_arithmetic_for(self, node: tree.ArithmeticFor) -> None:
        self._plain_rounds(node, lambda: None)

    def _plain_rounds(self, node: tree.For | tree.ArithmeticFor, begin: Callable[[], None]) -> None:
        self._done(None)
        self._forget_changes(node, REASON)
        begin()
        self._path(node.body)
        self._forget_changes(node, REASON)
        self._done(None)

    def _arithmetic_for(self, node: tree.ArithmeticFor) -> None:
        from sgdlint.shell import arithmetic

        start, clauses = self._mark, arithmetic.clauses(node)
        if clauses is None:
            self._any_round(node, lambda: None)
            return
        self._clause(node, clauses[0])
        states, behind = [self.state], []
        for _ in range(MOST_ITERATIONS):
            going, ended = self._counting(node, clauses[1], states)
            behind += ended
            before, states = states, []
            if not going:
                break
            self._gather(going, start)
            states, broke = self._round(node.body)
            behind += broke
            for state in states:
                self._only(state)
                self._clause(node, clauses[2])
            self._gather(states, start)
            self._meet(False)
            states = self.states
            if len(before) == len(states) == 1 and self._is_same(before[0], states[0], start):
                states = []  # it goes on like this for ever
        for state in states:  # they go on, nobody knows how far
            self._only(state)
            self._forget_changes(node, REASON)
            self._any_round(node, lambda: None)
            behind += self.states
        for one in behind:
            one.status = one.code = None
        self._gather(behind, start)

    def _counting(
        self, node: tree.ArithmeticFor, condition: str, states: list[State]
    ) -> tuple[list[State], list[State]]:
        """Return the paths that go on with a round, and those that are behind the loop."""
        going: list[State] = []
        behind: list[State] = []
        for state in states:
            self._only(state.copy())
            goes = truth(self._clause(node, condition)) if condition.strip() else True
            if goes is None or self.steps > self.most_steps:
                self._any_round(node, lambda: None)
                behind += self.states
            else:
                (going if goes else behind).append(self.state)
        return going, behind

    def _clause(self, node: tree.ArithmeticFor, text: str) -> tuple[int, ...] | None:
        """Return the value of an expression in the head of a loop."""
        from sgdlint.shell import arithmetic

        self.steps += 1
        try:
            return arithmetic.written(text, node, self.expander)
        except FailedError:
            return None

    # --- while ----------------------------------------------------------------------------------

    def _loop(self, node: tree.Loop) -> None:
        start = self._mark
        states, behind = [self.state], []
        for _ in range(MOST_ITERATIONS):
            going: list[State] = []
            for state in states:
                goes = self._goes_on(node, state)
                if goes is None:
                    self._only(state)
                    behind += self._while_unknown(node)
                else:
                    (going if goes else behind).append(self.state)
            before, states = states, []
            if not going:
                break
            self._gather(going, start)
            states, broke = self._round(node.body)
            behind += broke
            self._gather(states, start)
            self._meet(False)
            states = self.states
            if len(before) == len(states) == 1 and self._is_same(before[0], states[0], start):
                states = []  # it goes on like this for ever
                break
        for state in states:
            self._only(state)
            behind += self._while_unknown(node)
        for one in behind:  # it is not that of the condition
            one.status = one.code = None
        self._gather(behind, start)

    def _is_same(self, before: State, after: State, start: int) -> bool:
        return is_same(before, after, self._log[start:])

    def _goes_on(self, node: tree.Loop, state: State) -> bool | None:
        """Follow the condition of a loop if it is known how it goes, and tell that; else None."""
        if self.steps > self.most_steps:
            return None
        path = state.path
        self.steps += len(state.variables) / 64
        self._only(state.copy())
        outer, self.left = self.left, []
        self._loops += 1
        self.run(node.condition)
        self._loops -= 1
        has_left, self.left = bool(self.left), outer
        if (
            has_left
            or len(self.states) != 1
            or self.state.status is None
            or self.state.path != path
        ):
            return None
        return self.state.status is (node.keyword == "while")

    def _while_unknown(self, node: tree.Loop) -> list[State]:
        """Follow a loop once for whatever round; return the paths behind it."""
        start = self._mark
        self._done(None)
        self._forget_changes(node, REASON)
        outer, self.left = self.left, []
        self._loops += 1
        good, bad = self._ask(node.condition)
        self._loops -= 1
        behind, self.left = self.left, outer
        for one in behind:  # `break` in a condition
            one.flow = ""
        if node.keyword == "until":
            good, bad = bad, good
        self._gather(good, start)
        if good:
            self._meet(False)
            _, broke = self._round(node.body)
            behind += broke
        return bad + behind

    def _plain_loop(self, node: tree.Loop) -> None:
        self._done(None)
        self._forget_changes(node, REASON)
        self.run(node.condition)
        self._path(node.body)
        self._forget_changes(node, REASON)
        self._done(None)

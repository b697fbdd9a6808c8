"""`for`, and what leaves loops: followed round by round where it is known what it goes over.

Where the rounds are not known, what the body changes is forgotten before it, so that what is said
of it holds in each round; behind the loop the paths go on that ran the body and that did not.
"""

from __future__ import annotations

from sgdlint.shell import streams, tree
from sgdlint.shell.branches import Branches
from sgdlint.shell.joining import join_words
from sgdlint.shell.paths import conditions
from sgdlint.shell.state import State
from sgdlint.shell.values import Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


MOST_ITERATIONS = 64
"""Loops are followed for so many rounds."""

REASON = "it is changed in a loop"


class Loops(Branches):
    """Follows `for`, `while`, `until` and `select`, and what leaves them."""

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
        if self._flat:  # what follows it may not run, which those find out who go on behind it
            self._skipped_rounds += not words
            self._skipped_loops += bool(words)
        if self._flat or not self._loops:
            streams.put(self.state, streams.OUTPUT, None)  # it may end a process inside of a loop
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
        skipped = self._skipped_rounds, self._skipped_loops
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
        if skipped != (self._skipped_rounds, self._skipped_loops):
            for state in (*again, *behind):
                self._use(state)
                changes = self.scan.between(statements[0].start, statements[-1].end)
                self._forget_all(changes, REASON)
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
        value = "|".join(word.texts) if word.texts is not None else (word.prefix + "?")
        for state in states:
            self._use(state)
            self._assigner(node).scalar(node.name, word)
            self._in_round(node.start, end, f"{node.name}={value}")

    def _in_round(self, start: int, end: int, text: str) -> None:
        """Note for the path which round of a loop it is in."""
        condition = self._condition(start, end, True, text, True)
        self.state.path = conditions(self.state.path, condition)

    def _end_round(self, node: tree.Node, states: list[State]) -> None:
        """Take what was said of a round, and of those of loops in it, from the paths."""
        start, end = self.origin.span(node.start, node.end)
        for state in states:
            state.path = tuple(
                step for step in state.path if not (start <= step.start < end and step.is_round)
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
        skipped = self._skipped_rounds
        self._path(node.body)
        self._skipped_rounds = skipped
        self._forget_changes(node, REASON)
        self._done(None)

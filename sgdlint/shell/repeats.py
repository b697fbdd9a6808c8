"""Loops that go on while something holds: `while`, `until` and `for (( … ))`."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.shell import tree
from sgdlint.shell.loops import MOST_ITERATIONS, REASON, Loops
from sgdlint.shell.paths import MOST_PATHS, is_same
from sgdlint.shell.state import State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


MOST_NAMED = 3
"""Variables by which a round is told from others."""

NAME = r"[A-Za-z_]\w*"


class Repeats(Loops):
    """Follows loops with a condition: while it is known how that goes, round by round."""

    def _repeat(
        self,
        goes_on: Callable[[State], bool | None],
        node: tree.Loop | tree.ArithmeticFor,
        step: Callable[[], None],
        rest: Callable[[], list[State]],
    ) -> None:
        """Follow a loop.

        goes_on: follows the condition from a state, if it is known how it goes. step: what is done
        after a round. rest: follows all rounds that are left as one; returns the paths behind them.
        """
        start = self._mark
        states, behind = [self.state], []
        head: tuple[int, list[str]] | None = None
        for _ in range(MOST_ITERATIONS):
            going: list[State] = []
            for state in states:
                goes = goes_on(state)
                if goes is None:
                    self._only(state)
                    behind += rest()
                else:
                    (going if goes else behind).append(self.state)
            before, states = states, []
            if not going:
                break
            head = head or self._head(node)
            self._note_count(node.start, head, going)
            self._gather(going, start)
            states, broke = self._round(node.body)
            behind += broke
            self._end_round(node, states)
            for state in states:
                self._only(state)
                step()
            self._gather(states, start)
            self._meet(False)
            states = self.states
            if len(before) == len(states) == 1 and is_same(before[0], states[0], self._log[start:]):
                states = []  # it goes on like this for ever
            if len(behind) > MOST_PATHS or not states:
                break
        for state in states:
            self._only(state)
            behind += rest()
        for state in behind:  # it is not that of the condition
            state.status = state.code = None
        self._gather(behind, start)

    def _head(self, node: tree.Loop | tree.ArithmeticFor) -> tuple[int, list[str]]:
        """Return where the head of a loop ends, and what it names that the loop changes."""
        text, end = self.origin.text, node.body[0].start
        if isinstance(node, tree.Loop):
            end = node.condition[-1].end
        elif (found := text.find(node.text, node.start, end)) >= 0:
            end = found + len(node.text) + len("))")
        changes = self.scan.between(node.start, node.end)
        named = dict.fromkeys(quick.findall(NAME, text[node.start : end]))
        return end, [name for name in named if name in changes and name != "IFS"][:MOST_NAMED]

    def _note_count(self, start: int, head: tuple[int, list[str]], states: list[State]) -> None:
        """Note in which round paths are, by the variables that the head of the loop names."""
        end, names = head
        for state in states:
            told = []
            for name in names:
                variable = state.variables.get(name)
                text = variable.word.text if variable is not None and variable.word else None
                if text is not None and text.isprintable():
                    told.append(f"{name}={text}")
            if told:
                self._use(state)
                self._in_round(start, end, " and ".join(told))

    def _is_over(self) -> bool:
        return self.steps > self.most_steps

    # --- while and until ------------------------------------------------------------------------

    def _loop(self, node: tree.Loop) -> None:
        self._repeat(
            lambda state: self._goes_on(node, state),
            node,
            lambda: None,
            lambda: self._while_unknown(node),
        )

    def _goes_on(self, node: tree.Loop, state: State) -> bool | None:
        """Follow the condition of a loop if it is known how it goes, and tell that; else None."""
        if self._is_over():
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
        skipped = self._skipped_rounds
        self._path(node.body)
        self._skipped_rounds = skipped
        self._forget_changes(node, REASON)
        self._done(None)

    # --- for (( … )) ----------------------------------------------------------------------------

    def _arithmetic_for(self, node: tree.ArithmeticFor) -> None:
        from sgdlint.shell import arithmetic

        clauses = arithmetic.clauses(node)
        if clauses is None:
            self._any_round(node, lambda: None)
            return
        first, condition, after = (one.strip() for one in clauses)
        self._computed(first, node)
        self._repeat(
            lambda state: self._counts_on(condition, node, state),
            node,
            lambda: self._after_round(after, node),
            lambda: self._count_unknown(node),
        )

    def _computed(self, text: str, node: tree.Node) -> bool | None:
        """Carry out an expression; return whether it is not 0. An empty one is 1."""
        from sgdlint.shell import arithmetic
        from sgdlint.shell.operators import FailedError, truth

        try:
            return truth(arithmetic.written(text, node, self.expander)) if text else True
        except FailedError:
            self.expander.change(text)
            return None

    def _after_round(self, text: str, node: tree.Node) -> None:
        self._computed(text, node)

    def _counts_on(self, condition: str, node: tree.Node, state: State) -> bool | None:
        if self._is_over():
            return None
        self.steps += len(state.variables) / 64
        self._only(state.copy())
        return self._computed(condition, node)

    def _count_unknown(self, node: tree.ArithmeticFor) -> list[State]:
        self._any_round(node, lambda: None)
        for state in self.states:  # what is done after each round comes behind the body
            self._use(state)
            self._forget_changes(node, REASON)
        return self.states

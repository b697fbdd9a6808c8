"""The paths at one point of a script: how they part, meet and forget what they know."""

from __future__ import annotations

from sgdlint.shell import assign, builtins, streams, tree, variables, written
from sgdlint.shell.expand import MOST_DEPTH, Expander
from sgdlint.shell.held import unknown
from sgdlint.shell.library import ANY, POSITIONAL
from sgdlint.shell.origin import Origin
from sgdlint.shell.paths import MOST_PATHS, meet
from sgdlint.shell.scan import ALLEXPORT, FUNCTION, Scan
from sgdlint.shell.slices import EMPTY
from sgdlint.shell.state import State
from sgdlint.shell.values import Command, Variable, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sgdlint.shell.sourcing import Files

    End = tuple[Scan, int, int, tree.Node | None]

STEPS = 1_000
STEPS_PER_CHARACTER = 0.05
"""So many commands are followed, and for each character of the script so many more; then paths
are joined, loops are followed once and calls are not followed any more."""


class Tracker:
    """The paths at one point of a script, and how commands change them; `found` is what it runs.

    states: the paths that go on from here. left: those that left a loop or a function, until what
    they left takes them up. state: the one that is followed now; what it holds is changed in place.
    """

    def __init__(self, root: tree.Node, origin: Origin, state: State, short: bool = False) -> None:
        self.is_short = short
        self._apart_names: set[str] | None = None
        self.state = state
        self.states = [state]
        self.left: list[State] = []
        self.found: list[Command] = []
        self.odd: set[str] = set()
        self.steps = 0.0
        self.most_steps = STEPS + STEPS_PER_CHARACTER * len(origin.text)
        self._log = state.log
        self._mark = 0
        self._names: set[str] = set()
        self._asked = False
        self._flat = 0
        self._nested = 0
        self._depth = 0
        self._branches = 0
        self._functions = 0
        self._loops = 0
        self._nounset = False
        self._unset_names: set[str] = set()
        self._given: Word | None = None
        self._around: tuple[Word | None, dict[str, Variable]] = None, {}
        self._exits: list[Word | None] = []
        self._substitutions = 0
        self.files: Files | None = None
        self._active: tuple[str, ...] = ()
        self._sourced = 0
        self._skipped_rounds = self._skipped_loops = self._skipped_returns = 0
        self._piped: Word | None = None
        self._last: Command | None = None
        self._ran: list[list[Command]] = []
        self._ends: list[End] = []
        self._has_skipped = False
        self._before_calls: frozenset[str] = frozenset()
        self._load(root, origin)

    def _load(self, root: tree.Node, origin: Origin, outer: Scan | None = None) -> None:
        self.origin = origin
        self.scan = Scan(root, origin.text, outer, self.is_short)
        self.scan.has_files = self.files is not None
        self.library = self.scan.library
        self.odd |= self.scan.odd
        self.expander = Expander(
            self.state, origin, self._substitution, self._assign_default, self._change_text
        )

    def _use(self, state: State) -> None:
        """Follow another path from here on."""
        self.state = state
        self.expander.state = state

    def _only(self, state: State) -> None:
        """Follow one path alone from here on."""
        self._use(state)
        self.states = [state]

    def _gather(self, states: list[State], start: int) -> None:
        """Go on with several paths that were one when the log had a length of `start`."""
        self.states, self._mark, self._names = states, start, set()
        if len(states) > 2 * MOST_PATHS:
            self._meet(True)
        if self.states:
            self._use(self.states[0])

    def _meet(self, asked: bool) -> None:
        """Let paths that know the same become one; asked: their status counts."""
        if len(self.states) < 2:
            return
        names = self._names.union(self._log[self._mark :])
        self.steps += len(names) * len(self.states) / 16
        most = MOST_PATHS if self.steps <= self.most_steps else 1
        apart = self._apart_names
        self.states, self._names = meet(self.states, names, most, self.library.arrays, asked, apart)
        self._mark = len(self._log)

    def _switch(self, context: tuple[Origin, Scan, Expander]) -> None:
        """Follow another text from here on."""
        self.origin, self.scan, self.expander = context
        self.expander.state = self.state

    def _note_end(self, statements: Sequence[tree.Node], last: tree.Node | None) -> None:
        """Note that no path leads into statements, as far as they stand behind `last`."""
        if statements:
            first = statements[0].start if last is None else last.end
            self._ends.append((self.scan, first, statements[-1].end, last))

    def run(self, statements: Sequence[tree.Node], asked: bool = False) -> None:
        """Follow statements in order; asked: the status of the last one counts."""
        raise NotImplementedError

    def _statement(self, node: tree.Node, asked: bool = False, stops: bool = False) -> None:
        """Follow one statement; asked: its status counts. stops: see `Interpreter`."""
        raise NotImplementedError

    def _matters(self, nodes: Sequence[tree.Node]) -> bool:
        """Tell whether paths are worth following apart in some part of the text."""
        if self._flat or self.steps > self.most_steps or not nodes:
            return False
        if streams.OUTPUT in self.state.variables:
            return True
        return self.scan.matters(nodes[0].start, nodes[-1].end)

    def _apart(self, statements: Sequence[tree.Node], collects: bool = False) -> Word | None:
        """Follow statements that run in a process of their own.

        Return what they write, when that is collected and known.
        """
        state, saved = self.state, (self.states, self.left, self._loops, self._mark, self._names)
        exits, self._exits = self._exits, []
        self.left, self._loops = [], 0
        wrote: Word | None = None
        is_followed = collects and not self._flat and self.steps <= self.most_steps
        if is_followed or self._matters(statements):
            self.steps += len(state.variables) / 64
            self._only(state.copy())
            streams.put(self.state, streams.OUTPUT, EMPTY if collects else None)
            met_unset, self.expander.met_unset = self.expander.met_unset, False
            self.run(statements)
            if self._nounset and self.expander.met_unset:
                collects = False  # it may end there
            self.expander.met_unset = self.expander.met_unset or met_unset
            if len(self.states) != 1 and self._ran:
                self._ran[-1].clear()
            ends = [streams.get(one, streams.OUTPUT) for one in self.states]
            wrote = streams.together([*ends, *self._exits]) if collects else None
            rests = [streams.get(one, streams.INPUT) for one in self.states]
            rests += [None] * len(self._exits)
            written.keep(state, self.states)
            self._use(state)
        else:
            self._flat += 1
            self.states = [state]
            state.enter()
            streams.put(state, streams.OUTPUT, None)
            self.run(statements)
            rests = [streams.get(state, streams.INPUT)]
            written.keep_changes(state, state.leave())
            self._flat -= 1
        streams.take(state, rests)
        self._exits = exits
        self.states, self.left, self._loops, self._mark, self._names = saved
        return wrote

    def _between(
        self, redirects: Sequence[tree.Redirect], given: Word | None, follow: Callable[[], None]
    ) -> None:
        """Follow something with its own input and output; given: what `_redirects` says."""
        if not redirects:
            follow()
            return
        own = [one for one in redirects if streams.has_input((one,))]
        goes_elsewhere = streams.is_elsewhere(redirects)
        state = self.state
        if any(one.descriptor == "2" and one.operator == ">&" for one in redirects):
            streams.put(state, streams.OUTPUT, None)  # what goes to `>&2` is not collected
        before = streams.get(state, streams.INPUT), streams.get(state, streams.OUTPUT)
        if own:
            streams.put(state, streams.INPUT, streams.stdin_of(own, given, None))
        if goes_elsewhere:
            streams.put(state, streams.OUTPUT, before[1] and EMPTY)
        exits = len(self._exits)
        follow()
        if goes_elsewhere:
            self._exits[exits:] = [before[1] for _ in self._exits[exits:]]
        for one in self.states:
            if own:
                streams.put(one, streams.INPUT, before[0])
            if goes_elsewhere:
                streams.put(one, streams.OUTPUT, before[1])
        for one in self.left:
            streams.lose(one)

    def _stream(self, node: tree.Simple, words: list[Word]) -> None:
        """Collect what a command writes, and note what it may take of the input."""
        state, name = self.state, words[0].text
        if streams.OUTPUT in state.variables and not streams.is_elsewhere(node.redirects):
            is_usual = name not in self.library.functions and not (
                state.wild and name not in builtins.HARMLESS
            )
            if not is_usual:
                streams.write(state, None)
            elif not streams.is_quiet(words):
                from sgdlint.shell import outputs

                streams.write(state, outputs.output(words, self._around[0]))
        if streams.INPUT in state.variables and not streams.is_left(words):
            streams.put(state, streams.INPUT, None)

    def _done(self, code: int | None) -> None:
        """Note the status of a command."""
        self.state.code = code
        self.state.status = None if code is None else code == 0

    # --- changes --------------------------------------------------------------------------------

    def _assigner(self, node: tree.Node) -> assign.Assigner:
        start, end = self.origin.written(node.start, node.end)
        own = {*self.state.scopes[-1], *self._before_calls} if self.state.scopes else None
        return assign.Assigner(self.state, self.expander, self.odd, own, start, end)

    def _substitution(self, body: tuple[tree.Node, ...]) -> tuple[list[Command], Word | None]:
        """Follow the commands of a substitution.

        Return them when there is but one path, and what they write when that is known.
        """
        has_failed = self.expander.has_failed
        self._depth += 1
        self._substitutions += 1
        self._ran.append([])
        written: Word | None = None
        if self._depth <= MOST_DEPTH:
            written = self._apart(body, streams.may_be_known(body, self.library.functions))
        else:
            self._has_skipped = True
        self._depth -= 1
        self.expander.has_failed = has_failed
        self._done(None)
        return self._ran.pop(), written

    def _assign_default(self, name: str, word: Word, node: tree.Node) -> None:
        self._assigner(node).scalar(name, word)

    def _change_text(self, text: str) -> None:
        effect = builtins.assigned_in(text)
        if effect.any or (self.origin.stand_in and self.origin.stand_in in text):
            self.state.forget("an arithmetic expression may set any variable")
        self._forget_all(effect.names, "it is computed")

    def _forget_changes(self, node: tree.Node, reason: str) -> None:
        """Forget what a part of the text may change."""
        streams.lose(self.state)
        self._forget_all(self.scan.between(node.start, node.end), reason)

    def _forget_all(self, changes: dict[str, str], reason: str) -> None:
        if ANY in changes:
            self.state.forget(reason)
        elif ALLEXPORT in changes:
            self.state.allexport = None
        for name, kinds in changes.items():
            if ANY not in changes or name == POSITIONAL or name.endswith(FUNCTION):
                self._forget(name, kinds, reason)

    def _forget(self, name: str, kinds: str, reason: str) -> None:
        if name == ALLEXPORT:
            self.state.allexport = None
        elif name == written.MARK:
            written.forget_all(self.state)
        elif name == POSITIONAL:
            self.state.give((unknown(reason, True),))
        elif name.endswith(FUNCTION):
            self.state.define(name[: -len(FUNCTION)], ())
        elif kinds != "p":
            if self.state.allexport is not False:
                kinds += "x="
            is_array = name in self.library.arrays or bool(self.state.wild) or "[]" in kinds
            old = self.state.variables.get(name)
            if old is not None and "n" in old.attributes and kinds != "x":
                self._forget_target(name, kinds, reason)
                old = self.state.variables.get(name)
            is_odd = name in self.library.attributed
            self.state.put(name, assign.after_changes(old, name, kinds, reason, is_array, is_odd))

    def _forget_target(self, name: str, kinds: str, reason: str) -> None:
        """Forget what a reference stands for."""
        found = variables.target(self.state, name)
        if found is None:
            variables.lose(self.state, name)
        elif found != name:
            self._forget(found, kinds, reason)

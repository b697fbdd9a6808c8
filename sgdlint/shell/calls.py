"""Functions: they are followed where they are called, with the arguments of the call.

A function that holds nothing that matters to a launch is followed once, where it is defined, and
so is, in the end, one that nothing calls; its arguments are then unknown, and so is what may have
changed until somebody calls it.
"""

from __future__ import annotations

from sgdlint.shell import assign, streams, tree
from sgdlint.shell.events import PROGRAM
from sgdlint.shell.inside import Inside
from sgdlint.shell.library import ANY
from sgdlint.shell.state import ARGUMENTS, Definition, State
from sgdlint.shell.values import Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.shell.origin import Origin
    from sgdlint.shell.state import Context

MOST_CALLS = 8
"""Calls in functions that are called in functions are followed this far."""

MOST_RECURSION = 2
"""A function that calls itself is followed so many times."""

MOST_DEFINITIONS = 4
"""A function that has more of them may be any in one that nothing calls: it is not followed."""

LATER = "it may change before the function is called"

UNREACHED = "nothing is known where no path through the script leads"


class Calls(Inside):
    """Follows functions."""

    def __init__(self, root: tree.Node, origin: Origin, state: State, short: bool = False) -> None:
        self._waiting: dict[Definition, State | None] = {}
        self._followed: set[Definition] = set()
        self._stack: list[Definition] = []
        self._sites: tuple[tuple[int, int], ...] = ()
        self._missed: set[Definition] = set()
        self._defined: dict[str, set[Definition]] = {}
        self._contexts: dict[int, Context] = {}
        super().__init__(root, origin, state, short)

    def _context(self) -> Context:
        """Return the text that is followed now, always the same object for the same text."""
        key = id(self.scan)
        if key not in self._contexts:
            self._contexts[key] = self.origin, self.scan, self.expander
        return self._contexts[key]

    # --- definitions ----------------------------------------------------------------------------

    def _function(self, node: tree.Function) -> None:
        definition = Definition(node, self._context())
        self.state.define(node.name, (definition,))
        self._defined.setdefault(node.name, set()).add(definition)
        self._done(0)
        if self.scan.relevance().matters(node.start, node.end):
            self._wait(definition)
        elif self.is_short and not self.scan.relevance().tells_in(node.start, node.end):
            self._followed.add(definition)
        elif definition not in self._followed:
            self._followed.add(definition)
            self._follow_apart(definition, self._when_called(node) or self._nothing())

    def _wait(self, definition: Definition) -> None:
        again = definition in self._waiting or definition in self._followed
        state = None if again else self._when_called(definition.node)
        self._waiting[definition] = state

    def _when_called(self, node: tree.Function) -> State | None:
        """Return what is known when somebody calls a function, whenever that is; None: nothing."""
        self.steps += len(self.state.variables) / 64
        if self._nested or self.library.is_large or self.steps > self.most_steps:
            return None
        changes = set(self.library.called(None))
        for name, offset in self.scan.last.items():
            if offset > node.start or self._loops or self._functions:
                changes.add(name)
        if ANY in changes:
            return None
        state = self.state
        called = state.copy()
        self._use(called)
        for name in changes:
            self._forget(name, "-", LATER)
        streams.lose(called)
        called.path, called.status, called.code = (), None, None
        called.give((ARGUMENTS,))
        self._use(state)
        return called

    def _nothing(self, reason: str = LATER) -> State:
        """Return a state in which nothing is known; reason: why."""
        state = State()
        state.log, state.ignored = self._log, self.state.ignored
        state.forget(reason)
        return state

    def _follow_waiting(self) -> None:
        """Follow the functions of which not every call was followed."""
        known, every = -1, self._every()
        while self._waiting:
            definition, waiting = self._waiting.popitem()
            if definition not in self._followed or definition in self._missed:
                self._followed.add(definition)
                state = waiting or self._nothing()
                counted = self.library.functions, self._unset_names, *self._defined.values()
                count = sum(map(len, counted))
                if count != known:
                    known, every = count, self._every()
                for name, definitions in every.items():
                    state.define(name, definitions)
                self._follow_apart(definition, state)

    def _every(self) -> dict[str, tuple[Definition | None, ...]]:
        """Return what each name may call when all of the script may have run."""
        every: dict[str, tuple[Definition | None, ...]] = {}
        for name in self.library.functions:
            found = sorted(self._defined.get(name, ()), key=lambda one: one.node.start)
            definitions: tuple[Definition | None, ...] = tuple(found)
            if definitions and (name == PROGRAM or name in self._unset_names):
                definitions = (*definitions, None)
            every[name] = definitions if len(found) <= MOST_DEFINITIONS else ()
        return every

    def _follow_apart(self, definition: Definition, state: State) -> None:
        """Follow a function in a state of its own, with whatever arguments."""
        saved = self.states, self.left, self._loops, self._mark, self._names
        here, text = self.state, (self.origin, self.scan, self.expander)
        sites, self._sites = self._sites, ()
        self.left, self._loops = [], 0
        state.scopes = (*state.scopes, {ANY: None})  # the callers may have variables of their own
        self._only(state)
        self._switch(definition.context)
        self._in_function(definition, False)
        self._sites = sites
        self.states, self.left, self._loops, self._mark, self._names = saved
        self._use(here)
        self._switch(text)

    def _in_function(self, definition: Definition, asked: bool) -> None:
        self._functions += 1
        self._branches += 1
        self._stack.append(definition)
        self.run((definition.node.body,), asked)
        self._stack.pop()
        self._branches -= 1
        self._functions -= 1

    # --- calls ----------------------------------------------------------------------------------

    def _call_function(self, name: str, words: list[Word], node: tree.Simple) -> None:
        """Call a function of the script."""
        definitions = self.state.functions.get(name, ())
        followed = [one for one in definitions if one is not None and self._is_followed(one)]
        if len(followed) < len(definitions) - (None in definitions) or not definitions:
            self._missed.update(self._defined.get(name, ()))
            self._call_unfollowed(name, words)
            return
        start, asked = self._mark, self._asked
        done: list[State] = []
        states = [self.state, *(self.state.copy() for _ in definitions[1:])]
        for definition, state in zip(definitions, states, strict=True):
            self._only(state)
            if definition is not None:
                self._inline(definition, words, node, asked)
            done += self.states
        self._gather(done, start)

    def _is_call(self, name: str) -> bool | None:
        """Tell whether a name calls a function; None when it may, and that is not followed."""
        if not self._is_function(name):
            return False
        definitions = self.state.functions.get(name, ())
        if definitions and None not in definitions:
            return True
        is_told = definitions and all(one is None or self._is_told(one) for one in definitions)
        return False if is_told else None

    def _is_told(self, definition: Definition) -> bool:
        """Tell whether all is told that a function launches which is called here."""
        _, scan, _ = definition.context
        matters = scan.relevance().matters(definition.node.start, definition.node.end)
        return not matters or self._is_followed(definition)

    def _is_followed(self, definition: Definition) -> bool:
        if self._flat or self.steps > self.most_steps or len(self._stack) >= MOST_CALLS:
            return False
        if self._stack.count(definition) >= MOST_RECURSION:
            return False
        if streams.OUTPUT in self.state.variables:
            return True
        _, scan, _ = definition.context
        return scan.relevance().matters(definition.node.start, definition.node.end)

    def _inline(
        self, definition: Definition, words: list[Word], node: tree.Simple, asked: bool
    ) -> None:
        """Follow a function with the arguments of a call."""
        self._followed.add(definition)
        state, text = self.state, (self.origin, self.scan, self.expander)
        arguments, left, loops, sites = state.positional, self.left, self._loops, self._sites
        self.left, self._loops = [], 0
        self._sites = (*sites, self.origin.span(node.start, node.end))
        state.scopes = (*state.scopes, {})
        self._assign_before(node)
        state.give(tuple(words[1:]))
        self._switch(definition.context)
        skipped = self._skipped_returns
        # What stands before a call (`A=1 f`) gives also the `local A` of functions in it its value.
        before, names = self._before_calls, {one.name for one in node.assignments}
        self._before_calls = before | names
        self._in_function(definition, asked)
        self._before_calls = before
        done = [*self.states, *self.left]
        if skipped != self._skipped_returns:
            for one in done:
                self._use(one)
                reason = f"the function {definition.node.name} may change it"
                self._forget_all(self.library.called(definition.node.name), reason)
        self.left, self._loops, self._sites = left, loops, sites
        self._switch(text)
        exported = self._exported_in(definition, names)
        for one in done:
            self._return(one, arguments)
            for name in exported:
                self._forget(name, "=x-", f"{definition.node.name} may export it")
        self.states = done

    def _exported_in(self, definition: Definition, names: set[str]) -> list[str]:
        """Return which names that stand before a call may be exported in it: they stay behind."""
        if not names:
            return []
        changes = self.library.called(definition.node.name)
        is_any = ANY in changes
        return sorted(name for name in names if is_any or {*"xr"} & {*changes.get(name, "")})

    def _assign_before(self, node: tree.Simple) -> None:
        """Assign what stands before a call, for as long as the call goes on."""
        state = self.state
        for one in node.assignments:
            scope = state.scopes[-1]
            old = state.variables.get(one.name)
            state.scopes = (*state.scopes[:-1], {one.name: old, **scope})
            assigner = self._assigner(one)
            assigner.put(assigner.read(one))
            variable = state.variables.get(one.name)
            if variable is not None:
                state.put(one.name, assign.before_command(one, variable))

    def _return(self, state: State, arguments: tuple[Word, ...]) -> None:
        """Take a path from a function back to where it was called."""
        self._use(state)
        state.flow = ""
        for name, hidden in state.scopes[-1].items():
            state.put(name, hidden)
        state.scopes = state.scopes[:-1]
        state.give(arguments)

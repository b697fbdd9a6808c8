"""Texts that are followed as if they stood here: what `eval` is given, and what `source` reads.

Of a text that is not known, or not all of it, any variable may be set. It is assumed that a file
that is sourced, and its functions, leave IFS as it is.
"""

from __future__ import annotations

from sgdlint.shell import tree, written
from sgdlint.shell.effecting import EFFECTS, Effecting
from sgdlint.shell.held import unknown
from sgdlint.shell.origin import Origin, joined, origin_of
from sgdlint.shell.parser import parse
from sgdlint.shell.state import State
from sgdlint.shell.values import Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.shell.sourcing import File

MOST_NESTED = 4
"""Scripts in strings in scripts are followed this far."""


class Inside(Effecting):
    """Follows texts inside of a script."""

    def _inside(self, root: tree.Tree, origin: Origin) -> bool:
        """Follow another text as if it stood here; return whether it may do more than is seen."""
        saved = self.origin, self.scan, self.expander
        self._nested += 1
        self._load(root, origin, self.scan)
        self.run(root.statements)
        self._nested -= 1
        self._switch(saved)
        return bool(root.problems)

    def _forget_for(self, name: str, keeps_ifs: bool = False) -> None:
        """Forget what a text may set of which not all is known, on every path."""
        for state in self.states:
            self._use(state)
            self._done(None)
            state.forget(f"{name} may set any variable", keeps_ifs)
            state.give((unknown(f"{name} may set them", True),))

    def _eval(self, words: list[Word], node: tree.Simple) -> None:
        """Follow text in the state as it is; what is not known in it may set anything but IFS."""
        origin = origin_of(joined(words))
        keeps_ifs = origin is None or "IFS" not in origin.text
        if (origin is None or origin.stand_in) and self._sets_up(node):
            return
        if origin is None or self._nested >= MOST_NESTED:
            self._forget_for("eval", keeps_ifs)
            return
        if origin.stand_in:
            self._forget_for("eval", keeps_ifs)
        origin.program, origin.file = self.origin.program, self.origin.file
        if self._inside(parse(origin.text), origin) or origin.stand_in:
            self._forget_for("eval", keeps_ifs)

    def _sets_up(self, node: tree.Simple) -> bool:
        """Forget what a tool may set whose output is run; return whether it is one."""
        from sgdlint.shell import setups

        text = self.origin.text[node.words[-1].start : node.words[-1].end]
        if len(node.words) != 2 or not setups.is_output(text):
            return False
        self._forget_settings(text)
        return True

    def _nothing(self, reason: str = "") -> State:
        """Return a state in which nothing is known; reason: why."""
        raise NotImplementedError

    def _trap(self, words: list[Word]) -> None:
        """Follow what runs on a signal or at the end, whatever is known then."""
        if words and words[0].text == "--":
            del words[0]
        origin = origin_of(words[0]) if len(words) > 1 else None
        if origin is None or self._nested >= MOST_NESTED:
            return
        origin.program, origin.file = self.origin.program, self.origin.file
        here = self.state
        saved = self.states, self.left, self._loops, self._mark, self._names
        self.left, self._loops = [], 0
        self._only(self._nothing("it may change before the trap runs"))
        self._branches += 1
        self._inside(parse(origin.text), origin)
        self._branches -= 1
        self.states, self.left, self._loops, self._mark, self._names = saved
        self._use(here)

    # --- files ----------------------------------------------------------------------------------

    def _source(self, words: list[Word], node: tree.Simple) -> None:
        name, *rest = words
        if rest and rest[0].text == "--":
            del rest[0]
        if not rest:  # that is an error
            return
        positional = self.state.positional
        if rest[1:]:
            self.state.give(tuple(rest[1:]))
        named = f"{name.text} {rest[0].prefix}".rstrip()
        if not self._read(rest[0], node):
            is_missing = self.files is not None and self.files.is_missing(rest[0])
            named += ", which is not found here," if is_missing else ""
            from sgdlint.shell import setups

            if not setups.is_file(rest[0]):
                self._forget_for(named, keeps_ifs=True)
                return
            self._forget_settings(named)
        if rest[1:]:
            for state in self.states:
                state.give(positional)

    def _forget_settings(self, source: str) -> None:
        """Forget what a tool may set that says where programs are."""
        from sgdlint.shell import setups

        for state in self.states:
            self._use(state)
            self._done(None)
            for name in list(state.variables):
                if setups.may_set(name):
                    self._forget(name, "=x-", f"{source} may set it")

    def _read(self, word: Word, node: tree.Simple) -> bool:
        """Follow a file; return whether all that it does is known."""
        if len(self._active) >= MOST_NESTED or self._nested >= MOST_NESTED:
            return False
        content = written.read(word, self.state.variables)
        if content is not None:
            origin = origin_of(content)
            if origin is None or origin.stand_in:
                return False
            origin.program, name = self.origin.program, word.prefix
        else:
            file = self.files.find(word, self.state, self._active) if self.files else None
            if file is None:
                return False
            origin, name = self._elsewhere(file, node), file.name
        saved, self._active = self._active, (*self._active, name)
        is_known = self._to_its_end(parse(origin.text), origin)
        self._active = saved
        if content is None:
            self._hide_secrets()
        return is_known

    def _hide_secrets(self) -> None:
        from sgdlint.shell.sourcing import keep_secret

        for state in self.states:
            keep_secret(state)

    def _elsewhere(self, file: File, node: tree.Simple) -> Origin:
        from sgdlint.shell.sourcing import Elsewhere

        return Elsewhere(file, self.origin, self.origin.span(node.start, node.end))

    def _to_its_end(self, root: tree.Tree, origin: Origin) -> bool:
        """Follow a file up to its end, or to where it returns; return whether all is known."""
        left, self.left = self.left, []
        self._sourced += 1
        skipped = self._skipped_returns
        does_more = self._inside(root, origin)
        self._sourced -= 1
        for state in self.left:
            (self.states if state.flow == "return" else left).append(state)
            state.flow = state.flow.replace("return", "")
        self.left = left
        return not does_more and skipped == self._skipped_returns


EFFECTS["trap"] = Inside._trap

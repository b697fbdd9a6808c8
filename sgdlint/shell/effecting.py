"""What simple commands do to the state of the shell that runs them."""

from __future__ import annotations

from sgdlint.shell import assign, builtins, folders, streams, tree
from sgdlint.shell.held import unknown
from sgdlint.shell.joining import DEPENDS
from sgdlint.shell.library import ANY
from sgdlint.shell.tracker import Tracker
from sgdlint.shell.values import Variable, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

FOREIGN = "may be a function that sets any variable"
"""Why a command makes all variables unknown, where a file is sourced that is not there."""

EXPORTED = ".()"
"""Before the name of a function in place of a variable: shells that run from here may have it."""

CONSTANT = {":": 0, "true": 0, "false": 1, "echo": 0}
"""Commands that change nothing, and their status."""


class Effecting(Tracker):
    """Carries out what commands change."""

    # --- commands -------------------------------------------------------------------------------

    def _effects(
        self,
        node: tree.Simple,
        words: list[Word],
        declared: list[assign.Declared],
        name: str | None,
    ) -> None:
        """Do to the state what the command does to the shell."""
        is_function = self._is_function(name)
        while name in ("command", "builtin") and len(words) > 1 and not is_function:
            words = words[1:]
            name = words[0].text
        self._done(CONSTANT.get(name or ""))
        if is_function:
            self._between(
                node.redirects, self._given, lambda: self._call_function(name or "", words, node)
            )
            return
        if name not in FOLLOWED:
            self._stream(node, words)
        if name is None:
            self._unknown_call(words)
        elif name in builtins.DECLARING:
            self._declare(node, name, words[1:], declared)
            for one in node.assignments:
                self._forget(one.name, "-", f"it stands before {name}")
        elif name in builtins.GIVING:
            self._follow_effect(node, words)
        elif name in (".", "source"):
            self._source(words, node)
        elif name == "eval":
            self._eval(words[1:], node)
        elif name in EFFECTS:
            EFFECTS[name](self, words[1:])
        else:
            self._call(name, words)

    def _is_function(self, name: str | None) -> bool:
        """Tell whether a name may call a function of the script here, or of the one around it."""
        if name not in self.library.functions:
            return name is not None and EXPORTED + name in self.state.variables
        return bool(self.state.wild) or name in self.state.functions

    def _follow_effect(self, node: tree.Simple, words: list[Word]) -> None:
        """Carry out a builtin that gives variables values."""
        from sgdlint.shell import effects

        stdin, environment = self._around
        outcome = effects.follow(self._assigner(node), words, stdin, environment)
        status, rest = outcome or (None, None)
        self._done(None if status is None else int(not status))
        if rest is not stdin and not streams.has_input(node.redirects):
            streams.put(self.state, streams.INPUT, rest)

    def _call_function(self, name: str, words: list[Word], node: tree.Simple) -> None:
        """Call a function of the script."""
        raise NotImplementedError

    def _source(self, words: list[Word], node: tree.Simple) -> None:
        """Follow the file that `source` reads."""
        raise NotImplementedError

    def _eval(self, words: list[Word], node: tree.Simple) -> None:
        """Follow the text that `eval` is given."""
        raise NotImplementedError

    def _call(self, name: str, words: list[Word]) -> None:
        if name == "cd":
            folders.change(self.state, words[1:])
            return
        effect = self._effect(words)
        if effect.any:
            self.state.forget(f"{name} may set any variable")
        elif effect.names:
            self._forget_all(effect.names, f"it is set by {name}")
        elif self.state.wild and self._may_be_foreign(name):
            self.state.forget(f"{name} {FOREIGN}", keeps_ifs=True)

    def _call_unfollowed(self, name: str, words: list[Word]) -> None:
        """Call a function that is not followed: forget what the call of a function may change."""
        reason = f"the function {name} may change it"
        self._done(None)
        streams.lose(self.state)
        if name not in self.library.functions:
            self.state.forget(reason)
        self._forget_all(self.library.called(name), reason)
        if None in self.library.calls_of(name):
            self._passed_on(words[1:], reason)

    def _effect(self, words: list[Word]) -> builtins.Effect:
        name = words[0].prefix
        if name not in builtins.CHANGING:
            return builtins.NOTHING
        return builtins.effect_of(name, [assign.argument_of(word) for word in words[1:]])

    def _may_be_foreign(self, name: str) -> bool:
        """Tell whether a name may be a function of a file that was sourced."""
        return "/" not in name and name not in builtins.HARMLESS

    def _unknown_call(self, words: list[Word]) -> None:
        if "/" in words[0].prefix or any(
            piece.texts and all("/" in text for text in piece.texts) for piece in words[0].pieces
        ):
            return
        reason = "a command whose name is not known may change it"
        self._forget_all(self.library.called(None), reason)
        for text in words[0].texts or ():
            if text in builtins.DECLARING or text in builtins.REPLACING or text in builtins.READERS:
                self.state.forget(reason)
            if text in ("set", "shift"):
                self.state.give((unknown(reason, True),))
        self._passed_on(words[1:], reason)

    def _passed_on(self, words: list[Word], reason: str) -> None:
        """Forget what words change that may be run as a command."""
        for index, word in enumerate(words):
            for text in word.texts or ():
                arguments = [assign.argument_of(one) for one in words[index + 1 :]]
                effect = builtins.effect_of(text, arguments)
                if effect.any:
                    self.state.forget(reason)
                self._forget_all(effect.names, reason)
                if text in self.library.functions:
                    self._forget_all(self.library.called(text), reason)

    def _declare(
        self,
        node: tree.Simple,
        name: str,
        words: list[Word],
        declared: list[assign.Declared],
    ) -> None:
        from sgdlint.shell.declaring import declare

        assigner = self._assigner(node)
        if "f" in "".join(word.prefix for word in words if word.prefix[:1] == "-"):
            for word in words:  # also where it is only shown
                state = self.state
                state.put(EXPORTED + word.prefix, Variable(word.prefix, word, True, -1, -1))
        if name in ("local", "declare", "typeset"):
            self._hide(words)
        status = declare(assigner, name, words, declared)
        self._done(None if status is None else int(not status))

    def _hide(self, words: list[Word]) -> None:
        """Keep what the variables of a function hide until it returns."""
        state = self.state
        options = [word.prefix for word in words if word.prefix[:1] == "-"]
        if not state.scopes or any("g" in option for option in options):
            return
        scope = state.scopes[-1]
        names = {match.group() for word in words if (match := builtins.NAME.match(word.prefix))}
        hidden = {one: state.variables.get(one) for one in names if one not in scope}
        if hidden:
            state.scopes = (*state.scopes[:-1], {**scope, **hidden})

    def _unset(self, words: list[Word]) -> None:
        from sgdlint.shell import unsetting

        state, options = self.state, [word.text for word in words if word.prefix[:1] == "-"]
        names = [word.text for word in words if word.text is not None]
        hiding = [name for name in names if self._is_hiding(name)]
        status = unsetting.unset(state, words)
        self._done(None if status is None else int(not status))
        if "-v" not in options:
            self._unset_names.update(names)
            for name in names:
                old = state.functions.get(name)
                if old is not None and "-f" in options:
                    state.define(name, (None,))
                elif old:  # a variable of that name would go first
                    state.define(name, (None, *(one for one in old if one is not None)))
        if "-f" not in options:
            for name in hiding:
                self._forget(name, "-", "it may be unset")

    def _is_hiding(self, name: str) -> bool:
        """Tell whether a variable may be of a function, so that unsetting it shows another."""
        return any(name in scope or ANY in scope for scope in self.state.scopes)

    # --- arguments ------------------------------------------------------------------------------

    def _set(self, words: list[Word]) -> None:
        """`set`: options, and the arguments behind them."""
        state, index = self.state, 0
        while index < len(words):
            word = words[index]
            if word.text is None and (word.many or word.prefix[:1] in ("", "-", "+")):
                state.allexport = None
                state.give((unknown(word.reason, True),))
                return
            text = word.text
            if text == "--" or (text == "-" and index + 1 < len(words)):
                state.give(tuple(words[index + 1 :]))
                return
            if text is None or text == "-" or text[:1] not in ("-", "+"):
                if text != "-":
                    state.give(tuple(words[index:]))
                return
            self._nounset = self._nounset or "u" in text
            if "a" in text:
                state.allexport = text[0] == "-"
            for _ in range(text.count("o")):
                option = words[index + 1].text if index + 1 < len(words) else ""
                if option is not None and option[:1] in ("", "-", "+"):
                    break  # it lists the options
                index += 1
                self._nounset = self._nounset or option in ("nounset", None)
                if option in ("allexport", None):
                    state.allexport = text[0] == "-" if option else None
            index += 1
        self._done(None)

    def _shift(self, words: list[Word]) -> None:
        text = words[0].text if words else "1"
        count = int(text) if text is not None and text.isdecimal() and len(text) < 6 else -1
        positional = self.state.positional
        before = positional[: max(count, 0)]
        if count < 0 or len(words) > 1:
            self.state.give((unknown("shift was given an unknown number", True),))
        elif not any(one.many for one in before):
            is_enough = len(before) == count
            if is_enough:
                self.state.give(positional[count:])
            self._done(0 if is_enough else 1)
        elif len(positional) > 1:
            self.state.give((unknown(DEPENDS, True),))


FOLLOWED = frozenset({".", "eval", "source"})
"""Builtins that run what writes for itself."""

EFFECTS: dict[str, Callable[..., None]] = {
    "set": Effecting._set,
    "shift": Effecting._shift,
    "unset": Effecting._unset,
}
"""Builtins that need more than to forget what they change, by name."""

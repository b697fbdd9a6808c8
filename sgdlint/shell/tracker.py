"""What commands do to the state of the shell that runs them."""

from __future__ import annotations

from sgdlint.shell import assign, builtins, declaring, effects, folders, tree, unsetting
from sgdlint.shell.expand import MOST_DEPTH, Expander
from sgdlint.shell.origin import Origin, joined, origin_of
from sgdlint.shell.parser import parse
from sgdlint.shell.scan import ALLEXPORT, ANY, Scan
from sgdlint.shell.state import State
from sgdlint.shell.values import Command, Variable, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.shell.sourcing import Files

MOST_NESTED = 4
"""Scripts in strings in scripts are followed this far."""


class Tracker:
    """The state at one point of a script, and how commands change it; `found` is what it runs."""

    def __init__(self, root: tree.Node, origin: Origin, state: State) -> None:
        self.state = state
        self.found: list[Command] = []
        self.odd: set[str] = set()
        self._nested = 0
        self._depth = 0
        self._branches = 0
        self._functions = 0
        self._own: set[str] | None = None
        self._loops = 0
        self._around: tuple[Word | None, dict[str, Variable]] = None, {}
        self._load(root, origin)

        self.files: Files | None = None
        self._active: tuple[str, ...] = ()

    def _load(self, root: tree.Node, origin: Origin) -> None:
        self.origin = origin
        self.scan = Scan(root, origin.text)
        self.odd |= self.scan.odd
        self.expander = Expander(
            self.state, origin, self._substitution, self._assign_default, self._change_text
        )

    def run(self, statements: Sequence[tree.Node]) -> None:
        """Follow statements in order."""
        raise NotImplementedError

    def _apart(self, statements: Sequence[tree.Node]) -> None:
        """Follow statements that run in a process of their own."""
        self.state.enter()
        self.run(statements)
        self.state.leave()

    # --- commands -------------------------------------------------------------------------------

    def _effects(
        self,
        node: tree.Simple,
        words: list[Word],
        declared: list[assign.Declared],
        name: str | None,
    ) -> None:
        """Do to the state what the command does to the shell."""
        while name in ("command", "builtin") and len(words) > 1:
            words = words[1:]
            name = words[0].text
        if name is None:
            self._unknown_call(words)
        elif name in self.scan.functions:
            self._call(name, words)
        elif name in builtins.DECLARING:
            declaring.declare(self._assigner(node), name, words[1:], declared)
            for one in node.assignments:
                self._forget(one.name, "-", f"it stands before {name}")
        elif name == "unset":
            unsetting.unset(self.state, words[1:])
            if self._functions:
                self._forget_all(self._effect(words).names, "it may be unset")
        elif name in effects.EFFECTS:
            effects.follow(self._assigner(node), words, *self._around)
        elif name == "set":
            self._set(words[1:])
        elif name == "eval":
            self._eval(words[1:])
        elif name in (".", "source"):
            self._source(node, words)
        else:
            self._call(name, words)

    def _call(self, name: str, words: list[Word]) -> None:
        if name in self.scan.functions:
            reason = f"the function {name} may change it"
            self._forget_all(self.scan.called(name), reason)
            if None in self.scan.calls_of(name):
                self._passed_on(words[1:], reason)
            return
        if name == "cd":
            folders.change(self.state, words[1:])
            return
        effect = self._effect(words)
        if effect.any:
            self.state.forget(f"{name} may set any variable")
        elif effect.names:
            self._forget_all(effect.names, f"it is set by {name}")
        elif self.state.wild and self._may_be_foreign(name):
            self.state.forget(f"{name} may be a function that sets any variable")

    def _effect(self, words: list[Word]) -> builtins.Effect:
        arguments = [assign.argument_of(word) for word in words]
        return builtins.effect_of(arguments[0].text, arguments[1:])

    def _may_be_foreign(self, name: str) -> bool:
        """Tell whether a name may be a function of a file that was sourced."""
        return "/" not in name and name not in builtins.HARMLESS

    def _unknown_call(self, words: list[Word]) -> None:
        if "/" in words[0].prefix or any(
            piece.texts and all("/" in text for text in piece.texts) for piece in words[0].pieces
        ):
            return
        reason = "a command whose name is not known may change it"
        self._forget_all(self.scan.called(None), reason)
        for text in words[0].texts or ():
            if text in builtins.DECLARING or text in builtins.REPLACING or text in builtins.READERS:
                self.state.forget(reason)
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
                if text in self.scan.functions:
                    self._forget_all(self.scan.called(text), reason)

    def _set(self, words: list[Word]) -> None:
        texts = [word.text for word in words]
        for index, text in enumerate(texts):
            if text is None:
                self.state.allexport = None
                return
            if text in ("--", "-") or text[:1] not in ("-", "+"):
                if not (index and texts[index - 1] in ("-o", "+o")):
                    return
                if text == "allexport":
                    self.state.allexport = texts[index - 1] == "-o"
            elif "a" in text:
                self.state.allexport = text[0] == "-"

    def _eval(self, words: list[Word]) -> None:
        """Follow text in the state as it is; what is not known in it may set anything."""
        origin = origin_of(joined(words))
        if origin is None or self._nested >= MOST_NESTED:
            self.state.forget("eval may set any variable")
            return
        if origin.stand_in:
            self.state.forget("eval may set any variable")
        origin.program, origin.file = self.origin.program, self.origin.file
        if self._inside(parse(origin.text), origin) or origin.stand_in:
            self.state.forget("eval may set any variable")

    def _inside(self, root: tree.Tree, origin: Origin) -> bool:
        """Follow another text in the state as it is; return whether it may do more than is seen."""
        saved = self.origin, self.scan, self.expander
        self._nested += 1
        self._load(root, origin)
        self.scan.adopt(saved[1])
        self.run(root.statements)
        defines = self.scan.functions.keys() != saved[1].functions.keys()
        self._nested -= 1
        self.origin, self.scan, self.expander = saved
        return bool(root.problems) or defines

    def _source(self, node: tree.Simple, words: list[Word]) -> None:
        """Follow the file that `source` reads; one that is not known may set anything."""
        name, *rest = words
        if rest and rest[0].text == "--":
            del rest[0]
        file = None
        if rest and self.files is not None and len(self._active) < MOST_NESTED:
            file = self.files.find(rest[0], self.state, self._active)
        if file is None:
            named = f"{name.text} {rest[0].prefix if rest else ''}".rstrip()
            self.state.forget(f"{named} may set any variable")
            return
        from sgdlint.shell.sourcing import Elsewhere, may_return

        saved, self._active = self._active, (*self._active, file.name)
        positional = self.state.positional
        if rest[1:]:
            self.state.positional = tuple(rest[1:])
        place = self.origin.span(node.start, node.end)
        root = parse(file.text)
        if self._inside(root, Elsewhere(file, self.origin, place)) or may_return(root):
            self.state.forget(f"{file.name} may set any variable")
        if rest[1:]:
            self.state.positional = positional
        self._active = saved

    # --- changes --------------------------------------------------------------------------------

    def _assigner(self, node: tree.Node) -> assign.Assigner:
        start, end = self.origin.written(node.start, node.end)
        return assign.Assigner(self.state, self.expander, self.odd, self._own, start, end)

    def _substitution(self, body: tuple[tree.Node, ...]) -> list[Command]:
        before = len(self.found)
        self._depth += 1
        if self._depth <= MOST_DEPTH:
            self._apart(body)
        self._depth -= 1
        return self.found[before:]

    def _assign_default(self, name: str, word: Word, node: tree.Node) -> None:
        self._assigner(node).scalar(name, word)

    def _change_text(self, text: str) -> None:
        effect = builtins.assigned_in(text)
        if effect.any or (self.origin.stand_in and self.origin.stand_in in text):
            self.state.forget("an arithmetic expression may set any variable")
        self._forget_all(effect.names, "it is computed")

    def _forget_changes(self, start: int, end: int, reason: str) -> None:
        self._forget_all(self.scan.between(start, end), reason)

    def _forget_all(self, changes: dict[str, str], reason: str) -> None:
        if ANY in changes:
            self.state.forget(reason)
            return
        if ALLEXPORT in changes:
            self.state.allexport = None
        for name, kinds in changes.items():
            self._forget(name, kinds, reason)

    def _forget(self, name: str, kinds: str, reason: str) -> None:
        if name == ALLEXPORT:
            self.state.allexport = None
        elif kinds != "p":
            if self.state.allexport is not False:
                kinds += "x="
            is_array = name in self.scan.arrays or bool(self.state.wild) or "[]" in kinds
            old = self.state.variables.get(name)
            is_odd = name in self.scan.attributed
            self.state.put(name, assign.after_changes(old, name, kinds, reason, is_array, is_odd))

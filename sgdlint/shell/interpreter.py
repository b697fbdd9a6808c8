"""What a script would run: every simple command, with what is known about its words.

The interpreter follows the script once, in the order of the text. Where paths meet, values are
joined; what a loop or a function may change is unknown inside it; a function is interpreted where
it is defined. It claims nothing that some run could show to be wrong, under four assumptions: a
program named by a variable from outside is no builtin that assigns, programs with well-known names
are not replaced by functions of a sourced file, aliases are off, and `set -k` is not used.
"""

from __future__ import annotations

from sgdlint.shell import assign, builtins, tree
from sgdlint.shell.expand import DEEP, MOST_DEPTH, Expander
from sgdlint.shell.origin import Origin, origin_of
from sgdlint.shell.parser import parse
from sgdlint.shell.scan import ALLEXPORT, ANY, Scan
from sgdlint.shell.state import Changes, State, join_words
from sgdlint.shell.values import Command, Piece, Variable, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST_NESTED = 4
"""Scripts in strings in scripts are followed this far."""


def commands(
    root: tree.Tree,
    text: str,
    environment: dict[str, Variable] | None = None,
    origin: Origin | None = None,
) -> list[Command]:
    """Return the simple commands that a script can run, in the order of the text.

    environment: variables that are set when it starts. origin: where the text stands in the file.
    """
    interpreter = Interpreter(root, origin or Origin(text), State(dict(environment or {})))
    interpreter.run(root.statements)
    interpreter.found.sort(key=lambda command: command.start)
    return interpreter.found


def commands_of(word: Word, environment: dict[str, Variable]) -> list[Command] | None:
    """Return what a shell runs that is given a word as its script; None when it is not certain.

    environment: the variables in the environment of that shell.
    """
    origin = origin_of(word)
    if origin is None:
        return None
    return commands(parse(origin.text), origin.text, assign.inherited(environment), origin)


class Interpreter:
    """Follows one script; `found` is what it runs."""

    def __init__(self, root: tree.Node, origin: Origin, state: State) -> None:
        self.state = state
        self.found: list[Command] = []
        self.odd: set[str] = set()
        self._nested = 0
        self._depth = 0
        self._branches = 0
        self._functions = 0
        self._loops = 0
        self._load(root, origin)

    def _load(self, root: tree.Node, origin: Origin) -> None:
        self.origin = origin
        self.scan = Scan(root, origin.text)
        self.odd |= self.scan.odd
        self.expander = Expander(
            self.state, origin, self._substitution, self._assign_default, self._change_text
        )

    def run(self, statements: Sequence[tree.Node]) -> None:
        """Follow statements in order."""
        for statement in statements:
            self._statement(statement)

    def _statement(self, node: tree.Node) -> None:
        if type(node) is tree.Simple:
            self._simple(node)
            return
        handle = STATEMENTS.get(type(node))
        self._depth += 1
        if handle is None or self._depth > MOST_DEPTH:
            self.state.forget(DEEP)
        else:
            self._redirects(getattr(node, "redirects", ()))
            handle(self, node)
        self._depth -= 1

    # --- paths ----------------------------------------------------------------------------------

    def _path(self, *parts: Sequence[tree.Node]) -> Changes:
        """Follow statements that may not run, and return what they change."""
        self._branches += 1
        self.state.enter()
        for statements in parts:
            self.run(statements)
        self._branches -= 1
        return self.state.leave()

    def _merge(self, paths: list[Changes], may_skip: bool) -> None:
        if may_skip:
            paths = [*paths, Changes({}, (self.state.wild, self.state.allexport))]
        self.state.merge(paths, self.scan.arrays)

    def _apart(self, statements: Sequence[tree.Node]) -> None:
        """Follow statements that run in a process of their own."""
        self.state.enter()
        self.run(statements)
        self.state.leave()

    def _if(self, node: tree.If) -> None:
        paths: list[Changes] = []
        for index, branch in enumerate(node.branches):
            if index:
                self._merge([self._path(branch.condition)], True)
            else:
                self.run(branch.condition)
            paths.append(self._path(branch.body))
        paths.append(self._path(node.otherwise or ()))
        self._merge(paths, False)

    def _case(self, node: tree.Case) -> None:
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

    def _and_or(self, node: tree.AndOr) -> None:
        rights: list[tree.Node] = []
        left: tree.Node = node
        while isinstance(left, tree.AndOr):
            rights.append(left.right)
            left = left.left
        self._statement(left)
        for right in reversed(rights):
            self._merge([self._path((right,))], True)

    def _pipeline(self, node: tree.Pipeline) -> None:
        if len(node.commands) == 1:
            self.run(node.commands)
            return
        for command in node.commands:
            self._apart((command,))
        last = node.commands[-1]  # runs in the shell itself under `shopt -s lastpipe`
        self._forget_changes(last.start, last.end, "it is changed in a pipeline")

    def _loop(self, node: tree.Loop) -> None:
        reason = "it is changed in a loop"
        self._forget_changes(node.start, node.end, reason)
        self.run(node.condition)
        self._body(node, node.body)

    def _for(self, node: tree.For) -> None:
        words = None
        if node.words is not None:
            words = [word for one in node.words for word in self.expander.words(one)]
        self._forget_changes(node.start, node.end, "it is changed in a loop")
        if words is not None and node.keyword == "for":
            self._set_loop_variable(node, words)
        self._body(node, node.body)

    def _set_loop_variable(self, node: tree.For, words: list[Word]) -> None:
        if not words or any(word.many for word in words):
            return
        start, end = self.origin.span(node.start, node.end)
        self._assigner(start, end).scalar(
            node.name, join_words(words) if len(words) > 1 else words[0]
        )

    def _arithmetic_for(self, node: tree.ArithmeticFor) -> None:
        self._forget_changes(node.start, node.end, "it is changed in a loop")
        self._body(node, node.body)

    def _body(self, node: tree.Node, body: Sequence[tree.Node]) -> None:
        self._loops += 1
        self._path(body)
        self._loops -= 1
        self._forget_changes(node.start, node.end, "it is changed in a loop")

    def _function(self, node: tree.Function) -> None:
        self._functions += 1
        self._branches += 1
        self.state.enter()
        self._enter_function(node)
        self._statement(node.body)
        self.state.leave()
        self._branches -= 1
        self._functions -= 1

    def _enter_function(self, node: tree.Function) -> None:
        """Forget what may have changed until the function is called."""
        reason = "it may change before the function is called"
        changes = {name for name, offset in self.scan.last.items() if offset > node.start}
        if self._loops or self._functions > 1:
            changes = set(self.scan.last)
        changes.update(self.scan.called(None))
        if ANY in changes or self._nested:
            self.state.forget(reason)
            return
        for name in changes:
            self._forget(name, "-", reason)

    def _subshell(self, node: tree.Subshell) -> None:
        self._apart(node.body)

    def _group(self, node: tree.Group) -> None:
        self.run(node.body)

    def _background(self, node: tree.Background) -> None:
        self._apart((node.command,))

    def _coprocess(self, node: tree.Coprocess) -> None:
        self._apart((node.command,))
        self._forget(node.name or "COPROC", "=[]", "it is set by coproc")

    def _conditional(self, node: tree.Conditional) -> None:
        for word in node.words:
            self.expander.maybe(word)

    def _arithmetic(self, node: tree.ArithmeticCommand) -> None:
        for part in node.parts:
            self.expander.value(tree.Word(part.start, part.end, (part,)))
        self._change_text(node.text)

    def _redirects(self, redirects: Sequence[tree.Redirect]) -> Word | None:
        """Expand redirections in order, and return what the last here-document or -string gives."""
        given = None
        for redirect in redirects:
            word = self.expander.value(redirect.body or redirect.target)
            if redirect.operator in ("<<", "<<-", "<<<"):
                given = word
            elif redirect.operator in ("<", "<>") and not redirect.descriptor:
                given = None
            if redirect.descriptor.startswith("{"):
                self._forget(redirect.descriptor.strip("{}"), "=", "it is a file descriptor")
        return given

    # --- simple commands ------------------------------------------------------------------------

    def _simple(self, node: tree.Simple) -> None:
        if not node.words:
            self._redirects(node.redirects)
            self._assign_all(node)
            return
        words, declared = self._words(node)
        given = self._redirects(node.redirects)
        if not words or words[0].many:
            self._assign_maybe(node, bool(words))
        if not words:
            return
        environment = self._environment(node)
        name = words[0].text
        self._emit(node, words, environment, given)
        self._effects(node, words, declared, name)

    def _words(self, node: tree.Simple) -> tuple[list[Word], list[assign.Declared]]:
        """Expand the words of a command; assignments among them are returned apart as well."""
        words: list[Word] = []
        declared: list[assign.Declared] = []
        for word in node.words:
            if isinstance(word, tree.Assignment):
                one = self._assigner(*self.origin.span(word.start, word.end)).read(word)
                declared.append(one)
                words.append(one.word)
            else:
                words += self.expander.words(word)
        return words, declared

    def _emit(
        self,
        node: tree.Simple,
        words: list[Word],
        environment: dict[str, Variable],
        given: Word | None,
    ) -> None:
        first = node.assignments[0] if node.assignments else node.words[0]
        start, end = self.origin.span(first.start, node.words[-1].end)
        is_function = words[0].text in self.scan.functions
        self.found.append(
            Command(start, end, tuple(words), environment, self._branches > 0, is_function, given)
        )

    def _environment(self, node: tree.Simple) -> dict[str, Variable]:
        """Return the variables of a command, with those that are assigned before it."""
        if not node.assignments:
            return self.state.snapshot()
        self.state.enter()
        self._assign_all(node)
        environment = dict(self.state.snapshot())
        self.state.leave()
        for one in node.assignments:
            variable = environment.get(one.name)
            if variable is not None:
                environment[one.name] = assign.before_command(one, variable)
        return environment

    def _assign_all(self, node: tree.Simple) -> None:
        for one in node.assignments:
            assigner = self._assigner(*self.origin.span(one.start, one.end))
            assigner.put(assigner.read(one))

    def _assign_maybe(self, node: tree.Simple, may_skip: bool) -> None:
        """Assign what stands before a command that may turn out to be no command at all."""
        self.state.enter()
        self._assign_all(node)
        self._merge([self.state.leave()], may_skip)

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
            self._declare(node, name, words[1:], declared)
            for one in node.assignments:
                self._forget(one.name, "-", f"it stands before {name}")
        elif name == "unset":
            self._unset(words[1:])
        elif name == "set":
            self._set(words[1:])
        elif name == "eval":
            self._eval(words[1:])
        else:
            self._call(name, words)

    def _call(self, name: str, words: list[Word]) -> None:
        if name in self.scan.functions:
            reason = f"the function {name} may change it"
            self._forget_all(self.scan.called(name), reason)
            if None in self.scan.calls_of(name):
                self._passed_on(words[1:], reason)
            return
        effect = builtins.effect_of(name, [assign.argument_of(word) for word in words[1:]])
        if effect.any:
            self.state.forget(f"{name} may set any variable")
        elif effect.names:
            self._forget_all(effect.names, f"it is set by {name}")
        elif self.state.wild and self._may_be_foreign(name):
            self.state.forget(f"{name} may be a function that sets any variable")

    def _may_be_foreign(self, name: str) -> bool:
        """Tell whether a name may be a function of a file that was sourced."""
        known = builtins.BUILTINS | builtins.PROGRAMS | builtins.READERS.keys()
        return "/" not in name and name not in known

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

    def _declare(
        self,
        node: tree.Simple,
        name: str,
        words: list[Word],
        declared: list[assign.Declared],
    ) -> None:
        effect = builtins.effect_of(name, [assign.argument_of(word) for word in words])
        if effect.any:
            self.state.forget(f"{name} may set any variable")
            return
        start, end = self.origin.span(node.start, node.end)
        self._assigner(start, end).declare(name, words, declared, effect.names)
        self.odd.update(one for one, kinds in effect.names.items() if "r" in kinds or "!" in kinds)

    def _unset(self, words: list[Word]) -> None:
        arguments = [assign.argument_of(word) for word in words]
        effect = builtins.effect_of("unset", arguments)
        if effect.any:
            self.state.forget("unset may unset any variable")
        elif not any(word.text == "-f" for word in words):
            for name, kinds in effect.names.items():
                if self._functions or name in self.odd or kinds != "-":
                    self._forget(name, "-", "it may be unset")
                else:
                    self.state.put(name, Variable(name, None, False, -1, -1))

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
        """Follow text that is certain in the state as it is."""
        pieces: list[Piece] = []
        for word in words:
            pieces += [Piece((" ",), -1, -1), *word.pieces]
        place = (words[0].start, words[-1].end) if words else (-1, -1)
        origin = origin_of(Word(*place, tuple(pieces[1:]), any(word.many for word in words)))
        if origin is None or self._nested >= MOST_NESTED:
            self.state.forget("eval may set any variable")
            return
        saved = self.origin, self.scan, self.expander
        root = parse(origin.text)
        self._nested += 1
        self._load(root, origin)
        self.scan.adopt(saved[1])
        self.run(root.statements)
        if root.problems or self.scan.functions.keys() != saved[1].functions.keys():
            self.state.forget("eval may set any variable")
        self._nested -= 1
        self.origin, self.scan, self.expander = saved

    # --- changes --------------------------------------------------------------------------------

    def _assigner(self, start: int, end: int) -> assign.Assigner:
        return assign.Assigner(
            self.state, self.expander, self.odd, self.scan.arrays, self._functions > 0, start, end
        )

    def _substitution(self, body: tuple[tree.Node, ...]) -> None:
        self._depth += 1
        if self._depth <= MOST_DEPTH:
            self._apart(body)
        self._depth -= 1

    def _assign_default(self, name: str, word: Word, node: tree.Node) -> None:
        self._assigner(*self.origin.span(node.start, node.end)).scalar(name, word)

    def _change_text(self, text: str) -> None:
        effect = builtins.assigned_in(text)
        if effect.any:
            self.state.forget("an arithmetic expression may set any variable")
        self._forget_all(effect.names, "it is computed")

    def _forget_changes(self, start: int, end: int, reason: str) -> None:
        self._forget_all(self.scan.between(start, end), reason)

    def _forget_all(self, changes: dict[str, str], reason: str) -> None:
        if ANY in changes:
            self.state.forget(reason)
            return
        for name, kinds in changes.items():
            self._forget(name, kinds, reason)

    def _forget(self, name: str, kinds: str, reason: str) -> None:
        if name == ALLEXPORT:
            self.state.allexport = None
        elif kinds != "p":
            is_array = name in self.scan.arrays or bool(self.state.wild) or "[]" in kinds
            value = assign.after_changes(
                self.state.variables.get(name), name, kinds, reason, is_array
            )
            self.state.put(name, value)


def _is_star(arm: tree.Arm) -> bool:
    """Tell whether an arm takes whatever is left."""
    return any(
        len(pattern.parts) == 1 and isinstance(pattern.parts[0], tree.Glob | tree.Literal)
        and pattern.parts[0].text == "*"
        and pattern.parts[0].end - pattern.parts[0].start == 1
        for pattern in arm.patterns
    )  # fmt: skip


STATEMENTS: dict[type, Callable[..., None]] = {
    tree.AndOr: Interpreter._and_or,
    tree.ArithmeticCommand: Interpreter._arithmetic,
    tree.ArithmeticFor: Interpreter._arithmetic_for,
    tree.Background: Interpreter._background,
    tree.Case: Interpreter._case,
    tree.Conditional: Interpreter._conditional,
    tree.Coprocess: Interpreter._coprocess,
    tree.For: Interpreter._for,
    tree.Function: Interpreter._function,
    tree.Group: Interpreter._group,
    tree.If: Interpreter._if,
    tree.Loop: Interpreter._loop,
    tree.Pipeline: Interpreter._pipeline,
    tree.Subshell: Interpreter._subshell,
}

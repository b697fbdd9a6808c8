"""What a script would run: every simple command, with what is known about its words.

The interpreter follows the script once, in the order of the text. Where paths meet, values are
joined; what a loop or a function may change is unknown inside it; a function is interpreted where
it is defined. It claims nothing that some run could show to be wrong, under four assumptions: a
program named by a variable from outside is no builtin that assigns, programs with well-known names
are not replaced by functions of a sourced file, aliases are off, and `set -k` is not used.
"""

from __future__ import annotations

from sgdlint.shell import assign, folders, reading, tree
from sgdlint.shell.expand import DEEP, MOST_DEPTH
from sgdlint.shell.origin import Origin, origin_of
from sgdlint.shell.parser import parse
from sgdlint.shell.scan import ANY
from sgdlint.shell.state import Changes, State, join_words
from sgdlint.shell.tracker import Tracker
from sgdlint.shell.values import Command, Variable, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sgdlint.shell.sourcing import Files


def commands(
    root: tree.Tree,
    text: str,
    environment: dict[str, Variable] | None = None,
    origin: Origin | None = None,
    files: Files | None = None,
    positional: tuple[Word, ...] | None = None,
) -> list[Command]:
    """Return the simple commands that a script can run, in the order of the text.

    environment: variables that are set when it starts. origin: where the text stands in the file.
    files: reads what `source` names. positional: `$1` and on, None when they are not known.
    """
    if origin is None:
        origin = Origin(text)
        origin.program = origin.file = folders.OWN
    interpreter = Interpreter(root, origin, State(dict(environment or {})))
    interpreter.files = files
    if positional is not None:
        interpreter.state.positional = positional
    interpreter.run(root.statements)
    interpreter.found.sort(key=lambda command: command.start)
    return interpreter.found


def commands_of(
    word: Word,
    environment: dict[str, Variable],
    files: Files | None = None,
    arguments: Sequence[Word] = (),
) -> list[Command] | None:
    """Return what a shell runs that is given a word as its script; None when it is not certain.

    environment: the variables in the environment of that shell. files: reads what `source` names.
    arguments: what the script is called with, `$0` first.
    """
    origin = origin_of(word)
    if origin is None:
        return None
    if arguments and not arguments[0].many:
        origin.program = arguments[0]
    start = assign.inherited(environment)
    start.setdefault(folders.CURRENT, folders.UNKNOWN)
    positional = tuple(arguments if arguments and arguments[0].many else arguments[1:])
    return commands(parse(origin.text), origin.text, start, origin, files, positional)


class Interpreter(Tracker):
    """Follows one script; `found` is what it runs."""

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
            paths = [Changes({}, (self.state.wild, self.state.allexport)), *paths]
        self.state.merge(paths, self.scan.arrays)

    def _if(self, node: tree.If) -> None:
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
        if len(node.commands) < 2:  # a lone `!` has none
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
        self._assigner(node).scalar(node.name, join_words(words) if len(words) > 1 else words[0])

    def _arithmetic_for(self, node: tree.ArithmeticFor) -> None:
        self._forget_changes(node.start, node.end, "it is changed in a loop")
        self._body(node, node.body)

    def _body(self, node: tree.Node, body: Sequence[tree.Node]) -> None:
        self._loops += 1
        if self._own is not None:
            self._own |= self.scan.between(node.start, node.end).keys()
        self._path(body)
        self._loops -= 1
        self._forget_changes(node.start, node.end, "it is changed in a loop")

    def _function(self, node: tree.Function) -> None:
        own, loops = self._own, self._loops
        self._own, self._loops = set(), 0
        self._functions += 1
        self._branches += 1
        self.state.enter()
        self._enter_function(node, loops > 0)
        self._statement(node.body)
        self.state.leave()
        self._branches -= 1
        self._functions -= 1
        self._own, self._loops = own, loops

    def _enter_function(self, node: tree.Function, is_repeated: bool) -> None:
        """Forget what may have changed until the function is called."""
        reason = "it may change before the function is called"
        if self._nested or self.scan.is_large:
            self.state.forget(reason)
            return
        changes = set(self.scan.called(None))
        for name, offset in self.scan.last.items():
            if offset > node.start or is_repeated or self._functions > 1:
                changes.add(name)
        if ANY in changes:
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

    def _redirects(self, redirects: Sequence[tree.Redirect]) -> tuple[Word | None, Word | None]:
        """Expand redirections in order.

        Return what the last here-document or -string gives, and the file that the output goes to.
        """
        given = written = None
        for redirect in redirects:
            body = redirect.body
            word = self.expander.value(body or redirect.target, body is not None)
            if redirect.operator in ("<<", "<<-", "<<<"):
                given = word
            elif redirect.operator in ("<", "<>") and not redirect.descriptor:
                given = None
            elif redirect.operator in (">", ">|") and redirect.descriptor in ("", "1"):
                written = word
            if redirect.descriptor.startswith("{"):
                self._forget(redirect.descriptor.strip("{}"), "=", "it is a file descriptor")
        return given, written

    # --- simple commands ------------------------------------------------------------------------

    def _simple(self, node: tree.Simple) -> None:
        if not node.words:
            self._redirects(node.redirects)
            self._assign_all(node)
            return
        words, declared = self._words(node)
        streams = self._redirects(node.redirects)
        if not words or words[0].many:
            self._assign_maybe(node, bool(words))
        if not words:
            return
        environment = self._environment(node)
        name = words[0].text
        self._emit(node, words, environment, streams)
        self._around = reading.stdin_of(node.redirects, streams[0], None), environment
        self._effects(node, words, declared, name)

    def _words(self, node: tree.Simple) -> tuple[list[Word], list[assign.Declared]]:
        """Expand the words of a command; assignments among them are returned apart as well."""
        words: list[Word] = []
        declared: list[assign.Declared] = []
        for word in node.words:
            if isinstance(word, tree.Assignment):
                is_map = any("A" in (one.text or "") and one.prefix[0] == "-" for one in words)
                one = self._assigner(word).read(word, True, is_map)
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
        streams: tuple[Word | None, Word | None],
    ) -> None:
        first = node.assignments[0] if node.assignments else node.words[0]
        start, end = self.origin.span(first.start, node.words[-1].end)
        is_function = words[0].text in self.scan.functions
        self.found.append(
            Command(
                start,
                end,
                tuple(words),
                environment,
                conditional=self._branches > 0,
                function=is_function,
                stdin=streams[0],
                nested=self.origin.is_nested,
                stdout=streams[1],
                file=self.origin.label(first.start),
            )
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
            assigner = self._assigner(one)
            if not assigner.put(assigner.read(one)):
                return

    def _assign_maybe(self, node: tree.Simple, may_skip: bool) -> None:
        """Assign what stands before a command that may turn out to be no command at all."""
        self.state.enter()
        self._assign_all(node)
        self._merge([self.state.leave()], may_skip)


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

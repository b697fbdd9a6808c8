"""What a script would run: every simple command, with what is known about its words.

The interpreter follows the paths that a script can take, side by side and in the order in which
they run: `branches` decides conditions or follows them both ways, `loops` and `repeats` go round by
round, `calls` follows functions where they are called, `paths` joins what knows the same. Parts
that cannot matter to a launch (`relevance`) are followed once, and their paths joined at once.
Bounds keep all of it about linear in the text; behind them it is followed in this plain way, too.

It claims nothing that some run could show to be wrong, under these assumptions: a program named by
a variable from outside is no builtin that assigns, and no function of the script; programs with
well-known names are not replaced by functions of a sourced file, nor are the functions of the
script; aliases are off, and `set -k`, `shopt -s execfail` and a `BASHOPTS` from outside are not
used.
"""

from __future__ import annotations

from bisect import bisect_left

from sgdlint import quick
from sgdlint.record import replace
from sgdlint.shell import assign, builtins, folders, streams, tree, written
from sgdlint.shell.calls import UNREACHED
from sgdlint.shell.events import INDIRECT, NAMED
from sgdlint.shell.expand import DEEP, MOST_DEPTH
from sgdlint.shell.library import ANY, POSITIONAL
from sgdlint.shell.origin import Origin, origin_of
from sgdlint.shell.parser import parse
from sgdlint.shell.paths import common_steps
from sgdlint.shell.repeats import Repeats
from sgdlint.shell.state import KEPT, UNKNOWN, State, anything, unknown
from sgdlint.shell.tracker import EFFECTS, FOREIGN
from sgdlint.shell.values import Command, Dead, Piece, Variable, Word
from sgdlint.shell.written import Output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sgdlint.shell.sourcing import Files

    Streams = tuple[Word | None, Output | None]

TESTS = frozenset({"[", "test"})

COLON, SOMETHING = (Piece((":",), -1, -1),), (UNKNOWN,)
NO_NAMES: dict[str, Variable] = {}
"""What the many commands share of which nobody asks."""

TELLING = builtins.BUILTINS | builtins.DECLARING | builtins.REPLACING | builtins.READERS.keys()
"""Commands of which the status may be known."""

REFERENCES = r"\b(?:declare|local|typeset)[ \t]+-[A-Za-z]*n"
"""What makes a variable another name of one: assignments to it change what they do not name."""

OPEN = r"[$`*?\[{~]"
"""Characters that may make other words of what is written."""

MOST_VARIANTS = 128
"""So many commands are told for one place; then others of which only the first two words are
known stand for more, at most MOST_VAGUE."""
MOST_VAGUE = 8


def commands(
    root: tree.Tree,
    text: str,
    environment: dict[str, Variable] | None = None,
    origin: Origin | None = None,
    files: Files | None = None,
    positional: tuple[Word, ...] | None = None,
    short: bool = False,
) -> list[Command]:
    """Return the simple commands that a script can run, in the order of the text.

    environment: variables that are set when it starts. origin: where the text stands in the file.
    files: reads what `source` names. positional: `$1` and on, None when they are not known.
    short: a statement that cannot matter to a launch is one command of which nothing is known, or
    `:` when it is of literal words.
    """
    if origin is None:
        origin = Origin(text)
        origin.program = origin.file = folders.OWN
    short = short and quick.search(REFERENCES, text) is None
    interpreter = Interpreter(root, origin, State(dict(environment or {})), short)
    interpreter.files = files
    if positional is not None:
        interpreter.state.give(positional)
    interpreter.begin()
    interpreter.follow(root)
    interpreter.found.sort(key=lambda command: command.start)
    return interpreter.found


def commands_of(
    word: Word,
    environment: dict[str, Variable],
    files: Files | None = None,
    arguments: Sequence[Word] = (),
    problems: list[tree.SyntaxProblem] | None = None,
) -> list[Command] | None:
    """Return what a shell runs that is given a word as its script; None when it is not certain.

    environment: the variables in the environment of that shell. files: reads what `source` names.
    arguments: what the script is called with, `$0` first. problems: gets what certainly is no
    shell script in it, with its places in the file.
    """
    origin = origin_of(word)
    if origin is None:
        return None
    if arguments and not arguments[0].many:
        origin.program = arguments[0]
    start = assign.inherited(environment)
    start.setdefault(folders.CURRENT, folders.UNKNOWN)
    positional = tuple(arguments if arguments and arguments[0].many else arguments[1:])
    root = parse(origin.text)
    if problems is not None and not origin.stand_in:
        problems += (
            replace(one, start=place[0], end=place[1], message=_inside(one.message))
            for one in root.problems
            if (place := origin.span(one.start, one.end)) not in ((-1, -1), *_places(problems))
        )
    return commands(root, origin.text, start, origin, files, positional)


def _inside(message: str) -> str:
    """Return a message about a script that stands in a string."""
    message = quick.sub(r" at line \d+", "", message)
    return message.replace("the end of the file", "the end of this script")


def _places(problems: Sequence[tree.SyntaxProblem]) -> list[tuple[int, int]]:
    return [(one.start, one.end) for one in problems]


class Interpreter(Repeats):
    """Follows one script; `found` is what it runs."""

    def __init__(self, root: tree.Node, origin: Origin, state: State, short: bool = False) -> None:
        self._places: dict[tuple[int, int], list[int]] = {}
        self._reached: set[int] = set()
        self._dead: Dead | None = None
        self._passed: set[int] = set()
        self._conditions = {}
        self._wants_last = False
        super().__init__(root, origin, state, short)
        self._whole = self.scan

    def begin(self) -> None:
        """Find out what matters, with what is known from the start."""
        self.scan.has_files = self.files is not None
        if not self.is_short:
            return
        state, scan = self.state, self.scan
        scan.is_open = scan.events.reads_files and self.files is not None
        for name, one in state.variables.items():
            if one.exported is not False:
                scan.events.exported.add(name)
            if one.word is not None and _may_name((one.word,)):
                scan.given.add(name)
        if _may_name(state.positional):
            scan.given.add(POSITIONAL)
        state.ignored = scan.relevance().ignored()
        if not scan.relevance().is_whole():
            self._apart_names = scan.relevance().names
        reason = "it is set in a part that was passed over"
        names = {name for _, name in scan.events.uses}
        if ANY not in scan.events.writes and INDIRECT not in names:
            names &= state.ignored
        else:
            names = set(state.ignored)
        for name in names:
            is_array = name in self.library.arrays
            state.variables[name] = anything(name, reason, None, is_array)

    def follow(self, root: tree.Tree) -> None:
        """Follow a whole script, and then what no path through it has reached."""
        self.run(root.statements)
        self._follow_waiting()
        for start, node in list(self._whole.events.launches.items()):
            if start not in self._reached:
                self._dead = None if self._has_skipped else self._why_dead(root, start)
                self._only(self._nothing(UNREACHED))
                self._branches += 1
                self._simple(node)
                self._branches -= 1

    def _why_dead(self, root: tree.Tree, start: int) -> Dead:
        from sgdlint.shell.unreached import why

        here = [one[1:] for one in self._ends if one[0] is self._whole]
        dead = why(root, start, here)
        if dead.start < 0:
            return dead
        return Dead(*self.origin.span(dead.start, dead.end), dead.ends)

    def run(self, statements: Sequence[tree.Node], asked: bool = False) -> None:
        """Follow statements in order; asked: the status of the last one counts."""
        count = len(statements)
        index = 0
        while index < count and self.states:
            if self.is_short:
                behind = self._behind(statements, index, count)
                if asked and behind == count and not self._is_blind(statements[-1]):
                    behind -= 1
                if behind > index:
                    self._pass(statements[index], statements[behind - 1])
                    index = behind
                    continue
            self._statement(statements[index], asked and index == count - 1)
            index += 1
        if index < count:
            self._note_end(statements, statements[index - 1] if index else None)

    def _statement(self, node: tree.Node, asked: bool = False) -> None:
        """Follow one statement on every path."""
        states = self.states
        if len(states) == 1:
            mark = len(self._log)
            self._mark, self._names = mark, set()
            self._one(node, asked)
            if len(self.states) > 1:
                self._mark, self._names = mark, set()
                self._meet(asked)
        else:
            saved = self._mark, self._names
            after: list[State] = []
            for state in states:
                self._mark, self._names = len(self._log), set()
                self._only(state)
                self._one(node, asked)
                after += self.states
            self._mark, self._names = saved
            self.states = after
            if type(node) is not tree.Simple or len(after) > len(states):
                self._meet(asked)
        if self.states:
            self._use(self.states[0])

    def _one(self, node: tree.Node, asked: bool) -> None:
        """Follow one statement on the path that is followed now."""
        self.steps += 1
        if self.is_short and (not asked or self._is_blind(node)) and self._behind((node,), 0, 1):
            self._pass(node, node)
            return
        self._follow_whole(node, asked)

    def _follow_whole(self, node: tree.Node, asked: bool = False) -> None:
        """Follow a statement and all that stands in it."""
        self._asked = asked
        if type(node) is tree.Simple:
            self._simple(node)
            return
        kind = type(node)
        plain = PLAIN.get(kind)
        self._depth += 1
        if self._depth > MOST_DEPTH:
            self.state.forget(DEEP)
            self._has_skipped = True
        elif plain is not None and not self._matters((node,)):
            self._flat += 1
            self._redirects(getattr(node, "redirects", ()))
            streams.lose(self.state)
            plain(self, node)
            self._flat -= 1
        elif kind in STATEMENTS:
            redirects = getattr(node, "redirects", ())
            given, _ = self._redirects(redirects)
            self._asked = asked
            self._between(redirects, given, lambda: STATEMENTS[kind](self, node))
        else:
            self.state.forget(DEEP)
            self._has_skipped = True
        self._depth -= 1

    # --- what cannot matter ---------------------------------------------------------------------

    def _behind(self, statements: Sequence[tree.Node], index: int, count: int) -> int:
        """Return the first statement from one on that may matter; only so many count."""
        first = statements[index]
        stops = self.scan.relevance().stops
        place = bisect_left(stops, first.start)
        stop = stops[place] if place < len(stops) else len(self.origin.text) + 1
        if self._ran or first.end > stop:
            return index
        for one in self.states:
            if streams.INPUT in one.variables or streams.OUTPUT in one.variables:
                return index
        foreign = len(self.library.functions) > len(self._whole.functions)
        while index < count and statements[index].end <= stop:
            if foreign and self._calls_foreign(statements[index]):
                break
            index += 1
        return index

    def _is_blind(self, node: tree.Node) -> bool:
        """Tell whether it is certain that nothing is known of the status of a statement."""
        kind = type(node)
        if kind is tree.Pipeline:
            return len(node.commands) > 1  # type: ignore[attr-defined]
        if kind is not tree.Simple or not node.words:  # type: ignore[attr-defined]
            return kind is tree.Subshell
        first = node.words[0]  # type: ignore[attr-defined]
        if type(first) is not tree.Word or not first.is_plain:
            return False
        name = first.kept
        return name not in TELLING and name not in self.library.functions

    def _calls_foreign(self, node: tree.Node) -> bool:
        """Tell whether a statement may call a function of another text."""
        names = self.scan.calls_in(node.start, node.end)
        return any(name in self.library.functions for name in names)

    def _pass(self, first: tree.Node, last: tree.Node) -> None:
        """Pass over statements, which change nothing that anybody asks for."""
        start, end = first.start, last.end
        for state in self.states:
            state.status = state.code = None
            if state.wild:
                self._use(state)
                for name in sorted(self.scan.calls_in(start, end), key=str):
                    is_own = name is None or name in self.library.functions
                    if not is_own and self._may_be_foreign(name or ""):
                        state.forget(f"{name} {FOREIGN}", keeps_ifs=True)
                        break
        self._note(first, last)

    def _tells(self, node: tree.Simple) -> bool:
        """Tell whether anybody may ask for the words of a command."""
        if not self.is_short:
            return True
        return self.scan.relevance().tells(node.start, node.end)

    def _note(self, first: tree.Node, last: tree.Node) -> None:
        """Note statements of which nobody asks more than where they stand."""
        if first.start not in self._passed:
            self._passed.add(first.start)
            word = self._blank(first.start, last.end)
            self.found.append(Command(word.start, word.end, (word,), NO_NAMES, conditional=True))

    def _blank(self, start: int, end: int) -> Word:
        """Return a word for all of a part: unknown, or `:` where it says what it runs."""
        is_open = quick.compile(OPEN).search(self.origin.text, start, end) is not None
        start, end = self.origin.span(start, end)
        if is_open:
            return Word(start, end, SOMETHING, True, "a part that was passed over")
        return Word(start, end, COLON)

    # --- other compound commands ----------------------------------------------------------------

    def _pipeline(self, node: tree.Pipeline) -> None:
        if len(node.commands) < 2:  # a lone `!` has none
            self.run(node.commands, self._asked)
            if node.negated:
                self._negate()
            return
        self._stages(node)
        self._done(None)
        if self.state.wild or self.scan.has_lastpipe:
            self._forget_changes(node.commands[-1], "it is changed in a pipeline")

    def _stages(self, node: tree.Pipeline) -> None:
        """Follow the commands of a pipeline, each with what the one before it writes."""
        state = self.state
        collects = self._matters((node,))
        before: Word | None = None
        written_out: Word | None = None
        fed: Word | None = None
        for place, command in enumerate(node.commands):
            if place:
                last = node.commands[place - 1].end
                is_mixed = "|&" in self.origin.text[last : command.start]
                streams.put(state, streams.INPUT, None if is_mixed else written_out)
            self._piped = fed if type(command) is tree.Simple else None
            self._last = None
            self._wants_last = type(command) is tree.Simple
            written_out = self._apart((command,), collects)
            self._wants_last = False
            fed = written.piped(self._last) if type(command) is tree.Simple else None
            if not place:
                before = streams.get(state, streams.INPUT)
        self._piped = None
        streams.put(state, streams.INPUT, before)
        streams.write(state, written_out)

    def _subshell(self, node: tree.Subshell) -> None:
        collects = streams.OUTPUT in self.state.variables
        streams.write(self.state, self._apart(node.body, collects))
        self._done(None)

    def _group(self, node: tree.Group) -> None:
        self.run(node.body, self._asked)

    def _background(self, node: tree.Background) -> None:
        self._apart((node.command,))
        streams.put(self.state, streams.OUTPUT, None)  # who writes first is not known
        self._done(0)

    def _coprocess(self, node: tree.Coprocess) -> None:
        self._apart((node.command,))
        streams.put(self.state, streams.OUTPUT, None)
        self._forget(node.name or "COPROC", "=[]", "it is set by coproc")
        self._done(None)

    def _redirects(self, redirects: Sequence[tree.Redirect]) -> Streams:
        """Expand redirections in order.

        Return what the input is, as far as it is known, and the file that the output goes to.
        """
        given, self._piped = self._piped, None
        output: Output | None = None
        for redirect in redirects:
            body = redirect.body
            word = self.expander.value(body or redirect.target, body is not None)
            if redirect.operator in ("<<", "<<-", "<<<"):
                given = word
            elif redirect.operator in ("<", "<>") and not redirect.descriptor:
                given = written.read(word, self.state.variables)
                if streams.is_process(redirect):
                    given = self.expander.written
            elif redirect.operator in written.OUTPUTS and redirect.descriptor in ("", "1"):
                output = Output(word, redirect.operator.endswith(">>"))
            if redirect.descriptor.startswith("{"):
                self._forget(redirect.descriptor.strip("{}"), "=", "it is a file descriptor")
        return given, output

    # --- simple commands ------------------------------------------------------------------------

    def _simple(self, node: tree.Simple) -> None:
        asked, ran, piped = self._asked, self._substitutions, self._piped
        wants_last, self._wants_last = self._wants_last, False
        self._last = None
        if not node.words:
            self._redirects(node.redirects)
            self._assign_all(node)
            self._done(0 if ran == self._substitutions and not node.redirects else None)
            return
        words, declared = self._words(node)
        given = self._redirects(node.redirects)
        if self.expander.has_ended:
            self.expander.has_ended = False
            self._exit([])
            return
        if not words or words[0].many:
            self._assign_maybe(node, bool(words))
        self._done(None)
        if not words:
            return
        name = words[0].text
        tells = self._tells(node)
        environment = self._environment(node, tells)
        found = None
        if tells or wants_last or self._ran:
            found = self._emit(node, words, environment, given)
        else:
            self._note(node, node)
        self._given = given[0]
        around = streams.get(self.state, streams.INPUT)
        self._around = streams.stdin_of(node.redirects, given[0], around), environment
        stdin = streams.stdin_of(node.redirects, given[0], piped) or given[0]
        written.note(self.state, words, stdin, given[1])
        self._asked = asked
        if name in TESTS and not self._is_function(name):
            self._test(node, words)
            return
        self._effects(node, words, declared, name)
        if found is not None:
            self._last = found if stdin is found.stdin else replace(found, stdin=stdin)

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

    def _environment(self, node: tree.Simple, tells: bool) -> dict[str, Variable]:
        """Return the variables of a command, with those that are assigned before it.

        tells: they are kept, while the state goes on.
        """
        if not node.assignments:
            if tells and (not self.is_short or self.scan.is_launch(node)):
                return self.state.snapshot()
            return self.state.variables
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
        self.expander.has_failed = False
        for one in node.assignments:
            assigner = self._assigner(one)
            declared = assigner.read(one)
            if self.expander.has_failed:  # then bash does not assign it, nor what follows
                self.state.enter()
                assigner.put(declared)
                self._merge([self.state.leave()], True)
            elif not assigner.put(declared):
                return

    def _assign_maybe(self, node: tree.Simple, may_skip: bool) -> None:
        """Assign what stands before a command that may turn out to be no command at all."""
        self.state.enter()
        self._assign_all(node)
        self._merge([self.state.leave()], may_skip)

    # --- what is found --------------------------------------------------------------------------

    def _emit(
        self,
        node: tree.Simple,
        words: list[Word],
        environment: dict[str, Variable],
        streams: Streams,
    ) -> Command:
        given, output = streams
        name = words[0].text or ""
        first = node.assignments[0] if node.assignments else node.words[0]
        start, end = self.origin.span(first.start, node.words[-1].end)
        if self.scan is self._whole:
            self._reached.add(node.start)
        is_function = self._is_call(name)
        found = Command(
            start,
            end,
            tuple(words),
            environment,
            conditional=self._branches > 0,
            function=is_function is True,
            stdin=given,
            nested=self.origin.is_nested,
            stdout=output.target if output is not None and not output.adds else None,
            file=self.origin.label(first.start),
            path=self.state.path,
            calls=self._sites,
            dead=self._dead,
        )
        if is_function is None:
            found = _vague(found, "a function may be called here")
        for ran in self._ran[-1:]:
            ran.append(found)
        if not self._tells(node):
            self._note(node, node)
            return found
        launch = self.scan.is_launch(node)
        if self.is_short and not launch:
            found = replace(found, environment=NO_NAMES)
        places = self._places.setdefault((start, end), [])
        told = found
        if len(places) >= MOST_VARIANTS:
            told = replace(_vague(found, "it has too many values"), path=())
        same = next((one for one in places if _is_same(self.found[one], told, launch)), None)
        if same is not None:
            self.found[same] = _common(self.found[same], told, launch)
        elif len(places) < MOST_VARIANTS + MOST_VAGUE:
            places.append(len(self.found))
            self.found.append(told)
        return found

    # --- flow -----------------------------------------------------------------------------------

    def _exit(self, words: list[Word]) -> None:
        if not self._flat and len(words) < 2:  # an unknown status is taken for one word
            self._exits.append(streams.get(self.state, streams.OUTPUT))
            self.states = []
        else:
            streams.put(self.state, streams.OUTPUT, None)

    def _return_to(self, words: list[Word]) -> None:
        """`return`: go back to where the function was called."""
        self._skipped_returns += self._flat > 0
        if self._flat or not (self._functions or self._sourced) or len(words) > 1:
            streams.put(self.state, streams.OUTPUT, None)
            return
        if words:
            text = words[0].text
            is_number = text is not None and text.isdecimal() and len(text) < 9
            self._done(int(text or 0) & 255 if is_number else None)
        self._leave("return")

    def _exec(self, words: list[Word]) -> None:
        """`exec`: with a command nothing follows it."""
        self._exits.append(None)
        if not self._flat and words and not words[0].many and words[0].prefix[:1] not in ("", "-"):
            self.states = []


def _may_name(words: Iterable[Word]) -> bool:
    """Tell whether one of some words may name the program."""
    return any(
        quick.search(NAMED, text)
        for word in words
        for one in word.pieces
        for text in one.texts or ()
    )


def _vague(found: Command, reason: str) -> Command:
    """Return a command of which only the first two words are still known."""
    rest = unknown(reason, True, found.start, found.end)
    words = (*found.words[:2], rest)
    return replace(found, words=words, environment=NO_NAMES, stdin=None, stdout=None)


def _is_same(one: Command, other: Command, is_launch: bool) -> bool:
    """Tell whether two commands pass the same words, and a launch the same variables."""
    if one.words != other.words or one.function != other.function:
        return False
    if (one.stdin, one.stdout) != (other.stdin, other.stdout):
        return False
    if one.environment is other.environment or not is_launch:
        return True
    return _passed(one) == _passed(other)


def _passed(command: Command) -> dict[str, Word | None]:
    return {
        name: one.word
        for name, one in command.environment.items()
        if one.exported or one.word is None or name[0] in KEPT
    }


def _common(one: Command, other: Command, is_launch: bool) -> Command:
    """Return one command for two that pass the same."""
    environment = one.environment if is_launch else NO_NAMES
    if environment is not other.environment:
        also = other.environment
        shared = {
            name: value
            for name, value in environment.items()
            if (there := also.get(name)) is value or there == value
        }
        environment = shared if len(shared) < len(environment) else environment
    path = common_steps(one.path, other.path)
    calls = tuple(a for a, b in zip(one.calls, other.calls, strict=False) if a == b)
    if environment is one.environment and path == one.path and calls == one.calls:
        return one
    return replace(one, environment=environment, path=path, calls=calls)


PLAIN: dict[type, Callable[..., None]] = {
    tree.AndOr: Interpreter._plain_and_or,
    tree.ArithmeticFor: Interpreter._plain_arithmetic_for,
    tree.Case: Interpreter._plain_case,
    tree.For: Interpreter._plain_for,
    tree.If: Interpreter._plain_if,
    tree.Loop: Interpreter._plain_loop,
}
STATEMENTS: dict[type, Callable[..., None]] = {
    tree.AndOr: Interpreter._and_or,
    tree.ArithmeticCommand: Interpreter._test,
    tree.ArithmeticFor: Interpreter._arithmetic_for,
    tree.Background: Interpreter._background,
    tree.Case: Interpreter._case,
    tree.Conditional: Interpreter._test,
    tree.Coprocess: Interpreter._coprocess,
    tree.For: Interpreter._for,
    tree.Function: Interpreter._function,
    tree.Group: Interpreter._group,
    tree.If: Interpreter._if,
    tree.Loop: Interpreter._loop,
    tree.Pipeline: Interpreter._pipeline,
    tree.Subshell: Interpreter._subshell,
}
EFFECTS.update(
    {
        "break": Interpreter._break,
        "continue": Interpreter._continue,
        "exec": Interpreter._exec,
        "exit": Interpreter._exit,
        "return": Interpreter._return_to,
    }
)

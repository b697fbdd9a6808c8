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

from sgdlint import quick
from sgdlint.record import replace
from sgdlint.shell import assign, folders, streams, tree
from sgdlint.shell.calls import UNREACHED
from sgdlint.shell.effecting import EFFECTS
from sgdlint.shell.events import NAMED, places
from sgdlint.shell.expand import DEEP, MOST_DEPTH
from sgdlint.shell.held import anything
from sgdlint.shell.library import POSITIONAL
from sgdlint.shell.origin import Origin, origin_of
from sgdlint.shell.parser import parse
from sgdlint.shell.simples import Simples
from sgdlint.shell.state import State
from sgdlint.shell.values import Command, Dead, Variable, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sgdlint.shell.sourcing import Files

DECLARERS = ("declare", "local", "typeset")
REFERENCES = r"\b(?:declare|local|typeset)[ \t]+-[A-Za-z]*n"
"""What makes a variable another name of one: assignments to it change what they do not name."""


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
    short = short and not _has_references(text)
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


class Interpreter(Simples):
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
        found = scan.relevance()
        state.ignored = found.ignored
        if not found.is_whole:
            self._apart_names = found.names
        reason = "it is set in a part that was passed over"
        for name in found.lost:
            is_array = name in self.library.arrays
            state.variables[name] = anything(name, reason, None, is_array)

    def follow(self, root: tree.Tree) -> None:
        """Follow a whole script, and then what no path through it has reached."""
        self.run(root.statements)
        self._follow_waiting()
        self._whole.relevance()  # finds the launches
        for start, node in list(self._whole.launches.items()):
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
            node = statements[index]
            stops = not self.is_short or self._has_stop(node)
            if not stops:
                behind = self._behind(statements, index, count)
                if asked and behind == count and not self._is_blind(statements[-1]):
                    behind -= 1
                if behind > index:
                    self._pass(node, statements[behind - 1])
                    index = behind
                    continue
            self._statement(node, asked and index == count - 1, stops)
            index += 1
        if index < count:
            self._note_end(statements, statements[index - 1] if index else None)

    def _statement(self, node: tree.Node, asked: bool = False, stops: bool = False) -> None:
        """Follow one statement on every path; stops: something in it is to be followed."""
        states = self.states
        if len(states) == 1:
            mark = len(self._log)
            self._mark, self._names = mark, set()
            self._one(node, asked, stops)
            if len(self.states) > 1:
                self._mark, self._names = mark, set()
                self._meet(asked)
        else:
            saved = self._mark, self._names
            after: list[State] = []
            for state in states:
                self._mark, self._names = len(self._log), set()
                self._only(state)
                self._one(node, asked, stops)
                after += self.states
            self._mark, self._names = saved
            self.states = after
            if type(node) is not tree.Simple or len(after) > len(states):
                self._meet(asked)
        if self.states and self.states[0] is not self.state:
            self._use(self.states[0])

    def _one(self, node: tree.Node, asked: bool, stops: bool) -> None:
        """Follow one statement on the path that is followed now."""
        self.steps += 1
        if (
            self.is_short
            and not stops
            and not self._has_stop(node)
            and (not asked or self._is_blind(node))
            and self._behind((node,), 0, 1)
        ):
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


def _has_references(text: str) -> bool:
    """Tell whether a variable may be another name of one."""
    pattern = quick.compile(REFERENCES)
    return any(pattern.match(text, place) for word in DECLARERS for place in places(text, word))


def _may_name(words: Iterable[Word]) -> bool:
    """Tell whether one of some words may name the program."""
    return any(
        quick.search(NAMED, text)
        for word in words
        for one in word.pieces
        for text in one.texts or ()
    )


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

"""Simple commands: their words and environment, what is told of them, and what ends a script."""

from __future__ import annotations

from sgdlint.record import replace
from sgdlint.shell import assign, streams, tree, written
from sgdlint.shell.held import unknown
from sgdlint.shell.passing import NO_NAMES
from sgdlint.shell.paths import common_steps
from sgdlint.shell.processes import Processes
from sgdlint.shell.state import KEPT
from sgdlint.shell.values import Command, Dead, Variable, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.shell.written import Output

TESTS = frozenset({"[", "test"})

MOST_VARIANTS = 128
"""So many commands are told for one place; then others of which only the first two words are
known stand for more, at most MOST_VAGUE."""
MOST_VAGUE = 8


class Simples(Processes):
    """Follows simple commands; `found` gets what they run."""

    _places: dict[tuple[int, int], list[int]]
    _reached: set[int]
    _dead: Dead | None

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
        redirects = node.redirects
        if redirects:
            given, output = self._redirects(redirects)
        else:
            given, output, self._piped = self._piped, None, None
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
            found = self._emit(node, words, environment, given, output)
        else:
            self._note(node, node)
        self._given = given
        around, stdin = streams.get(self.state, streams.INPUT), piped or given
        if redirects:
            around = streams.stdin_of(redirects, given, around)
            stdin = streams.stdin_of(redirects, given, piped) or given
        self._around = around, environment
        written.note(self.state, words, stdin, output)
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
        given: Word | None,
        output: Output | None,
    ) -> Command:
        name = words[0].text or ""
        first = node.assignments[0] if node.assignments else node.words[0]
        start, end = self.origin.span(first.start, node.words[-1].end)
        if self.scan is self._whole:
            self._reached.add(node.start)
        is_function = self._is_call(name)
        launch = self.scan.is_launch(node)
        found = Command(
            start,
            end,
            tuple(words),
            environment if launch or not self.is_short else NO_NAMES,
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

"""From wrapper to wrapper through the words of a command, to what launches SGLang."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.launch import entrypoints
from sgdlint.launch.interpreters import PLAIN_SHELLS, PYTHON, SHELLS, of_python
from sgdlint.launch.recognise import Grant, Passed, Recognised
from sgdlint.launch.wrappers import Wrapper, wrapper_of
from sgdlint.record import replace
from sgdlint.shell.folders import CURRENT
from sgdlint.shell.folders import UNKNOWN as NO_FOLDER
from sgdlint.shell.interpreter import commands_of
from sgdlint.shell.origin import joined
from sgdlint.shell.values import Command, Word
from sgdlint.shell.written import MARK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.launch.options import Entered
    from sgdlint.shell.sourcing import Files
    from sgdlint.shell.tree import SyntaxProblem

MOST_WRAPPERS = 12
"""A command with more wrappers one in another is no launch."""

MOST_NESTED = 4
"""So deep scripts in strings of scripts are followed."""

TERMINALS = ("tmux", "byobu")
REQUIREMENT = quick.compile(r"([A-Za-z][\w.-]*?)(?:\[[\w,.\s-]*\])?\s*(?:[@=<>!~].*)?")


def launches_of(
    command: Command,
    depth: int,
    files: Files | None,
    problems: list[SyntaxProblem] | None = None,
) -> list[Recognised]:
    """Return the launches that one command leads to.

    depth: of scripts in strings. problems: gets what is no shell script in such strings.
    """
    if command.function or depth > MOST_NESTED or not command.words:
        return []
    return Walk(command, depth, files, (), problems).run()


def program_of(word: Word) -> str:
    """Return the name of the program that a word starts, without folder; "" when not certain.

    `${PYTHON:-python3}` starts what it names when nothing outside the script says otherwise.
    """
    text = word.text or word.default
    if text is None:
        last = word.pieces[-1] if word.pieces else None
        if last is None or last.texts is None or len(last.texts) != 1 or "/" not in last.texts[0]:
            return ""
        text = last.texts[0]
    return text.rpartition("/")[2]


def _may_be_nothing(word: Word) -> bool:
    """Tell whether the script itself may leave a word empty, so that it is none."""
    return word.many and all(
        piece.default == "" if piece.texts is None else "" in piece.texts for piece in word.pieces
    )


class Walk:
    """Goes through the words of one command, from wrapper to wrapper, to the launcher."""

    def __init__(
        self,
        command: Command,
        depth: int,
        files: Files | None,
        words: Sequence[Word] = (),
        problems: list[SyntaxProblem] | None = None,
    ) -> None:
        self.command = command
        self.files = files
        self.words = list(words or command.words)
        self.depth = depth
        self.names: list[str] = []
        self.passed = Passed(command.environment, False, _begins_in_place(command))
        self.grants: list[Grant] = []
        self.batch: Word | None = None
        # What never runs fails nothing.
        self.problems = problems if command.dead is None else None
        self.guessed: tuple[Wrapper, int] | None = None

    def run(self) -> list[Recognised]:
        """Return the launches that the command leads to."""
        found = self._follow(self._behind_nothing())
        if not found and self.guessed is not None:
            # An unquoted variable was taken for one word; it may have been several options.
            return self._search(*self.guessed)
        return found

    def _behind_nothing(self) -> int:
        """Return the index of the first word that is there: `$DRY_RUN sglang …` may be a launch."""
        first = 0
        while first < len(self.words) - 1 and _may_be_nothing(self.words[first]):
            first += 1
        if first:  # it may also be `env NAME=value`
            self.passed = Passed({}, False, False)
        return first

    def _follow(self, position: int) -> list[Recognised]:
        while len(self.names) < MOST_WRAPPERS and position < len(self.words):
            name = program_of(self.words[position])
            if name == entrypoints.PROGRAM:
                return self._with_subcommand(position, position + 1, name)
            if name in SHELLS:
                return self._shell(position + 1, name)
            if PYTHON.fullmatch(name):
                return self._python(position + 1, position)
            if name.endswith(".py"):
                return self._script(position, position)
            if name in TERMINALS and any(word.text == ";" for word in self.words):
                return self._each(position)
            wrapper = wrapper_of(name)
            if wrapper is None:
                return self._file(position)
            entered = self._enter(wrapper, name, position + 1)
            if isinstance(entered, list):
                return entered
            position = entered.index
            if entered.wrapper.image and self._names_no_program(entered):
                return self._found(position - 1, position - 1, "serve", entrypoints.IMAGE)
            if entered.runs != "command" or entered.has("script") or entered.wrapper.python:
                return self._behind(entered)
        return []

    def _each(self, position: int) -> list[Recognised]:
        """Return the launches of commands for a terminal that stand in one, apart by `;`."""
        groups: list[list[Word]] = [[]]
        for word in self.words[position + 1 :]:
            groups.append([]) if word.text == ";" else groups[-1].append(word)
        program = self.words[position]
        walks = [
            Walk(self.command, self.depth, self.files, [program, *group])
            for group in groups
            if group
        ]
        return [found for walk in walks[:MOST_WRAPPERS] for found in walk.run()]

    # --- the launcher ---------------------------------------------------------------------------

    def _with_subcommand(
        self, first: int, index: int, entry: str, sure: bool = True
    ) -> list[Recognised]:
        """Return the launches whose subcommand must be the word at an index; it may be either.

        sure: whether what stands before it is certainly the program; then it may be misspelt.
        """
        texts = self.words[index].texts or () if index < len(self.words) else ()
        subcommands = [text for text in texts if text in entrypoints.SUBCOMMANDS]
        if len(texts) == 1 and not subcommands and sure:
            from sgdlint.launch.subcommands import meant

            found = self._found(first, index, name, entry) if (name := meant(texts[0])) else []
            return [replace(one, written=self.words[index]) for one in found]
        return [one for name in subcommands for one in self._found(first, index, name, entry)]

    def _found(self, first: int, last: int, subcommand: str, entry: str) -> list[Recognised]:
        arguments = tuple(self.words[last + 1 :])
        if any(word.text in ("-h", "--help") for word in arguments):
            return []
        begin, end = self.words[first], self.words[last]
        launcher = next((i for i, word in enumerate(self.command.words) if word is begin), 0)
        return [
            Recognised(
                self.command,
                subcommand,
                launcher,
                begin.start,
                end.end,
                arguments,
                tuple(self.names),
                self.passed.environment,
                self.passed.fresh,
                self.passed.prefix_reaches,
                entry,
                self.depth > 0,
                tuple(self.grants),
                self.batch,
            )
        ]

    def _module(self, index: int, first: int, text: str) -> list[Recognised]:
        """Return the launch of the module that a word (or its last characters) names."""
        name = text or (self.words[index].text if index < len(self.words) else None)
        if name is None:
            return []
        if name not in entrypoints.MODULES:
            return self._wrapping_module(name, index + 1)
        subcommand = entrypoints.MODULES[name]
        if subcommand:
            return self._found(first, index, subcommand, name)
        return self._with_subcommand(first, index + 1, name)

    def _wrapping_module(self, name: str, index: int) -> list[Recognised]:
        """Return the launch behind a module that runs another program, such as `coverage`."""
        wrapper = wrapper_of(f"-m {name}")
        if wrapper is None or len(self.names) >= MOST_WRAPPERS:
            return []
        entered = self._enter(wrapper, name, index)
        return entered if isinstance(entered, list) else self._behind(entered)

    def _script(self, index: int, first: int) -> list[Recognised]:
        """Return the launch of a Python script: the console script, or the file of a module."""
        if index >= len(self.words):
            return []
        name = program_of(self.words[index])
        if name == entrypoints.PROGRAM and "/" in (self.words[index].text or "/"):
            return self._with_subcommand(first, index + 1, name)
        text = self.words[index].text or ""
        for module in entrypoints.MODULES:
            if ("/" + text).endswith("/" + module.replace(".", "/") + ".py"):
                return self._module(index, first, module)
        return []

    def _python(self, index: int, first: int) -> list[Recognised]:
        """Return the launch that the Python interpreter runs."""
        kind, index, name = of_python(self.words, index)
        if kind == "module":
            return self._module(index, first, name)
        return self._script(index, first) if kind == "script" else []

    # --- wrappers -------------------------------------------------------------------------------

    def _enter(self, wrapper: Wrapper, name: str, index: int) -> Entered | list[Recognised]:
        """Go behind a wrapper; return it with its arguments, or the launches when that is all."""
        # Not at the top: most launches stand behind nothing.
        from sgdlint.launch.options import NoCommandError, UnclearError, enter

        self.names.append(name)
        try:
            entered = enter(wrapper, self.words, index)
        except NoCommandError:
            return []
        except UnclearError:
            return self._search(wrapper, index)
        self.words = entered.words
        if entered.guessed >= 0:
            self.guessed = entered.wrapper, entered.guessed
        self._note_grants(name, entered)
        from sgdlint.launch.passing import passed

        self.passed = passed(self.passed, entered, self._text_of)
        programs = [one.value for one in entered.effects if one.kind == "entrypoint"]
        if programs and programs[-1] is not None and programs[-1].text != "":
            self.words.insert(entered.index, programs[-1])  # the arguments are those of this
        if entered.wrapper.tool and entered.index < len(self.words):
            self.words[entered.index] = _tool(self.words[entered.index])
        return entered

    def _text_of(self, word: Word) -> str:
        """Return the text of a file that a word names, "" when that is not certain."""
        if self.files is None or self.passed.fresh:
            return ""
        return self.files.text(word, self.passed.environment)

    def _names_no_program(self, entered: Entered) -> bool:
        """Whether an image of SGLang, which has no entry point, is given options for a program."""
        image, *rest = self.words[entered.index - 1 : entered.index + 1]
        is_official = quick.fullmatch(entrypoints.OFFICIAL_IMAGE, image.text or "") is not None
        return is_official and bool(rest) and rest[0].prefix.startswith("--")

    def _note_grants(self, name: str, entered: Entered) -> None:
        """Keep what gives GPUs; a container or another host has its own."""
        if entered.wrapper.fresh:
            self.grants, self.batch = [], None
        self.grants += [
            Grant(name, effect.name, effect.value, effect.place, self.command.nested)
            for effect in entered.effects
            if effect.kind == "grants"
        ]

    def _behind(self, entered: Entered) -> list[Recognised]:
        """Return the launches in what stands behind a wrapper, when that is not just a command."""
        rest = self.words[entered.index :]
        scripts = [one.value for one in entered.effects if one.kind == "script" and one.value]
        if scripts:
            return [found for script in scripts for found in self._read(script)]
        if entered.runs == "batch":
            return self._batch(rest)
        if entered.runs == "scripts":
            return self._input()
        if entered.runs == "shell":
            return self._read(joined(rest)) if rest else self._input()
        if entered.wrapper.python:
            return self._behind_python(entered)
        if entered.runs == "command":
            return self._follow(entered.index)
        return self._text(entered, rest)

    def _text(self, entered: Entered, rest: list[Word]) -> list[Recognised]:
        """Return the launches in words that are no command yet."""
        from sgdlint.launch import texts

        if entered.runs == "inputs":
            places = [one.value for one in entered.effects if one.kind == "inserts"]
            place = (places[-1].text or "{}" if places[-1] else "{}") if places else ""
            self.words = texts.with_inputs(rest, place)
            return self._follow(0)
        if entered.runs == "terminal":
            if len(rest) != 1:
                self.words = rest
                return self._follow(0)
            return self._nested(rest[0])
        if entered.runs == "template":
            script = texts.template(rest)
        else:  # keys; screen names the command that types them
            stuffs = bool(rest) and rest[0].text == "stuff"
            script = texts.stuffed(rest[1:]) if stuffs else texts.typed(rest) if rest else None
        return self._nested(script) if script is not None else []

    def _behind_python(self, entered: Entered) -> list[Recognised]:
        """Return the launch of a wrapper that runs a Python script or module."""
        last = [one.kind for one in entered.effects if one.kind in ("module", "program")]
        mode = last[-1] if last else entered.wrapper.python
        if mode == "module":
            return self._module(entered.index, entered.index, "")
        if mode == "script":
            return self._script(entered.index, entered.index)
        return self._follow(entered.index)

    def _search(self, wrapper: Wrapper, start: int) -> list[Recognised]:
        """Look for `sglang serve` among arguments that are not understood."""
        for index in range(start, len(self.words) - 1):
            if not _may_end(self.words[index - 1]):
                continue
            if program_of(self.words[index]) != entrypoints.PROGRAM or self.words[index].many:
                continue
            fresh = wrapper.may_be_fresh
            before = self.passed
            here = {CURRENT: NO_FOLDER}
            self.passed = Passed(here, before.fresh or fresh, before.prefix_reaches and not fresh)
            self.grants = []
            return self._with_subcommand(index, index + 1, entrypoints.PROGRAM, sure=False)
        return []

    # --- shells ---------------------------------------------------------------------------------

    def _shell(self, index: int, name: str) -> list[Recognised]:
        """Return the launches in the script that a shell is given."""
        from sgdlint.launch import shells

        self.names.append(name)
        script = shells.given(self.words[index:], self.command.stdin, self.passed.environment)
        if script is None:
            return self._beside(shells.named(self.words[index:]))
        return self._read(*script) if name in PLAIN_SHELLS else self._nested(*script)

    def _file(self, index: int) -> list[Recognised]:
        """Return the launches in a file that the script runs by its name."""
        word = self.words[index]
        if MARK not in self.passed.environment:
            return self._beside(self.words[index:]) if "/" in (word.text or "/") else []
        from sgdlint.launch import shells

        script = shells.file(self.words[index:], self.passed.environment)
        if script is None:
            return self._beside(self.words[index:]) if "/" in (word.text or "/") else []
        if "/" not in (word.text or "/") or not shells.runs_in_shell(script[0]):
            return []
        self.names.append(program_of(word))
        return self._read(*script)

    def _batch(self, rest: Sequence[Word]) -> list[Recognised]:
        """Return the launches in what a batch system is given: its input, or a file."""
        from sgdlint.launch import shells

        script = shells.file(rest, self.passed.environment) if rest else (self.command.stdin, ())
        if script is None:
            return self._beside(rest, is_batch=True)
        if script[0] is None or not shells.runs_in_shell(script[0]):
            return []
        self.batch = script[0]
        return self._read(script[0], script[1])

    def _input(self) -> list[Recognised]:
        """Return the launches in the script that stands in a here-document."""
        return self._read(self.command.stdin) if self.command.stdin is not None else []

    def _beside(self, words: Sequence[Word], is_batch: bool = False) -> list[Recognised]:
        """Return the launches in a file of the project that is run; words: it, and its arguments.

        Behind a container or on another host other files may lie at the same place.
        is_batch: a batch system runs it, from a copy.
        """
        if self.files is None or self.passed.fresh or not words:
            return []
        from sgdlint.launch import ran

        given = self.passed.environment
        found = ran.launches_in(self.command, words, given, self.files, is_batch)
        return [self._around(one) for one in found]

    def _read(self, script: Word, arguments: Sequence[Word] = ()) -> list[Recognised]:
        """Return the launches in a script that certainly is read as it is known."""
        texts = (text for piece in script.pieces for text in piece.texts or ())
        tells = any(entrypoints.PROGRAM in text for text in texts)
        return self._nested(script, arguments, self.problems if tells else None)

    def _nested(
        self,
        word: Word,
        arguments: Sequence[Word] = (),
        problems: list[SyntaxProblem] | None = None,
    ) -> list[Recognised]:
        # Behind such a wrapper other files may lie at the same place.
        files = None if self.passed.fresh else self.files
        inner = commands_of(word, self.passed.environment, files, arguments, problems) or []
        if self.command.stdin is not None:
            from sgdlint.launch import shells

            inner = shells.with_input(inner, self.command.stdin)
        outer = self.command
        if outer.conditional or outer.path or outer.calls or outer.dead:
            inner = [inside(outer, command) for command in inner]
        return [
            replace(self._around(found), others=found.others or tuple(inner))
            for command in inner
            for found in launches_of(command, self.depth + 1, files, problems)
        ]

    def _around(self, found: Recognised) -> Recognised:
        """Return a launch with what the wrappers around its script do."""
        return replace(
            found,
            wrappers=(*self.names, *found.wrappers),
            fresh=self.passed.fresh or found.fresh,
            grants=found.grants if found.fresh else (*self.grants, *found.grants),
            batch=found.batch or self.batch,
        )


def inside(outer: Command, inner: Command) -> Command:
    """Return a command of a script in a string as it is run on the path of the command around."""
    return replace(
        inner,
        conditional=outer.conditional or inner.conditional,
        path=(*outer.path, *inner.path),
        calls=(*outer.calls, *inner.calls),
        dead=outer.dead or inner.dead,
    )


def _tool(word: Word) -> Word:
    """Return the program that a requirement such as `sglang[diffusion]@0.5.12` is for."""
    match = REQUIREMENT.fullmatch(word.text or "")
    if match is None or match[1] == word.text:
        return word
    return replace(word, pieces=(replace(word.pieces[0], texts=(match[1],), exact=False),))


def _begins_in_place(command: Command) -> bool:
    """Tell whether what is written where the command starts comes to stand before it."""
    first = command.words[0].written_start
    places = [first, *(one.start for one in command.environment.values() if one.prefix)]
    return not command.nested or (command.start >= 0 and command.start in places)


def _may_end(word: Word) -> bool:
    """Tell whether the command may begin after a word that is not understood otherwise."""
    text = word.text
    if text is None:
        return not word.prefix.startswith("-") or "=" in word.prefix
    if text.startswith("-"):
        return text == "--" or "=" in text
    return "/" in text or ":" in text or text.isdigit()

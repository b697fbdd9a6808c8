"""Finds the launches of SGLang among the commands of a script, behind whatever wraps them."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.launch import entrypoints
from sgdlint.launch.wrappers import (
    PYTHON_FLAGS,
    PYTHON_VALUED,
    SHELL_FLAGS,
    SHELLS,
    WRAPPERS,
    Wrapper,
)
from sgdlint.record import record, replace
from sgdlint.shell.assign import tail_of
from sgdlint.shell.interpreter import commands_of
from sgdlint.shell.origin import NOWHERE, joined, stretch
from sgdlint.shell.values import Command, Piece, Variable, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.shell.sourcing import Files

MOST_WRAPPERS = 12
MOST_NESTED = 4

PYTHON = quick.compile(r"(?:python|pypy)(?:[0-9]+(?:\.[0-9]+)*)?")
ASSIGNMENT = quick.compile(r"([A-Za-z_]\w*)=")
TORCHRUN = frozenset({"torch.distributed.launch", "torch.distributed.run"})


@record
class Recognised:
    """One launch.

    command: the command that it is; for a script inside a string, the command in that string.
    subcommand: "generate" or "serve".
    launcher: the index of the word of the command that launches SGLang.
    head_start, head_end: from the launcher to the subcommand, where they stand in the command.
    arguments: the words after the subcommand.
    wrappers: the programs before the launcher, in order (`("docker", "bash")`).
    environment: variables that the process gets, as far as they are known, wrappers included.
    fresh: variables from outside the wrappers do not reach it.
    prefix_reaches: `NAME=value` before the command reaches it.
    entry: "sglang", or the module that is run with `python -m`.
    nested: the command stands in a string or a here-document that a shell reads.
    """

    command: Command
    subcommand: str
    launcher: int
    head_start: int
    head_end: int
    arguments: tuple[Word, ...]
    wrappers: tuple[str, ...]
    environment: dict[str, Variable]
    fresh: bool
    prefix_reaches: bool
    entry: str = entrypoints.PROGRAM
    nested: bool = False


class UnclearError(Exception):
    """The arguments of a wrapper cannot be understood; it may run a command all the same."""


class NoCommandError(Exception):
    """The wrapper runs no command."""


def launches(commands: Sequence[Command], files: Files | None = None) -> list[Recognised]:
    """Return the launches among commands, in the same order; asking for help is none.

    files: reads what scripts in strings `source`.
    """
    return [found for command in commands for found in _launches_of(command, 0, files)]


def _launches_of(command: Command, depth: int, files: Files | None) -> list[Recognised]:
    if command.function or depth > MOST_NESTED or not command.words:
        return []
    return Walk(command, depth, files).run()


def program_of(word: Word) -> str:
    """Return the name of the program that a word starts, without folder; "" when not certain."""
    text = word.text
    if text is None:
        last = word.pieces[-1] if word.pieces else None
        if last is None or last.texts is None or len(last.texts) != 1 or "/" not in last.texts[0]:
            return ""
        text = last.texts[0]
    return text.rpartition("/")[2]


class Walk:
    """Goes through the words of one command, from wrapper to wrapper, to the launcher."""

    def __init__(self, command: Command, depth: int, files: Files | None) -> None:
        self.command = command
        self.files = files
        self.words = list(command.words)
        self.depth = depth
        self.names: list[str] = []
        self.environment = command.environment
        self.fresh = False
        self.prefix_reaches = _begins_in_place(command)
        self.added: dict[str, Variable] = {}
        self.cleared = False
        self.kept = False
        self.mode = "command"
        self.program: Word | None = None
        self.guessed: tuple[Wrapper, int] | None = None

    def run(self) -> list[Recognised]:
        """Return the launches that the command leads to."""
        found = self._follow()
        if not found and self.guessed is not None:
            # An unquoted variable was taken for one word; it may have been several options.
            return self._search(*self.guessed)
        return found

    def _follow(self) -> list[Recognised]:
        position = 0
        for _ in range(MOST_WRAPPERS):
            if position >= len(self.words):
                return []
            name = program_of(self.words[position])
            if name == entrypoints.PROGRAM:
                return self._with_subcommand(position, position + 1, name)
            if name in SHELLS:
                return self._shell(position + 1, name)
            if PYTHON.fullmatch(name):
                return self._python(position + 1, position)
            wrapper = WRAPPERS.get(name)
            if wrapper is None:
                return []
            try:
                position, wrapper, mode = self._enter(wrapper, name, position + 1)
            except NoCommandError:
                return []
            except UnclearError:
                return self._search(wrapper, position + 1)
            if mode == "module":
                return self._module(position, position, "")
            if mode == "script":
                return self._script(position, position)
            if wrapper.shell:
                return self._joined(position)
        return []

    # --- the launcher ---------------------------------------------------------------------------

    def _with_subcommand(self, first: int, index: int, entry: str) -> list[Recognised]:
        """Return the launch whose subcommand must be the word at an index."""
        if index >= len(self.words) or self.words[index].text not in entrypoints.SUBCOMMANDS:
            return []
        return self._found(first, index, self.words[index].text or "", entry)

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
                self.environment,
                self.fresh,
                self.prefix_reaches,
                entry,
                self.depth > 0,
            )
        ]

    def _module(self, index: int, first: int, text: str) -> list[Recognised]:
        """Return the launch of the module that a word (or its last characters) names."""
        name = text or (self.words[index].text if index < len(self.words) else None)
        if name in TORCHRUN:
            return self._continue(WRAPPERS["torchrun"], "torchrun", index + 1)
        if name not in entrypoints.MODULES or name is None:
            return []
        subcommand = entrypoints.MODULES[name]
        if subcommand:
            return self._found(first, index, subcommand, name)
        return self._with_subcommand(first, index + 1, name)

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
        while index < len(self.words):
            text = self.words[index].text
            if text is None or not text.startswith("-") or text == "-":
                return self._script(index, first) if text != "-" else []
            letters = text[1:]
            while letters and letters[0] in PYTHON_FLAGS:
                letters = letters[1:]
            if letters == "m":
                return self._module(index + 1, first, "")
            if letters.startswith("m"):
                return self._module(index, first, letters[1:])
            if letters and letters[0] in PYTHON_VALUED:
                index += 1 if letters[1:] else 2
            elif letters:
                return []
            else:
                index += 1
        return []

    def _search(self, wrapper: Wrapper, start: int) -> list[Recognised]:
        """Look for `sglang serve` among arguments that are not understood."""
        for index in range(start, len(self.words) - 1):
            if not _may_end(self.words[index - 1]):
                continue
            if program_of(self.words[index]) != entrypoints.PROGRAM or self.words[index].many:
                continue
            if _is_fresh(wrapper):
                self.fresh, self.prefix_reaches = True, False
            self.environment = {}
            return self._with_subcommand(index, index + 1, entrypoints.PROGRAM)
        return []

    def _continue(self, wrapper: Wrapper, name: str, index: int) -> list[Recognised]:
        """Go on behind a wrapper that is run as a Python module."""
        try:
            position, _, mode = self._enter(wrapper, name, index)
        except UnclearError:
            return self._search(wrapper, index)
        if mode == "module":
            return self._module(position, position, "")
        if mode == "script":
            return self._script(position, position)
        self.words = self.words[position:]
        return self._follow()

    # --- shells ---------------------------------------------------------------------------------

    def _shell(self, index: int, name: str) -> list[Recognised]:
        """Return the launches in the script that a shell is given."""
        self.names.append(name)
        is_string = False
        while index < len(self.words):
            text = self.words[index].text
            if text is None or text[:1] not in ("-", "+") or text == "-":
                break
            index += 1
            if text == "--":
                break
            if text in ("-o", "+o", "-O", "+O", "--rcfile", "--init-file"):
                index += 1
            elif not text.startswith("--"):
                if set(text[1:]) - set(SHELL_FLAGS) - {"c", "o"}:
                    return []
                is_string = is_string or "c" in text[1:]
                index += "o" in text[1:]
        if is_string:
            rest = self.words[index:]
            return self._nested(rest[0], rest[1:]) if rest else []
        if self.command.stdin is not None and index >= len(self.words):
            return self._nested(self.command.stdin)
        return []

    def _joined(self, index: int) -> list[Recognised]:
        """Return the launches in words that a shell elsewhere joins and reads."""
        rest = self.words[index:]
        if not rest:
            return self._nested(self.command.stdin) if self.command.stdin is not None else []
        return self._nested(joined(rest))

    def _nested(self, word: Word, arguments: Sequence[Word] = ()) -> list[Recognised]:
        # Behind such a wrapper other files may lie at the same place.
        files = None if self.fresh else self.files
        inner = commands_of(word, self.environment, files, arguments) or []
        if self.command.conditional:
            inner = [replace(command, conditional=True) for command in inner]
        return [
            replace(
                found,
                wrappers=(*self.names, *found.wrappers),
                fresh=self.fresh or found.fresh,
            )
            for command in inner
            for found in _launches_of(command, self.depth + 1, files)
        ]

    # --- wrappers -------------------------------------------------------------------------------

    def _enter(self, wrapper: Wrapper, name: str, index: int) -> tuple[int, Wrapper, str]:
        """Return where the command behind a wrapper begins, and what begins there."""
        self.names.append(name)
        self.added, self.cleared, self.kept = {}, False, False
        self.mode = wrapper.python or "command"
        index = self._arguments(wrapper, index)
        while wrapper.subcommands:
            text = self.words[index].text if index < len(self.words) else None
            below = dict(wrapper.subcommands).get(text or "")
            if below is None:
                raise NoCommandError
            wrapper = below
            self.mode = wrapper.python or "command"
            index = self._arguments(wrapper, index + 1)
        self._leave_environment(wrapper)
        if self.program is not None:  # --entrypoint: the arguments are those of this program
            self.words.insert(index, self.program)
            self.program = None
        return index, wrapper, self.mode

    def _arguments(self, wrapper: Wrapper, index: int) -> int:
        """Skip a wrapper's own arguments."""
        if wrapper.separator:
            return self._after_separator(wrapper, index)
        operands = wrapper.operands
        while index < len(self.words):
            word = self.words[index]
            if word.text == "--":
                return index + 1 + operands
            if word.prefix.startswith("-") and (word.prefix != "-" or word.text is None):
                index = self._option(wrapper, index)
            elif word.text == "-" and "-" in wrapper.clears:
                self.cleared = True
                index += 1
            elif wrapper.assigns and ASSIGNMENT.match(word.prefix):
                self._add(word, _place(word))
                index += 1
            elif operands:
                operands -= 1
                if word.many:
                    self.guessed = wrapper, index
                index += 1
                if not operands:
                    return index
            elif word.many and not program_of(word):
                raise UnclearError
            else:
                return index
        return index

    def _after_separator(self, wrapper: Wrapper, index: int) -> int:
        while index < len(self.words):
            if self.words[index].text == "--":
                return index + 1
            if wrapper.env and self.words[index].prefix.startswith("--env="):
                word = self.words[index]
                self._add(tail_of(word, len("--env=")), _place(word))
            index += 1
        raise NoCommandError

    def _option(self, wrapper: Wrapper, index: int) -> int:
        """Read one option, or several short ones together, and return where the next word is."""
        word = self.words[index]
        prefix = word.prefix
        name, equals, _ = prefix.lstrip("-").partition("=")
        is_long = prefix.startswith("--") or name in wrapper.long_valued + wrapper.long_flags
        if not is_long:
            return self._short_options(wrapper, index)
        if equals:
            self._effect(wrapper, name, tail_of(word, prefix.index("=") + 1), _place(word))
            return index + 1
        if word.text is None:
            raise UnclearError
        if name in wrapper.long_flags:
            self._effect(wrapper, name, None)
            return index + 1
        if name in wrapper.long_valued or wrapper.guess == "valued":
            return self._value(wrapper, name, index)
        if wrapper.guess == "flag":
            return index + 1
        raise UnclearError

    def _short_options(self, wrapper: Wrapper, index: int) -> int:
        word = self.words[index]
        for offset, letter in enumerate(word.prefix[1:], 2):
            if letter in wrapper.flags:
                self._effect(wrapper, letter, None)
            elif letter in wrapper.valued:
                if offset == len(word.prefix) and word.text is not None:
                    return self._value(wrapper, letter, index)
                place = _place(word) if offset == 2 else NOWHERE
                self._effect(wrapper, letter, tail_of(word, offset), place)
                return index + 1
            else:
                raise UnclearError
        if word.text is None:
            raise UnclearError
        return index + 1

    def _value(self, wrapper: Wrapper, name: str, index: int) -> int:
        if index + 1 < len(self.words):
            option, value = self.words[index : index + 2]
            alone = option.text in ("-" + name, "--" + name)
            self._effect(wrapper, name, value, _together(option, value) if alone else NOWHERE)
        return index + 2

    def _effect(
        self, wrapper: Wrapper, name: str, value: Word | None, place: tuple[int, int] = NOWHERE
    ) -> None:
        """Do what an option does to the environment or to what comes after; place: where it is."""
        if name in ("m", "module") and wrapper.python:
            self.mode = "module"
        elif name in ("no-python", "no_python"):
            self.mode = "command"
        elif name in wrapper.clears:
            self.cleared = True
        elif name in wrapper.keeps:
            self._keep(value)
        elif value is None:
            return
        elif name in wrapper.env:
            self._add(value, place)
        elif name in wrapper.unset and value.text is not None:
            self.added[value.text] = Variable(value.text, None, False, -1, -1)
        elif name and name == wrapper.exports:
            self._export(value)
        elif name and name == wrapper.entrypoint and value.text != "":
            self.program = value

    def _keep(self, value: Word | None) -> None:
        if value is None:
            self.kept = True
            return
        for name in (value.text or "").split(","):
            self._pass_on(name)

    def _pass_on(self, name: str) -> None:
        variable = self.environment.get(name)
        if variable is not None and variable.exported:
            self.added[name] = replace(variable, prefix=False)

    def _add(self, word: Word, place: tuple[int, int]) -> None:
        """Set a variable of the command: NAME=VALUE, or NAME as it is outside."""
        match = ASSIGNMENT.match(word.prefix)
        if match is not None:
            value = tail_of(word, match.end())
            self.added[match.group(1)] = Variable(match.group(1), value, True, *place, True)
        elif word.text is not None:
            self._pass_on(word.text)

    def _export(self, value: Word) -> None:
        """Read a list like `ALL,NAME=VALUE`."""
        if value.text is None:
            self.cleared = True
            return
        items = value.text.split(",")
        self.cleared = "ALL" not in items
        for item in items:
            name, equals, text = item.partition("=")
            if equals:
                word = Word(value.start, value.end, (Piece((text,), -1, -1),))
                self.added[name] = Variable(name, word, True, -1, -1, True)
            else:
                self._pass_on(name)

    def _leave_environment(self, wrapper: Wrapper) -> None:
        """Work out the environment behind a wrapper."""
        if self.cleared or (wrapper.fresh and not self.kept):
            self.environment = self.added
            self.fresh, self.prefix_reaches = True, False
        elif self.added:
            self.environment = {**self.environment, **self.added}


def _place(word: Word) -> tuple[int, int]:
    """Return where a word was written, if it was in one place; else -1, -1."""
    if word.written_start >= 0:
        return word.written_start, word.written_end
    return stretch(word.pieces)


def _together(option: Word, value: Word) -> tuple[int, int]:
    """Return where an option with its value was written, when they stand in this order."""
    first, last = _place(option), _place(value)
    return (first[0], last[1]) if 0 <= first[0] < last[0] else NOWHERE


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


def _is_fresh(wrapper: Wrapper) -> bool:
    return wrapper.fresh or any(_is_fresh(below) for _, below in wrapper.subcommands)

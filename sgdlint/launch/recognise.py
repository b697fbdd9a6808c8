"""Finds the launches of SGLang among the commands of a script, behind whatever wraps them."""

from __future__ import annotations

from sgdlint.launch import entrypoints
from sgdlint.record import record
from sgdlint.shell.events import FILE_ENDINGS
from sgdlint.shell.feeds import WRITERS
from sgdlint.shell.values import Command, Variable, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.shell.sourcing import Files
    from sgdlint.shell.tree import SyntaxProblem


@record
class Grant:
    """An option that says which GPUs a command gets.

    program: the wrapper that it is given to. value: None for a switch.
    place: where it stands with its value, or -1, -1. nested: that is inside a string.
    """

    program: str
    name: str
    value: Word | None
    place: tuple[int, int]
    nested: bool = False


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
    grants: which GPUs the wrappers give it.
    batch: the script that a batch system reads, for the options in its comments.
    others: when nested, the commands of the script that it stands in.
    written: the word that stands for the subcommand and is none; `subcommand` is the nearest one.
    alone: in a file that the script runs, the launches of the same place when nothing is known of
    who runs it; what is found in them is found when that file is checked.
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
    grants: tuple[Grant, ...] = ()
    batch: Word | None = None
    others: tuple[Command, ...] = ()
    written: Word | None = None
    alone: tuple[Recognised, ...] = ()


@record
class Passed:
    """What reaches a command.

    environment: variables that are known, or certainly unset; others may come from outside.
    fresh: variables from outside the wrappers do not reach it.
    prefix_reaches: `NAME=value` before the whole command reaches it.
    """

    environment: dict[str, Variable]
    fresh: bool
    prefix_reaches: bool


def launches(
    commands: Sequence[Command],
    files: Files | None = None,
    problems: list[SyntaxProblem] | None = None,
) -> list[Recognised]:
    """Return the launches among commands, in the same order; asking for help is none.

    files: reads what scripts in strings `source`, and files that set variables. problems: gets
    what is no shell script in these strings.
    """
    from sgdlint.launch.walk import launches_of  # which needs the records of this module

    writes = any(map(_writes, filter(mentions, commands)))
    found = [
        one
        for command in commands
        if writes or mentions(command) or (files is not None and _runs_file(command))
        for one in launches_of(command, 0, files, problems)
    ]
    return [*found, *_left_behind(commands, found)] if writes else found


def _writes(command: Command) -> bool:
    """Tell whether a command may write a script into a file or a pipe."""
    return any(word.text in WRITERS for word in command.words[:2])


def _runs_file(command: Command) -> bool:
    """Tell whether a command may run a script that lies beside this one."""
    texts = [word.pieces[-1].texts if word.pieces else None for word in command.words]
    return any(text.endswith(FILE_ENDINGS) for some in texts for text in some or ())


def _left_behind(commands: Sequence[Command], found: list[Recognised]) -> list[Recognised]:
    """Return the launches in files that the script writes and that nothing here runs."""
    from sgdlint.launch.shells import left_behind
    from sgdlint.launch.walk import launches_of
    from sgdlint.shell.interpreter import commands_of
    from sgdlint.shell.state import ARGUMENTS

    heads = {(one.head_start, one.head_end) for one in found}
    scripts = [script for one in commands if (script := left_behind(one)) is not None]
    later = [
        one
        for script in scripts
        for command in commands_of(script, {}, None, (ARGUMENTS,)) or ()
        for one in launches_of(command, 1, None)
    ]
    return [one for one in later if (one.head_start, one.head_end) not in heads]


def mentions(command: Command) -> bool:
    """Whether a command may hold the name of SGLang: only then its words are looked at."""
    words = command.words if command.stdin is None else (*command.words, command.stdin)
    return any(entrypoints.PROGRAM in text for word in words for text in _texts(word))


def _texts(word: Word) -> Sequence[str]:
    text = word.text
    if text is not None:
        return (text,)
    return [text for piece in word.pieces for text in piece.texts or (piece.default or "",)]

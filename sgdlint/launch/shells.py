"""What a shell is given to run: a string, its input, or a file that the script has written."""

from __future__ import annotations

from sgdlint.launch.interpreters import SHELL_FLAGS, SHELL_VALUED, SHELLS
from sgdlint.record import replace
from sgdlint.shell.feeds import output
from sgdlint.shell.values import Piece, Word
from sgdlint.shell.written import read, targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sgdlint.shell.values import Command, Variable

    Given = tuple[Word, tuple[Word, ...]]

NO_INPUT = frozenset({".", ":", "cd", "echo", "export", "mkdir", "set", "source", "ulimit"})
"""Commands that do not read the input of a script."""

UNKNOWN = Word(-1, -1, (Piece(None, -1, -1),), False, "it is the name of the shell")


def given(
    words: Sequence[Word], stdin: Word | None, variables: Mapping[str, Variable]
) -> Given | None:
    """Return the script of a shell, and its arguments, `$0` first; None when it is not known.

    words: the arguments of the shell. stdin: its input. variables: those around it.
    """
    index = 0
    letters = ""
    while index < len(words):
        text = words[index].text
        if text is None or text[:1] not in ("-", "+") or text == "-":
            break
        index += 1
        if text == "--":
            break
        if text in SHELL_VALUED:
            index += 1
        elif not text.startswith("--"):
            if set(text[1:]) - set(SHELL_FLAGS) - {"c", "o"}:
                return None
            letters += text[1:]
            index += "o" in text[1:]
    rest = tuple(words[index:])
    if "c" in letters:
        return (rest[0], rest[1:]) if rest and not rest[0].many else None
    if rest and "s" not in letters:
        return file(rest, variables)
    return (stdin, (UNKNOWN, *rest)) if stdin is not None else None


def named(words: Sequence[Word]) -> Sequence[Word]:
    """Return the file that a shell is told to read, and its arguments; () when there is none."""
    index = 0
    while index < len(words) and words[index].prefix[:1] in ("-", "+"):
        text = words[index].text or ""
        letters = "" if text.startswith("--") else text[1:]
        if not text or set(letters) - set(SHELL_FLAGS) - {"o"} or "s" in letters:
            return ()
        index += 2 if text in SHELL_VALUED or "o" in letters else 1
        if text == "--":
            break
    return words[index:]


def file(words: Sequence[Word], variables: Mapping[str, Variable]) -> Given | None:
    """Return the script that a file holds, and its arguments; None when that is not known."""
    script = read(words[0], variables)
    return (script, tuple(words)) if script is not None else None


def runs_in_shell(script: Word) -> bool:
    """Tell whether a file that is run by its name is a shell script."""
    head = script.prefix.partition("\n")[0]
    if not head.startswith("#!"):
        return True
    parts = [part for part in head[2:].split() if not part.startswith("-")]
    names = [part.rpartition("/")[2] for part in parts]
    return any(name in SHELLS for name in names[:2])


def with_input(commands: list[Command], stdin: Word | None) -> list[Command]:
    """Return the commands of a script whose first shell reads the input that the script has."""
    if stdin is None:
        return commands
    for index, command in enumerate(commands):
        name = (command.words[0].text or "?") if command.words else ""
        if name.rpartition("/")[2] in SHELLS and command.stdin is None:
            return [*commands[:index], replace(command, stdin=stdin), *commands[index + 1 :]]
        if name not in NO_INPUT:
            break
    return commands


def left_behind(command: Command) -> Word | None:
    """Return the script that a command writes into a file, to be run some time."""
    if command.stdin is None and command.stdout is None:
        return None
    for target in targets(command):
        script = output(command.words, command.stdin)
        if script is not None and _is_script(target, script):
            return script
    return None


def _is_script(target: Word, script: Word) -> bool:
    """Tell whether a text is a shell script, by the name of its file or its first line."""
    if script.prefix.startswith("#!"):
        return runs_in_shell(script)
    texts = target.pieces[-1].texts if target.pieces else None
    return texts is not None and all(text.endswith((".sh", ".bash")) for text in texts)

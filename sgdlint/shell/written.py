"""Files that a script writes itself, and may run later: `cat > run.sh <<EOF … EOF; bash run.sh`.

What a file holds is kept among the variables, under a name that no variable has, when its name may
be that of a script. A command that gets the name of such a file may change it, but for those that
only run or read it. It is assumed that nothing else writes it.
"""

from __future__ import annotations

from sgdlint.record import record
from sgdlint.shell.feeds import output, without_sudo
from sgdlint.shell.folders import from_here, place_of
from sgdlint.shell.held import bounded, unknown
from sgdlint.shell.values import Variable, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sgdlint.shell.state import Changes, State
    from sgdlint.shell.values import Command

MARK = "="
"""How the name begins under which a file is kept; alone, it means all files."""

OUTPUTS = (">", ">|", ">>", "&>", "&>>")
"""Redirections of the output."""

ENDINGS = frozenset({"", "bash", "env", "job", "ksh", "pbs", "run", "sbatch", "sh", "slurm", "zsh"})
"""How the names of files end that may be scripts."""

SCRIPTS = tuple(f".{ending}" for ending in sorted(ENDINGS) if ending)

READERS = frozenset(
    """
    . bash cat chgrp chmod chown dash docker echo exec file grep head kubectl ksh less ls more nohup
    podman printf qsub rsync salloc sbatch scp sh source srun ssh stat tail test time wc zsh [
    """.split()  # noqa: SIM905 - a column of names is harder to read
)
"""Commands that leave the files that they are told of as they are."""


@record
class Output:
    """A file that the output of a command goes to; adds: behind what it holds."""

    target: Word
    adds: bool


def name_of(word: Word, variables: Mapping[str, Variable]) -> str:
    """Return the name under which a file is kept; "" when it is not known which one it is."""
    place = place_of(word)
    place = from_here(variables, place) if place is not None else None
    if place is None or not place.path:
        return ""
    parts: list[str] = []
    for part in place.path.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return f"{MARK}{place.base}{'/'.join(parts)}" if parts else ""


def read(word: Word, variables: Mapping[str, Variable]) -> Word | None:
    """Return what a file holds that the script has written; None when that is not known."""
    name = name_of(word, variables)
    held = variables.get(name) if name else None
    return held.word if held is not None else None


def note(state: State, words: Sequence[Word], stdin: Word | None, out: Output | None) -> None:
    """Note what a command does to files. out: where its output goes, if that is a file."""
    name = words[0].text
    if name == "sudo":
        words = without_sudo(words)
        name = words[0].text
    if out is not None:
        put(state, out, output(words, stdin))
    if name == "tee":
        for one in _tee_files(words[1:]):
            put(state, one, stdin)
    elif name not in READERS:
        has_files = MARK in state.variables
        for word in words[1:]:
            if has_files or _looks_like_script(word):
                _change(state, word, f"{name or 'a program'} may change it")


def _looks_like_script(word: Word) -> bool:
    texts = word.pieces[-1].texts if word.pieces else None
    return texts is not None and any(text.endswith(SCRIPTS) for text in texts)


def _change(state: State, word: Word, reason: str) -> None:
    """Forget what a file holds that a command may change."""
    file = name_of(word, state.variables)
    if file in state.variables or (file and _looks_like_script(word)):
        _lose(state, file, reason)


def keep_changes(state: State, changes: Changes) -> None:
    """Keep what another process has done to files."""
    for name, value in changes.variables.items():
        if name[:1] == MARK:
            state.put(name, value)


def keep(state: State, ends: Sequence[State]) -> None:
    """Keep what another process has done to files; ends: the paths through it."""
    if not any(MARK in end.variables for end in ends):
        return
    for name in {name for end in ends for name in end.variables if name[:1] == MARK}:
        values = [end.variables.get(name) for end in ends]
        if any(value is not values[0] and value != values[0] for value in values):
            _lose(state, name, "it depends on the path that the script takes")
        elif values[0] is not state.variables.get(name):
            state.put(name, values[0])


def piped(command: Command | None) -> Word | None:
    """Return what a command writes for the next one in a pipeline; None when not known."""
    if command is None or command.stdout is not None or command.function:
        return None
    return output(command.words, command.stdin)


def _tee_files(words: Sequence[Word]) -> Iterator[Output]:
    adds = any(word.text in ("-a", "--append") for word in words)
    for word in words:
        if not word.prefix.startswith("-"):
            yield Output(word, adds)


def targets(command: Command) -> list[Word]:
    """Return the files that a command writes anew."""
    words = without_sudo(command.words)
    files = [command.stdout] if command.stdout is not None else []
    if words and words[0].text == "tee":
        files += [one.target for one in _tee_files(words[1:]) if not one.adds]
    return files


def put(state: State, out: Output, content: Word | None) -> None:
    """Note that something is written into a file; content: None when it is not known."""
    name = name_of(out.target, state.variables)
    if not name:
        _forget(state, out.target)
    if not name or not may_be_script(name[1:]):
        return
    held = state.variables.get(name)
    before = held.word if held is not None else None
    if content is None or (out.adds and before is None):
        _lose(state, name, "what it holds is not known")
        return
    if out.adds and before is not None:
        content = together(before, content)
    _keep(state, name, content)


def may_be_script(path: str) -> bool:
    """Tell whether the name of a file may be that of a script."""
    name = path.rpartition("/")[2]
    if path.startswith("/dev/"):
        return False
    return "." not in name or name.rpartition(".")[2] in ENDINGS


def forget_all(state: State) -> None:
    """Forget what all files hold."""
    _forget(state, Word(-1, -1, ()))


def _lose(state: State, name: str, reason: str) -> None:
    _keep(state, name, unknown(reason))


def _keep(state: State, name: str, content: Word) -> None:
    if MARK not in state.variables:
        state.put(MARK, Variable(MARK, None, False, -1, -1))  # there are files
    state.put(name, Variable(name, content, False, -1, -1))


def _forget(state: State, word: Word) -> None:
    """Forget the files that a word may name of which only the end is known."""
    last = word.pieces[-1] if word.pieces else None
    tail = last.texts[0] if last is not None and last.texts and len(last.texts) == 1 else ""
    tail = tail.rpartition("/")[2]
    if MARK not in state.variables:
        return
    for name in [name for name in state.variables if name[:1] == MARK and name.endswith(tail)]:
        if name != MARK:
            _lose(state, name, "another file may be the same")


def together(first: Word, second: Word) -> Word:
    """Return what a file holds that has one text behind another."""
    pieces = bounded((*first.pieces, *second.pieces))
    reason = first.reason or second.reason
    if first.many or second.many:
        return unknown(reason)
    places = [(word.start, word.end) for word in (first, second) if word.start >= 0]
    start = min((start for start, _ in places), default=-1)
    return Word(start, max((end for _, end in places), default=-1), pieces, False, reason)

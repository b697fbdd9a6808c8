"""Files of the project that a script runs: `bash other.sh A`, `./run.sh`, `sbatch job.sh`.

Such a file has findings of its own when it is checked. What the script around it adds, arguments
and exported variables, is known only here: each launch comes with those that it is when nothing is
known of that (`alone`), so that nothing is told twice. A file that names a release is left alone.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.launch.shells import runs_in_shell
from sgdlint.record import replace
from sgdlint.shell import assign
from sgdlint.shell.folders import CURRENT, UNKNOWN
from sgdlint.shell.interpreter import commands
from sgdlint.shell.origin import NOWHERE, Origin
from sgdlint.shell.parser import parse
from sgdlint.shell.sourcing import Elsewhere
from sgdlint.shell.values import Piece, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.launch.recognise import Recognised
    from sgdlint.shell.sourcing import File, Files
    from sgdlint.shell.values import Command, Variable

MENTION = "sglang"
MOST_DEPTH = 3
"""So many files are followed that run each other."""

COPY = Word(*NOWHERE, (Piece(None, *NOWHERE),), False, "it is the name of a copy")

RELEASE = r"sgdlint:|sglang(?:\[[^\]\n]*\])?[ \t]*(?:[=<>~!]=|@)|lmsysorg/sglang|sglang\.git"
"""What tells a release, or what holds for a file alone."""


def launches_in(
    outer: Command,
    words: Sequence[Word],
    environment: dict[str, Variable],
    files: Files,
    is_batch: bool,
) -> list[Recognised]:
    """Return the launches in the file that a command runs.

    words: the file and its arguments. environment: the variables that it gets. is_batch: a batch
    system runs a copy of it, with the options in its comments.
    """
    if len(files.active) >= MOST_DEPTH or words[0].many:
        return []
    file = files.script(words[0], environment)
    if file is None or not _is_followed(file):
        return []
    start = assign.inherited(environment)
    start.setdefault(CURRENT, UNKNOWN)
    before, files.active = files.active, (*files.active, file.name)
    alone = _alone(outer, words[0], file, files)
    place = COPY if is_batch else words[0]
    found = _launches(outer, (place, *words[1:]), file, start, files)
    files.active = before
    batch = _text(file.text) if is_batch else None
    return [replace(one, batch=one.batch or batch, alone=_same_place(alone, one)) for one in found]


def _is_followed(file: File) -> bool:
    if MENTION not in file.text or quick.search(RELEASE, file.text):
        return False
    return runs_in_shell(_text(file.text))


def _text(text: str) -> Word:
    return Word(*NOWHERE, (Piece((text,), *NOWHERE),))


def _same_place(alone: Sequence[Recognised], found: Recognised) -> tuple[Recognised, ...]:
    return tuple(one for one in alone if one.command.file == found.command.file)


def _alone(outer: Command, word: Word, file: File, files: Files) -> list[Recognised]:
    """Return the launches in a file when nothing is known of who runs it."""
    if file.name not in files.kept:
        plain = replace(outer, conditional=False, path=(), calls=(), dead=None)
        launches = _launches(plain, (word,), file, None, files)
        batch = _text(file.text)
        files.kept[file.name] = [replace(one, batch=one.batch or batch) for one in launches]
    found: list[Recognised] = files.kept[file.name]
    return found


def _launches(
    outer: Command,
    words: Sequence[Word],
    file: File,
    environment: dict[str, Variable] | None,
    files: Files,
) -> list[Recognised]:
    """Return the launches in a file; environment: None when neither it nor arguments are known."""
    from sgdlint.launch.walk import inside, launches_of

    origin = Elsewhere(file, Origin(""), (outer.start, outer.end))
    origin.program = words[0]
    positional = None if environment is None else tuple(words[1:])
    ran = commands(parse(file.text), file.text, environment, origin, files, positional)
    return [one for command in ran for one in launches_of(inside(outer, command), 1, files)]

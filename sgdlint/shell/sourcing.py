"""`source FILE`: which file it is, and the places of what stands in it.

A file is followed when it lies in the project of the script. A path that is relative to the
current folder is taken for a file beside the script, or below where sgdlint was started, if there
is but one of them; it is assumed that no program of the same name lies in PATH.
"""

from __future__ import annotations

from bisect import bisect_right

from sgdlint import quick
from sgdlint.record import record
from sgdlint.shell.folders import CURRENT, START, Place, from_here, path_of, place_of
from sgdlint.shell.held import unknown
from sgdlint.shell.origin import NOWHERE, Origin
from sgdlint.shell.values import Piece, Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sgdlint.shell.state import State
    from sgdlint.shell.values import Word
    from sgdlint.source import Nearby

MOST_FILES = 40
"""So many times, files are read for one script."""

ENV_FILES = r"--env-file[=\s]+\S"
"""What names a file with variables."""

MOST_CHARACTERS = 400_000
"""So much text of other files is followed for one script."""


SECRET = r"(?i:TOKEN|SECRET|PASSW|CREDENTIAL|_KEY\Z)"
"""Names of variables whose values are not taken from other files: a message might show them."""


@record
class File:
    """A file that is read as a part of a script. name: as it is shown. path: of itself, in it."""

    name: str
    text: str
    path: Word | None = None


class Files:
    """Reads the files that one script names; `missing` has the names of those that it cannot.

    script: its own text, which may write a file before a program reads it. active: names of the
    files that are followed now, which would run themselves for ever. kept: what is known of single
    files, by name, for those who read them often.
    """

    def __init__(self, near: Nearby, script: str = "") -> None:
        self._script = script
        self.active: tuple[str, ...] = ()
        self.kept: dict[str, Any] = {}
        self.missing: dict[str, None] = {}
        self._near = near
        self._reads = 0
        self._characters = 0

    def find(self, word: Word, state: State, active: tuple[str, ...] = ()) -> File | None:
        """Return the file that a word names; None when it is not certain, or cannot be read.

        active: names of the files that are being read, which would read themselves for ever.
        """
        named = place_of(word)
        place = from_here(state.variables, named) if named is not None else None
        if named is None or place is None:
            return None
        found = self._read(place, word)
        if found is None or found.name in active:
            self.missing.setdefault(named.path)
            return None
        self._reads += 1
        self._characters += len(found.text)
        is_much = self._reads > MOST_FILES or self._characters > MOST_CHARACTERS
        return None if is_much else found

    def script(self, word: Word, environment: dict[str, Variable]) -> File | None:
        """Return the file that a program is told to run; None when it is not certain which.

        environment: the variables where that stands.
        """
        named = place_of(word)
        place = from_here(environment, named) if named is not None else None
        if named is None or place is None:
            return None
        found = self._read(place, word)
        if found is None or found.name in self.active:
            return None
        self._reads += 1
        self._characters += len(found.text)
        is_much = self._reads > MOST_FILES or self._characters > MOST_CHARACTERS
        return None if is_much else found

    def is_missing(self, word: Word) -> bool:
        """Tell whether a file was looked for and is not there, or cannot be read."""
        named = place_of(word)
        return named is not None and named.path in self.missing

    def text(self, word: Word, environment: dict[str, Variable]) -> str:
        """Return the text of a file that `--env-file` names; "" when it is not certain.

        environment: the variables where that stands. A file that the script mentions besides may
        be written by it.
        """
        named = place_of(word)
        place = from_here({CURRENT: START, **environment}, named) if named is not None else None
        if named is None or place is None or self._may_write(named.path.rpartition("/")[2]):
            return ""
        found = self._read(place, word)
        return found.text if found is not None and len(found.text) <= MOST_CHARACTERS else ""

    def _may_write(self, name: str) -> bool:
        mentions = self._script.count(name)
        return mentions > len(quick.findall(ENV_FILES, self._script)) or not mentions

    def _read(self, place: Place, word: Word) -> File | None:
        beside = self._near.in_project(place.path)
        start = None if place.base else self._near.in_project(place.path, from_start=True)
        found = beside or start
        if found is None or (beside and start and beside[1] != start[1]):
            return None
        path = path_of(Place(place.base or "@", place.path)) if beside is not None else word
        return File(*found, path)


def keep_secret(state: State) -> None:
    """Forget what other files give to variables of which nobody wants to see the value."""
    for name, variable in list(state.variables.items()):
        word = variable.word
        if word is not None and quick.search(SECRET, name) and any(p.file for p in word.pieces):
            hidden = Variable(name, unknown(f"${name} is a secret"), variable.exported, -1, -1)
            state.put(name, hidden)


class Elsewhere(Origin):
    """The text of another file, which nothing is written in; what is shown is `source FILE`."""

    __slots__ = ("_lines", "name")

    def __init__(self, file: File, outer: Origin, place: tuple[int, int]) -> None:
        super().__init__(file.text, (), place)
        self.name = file.name
        self.program = outer.program
        self.file = file.path
        self._lines: list[int] = []

    def label(self, start: int) -> str:
        """Return `FILE:LINE` of a part of the text."""
        if not self._lines:
            self._lines.append(0)
            while newline := self.text.find("\n", self._lines[-1]) + 1:
                self._lines.append(newline)
        return f"{self.name}:{bisect_right(self._lines, start)}"

    def pieces(self, text: str, start: int, end: int, bare: bool = False) -> tuple[Piece, ...]:
        """Return the characters that the source from start to end means."""
        return (Piece((text,), *NOWHERE, False, None, bare, self.label(start)),)

    def written(self, start: int, end: int) -> tuple[int, int]:
        """Return that it is written nowhere in the file that is checked."""
        return NOWHERE

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the place of the command that reads the file."""
        return self._place

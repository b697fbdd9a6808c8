"""What is known about the variables at one point of a script, and how paths are joined."""

from __future__ import annotations

from itertools import islice

from sgdlint.record import record, replace
from sgdlint.shell.folders import CURRENT, START
from sgdlint.shell.values import MOST_TEXTS, Piece, Variable, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeVar

    T = TypeVar("T")

MOST_PIECES = 256
"""Above this many pieces the value of a word is unknown."""

MOST_CHARACTERS = 1_000_000
"""Above this many characters the value of a word that was put together is unknown."""

MOST_ELEMENTS = 2048
"""Elements of an array after this many are unknown."""

MOST_NAMES = 300
"""So many variables, those that changed last, are in the environment of a command."""

DEPENDS = "its value depends on the path that the script takes"

UNKNOWN = Piece(None, -1, -1)

OUTSIDE = Piece(None, -1, -1)
"""The value of a variable that only the environment of the script can have set; not UNKNOWN."""


ARGUMENTS = Word(-1, -1, (OUTSIDE,), True, "$@ is what the script or function was called with")
"""The arguments of a script, or of a function of which no call is known."""


@record
class Array(Variable):
    """An indexed array, or a variable that may be one.

    elements: its values from index 0; an element that is `many` stands for any number of them.
    A variable that is certainly an array is never exported; None says that it may be a scalar.
    """

    elements: tuple[Word, ...] = ()


@record
class Changes:
    """What one path changed: values after it by name (None: nothing known), and the flags."""

    variables: dict[str, Variable | None]
    flags: tuple[str, bool | None]


def unknown(reason: str, many: bool = False, start: int = -1, end: int = -1) -> Word:
    """Return a word of which nothing is known."""
    return Word(start, end, (UNKNOWN,), many, reason)


def known(text: str) -> Word:
    """Return a word that was written nowhere."""
    return Word(-1, -1, (Piece((text,), -1, -1),))


def bounded(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Return the pieces, or the first of them and an unknown rest when they are too many."""
    if len(pieces) <= 8:
        return pieces
    length = sum(len(piece.texts[0]) for piece in pieces if piece.texts)
    if len(pieces) <= MOST_PIECES and length <= MOST_CHARACTERS:
        return pieces
    return (*pieces[:2], UNKNOWN)


def array(
    name: str,
    elements: tuple[Word, ...],
    start: int,
    end: int,
    exported: bool | None = False,
) -> Array:
    """Return an array whose word is what `$name` gives: its first element."""
    if len(elements) > MOST_ELEMENTS:
        elements = (*elements[:MOST_ELEMENTS], unknown(f"${name} has too many elements", True))
    word: Word | None = None
    if elements:
        word = unknown(elements[0].reason) if elements[0].many else elements[0]
    return Array(name, word, exported, start, end, False, elements)


class State:
    """The variables at one point; `enter` and `leave` go down a path and come back.

    wild: why a variable that is not here may be anything, "" when only the environment of the
    script can have set it. allexport: whether assigned variables are exported (`set -a`).
    positional: `$1` and on; a word that is `many` stands for any number of them.
    status: whether the last command succeeded; code: its exit status; None when not known.
    """

    __slots__ = (
        "_journals", "_snapshot", "allexport", "code", "positional", "status", "variables", "wild",
    )  # fmt: skip

    def __init__(self, variables: dict[str, Variable] | None = None) -> None:
        self.variables: dict[str, Variable] = variables or {}
        self.variables.setdefault("IFS", Variable("IFS", known(" \t\n"), False, -1, -1))
        self.variables.setdefault(CURRENT, START)
        self.wild = ""
        self.allexport: bool | None = False
        self.positional: tuple[Word, ...] = (ARGUMENTS,)
        self.status: bool | None = None
        self.code: int | None = None
        self._journals: list[tuple[dict[str, Variable | None], tuple[str, bool | None]]] = []
        self._snapshot: dict[str, Variable] | None = None

    def put(self, name: str, value: Variable | None) -> None:
        """Give a variable a value; None forgets it."""
        if self._journals:
            self._journals[-1][0].setdefault(name, self.variables.get(name))
        if value is None:
            self.variables.pop(name, None)
        else:
            self.variables[name] = value
        self._snapshot = None

    def forget(self, reason: str) -> None:
        """Forget everything: any variable may have any value."""
        for name in list(self.variables):
            if name != CURRENT:
                self.put(name, None)
        self.wild = reason
        self.allexport = None

    def enter(self) -> None:
        """Go down a path."""
        self._journals.append(({}, (self.wild, self.allexport)))

    def leave(self) -> Changes:
        """Come back to where the path began, and return what it changed."""
        before, flags = self._journals.pop()
        after = {name: self.variables.get(name) for name in before}
        changes = Changes(after, (self.wild, self.allexport))
        for name, value in before.items():
            if value is None:
                self.variables.pop(name, None)
            else:
                self.variables[name] = value
        self.wild, self.allexport = flags
        self._snapshot = None
        return changes

    def merge(self, paths: list[Changes], arrays: set[str]) -> None:
        """Go on from where several paths meet; arrays: names that may be arrays."""
        for path in paths:
            wild, allexport = path.flags
            self.wild = self.wild or wild
            if allexport != self.allexport:
                self.allexport = None
        names = dict.fromkeys(name for path in paths for name in path.variables)
        for name in names:
            here = self.variables.get(name)
            values = [path.variables.get(name, here) for path in paths]
            self.put(name, join(name, values, name in arrays or bool(self.wild)))

    def snapshot(self) -> dict[str, Variable]:
        """Return the variables as they are now; nobody may change what is returned."""
        if self._snapshot is None:
            if len(self.variables) <= MOST_NAMES:
                self._snapshot = self.variables.copy()
            else:
                last = islice(reversed(self.variables), MOST_NAMES)
                self._snapshot = {name: self.variables[name] for name in last}
        return self._snapshot


def anything(name: str, reason: str, exported: bool | None, is_array: bool) -> Variable:
    """Return a variable of which nothing is known; is_array: it may be an array."""
    if is_array:
        return array(name, (unknown(reason, True),), -1, -1, None)
    return Variable(name, unknown(reason), exported, -1, -1)


def join(name: str, values: list[Variable | None], is_array: bool) -> Variable | None:
    """Return what is known about a variable where several paths meet."""
    first = values[0]
    if all(value is first or value == first for value in values):
        return first
    present = [value for value in values if value is not None]
    exported = _same([value.exported for value in present])
    is_array = is_array or any(isinstance(value, Array) for value in present)
    if len(present) < len(values):
        return anything(name, DEPENDS, None, is_array)
    start, end = _same([(value.start, value.end) for value in present]) or (-1, -1)
    arrays = [value for value in present if isinstance(value, Array)]
    if len(arrays) == len(present):
        elements = _join_elements([value.elements for value in arrays])
        return array(name, elements, start, end, exported)
    words = [value.word for value in present if value.word is not None]
    if arrays or len(words) < len(present):
        return anything(name, DEPENDS, exported, is_array)
    return Variable(name, join_words(words), exported, start, end)


def join_words(words: list[Word]) -> Word:
    """Return one word that covers several: what they begin with alike, then one of several."""
    if any(word.many for word in words):
        return unknown(DEPENDS, True)
    shortest = min(len(word.pieces) for word in words)
    first = words[0]
    same = 0
    while same < shortest and all(w.pieces[same] == first.pieces[same] for w in words):
        same += 1
    rests = [word.pieces[same:] for word in words]
    texts: dict[str, None] = {}
    for rest in rests:
        possible = Word(-1, -1, rest).texts
        if possible is None:
            return replace(first, pieces=(*first.pieces[:same], UNKNOWN), reason=DEPENDS)
        texts.update(dict.fromkeys(possible))
    if len(texts) > MOST_TEXTS:
        return replace(first, pieces=(*first.pieces[:same], UNKNOWN), reason=DEPENDS)
    spans = {(rest[0].start, rest[0].end) if len(rest) == 1 else (-1, -1) for rest in rests}
    start, end = spans.pop() if len(spans) == 1 else (-1, -1)
    pieces = (*first.pieces[:same], Piece(tuple(texts), start, end))
    return Word(first.start, first.end, pieces, False, first.reason)


def _join_elements(lists: list[tuple[Word, ...]]) -> tuple[Word, ...]:
    """Join arrays: element by element when they are equally long, else what they begin with."""
    first = lists[0]
    same = _same_elements(lists)
    rests = [elements[same:] for elements in lists]
    even = all(len(rest) == len(rests[0]) for rest in rests)
    if even and not any(word.many for elements in (first[:same], *rests) for word in elements):
        columns = zip(*rests, strict=True)
        return (*first[:same], *(_same(column) or join_words(list(column)) for column in columns))
    return (*first[:same], unknown(DEPENDS, True))


def _same_elements(lists: list[tuple[Word, ...]]) -> int:
    """Return with how many equal elements arrays begin."""
    first = lists[0]
    same = min(map(len, lists))
    for one in lists[1:]:
        # Paths share the elements from before them, so most of the time one look is enough.
        pairs = enumerate(zip(first, one, strict=False))
        shared = next((index for index, (a, b) in pairs if a is not b), same)
        while shared < same and one[shared] == first[shared]:
            shared += 1
        same = min(same, shared)
    return same


def _same(values: Sequence[T]) -> T | None:
    return values[0] if all(value == values[0] for value in values) else None

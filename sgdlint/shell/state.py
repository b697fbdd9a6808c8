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

    elements: its values by rising index; one that is `many` stands for any number of them.
    indexes: the index of each element before the first that is `many`; None: 0, 1, 2 and so on.
    A variable that is certainly an array is never exported; None says that it may be a scalar.
    """

    elements: tuple[Word, ...] = ()
    indexes: tuple[int, ...] | None = None


@record
class Assoc(Variable):
    """An associative array; its `word` is the item with the key 0.

    items: what is known, by key. open: there may be other keys as well.
    Bash gives its items in an order of its own.
    """

    items: tuple[tuple[str, Word], ...] = ()
    open: bool = False


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
    attributes: str = "",
    indexes: tuple[int, ...] | None = None,
) -> Array:
    """Return an array whose word is what `$name` gives: its element 0."""
    if len(elements) > MOST_ELEMENTS:
        elements = (*elements[:MOST_ELEMENTS], unknown(f"${name} has too many elements", True))
        indexes = indexes and indexes[:MOST_ELEMENTS]
    if indexes is not None and indexes[-1:] == (len(indexes) - 1,):
        indexes = None
    word: Word | None = None
    if elements and elements[0].many:
        word = unknown(elements[0].reason)
    elif elements and (indexes is None or indexes[0] == 0):
        word = elements[0]
    return Array(name, word, exported, start, end, False, attributes, elements, indexes or None)


def assoc(
    name: str,
    items: dict[str, Word],
    start: int,
    end: int,
    is_open: bool = False,
    attributes: str = "",
) -> Assoc:
    """Return an associative array."""
    if len(items) > MOST_ELEMENTS:
        items, is_open = dict(islice(items.items(), MOST_ELEMENTS)), True
    word = items.get("0")
    if word is None and is_open:
        word = unknown(f"the keys of ${name} are not all known")
    return Assoc(name, word, False, start, end, False, attributes, tuple(items.items()), is_open)


def elements_of(variable: Array | Assoc) -> tuple[Word, ...]:
    """Return what `"${A[@]}"` gives."""
    if isinstance(variable, Array):
        return variable.elements
    if variable.open or len(variable.items) > 1:
        return (unknown(f"the order of ${variable.name} is not known", True),)
    return tuple(word for _, word in variable.items)


def element_at(variable: Array, index: int) -> Word | None:
    """Return the element with an index, which may count from the end; None: certainly unset."""
    elements = variable.elements
    many = next((place for place, word in enumerate(elements) if word.many), len(elements))
    indexes: Sequence[int] = range(many) if variable.indexes is None else variable.indexes
    if index < 0 and many == len(elements):
        index += indexes[-1] + 1 if indexes else 0
    if index >= 0 and index in indexes:
        return elements[indexes.index(index)]
    is_inside = 0 <= index < indexes[-1] if indexes else False
    if (many < len(elements) and not is_inside) or index < 0:
        return unknown(f"${{{variable.name}[{index}]}} is not known")
    return None


def item_at(variable: Assoc, key: str) -> Word | None:
    """Return the item with a key; None: certainly unset."""
    found = dict(variable.items).get(key)
    if found is None and variable.open:
        return unknown(f"the keys of ${variable.name} are not all known")
    return found


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
        for name, value in list(self.variables.items()):
            odd = value.attributes
            if name != CURRENT:
                is_odd = odd or isinstance(value, Assoc)
                new = anything(name, reason, None, True, doubtful(odd)) if is_odd else None
                self.put(name, new)
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


def anything(
    name: str, reason: str, exported: bool | None, is_array: bool, attributes: str = ""
) -> Variable:
    """Return a variable of which nothing is known; is_array: it may be an array."""
    if is_array:
        return array(name, (unknown(reason, True),), -1, -1, None, attributes)
    return Variable(name, unknown(reason), exported, -1, -1, False, attributes)


def join(name: str, values: list[Variable | None], is_array: bool) -> Variable | None:
    """Return what is known about a variable where several paths meet."""
    first = values[0]
    if all(value is first or value == first for value in values):
        return first
    present = [value for value in values if value is not None]
    attributes = join_attributes(values)
    if "?" in attributes and "n" in attributes:
        return anything(name, DEPENDS, None, True, attributes)
    exported = _same([value.exported for value in present])
    is_array = is_array or any(isinstance(value, Array | Assoc) for value in present)
    if len(present) < len(values):
        is_map = any(isinstance(value, Assoc) for value in present)
        attributes = doubtful(attributes) if is_map else attributes
        return anything(name, DEPENDS, None, is_array, attributes)
    start, end = _same([(value.start, value.end) for value in present]) or (-1, -1)
    arrays = [value for value in present if isinstance(value, Array)]
    if len(arrays) == len(present):
        return _join_arrays(arrays, start, end, exported, attributes)
    maps = [value for value in present if isinstance(value, Assoc)]
    if len(maps) == len(present):
        return _join_maps(maps, start, end, attributes)
    if maps:
        attributes = doubtful(attributes)
    words = [value.word for value in present if value.word is not None]
    if arrays or maps or len(words) < len(present):
        return anything(name, DEPENDS, exported, is_array, attributes)
    return Variable(name, join_words(words), exported, start, end, False, attributes)


def join_attributes(values: Sequence[Variable | None]) -> str:
    """Return what is known about the attributes of a variable where several paths meet."""
    found = {value.attributes if value is not None else "" for value in values}
    return found.pop() if len(found) == 1 else doubtful("".join(found))


def doubtful(attributes: str) -> str:
    """Return attributes of which none is certain, nor that there are no others."""
    return "".join(sorted({"?", *attributes}))


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


def _join_arrays(
    arrays: list[Array], start: int, end: int, exported: bool | None, attributes: str
) -> Variable:
    name = arrays[0].name
    if any(one.indexes is not None for one in arrays):
        even = len({len(one.elements) for one in arrays}) == 1
        if not even or len({one.indexes for one in arrays}) > 1:
            return anything(name, DEPENDS, None, True, attributes)
    elements = _join_elements([one.elements for one in arrays])
    return array(name, elements, start, end, exported, attributes, arrays[0].indexes)


def _join_maps(maps: list[Assoc], start: int, end: int, attributes: str) -> Assoc:
    """Join associative arrays: what all of them have is known, all else open."""
    tables = [dict(one.items) for one in maps]
    keys = [key for key in tables[0] if all(key in table for table in tables)]
    is_open = any(one.open for one in maps) or any(len(table) > len(keys) for table in tables)
    items = {
        key: _same([table[key] for table in tables]) or join_words([t[key] for t in tables])
        for key in keys
    }
    return assoc(maps[0].name, items, start, end, is_open, attributes)


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

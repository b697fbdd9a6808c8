"""What a variable may hold beside one text: arrays, and values of which nothing is known."""

from __future__ import annotations

from itertools import islice

from sgdlint.record import record
from sgdlint.shell.values import Piece, Variable, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_PIECES = 256
"""Above this many pieces the value of a word is unknown."""

MOST_CHARACTERS = 1_000_000
"""Above this many characters the value of a word that was put together is unknown."""

MOST_ELEMENTS = 2048
"""Elements of an array after this many are unknown."""

UNKNOWN = Piece(None, -1, -1)

OUTSIDE = Piece(None, -1, -1)
"""The value of a variable that only the environment of the script can have set; not UNKNOWN."""


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


def anything(
    name: str, reason: str, exported: bool | None, is_array: bool, attributes: str = ""
) -> Variable:
    """Return a variable of which nothing is known; is_array: it may be an array."""
    if is_array:
        return array(name, (unknown(reason, True),), -1, -1, None, attributes)
    return Variable(name, unknown(reason), exported, -1, -1, False, attributes)


def doubtful(attributes: str) -> str:
    """Return attributes of which none is certain, nor that there are no others."""
    return "".join(sorted({"?", *attributes}))

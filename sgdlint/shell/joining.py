"""What is known of variables, arguments and functions where several paths meet."""

from __future__ import annotations

from sgdlint.record import replace
from sgdlint.shell.held import UNKNOWN, Array, Assoc, anything, array, assoc, doubtful, unknown
from sgdlint.shell.values import MOST_TEXTS, Piece, Variable, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeVar

    from sgdlint.shell.state import Definition

    T = TypeVar("T")

DEPENDS = "its value depends on the path that the script takes"


def join_positional(several: Sequence[tuple[Word, ...]]) -> tuple[Word, ...]:
    """Return what is known of the arguments where several paths meet."""
    first = several[0]
    if all(one is first or one == first for one in several):
        return first
    return _join_elements(list(several))


def join_functions(
    one: dict[str, tuple[Definition | None, ...]], other: dict[str, tuple[Definition | None, ...]]
) -> dict[str, tuple[Definition | None, ...]]:
    """Return what each name may call where two paths meet."""
    if one is other:
        return one
    joined = {}
    for name in {**one, **other}:
        left, right = one.get(name, (None,)), other.get(name, (None,))
        joined[name] = tuple(dict.fromkeys((*left, *right))) if left and right else ()
    return joined


def join_scopes(
    several: Sequence[tuple[dict[str, Variable | None], ...]],
) -> tuple[dict[str, Variable | None], ...]:
    """Return what the calls around hide where several paths meet."""
    first = several[0]
    if all(one is first or one == first for one in several):
        return first
    return tuple(map(_join_scope, zip(*several, strict=False)))


def _join_scope(scopes: tuple[dict[str, Variable | None], ...]) -> dict[str, Variable | None]:
    joined: dict[str, Variable | None] = {}
    for scope in scopes:
        for name, hidden in scope.items():
            same = all(name in one and one[name] == hidden for one in scopes)
            # Local on some paths only: whichever it is, nothing is known once the call is over.
            joined[name] = hidden if same else anything(name, DEPENDS, None, True)
    return joined


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

"""What assignments do to variables: attributes, references, and elements of arrays.

Each function takes the state and a place: where the assignment was written. A reference
(`declare -n`) is followed; what it refers to is assigned. An assignment to a variable that is
certainly `readonly` fails; the rest of the line is then not run, which only the caller can say.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.shell import builtins, folders
from sgdlint.shell.held import (
    OUTSIDE,
    Array,
    Assoc,
    anything,
    array,
    assoc,
    doubtful,
    element_at,
    item_at,
    known,
    unknown,
)
from sgdlint.shell.joining import join_words
from sgdlint.shell.slices import joined, mapped
from sgdlint.shell.values import Variable, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.shell.state import State

    Place = tuple[int, int]

MOST_REFERENCES = 8
"""A chain of references is followed this far."""

INSIDE = "OPTIND."
"""In place of a name: where `getopts` is inside an argument that holds several options."""

UNUSUAL = builtins.VOLATILE | {"OPTIND"}
"""Variables to which bash gives a meaning of their own."""

LARGEST = 2**63 - 1
"""The largest number that bash counts with."""

_NUMBER = quick.compile(
    r"[ \t\n]*([-+]?)(?:0[xX]([0-9a-fA-F]{1,15})|(0[0-7]*)|([1-9][0-9]{0,17}))[ \t\n]*"
)
NAME = quick.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def target(state: State, name: str) -> str | None:
    """Return the variable that a name stands for, its own unless it is a reference."""
    for _ in range(MOST_REFERENCES):
        variable = state.variables.get(name)
        if variable is None or "n" not in variable.attributes:
            return name
        text = variable.word.text if variable.word is not None else None
        if "?" in variable.attributes or text is None or not NAME.fullmatch(text):
            return None
        name = text
    return None


def integer(word: Word | None) -> int | None:
    """Return the number that a word is to arithmetic; None when it is not known."""
    text = word.text if word is not None else None
    found = _NUMBER.fullmatch(text) if text else None
    if found is None:
        return 0 if text is not None and not text.strip(" \t\n") else None
    sign, sixteen, eight, ten = found.groups()
    value = int(sixteen, 16) if sixteen else int(eight, 8) if eight else int(ten)
    value = -value if sign == "-" else value
    return value if abs(value) <= LARGEST else None


def number(state: State, word: Word | None) -> int | None:
    """Return the number that a word is to arithmetic, also when it is the name of a variable."""
    text = word.text if word is not None else None
    if text == "":
        return None
    if text is None or not NAME.fullmatch(text):
        return integer(word)
    found = target(state, text)
    variable = state.variables.get(found) if found is not None else None
    return integer(variable.word) if variable is not None and variable.word is not None else None


def _counts(state: State, attributes: str, value: Word) -> bool:
    """Tell whether a value is one that an integer variable takes."""
    if "i" not in attributes or value.text is None:
        return True
    return not value.text or number(state, value) is not None


def is_readonly(variable: Variable | None) -> bool | None:
    """Tell whether an assignment to a variable fails; None when that is not certain."""
    if variable is None or "r" not in variable.attributes:
        return False
    return None if "?" in variable.attributes else True


def scalar(state: State, name: str, value: Word, place: Place, append: bool = False) -> bool | None:
    """Carry out `name=value`; return whether it succeeds, None when that is not certain."""
    if not append and _is_usual(state, name):
        old = state.variables.get(name)
        state.put(name, Variable(name, value, exported(state, old), *place))
        return True
    found = _begin(state, name)
    if isinstance(found, bool) or found is None:
        return found
    name = found
    if name == "OPTIND" and INSIDE in state.variables:
        state.put(INSIDE, None)
    old = state.variables.get(name)
    attributes = old.attributes if old is not None else "i" if name == "OPTIND" else ""
    if not _counts(state, attributes, value):
        return None
    if isinstance(old, Array):
        return _element(state, old, 0, value, append, place)
    if isinstance(old, Assoc):
        return _item(state, old, "0", value, append, place)
    before = None
    if append:
        before = old.word if old is not None else missing(state, name)
        if before is not None and any(piece is OUTSIDE for piece in before.pieces):
            before = unknown(before.reason)
    value = converted(attributes, value, before)
    if old is None and state.wild:
        rest = unknown(state.wild, True)
        state.put(name, array(name, (value, rest), *place, None, attributes))
    else:
        state.put(name, Variable(name, value, exported(state, old), *place, False, attributes))
    return True


def _is_usual(state: State, name: str) -> bool:
    """Tell whether a variable simply holds what is assigned to it: most do."""
    if state.wild or name in UNUSUAL:
        return False
    old = state.variables.get(name)
    return old is None or (type(old) is Variable and not old.attributes)


def element(
    state: State, name: str, subscript: Word, value: Word, place: Place, append: bool = False
) -> bool | None:
    """Carry out `name[subscript]=value`."""
    found = _begin(state, name)
    if isinstance(found, bool) or found is None:
        return found
    old = state.variables.get(found)
    if isinstance(old, Assoc):
        return _item(state, old, subscript.text, value, append, place)
    index = number(state, subscript)
    if index is None and subscript.text is not None:
        return None  # it may be no number
    if not _counts(state, old.attributes if old is not None else "", value):
        return None
    return _element(state, as_array(state, found), index, value, append, place)


def elements(
    state: State,
    name: str,
    values: Sequence[tuple[Word | None, Word, bool]],
    place: Place,
    append: bool = False,
) -> bool | None:
    """Carry out `name=( … )`; values: subscript, value and whether it is `+=`."""
    found = _begin(state, name)
    if isinstance(found, bool) or found is None:
        return found
    old = state.variables.get(found)
    attributes = old.attributes if old is not None else ""
    if not all(_counts(state, attributes, value) for _, value, _ in values):
        return None
    if isinstance(old, Assoc):
        return _fill_map(state, old, values, place, append)
    start = as_array(state, found) if append else None
    new = filled(state, found, start, values, place, attributes)
    if new is None:
        return None
    state.put(found, new)
    return True


def filled(
    state: State,
    name: str,
    start: Array | None,
    values: Sequence[tuple[Word | None, Word, bool]],
    place: Place,
    attributes: str,
) -> Array | None:
    """Return an indexed array after `+=( … )` to what it is at the start.

    None when a subscript may be no number, which ends the line.
    """
    if start is not None and all(subscript is None for subscript, _, _ in values):
        return _appended(name, start, [value for _, value, _ in values], place, attributes)
    before: Array = start or array(name, (), *place, False, attributes)
    if all(subscript is None for subscript, _, _ in values):
        given = tuple(converted(attributes, value, None) for _, value, _ in values)
        return array(name, given, *place, False, attributes)
    table = table_of(before)
    index: int | None = max(table or (), default=-1) + 1
    for subscript, value, append in values:
        if subscript is not None:
            index = number(state, subscript)
            if index is not None and index < 0 and table is not None:
                index += max(table, default=-1) + 1
            if (index is None and subscript.text is not None) or (index is not None and index < 0):
                return None
        if table is None or index is None or value.many:
            reason = f"the indexes of ${name} are not known"
            return array(name, (unknown(reason, True),), *place, False, attributes)
        table[index] = converted(attributes, value, table.get(index, known("")) if append else None)
        index += 1
    return from_table(name, table or {}, place, attributes)


def _appended(name: str, start: Array, values: list[Word], place: Place, attributes: str) -> Array:
    given = tuple(converted(attributes, value, None) for value in values)
    indexes = start.indexes
    if indexes is not None and not any(word.many for word in start.elements):
        count = next((n for n, word in enumerate(given) if word.many), len(given))
        indexes = (*indexes, *range(indexes[-1] + 1, indexes[-1] + 1 + count))
    return array(name, (*start.elements, *given), *place, False, attributes, indexes)


def table_of(variable: Array) -> dict[int, Word] | None:
    """Return the elements by index; None when not all indexes are known."""
    if any(word.many for word in variable.elements):
        return None
    indexes = variable.indexes or range(len(variable.elements))
    return dict(zip(indexes, variable.elements, strict=True))


def from_table(
    name: str,
    table: dict[int, Word],
    place: Place,
    attributes: str,
    exported: bool | None = False,
) -> Array:
    """Return the array with these elements by index."""
    order = tuple(sorted(table))
    elements = tuple(table[index] for index in order)
    return array(name, elements, *place, exported, attributes, order)


def as_array(state: State, name: str) -> Array:
    """Return a variable as the indexed array that bash makes of it."""
    old = state.variables.get(name)
    if isinstance(old, Array):
        return old
    attributes = old.attributes if old is not None else ""
    given: tuple[Word, ...] = ()
    if old is None:
        given = (unknown(_reason(state, name), True),)
    elif old.word is not None:
        given = (old.word,)
        if all(piece.texts is None for piece in old.word.pieces) and old.word.texts is None:
            given = (unknown(old.word.reason, True),)  # it may be unset
    return array(name, given, -1, -1, False, attributes)


def converted(attributes: str, value: Word, before: Word | None) -> Word:
    """Return what a variable holds when a value is assigned; before: what `+=` adds it to."""
    if not attributes.strip("nr"):
        return value if before is None else joined([before, value])
    if "c" in attributes or value.many:
        return unknown("it has attributes that change what is assigned", value.many)
    if "i" in attributes:
        return _summed(value, before)
    if before is not None:
        value = joined([before, value])
    change = str.lower if "l" in attributes else str.upper
    changed = mapped(value, lambda text: change(text) if text.isascii() else None)
    return changed or unknown(value.reason or "its case is changed")


def _summed(value: Word, before: Word | None) -> Word:
    number = integer(value)
    start = 0 if before is None else integer(before)
    if number is None or start is None or abs(number + start) > LARGEST:
        return unknown("it is computed")
    text = str(number + start)
    return value if text == value.text else known(text)


def exported(state: State, old: Variable | None) -> bool | None:
    """Tell whether a variable is exported after an assignment."""
    if state.allexport or (old is not None and old.exported):
        return True
    if state.allexport is None or old is None:
        return None
    return old.exported


def forget(state: State, name: str, reason: str, attributes: str | None = None) -> None:
    """Forget what a variable holds, whatever it is."""
    old = state.variables.get(name)
    if attributes is None:
        attributes = old.attributes if old is not None else ""
    is_array = isinstance(old, Array | Assoc) or old is None or bool(state.wild)
    state.put(name, anything(name, reason, None, is_array, attributes))


def lose(state: State, name: str, letters: str = "") -> None:
    """Forget everything, because the assignment to a variable may fail and so end the line.

    What is certainly readonly stays. letters: attributes that any variable may have then.
    """
    reason = f"the assignment to ${name} may fail and end the line"
    state.put(name, state.variables.get(name) or anything(name, reason, None, True))
    before = dict(state.variables)
    state.give((unknown(reason, True),))
    state.forget(reason)
    for one, old in before.items():
        if one == folders.CURRENT:
            state.put(one, folders.UNKNOWN)
        elif not one.isidentifier():
            state.put(one, None)
        elif is_readonly(old):
            state.put(one, old)
        else:
            state.put(one, anything(one, reason, None, True, doubtful(old.attributes + letters)))


def _begin(state: State, name: str) -> str | bool | None:
    """Return the name of the variable to assign, or how the assignment ends without one."""
    if name in builtins.VOLATILE:
        return name not in builtins.FIXED
    found = target(state, name)
    if found is None:
        lose(state, name)
        return None
    if found in builtins.VOLATILE:
        return found not in builtins.FIXED
    variable = state.variables.get(found)
    failed = is_readonly(variable)
    if variable is not None and "?" in variable.attributes:
        forget(state, found, f"the attributes of ${found} are not known")
        return None if failed is None else True
    return found if failed is False else False


def _element(
    state: State, old: Array, index: int | None, value: Word, append: bool, place: Place
) -> bool | None:
    name, attributes = old.name, old.attributes
    many = next((n for n, word in enumerate(old.elements) if word.many), len(old.elements))
    indexes: Sequence[int] = range(many) if old.indexes is None else old.indexes
    if index is not None and index < 0 and many == len(old.elements):
        index += indexes[-1] + 1 if indexes else 0
    if index is not None and index < 0:
        return False if many == len(old.elements) else None
    if index is not None and index in indexes:
        before = element_at(old, index) if append else None
        at = indexes.index(index)
        new = converted(attributes, value, before)
        rest = (*old.elements[:at], new, *old.elements[at + 1 :])
        state.put(name, array(name, rest, *place, old.exported, attributes, old.indexes))
        return True
    table = table_of(old)
    if index is None or table is None:
        state.put(name, _cut(old, index, value, append, place))
        return True
    table[index] = converted(attributes, value, known("") if append else None)
    state.put(name, from_table(name, table, place, attributes, old.exported))
    return True


def _cut(old: Array, index: int | None, value: Word, append: bool, place: Place) -> Array:
    """Return an array of which only those elements are known that an assignment leaves alone."""
    name, attributes = old.name, old.attributes
    rest = unknown(f"an element of ${name} is assigned", True)
    if index is None:
        return array(name, (rest,), *place, old.exported, attributes)
    many = next((n for n, word in enumerate(old.elements) if word.many), len(old.elements))
    indexes = tuple(range(many)) if old.indexes is None else old.indexes
    count = sum(one < index for one in indexes)
    before = old.elements[:count]
    if index == 0 and not append:
        return array(
            name, (converted(attributes, value, None), rest), *place, old.exported, attributes
        )
    elements = (*before, rest)
    return array(name, elements, *place, old.exported, attributes, indexes[: len(before)])


def _item(
    state: State, old: Assoc, key: str | None, value: Word, append: bool, place: Place
) -> bool | None:
    state.put(old.name, _with_item(old, key, value, old if append else None, place))
    return True


def _with_item(
    old: Assoc, key: str | None, value: Word, added: Assoc | None, place: Place
) -> Assoc:
    """Return an array with one more item; added: where to find what the value is added to."""
    items = dict(old.items)
    if not key:  # bash refuses the empty key
        value = converted(old.attributes, value, unknown("") if added else None)
        items = {name: join_words([word, value]) for name, word in items.items()}
        return assoc(old.name, items, *place, True, old.attributes)
    before = (item_at(added, key) or known("")) if added else None
    items[key] = converted(old.attributes, value, before)
    return assoc(old.name, items, *place, old.open, old.attributes)


def _fill_map(
    state: State,
    old: Assoc,
    values: Sequence[tuple[Word | None, Word, bool]],
    place: Place,
    append: bool,
) -> bool | None:
    new = old if append else assoc(old.name, {}, *place, False, old.attributes)
    if values and values[0][0] is None:
        if any(subscript is not None for subscript, _, _ in values):
            return None
        words = [value for _, value, _ in values]
        if len(words) % 2:
            words.append(Word(-1, -1, ()))
        values = [(key, value, False) for key, value in zip(words[::2], words[1::2], strict=True)]
    for subscript, value, adds in values:
        key = subscript.text if subscript is not None else None
        # What `+=` adds to is what was there before the whole assignment.
        before = new if append else old
        new = _with_item(new, key, value, before if adds else None, place)
    state.put(old.name, new)
    return True


def missing(state: State, name: str) -> Word:
    """Return the value of a variable that the script has not set so far."""
    return unknown(_reason(state, name))


def _reason(state: State, name: str) -> str:
    return state.wild or f"${name} is not set in this script"

"""What is known about the variables at one point of a script, and how paths are joined."""

from __future__ import annotations

from itertools import islice

from sgdlint.record import record, replace
from sgdlint.shell.folders import CURRENT, START
from sgdlint.shell.values import MOST_TEXTS, Piece, Variable, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet
    from typing import TypeVar

    from sgdlint.shell import tree
    from sgdlint.shell.expand import Expander
    from sgdlint.shell.origin import Origin
    from sgdlint.shell.scan import Scan
    from sgdlint.shell.values import Condition

    Context = tuple[Origin, Scan, Expander]

    T = TypeVar("T")
    Rest = tuple[
        str,
        bool | None,
        tuple[Word, ...],
        "dict[str, tuple[Definition | None, ...]]",
        tuple["dict[str, Variable | None]", ...],
    ]

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
    """What one path changed: values after it by name (None: nothing known), and the flags.

    rest: all that the state holds beside the variables; None when only the flags can differ.
    """

    variables: dict[str, Variable | None]
    flags: tuple[str, bool | None]
    rest: Rest | None = None


class Definition:
    """A function: its place in the tree, and the text that it stands in (see `calls`)."""

    __slots__ = ("context", "node")

    def __init__(self, node: tree.Function, context: Context) -> None:
        self.node = node
        self.context = context

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Definition) and self.node is other.node

    def __hash__(self) -> int:
        return id(self.node)


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


KEPT = ".="
"""How names begin that stand for no variable: the current folder, and files (see `written`)."""


class State:
    """What is known at one point of one path; `enter` and `leave` try something and take it back.

    wild: why a variable that is not here may be anything, "" when only the environment of the
    script can have set it. allexport: whether assigned variables are exported (`set -a`).
    positional: `$1` and on; a word that is `many` stands for any number of them.
    status: whether the last command succeeded; code: its exit status; None when not known.
    flow: why the path left the statements that it was in ("break", "continue", "return"), or "";
    level: how many loops it leaves.
    functions: what each name may call: definitions, None among them when it may be no function; a
    name that is () may be any of the script's functions of that name.
    scopes: for each call of a function that is going on, what its `local` variables hide.
    path: the conditions that led here. refined: what the variables held that a condition tells
    about, before it did; unrefined: the same for the arguments. tests: how a test went, with the
    values that it depends on.
    log: collects the names of the variables that are changed, for all paths. ignored: variables
    that nobody asks for; they stay as they are.
    """

    __slots__ = (
        "_journals", "_owns", "_snapshot", "allexport", "code", "flow", "functions", "ignored",
        "level", "log",
        "path", "positional", "refined", "scopes", "status", "tests", "unrefined",
        "variables", "wild",
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
        self.flow = ""
        self.level = 0
        self.functions: dict[str, tuple[Definition | None, ...]] = {}
        self.scopes: tuple[dict[str, Variable | None], ...] = ()
        self.path: tuple[Condition, ...] = ()
        self.refined: dict[str, Variable | None] = {}
        self.unrefined: tuple[Word, ...] | None = None
        self.tests: dict[str, tuple[bool, dict[str, object]]] = {}
        self.log: list[str] = []
        self.ignored: AbstractSet[str] = frozenset()
        self._owns = True
        self._journals: list[tuple[dict[str, Variable | None], Rest]] = []
        self._snapshot: dict[str, Variable] | None = None

    def copy(self) -> State:
        """Return another path that has come the same way."""
        other = State.__new__(State)
        for name in _SHARED:
            setattr(other, name, getattr(self, name))
        other.variables = self.variables.copy()
        other._journals = []
        other._owns = self._owns = False
        return other

    def put(self, name: str, value: Variable | None) -> None:
        """Give a variable a value; None forgets it."""
        if name in self.ignored:
            return
        if self._journals:
            self._journals[-1][0].setdefault(name, self.variables.get(name))
        if value is None:
            self.variables.pop(name, None)
        else:
            self.variables[name] = value
        if name in self.refined:
            self.refined = {one: old for one, old in self.refined.items() if one != name}
        self.log.append(name)
        self._snapshot = None

    def refine(self, name: str, word: Word) -> None:
        """Note what a condition tells about a variable: what it holds does not change by it."""
        old = self.variables.get(name)
        if (
            name in self.ignored
            or isinstance(old, Assoc)
            or (old is not None and "n" in old.attributes)
        ):
            return
        original = self.refined.get(name, old)
        if isinstance(old, Array):
            if not old.elements or old.elements[0].many:
                return
            elements = (word, *old.elements[1:])
            self.put(name, array(name, elements, old.start, old.end, old.exported))
        else:
            new = Variable(name, word, None, -1, -1) if old is None else replace(old, word=word)
            self.put(name, new)
        self.refined = {**self.refined, name: original}

    def original(self, name: str) -> Variable | None:
        """Return what a variable holds, without what a condition tells about it."""
        return self.refined[name] if name in self.refined else self.variables.get(name)

    def give(self, words: tuple[Word, ...]) -> None:
        """Give the script or the function new arguments."""
        self.positional = words
        self.unrefined = None

    def refine_argument(self, place: int, word: Word) -> None:
        """Note what a condition tells about `$1` (place 0) or one behind it."""
        before, rest = self.positional[:place], self.positional[place:]
        if len(before) < place or any(one.many for one in before) or not rest:
            return
        original = self.unrefined or self.positional
        self.positional = (*before, word, *(rest if rest[0].many else rest[1:]))
        self.unrefined = original

    def refine_count(self, word: Word) -> None:
        """Note what a condition tells about the number of arguments."""
        text, many = word.text, [one.many for one in self.positional]
        if text is None or not text.isdecimal() or len(text) > 2 or many.count(True) != 1:
            return
        place, missing = many.index(True), int(text) + 1 - len(many)
        if missing >= 0:
            each = unknown(self.positional[place].reason)
            original = self.unrefined or self.positional
            rest = self.positional[place + 1 :]
            self.positional = (*self.positional[:place], *[each] * missing, *rest)
            self.unrefined = original

    def define(self, name: str, definitions: tuple[Definition | None, ...]) -> None:
        """Say what a name calls."""
        if not self._owns:
            self.functions = self.functions.copy()
            self._owns = True
        self.functions[name] = definitions

    def forget(self, reason: str, keeps_ifs: bool = False) -> None:
        """Forget everything: any variable may have any value; keeps_ifs: but for IFS."""
        for name, value in list(self.variables.items()):
            odd = value.attributes
            if name[0] not in KEPT and not (keeps_ifs and name == "IFS"):
                is_odd = odd or isinstance(value, Assoc)
                new = anything(name, reason, None, True, doubtful(odd)) if is_odd else None
                self.put(name, new)
        self.wild = reason
        self.allexport = None

    def enter(self) -> None:
        """Try something that may not happen."""
        self._owns = False
        self._journals.append(({}, self._rest()))

    def leave(self) -> Changes:
        """Take back what was done since `enter`, and return what it changed."""
        before, rest = self._journals.pop()
        after = {name: self.variables.get(name) for name in before}
        changes = Changes(after, (self.wild, self.allexport), self._rest())
        for name, value in before.items():
            if value is None:
                self.variables.pop(name, None)
            else:
                self.variables[name] = value
        self.wild, self.allexport, positional, self.functions, self.scopes = rest
        if positional is not self.positional:
            self.give(positional)
        self._owns = False
        self._snapshot = None
        return changes

    def _rest(self) -> Rest:
        return self.wild, self.allexport, self.positional, self.functions, self.scopes

    def merge(self, paths: list[Changes], arrays: set[str]) -> None:
        """Go on from where several paths meet; arrays: names that may be arrays."""
        self.join_rest([path.rest or (*path.flags, *self._rest()[2:]) for path in paths])
        names = dict.fromkeys(name for path in paths for name in path.variables)
        for name in names:
            here = self.variables.get(name)
            values = [path.variables.get(name, here) for path in paths]
            self.put(name, join(name, values, name in arrays or bool(self.wild)))

    def rest(self) -> Rest:
        """Return what a path holds beside its variables, without what a condition tells."""
        positional = self.unrefined or self.positional
        return self.wild, self.allexport, positional, self.functions, self.scopes

    def join_rest(self, rests: Sequence[Rest]) -> None:
        """Cover what several paths hold beside their variables."""
        if not rests:
            return
        for wild, allexport, _, _, _ in rests:
            self.wild = self.wild or wild
            if allexport != self.allexport:
                self.allexport = None
        self.give(join_positional([one[2] for one in rests]))
        functions = rests[0][3]
        for _, _, _, other, _ in rests[1:]:
            functions = _join_functions(functions, other)
        self.functions, self._owns = functions, False
        self.scopes = _join_scopes([one[4] for one in rests])

    def snapshot(self) -> dict[str, Variable]:
        """Return the variables as they are now; nobody may change what is returned."""
        if self._snapshot is None:
            if len(self.variables) <= MOST_NAMES:
                self._snapshot = self.variables.copy()
            else:
                last = islice(reversed(self.variables), MOST_NAMES)
                self._snapshot = {name: self.variables[name] for name in last}
        return self._snapshot


_SHARED = tuple(name for name in State.__slots__ if name not in ("_journals", "_owns", "variables"))


def join_positional(several: Sequence[tuple[Word, ...]]) -> tuple[Word, ...]:
    """Return what is known of the arguments where several paths meet."""
    first = several[0]
    if all(one is first or one == first for one in several):
        return first
    return _join_elements(list(several))


def _join_functions(
    one: dict[str, tuple[Definition | None, ...]], other: dict[str, tuple[Definition | None, ...]]
) -> dict[str, tuple[Definition | None, ...]]:
    if one is other:
        return one
    joined = {}
    for name in {**one, **other}:
        left, right = one.get(name, (None,)), other.get(name, (None,))
        joined[name] = tuple(dict.fromkeys((*left, *right))) if left and right else ()
    return joined


def _join_scopes(
    several: Sequence[tuple[dict[str, Variable | None], ...]],
) -> tuple[dict[str, Variable | None], ...]:
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

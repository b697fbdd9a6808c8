"""Assignments: what a variable holds after one."""

from __future__ import annotations

from sgdlint.record import record, replace
from sgdlint.shell import builtins, tree
from sgdlint.shell.builtins import Argument
from sgdlint.shell.folders import CURRENT
from sgdlint.shell.state import OUTSIDE, UNKNOWN, Array, anything, array, bounded, unknown
from sgdlint.shell.values import Piece, Variable, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.shell.expand import Expander
    from sgdlint.shell.state import State


@record
class Declared:
    """An assignment whose value was expanded.

    word: how it looks as an argument of `export`. value: None for an array. subscript: its source.
    """

    name: str
    word: Word
    append: bool
    subscript: str | None
    value: Word | None
    elements: tuple[Word, ...]


class Assigner:
    """Carries out assignments that stand between start and end.

    odd: names of which the value is not what was assigned. arrays: names that may be arrays.
    own: names that the function around has already declared; None outside of functions.
    """

    def __init__(
        self,
        state: State,
        expander: Expander,
        odd: set[str],
        arrays: set[str],
        own: set[str] | None,
        start: int,
        end: int,
    ) -> None:
        self.state = state
        self.expander = expander
        self.odd = odd
        self.arrays = arrays
        self.own = own
        self.start = start
        self.end = end

    def read(self, node: tree.Assignment, is_argument: bool = False) -> Declared:
        """Expand the value of an assignment; is_argument: it is one of `export` or its kin."""
        source = self.expander.origin
        subscript = None
        if node.subscript is not None:
            self.expander.value(node.subscript)
            subscript = self._source(node.subscript)
            self.expander.change(subscript)
        head = node.name + ("" if subscript is None else f"[{subscript}]")
        head += "+=" if node.append else "="
        first = source.pieces(head, node.start, node.start + len(head))
        elements: tuple[Word, ...] = ()
        value: Word | None = None
        if isinstance(node.value, tree.Array):
            elements = self._elements(node.value)
            pieces: tuple[Piece, ...] = (UNKNOWN,)
        else:
            value = Word(self.end, self.end, ())
            if node.value is not None:
                value = self.expander.value(node.value)
                if is_argument and "{" in self._source(node.value):
                    value = unknown("braces make several arguments of it")
            pieces = value.pieces
        reason = value.reason if value is not None else "it is an array"
        place = source.span(node.start, node.end)
        word = Word(*place, (*first, *pieces), False, reason, self.start, self.end)
        return Declared(node.name, word, node.append, subscript, value, elements)

    def _source(self, node: tree.Node) -> str:
        return self.expander.origin.text[node.start : node.end]

    def _elements(self, node: tree.Array) -> tuple[Word, ...]:
        elements: list[Word] = []
        for element in node.elements:
            if element.subscript is None:
                elements += self.expander.words(element.value)
                continue
            self.expander.value(element.subscript)
            index = self._source(element.subscript)
            value = self.expander.value(element.value)
            if index != str(len(elements)) or element.append or any(one.many for one in elements):
                elements = [unknown("the indexes of the array are not followed", True)]
            else:
                elements.append(value)
        return tuple(elements)

    def put(self, one: Declared) -> None:
        """Carry out an assignment."""
        if one.value is None:
            self._put_array(one)
        elif one.subscript is not None:
            self._put_element(one, one.value)
        elif one.append:
            self._append(one.name, one.value)
        else:
            self.scalar(one.name, one.value)

    def scalar(self, name: str, value: Word) -> None:
        """Assign one word; that is the first element of what is an array."""
        if self._is_odd(name):
            return
        old = self.state.variables.get(name)
        if isinstance(old, Array):
            rest = old.elements[1:]
            if old.elements and old.elements[0].many:
                rest = (unknown(old.elements[0].reason, True),)
            self._set(array(name, (value, *rest), self.start, self.end, old.exported))
        elif old is None and self.state.wild:
            rest = (unknown(self.state.wild, True),)
            self._set(array(name, (value, *rest), self.start, self.end, None))
        else:
            self._set(Variable(name, value, self._exported(old), self.start, self.end))

    def _is_odd(self, name: str) -> bool:
        """Forget a variable that does not hold what is assigned to it."""
        if name in builtins.VOLATILE:
            return True
        if name in self.odd:
            self._forget(name)
        return name in self.odd

    def _forget(self, name: str) -> None:
        reason = f"assignments to ${name} are not followed"
        self._set(anything(name, reason, None, name in self.arrays or bool(self.state.wild)))

    def _set(self, variable: Variable) -> None:
        self.state.put(variable.name, variable)

    def _exported(self, old: Variable | None) -> bool | None:
        if self.state.allexport or (old is not None and old.exported):
            return True
        if self.state.allexport is None or old is None:
            return None
        return old.exported

    def _append(self, name: str, value: Word) -> None:
        old = self.state.variables.get(name)
        if isinstance(old, Array):
            first = old.elements[:1]
            if first and first[0].many:
                self._forget(name)
            else:
                self.scalar(name, _together(first[0], value) if first else value)
        elif old is None:
            reason = self.state.wild or f"${name} is not set in this script"
            self.scalar(name, _together(unknown(reason), value))
        else:
            self.scalar(name, value if old.word is None else _together(old.word, value))

    def _put_array(self, one: Declared) -> None:
        if self._is_odd(one.name):
            return
        old = self.state.variables.get(one.name)
        elements = one.elements
        if one.append:
            elements = (*self._old_elements(old, one.name), *elements)
        self._set(array(one.name, elements, self.start, self.end))

    def _old_elements(self, old: Variable | None, name: str) -> tuple[Word, ...]:
        if isinstance(old, Array):
            return old.elements
        if old is None:
            return (unknown(self.state.wild or f"${name} is not set in this script", True),)
        if old.word is None:
            return ()
        if old.word.texts is None:
            return (unknown(old.word.reason, True),)
        return (old.word,)

    def _put_element(self, one: Declared, value: Word) -> None:
        if self._is_odd(one.name):
            return
        elements = self._old_elements(self.state.variables.get(one.name), one.name)
        text = one.subscript or ""
        index = int(text) if text.isdigit() and text.isascii() and len(text) < 6 else -1
        before = elements[: index + 1]
        if index < 0 or index > len(elements) or any(word.many for word in before) or one.append:
            reason = f"${one.name}[{text[:20]}] is assigned"
            self._set(anything(one.name, reason, None, True))
            return
        elements = (*elements[:index], value, *elements[index + 1 :])
        self._set(array(one.name, elements, self.start, self.end))

    # --- declare, export, local, readonly -------------------------------------------------------

    def declare(
        self,
        builtin: str,
        words: Sequence[Word],
        declared: Sequence[Declared],
        names: dict[str, str],
    ) -> None:
        """Carry out a declaring builtin; names: the kinds of change of each of its operands."""
        options = [word.text for word in words if word.text and word.text[0] in "-+"]
        letters = "".join(option[1:] for option in options if option[0] == "-")
        exports: bool | None = None
        if any("x" in option for option in options if option[0] == "+"):
            exports = False
        elif builtin == "export":
            exports = "n" not in letters
        elif "x" in letters:
            exports = True
        is_local = self.own is not None and "g" not in letters
        is_local = is_local and builtin not in ("export", "readonly")
        by_word = {id(one.word): one for one in declared}
        for word in words:
            one = by_word.get(id(word)) or self._operand(word)
            if one is not None:
                self._declare(one, names.get(one.name, "!"), is_local, exports, "a" in letters)

    def _operand(self, word: Word) -> Declared | None:
        """Read `NAME` and `NAME=value` where they are plain words."""
        match = builtins.NAME.match(word.prefix)
        if match is None:
            return None
        name, rest = match.group(), word.prefix[match.end() :]
        if rest.startswith("="):
            value = tail_of(word, match.end() + 1)
            return Declared(name, word, False, None, value, ())
        return Declared(name, word, False, "!" if rest else "", None, ())

    def _declare(
        self, one: Declared, kinds: str, is_local: bool, exports: bool | None, is_array: bool
    ) -> None:
        old = self.state.variables.get(one.name)
        bare = one.value is None and one.subscript is not None
        if "!" in kinds or (bare and one.subscript == "!"):
            self._forget(one.name)
            return
        if is_local and self.own is not None:
            if bare and one.name in self.own:
                self._forget(one.name)
                return
            self.own.add(one.name)
            self._set(Variable(one.name, None, None, -1, -1))
        if not bare:
            self.put(one)
        elif is_array:
            before = () if is_local else self._old_elements(old, one.name)
            self._set(array(one.name, before, self.start, self.end))
        if exports is not None:
            self._export(one.name, exports)

    def _export(self, name: str, exported: bool) -> None:
        variable = self.state.variables.get(name)
        if variable is None:
            reason = self.state.wild or f"${name} is not set in this script"
            word = Word(-1, -1, (OUTSIDE,), False, reason)
            if not self.state.wild and name not in builtins.VOLATILE:
                self._set(Variable(name, word, exported, -1, -1))
        elif self.own is not None and variable.word is None:
            return  # what a function declares without a value does not hide what is outside
        elif not isinstance(variable, Array):
            self._set(replace(variable, exported=exported))


def before_command(node: tree.Assignment, variable: Variable) -> Variable:
    """Return what an assignment before a command puts into its environment."""
    if node.subscript is not None or isinstance(node.value, tree.Array):
        return anything(node.name, "it is assigned before a command", None, False)
    if isinstance(variable, Array) and node.append:
        return anything(node.name, "it is assigned before a command", None, False)
    return Variable(node.name, variable.word, True, variable.start, variable.end, True)


def argument_of(word: Word) -> Argument:
    """Return as much of an expanded word as is certain."""
    return Argument(word.prefix, word.text is not None)


def after_changes(
    old: Variable | None, name: str, kinds: str, reason: str, is_array: bool
) -> Variable | None:
    """Return what is known of a variable after changes of some kinds, in any number and order."""
    if kinds == "x":
        return old if old is None or isinstance(old, Array) else replace(old, exported=None)
    if kinds == "a" and isinstance(old, Array):
        elements = old.elements
        if not elements or not elements[-1].many:
            elements = (*elements, unknown(reason, True))
        return array(name, elements, old.start, old.end, old.exported)
    if kinds == "s" and old is not None and old.word is not None and not isinstance(old, Array):
        return replace(old, word=_together(old.word, unknown(reason)))
    keeps = old is not None and not set(kinds) & set("x-r!")
    return anything(name, reason, old.exported if old is not None and keeps else None, is_array)


def inherited(environment: dict[str, Variable]) -> dict[str, Variable]:
    """Return the variables that a new process begins with."""
    result: dict[str, Variable] = {}
    for name, variable in environment.items():
        if name == CURRENT:
            result[name] = variable
        if name in ("IFS", CURRENT) or name in builtins.VOLATILE or variable.exported is None:
            continue
        if not variable.exported or variable.word is None:
            result[name] = Variable(name, None, False, -1, -1)
        else:
            result[name] = Variable(name, variable.word, True, variable.start, variable.end)
    return result


def _together(first: Word, second: Word) -> Word:
    pieces = bounded((*first.pieces, *second.pieces))
    return Word(first.start, second.end, pieces, False, first.reason or second.reason)


def tail_of(word: Word, count: int) -> Word:
    """Return a word without so many of its first characters, which are certain."""
    pieces: list[Piece] = []
    for piece in word.pieces:
        length = len(piece.texts[0]) if piece.texts and len(piece.texts) == 1 else 0
        if count and piece.texts == ("",):
            continue
        if count >= length > 0:
            count -= length
        elif count and piece.texts:
            place = (piece.start + count, piece.end) if piece.exact else (-1, -1)
            text = piece.texts[0][count:]
            pieces.append(replace(piece, texts=(text,), start=place[0], end=place[1]))
            count = 0
        else:
            pieces.append(piece)
    return Word(word.start, word.end, tuple(pieces), False, word.reason)

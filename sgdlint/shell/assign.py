"""Assignments: what a variable holds after one."""

from __future__ import annotations

from sgdlint.record import record, replace
from sgdlint.shell import builtins, tree, variables
from sgdlint.shell.builtins import Argument
from sgdlint.shell.held import (
    UNKNOWN,
    Array,
    Assoc,
    anything,
    array,
    assoc,
    doubtful,
    known,
    unknown,
)
from sgdlint.shell.slices import EMPTY, joined
from sgdlint.shell.state import KEPT
from sgdlint.shell.streams import INPUT, OUTPUT
from sgdlint.shell.values import Piece, Variable, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.shell.expand import Expander
    from sgdlint.shell.state import State

COMPUTED = "it is computed"
NOWHERE = tree.Literal(-1, -1, "")
WRONG = Word(-1, -1, (Piece(("?",), -1, -1),))
"""In place of a number: the expression is an error, or may be one."""


@record
class Declared:
    """An assignment whose value was expanded.

    word: how it looks as an argument of `export`, where it is one.
    value: None for an array, and for a mere name.
    elements: what stands in `( … )`, each with its subscript and whether it is `+=`; None for none.
    """

    name: str
    word: Word
    append: bool
    subscript: Word | None
    value: Word | None
    elements: tuple[tuple[Word | None, Word, bool], ...] | None


class Assigner:
    """Carries out assignments that stand between start and end.

    odd: names of which the value may change at any time.
    own: names that the function around has already declared; None outside of functions.
    """

    def __init__(
        self,
        state: State,
        expander: Expander,
        odd: set[str],
        own: set[str] | None,
        start: int,
        end: int,
    ) -> None:
        self.state = state
        self.expander = expander
        self.odd = odd
        self.own = own
        self.place = start, end

    def read(
        self, node: tree.Assignment, is_argument: bool = False, is_map: bool = False
    ) -> Declared:
        """Expand the value of an assignment.

        is_argument: it is one of `export` or its kin. is_map: it declares an associative array.
        """
        subscript = None
        if node.subscript is not None:
            subscript = self._subscript(node.subscript, is_map or self.is_map(node.name))
        elements: tuple[tuple[Word | None, Word, bool], ...] | None = None
        value: Word | None = None
        if isinstance(node.value, tree.Array):
            elements = self._elements(node, node.value, is_map or self.is_map(node.name))
        elif node.value is None:
            value = Word(self.place[1], self.place[1], ())
        else:
            value = self.expander.value(node.value)
            if is_argument and _has_braces(node.value):
                value = unknown("braces make several arguments of it")
        word = self._argument(node, value) if is_argument else EMPTY
        return Declared(node.name, word, node.append, subscript, value, elements)

    def _argument(self, node: tree.Assignment, value: Word | None) -> Word:
        """Return how an assignment looks as an argument; value: None for an array."""
        source, head = self.expander.origin, node.name
        if node.subscript is not None:
            head += f"[{self._source(node.subscript)}]"
        head += "+=" if node.append else "="
        first = source.pieces(head, node.start, node.start + len(head))
        pieces = (UNKNOWN,) if value is None else value.pieces
        reason = "it is an array" if value is None else value.reason
        place = source.span(node.start, node.end)
        return Word(*place, (*first, *pieces), False, reason, *self.place)

    def _source(self, node: tree.Node) -> str:
        return self.expander.origin.text[node.start : node.end]

    def is_map(self, name: str) -> bool:
        """Tell whether a variable is an associative array."""
        found = variables.target(self.state, name)
        return found is not None and isinstance(self.state.variables.get(found), Assoc)

    def _subscript(self, node: tree.Word, is_key: bool) -> Word:
        """Expand a subscript; the word of an index is its number, or empty when it is no number."""
        if is_key:
            return self.expander.value(node)
        source = self._source(node)
        if source.isdecimal():
            return known(source)
        if any(isinstance(part, tree.SingleQuoted | tree.AnsiQuoted) for part in node.parts):
            return EMPTY
        from sgdlint.shell import arithmetic, operators

        text = self.expander.value(node).text
        try:
            found = arithmetic.of_tree(node, self.expander) if text != "" else None
        except operators.FailedError:
            self.expander.has_failed = True
            return EMPTY
        return EMPTY if found is None and text is not None else _number(found)

    def compute(self, value: Word) -> Word:
        """Return the number that an expression gives; WRONG when it is an error."""
        if value.many or variables.integer(value) is not None:
            return value
        from sgdlint.shell import arithmetic, operators

        try:
            found = arithmetic.of_word(value, NOWHERE, self.expander)
        except operators.FailedError:
            return WRONG
        if found is not None or value.text is None or self._is_word(value.text):
            return _number(found)
        return WRONG

    def _is_word(self, text: str) -> bool:
        """Tell whether a text is a name that no variable has; the environment uses capitals."""
        is_name = text.islower() and bool(variables.NAME.fullmatch(text))
        return is_name and text not in self.state.variables and not self.state.wild

    def _elements(
        self, node: tree.Assignment, given: tree.Array, is_map: bool
    ) -> tuple[tuple[Word | None, Word, bool], ...]:
        elements: list[tuple[Word | None, Word, bool]] = []
        for element in given.elements:
            if element.subscript is None and is_map:
                elements.append((None, self.expander.value(element.value), False))
            elif element.subscript is None:
                words = self.expander.words(element.value)
                elements += [(None, word, False) for word in words]
            else:
                subscript = self._subscript(element.subscript, is_map)
                if not is_map and node.name in self._source(element.subscript):
                    subscript = unknown("its index depends on itself")
                value = self.expander.value(element.value)
                if _has_braces(element.value):
                    value = unknown("braces make several elements of it", True)
                elements.append((subscript, value, element.append))
        return tuple(elements)

    def put(self, one: Declared) -> bool:
        """Carry out an assignment; return whether it certainly succeeds."""
        done = self.assign(one)
        if not done:
            variables.lose(self.state, one.name)
        return bool(done)

    def assign(self, one: Declared) -> bool | None:
        """Carry out an assignment; return whether it succeeds, None when that is not certain."""
        state, name, place = self.state, one.name, self.place
        if name in self.odd:
            variables.forget(state, name, f"assignments to ${name} are not followed")
            return True
        old = state.variables.get(name)
        if old is not None and old.attributes:
            one = self._computed(one)
        if one.value is WRONG:
            return None
        if one.elements is not None:
            if any(value is WRONG for _, value, _ in one.elements):
                return None
            return variables.elements(state, name, one.elements, place, one.append)
        value = one.value or Word(-1, -1, ())
        if one.subscript is not None:
            return variables.element(state, name, one.subscript, value, place, one.append)
        return variables.scalar(state, name, value, place, one.append)

    def _computed(self, one: Declared) -> Declared:
        """Return an assignment to an integer variable with numbers as its values."""
        target = variables.target(self.state, one.name)
        variable = self.state.variables.get(target) if target is not None else None
        if variable is None or "i" not in variable.attributes:
            return one
        if one.elements is None:
            return replace(one, value=self.compute(one.value or known("0")))
        elements = tuple((key, self.compute(value), adds) for key, value, adds in one.elements)
        return replace(one, elements=elements)

    def scalar(self, name: str, value: Word) -> None:
        """Assign one word; that is the first element of what is an array."""
        self.put(Declared(name, value, False, None, value, None))

    def give(
        self, name: str, value: Word | None, elements: tuple[Word, ...] | None = None
    ) -> bool | None:
        """Give a variable a value, or elements, as a builtin does; return whether that succeeds."""
        listed = None
        if elements is not None:
            listed = tuple((None, word, False) for word in elements)
        done = self.assign(Declared(name, EMPTY, False, None, value, listed))
        if done is None:
            variables.lose(self.state, name)
        return done

    def give_element(self, name: str, subscript: str, value: Word) -> bool | None:
        """Give an element a value; subscript: its text, which bash expands once more."""
        if not subscript.isalnum() or name in self.odd:
            variables.forget(self.state, name, "an element of it is assigned")
            return None
        index = known(subscript)
        if not self.is_map(name):
            index = self.compute(index)
        done = self.assign(Declared(name, EMPTY, False, index, value, None))
        if done is None:
            variables.lose(self.state, name)
        return done


def _number(value: tuple[int, ...] | None) -> Word:
    """Return a number as a word."""
    return known(str(value[0])) if value is not None and len(value) == 1 else unknown(COMPUTED)


def _has_braces(word: tree.Word) -> bool:
    return any(
        isinstance(part, tree.BraceExpansion)
        or (isinstance(part, tree.Literal) and "{" in part.text)
        for part in word.parts
    )


def before_command(node: tree.Assignment, variable: Variable) -> Variable:
    """Return what an assignment before a command puts into its environment."""
    if node.subscript is not None or isinstance(node.value, tree.Array):
        return anything(node.name, "it is assigned before a command", None, False)
    if isinstance(variable, Array) and node.append:
        return anything(node.name, "it is assigned before a command", None, False)
    if variable.attributes and not node.append:  # `declare -i` and its kin count only with `+=`
        return anything(node.name, "it has attributes", True, False)
    return Variable(node.name, variable.word, True, variable.start, variable.end, True)


def argument_of(word: Word) -> Argument:
    """Return as much of an expanded word as is certain."""
    return Argument(word.prefix, word.text is not None)


def after_changes(
    old: Variable | None, name: str, kinds: str, reason: str, is_array: bool, is_odd: bool = False
) -> Variable | None:
    """Return what is known of a variable after changes of some kinds, in any number and order.

    is_odd: it may get attributes that change what is assigned.
    """
    if kinds == "x":
        return old if old is None or isinstance(old, Array) else replace(old, exported=None)
    attributes = old.attributes if old is not None else ""
    if set("!r") & set(kinds) or (is_odd and "-" in kinds) or ("-" in kinds and attributes):
        letters = "".join(letter for letter in "inr" if letter in kinds)
        attributes = doubtful(attributes + letters)
    if kinds == "a" and isinstance(old, Array) and old.indexes is None:
        elements = old.elements
        if not elements or not elements[-1].many:
            elements = (*elements, unknown(reason, True))
        return array(name, elements, old.start, old.end, old.exported, attributes)
    if kinds == "s" and old is not None and type(old) is Variable and not attributes:
        if old.word is not None:
            return replace(old, word=joined([old.word, unknown(reason)]))
    elif isinstance(old, Assoc) and not set(kinds) & set("-!"):
        return assoc(name, {}, -1, -1, True, attributes)
    keeps = old is not None and not set(kinds) & set("x-r!")
    exported = old.exported if old is not None and keeps else None
    return anything(name, reason, exported, is_array, attributes)


def inherited(environment: dict[str, Variable]) -> dict[str, Variable]:
    """Return the variables that a new process begins with."""
    result: dict[str, Variable] = {}
    for name, variable in environment.items():
        if name[0] in KEPT:
            result[name] = variable
            continue
        if name in ("IFS", INPUT, OUTPUT) or name in builtins.VOLATILE or variable.exported is None:
            continue
        if variable.exported and _may_be_unset(variable):
            continue
        if not variable.exported or variable.word is None:
            result[name] = Variable(name, None, False, -1, -1)
        else:
            result[name] = Variable(name, variable.word, True, variable.start, variable.end)
    return result


def _may_be_unset(variable: Variable) -> bool:
    """Tell whether nothing sets a variable here that is exported: `export NAME`."""
    word = variable.word
    if word is None or not word.pieces or variable.start >= 0:
        return False
    return all(piece.texts is None for piece in word.pieces)


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

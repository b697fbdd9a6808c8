"""`unset`: variables, elements of arrays, references."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.record import replace
from sgdlint.shell import variables
from sgdlint.shell.held import Array, Assoc, array, assoc, doubtful, known, unknown
from sgdlint.shell.values import Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.shell.state import State
    from sgdlint.shell.values import Word

_OPERAND = quick.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:\[(.*)\])?", quick.DOTALL)


def unset(state: State, words: Sequence[Word]) -> bool | None:
    """Carry out `unset`; words: its arguments. Return its status."""
    options = ""
    operands = list(words)
    while operands and operands[0].prefix[:1] == "-" and operands[0].text is not None:
        option = operands.pop(0).text
        if option == "--":
            break
        options += (option or "")[1:]
    if "f" in options:
        return None
    status: bool | None = True
    for word in operands:
        done = _one(state, word, "n" in options)
        status = status if done else done
    return status


def _one(state: State, word: Word, is_reference: bool) -> bool | None:
    if word.text is None:
        _unknown(state, word)
        return None
    found = _OPERAND.fullmatch(word.text)
    if found is None:
        return False
    name, subscript = found.groups()
    if is_reference:
        return _reference(state, name)
    target = variables.target(state, name)
    if target is None:
        variables.lose(state, name)
        return None
    variable = state.variables.get(target)
    failed = variables.is_readonly(variable)
    if failed is not False:
        if failed is None:
            variables.forget(state, target, "it may be unset")
        return None if failed is None else False
    if subscript is None:
        state.put(target, Variable(target, None, False, -1, -1))
        return True
    return _element(state, target, subscript)


def _unknown(state: State, word: Word) -> None:
    """Unset what is not known by name."""
    found = _OPERAND.match(word.prefix)
    if found is not None and word.prefix[found.end() :][:1] == "[" and not word.many:
        variables.forget(state, found.group(1), "an element of it may be unset")
    else:
        state.forget("unset may unset any variable")


def _reference(state: State, name: str) -> bool | None:
    """Unset a reference itself, not what it refers to."""
    variable = state.variables.get(name)
    attributes = variable.attributes if variable is not None else ""
    if "n" not in attributes:
        return True
    if "?" in attributes or "r" in attributes:
        variables.forget(state, name, "it may be unset")
        return None
    state.put(name, Variable(name, None, False, -1, -1))
    return True


def _element(state: State, name: str, subscript: str) -> bool | None:
    variable = state.variables.get(name)
    reason = f"{name}[{subscript[:20]}] is unset"
    if isinstance(variable, Assoc) and _is_plain(subscript):
        items = dict(variable.items)
        items.pop(subscript, None)
        place = variable.start, variable.end
        state.put(name, assoc(name, items, *place, variable.open, variable.attributes))
        return True
    if isinstance(variable, Assoc):
        state.put(name, replace(assoc(name, {}, -1, -1, True), attributes=variable.attributes))
        return None
    if isinstance(variable, Array) and variable.exported is False:
        index = variables.number(state, known(subscript))
        table = variables.table_of(variable)
        if index is not None and table is not None:
            return _index(state, variable, table, index)
        if index is not None or subscript in ("@", "*"):
            rest = (unknown(reason, True),)
            state.put(name, array(name, rest, -1, -1, False, variable.attributes))
            return None
        variables.lose(state, name)
        return None
    attributes = doubtful(variable.attributes) if variable is not None else ""
    variables.forget(state, name, reason, attributes)
    return None


def _index(state: State, variable: Array, table: dict[int, Word], index: int) -> bool:
    if index < 0:
        index += max(table, default=-1) + 1
    if index < 0:
        return False
    table.pop(index, None)
    place = variable.start, variable.end
    state.put(variable.name, variables.from_table(variable.name, table, place, variable.attributes))
    return True


def _is_plain(subscript: str) -> bool:
    """Tell whether a key is taken as it is: bash expands what `unset` is given once more."""
    return bool(subscript) and not any(one in subscript for one in "$`\\\"'@*[]")

"""`declare`, `typeset`, `local`, `readonly` and `export`: variables with attributes."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.record import record, replace
from sgdlint.shell import builtins, variables
from sgdlint.shell.assign import Assigner, Declared, tail_of
from sgdlint.shell.held import OUTSIDE, Array, Assoc, anything, assoc, doubtful, known
from sgdlint.shell.values import Variable, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.shell.state import State

KEPT = frozenset("cilnru")
"""The attributes that change what is assigned."""

_OPERAND = quick.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\[[^]\[]*\])?(\+?=)?")


@record
class Manner:
    """How names are declared.

    on, off: the attributes that they get and lose. exports: whether they are exported, None when
    that stays as it is. is_local: they belong to the function around. inherits: with the value
    that they had outside. is_global: they do not belong to it.
    """

    on: str
    off: str
    exports: bool | None
    is_local: bool
    inherits: bool
    is_global: bool


def declare(
    assigner: Assigner, builtin: str, words: Sequence[Word], declared: Sequence[Declared]
) -> bool | None:
    """Carry out a declaring builtin; return its status.

    words: its arguments. declared: those among them that are written as assignments.
    """
    read = _options(builtin, words, assigner.own is not None)
    if read is None:
        assigner.state.forget(f"{builtin} may set any variable")
        return None
    manner, rest = read
    if manner is None or (builtin == "local" and assigner.own is None):
        return None
    status: bool | None = True
    by_word = {id(one.word): one for one in declared}
    for word in rest:
        one = by_word.get(id(word)) or _operand(word)
        if one is None:
            if word.text is None:
                assigner.state.forget(f"{builtin} may set any variable")
            status = None
            continue
        done = _one(assigner, one, manner, id(word) in by_word)
        status = status if done else done
    return status


def _options(
    builtin: str, words: Sequence[Word], in_function: bool
) -> tuple[Manner | None, Sequence[Word]] | None:
    """Read the options; no manner for what declares nothing, None when they are not known."""
    on, off = "", ""
    rest: Sequence[Word] = words
    for index, word in enumerate(words):
        text, rest = word.text, words[index:]
        if text is None and word.prefix[:1] in ("-", "+", ""):
            return None
        if text is None or text[:1] not in ("-", "+") or len(text) < 2:
            break
        rest = words[index + 1 :]
        if text == "--":
            break
        on += text[1:] if text[0] == "-" else ""
        off += text[1:] if text[0] == "+" else ""
    if set("fFp") & set(on) or not rest:
        return None if not rest and words and words[-1].many else (None, rest)
    return _manner(builtin, on, off, in_function), rest


def _manner(builtin: str, on: str, off: str, in_function: bool) -> Manner:
    exports: bool | None = None
    if builtin == "export":
        exports, on = "n" not in on, on.replace("n", "")
    elif "x" in off:
        exports = False
    elif "x" in on:
        exports = True
    on += "r" if builtin == "readonly" else ""
    is_local = in_function and "g" not in on and builtin not in ("export", "readonly")
    return Manner(on, off, exports, is_local, "I" in on, "g" in on)


def _operand(word: Word) -> Declared | None:
    """Read `NAME`, `NAME=value` and `NAME[subscript]=value` where they are plain words."""
    found = _OPERAND.match(word.prefix)
    if found is None:
        return None
    name, subscript, operator = found.groups()
    if operator is None:
        is_whole = word.text is not None and found.end() == len(word.text)
        return Declared(name, word, False, None, None, None) if is_whole else None
    value = tail_of(word, found.end())
    index = None
    if subscript is not None:
        start = len(name) + 1
        index = known(word.prefix[start : found.end() - 1 - len(operator)])
    return Declared(name, word, operator == "+=", index, value, None)


def _one(assigner: Assigner, one: Declared, manner: Manner, is_written: bool) -> bool | None:
    """Declare one name; is_written: it is written as an assignment."""
    state = assigner.state
    is_bare = one.value is None and one.elements is None
    if one.name in builtins.VOLATILE:
        return None
    if manner.is_global and assigner.own is not None and one.name in assigner.own:
        return True  # the one that is seen here stays
    name = one.name
    if manner.is_local and not _make_local(assigner, one, manner, is_bare):
        return None
    old = state.variables.get(name)
    if old is not None and "n" in old.attributes and one.subscript is not None:
        _give_up(state, name, manner)
        return None
    if "n" not in manner.on + manner.off and not manner.is_local:
        found = variables.target(state, name)
        if found is None:
            variables.lose(state, name, "".join(set(manner.on) & KEPT))
            return None
        name = found
        old = state.variables.get(name)
    if not _is_plain(old, one, manner, is_written, bool(state.wild)):
        _give_up(state, name, manner)
        return None
    one = one if name == one.name else replace(one, name=name)
    return _carry_out(assigner, one, manner, is_bare)


def _give_up(state: State, name: str, manner: Manner) -> None:
    """Forget a variable of which the declaration may fail, and what it may refer to."""
    old = state.variables.get(name)
    attributes = (old.attributes if old is not None else "") + manner.on
    if old is not None and "n" in old.attributes:
        variables.lose(state, name)
    attributes = doubtful("".join(set(attributes) & KEPT))
    variables.forget(state, name, f"the declaration of ${name} is not followed", attributes)


def _make_local(assigner: Assigner, one: Declared, manner: Manner, is_bare: bool) -> bool:
    """Give the function a variable of its own; return whether it is known what it is."""
    state, name, own = assigner.state, one.name, assigner.own
    assert own is not None
    outer = state.variables.get(name)
    if (is_bare and name in own) or (outer is not None and "r" in outer.attributes):
        attributes = "?r" if outer is not None and "r" in outer.attributes else "?"
        variables.forget(state, name, f"it may be that ${name} is local already", attributes)
        own.add(name)
        return False
    if name not in own and not manner.inherits:
        exported = outer.exported if outer is not None else None
        if is_bare and exported:
            exported = None  # commands get what the caller exported
        state.put(name, Variable(name, None, exported, -1, -1))
    own.add(name)
    return True


def _is_plain(
    old: Variable | None, one: Declared, manner: Manner, is_written: bool, is_wild: bool
) -> bool:
    """Tell whether a declaration is of a kind that is followed."""
    attributes = old.attributes if old is not None else ""
    is_array = isinstance(old, Array | Assoc) or bool(set("aA") & set(manner.on))
    if "n" in manner.on:
        is_name = one.value is None or bool(variables.NAME.fullmatch(one.value.text or ""))
        loops = one.value is not None and one.value.text == one.name
        is_known = old is not None or one.value is not None or not is_wild
        others = "n" if one.value is None else "?cilnu"  # what it may have had is lost then
        return is_known and is_name and not loops and not is_array and not attributes.strip(others)
    if is_array and one.value is not None and one.subscript is None:
        return not (one.value.prefix[:1] == "(" or (one.value.prefix == "" != one.value.text))
    return is_written or not ("?" in attributes and one.value is not None)


def _carry_out(assigner: Assigner, one: Declared, manner: Manner, is_bare: bool) -> bool | None:
    state, name = assigner.state, one.name
    old = state.variables.get(name)
    readonly = variables.is_readonly(old)
    if readonly is not False and (not is_bare or "r" in manner.off):
        if readonly is None and old is not None:
            variables.forget(state, name, f"${name} may be readonly", doubtful(old.attributes))
        if old is not None and not readonly:
            return None
        if old is not None and set(manner.on + manner.off) & KEPT:
            state.put(name, replace(old, attributes=doubtful(old.attributes)))
        return False
    fits = _shape(assigner, one, manner)
    if fits is None:
        _give_up(state, name, manner)
    if not fits:
        return fits
    _attribute(assigner, name, manner)
    status: bool | None = True
    if one.value is not None and "n" in manner.on:
        exported = old.exported if old is not None else None
        state.put(name, Variable(name, one.value, exported, *assigner.place, False, "n"))
    elif not is_bare:
        status = assigner.assign(one)
        if status is None:
            variables.lose(state, name)
            _give_up(state, name, manner)
            return None
    found = state.variables.get(name)
    if "r" in manner.on:
        found = found or anything(name, variables.missing(state, name).reason, None, True)
        state.put(name, replace(found, attributes=_sorted(found.attributes + "r")))
    if manner.exports is not None and "x" not in manner.off:
        _export(assigner, name, manner.exports)
    return status


def _shape(assigner: Assigner, one: Declared, manner: Manner) -> bool | None:
    """Make an array of a variable that is declared as one; return whether it becomes one."""
    state, name = assigner.state, one.name
    old = state.variables.get(name)
    attributes = old.attributes if old is not None else ""
    if "A" in manner.on:
        if isinstance(old, Array):
            return None if old.exported is None else False
        if old is None or not isinstance(old, Assoc):
            word = old.word if old is not None else variables.missing(state, name)
            is_open = word is not None and all(piece.texts is None for piece in word.pieces)
            items = {} if word is None or (is_open and word.pieces) else {"0": word}
            is_open = is_open and bool(word is not None and word.pieces)
            state.put(name, assoc(name, items, *assigner.place, is_open, attributes))
    elif "a" in manner.on or (one.subscript is not None and not isinstance(old, Assoc)):
        if isinstance(old, Assoc):
            return False
        if not isinstance(old, Array):
            new = variables.as_array(state, name)
            start, end = assigner.place
            state.put(name, replace(new, start=start, end=end))
    return True


def _attribute(assigner: Assigner, name: str, manner: Manner) -> None:
    """Give and take attributes before the value is assigned."""
    state = assigner.state
    on = set(manner.on) & KEPT - {"r"}
    off = set(manner.off) & KEPT
    cases = on & set("clu")
    if len(cases) > 1:
        on, off = on - cases, off | cases
    elif cases:
        off |= set("clu") - cases
    old = state.variables.get(name)
    if on or (old is not None and off & set(old.attributes)):
        if old is None:
            old = anything(name, variables.missing(state, name).reason, None, bool(state.wild))
        state.put(name, replace(old, attributes=_sorted((set(old.attributes) - off) | on)))
    if "x" in manner.off:  # the assignment exports it again under `set -a`
        _export(assigner, name, False)


def _sorted(letters: str | set[str]) -> str:
    return "".join(sorted(set(letters)))


def _export(assigner: Assigner, name: str, exported: bool) -> None:
    state = assigner.state
    variable = state.variables.get(name)
    if variable is None:
        reason = state.wild or f"${name} is not set in this script"
        word = Word(-1, -1, (OUTSIDE,), False, reason)
        if not state.wild:
            state.put(name, Variable(name, word, exported, -1, -1))
    elif assigner.own is not None and variable.word is None:
        return  # what a function declares without a value does not hide what is outside
    elif type(variable) is Variable:
        is_known = "?" not in variable.attributes
        state.put(name, replace(variable, exported=exported if is_known else None))

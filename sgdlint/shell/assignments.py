"""The modes of the lexer in assignments and arrays."""

from __future__ import annotations

from sgdlint.shell import modes, patterns
from sgdlint.shell.expansions import nested_bracket
from sgdlint.shell.frame import Frame

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.shell.lexer import Lexer


def assignment(lx: Lexer, start: int) -> bool:
    """Read `name=value` or `name[subscript]=value` if it stands here."""
    found = patterns.ASSIGN.match(lx.text, start, lx.end)
    if found is None:
        return False
    if found.group(2) != "[":
        lx.add("ASSIGN", start, found.end())
        _value(lx, "ASSIGN_EMPTY")
        return True
    if patterns.SUBSCRIPT_ASSIGN.match(lx.text, start, lx.end) is None:
        return False
    lx.add("ASSIGN_SUB", start, found.end())
    lx.enter(modes.SUBSCRIPT, _end_assigned_subscript, quoted=False)
    return True


def _end_assigned_subscript(lx: Lexer, frame: Frame, pos: int) -> None:
    """Read a bracket in the subscript of `a[…]=value`."""
    if nested_bracket(lx, frame, pos):
        return
    lx.stack.pop()
    end = lx.text.find("=", pos, pos + 3) + 1
    lx.add("SUB_EQ", pos, end or pos + 1)
    _value(lx, "SUB_EQ_EMPTY")


def _value(lx: Lexer, empty: str) -> None:
    """Read the value after `=`; without one the token before becomes one of kind `empty`."""
    text, pos, end = lx.text, lx.pos, lx.end
    if text.startswith("\\", pos, end) and (
        skipped := patterns.CONTINUED_ARRAY.match(text, pos, end)
    ):
        pos = skipped.end() - 1
    if text.startswith("(", pos, end):
        lx.add("ARRAY_OPEN", pos, pos + 1)
        lx.push(Frame(_array))
        return
    plain = patterns.VALUE_PLAIN.match(text, pos, end)
    if plain is None:
        lx.begin_word(pos, modes.VALUE)
    elif plain.end() == pos:
        lx.kinds[-1] = empty
    else:
        lx.add("WORD", pos, plain.end())


def _array(lx: Lexer, frame: Frame) -> None:
    """Read the elements of an array."""
    pos = lx.skip()
    if pos >= lx.end:
        lx.pos, lx.more = lx.end, False
    elif plain := patterns.PLAIN.match(lx.text, pos, lx.end):
        lx.add("WORD", pos, plain.end())
    elif lx.text[pos] == ")":
        lx.add("ARRAY_CLOSE", pos, pos + 1)
        lx.stack.pop()
    else:
        _element(lx, pos)


def _element(lx: Lexer, pos: int) -> None:
    """Begin an element that is not a plain word."""
    if lx.text[pos] == "[" and patterns.SUBSCRIPT_ASSIGN.match(lx.text, pos, lx.end):
        lx.add("ELEMENT_OPEN", pos, pos + 1)
        lx.enter(modes.SUBSCRIPT, _end_assigned_subscript, quoted=False)
    else:
        lx.begin_word(pos, modes.WORD)

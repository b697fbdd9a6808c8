"""The modes of the lexer in double quotes and after `$`."""

from __future__ import annotations

from sgdlint.shell import modes, patterns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.shell.frame import Frame
    from sgdlint.shell.lexer import Lexer


def double_quote(lx: Lexer, frame: Frame, pos: int) -> bool:
    """Read `"…"`; return whether the mode changed."""
    if plain := patterns.STRING.match(lx.text, pos, lx.end):
        lx.add("STRING", pos, plain.end())
        return False
    lx.add("DQ_OPEN", pos, lx.text.index('"', pos) + 1)
    lx.enter(modes.DOUBLE, _end_double, quoted=True)
    return True


def _end_double(lx: Lexer, frame: Frame, pos: int) -> None:
    lx.add("DQ_CLOSE", pos, pos + 1)
    lx.stack.pop()


def dollar(lx: Lexer, frame: Frame, pos: int) -> bool:
    """Read an expansion or a quote that begins with `$`; return whether the mode changed."""
    text = lx.text
    if variable := patterns.VARIABLE.match(text, pos, lx.end):
        lx.add("VARIABLE", pos, variable.end())
        return False
    if text.startswith("$((", pos) and pos not in lx.not_arithmetic:
        open_arithmetic(lx, "ARITH_OPEN", pos, pos + 3)
    elif text.startswith("$(", pos):
        lx.add("SUBST_OPEN", pos, pos + 2)
        lx.enter_substitution()
    elif text.startswith("${", pos):
        _open_parameter(lx, frame, pos)
    elif text.startswith("$[", pos):
        lx.add("ARITH_OPEN", pos, pos + 2)
        lx.enter(modes.ARITHMETIC_OLD, _end_arithmetic_old, quoted=False)
    elif frame.quoted or text[pos + 1 : pos + 2] not in ("'", '"'):
        lx.add(frame.mode.kind, pos, pos + 1)
        return False
    elif text[pos + 1] == '"':
        return double_quote(lx, frame, pos)
    elif ansi := patterns.ANSI.match(text, pos, lx.end):
        lx.add("ANSI", pos, ansi.end())
        return False
    else:
        lx.fail(pos, "this `$'` is never closed")
    return True


def open_arithmetic(lx: Lexer, kind: str, start: int, end: int) -> None:
    """Enter `(( … ))` or `$(( … ))`, remembering how to take it back."""
    mark = (len(lx.kinds), len(lx.comments), len(lx.pending))
    lx.add(kind, start, end)
    frame = lx.enter(modes.ARITHMETIC, _end_arithmetic, quoted=False)
    frame.mark = mark
    lx.uncertain += 1


def _end_arithmetic(lx: Lexer, frame: Frame, pos: int) -> None:
    """Read a parenthesis in arithmetic; unless the last two stand together, it was none."""
    character = lx.text[pos]
    if character == "(" or frame.depth:
        frame.depth += 1 if character == "(" else -1
        lx.add("ARITH_TEXT", pos, pos + 1)
        return
    lx.uncertain -= 1
    lx.stack.pop()
    if lx.text.startswith("))", pos):
        lx.add("ARITH_CLOSE", pos, pos + 2)
        return
    assert frame.mark is not None
    tokens, comments, pending = frame.mark
    lx.pos = lx.starts[tokens]
    lx.not_arithmetic.add(lx.pos)
    del lx.kinds[tokens:], lx.starts[tokens:], lx.ends[tokens:]
    del lx.comments[comments:], lx.pending[pending:]


def _end_arithmetic_old(lx: Lexer, frame: Frame, pos: int) -> None:
    """Read a bracket in `$[ … ]`."""
    character = lx.text[pos]
    if character == "]" and not frame.depth:
        lx.add("ARITH_CLOSE", pos, pos + 1)
        lx.stack.pop()
        return
    frame.depth += 1 if character == "[" else -1
    lx.add("ARITH_TEXT", pos, pos + 1)


def _open_parameter(lx: Lexer, frame: Frame, pos: int) -> None:
    """Read `${` with the name; what follows is the business of the modes entered here."""
    found = patterns.PARAM_HEAD.match(lx.text, pos, lx.end)
    assert found is not None
    lx.add("PARAM_OPEN", pos, found.end())
    quoted = frame.quoted
    if lx.text.startswith("[", lx.pos, lx.end) and found.end() - pos > 2:
        lx.add("SUB_OPEN", lx.pos, lx.pos + 1)
        lx.enter(modes.SUBSCRIPT, _end_subscript, quoted=quoted)
    else:
        _operation(lx, quoted)


def _end_subscript(lx: Lexer, frame: Frame, pos: int) -> None:
    """Read a bracket in the subscript of `${a[…]}`."""
    if nested_bracket(lx, frame, pos):
        return
    lx.add("SUB_CLOSE", pos, pos + 1)
    lx.stack.pop()
    _operation(lx, frame.quoted)


def nested_bracket(lx: Lexer, frame: Frame, pos: int) -> bool:
    """Add a bracket that does not end the subscript."""
    character = lx.text[pos]
    if character == "]" and not frame.depth:
        return False
    frame.depth += 1 if character == "[" else -1
    lx.add("TEXT", pos, pos + 1)
    return True


def _operation(lx: Lexer, quoted: bool) -> None:
    """Read the operator of `${name…` and enter its argument, or close it."""
    text, pos = lx.text, lx.pos
    if text.startswith("}", pos, lx.end):
        lx.add("PARAM_CLOSE", pos, pos + 1)
        return
    found = patterns.PARAM_OP.match(text, pos, lx.end)
    assert found is not None
    operator = found.group()
    lx.add("PARAM_OP", pos, found.end())
    mode = _argument_mode(operator, quoted)
    lx.enter(mode, _end_argument, quoted and mode is modes.ARGUMENT_QUOTED)
    if operator == "//" and text.startswith("/", lx.pos, lx.end):
        lx.add("TEXT", lx.pos, lx.pos + 1)  # `${x////_}` replaces each slash
    elif mode is modes.ARGUMENT and operator[-1:] in _DEFAULTS:
        home = patterns.TILDE.match(text, lx.pos, lx.end)
        if home:
            lx.add("TILDE", lx.pos, home.end())


_DEFAULTS = ("-", "=", "?", "+")


def _argument_mode(operator: str, quoted: bool) -> modes.Mode:
    """Return the mode of the first argument of an operator; without one it is no known form."""
    if operator == ":":
        return modes.SLICE
    if operator[:1] == "/":
        return modes.ARGUMENT_PATTERN
    if quoted and (operator[-1:] in _DEFAULTS or not operator):
        return modes.ARGUMENT_QUOTED
    return modes.ARGUMENT


def _end_argument(lx: Lexer, frame: Frame, pos: int) -> None:
    """End an argument of `${name…}`, at a separator or at the brace."""
    if lx.text[pos] == "}":
        lx.add("PARAM_CLOSE", pos, pos + 1)
        lx.stack.pop()
        return
    lx.add("PARAM_SEP", pos, pos + 1)
    frame.mode = modes.ARGUMENT

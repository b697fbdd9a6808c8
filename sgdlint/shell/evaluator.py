"""Reads one arithmetic expression and works out its value on the way, as bash does.

See `sgdlint.shell.arithmetic` for what a value is.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.shell.operators import CannotError, FailedError, apply, bounded, digits, truth
from sgdlint.shell.values import MOST_TEXTS, Piece, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sgdlint.shell import tree
    from sgdlint.shell.expand import Expander
    from sgdlint.shell.operators import Value

MOST_LENGTH = 2000
"""A longer expression is not computed."""

MOST_NESTING = 20
"""Parentheses, and variables that hold expressions, are followed this far."""

MOST_READS = 500
"""An expression that reads variables, and what they hold, more often is not computed."""

RUN, MAYBE, SKIP = range(3)
"""Whether a part of an expression is evaluated: after `0 &&` it is only read."""

_TOKEN = (
    r"\s*(?:([0-9][\w@#]*)|([A-Za-z_]\w*)|(<<=|>>=|\+\+|--|\*\*|&&|\|\||<<|>>|[-+*/%&|^<>=!]="
    r"|[-+*/%&|^<>=!~?:,()\[\]])|(\Z))"
)
NUMBER = r"\s*[-+]?(?:0|[1-9][0-9]{0,17})\s*"
_ASSIGN = frozenset({"=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="})
_LEVELS = (
    frozenset({"|"}),
    frozenset({"^"}),
    frozenset({"&"}),
    frozenset({"==", "!="}),
    frozenset({"<", ">", "<=", ">="}),
    frozenset({"<<", ">>"}),
    frozenset({"+", "-"}),
    frozenset({"*", "/", "%"}),
)


class Evaluator:
    """Reads one expression and evaluates it on the way, as bash does.

    mode: whether it is evaluated. depth: how deep it is nested in other expressions. outer: the
    expression that it is a part of. by_default: nothing outside the script sets its variables.
    may_fail: a value that is not known was read, which may be an error; its only item tells.
    """

    def __init__(
        self,
        text: str,
        node: tree.Node,
        expander: Expander,
        mode: int,
        outer: Evaluator | None = None,
        by_default: bool = False,
    ) -> None:
        depth = outer.depth + 1 if outer is not None else 0
        if len(text) > MOST_LENGTH or depth > MOST_NESTING:
            raise CannotError
        self.text = text
        self.node = node
        self.expander = expander
        self.mode = mode
        self.depth: int = depth
        self.reads: list[int] = outer.reads if outer is not None else [MOST_READS]
        self.may_fail: list[bool] = outer.may_fail if outer is not None else [False]
        self.by_default: bool = by_default or (outer is not None and outer.by_default)
        self.end = 0
        self.number = self.name = self.sign = ""
        self._advance()

    def value(self) -> Value:
        """Return the value of the whole expression."""
        if not self._more():
            return (0,)
        value = self._comma()
        if self._more():
            raise CannotError
        return None if self.may_fail[0] else value

    def _more(self) -> bool:
        return bool(self.number or self.name or self.sign)

    def _advance(self) -> None:
        found = quick.compile(_TOKEN).match(self.text, self.end)
        if found is None:
            raise CannotError
        after_name = bool(self.name) or self.sign == "]"
        self.number, self.name, self.sign = found[1] or "", found[2] or "", found[3] or ""
        self.end = found.end()
        if self.sign in ("++", "--") and not after_name and not self._before_name():
            self.sign = self.sign[0]
            self.end -= 1

    def _before_name(self) -> bool:
        rest = self.text[self.end :].lstrip()
        return rest[:1].isalpha() or rest[:1] == "_"

    def _take(self, signs: frozenset[str] | tuple[str, ...]) -> str:
        sign = self.sign
        if not sign or sign not in signs:
            return ""
        self._advance()
        return sign

    def _expect(self, sign: str) -> None:
        if not self._take((sign,)):
            raise CannotError

    def _within(self, mode: int, read: Callable[[], Value]) -> Value:
        """Read a part that is evaluated only in some cases."""
        before, self.mode = self.mode, max(mode, self.mode)
        self.depth += 1
        if self.depth > MOST_NESTING:
            raise CannotError
        value = read()
        self.depth -= 1
        self.mode = before
        return value

    # --- from the weakest operator to the strongest ----------------------------------------------

    def _comma(self) -> Value:
        value = self._assignment()
        while self._take((",",)):
            value = self._assignment()
        return value

    def _assignment(self) -> Value:
        if not self.name:
            return self._condition()
        saved = self.end, self.name
        name, self_end = self.name, self.end
        self._advance()
        if self.sign == "[":
            close = _closing(self.text, self_end)
            self.end = close
            self._advance()
            index: str | None = self.text[self_end:close].strip()[1:-1]
        else:
            index = None
        if self.sign in _ASSIGN:
            return self._assign(name, index)
        self.end, self.name = saved
        self.number = self.sign = ""
        return self._condition()

    def _assign(self, name: str, index: str | None) -> Value:
        sign = self.sign
        place = self._place(index)
        old = self._variable(name, place) if sign != "=" else (0,)
        self._advance()
        value = self._within(RUN, self._assignment)
        if sign != "=":
            value = self._apply(sign[:-1], old, value)
        self._put(name, place, value)
        return value

    def _condition(self) -> Value:
        value = self._or()
        if not self._take(("?",)):
            return value
        holds = truth(value)
        first = self._within({True: RUN, None: MAYBE, False: SKIP}[holds], self._comma)
        self._expect(":")
        second = self._within({True: SKIP, None: MAYBE, False: RUN}[holds], self._condition)
        if holds is None:
            return bounded([*first, *second]) if first and second else None
        return first if holds else second

    def _or(self) -> Value:
        value = self._and()
        while self._take(("||",)):
            left = truth(value)
            mode = {True: SKIP, None: MAYBE, False: RUN}[left]
            right = truth(self._within(mode, self._and))
            holds = True if left else right if left is False else True if right else None
            value = _of_truth(holds)
        return value

    def _and(self) -> Value:
        value = self._binary(0)
        while self._take(("&&",)):
            left = truth(value)
            mode = {True: RUN, None: MAYBE, False: SKIP}[left]
            right = truth(self._within(mode, self._first_level))
            holds = False if left is False else right if left else False if right is False else None
            value = _of_truth(holds)
        return value

    def _first_level(self) -> Value:
        return self._binary(0)

    def _binary(self, level: int) -> Value:
        if level == len(_LEVELS):
            return self._power()
        value = self._binary(level + 1)
        while sign := self._take(_LEVELS[level]):
            value = self._apply(sign, value, self._binary(level + 1))
        return value

    def _power(self) -> Value:
        value = self._unary()
        if self._take(("**",)):
            return self._apply("**", value, self._within(RUN, self._power))
        return value

    def _unary(self) -> Value:
        sign = self._take(("!", "~", "-", "+"))
        if not sign:
            return self._primary()
        value = self._within(RUN, self._unary)
        if sign == "!":
            holds = truth(value)
            return _of_truth(None if holds is None else not holds)
        if sign == "~":
            return self._apply("-", (-1,), value)
        return self._apply(sign, (0,), value)

    def _primary(self) -> Value:
        if step := self._take(("++", "--")):
            name, place = self._reference()
            value = self._apply(step[0], self._variable(name, place), (1,))
            self._put(name, place, value)
            return value
        if self._take(("(",)):
            value = self._within(RUN, self._comma)
            self._expect(")")
            return value
        if self.number:
            number = digits(self.number)
            self._advance()
            return (number,)
        name, place = self._reference()
        value = self._variable(name, place)
        if step := self._take(("++", "--")):
            self._put(name, place, self._apply(step[0], value, (1,)))
        return value

    # --- variables -------------------------------------------------------------------------------

    def _reference(self) -> tuple[str, Value]:
        """Read a name with its subscript."""
        name, end = self.name, self.end
        if not name:
            raise CannotError
        self._advance()
        if self.sign != "[":
            return name, ()
        close = self.end = _closing(self.text, end)
        place = self._place(self.text[end:close].strip()[1:-1])
        self.sign = "]"
        self._advance()
        return name, place

    def _place(self, index: str | None) -> Value:
        """Return the value of a subscript; empty without one."""
        if index is None:
            return ()
        if not index.strip() or self.mode == SKIP:
            raise CannotError
        return Evaluator(index, self.node, self.expander, self.mode, self).value()

    def _variable(self, name: str, place: Value) -> Value:
        if self.mode == SKIP:
            return (0,)
        self.reads[0] -= 1
        if self.reads[0] < 0:
            raise CannotError
        word = self.expander.number_word(name, place)
        texts = word.texts if word is not None else ("",)
        if word is not None and texts is None and self.by_default and word.default is not None:
            texts = (word.default,)
        if texts is None or len(texts) > MOST_TEXTS:
            self.may_fail[0] = True
            return None
        numbers: list[int] = []
        for text in texts:
            mode = self.mode if len(texts) == 1 else max(self.mode, MAYBE)
            value = self._inner(text, mode)
            if value is None:
                return None
            numbers += value
        return bounded(numbers)

    def _inner(self, text: str, mode: int) -> Value:
        """Return the value of what a variable holds, which may be an expression itself."""
        if quick.fullmatch(NUMBER, text):
            return (int(text),)
        return Evaluator(text, self.node, self.expander, mode, self).value()

    def _put(self, name: str, place: Value, value: Value) -> None:
        if self.mode == SKIP:
            return
        if self.by_default:
            raise CannotError
        is_sure = self.mode == RUN and not self.may_fail[0]
        if not is_sure or value is None or place != ():
            self.expander.change(f"{name}=0")
        else:
            texts = tuple(map(str, value))
            self.expander.assign(name, Word(-1, -1, (Piece(texts, -1, -1),)), self.node)

    def _apply(self, sign: str, left: Value, right: Value) -> Value:
        if self.mode == SKIP:
            if sign == "**":  # bash 5.2 finds errors in it all the same
                raise CannotError
            return (0,)
        try:
            return apply(sign, left, right)
        except FailedError:
            if self.mode == MAYBE:
                raise CannotError from None
            raise


def _of_truth(holds: bool | None) -> Value:
    return (0, 1) if holds is None else (int(holds),)


def _closing(text: str, at: int) -> int:
    """Return where a subscript that begins here ends."""
    depth = 0
    for index in range(at, len(text)):
        depth += {"[": 1, "]": -1}.get(text[index], 0)
        if not depth and not text[index].isspace():
            return index + 1
    raise CannotError

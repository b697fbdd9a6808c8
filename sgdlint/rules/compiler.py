"""Compile a condition: parse it with Lark, resolve its names, check its types.

The only importer of lark at run time, and only when rule files are compiled.
"""

from __future__ import annotations

import os
import re

from sgdlint import resources
from sgdlint.nearest import nearest
from sgdlint.rules.logic import FUNCTIONS, LEAVES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    from lark import Lark, Token, Tree

    class Names(Protocol):
        """Resolves a name of the condition language."""

        def resolve(self, name: str) -> tuple[list[Any], str] | None:
            """Return the compiled leaf and the type of a name, or None when there is none."""
            ...

        def all_names(self) -> list[str]:
            """Return every name there is, for suggestions."""
            ...

        def values(self, kind: str, name: str) -> list[Any] | None:
            """Return all values that a fact can have, or None when any."""
            ...


MOST_LEVELS = 100
"""Parts of a condition that may stand in each other; evaluating one more would recurse deeper."""
LONGEST_NUMBER = 18
SHORT_LIST = 10


class ConditionError(Exception):
    """A condition that is not well formed; the message says what and what is allowed."""


_parser: Lark | None = None


def compile_condition(text: str, names: Names, expected: str = "bool") -> list[Any]:
    """Compile a condition and check that it has the expected type; raises ConditionError."""
    compiler = _Compiler(names)
    if expected == "bool":
        return compiler.as_bool(_parse(text))
    compiled, found = compiler.compile(_parse(text))
    if found not in (expected, "any"):
        raise ConditionError(f"`{text}` is a {found}, where a {expected} is needed")
    return compiled


def _parse(text: str) -> Tree[Token]:
    from lark import Lark
    from lark.exceptions import UnexpectedInput

    global _parser
    if _parser is None:
        path = os.path.join(resources.find("grammar"), "condition.lark")
        with open(path, encoding="utf-8") as file:
            _parser = Lark(file.read(), parser="lalr", maybe_placeholders=False)
    try:
        return _parser.parse(text)
    except UnexpectedInput as error:
        at_end = getattr(getattr(error, "token", None), "type", "") == "$END"
        place = "at its end" if at_end else f"at column {error.column}"
        raise ConditionError(
            f"`{text}` is not a condition: it cannot be read {place}; "
            "see docs/writing-rules.md for the language"
        ) from None


class _Compiler:
    def __init__(self, names: Names) -> None:
        self.names = names
        self.level = 0

    def compile(self, tree: Tree[Token]) -> tuple[list[Any], str]:
        if self.level >= MOST_LEVELS:
            raise ConditionError(
                f"more than {MOST_LEVELS} parts are joined or nested in one condition; "
                "use `in [ … ]`, or split it into several rules"
            )
        self.level += 1
        method = getattr(self, "_" + tree.data)
        result: tuple[list[Any], str] = method(*tree.children)
        self.level -= 1
        return result

    def as_bool(self, tree: Tree[Token]) -> list[Any]:
        """Compile a part that must be true or false."""
        compiled, found = self.compile(tree)
        if found in ("bool", "any"):
            return compiled
        if compiled[0] in LEAVES:
            name = shown(compiled)
            hint = f": compare it, or ask `{name} is given`"
            raise ConditionError(f"`{name}` is a {found}, not a yes or no{hint}")
        raise ConditionError(f"a {found} stands where a yes or no is needed")

    def _any_of(self, left: Tree[Token], right: Tree[Token]) -> tuple[list[Any], str]:
        return _joined("or", self.as_bool(left), self.as_bool(right)), "bool"

    def _all_of(self, left: Tree[Token], right: Tree[Token]) -> tuple[list[Any], str]:
        return _joined("and", self.as_bool(left), self.as_bool(right)), "bool"

    def _negate(self, inner: Tree[Token]) -> tuple[list[Any], str]:
        return ["not", self.as_bool(inner)], "bool"

    def _choose(
        self, then: Tree[Token], test: Tree[Token], otherwise: Tree[Token]
    ) -> tuple[list[Any], str]:
        first, first_type = self.compile(then)
        second, second_type = self.compile(otherwise)
        kind = _common(first, first_type, second, second_type)
        return ["if", self.as_bool(test), first, second], kind

    def _compare(
        self, left: Tree[Token], operator: Token, right: Tree[Token]
    ) -> tuple[list[Any], str]:
        first, first_type = self.compile(left)
        second, second_type = self.compile(right)
        kind = _common(first, first_type, second, second_type)
        if operator not in ("==", "!=") and kind not in ("number", "any"):
            raise ConditionError(f"`{operator}` compares numbers, not {kind}s")
        self._check_choice(first, second)
        self._check_choice(second, first)
        return ["cmp", str(operator), first, second], "bool"

    def _check_choice(self, name: list[Any], constant: list[Any]) -> None:
        if name[0] not in LEAVES or constant[0] != "const":
            return
        values, value = self.names.values(name[0], name[1]), constant[1]
        if values is None or value in values:
            return
        if len(values) <= SHORT_LIST:
            hint = f": it is one of {', '.join(map(str, values))}"
        else:
            hint = _did_you_mean(str(value), map(str, values)) or ": no release has it"
        raise ConditionError(f"`{shown(name)}` is never {value!r}{hint}")

    def _member(self, left: Tree[Token], values: Tree[Token]) -> tuple[list[Any], str]:
        compiled, kind = self.compile(left)
        constants = []
        for one in values.children:
            assert not isinstance(one, str)
            constant, constant_type = self.compile(one)
            if constant[0] != "const":
                raise ConditionError("a list after `in` holds constants only")
            _common(compiled, kind, constant, constant_type)
            self._check_choice(compiled, constant)
            constants.append(constant[1])
        return ["in", compiled, constants], "bool"

    def _not_member(self, left: Tree[Token], values: Tree[Token]) -> tuple[list[Any], str]:
        # What is absent is in no list, and it is not *outside* one either: both are false.
        compiled, _ = self._member(left, values)
        return ["and", ["state", "given", compiled[1]], ["not", compiled]], "bool"

    def _state(self, inner: Tree[Token], state: Token) -> tuple[list[Any], str]:
        compiled, _ = self.compile(inner)
        if compiled[0] == "const":
            raise ConditionError(f"a constant cannot be {state}")
        return ["state", str(state), compiled], "bool"

    def _not_state(self, inner: Tree[Token], state: Token) -> tuple[list[Any], str]:
        return ["not", self._state(inner, state)[0]], "bool"

    def _arithmetic(
        self, left: Tree[Token], operator: Token, right: Tree[Token]
    ) -> tuple[list[Any], str]:
        first, first_type = self.compile(left)
        second, second_type = self.compile(right)
        kind = _common(first, first_type, second, second_type)
        if kind not in ("number", "any"):
            raise ConditionError(f"`{operator}` calculates with numbers, not {kind}s")
        return ["arith", str(operator), first, second], "number"

    def _number(self, token: Token) -> tuple[list[Any], str]:
        if len(token) > LONGEST_NUMBER:
            raise ConditionError(f"a number has at most {LONGEST_NUMBER} digits, not {len(token)}")
        return ["const", float(token) if "." in token else int(token)], "number"

    def _negative(self, token: Token) -> tuple[list[Any], str]:
        return ["const", -self._number(token)[0][1]], "number"

    def _string(self, token: Token) -> tuple[list[Any], str]:
        return ["const", str(token)[1:-1]], "string"

    def _true(self) -> tuple[list[Any], str]:
        return ["const", True], "bool"

    def _false(self) -> tuple[list[Any], str]:
        return ["const", False], "bool"

    def _name(self, token: Token) -> tuple[list[Any], str]:
        found = self.names.resolve(str(token))
        if found is None:
            raise ConditionError(
                f"there is no `{token}`{_did_you_mean(token, self.names.all_names())}"
            )
        return found

    def _call(self, name: Token, *arguments: Tree[Token]) -> tuple[list[Any], str]:
        function = FUNCTIONS.get(str(name))
        if function is None:
            raise ConditionError(f"there is no function `{name}`{_did_you_mean(name, FUNCTIONS)}")
        if len(arguments) != len(function.parameters):
            raise ConditionError(
                f"`{name}` takes {len(function.parameters)} values, not {len(arguments)}"
            )
        compiled = []
        for argument, wanted in zip(arguments, function.parameters, strict=True):
            one, found = self.compile(argument)
            if not _fits(found, wanted):
                raise ConditionError(f"`{name}` takes a {wanted}, not a {found}")
            compiled.append(one)
        if name == "matches":
            _check_pattern(compiled[1])
        return ["call", str(name), *compiled], function.result


def _check_pattern(pattern: list[Any]) -> None:
    if pattern[0] != "const":
        raise ConditionError("the pattern of `matches` is a text, not worked out")
    try:
        re.compile(pattern[1])
    except (re.error, OverflowError, RecursionError) as error:
        raise ConditionError(f"{pattern[1]!r} is not a regular expression: {error}") from None


def _did_you_mean(name: str, names: Any) -> str:
    suggestion = nearest(str(name), list(names))
    return f"; did you mean `{suggestion}`?" if suggestion else ""


def _fits(found: str, wanted: str) -> bool:
    return (
        found in (wanted, "any")
        or wanted == "any"
        or (wanted == "sequence" and found in ("string", "list"))
    )


def _joined(operator: str, left: list[Any], right: list[Any]) -> list[Any]:
    """Join two conditions; `a and b and c` is one list of three, which is sooner evaluated."""
    parts = left[1:] if left[0] == operator else [left]
    return [operator, *parts, *(right[1:] if right[0] == operator else [right])]


def _common(first: list[Any], first_type: str, second: list[Any], second_type: str) -> str:
    if first_type == "any":
        return second_type
    if second_type not in (first_type, "any"):
        whose = next((part for part in (first, second) if part[0] in LEAVES), None)
        kind = first_type if whose is first else second_type
        subject = "" if whose is None else f"`{shown(whose)}` is a {kind}, and "
        raise ConditionError(f"{subject}a {first_type} is never a {second_type}")
    return first_type


def shown(leaf: list[Any]) -> str:
    """Return a leaf's name as it is written in a condition."""
    kind, name = leaf[0], leaf[1]
    return str(name) if kind in ("option", "derived") else f"{kind}.{name}"

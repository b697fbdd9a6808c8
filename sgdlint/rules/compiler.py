"""Compile a condition: parse it with Lark, resolve its names, check its types.

The only importer of lark at run time, and only when rule files are compiled.
"""

from __future__ import annotations

import os

from sgdlint import resources
from sgdlint.nearest import nearest
from sgdlint.rules.logic import FUNCTIONS

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

    def compile(self, tree: Tree[Token]) -> tuple[list[Any], str]:
        method = getattr(self, "_" + tree.data)
        result: tuple[list[Any], str] = method(*tree.children)
        return result

    def as_bool(self, tree: Tree[Token]) -> list[Any]:
        """Compile a part that must be true or false."""
        compiled, found = self.compile(tree)
        if found in ("bool", "any"):
            return compiled
        if isinstance(compiled[1], str):
            hint = f": compare it, or ask `{compiled[1]} is given`"
            raise ConditionError(f"`{compiled[1]}` is a {found}, not a yes or no{hint}")
        raise ConditionError(f"a {found} stands where a yes or no is needed")

    def _any_of(self, left: Tree[Token], right: Tree[Token]) -> tuple[list[Any], str]:
        return ["or", self.as_bool(left), self.as_bool(right)], "bool"

    def _all_of(self, left: Tree[Token], right: Tree[Token]) -> tuple[list[Any], str]:
        return ["and", self.as_bool(left), self.as_bool(right)], "bool"

    def _negate(self, inner: Tree[Token]) -> tuple[list[Any], str]:
        return ["not", self.as_bool(inner)], "bool"

    def _choose(
        self, then: Tree[Token], test: Tree[Token], otherwise: Tree[Token]
    ) -> tuple[list[Any], str]:
        first, first_type = self.compile(then)
        second, second_type = self.compile(otherwise)
        return ["if", self.as_bool(test), first, second], _common(first_type, second_type)

    def _compare(
        self, left: Tree[Token], operator: Token, right: Tree[Token]
    ) -> tuple[list[Any], str]:
        first, first_type = self.compile(left)
        second, second_type = self.compile(right)
        kind = _common(first_type, second_type)
        if operator not in ("==", "!=") and kind not in ("number", "any"):
            raise ConditionError(f"`{operator}` compares numbers, not {kind}s")
        self._check_choice(first, second)
        self._check_choice(second, first)
        return ["cmp", str(operator), first, second], "bool"

    def _check_choice(self, name: list[Any], constant: list[Any]) -> None:
        if name[0] == "option" and constant[0] == "const":
            self._check_constant(name, constant[1])

    def _check_constant(self, name: list[Any], value: Any) -> None:
        choices = getattr(self.names, "choices", lambda _name: None)(name[1])
        if choices is not None and value not in choices:
            raise ConditionError(
                f"`{name[1]}` is never {value!r}: it takes {', '.join(map(str, choices))}"
            )

    def _member(self, left: Tree[Token], values: Tree[Token]) -> tuple[list[Any], str]:
        compiled, kind = self.compile(left)
        constants = []
        for one in values.children:
            assert not isinstance(one, str)
            constant, constant_type = self.compile(one)
            if constant[0] != "const":
                raise ConditionError("a list after `in` holds constants only")
            _common(kind, constant_type)
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
        if _common(first_type, second_type) not in ("number", "any"):
            raise ConditionError(f"`{operator}` calculates with numbers, not {first_type}s")
        return ["arith", str(operator), first, second], "number"

    def _number(self, token: Token) -> tuple[list[Any], str]:
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
        return ["call", str(name), *compiled], function.result


def _did_you_mean(name: str, names: Any) -> str:
    suggestion = nearest(str(name), list(names))
    return f"; did you mean `{suggestion}`?" if suggestion else ""


def _fits(found: str, wanted: str) -> bool:
    return found in (wanted, "any") or (wanted == "sequence" and found in ("string", "list"))


def _common(first: str, second: str) -> str:
    if first == "any":
        return second
    if second not in (first, "any"):
        raise ConditionError(f"a {first} is never a {second}")
    return first

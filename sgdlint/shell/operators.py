"""The operators of bash's arithmetic, on numbers of 64 bits."""

from __future__ import annotations

from sgdlint.shell.values import MOST_TEXTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Value = tuple[int, ...] | None
    """The numbers that it may be; None when nothing is known."""

LEAST, GREATEST = -(1 << 63), (1 << 63) - 1


class CannotError(Exception):
    """The value is not known."""


class FailedError(Exception):
    """The expression is an error in bash."""


def bounded(numbers: Sequence[int]) -> Value:
    """Return numbers, each once, unless they are too many."""
    different = tuple(dict.fromkeys(numbers))
    return different if 0 < len(different) <= MOST_TEXTS else None


def apply(sign: str, left: Value, right: Value) -> Value:
    """Return what an operator makes of two values; raises CannotError and FailedError."""
    if left is None or right is None:
        return None
    if len(left) * len(right) > MOST_TEXTS * MOST_TEXTS:
        return None
    if sign in ("/", "%") and 0 in right and right != (0,):
        raise CannotError
    operator = OPERATORS[sign]
    return bounded([_wrapped(operator(one, other)) for one in left for other in right])


def _wrapped(number: int) -> int:
    return ((number + (1 << 63)) & ((1 << 64) - 1)) - (1 << 63)


def _divided(left: int, right: int) -> int:
    if not right:
        raise FailedError
    if left == LEAST and right == -1:
        raise CannotError
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def _power(left: int, right: int) -> int:
    if right < 0:
        raise FailedError
    return pow(left, right, 1 << 64)


def _shifted(left: int, right: int) -> int:
    if not 0 <= right < 64:
        raise CannotError
    return left << right


def _shifted_right(left: int, right: int) -> int:
    if not 0 <= right < 64:
        raise CannotError
    return left >> right


OPERATORS: dict[str, Callable[[int, int], int]] = {
    "|": lambda left, right: left | right,
    "^": lambda left, right: left ^ right,
    "&": lambda left, right: left & right,
    "==": lambda left, right: int(left == right),
    "!=": lambda left, right: int(left != right),
    "<": lambda left, right: int(left < right),
    ">": lambda left, right: int(left > right),
    "<=": lambda left, right: int(left <= right),
    ">=": lambda left, right: int(left >= right),
    "<<": _shifted,
    ">>": _shifted_right,
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _divided,
    "%": lambda left, right: left - right * _divided(left, right),
    "**": _power,
}


def truth(value: Value) -> bool | None:
    """Tell whether a value is other than 0."""
    if value is None:
        return None
    verdicts = {number != 0 for number in value}
    return verdicts.pop() if len(verdicts) == 1 else None


def digits(text: str) -> int:
    """Return the number that a constant is: `12`, `0x1F`, `017`, `2#101`, `36#zz`."""
    base, rest = 10, text
    if text[:2] in ("0x", "0X"):
        base, rest = 16, text[2:]
    elif "#" in text:
        before, _, rest = text.partition("#")
        base = int(before) if before.isdigit() and before[:1] != "0" else 0
    elif text[0] == "0":
        base = 8
    if not 2 <= base <= 64 or not rest:
        raise CannotError
    number = 0
    for character in rest:
        digit = _digit(character, base)
        number = number * base + digit
    if number > GREATEST:
        raise CannotError
    return number


def _digit(character: str, base: int) -> int:
    order = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@_"
    digit = order.find(character.lower() if base <= 36 else character)
    if not 0 <= digit < base:
        raise CannotError
    return digit

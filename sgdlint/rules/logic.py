"""Three-valued evaluation of compiled conditions.

A fact has a set of possible values, or is unknown; it may also be absent. A condition is *true*
only when it is true for every possibility, so whatever is not known can never make a rule fire.
A compiled condition is nested lists, as `sgdlint.rules.compiler` makes them.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MOST_VALUES = 64
"""Above this many possible values a fact is unknown."""


@record
class Value:
    """The possible values of a fact.

    values: every possibility; None when it could be anything.
    absent: it may be not given at all; with empty values it certainly is not given.
    """

    values: tuple[Any, ...] | None
    absent: bool = False


UNKNOWN = Value(None, True)
ABSENT = Value((), True)
TRUE = Value((True,))
FALSE = Value((False,))
EITHER = Value((True, False))


def known(value: Any) -> Value:
    """Return the value that is certainly this one; None is absent."""
    return ABSENT if value is None else Value((value,))


def is_true(value: Value) -> bool:
    """Whether a condition holds for every possibility."""
    return bool(value.values) and not value.absent and all(value.values or ())


def _may_be_true(value: Value) -> bool:
    return value.values is None or any(value.values)


def truths(value: Value) -> set[bool]:
    """Return the possible truth values; what is absent counts as false."""
    if value.values is None:
        return {True, False}
    possible = {bool(one) for one in value.values}
    if value.absent:
        possible.add(False)
    return possible


def evaluate(condition: list[Any], lookup: Callable[[str, str], Value]) -> Value:
    """Evaluate a compiled condition; `lookup(kind, name)` gives the value of a fact."""
    operator = condition[0]
    if operator in LEAVES:
        return lookup(operator, condition[1])
    return _OPERATORS[operator](condition, lookup)


def holds(condition: list[Any], lookup: Callable[[str, str], Value]) -> bool:
    """Whether a compiled condition is certainly true.

    As `is_true(evaluate(…))`, but what cannot change the answer is not looked at: most conditions
    fail at their first part.
    """
    if condition[0] == "and":
        return all(holds(part, lookup) for part in condition[1:])
    return is_true(evaluate(condition, lookup))


def parts_of(condition: list[Any]) -> list[list[Any]]:
    """Return the conditions that a compiled condition is made of, without constants."""
    if condition[0] in LEAVES or condition[0] == "const":
        return []
    # What stands in a list after `in` are constants, though one may read like a condition.
    parts = condition[1:2] if condition[0] == "in" else condition[1:]
    return [part for part in parts if isinstance(part, list)]


def names_in(condition: list[Any]) -> list[tuple[str, str]]:
    """Return the (kind, name) of every fact that a compiled condition reads, in order."""
    if condition[0] in LEAVES:
        return [(condition[0], condition[1])]
    found: dict[tuple[str, str], None] = {}
    for part in parts_of(condition):
        found.update(dict.fromkeys(names_in(part)))
    return list(found)


def blamed(condition: list[Any], lookup: Callable[[str, str], Value]) -> set[tuple[str, str]]:
    """Return the facts that make a condition true.

    Of the alternatives of an `or` only those count that hold; all that may hold when none surely
    does.
    """
    if condition[0] not in ("and", "or"):
        return set(names_in(condition))
    parts = condition[1:]
    if condition[0] == "or":
        values = [evaluate(part, lookup) for part in parts]
        chosen = is_true if any(map(is_true, values)) else _may_be_true
        parts = [part for part, value in zip(parts, values, strict=True) if chosen(value)]
    return set().union(*(blamed(part, lookup) for part in parts))


LEAVES = {"option", "effective", "env", "model", "gpu", "attention", "launch", "event"}
LEAVES |= {"before", "derived", "memory", "raw"}
"""Operators of a compiled condition that read a fact; its name stands behind them."""


def _constant(condition: list[Any], lookup: Any) -> Value:
    value = condition[1]
    return Value((tuple(value) if isinstance(value, list) else value,))


def _and(condition: list[Any], lookup: Any) -> Value:
    result = TRUE
    for part in condition[1:]:
        value = evaluate(part, lookup)
        if not is_true(value):
            if not _may_be_true(value):
                return FALSE
            result = EITHER
    return result


def _or(condition: list[Any], lookup: Any) -> Value:
    result = FALSE
    for part in condition[1:]:
        value = evaluate(part, lookup)
        if is_true(value):
            return TRUE
        if _may_be_true(value):
            result = EITHER
    return result


def _not(condition: list[Any], lookup: Any) -> Value:
    return _negated(evaluate(condition[1], lookup))


def _negated(value: Value) -> Value:
    return FALSE if is_true(value) else EITHER if _may_be_true(value) else TRUE


def _verdict(may_hold: bool, may_fail: bool) -> Value:
    if may_hold and may_fail:
        return EITHER
    return TRUE if may_hold else FALSE


def _compare(condition: list[Any], lookup: Any) -> Value:
    test = _COMPARISONS[condition[1]]
    left, right = evaluate(condition[2], lookup), evaluate(condition[3], lookup)
    return _combine(left, right, test, absent=False)


def _arithmetic(condition: list[Any], lookup: Any) -> Value:
    calculate = _CALCULATIONS[condition[1]]
    left, right = evaluate(condition[2], lookup), evaluate(condition[3], lookup)
    return _combine(left, right, calculate, absent=None)


def _combine(left: Value, right: Value, apply: Callable[..., Any], absent: Any) -> Value:
    """Apply a function to every pair of possibilities; `absent` is its answer for a missing one."""
    if _is_absent(left) or _is_absent(right):
        return known(absent)
    if left.values is None or right.values is None:
        return UNKNOWN if absent is None else EITHER
    try:
        results = [apply(a, b) for a in left.values for b in right.values]
    except (OverflowError, TypeError):  # too large to calculate with; not of the expected type
        return UNKNOWN if absent is None else EITHER
    if any(result is None for result in results):  # division by zero
        return UNKNOWN
    missing = left.absent or right.absent
    if missing and absent is not None:
        results.append(absent)
    return _possible(results, missing and absent is None)


def _is_absent(value: Value) -> bool:
    return value.absent and value.values == ()


def _possible(results: list[Any], absent: bool = False) -> Value:
    distinct = tuple(dict.fromkeys(results))
    return UNKNOWN if len(distinct) > MOST_VALUES else Value(distinct, absent)


def _member(condition: list[Any], lookup: Any) -> Value:
    value = evaluate(condition[1], lookup)
    return _map(value, lambda one: one in condition[2], absent=False)


def _map(value: Value, apply: Callable[[Any], Any], absent: Any) -> Value:
    if value.values is None:
        return EITHER if isinstance(absent, bool) else UNKNOWN
    try:
        results = [apply(one) for one in value.values]
    except (AttributeError, TypeError):  # not of the expected type
        return EITHER if isinstance(absent, bool) else UNKNOWN
    if value.absent and absent is not None:
        results.append(absent)
    return _possible(results, value.absent and absent is None)


def _state(condition: list[Any], lookup: Any) -> Value:
    state, value = condition[1], evaluate(condition[2], lookup)
    certainly_absent = value.values == ()
    if state == "known":
        return TRUE if value.values is not None and len(value.values) + value.absent == 1 else FALSE
    given = _verdict(not certainly_absent, value.absent)
    return given if state == "given" else _negated(given)


def _choose(condition: list[Any], lookup: Any) -> Value:
    possible = truths(evaluate(condition[1], lookup))
    chosen = [evaluate(condition[2 if truth else 3], lookup) for truth in sorted(possible)]
    if any(value.values is None for value in chosen):
        return UNKNOWN
    values = [one for value in chosen for one in value.values or ()]
    return _possible(values, any(value.absent for value in chosen))


def _call(condition: list[Any], lookup: Any) -> Value:
    function = FUNCTIONS[condition[1]]
    arguments = [evaluate(part, lookup) for part in condition[2:]]
    if len(arguments) == 1:
        return _map(arguments[0], function.apply, False if function.result == "bool" else None)
    absent = False if function.result == "bool" else None
    return _combine(arguments[0], arguments[1], function.apply, absent)


@record
class FunctionType:
    """A function of the condition language: its parameter types, its result type, what it does."""

    parameters: tuple[str, ...]
    result: str
    apply: Callable[..., Any]
    help: str


def _basename(text: str) -> str:
    return text.rpartition("/")[2]


def _entries(text: str) -> int:
    return sum(1 for entry in text.split(",") if entry.strip())


def _joined(words: tuple[object, ...]) -> str:
    return " ".join(map(str, words))


def _among(name: str, names: str) -> bool:
    return name in (one.strip() for one in names.split(","))


def _matches(text: str, pattern: str) -> bool:

    return quick.search(pattern, text) is not None


FUNCTIONS: dict[str, FunctionType] = {
    "lower": FunctionType(("string",), "string", lambda a: a.lower(), "the text in lower case"),
    "basename": FunctionType(("string",), "string", _basename, "the text after the last /"),
    "startswith": FunctionType(
        ("string", "string"), "bool", lambda a, b: a.startswith(b), "whether a begins with b"
    ),
    "endswith": FunctionType(
        ("string", "string"), "bool", lambda a, b: a.endswith(b), "whether a ends with b"
    ),
    "matches": FunctionType(
        ("string", "string"), "bool", _matches, "whether the regular expression b is found in a"
    ),
    "contains": FunctionType(
        ("sequence", "any"), "bool", lambda a, b: b in a, "whether text or list a holds b"
    ),
    "among": FunctionType(
        ("string", "string"), "bool", _among, "whether a is one of the names in b, apart by commas"
    ),
    "entries": FunctionType(
        ("string",), "number", _entries, "how many entries a text has between its commas"
    ),
    "joined": FunctionType(("list",), "string", _joined, "the values of a list, in one text"),
    "length": FunctionType(("list",), "number", len, "how many values a list has"),
    "words": FunctionType(
        ("list",), "number", lambda a: len(_joined(a).split()), "how many words its values hold"
    ),
    "sized": FunctionType(
        ("number", "number"), "string", lambda a, b: f"{a}x{b}", "width and height, as 1024x768"
    ),
    "least": FunctionType(("number", "number"), "number", min, "the smaller number"),
    "most": FunctionType(("number", "number"), "number", max, "the larger number"),
}

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}

_CALCULATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b if b else None,
    "//": lambda a, b: a // b if b else None,
    "%": lambda a, b: a % b if b else None,
}

_OPERATORS: dict[str, Callable[[list[Any], Any], Value]] = {
    "const": _constant,
    "unknown": lambda condition, lookup: UNKNOWN,
    "and": _and,
    "or": _or,
    "not": _not,
    "cmp": _compare,
    "arith": _arithmetic,
    "in": _member,
    "state": _state,
    "if": _choose,
    "call": _call,
}

"""Put facts into the values of a recipe's step: `{gpu.count}`, `= gpu.count // 2`."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.rules.engine import PLACEHOLDER, leaf
from sgdlint.rules.logic import Value, evaluate

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable
    from typing import Any

    from sgdlint.rules.facts import Facts
    from sgdlint.rules.recipes import Setting

    Asked = Callable[[str], "str | None"]


def filled(
    settings: Iterable[Setting], facts: Facts | None, asked: Asked
) -> tuple[tuple[str, str], ...] | None:
    """Return options or variables with their values; None when one of them is not known.

    asked: returns what the user asks for by its name, or None.
    """
    found = [(name, _value(value, facts, asked)) for name, value in settings]
    done = tuple((name, value) for name, value in found if value is not None)
    return done if len(done) == len(found) else None


def _value(value: Any, facts: Facts | None, asked: Asked) -> str | None:
    """Return the text of a value; None when it is not known."""
    if not isinstance(value, str):
        return None if facts is None else _one(evaluate(value, facts.lookup))
    missing = False

    def put(match: re.Match[str]) -> str:
        nonlocal missing
        found = asked(match[1])
        if found is None and facts is not None:
            found = _one(facts.lookup(*leaf(match[1])))
        missing = missing or found is None
        return found or ""

    text = quick.sub(PLACEHOLDER, put, value)
    return None if missing else text


def _one(value: Value) -> str | None:
    """Return the text of a value that is certain."""
    if value.values is None or len(value.values) != 1 or value.absent:
        return None
    one = value.values[0]
    return str(int(one)) if isinstance(one, float) and one.is_integer() else str(one)

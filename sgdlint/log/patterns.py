"""The built-in patterns in their prepared form, and those of the user's files."""

from __future__ import annotations

import os

from sgdlint import quick
from sgdlint.log.model import Form, Pattern, Resident
from sgdlint.rules.pack import rule_from_data

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

PREPARED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "patterns.json")
_known: list[tuple[Pattern, ...]] = []
"""The prepared patterns, once they are read."""


def load(paths: Sequence[str] = ()) -> tuple[Pattern, ...]:
    """Return the patterns; paths: the user's own beside them. Raises RuleError for wrong ones."""
    if not _known:
        with open(PREPARED, encoding="utf-8") as file:
            data = quick.loads(file.read())
        _known.append(tuple(map(from_data, data["patterns"])))
    if not paths:
        return _known[0]
    from sgdlint import rulepack
    from sgdlint.log.pattern_check import read_patterns

    return (*_known[0], *read_patterns(paths, rulepack.load(), _known[0]))


def from_data(data: dict[str, Any]) -> Pattern:
    """Rebuild a pattern from the data that `sgdlint.rules.data.to_data` made."""
    changes: dict[str, Any] = {
        "rule": rule_from_data(data["rule"]),
        "forms": tuple(
            Form(**{**one, "references": tuple(one["references"])}) for one in data["forms"]
        ),
        "unless": tuple((name, value) for name, value in data.get("unless", ())),
    }
    changes["resident"] = tuple(map(_resident, data.get("resident", ())))
    for name in ("each", "differ", "references", "examples"):
        changes[name] = tuple(data.get(name, ()))
    return Pattern(**{**data, **changes})


def _resident(data: dict[str, Any]) -> Resident:
    options = tuple((name, tuple(some)) for name, some in data.get("options", ()))
    return Resident(**{**data, "options": options})

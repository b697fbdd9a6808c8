"""Which values a release takes for an option after its parser has converted them."""

from __future__ import annotations

import math

from sgdlint.catalog import tables
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sgdlint.catalog.models import Model
    from sgdlint.catalog.tables import Row

NOT_OF_VALUES = ("options", "of", "server", "since", "until")
"""Keys of a row that say where a limit holds."""


@record
class Limit:
    """What the values of an option must be; what is None or empty is not asked for.

    least, above, most, below: bounds of a number. finite: neither infinite nor not-a-number.
    among: the words that are taken, in capitals or not if `any_case`. ends: the end of a text that
    is not empty. json: whether such a text must be JSON. entries: whether it must be a file, JSON
    that makes a mapping, or name=value entries.
    unless: options beside which the value is not looked at.
    """

    least: float | None = None
    above: float | None = None
    most: float | None = None
    below: float | None = None
    finite: bool = False
    among: tuple[str, ...] = ()
    any_case: bool = False
    ends: str = ""
    json: bool = False
    entries: bool = False
    unless: tuple[str, ...] = ()
    source: str = ""

    def allows(self, value: Any) -> bool:
        """Whether a value, or each of several, is taken."""
        if isinstance(value, tuple):
            return all(map(self.allows, value))
        if isinstance(value, str):
            return self._allows_text(value)
        if not isinstance(value, (int, float)):
            return True
        if self.finite and not math.isfinite(value):
            return False
        # Written so that not-a-number is outside of every bound.
        return not (
            (self.least is not None and not value >= self.least)
            or (self.above is not None and not value > self.above)
            or (self.most is not None and not value <= self.most)
            or (self.below is not None and not value < self.below)
        )

    def _allows_text(self, text: str) -> bool:
        if self.among:
            return (text.lower() if self.any_case else text) in self.among
        if not text:  # as if it were not given
            return True
        if self.entries and not _makes_entries(text):
            return False
        return text.endswith(self.ends) and (not self.json or _is_json(text))

    def described(self) -> str:
        """Return in words what is taken."""
        if self.among:
            return "one of " + ", ".join(self.among)
        if self.ends:
            return f"a name that ends in {self.ends}"
        if self.json:
            return "JSON"
        if self.entries:
            return "a .yaml or .json file, JSON, or name=value entries"
        bounds = [
            f"{words} {bound:g}"
            for words, bound in (
                ("at least", self.least),
                ("above", self.above),
                ("at most", self.most),
                ("below", self.below),
            )
            if bound is not None
        ]
        return ("a finite number, " if self.finite else "a number ") + " and ".join(bounds)


def limit_of(release: str, option: str, model: Model | None) -> Limit | None:
    """Return the limit of an option, by destination; model: None when it is not certain."""
    for row in tables.table("limits")["limits"]:
        if option in row["options"] and tables.within(row, release):
            if "of" in row and (model is None or model.sampling_class not in row["of"]):
                return None
            if not row.get("server") and may_drop(release, option, model):
                return None
            data = {k: v for k, v in row.items() if k not in NOT_OF_VALUES}
            for key in ("among", "unless"):
                data[key] = tuple(data.get(key, ()))
            return Limit(**data)
    return None


def may_drop(release: str, option: str, model: Model | None) -> bool:
    """Whether the model may be one for which SGLang drops the option unseen."""
    for row in tables.table("limits")["narrow_models"]:
        drops = option in row["drops"] if "drops" in row else option not in row["options"]
        if tables.within(row, release) and drops and (model is None or _is_of(model, row)):
            return True
    return False


def _is_of(model: Model, row: Row) -> bool:
    return model.output == row.get("output") or model.sampling_class == row.get("sampling")


def _is_json(text: str) -> bool:
    import json

    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _makes_entries(text: str) -> bool:
    """Whether entries can be made of a text: from a file, from JSON or from `name=value,…`."""
    import json

    if text.endswith((".yaml", ".yml", ".json")):
        return True
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return all("=" in pair for pair in text.split(","))
    try:
        dict(data or {})
    except (TypeError, ValueError):
        return False
    return True

"""Where the keys of a configuration file stand, and how they are changed there.

Imported when a script holds such a file, or is one.
"""

from __future__ import annotations

from sgdlint.catalog.quirks import retired_options
from sgdlint.configs import Part, pairs, written
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Change = tuple[int, int, str]

OF_VALUES = (
    "config-wrong-type",
    "config-wrong-choice",
    "config-text-for-boolean",
    "config-key-refused",
)
"""What is noticed of values; everything else is about keys."""


@record
class KeyPlace:
    """A key with its value. shift: where their file begins in the script. json: it is JSON."""

    key: Part
    value: Part
    shift: int
    json: bool

    @property
    def of_key(self) -> tuple[int, int]:
        """From where to where the key goes."""
        return self.key.start + self.shift, self.key.end + self.shift

    @property
    def of_value(self) -> tuple[int, int]:
        """From where to where the value goes; the key when it has none."""
        value = self.value
        if value.end <= value.start:
            return self.of_key
        return value.start + self.shift, value.end + self.shift

    @property
    def whole(self) -> tuple[int, int]:
        """From the key to the end of a value that is a scalar."""
        end = self.of_value[1] if self.value.text is not None else self.of_key[1]
        return self.of_key[0], end

    def renamed(self, new: str) -> Change:
        """Return the change that gives the key another name."""
        return (*self.of_key, written(new, '"' if self.json else self.key.style))

    def with_value(self, new: Any) -> Change | None:
        """Return the change that gives the key another value; None where it cannot be made."""
        value = self.value
        if value.text is None or value.style in ("|", ">") or value.start == value.end:
            return None
        if isinstance(new, bool):
            text = "true" if new else "false"
        elif isinstance(new, int):
            text = str(new)
        else:
            text = written(new, '"' if self.json else value.style)
        return (*self.of_value, text)


@record
class KeyPlaces:
    """The keys of a file. last: of each name the one that counts. first: of those that repeat."""

    last: dict[str, KeyPlace]
    first: dict[str, KeyPlace]

    def span(self, kind: str, key: str) -> tuple[int, int] | None:
        """Return what an event about a key is about: the key, or its value."""
        place = (self.first if kind == "config-key-twice" else self.last).get(key)
        if place is None:
            return None
        return place.of_value if kind in OF_VALUES else place.of_key

    def whole(self, key: str) -> tuple[int, int] | None:
        """Return where a key with its value stands."""
        place = self.last.get(key)
        return place.whole if place is not None else None

    def edits_of_key(self, key: str, value: Any, fields: dict[str, str]) -> tuple[Change, ...]:
        """Return the changes that give a key the name that was meant, if there is one.

        fields: of the event about it.
        """
        place = self.last.get(key)
        new = fields.get("instead") or fields.get("nearest")
        if place is None or not new or new in self.last or key in self.first:
            return ()
        if fields.get("added") or fields.get("removed"):
            return ()
        values = _values_of_retired(key) if "instead" in fields else {}
        if not values:
            return (place.renamed(new),)
        text = values.get("true" if value else "false") if isinstance(value, bool) else None
        changed = place.with_value(text) if text is not None else None
        return () if changed is None else (place.renamed(new), changed)

    def written(self, key: str) -> str:
        """Return how the value of a key is written, when it is a scalar."""
        place = self.last.get(key)
        return (place.value.text or "") if place is not None else ""

    def with_value(self, key: str, new: Any) -> tuple[Change, ...]:
        """Return the change that gives a key another value; none for None, or where none can be."""
        place = self.last.get(key)
        change = place.with_value(new) if place is not None and new is not None else None
        return () if change is None else (change,)


def _values_of_retired(key: str) -> dict[str, str]:
    one = retired_options().get("--" + key.replace("_", "-"))
    return dict(one.values) if one is not None else {}


def key_places(path: str, text: str, shift: int) -> KeyPlaces:
    """Return the keys of a file; shift: where its text begins in the script."""
    last: dict[str, KeyPlace] = {}
    first: dict[str, KeyPlace] = {}
    for key, value in pairs(text):
        if key.text is not None and value.start >= key.start:  # an alias stands elsewhere
            if key.text in last:
                first.setdefault(key.text, last[key.text])
            last[key.text] = KeyPlace(key, value, shift, path.endswith(".json"))
    return KeyPlaces(last, first)

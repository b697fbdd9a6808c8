"""Which variables may hold the name of the program: commands made of them may launch it."""

from __future__ import annotations

from bisect import bisect_left

from sgdlint.shell.events import PIPELINE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sgdlint.shell.events import Events

    Span = tuple[int, int]

MOST_ROUNDS = 12
"""So often a value goes from one variable into others; then any may hold the name."""


class Carriers:
    """Finds the variables, and functions with `()`, that may hold or print the name.

    given: the variables that hold it from the start.
    """

    def __init__(self, events: Events, given: Iterable[str] = ()) -> None:
        self.events = events
        self.names: set[str] = set(given)
        self._functions = [
            (start, end, kind) for start, end, kind, _ in events.compounds if kind[-2:] == "()"
        ]

    def launches(self) -> list[int]:
        """Return which of the commands that may be launches read such a variable."""
        maybe = self.events.maybe
        if not maybe:
            return []
        places = self._all()
        if places is None:
            return list(maybe)
        spans = [(start, node.end) for start, node in maybe.items()]
        return [span[0] for span in self._with(spans, places)]

    def _all(self) -> list[int] | None:
        """Return where such variables are read; None when that may be everywhere."""
        places: list[int] = []
        held = sorted([*self.events.named, *self._reading(self.names)])
        new = self._holding(held) | self.names
        if new or self._is_fed(held):
            new |= self.events.readers
        for _ in range(MOST_ROUNDS):
            self.names |= new
            more = self._reading(new)
            if not more:
                return sorted(places)
            places += more
            new = (self._holding(sorted(more)) | self.events.readers) - self.names
        return None

    def _reading(self, names: set[str]) -> list[int]:
        """Return where variables are read, and functions called."""
        if not names:
            return []
        found = [offset for offset, name in self.events.uses if name in names]
        functions = {name[:-2] for name in names if name[-2:] == "()"}
        if functions:
            found += [call[0] for call in self.events.calls if not functions.isdisjoint(call[2])]
        return found

    def _holding(self, places: list[int]) -> set[str]:
        """Return what is set by commands in which one of some places lies."""
        found = {
            name
            for name, spans in self.events.writes.items()
            if name[-2:] != "()" and next(self._with(spans, places), None) is not None
        }
        found.update(kind for start, end, kind in self._functions if _has(places, start, end))
        if next(self._with([call[:2] for call in self.events.calls], places), None) is not None:
            found.add("@")
        found.discard("")
        return found

    def _is_fed(self, places: list[int]) -> bool:
        """Tell whether one of some places lies in what a command reads as its input."""
        if any(_has(places, start, end) for _, start, end in self.events.feeds):
            return True
        return any(
            _has(places, start, end)
            for one in self.events.compounds
            if one[2] == PIPELINE
            for start, end in one[3]
        )

    def _with(self, spans: Iterable[Span], places: list[int]) -> Iterator[Span]:
        """Yield the spans in which, or in whose input, one of some places lies."""
        feeds = self.events.feeds
        for span in spans:
            if _has(places, *span):
                yield span
            elif feeds:
                first = bisect_left(feeds, (span[0], -1, -1))
                while first < len(feeds) and feeds[first][0] < span[1]:
                    if _has(places, *feeds[first][1:]):
                        yield span
                        break
                    first += 1


def _has(places: list[int], start: int, end: int) -> bool:
    place = bisect_left(places, start)
    return place < len(places) and places[place] < end

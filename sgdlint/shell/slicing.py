"""Finds which parts of a script matter to a launch (see `relevance`), from what stands in it."""

from __future__ import annotations

from bisect import bisect_left

from sgdlint.shell.builtins import NAME
from sgdlint.shell.carriers import Carriers
from sgdlint.shell.events import (
    ENDS,
    INDIRECT,
    LEAVES,
    PIPELINE,
    PROGRAM,
    SETTINGS,
    SOURCED,
    Events,
)
from sgdlint.shell.library import ANY, POSITIONAL
from sgdlint.shell.relevance import Relevance, has

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Span = tuple[int, int]

ORDINARY = frozenset({"HOME", "LD_LIBRARY_PATH", "PATH", "PS1", "PYTHONPATH", "TERM"})
"""Exported variables that say nothing about a launch."""

MOST_GUARDS = 2
"""Tests around an `exit`: behind more of them it is not told apart whether it was reached."""

ALWAYS = frozenset({ANY, "set -a", POSITIONAL, "IFS", "shopt extglob", "shopt nocasematch"})
"""What changes these is followed, whoever reads it."""


class Slicing:
    """Finds it for one text.

    names, functions, kept, stops: as in `Relevance`. outer: what matters in the text that runs this
    one. short, is_open, given: see `Scan`. has_files: other scripts can be read; otherwise no
    launch of theirs is found.
    """

    def __init__(
        self,
        events: Events,
        functions: Iterable[str],
        outer: Relevance | None = None,
        short: bool = False,
        is_open: bool = False,
        given: Iterable[str] = (),
        has_files: bool = True,
    ) -> None:
        self._events = events
        self._functions = set(functions)
        events.sort()
        self._use_offsets = [use[0] for use in events.uses]
        self._call_offsets = [call[0] for call in events.calls]
        self._feed_offsets = [feed[0] for feed in events.feeds]
        self._parents: list[int] = []
        self._calls = self._calls_by_name()
        self._bodies: dict[str, list[Span]] = {}
        for start, end, kind, _ in events.compounds:
            if kind[-2:] == "()":
                self._bodies.setdefault(kind[:-2], []).append((start, end))
        self._short, self._is_open = short, is_open
        if has_files or events.keeps_files:
            events.launches.update(events.runs)
        else:
            events.told += ((start, node.end) for start, node in events.runs.items())
        self._find_launches(short and not is_open, given)
        self.names: set[str] = set(outer.names) if outer is not None else set()
        self.functions: set[str] = set(outer.functions) if outer is not None else set()
        self._offsets: list[int] = []
        if events.launches or outer is not None:
            self._offsets = sorted(self._found())
        self.kept: set[str] = set(outer.kept) if outer is not None else set()
        self._told: set[int] = set()
        self._reads: list[int] = []
        self.stops: list[int] = self._all_stops() if short else []

    def found(self) -> Relevance:
        """Return what matters."""
        writes = self._events.writes
        ignored = {name for name in writes if name.isidentifier()} - self.kept
        lost = {name for _, name in self._events.uses}
        lost = lost & ignored if ANY not in writes and INDIRECT not in lost else ignored
        return Relevance(
            self._offsets,
            self.stops,
            sorted(self._told) if self._short else [],
            self._reads,
            self.names,
            self.functions,
            self.kept,
            ignored,
            lost,
            self._is_whole(),
        )

    def _matters(self, span: Span) -> bool:
        return has(self._offsets, *span)

    def _is_whole(self) -> bool:
        """Tell whether somebody may ask for any variable."""
        return self._is_open or INDIRECT in self.names or "set -a" in self._events.writes

    def _find_launches(self, short: bool, given: Iterable[str]) -> None:
        events = self._events
        for start in [one for one in events.maybe if self._is_called(one)]:
            del events.maybe[start]
        more = Carriers(events, given).launches() if short else events.maybe
        for start in more:
            events.launches[start] = events.maybe[start]
        for start in [one for one in events.launches if self._is_called(one)]:
            events.told.append((start, events.launches.pop(start).end))

    def _is_called(self, start: int) -> bool:
        """Tell whether what looks like a launch is the call of a function."""
        name = self._events.names.get(start)
        return name != PROGRAM and name in self._calls

    def _calls_by_name(self) -> dict[str, list[Span]]:
        calls: dict[str, list[Span]] = {name: [] for name in self._functions}
        for start, end, words in self._events.calls:
            for word in words:
                if word in calls:
                    calls[word].append((start, end))
        return calls

    # --- what is followed -----------------------------------------------------------------------

    def _all_stops(self) -> list[int]:
        """Return where something is to be followed, and find the variables that it needs."""
        events = self._events
        told = [*events.told, *self._told_more()]
        self._told = {*events.launches, *(start for start, _ in told)}
        told += events.unnamed
        asking = [(start, node.end) for start, node in events.launches.items()]
        asking += [span for name in self.functions for span in self._calls.get(name, ())]
        asking += self._deciding()
        settings = [name for name in events.writes if name.partition("_")[0] in SETTINGS]
        names = [*self.names, *events.exported, *settings, "HOME", "IFS"]
        self._keep(names, [*asking, *told, *(one for one in events.leaving if self._matters(one))])
        if self._is_whole() or INDIRECT in self.kept:
            self.kept.update(events.writes)
        changes = {start for start, _ in events.unnamed}
        for name, spans in events.writes.items():
            if name in self.kept or name in ALWAYS:
                changes.update(start for start, _ in spans)
        stops = {*self._offsets, *events.functions, *events.options, *changes}
        stops.update(start for start, _ in told)
        for name in self._reaching(changes):
            stops.update(start for start, _ in self._calls[name])
        places = sorted(stops)
        stops.update(one[0] for one in events.feeds if has(places, one[1], one[2]))
        return sorted(stops)

    def _told_more(self) -> list[Span]:
        """Return the commands that read what matters, and those whose files may matter."""
        events = self._events
        all_files = events.keeps_files or events.sources
        reads = self._reads = [offset for offset, name in events.uses if name in self.names]
        text = self._text_of_launches()
        found = [
            (start, end)
            for start, end, name in events.files
            if all_files or has(reads, start, end) or (name and name.rpartition("/")[2] in text)
        ]
        maybe = [(start, node.end) for start, node in events.maybe.items()]
        return [*found, *(span for span in maybe if has(reads, *span))]

    def _text_of_launches(self) -> str:
        """Return what launches are made of; the name of a file that they read stands there."""
        events = self._events
        spans = [(start, node.end) for start, node in events.launches.items()]
        spans += [span for name in self.names for span in events.writes.get(name, ())]
        return "\n".join(events.text[start:end] for start, end in spans)

    def _keep(self, names: list[str], spans: list[Span]) -> None:
        """Keep variables, and those of which their values are made; spans: what reads some."""
        entered: set[str] = set()
        while names or spans:
            while spans:
                start, end = spans.pop()
                names += self._read_in(start, end)
                for name in self._called_in(start, end) - entered:
                    entered.add(name)
                    spans += self._bodies.get(name, ())
            name = names.pop() if names else ANY
            if name not in self.kept:
                self.kept.add(name)
                written = self._events.writes.get(name, [])
                spans += written
                if name in self._events.readers:
                    spans += self._around([start for start, _ in written])

    def _deciding(self) -> list[Span]:
        """Return what decides whether something runs that matters."""
        return self._around(self._offsets)

    def _around(self, offsets: Sequence[int]) -> list[Span]:
        """Return what decides about the compound commands around some places, and feeds them."""
        events, seen = self._events, {-1}
        found: list[Span] = []
        for inner in self._inside(sorted(offsets)):
            place = inner
            while place not in seen:
                seen.add(place)
                start, _, _, conditions = events.compounds[place]
                found += conditions
                first = bisect_left(self._feed_offsets, start)
                while first < len(events.feeds) and events.feeds[first][0] == start:
                    found.append(events.feeds[first][1:])
                    first += 1
                place = self._parents[place]
        return found

    # --- what matters ---------------------------------------------------------------------------

    def _found(self) -> set[int]:
        offsets = set(self._events.launches)
        self._spread(offsets)
        offsets.update(self._offsets)
        for name in (SOURCED, *self.names):
            offsets.update(start for start, _ in self._events.writes.get(name, ()))
        self.functions |= self._reaching(offsets)
        for name in self.functions:
            offsets.update(start for start, _ in self._calls[name])
        offsets |= self._ends(offsets)
        return offsets | self._leaving(sorted(offsets))

    def _ends(self, offsets: set[int]) -> set[int]:
        """Return where the script ends, or calls a function that ends it.

        offsets: what matters beside. In short: only where it matters for something else, and where
        at most a few tests decide; a loop or a function that may end the script is no end of it.
        """
        ends = {offset for offset, name, _ in self._events.leaves if name in ENDS}
        if not self._short:
            for name in self._reaching(ends):
                ends.update(start for start, _ in self._calls[name])
            return ends
        found, others = self._sure_ends(ends)
        known = sorted({*offsets, *found})
        places = sorted(others)
        for offset, inner in zip(places, self._inside(places), strict=True):
            if any(has(known, start, end) for start, end in self._chain(inner)):
                found.add(offset)
        return found

    def _sure_ends(self, ends: set[int]) -> tuple[set[int], set[int]]:
        """Return where few tests decide that the script ends there, and the other places."""
        found: set[int] = set()
        others: set[int] = set()
        ending: set[str] = set()
        while ends:
            calls: set[int] = set()
            places = sorted(ends)
            for offset, inner in zip(places, self._inside(places), strict=True):
                function = self._guarded(inner)
                (others if function is None else found).add(offset)
                if function and function not in ending:
                    ending.add(function)
                    calls.update(start for start, _ in self._calls.get(function, ()))
            ends = calls - found - others
        return found, others

    def _guarded(self, place: int) -> str | None:
        """Return the function that surely ends the script there, "" outside; None for neither."""
        guards = 0
        while place >= 0:
            kind = self._events.compounds[place][2]
            if kind[-2:] == "()":
                return None if guards else kind[:-2]
            if kind == "loop" or guards == MOST_GUARDS:
                return None
            guards += 1
            place = self._parents[place]
        return ""

    def _chain(self, place: int) -> Iterator[Span]:
        """Yield the compound commands around a place, the innermost first."""
        while place >= 0:
            yield self._events.compounds[place][:2]
            place = self._parents[place]

    def _spread(self, offsets: set[int]) -> None:
        """Find the variables that matter: what is read there, and what that is made of."""
        waiting: list[str | int] = [*self._passed_on(), *self.names]
        if not self._short or self._is_open:
            waiting.append(SOURCED)
        for start in offsets:
            waiting += self._read_in(start, self._events.launches[start].end)
        waiting += self._inside(sorted(offsets))
        seen: set[str | int] = set()
        asked: set[str] = set()
        while waiting or asked - self.functions:
            if not waiting:
                waiting += self._asked_of(asked - self.functions)
                self.functions |= asked
                continue
            one = waiting.pop()
            if one in seen or one == -1:
                continue
            seen.add(one)
            if isinstance(one, str):
                spans = self._events.writes.get(one, [])
            else:
                _, _, kind, conditions = self._events.compounds[one]
                waiting.append(self._parents[one])
                spans = self._calls.get(kind[:-2], [])
                for start, end in () if kind == PIPELINE else conditions:
                    waiting += self._read_in(start, end)
                    asked |= self._called_in(start, end)
            for start, end in spans:
                waiting += self._read_in(start, end)
            waiting += self._inside([start for start, _ in sorted(spans)])
        self.names.update(one for one in seen if isinstance(one, str))

    def _passed_on(self) -> list[str]:
        """Return the exported variables that count for a launch."""
        events = self._events
        text = "\n".join(events.text[start : one.end] for start, one in events.launches.items())
        named = set(NAME.findall(text)) if events.exported else set()
        return [
            name
            for name in events.exported - ORDINARY
            if not self._short
            or self._is_open
            or name in named
            or name.partition("_")[0] in SETTINGS
        ]

    def _called_in(self, start: int, end: int) -> set[str]:
        """Return the functions that a part of the script calls."""
        first = bisect_left(self._call_offsets, start)
        if first == len(self._call_offsets) or self._call_offsets[first] >= end:
            return set()
        last = bisect_left(self._call_offsets, end)
        return {call[2][0] for call in self._events.calls[first:last] if call[2]} & self._functions

    def _asked_of(self, functions: set[str]) -> list[str | int]:
        """Return what decides how the calls of functions go; what they hold matters then."""
        found: list[str | int] = []
        for place, (start, end, kind, _) in enumerate(self._events.compounds):
            if kind[-2:] == "()" and kind[:-2] in functions:
                found += [place, *self._read_in(start, end)]
                self._offsets.append(start + 1)
        return found

    def _read_in(self, start: int, end: int) -> list[str]:
        names = self._uses_in(start, end)
        first = bisect_left(self._feed_offsets, start)
        while first < len(self._feed_offsets) and self._feed_offsets[first] < end:
            names += self._uses_in(*self._events.feeds[first][1:])
            first += 1
        return names

    def _uses_in(self, start: int, end: int) -> list[str]:
        first = bisect_left(self._use_offsets, start)
        if first == len(self._use_offsets) or self._use_offsets[first] >= end:
            return []
        last = bisect_left(self._use_offsets, end)
        return [name for _, name in self._events.uses[first:last]]

    def _reaching(self, offsets: set[int]) -> set[str]:
        """Return the functions that hold one of some offsets, or call such a function."""
        found: set[str] = set()
        waiting = self._functions_around(sorted(offsets))
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self._functions_around(sorted(start for start, _ in self._calls[name]))
        return found

    def _functions_around(self, offsets: list[int]) -> list[str]:
        names: set[str] = set()
        for inner in set(self._inside(offsets)):
            place = inner
            while place >= 0:
                kind = self._events.compounds[place][2]
                if kind.endswith("()"):
                    names.add(kind[:-2])
                place = self._parents[place]
        return [name for name in names if name in self._calls]

    def _leaving(self, offsets: list[int]) -> set[int]:
        """Return where a loop or a function is left in which something matters."""
        leaves = sorted(one for one in self._events.leaves if one[1] in LEAVES)
        found = set()
        places = self._inside([offset for offset, _, _ in leaves])
        for (offset, name, is_far), inner in zip(leaves, places, strict=True):
            place, is_left = inner, False
            while place >= 0 and not is_left:
                start, end, kind, _ = self._events.compounds[place]
                if kind not in ("", PIPELINE) and (kind == "loop") is (name != "return"):
                    index = bisect_left(offsets, start)
                    if index < len(offsets) and offsets[index] < end:
                        found.add(offset)
                    is_left = not is_far or name == "return"
                place = self._parents[place]
            if name == "return" and not is_left:  # from a file that is sourced
                found.add(offset)
        return found

    def _inside(self, offsets: list[int]) -> list[int]:
        """Return for each offset, in order, the innermost compound command around it, or -1."""
        compounds = self._events.compounds
        if not self._parents:
            self._parents = _parents(compounds)
            self._starts = [one[0] for one in compounds]
        found = []
        for offset in offsets:
            place = bisect_left(self._starts, offset + 1) - 1
            while place >= 0 and compounds[place][1] <= offset:
                place = self._parents[place]
            found.append(place)
        return found


def _parents(compounds: Sequence[tuple[int, int, str, tuple[Span, ...]]]) -> list[int]:
    parents: list[int] = []
    stack: list[int] = []
    for place, (start, _, _, _) in enumerate(compounds):
        while stack and compounds[stack[-1]][1] <= start:
            stack.pop()
        parents.append(stack[-1] if stack else -1)
        stack.append(place)
    return parents

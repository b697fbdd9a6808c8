"""What each part of a script may change, found before the script is interpreted."""

from __future__ import annotations

from bisect import bisect_left

from sgdlint.shell import builtins
from sgdlint.shell.library import Library
from sgdlint.shell.slicing import Slicing
from sgdlint.shell.visits import ALLEXPORT, FUNCTION, IDENTIFIER, Visits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.shell import tree
    from sgdlint.shell.relevance import Relevance

__all__ = ["ALLEXPORT", "FUNCTION", "Scan"]


class Scan(Visits):
    """The changes that a script may make, by offset.

    functions: the spans of the definitions of each function. library: those of all texts.
    odd: names whose value may change at any time (set by traps). attributed: names that may get
    attributes that change what is assigned.
    last: for each name, the offset of its last change. has_lastpipe: the last command of a pipeline
    may run in the shell itself. outer: the text that runs this one. short: commands that do not
    name the program are launches only when what they read may name it, and what cannot matter is
    passed over. is_open: other texts may read all of its variables. given: variables that hold the
    name of the program from the start. has_files: other scripts can be read.
    """

    def __init__(
        self, root: tree.Node, text: str, outer: Scan | None = None, short: bool = False
    ) -> None:
        self.library: Library = outer.library if outer is not None else Library()
        self._outer = outer
        self.short = short
        self.is_open: bool = outer is not None and outer.is_open
        self.given: set[str] = set()
        self.has_files = True
        self.has_lastpipe: bool = "lastpipe" in text or (outer is not None and outer.has_lastpipe)
        self.odd: set[str] = set()
        self.attributed: set[str] = self.library.attributed
        self.launches: dict[int, tree.Simple] = {}
        self._relevance: Relevance | None = None
        super().__init__(root, text)
        self.library.arrays |= self.arrays
        self.arrays = self.library.arrays
        self._writes.sort()
        self._calls.sort(key=lambda call: call[0])
        self._offsets = [write[0] for write in self._writes]
        self.last = {name: offset for offset, name, _ in self._writes}
        self.library.add(self)
        functions = self.library.functions
        self._calls = [
            one for one in self._calls if one[1] in functions or one[1] not in builtins.PROGRAMS
        ]
        self._call_offsets = [call[0] for call in self._calls]
        self.events.find_calls(functions)
        self._known = len(functions)
        self._find_odd()
        self._named.clear()

    def between(self, start: int, end: int) -> dict[str, str]:
        """Return what may change while a part of the script runs: kinds of change by name."""
        changes: dict[str, str] = {}
        self.direct(start, end, changes)
        for name in self.calls_in(start, end):
            _add_all(changes, self.library.called(name))
        return changes

    def calls_in(self, start: int, end: int) -> set[str | None]:
        """Return the names of the commands in a part of the script; None for an unknown one."""
        first = bisect_left(self._call_offsets, start)
        last = bisect_left(self._call_offsets, end)
        return {call[1] for call in self._calls[first:last]}

    def direct(self, start: int, end: int, changes: dict[str, str]) -> None:
        """Add what a part of the script changes itself, without the functions that it calls."""
        first, last = bisect_left(self._offsets, start), bisect_left(self._offsets, end)
        for _, name, kinds in self._writes[first:last]:
            _add(changes, name, kinds)

    def matters(self, start: int, end: int) -> bool:
        """Tell whether a part of the script can change what a launch gets, or whether it runs."""
        if self.relevance().matters(start, end):
            return True
        if len(self.library.functions) == self._known:
            return False
        return any(map(self._leads_on, self.calls_in(start, end)))

    def _leads_on(self, name: str | None) -> bool:
        """Tell whether a call leads to what matters in a text that was read later on."""
        if name not in self.library.functions:
            return False
        return any(
            scan is not self and scan.relevance().matters(start, end)
            for scan, start, end in self.library.reached(name)
        )

    def is_launch(self, node: tree.Simple) -> bool:
        """Tell whether a command may be a launch."""
        self.relevance()  # finds them
        return node.start in self.launches

    def relevance(self) -> Relevance:
        """Return which parts of the script matter."""
        if self._relevance is None:
            outer = self._outer.relevance() if self._outer is not None else None
            slicing = Slicing(
                self.events,
                self.library.functions,
                outer,
                self.short,
                self.is_open,
                self.given,
                self.has_files,
            )
            self._relevance = slicing.found()
            self.launches = self.events.launches
            del self.events  # it may be much
        return self._relevance

    def _find_odd(self) -> None:
        for source in self._traps:
            for name in IDENTIFIER.findall(source):
                self.odd.add(name)
                self.odd.update(self.library.called(name))
        for _, name, kinds in self._writes:
            if "[]" in kinds:
                self.arrays.add(name)
            if "!" in kinds or "r" in kinds:
                self.attributed.add(name)


def _add(changes: dict[str, str], name: str, kinds: str) -> None:
    before = changes.get(name)
    if before is None:
        changes[name] = kinds
    elif kinds not in before:
        changes[name] = before + kinds


def _add_all(changes: dict[str, str], more: dict[str, str]) -> None:
    for name, kinds in more.items():
        _add(changes, name, kinds)

"""What the functions of a script, and of the texts that it runs, change when they are called."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.shell.scan import Scan

ANY = ""
"""In place of a name: any variable."""

POSITIONAL = "@"
"""In place of a name: `$1` and on."""

MOST_FUNCTIONS = 200
MOST_WORK = 2_000_000
"""Scripts with more functions, or definitions times names, lose what is known at each call."""


class Library:
    """The functions of all texts that a script consists of.

    functions: where each is defined. arrays: names that may be arrays. attributed: names that may
    get attributes that change what is assigned. is_large: a call may change anything.
    """

    def __init__(self) -> None:
        self.functions: dict[str, list[tuple[Scan, int, int]]] = {}
        self.arrays: set[str] = set()
        self.attributed: set[str] = set()
        self.is_large = False
        self._memo: dict[str | None, dict[str, str]] = {}
        self._calls: dict[str | None, set[str | None]] = {}
        self._found: dict[str | None, list[tuple[Scan, int, int]]] = {}
        self._inside: dict[tuple[Scan, int, int], set[str | None]] = {}

    def add(self, scan: Scan) -> None:
        """Know the functions of one more text."""
        for name, spans in scan.functions.items():
            self.functions.setdefault(name, []).extend((scan, *span) for span in spans)
        count = sum(map(len, self.functions.values()))
        large = len(self.functions) > MOST_FUNCTIONS or count * len(scan.last) > MOST_WORK
        self.is_large = self.is_large or large
        if scan.functions:
            self._memo.clear()
            self._calls.clear()
            self._found.clear()

    def called(self, name: str | None) -> dict[str, str]:
        """Return what a call may change; None is a command whose name is not known."""
        if name is not None and name not in self.functions:
            return {}
        if self.is_large:
            return {ANY: "-"}
        if name not in self._memo:
            changes: dict[str, str] = {}
            for scan, start, end in self.reached(name):
                scan.direct(start + 1, end, changes)  # but its own definition
            changes.pop(POSITIONAL, None)  # a function has its own
            self._memo[name] = changes
        return self._memo[name]

    def calls_of(self, name: str) -> set[str | None]:
        """Return the names of all commands that a function may run; None for an unknown one."""
        if self.is_large:
            return {None}
        if name not in self._calls:
            names: set[str | None] = set()
            for scan, start, end in self.reached(name):
                names.update(scan.calls_in(start, end))
            self._calls[name] = names
        return self._calls[name]

    def reached(self, name: str | None) -> list[tuple[Scan, int, int]]:
        """Return the definitions of all functions that a call may run."""
        if name in self._found:
            return self._found[name]
        waiting: list[str | None] = [name]
        seen: set[str | None] = set()
        places: dict[tuple[Scan, int, int], None] = {}
        while waiting:
            current = waiting.pop()
            if current in seen or (current is not None and current not in self.functions):
                continue
            seen.add(current)
            if current is None:
                waiting += self.functions
                continue
            for place in self.functions[current]:
                places[place] = None
                if place not in self._inside:
                    scan, start, end = place
                    self._inside[place] = scan.calls_in(start, end)
                waiting += self._inside[place]
        found = self._found[name] = list(places)
        return found

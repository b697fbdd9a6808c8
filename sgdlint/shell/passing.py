"""Parts of a script that cannot matter to a launch: they are passed over, and noted as one."""

from __future__ import annotations

from bisect import bisect_left

from sgdlint import quick
from sgdlint.shell import builtins, streams, tree
from sgdlint.shell.effecting import FOREIGN
from sgdlint.shell.held import UNKNOWN
from sgdlint.shell.repeats import Repeats
from sgdlint.shell.values import Command, Piece, Variable, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.shell.scan import Scan

COLON, SOMETHING = (Piece((":",), -1, -1),), (UNKNOWN,)
NO_NAMES: dict[str, Variable] = {}
"""What the many commands share of which nobody asks."""

TELLING = builtins.BUILTINS | builtins.DECLARING | builtins.REPLACING | builtins.READERS.keys()
"""Commands of which the status may be known."""

OPEN = r"[$`*?\[{~]"
"""Characters that may make other words of what is written."""


class Passing(Repeats):
    """Passes over statements."""

    _passed: set[int]
    _whole: Scan

    def _has_stop(self, node: tree.Node) -> bool:
        """Tell whether something in a statement is to be followed."""
        stops = self.scan.relevance().stops
        place = bisect_left(stops, node.start)
        return place < len(stops) and stops[place] < node.end

    def _behind(self, statements: Sequence[tree.Node], index: int, count: int) -> int:
        """Return the first statement from one on that may matter; only so many count."""
        first = statements[index]
        stops = self.scan.relevance().stops
        place = bisect_left(stops, first.start)
        stop = stops[place] if place < len(stops) else len(self.origin.text) + 1
        if self._ran or first.end > stop:
            return index
        for one in self.states:
            if streams.INPUT in one.variables or streams.OUTPUT in one.variables:
                return index
        foreign = len(self.library.functions) > len(self._whole.functions)
        while index < count and statements[index].end <= stop:
            if foreign and self._calls_foreign(statements[index]):
                break
            index += 1
        return index

    def _is_blind(self, node: tree.Node) -> bool:
        """Tell whether it is certain that nothing is known of the status of a statement."""
        kind = type(node)
        if kind is tree.Pipeline:
            return len(node.commands) > 1  # type: ignore[attr-defined]
        if kind is not tree.Simple or not node.words:  # type: ignore[attr-defined]
            return kind is tree.Subshell
        first = node.words[0]  # type: ignore[attr-defined]
        if type(first) is not tree.Word or not first.is_plain:
            return False
        name = first.kept
        return name not in TELLING and name not in self.library.functions

    def _calls_foreign(self, node: tree.Node) -> bool:
        """Tell whether a statement may call a function of another text."""
        names = self.scan.calls_in(node.start, node.end)
        return any(name in self.library.functions for name in names)

    def _pass(self, first: tree.Node, last: tree.Node) -> None:
        """Pass over statements, which change nothing that anybody asks for."""
        start, end = first.start, last.end
        for state in self.states:
            state.status = state.code = None
            if state.wild:
                self._use(state)
                for name in sorted(self.scan.calls_in(start, end), key=str):
                    is_own = name is None or name in self.library.functions
                    if not is_own and self._may_be_foreign(name or ""):
                        state.forget(f"{name} {FOREIGN}", keeps_ifs=True)
                        break
        self._note(first, last)

    def _tells(self, node: tree.Simple) -> bool:
        """Tell whether anybody may ask for the words of a command."""
        if not self.is_short:
            return True
        return self.scan.relevance().tells(node.start, node.end)

    def _note(self, first: tree.Node, last: tree.Node) -> None:
        """Note statements of which nobody asks more than where they stand."""
        if first.start not in self._passed:
            self._passed.add(first.start)
            word = self._blank(first.start, last.end)
            self.found.append(Command(word.start, word.end, (word,), NO_NAMES, conditional=True))

    def _blank(self, start: int, end: int) -> Word:
        """Return a word for all of a part: unknown, or `:` where it says what it runs."""
        is_open = quick.compile(OPEN).search(self.origin.text, start, end) is not None
        start, end = self.origin.span(start, end)
        if is_open:
            return Word(start, end, SOMETHING, True, "a part that was passed over")
        return Word(start, end, COLON)

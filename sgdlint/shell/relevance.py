"""Which parts of a script can matter to a launch: only there paths are worth following apart.

A part matters when it holds a command that may be a launch, when it changes what such a command
reads (its variables, in turn what they are made of, and the tests around them), or when it may end
the script. What does not matter is followed as well, in the plain way that costs little.
"""

from __future__ import annotations

from bisect import bisect_left

from sgdlint.shell import builtins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sgdlint.shell import tree
    from sgdlint.shell.builtins import Argument

    Span = tuple[int, int]

LAUNCHERS = frozenset(
    """
    . bash bsub builtin command conda dash deepspeed docker env eval exec kubectl mamba mpirun ncu
    nohup nsys numactl podman python python3 sh source srun ssh stdbuf sudo screen setsid taskset
    time timeout tmux torchrun uv xargs
    """.split()  # noqa: SIM905 - a column of names is harder to read
)
"""Programs of well-known names that run other commands."""

FILE_ENDINGS = (".bash", ".sbatch", ".sh", ".slurm")
"""How the names of scripts end that another script may run."""

RUNNERS = (LAUNCHERS | {"sbatch", "qsub", "salloc"}) - {".", "source", "eval"}
"""What runs a script that it is told of."""

ORDINARY = frozenset({"HOME", "LD_LIBRARY_PATH", "PATH", "PS1", "PYTHONPATH", "TERM"})
"""Exported variables that say nothing about a launch."""

SOURCED = "source"
"""In place of a name: what the files set that are read."""

PROGRAM = "sglang"
"""A function of this name may wrap the program (`command sglang "$@"`), or be defined later."""

ENDS = frozenset({"exec", "exit"})
LEAVES = frozenset({"break", "continue", "return"})


class Events:
    """What stands where in a script, gathered while its tree is walked.

    launches: commands that may be launches, by offset; names: those of them. uses: variables that
    are read. writes: the commands that change a variable, by its name. calls: commands, with their
    names and the words that may name functions. compounds: where a compound command stands, its
    kind ("loop", a function's name with `()`, else ""), and the spans of what decides about it.
    """

    def __init__(self) -> None:
        self.launches: dict[int, tree.Simple] = {}
        self.names: dict[int, str] = {}
        self.uses: list[tuple[int, str]] = []
        self.writes: dict[str, list[Span]] = {}
        self.calls: list[tuple[int, int, tuple[str, ...]]] = []
        self.compounds: list[tuple[int, int, str, tuple[Span, ...]]] = []
        self.leaves: list[tuple[int, str, bool]] = []
        self.exported: set[str] = set()

    def use(self, offset: int, name: str) -> None:
        """Note that a variable is read."""
        is_name = name[:1].isalpha() or name[:1] == "_"
        self.uses.append((offset, name if is_name else "@"))

    def command(
        self, node: tree.Simple, name: str | None, arguments: Sequence[Argument], text: str
    ) -> None:
        """Note a command; name: None when it is not written literally."""
        words = tuple(one.text for one in arguments if one.whole)
        self.calls.append((node.start, node.end, words))
        if name in ENDS or name in LEAVES:
            self.leaves.append((node.start, name or "", len(arguments) > 1))
        if name in builtins.DECLARING and (name == "export" or any("x" in one for one in words)):
            self.exported.update(one.text.partition("=")[0] for one in arguments[1:])
        if name == "getopts":
            self.use(node.start, "@")
        if self._may_launch(node, name, arguments, text):
            self.launches[node.start] = node
            self.names[node.start] = name or ""

    def _may_launch(
        self, node: tree.Simple, name: str | None, arguments: Sequence[Argument], text: str
    ) -> bool:
        if name is None or text.find("sglang", node.start, node.end) >= 0:
            return True
        if runs_file(name, arguments):
            return True
        for one in node.redirects:
            if one.body is not None and text.find("sglang", one.body.start, one.body.end) >= 0:
                return True
        if name in LAUNCHERS or not (name in builtins.HARMLESS or name in builtins.DECLARING):
            return name not in builtins.REPLACING and not all(one.whole for one in arguments)
        return False


def runs_file(name: str, arguments: Sequence[Argument]) -> bool:
    """Tell whether a command may run a script that lies beside this one."""
    if name.endswith(FILE_ENDINGS):
        return True
    return name in RUNNERS and any(one.text.endswith(FILE_ENDINGS) for one in arguments[1:])


class Relevance:
    """The offsets that matter.

    names: the variables that matter. functions: those in which something matters.
    outer: what matters in the text that runs this one.
    """

    def __init__(
        self, events: Events, functions: Iterable[str], outer: Relevance | None = None
    ) -> None:
        self._events = events
        self._functions = set(functions)
        events.uses.sort()
        events.compounds.sort(key=lambda one: (one[0], -one[1]))
        events.calls.sort()
        self._use_offsets = [use[0] for use in events.uses]
        self._call_offsets = [call[0] for call in events.calls]
        self._parents: list[int] = []
        self._calls = self._calls_by_name()
        self.names: set[str] = set(outer.names) if outer is not None else set()
        self.functions: set[str] = set(outer.functions) if outer is not None else set()
        self._offsets: list[int] = []
        for start in [one for one in events.launches if self._is_called(one)]:
            del events.launches[start]
        if events.launches or outer is not None:
            self._offsets = sorted(self._found())

    def matters(self, start: int, end: int) -> bool:
        """Tell whether anything that matters stands in a part of the script."""
        place = bisect_left(self._offsets, start)
        return place < len(self._offsets) and self._offsets[place] < end

    def _is_called(self, start: int) -> bool:
        """Tell whether what looks like a launch is the call of a function."""
        name = self._events.names.get(start)
        return name != PROGRAM and name in self._calls

    def _calls_by_name(self) -> dict[str, list[tuple[int, int]]]:
        calls: dict[str, list[tuple[int, int]]] = {name: [] for name in self._functions}
        for start, end, words in self._events.calls:
            for word in words:
                if word in calls:
                    calls[word].append((start, end))
        return calls

    # --- what matters ---------------------------------------------------------------------------

    def _found(self) -> set[int]:
        offsets = set(self._events.launches)
        self._spread(offsets)
        offsets.update(self._offsets)
        for name in self.names:
            offsets.update(start for start, _ in self._events.writes.get(name, ()))
        self.functions |= self._reaching(offsets)
        for name in self.functions:
            offsets.update(start for start, _ in self._calls[name])
        ends = {offset for offset, name, _ in self._events.leaves if name in ENDS}
        for name in self._reaching(ends):
            ends.update(start for start, _ in self._calls[name])
        offsets |= ends
        return offsets | self._leaving(sorted(offsets))

    def _spread(self, offsets: set[int]) -> None:
        """Find the variables that matter: what is read there, and what that is made of."""
        exported = self._events.exported - ORDINARY
        waiting: list[str | int] = [SOURCED, *exported, *self.names]
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
                spans = self._calls.get(kind[:-2], []) if kind else []
                for start, end in conditions:
                    waiting += self._read_in(start, end)
                    asked |= self._called_in(start, end)
            for start, end in spans:
                waiting += self._read_in(start, end)
            waiting += self._inside([start for start, _ in sorted(spans)])
        self.names.update(one for one in seen if isinstance(one, str))

    def _called_in(self, start: int, end: int) -> set[str]:
        """Return the functions that a part of the script calls."""
        first = bisect_left(self._call_offsets, start)
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
        first = bisect_left(self._use_offsets, start)
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
                if kind and (kind == "loop") is (name != "return"):
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

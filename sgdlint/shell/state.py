"""What is known about the variables at one point of a script."""

from __future__ import annotations

from itertools import islice

from sgdlint.record import record, replace
from sgdlint.shell.folders import CURRENT, START
from sgdlint.shell.held import OUTSIDE, Array, Assoc, anything, array, doubtful, known, unknown
from sgdlint.shell.joining import join, join_functions, join_positional, join_scopes
from sgdlint.shell.values import Variable, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from sgdlint.shell import tree
    from sgdlint.shell.expand import Expander
    from sgdlint.shell.origin import Origin
    from sgdlint.shell.scan import Scan
    from sgdlint.shell.values import Condition

    Context = tuple[Origin, Scan, Expander]

    Rest = tuple[
        str,
        bool | None,
        tuple[Word, ...],
        "dict[str, tuple[Definition | None, ...]]",
        tuple["dict[str, Variable | None]", ...],
    ]

MOST_NAMES = 300
"""So many variables, those that changed last, are in the environment of a command."""


ARGUMENTS = Word(-1, -1, (OUTSIDE,), True, "$@ is what the script or function was called with")
"""The arguments of a script, or of a function of which no call is known."""


@record
class Changes:
    """What one path changed: values after it by name (None: nothing known), and the flags.

    rest: all that the state holds beside the variables; None when only the flags can differ.
    """

    variables: dict[str, Variable | None]
    flags: tuple[str, bool | None]
    rest: Rest | None = None


class Definition:
    """A function: its place in the tree, and the text that it stands in (see `calls`)."""

    __slots__ = ("context", "node")

    def __init__(self, node: tree.Function, context: Context) -> None:
        self.node = node
        self.context = context

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Definition) and self.node is other.node

    def __hash__(self) -> int:
        return id(self.node)


KEPT = ".="
"""How names begin that stand for no variable: the current folder, and files (see `written`)."""


class State:
    """What is known at one point of one path; `enter` and `leave` try something and take it back.

    wild: why a variable that is not here may be anything, "" when only the environment of the
    script can have set it. allexport: whether assigned variables are exported (`set -a`).
    positional: `$1` and on; a word that is `many` stands for any number of them.
    status: whether the last command succeeded; code: its exit status; None when not known.
    flow: why the path left the statements that it was in ("break", "continue", "return"), or "";
    level: how many loops it leaves.
    functions: what each name may call: definitions, None among them when it may be no function; a
    name that is () may be any of the script's functions of that name.
    scopes: for each call of a function that is going on, what its `local` variables hide.
    path: the conditions that led here. refined: what the variables held that a condition tells
    about, before it did; unrefined: the same for the arguments. tests: how a test went, with the
    values that it depends on.
    log: collects the names of the variables that are changed, for all paths. ignored: variables
    that nobody asks for; they stay as they are.
    """

    __slots__ = (
        "_journals", "_owns", "_snapshot", "allexport", "code", "flow", "functions", "ignored",
        "level", "log",
        "path", "positional", "refined", "scopes", "status", "tests", "unrefined",
        "variables", "wild",
    )  # fmt: skip

    def __init__(self, variables: dict[str, Variable] | None = None) -> None:
        self.variables: dict[str, Variable] = variables or {}
        self.variables.setdefault("IFS", Variable("IFS", known(" \t\n"), False, -1, -1))
        self.variables.setdefault(CURRENT, START)
        self.wild = ""
        self.allexport: bool | None = False
        self.positional: tuple[Word, ...] = (ARGUMENTS,)
        self.status: bool | None = None
        self.code: int | None = None
        self.flow = ""
        self.level = 0
        self.functions: dict[str, tuple[Definition | None, ...]] = {}
        self.scopes: tuple[dict[str, Variable | None], ...] = ()
        self.path: tuple[Condition, ...] = ()
        self.refined: dict[str, Variable | None] = {}
        self.unrefined: tuple[Word, ...] | None = None
        self.tests: dict[str, tuple[bool, dict[str, object]]] = {}
        self.log: list[str] = []
        self.ignored: AbstractSet[str] = frozenset()
        self._owns = True
        self._journals: list[tuple[dict[str, Variable | None], Rest]] = []
        self._snapshot: dict[str, Variable] | None = None

    def copy(self) -> State:
        """Return another path that has come the same way."""
        other = State.__new__(State)
        for name in _SHARED:
            setattr(other, name, getattr(self, name))
        other.variables = self.variables.copy()
        other._journals = []
        other._owns = self._owns = False
        return other

    def put(self, name: str, value: Variable | None) -> None:
        """Give a variable a value; None forgets it."""
        if name in self.ignored:
            return
        if self._journals:
            self._journals[-1][0].setdefault(name, self.variables.get(name))
        if value is None:
            self.variables.pop(name, None)
        else:
            self.variables[name] = value
        if name in self.refined:
            self.refined = {one: old for one, old in self.refined.items() if one != name}
        self.log.append(name)
        self._snapshot = None

    def refine(self, name: str, word: Word) -> None:
        """Note what a condition tells about a variable: what it holds does not change by it."""
        old = self.variables.get(name)
        if (
            name in self.ignored
            or isinstance(old, Assoc)
            or (old is not None and "n" in old.attributes)
        ):
            return
        original = self.refined.get(name, old)
        if isinstance(old, Array):
            if not old.elements or old.elements[0].many:
                return
            elements = (word, *old.elements[1:])
            self.put(name, array(name, elements, old.start, old.end, old.exported))
        else:
            new = Variable(name, word, None, -1, -1) if old is None else replace(old, word=word)
            self.put(name, new)
        self.refined = {**self.refined, name: original}

    def original(self, name: str) -> Variable | None:
        """Return what a variable holds, without what a condition tells about it."""
        return self.refined[name] if name in self.refined else self.variables.get(name)

    def give(self, words: tuple[Word, ...]) -> None:
        """Give the script or the function new arguments."""
        self.positional = words
        self.unrefined = None

    def refine_argument(self, place: int, word: Word) -> None:
        """Note what a condition tells about `$1` (place 0) or one behind it."""
        before, rest = self.positional[:place], self.positional[place:]
        if len(before) < place or any(one.many for one in before) or not rest:
            return
        original = self.unrefined or self.positional
        self.positional = (*before, word, *(rest if rest[0].many else rest[1:]))
        self.unrefined = original

    def refine_count(self, word: Word) -> None:
        """Note what a condition tells about the number of arguments."""
        text, many = word.text, [one.many for one in self.positional]
        if text is None or not text.isdecimal() or len(text) > 2 or many.count(True) != 1:
            return
        place, missing = many.index(True), int(text) + 1 - len(many)
        if missing >= 0:
            each = unknown(self.positional[place].reason)
            original = self.unrefined or self.positional
            rest = self.positional[place + 1 :]
            self.positional = (*self.positional[:place], *[each] * missing, *rest)
            self.unrefined = original

    def define(self, name: str, definitions: tuple[Definition | None, ...]) -> None:
        """Say what a name calls."""
        if not self._owns:
            self.functions = self.functions.copy()
            self._owns = True
        self.functions[name] = definitions

    def forget(self, reason: str, keeps_ifs: bool = False) -> None:
        """Forget everything: any variable may have any value; keeps_ifs: but for IFS."""
        ignored = self.ignored
        for name, value in [one for one in self.variables.items() if one[0] not in ignored]:
            if name[0] in KEPT or (keeps_ifs and name == "IFS"):
                continue
            odd = value.attributes
            is_odd = odd or type(value) is Assoc
            new = anything(name, reason, None, True, doubtful(odd)) if is_odd else None
            self.put(name, new)
        self.wild = reason
        self.allexport = None

    def enter(self) -> None:
        """Try something that may not happen."""
        self._owns = False
        self._journals.append(({}, self._rest()))

    def leave(self) -> Changes:
        """Take back what was done since `enter`, and return what it changed."""
        before, rest = self._journals.pop()
        after = {name: self.variables.get(name) for name in before}
        changes = Changes(after, (self.wild, self.allexport), self._rest())
        for name, value in before.items():
            if value is None:
                self.variables.pop(name, None)
            else:
                self.variables[name] = value
        self.wild, self.allexport, positional, self.functions, self.scopes = rest
        if positional is not self.positional:
            self.give(positional)
        self._owns = False
        self._snapshot = None
        return changes

    def _rest(self) -> Rest:
        return self.wild, self.allexport, self.positional, self.functions, self.scopes

    def merge(self, paths: list[Changes], arrays: set[str]) -> None:
        """Go on from where several paths meet; arrays: names that may be arrays."""
        self.join_rest([path.rest or (*path.flags, *self._rest()[2:]) for path in paths])
        names = dict.fromkeys(name for path in paths for name in path.variables)
        for name in names:
            here = self.variables.get(name)
            values = [path.variables.get(name, here) for path in paths]
            self.put(name, join(name, values, name in arrays or bool(self.wild)))

    def rest(self) -> Rest:
        """Return what a path holds beside its variables, without what a condition tells."""
        positional = self.unrefined or self.positional
        return self.wild, self.allexport, positional, self.functions, self.scopes

    def join_rest(self, rests: Sequence[Rest]) -> None:
        """Cover what several paths hold beside their variables."""
        if not rests:
            return
        for wild, allexport, _, _, _ in rests:
            self.wild = self.wild or wild
            if allexport != self.allexport:
                self.allexport = None
        first = rests[0]
        _, _, positional, functions, scopes = first
        if not all(one[2:] == first[2:] for one in rests):
            positional = join_positional([one[2] for one in rests])
            scopes = join_scopes([one[4] for one in rests])
            for _, _, _, other, _ in rests[1:]:
                functions = join_functions(functions, other)
        self.give(positional)
        self.functions, self._owns, self.scopes = functions, False, scopes

    def snapshot(self) -> dict[str, Variable]:
        """Return the variables as they are now; nobody may change what is returned."""
        if self._snapshot is None:
            if len(self.variables) <= MOST_NAMES:
                self._snapshot = self.variables.copy()
            else:
                last = islice(reversed(self.variables), MOST_NAMES)
                self._snapshot = {name: self.variables[name] for name in last}
        return self._snapshot


_SHARED = tuple(name for name in State.__slots__ if name not in ("_journals", "_owns", "variables"))

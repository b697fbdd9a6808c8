"""What each part of a script may change, found before the script is interpreted."""

from __future__ import annotations

from bisect import bisect_left

from sgdlint import quick
from sgdlint.record import fields_of
from sgdlint.shell import builtins, tree
from sgdlint.shell.builtins import Argument, Effect
from sgdlint.shell.library import ANY, POSITIONAL, Library
from sgdlint.shell.relevance import SOURCED, Events, Relevance
from sgdlint.shell.written import MARK, OUTPUTS, may_be_script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ALLEXPORT = "set -a"
"""In place of a name: whether assigned variables are exported."""

FUNCTION = "()"
"""Behind a name: the function of that name."""

TEXTS = (tree.Literal, tree.SingleQuoted, tree.AnsiQuoted)
NODES = (tree.Node, tuple)

IDENTIFIER = quick.compile(r"[A-Za-z_][\w-]*")


class Scan:
    """The changes that a script may make, by offset.

    functions: the spans of the definitions of each function. library: those of all texts.
    odd: names whose value may change at any time (set by traps). attributed: names that may get
    attributes that change what is assigned.
    last: for each name, the offset of its last change. has_lastpipe: the last command of a pipeline
    may run in the shell itself. outer: the text that runs this one.
    """

    def __init__(self, root: tree.Node, text: str, outer: Scan | None = None) -> None:
        self.text = text
        self.functions: dict[str, list[tuple[int, int]]] = {}
        self.library: Library = outer.library if outer is not None else Library()
        self.arrays = self.library.arrays
        self._outer = outer
        self.has_lastpipe: bool = "lastpipe" in text or (outer is not None and outer.has_lastpipe)
        self.odd: set[str] = set()
        self.attributed: set[str] = self.library.attributed
        self.events = Events()
        self._relevance: Relevance | None = None
        self._lefts: set[int] = set()
        self._writes: list[tuple[int, str, str]] = []
        self._calls: list[tuple[int, str | None]] = []
        self._traps: list[str] = []
        self._walk(root)
        self._writes.sort()
        self._calls.sort(key=lambda call: call[0])
        self._offsets = [write[0] for write in self._writes]
        self._call_offsets = [call[0] for call in self._calls]
        self.last = {name: offset for offset, name, _ in self._writes}
        self.library.add(self)
        self._find_odd()

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
        return self.relevance().matters(start, end)

    def is_launch(self, node: tree.Simple) -> bool:
        """Tell whether a command may be a launch."""
        return node.start in self.events.launches

    def relevance(self) -> Relevance:
        """Return which parts of the script matter."""
        if self._relevance is None:
            outer = self._outer.relevance() if self._outer is not None else None
            self._relevance = Relevance(self.events, self.library.functions, outer)
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

    # --- walking the tree -----------------------------------------------------------------------

    def _walk(self, root: tree.Node) -> None:
        """Visit every node, without recursion: scripts may nest deeply."""
        waiting: list[object] = [root]
        while waiting:
            node = waiting.pop()
            if type(node) is tuple:
                waiting.extend(node)
            elif type(node) is tree.Word:  # most nodes are words
                waiting.extend(node.parts)
            elif isinstance(node, TEXTS):
                continue
            elif isinstance(node, tree.Node):
                visit = VISITORS.get(type(node))
                if visit is not None:
                    visit(self, node)
                waiting.extend(
                    value
                    for name in fields_of(node)
                    if isinstance(value := getattr(node, name), NODES)
                )

    def _write(self, node: tree.Node, name: str, kinds: str) -> None:
        self._writes.append((node.start, name, kinds))
        self.events.writes.setdefault(name, []).append((node.start, node.end))

    def _effect(self, node: tree.Node, effect: Effect) -> None:
        if effect.any:
            self._write(node, ANY, "-")
        for name, kinds in effect.names.items():
            self._write(node, name, kinds)

    def _simple(self, node: tree.Simple) -> None:
        arguments = [argument_of(word) for word in node.words]
        while arguments and arguments[0].whole and arguments[0].text in ("command", "builtin"):
            del arguments[0]
        first = arguments[0] if arguments else None
        name = first.text if first is not None and first.whole else None
        for assignment in node.assignments:
            is_prefix = bool(node.words) and name is not None and name not in builtins.REPLACING
            self._write(node, assignment.name, "p" if is_prefix else _kinds(assignment))
        for redirect in node.redirects:
            if redirect.descriptor.startswith("{"):
                self._write(node, redirect.descriptor.strip("{}"), "=")
            if redirect.operator in OUTPUTS and may_be_script(argument_of(redirect.target).text):
                self._write(node, MARK, "=")
        if first is None:
            return
        self._calls.append((node.start, name))
        self.events.command(node, name, arguments, self.text)
        if name is None:
            if any(one.whole and one.text in builtins.DECLARING for one in arguments[1:]):
                self._write(node, ANY, "-")
            return
        self._builtin(node, name, arguments[1:])

    def _builtin(self, node: tree.Simple, name: str, arguments: list[Argument]) -> None:
        if name == "tee" or any(one.text == "tee" for one in arguments):
            self._write(node, MARK, "=")
        if name in (".", "source"):
            self._write(node, SOURCED, "p")
        if name == "set" and _changes_export(arguments):
            self._write(node, ALLEXPORT, "-")
        elif name == "trap":
            self._trap(node, arguments)
        elif name == "unset" and any(one.text.startswith("-") for one in arguments):
            for one in arguments:
                self._write(node, one.text + FUNCTION, "-")
        if name == "shift" or (name == "set" and _sets_arguments(arguments)):
            self._write(node, POSITIONAL, "-")
        self._effect(node, builtins.effect_of(name, arguments))

    def _trap(self, node: tree.Simple, arguments: Sequence[Argument]) -> None:
        signals = {one.text if one.whole else "?" for one in arguments[1:]}
        if not signals <= {"EXIT", "0"}:
            self._traps.append(self.text[node.start : node.end])

    def _assignment(self, node: tree.Assignment) -> None:
        if isinstance(node.value, tree.Array) or node.subscript is not None:
            self.arrays.add(node.name)
        if node.subscript is not None:
            self._computed(node, self._source(node.subscript))

    def _computed(self, node: tree.Node, text: str) -> None:
        self._effect(node, builtins.assigned_in(text))
        for name in IDENTIFIER.findall(text):
            self.events.use(node.start, name)

    def _parameter(self, node: tree.Parameter) -> None:
        self.events.use(node.start, node.name)
        if node.operator in ("=", ":="):
            self._write(node, ANY if node.prefix == "!" else node.name, "=")
        inside = [node.subscript] if node.subscript is not None else []
        if node.operator == ":":
            inside += node.arguments
        for word in inside:
            self._computed(node, self._source(word))

    def _arithmetic(self, node: tree.ArithmeticExpansion) -> None:
        self._computed(node, node.text)

    def _for(self, node: tree.For) -> None:
        self._write(node, node.name, "=")
        if node.words is None:
            self.events.use(node.start, POSITIONAL)
        if node.keyword == "select":
            self._write(node, "REPLY", "=")
        words = node.words or ()
        self._compound(node, "loop", words)

    def _arithmetic_for(self, node: tree.ArithmeticFor) -> None:
        self._computed(node, node.text)
        self._compound(node, "loop", ())

    def _loop(self, node: tree.Loop) -> None:
        self._compound(node, "loop", node.condition)

    def _function(self, node: tree.Function) -> None:
        self.functions.setdefault(node.name, []).append((node.start, node.end))
        self._write(node, node.name + FUNCTION, "-")
        self._compound(node, node.name + FUNCTION, ())

    def _compound(self, node: tree.Node, kind: str, conditions: Sequence[tree.Node]) -> None:
        spans = tuple((one.start, one.end) for one in conditions)
        self.events.compounds.append((node.start, node.end, kind, spans))

    def _if(self, node: tree.If) -> None:
        conditions = [one for branch in node.branches for one in branch.condition]
        self._compound(node, "", conditions)

    def _case(self, node: tree.Case) -> None:
        patterns = [one for arm in node.arms for one in arm.patterns]
        self._compound(node, "", (node.word, *patterns))

    def _and_or(self, node: tree.AndOr) -> None:
        if isinstance(node.left, tree.AndOr):
            self._lefts.add(id(node.left))
        if id(node) not in self._lefts:
            self._compound(node, "", (node.left,))

    def _coprocess(self, node: tree.Coprocess) -> None:
        self._write(node, node.name or "COPROC", "=[]")

    def _source(self, node: tree.Node) -> str:
        return self.text[node.start : node.end]


VISITORS: dict[type, Callable[..., None]] = {
    tree.Simple: Scan._simple,
    tree.Assignment: Scan._assignment,
    tree.Parameter: Scan._parameter,
    tree.AndOr: Scan._and_or,
    tree.Case: Scan._case,
    tree.If: Scan._if,
    tree.ArithmeticExpansion: Scan._arithmetic,
    tree.ArithmeticCommand: Scan._arithmetic,
    tree.For: Scan._for,
    tree.ArithmeticFor: Scan._arithmetic_for,
    tree.Loop: Scan._loop,
    tree.Function: Scan._function,
    tree.Coprocess: Scan._coprocess,
}


def argument_of(word: tree.Word | tree.Assignment) -> Argument:
    """Return as much of a word as is written literally."""
    if isinstance(word, tree.Assignment):
        if isinstance(word.value, tree.Word) and word.subscript is None and not word.append:
            value = argument_of(word.value)
            return Argument(f"{word.name}={value.text}", value.whole)
        return Argument(word.name + "=", False)
    text = ""
    for part in word.parts:
        literal = _literal(part)
        if literal is None:
            return Argument(text, False)
        text += literal
    return Argument(text, True)


def _literal(part: tree.Node) -> str | None:
    if isinstance(part, TEXTS):
        return part.text
    if isinstance(part, tree.DoubleQuoted) and not part.translated:
        texts = [one.text if isinstance(one, tree.Literal) else None for one in part.parts]
        known = [text for text in texts if text is not None]
        return "".join(known) if len(known) == len(texts) else None
    return None


def _kinds(assignment: tree.Assignment) -> str:
    if isinstance(assignment.value, tree.Array):
        return "a" if assignment.append else "=[]"
    if assignment.subscript is not None:
        return "=[]"
    return "s" if assignment.append else "="


def _changes_export(arguments: Sequence[Argument]) -> bool:
    for argument in arguments:
        if not argument.whole or argument.text in ("--", "-"):
            return not argument.whole
        if argument.text == "allexport":
            return True
        if argument.text[:1] in ("-", "+") and "a" in argument.text[1:]:
            return True
    return False


def _sets_arguments(arguments: Sequence[Argument]) -> bool:
    """Tell whether `set` may give new arguments; too often rather than not."""
    return any(
        not one.whole or one.text in ("--", "-", "") or one.text[0] not in "-+" for one in arguments
    )


def _add(changes: dict[str, str], name: str, kinds: str) -> None:
    before = changes.get(name)
    if before is None:
        changes[name] = kinds
    elif kinds not in before:
        changes[name] = before + kinds


def _add_all(changes: dict[str, str], more: dict[str, str]) -> None:
    for name, kinds in more.items():
        _add(changes, name, kinds)

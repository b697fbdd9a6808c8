"""What each part of a script may change, found before the script is interpreted."""

from __future__ import annotations

from bisect import bisect_left

from sgdlint import quick
from sgdlint.record import fields_of
from sgdlint.shell import builtins, tree
from sgdlint.shell.builtins import Argument, Effect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ANY = ""
"""In place of a name: any variable."""

ALLEXPORT = "set -a"
"""In place of a name: whether assigned variables are exported."""

MOST_FUNCTIONS = 200
MOST_WORK = 2_000_000
"""Scripts with more functions, or definitions times names, lose what is known at each call."""

TEXTS = (tree.Literal, tree.SingleQuoted, tree.AnsiQuoted)
NODES = (tree.Node, tuple)

IDENTIFIER = quick.compile(r"[A-Za-z_][\w-]*")


class Scan:
    """The changes that a script may make, by offset.

    functions: the spans of the definitions of each function. arrays: names that may be arrays.
    odd: names whose value may change at any time (set by traps). attributed: names that may get
    attributes that change what is assigned.
    last: for each name, the offset of its last change. is_large: a call may change anything.
    """

    def __init__(self, root: tree.Node, text: str) -> None:
        self.text = text
        self.functions: dict[str, list[tuple[int, int]]] = {}
        self.arrays: set[str] = set()
        self.odd: set[str] = set()
        self.attributed: set[str] = set()
        self._writes: list[tuple[int, str, str]] = []
        self._calls: list[tuple[int, str | None]] = []
        self._traps: list[str] = []
        self._memo: dict[str | None, dict[str, str]] = {}
        self._calls_memo: dict[str, set[str | None]] = {}
        self._walk(root)
        self._writes.sort()
        self._calls.sort(key=lambda call: call[0])
        self._offsets = [write[0] for write in self._writes]
        self._call_offsets = [call[0] for call in self._calls]
        self.last = {name: offset for offset, name, _ in self._writes}
        count = sum(len(spans) for spans in self.functions.values())
        self.is_large = len(self.functions) > MOST_FUNCTIONS or count * len(self.last) > MOST_WORK
        self._find_odd()

    def between(self, start: int, end: int) -> dict[str, str]:
        """Return what may change while a part of the script runs: kinds of change by name."""
        changes: dict[str, str] = {}
        self._direct(start, end, changes)
        first = bisect_left(self._call_offsets, start)
        last = bisect_left(self._call_offsets, end)
        for name in {call[1] for call in self._calls[first:last]}:
            _add_all(changes, self.called(name))
        return changes

    def called(self, name: str | None) -> dict[str, str]:
        """Return what a call may change; None is a command whose name is not known."""
        if name is not None and name not in self.functions:
            return {}
        if self.is_large:
            return {ANY: "-"}
        if name not in self._memo:
            changes: dict[str, str] = {}
            for start, end in self._reached(name):
                self._direct(start, end, changes)
            self._memo[name] = changes
        return self._memo[name]

    def calls_of(self, name: str) -> set[str | None]:
        """Return the names of all commands that a function may run; None for an unknown one."""
        if self.is_large:
            return {None}
        if name not in self._calls_memo:
            names: set[str | None] = set()
            for start, end in self._reached(name):
                first = bisect_left(self._call_offsets, start)
                last = bisect_left(self._call_offsets, end)
                names.update(call[1] for call in self._calls[first:last])
            self._calls_memo[name] = names
        return self._calls_memo[name]

    def adopt(self, outer: Scan) -> None:
        """Know the functions of the script that this one is a part of."""
        for name in (*outer.functions, None):
            changes = dict(outer.called(name))
            _add_all(changes, self.called(name))
            self._memo[name] = changes
        for name in outer.functions:
            self.functions.setdefault(name, [])
        self.arrays |= outer.arrays
        self.attributed |= outer.attributed

    def _direct(self, start: int, end: int, changes: dict[str, str]) -> None:
        first, last = bisect_left(self._offsets, start), bisect_left(self._offsets, end)
        for _, name, kinds in self._writes[first:last]:
            _add(changes, name, kinds)

    def _reached(self, name: str | None) -> list[tuple[int, int]]:
        """Return the definitions of all functions that a call may run."""
        waiting: list[str | None] = [name]
        seen: set[str | None] = set()
        spans: dict[tuple[int, int], None] = {}
        while waiting:
            current = waiting.pop()
            if current in seen or (current is not None and current not in self.functions):
                continue
            seen.add(current)
            if current is None:
                waiting += self.functions
                continue
            for start, end in self.functions[current]:
                spans[start, end] = None
                first = bisect_left(self._call_offsets, start)
                last = bisect_left(self._call_offsets, end)
                waiting += {call[1] for call in self._calls[first:last]}
        return list(spans)

    def _find_odd(self) -> None:
        for source in self._traps:
            for name in IDENTIFIER.findall(source):
                self.odd.add(name)
                self.odd.update(self.called(name))
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

    def _write(self, offset: int, name: str, kinds: str) -> None:
        self._writes.append((offset, name, kinds))

    def _effect(self, offset: int, effect: Effect) -> None:
        if effect.any:
            self._write(offset, ANY, "-")
        for name, kinds in effect.names.items():
            self._write(offset, name, kinds)

    def _simple(self, node: tree.Simple) -> None:
        arguments = [argument_of(word) for word in node.words]
        while arguments and arguments[0].whole and arguments[0].text in ("command", "builtin"):
            del arguments[0]
        first = arguments[0] if arguments else None
        name = first.text if first is not None and first.whole else None
        for assignment in node.assignments:
            is_prefix = bool(node.words) and name is not None and name not in builtins.REPLACING
            self._write(node.start, assignment.name, "p" if is_prefix else _kinds(assignment))
        for redirect in node.redirects:
            if redirect.descriptor.startswith("{"):
                self._write(node.start, redirect.descriptor.strip("{}"), "=")
        if first is None:
            return
        if name is None:
            self._calls.append((node.start, None))
            if any(one.whole and one.text in builtins.DECLARING for one in arguments[1:]):
                self._write(node.start, ANY, "-")
            return
        self._calls.append((node.start, name))
        if name == "set" and _changes_export(arguments[1:]):
            self._write(node.start, ALLEXPORT, "-")
        elif name == "trap":
            self._trap(node, arguments[1:])
        self._effect(node.start, builtins.effect_of(name, arguments[1:]))

    def _trap(self, node: tree.Simple, arguments: Sequence[Argument]) -> None:
        signals = {one.text if one.whole else "?" for one in arguments[1:]}
        if not signals <= {"EXIT", "0"}:
            self._traps.append(self.text[node.start : node.end])

    def _assignment(self, node: tree.Assignment) -> None:
        if isinstance(node.value, tree.Array) or node.subscript is not None:
            self.arrays.add(node.name)
        if node.subscript is not None:
            self._effect(node.start, builtins.assigned_in(self._source(node.subscript)))

    def _parameter(self, node: tree.Parameter) -> None:
        if node.operator in ("=", ":="):
            self._write(node.start, ANY if node.prefix == "!" else node.name, "=")
        inside = [node.subscript] if node.subscript is not None else []
        if node.operator == ":":
            inside += node.arguments
        for word in inside:
            self._effect(node.start, builtins.assigned_in(self._source(word)))

    def _arithmetic(self, node: tree.ArithmeticExpansion) -> None:
        self._effect(node.start, builtins.assigned_in(node.text))

    def _for(self, node: tree.For) -> None:
        self._write(node.start, node.name, "=")

    def _arithmetic_for(self, node: tree.ArithmeticFor) -> None:
        self._effect(node.start, builtins.assigned_in(node.text))

    def _function(self, node: tree.Function) -> None:
        self.functions.setdefault(node.name, []).append((node.start, node.end))

    def _coprocess(self, node: tree.Coprocess) -> None:
        self._write(node.start, node.name or "COPROC", "=[]")

    def _source(self, node: tree.Node) -> str:
        return self.text[node.start : node.end]


VISITORS: dict[type, Callable[..., None]] = {
    tree.Simple: Scan._simple,
    tree.Assignment: Scan._assignment,
    tree.Parameter: Scan._parameter,
    tree.ArithmeticExpansion: Scan._arithmetic,
    tree.ArithmeticCommand: Scan._arithmetic,
    tree.For: Scan._for,
    tree.ArithmeticFor: Scan._arithmetic_for,
    tree.Function: Scan._function,
    tree.Coprocess: Scan._coprocess,
}


def argument_of(word: tree.Word | tree.Assignment) -> Argument:
    """Return as much of a word as is written literally."""
    if isinstance(word, tree.Assignment):
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


def _add(changes: dict[str, str], name: str, kinds: str) -> None:
    before = changes.get(name)
    if before is None:
        changes[name] = kinds
    elif kinds not in before:
        changes[name] = before + kinds


def _add_all(changes: dict[str, str], more: dict[str, str]) -> None:
    for name, kinds in more.items():
        _add(changes, name, kinds)

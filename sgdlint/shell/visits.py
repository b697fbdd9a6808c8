"""What the nodes of a script change, read and run: all is visited once, before it is followed."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.record import Slotted
from sgdlint.shell import builtins, tree
from sgdlint.shell.arguments import TEXTS, argument_of, literal_of
from sgdlint.shell.events import CHANGERS, INDIRECT, PIPELINE, RUNNERS, SOURCED, Events, used
from sgdlint.shell.library import ANY, POSITIONAL
from sgdlint.shell.written import MARK, OUTPUTS, may_be_script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from sgdlint.shell.builtins import Argument, Effect

ALLEXPORT = "set -a"
"""In place of a name: whether assigned variables are exported."""

FUNCTION = "()"
"""Behind a name: the function of that name."""

IDENTIFIER = quick.compile(r"[A-Za-z_][\w-]*")

USED = r"\$\{?[#!]?([A-Za-z_]\w*|[0-9@*#])"
"""The variables that a text names, also where another shell would read it."""

SPECIAL = (
    builtins.DECLARING
    | builtins.REPLACING
    | builtins.READERS.keys()
    | {"builtin", "command", "set", "shift", "trap"}
)
"""Commands that change variables, or run others of which all the words count."""

FILES = CHANGERS | RUNNERS

NUMERIC = ("-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-v")
"""Operators of `[[ … ]]` before and behind which a name may stand for its variable."""

INSIDE = frozenset(
    """
    arguments arms assignments body branches command commands condition elements items left
    otherwise parts patterns redirects right statements subscript target value word words
    """.split()  # noqa: SIM905 - a column of names is harder to read
)
"""The fields of nodes that hold other nodes."""


class Visits:
    """What a script does, by offset. text: the script. events: what may matter to a launch."""

    def __init__(self, root: tree.Node, text: str) -> None:
        self.text = text
        self.functions: dict[str, list[tuple[int, int]]] = {}
        self.arrays: set[str] = set()
        self.events = Events(text)
        self._lefts: set[int] = set()
        self._writes: list[tuple[int, str, str]] = []
        self._calls: list[tuple[int, str | None]] = []
        self._traps: list[str] = []
        self._named: dict[str, list[str]] = {}
        self._walk(root)

    def _walk(self, root: tree.Node) -> None:
        """Visit every node, without recursion: scripts may nest deeply."""
        waiting: list[Any] = [root]
        word, simple = self._word, self._simple
        while waiting:
            node = waiting.pop()
            kind = type(node)
            if kind is tuple:
                waiting.extend(node)
            elif kind is tree.Word:  # most nodes are words
                word(node, waiting)
            elif kind is tree.Simple:
                simple(node, waiting)
            elif kind in TEXTS:
                if node.text and "$" in node.text:  # another shell may read it
                    self._uses(node.start, node.text)
            else:
                visit, names = VISITED[kind]
                if visit is not None:
                    visit(self, node)
                for name in names:
                    value = getattr(node, name)
                    if type(value) is tuple:
                        waiting.extend(value)
                    elif value:
                        waiting.append(value)

    def _word(self, word: tree.Word, waiting: list[Any]) -> None:
        text = word.kept
        if not text:
            waiting.extend(word.parts)
        elif "$" in text:
            self._uses(word.start, text)

    def _uses(self, start: int, text: str) -> None:
        """Note the variables that a text names."""
        names = self._named.get(text)
        if names is None:
            found = map(used, quick.findall(USED, text))
            names = self._named[text] = [name for name in found if name]
        for name in names:
            self.events.uses.append((start, name))

    def _write(self, node: tree.Node, name: str, kinds: str, end: int = 0) -> None:
        self._writes.append((node.start, name, kinds))
        self.events.writes.setdefault(name, []).append((node.start, end or node.end))

    def _effect(self, node: tree.Node, effect: Effect) -> None:
        if effect.any:
            self._write(node, ANY, "-")
        for name, kinds in effect.names.items():
            self._write(node, name, kinds)

    # --- simple commands ------------------------------------------------------------------------

    def _simple(self, node: tree.Simple, waiting: list[Any]) -> None:
        """Note a simple command; waiting: gets what is in it and is still to be visited."""
        name: str | None = None
        if node.words:
            found = self._texts(node, waiting)
            name = found[0]
            texts = [text for text in found if text is not None]
            if name in SPECIAL:
                name = self._special(node)
            elif "tee" in texts:
                self._write(node, MARK, "=")
            self.events.commands.append((node, found))
            self._command(node, name, texts, len(texts) == len(found))
        if node.assignments:
            self._assignments(node, name)
            waiting.append(node.assignments)
        if node.redirects:
            self._redirects(node)
            waiting.append(node.redirects)

    def _texts(self, node: tree.Simple, waiting: list[Any]) -> list[str | None]:
        """Return the words of a command, None for one that is not literal."""
        texts: list[str | None] = []
        for word in node.words:
            if type(word) is tree.Word:
                text = word.kept
                if text and word.is_plain:
                    texts.append(text)
                    continue
                self._word(word, waiting)
            else:
                waiting.append(word)
            texts.append(literal_of(word))
        return texts

    def _command(
        self, node: tree.Simple, name: str | None, texts: list[str], is_whole: bool
    ) -> None:
        events = self.events
        if name is None or name not in builtins.PROGRAMS:
            self._calls.append((node.start, name))
        events.command(node, name, texts)
        if name is None or not is_whole:
            events.guess(node, name)
        if name is None or name in FILES or "/" in name:
            events.files.append((node.start, node.end, ""))
        if name is None and not builtins.DECLARING.isdisjoint(texts):
            self._write(node, ANY, "-")

    def _special(self, node: tree.Simple) -> str | None:
        """Note what a builtin changes; return the name of the command."""
        arguments = [argument_of(word) for word in node.words]
        while arguments and arguments[0].whole and arguments[0].text in ("command", "builtin"):
            del arguments[0]
        if not arguments or not arguments[0].whole:
            return None
        name = arguments[0].text
        self._builtin(node, name, arguments[1:])
        return name

    def _assignments(self, node: tree.Simple, name: str | None) -> None:
        is_prefix = name is not None and name not in builtins.REPLACING
        for one in node.assignments:
            self._write(node, one.name, "p" if is_prefix else _kinds(one))
            if node.words and name not in builtins.HARMLESS:
                self.events.exported.add(one.name)

    def _redirects(self, node: Any) -> None:
        """Note the files that something reads and writes."""
        for one in node.redirects:
            if one.descriptor.startswith("{"):
                self._write(node, one.descriptor.strip("{}"), "=")
            if one.operator in OUTPUTS:
                target = argument_of(one.target).text
                if not target.startswith("/dev/"):
                    self.events.files.append((node.start, node.end, target))
                if may_be_script(target):
                    self._write(node, MARK, "=")
            elif one.operator[0] == "<":
                body = one.body or one.target
                self.events.feeds.append((node.start, body.start, body.end))

    def _builtin(self, node: tree.Simple, name: str, arguments: list[Argument]) -> None:
        if name == "tee" or any(one.text == "tee" for one in arguments):
            self._write(node, MARK, "=")
        if name in (".", "source"):
            self._write(node, SOURCED, "p")
            self.events.source(arguments)
        elif name in builtins.DECLARING or name == "unset":
            self.events.declared(name, arguments)
        elif name == "getopts":
            self.events.use(node.start, POSITIONAL)
            self.events.use(node.start, "OPTIND")
        elif name in ("mapfile", "read", "readarray"):
            self.events.readers.update(builtins.effect_of(name, arguments).names)
        elif name == "let":
            self._names(node, self._source(node))
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
        self._names(node, text)

    def _names(self, node: tree.Node, text: str) -> None:
        """Note variables that are named without a `$`, as in arithmetic."""
        for name in builtins.NAME.findall(text):
            self.events.use(node.start, name)

    def _parameter(self, node: tree.Parameter) -> None:
        self.events.use(node.start, node.name)
        if node.prefix == "!" and not _is_list_of_names(node):
            self.events.uses.append((node.start, INDIRECT))
        if node.operator in ("=", ":="):
            self._write(node, ANY if node.prefix == "!" else node.name, "=")
        inside = [node.subscript] if node.subscript is not None else []
        if node.operator == ":":
            inside += node.arguments
        for word in inside:
            self._computed(node, self._source(word))

    def _arithmetic(self, node: tree.ArithmeticExpansion) -> None:
        self._computed(node, node.text)

    def _arithmetic_command(self, node: tree.ArithmeticCommand) -> None:
        self._computed(node, node.text)
        self._redirects(node)

    def _conditional(self, node: tree.Conditional) -> None:
        text = self._source(node)
        if any(sign in text for sign in NUMERIC):
            self._names(node, text)
        self._redirects(node)

    def _for(self, node: tree.For) -> None:
        words = node.words or ()
        self._write(node, node.name, "=", words[-1].end if words else node.start + 1)
        if node.words is None:
            self.events.use(node.start, POSITIONAL)
        if node.keyword == "select":
            self._write(node, "REPLY", "=")
        self._compound(node, "loop", words)

    def _arithmetic_for(self, node: tree.ArithmeticFor) -> None:
        self._computed(node, node.text)
        self._compound(node, "loop", ())

    def _loop(self, node: tree.Loop) -> None:
        self._compound(node, "loop", node.condition)

    def _function(self, node: tree.Function) -> None:
        self.functions.setdefault(node.name, []).append((node.start, node.end))
        self.events.functions.append(node.start)
        self._write(node, node.name + FUNCTION, "-")
        self._compound(node, node.name + FUNCTION, ())

    def _compound(self, node: tree.Node, kind: str, conditions: Sequence[tree.Node]) -> None:
        spans = tuple((one.start, one.end) for one in conditions)
        self.events.compounds.append((node.start, node.end, kind, spans))
        if getattr(node, "redirects", ()):
            self._redirects(node)

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

    def _pipeline(self, node: tree.Pipeline) -> None:
        if len(node.commands) > 1:
            self._compound(node, PIPELINE, node.commands[:-1])

    def _coprocess(self, node: tree.Coprocess) -> None:
        self._write(node, node.name or "COPROC", "=[]")

    def _source(self, node: tree.Node) -> str:
        return self.text[node.start : node.end]


VISITORS: dict[type, Callable[..., None]] = {
    tree.Assignment: Visits._assignment,
    tree.Parameter: Visits._parameter,
    tree.AndOr: Visits._and_or,
    tree.Case: Visits._case,
    tree.If: Visits._if,
    tree.ArithmeticExpansion: Visits._arithmetic,
    tree.ArithmeticCommand: Visits._arithmetic_command,
    tree.Conditional: Visits._conditional,
    tree.Group: Visits._redirects,
    tree.Pipeline: Visits._pipeline,
    tree.Subshell: Visits._redirects,
    tree.For: Visits._for,
    tree.ArithmeticFor: Visits._arithmetic_for,
    tree.Loop: Visits._loop,
    tree.Function: Visits._function,
    tree.Coprocess: Visits._coprocess,
}


VISITED: dict[type, tuple[Callable[..., None] | None, tuple[str, ...]]] = {
    kind: (VISITORS.get(kind), tuple(name for name in kind._fields if name in INSIDE))
    for kind in vars(tree).values()
    if type(kind) is Slotted and hasattr(kind, "_fields")
}
"""What notes each kind of node, and the fields of it that hold other nodes."""


def _is_list_of_names(node: tree.Parameter) -> bool:
    """Tell whether a parameter gives names (`${!x*}`) or subscripts (`${!a[@]}`), and no value."""
    if node.subscript is None:
        return node.operator in ("*", "@") and not node.arguments
    return not node.operator and argument_of(node.subscript).text in ("*", "@")


def _kinds(assignment: tree.Assignment) -> str:
    if isinstance(assignment.value, tree.Array):
        return "a" if assignment.append else "=[]"
    if assignment.subscript is not None:
        return "=[]"
    return "s" if assignment.append else "="


def _changes_export(arguments: Sequence[Argument]) -> bool:
    """Tell whether `set` may change whether assigned variables are exported."""
    names = 0
    for argument in arguments:
        text = argument.text
        if text[:1] in ("-", "+") or not (text or argument.whole):
            if not argument.whole or text in ("--", "-") or "a" in text:
                return not argument.whole or "a" in text
            names = text.count("o")
        elif names:
            if not argument.whole or text == "allexport":
                return True
            names -= 1
        else:
            return False  # the first of the new arguments
    return False


def _sets_arguments(arguments: Sequence[Argument]) -> bool:
    """Tell whether `set` may give new arguments; too often rather than not."""
    return any(
        not one.whole or one.text in ("--", "-", "") or one.text[0] not in "-+" for one in arguments
    )

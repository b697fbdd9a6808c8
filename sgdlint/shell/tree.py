"""The shell syntax tree.

Every node has `start` and `end`: half-open offsets, in Unicode code points, into the text that was
parsed. Nodes are made by `sgdlint.shell.parser` and read by `sgdlint.shell.interpreter`. Spans of
siblings do not overlap, a child lies inside its parent (except the body of a here-document, which
stands after the line of its redirection).
"""

from __future__ import annotations

from sgdlint.record import Slotted, fields_of, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@record
class Node(metaclass=Slotted, common=True):
    """Anything in the tree."""

    start: int
    end: int


# --- the parts of a word ------------------------------------------------------------------------


@record
class Literal(Node):
    """Unquoted text, or text inside double quotes; `text` has its backslash escapes removed."""

    text: str


@record
class SingleQuoted(Node):
    """`'…'`; the span includes the quotes, `text` does not."""

    text: str


@record
class AnsiQuoted(Node):
    """`$'…'`; `text` is decoded, or None when an escape could not be decoded."""

    text: str | None


@record
class DoubleQuoted(Node):
    """`"…"`, or `$"…"` when `translated`; parts are Literal, Parameter, CommandSubstitution, …"""

    parts: tuple[Node, ...]
    translated: bool = False


@record
class Parameter(Node):
    """`$name`, `${name}` and every `${…}` form.

    name: `x`, `1`, `@`, `*`, `#`, `?`, `$`, `!`, `-`, `_`.
    prefix: "" , "#" (length) or "!" (indirect).
    subscript: the text between `[` and `]` as a Word, or None.
    operator: "", or `:-` `-` `:=` `=` `:?` `?` `:+` `+` `#` `##` `%` `%%` `/` `//` `/#` `/%` `^`
    `^^` `,` `,,` `~` `~~` `@` `:` (substring or slice) and, with prefix "!", `*` or `@` (names by
    prefix).
    arguments: the words after the operator: one, or for `/…/…` two, for `:offset:length` two.
    braces: whether it was written with `{ }`.
    """

    name: str
    prefix: str = ""
    subscript: Word | None = None
    operator: str = ""
    arguments: tuple[Word, ...] = ()
    braces: bool = False


@record
class CommandSubstitution(Node):
    """`$(…)`, or backticks when `backticks`; `${ …; }` is not bash 5.2."""

    body: tuple[Node, ...]
    backticks: bool = False


@record
class ArithmeticExpansion(Node):
    """`$((…))` or `$[…]`; `text` is the source between the brackets, `parts` its expansions."""

    text: str
    parts: tuple[Node, ...] = ()


@record
class ProcessSubstitution(Node):
    """`<(…)` or `>(…)`; direction is `<` or `>`."""

    direction: str
    body: tuple[Node, ...]


@record
class Glob(Node):
    """An unquoted `*`, `?`, `[…]` or extended glob `@(…)`; `text` is the source."""

    text: str


@record
class BraceExpansion(Node):
    """An unquoted `{a,b}` or `{1..4}`; `text` is the source, items its words (empty for ranges)."""

    text: str
    items: tuple[Word, ...] = ()


@record
class Computed(Node):
    """What the interpreter put in the place of a part: text that was written nowhere."""

    text: str


@record
class Tilde(Node):
    """An unquoted `~` or `~user` where bash expands it; `text` is the source."""

    text: str


PLAIN, QUOTED = -1, -2
"""What stands in the place of a word's end when it keeps its text instead of its parts."""


class Word(Node):
    """One shell word: parts that stand together without a blank between.

    Most words are plain, or text with quotes and variables. Such a word keeps its text, and makes
    the parts when asked for them: a script of many megabytes then takes a fraction of the memory.
    """

    __slots__ = ("_end", "_parts", "start")
    _fields = ("start", "end", "parts")

    def __init__(self, start: int, end: int, parts: tuple[Node, ...] | str) -> None:
        self.start = start  # type: ignore[misc]
        self._end = end
        self._parts = parts

    @property
    def kept(self) -> str:
        """The text of a word that is plain, or of quotes and variables; else ""."""
        return self._parts if type(self._parts) is str else ""

    @property
    def is_plain(self) -> bool:
        """Whether nothing in it is quoted or expanded."""
        return self._end == PLAIN

    @property
    def end(self) -> int:
        """Where the word ends."""
        return self._end if self._end >= 0 else self.start + len(self._parts)

    @property
    def parts(self) -> tuple[Node, ...]:
        """The parts in order."""
        parts = self._parts
        if type(parts) is not str:
            return parts  # type: ignore[return-value]
        if self._end == PLAIN:
            return (Literal(self.start, self.start + len(parts), parts),)
        return _quoted_parts(self, parts)


MOST_RECENT = 64
"""Of so many words the parts are kept, for who asks again: functions and loops are read often."""

_recent: dict[int, tuple[Word, tuple[Node, ...]]] = {}


def _quoted_parts(word: Word, text: str) -> tuple[Node, ...]:
    """Return the parts of a word with quotes."""
    known = _recent.get(id(word))
    if known is not None:
        return known[1]
    from sgdlint.shell.quoted import parts_of

    parts = parts_of(text, word.start)
    if len(_recent) >= MOST_RECENT:
        _recent.clear()
    _recent[id(word)] = word, parts  # the word with them: another may not get its `id`
    return parts


# --- commands -----------------------------------------------------------------------------------


@record
class ArrayElement(Node):
    """One element of `( … )`: `[subscript]=value`, or a plain word when subscript is None."""

    value: Word
    subscript: Word | None = None
    append: bool = False


@record
class Array(Node):
    """`( … )` as the value of an assignment; the span includes the parentheses."""

    elements: tuple[ArrayElement, ...]


@record
class Assignment(Node):
    """`name=value`, `name+=value`, `name[subscript]=value`, `name=( … )`."""

    name: str
    value: Word | Array | None
    append: bool = False
    subscript: Word | None = None


@record
class Redirect(Node):
    """A redirection. `operator` is `<` `>` `>>` `<<` `<<-` `<<<` `<&` `>&` `&>` `&>>` `<>` `>|`.

    descriptor: the text before the operator (`2`, `{fd}`), or "".
    target: the word after it; for here-documents the delimiter.
    body: the here-document's parts (a Literal alone when the delimiter is quoted), else None.
    """

    operator: str
    target: Word
    descriptor: str = ""
    body: Word | None = None


@record
class Simple(Node):
    """A simple command: assignments, words, redirections, each in source order.

    An argument of a declaration builtin (`export A=1`, `declare -a B=(1 2)`, `local`, `readonly`,
    `typeset`) that has the form of an assignment is in `words` as an Assignment.
    """

    assignments: tuple[Assignment, ...]
    words: tuple[Word | Assignment, ...]
    redirects: tuple[Redirect, ...]


@record
class Pipeline(Node):
    """Commands joined by `|` or `|&`, with `!` and `time` before; a lone command stands bare."""

    commands: tuple[Node, ...]
    negated: bool = False
    timed: bool = False


@record
class AndOr(Node):
    """`left && right` or `left || right`; operator is `&&` or `||`."""

    left: Node
    operator: str
    right: Node


@record
class Background(Node):
    """A command followed by `&`."""

    command: Node


@record
class Subshell(Node):
    """`( … )`."""

    body: tuple[Node, ...]
    redirects: tuple[Redirect, ...] = ()


@record
class Group(Node):
    """`{ …; }`."""

    body: tuple[Node, ...]
    redirects: tuple[Redirect, ...] = ()


@record
class Branch(Node):
    """`if`/`elif` condition with its body."""

    condition: tuple[Node, ...]
    body: tuple[Node, ...]


@record
class If(Node):
    """`if … then … elif … else … fi`; otherwise is None without an `else`."""

    branches: tuple[Branch, ...]
    otherwise: tuple[Node, ...] | None
    redirects: tuple[Redirect, ...] = ()


@record
class Loop(Node):
    """`while` or `until` (keyword)."""

    keyword: str
    condition: tuple[Node, ...]
    body: tuple[Node, ...]
    redirects: tuple[Redirect, ...] = ()


@record
class For(Node):
    """`for name in words` or `select` (keyword); words is None without an `in`."""

    keyword: str
    name: str
    words: tuple[Word, ...] | None
    body: tuple[Node, ...]
    redirects: tuple[Redirect, ...] = ()


@record
class ArithmeticFor(Node):
    """`for ((a; b; c))`; `text` is the source between the brackets."""

    text: str
    body: tuple[Node, ...]
    redirects: tuple[Redirect, ...] = ()


@record
class Arm(Node):
    """One arm of a `case`; terminator is `;;`, `;&`, `;;&` or "" for a last arm without one."""

    patterns: tuple[Word, ...]
    body: tuple[Node, ...]
    terminator: str


@record
class Case(Node):
    """`case word in … esac`."""

    word: Word
    arms: tuple[Arm, ...]
    redirects: tuple[Redirect, ...] = ()


@record
class Function(Node):
    """`name() body` or `function name body`."""

    name: str
    body: Node


@record
class Conditional(Node):
    """`[[ … ]]`; words holds its words and operators (`-f`, `==`, `&&`, `(`) in source order."""

    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...] = ()


@record
class ArithmeticCommand(Node):
    """`(( … ))`; `text` is the source between the brackets, `parts` its expansions."""

    text: str
    parts: tuple[Node, ...] = ()
    redirects: tuple[Redirect, ...] = ()


@record
class Coprocess(Node):
    """`coproc [name] command`."""

    name: str
    command: Node


@record
class Comment(Node):
    """`# …` up to the end of its line; `text` is the source, with the `#`."""

    text: str


@record
class SyntaxProblem(Node):
    """A place where the text is not bash: `message` says what was found and what was expected."""

    message: str


@record
class Tree(Node):
    """A whole script: its statements, its comments, and what could not be parsed, in order.

    A statement that has a problem is left out of `statements`; all others are there.
    """

    statements: tuple[Node, ...]
    problems: tuple[SyntaxProblem, ...]
    comments: tuple[Comment, ...]


_walked: list[tuple[Tree, tuple[Node, ...]]] = []


def nodes_of(root: Tree) -> tuple[Node, ...]:
    """Return all that stands in a tree, as `below`; several parts ask for the same tree's."""
    if not _walked or _walked[0][0] is not root:
        _walked[:] = [(root, tuple(below(root.statements)))]
    return _walked[0][1]


def below(nodes: Iterable[Node]) -> Iterator[Node]:
    """Yield nodes and what stands in them; words that are no more than text are not taken apart.

    Without recursion: scripts may nest deeply.
    """
    waiting: list[object] = list(nodes)
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, tuple):
            waiting += thing
        elif isinstance(thing, Word):
            yield thing
            waiting += () if isinstance(thing._parts, str) else thing._parts
        elif isinstance(thing, Node):
            yield thing
            waiting += [getattr(thing, name) for name in fields_of(thing)]

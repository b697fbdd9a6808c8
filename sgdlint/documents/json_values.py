"""Launches in JSON: tasks and launch configurations of editors, development containers, scripts.

A mapping with `command`, `args` and the like runs something, whatever file it stands in. Sources:
"Visual Studio Code: Tasks", "Debugging", "Variables Reference"; containers.dev, "Dev Container
metadata reference"; npm, "scripts".
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.documents.alone import Alone
from sgdlint.documents.assemble import Script, Value, Variable
from sgdlint.documents.document import Document, Unread
from sgdlint.documents.json_tree import JsonError, parse
from sgdlint.documents.pieces import with_gaps
from sgdlint.documents.region import CONTAINER, ELSEWHERE, CannotWriteError, Granted, Region
from sgdlint.documents.yaml_tree import List, Mapping, Node, Scalar, at, items_of, text_of
from sgdlint.documents.yaml_values import value_of, walk
from sgdlint.documents.yaml_writers import YamlList
from sgdlint.finding import Edit
from sgdlint.shell.values import Piece
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from sgdlint.documents.region import ListWriter
    from sgdlint.source import Source

    Words = list[tuple[Value, tuple[ListWriter, int]]]

SHELLS = ("sh", "bash", "dash", "zsh")
COMMANDS = ("entryPoint", "entrypoint", "command", "cmd")
ARGUMENTS = ("args", "arguments", "argv")
ENVIRONMENTS = ("env", "environment", "containerEnv", "remoteEnv")
LIFECYCLE = (
    "initializeCommand",
    "onCreateCommand",
    "updateContentCommand",
    "postCreateCommand",
    "postStartCommand",
    "postAttachCommand",
)
"""What a development container runs: a text, a list of words, or a mapping of both."""
MOST_SCRIPTS = 500
"""Scripts of one file; further ones are not read."""
REASON = "it is filled in when this is started"
_RUNS = (
    r"\"(?:command|cmd|entry[Pp]oint|args|arguments|argv|module|program|scripts|kind|"
    r"(?:initialize|onCreate|updateContent|post\w+)Command)\"\s*:"
)
_VARIABLE = quick.compile(r"\$\{[A-Za-z][\w.]*(?::[\w./][^{}\n]*)?\}")
_OF_EDITOR = quick.compile(r"\$\{[A-Za-z][\w.]*:[\w./][^{}\n]*\}")


def read(source: Source) -> Document:
    """Read a file in JSON."""
    if not quick.search(_RUNS, source.text):
        return Document()
    try:
        root, comments = parse(source.text)
    except JsonError as error:
        if not quick.search(r"sglang\W+(?:generate|serve)", source.text):
            return Document()
        span = Span(error.offset, error.offset)
        return Document(unread=(Unread(span, f"not JSON: {error}"),))
    if text_of(at(root, "apiVersion")) and text_of(at(root, "kind")):
        from sgdlint.documents import kubernetes

        return Document(tuple(kubernetes.regions([root], source)), tuple(comments))
    found: list[Region] = []
    unread: list[Unread] = []
    for path, node in walk(root):
        if isinstance(node, Mapping) and not unread:
            found += _regions(path, node, source.text)
            if len(found) > MOST_SCRIPTS:
                around = found[MOST_SCRIPTS].around
                unread.append(Unread(around, f"it has more than {MOST_SCRIPTS} commands"))
    return Document(tuple(found[:MOST_SCRIPTS]), tuple(comments), tuple(unread))


def _regions(path: tuple[str, ...], node: Mapping, source: str) -> Iterator[Region]:
    """Yield the scripts that a mapping runs."""
    one = _Runs(node, source)
    if one.mentions():
        yield one.region()
    for key, value in node.pairs:
        name = key.value if isinstance(key, Scalar) else ""
        if name in LIFECYCLE or (path and path[-1] in LIFECYCLE):
            lone = _lone(value, source, CONTAINER)
        elif path and path[-1] == "scripts":
            lone = _lone(value, source, ELSEWHERE) if isinstance(value, Scalar) else None
        else:
            continue
        if lone is not None:
            yield lone


def _lone(node: Node, source: str, runs: str) -> Region | None:
    """Return the script of a text or of a list of words."""
    script = Script()
    if isinstance(node, Scalar) and "sglang" in node.value:
        script.typed(open_value(value_of(node, source), _OF_EDITOR))
    elif isinstance(node, List) and _mentions(node):
        run(script, _words(node, source))
    else:
        return None
    return script.region(Span(node.start, node.end), Granted(runs=runs), REASON)


class _Runs:
    """A mapping that says what to run: its words or its text, and its variables."""

    def __init__(self, node: Mapping, source: str) -> None:
        self.node = node
        self.source = source
        self.commands = [node.get(key) for key in COMMANDS if node.get(key) is not None]
        self.arguments = next((it for key in ARGUMENTS if (it := node.get(key)) is not None), None)
        module = node.get("module")
        self.module = module if isinstance(module, Scalar) else None
        program = node.get("program")
        if isinstance(program, Scalar) and not self.commands and self.module is None:
            self.commands = [program]  # what a debugger runs with these arguments

    def mentions(self) -> bool:
        """Whether it may launch SGLang."""
        if self.module is not None and self.module.value.startswith("sglang"):
            return True
        return any(_mentions(one) for one in [*self.commands, self.arguments] if one is not None)

    def region(self) -> Region:
        """Return its script."""
        script = Script()
        image = self.node.get("image")
        noted = None
        if isinstance(image, Scalar):
            noted = script.note("image", value_of(image, self.source))
        runs = CONTAINER if noted is not None else ELSEWHERE
        for variable in self._variables():
            script.export(variable)
        self._run(script)
        around = Span(self.node.start, self.node.end)
        granted = Granted(runs=runs, image=noted)
        region = script.region(around, granted, REASON, self._add_variable)
        region.is_certain = bool(script.items)  # a text under such a key may be anything
        return region

    def _run(self, script: Script) -> None:
        lone = self.commands[0] if len(self.commands) == 1 else None
        if isinstance(lone, Scalar) and not items_of(self.arguments):
            script.typed(open_value(value_of(lone, self.source), _OF_EDITOR))
            if isinstance(self.arguments, Scalar):
                script.add(Piece((" ",), -1, -1))
                script.typed(open_value(value_of(self.arguments, self.source), _OF_EDITOR))
            return
        words: Words = []
        if self.module is not None:
            script.add(Piece(("python -m ",), -1, -1))
            words += _words(self.module, self.source)
        elif isinstance(lone, Scalar) and " " in lone.value:  # a task: shell text, then words
            script.typed(open_value(value_of(lone, self.source), _OF_EDITOR))
            script.add(Piece((" ",), -1, -1))
        else:
            for one in self.commands:
                words += _words(one, self.source)
        if isinstance(self.arguments, Scalar):
            script.words([value for value, _ in words], [writer for _, writer in words])
            script.add(Piece((" ",), -1, -1))
            script.typed(open_value(value_of(self.arguments, self.source), _OF_EDITOR))
            return
        run(script, words + _words(self.arguments, self.source))

    def _variables(self) -> Iterator[Variable]:
        places = [self.node, at(self.node, "options")]
        for node in [at(place, key) for place in places for key in ENVIRONMENTS]:
            if isinstance(node, Mapping):
                yield from self._of_mapping(node)
            for item in items_of(node):
                key, value = at(item, "name"), at(item, "value")
                if isinstance(key, Scalar) and isinstance(value, Scalar):
                    yield from self._variable(key, value)

    def _of_mapping(self, node: Mapping) -> Iterator[Variable]:
        for key, value in node.pairs:
            if isinstance(key, Scalar) and isinstance(value, Scalar):
                yield from self._variable(key, value)

    def _variable(self, key: Scalar, value: Scalar) -> Iterator[Variable]:
        if key.value.isidentifier() and value.tag != "null":
            given = open_value(value_of(value, self.source), _VARIABLE)
            yield Variable(key.value, given, Span(key.start, key.end))

    def _add_variable(self, name: str, value: str) -> Edit:
        raise CannotWriteError(f"{name} has to be put into the environment of this command")


def run(script: Script, words: Words) -> None:
    """Put words in; of `bash -c TEXT`, the text."""
    texts = [value.text for value, _ in words]
    shell = texts[0].rpartition("/")[2] if texts and texts[0] else ""
    if len(words) == 3 and shell in SHELLS and texts[1] in ("-c", "-lc", "-ec", "-exc"):
        script.shell(words[2][0])
    else:
        script.words([value for value, _ in words], [writer for _, writer in words])


def _words(node: Node | None, source: str) -> Words:
    """Return the words of a list, or the one of a text."""
    if isinstance(node, Scalar):
        return [(open_value(value_of(node, source), _VARIABLE), (Alone(), 0))]
    if not isinstance(node, List):
        return []
    writer = YamlList(node, source, json_only=True)
    words: Words = []
    for index, item in enumerate(node.items):
        scalar = item if isinstance(item, Scalar) else at(item, "value")  # of a task, with quoting
        if isinstance(scalar, Scalar):
            words.append((open_value(value_of(scalar, source), _VARIABLE), (writer, index)))
        else:
            place = Span(item.start, item.end)
            words.append((Value((Piece(None, item.start, item.end),), place), (writer, index)))
    return words


def open_value(value: Value, pattern: re.Pattern[str]) -> Value:
    """Return a value in which what a pattern matches is not known."""
    return Value(tuple(with_gaps(value.pieces, pattern)), value.span, value.places)


def _mentions(node: Node) -> bool:
    """Whether a text, or one of a list, mentions SGLang."""
    nodes = node.items if isinstance(node, List) else [node]
    texts = [one if isinstance(one, Scalar) else at(one, "value") for one in nodes]
    return any(isinstance(one, Scalar) and "sglang" in one.value for one in texts)

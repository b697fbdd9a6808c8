"""Launches in Python code: lists of words and strings that are given to something that runs them.

What is not written out is unknown. A list that may grow before it is run has any number of words
more, and so has one whose way to where it is run is not followed.
"""

from __future__ import annotations

import ast
from bisect import bisect_right

from sgdlint import quick
from sgdlint.documents.assemble import Script, Value
from sgdlint.documents.document import Document, Unread
from sgdlint.documents.pieces import cut
from sgdlint.documents.python_environment import Environment
from sgdlint.documents.python_strings import value_at
from sgdlint.documents.python_values import Module, Word, dotted
from sgdlint.documents.region import ELSEWHERE, Granted, Region
from sgdlint.shell.values import Piece
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgdlint.source import Source

RUNNERS = (
    *("run", "Popen", "call", "check_call", "check_output", "getoutput", "getstatusoutput"),
    *("system", "popen", "create_subprocess_exec", "create_subprocess_shell"),
    *("execv", "execve", "execvp", "execvpe", "posix_spawn", "posix_spawnp", "spawn"),
)
"""Functions of Python that run a command, by their last name."""
SEVERAL = ("create_subprocess_exec", "execl", "execlp", "execle", "execlpe")
"""Those that take each word as an argument."""
INSTALLS = {
    "pip_install": "pip install ",
    "uv_pip_install": "pip install ",
    "from_registry": "docker pull ",
}
"""Functions of Modal that say what is installed where the code runs, as commands."""
READERS = (
    *("print", "len", "str", "repr", "list", "tuple", "join", "quote", "list2cmdline"),
    *("debug", "info", "warning", "error", "exception", "log", "write", "append"),
)
"""Functions that leave a list as it is."""
MOST_CHARACTERS = 2_000_000
"""Characters of one file; a longer one is not read."""
MOST_SCRIPTS = 500
"""Scripts of one file; further ones are not read."""
REASON = "the code puts it in when it runs"
_MAY_LAUNCH = r"sglang\W+(?:generate|serve)|sglang\.[\w.]*(?:launch_server|main)\b"
_RUNNING = quick.compile(
    r"(?i)run|exec|spawn|system|shell|popen|launch|command|cmd|start|call|bash|ssh|split"
)
_NAMED = quick.compile(r"(?i)cmd|command|launch|script|serve|generate|run")
_LAUNCH = quick.compile(
    r"(?m)^\s*(?:\w+=\S+\s+)*(?:(?:python|uv|docker|podman|srun|torchrun|numactl|nohup|sudo|env"
    r"|exec|time|cd)\b.*)?"
    r"sglang(?:[ \t]+(?:generate|serve)|\.[\w.]*(?:launch_server|main))\b"
)


def read(source: Source) -> Document:
    """Read a file of Python code."""
    text = source.text
    if not quick.search(_MAY_LAUNCH, text):
        return Document()
    if len(text) > MOST_CHARACTERS:
        message = f"it has more than {MOST_CHARACTERS:,} characters"
        return Document(unread=(Unread(Span(0, 0), message),))
    try:
        module = Module(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return Document(unread=(_broken(source, error),))
    reader = _Reader(module)
    regions = sorted(reader.regions(), key=lambda one: one.around.start)
    unread = [
        Unread(one.around, f"it has more than {MOST_SCRIPTS} launches")
        for one in regions[MOST_SCRIPTS : MOST_SCRIPTS + 1]
    ]
    comments = tuple(_comments(module))
    return Document(tuple(regions[:MOST_SCRIPTS]), comments, tuple(unread), is_page=True)


def _broken(source: Source, error: Exception) -> Unread:
    """Return what is said of code that Python does not take, at the line that it names."""
    if not isinstance(error, SyntaxError):
        return Unread(Span(0, 0), f"not Python code: {error}")
    last = source.location(len(source.text))[0]
    start = source.line_span(max(1, min(error.lineno or 1, last))).start
    return Unread(Span(start, start), f"not Python code: {error.msg}")


def _comments(module: Module) -> list[Span]:
    """Return where directives stand in comments of the code, not in its strings."""
    pattern = r"(?m)(?:^|[ \t])(#[ \t]*sgdlint[ \t]*:[^\r\n]*)"
    found = [Span(*match.span(1)) for match in quick.finditer(pattern, module.text)]
    strings = sorted(_strings(module), key=lambda one: one.start) if found else []
    starts = [one.start for one in strings]
    before = [bisect_right(starts, one.start) - 1 for one in found]
    return [
        one
        for one, number in zip(found, before, strict=True)
        if number < 0 or strings[number].end <= one.start
    ]


def _strings(module: Module) -> Iterator[Span]:
    """Yield where the literals stand that hold something like a directive."""
    for node, above in module.parents.items():
        if not isinstance(node, (ast.Constant, ast.JoinedStr)) or isinstance(above, ast.JoinedStr):
            continue
        if isinstance(node, ast.Constant) and not isinstance(node.value, (str, bytes)):
            continue
        span = module.span(node)
        if "sgdlint" in module.text[span.start : span.end]:
            value = value_at(module.text, span.start, span.end)
            yield from [place.span for place in value.places] if value is not None else [span]


class _Reader:
    """Finds what is run in a module."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.environment = Environment(module)

    def regions(self) -> Iterator[Region]:
        """Yield the scripts of the module."""
        for node in ast.walk(self.module.tree):
            if isinstance(node, (ast.List, ast.Tuple)) and isinstance(node.ctx, ast.Load):
                found = self._of_list(node)
            elif isinstance(node, ast.Call) and _last(node) in (*SEVERAL, *INSTALLS):
                found = self._of_arguments(node)
            elif isinstance(node, (ast.Constant, ast.JoinedStr, ast.BinOp, ast.Call)):
                found = self._of_string(node)
            else:
                continue
            if found is not None:
                yield found

    # --- lists ----------------------------------------------------------------------------------

    def _of_list(self, node: ast.expr) -> Region | None:
        """Return the script of a list that is written out, with what is added to it."""
        whole = node
        above = self.module.parents.get(whole)
        while isinstance(above, ast.BinOp) and isinstance(above.op, ast.Add):
            if above.left is not whole:
                return None  # the list to its left is what begins the command
            whole = above
            above = self.module.parents.get(whole)
        if isinstance(above, ast.Starred) or not _mentions(whole):
            return None
        words = self.module.words(whole)
        if not words or not _begins_a_launch(words):
            return None
        more, run_by = self._way_of(whole)
        words += more
        return self._region(words, whole, run_by)

    def _of_arguments(self, node: ast.Call) -> Region | None:
        """Return the script of a call that takes each word as an argument."""
        name = _last(node)
        items = node.args[1:] if name.startswith("exec") else node.args
        words = self.module.words(ast.Tuple(elts=items, ctx=ast.Load()))
        if not words or not _begins_a_launch(words):
            return None
        return self._region(words, node, node, INSTALLS.get(name, ""))

    def _way_of(self, node: ast.expr) -> tuple[list[Word], ast.Call | None]:
        """Return what is added to a list before it is run, and the call that runs it."""
        above = self.module.parents.get(node)
        if isinstance(above, ast.keyword):
            above = self.module.parents.get(above)
        if isinstance(above, ast.Call) and _is_runner(above):
            return [], above
        if isinstance(above, (ast.Assign, ast.AnnAssign)):
            return self._after(above)
        return [self.module.more(node)], None

    def _after(self, statement: ast.Assign | ast.AnnAssign) -> tuple[list[Word], ast.Call | None]:
        """Return what is added to a list behind its assignment, and the call that runs it."""
        target = statement.target if isinstance(statement, ast.AnnAssign) else statement.targets[0]
        words: list[Word] = []
        open_end = [self.module.more(target)]
        if not isinstance(target, ast.Name):
            return open_end, None
        for following in self._following(statement):
            added = self._added(following, target.id)
            if added is not None:
                words += added
                continue
            uses = [
                node
                for node in ast.walk(following)
                if isinstance(node, ast.Name) and node.id == target.id
            ]
            calls = [self._use(node) for node in uses]
            if any(call is None for call in calls):
                return words + open_end, next(
                    (one for one in calls if one and _is_runner(one)), None
                )
            runner = next((one for one in calls if one is not None and _is_runner(one)), None)
            if runner is not None:
                return words, runner
        return words + open_end, None

    def _following(self, statement: ast.stmt) -> list[ast.stmt]:
        """Return the statements of the same block behind one."""
        above = self.module.parents.get(statement)
        for name in ("body", "orelse", "finalbody"):
            block = getattr(above, name, None)
            if isinstance(block, list) and statement in block:
                return block[block.index(statement) + 1 :]
        return []

    def _added(self, statement: ast.stmt, name: str) -> list[Word] | None:
        """Return what a statement puts at the end of a list; None when it is another one."""
        if isinstance(statement, ast.AugAssign) and dotted(statement.target) == name:
            return self.module.words(statement.value) or [self.module.more(statement.value)]
        call = statement.value if isinstance(statement, ast.Expr) else None
        if not isinstance(call, ast.Call) or len(call.args) != 1:
            return None
        if dotted(call.func) == f"{name}.append":
            one = ast.List(elts=call.args, ctx=ast.Load())
            return self.module.words(one)
        if dotted(call.func) == f"{name}.extend":
            return self.module.words(call.args[0]) or [self.module.more(call.args[0])]
        return None

    def _use(self, name: ast.Name) -> ast.Call | None:
        """Return the call that a name is only read by; None when more may happen to it."""
        above: ast.AST | None = self.module.parents.get(name)
        if isinstance(above, (ast.keyword, ast.Starred)):
            above = self.module.parents.get(above)
        if isinstance(above, ast.Call) and above.func is not name:
            called = _last(above)
            return above if called in (*RUNNERS, *READERS, *SEVERAL) else None
        return None

    # --- strings --------------------------------------------------------------------------------

    def _of_string(self, node: ast.expr) -> Region | None:
        """Return the script of a string that is run."""
        above = self.module.parents.get(node)
        if isinstance(above, (ast.BinOp, ast.JoinedStr, ast.Attribute, ast.FormattedValue)):
            return None  # a part of what is read as a whole
        if isinstance(above, ast.Call) and _last(above) == "dedent":
            return None
        call = above if isinstance(above, ast.Call) and node in above.args[:1] else None
        target = _target(above)
        if call is None and not target:
            return None
        if not (_is_plausible(call) if call is not None else _NAMED.search(target)):
            return None
        value = self.module.string(node)
        if value is None or not _LAUNCH.search(_shown(value)):
            return None
        is_open = call is None and not self._is_whole(above)
        return self._of_text(value, node, call, is_open)

    def _is_whole(self, statement: ast.AST | None) -> bool:
        """Whether nothing is added to a string behind its assignment."""
        if not isinstance(statement, (ast.Assign, ast.AnnAssign)):
            return False
        scope = self.module.scope(statement)
        return len(self.module.bindings(scope).get(_target(statement), [])) == 1

    def _of_text(
        self, value: Value, node: ast.expr, call: ast.Call | None, is_open: bool
    ) -> Region:
        name = _last(call) if call is not None else ""
        if name == "split":  # of shlex: a line end is a blank
            value = Value(tuple(_one_line(value)), value.span, value.places)
        script = self._script(node, call)
        script.typed(value)
        if is_open:
            script.add(Piece((" ",), -1, -1))
            script.loose.append(script.length)
            script.add(Piece(None, value.span.end, value.span.end))
        region = script.region(value.span, Granted(runs=ELSEWHERE), REASON)
        region.is_certain = False
        return region

    # --- both -----------------------------------------------------------------------------------

    def _script(self, node: ast.expr, call: ast.Call | None) -> Script:
        script = Script()
        for variable in self.environment.of(node, call):
            script.export(variable)
        return script

    def _region(
        self, words: list[Word], node: ast.expr, call: ast.Call | None, before: str = ""
    ) -> Region:
        script = self._script(node, call)
        script.add(Piece((before,), -1, -1))
        group: list[Word] = []
        for word in [*words, None]:
            if word is not None and word.value is not None:
                group.append(word)
                continue
            _put(script, group)
            group = []
            if word is not None:
                script.add(Piece((" ",), -1, -1))
                script.loose.append(script.length)
                script.add(Piece(None, word.span.start, word.span.end), Piece((" ",), -1, -1))
        return script.region(self.module.span(node), Granted(runs=ELSEWHERE), REASON)


def _mentions(node: ast.expr) -> bool:
    """Whether a string within an expression mentions SGLang."""
    return any(
        isinstance(one, ast.Constant) and isinstance(one.value, str) and "sglang" in one.value
        for one in ast.walk(node)
    )


def _put(script: Script, words: list[Word]) -> None:
    values = [one.value for one in words if one.value is not None]
    first = values[0].text if values else None
    shell = (first or "").rpartition("/")[2] in ("bash", "sh") and not script.items
    if shell and len(values) == 3 and values[1].text in ("-c", "-lc", "-ec"):
        script.typed(values[2])
        return
    script.words(values, [(one.writer, one.index) for one in words])


def _begins_a_launch(words: list[Word]) -> bool:
    """Whether a list is a command that mentions SGLang."""
    texts = [_shown(one.value) if one.value is not None else "" for one in words]
    return any(
        text == "sglang"
        or text.startswith(("sglang.", "sglang[", "sglang="))
        or ("sglang" in text and ("/" in text or " " in text))
        for text in texts
    )


def _shown(value: Value) -> str:
    return "".join(one.texts[0] if one.texts else "?" for one in value.pieces)


def _last(call: ast.Call) -> str:
    """Return the last name of the function that is called."""
    return dotted(call.func).rpartition(".")[2] or str(getattr(call.func, "attr", ""))


def _is_runner(call: ast.Call) -> bool:
    return _last(call) in (*RUNNERS, *SEVERAL)


def _is_plausible(call: ast.Call) -> bool:
    """Whether a function may run the string that it is given."""
    return bool(_RUNNING.search(_last(call))) and _last(call) not in READERS


def _target(statement: ast.AST | None) -> str:
    """Return the name that a statement binds alone; "" for anything else."""
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return statement.target.id
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        return target.id if isinstance(target, ast.Name) else ""
    return ""


def _one_line(value: Value) -> Iterator[Piece]:
    """Yield pieces in which line ends are blanks."""
    for piece in value.pieces:
        text = piece.texts[0] if piece.texts else ""
        if "\n" not in text:
            yield piece
            continue
        for index, part in enumerate(text.split("\n")):
            start = sum(len(one) + 1 for one in text.split("\n")[:index])
            if index:
                yield from (
                    Piece((" ",), one.start, one.end) for one in cut([piece], start - 1, start)
                )
            yield from cut([piece], start, start + len(part))

"""Values in Python code, as far as they are written out: strings, lists of words, names of them."""

from __future__ import annotations

import ast
import warnings

from sgdlint import quick
from sgdlint.documents.alone import Alone
from sgdlint.documents.assemble import Value
from sgdlint.documents.pieces import with_gaps
from sgdlint.documents.python_lists import PythonList
from sgdlint.documents.python_strings import value_at
from sgdlint.record import record
from sgdlint.shell.values import Piece
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgdlint.documents.region import ListWriter

MOST_FOLLOWED = 8
"""Names that are followed from one to the next."""
CHANGING = ("append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse")
_LINE = quick.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_FIELD = quick.compile(r"\{[^{}]*\}")
_PERCENT = quick.compile(r"%(?:\(\w+\))?[-#0 +]*[\d.*]*[a-zA-Z]")


@record
class Word:
    """A word of a list; value: None for any number of words that are not known.

    span: where it stands. writer, index: the list that it is an item of.
    """

    value: Value | None
    span: Span
    writer: ListWriter
    index: int


class Module:
    """The text of a file with its tree; nodes know what they stand in."""

    def __init__(self, text: str) -> None:
        self.text = text
        with warnings.catch_warnings():  # of escapes that Python will not know one day
            warnings.simplefilter("ignore")
            self.tree = ast.parse(text)
        self.parents: dict[ast.AST, ast.AST] = {}
        self._starts = [0]
        while self._starts[-1] < len(text):
            match = _LINE.match(text, self._starts[-1])
            if match is None:
                break
            self._starts.append(match.end())
        self._bindings: dict[ast.AST, dict[str, list[ast.AST]]] = {}
        self._names: dict[str, list[ast.Name]] = {}
        self._global: set[str] = set()
        for node in ast.walk(self.tree):
            self._global.update(_global_names(node))
            if isinstance(node, ast.Name):
                self._names.setdefault(node.id, []).append(node)
            for child in ast.iter_child_nodes(node):
                self.parents[child] = node

    def span(self, node: ast.expr | ast.stmt) -> Span:
        """Return where a node stands."""
        start = self._offset(node.lineno, node.col_offset)
        return Span(start, self._offset(node.end_lineno or 1, node.end_col_offset or 0))

    def _offset(self, line: int, column: int) -> int:
        start, end = self._starts[line - 1], self._starts[min(line, len(self._starts) - 1)]
        head = self.text[start : start + column]
        if not head.isascii():
            head = (
                self.text[start:end].encode("utf-8", "replace")[:column].decode("utf-8", "replace")
            )
        return start + len(head)

    def scope(self, node: ast.AST) -> ast.AST:
        """Return the function or module whose names a node sees first."""
        while node in self.parents:
            node = self.parents[node]
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                return node
        return self.tree

    def bindings(self, scope: ast.AST) -> dict[str, list[ast.AST]]:
        """Return what binds or changes each name in a scope."""
        if scope not in self._bindings:
            found: dict[str, list[ast.AST]] = {}
            for name, node in _bound(scope):
                found.setdefault(name, []).append(node)
            self._bindings[scope] = found
        return self._bindings[scope]

    def followed(self, name: ast.Name) -> ast.expr | None:
        """Return the value that a name certainly has; None when it is not the only one."""
        scope = self.scope(name)
        bound = self.bindings(scope).get(name.id)
        if bound is None and scope is not self.tree:
            outer = self.bindings(self.tree).get(name.id, [])
            is_outer = name.id not in self._global and self.scope(scope) is self.tree
            bound = outer if is_outer else None
        only = bound[0] if bound is not None and len(bound) == 1 else None
        if not isinstance(only, (ast.Assign, ast.AnnAssign)) or self._depends(only):
            return None
        is_name = isinstance(only, ast.AnnAssign) or isinstance(only.targets[0], ast.Name)
        return only.value if is_name else None

    def _depends(self, statement: ast.stmt) -> bool:
        """Whether a statement stands inside of another one, and so may not run, or run again."""
        above = self.parents.get(statement)
        return not isinstance(above, (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef))

    # --- strings --------------------------------------------------------------------------------

    def string(self, node: ast.expr, depth: int = 0) -> Value | None:
        """Return the value of an expression that is a string; None when it may be none."""
        if depth > MOST_FOLLOWED:
            return None
        if isinstance(node, ast.Constant):
            return self._literal(node) if isinstance(node.value, str) else None
        if isinstance(node, ast.JoinedStr):
            return self._format(node, depth)
        if isinstance(node, ast.BinOp):
            return self._operation(node, depth)
        if isinstance(node, ast.Call):
            return self._call(node, depth)
        if isinstance(node, ast.Name):
            value = self.followed(node)
            found = None if value is None else self.string(value, depth + 1)
            return None if found is None else elsewhere(found, self.span(node))
        if isinstance(node, ast.Attribute) and dotted(node) == "sys.executable":
            span = self.span(node)
            return Value((Piece(("python",), span.start, span.end),), span)
        return None

    def _literal(self, node: ast.Constant) -> Value:
        span = self.span(node)
        found = value_at(self.text, span.start, span.end)
        if found is not None and found.text == node.value:
            return found
        text = str(node.value).encode("utf-8", "replace").decode()
        return Value((Piece((text,), span.start, span.end),), span)

    def _format(self, node: ast.JoinedStr, depth: int) -> Value:
        span = self.span(node)
        found = value_at(self.text, span.start, span.end)
        expected = [str(it.value) if isinstance(it, ast.Constant) else None for it in node.values]
        if found is None or _texts(found) != _texts_of(expected):
            return Value((Piece(None, span.start, span.end),), span)
        parts = iter(one for one in node.values if isinstance(one, ast.FormattedValue))
        pieces: list[Piece] = []
        for piece in found.pieces:
            one = next(parts) if piece.texts is None else None
            plain = one is not None and one.conversion == -1 and one.format_spec is None
            known = self.known(one.value, depth + 1) if one is not None and plain else None
            text = known.text if known is not None else None
            pieces.append(piece if text is None else Piece((text,), piece.start, piece.end))
        return Value(tuple(pieces), span, found.places)

    def known(self, node: ast.expr, depth: int = 0) -> Value | None:
        """Return what `str()` makes of an expression that is a string or a number."""
        if isinstance(node, ast.Name) and depth <= MOST_FOLLOWED:
            value = self.followed(node)
            found = None if value is None else self.known(value, depth + 1)
            return None if found is None else elsewhere(found, self.span(node))
        if isinstance(node, ast.Constant) and type(node.value) is int:
            span = self.span(node)
            return Value((Piece((str(node.value),), span.start, span.end),), span)
        return self.string(node, depth)

    def _operation(self, node: ast.BinOp, depth: int) -> Value | None:
        left, right = self.string(node.left, depth + 1), self.string(node.right, depth + 1)
        span = self.span(node)
        if isinstance(node.op, ast.Mod) and left is not None:
            return Value(tuple(with_gaps(left.pieces, _PERCENT)), span, left.places)
        if not isinstance(node.op, ast.Add) or (left is None and right is None):
            return None
        pieces: list[Piece] = []
        for part, value in ((node.left, left), (node.right, right)):
            place = self.span(part)
            unknown = (Piece(None, place.start, place.end),)
            pieces += value.pieces if value is not None else unknown
        places = (left.places if left is not None else ()) + (right.places if right else ())
        return Value(tuple(pieces), span, places)

    def _call(self, node: ast.Call, depth: int) -> Value | None:
        """Return what a call makes of a string: `dedent`, `strip`, `format`, `str`."""
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr in ("strip", "format"):
            value = self.string(function.value, depth + 1)
            if value is None or function.attr == "strip":
                return value if not node.args else None
            return Value(tuple(with_gaps(value.pieces, _FIELD)), value.span, value.places)
        name = dotted(function).rpartition(".")[2]
        if name in ("dedent", "cleandoc") and len(node.args) == 1:
            return self.string(node.args[0], depth + 1)
        if name == "str" and len(node.args) == 1:
            return self.known(node.args[0], depth + 1)
        return None

    # --- lists ----------------------------------------------------------------------------------

    def words(self, node: ast.expr, depth: int = 0) -> list[Word] | None:
        """Return the words of an expression that is a list; None when it is not written out."""
        if depth > MOST_FOLLOWED:
            return None
        if isinstance(node, (ast.List, ast.Tuple)):
            return self._items(node, depth)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self.words(node.left, depth + 1), self.words(node.right, depth + 1)
            if left is None and right is None:
                return None
            return (left or [self.more(node.left)]) + (right or [self.more(node.right)])
        if isinstance(node, ast.Name):
            value = self.followed(node)
            found = None if value is None else self.words(value, depth + 1)
            if found is None or self.is_changed(node):
                return None
            here = self.span(node)
            return [
                Word(None if one.value is None else elsewhere(one.value, here), here, Alone(), 0)
                for one in found
            ]
        if isinstance(node, ast.Call) and dotted(node.func) in ("list", "tuple") and node.args:
            return self.words(node.args[0], depth + 1)
        return None

    def _items(self, node: ast.List | ast.Tuple, depth: int) -> list[Word]:
        spans = [self.span(one) for one in node.elts]
        writer = PythonList(node, spans, self.text)
        words: list[Word] = []
        for index, (item, span) in enumerate(zip(node.elts, spans, strict=True)):
            if isinstance(item, ast.Starred):
                words += self.words(item.value, depth + 1) or [self.more(item)]
                continue
            value = self.string(item, depth + 1)
            if value is None:
                value = Value((Piece(None, span.start, span.end),), span)
            words.append(Word(value, span, writer, index))
        return words

    def more(self, node: ast.expr) -> Word:
        """Return any number of words, in the place of an expression."""
        return Word(None, self.span(node), Alone(), 0)

    def is_changed(self, name: ast.Name) -> bool:
        """Whether a list may be changed after it is bound: where it is more than read."""
        return not all(map(self._only_reads, self._names[name.id]))

    def _only_reads(self, name: ast.Name) -> bool:
        above = self.parents.get(name)
        if isinstance(above, ast.Attribute):
            return above.attr not in CHANGING
        if isinstance(above, ast.Subscript):
            return isinstance(above.ctx, ast.Load)
        return not isinstance(above, (ast.AugAssign, ast.Delete))


def elsewhere(value: Value, span: Span) -> Value:
    """Return a value that is written in another place, and not changed there."""
    pieces = tuple(Piece(one.texts, span.start, span.end) for one in value.pieces)
    return Value(pieces, span)


def dotted(node: ast.expr) -> str:
    """Return a name with dots, "" for anything else."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(names)]) if isinstance(node, ast.Name) else ""


def _texts(value: Value) -> list[str | None]:
    return _texts_of([None if one.texts is None else one.texts[0] for one in value.pieces])


def _texts_of(parts: list[str | None]) -> list[str | None]:
    """Return texts, those that stand side by side joined, and none that is empty."""
    found: list[str | None] = []
    for part in parts:
        if part is not None and found and found[-1] is not None:
            found[-1] += part
        elif part != "":
            found.append(part)
    return found


def _global_names(node: ast.AST) -> list[str]:
    return node.names if isinstance(node, (ast.Global, ast.Nonlocal)) else []


def _bound(scope: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield each name that a scope binds or changes, with the statement that does."""
    arguments = getattr(scope, "args", None)
    if isinstance(arguments, ast.arguments):
        for node in ast.walk(arguments):
            if isinstance(node, ast.arg):
                yield node.arg, node
    waiting: list[tuple[ast.AST, ast.AST]] = [(it, it) for it in ast.iter_child_nodes(scope)]
    while waiting:
        node, statement = waiting.pop()
        statement = node if isinstance(node, ast.stmt) else statement
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name, node
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id, statement
        for name in _global_names(node):
            yield name, node
        if isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0], node
        if isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name, node
        inner = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.arguments))
        if not inner:
            waiting += [(it, statement) for it in ast.iter_child_nodes(node)]

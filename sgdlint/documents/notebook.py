"""Launches in Jupyter notebooks: `!sglang …` lines, and cells that a shell runs.

Source: IPython documentation, "System shell access" and "Cell magics"; nbformat 4. In a `!` line
`{name}` and `$name` are Python's: what they hold is not known. In `%%bash` cells they are the
shell's.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.documents.assemble import Script, Value, made
from sgdlint.documents.document import Document, Unread
from sgdlint.documents.json_tree import JsonError, parse
from sgdlint.documents.pieces import cut, with_gaps
from sgdlint.documents.region import ELSEWHERE, Granted, Place, Region
from sgdlint.documents.yaml_tree import List, Mapping, Scalar, at, items_of, text_of
from sgdlint.documents.yaml_values import value_of
from sgdlint.shell.values import Piece
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sgdlint.source import Source

REASON = "Python puts it in"
MOST_SCRIPTS = 500
"""Scripts of one file; further ones are not read."""
MOST_EXPORTS = 60
"""Variables that cells set and that are kept in mind."""
_SHELL_CELL = quick.compile(
    r"[ \t\n]*%%(?:bash|sh|!|script[ \t]+(?:\S*/)?(?:bash|sh))\b[^\n]*(?:\n|\Z)"
)
_OTHER_CELL = quick.compile(r"[ \t\n]*%%(?!time|timeit|capture|cache)\w")
_LINE = quick.compile(
    r"(?m)^[ \t]*(?:[\w, ]+=[ \t]*)?(?P<mark>!!?|%(?:system|sx)[ \t]+|%(?=pip[ \t]))"
    r"(?P<text>(?:[^\\\n]|\\(?:\n|.)|\\$)*)"
)
_ENVIRONMENT = quick.compile(r"(?m)^[ \t]*%(?:env|set_env)[ \t]+([A-Za-z_]\w*)[ \t=]")
_OF_PYTHON = quick.compile(
    r"\bos\.(?:environ\[|environ\.setdefault\(|putenv\()[ \t]*[\"']([A-Za-z_]\w*)[\"']"
)
_DIRECTIVE = quick.compile(r"(?m)^[ \t]*(#[ \t]*sgdlint[ \t]*:[^\n]*)")
_EXECUTABLE = quick.compile(r"\{sys\.executable\}|\$sys\.executable\b")
_GAP = quick.compile(r"\$?\{[^{}\n]*\}|\$\$?[A-Za-z_][\w.]*")


def read(source: Source) -> Document:
    """Read a notebook."""
    try:
        root, _ = parse(source.text)
    except JsonError as error:
        span = Span(error.offset, error.offset)
        return Document(unread=(Unread(span, f"not JSON: {error}"),))
    name = text_of(at(root, "metadata", "kernelspec", "language")) or text_of(
        at(root, "metadata", "language_info", "name")
    )
    found: list[Region] = []
    comments: list[Span] = []
    unread: list[Unread] = []
    set_before: dict[str, None] = {}
    sheets = [at(root, "cells"), *(at(one, "cells") for one in items_of(at(root, "worksheets")))]
    for cell in [one for sheet in sheets for one in items_of(sheet)]:
        if text_of(at(cell, "cell_type")) != "code" or not isinstance(cell, Mapping):
            continue
        value = _source(cell, source.text)
        for script in _scripts(value, in_shell=name in ("bash", "sh", "shellscript")):
            mentions = any("sglang" in text for one in script.pieces for text in one.texts or ())
            if mentions and len(found) < MOST_SCRIPTS:
                found.append(_region(script, set_before))
            elif mentions and not unread:
                unread.append(Unread(script.span, f"it has more than {MOST_SCRIPTS} launches"))
        comments += _comments(value)
        _note(value.text or "", set_before)
    return Document(tuple(found), tuple(comments), tuple(unread), is_page=True)


def _comments(value: Value) -> list[Span]:
    """Return where directives stand in a cell of Python, on lines of their own."""
    text = value.text or ""
    if "sgdlint" not in text or _OTHER_CELL.match(text) is not None:
        return []
    found = [cut(value.pieces, *match.span(1)) for match in _DIRECTIVE.finditer(text)]
    return [Span(one[0].start, one[-1].end) for one in found]


def python_cells(source: Source) -> Iterator[Value]:
    """Yield the cells that hold Python and mention SGLang; nothing of what is no notebook."""
    try:
        root, _ = parse(source.text)
    except JsonError:
        return
    for cell in items_of(at(root, "cells")):
        if text_of(at(cell, "cell_type")) != "code" or not isinstance(cell, Mapping):
            continue
        value = _source(cell, source.text)
        text = value.text or ""
        if "sglang" in text and not (_SHELL_CELL.match(text) or _OTHER_CELL.match(text)):
            yield value


def _source(cell: Mapping, source: str) -> Value:
    """Return the text of a cell: one string, or one for each line."""
    node = cell.get("source") or cell.get("input")
    nodes = node.items if isinstance(node, List) else [node]
    values = [value_of(one, source) for one in nodes if isinstance(one, Scalar)]
    pieces = tuple(piece for value in values for piece in value.pieces)
    places = tuple(place for value in values for place in value.places)
    span = Span(values[0].span.start, values[-1].span.end) if values else Span(0, 0)
    return Value(pieces, span, places)


def _scripts(value: Value, in_shell: bool) -> Iterator[Value]:
    """Yield what a cell gives to a shell; what Python puts in is not known."""
    text = value.text or ""
    if "sglang" not in text:
        return
    head = _SHELL_CELL.match(text)
    if head is not None or in_shell:
        start = head.end() if head is not None else 0
        yield _part(value, cut(value.pieces, start, len(text)))
        return
    if _OTHER_CELL.match(text) is not None:
        return
    for match in _LINE.finditer(text):
        pieces = cut(value.pieces, *match.span("text"))
        yield _part(value, list(with_gaps(_with_python(pieces), _GAP)))


def _part(value: Value, pieces: list[Piece]) -> Value:
    start = min((one.start for one in pieces), default=value.span.start)
    end = max((one.end for one in pieces), default=value.span.end)
    places = [
        Place(Span(max(start, one.span.start), min(end, one.span.end)), one.encode)
        for one in value.places
        if one.span.start < end and start < one.span.end
    ]
    return Value(tuple(pieces), Span(start, end), tuple(places))


def _with_python(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield pieces in which the interpreter that runs the notebook is `python`."""
    for piece in pieces:
        text = piece.texts[0] if piece.texts else ""
        done = 0
        for match in _EXECUTABLE.finditer(text):
            yield from cut([piece], done, match.start())
            for one in cut([piece], *match.span()):
                yield Piece(("python",), one.start, one.end)
            done = match.end()
        yield from cut([piece], done, len(text))


def _region(value: Value, set_before: Iterable[str]) -> Region:
    script = Script()
    for name in set_before:
        script.add(made(f"export {name}='"), Piece(None, -1, -1), made("'\n"))
    script.typed(value)
    return script.region(value.span, Granted(runs=ELSEWHERE), REASON)


def _note(text: str, set_before: dict[str, None]) -> None:
    """Note the variables that a cell sets for those after it."""
    for pattern in (_ENVIRONMENT, _OF_PYTHON):
        for name in pattern.findall(text):
            if len(set_before) < MOST_EXPORTS:
                set_before[name] = None

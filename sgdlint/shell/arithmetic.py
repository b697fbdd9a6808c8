"""The values of arithmetic: `$(( … ))`, `(( … ))`, `let`, subscripts and slices.

A value is the tuple of the numbers that it may be, or None when nothing is known of it. What an
expression assigns is carried out. A value that is not known may be no number, which is an error: so
nothing is known of an expression that reads one. Assumed: what follows an error on its line runs.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.shell import tree
from sgdlint.shell.evaluator import NUMBER, RUN, Evaluator
from sgdlint.shell.operators import CannotError, FailedError, bounded
from sgdlint.shell.values import Piece, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.shell.expand import Expander
    from sgdlint.shell.operators import Value


def expansion(node: tree.ArithmeticExpansion | tree.ArithmeticCommand, expander: Expander) -> Value:
    """Return the value of `$(( … ))` or `(( … ))`; raises FailedError when it is an error."""
    opening = 3 if expander.origin.text.startswith("$((", node.start) else 2
    word = _with_parts(node.text, node.start + opening, node.parts, expander)
    return of_word(word, node, expander)


def default(node: tree.ArithmeticExpansion, expander: Expander) -> str | None:
    """Return what an expansion gives when nothing outside the script sets its variables.

    Only for one whose value is not known; the script is left as it is.
    """
    if _assigns(node.text) or not all(isinstance(part, tree.Parameter) for part in node.parts):
        return None
    word = _with_parts(node.text, node.start + 3, node.parts, expander)
    try:
        value = Evaluator(word.default or "(", node, expander, RUN, None, True).value()
    except (CannotError, FailedError):
        return None
    return str(value[0]) if value is not None and len(value) == 1 else None


def written(text: str, node: tree.Node, expander: Expander) -> Value:
    """Return the value of an expression from its source, as in `for (( … ))`."""
    if not any(character in text for character in "$`\"'\\"):
        return of_text(text, node, expander)
    root, inner = expander.reread(f"$(({text}))")
    part = root.parts[0] if root is not None and len(root.parts) == 1 else None
    if not isinstance(part, tree.ArithmeticExpansion):
        expander.change(text)
        return None
    return expansion(part, inner)


def clauses(node: tree.ArithmeticFor) -> list[str] | None:
    """Return the three expressions of `for ((…; …; …))`; None when they cannot be told apart."""
    parts = node.text.split(";")
    return parts if len(parts) == 3 and not any(one in node.text for one in "'\"`({") else None


def of_tree(word: tree.Word, expander: Expander) -> Value:
    """Return the value of a word that is an expression, as a subscript is."""
    source = expander.origin.text[word.start : word.end]
    parts = [part for part in word.parts if not isinstance(part, tree.Literal | tree.Glob)]
    return of_word(_with_parts(source, word.start, parts, expander), word, expander)


def of_word(word: Word, node: tree.Node, expander: Expander) -> Value:
    """Return the value of an expression whose text was expanded."""
    texts = word.texts
    if texts is not None and len(texts) == 1:
        return of_text(texts[0], node, expander)
    for piece in word.pieces:
        for text in piece.texts or ():
            expander.change(text)
    if texts is None or any(_assigns(text) for text in texts):
        return None
    values = [of_text(text, node, expander) for text in texts]
    return bounded([number for value in values for number in value or ()]) if all(values) else None


def of_text(text: str, node: tree.Node, expander: Expander) -> Value:
    """Return the value of an expression, and carry out what it assigns; raises FailedError."""
    if quick.fullmatch(NUMBER, text):
        return (int(text),)
    try:
        return Evaluator(text, node, expander, RUN).value()
    except CannotError:
        expander.change(text)
        return None


def _with_parts(text: str, start: int, parts: Sequence[tree.Node], expander: Expander) -> Word:
    """Return the source of an expression with its expansions in place."""
    pieces: list[Piece] = []
    at = 0
    for part in parts:
        pieces += _plain(text[at : part.start - start], expander)
        inside = expander.value(tree.Word(part.start, part.end, (part,)), True)
        pieces += inside.pieces
        at = part.end - start
    pieces += _plain(text[at:], expander)
    return Word(start, start + len(text), tuple(pieces))


def _plain(text: str, expander: Expander) -> list[Piece]:
    stand_in = expander.origin.stand_in
    odd = any(character in text for character in "$`\"'\\") or (stand_in and stand_in in text)
    return [Piece(None if odd else (text,), -1, -1)] if text else []


def _assigns(text: str) -> bool:
    return "=" in text or "++" in text or "--" in text

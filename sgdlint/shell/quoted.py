"""Words of text, quotes and plain variables, such as `"$OUT"/log`: their parts.

They have no commands inside, so that their text says all; `tree.Word` keeps it and asks here.
"""

from __future__ import annotations

from sgdlint.shell import escapes, patterns, tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Piece = Callable[[str, int, int, int], tree.Node]


def parts_of(text: str, start: int) -> tuple[tree.Node, ...]:
    """Return the parts of a word that stands at `start`."""
    if text[:2] == '"$' and text[2:-1].isidentifier() and text.isascii():  # most of them
        only = tree.Parameter(start + 1, start + len(text) - 1, text[2:-1])
        return (tree.DoubleQuoted(start, start + len(text), (only,)),)
    return tuple(
        [
            PIECES[found.lastgroup or ""](text, *found.span(), start)
            for found in patterns.QUOTED_PIECE.finditer(text)
        ]
    )


def lines(text: str) -> str:
    r"""Return text with the line ends that bash would see in a script with `\n`."""
    return text.replace("\r\n", "\n") if "\r" in text else text


# Each makes the node of text[start:end], a stretch of a text that stands at `at`.


def _plain(text: str, start: int, end: int, at: int) -> tree.Node:
    return tree.Literal(at + start, at + end, lines(escapes.plain(text[start:end])))


def _quoted_text(text: str, start: int, end: int, at: int) -> tree.Node:
    return tree.Literal(at + start, at + end, lines(escapes.quoted(text[start:end])))


def _single(text: str, start: int, end: int, at: int) -> tree.Node:
    return tree.SingleQuoted(at + start, at + end, lines(text[start + 1 : end - 1]))


def _string(text: str, start: int, end: int, at: int) -> tree.Node:
    translated = text[start] == "$"
    first = start + 1 + translated
    parts = (_quoted_text(text, first, end - 1, at),) if first < end - 1 else ()
    return tree.DoubleQuoted(at + start, at + end, parts, translated)


def _quotes(text: str, start: int, end: int, at: int) -> tree.Node:
    parts = [
        PIECES[found.lastgroup or ""](text, *found.span(), at)
        for found in patterns.IN_QUOTES.finditer(text, start + 1, end - 1)
    ]
    return tree.DoubleQuoted(at + start, at + end, tuple(parts))


def _variable(text: str, start: int, end: int, at: int) -> tree.Node:
    braces = text[start + 1] == "{"
    name = text[start + 2 : end - 1] if braces else text[start + 1 : end]
    return tree.Parameter(at + start, at + end, name, "", None, "", (), braces)


PIECES: dict[str, Piece] = {
    "TEXT": _plain,
    "QUOTED_TEXT": _quoted_text,
    "SINGLE": _single,
    "STRING": _string,
    "QUOTES": _quotes,
    "VARIABLE": _variable,
}
"""How a stretch of text becomes a node, by the kind of its token."""

"""Tokens that are nodes of the tree by themselves."""

from __future__ import annotations

from sgdlint.shell import escapes, tree
from sgdlint.shell.quoted import PIECES, lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.shell.builder import Builder, Maker
    from sgdlint.shell.quoted import Piece


def plain_word(b: Builder, token: int) -> tree.Word:
    """Make a word of one plain literal."""
    text = b.text[b.starts[token] : b.ends[token]]
    return tree.Word(b.starts[token], tree.PLAIN, b.texts.get(text) or b.shared(text))


def _quoted_word(b: Builder, token: int) -> tree.Word:
    """Make a word of text, quotes and plain variables."""
    text = b.text[b.starts[token] : b.ends[token]]
    return tree.Word(b.starts[token], tree.QUOTED, b.texts.get(text) or b.shared(text))


def _arithmetic_text(b: Builder, token: int) -> tree.Node:
    return tree.Literal(b.starts[token], b.ends[token], b.source(token))


def _ansi(b: Builder, token: int) -> tree.Node:
    text = escapes.ansi(lines(b.source(token)[2:-1]))
    return tree.AnsiQuoted(b.starts[token], b.ends[token], text)


def _glob(b: Builder, token: int) -> tree.Node:
    return tree.Glob(b.starts[token], b.ends[token], b.source(token))


def _tilde(b: Builder, token: int) -> tree.Node:
    return tree.Tilde(b.starts[token], b.ends[token], b.source(token))


def _range(b: Builder, token: int) -> tree.Node:
    return tree.BraceExpansion(b.starts[token], b.ends[token], b.source(token))


def _backticks(b: Builder, token: int) -> tree.Node:
    start, end = b.starts[token] + 1, b.ends[token] - 1
    unescaped = escapes.backticks(b.text[start:end], b.kinds[token] == "QUOTED_BACKTICK")
    if unescaped is None:
        inside = b.region(b.text, start, end)
    else:
        text, places = unescaped
        from sgdlint.shell.continuations import moved

        inside = moved(b.region(text, 0, len(text)), [start + place for place in places])
    b.nested.append(inside)
    return tree.CommandSubstitution(start - 1, end + 1, inside.statements, backticks=True)


def _of_text(make: Piece) -> Maker:
    """Return what makes a node of a token as `make` does of a stretch of text."""
    return lambda b, token: make(b.text, b.starts[token], b.ends[token], 0)


MAKERS: dict[str, Maker] = {
    **{kind: _of_text(make) for kind, make in PIECES.items()},
    "WORD": plain_word,
    "QUOTED": _quoted_word,
    "ARITH_TEXT": _arithmetic_text,
    "ANSI": _ansi,
    "GLOB": _glob,
    "TILDE": _tilde,
    "RANGE": _range,
    "BACKTICK": _backticks,
    "QUOTED_BACKTICK": _backticks,
}

"""Tokens that are nodes of the tree by themselves."""

from __future__ import annotations

from sgdlint.shell import escapes, tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.shell.builder import Builder, Maker


def plain_word(b: Builder, token: int) -> tree.Word:
    """Make a word of one plain literal."""
    start, end = b.starts[token], b.ends[token]
    return tree.Word(start, end, (tree.Literal(start, end, b.text[start:end]),))


def _text(b: Builder, token: int) -> tree.Node:
    text = escapes.plain(b.source(token))
    return tree.Literal(b.starts[token], b.ends[token], b.lines(text))


def _quoted_text(b: Builder, token: int) -> tree.Node:
    text = escapes.quoted(b.source(token))
    return tree.Literal(b.starts[token], b.ends[token], b.lines(text))


def _arithmetic_text(b: Builder, token: int) -> tree.Node:
    return tree.Literal(b.starts[token], b.ends[token], b.source(token))


def _single(b: Builder, token: int) -> tree.Node:
    return tree.SingleQuoted(b.starts[token], b.ends[token], b.lines(b.source(token)[1:-1]))


def _ansi(b: Builder, token: int) -> tree.Node:
    text = escapes.ansi(b.lines(b.source(token)[2:-1]))
    return tree.AnsiQuoted(b.starts[token], b.ends[token], text)


def _string(b: Builder, token: int) -> tree.Node:
    start, end = b.starts[token], b.ends[token]
    translated = b.text[start] == "$"
    first = start + 1 + translated
    text = b.lines(escapes.quoted(b.text[first : end - 1]))
    parts = (tree.Literal(first, end - 1, text),) if first < end - 1 else ()
    return tree.DoubleQuoted(start, end, parts, translated)


def _variable(b: Builder, token: int) -> tree.Node:
    source = b.source(token)
    braces = source[1] == "{"
    name = source[2:-1] if braces else source[1:]
    return tree.Parameter(b.starts[token], b.ends[token], name, braces=braces)


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


MAKERS: dict[str, Maker] = {
    "WORD": plain_word,
    "TEXT": _text,
    "QUOTED_TEXT": _quoted_text,
    "ARITH_TEXT": _arithmetic_text,
    "SINGLE": _single,
    "ANSI": _ansi,
    "STRING": _string,
    "VARIABLE": _variable,
    "GLOB": _glob,
    "TILDE": _tilde,
    "RANGE": _range,
    "BACKTICK": _backticks,
    "QUOTED_BACKTICK": _backticks,
}

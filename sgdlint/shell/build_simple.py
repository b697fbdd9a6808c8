"""The actions of the grammar for simple commands: assignments, words and redirections."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.shell import escapes, tree
from sgdlint.shell.build_words import word_of
from sgdlint.shell.builder import Draft
from sgdlint.shell.quoted import lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sgdlint.shell.builder import Action, Builder


def _simple_first(b: Builder, values: list[Any]) -> Draft:
    node = values[0]
    draft = Draft(node.start)
    if isinstance(node, tree.Word):
        draft.words.append(node)
    elif isinstance(node, tree.Assignment):
        draft.assignments.append(node)
    else:
        draft.redirects.append(node)
    draft.last = node
    return draft


def _simple_word(b: Builder, values: list[Any]) -> Draft:
    draft: Draft = values[0]
    draft.words.append(values[1])
    draft.last = values[1]
    return draft


def _simple_assignment(b: Builder, values: list[Any]) -> Draft:
    draft: Draft = values[0]
    (draft.words or draft.assignments).append(values[1])
    draft.last = values[1]
    return draft


def _simple_redirect(b: Builder, values: list[Any]) -> Draft:
    draft: Draft = values[0]
    draft.redirects.append(values[1])
    draft.last = values[1]
    return draft


def simple_command(b: Builder, values: list[Any]) -> tree.Simple:
    """Make a simple command of its draft."""
    draft = values[0]
    return tree.Simple(
        draft.start,
        draft.last.end,
        tuple(draft.assignments),
        tuple(draft.words),
        tuple(draft.redirects),
    )


def _assignment(b: Builder, values: list[Any]) -> tree.Assignment:
    start, end = b.starts[values[0]], b.ends[values[0]]
    name = b.text[start : end - 1]
    value = values[1] if len(values) > 1 else None
    if value is not None:
        end = value.end
    append = name[-1] == "+"
    return tree.Assignment(start, end, b.shared(name.rstrip("+")), value, append)


def _assignment_at(b: Builder, values: list[Any]) -> tree.Assignment:
    opening, subscript, equals = values[:3]
    value = values[3] if len(values) > 3 else None
    return tree.Assignment(
        b.starts[opening],
        b.ends[equals] if value is None else value.end,
        b.source(opening)[:-1],
        value,
        append="+" in b.source(equals),
        subscript=word_of(subscript, b.ends[opening]),
    )


def _array(b: Builder, values: list[Any]) -> tree.Array:
    return tree.Array(b.starts[values[0]], b.ends[values[2]], tuple(values[1]))


def _element(b: Builder, values: list[Any]) -> tree.ArrayElement:
    word = values[0]
    return tree.ArrayElement(word.start, word.end, word)


def _element_at(b: Builder, values: list[Any]) -> tree.ArrayElement:
    opening, subscript, equals = values[:3]
    value = values[3] if len(values) > 3 else tree.Word(b.ends[equals], b.ends[equals], ())
    return tree.ArrayElement(
        b.starts[opening],
        value.end,
        value,
        word_of(subscript, b.ends[opening]),
        append="+" in b.source(equals),
    )


def _redirect(b: Builder, values: list[Any], body: tree.Word | None = None) -> tree.Redirect:
    source = b.source(values[0])
    operator = source.lstrip("0123456789")
    if operator[0] == "{":
        operator = operator[operator.index("}") + 1 :]
    target = values[1]
    descriptor = source[: len(source) - len(operator)]
    return tree.Redirect(b.starts[values[0]], target.end, operator, target, descriptor, body)


def _heredoc(b: Builder, values: list[Any]) -> tree.Redirect:
    operator, target, opening, parts, closing = values
    strip = b.source(operator).endswith("-")
    quoted = (
        any(b.text[part.start] in "'\"$\\" for part in target.parts)
        or "\\" in (b.text[target.start : target.end])
    )
    nodes = tuple(_heredoc_part(b, part, strip, quoted) for part in parts)
    body = tree.Word(b.starts[opening], b.starts[closing], nodes)
    return _redirect(b, [operator, target], body)


def _heredoc_part(b: Builder, part: tree.Node, strip: bool, quoted: bool) -> tree.Node:
    """Return a part of a body; in its text fewer backslashes mean something than in quotes."""
    if not isinstance(part, tree.Literal):
        return part
    text = b.text[part.start : part.end]
    if strip:
        first = part.start == 0 or b.text[part.start - 1] == "\n"
        text = quick.sub(r"(?m)^\t+", "", text) if first else quick.sub(r"\n\t+", "\n", text)
    if not quoted:
        text = escapes.heredoc(text)
    return tree.Literal(part.start, part.end, lines(text))


ACTIONS: dict[str, Action] = {
    "array": _array,
    "assignment": _assignment,
    "assignment_at": _assignment_at,
    "element": _element,
    "element_at": _element_at,
    "heredoc": _heredoc,
    "redirect": _redirect,
    "simple_assignment": _simple_assignment,
    "simple_command": simple_command,
    "simple_first": _simple_first,
    "simple_redirect": _simple_redirect,
    "simple_word": _simple_word,
}

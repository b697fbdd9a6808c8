"""The actions of the grammar for words and what stands in them."""

from __future__ import annotations

from sgdlint.shell import tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sgdlint.shell.builder import Action, Builder


def _word(b: Builder, values: list[Any]) -> tree.Word:
    parts = _joined(values[1])
    return tree.Word(parts[0].start, parts[-1].end, parts)


def word_of(parts: list[Any], start: int) -> tree.Word:
    """Return parts as a word that begins at `start` even when it is empty."""
    if not parts:
        return tree.Word(start, start, ())
    return tree.Word(parts[0].start, parts[-1].end, _joined(parts))


def _joined(parts: list[Any]) -> tuple[Any, ...]:
    """Return parts with literals that stand side by side made one."""
    for at in range(len(parts) - 1, 0, -1):
        left, right = parts[at - 1], parts[at]
        if type(left) is type(right) is tree.Literal and left.end == right.start:
            parts[at - 1] = tree.Literal(left.start, right.end, left.text + right.text)
            del parts[at]
    return tuple(parts)


def _double_quoted(b: Builder, values: list[Any]) -> tree.Node:
    opening, parts, closing = values
    translated = b.text[b.starts[opening]] == "$"
    return tree.DoubleQuoted(b.starts[opening], b.ends[closing], _joined(parts), translated)


def _brace(b: Builder, values: list[Any]) -> tree.Node:
    start, end = b.starts[values[0]], b.ends[values[2]]
    return tree.BraceExpansion(start, end, b.text[start:end], tuple(values[1]))


def _items_first(b: Builder, values: list[Any]) -> list[tree.Word]:
    left, comma, right = values
    first = left[0].start if left else b.starts[comma]
    return [word_of(left, first), word_of(right, b.ends[comma])]


def _items_add(b: Builder, values: list[Any]) -> Any:
    values[0].append(word_of(values[2], b.ends[values[1]]))
    return values[0]


def _substitution(b: Builder, values: list[Any]) -> tree.Node:
    start, end = b.starts[values[0]], b.ends[values[2]]
    body = tuple(values[1] or ())
    if b.text[start] == "$":
        return tree.CommandSubstitution(start, end, body)
    return tree.ProcessSubstitution(start, end, b.text[start], body)


def _arithmetic(b: Builder, values: list[Any]) -> tree.Node:
    start, end, text, parts = arithmetic_of(b, values)
    return tree.ArithmeticExpansion(start, end, text, parts)


def arithmetic_of(b: Builder, values: list[Any]) -> tuple[int, int, str, tuple[Any, ...]]:
    """Return the span of an arithmetic construct, its source inside, and its expansions."""
    opening, parts, closing = values
    text = b.text[b.ends[opening] : b.starts[closing]]
    expansions = tuple(part for part in parts if type(part) is not tree.Literal)
    return b.starts[opening], b.ends[closing], text, expansions


def _parameter(b: Builder, values: list[Any]) -> tree.Node:
    return _parameter_node(b, values, None, None)


def _parameter_at(b: Builder, values: list[Any]) -> tree.Node:
    return _parameter_node(b, values, values[1], None)


def _parameter_operation(b: Builder, values: list[Any]) -> tree.Node:
    return _parameter_node(b, values, None, values[1])


def _parameter_at_operation(b: Builder, values: list[Any]) -> tree.Node:
    return _parameter_node(b, values, values[1], values[2])


def _parameter_node(
    b: Builder,
    values: list[Any],
    subscript: tree.Word | None,
    operation: tuple[str, list[tree.Word]] | None,
) -> tree.Node:
    """Return a `${…}`; a form that bash does not know has no name."""
    name = b.source(values[0])[2:]
    prefix = name[0] if len(name) > 1 and name[0] in "#!" else ""
    operator, arguments = operation or ("", [])
    if operation and not operator:
        prefix = name = ""
    if operator == "*" or (operator == "@" and not arguments[0].parts):
        arguments = []
    return tree.Parameter(
        b.starts[values[0]],
        b.ends[values[-1]],
        name[len(prefix) :],
        prefix,
        subscript,
        operator,
        tuple(arguments),
        braces=True,
    )


def _subscript(b: Builder, values: list[Any]) -> tree.Word:
    return word_of(values[1], b.ends[values[0]])


def _operation(b: Builder, values: list[Any]) -> tuple[str, list[tree.Word]]:
    return b.source(values[0]), [word_of(values[1], b.ends[values[0]])]


def _operation_add(b: Builder, values: list[Any]) -> Any:
    values[0][1].append(word_of(values[2], b.ends[values[1]]))
    return values[0]


ACTIONS: dict[str, Action] = {
    "arithmetic": _arithmetic,
    "brace": _brace,
    "double_quoted": _double_quoted,
    "items_add": _items_add,
    "items_first": _items_first,
    "operation": _operation,
    "operation_add": _operation_add,
    "parameter": _parameter,
    "parameter_at": _parameter_at,
    "parameter_at_operation": _parameter_at_operation,
    "parameter_operation": _parameter_operation,
    "subscript": _subscript,
    "substitution": _substitution,
    "word": _word,
}

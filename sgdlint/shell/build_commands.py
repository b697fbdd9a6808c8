"""The actions of the grammar for lists, pipelines, compound commands and `[[ … ]]`."""

from __future__ import annotations

from sgdlint.record import replace
from sgdlint.shell import tree
from sgdlint.shell.build_simple import simple_command
from sgdlint.shell.build_tokens import plain_word
from sgdlint.shell.build_words import arithmetic_of
from sgdlint.shell.builder import Head

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sgdlint.shell.builder import Action, Builder

MOST_JOINED = 200
"""A longer chain of `&&` and `||` would make a tree too deep to walk."""

ENDING = frozenset(["NEWLINE", "SEMI", "$END"])
"""What may follow a lone `!` or `time`."""

# --- lists ---------------------------------------------------------------------------------------


def _nothing(b: Builder, values: list[Any]) -> None:
    return None


def _none(b: Builder, values: list[Any]) -> list[Any]:
    return []


def _first(b: Builder, values: list[Any]) -> Any:
    return values[0]


def _append(b: Builder, values: list[Any]) -> Any:
    values[0].append(values[1])
    return values[0]


def _statement_first(b: Builder, values: list[Any]) -> list[tree.Node]:
    return [_ended(b, values)]


def _statement_add(b: Builder, values: list[Any]) -> Any:
    values[0].append(_ended(b, values))
    return values[0]


def _ended(b: Builder, values: list[Any]) -> Any:
    """Return a statement, in the background if `&` ends it."""
    node = values[1]
    if len(values) > 2 and b.kinds[values[2]] == "AMP":
        return tree.Background(node.start, b.ends[values[2]], node)
    return node


def _and_or(b: Builder, values: list[Any]) -> tree.Node:
    left, operator, _, right = values
    length = b.joined.get(left.start, 1) + 1
    b.joined[left.start] = length
    if length > MOST_JOINED:
        b.complain(operator, f"more than {MOST_JOINED} commands are joined here")
        b.joined[left.start] = 1
        left = right
    return tree.AndOr(left.start, right.end, left, b.source(operator), right)


def _pipeline(b: Builder, values: list[Any]) -> Any:
    commands = values[0]
    return tree.Pipeline(commands[0].start, commands[-1].end, tuple(commands))


def _as_pipeline(b: Builder, values: list[Any]) -> tree.Pipeline:
    """Return what follows `!` or `time` as a pipeline that begins with that word."""
    start, end = b.starts[values[0]], b.ends[values[0]]
    if len(values) == 1:
        following = values[0] + 1
        if following < len(b.kinds) and b.kinds[following] not in ENDING:
            b.complain(following, f"found `{b.source(following)}`, expected a command")
        return tree.Pipeline(start, end, ())
    node = values[1]
    if not isinstance(node, tree.Pipeline):
        return tree.Pipeline(start, node.end, (node,))
    return tree.Pipeline(start, node.end, node.commands, node.negated, node.timed)


def _negated(b: Builder, values: list[Any]) -> tree.Node:
    node = _as_pipeline(b, values)
    return replace(node, negated=not node.negated)


def _timed(b: Builder, values: list[Any]) -> tree.Node:
    return replace(_as_pipeline(b, values), timed=True)


def _one(b: Builder, values: list[Any]) -> list[Any]:
    return [values[0]]


def _pipe_first(b: Builder, values: list[Any]) -> list[Any]:
    return [values[0], values[3]]


def _pipe_add(b: Builder, values: list[Any]) -> Any:
    values[0].append(values[3])
    return values[0]


# --- compound commands ---------------------------------------------------------------------------


def _redirected(b: Builder, values: list[Any]) -> Any:
    node, redirect = values
    return replace(node, end=redirect.end, redirects=(*node.redirects, redirect))


def _subshell(b: Builder, values: list[Any]) -> tree.Node:
    return tree.Subshell(b.starts[values[0]], b.ends[values[2]], tuple(values[1]))


def _group(b: Builder, values: list[Any]) -> tree.Node:
    return tree.Group(b.starts[values[0]], b.ends[values[2]], tuple(values[1]))


def _branch(b: Builder, values: list[Any]) -> tree.Branch:
    keyword, condition, then, body = values
    end = body[-1].end if body else b.ends[then]
    return tree.Branch(b.starts[keyword], end, tuple(condition), tuple(body))


def _if_head(b: Builder, values: list[Any]) -> Head:
    head = Head(b.starts[values[0]], "if")
    head.items.append(_branch(b, values))
    return head


def _elif(b: Builder, values: list[Any]) -> Head:
    head: Head = values[0]
    head.items.append(_branch(b, values[1:]))
    return head


def _if(b: Builder, values: list[Any]) -> tree.Node:
    head = values[0]
    otherwise = tuple(values[2]) if len(values) > 2 else None
    return tree.If(head.start, b.ends[values[-1]], tuple(head.items), otherwise)


def _loop(b: Builder, values: list[Any]) -> tree.Node:
    keyword, condition, _, body, done = values
    return tree.Loop(
        b.starts[keyword], b.ends[done], b.source(keyword), tuple(condition), tuple(body)
    )


def _for_name(b: Builder, values: list[Any]) -> Head:
    head = Head(b.starts[values[0]], b.source(values[0]))
    head.name = b.source(values[1])
    return head


def _for_head_in(b: Builder, values: list[Any]) -> Head:
    head: Head = values[0]
    head.words = values[3]
    return head


def _do_group(b: Builder, values: list[Any]) -> tuple[list[tree.Node], int]:
    return values[1], b.ends[values[2]]


def _for(b: Builder, values: list[Any]) -> tree.Node:
    head, (body, end) = values
    words = None if head.words is None else tuple(head.words)
    return tree.For(head.start, end, head.keyword, head.name, words, tuple(body))


def _for_arithmetic(b: Builder, values: list[Any]) -> tree.Node:
    text = b.text[b.ends[values[1]] : b.starts[values[3]]]
    plain = "".join(part.text for part in values[2] if type(part) is tree.Literal)
    if plain.count(";") != 2:
        b.complain(values[1], "`for ((…))` needs three expressions, with `;` between them")
    body, end = values[-1]
    return tree.ArithmeticFor(b.starts[values[0]], end, text, tuple(body))


def _case_head(b: Builder, values: list[Any]) -> Head:
    head = Head(b.starts[values[0]], "case")
    head.word = values[1]
    return head


def _case_arm(b: Builder, values: list[Any]) -> Head:
    head, arm, terminator, _ = values
    head.items.append(replace(arm, end=b.ends[terminator], terminator=b.source(terminator)))
    case: Head = head
    return case


def _case(b: Builder, values: list[Any]) -> tree.Node:
    head = values[0]
    if len(values) > 2:
        head.items.append(values[1])
    return tree.Case(head.start, b.ends[values[-1]], head.word, tuple(head.items))


def _arm(b: Builder, values: list[Any]) -> tree.Arm:
    (start, patterns), closing, body = values
    end = body[-1].end if body else b.ends[closing]
    return tree.Arm(start, end, tuple(patterns), tuple(body or ()), "")


def _pattern_first(b: Builder, values: list[Any]) -> tuple[int, list[tree.Word]]:
    start = values[0].start if len(values) == 1 else b.starts[values[0]]
    return start, [values[-1]]


def _pattern_add(b: Builder, values: list[Any]) -> Any:
    values[0][1].append(values[2])
    return values[0]


def _function(b: Builder, values: list[Any]) -> tree.Node:
    name, body = values[0], values[-1]
    return tree.Function(name.start, body.end, b.text[name.start : name.end], body)


def _function_keyword(b: Builder, values: list[Any]) -> tree.Node:
    name, body = values[1], values[-1]
    return tree.Function(b.starts[values[0]], body.end, b.text[name.start : name.end], body)


def _coprocess(b: Builder, values: list[Any]) -> tree.Node:
    name = b.source(values[1]) if len(values) > 2 else ""
    return tree.Coprocess(b.starts[values[0]], values[-1].end, name, values[-1])


def _coprocess_simple(b: Builder, values: list[Any]) -> tree.Node:
    return _coprocess(b, [values[0], simple_command(b, values[1:])])


def _arithmetic_command(b: Builder, values: list[Any]) -> tree.Node:
    start, end, text, parts = arithmetic_of(b, values)
    return tree.ArithmeticCommand(start, end, text, parts)


# --- [[ … ]] -------------------------------------------------------------------------------------


def _conditional(b: Builder, values: list[Any]) -> tree.Node:
    return tree.Conditional(b.starts[values[0]], b.ends[values[2]], tuple(values[1]))


def _condition_join(b: Builder, values: list[Any]) -> Any:
    values[0].append(plain_word(b, values[1]))
    values[0].extend(values[2])
    return values[0]


def _test_unary(b: Builder, values: list[Any]) -> list[tree.Word]:
    return [plain_word(b, values[0]), values[1]]


def _test_binary(b: Builder, values: list[Any]) -> list[tree.Word]:
    return [values[0], plain_word(b, values[1]), values[2]]


def _test_not(b: Builder, values: list[Any]) -> list[tree.Word]:
    return [plain_word(b, values[0]), *values[1]]


def _test_group(b: Builder, values: list[Any]) -> list[tree.Word]:
    return [plain_word(b, values[0]), *values[1], plain_word(b, values[2])]


ACTIONS: dict[str, Action] = {
    "and_or": _and_or,
    "append": _append,
    "arithmetic_command": _arithmetic_command,
    "arm": _arm,
    "case": _case,
    "case_arm": _case_arm,
    "case_head": _case_head,
    "condition_join": _condition_join,
    "conditional": _conditional,
    "coprocess": _coprocess,
    "coprocess_named": _coprocess,
    "coprocess_simple": _coprocess_simple,
    "do_group": _do_group,
    "elif": _elif,
    "empty_script": _none,
    "first": _first,
    "for": _for,
    "for_arithmetic": _for_arithmetic,
    "for_head": _first,
    "for_head_in": _for_head_in,
    "for_name": _for_name,
    "function": _function,
    "function_keyword": _function_keyword,
    "group": _group,
    "if": _if,
    "if_head": _if_head,
    "loop": _loop,
    "negated": _negated,
    "none": _none,
    "nothing": _nothing,
    "one": _one,
    "pattern_add": _pattern_add,
    "pattern_first": _pattern_first,
    "pipe_add": _pipe_add,
    "pipe_first": _pipe_first,
    "pipeline": _pipeline,
    "redirected": _redirected,
    "statement_add": _statement_add,
    "statement_first": _statement_first,
    "subshell": _subshell,
    "test_binary": _test_binary,
    "test_group": _test_group,
    "test_not": _test_not,
    "test_unary": _test_unary,
    "timed": _timed,
}

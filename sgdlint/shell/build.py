"""The actions of grammar/shell.lark: what the children of a rule become.

An action gets the builder and the values of the children. The value of a token is its number,
except of those in MAKERS, which are nodes already. Lists under construction are Python lists,
changed in place: each is on the parser's stack once.
"""

from __future__ import annotations

import re

from sgdlint.record import replace
from sgdlint.shell import escapes, tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sgdlint.shell.lexer import Lexer

    Action = Callable[["Builder", list[Any]], Any]
    Maker = Callable[["Builder", int], tree.Node]
    Region = Callable[[str, int, int], tree.Tree]

MOST_JOINED = 200
"""A longer chain of `&&` and `||` would make a tree too deep to walk."""


class Builder:
    """The tokens and the text that the actions read."""

    def __init__(self, lexer: Lexer, region: Region) -> None:
        self.text = lexer.text
        self.kinds = lexer.kinds
        self.starts = lexer.starts
        self.ends = lexer.ends
        self.region = region
        self.nested: list[tree.Tree] = []
        self.returns = "\r" in lexer.text
        self.joined: dict[int, int] = {}
        self.complaints: list[tree.SyntaxProblem] = []

    def source(self, token: int) -> str:
        """Return the text of a token."""
        return self.text[self.starts[token] : self.ends[token]]

    def complain(self, token: int, message: str) -> None:
        """Note a problem that the grammar cannot see, at a token."""
        self.complaints.append(tree.SyntaxProblem(self.starts[token], self.ends[token], message))

    def lines(self, text: str) -> str:
        r"""Return text with the line ends that bash would see in a script with `\\n`."""
        return text.replace("\r\n", "\n") if self.returns else text


class Draft:
    """A command under construction."""

    __slots__ = ("assignments", "end", "redirects", "start", "words")

    def __init__(self, start: int) -> None:
        self.start = start
        self.end = start
        self.assignments: list[tree.Assignment] = []
        self.words: list[Any] = []
        self.redirects: list[tree.Redirect] = []


class Head:
    """The part of `if`, `for` or `case` that has been read; `start` is where it begins."""

    __slots__ = ("items", "keyword", "name", "start", "word", "words")

    def __init__(self, start: int, keyword: str = "") -> None:
        self.start = start
        self.keyword = keyword
        self.name = ""
        self.word: Any = None
        self.words: list[tree.Word] | None = None
        self.items: list[Any] = []


# --- tokens that are nodes -----------------------------------------------------------------------


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
        inside = _moved(b.region(text, 0, len(text)), [start + place for place in places])
    b.nested.append(inside)
    return tree.CommandSubstitution(start - 1, end + 1, inside.statements, backticks=True)


def _moved(thing: Any, places: list[int]) -> Any:
    """Return a node with its offsets replaced by those in the text it was taken from."""
    if isinstance(thing, tuple):
        return tuple(_moved(item, places) for item in thing)
    if not isinstance(thing, tree.Node):
        return thing
    changes = {name: _moved(getattr(thing, name), places) for name in type(thing)._fields}  # type: ignore[attr-defined]
    changes["start"] = places[thing.start]
    changes["end"] = places[thing.end - 1] + 1 if thing.end > thing.start else changes["start"]
    return type(thing)(**changes)


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
    if len(commands) == 1:
        return commands[0]
    return tree.Pipeline(commands[0].start, commands[-1].end, tuple(commands))


def _as_pipeline(b: Builder, values: list[Any]) -> tree.Pipeline:
    """Return what follows `!` or `time` as a pipeline that begins with that word."""
    start, end = b.starts[values[0]], b.ends[values[0]]
    if len(values) == 1:
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


def _pipe_add(b: Builder, values: list[Any]) -> Any:
    values[0].append(values[3])
    return values[0]


# --- simple commands -----------------------------------------------------------------------------


def _simple_first(b: Builder, values: list[Any]) -> Draft:
    node = values[0]
    draft = Draft(node.start)
    if isinstance(node, tree.Word):
        draft.words.append(node)
    elif isinstance(node, tree.Assignment):
        draft.assignments.append(node)
    else:
        draft.redirects.append(node)
    draft.end = node.end
    return draft


def _simple_word(b: Builder, values: list[Any]) -> Draft:
    draft: Draft = values[0]
    draft.words.append(values[1])
    draft.end = values[1].end
    return draft


def _simple_assignment(b: Builder, values: list[Any]) -> Draft:
    draft: Draft = values[0]
    (draft.words or draft.assignments).append(values[1])
    draft.end = values[1].end
    return draft


def _simple_redirect(b: Builder, values: list[Any]) -> Draft:
    draft: Draft = values[0]
    draft.redirects.append(values[1])
    draft.end = values[1].end
    return draft


def _simple_command(b: Builder, values: list[Any]) -> tree.Simple:
    draft = values[0]
    return tree.Simple(
        draft.start,
        draft.end,
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
    return tree.Assignment(start, end, name.rstrip("+"), value, append=name[-1] == "+")


def _assignment_at(b: Builder, values: list[Any]) -> tree.Assignment:
    opening, subscript, equals = values[:3]
    value = values[3] if len(values) > 3 else None
    return tree.Assignment(
        b.starts[opening],
        b.ends[equals] if value is None else value.end,
        b.source(opening)[:-1],
        value,
        append="+" in b.source(equals),
        subscript=_word_of(subscript, b.ends[opening]),
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
        _word_of(subscript, b.ends[opening]),
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
        text = re.sub(r"(?m)^\t+", "", text) if first else re.sub(r"\n\t+", "\n", text)
    if not quoted:
        text = escapes.heredoc(text)
    return tree.Literal(part.start, part.end, b.lines(text))


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
    if text.count(";") != 2 and not any(type(part) is not tree.Literal for part in values[2]):
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
    return _coprocess(b, [values[0], _simple_command(b, values[1:])])


def _arithmetic_command(b: Builder, values: list[Any]) -> tree.Node:
    start, end, text, parts = _arithmetic_of(b, values)
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


# --- words ---------------------------------------------------------------------------------------


def _word(b: Builder, values: list[Any]) -> tree.Word:
    parts = _joined(values[1])
    return tree.Word(parts[0].start, parts[-1].end, parts)


def _word_of(parts: list[Any], start: int) -> tree.Word:
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
    return [_word_of(left, first), _word_of(right, b.ends[comma])]


def _items_add(b: Builder, values: list[Any]) -> Any:
    values[0].append(_word_of(values[2], b.ends[values[1]]))
    return values[0]


def _substitution(b: Builder, values: list[Any]) -> tree.Node:
    start, end = b.starts[values[0]], b.ends[values[2]]
    body = tuple(values[1] or ())
    if b.text[start] == "$":
        return tree.CommandSubstitution(start, end, body)
    return tree.ProcessSubstitution(start, end, b.text[start], body)


def _arithmetic(b: Builder, values: list[Any]) -> tree.Node:
    start, end, text, parts = _arithmetic_of(b, values)
    return tree.ArithmeticExpansion(start, end, text, parts)


def _arithmetic_of(b: Builder, values: list[Any]) -> tuple[int, int, str, tuple[Any, ...]]:
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
    return _word_of(values[1], b.ends[values[0]])


def _operation(b: Builder, values: list[Any]) -> tuple[str, list[tree.Word]]:
    return b.source(values[0]), [_word_of(values[1], b.ends[values[0]])]


def _operation_add(b: Builder, values: list[Any]) -> Any:
    values[0][1].append(_word_of(values[2], b.ends[values[1]]))
    return values[0]


ACTIONS: dict[str, Action] = {
    "and_or": _and_or,
    "append": _append,
    "arithmetic": _arithmetic,
    "arithmetic_command": _arithmetic_command,
    "arm": _arm,
    "array": _array,
    "assignment": _assignment,
    "assignment_at": _assignment_at,
    "brace": _brace,
    "case": _case,
    "case_arm": _case_arm,
    "case_head": _case_head,
    "condition_join": _condition_join,
    "conditional": _conditional,
    "coprocess": _coprocess,
    "coprocess_named": _coprocess,
    "coprocess_simple": _coprocess_simple,
    "do_group": _do_group,
    "double_quoted": _double_quoted,
    "element": _element,
    "element_at": _element_at,
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
    "heredoc": _heredoc,
    "if": _if,
    "if_head": _if_head,
    "items_add": _items_add,
    "items_first": _items_first,
    "loop": _loop,
    "negated": _negated,
    "none": _none,
    "nothing": _nothing,
    "one": _one,
    "operation": _operation,
    "operation_add": _operation_add,
    "parameter": _parameter,
    "parameter_at": _parameter_at,
    "parameter_at_operation": _parameter_at_operation,
    "parameter_operation": _parameter_operation,
    "pattern_add": _pattern_add,
    "pattern_first": _pattern_first,
    "pipe_add": _pipe_add,
    "pipeline": _pipeline,
    "redirect": _redirect,
    "redirected": _redirected,
    "simple_assignment": _simple_assignment,
    "simple_command": _simple_command,
    "simple_first": _simple_first,
    "simple_redirect": _simple_redirect,
    "simple_word": _simple_word,
    "statement_add": _statement_add,
    "statement_first": _statement_first,
    "subscript": _subscript,
    "subshell": _subshell,
    "substitution": _substitution,
    "test_binary": _test_binary,
    "test_group": _test_group,
    "test_not": _test_not,
    "test_unary": _test_unary,
    "timed": _timed,
    "word": _word,
}

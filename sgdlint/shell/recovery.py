"""What to say about a token that fits nowhere, and where to go on.

The parser's stack shows which blocks are open. A bad statement is dropped at the level where it
stands; what was already read inside it is kept when a block is only missing its end. After a first
problem, closing words that close nothing stay silent, because the problem may have hidden their
opening.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.shell.frame import MOST_STATES, TOO_DEEP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from sgdlint.shell.parser import Parser

# For a symbol on the stack that opens a block: how it is written, and what ends it.
BLOCKS: Final = {
    "IF": ("if", "fi"),
    "if_head": ("if", "fi"),
    "WHILE": ("while", "done"),
    "UNTIL": ("until", "done"),
    "FOR": ("for", "done"),
    "SELECT": ("select", "done"),
    "for_name": ("for", "done"),
    "for_head": ("for", "done"),
    "CASE": ("case", "esac"),
    "case_head": ("case", "esac"),
    "LBRACE": ("{", "}"),
    "LPAREN": ("(", ")"),
}
# The same inside words, where a newline ends nothing.
NESTED: Final = {
    "SUBST_OPEN": ("$(", ")"),
    "DQ_OPEN": ('"', '"'),
    "PARAM_OPEN": ("${", "}"),
    "SUB_OPEN": ("[", "]"),
    "ARITH_OPEN": ("$((", "))"),
    "ARITH_CMD": ("((", "))"),
    "ARRAY_OPEN": ("(", ")"),
    "COND_OPEN": ("[[", "]]"),
    "HEREDOC_OPEN": ("<<", ""),
}
CLOSES: Final = {
    "THEN": "fi",
    "ELIF": "fi",
    "ELSE": "fi",
    "FI": "fi",
    "DO": "done",
    "DONE": "done",
    "ESAC": "esac",
    "DSEMI": "esac",
    "SEMI_AMP": "esac",
    "DSEMI_AMP": "esac",
    "RBRACE": "}",
    "RPAREN": ")",
    "HEREDOC_CLOSE": "",
}
WANTED: Final = {
    "THEN": "`then`",
    "DO": "`do`",
    "IN": "`in`",
    "COND_CLOSE": "`]]`",
    "ARRAY_CLOSE": "`)`",
    "FI": "`fi`",
    "ESAC": "`esac`",
    "NAME": "a name",
    "RBRACE": "`}`",
    "RPAREN": "`)`",
    "COND_BINARY": "an operator such as `==`",
}
FOUND: Final = {"NEWLINE": "the end of the line", "$END": "the end of the file"}
OPENING: Final = r"[a-z]+|\$?\(\(?|\$?\{|[<>]\(|\$?\"|\[\[?|<<-?"
NEXT_ARM: Final = r"(?:;;&?|;&)(?:\s|#[^\n]*)*|^[ \t]*(?=esac\b)"


MOST_SHOWN: Final = 40
"""So many characters of a token stand in a message."""


class Block:
    """An open block: its place on the stack, and its opening and closing words."""

    def __init__(self, place: int, token: int, opening: str, closing: str, nested: bool) -> None:
        self.place = place
        self.start = token
        self.opening = opening
        self.closing = closing
        self.nested = nested


def recover(parser: Parser, token: int) -> int:
    """Report the token that fits nowhere; return the token to go on with, or -1 to read on."""
    lexer = parser.lexer
    kind, start, end = lexer.kinds[token], lexer.starts[token], lexer.ends[token]
    blocks = _blocks(parser)
    if kind == "ERROR":
        parser.report(start, end, lexer.errors[start])
        return _next_line(parser, start)
    if _too_deep(parser):
        parser.report(start, end, TOO_DEEP)
        _drop(parser, 1)
        return _next_line(parser, start)
    if parser.stuck == token:
        return _next_statement(parser, token, start)
    parser.stuck = token
    if kind == "$END" and blocks:
        return _unclosed(parser, blocks[-1], token)
    if kind in CLOSES:
        return _closer(parser, token, blocks)
    parser.report(start, end, _message(parser, kind, start, end))
    return _next_statement(parser, token, start)


def _too_deep(parser: Parser) -> bool:
    return len(parser.states) > MOST_STATES


def _blocks(parser: Parser) -> list[Block]:
    """Return the blocks that are open, the innermost last."""
    symbols, blocks = parser.tables.symbols, []
    for place in range(1, len(parser.states)):
        symbol = symbols[parser.states[place]]
        found = BLOCKS.get(symbol) or NESTED.get(symbol)
        if found and not _is_closed(parser, place):
            value = parser.values[place]
            start = parser.lexer.starts[value] if isinstance(value, int) else value.start
            opening = _written(parser, start) or found[0]
            blocks.append(Block(place, start, opening, found[1], symbol in NESTED))
    return blocks


def _is_closed(parser: Parser, place: int) -> bool:
    """Whether an opening on the stack is the first half of the `()` of a function."""
    following = parser.states[place + 1 : place + 2]
    return [parser.tables.symbols[state] for state in following] == ["RPAREN"]


def _written(parser: Parser, start: int) -> str:
    """Return the opening word that stands in the text at `start`."""
    found = quick.compile(OPENING).match(parser.lexer.text, start)
    return found.group() if found else ""


def _line(parser: Parser, position: int) -> int:
    return parser.lexer.text.count("\n", 0, position) + 1


def _closer(parser: Parser, token: int, blocks: list[Block]) -> int:
    """Go on after a word such as `fi` that does not belong where it stands."""
    lexer = parser.lexer
    kind, start, end = lexer.kinds[token], lexer.starts[token], lexer.ends[token]
    matching = [block for block in blocks if block.closing == CLOSES[kind]]
    word = lexer.text[start:end]
    if not matching:
        if not parser.problems:
            parser.report(start, end, f"`{word}` closes nothing that is open here")
        return _next_statement(parser, token, start)
    inner = blocks[-1]
    if inner is not matching[-1]:
        _report_unclosed(parser, inner, f", and here is `{word}` at line {_line(parser, start)}")
        outer = blocks[blocks.index(matching[-1]) + 1]
        if kind == "HEREDOC_CLOSE":
            return _next_statement(parser, token, start)
        if any(block.nested for block in blocks[blocks.index(outer) :]):
            return _next_line(parser, inner.start)
        _drop(parser, outer.place)
        return _again(parser, token)
    if _empty_body(parser):
        parser.report(start, end, f"found `{word}`, expected a command before it")
        return token
    if not _explained(parser, inner):
        parser.report(start, end, _message(parser, kind, start, end, inner))
    if kind in ("DSEMI", "SEMI_AMP", "DSEMI_AMP", "THEN", "DO"):
        return _next_statement(parser, token, start)
    _drop(parser, inner.place)
    return _next_statement(parser, token, start)


def _unclosed(parser: Parser, block: Block, token: int) -> int:
    """Go on after the end of the file came too early."""
    _report_unclosed(parser, block, "")
    if block.nested:
        return _next_line(parser, block.start)
    _drop(parser, 1)
    return token


def _report_unclosed(parser: Parser, block: Block, rest: str) -> None:
    if _explained(parser, block):
        return
    line = _line(parser, block.start)
    if block.opening == block.closing:
        message = f"this `{block.opening}` is never closed"
    else:
        message = f"`{block.opening}` at line {line} has no `{block.closing}`{rest}"
    parser.report(block.start, block.start + len(block.opening), message)


def _explained(parser: Parser, block: Block) -> bool:
    """Whether a problem inside a block may be why the rest of it does not fit."""
    return bool(parser.problems) and parser.problems[-1].start > block.start


def _message(parser: Parser, kind: str, start: int, end: int, block: Block | None = None) -> str:
    """Return what was found and what was expected."""
    found = FOUND.get(kind) or f"`{_shown(parser, start, end)}`"
    row = parser.tables.rows[parser.states[-1]]
    wanted = next((text for symbol, text in WANTED.items() if symbol in row), "")
    if block and wanted in ("`then`", "`do`"):
        line = _line(parser, block.start)
        return f"found {found}, but `{block.opening}` at line {line} has no {wanted}"
    if "AND_IF" in row or ("NEWLINE" in row and "end" in row):
        wanted = "the end of the command"
    elif "and_or" in row or "pipeline" in row or "command" in row:
        wanted = "a command"
    elif "compound" in row:
        wanted = "a body such as `{ …; }`"
    elif not wanted and "WORD" in row:
        wanted = "a word"
    return f"found {found}, expected {wanted or 'something else'}"


def _shown(parser: Parser, start: int, end: int) -> str:
    """Return a token as a message shows it: a long one shortened, an empty one's next character."""
    text, newline, _ = parser.lexer.text[start : max(end, start + 1)].partition("\n")
    longer = newline or len(text) > MOST_SHOWN
    return f"{text[:MOST_SHOWN]}…" if longer and text else text


# --- going on ------------------------------------------------------------------------------------


def _is_list(parser: Parser, place: int) -> bool:
    """Whether a statement may follow what stands at this place of the stack."""
    return "and_or" in parser.tables.rows[parser.states[place]]


def _drop(parser: Parser, place: int, salvage: bool = True) -> None:
    """Drop what stands on the stack from `place` on, but salvage the statements in it.

    They become statements of the innermost list that is left.
    """
    symbols, rows = parser.tables.symbols, parser.tables.rows
    keep = place - 1
    while keep > 0 and not _is_list(parser, keep):
        keep -= 1
    kept: list[Any] = []
    for at in range(keep + 1, len(parser.states) if salvage else 0):
        kept += _statements(symbols[parser.states[at]], parser.values[at])
    del parser.states[keep + 1 :], parser.values[keep + 1 :]
    if symbols[parser.states[-1]] == "newlines":
        parser.states.pop()
        parser.values.pop()
    if symbols[parser.states[-1]] == "statements":
        parser.values[-1].extend(kept)
    else:
        parser.states.append(rows[parser.states[-1]]["statements"])
        parser.values.append(kept)


def _statements(symbol: str, value: Any) -> list[Any]:
    """Return the statements in a value of the stack."""
    if symbol in ("statements", "body"):
        return list(value)
    if symbol == "if_head":
        return [node for branch in value.items for node in (*branch.condition, *branch.body)]
    if symbol == "case_head":
        return [node for arm in value.items for node in arm.body]
    return []


def _empty_body(parser: Parser) -> bool:
    """Let an empty list of statements pass; return whether there was one."""
    symbols = parser.tables.symbols
    if symbols[parser.states[-1]] != "newlines" or not _is_list(parser, len(parser.states) - 1):
        return False
    _drop(parser, len(parser.states))
    return True


def _outside_words(parser: Parser) -> int:
    """Return the place of the first entry of the stack that belongs to a word, or the end."""
    symbols = parser.tables.symbols
    for place in range(1, len(parser.states)):
        symbol = symbols[parser.states[place]]
        if symbol in NESTED or symbol in ("WORD_START", "ASSIGN", "ASSIGN_SUB"):
            return place
    return len(parser.states)


def _next_statement(parser: Parser, token: int, start: int) -> int:
    """Drop the statement and go on after its logical line."""
    lexer = parser.lexer
    if lexer.kinds[token] == "$END":
        _drop(parser, _outside_words(parser))
        return token
    if _next_arm(parser, start):
        return -1
    line_ended = lexer.kinds[-1] == "NEWLINE" and lexer.pos < lexer.end
    natural = lexer.kinds[-1] == "$END" and lexer.kinds[-2] != "ERROR" and len(lexer.stack) == 1
    if line_ended or natural:
        _drop(parser, _outside_words(parser))
        return _restart(parser, lexer.pos)
    return _next_line(parser, start)


def _next_arm(parser: Parser, start: int) -> bool:
    """After a mistake in a pattern, go on with the next arm of its `case`."""
    symbols = parser.tables.symbols
    place = _outside_words(parser) - 1
    while (
        place > 0 and not _is_list(parser, place) and symbols[parser.states[place]] != "case_head"
    ):
        place -= 1
    if symbols[parser.states[place]] != "case_head" or parser.last_arm_seen:
        return False
    found = quick.compile(NEXT_ARM, quick.MULTILINE).search(
        parser.lexer.text, start, parser.lexer.end
    )
    if found is None:
        parser.last_arm_seen = True
        return False
    del parser.states[place + 1 :], parser.values[place + 1 :]
    _restart(parser, found.end(), in_pattern=True)
    return True


def _next_line(parser: Parser, start: int) -> int:
    """Drop the statement and go on after the line in which `start` stands."""
    _drop(parser, _outside_words(parser), salvage=False)
    newline = parser.lexer.text.find("\n", start, parser.lexer.end)
    return _restart(parser, parser.lexer.end if newline < 0 else newline + 1)


def _again(parser: Parser, token: int) -> int:
    """Give a token to the parser again, and let the lexer go on after it."""
    lexer = parser.lexer
    start = lexer.starts[token]
    del lexer.kinds[token:], lexer.starts[token:], lexer.ends[token:]
    _restart(parser, start)
    return -1


def _restart(parser: Parser, position: int, in_pattern: bool = False) -> int:
    """Send the lexer to a position, in the blocks that the stack shows as open."""
    lexer = parser.lexer
    parser.budget -= max(lexer.pos - position, 0)
    if parser.budget < 0:
        position = lexer.end
    closers = {"LPAREN": ")", "case_head": "esac"}
    open_blocks = [
        symbol
        for place, symbol in enumerate(map(parser.tables.symbols.__getitem__, parser.states))
        if symbol in closers and not _is_closed(parser, place)
    ]
    lexer.comments = [span for span in lexer.comments if span[0] < position]
    lexer.restart(position, [closers[symbol] for symbol in open_blocks], in_pattern)
    return -1

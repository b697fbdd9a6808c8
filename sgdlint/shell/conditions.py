"""The mode of the lexer in `[[ … ]]`."""

from __future__ import annotations

from sgdlint.shell import modes, patterns
from sgdlint.shell.words import end_word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.shell.frame import Frame
    from sgdlint.shell.lexer import Lexer


TERM, OPERATOR, OPERAND, REGEX, PATTERN, DONE = range(6)
ONE_LINE = (OPERATOR, OPERAND, REGEX, PATTERN)
"""Where the line must not end: after a lone word, and after an operator that wants one."""
CONDITION_OPERATORS = {
    "&&": "COND_AND",
    "||": "COND_OR",
    "!": "COND_NOT",
    "(": "COND_LPAREN",
    ")": "COND_RPAREN",
}


def condition(lx: Lexer, frame: Frame) -> None:
    """Read one token of `[[ … ]]`."""
    pos = _blanks(lx) if frame.state in ONE_LINE else lx.skip()
    if pos >= lx.end:
        lx.pos, lx.more = lx.end, False
    elif lx.text[pos] == "\n":
        lx.add("NEWLINE", pos, pos + 1)
        frame.state = TERM
    elif frame.state in (TERM, OPERATOR, DONE):
        _condition_operator(lx, frame, pos)
    else:
        _operand(lx, frame, pos)


def _blanks(lx: Lexer) -> int:
    """Return where the next token, or the end of the line, stands."""
    found = patterns.BLANKS.match(lx.text, lx.pos, lx.end)
    end = found.end() if found else lx.pos
    return end + lx.text.startswith("\r\n", end, lx.end)


def _condition_operator(lx: Lexer, frame: Frame, pos: int) -> None:
    """Read an operator of `[[ … ]]`, or a word where there is none."""
    text, end = lx.text, lx.end
    found = patterns.COND_OPERATOR.match(text, pos, end)
    if found and found.group() == "]]":
        lx.add("COND_CLOSE", pos, found.end())
        lx.stack.pop()
    elif found and not (frame.state != TERM and found.group() == "!"):
        lx.add(CONDITION_OPERATORS[found.group()], pos, found.end())
        frame.state = DONE if found.group() == ")" else TERM
    elif frame.state == TERM and (unary := patterns.COND_UNARY.match(text, pos, end)):
        lx.add("COND_UNARY", pos, unary.end())
        frame.state = OPERAND
    elif frame.state != TERM and (binary := patterns.COND_BINARY.match(text, pos, end)):
        lx.add("COND_BINARY", pos, binary.end())
        frame.state = {"=~": REGEX, "==": PATTERN, "=": PATTERN, "!=": PATTERN}.get(
            binary.group(), OPERAND
        )
    else:
        _operand(lx, frame, pos)


def _operand(lx: Lexer, frame: Frame, pos: int) -> None:
    """Read a word of `[[ … ]]`."""
    state = frame.state
    frame.state = OPERATOR if state == TERM else DONE
    if state == REGEX:
        lx.add("WORD_START", pos, pos)
        lx.enter(modes.REGEX, _end_regex, quoted=False)
    elif plain := patterns.PLAIN.match(lx.text, pos, lx.end):
        lx.add("WORD", pos, plain.end())
    else:
        lx.begin_word(pos, modes.PATTERN)


def _end_regex(lx: Lexer, frame: Frame, pos: int) -> None:
    """Read a parenthesis in a regular expression, or end it."""
    character = lx.text[pos]
    if character == "(" or (character == ")" and frame.depth):
        frame.depth += 1 if character == "(" else -1
        lx.add("TEXT", pos, pos + 1)
        frame.mode = modes.REGEX_GROUP if frame.depth else modes.REGEX
    else:
        end_word(lx, frame, pos)

"""The shell lexer: text → tokens, one logical line at a time.

It keeps a stack of modes (`Frame`) and never asks the parser anything, so that the same tokens can
be fed to our driver and to Lark. A token is a kind with a start and an end; a plain word is one
WORD, any other word is an empty WORD_START followed by its parts. What stands between tokens is
blanks, comments, continuations, and newlines that mean nothing. The body of a here-document follows
its delimiter in the stream, where the grammar wants it; sorted by start, tokens and gaps are the
source.
"""

from __future__ import annotations

from sgdlint.shell import modes, patterns
from sgdlint.shell.assignments import assignment
from sgdlint.shell.expansions import open_arithmetic
from sgdlint.shell.frame import MOST_FRAMES, TOO_DEEP, Frame
from sgdlint.shell.words import end_word, parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

    from sgdlint.shell.frame import Finish, Pending

    Handler = Callable[["Lexer", Frame, int, int], bool]

# Where in a command we stand. Reserved words are seen in COMMAND and PIPED, assignments up to
# PREFIX and in DECLARATION.
COMMAND: Final = 0
PIPED: Final = 1  # after `|`, where `time` is an ordinary word
PREFIX: Final = 2
ARGUMENTS: Final = 3
DECLARATION: Final = 4  # arguments of `export` and its like
ARRAYS: Final = 5  # arguments of `eval`, where only `name=( … )` is an assignment
TARGET: Final = 6  # after a redirection operator
FOR_NAME: Final = 7
FOR_IN: Final = 8
CASE_WORD: Final = 9
CASE_IN: Final = 10
PATTERN: Final = 11
PATTERN_MORE: Final = 12  # after the first word of a pattern
FUNCTION: Final = 13

RESERVED = {
    "if": "IF",
    "then": "THEN",
    "elif": "ELIF",
    "else": "ELSE",
    "fi": "FI",
    "while": "WHILE",
    "until": "UNTIL",
    "do": "DO",
    "done": "DONE",
    "for": "FOR",
    "in": "IN",
    "select": "SELECT",
    "case": "CASE",
    "esac": "ESAC",
    "{": "LBRACE",
    "}": "RBRACE",
    "!": "BANG",
    "time": "TIME",
    "function": "FUNCTION",
    "coproc": "COPROC",
    "[[": "COND_OPEN",
    "]]": "COND_CLOSE",
}
OPERATORS = {
    ";": "SEMI",
    "&": "AMP",
    "&&": "AND_IF",
    "||": "OR_IF",
    "|": "PIPE",
    "|&": "PIPE_AMP",
    ";;": "DSEMI",
    ";&": "SEMI_AMP",
    ";;&": "DSEMI_AMP",
}
FIRST_WORDS = {
    "export": DECLARATION,
    "declare": DECLARATION,
    "local": DECLARATION,
    "readonly": DECLARATION,
    "typeset": DECLARATION,
    "eval": ARRAYS,
    "let": ARRAYS,
    "alias": ARRAYS,
}
AFTER_RESERVED = {"FOR": FOR_NAME, "SELECT": FOR_NAME, "FUNCTION": FUNCTION}
AFTER_WORD = {
    COMMAND: ARGUMENTS,
    PIPED: ARGUMENTS,
    PREFIX: ARGUMENTS,
    FOR_NAME: FOR_IN,
    FOR_IN: ARGUMENTS,
    CASE_WORD: CASE_IN,
    PATTERN: PATTERN_MORE,
    FUNCTION: COMMAND,
}
KEPT_OVER_NEWLINE = (FOR_IN, CASE_IN, PATTERN, PATTERN_MORE, FOR_NAME, CASE_WORD)


class Lexer:
    """Reads `text[start:end]` and appends to kinds, starts and ends, one entry for each token.

    errors: for the start of an ERROR token, what is wrong there. comments: their spans. depth: how
    many bodies of here-documents stand around it. uncertain: how many constructs are open whose
    tokens may still change, so that they are not given to the parser yet.
    """

    def __init__(self, text: str, start: int = 0, end: int | None = None) -> None:
        self.text = text
        self.pos = start
        self.end = len(text) if end is None else end
        self.kinds: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.comments: list[tuple[int, int]] = []
        self.errors: dict[int, str] = {}
        self.pending: list[Pending] = []
        self.not_arithmetic: set[int] = set()
        self.uncertain = 0
        self.least = 0
        self.depth = 0
        self.more = True
        self.stack = [Frame(commands, COMMAND)]

    def line(self, least: int = 0) -> bool:
        """Read up to the end of a logical line; return whether there may be more.

        least: more lines are read until there are so many new tokens.
        """
        self.more = True
        self.least = len(self.kinds) + least
        stack = self.stack
        while self.more:
            frame = stack[-1]
            frame.run(self, frame)
        if self.pos >= self.end:
            self._end()
        return self.pos < self.end

    def _end(self) -> None:
        """Read the bodies of here-documents that still wait at the end of the text."""
        if self.pending or any(frame.outer for frame in self.stack):
            from sgdlint.shell import heredocs

            heredocs.last_here_documents(self)

    def restart(self, position: int, closers: list[str], in_pattern: bool) -> None:
        """Continue at a position, inside blocks that end with `closers`, outermost first."""
        self.pos = position
        self.pending = []
        self.uncertain = 0
        self.stack = [Frame(commands, COMMAND)]
        for closer in closers:
            self.stack.append(Frame(commands, COMMAND, closer))
        if in_pattern:
            self.stack[-1].state = PATTERN

    def add(self, kind: str, start: int, end: int) -> None:
        """Append a token."""
        self.kinds.append(kind)
        self.starts.append(start)
        self.ends.append(end)
        self.pos = end

    def push(self, frame: Frame) -> None:
        """Enter a mode."""
        if len(self.stack) >= MOST_FRAMES:
            self.fail(self.pos, TOO_DEEP)
        self.stack.append(frame)

    def enter(self, mode: modes.Mode, finish: Finish, quoted: bool) -> Frame:
        """Enter the inside of a word or of an expansion."""
        frame = Frame(parts)
        frame.mode = mode
        frame.finish = finish
        frame.quoted = quoted
        frame.depth = 0
        frame.first = len(self.kinds)
        frame.commas = None
        self.push(frame)
        return frame

    def enter_commands(self) -> None:
        """Enter commands that end with `)`."""
        self.push(Frame(commands, COMMAND, ")"))

    def enter_substitution(self) -> None:
        """Enter commands whose here-documents come before those that wait outside."""
        frame = Frame(commands, COMMAND, ")")
        frame.outer, self.pending = self.pending, []
        self.uncertain += bool(frame.outer)
        self.push(frame)

    def begin_word(self, start: int, mode: modes.Mode) -> bool:
        """Read a word that is not plain, or begin it; return whether the mode changed."""
        if found := patterns.QUOTED.match(self.text, start, self.end):
            self.add("QUOTED", start, found.end())
            return False
        self.add("WORD_START", start, start)
        self.enter(mode, end_word, quoted=False)
        return True

    def skip(self) -> int:
        """Return where the next token begins when newlines mean nothing; note the comments."""
        found = patterns.SKIP.match(self.text, self.pos, self.end)
        end = found.end() if found else self.pos
        comment = self.text.find("#", self.pos, end)
        while comment >= 0:
            newline = self.text.find("\n", comment, end)
            last = end if newline < 0 else newline - (self.text[newline - 1] == "\r")
            self.comments.append((comment, last))
            comment = self.text.find("#", last, end)
        return end

    def fail(self, start: int, message: str) -> None:
        """Append an ERROR token and stop reading."""
        self.errors[start] = message
        self.add("ERROR", start, min(start + 1, self.end))
        self.pos = self.end
        self.more = False


def commands(lx: Lexer, frame: Frame) -> None:
    """Read commands, up to the end of the line or a change of mode."""
    text, end, match = lx.text, lx.end, patterns.COMMAND.match
    kinds, starts, ends = lx.kinds, lx.starts, lx.ends
    while True:
        found = match(text, lx.pos, end)
        assert found is not None  # the pattern also matches nothing
        group = found.lastindex
        if group is None:
            lx.pos = found.end()
            if _composite(lx, frame, lx.pos):
                return
            continue
        start, lx.pos = found.span(group)
        if group == patterns.PLAIN_AT and frame.state == ARGUMENTS:
            kinds.append("WORD")
            starts.append(start)
            ends.append(lx.pos)
        elif HANDLERS[group](lx, frame, start, lx.pos):
            return


def _comment(lx: Lexer, frame: Frame, start: int, end: int) -> bool:
    """Note a comment."""
    lx.comments.append((start, end))
    return False


def _plain_word(lx: Lexer, frame: Frame, start: int, end: int) -> bool:
    """Add a plain word outside of arguments; return whether the mode changed."""
    state = frame.state
    word = lx.text[start:end]
    if state <= PIPED:
        kind = RESERVED.get(word)
        if kind is not None and (state == COMMAND or kind != "TIME"):
            return _reserved(lx, frame, kind, start, end)
    elif state in (FOR_IN, CASE_IN):
        return _after_name(lx, frame, word, start, end)
    if state != TARGET and "=" in word and _assignment(lx, frame, state, start):
        return lx.stack[-1] is not frame
    if state == FOR_NAME:
        lx.add("NAME", start, end)
    elif state == PATTERN and word == "esac":
        return _reserved(lx, frame, "ESAC", start, end)
    else:
        lx.add("WORD", start, end)
    frame.state = FIRST_WORDS.get(word, ARGUMENTS) if state <= PREFIX else _after_word(frame, state)
    return False


def _after_word(frame: Frame, state: int) -> int:
    """Return the state after a word that was read in `state`."""
    return frame.after if state == TARGET else AFTER_WORD.get(state, state)


def _after_name(lx: Lexer, frame: Frame, word: str, start: int, end: int) -> bool:
    """Add the word after the name of `for` or the word of `case`."""
    if word == "in":
        lx.add("IN", start, end)
        frame.state = ARGUMENTS if frame.state == FOR_IN else PATTERN
        return False
    if frame.state == FOR_IN:
        frame.state = COMMAND
        return _plain_word(lx, frame, start, end)
    lx.add("WORD", start, end)
    return False


def _reserved(lx: Lexer, frame: Frame, kind: str, start: int, end: int) -> bool:
    """Add a reserved word; return whether the mode changed."""
    lx.add(kind, start, end)
    frame.state = AFTER_RESERVED.get(kind, COMMAND)
    if kind == "CASE":
        lx.push(Frame(commands, CASE_WORD, "esac"))
    elif kind == "ESAC":
        if frame.closer != "esac":
            return False
        lx.stack.pop()
        lx.stack[-1].state = COMMAND
    elif kind == "COND_OPEN":
        from sgdlint.shell.conditions import condition  # few scripts have any

        lx.push(Frame(condition))
    elif kind == "TIME":
        option = patterns.TIME_OPTION.match(lx.text, end, lx.end)
        if option:
            lx.ends[-1] = lx.pos = option.end()
        return False
    elif kind == "COPROC":
        name = patterns.COPROC_NAME.match(lx.text, end, lx.end)
        if name:
            lx.add("COPROC_NAME", *name.span(1))
        return False
    else:
        return False
    return True


def _newline(lx: Lexer, frame: Frame, start: int, end: int) -> bool:
    """Add a newline, after the bodies of the here-documents that wait for it."""
    if frame.state == COMMAND and lx.kinds and lx.kinds[-1] == "NEWLINE":
        return False  # an empty line
    lx.add("NEWLINE", start, end)
    if frame.state not in KEPT_OVER_NEWLINE:
        frame.state = COMMAND
    if lx.pending:
        from sgdlint.shell import heredocs

        heredocs.here_documents(lx)
    lx.more = lx.uncertain > 0 or len(lx.kinds) < lx.least
    return not lx.more


def _operator(lx: Lexer, frame: Frame, start: int, end: int) -> bool:
    """Add a control operator."""
    kind = OPERATORS[lx.text[start:end]]
    lx.add(kind, start, end)
    if kind in ("PIPE", "PIPE_AMP"):
        if frame.state != PATTERN_MORE:
            frame.state = PIPED
    elif kind in ("DSEMI", "SEMI_AMP", "DSEMI_AMP") and frame.closer == "esac":
        frame.state = PATTERN
    else:
        frame.state = COMMAND
    return False


def _redirect(lx: Lexer, frame: Frame, start: int, end: int) -> bool:
    """Add a redirection operator; a here-document's delimiter is read with it."""
    operator = lx.text[start:end].lstrip("0123456789")
    if frame.state != TARGET:
        frame.after = max(PREFIX, frame.state)
    elif lx.text[lx.ends[-1] - 1] == "&" and len(operator) < end - start:
        number = end - len(operator)  # `2>&1>file`: the digits belong to `>&`
        lx.add("WORD", start, number)
        start = number
    if operator.endswith(("<<", "<<-")) and not operator.endswith("<<<"):
        from sgdlint.shell import heredocs

        lx.add("HEREDOC", start, end)
        heredocs.delimiter(lx, operator.endswith("-"))
        frame.state = frame.after
    else:
        lx.add("REDIRECT", start, end)
        frame.state = TARGET
    return not lx.more


def _parenthesis(lx: Lexer, frame: Frame, start: int, end: int) -> bool:
    """Add `(` or `)`; return whether the mode changed."""
    if lx.text[start] == "(":
        return _open(lx, frame, start)
    lx.add("RPAREN", start, start + 1)
    if frame.closer == ")":
        lx.stack.pop()
        if frame.outer is not None:
            lx.uncertain -= bool(frame.outer)
            lx.pending = frame.outer + lx.pending
        return True
    frame.state = COMMAND
    return False


def _open(lx: Lexer, frame: Frame, start: int) -> bool:
    """Add `(` or `((`; return whether the mode changed."""
    state = frame.state
    if state in (PATTERN, PATTERN_MORE):
        lx.add("LPAREN", start, start + 1)
        frame.state = PATTERN_MORE
        return False
    frame.state = COMMAND
    doubled = lx.text.startswith("((", start) and start not in lx.not_arithmetic
    if doubled and state in (COMMAND, PIPED, FOR_NAME):
        open_arithmetic(lx, "ARITH_CMD", start, start + 2)
        return True
    lx.add("LPAREN", start, start + 1)
    lx.enter_commands()
    return True


def _composite(lx: Lexer, frame: Frame, start: int) -> bool:
    """Begin a word that is not plain, if any; return whether the mode changed."""
    text, state = lx.text, frame.state
    if start >= lx.end:
        lx.more = False
        return True
    if state <= PIPED and text.startswith("!(", start):
        return _reserved(lx, frame, "BANG", start, start + 1)
    if state != TARGET and _assignment(lx, frame, state, start):
        return lx.stack[-1] is not frame
    frame.state = _after_word(frame, state)
    in_case = state in (CASE_WORD, PATTERN, PATTERN_MORE)
    return lx.begin_word(start, modes.PATTERN if in_case else modes.WORD)


def _assignment(lx: Lexer, frame: Frame, state: int, start: int) -> bool:
    """Add an assignment if one begins here and may."""
    if not (state <= PREFIX or state in (DECLARATION, ARRAYS)):
        return False
    if state == ARRAYS and not patterns.ARRAY_ASSIGN.match(lx.text, start, lx.end):
        return False
    if not assignment(lx, start):
        return False
    if state <= PREFIX:
        frame.state = PREFIX
    return True


HANDLERS: tuple[Handler, ...] = (
    _comment,  # there is no group 0
    _redirect,
    _plain_word,
    _newline,
    _operator,
    _parenthesis,
    _comment,
)
"""What to do with each group of `patterns.COMMAND`."""

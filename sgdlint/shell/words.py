"""The modes of the lexer inside words: quotes, expansions, arrays, here-documents, `[[ … ]]`."""

from __future__ import annotations

import re

from sgdlint.shell import lexer, patterns
from sgdlint.shell.frame import Frame

TYPE_CHECKING = False
if TYPE_CHECKING:
    from re import Pattern

    from sgdlint.shell.frame import Finish
    from sgdlint.shell.lexer import Lexer


def parts(lx: Lexer, frame: Frame) -> None:
    """Read the parts of a word, or of anything else that has parts."""
    text, end, match = lx.text, lx.end, frame.pattern.match
    kinds, starts, ends = lx.kinds, lx.starts, lx.ends
    pos = lx.pos
    while True:
        found = match(text, pos, end)
        if found is None:
            if pos >= end and frame.finish is not end_word:
                lx.pos, lx.more = end, False
                return
            frame.finish(lx, frame, pos)
            return
        kind = found.lastgroup
        if kind == "special":
            if _special(lx, frame, pos, found.end()):
                return
            pos = lx.pos
            match = frame.pattern.match
        else:
            kinds.append(kind or "")
            starts.append(pos)
            pos = found.end()
            ends.append(pos)


def enter(lx: Lexer, pattern: Pattern[str], finish: Finish, kind: str, quoted: bool) -> Frame:
    """Enter the inside of something; `kind` is the kind of its plain text."""
    frame = Frame(parts)
    frame.pattern = pattern
    frame.finish = finish
    frame.kind = kind
    frame.quoted = quoted
    frame.depth = 0
    frame.first = len(lx.kinds)
    frame.commas = None
    lx.push(frame)
    return frame


def begin(lx: Lexer, start: int, pattern: Pattern[str]) -> None:
    """Begin a composite word."""
    lx.add("WORD_START", start, start)
    enter(lx, pattern, end_word, "TEXT", quoted=False)


def end_word(lx: Lexer, frame: Frame, pos: int) -> None:
    """End a composite word."""
    lx.pos = pos
    if frame.commas:
        _pair_braces(lx, frame.commas)
    if len(lx.kinds) == frame.first:
        character = lx.text[pos : pos + 1]
        lx.fail(pos, f"`{character}` cannot stand here" if character else "the file ends in a word")
        return
    lx.stack.pop()


# --- what is special inside a word ---------------------------------------------------------------


def _special(lx: Lexer, frame: Frame, pos: int, end: int) -> bool:
    """Read what the pattern only saw the beginning of; return whether the mode changed."""
    lx.pos = pos
    character = lx.text[pos]
    if character == "$":
        return _dollar(lx, frame, pos)
    if character == '"':
        lx.add("DQ_OPEN", pos, pos + 1)
        enter(lx, patterns.DOUBLE, _end_double, "QUOTED_TEXT", quoted=True)
        return True
    if character == "\\":  # a continuation, or the last character
        if end - pos > 1:
            lx.pos = end
        else:
            lx.add(frame.kind, pos, end)
        return False
    if character == "`":
        return _backtick(lx, frame, pos)
    if character == "'" and frame.quoted:
        return _paired_quote(lx, frame, pos)
    if character == "'":
        lx.fail(pos, "this `'` is never closed")
        return True
    if end - pos == 2:
        return _before_parenthesis(lx, pos)
    if character in "{,}":
        return _brace(lx, frame, pos)
    if character == "~":
        return _tilde(lx, frame, pos)
    lx.add(frame.kind, pos, end)
    return False


def _before_parenthesis(lx: Lexer, pos: int) -> bool:
    """Read `<( … )`, `>( … )` or an extended glob."""
    if lx.text[pos] in "<>":
        lx.add("SUBST_OPEN", pos, pos + 2)
        lx.push(Frame(lexer.commands, lexer.COMMAND, ")"))
        return True
    depth = 0
    for found in patterns.GLOB_PAREN.finditer(lx.text, pos + 1, lx.end):
        depth += {"(": 1, ")": -1}.get(found.group(), 0)
        if depth == 0:
            lx.add("GLOB", pos, found.end())
            return False
    lx.fail(pos, "this `(` is never closed")
    return True


def _backtick(lx: Lexer, frame: Frame, pos: int) -> bool:
    found = patterns.BACKTICK.match(lx.text, pos, lx.end)
    if found is None:
        lx.fail(pos, "this ` is never closed")
        return True
    lx.add("QUOTED_BACKTICK" if frame.quoted else "BACKTICK", pos, found.end())
    return False


def _paired_quote(lx: Lexer, frame: Frame, pos: int) -> bool:
    """Read `'` in `"${x:-it's}"`: plain text, but a brace between two of them closes nothing."""
    inside = frame.pattern is patterns.ARGUMENT_PAIRED
    frame.pattern = patterns.ARGUMENT_QUOTED if inside else patterns.ARGUMENT_PAIRED
    lx.add("QUOTED_TEXT", pos, pos + 1)
    return False


def _tilde(lx: Lexer, frame: Frame, pos: int) -> bool:
    """Read `~`: a home folder at the start of a word and, in an assignment, after `:`."""
    found = patterns.TILDE.match(lx.text, pos, lx.end)
    first = lx.starts[frame.first] if len(lx.kinds) > frame.first else pos
    before = lx.text[first:pos]
    value = frame.pattern is patterns.VALUE
    home = pos == first or (value and before.endswith(":"))
    if not home and not value:
        home = bool(patterns.ASSIGN_ALL.fullmatch(before))
    if found and home:
        lx.add("TILDE", pos, found.end())
    else:
        lx.add("TEXT", pos, pos + 1)
    return False


def _brace(lx: Lexer, frame: Frame, pos: int) -> bool:
    """Note a character that may belong to a brace expansion; `_pair_braces` decides."""
    if frame.commas is None:
        frame.commas = []
        frame.pattern = patterns.BRACED
    frame.commas.append(len(lx.kinds))
    lx.add("TEXT", pos, pos + 1)
    return False


def _pair_braces(lx: Lexer, candidates: list[int]) -> None:
    """Turn `{`, `,` and `}` that belong together into brace tokens; the others stay text."""
    text, stack = lx.text, [[-1]]
    for token in candidates:
        character = text[lx.starts[token]]
        if character == "{":
            stack.append([token])
        elif character == ",":
            stack[-1].append(token)
        elif len(stack) > 1:
            opening, *commas = stack.pop()
            if commas:
                lx.kinds[opening] = "BRACE_OPEN"
                lx.kinds[token] = "BRACE_CLOSE"
                for comma in commas:
                    lx.kinds[comma] = "BRACE_COMMA"


def _end_double(lx: Lexer, frame: Frame, pos: int) -> None:
    lx.add("DQ_CLOSE", pos, pos + 1)
    lx.stack.pop()


# --- expansions ----------------------------------------------------------------------------------


def _dollar(lx: Lexer, frame: Frame, pos: int) -> bool:
    """Read what follows a `$` that is not the start of a plain variable."""
    text = lx.text
    if text.startswith("$((", pos) and pos not in lx.not_arithmetic:
        open_arithmetic(lx, "ARITH_OPEN", pos, pos + 3)
    elif text.startswith("$(", pos):
        lx.add("SUBST_OPEN", pos, pos + 2)
        lx.push(Frame(lexer.commands, lexer.COMMAND, ")"))
    elif text.startswith("${", pos):
        _open_parameter(lx, frame, pos)
    elif text.startswith("$[", pos):
        lx.add("ARITH_OPEN", pos, pos + 2)
        enter(lx, patterns.ARITHMETIC_OLD, _end_arithmetic_old, "ARITH_TEXT", quoted=False)
    elif frame.quoted or text[pos + 1 : pos + 2] not in ("'", '"'):
        lx.add(frame.kind, pos, pos + 1)
        return False
    elif text[pos + 1] == '"':
        lx.add("DQ_OPEN", pos, pos + 2)
        enter(lx, patterns.DOUBLE, _end_double, "QUOTED_TEXT", quoted=True)
    else:
        lx.fail(pos, "this `$'` is never closed")
    return True


def open_arithmetic(lx: Lexer, kind: str, start: int, end: int) -> None:
    """Enter `(( … ))` or `$(( … ))`, remembering how to take it back."""
    mark = (len(lx.kinds), len(lx.comments), len(lx.pending))
    lx.add(kind, start, end)
    frame = enter(lx, patterns.ARITHMETIC, _end_arithmetic, "ARITH_TEXT", quoted=False)
    frame.mark = mark
    lx.uncertain += 1


def _end_arithmetic(lx: Lexer, frame: Frame, pos: int) -> None:
    """Read a parenthesis in arithmetic; unless the last two stand together, it was none."""
    character = lx.text[pos]
    if character == "(" or frame.depth:
        frame.depth += 1 if character == "(" else -1
        lx.add("ARITH_TEXT", pos, pos + 1)
        return
    lx.uncertain -= 1
    lx.stack.pop()
    if lx.text.startswith("))", pos):
        lx.add("ARITH_CLOSE", pos, pos + 2)
        return
    assert frame.mark is not None
    tokens, comments, pending = frame.mark
    lx.pos = lx.starts[tokens]
    lx.not_arithmetic.add(lx.pos)
    del lx.kinds[tokens:], lx.starts[tokens:], lx.ends[tokens:]
    del lx.comments[comments:], lx.pending[pending:]


def _end_arithmetic_old(lx: Lexer, frame: Frame, pos: int) -> None:
    """Read a bracket in `$[ … ]`."""
    character = lx.text[pos]
    if character == "]" and not frame.depth:
        lx.add("ARITH_CLOSE", pos, pos + 1)
        lx.stack.pop()
        return
    frame.depth += 1 if character == "[" else -1
    lx.add("ARITH_TEXT", pos, pos + 1)


def _open_parameter(lx: Lexer, frame: Frame, pos: int) -> None:
    """Read `${` with the name; what follows is the business of the modes entered here."""
    found = patterns.PARAM_HEAD.match(lx.text, pos, lx.end)
    assert found is not None
    lx.add("PARAM_OPEN", pos, found.end())
    quoted = frame.quoted
    if lx.text.startswith("[", lx.pos, lx.end) and found.end() - pos > 2:
        lx.add("SUB_OPEN", lx.pos, lx.pos + 1)
        enter(lx, patterns.SUBSCRIPT, _end_subscript, "TEXT", quoted)
    else:
        _operation(lx, quoted)


def _end_subscript(lx: Lexer, frame: Frame, pos: int) -> None:
    """Read a bracket in the subscript of `${a[…]}`."""
    if _nested_bracket(lx, frame, pos):
        return
    lx.add("SUB_CLOSE", pos, pos + 1)
    lx.stack.pop()
    _operation(lx, frame.quoted)


def _nested_bracket(lx: Lexer, frame: Frame, pos: int) -> bool:
    """Add a bracket that does not end the subscript."""
    character = lx.text[pos]
    if character == "]" and not frame.depth:
        return False
    frame.depth += 1 if character == "[" else -1
    lx.add("TEXT", pos, pos + 1)
    return True


def _operation(lx: Lexer, quoted: bool) -> None:
    """Read the operator of `${name…` and enter its argument, or close it."""
    text, pos = lx.text, lx.pos
    if text.startswith("}", pos, lx.end):
        lx.add("PARAM_CLOSE", pos, pos + 1)
        return
    found = patterns.PARAM_OP.match(text, pos, lx.end)
    assert found is not None
    operator = found.group()
    lx.add("PARAM_OP", pos, found.end())
    pattern, kind = patterns.ARGUMENT, "TEXT"
    if operator == ":":
        pattern = patterns.SLICE
    elif operator[:1] == "/":
        pattern = patterns.ARGUMENT_PATTERN
    elif quoted and (operator[-1:] in tuple("-=?+") or not operator):
        pattern, kind = patterns.ARGUMENT_QUOTED, "QUOTED_TEXT"
    frame = enter(lx, pattern, _end_argument, kind, quoted and pattern is patterns.ARGUMENT_QUOTED)
    if operator == "//" and text.startswith("/", lx.pos, lx.end):
        lx.add("TEXT", lx.pos, lx.pos + 1)  # `${x////_}` replaces each slash
    elif kind == "TEXT" and operator[-1:] in tuple("-=?+"):
        home = patterns.TILDE.match(text, lx.pos, lx.end)
        if home:
            lx.add("TILDE", lx.pos, home.end())
    frame.closer = operator


def _end_argument(lx: Lexer, frame: Frame, pos: int) -> None:
    """End an argument of `${name…}`, at a separator or at the brace."""
    if lx.text[pos] == "}":
        lx.add("PARAM_CLOSE", pos, pos + 1)
        lx.stack.pop()
        return
    lx.add("PARAM_SEP", pos, pos + 1)
    frame.pattern = patterns.ARGUMENT


# --- assignments ---------------------------------------------------------------------------------


def assignment(lx: Lexer, start: int) -> bool:
    """Read `name=value` or `name[subscript]=value` if it stands here."""
    found = patterns.ASSIGN.match(lx.text, start, lx.end)
    if found is None:
        return False
    if found.group(2) != "[":
        lx.add("ASSIGN", start, found.end())
        _value(lx, "ASSIGN_EMPTY")
        return True
    if patterns.SUBSCRIPT_ASSIGN.match(lx.text, start, lx.end) is None:
        return False
    lx.add("ASSIGN_SUB", start, found.end())
    enter(lx, patterns.SUBSCRIPT, _end_assigned_subscript, "TEXT", quoted=False)
    return True


def _end_assigned_subscript(lx: Lexer, frame: Frame, pos: int) -> None:
    """Read a bracket in the subscript of `a[…]=value`."""
    if _nested_bracket(lx, frame, pos):
        return
    lx.stack.pop()
    end = lx.text.find("=", pos, pos + 3) + 1
    lx.add("SUB_EQ", pos, end or pos + 1)
    _value(lx, "SUB_EQ_EMPTY")


def _value(lx: Lexer, empty: str) -> None:
    """Read the value after `=`; without one the token before becomes one of kind `empty`."""
    text, pos, end = lx.text, lx.pos, lx.end
    plain = patterns.VALUE_PLAIN.match(text, pos, end)
    if plain:
        lx.add("WORD", pos, plain.end())
    elif text.startswith("(", pos, end):
        lx.add("ARRAY_OPEN", pos, pos + 1)
        lx.push(Frame(_array))
    elif patterns.VALUE_ENDS.match(text, pos, end):
        lx.kinds[-1] = empty
    else:
        begin(lx, pos, patterns.VALUE)


def _array(lx: Lexer, frame: Frame) -> None:
    """Read the elements of an array."""
    found = patterns.ARRAY.match(lx.text, lx.pos, lx.end)
    assert found is not None
    _note_comments(lx, lx.pos, found.end())
    group = found.lastindex
    if group == 1:
        lx.add("WORD", *found.span(1))
    elif group == 2:
        lx.add("ARRAY_CLOSE", *found.span(2))
        lx.stack.pop()
    elif found.end() >= lx.end:
        lx.pos, lx.more = lx.end, False
    else:
        _element(lx, found.end())


def _element(lx: Lexer, pos: int) -> None:
    """Begin an element that is not a plain word."""
    if lx.text[pos] == "[" and patterns.SUBSCRIPT_ASSIGN.match(lx.text, pos, lx.end):
        lx.add("ELEMENT_OPEN", pos, pos + 1)
        enter(lx, patterns.SUBSCRIPT, _end_assigned_subscript, "TEXT", quoted=False)
    else:
        begin(lx, pos, patterns.WORD)


def _note_comments(lx: Lexer, start: int, end: int) -> None:
    """Note the comments in a stretch of text that is otherwise blank."""
    if "#" not in lx.text[start:end]:
        return
    for found in patterns.COMMENT_ANYWHERE.finditer(lx.text, start, end):
        if found.group(1):
            lx.comments.append(found.span(1))


# --- here-documents ------------------------------------------------------------------------------


def delimiter(lx: Lexer, strip: bool) -> None:
    """Read the delimiter of a here-document and remember that its body will come."""
    skipped = patterns.BLANKS.match(lx.text, lx.pos, lx.end)
    assert skipped is not None
    start = pos = skipped.end()
    lx.add("WORD_START", pos, pos)
    word, quoted = "", False
    while found := patterns.DELIMITER_PIECE.match(lx.text, pos, lx.end):
        pos = found.end()
        kind = found.lastgroup or ""
        piece = found.group()
        lx.add(kind, found.start(), pos)
        plain = _unquoted(kind, piece)
        quoted = quoted or plain != piece
        word += plain
    if pos == start:
        lx.fail(start, "a here-document needs a delimiter here")
        return
    lx.pending.append((len(lx.kinds), strip, word, quoted))


def _unquoted(kind: str, piece: str) -> str:
    """Return a piece of a delimiter without its quotes."""
    if kind == "TEXT":
        return re.sub(r"\\(.)", r"\1", piece, flags=re.DOTALL)
    return piece.lstrip("$")[1:-1]


def here_documents(lx: Lexer) -> None:
    """Read the bodies that wait, and put their tokens after their delimiters."""
    added = 0
    for token, strip, word, quoted in lx.pending:
        body = _body(lx, strip, word, quoted)
        at = token + added
        lx.kinds[at:at] = body.kinds
        lx.starts[at:at] = body.starts
        lx.ends[at:at] = body.ends
        added += len(body.kinds)
        lx.comments += body.comments
        lx.errors.update(body.errors)
    lx.pending = []


def _body(lx: Lexer, strip: bool, word: str, quoted: bool) -> Lexer:
    """Read one body, up to its delimiter's line or the end of the text."""
    start = lx.pos
    end, after = _last_line(lx, strip, word)
    body = lexer.Lexer(lx.text, start, end)
    body.add("HEREDOC_OPEN", start, start)
    if quoted:
        if end > start:
            body.add("QUOTED_TEXT", start, end)
    else:
        enter(body, patterns.HEREDOC, _end_nothing, "QUOTED_TEXT", quoted=True)
        while body.line() or body.pos < end:
            pass
    body.add("HEREDOC_CLOSE", end, after)
    newline = patterns.NEWLINE_ONLY.match(lx.text, after, lx.end)
    lx.pos = newline.end() if newline else after
    return body


def _last_line(lx: Lexer, strip: bool, word: str) -> tuple[int, int]:
    """Return where the line of a delimiter starts and ends; both are the end if there is none."""
    text, at = lx.text, lx.pos
    while (at := text.find(word, at, lx.end)) >= 0:
        line = max(text.rfind("\n", lx.pos, at) + 1, lx.pos)
        after = at + len(word)
        blank = not (text[line:at].strip("\t") if strip else text[line:at])
        if blank and patterns.LINE_ENDS.match(text, after, lx.end):
            return line, after
        at = after + (not word)
    return lx.end, lx.end


def _end_nothing(lx: Lexer, frame: Frame, pos: int) -> None:
    raise AssertionError("a here-document's pattern matches every character")


# --- [[ … ]] -------------------------------------------------------------------------------------

TERM, OPERATOR, OPERAND, REGEX, PATTERN = range(5)
CONDITION_OPERATORS = {
    "&&": "COND_AND",
    "||": "COND_OR",
    "!": "COND_NOT",
    "(": "COND_LPAREN",
    ")": "COND_RPAREN",
}


def condition(lx: Lexer, frame: Frame) -> None:
    """Read one token of `[[ … ]]`."""
    skipped = patterns.COND_SKIP.match(lx.text, lx.pos, lx.end)
    assert skipped is not None
    _note_comments(lx, lx.pos, skipped.end())
    pos = skipped.end()
    if pos >= lx.end:
        lx.pos, lx.more = lx.end, False
    elif frame.state in (TERM, OPERATOR):
        _condition_operator(lx, frame, pos)
    else:
        _operand(lx, frame, pos)


def _condition_operator(lx: Lexer, frame: Frame, pos: int) -> None:
    """Read an operator of `[[ … ]]`, or a word where there is none."""
    text, end = lx.text, lx.end
    found = patterns.COND_OPERATOR.match(text, pos, end)
    if found and found.group() == "]]":
        lx.add("COND_CLOSE", pos, found.end())
        lx.stack.pop()
    elif found and not (frame.state == OPERATOR and found.group() == "!"):
        lx.add(CONDITION_OPERATORS[found.group()], pos, found.end())
        frame.state = OPERATOR if found.group() == ")" else TERM
    elif frame.state == TERM and (unary := patterns.COND_UNARY.match(text, pos, end)):
        lx.add("COND_UNARY", pos, unary.end())
        frame.state = OPERAND
    elif frame.state == OPERATOR and (binary := patterns.COND_BINARY.match(text, pos, end)):
        lx.add("COND_BINARY", pos, binary.end())
        frame.state = {"=~": REGEX, "==": PATTERN, "=": PATTERN, "!=": PATTERN}.get(
            binary.group(), OPERAND
        )
    else:
        _operand(lx, frame, pos)


def _operand(lx: Lexer, frame: Frame, pos: int) -> None:
    """Read a word of `[[ … ]]`."""
    state, frame.state = frame.state, OPERATOR
    if state == REGEX:
        lx.add("WORD_START", pos, pos)
        enter(lx, patterns.REGEX, _end_regex, "TEXT", quoted=False)
    elif plain := patterns.COND_PLAIN.match(lx.text, pos, lx.end):
        lx.add("WORD", pos, plain.end())
    else:
        begin(lx, pos, patterns.PATTERN)


def _end_regex(lx: Lexer, frame: Frame, pos: int) -> None:
    """Read a parenthesis in a regular expression, or end it."""
    character = lx.text[pos]
    if character == "(" or (character == ")" and frame.depth):
        frame.depth += 1 if character == "(" else -1
        lx.add("TEXT", pos, pos + 1)
        frame.pattern = patterns.REGEX_GROUP if frame.depth else patterns.REGEX
    else:
        end_word(lx, frame, pos)

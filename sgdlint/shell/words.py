"""The modes of the lexer inside words."""

from __future__ import annotations

from sgdlint.shell import modes, patterns
from sgdlint.shell.expansions import dollar, double_quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sgdlint.shell.frame import Frame
    from sgdlint.shell.lexer import Lexer

    Special = Callable[[Lexer, Frame, int], bool]


def parts(lx: Lexer, frame: Frame) -> None:
    """Read the parts of a word, or of anything else that has parts."""
    text, end, mode = lx.text, lx.end, frame.mode
    pos = lx.pos
    while True:
        found = mode.match(text, pos, end)
        if found:
            lx.add(mode.kind, pos, found.end())
            pos = found.end()
        if pos >= end:
            if frame.finish is end_word:
                end_word(lx, frame, pos)
            lx.more = lx.more and frame.finish is end_word
            return
        character = text[pos]
        if character not in mode.special:
            frame.finish(lx, frame, pos)
            return
        if SPECIAL[character](lx, frame, pos):
            return
        pos, mode = lx.pos, frame.mode


def end_word(lx: Lexer, frame: Frame, pos: int) -> None:
    """End a composite word."""
    lx.pos = pos
    if frame.commas is not None:
        _pair_braces(lx, frame.commas)
        lx.uncertain -= 1
    if len(lx.kinds) == frame.first:
        character = lx.text[pos : pos + 1]
        lx.fail(pos, f"`{character}` cannot stand here" if character else "the file ends in a word")
        return
    lx.stack.pop()


# --- what is special inside a word ---------------------------------------------------------------
# Each reads what begins at a place and returns whether the mode changed.


def _plain(lx: Lexer, frame: Frame, pos: int) -> bool:
    """Add a character that turned out to be plain text."""
    lx.add(frame.mode.kind, pos, pos + 1)
    return False


def _backslash(lx: Lexer, frame: Frame, pos: int) -> bool:
    """Skip a continuation; a backslash at the end of the text is plain."""
    newline = patterns.LINE_ENDS.match(lx.text, pos + 1, lx.end)
    if newline is None or newline.end() == pos + 1:
        return _plain(lx, frame, pos)
    lx.pos = newline.end()
    return False


def _single_quote(lx: Lexer, frame: Frame, pos: int) -> bool:
    """Read `'…'`. In `"${x:-it's}"` it is plain, but a brace between two of them closes nothing."""
    if frame.quoted and frame.mode is not modes.SUBSCRIPT:
        inside = frame.mode is modes.ARGUMENT_PAIRED
        frame.mode = modes.ARGUMENT_QUOTED if inside else modes.ARGUMENT_PAIRED
        return _plain(lx, frame, pos)
    end = lx.text.find("'", pos + 1, lx.end) + 1
    if not end:
        lx.fail(pos, "this `'` is never closed")
        return True
    lx.add("SINGLE", pos, end)
    return False


def _backtick(lx: Lexer, frame: Frame, pos: int) -> bool:
    found = patterns.BACKTICK.match(lx.text, pos, lx.end)
    if found is None:
        lx.fail(pos, "this ` is never closed")
        return True
    lx.add("QUOTED_BACKTICK" if frame.quoted else "BACKTICK", pos, found.end())
    return False


def _angle(lx: Lexer, frame: Frame, pos: int) -> bool:
    """Read `<( … )` or `>( … )`; else the word ends here."""
    if lx.text.startswith("(", pos + 1, lx.end):
        lx.add("SUBST_OPEN", pos, pos + 2)
        lx.enter_substitution()
    else:
        frame.finish(lx, frame, pos)
    return True


def _return(lx: Lexer, frame: Frame, pos: int) -> bool:
    """End a word before a Windows line end; any other carriage return is plain."""
    if lx.text.startswith("\n", pos + 1, lx.end):
        frame.finish(lx, frame, pos)
        return True
    return _plain(lx, frame, pos)


def _glob(lx: Lexer, frame: Frame, pos: int) -> bool:
    """Read `*`, `?` or an extended glob."""
    if lx.text.startswith("(", pos + 1, lx.end):
        return _extended_glob(lx, pos)
    end = pos
    while end < lx.end and lx.text[end] in "*?" and not lx.text.startswith("(", end + 1):
        end += 1
    if end == pos or frame.mode.globs != "all":
        return _plain(lx, frame, pos)
    lx.add("GLOB", pos, end)
    return False


def _extended_glob(lx: Lexer, pos: int) -> bool:
    depth = 0
    for found in patterns.GLOB_PAREN.finditer(lx.text, pos + 1, lx.end):
        depth += {"(": 1, ")": -1}.get(found.group(), 0)
        if depth == 0:
            lx.add("GLOB", pos, found.end())
            return False
    lx.fail(pos, "this `(` is never closed")
    return True


def _bracket(lx: Lexer, frame: Frame, pos: int) -> bool:
    """Read `[…]`; without its end the bracket is plain."""
    found = patterns.BRACKET.match(lx.text, pos, lx.end)
    if found is None:
        return _plain(lx, frame, pos)
    lx.add("GLOB", pos, found.end())
    return False


def _tilde(lx: Lexer, frame: Frame, pos: int) -> bool:
    """Read `~`: a home folder at the start of a word and, in an assignment, after `:`."""
    found = patterns.TILDE.match(lx.text, pos, lx.end)
    first = lx.starts[frame.first] if len(lx.kinds) > frame.first else pos
    before = lx.text[first:pos]
    if frame.mode is modes.VALUE:
        home = not before or before[-1] == ":"
    else:
        home = not before or bool(patterns.ASSIGN_ALL.fullmatch(before))
    if not found or not home:
        return _plain(lx, frame, pos)
    lx.add("TILDE", pos, found.end())
    return False


def _brace(lx: Lexer, frame: Frame, pos: int) -> bool:
    """Note a character that may belong to a brace expansion; `_pair_braces` decides."""
    if lx.text[pos] == "{" and (found := patterns.RANGE.match(lx.text, pos, lx.end)):
        lx.add("RANGE", pos, found.end())
        return False
    if frame.commas is None:
        frame.commas = []
        frame.mode = modes.BRACED
        lx.uncertain += 1
    frame.commas.append(len(lx.kinds))
    lx.add("TEXT", pos, pos + 1)
    return False


def _pair_braces(lx: Lexer, candidates: list[int]) -> None:
    """Turn `{`, `,` and `}` that belong together into brace tokens; the others stay text."""
    text, stack = lx.text, [[-1]]
    empty = -1
    for token in candidates:
        start = lx.starts[token]
        character = text[start]
        if character == "{" and text[start + 1 : start + 2] == "}" and _begins(lx, token):
            empty = start + 1  # `{}` stands for itself
        elif character == "{":
            stack.append([token])
        elif character == ",":
            stack[-1].append(token)
        elif start != empty and len(stack) > 1 and not _goes_on(lx, stack, start):
            opening, *commas = stack.pop()
            if commas:
                lx.kinds[opening] = "BRACE_OPEN"
                lx.kinds[token] = "BRACE_CLOSE"
                for comma in commas:
                    lx.kinds[comma] = "BRACE_COMMA"


def _goes_on(lx: Lexer, stack: list[list[int]], end: int) -> bool:
    """Tell whether the outermost `{` goes on over a `}`: before its first comma, or `..`."""
    if len(stack) > 2 or len(stack[1]) > 1:
        return False
    return lx.text.find("..", lx.starts[stack[1][0]], end - 1) < 0


def _begins(lx: Lexer, token: int) -> bool:
    """Tell whether a brace is the first character of what bash looks at for braces."""
    before = lx.text[lx.starts[token] - 1 : lx.starts[token]]
    return before in ("", "{", ",", "}") or before.isspace()


SPECIAL: dict[str, Special] = {
    "$": dollar,
    "`": _backtick,
    "\\": _backslash,
    '"': double_quote,
    "'": _single_quote,
    "<": _angle,
    ">": _angle,
    "\r": _return,
    "*": _glob,
    "?": _glob,
    "+": _glob,
    "@": _glob,
    "!": _glob,
    "[": _bracket,
    "~": _tilde,
    "{": _brace,
    ",": _brace,
    "}": _brace,
}

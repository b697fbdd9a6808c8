"""Here-documents: their delimiters, and their bodies after the end of the line."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.shell import modes, patterns
from sgdlint.shell.frame import TOO_DEEP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from sgdlint.shell.frame import Frame
    from sgdlint.shell.lexer import Lexer

MOST_PENDING: Final = 16
"""bash stops reading a script in which more here-documents wait for the end of a line."""

MOST_BODIES: Final = 10
"""A here-document inside the bodies of so many others is not read."""


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
    if pos == start or lx.text[start] == "#":
        lx.fail(start, "a here-document needs a delimiter here")
        return
    if lx.depth >= MOST_BODIES:
        lx.fail(start, TOO_DEEP)
        return
    if len(lx.pending) >= MOST_PENDING:
        lx.fail(start, f"bash reads at most {MOST_PENDING} here-documents at once")
        return
    lx.pending.append((len(lx.kinds), strip, word, quoted))


def _unquoted(kind: str, piece: str) -> str:
    """Return a piece of a delimiter without its quotes."""
    if kind == "TEXT":
        return quick.sub(r"\\(.)", lambda match: match[1], piece, flags=quick.DOTALL)
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


def last_here_documents(lx: Lexer) -> None:
    """Read the bodies that still wait at the end of the text."""
    for frame in reversed(lx.stack):
        if frame.outer:
            lx.pending = frame.outer + lx.pending
            frame.outer = []
    if lx.pending:
        here_documents(lx)


def _body(lx: Lexer, strip: bool, word: str, quoted: bool) -> Lexer:
    """Read one body, up to its delimiter's line or the end of the text."""
    start = lx.pos
    end, after = _last_line(lx, strip, word)
    body = type(lx)(lx.text, start, end)
    body.depth = lx.depth + 1
    body.add("HEREDOC_OPEN", start, start)
    if quoted:
        if end > start:
            body.add("QUOTED_TEXT", start, end)
    else:
        body.enter(modes.HEREDOC, _end_nothing, quoted=True)
        while body.line() or body.pos < end:
            pass
    body.add("HEREDOC_CLOSE", end, after)
    rest = patterns.LINE_ENDS.match(lx.text, after, lx.end)
    lx.pos = rest.end() if rest else after  # without it `)` follows, see _last_line
    return body


def _last_line(lx: Lexer, strip: bool, word: str) -> tuple[int, int]:
    """Return where the line of a delimiter starts and ends; both are the end if there is none.

    In a substitution the delimiter may be followed by what closes it, as in `EOF)`.
    """
    text, at = lx.text, lx.pos
    within = any(frame.outer is not None for frame in lx.stack)
    while (at := text.find(word, at, lx.end)) >= 0:
        line = max(text.rfind("\n", lx.pos, at) + 1, lx.pos)
        after = at + len(word)
        blank = not (text[line:at].strip("\t") if strip else text[line:at])
        if blank and patterns.LINE_ENDS.match(text, after, lx.end):
            return line, after
        if blank and within and word and _closes(lx, after):
            return line, after
        at = after + (not word)
    return lx.end, lx.end


def _closes(lx: Lexer, after: int) -> bool:
    """Whether `)` stands in the rest of a line."""
    newline = lx.text.find("\n", after, lx.end)
    return lx.text.find(")", after, lx.end if newline < 0 else newline) >= 0


def _end_nothing(lx: Lexer, frame: Frame, pos: int) -> None:
    raise AssertionError("a here-document's pattern matches every character")

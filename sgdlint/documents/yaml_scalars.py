"""Where each character of a YAML scalar stands in the file.

A scalar's value is given as pieces: characters that stand for themselves are `exact`; an escape, a
folded line end or a doubled quote is a piece of its own, with the place of what was written for it.
"""

from __future__ import annotations

import re

from sgdlint.shell.values import Piece

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_INDENT = 60
"""A block scalar with an indentation indicator is looked for up to this column."""

_BREAK = r"(?:\r\n|\r|\n)"
_FOLD = rf"[ \t]*{_BREAK}(?:[ \t]*{_BREAK})*[ \t]*"
_PLAIN = re.compile(rf"(?P<fold>{_FOLD})|(?P<run>[^\s]+|[ \t]+)")
_SINGLE = re.compile(rf"(?P<fold>{_FOLD})|(?P<quote>'')|(?P<run>[^'\s]+|[ \t]+)")
_DOUBLE = re.compile(
    rf"(?P<joined>\\{_BREAK}(?:[ \t]*{_BREAK})*[ \t]*)|(?P<fold>{_FOLD})"
    r"|(?P<pair>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|(?P<escape>\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.))"
    r"|(?P<run>[^\\\s]+|[ \t]+)"
)
_HEADER = re.compile(rf"[|>](?P<marks>[0-9+-]*)[ \t]*(?:#[^\r\n]*)?{_BREAK}?")
_LINE = re.compile(rf"(?P<text>[^\r\n]*)(?P<end>{_BREAK}?)")
_BREAKS = re.compile(_BREAK)
ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f",
    "r": "\r", "e": "\x1b", " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0",
    "L": "\u2028", "P": "\u2029",
}  # fmt: skip


def pieces_of(text: str, start: int, end: int, style: str, value: str) -> tuple[Piece, ...]:
    """Return the pieces of a scalar that stands from start to end in a text.

    style: `'`, `"`, `|`, `>`, or "" for a plain one. value: what the YAML parser made of it; where
    the pieces cannot be told, it is one piece for the whole scalar.
    """
    for found in _readings(text, start, end, style):
        pieces = _trimmed(_joined(found), value)
        if "".join(piece.texts[0] for piece in pieces if piece.texts) == value:
            return pieces
    return (Piece((value,), start, end),)


def _readings(text: str, start: int, end: int, style: str) -> Iterator[list[Piece]]:
    """Yield the ways in which a scalar can be read; all but block scalars have one."""
    if style == "'":
        yield list(_flow(_SINGLE, text, start + 1, end - 1))
    elif style == '"':
        yield list(_flow(_DOUBLE, text, start + 1, end - 1))
    elif style in ("|", ">"):
        yield from _block(text, start, end, style == ">")
    else:
        yield list(_flow(_PLAIN, text, start, end))


def _flow(pattern: re.Pattern[str], text: str, start: int, end: int) -> Iterator[Piece]:
    for match in pattern.finditer(text, start, end):
        kind, written = match.lastgroup, match.group()
        if kind == "run":
            yield Piece((written,), match.start(), match.end(), True)
        else:
            yield Piece((_meaning(kind, written),), match.start(), match.end())


def _meaning(kind: str | None, written: str) -> str:
    if kind == "quote":
        return "'"
    if kind == "pair":  # of JSON
        high, low = int(written[2:6], 16), int(written[8:12], 16)
        return chr(0x10000 + (high - 0xD800) * 0x400 + low - 0xDC00)
    if kind == "escape":
        short = ESCAPES.get(written[1])
        if short is not None:
            return short
        number = int("0x" + written[2:], 0) if len(written) > 2 else -1
        return chr(number) if 0 <= number <= 0x10FFFF else written
    breaks = len(_BREAKS.findall(written))
    return "\n" * (breaks - 1) or ("" if kind == "joined" else " ")


# --- block scalars --------------------------------------------------------------------------------


def _block(text: str, start: int, end: int, folded: bool) -> Iterator[list[Piece]]:
    header = _HEADER.match(text, start)
    if header is None:
        return
    lines = list(_lines(text, header.end(), end))
    digits = header["marks"].strip("+-")
    if digits:
        indents = range(int(digits), int(digits) + MOST_INDENT)
    else:
        first = next((line for line in lines if line["text"].strip(" ")), None)
        blanks = 0 if first is None else len(first["text"]) - len(first["text"].lstrip(" "))
        indents = range(blanks, blanks + 1)
    for indent in indents:
        yield _folded(lines, indent) if folded else _literal(lines, indent)


def _lines(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """Yield the lines of a block, and the end of the last one, which the parser may leave out."""
    while start < end:
        line = _LINE.match(text, start)
        if line is None or line.end() == start:
            return
        yield line
        start = line.end()


def _literal(lines: list[re.Match[str]], indent: int) -> list[Piece]:
    pieces: list[Piece] = []
    for line in lines:
        pieces += _content(line, indent)
        pieces.append(_line_end(line, "\n"))
    return pieces


def _folded(lines: list[re.Match[str]], indent: int) -> list[Piece]:
    """Join lines as `>` does: those that are indented further, and blank ones, keep their ends."""
    pieces: list[Piece] = []
    contents = [_content(line, indent) for line in lines]
    following = _next_with_content(contents)
    for index, (line, content) in enumerate(zip(lines, contents, strict=True)):
        pieces += content
        then = following[index]
        kept = not content or then is None or _is_deeper(line, indent)
        if kept or then is None or _is_deeper(lines[then], indent):
            pieces.append(_line_end(line, "\n"))
        else:
            is_next = then == index + 1
            pieces.append(_line_end(line, " " if is_next else "", lines[index + 1], indent))
    return pieces


def _next_with_content(contents: list[list[Piece]]) -> list[int | None]:
    """Return for each line the number of the next one that is not blank."""
    found: list[int | None] = []
    after: int | None = None
    for index in range(len(contents) - 1, -1, -1):
        found.append(after)
        after = index if contents[index] else after
    return found[::-1]


def _content(line: re.Match[str], indent: int) -> list[Piece]:
    text = line["text"][indent:]
    begin = line.start() + indent
    return [Piece((text,), begin, begin + len(text), True)] if text else []


def _is_deeper(line: re.Match[str], indent: int) -> bool:
    return line["text"][indent : indent + 1] in (" ", "\t")


def _line_end(
    line: re.Match[str], text: str, following: re.Match[str] | None = None, indent: int = 0
) -> Piece:
    start, end = line.span("end")
    if following is not None and text == " ":
        end = following.start() + indent
    return Piece((text,), start, end, text == line["end"])


# --- both -----------------------------------------------------------------------------------------


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Join exact pieces that stand side by side."""
    result: list[Piece] = []
    run: list[str] = []
    start = end = -1
    for piece in pieces:
        if piece.exact and piece.start == end and run:
            run += piece.texts or ()
            end = piece.end
            continue
        if run:
            result.append(Piece(("".join(run),), start, end, True))
            run = []
        if piece.exact:
            run, start, end = [*(piece.texts or ())], piece.start, piece.end
        elif piece.texts != ("",):
            result.append(piece)
    if run:
        result.append(Piece(("".join(run),), start, end, True))
    return result


def _trimmed(pieces: list[Piece], value: str) -> tuple[Piece, ...]:
    """Take line ends away that the chomping of a block scalar takes away."""
    rest = len("".join(piece.texts[0] for piece in pieces if piece.texts)) - len(value)
    while rest > 0 and pieces:
        last = pieces.pop()
        text = last.texts[0] if last.texts else ""
        kept = text.rstrip("\n") if len(text) - len(text.rstrip("\n")) <= rest else text[:-rest]
        rest -= len(text) - len(kept)
        if kept:
            pieces.append(Piece((kept,), last.start, last.start + len(kept), last.exact))
            break
    return tuple(pieces)

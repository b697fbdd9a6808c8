"""What backslashes mean in each kind of shell text."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_PLAIN: Final = re.compile(r"\\(\r?\n)|\\(.)", re.DOTALL)
_QUOTED: Final = re.compile(r"\\\r?\n|\\([$`\"\\])")
_HEREDOC: Final = re.compile(r"\\\r?\n|\\([$`\\])")
_BACKTICK: Final = re.compile(r"\\([$`\\])")
_QUOTED_BACKTICK: Final = re.compile(r"\\([$`\"\\])")
_ANSI: Final = re.compile(
    r"\\(?:([abeEfnrtv\\'\"?])|([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})"
    r"|U([0-9A-Fa-f]{1,8})|c(.)|(.))",
    re.DOTALL,
)
_LETTERS: Final = {
    "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t",
    "v": "\v", "\\": "\\", "'": "'", '"': '"', "?": "?",
}  # fmt: skip


def plain(text: str) -> str:
    """Return unquoted text without its backslashes."""
    return _PLAIN.sub(r"\2", text) if "\\" in text else text


def quoted(text: str) -> str:
    """Return text from double quotes without the backslashes that mean something there."""
    return _QUOTED.sub(r"\1", text) if "\\" in text else text


def heredoc(text: str) -> str:
    """Return text from an unquoted here-document without the backslashes that mean something."""
    return _HEREDOC.sub(r"\1", text) if "\\" in text else text


def ansi(text: str) -> str | None:
    """Return the text of `$'…'`, or None when it has bytes that are no text."""
    try:
        decoded = _ANSI.sub(_character, text)
    except ValueError:
        return None
    return decoded.partition("\0")[0]


def _character(found: re.Match[str]) -> str:
    letter, octal, byte, short, long, control, other = found.groups()
    if letter:
        return _LETTERS[letter]
    if control:
        return chr(ord(control.upper()) & 0x1F)
    if other:
        return "\\" + str(other)
    number = int(octal, 8) & 0xFF if octal else int(byte or short or long, 16)
    if (octal or byte) and number > 0x7F:
        raise ValueError("a byte that may be part of a character")
    return chr(number)


def backticks(text: str, within_quotes: bool) -> tuple[str, list[int]] | None:
    """Return the commands inside backticks without their backslashes, and where each character was.

    None when there is nothing to remove. The list has one entry more than the text: its end.
    """
    pattern = _QUOTED_BACKTICK if within_quotes else _BACKTICK
    pieces, places, last = [], [], 0
    for found in pattern.finditer(text):
        pieces += [text[last : found.start()], found.group(1)]
        places += [*range(last, found.start()), found.start() + 1]
        last = found.end()
    if not pieces:
        return None
    pieces.append(text[last:])
    places += range(last, len(text) + 1)
    return "".join(pieces), places

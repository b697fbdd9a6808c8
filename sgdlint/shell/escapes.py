"""What backslashes mean in each kind of shell text.

The patterns are compiled when first used: most scripts need few of them.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_ANSI: Final = (
    r"\\(?:([abeEfnrtv\\'\"?])|([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})"
    r"|U([0-9A-Fa-f]{1,8})|c(.)|(.))"
)
_LETTERS: Final = dict(zip("abeEfnrtv\\'\"?", "\a\b\x1b\x1b\f\n\r\t\v\\'\"?", strict=True))


def plain(text: str) -> str:
    """Return unquoted text without its backslashes."""
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL) if "\\" in text else text


def quoted(text: str) -> str:
    """Return text from double quotes without the backslashes that mean something there."""
    return re.sub(r"\\\r?\n|\\([$`\"\\])", r"\1", text) if "\\" in text else text


def heredoc(text: str) -> str:
    """Return text from an unquoted here-document without the backslashes that mean something."""
    return re.sub(r"\\\r?\n|\\([$`\\])", r"\1", text) if "\\" in text else text


def ansi(text: str) -> str | None:
    """Return the text of `$'…'`, or None when it has bytes that are no text."""
    try:
        decoded = re.sub(_ANSI, _character, text, flags=re.DOTALL)
    except ValueError:
        return None
    return decoded.partition("\0")[0]


def _character(found: re.Match[str]) -> str:
    letter, octal, byte, short, long, control, other = found.groups()
    if letter:
        return _LETTERS[letter]
    if control:
        return chr(ord(control.upper()[0]) & 0x1F)
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
    pattern = r"\\([$`\"\\])" if within_quotes else r"\\([$`\\])"
    pieces: list[str] = []
    places: list[int] = []
    last = 0
    for found in re.finditer(pattern, text):
        pieces += [text[last : found.start()], found.group(1)]
        places += [*range(last, found.start()), found.start() + 1]
        last = found.end()
    if not pieces:
        return None
    pieces.append(text[last:])
    places += range(last, len(text) + 1)
    return "".join(pieces), places

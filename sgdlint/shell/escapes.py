"""What backslashes mean in each kind of shell text.

The patterns are compiled when first used: most scripts need few of them.
"""

from __future__ import annotations

from sgdlint import quick

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from typing import Final

_ANSI: Final = (
    r"\\(?:([abeEfnrtv\\'\"?])|([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})"
    r"|U([0-9A-Fa-f]{1,8})|c(.)|(.))"
)
LAST_CHARACTER: Final = 0x10FFFF
_LETTERS: Final = dict(zip("abeEfnrtv\\'\"?", "\a\b\x1b\x1b\f\n\r\t\v\\'\"?", strict=True))


def _escaped(match: re.Match[str]) -> str:
    return match[1] or ""


def plain(text: str) -> str:
    """Return unquoted text without its backslashes."""
    return quick.sub(r"\\(.)", _escaped, text, flags=quick.DOTALL) if "\\" in text else text


def quoted(text: str) -> str:
    """Return text from double quotes without the backslashes that mean something there."""
    return quick.sub(r"\\\r?\n|\\([$`\"\\])", _escaped, text) if "\\" in text else text


def heredoc(text: str) -> str:
    """Return text from an unquoted here-document without the backslashes that mean something."""
    return quick.sub(r"\\\r?\n|\\([$`\\])", _escaped, text) if "\\" in text else text


def ansi(text: str) -> str | None:
    """Return the text of `$'…'`, or None when it has bytes that are no text."""
    try:
        decoded = quick.sub(_ANSI, _character, text, flags=quick.DOTALL)
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
    if number > LAST_CHARACTER or 0xD800 <= number < 0xE000:
        raise ValueError("no character has this number")
    return chr(number)


MOST_RUNS = 512
"""Text with more escapes is not followed character by character."""

_ENDS: Final = r"\r(?=\n)"
_TABS: Final = r"(?<=\n)\t+"
_WAYS: Final = (
    _ENDS,
    rf"\\\r?\n|\\([$`\"\\])|{_ENDS}",
    rf"\\\r?\n|\\([$`\\])|{_ENDS}",
    rf"\\(.)|{_ENDS}",
    rf"\\\r?\n\t*|\\([$`\\])|{_ENDS}|{_TABS}",
    rf"\\\r?\n\t*|\\([$`\\])|{_ENDS}|{_TABS}|\A\t+",
    rf"{_ENDS}|{_TABS}|\A\t+",
)
"""What each kind of text leaves out of its source; where two give the same text, they leave out
the same characters, so that the kind need not be known."""

Run = tuple[str, int, int]


def runs(source: str, text: str) -> list[Run] | None:
    """Return how source becomes text: stretches of it, each with where it stands in the source.

    A stretch is as long as its source (and the same), or what one escape means; "" for what is left
    out. None when it is not known.
    """
    for way in _WAYS:
        found = _runs(way, source)
        if found is not None and "".join(run[0] for run in found) == text:
            return found
    return _ansi_runs(source, text)


def _runs(way: str, source: str) -> list[Run] | None:
    found: list[Run] = []
    last = 0
    for one in quick.finditer(way, source, quick.DOTALL):
        if one.start() > last:
            found.append((source[last : one.start()], last, one.start()))
        found.append(((one.lastindex and one.group(1)) or "", one.start(), one.end()))
        last = one.end()
        if len(found) > MOST_RUNS:
            return None
    if last < len(source):
        found.append((source[last:], last, len(source)))
    return found


def _ansi_runs(source: str, text: str) -> list[Run] | None:
    found: list[Run] = []
    last = 0
    for one in quick.finditer(_ANSI, source, quick.DOTALL):
        if one.start() > last:
            found.append((source[last : one.start()], last, one.start()))
        try:
            found.append((_character(one), one.start(), one.end()))
        except ValueError:
            return None
        last = one.end()
    found.append((source[last:], last, len(source)))
    same = len(found) <= MOST_RUNS and "".join(run[0] for run in found) == text
    return found if same else None


def backticks(text: str, within_quotes: bool) -> tuple[str, list[int]] | None:
    """Return the commands inside backticks without their backslashes, and where each character was.

    None when there is nothing to remove. The list has one entry more than the text: its end.
    """
    pattern = r"\\([$`\"\\])" if within_quotes else r"\\([$`\\])"
    pieces: list[str] = []
    places: list[int] = []
    last = 0
    for found in quick.finditer(pattern, text):
        pieces += [text[last : found.start()], found.group(1)]
        places += [*range(last, found.start()), found.start() + 1]
        last = found.end()
    if not pieces:
        return None
    pieces.append(text[last:])
    places += range(last, len(text) + 1)
    return "".join(pieces), places

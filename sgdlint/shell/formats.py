"""What `printf` and `echo` write.

Conversions of whole numbers and texts are computed, with their usual flags; what depends on the
machine or on the locale (`%f`, `%(…)T`) is not.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.shell.slices import EMPTY, joined, part, written_nowhere
from sgdlint.shell.values import Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_ROUNDS = 2048
"""A format is used again for at most so many arguments."""

WIDEST = 10_000
"""A wider field is not computed."""

_CONVERSION = quick.compile(r"%([-+ #0]*)(\d{1,5})?(?:\.(\d{0,5}))?([a-zA-Z%(])")
_ESCAPE = r"\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|(.))"
_NUMBER = quick.compile(r"[-+]?(?:0[xX][0-9a-fA-F]{1,15}|0[0-7]{0,18}|[1-9][0-9]{0,17})")
_SIMPLE = {
    "\\": "\\", "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r",
    "t": "\t", "v": "\v",
}  # fmt: skip
_PLAIN = quick.compile(r"[A-Za-z0-9_%+./:@-]+")


class UnsureError(Exception):
    """What is written is not known."""


def echo(words: Sequence[Word]) -> Word | None:
    """Return what `echo` writes; words: its arguments. None when that is not known."""
    newline, escapes = "\n", False
    rest = list(words)
    while rest and _is_option(rest[0]):
        letters = rest.pop(0).text or ""
        newline = "" if "n" in letters else newline
        for letter in letters:
            escapes = letter == "e" if letter in "eE" else escapes
    if rest and not _is_certain(rest[0]):
        return None
    if any(word.many for word in rest):
        return None
    text = joined(rest, " ")
    if escapes:
        try:
            text = unescaped(text, "echo")
        except UnsureError:
            return None
    return joined([text, written_nowhere(newline)])


def _is_option(word: Word) -> bool:
    text = word.text
    return text is not None and len(text) > 1 and text[0] == "-" and not text[1:].strip("neE")


def _is_certain(word: Word) -> bool:
    """Tell whether a word is certainly no option of `echo`."""
    if word.texts is not None:
        return all(
            not text or text[0] != "-" or text == "-" or text[1:].strip("neE")
            for text in word.texts
        )
    certain = word.prefix
    known = "".join(piece.texts[0] for piece in word.pieces if piece.texts)
    return (bool(certain) and certain[0] != "-") or bool(known.strip("-neE"))


def unescaped(word: Word, kind: str) -> Word:
    """Return a word with its backslash escapes read as `echo -e` or a format of `printf` does."""
    parts: list[Word] = []
    for piece in word.pieces:
        one = Word(-1, -1, (piece,), False, word.reason)
        if piece.texts is None or any("\\" in text for text in piece.texts):
            if one.text is None:
                raise UnsureError
            parts += _unescaped_text(one, one.text, kind)
        else:
            parts.append(one)
    return joined(parts)


def _unescaped_text(word: Word, text: str, kind: str) -> Iterator[Word]:
    last = 0
    for found in quick.finditer(_ESCAPE, text, quick.DOTALL):
        yield part(word, last, found.start())
        yield written_nowhere(_escaped(found.groups(), kind))
        last = found.end()
    if text.endswith("\\") and "\\" in text[last:]:
        raise UnsureError
    yield part(word, last, len(text))


def _escaped(groups: Sequence[str | None], kind: str) -> str:
    octal, sixteen, code, letter = groups
    if octal is not None:
        value = int(octal, 8)
        if kind == "echo" or not 0 < value < 128:
            raise UnsureError
        return chr(value)
    if sixteen or code:
        value = int(sixteen or code or "0", 16)
        if not 0 < value < 128:
            raise UnsureError
        return chr(value)
    if letter in _SIMPLE:
        return _SIMPLE[letter]
    if letter is None or letter in "cuUx" or kind == "echo":
        raise UnsureError
    return letter if letter in "'\"?" else "\\" + letter


def printf(words: Sequence[Word]) -> Word | None:
    """Return what `printf` writes; words: its arguments without `-v NAME`. None when not known."""
    rest = list(words)
    if rest and rest[0].text == "--":
        del rest[0]
    elif rest and rest[0].prefix[:1] == "-":
        return None
    if not rest or rest[0].text is None or any(word.many for word in rest):
        return None
    try:
        return _formatted(rest[0], rest[0].text, rest[1:])
    except UnsureError:
        return None


def _formatted(word: Word, text: str, arguments: list[Word]) -> Word:
    waiting = arguments[::-1]
    parts: list[Word] = []
    for _ in range(MOST_ROUNDS):
        left = len(waiting)
        parts += _once(word, text, waiting)
        if not waiting or len(waiting) == left:
            return joined(parts)
    raise UnsureError


def _once(word: Word, text: str, waiting: list[Word]) -> Iterator[Word]:
    """Use a format once; what it uses of the arguments, which wait in reverse, is taken away."""
    last = 0
    while last < len(text):
        at = text.find("%", last)
        if at < 0:
            break
        yield unescaped(part(word, last, at), "printf")
        found = _CONVERSION.match(text, at)
        if found is None:
            raise UnsureError
        last = found.end()
        flags, width, precision, kind = found.groups()
        if kind == "%":
            if last - at > 2:
                raise UnsureError
            yield written_nowhere("%")
        else:
            given = waiting.pop() if waiting else None
            yield _converted(flags, int(width or 0), precision, kind, given)
    yield unescaped(part(word, last, len(text)), "printf")


def _converted(
    flags: str, width: int, precision: str | None, kind: str, given: Word | None
) -> Word:
    if width > WIDEST:
        raise UnsureError
    if kind in "sb" and not width and precision is None:
        if kind == "b" and given is not None:
            return unescaped(given, "echo")
        return given or EMPTY
    text = given.text if given is not None else ""
    if text is None:
        raise UnsureError
    if kind in "sc":
        if kind == "c" and not text:
            raise UnsureError
        text = text[:1] if kind == "c" else text
        text = text if precision is None else text[: int(precision or 0)]
    elif kind == "q" and _PLAIN.fullmatch(text):
        pass
    elif kind in "diuxXo" and precision is None:
        return written_nowhere(_number(flags, width, kind, text if given is not None else "0"))
    else:
        raise UnsureError
    if not text.isascii() or "0" in flags:
        raise UnsureError
    padded = text.ljust(width) if "-" in flags else text.rjust(width)
    return given if padded == (given.text if given else None) and given else written_nowhere(padded)


def _number(flags: str, width: int, kind: str, text: str) -> str:
    if not _NUMBER.fullmatch(text) or "#" in flags:
        raise UnsureError
    digits = text.lstrip("+-")
    is_octal = len(digits) > 1 and digits[0] == "0" and digits[1] not in "xX"
    value = int(digits, 8 if is_octal else 0) * (-1 if text[0] == "-" else 1)
    if kind in "uxXo" and value < 0:
        raise UnsureError
    sign = "-" if value < 0 else ""
    if not sign and kind in "di":
        sign = "+" if "+" in flags else " " if " " in flags else ""
    shown = format(abs(value), {"x": "x", "X": "X", "o": "o"}.get(kind, "d"))
    if "-" in flags:
        return (sign + shown).ljust(width)
    if "0" in flags:
        return sign + shown.rjust(width - len(sign), "0")
    return (sign + shown).rjust(width)

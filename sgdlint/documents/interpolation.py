"""`$VAR` and `${VAR:-default}` as Compose puts them in, before anything else reads the text.

Source: Compose specification, "Interpolation": braces with `:-`, `-`, `:?`, `?`, `:+`, `+`, nested
inside each other; `$$` is one `$`. What a variable holds is not known; a default is what it
has when nobody sets it.
"""

from __future__ import annotations

import re

from sgdlint.shell.values import Piece

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_NESTED = 8
"""So many interpolations inside each other are followed."""
_START = re.compile(r"\$(?:(?P<dollar>\$)|(?P<name>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*))")
_OPERATOR = re.compile(r":?[-?+]")


class UnclearError(LookupError):
    """A variable is set, and its value is not certain."""


def interpolated(
    pieces: tuple[Piece, ...], value: Callable[[str], str | None]
) -> tuple[Piece, ...]:
    """Return pieces of a text with its variables put in.

    value: returns what is known of a variable, None when it is not set; may raise UnclearError.
    """
    return tuple(part for piece in pieces for part in _parts(piece, value))


def misplaced(pieces: tuple[Piece, ...]) -> Iterator[tuple[int, int]]:
    """Yield the place of the first `$` in a piece that Compose refuses.

    It begins no name and no brace, and is not doubled.
    """
    for piece in pieces:
        text = piece.texts[0] if piece.texts else ""
        position = text.find("$")
        while position >= 0:
            match = _START.match(text, position)
            end = _end(text, match) if match is not None else -1
            if end < 0:
                yield place_of(piece, position, position + 1)
                return
            position = text.find("$", end)


def _parts(piece: Piece, value: Callable[[str], str | None]) -> Iterator[Piece]:
    text = piece.texts[0] if piece.texts else ""
    if piece.texts is None or "$" not in text:
        yield piece
        return
    position = 0
    while position < len(text):
        match = _START.search(text, position)
        if match is None:
            break
        end = _end(text, match)
        if end < 0:
            break
        yield from cut(piece, position, match.start())
        place = place_of(piece, match.start(), end)
        if match["dollar"]:
            yield Piece(("$",), *place)
        else:
            yield Piece(None, *place, default=_default(text[match.start() : end], value))
        position = end
    yield from cut(piece, position, len(text))


def _default(text: str, value: Callable[[str], str | None]) -> str | None:
    try:
        return default_of(text, value)
    except UnclearError:
        return None


def default_of(text: str, value: Callable[[str], str | None], depth: int = 0) -> str | None:
    """Return what `$VAR` or `${VAR:-x}` is when nothing outside the project sets it.

    None when that is not known, or an error.
    """
    match = _START.match(text)
    if match is None or depth > MOST_NESTED:
        return None
    name = match["name"] or match["braced"]
    known = value(name)
    operator = _OPERATOR.match(text, match.end()) if match["braced"] else None
    if operator is None:
        return known if known is not None else ""
    rest = text[operator.end() : -1]
    present = known is not None and not (operator.group()[0] == ":" and known == "")
    if operator.group()[-1] == "+":
        return _filled(rest, value, depth) if present else ""
    if present:
        return known
    return None if operator.group()[-1] == "?" else _filled(rest, value, depth)


def _filled(text: str, value: Callable[[str], str | None], depth: int) -> str | None:
    """Return a default with the variables in it put in."""
    result = ""
    position = 0
    while match := _START.search(text, position):
        end = _end(text, match)
        inner = "$" if match["dollar"] else default_of(text[match.start() : end], value, depth + 1)
        if inner is None or end < 0:
            return None
        result += text[position : match.start()] + inner
        position = end
    return result + text[position:]


def _end(text: str, match: re.Match[str]) -> int:
    """Return where an interpolation ends; -1 when its brace is not closed."""
    if not match["braced"]:
        return match.end()
    depth = 1
    for index in range(match.end(), len(text)):
        if text.startswith("${", index):
            depth += 1
        elif text[index] == "}":
            depth -= 1
            if not depth:
                return index + 1
    return -1


def cut(piece: Piece, start: int, end: int) -> Iterator[Piece]:
    """Yield a part of a piece, unless it is empty."""
    text = piece.texts[0][start:end] if piece.texts else ""
    if text:
        yield Piece((text,), *place_of(piece, start, end), piece.exact)


def place_of(piece: Piece, start: int, end: int) -> tuple[int, int]:
    """Return where a part of a piece stands: the whole where its places are not exact."""
    return (piece.start + start, piece.start + end) if piece.exact else (piece.start, piece.end)

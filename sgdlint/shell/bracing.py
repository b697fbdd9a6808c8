"""Brace expansion: `{a,b}` and `{1..8}`, before anything else in a word is expanded."""

from __future__ import annotations

from itertools import pairwise

from sgdlint import quick
from sgdlint.shell import tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    Parts = tuple[tree.Node, ...]

MOST_WORDS = 300
"""A word that becomes more words is not expanded."""

MOST_PARTS = 3000
"""Nor one whose words have more parts than this together."""

MOST_NESTING = 20
"""Nor one whose braces are nested more deeply."""

_RANGE = r"\{([-+]?[0-9]{1,12}|[A-Za-z])\.\.([-+]?[0-9]{1,12}|[A-Za-z])(?:\.\.([-+]?[0-9]{1,9}))?\}"


class TooManyError(Exception):
    """A word becomes too many words."""


def words(word: tree.Word) -> list[tree.Word] | None:
    """Return the words that a word becomes; None when they are too many, or not known."""
    try:
        found = _products(word.parts, 0)
    except TooManyError:
        return None
    if sum(map(len, found)) > MOST_PARTS or any(map(_has_longer_name, found)):
        return None
    return [tree.Word(word.start, word.end, parts) for parts in found]


def _has_longer_name(parts: Parts) -> bool:
    """Tell whether braces put a name together: `$X{1,2}` is `$X1 $X2`."""
    for part, after in pairwise(parts):
        if isinstance(part, tree.Parameter) and not part.braces and part.name.isidentifier():
            text = after.text if isinstance(after, tree.Literal | tree.Computed) else ""
            if text[:1].isalnum() or text[:1] == "_":
                return True
    return False


def _products(parts: Sequence[tree.Node], depth: int) -> list[Parts]:
    """Return each way to take one of the items of every brace; the first brace changes last."""
    if depth > MOST_NESTING:
        raise TooManyError
    found: list[Parts] = [()]
    for part in parts:
        choices = _choices(part, depth)
        if len(found) * len(choices) > MOST_WORDS:
            raise TooManyError
        found = [(*before, *after) for before in found for after in choices]
    return found


def _choices(part: tree.Node, depth: int) -> list[Parts]:
    if not isinstance(part, tree.BraceExpansion):
        return [(part,)]
    if not part.items:
        return [(tree.Computed(part.start, part.end, text),) for text in _range(part.text)]
    found = [parts for item in part.items for parts in _products(item.parts, depth + 1)]
    if len(found) > MOST_WORDS:
        raise TooManyError
    return found


def _range(source: str) -> list[str]:
    found = quick.fullmatch(_RANGE, source)
    if found is None:
        raise TooManyError
    first, last, step = found.groups()
    if first.isalpha() != last.isalpha():
        raise TooManyError
    if first.isalpha():
        letters = _numbers(ord(first), ord(last), step)
        if any(not chr(number).isalpha() for number in letters):
            raise TooManyError  # `{Z..a}` gives quotes and brackets, too
        return [chr(number) for number in letters]
    width = max(_width(first), _width(last))
    return [f"{number:0{width}d}" for number in _numbers(int(first), int(last), step)]


def _numbers(first: int, last: int, step: str | None) -> list[int]:
    width = abs(int(step or 1)) or 1
    if abs(last - first) // width >= MOST_WORDS:
        raise TooManyError
    if first <= last:
        return list(range(first, last + 1, width))
    return list(range(first, last - 1, -width))


def _width(text: str) -> int:
    """Return how wide the numbers become when one of the ends begins with a zero."""
    digits = text.lstrip("+-")
    return len(text) if digits[0] == "0" and len(digits) > 1 else 0

r"""The extended regular expressions of `[[ … =~ … ]]`, as far as every system reads them alike."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.shell.globs import CLASSES, choices, expanded, pattern_of
from sgdlint.shell.matching import (
    Anything,
    Begin,
    Character,
    End,
    Node,
    One,
    Repeat,
    Several,
    Subject,
    UnsureError,
    anywhere,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.shell import tree
    from sgdlint.shell.expand import Expander
    from sgdlint.shell.values import Word

MOST_NESTING = 20
"""Groups in groups, deeper than this, are unknown."""

MOST_TIMES = 255
"""The largest number in `{m,n}`."""

_TIMES = r"\{([0-9]{1,3})(,([0-9]{0,3}))?\}"
_LIMITS = {"*": (0, None), "+": (1, None), "?": (0, 1)}


def found(regex: Word, subject: Word, loose: bool = False) -> bool | None:
    """Tell whether a regular expression matches a part of a word; None when that is not known.

    loose: `nocasematch` may be on.
    """
    verdicts: set[bool | None] = set()
    for one in choices(regex):
        for other in choices(subject):
            try:
                nodes = read("".join(text or "" for text in one)) if None not in one else None
                verdicts.add(None if nodes is None else anywhere(nodes, Subject(other, loose)))
            except UnsureError:
                return None
    return verdicts.pop() if len(verdicts) == 1 else None


def regex_of(word: tree.Word, expander: Expander, maybe: bool) -> Word:
    """Expand a word that stands where bash expects a regular expression.

    maybe: bash may not expand it at all.
    """
    return pattern_of(word, expander, maybe, _escaped)


def _escaped(text: str) -> str:
    return quick.sub(r"[][\\.*+?{}()|^$]", lambda found: "\\" + found[0], text)


def read(text: str) -> tuple[Node, ...]:
    """Read a regular expression; raises UnsureError."""
    choices, at = _choices(text, 0, 0)
    if at < len(text):
        raise UnsureError
    return choices[0] if len(choices) == 1 else (Repeat(choices, 1, 1),)


def _choices(text: str, at: int, depth: int) -> tuple[tuple[tuple[Node, ...], ...], int]:
    """Read what stands between parentheses: sequences with `|` between them."""
    if depth > MOST_NESTING:
        raise UnsureError
    result: list[tuple[Node, ...]] = []
    while True:
        nodes: list[Node] = []
        while at < len(text) and text[at] not in "|)":
            node, at = _repeated(text, at, depth)
            nodes.append(node)
        if not nodes:
            raise UnsureError
        result.append(tuple(nodes))
        if not text.startswith("|", at):
            return tuple(result), at
        at += 1


def _repeated(text: str, at: int, depth: int) -> tuple[Node, int]:
    node, at = _atom(text, at, depth)
    if at == len(text) or text[at] not in "*+?{":
        return node, at
    if isinstance(node, Begin | End):
        raise UnsureError
    if text[at] != "{":
        least, most = _LIMITS[text[at]]
        at += 1
    else:
        times = quick.compile(_TIMES).match(text, at)
        if times is None:
            raise UnsureError
        least = int(times[1])
        most = least if times[2] is None else int(times[3]) if times[3] else None
        at = times.end()
        if max(least, most or 0) > MOST_TIMES or (most is not None and most < least):
            raise UnsureError
    if at < len(text) and text[at] in "*+?{":
        raise UnsureError
    if isinstance(node, One) and (least, most) == (0, None):
        return Anything(), at
    return Repeat(((node,),), least, most), at


def _atom(text: str, at: int, depth: int) -> tuple[Node, int]:
    character = text[at]
    if character == "(":
        choices, at = _choices(text, at + 1, depth + 1)
        if not text.startswith(")", at):
            raise UnsureError
        return Repeat(choices, 1, 1), at + 1
    if character == "[":
        return _brackets(text, at)
    if character == "\\":
        following = text[at + 1 : at + 2]
        if not following or following.isalnum() or following in "<>`'":
            raise UnsureError
        return Character(following), at + 2
    if character in "*+?{":
        raise UnsureError
    if character in "^$.":
        return {"^": Begin, "$": End, ".": One}[character](), at + 1
    return Character(character), at + 1


def _brackets(text: str, at: int) -> tuple[Node, int]:
    negated = text.startswith("^", at + 1)
    place = first = at + 1 + negated
    characters: set[str] = set()
    while place < len(text):
        if text[place] == "]" and place > first:
            return Several(frozenset(characters), negated), place + 1
        if text.startswith("[:", place):
            name, colon, _ = text[place + 2 :].partition(":]")
            if not colon or name not in CLASSES:
                raise UnsureError
            characters.update(expanded(CLASSES[name]))
            place += len(name) + 4
            continue
        if text[place] == "\\" or text.startswith(("[=", "[."), place):
            raise UnsureError
        if text[place] == "-" and place > first and not text.startswith("]", place + 1):
            raise UnsureError
        low = high = text[place]
        if text.startswith("-", place + 1) and not text.startswith("-]", place + 1):
            high = text[place + 2 : place + 3]
            place += 2
        if not _is_range(low, high):
            raise UnsureError
        characters.update(map(chr, range(ord(low), ord(high) + 1)))
        place += 1
    raise UnsureError


def _is_range(low: str, high: str) -> bool:
    """Tell whether a range is the same in every language: of digits, or of letters of one case."""
    if low == high:
        return True
    return any(low in kind and high in kind and low < high for kind in map(expanded, _ORDERED))


_ORDERED = ("0-9", "a-z", "A-Z")

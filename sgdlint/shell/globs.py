r"""The patterns of `case`, `[[ … == … ]]` and `${x#…}`: reading them, and matching words.

A pattern is a Word whose texts are in the notation of bash, with a backslash before each character
that was quoted. Assumed: bash runs with `globasciiranges`, its default.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.shell import tree
from sgdlint.shell.held import UNKNOWN
from sgdlint.shell.matching import (
    Anything,
    Character,
    Node,
    One,
    Other,
    Repeat,
    Several,
    Subject,
    UnsureError,
    whole,
)
from sgdlint.shell.values import MOST_TEXTS, Piece, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from sgdlint.shell.expand import Expander

    Texts = tuple[str | None, ...]

CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": " \t",
    "cntrl": "\0-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@[-`{-~",
    "space": " \t-\r",
    "upper": "A-Z",
    "word": "0-9A-Z_a-z",
    "xdigit": "0-9A-Fa-f",
}
"""The classes of brackets, as ranges of ASCII."""

MOST_NESTING = 20
"""Patterns in patterns in patterns, deeper than this, are unknown."""

MOST_READ = 256
"""So many patterns are kept as they were read: a `case` asks for the same ones on each path."""

_read: dict[tuple[str, bool | None], tuple[Node, ...]] = {}
_MEANING = r"[\[\\(]"
"""What makes a pattern match other than itself, beside `*` and `?`."""

_SPECIAL = r"[^\w/]"
_QUOTED = r"'([^']*)'|\"([^\"]*)\""
_EXTENDED = frozenset("?*+@!")


def matches(
    pattern: Word, subject: Word, extended: bool | None = None, loose: bool = False
) -> bool | None:
    """Tell whether a pattern matches a word; None when it depends on what is not known.

    extended: `extglob` is on (as in `[[ … ]]`), None when that is not known.
    loose: `nocasematch` may be on.
    """
    text = pattern.text
    if text is not None and quick.search(_MEANING, text) is None:
        if subject.many or not _says_anything(subject):
            return True if text and not text.strip("*") else None
        whole_text = None if loose or "*" in text or "?" in text else subject.text
        if whole_text is not None:
            return text == whole_text
    verdicts = {
        _verdict(one, other, extended, loose)
        for one in choices(pattern)
        for other in choices(subject)
    }
    return verdicts.pop() if len(verdicts) == 1 else None


def _says_anything(word: Word) -> bool:
    """Tell whether something is known of the text of a word."""
    for piece in word.pieces:
        if piece.texts is not None:
            return True
    return not word.pieces


def _verdict(pattern: Texts, subject: Texts, extended: bool | None, loose: bool) -> bool | None:
    try:
        nodes, is_open = _nodes_of(pattern, extended)
        found = whole(nodes, Subject(subject, loose))
    except UnsureError:
        return None
    return None if is_open and found else found


def _nodes_of(pattern: Texts, extended: bool | None) -> tuple[tuple[Node, ...], bool]:
    """Return a pattern, and whether that is only what it is like, for all that is known."""
    if None not in pattern:
        return read("".join(filter(None, pattern)), extended), False
    text = "".join(filter(None, pattern[: pattern.index(None)]))
    text = quick.sub(r"[?*+@!\\]*\Z", "", text)  # what follows may change their meaning
    if "[" in text or "(" in text:
        raise UnsureError
    return (*read(text, extended), Anything()), True


def choices(word: Word) -> list[Texts]:
    """Return what a word may be, each as its texts with None for those that are not known."""
    if word.many:
        return [(None,)]
    result: list[Texts] = [()]
    for piece in word.pieces:
        texts: Texts = piece.texts or (None,)
        if len(result) * len(texts) > MOST_TEXTS:
            texts = (None,)
        result = [(*before, after) for before in result for after in texts]
    return result


def read(text: str, extended: bool | None) -> tuple[Node, ...]:
    """Read a pattern; raises UnsureError."""
    found = _read.get((text, extended))
    if found is None:
        if len(_read) >= MOST_READ:
            _read.clear()
        found = _read[text, extended] = _Reader(text, extended).sequence(0, len(text), 0)
    return found


def escaped(text: str) -> str:
    """Return the pattern that matches a text and nothing else."""
    return quick.sub(_SPECIAL, _with_backslash, text)


def _with_backslash(found: re.Match[str]) -> str:
    return "\\" + found.group()


def literally(word: Word) -> Word:
    """Return the pattern that matches what a word is."""
    pieces = tuple(_changed(piece, escaped) for piece in word.pieces)
    return Word(word.start, word.end, pieces, word.many)


class _Reader:
    """Reads the text of one pattern."""

    def __init__(self, text: str, extended: bool | None) -> None:
        self.text = text
        self.extended = extended

    def sequence(self, at: int, end: int, depth: int) -> tuple[Node, ...]:
        nodes: list[Node] = []
        while at < end:
            node, at = self._node(at, end, depth)
            if nodes and isinstance(nodes[-1], Anything) and _is_odd(node):
                raise UnsureError
            nodes.append(node)
        return tuple(nodes)

    def _node(self, at: int, end: int, depth: int) -> tuple[Node, int]:
        text, character = self.text, self.text[at]
        if character in _EXTENDED and text.startswith("(", at + 1, end) and self._is_extended():
            choices, close = self._choices(at + 2, end)
            return self._group(character, choices, depth), close + 1
        if character == "\\":
            if at + 1 == end:
                raise UnsureError
            return Character(text[at + 1]), at + 2
        if character == "[":
            return self._brackets(at, end)
        if character == "*":
            return Anything(), at + 1
        return (One() if character == "?" else Character(character)), at + 1

    def _is_extended(self) -> bool:
        if self.extended is None:
            raise UnsureError
        return self.extended

    def _choices(self, at: int, end: int) -> tuple[list[tuple[int, int]], int]:
        """Return where the choices of a group stand, and where its parenthesis is closed."""
        found: list[tuple[int, int]] = []
        start, depth = at, 1
        while at < end:
            character = self.text[at]
            if character == "\\":
                at += 1
            elif character == "[":
                _, after = self._brackets(at, end)
                at = after - 1
            elif character == "(":
                depth += 1
            elif character == ")":
                depth -= 1
                if not depth:
                    return [*found, (start, at)], at
            elif character == "|" and depth == 1:
                found.append((start, at))
                start = at + 1
            at += 1
        raise UnsureError

    def _group(self, kind: str, choices: list[tuple[int, int]], depth: int) -> Node:
        if depth > MOST_NESTING:
            raise UnsureError
        parts = tuple(self.sequence(start, end, depth + 1) for start, end in choices)
        if kind == "!":
            return Other(parts)
        return Repeat(parts, int(kind in "+@"), 1 if kind in "?@" else None)

    def _brackets(self, at: int, end: int) -> tuple[Node, int]:
        """Read `[…]`; without its end the bracket stands for itself."""
        text = self.text
        negated = text.startswith(("!", "^"), at + 1, end)
        place = first = at + 1 + negated
        characters: set[str] = set()
        while place < end:
            if text[place] == "]" and place > first:
                return Several(frozenset(characters), negated), place + 1
            place = self._member(place, end, characters)
        if "(" in text:
            raise UnsureError  # bash may take it for a part of the bracket
        return Character("["), at + 1

    def _member(self, at: int, end: int, characters: set[str]) -> int:
        """Add one character, class or range of a bracket, and return where the next begins."""
        text = self.text
        if text.startswith("[:", at, end):
            close = text.find(":]", at + 2, end)
            if close < 0 or text[at + 2 : close] not in CLASSES:
                raise UnsureError
            characters.update(expanded(CLASSES[text[at + 2 : close]]))
            return close + 2
        low, at = self._letter(at, end)
        if not text.startswith("-", at, end) or text.startswith("-]", at, end) or at + 1 >= end:
            characters.add(low)
            return at
        high, at = self._letter(at + 1, end)
        if max(low, high) > "\x7f" or low > high:
            raise UnsureError
        characters.update(map(chr, range(ord(low), ord(high) + 1)))
        return at

    def _letter(self, at: int, end: int) -> tuple[str, int]:
        text = self.text
        if text.startswith(("[=", "[.", "[:"), at, end):
            raise UnsureError
        at += text[at] == "\\"
        if at >= end:
            raise UnsureError
        return text[at], at + 1


def _is_odd(node: Node) -> bool:
    """Tell whether bash 5.2 may go wrong on a group after `*`: one that can match nothing."""
    if isinstance(node, Repeat):
        return not node.least or any(map(_may_be_empty, node.choices))
    return isinstance(node, Other)


def _may_be_empty(nodes: tuple[Node, ...]) -> bool:
    return not any(isinstance(node, Character | One | Several) for node in nodes)


def expanded(ranges: str) -> str:
    """Return the characters of some ranges: `a-c0-1` is `abc01`."""
    return quick.sub(r"(?s)(.)-(.)", _between, ranges)


def _between(found: re.Match[str]) -> str:
    low, high = found.groups()
    return "".join(map(chr, range(ord(low), ord(high) + 1)))


# --- from the tree -------------------------------------------------------------------------------


def pattern_of(
    word: tree.Word,
    expander: Expander,
    maybe: bool = False,
    quote: Callable[[str], str] = escaped,
) -> Word:
    """Expand a word that stands where bash expects a pattern.

    maybe: bash may not expand it at all. quote: makes quoted text stand for itself.
    """
    if word.is_plain and expander.origin.is_file:
        return Word(word.start, word.end, (Piece((word.kept,), -1, -1),))
    pieces: list[Piece] = []
    for part in word.parts:
        pieces += _pieces(part, expander, maybe, quote)
    return Word(word.start, word.end, tuple(pieces))


def _pieces(
    part: tree.Node, expander: Expander, maybe: bool, quote: Callable[[str], str]
) -> list[Piece]:
    if isinstance(part, tree.Literal):
        return _unquoted(expander.origin.text[part.start : part.end], expander)
    if isinstance(part, tree.Glob | tree.BraceExpansion):
        return _active(expander.origin.text[part.start : part.end], expander, quote)
    one = tree.Word(part.start, part.end, (part,))
    value = expander.maybe(one) if maybe else expander.value(one)
    if isinstance(part, tree.SingleQuoted | tree.AnsiQuoted | tree.DoubleQuoted):
        return [_changed(piece, quote) for piece in value.pieces]
    if isinstance(part, tree.Parameter) and any(map(_has_quotes, part.arguments)):
        return [piece if _is_plain(piece) else UNKNOWN for piece in value.pieces]
    return list(value.pieces)


def _unquoted(source: str, expander: Expander) -> list[Piece]:
    stand_in = expander.origin.stand_in
    if stand_in and stand_in in source:
        return [UNKNOWN]
    if "\\" in source:
        source = quick.sub(r"\\\r?\n", _nothing, source)
    return [Piece((source,), -1, -1)]


def _nothing(found: re.Match[str]) -> str:
    return ""


def _active(source: str, expander: Expander, quote: Callable[[str], str]) -> list[Piece]:
    """Return an extended pattern; quotes in it become backslashes."""
    if "'" in source or '"' in source:
        if quick.search(r"\\.", source, quick.DOTALL):
            return [UNKNOWN]
        source = quick.sub(_QUOTED, lambda found: quote(found[1] or found[2] or ""), source)
    return [UNKNOWN] if "$" in source or "`" in source else _unquoted(source, expander)


def _changed(piece: Piece, change: Callable[[str], str]) -> Piece:
    if piece.texts is None:
        return UNKNOWN
    return Piece(tuple(map(change, piece.texts)), -1, -1)


def _has_quotes(word: tree.Word) -> bool:
    return any(not isinstance(part, tree.Literal) for part in word.parts) or (
        any(part.end - part.start != len(part.text) for part in word.parts)  # type: ignore[attr-defined]
    )


def _is_plain(piece: Piece) -> bool:
    return all(escaped(text) == text for text in piece.texts or ())

"""Removing and replacing what a pattern matches: `${x#…}`, `${x%…}` and `${x/…/…}`."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.record import record
from sgdlint.shell import globs, tree
from sgdlint.shell.matching import Character, Subject, UnsureError
from sgdlint.shell.slices import joined, part
from sgdlint.shell.values import MOST_TEXTS, Piece, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sgdlint.shell.expand import Expander
    from sgdlint.shell.matching import Node

    Span = tuple[int, int]
    Cut = Callable[[str, Sequence[Node]], list[Span]]

MOST_MATCHES = 200
"""A replacement at more places is not followed."""


@record
class Part:
    """A part of a replacement: some characters, or the text that was matched (`&`)."""

    word: Word | None


def trimmer(expander: Expander, node: tree.Parameter) -> Callable[[Word], Word | None]:
    """Return what `#`, `##`, `%` and `%%` do to a word: they keep one part of it."""
    cut = PREFIXES.get(node.operator) or SUFFIXES[node.operator]
    return _changer(expander, node, cut, ())


def replacer(expander: Expander, node: tree.Parameter) -> Callable[[Word], Word | None]:
    """Return what `/`, `//`, `/#` and `/%` do to a word."""
    new = _replacement(expander, node.arguments[1]) if len(node.arguments) > 1 else ()
    return _changer(expander, node, MATCHES[node.operator], new)


def _changer(
    expander: Expander, node: tree.Parameter, find: Cut, new: Sequence[Part] | None
) -> Callable[[Word], Word | None]:
    pattern = globs.pattern_of(node.arguments[0], expander)
    loose, extended = expander.is_loose(), expander.is_extended()

    def changed(word: Word) -> Word | None:
        patterns, texts = globs.choices(pattern), word.texts
        if texts is None or new is None or len(patterns) * len(texts) > MOST_TEXTS:
            return None
        results: list[Word] = []
        try:
            for one in patterns:
                if None in one:
                    return None
                nodes = globs.read("".join(filter(None, one)), extended)
                results += [_patched(word, text, nodes, find, new, loose) for text in texts]
        except UnsureError:
            return None
        return results[0] if len(results) == 1 else _either(word, results)

    return changed


def _either(word: Word, results: list[Word]) -> Word | None:
    found = [text for result in results for text in result.texts or (None,)]
    texts = tuple(dict.fromkeys(text for text in found if text is not None))
    if None in found or len(texts) > MOST_TEXTS:
        return None
    return Word(word.start, word.end, (Piece(texts, -1, -1),))


def _patched(
    word: Word, text: str, nodes: Sequence[Node], find: Cut, new: Sequence[Part], loose: bool
) -> Word:
    if loose and text.lower() != text.upper() and nodes:
        raise UnsureError
    if word.text is None:
        word = Word(word.start, word.end, (Piece((text,), -1, -1),))
    spans = find(text, nodes)
    if len(spans) > MOST_MATCHES:
        raise UnsureError
    words: list[Word] = []
    at = 0
    for start, end in spans:
        words.append(part(word, at, start))
        words += [one.word or part(word, start, end) for one in new]
        at = end
    if not spans:
        return word
    words.append(part(word, at, len(text)))
    return joined(words)


# --- where a pattern matches ---------------------------------------------------------------------


class _Matcher:
    """The places where matches of a pattern in a text begin and end.

    plain: the text that the pattern stands for, when there is only one.
    """

    def __init__(self, text: str, nodes: Sequence[Node]) -> None:
        self.text = text
        self.nodes = nodes
        letters = [node.character for node in nodes if isinstance(node, Character)]
        self.plain = "".join(letters) if len(letters) == len(nodes) else None
        self.subject = Subject([text] if self.plain is None else [])

    def ends(self, start: int) -> int:
        """Return where matches end that begin here, as bits."""
        if self.plain is not None:
            found = self.text.startswith(self.plain, start)
            return 1 << start + len(self.plain) if found else 0
        sure = self.subject.ends(self.nodes, 1 << start, True)
        if sure != self.subject.ends(self.nodes, 1 << start, False):
            raise UnsureError
        return sure

    def longest(self, start: int) -> int:
        """Return where the longest match ends that begins here, -1 without one."""
        return self.ends(start).bit_length() - 1

    def shortest(self, start: int) -> int:
        """Return where the shortest match ends that begins here, -1 without one."""
        ends = self.ends(start)
        return (ends & -ends).bit_length() - 1

    def to_end(self, starts: Sequence[int]) -> int:
        """Return the first of some places from which a match goes to the end, -1 without one."""
        if self.plain is not None:
            start = len(self.text) - len(self.plain)
            return start if self.text.endswith(self.plain) else -1
        last = 1 << len(self.text)
        return next((start for start in starts if self.ends(start) & last), -1)


def _prefix(is_longest: bool) -> Cut:
    def cut(text: str, nodes: Sequence[Node]) -> list[Span]:
        matcher = _Matcher(text, nodes)
        end = matcher.longest(0) if is_longest else matcher.shortest(0)
        return [(0, end)] if end > 0 else []

    return cut


def _suffix(is_longest: bool) -> Cut:
    def cut(text: str, nodes: Sequence[Node]) -> list[Span]:
        order = range(len(text) + 1) if is_longest else range(len(text), -1, -1)
        start = _Matcher(text, nodes).to_end(order)
        return [(start, len(text))] if start >= 0 else []

    return cut


def _first(text: str, nodes: Sequence[Node]) -> list[Span]:
    return _all(text, nodes, 1)


def _all(text: str, nodes: Sequence[Node], most: int = MOST_MATCHES + 1) -> list[Span]:
    if not nodes:
        return []
    matcher = _Matcher(text, nodes)
    if matcher.plain:
        return _plain(text, matcher.plain, most)
    if matcher.ends(0) & 1:
        raise UnsureError  # it matches nothing, too
    spans: list[Span] = []
    at = 0
    while at < len(text) and len(spans) < most:
        end = matcher.longest(at)
        if end > at:
            spans.append((at, end))
        at = max(end, at + 1)
    return spans


def _plain(text: str, plain: str, most: int) -> list[Span]:
    spans: list[Span] = []
    at = text.find(plain)
    while at >= 0 and len(spans) < most:
        spans.append((at, at + len(plain)))
        at = text.find(plain, at + len(plain))
    return spans


def _at_start(text: str, nodes: Sequence[Node]) -> list[Span]:
    end = _Matcher(text, nodes).longest(0)
    return [(0, end)] if end >= 0 else []


def _at_end(text: str, nodes: Sequence[Node]) -> list[Span]:
    if not nodes:
        return [(len(text), len(text))]
    start = _Matcher(text, nodes).to_end(range(len(text) + 1))
    return [(start, len(text))] if start >= 0 else []


PREFIXES = {"#": _prefix(False), "##": _prefix(True)}
SUFFIXES = {"%": _suffix(False), "%%": _suffix(True)}
MATCHES: dict[str, Cut] = {"/": _first, "//": _all, "/#": _at_start, "/%": _at_end}


# --- what stands in its place --------------------------------------------------------------------


def _replacement(expander: Expander, word: tree.Word) -> list[Part] | None:
    """Return the parts of a replacement; None when it is not known what `&` means in it."""
    parts: list[Part] = []
    is_sure = True
    for one in word.parts:
        if isinstance(one, tree.Literal):
            literal = _literal(expander, one)
            is_sure = is_sure and literal is not None
            parts += literal or ()
            continue
        value = expander.value(tree.Word(one.start, one.end, (one,)))
        is_quoted = isinstance(one, tree.SingleQuoted | tree.AnsiQuoted | tree.DoubleQuoted)
        is_sure = is_sure and (is_quoted or _is_plain(value))
        parts.append(Part(value))
    return parts if is_sure else None


def _literal(expander: Expander, node: tree.Literal) -> list[Part] | None:
    source = expander.source(node)
    if source != node.text:
        if "&" in quick.sub(r"\\.", lambda _: "", source, quick.DOTALL):
            return None
        return [Part(expander.value(tree.Word(node.start, node.end, (node,))))]
    parts: list[Part] = []
    at = 0
    for index, text in enumerate(source.split("&")):
        if index:
            parts.append(Part(None))
        if text:
            start, end = node.start + at, node.start + at + len(text)
            inside = tree.Word(start, end, (tree.Literal(start, end, text),))
            parts.append(Part(expander.value(inside)))
        at += len(text) + 1
    return parts


def _is_plain(word: Word) -> bool:
    texts = word.texts
    return texts is not None and not any("&" in text or "\\" in text for text in texts)

"""What the operators of `${…}` make of a value.

Characters that an operator leaves alone keep the place where they were written; what it computes
was written nowhere. Lengths, cases and places are known for ASCII text: of other characters they
depend on the language. Assumed: `patsub_replacement` is on, as it is in bash 5.2 at first.
"""

from __future__ import annotations

from sgdlint.record import replace
from sgdlint.shell import folders, tree
from sgdlint.shell.held import UNKNOWN, Array, Assoc, known, unknown
from sgdlint.shell.lookup import Found
from sgdlint.shell.slices import part
from sgdlint.shell.values import Piece, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sgdlint.shell.expand import Expander

    Change = Callable[[Word], Word | None]


def transformed(expander: Expander, node: tree.Parameter) -> Found:
    """Return what a parameter with a prefix or an operator gives."""
    if node.prefix == "#":
        return _length(expander, node)
    if node.prefix == "!":
        if node.subscript is not None and not node.operator and expander.lists(node):
            return _keys(expander, node)
        if node.operator in ("*", "@") and not node.arguments:
            reason = f"the environment may have more names that begin with {node.name}"
            return Found(
                (unknown(reason, True),), True, False, " " if node.operator == "*" else None
            )
        return _indirect(expander, node)
    found = expander.find(node)
    operate = OPERATIONS.get(node.operator)
    if operate is None:
        expander.has_failed = True
        return _lost(expander, node, found)
    return operate(expander, node, found)


def _lost(expander: Expander, node: tree.Parameter, found: Found) -> Found:
    """Return an unknown value, after the side effects of the arguments."""
    for argument in node.arguments:
        expander.maybe(argument)
    return _each(found, lambda _: None, f"${{{node.name}{node.operator}…}} is not computed")


def _each(found: Found, change: Change, reason: str) -> Found:
    """Return what a change makes of each element; None from it is an unknown one."""
    words = tuple(
        word if word.many else change(word) or _unknown(word, change, reason)
        for word in found.words
    )
    return replace(found, words=words, outside=False)


def _unknown(word: Word, change: Change, reason: str) -> Word:
    """Return an unknown word, with what a change makes of its default."""
    changed = change(known(word.default)) if word.default is not None else None
    text = changed.text if changed is not None else None
    piece = UNKNOWN if text is None else Piece(None, -1, -1, False, text)
    return Word(-1, -1, (piece,), False, word.reason or reason)


def _text_change(change: Callable[[str], str | None]) -> Change:
    """Return a change of words from one of texts; what it keeps whole keeps its place."""

    def changed(word: Word) -> Word | None:
        texts = word.texts
        if texts is None:
            return None
        new = [change(text) for text in texts]
        if None in new:
            return None
        if list(texts) == new:
            return word
        different = tuple(dict.fromkeys(text for text in new if text is not None))
        return Word(word.start, word.end, (Piece(different, -1, -1),))

    return changed


# --- ${#x}, ${!x} --------------------------------------------------------------------------------


def _length(expander: Expander, node: tree.Parameter) -> Found:
    reason = f"the length of ${node.name} is not known"
    if expander.lists(node):
        count = _count(expander, node)
        return Found((unknown(reason) if count is None else known(str(count)),))
    found = expander.find(node)
    if not found.words:
        return Found((known("0"),))
    texts = found.words[0].texts
    if texts is None or not all(text.isascii() for text in texts):
        return Found((unknown(reason),))
    lengths = tuple(dict.fromkeys(str(len(text)) for text in texts))
    return Found((Word(-1, -1, (Piece(lengths, -1, -1),)),))


def _count(expander: Expander, node: tree.Parameter) -> int | None:
    """Return the number of elements."""
    if node.subscript is None:
        words: Sequence[Word] = expander.state.positional
    else:
        held = expander.held(node.name)
        if held is None or (isinstance(held, Assoc) and held.open):
            return None
        words = held.elements if isinstance(held, Array) else [word for _, word in held.items]
    return None if any(word.many for word in words) else len(words)


def _keys(expander: Expander, node: tree.Parameter) -> Found:
    held = expander.held(node.name)
    separator = " " if expander.lists(node) == "*" else None
    reason = f"the keys of ${node.name} are not known"
    keys: tuple[Word, ...] = (unknown(reason, True),)
    if isinstance(held, Assoc) and not held.open and len(held.items) < 2:
        keys = tuple(known(key) for key, _ in held.items)
    elif isinstance(held, Array) and not any(word.many for word in held.elements):
        indexes = held.indexes or range(len(held.elements))
        keys = tuple(known(str(index)) for index in indexes)
    return Found(keys, True, False, separator)


def target_of(expander: Expander, node: tree.Parameter) -> tree.Parameter | None:
    """Return what `${!x…}` stands for: the same with the name that x holds."""
    found = expander.find(replace(node, operator="", arguments=(), prefix=""))
    variable = expander.state.variables.get(node.name)
    is_reference = variable is not None and "n" in variable.attributes
    text = found.words[0].text if len(found.words) == 1 and not found.listed else None
    if not text or is_reference:
        expander.has_failed = True
        return None
    if text.isidentifier() and text.isascii():
        return replace(node, name=text, prefix="", subscript=None)
    if text.isdigit() and text.isascii() and text[0] != "0":
        return replace(node, name=text, prefix="", subscript=None)
    expander.has_failed = True
    return None


def _indirect(expander: Expander, node: tree.Parameter) -> Found:
    target = target_of(expander, node)
    if target is not None and target.operator:
        return transformed(expander, target)
    if target is not None:
        return expander.find(target)
    reason = f"it is not known what ${{!{node.name}}} refers to"
    return _lost(expander, node, Found((unknown(reason, True),), True))


# --- ${x:offset:length} --------------------------------------------------------------------------


def _slice(expander: Expander, node: tree.Parameter, found: Found) -> Found:
    numbers = [expander.numbers(argument) for argument in node.arguments]
    certain = [one[0] for one in numbers if one is not None and len(one) == 1]
    reason = f"it is not known which part of ${node.name} is taken"
    if len(certain) < len(numbers) or (len(certain) > 1 and certain[1] < 0):
        expander.has_failed = expander.has_failed or _may_fail(found, certain)
    if len(certain) < len(numbers) or not certain:
        return Found((unknown(reason, found.listed),), found.listed, False, found.separator)
    offset, length = certain[0], certain[1] if len(certain) > 1 else None
    if not found.listed:
        return _each(found, lambda word: _substring(word, offset, length), reason)
    words = _elements(expander, node, offset, length)
    if words is None:
        words = (unknown(reason, True),)
    return Found(words, True, False, found.separator)


def _may_fail(found: Found, numbers: list[int]) -> bool:
    """Tell whether taking a part may be an error: its end stands before its start."""
    if found.listed or len(numbers) < 2:
        return True
    texts = [text for word in found.words for text in word.texts or ("é",)]
    return any(_span(text, *numbers[:2]) is None for text in texts)


def _substring(word: Word, offset: int, length: int | None) -> Word | None:
    spans = {_span(text, offset, length) for text in word.texts or ("é",)}
    if None in spans:
        return None
    if word.text is not None:
        (span,) = spans
        return part(word, *span) if span else None
    return _text_change(lambda text: text[slice(*(_span(text, offset, length) or (0, 0)))])(word)


def _span(text: str, offset: int, length: int | None) -> tuple[int, int] | None:
    """Return which characters a substring has; None when that is not known, or an error."""
    if not text.isascii():
        return None
    start = offset + len(text) if offset < 0 else offset
    if not 0 <= start <= len(text):
        return 0, 0
    end = len(text) if length is None else length + (len(text) if length < 0 else start)
    return (start, min(end, len(text))) if end >= start else None


def _elements(
    expander: Expander, node: tree.Parameter, offset: int, length: int | None
) -> tuple[Word, ...] | None:
    """Return some elements of an array, or of the arguments."""
    if length is not None and length < 0:
        return None
    if node.subscript is None:
        words = (unknown("$0 is how the script was called"), *expander.state.positional)
        indexes: Sequence[int] = range(len(words))
    else:
        held = expander.held(node.name)
        if not isinstance(held, Array):
            return None
        words = held.elements
        indexes = held.indexes or range(len(words))
    many = next((place for place, word in enumerate(words) if word.many), len(words))
    if offset < 0:
        offset += indexes[-1] + 1 if indexes and many == len(words) else 0
        if offset < 0:
            return () if many == len(words) else None
    start = next((place for place, index in enumerate(indexes) if index >= offset), len(words))
    end = len(words) if length is None else min(start + length, len(words))
    if many < len(words) and (start > many or end > many):
        return (*words[start:many], unknown(words[many].reason, True)) if start <= many else None
    return words[start:end]


# --- ${x#…}, ${x%…}, ${x/…/…} --------------------------------------------------------------------


def _trim(expander: Expander, node: tree.Parameter, found: Found) -> Found:
    if folder := folders.trimmed(expander, node, found):
        return Found((folder,))
    from sgdlint.shell import patching

    cut = patching.trimmer(expander, node)
    return _each(found, cut, f"${{{node.name}{node.operator}…}} is not known")


def _replace(expander: Expander, node: tree.Parameter, found: Found) -> Found:
    from sgdlint.shell import patching

    change = patching.replacer(expander, node)
    return _each(found, change, f"${{{node.name}{node.operator}…}} is not known")


# --- ${x^^}, ${x@Q} ------------------------------------------------------------------------------


def _case(expander: Expander, node: tree.Parameter, found: Found) -> Found:
    change = {"^": str.upper, ",": str.lower, "~": str.swapcase}[node.operator[0]]
    takes: Callable[[str], bool | None] = lambda _: True  # noqa: E731 - the usual one
    if node.arguments and node.arguments[0].parts:
        from sgdlint.shell import globs

        pattern = globs.pattern_of(node.arguments[0], expander)
        extended, loose = expander.is_extended(), expander.is_loose()

        def takes(letter: str) -> bool | None:
            return globs.matches(pattern, known(letter), extended, loose)

    def changed(text: str) -> str | None:
        if not text.isascii():
            return None
        count = 1 if len(node.operator) == 1 else len(text)
        verdicts = {letter: takes(letter) for letter in dict.fromkeys(text[:count])}
        if None in verdicts.values():
            return None
        letters = [change(one) if verdicts[one] else one for one in text[:count]]
        return "".join(letters) + text[count:]

    return _each(found, _text_change(changed), f"${{{node.name}{node.operator}}} is not known")


def _at(expander: Expander, node: tree.Parameter, found: Found) -> Found:
    letter = expander.source(node.arguments[0]) if node.arguments else ""
    change = LETTERS.get(letter)
    if change is None:
        expander.has_failed = expander.has_failed or letter not in "AKak" or not letter
        reason = f"${{{node.name}@{letter}}} is not computed"
        return replace(found, words=(unknown(reason, found.listed),), outside=False)
    return _each(found, _text_change(change), f"${{{node.name}@{letter}}} is not known")


def _quoted(text: str) -> str | None:
    if not text.isascii() or not text.isprintable():
        return None
    return "\\'" if text == "'" else "'" + text.replace("'", "'\\''") + "'"


def _unescaped(text: str) -> str | None:
    from sgdlint.shell import escapes

    if "'" in text or not text.isascii() or text.endswith("\\"):
        return None
    return escapes.ansi(text)


def _ascii(change: Callable[[str], str]) -> Callable[[str], str | None]:
    return lambda text: change(text) if text.isascii() else None


LETTERS: dict[str, Callable[[str], str | None]] = {
    "E": _unescaped,
    "L": _ascii(str.lower),
    "P": lambda text: None if any(one in text for one in "\\$`!") else text,
    "Q": _quoted,
    "U": _ascii(str.upper),
    "u": _ascii(lambda text: text[:1].upper() + text[1:]),
}
OPERATIONS: dict[str, Callable[[Expander, tree.Parameter, Found], Found]] = {
    "#": _trim,
    "##": _trim,
    "%": _trim,
    "%%": _trim,
    "/": _replace,
    "//": _replace,
    "/#": _replace,
    "/%": _replace,
    ",": _case,
    ",,": _case,
    ":": _slice,
    "@": _at,
    "^": _case,
    "^^": _case,
    "~": _case,
    "~~": _case,
}

"""Word splitting where IFS is not what it is at first."""

from __future__ import annotations

from sgdlint.shell.fields import GLOB, PATTERN
from sgdlint.shell.held import UNKNOWN
from sgdlint.shell.slices import part
from sgdlint.shell.values import Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.shell.fields import Fields

BLANKS = " \t\n"


def split(fields: Fields, word: Word) -> None:
    """Put an unquoted expansion into fields, split as a changed IFS tells."""
    ifs, text = fields.ifs, word.text
    if not word.pieces:
        return
    if ifs == "":
        _whole(fields, word)
    elif ifs is None or text is None:
        _several(fields, word, ifs)
    else:
        _split_text(fields, word, text, ifs)


def _whole(fields: Fields, word: Word) -> None:
    """Put in a word that nothing splits."""
    if any(piece.texts is None for piece in word.pieces):
        fields.blob(word.pieces, word.reason)  # it may be empty, or a pattern
    else:
        _several(fields, word, "")


def _several(fields: Fields, word: Word, ifs: str | None) -> None:
    """Put in a word of which not everything is known, as one if nothing can split it."""
    texts = word.texts
    if texts == ("",):
        return
    if ifs is None or texts is None or "" in texts or any(_is_split(text, ifs) for text in texts):
        fields.blob((UNKNOWN,), word.reason or "IFS is changed in this script")
    else:
        fields.add(word.pieces, word.reason)


def _is_split(text: str, ifs: str) -> bool:
    return bool(GLOB.search(text)) or any(character in ifs for character in text)


def _split_text(fields: Fields, word: Word, text: str, ifs: str) -> None:
    """Split a text: blanks of IFS stand between words, its other characters end one each."""
    blanks = "".join(character for character in BLANKS if character in ifs)
    at = _skip(text, 0, blanks)
    begins_with_mark = at < len(text) and text[at] in ifs
    if begins_with_mark and fields.after_blank and not fields.is_started:
        fields.blob((UNKNOWN,), "what ends this word stands in two expansions")
        return
    if at:
        fields.is_spread = True
        if not begins_with_mark:
            fields.finish()
    fields.after_blank = at == len(text) and at > 0
    while at < len(text):
        end = at
        while end < len(text) and text[end] not in ifs:
            end += 1
        if end > at:
            _add(fields, word, text, at, end)
        if end == len(text):
            fields.after_blank = False
            return
        after = _skip(text, end, blanks)
        is_mark = after < len(text) and text[after] in ifs
        if is_mark:
            fields.start()
            after = _skip(text, after + 1, blanks)
        fields.is_spread = True
        fields.after_blank = not is_mark
        fields.finish()
        at = after


def _skip(text: str, at: int, blanks: str) -> int:
    while at < len(text) and text[at] in blanks:
        at += 1
    return at


def _add(fields: Fields, word: Word, text: str, start: int, end: int) -> None:
    if GLOB.search(text, start, end):
        fields.blob((UNKNOWN,), PATTERN)
    else:
        fields.add(part(word, start, end).pieces)

"""Writes words, variables and parts of words into unit files."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.documents.region import CannotWriteError
from sgdlint.finding import Edit
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.documents.region import Encode
    from sgdlint.documents.unit_files import Setting, UnitWord

_SIMPLE = r"[\w@+=:,./-]+"
_BREAKS = ("\n", "\r")


def written(text: str) -> str:
    """Return a word as it is written in a command; raises CannotWriteError."""
    if "$" in text:
        raise CannotWriteError("a variable stands in it")
    return assignment(text)


def assignment(text: str) -> str:
    """Return a word as it is written where `$` means nothing; raises CannotWriteError."""
    if quick.fullmatch(_SIMPLE, text):
        return text
    inner = escaped(text).replace("\\'", "'")
    return inner if quick.fullmatch(_SIMPLE, inner.replace("%", "")) else f'"{inner}"'


def escaped(text: str) -> str:
    """Return a text with what has a meaning in any word escaped; raises CannotWriteError."""
    if any(one in text for one in _BREAKS):
        raise CannotWriteError("a line end cannot be written there")
    for one in ("\\", '"', "'"):
        text = text.replace(one, "\\" + one)
    return text.replace("%", "%%")


def encode_in(word: UnitWord, source: str, dollars: bool) -> Encode:
    """Return what writes text inside a word. dollars: whether `$` has a meaning there."""

    def encode(text: str, span: Span) -> str:
        if not _is_quoted(source[word.start : span.start]) and any(one in text for one in " \t"):
            raise CannotWriteError("it needs quotes there")
        return escaped(text).replace("$", "$$" if dollars else "$")

    return encode


def _is_quoted(before: str) -> bool:
    """Whether a quote is open behind some characters of a word."""
    quote, skip = "", False
    for character in before:
        if skip or character == "\\":
            skip = not skip
        elif character in "\"'" and quote in ("", character):
            quote = "" if quote else character
    return bool(quote)


def removal(setting: Setting, found: Sequence[UnitWord], index: int, source: str) -> Edit | None:
    """Return the edit that takes one assignment out of a setting; None if none can."""
    word = found[index]
    whole = source[setting.span.start : setting.span.end]
    if any(line.lstrip()[:1] in ("#", ";") for line in whole.splitlines() if line.strip()):
        return None
    if len(found) == 1:
        return Edit(setting.span, "")
    if index:
        return Edit(Span(found[index - 1].end, word.end), "")
    return Edit(Span(word.start, found[1].start), "")


def added(name: str, value: str, near: Setting, after: bool, source: str) -> Edit:
    """Return the edit that puts a line with a variable after a setting, or before it."""
    lead = source[near.span.start : near.start]
    line = f"{lead}Environment={assignment(f'{name}={value}')}"
    end = "\r\n" if "\r\n" in source else "\n"
    if not after:
        return Edit(Span(near.span.start, near.span.start), line + end)
    place = near.span.end
    is_closed = source[place - 1 : place] in _BREAKS
    return Edit(Span(place, place), line + end if is_closed else end + line)

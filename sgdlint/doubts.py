"""What is wrong with the places that name a release: the shell or pip reads it in another way."""

from __future__ import annotations

import re

from sgdlint.catalog.releases import newest, release_key, releases
from sgdlint.catalog.specifiers import SpecifierError, allowed_by, is_range
from sgdlint.evidence import PIP, REQUIRES, text_of
from sgdlint.finding import Edit, Fix
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.pins import Evidence
    from sgdlint.shell.values import Command
    from sgdlint.source import Source

    Doubt = tuple[str, Span, dict[str, str], Fix | None]
_BARE = r"sglang(?:\[[\w,.-]*\])?"
_RANGE = r"(?:[<>]=?|[=!~]=)\d+\.\d[\w.*]*"


def redirected(source: Source, commands: Sequence[Command]) -> Iterator[Doubt]:
    """Yield an event for each range that the shell takes for redirections."""
    for command in commands:
        texts = [text_of(word) for word in command.words[:6]]
        if set(PIP).isdisjoint(texts) or set(REQUIRES).isdisjoint(texts):
            continue
        for word in command.words:
            written = source.text[max(0, word.start) : max(0, word.end)]
            match = re.compile(rf"(?=[<>]){_RANGE}(?:,{_RANGE})*").match(source.text, word.end)
            if match is not None and re.fullmatch(_BARE, written):
                span = Span(word.start, match.end())
                quoted = f'"{written}{match[0]}"'
                edits = (Edit(span, quoted),)
                fix = Fix(f"write {quoted}", "unsafe", edits, "another release is installed then")
                yield "redirected-range", span, {"range": match[0], "file": _file(match[0])}, fix


def _file(text: str) -> str:
    """Return the first file that the shell reads or writes for a range."""
    return re.split("[<>]", text[1:])[0]


def doubts(known: Sequence[Evidence]) -> Iterator[Doubt]:
    """Yield an event for each place whose release cannot be told: name, span, fields and fix."""
    # Several commands may read the same words, and several launches ask the same file.
    for one in {(one.path, one.line, one.span): one for one in reversed(known)}.values():
        span = one.command if one.path or one.span is None else one.span
        if span is None:
            continue
        fields = {
            "written": one.wrong or one.specifier,
            "place": f" ({one.where})" if one.path else "",
            "known": f"{releases()[0]} to {newest()}",
        }
        if one.wrong:
            yield "unreadable-release", span, fields, _fix(one)
        elif is_range(one.specifier) and not _allowed(one.specifier):
            kind = "range-ahead" if _is_ahead(one.specifier) else "range-empty"
            yield kind, span, fields, None


def _allowed(specifier: str) -> bool:
    try:
        return bool(allowed_by(specifier))
    except SpecifierError:
        return True


def _is_ahead(specifier: str) -> bool:
    """Whether a range begins after the newest known release."""
    for part in specifier.split(","):
        match = re.match(r"\s*(===|==|~=|>=|>)\s*([\d.]*\d)", part)
        if match is not None and _key(match[2]) > _key(newest()):
            return True
    return ">" in specifier and not any(mark in specifier for mark in ("<", "~", "=="))


def _key(version: str) -> tuple[int, ...]:
    return release_key(version if "." in version else f"{version}.0")


def _fix(one: Evidence) -> Fix | None:
    """Return the fix for an operator that pip does not have; None for other mistakes."""
    if one.path or one.span is None or not one.specifier:
        return None
    edit = Edit(one.span, one.specifier)
    return Fix(f"write {one.specifier}", "unsafe", (edit,), "pip refused it until now")

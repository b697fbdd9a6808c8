"""What comments say to sgdlint: `# sgdlint: sglang=0.5.12 gpu=H100` and `# sgdlint: ignore[…]`."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.record import record
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.finding import Finding
    from sgdlint.source import Source

_COMMENT = (
    r"(?:#+|;+|//+|\.\.|<!--|(?:\{\{-?\s*|\{)?/\*)\s*sgdlint\s*:\s*(.*?)"
    r"\s*(?:-->|\*/(?:\s*-?\}{1,2})?)?\s*$"
)
"""A directive in a comment of any language that documents are written in."""
_IGNORE = r"ignore\s*\[([^\]]*)\]\s*(.*)$"
SETTINGS = ("sglang", "gpu", "gpus", "vram", "goal")


class DirectiveError(Exception):
    """A directive that cannot be understood; the message says what is allowed."""


@record
class Setting:
    """`name=value` in a comment, with its line for messages and where the value stands."""

    name: str
    value: str
    line: int
    span: Span


@record
class Suppression:
    """`ignore[codes]`: which rules, where it stands, and the lines that it covers."""

    codes: tuple[str, ...]
    reason: str
    span: Span
    lines: range


def read(
    source: Source,
    comments: Sequence[Span],
    statements: Sequence[Span],
    parts: Sequence[Span] = (),
) -> tuple[list[Setting], list[Suppression]]:
    """Read all directives of a script; raises DirectiveError.

    comments: where the comments stand. statements: the launches' spans: a suppression on or above a
    line of one covers the whole of it. parts: of a document; a suppression above the first line of
    one covers the whole of it.
    """
    settings: list[Setting] = []
    suppressions: list[Suppression] = []
    for comment in comments:
        text = source.text[comment.start : comment.end]
        match = quick.match(_COMMENT, text) if "sgdlint" in text else None
        if match is None:
            continue
        ignore = quick.match(_IGNORE, match[1])
        if ignore:
            codes = tuple(code.strip() for code in ignore[1].split(",") if code.strip())
            lines = _covered(source, comment, statements, comments, parts)
            suppressions.append(Suppression(codes, ignore[2], comment, lines))
        else:
            start = comment.start + match.start(1)
            settings += _settings(match[1], source.location(comment.start)[0], start)
    _check_once(settings)
    return settings, suppressions


def _check_once(settings: Sequence[Setting]) -> None:
    first: dict[str, Setting] = {}
    for one in settings:
        before = first.setdefault(one.name, one)
        if before is not one and one.name != "sglang":
            raise DirectiveError(
                f"line {one.line}: {one.name} is set again; line {before.line} holds for the file"
            )


def _settings(text: str, line: int, start: int) -> list[Setting]:
    found = []
    for match in quick.finditer(r"\S+", text):
        part = match[0]
        name, equals, value = part.partition("=")
        if not equals or name not in SETTINGS or not value:
            raise DirectiveError(
                f"line {line}: `{part}` is not a directive; allowed: "
                "ignore[RULE,…] reason, " + ", ".join(f"{name}=…" for name in SETTINGS)
            )
        end = start + match.end()
        found.append(Setting(name, value, line, Span(end - len(value), end)))
    return found


def _covered(
    source: Source,
    comment: Span,
    statements: Sequence[Span],
    comments: Sequence[Span],
    parts: Sequence[Span],
) -> range:
    """Return the lines a suppression covers: its own, or the next one when it stands alone."""
    line = source.location(comment.start)[0]
    target = line
    if _is_alone(source, comment):
        last = source.location(len(source.text))[0]
        others = _lines_of_comments(source, comments)
        target = source.location(comment.end)[0] + 1
        while target <= last and (
            source.line_text(target).lstrip().removeprefix('"')[:1] in ("#", "") or target in others
        ):
            target += 1
        target = min(target, last)
        statements = [
            *statements,
            *(one for one in parts if source.location(one.start)[0] == target),
        ]
    covered = range(target, target + 1)
    for span in statements:
        lines = source.lines_of(span)
        if target in lines:
            covered = range(min(covered[0], lines[0]), max(covered[-1], lines[-1]) + 1)
    return covered


def _lines_of_comments(source: Source, comments: Sequence[Span]) -> set[int]:
    """Return the lines that hold nothing but a comment which does not begin with `#`."""
    others = [one for one in comments if source.text[one.start] != "#"]
    return {source.location(one.start)[0] for one in others if _is_alone(source, one)}


def _is_alone(source: Source, comment: Span) -> bool:
    """Whether nothing stands before a comment, or the quote of a line in a notebook."""
    line = source.line_span(source.location(comment.start)[0])
    return source.text[line.start : comment.start].lstrip() in ("", '"')


def suppresses(suppression: Suppression, finding: Finding, source: Source) -> bool:
    """Whether a suppression silences a finding: by its own place, or by its whole command."""
    if not {finding.code, finding.name} & set(suppression.codes):
        return False
    spans = [finding.span] + ([finding.scope] if finding.scope is not None else [])
    return any(not set(source.lines_of(span)).isdisjoint(suppression.lines) for span in spans)


def without_codes(source: Source, suppression: Suppression, unused: set[str]) -> tuple[Span, str]:
    """Return the edit that takes unused codes out of a suppression, or all of it."""
    kept = [code for code in suppression.codes if code not in unused]
    span = suppression.span
    if kept:
        text = source.text[span.start : span.end]
        start, end = text.index("[") + 1, text.index("]")
        return Span(span.start + start, span.start + end), ", ".join(kept)
    line = source.line_span(source.location(span.start)[0])
    if not source.text[line.start : span.start].strip():
        following = source.text[line.end : line.end + 2]
        return Span(line.start, line.end + len(following) - len(following.lstrip("\r\n"))), ""
    before = len(source.text[line.start : span.start].rstrip())
    return Span(line.start + before, span.end), ""

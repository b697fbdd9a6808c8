"""What comments say to sgdlint: `# sgdlint: sglang=0.5.12 gpu=H100` and `# sgdlint: ignore[…]`.

What is silenced, and where, is in `sgdlint.suppressions`.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.record import record
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sgdlint.source import Source
    from sgdlint.suppressions import Ignore, Suppression

_COMMENT = (
    r"(?:#+|;+|//+|\.\.|<!--|(?:\{\{-?\s*|\{)?/\*)\s*sgdlint\s*:\s*(.*?)"
    r"\s*(?:-->|\*/(?:\s*-?\}{1,2})?)?\s*$"
)
"""A directive in a comment of any language that documents are written in."""
_IGNORE = r"(ignore(?:-start|-end|-file)?)\s*(?:\[([^\]]*)\]\s*(.*))?$"
_NEEDS_NO_CODES = "ignore-end"
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


def read(
    source: Source,
    comments: Sequence[Span],
    launches: Sequence[Span],
    wholes: Callable[[], Iterable[Span]] = tuple,
    texts: Mapping[Span, str] = {},
) -> tuple[list[Setting], list[Suppression]]:
    """Read all directives of a script; raises DirectiveError.

    comments: where the comments stand. texts: of those that are not written just so. launches,
    wholes: as of `suppressions.Layout`.
    """
    settings: list[Setting] = []
    ignores: list[Ignore] = []
    for comment in comments:
        text = texts.get(comment) or source.text[comment.start : comment.end]
        match = quick.match(_COMMENT, text) if "sgdlint" in text else None
        if match is None:
            continue
        ignore = _ignore(match[1], comment)
        if ignore is not None:
            ignores.append(ignore)
        else:
            start = comment.start + match.start(1)
            settings += _settings(match[1], source.location(comment.start)[0], start)
    _check_once(settings)
    if not ignores:
        return settings, []
    from sgdlint import suppressions

    layout = suppressions.Layout(source, comments, launches, wholes)
    return settings, suppressions.read(ignores, layout)


def _ignore(text: str, comment: Span) -> Ignore | None:
    """Return what a comment silences; None when it says something else."""
    match = quick.match(_IGNORE, text)
    if match is None or (match[2] is None and match[1] != _NEEDS_NO_CODES):
        return None
    from sgdlint.suppressions import Ignore

    codes = tuple(code.strip() for code in (match[2] or "").split(",") if code.strip())
    return Ignore(match[1], codes, match[3] or "", comment)


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
                "ignore[RULE,…] reason, ignore-start, ignore-end, ignore-file, "
                + ", ".join(f"{name}=…" for name in SETTINGS)
            )
        end = start + match.end()
        found.append(Setting(name, value, line, Span(end - len(value), end)))
    return found

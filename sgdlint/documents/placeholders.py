"""What a guide leaves to its reader: `<MODEL>`, `{port}`, `[options]`, `…`.

A shell would read some of them as something else, and none of them stands for itself.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_ANGLES = r"(?<![<>&$\d])<\w[^<>\n\"'`$;&()=]{0,80}>(?=[\s\"'/:,.)\]}\\;@_-]|\Z)"
_BRACES = r"(?<![${\\])\{\{[^{}\n]{1,80}\}\}|(?<![${\\])\{[A-Za-z_](?:[\w .-]{0,80}\w)?\}"
_CHOICES = r"(?<=[\s=])\{[\w.-]{1,40}(?:[,|][\w.-]{1,40}){1,40}\}(?=\s|\Z)"
_NAMED = rf"{_ANGLES}|{_BRACES}|{_CHOICES}"
_DOTS = r"\.\.\.|\u2026"
_PATTERN = quick.compile(
    r"(?P<comment>(?:^|(?<=\s))#[^\n]*)|(?P<escape>\\.)"
    rf"|(?P<all>(?<![^\s\"'])(?P<quote>[\"'])(?:{_DOTS}|{_NAMED})(?P=quote)(?!\S))"
    r"|(?P<quoted>\"(?:[^\"\\]|\\.)*\"|'[^']*')"
    rf"|(?P<named>{_NAMED})"
    rf"|(?P<open>(?<!\S)(?:{_DOTS}|\[(?:{_DOTS}|[A-Za-z-][^\[\]\n\"'$]{{0,120}})\])(?=[\s;)]|\Z))"
    rf"|(?P<part>(?<![\w.])(?:{_DOTS})(?!\.))",
    quick.MULTILINE | quick.DOTALL,
)
_IN_QUOTES = quick.compile(_NAMED)
_ANYWHERE = quick.compile(rf"{_ANGLES}|{_DOTS}|\{{\{{")


@record
class Gap:
    """A part of a text that its reader fills in. loose: with any number of words."""

    start: int
    end: int
    loose: bool = False


def gaps(text: str) -> Iterator[Gap]:
    """Yield the placeholders of a shell text, in order; what a comment holds is none."""
    if not any(sign in text for sign in ("<", "{", "[", "...", "\u2026")):
        return
    for match in _PATTERN.finditer(text):
        kind = match.lastgroup
        if kind in ("named", "part"):
            yield Gap(*match.span())
        elif kind == "open":
            yield Gap(*match.span(), loose=True)
        elif kind == "all" or match["all"]:
            yield Gap(match.start() + 1, match.end() - 1)
        elif kind == "quoted":
            for inside in _IN_QUOTES.finditer(text, match.start() + 1, match.end() - 1):
                yield Gap(*inside.span())


def has_gaps(text: str) -> bool:
    """Whether a text of any language has placeholders."""
    return _ANYWHERE.search(text) is not None

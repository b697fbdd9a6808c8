"""Changes of `sgdlint fix`, one by one: asked for on a terminal, or told with their reasons."""

from __future__ import annotations

from sgdlint import rulebook
from sgdlint.formatters.block import block, diff
from sgdlint.formatters.excerpt import Margin
from sgdlint.formatters.gains import whole
from sgdlint.formatters.text import WIDTH, plain
from sgdlint.rules.model import RECIPE
from sgdlint.story import wrapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from sgdlint.finding import Finding
    from sgdlint.fixer import Fixed
    from sgdlint.formatters.excerpt import Line
    from sgdlint.source import Nearby, Source

QUESTION = "Apply this change? [y]es, [n]o, [a]ll, [q]uit: "
ANSWERS = ("y", "n", "a", "q", "yes", "no", "all", "quit")
INDENT = "  "


class Asking:
    """Shows each change and asks whether it is wanted; after `all` and `quit` it asks no more."""

    def __init__(self, show: Callable[[Sequence[Line]], None], width: int) -> None:
        self._show = show
        self._width = width
        self._always: bool | None = None

    def __call__(self, finding: Finding, source: Source) -> bool:
        """Whether the fix of a finding is wanted."""
        if self._always is not None:
            return self._always
        self._show(block(finding, source, self._width))
        answer = _answer()
        if answer in ("a", "q"):
            self._always = answer == "a"
        return answer in ("y", "a")


def _answer() -> str:
    """Return one of y, n, a and q; the end of the input is q."""
    while True:
        try:
            answer = input(QUESTION).strip().lower()
        except EOFError:
            print()
            return "q"
        if answer in ANSWERS:
            return answer[0]


def explained(fixed: Fixed, near: Nearby, paths: Sequence[str]) -> list[str]:
    """Return for each change of a file why it was made, what it gains and who says so.

    paths: the rule files and folders that the user named.
    """
    rules = rulebook.as_written([near], paths)
    pairs = zip(fixed.applied, fixed.sources, strict=True)
    return [_story(finding, source, rules[finding.code]) for finding, source in pairs]


def _story(finding: Finding, source: Source, rule: dict[str, Any]) -> str:
    fix = finding.fix
    assert fix is not None  # it was made
    line, _ = source.location(finding.span.start)
    marks = [] if fix.applicability == "safe" else [fix.applicability]
    marks += [] if finding.lossless else ["lossy"]
    head = f"{source.path}:{line}: {finding.code} {finding.name}: {fix.title}"
    head += f" ({', '.join(marks)}{': ' + fix.note if fix.note else ''})" if marks else ""
    changes = plain(diff(fix.edits, source, Margin(0, WIDTH - 4)))
    parts = [f"why: {finding.message}"] if finding.category == RECIPE else []
    parts += [f"{'' if parts else 'why: '}{rule['why']}"]
    sources = list(rule["references"])
    if finding.gain is not None:
        parts.append(f"gain: {whole(finding.gain)}")
        sources += [one for one in finding.gain.sources if one not in sources]
    told = "".join(_indented(one) for one in parts)
    return (
        f"{head}\n{changes}{told}" + "".join(f"{INDENT}source: {one}\n" for one in sources) + "\n"
    )


def _indented(text: str) -> str:
    return "".join(f"{INDENT}{line}\n" for line in wrapped(text, WIDTH - len(INDENT)).split("\n"))

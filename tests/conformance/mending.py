"""Fix judged commands and ask the judge again: what it accepts, and what it then accepts too."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.case import Case, Judged
from conformance.judge import ask
from conformance.score import looking

from sgdlint.finding import Finding
from sgdlint.fixer import fix

KINDS = ("safe", "unsafe")
"""Which fixes are applied: the safe ones, or those of `--unsafe` too."""


@dataclass
class Tally:
    """What became of the commands of one release.

    bad: refused or dying commands of which each error has a fix. others: those that were changed,
    and have an error without one. unchanged: commands without a fix are not asked again. unsure:
    the judge could not tell. broken, left: commands (before and after) that were accepted and no
    longer are, and that were refused and still are.
    """

    accepted: int = 0
    kept: int = 0
    bad: int = 0
    mended: int = 0
    others: int = 0
    unchanged: int = 0
    unsure: int = 0
    broken: list[tuple[Judged, Judged]] = field(default_factory=list)
    left: list[tuple[Judged, Judged]] = field(default_factory=list)

    def add(self, before: Judged, after: Judged | None, promised: bool) -> None:
        """Count a command that was changed; promised: each of its errors has a fix."""
        if after is None:
            self.unsure += 1
        elif before.is_bad and not promised:
            self.others += 1
        elif before.is_bad:
            self.bad += 1
            self.mended += not after.is_bad
            self.left += [(before, after)] * after.is_bad
        else:
            self.accepted += 1
            self.kept += not after.is_bad
            self.broken += [(before, after)] * after.is_bad

    def numbers(self) -> dict[str, int]:
        """Return the counts alone."""
        names = ("accepted", "kept", "bad", "mended", "others", "unchanged", "unsure")
        return {name: getattr(self, name) for name in names}


def mended(one: Judged, unsafe: bool) -> tuple[Case, bool] | None:
    """Return a command after its fixes, and whether one was of an error; None if none was made."""
    source, look = looking(one)
    fixed = fix(source, look, unsafe=unsafe)
    if fixed.text == source.text:
        return None
    errors = [finding for finding in look(source).findings if finding.severity == "error"]
    promised = bool(errors) and all(_has_fix(finding, unsafe) for finding in errors)
    return _read(fixed.text, one.case), promised


def _has_fix(finding: Finding, unsafe: bool) -> bool:
    kinds = KINDS if unsafe else KINDS[:1]
    return finding.fix is not None and finding.fix.applicability in kinds


def _read(text: str, case: Case) -> Case:
    """Return the command of a line as a case."""
    words = shlex.split(text)
    start = words.index("sglang")
    env: dict[str, str] = {}
    for word in words[:start]:
        name, _, value = word.partition("=")
        if not re.fullmatch(r"[A-Za-z_]\w*", name):
            raise ValueError(f"not the command that was fixed: {text}")
        env[name] = value
    return replace(case, argv=tuple(words[start + 1 :]), env=env)


def tally(command: Sequence[str], commands: Iterable[Judged], unsafe: bool) -> dict[str, Tally]:
    """Fix commands, ask the judge, and count by release."""
    found: dict[str, Tally] = {}
    changed: list[tuple[Judged, Case, bool]] = []
    for one in commands:
        result = mended(one, unsafe)
        mine = found.setdefault(one.case.release, Tally())
        if result is None:
            mine.unchanged += 1
        else:
            changed.append((one, *result))
    answers = ask(command, [case for _, case, _ in changed])
    for (one, _, promised), after in zip(changed, answers, strict=True):
        found[one.case.release].add(one, after, promised)
    return found


def shown(found: dict[str, Tally]) -> Iterator[str]:
    """Yield the commands that fixing broke, or changed and left refused."""
    for release, mine in found.items():
        for kind in ("broken", "left"):
            for before, after in getattr(mine, kind):
                yield f"{kind} {release} {after.case.gpu} x{after.case.count} {after.reason}"
                yield f"    - {before.case.text()}"
                yield f"    + {after.case.text()}"


def data(found: dict[str, dict[str, Tally]]) -> dict[str, Any]:
    """Return the counts by kind of fixes and release."""
    return {
        kind: {release: mine.numbers() for release, mine in sorted(some.items())}
        for kind, some in found.items()
    }

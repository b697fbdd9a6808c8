"""Fix judged commands and ask the judge again: what it accepts, and what it then accepts too."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from conformance.case import Case, Judged
from conformance.judge import ask
from conformance.score import looking

from sgdlint.finding import Finding
from sgdlint.fixer import fix

KINDS = ("safe", "unsafe")
"""Which fixes are applied: the safe ones, or those of `--unsafe` too."""


@dataclass(frozen=True)
class Changed:
    """A command after its fixes.

    promised: each of its errors had a fix. partly: the fix of an error was made.
    """

    before: Judged
    case: Case
    promised: bool
    partly: bool


@dataclass
class Share:
    """How many commands were changed, and how many of these are accepted then."""

    changed: int = 0
    accepted: int = 0

    def add(self, is_accepted: bool) -> None:
        """Count a command."""
        self.changed += 1
        self.accepted += is_accepted

    @property
    def part(self) -> float:
        """The accepted ones of the changed ones."""
        return self.accepted / self.changed if self.changed else 1.0


@dataclass
class Tally:
    """What became of the commands of one release.

    kept: those that were accepted. strict: refused or dying ones of which each error has a fix;
    partly: those of which an error was fixed; loose: those of which anything was fixed. unchanged:
    commands without a fix are not asked about again. unsure: the judge could not tell. broken,
    left: commands before and after that were accepted and no longer are, and that still are not.
    """

    kept: Share = field(default_factory=Share)
    strict: Share = field(default_factory=Share)
    partly: Share = field(default_factory=Share)
    loose: Share = field(default_factory=Share)
    unchanged: int = 0
    unsure: int = 0
    broken: list[tuple[Judged, Judged]] = field(default_factory=list)
    left: list[tuple[Judged, Judged]] = field(default_factory=list)

    def add(self, one: Changed, after: Judged | None) -> None:
        """Count a command that was changed."""
        if after is None:
            self.unsure += 1
            return
        if not one.before.is_bad:
            self.kept.add(not after.is_bad)
            self.broken += [(one.before, after)] * after.is_bad
            return
        self.loose.add(not after.is_bad)
        if one.partly:
            self.partly.add(not after.is_bad)
        if one.promised:
            self.strict.add(not after.is_bad)
        self.left += [(one.before, after)] * after.is_bad


def mended(one: Judged, unsafe: bool) -> Changed | None:
    """Return a command after its fixes; None when none was made."""
    source, look = looking(one)
    fixed = fix(source, look, unsafe=unsafe)
    if fixed.text == source.text:
        return None
    errors = [finding for finding in look(source).findings if finding.severity == "error"]
    promised = bool(errors) and all(_has_fix(finding, unsafe) for finding in errors)
    partly = any(finding.severity == "error" for finding in fixed.applied)
    return Changed(one, _read(fixed.text, one.case), promised, partly)


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
    changed: list[Changed] = []
    for one in commands:
        result = mended(one, unsafe)
        mine = found.setdefault(one.case.release, Tally())
        if result is None:
            mine.unchanged += 1
        else:
            changed.append(result)
    answers = ask(command, [one.case for one in changed])
    for result, after in zip(changed, answers, strict=True):
        found[result.before.case.release].add(result, after)
    return found


def total(found: Iterable[Tally]) -> Tally:
    """Return the counts of several releases as one; without the commands."""
    whole = Tally()
    for one in found:
        for name in ("kept", "strict", "partly", "loose"):
            share, mine = getattr(whole, name), getattr(one, name)
            share.changed += mine.changed
            share.accepted += mine.accepted
        whole.unchanged += one.unchanged
        whole.unsure += one.unsure
    return whole


def shown(found: Mapping[str, Tally], kinds: Sequence[str]) -> Iterator[str]:
    """Yield commands before and after their fixes; kinds: `broken`, and `left` as they were."""
    for release, mine in found.items():
        for kind in kinds:
            for before, after in getattr(mine, kind):
                yield f"{kind} {release} {after.case.gpu} x{after.case.count} {after.reason}"
                yield f"    - {before.case.text()}"
                yield f"    + {after.case.text()}"

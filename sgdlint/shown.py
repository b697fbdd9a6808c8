"""Which findings are shown: rules that are switched on, advice that was asked for, suppressions."""

from __future__ import annotations

from sgdlint.finding import APPLICABILITIES, is_meant, is_of_log
from sgdlint.record import replace
from sgdlint.rules.model import RECIPE
from sgdlint.stated import OptionError

OFF = "off"
"""The grade of a rule that is switched off."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sgdlint.finding import Finding
    from sgdlint.rules.engine import Engine
    from sgdlint.rules.pack import Pack
    from sgdlint.source import Source
    from sgdlint.stated import Options
    from sgdlint.suppressions import Suppression


def of(
    findings: list[Finding],
    suppressions: Sequence[Suppression],
    options: Options,
    source: Source,
    engine: Engine,
) -> list[Finding]:
    """Return the findings that are shown, with those about suppressions that silence nothing."""
    chosen = _chosen(options, engine.pack.index.off)
    kept = findings
    if suppressions:
        from sgdlint import silenced

        kept = silenced.kept(findings, suppressions, source, engine, chosen)
    if options.severity:
        kept = [_graded(one, options.severity) for one in kept]
    return _whole([one for one in kept if _is_wanted(one, options, chosen, engine.goal)])


def _whole(findings: list[Finding]) -> list[Finding]:
    """Return findings without those whose fix is a part of what a step of a recipe adds."""
    steps = [one for one in findings if one.category == RECIPE]
    return [one for one in findings if not any(_is_part(one, step) for step in steps)]


def _is_part(finding: Finding, step: Finding) -> bool:
    mine, its = finding.fix, step.fix
    is_advice = finding.severity == "perf" and finding.category != RECIPE
    if not is_advice or mine is None or its is None:
        return False
    safer = APPLICABILITIES.index(mine.applicability) < APPLICABILITIES.index(its.applicability)
    same = finding.scope == step.scope and mine.touches
    return bool(same) and not safer and set(mine.touches) <= set(its.touches)


def _chosen(options: Options, off: Sequence[str]) -> Callable[[str, str], bool]:
    """Return whether a rule (code, name) is switched on; off: those to be asked for by name."""

    def chosen(code: str, name: str) -> bool:
        if any(is_meant(wish, code, name) for wish in options.ignore):
            return False
        grade = _grade(code, name, options.severity)
        if grade == OFF or (grade and code in off):
            return grade != OFF
        if code in off and code not in options.select and name not in options.select:
            return False
        return not options.select or any(is_meant(wish, code, name) for wish in options.select)

    return chosen


def _grade(code: str, name: str, severity: Sequence[tuple[str, str]]) -> str:
    """Return how findings of a rule are graded, "" when nothing is said; the last one counts."""
    return next((grade for wish, grade in reversed(severity) if is_meant(wish, code, name)), "")


def _graded(finding: Finding, severity: Sequence[tuple[str, str]]) -> Finding:
    grade = _grade(finding.code, finding.name, severity)
    return replace(finding, severity=grade) if grade not in ("", OFF) else finding


def _is_wanted(
    finding: Finding, options: Options, chosen: Callable[[str, str], bool], goal: str
) -> bool:
    if not chosen(finding.code, finding.name) or not finding.serves(goal):
        return False
    if finding.lossless or finding.severity in ("error", "warning") or options.lossy:
        return True
    return any(wish in (finding.code, finding.name) for wish in options.select)


def is_named(wish: str, pack: Pack) -> bool:
    """Whether a rule of a pack is meant by a code, the beginning of one, or a name.

    What logs say is known by its codes, with a log and without.
    """
    return any(is_meant(wish, rule.code, rule.name) for rule in pack.rules) or is_of_log(wish)


def check_names(wishes: Sequence[str], pack: Pack) -> None:
    """Raise OptionError for a rule that does not exist in select or ignore."""
    for wish in wishes:
        if not is_named(wish, pack):
            from sgdlint.nearest import nearest

            hint = nearest(wish, [key for rule in pack.rules for key in (rule.code, rule.name)])
            raise OptionError(f"no rule {wish!r}{f'; did you mean {hint!r}?' if hint else ''}")

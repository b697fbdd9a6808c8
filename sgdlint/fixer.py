"""Apply fixes: report → new text, pass by pass, until nothing changes. Pure: it writes no file."""

from __future__ import annotations

from sgdlint.finding import ANY, SEVERITIES, at_least
from sgdlint.record import record, replace
from sgdlint.rules.model import MIGRATION
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    from sgdlint.finding import Edit, Finding, Report
    from sgdlint.source import Source

    T = TypeVar("T")

MOST_PASSES = 40


@record
class Fixed:
    """The result of fixing one file.

    text: the new text. applied: the findings whose fixes were applied, in order. report: what is
    left. refused: which fixes were not applied and why, or "".
    """

    text: str
    applied: tuple[Finding, ...]
    report: Report
    refused: str = ""


def fix(source: Source, check: Callable[[Source], Report], unsafe: bool = False) -> Fixed:
    """Fix a file as far as its findings allow; each pass is checked again before it counts."""
    report = check(source)
    applied: list[Finding] = []
    refused: list[Finding] = []
    seen = {source.text}
    for _ in range(MOST_PASSES):
        chosen = choose(report.findings, unsafe)
        if not chosen:
            return Fixed(report.source.text, tuple(applied), report, _refusal(refused))
        accepted = _accept(report, chosen, check)
        if accepted is None:
            # One of the fixes does harm: take them one by one, so that only that one is left out.
            chosen, accepted = _one_by_one(report, chosen, check)
        if accepted is None:
            refused += chosen
            report = _without(report, chosen)
            continue
        applied += chosen
        refused, report = [], accepted
        if report.source.text in seen:
            break
        seen.add(report.source.text)
    names = ", ".join(sorted({finding.code for finding in applied}))
    return Fixed(
        source.text, (), check(source), f"the fixes of {names} do not settle: none applied"
    )


def choose(findings: Sequence[Finding], unsafe: bool) -> list[Finding]:
    """Return the findings whose fixes can be applied together: one a command, without overlaps.

    What one fix changes in a command may settle what another would change, so the others wait for
    the next pass; the most severe finding goes first.
    """
    wanted = ("safe", "unsafe") if unsafe else ("safe",)
    taken: list[Edit] = []
    scopes: set[Span] = set()
    chosen = []
    for finding in sorted(findings, key=lambda one: -SEVERITIES.index(one.severity)):
        fix = finding.fix
        if fix is None or fix.applicability not in wanted or not fix.edits:
            continue
        if finding.scope is not None and finding.scope in scopes:
            continue
        if any(mine.span.overlaps(other.span) for mine in fix.edits for other in taken):
            continue
        taken += fix.edits
        chosen.append(finding)
        if finding.scope is not None:
            scopes.add(finding.scope)
    return chosen


def apply(text: str, findings: Sequence[Finding]) -> str:
    """Return the text with the fixes of these findings applied."""
    every = [edit for finding in findings if finding.fix is not None for edit in finding.fix.edits]
    ordered = sorted(dict.fromkeys(every), key=lambda edit: (edit.span.start, edit.span.end))
    for edit in reversed(ordered):  # what is put at one place keeps its order
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def _accept(
    report: Report, chosen: Sequence[Finding], check: Callable[[Source], Report]
) -> Report | None:
    """Return the report after applying fixes, or None when they make things worse."""
    source = report.source
    after = check(source.with_text(apply(source.text, chosen)))
    if after.failures or _errors(after) > _errors(report) or not _as_meant(report, after, chosen):
        return None
    if _worse(report, after, chosen):
        return None
    mended = {release for finding in chosen for release in fails_in(finding)}
    # A mended error may show another one that stood behind it, elsewhere. Nothing else may.
    new = _new(report, after)
    if any(not mended.issuperset(releases) for _, releases in new):
        return None
    if _at_edits([finding for finding, _ in new], chosen):
        return None
    return after


def _as_meant(before: Report, after: Report, chosen: Sequence[Finding]) -> bool:
    """Whether every launch still has its options, but for those that the fixes name."""
    touched = [name for finding in chosen if finding.fix for name in finding.fix.touches]

    def is_kept(old: dict[str, object], new: dict[str, object]) -> bool:
        changed = {name for name in {**old, **new} if old.get(name, ANY) != new.get(name, ANY)}
        return len(changed.difference(touched)) <= touched.count(ANY)

    return len(before.launches) == len(after.launches) and all(
        _variants_kept(olds, news, is_kept)
        for olds, news in zip(before.launches, after.launches, strict=True)
    )


def _variants_kept(olds: Sequence[T], news: Sequence[T], is_kept: Callable[[T, T], bool]) -> bool:
    """Whether each variant of a place is kept; a fix may make some equal, which then are one."""
    if len(olds) == len(news):
        return all(map(is_kept, olds, news))
    return all(any(is_kept(old, new) for new in news) for old in olds) and all(
        any(is_kept(old, new) for old in olds) for new in news
    )


def fails_in(finding: Finding) -> tuple[str, ...]:
    """Return the releases in which a finding is an error; ("",) for the only one."""
    return finding.fails_in or (("",) if finding.severity == "error" else ())


def _errors(report: Report) -> int:
    return sum(len(fails_in(finding)) for finding in report.findings)


def _new(before: Report, after: Report) -> list[tuple[Finding, set[str]]]:
    """Return the new kinds of errors, each with the releases that it is new in."""
    known = {(one.code, release) for one in before.findings for release in fails_in(one)}
    new = [
        (one, {release for release in fails_in(one) if (one.code, release) not in known})
        for one in after.findings
    ]
    return [(one, releases) for one, releases in new if releases]


def _worse(before: Report, after: Report, chosen: Sequence[Finding]) -> bool:
    """Whether something new is found that is as bad as what was mended; errors are seen to."""
    known = {one.code for one in before.findings}
    if any(one.category == MIGRATION for one in before.findings):
        return False  # what the new release says of the old launch is found step by step
    least = min((one.severity for one in chosen), key=SEVERITIES.index)
    new = [one for one in after.findings if one.code not in known and one.severity != "error"]
    return any(at_least(one.severity, least) for one in new)


def _at_edits(findings: Sequence[Finding], chosen: Sequence[Finding]) -> bool:
    """Whether a finding stands on words that the fixes wrote."""
    edits = {edit for finding in chosen if finding.fix is not None for edit in finding.fix.edits}
    written, shift = [], 0
    for edit in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end)):
        start = edit.span.start + shift
        written.append(Span(start, start + len(edit.text)))
        shift += len(edit.text) - (edit.span.end - edit.span.start)
    return any(finding.span.overlaps(span) for finding in findings for span in written)


def _one_by_one(
    report: Report, chosen: list[Finding], check: Callable[[Source], Report]
) -> tuple[list[Finding], Report | None]:
    """Return the first fix that does no harm, and the report after it; all of them if none."""
    for finding in chosen:
        accepted = _accept(report, [finding], check)
        if accepted is not None:
            return [finding], accepted
    return chosen, None


def _without(report: Report, refused: Sequence[Finding]) -> Report:
    """Return a report in which the fixes that do harm are only shown."""
    findings = tuple(_shown(one) if one in refused else one for one in report.findings)
    return replace(report, findings=findings)


def _shown(finding: Finding) -> Finding:
    if finding.fix is None:
        return finding
    note = "not applied: it would bring something as bad"
    return replace(finding, fix=replace(finding.fix, applicability="display", note=note))


def _refusal(refused: Sequence[Finding]) -> str:
    """Say which fixes were refused; "" when none was."""
    codes = sorted({finding.code for finding in refused})
    if not codes:
        return ""
    if len(codes) == 1:
        return f"the fix of {codes[0]} would bring something as bad, so it was not applied"
    return f"the fixes of {', '.join(codes)} would bring something as bad: not applied"

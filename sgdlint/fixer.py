"""Apply fixes: report → new text, pass by pass, until nothing changes. Pure: it writes no file."""

from __future__ import annotations

from sgdlint.finding import ANY, SEVERITIES, at_least
from sgdlint.record import record, replace
from sgdlint.rules.model import MIGRATION, RECIPE
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    from sgdlint.finding import Edit, Finding, Report
    from sgdlint.source import Source

    T = TypeVar("T")

MOST_PASSES = 40
HARMFUL = "not applied: it would bring something as bad"
DECLINED = "not applied: declined"


@record
class Fixed:
    """The result of fixing one file.

    text: the new text. applied: the findings whose fixes were applied, in order. report: what is
    left. refused: which fixes were not applied and why, or "". sources: the text that each of the
    applied ones was found in.
    """

    text: str
    applied: tuple[Finding, ...]
    report: Report
    refused: str = ""
    sources: tuple[Source, ...] = ()


class Answers:
    """Which fixes somebody wants; each is asked for once, though it is found again in each pass."""

    def __init__(self, ask: Callable[[Finding, Source], bool]) -> None:
        self._ask = ask
        self._known: dict[tuple[str, int, str], bool] = {}

    def wants(self, finding: Finding, source: Source) -> bool:
        """Whether a fix is wanted."""
        key = finding.code, finding.span.start, finding.fix.title if finding.fix else ""
        if key not in self._known:
            self._known[key] = self._ask(finding, source)
        return self._known[key]

    def move(self, chosen: Sequence[Finding]) -> None:
        """Let the answers go with the text when fixes are made."""
        edits = _edits(chosen)
        self._known = {
            (
                code,
                start + sum(_longer(edit) for edit in edits if edit.span.end <= start),
                title,
            ): one
            for (code, start, title), one in self._known.items()
        }


def fix(
    source: Source,
    check: Callable[[Source], Report],
    unsafe: bool = False,
    lossy: bool = False,
    ask: Callable[[Finding, Source], bool] | None = None,
) -> Fixed:
    """Fix a file as far as its findings allow; each pass is checked again before it counts.

    lossy: also what changes the output to be faster. ask: whether a fix is wanted.
    """
    report = check(source)
    if ask is None:
        # What a fix brings may be mended by the next one; then nothing is worse in the end.
        fixed = _fixed(report, check, _Wish(unsafe, lossy, patient=True), None)
        if not _brings(report, fixed):
            return fixed
    return _fixed(report, check, _Wish(unsafe, lossy), None if ask is None else Answers(ask))


@record
class _Wish:
    """Which fixes are made; patient: also those that bring what others of them mend."""

    unsafe: bool
    lossy: bool
    patient: bool = False

    def allows(self, finding: Finding) -> bool:
        """Whether the fix of a finding is one of them."""
        fix = finding.fix
        wanted = ("safe", "unsafe") if self.unsafe else ("safe",)
        if fix is None or fix.applicability not in wanted or not fix.edits:
            return False
        return finding.lossless or self.lossy


def _fixed(
    report: Report, check: Callable[[Source], Report], wish: _Wish, answers: Answers | None
) -> Fixed:
    """Fix a file pass by pass; report: what is found in it."""
    first = report
    source = report.source
    applied: list[Finding] = []
    sources: list[Source] = []
    refused: list[Finding] = []
    seen = {source.text: 0}
    for _ in range(MOST_PASSES):
        chosen = choose(report.findings, wish.unsafe, wish.lossy)
        if answers is not None:
            report, chosen = _asked(report, chosen, answers, wish)
        if not chosen:
            kept = tuple(applied), report, _refusal(refused), tuple(sources)
            return Fixed(report.source.text, *kept)
        accepted = _accept(report, chosen, check, wish)
        if accepted is None:
            # One of the fixes does harm: take them one by one, so that only that one is left out.
            chosen, accepted = _one_by_one(report, chosen, check, wish)
        if accepted is None:
            refused += chosen
            report = _without(report, chosen)
            continue
        applied += chosen
        sources += [report.source] * len(chosen)
        if answers is not None:
            answers.move(chosen)
        refused, report = [], accepted
        if report.source.text in seen:
            applied = applied[seen[report.source.text] :]  # those that lead back to where it was
            break
        seen[report.source.text] = len(applied)
    names = ", ".join(sorted({finding.code for finding in applied}))
    return Fixed(source.text, (), first, f"the fixes of {names} do not settle: none applied")


def _brings(before: Report, fixed: Fixed) -> bool:
    """Whether something as bad is found in the end that was not there; errors are seen to."""
    return bool(fixed.applied) and bool(_new_ones(before, fixed.report, fixed.applied))


def choose(findings: Sequence[Finding], unsafe: bool, lossy: bool = False) -> list[Finding]:
    """Return the findings whose fixes can be applied together: one a command, without overlaps.

    What one fix changes in a command may settle what another would change, so the others wait for
    the next pass; the most severe finding goes first.
    """
    wish = _Wish(unsafe, lossy)
    taken: list[Edit] = []
    scopes: set[Span] = set()
    chosen = []
    for finding in sorted(findings, key=lambda one: -SEVERITIES.index(one.severity)):
        fix = finding.fix
        if fix is None or not wish.allows(finding):
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


def _asked(
    report: Report,
    chosen: list[Finding],
    answers: Answers,
    wish: _Wish,
) -> tuple[Report, list[Finding]]:
    """Ask for each fix; return those that are wanted, and the report without those that are not.

    Where none is wanted, what stood behind them is asked for next.
    """
    while chosen:
        kept = [one for one in chosen if answers.wants(one, report.source)]
        declined = [one for one in chosen if one not in kept]
        report = _without(report, declined, DECLINED)
        if kept:
            return report, kept
        chosen = choose(report.findings, wish.unsafe, wish.lossy)
    return report, []


def apply(text: str, findings: Sequence[Finding]) -> str:
    """Return the text with the fixes of these findings applied."""
    for edit in reversed(_edits(findings)):  # what is put at one place keeps its order
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def _edits(findings: Sequence[Finding]) -> list[Edit]:
    """Return the edits of fixes by their places, each once."""
    every = [edit for finding in findings if finding.fix is not None for edit in finding.fix.edits]
    return sorted(dict.fromkeys(every), key=lambda edit: (edit.span.start, edit.span.end))


def _longer(edit: Edit) -> int:
    """Return how much longer an edit makes the text."""
    return len(edit.text) - (edit.span.end - edit.span.start)


def _accept(
    report: Report,
    chosen: Sequence[Finding],
    check: Callable[[Source], Report],
    wish: _Wish,
) -> Report | None:
    """Return the report after applying fixes, or None when they make things worse."""
    source = report.source
    after = check(source.with_text(apply(source.text, chosen)))
    if after.failures or _errors(after) > _errors(report) or not _as_meant(report, after, chosen):
        return None
    if _worse(report, after, chosen, wish):
        return None
    mended = {release for finding in chosen for release in fails_in(finding)}
    # A mended error may show another one that stood behind it, elsewhere. Nothing else may.
    new = _new(report, after)
    if any(not mended.issuperset(releases) for _, releases in new):
        return None
    if new and (_at_edits([one for one, _ in new], chosen) or _changes_meaning(report, chosen)):
        return None
    return after


def _changes_meaning(before: Report, chosen: Sequence[Finding]) -> bool:
    """Whether fixes change options that had a meaning: what is wrong then was not hidden before."""
    if any(one.category == MIGRATION for one in before.findings):
        return False
    touched = {name for one in chosen if one.fix is not None for name in one.fix.touches}
    return any(touched.intersection(known) for place in before.launches for known in place)


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


def _worse(before: Report, after: Report, chosen: Sequence[Finding], wish: _Wish) -> bool:
    """Whether fixes bring something as bad that stays, as far as this pass can tell."""
    new = _new_ones(before, after, chosen)
    return not (wish.patient and all(map(wish.allows, new))) and bool(new)


def _new_ones(before: Report, after: Report, chosen: Sequence[Finding]) -> list[Finding]:
    """Return what is newly found and as bad as what was mended; errors are seen to."""
    known = {one.code for one in before.findings}
    if any(one.category == MIGRATION for one in before.findings):
        return []  # what the new release says of the old launch is found step by step
    least = min((one.severity for one in chosen), key=SEVERITIES.index)
    new = [
        one
        for one in after.findings
        # What a recipe has for the launch as it is now is a step further.
        if one.code not in known and one.severity != "error" and one.category != RECIPE
    ]
    return [one for one in new if at_least(one.severity, least)]


def _at_edits(findings: Sequence[Finding], chosen: Sequence[Finding]) -> bool:
    """Whether a finding stands on words that the fixes wrote."""
    written, shift = [], 0
    for edit in _edits(chosen):
        start = edit.span.start + shift
        written.append(Span(start, start + len(edit.text)))
        shift += _longer(edit)
    return any(finding.span.overlaps(span) for finding in findings for span in written)


def _one_by_one(
    report: Report, chosen: list[Finding], check: Callable[[Source], Report], wish: _Wish
) -> tuple[list[Finding], Report | None]:
    """Return the first fix that does no harm, and the report after it; all of them if none."""
    for finding in chosen:
        accepted = _accept(report, [finding], check, wish)
        if accepted is not None:
            return [finding], accepted
    return chosen, None


def _without(report: Report, refused: Sequence[Finding], note: str = HARMFUL) -> Report:
    """Return a report in which some fixes are only shown; note: why."""
    findings = tuple(_shown(one, note) if one in refused else one for one in report.findings)
    return replace(report, findings=findings)


def _shown(finding: Finding, note: str) -> Finding:
    if finding.fix is None:
        return finding
    return replace(finding, fix=replace(finding.fix, applicability="display", note=note))


def _refusal(refused: Sequence[Finding]) -> str:
    """Say which fixes were refused; "" when none was."""
    codes = sorted({finding.code for finding in refused})
    if not codes:
        return ""
    if len(codes) == 1:
        return f"the fix of {codes[0]} would bring something as bad, so it was not applied"
    return f"the fixes of {', '.join(codes)} would bring something as bad: not applied"

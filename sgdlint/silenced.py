"""Takes out what comments silence, and tells of comments that silence nothing."""

from __future__ import annotations

from sgdlint import suppressions
from sgdlint.finding import Fix, is_meant, is_of_log
from sgdlint.record import record, replace
from sgdlint.rules.model import RECIPE
from sgdlint.stated import REASONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sgdlint.finding import Finding
    from sgdlint.rules.engine import Engine
    from sgdlint.source import Source
    from sgdlint.suppressions import Suppression

    Chosen = Callable[[str, str], bool]
    """Whether a rule (code, name) is switched on."""


def kept(
    findings: Sequence[Finding],
    comments: Sequence[Suppression],
    source: Source,
    engine: Engine,
    chosen: Chosen,
) -> list[Finding]:
    """Return the findings that no comment silences, and those about the comments."""
    lines = [_lines(one, source) for one in findings]
    judge = _Judge(source, engine, chosen)
    silent: set[int] = set()
    told: list[Finding] = []
    for comment in comments:
        here = [
            number
            for number, one in enumerate(findings)
            if _means(comment, one) and any(_meet(comment.lines, some) for some in lines[number])
        ]
        silent.update(here)
        near = [one for one, some in zip(findings, lines, strict=True) if _near(comment, some)]
        told += judge.of(comment, [findings[number] for number in here], near)
    told = [replace(one, scope=None) for one in told]
    return [*(one for number, one in enumerate(findings) if number not in silent), *told]


def _lines(finding: Finding, source: Source) -> list[range]:
    """Return the lines of a finding, and those of its whole command."""
    spans = [finding.span] + ([finding.scope] if finding.scope is not None else [])
    return [source.lines_of(span) for span in spans]


def _near(comment: Suppression, lines: Sequence[range]) -> bool:
    return any(_meet(comment.lines, one) for one in lines)


def _meet(some: range, others: range) -> bool:
    return some.start < others.stop and others.start < some.stop


def _means(comment: Suppression, finding: Finding) -> bool:
    return any(is_meant(wish, finding.code, finding.name) for wish in comment.codes)


@record
class _Judge:
    """Says what is wrong with comments."""

    source: Source
    engine: Engine
    chosen: Chosen

    def of(
        self, comment: Suppression, silent: Sequence[Finding], near: Sequence[Finding]
    ) -> Iterator[Finding]:
        """Yield what is wrong with one. silent: what it silences. near: all that is found there."""
        if comment.missing:
            yield from self._unmatched(comment)
            return
        if not comment.reason:
            yield from self.engine.plain(REASONS, comment.span, {}, None)
        rules = [(rule.code, rule.name) for rule in self.engine.pack.rules]
        # Those of recipes speak where somebody names a goal.
        quiet = {rule.code for rule in self.engine.pack.rules if rule.category == RECIPE}
        unused = set()
        for wish in comment.codes:
            if is_of_log(wish):  # whether it silences something, only a log can tell
                continue
            meant = [rule for rule in rules if is_meant(wish, *rule)]
            if not meant:
                yield from self._unknown(comment, wish, near)
            elif not any(is_meant(wish, one.code, one.name) for one in silent) and any(
                self.chosen(*rule) for rule in meant if rule[0] not in quiet
            ):
                unused.add(wish)
        if unused or not comment.codes:
            edits = suppressions.without(self.source, comment, unused)
            fix = Fix("remove what silences nothing", "safe", edits)
            fields = {"codes": ", ".join(sorted(unused)) or "nothing"}
            yield from self.engine.plain("unused-suppression", comment.span, fields, fix)

    def _unknown(
        self, comment: Suppression, wish: str, near: Sequence[Finding]
    ) -> Iterator[Finding]:
        """Yield that there is no such rule. What is found there tells which one was meant."""
        from sgdlint.nearest import nearest

        here = nearest(wish, [key for one in near for key in (one.code, one.name)])
        # Two codes may be alike by chance; two names are not.
        best = here or nearest(wish, [rule.name for rule in self.engine.pack.rules])
        fix = None
        if best:
            edits = suppressions.instead(self.source, comment, wish, best)
            fix = Fix(f"write {best}, the nearest rule", "safe", edits)
            if not here:
                fix = replace(fix, applicability="display", note="it is not found here")
        fields = {"code": wish, "nearest": best}
        yield from self.engine.plain("unknown-suppression", comment.span, fields, fix)

    def _unmatched(self, comment: Suppression) -> Iterator[Finding]:
        """Yield that a range has no end, or no start; what ends nothing can go."""
        fix = None
        if comment.missing == suppressions.START:
            edits = suppressions.without(self.source, comment, set(comment.codes))
            fix = Fix("remove what ends nothing", "safe", edits)
        ends = (suppressions.START, suppressions.END)
        written = ends[comment.missing == suppressions.START]
        fields = {"written": written, "missing": comment.missing}
        yield from self.engine.plain("unmatched-suppression", comment.span, fields, fix)

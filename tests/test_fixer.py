"""What the fixer takes back: reports are made up, so that each reason stands alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sgdlint.finding import Edit, Finding, Fix, Report
from sgdlint.fixer import fix
from sgdlint.record import replace
from sgdlint.source import Source, Span

OLD, NEW = "--old", "--new"


def finding(code: str, severity: str, span: Span, fixable: bool = False) -> Finding:
    """Return a finding, with a fix that writes the new option."""
    edits = (Edit(span, NEW),)
    made = Fix("write it anew", "safe", edits, touches=("old", "new")) if fixable else None
    return Finding(code, code.lower(), severity, "option", True, code, span, fix=made)


def report(source: Source, brought: str, launches: object = None) -> Report:
    """Return what is found: a warning in the old text, something else in the new one."""
    start = source.text.find(OLD)
    if start >= 0:
        old = finding("SGD1", "warning", Span(start, start + len(OLD)), True)
        return Report(source, "", "", (old,), (), (({"old": 1, "kept": 1},),))
    found = (finding("SGD2", brought, Span(0, 3)),) if brought else ()
    return Report(source, "", "", found, (), launches or (({"new": 1, "kept": 1},),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("brought", "text"),
    [("", "run --new"), ("info", "run --new"), ("warning", "run --old"), ("error", "run --old")],
)
def test_a_fix_that_brings_something_as_bad_is_taken_back(brought: str, text: str) -> None:
    fixed = fix(Source("run.sh", "run --old"), lambda source: report(source, brought))
    assert fixed.text == text
    assert ("as bad" in fixed.refused) == (text == "run --old")


@pytest.mark.parametrize(
    ("variants", "text"),
    [
        ((({"new": 1, "kept": 1}, {"new": 2, "kept": 1}),), "run --new"),  # of one more path
        ((({"new": 1, "kept": 1}, {"new": 1, "kept": 2}),), "run --old"),
        ((({"new": 1},),), "run --old"),
        ((({"new": 1, "kept": 1},), ({"new": 1, "kept": 1},)), "run --old"),  # another launch
    ],
)
def test_a_fix_after_which_a_launch_differs_on_any_path_is_taken_back(
    variants: object, text: str
) -> None:
    fixed = fix(Source("run.sh", "run --old"), lambda source: report(source, "", variants))
    assert fixed.text == text


def spelled(source: Source) -> Report:
    """Return a finding for each `bad` in a text, each of another command; the fix makes it good."""
    starts = [at for at in range(len(source.text)) if source.text.startswith("bad", at)]
    found = []
    for start in starts:
        span = Span(start, start + 3)
        made = Fix("spell it well", "safe", (Edit(span, "well said"),), touches=("old",))
        one = Finding("SGD1", "sgd1", "warning", "option", True, "bad", span, fix=made, scope=span)
        found.append(one)
    return Report(source, "", "", tuple(found), (), (({"kept": 1},),))


def one_each_pass(source: Source) -> Report:
    """Return what `spelled` does, as if all stood in one command: one is fixed in a pass."""
    report = spelled(source)
    whole = Span(0, len(source.text))
    return replace(report, findings=tuple(replace(one, scope=whole) for one in report.findings))


@pytest.mark.parametrize("look", [spelled, one_each_pass])
@pytest.mark.parametrize(
    ("answers", "text"),
    [
        ("yyy", "run well said well said well said"),
        ("nyn", "run bad well said bad"),
        ("yny", "run well said bad well said"),
        ("nnn", "run bad bad bad"),
    ],
)
def test_each_fix_is_asked_for_once(
    look: Callable[[Source], Report], answers: str, text: str
) -> None:
    waiting = list(answers)
    fixed = fix(
        Source("run.sh", "run bad bad bad"), look, ask=lambda _one, _source: waiting.pop(0) == "y"
    )
    assert (fixed.text, waiting, fixed.refused) == (text, [], "")
    assert len(fixed.applied) == len(fixed.sources) == answers.count("y")
    for one, source in zip(fixed.applied, fixed.sources, strict=True):
        assert source.text[one.span.start : one.span.end] == "bad"


def turning(source: Source) -> Report:
    """Return two rules that undo each other, behind one that is right."""
    for code, old, new in (("SGD1", "first", "done"), ("SGD2", "on", "off"), ("SGD3", "off", "on")):
        start = source.text.find(old)
        if start >= 0:
            span = Span(start, start + len(old))
            made = Fix("turn it", "safe", (Edit(span, new),), touches=("kept",))
            one = Finding(code, code, "warning", "option", True, "x", span, fix=made)
            # The others are there before too, so that nothing is new.
            rest = [Finding(name, name, "warning", "", True, "x", span) for name in ALL - {code}]
            return Report(source, "", "", (one, *rest), (), (({"kept": 1},),))
    return Report(source, "", "", (), (), (({"kept": 1},),))


ALL = {"SGD1", "SGD2", "SGD3"}


def test_rules_that_undo_each_other_are_named() -> None:
    fixed = fix(Source("run.sh", "run first on"), turning)
    assert fixed.text == "run first on"
    assert fixed.refused == "the fixes of SGD2, SGD3 do not settle: none applied"


@pytest.mark.parametrize(("lossy", "text"), [(False, "run --old"), (True, "run --new")])
def test_a_fix_that_changes_the_output_is_made_when_asked(lossy: bool, text: str) -> None:
    def look(source: Source) -> Report:
        found = report(source, "")
        changed = tuple(replace(one, lossless=False) for one in found.findings)
        return replace(found, findings=changed)

    assert fix(Source("run.sh", "run --old"), look, lossy=lossy).text == text


@pytest.mark.parametrize(("meant", "text"), [("old", "run --old"), ("other", "run --new")])
def test_an_error_that_a_fix_shows_was_hidden_or_is_made_by_it(meant: str, text: str) -> None:
    """An option that had a meaning hid nothing: what is wrong without it, the fix made wrong."""

    def look(source: Source) -> Report:
        start = source.text.find(OLD)
        if start >= 0:
            old = finding("SGD1", "error", Span(start, start + len(OLD)), True)
            return Report(source, "", "", (old,), (), (({meant: 1, "new": 1},),))
        found = (finding("SGD2", "error", Span(0, 3)),)
        return Report(source, "", "", found, (), (({meant: 1, "new": 1},),))

    touched = fix(Source("run.sh", "run --old"), lambda it: renamed(look(it)))
    assert touched.text == text


def renamed(found: Report) -> Report:
    """Return a report whose fixes change the option `old` alone."""
    made = tuple(
        replace(one, fix=replace(one.fix, touches=("old",))) if one.fix else one
        for one in found.findings
    )
    return replace(found, findings=made)

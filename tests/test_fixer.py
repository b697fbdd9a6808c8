"""What the fixer takes back: reports are made up, so that each reason stands alone."""

from __future__ import annotations

import pytest

from sgdlint.finding import Edit, Finding, Fix, Report
from sgdlint.fixer import fix
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

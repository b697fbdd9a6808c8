"""Every rule that says error is confirmed by the real SGLang, or says why it cannot be."""

from __future__ import annotations

import pytest
from conformance import confirm
from conformance.case import RELEASES
from conformance.confirm import REFUSED, Confirmed, Data, Key

from sgdlint.rules.model import holds

RULES = {rule["code"]: rule for rule in confirm.error_rules()}
ASK = "ask the judge: scripts/confirm_rules.py"
WAITING = 10
"""Examples that may wait for the judge, since not everybody who writes rules has one at hand."""


@pytest.fixture(scope="module")
def recorded() -> dict[Key, Confirmed]:
    return confirm.recorded()


def waiting(recorded: dict[Key, Confirmed]) -> set[Key]:
    """Return the examples that are new or changed, or gone, since the judge was asked."""
    marks = {one.key: one.mark() for rule in RULES.values() for one in confirm.examples(rule)}
    before = {key: one.mark for key, one in recorded.items()}
    return {key for key, _ in marks.items() ^ before.items()}


def asked(recorded: dict[Key, Confirmed]) -> list[Data]:
    """Return the rules whose examples the judge saw as they are."""
    codes = {code for code, _, _ in waiting(recorded)}
    return [rule for code, rule in RULES.items() if code not in codes]


def releases(rule: Data) -> list[str]:
    """Return the releases of the judge in which a rule holds."""
    return [one for one in RELEASES if holds(one, rule.get("since", ""), rule.get("until", ""))]


def lacking(rule: Data, kind: str, recorded: dict[Key, Confirmed]) -> list[str]:
    """Return the releases in which nothing of a kind is confirmed."""
    wanted = REFUSED if kind == "bad" else ("accepted",)
    told = [
        one
        for key, one in recorded.items()
        if key[0] == rule["code"] and (key[2] == "bad") == (kind == "bad")
    ]
    return [
        release
        for release in releases(rule)
        if not any(one.verdicts.get(release, "").startswith(wanted) for one in told)
    ]


def test_few_examples_wait_for_the_judge(recorded: dict[Key, Confirmed]) -> None:
    assert len(waiting(recorded)) <= WAITING, ASK


@pytest.mark.parametrize("kind", ["bad", "good"])
def test_each_rule_is_confirmed_in_each_release(kind: str, recorded: dict[Key, Confirmed]) -> None:
    assert [
        (rule["code"], release)
        for rule in asked(recorded)
        for release in lacking(rule, kind, recorded)
        if not confirm.excused(rule["code"], kind, release)
    ] == [], f"{ASK}, add an example, or say why in {confirm.UNJUDGED.name}"


def test_no_verdict_contradicts_a_rule(recorded: dict[Key, Confirmed]) -> None:
    assert [
        (*key, release)
        for key, one in recorded.items()
        for release in one.verdicts
        if one.is_wrong(release)
        and not confirm.excused(key[0], "bad" if key[2] == "bad" else "good", release)
    ] == []


def test_each_excuse_is_needed(recorded: dict[Key, Confirmed]) -> None:
    codes = {rule["code"] for rule in asked(recorded)}
    for code, entry in confirm.unjudged().items():
        assert code in RULES
        assert set(entry) <= {"kinds", "releases", "reason"}
        assert len(entry["reason"]) > 20
        for kind in entry.get("kinds", ("bad", "good")):
            lacks = lacking(RULES[code], kind, recorded)
            assert lacks or code not in codes, (code, kind)
            assert code not in codes or set(entry.get("releases", ())) <= set(lacks), (code, kind)

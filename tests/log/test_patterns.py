"""Each pattern with its own examples, and each wording with the releases that have it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sgdlint import catalog, rulepack
from sgdlint.log.model import Pattern
from sgdlint.log.pattern_check import read_patterns
from sgdlint.log.patterns import from_data, load
from sgdlint.log.reading import Reader
from sgdlint.rules.data import to_data
from sgdlint.rules.files import RuleError
from sgdlint.rules.model import holds

ROOT = Path(__file__).resolve().parent.parent.parent
CONFIRMED = json.loads((ROOT / "tests/data/log_wordings.json").read_text(encoding="utf-8"))
PATTERNS = load()
EXAMPLES = [(one, example) for one in PATTERNS for example in one.examples]
FORMS = [(one, form) for one in PATTERNS for form in one.forms if form.origin == "sglang"]


def lines_of(example: dict[str, Any]) -> list[str]:
    """Return the lines of an example."""
    single = [example[key] for key in ("line", "other") if key in example]
    return [*single, *example.get("lines", ()), *example.get("others", ())]


@pytest.mark.parametrize(
    ("pattern", "example"),
    EXAMPLES,
    ids=[f"{one.rule.code}-{number}" for number, (one, _) in enumerate(EXAMPLES)],
)
def test_an_example(pattern: Pattern, example: dict[str, Any]) -> None:
    reader = Reader(PATTERNS, example.get("says", ""))
    told = [one for line in lines_of(example) for one in reader.feed(line)]
    told += reader.end()
    found = [one for one in told if one.code == pattern.rule.code]
    if "line" not in example and "lines" not in example:
        assert found == []
        return
    assert len(found) == 1
    assert found[0].values.items() >= example.get("finds", {}).items()
    assert "{" not in found[0].message
    assert "{" not in found[0].help


def test_an_example_of_a_release_is_one_of_its_wordings() -> None:
    for pattern, example in EXAMPLES:
        if "line" in example and "sglang" in example:
            reader = Reader(PATTERNS, example["sglang"])
            reader.feed(example["line"])
            assert "LOG706" not in [one.code for one in reader.end()], pattern.rule.code


def test_each_pattern_has_both_kinds_of_examples() -> None:
    for pattern in PATTERNS:
        if pattern.told:
            keys = {key for example in pattern.examples for key in example}
            assert keys & {"line", "lines"}, pattern.rule.code
            assert keys & {"other", "others"}, pattern.rule.code


@pytest.mark.parametrize(
    ("pattern", "form"), FORMS, ids=[f"{one.rule.code}-{form.text[:40]}" for one, form in FORMS]
)
def test_a_wording_stands_in_the_releases_of_its_range_and_in_no_other(
    pattern: Pattern, form: Any
) -> None:
    kept = CONFIRMED[form.source or form.text]
    claimed = [one for one in catalog.releases() if holds(one, form.since, form.until)]
    assert claimed == kept["releases"]
    assert list(form.references) == kept["references"]


def test_nothing_is_kept_of_wordings_that_are_gone() -> None:
    assert set(CONFIRMED) == {form.source or form.text for _, form in FORMS}


def test_prepared_patterns_are_those_of_the_files() -> None:
    assert tuple(read_patterns([str(ROOT / "logs.d")], rulepack.load())) == PATTERNS
    assert tuple(from_data(json.loads(json.dumps(to_data(one)))) for one in PATTERNS) == PATTERNS


WRONG = """\
patterns:
  - code: MINE1
    name: fell-back-to-diffusers
    severity: warning
    topic: memory
    role: warmd-up
    each: [nothing]
    options: [num_gpu]
    forms:
      - {text: "{a}{b}"}
      - {text: "some {size:numbr} words here", references: [mine]}
    message: "there is {event.other}"
    why: because
    fixes: [{title: a, safety: unsafe, set: {num_gpus: "{event.other}"}}]
    examples: [{line: x}, {other: y}]
"""


def test_a_file_that_is_wrong_names_every_mistake(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(WRONG.replace("MINE1", "MINE001"))
    with pytest.raises(RuleError) as refused:
        load([str(path)])
    told = str(refused.value)
    for part in (
        "name: 'fell-back-to-diffusers' is taken by LOG101",
        "there is no role 'warmd-up'; did you mean 'warmed-up'?",
        "each.0: no wording has a hole {nothing}",
        "options.0: no release has an option `num_gpu`",
        "forms.0.text: is only holes",
        "needs `references`",
        "there is no kind of hole `numbr`",
        "message: a wording has no hole {other}",
        "needs `because`",
    ):
        assert part in told, told
    assert f"{path}:" in told


def test_a_file_of_another_shape_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("patterns:\n  - code: MINE001\n    mesage: a\n")
    with pytest.raises(RuleError) as refused:
        load([str(path)])
    assert "did you mean `message`?" in str(refused.value)

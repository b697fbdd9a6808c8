"""The user's own rules: loaded beside the built-in ones, listed, explained, kept in the cache."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from sgdlint import packing, rulebook, rulepack
from sgdlint.cli import main
from sgdlint.linter import Options, check
from sgdlint.rules.files import RuleError
from sgdlint.source import Source

SCRIPT = "sglang serve --model-path Qwen/Qwen-Image --port 30000"


def rule(code: str, when: str = "port is given") -> dict[str, Any]:
    """Return a rule that fires on SCRIPT."""
    return {
        "code": code,
        "name": f"own-{code.lower()}",
        "severity": "warning",
        "category": "option",
        "when": when,
        "message": "Port {port}",
        "why": "It moves.",
        "references": ["handbook"],
        "examples": [
            {"bad": SCRIPT, "sglang": "0.5.23"},
            {"good": "sglang serve --model-path Qwen/Qwen-Image", "sglang": "0.5.23"},
        ],
    }


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a rule, one in a folder below it, and what is no rule file."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    top = tmp_path / "ops"
    put(top / "a.yaml", rule("OPS101"))
    late = {"since": "0.5.9", **rule("OPS102", "parallel.num_gpus == 1 and port is given")}
    put(top / "team" / "b.yml", late)
    put(top / ".hidden" / "c.yaml", {"code": "broken"})
    (top / "README.md").write_text("no rules\n")
    return top


def put(path: Path, *rules: dict[str, Any]) -> str:
    """Write a rule file and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({"rules": list(rules)}))
    return str(path)


def cached(folder: Path) -> list[str]:
    """Return the names of the files in the cache."""
    place = folder.parent / "cache" / "sgdlint"
    return sorted(path.name for path in place.glob("*")) if place.is_dir() else []


def test_own_rules_stand_beside_the_built_in_ones(folder: Path) -> None:
    pack = rulepack.load([str(folder)])
    assert pack.rules[: len(rulepack.load().rules)] == rulepack.load().rules
    assert [one.code for one in pack.rules][-2:] == ["OPS101", "OPS102"]
    report = check(Source("x", SCRIPT + " --host_name x"), pack, Options(sglang="0.5.23"))
    assert [one.code for one in report.findings] == ["OPS101", "OPS102", "SGD201"]


def test_several_paths_and_one_file_twice(folder: Path, tmp_path: Path) -> None:
    other = put(tmp_path / "other.yaml", rule("OPS103"))
    paths = [str(folder), other, str(folder / "a.yaml"), os.path.join(str(folder), ".", "a.yaml")]
    codes = [one.code for one in rulepack.load(paths).rules]
    assert codes[-3:] == ["OPS101", "OPS102", "OPS103"]


def test_rules_of_several_paths_may_not_collide(folder: Path, tmp_path: Path) -> None:
    other = put(tmp_path / "other.yaml", rule("OPS101"))
    with pytest.raises(RuleError, match="'OPS101' is taken by rule OPS101"):
        rulepack.load([str(folder), other])


def test_own_rules_are_compiled_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = rulepack.load([str(folder)])
    assert len(cached(folder)) == 1
    monkeypatch.setattr(packing, "compile_files", None)
    assert rulepack.load([str(folder)]) == first


def test_a_change_is_seen(folder: Path) -> None:
    rulepack.load([str(folder)])
    put(folder / "a.yaml", rule("OPS109"))
    assert "OPS109" in [one.code for one in rulepack.load([str(folder)]).rules]
    assert len(cached(folder)) == 2


def test_other_built_in_rules_are_another_base(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [str(folder)]
    before = packing.fingerprint(paths, "one")
    assert packing.fingerprint(paths, "two") != before
    assert packing.fingerprint(paths, "one") == before
    monkeypatch.setattr(packing, "FORMAT", packing.FORMAT + 1)
    assert packing.fingerprint(paths, "one") != before


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path.mkdir(), "holds no rule files"),
        (lambda path: None, "cannot be read: No such file or directory"),
        (lambda path: path.write_text("rules: []\n"), "rules: must not be empty"),
        (lambda path: path.write_text("{}\n"), "must not be empty"),
        (lambda path: put(path, {**rule("OPS101"), "severity": "bad"}), "'bad' is not one of"),
        (lambda path: put(path, rule("OPS101", "port > 40000")), "does not fire on the bad"),
        (
            lambda path: path.write_text(
                "facts:\n- {name: ops.a, type: number, value: '1', about: x, references: [x]}\n"
            ),
            "holds no rules",
        ),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path: Path, make: Any, message: str) -> None:
    path = tmp_path / "ops"
    make(path)
    with pytest.raises(RuleError) as error:
        rulepack.load([str(path)])
    assert message in str(error.value)
    assert str(error.value).startswith(str(path))
    assert main(["rule", "test", str(path)]) == 2


def test_own_rules_are_listed_and_explained(folder: Path) -> None:
    assert "OPS101  own-ops101" in rulebook.listing(False, [str(folder)])
    assert '"code": "OPS102"' in rulebook.listing(True, [str(folder)])
    assert "OPS101" not in rulebook.listing(False)
    assert rulebook.explain(["own-ops102"], [str(folder)]).startswith("OPS102 own-ops102\n")
    assert rulebook.explain(["SGD201"], [str(folder)]).startswith("SGD201 ")


def test_a_built_in_file_is_tested_with_the_others(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rule", "test", str(root / "rules.d" / "shell.yaml")]) == 0
    assert capsys.readouterr().out.startswith("6 rules, ")
    assert main(["rule", "test", str(root / "rules.d" / "facts.yaml")]) == 2
    assert "holds no rules" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("wish", "hint"),
    [
        ("sgd1O1", "did you mean 'SGD"),
        ("unknown-opton", "did you mean 'unknown-option'"),
        ("zzzzzzzzzzz", "no rule 'zzzzzzzzzzz'\n"),
    ],
)
def test_a_rule_that_is_not_there_has_a_near_one(
    wish: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "SGD201", wish]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert hint in err
    assert main(["explain", "sgd201", "UNKNOWN-OPTION"]) == 0


def test_the_headline_names_the_releases_of_the_rule() -> None:
    assert "\nCache-DiT and layerwise offload cannot run together in SGLang 0.5.7 to 0.5.18\n" in (
        rulebook.explain(["SGD101"])
    )

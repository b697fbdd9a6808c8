"""Packs of users: named in settings, changing built-in rules, started with `rule new`; mistakes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from sgdlint import rulebook, rulepack
from sgdlint.cli import main
from sgdlint.linter import Options, check
from sgdlint.record import replace
from sgdlint.rules.files import RuleError
from sgdlint.rules.pack import Pack
from sgdlint.shown import is_named
from sgdlint.source import Source

RUN = "sglang serve --model-path Qwen/Qwen-Image --port 30000\n"
ABBREVIATED = "sglang generate --model-path Qwen/Qwen-Image --prompt x --num-inf 7"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a launch, and start there."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.sh").write_text(RUN)
    return tmp_path


def rule(**changes: Any) -> dict[str, Any]:
    """Return a rule that fires on RUN."""
    whole = {
        "code": "OPS101",
        "name": "own-rule",
        "severity": "warning",
        "category": "option",
        "when": "port is given",
        "message": "Port {port}",
        "why": "It moves.",
        "references": ["handbook"],
        "examples": [
            {"bad": RUN, "sglang": "0.5.23"},
            {"good": "sglang serve --model-path Qwen/Qwen-Image", "sglang": "0.5.23"},
        ],
    }
    return {**whole, **changes}


def put(path: str, **sections: Any) -> str:
    """Write a rule file and return its path."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(yaml.safe_dump(sections, sort_keys=False))
    return path


def codes(text: str, paths: list[str], **wishes: Any) -> list[tuple[str, str]]:
    """Return code and severity of what is found in a text."""
    options = Options(sglang="0.5.23", **wishes)
    report = check(Source("x", text), rulepack.load(paths), options)
    return [(one.code, one.severity) for one in report.findings]


# --- settings -------------------------------------------------------------------------------------


def test_settings_name_rules(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put("ops/rules.d/a.yaml", rules=[rule()])
    (project / "pyproject.toml").write_text('[tool.sgdlint]\nrules = ["ops/rules.d"]\n')
    assert main(["check", "run.sh"]) == 1
    assert "warning OPS101 own-rule" in capsys.readouterr().out
    assert main(["check", "--rules", "ops/rules.d/a.yaml", "--select", "OPS101", "run.sh"]) == 1
    assert main(["check", "--ignore", "own-rule", "run.sh"]) == 0
    assert main(["check", "--command", RUN]) == 1
    assert main(["rules"]) == 0
    assert "OPS101  own-rule" in capsys.readouterr().out
    assert main(["explain", "OPS101", "SGD201"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("OPS101 own-rule\n")
    assert "\n\n\nSGD201 " in told
    assert main(["fix", "--diff", "run.sh"]) == 1
    assert main(["expand", "run.sh"]) == 0


def test_each_file_has_the_rules_of_its_own_project(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put("ops/a.yaml", rules=[rule()])
    for name, text in (("prod", 'rules = "../ops"\n'), ("dev", "")):
        (project / name).mkdir()
        (project / name / "run.sh").write_text(RUN)
        (project / name / "sgdlint.toml").write_text(text)
    assert main(["check", "prod", "dev"]) == 1
    assert capsys.readouterr().out.count("OPS101") == 1
    assert main(["check", "--select", "OPS101", "prod"]) == 1
    assert main(["check", "--select", "OPS101", "dev"]) == 2
    assert "no rule 'OPS101'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('rules = ["nowhere"]', "sgdlint.toml:1: rules: there is no nowhere"),
        ("rules = 1", "sgdlint.toml:1: `rules` is a rule file or a folder of them"),
    ],
)
def test_a_mistake_in_settings_is_told(
    project: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    (project / "sgdlint.toml").write_text(text + "\n")
    assert main(["check", "run.sh"]) == 2
    assert capsys.readouterr().err.startswith(f"sgdlint: error: {message}")


# --- changes --------------------------------------------------------------------------------------


def test_a_pack_changes_built_in_rules() -> None:
    assert codes(ABBREVIATED, []) == [("SGD209", "info")]
    higher = put("a.yaml", changes=[{"rule": "SGD209", "severity": "error", "reason": "ours"}])
    assert codes(ABBREVIATED, [higher]) == [("SGD209", "error")]
    assert codes(ABBREVIATED, [higher]) == [("SGD209", "error")]  # from the cache
    off = put(
        "b.yaml", changes=[{"rule": "abbreviated-option", "enabled": False, "reason": "noise"}]
    )
    assert codes(ABBREVIATED, [off]) == []
    assert codes(ABBREVIATED, [off], select=("SGD209",)) == [("SGD209", "info")]
    assert codes(f"# sgdlint: ignore[SGD209] x\n{ABBREVIATED}", [off]) == []
    assert codes(ABBREVIATED, []) == [("SGD209", "info")]


def test_a_change_is_explained() -> None:
    path = put("a.yaml", changes=[{"rule": "SGD209", "enabled": False, "reason": "we know"}])
    told = rulebook.explain(["SGD209"], [path])
    assert "off by default: --select SGD209 switches it on" in told
    assert "changed in a.yaml:2: we know" in told
    assert "abbreviated-option" in rulebook.listing(False, [path])


def test_a_rule_that_is_off_is_asked_for_or_switched_on() -> None:
    off = put("a.yaml", rules=[rule(enabled=False)])
    assert codes(RUN, [off]) == []
    assert codes(RUN, [off], select=("own-rule",)) == [("OPS101", "warning")]
    assert codes(RUN, [off], select=("OPS",)) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"rule": "unknown-opton", "enabled": False},
            "rule: there is no built-in rule 'unknown-opton'; did you mean 'unknown-option'?",
        ),
        ({"rule": "SGD209"}, "a.yaml:2:3: SGD209: changes nothing: it needs `severity` or"),
        ({"rule": "SGD209", "severity": "loud"}, "a.yaml:3:13: SGD209: severity: 'loud' is not"),
        ({"rule": "SGD209", "enabled": "no"}, "SGD209: enabled: must be true or false, not 'no'"),
    ],
)
def test_a_wrong_change_is_told(change: dict[str, Any], message: str) -> None:
    path = put("a.yaml", changes=[{**change, "reason": "x"}])
    assert message in problems(path)


def test_a_change_needs_a_reason_and_is_made_once() -> None:
    path = put("a.yaml", changes=[{"rule": "SGD209", "enabled": False}])
    assert "lacks the key `reason`" in problems(path)
    twice = [{"rule": one, "enabled": False, "reason": "x"} for one in ("SGD209", "SGD208")]
    path = put("a.yaml", changes=[*twice, {**twice[0]}])
    assert "a.yaml:8:9: SGD209: rule: 'SGD209' is changed at a.yaml:2 already" in problems(path)


# --- mistakes -------------------------------------------------------------------------------------


def problems(path: str) -> str:
    """Return what is told of a rule file that cannot be used."""
    with pytest.raises(RuleError) as caught:
        rulepack.load([path])
    return str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"when": "prt is given"}, "a.yaml:6:9: OPS101: when: there is no `prt`; did you mean `p"),
        (
            {"when": "port is given and parallel.num_gpu > 1"},
            "a.yaml:6:27: OPS101: when: there is no `parallel.num_gpu`; did you mean",
        ),
        ({"message": "Port {prt}"}, "a.yaml:7:17: OPS101: message: there is no {prt}; did you"),
        ({"severity": 1}, "a.yaml:4:3: OPS101: severity: must be a text, not 1; quote it"),
        ({"sevrity": "x"}, "OPS101: sevrity: unknown key; did you mean `severity`?"),
        ({"when": 'port == "x"'}, "a.yaml:6:9: OPS101: when: `port`"),
        ({"when": "port is"}, "a.yaml:6:9: OPS101: when: `port is` is not a condition"),
        ({"at": ["prt"]}, "there is no option `prt`; did you mean `port`?"),
        (
            {"fixes": [{"title": "x", "safety": "safe", "set": {"prt": "1"}}]},
            "`prt`",
        ),
        ({"on": "unknown-opton"}, "there is no event 'unknown-opton'; did you mean 'unknown-opt"),
        ({"examples": [{"bad": "ls"}, {"good": RUN}]}, "a.yaml:12:5: OPS101: examples.0: the bad"),
    ],
)
def test_a_mistake_is_pointed_at(
    changes: dict[str, Any], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = put("a.yaml", rules=[rule(**changes)])
    assert message in problems(path)
    assert main(["check", "--rules", path, "run.sh"]) == 2
    assert message in capsys.readouterr().err


def test_what_is_no_yaml_is_pointed_at(project: Path) -> None:
    (project / "a.yaml").write_text("rules:\n- code: OPS101\n  name: [x\n")
    assert problems("a.yaml").startswith("a.yaml:4:1: not YAML: ")


# --- rule new -------------------------------------------------------------------------------------


def test_a_new_rule_passes_its_test(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "sgdlint.toml").write_text('rules = "ops"\n')
    put("ops/a.yaml", rules=[rule(code="OWN101")])
    assert main(["rule", "new", "serve-moves", "ops"]) == 0
    assert "sgdlint rule test ops/serve-moves.yaml" in capsys.readouterr().out
    assert "code: OWN102" in (project / "ops" / "serve-moves.yaml").read_text()
    assert main(["rule", "test", "ops"]) == 0
    assert capsys.readouterr().out == "2 rules, 5 examples: all passed\n"
    assert main(["rule", "new", "another"]) == 0
    assert main(["rule", "test", "another.yaml"]) == 0


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Serve Moves", "'Serve Moves' is no name of a rule"),
        ("unknown-option", "there is a rule unknown-option already"),
        ("taken", "taken.yaml is there already"),
    ],
)
def test_what_cannot_be_started_is_told(
    project: Path, capsys: pytest.CaptureFixture[str], name: str, message: str
) -> None:
    (project / "taken.yaml").write_text("x: y\n")
    assert main(["rule", "new", name]) == 2
    assert message in capsys.readouterr().err
    assert (project / "taken.yaml").read_text() == "x: y\n"


@pytest.mark.parametrize(
    ("wish", "is_meant"),
    [
        ("SGD1010", True),
        ("SGD1", True),
        ("SGD10", True),
        ("SGD", True),
        ("SGD101", False),
        ("SGD2", False),
        ("", False),
        ("a-name", True),
    ],
)
def test_a_whole_code_is_not_the_beginning_of_a_longer_one(wish: str, is_meant: bool) -> None:
    rule = replace(rulepack.load().rules[0], code="SGD1010", name="a-name")
    assert is_named(wish, Pack((rule,), ())) is is_meant

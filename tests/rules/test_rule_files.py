"""Rule files fail closed: every mistake is named with file, line, rule and key; nothing runs."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from sgdlint import resources, rulepack
from sgdlint.cli import main
from sgdlint.rules import files, shape
from sgdlint.rules.files import RuleError
from sgdlint.rules.model import pack_from_data, pack_to_data

RULE: dict[str, Any] = {
    "code": "OPS101",
    "name": "serve-without-strict-ports",
    "severity": "warning",
    "category": "reproducibility",
    "since": "0.5.10",
    "commands": ["serve"],
    "when": "not strict_ports and port is given",
    "message": "Port {port} may move",
    "why": "The load balancer finds the server at its port.",
    "references": ["ops handbook"],
    "fixes": [{"title": "add --strict-ports", "safety": "safe", "add": {"strict_ports": ""}}],
    "examples": [
        {
            "bad": "sglang serve --model-path Qwen/Qwen-Image --port 30000",
            "fixed": "sglang serve --model-path Qwen/Qwen-Image --port 30000 --strict-ports",
            "sglang": "0.5.23",
        },
        {
            "good": "sglang serve --model-path Qwen/Qwen-Image --port 3 --strict-ports",
            "sglang": "0.5.23",
        },
        {
            "unknown": 'sglang serve --model-path Qwen/Qwen-Image --port 3 "$@"',
            "sglang": "0.5.23",
        },
    ],
}
FACT = {
    "name": "ops.gpus",
    "type": "number",
    "value": "num_gpus if num_gpus is given else 1",
    "about": "GPUs.",
    "references": ["handbook"],
}


def write(path: Path, rules: list[Any], facts: list[Any] | None = None) -> Path:
    """Write a rule file."""
    data: dict[str, Any] = {"rules": rules}
    if facts is not None:
        data["facts"] = facts
    path.write_text(yaml.safe_dump(data, sort_keys=False))
    return path


def changed(**changes: Any) -> dict[str, Any]:
    """Return the rule with some keys changed, or taken out with None."""
    return {key: value for key, value in {**RULE, **changes}.items() if value is not None}


def problems(path: Path) -> str:
    """Return what `rule test` says of a file that is not valid."""
    with pytest.raises(RuleError) as error:
        rulepack.compile_folder(str(path), rulepack.load())
    return str(error.value)


def test_a_good_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "ops.yaml", [RULE], [FACT])
    assert main(["rule", "test", str(path)]) == 0
    assert capsys.readouterr().out == "1 rules, 3 examples: all passed\n"


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (changed(severity="fatal"), "severity: 'fatal' is not one of error, warning, perf, info"),
        (changed(sevrity="error"), "sevrity: unknown key; did you mean `severity`?"),
        (changed(why=None), "lacks the key `why`"),
        (changed(code="ops1"), "code: 'ops1' does not have the form"),
        (
            changed(since=0.5),
            'since: must be a text, not 0.5; write it like "0.5.12.post1", quoted',
        ),
        (changed(commands=["train"]), "commands.0: 'train' is not one of generate, serve"),
        (changed(when=None), "needs `when`, or `on` with an event"),
        (
            changed(when="strict_port"),
            "when: there is no `strict_port`; did you mean `strict_ports`",
        ),
        (changed(when="port"), "when: `port` is a number, not a yes or no"),
        (changed(when="port == '3'"), "when: `port` is a number, and a number is never a string"),
        (changed(when="port >"), "when: `port >` is not a condition"),
        (changed(when="backend == 'vllm'"), "when: `backend` is never 'vllm': it is one of"),
        (
            changed(when="model.kin == 'image'"),
            "there is no `model.kin`; did you mean `model.kind`",
        ),
        (changed(when="env.SGLANG_CACHE_DIT"), "there is no `env.SGLANG_CACHE_DIT`"),
        (changed(when="warmup"), "when: `warmup` does not exist in `serve` of 0.5.18"),
        (changed(when="seed is given"), "when: there is no `seed`"),
        (changed(when="true and false"), "when: `true and false` can never hold"),
        (changed(since="0.6.0"), "since: no release lies between"),
        (changed(since="0.5.12", until="0.5.12"), "until: no release lies between"),
        (changed(on="unknown-optoin"), "on: there is no event 'unknown-optoin'; did you mean"),
        (changed(message="Port {prot}"), "message: there is no {prot}; did you mean {port}?"),
        (changed(message="{event.flag}"), "message: there is no {event.flag}"),
        (changed(at=["prot"]), "at.0: there is no option `prot`; did you mean `port`?"),
        (changed(fixes=[{"title": "x", "safety": "safe"}]), "fixes.0: does nothing"),
        (
            changed(fixes=[{"title": "x", "safety": "unsafe", "remove": ["port"]}]),
            "fixes.0: needs `because`",
        ),
        (
            changed(fixes=[{"title": "x", "safety": "safe", "set": {"port": "many"}}]),
            "fixes.0.set.port: 'many' is not a value of `port`",
        ),
        (
            changed(fixes=[{"title": "x", "safety": "safe", "set": {"backend": "vllm"}}]),
            "fixes.0.set.backend: 'vllm' is not a value of `backend`: it takes",
        ),
        (
            changed(fixes=[{"title": "x", "safety": "safe", "rename": {"port": {"to": "prot"}}}]),
            "fixes.0.rename.port.to: there is no option `prot`",
        ),
        (
            changed(
                fixes=[{"title": "x", "safety": "safe", "rename": {"no_such": {"to": "port"}}}]
            ),
            "no release has an option `no_such`",
        ),
        (
            changed(fixes=[{"title": "x", "safety": "safe", "replace": {"flag": "--x"}}]),
            "the rule needs `on`",
        ),
        (changed(examples=RULE["examples"][:1]), "examples: needs a `good` example"),
        (changed(examples=RULE["examples"][1:]), "examples: needs a `bad` example"),
        (
            changed(examples=[{**RULE["examples"][0], "good": "x"}, *RULE["examples"][1:]]),
            "examples.0: is either `bad`, `good` or `unknown`",
        ),
        (changed(code="SGD101"), "code: 'SGD101' is taken by rule SGD101"),
        (changed(name="unknown-option"), "name: 'unknown-option' is taken by rule SGD201"),
    ],
)
def test_mistakes_of_a_rule(tmp_path: Path, rule: dict[str, Any], message: str) -> None:
    path = write(tmp_path / "ops.yaml", [rule])
    told = problems(path)
    assert message in told
    assert all(line.startswith(f"{path}:") for line in told.splitlines())


@pytest.mark.parametrize(
    ("key", "script", "message"),
    [
        ("bad", "sglang serve --model-path Qwen/Qwen-Image", "does not fire on the bad example"),
        ("good", RULE["examples"][0]["bad"], "fires on the good example: Port 30000 may move"),
        ("unknown", RULE["examples"][0]["bad"], "fires on the unknown example"),
        ("fixed", "sglang serve", "the fixes give:\nsglang serve --model-path Qwen/Qwen-Image"),
        ("good", "echo nothing", "holds no launch that is known to be diffusion"),
    ],
)
def test_examples_that_fail(tmp_path: Path, key: str, script: str, message: str) -> None:
    examples = [
        {**example, key: script} if key in example else example for example in RULE["examples"]
    ]
    assert message in problems(write(tmp_path / "ops.yaml", [changed(examples=examples)]))


def test_every_mistake_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "ops.yaml"
    path.write_text("rules:\n- code: OPS101\n  name: Bad Name\n  severity: loud\n  nam: x\n")
    told = problems(path).splitlines()
    assert f"{path}:3: OPS101: name: 'Bad Name' does not have the form" in told[0] or len(told) > 5
    assert [line for line in told if ":4: OPS101: severity: 'loud'" in line]
    assert [line for line in told if ":5: OPS101: nam: unknown key; did you mean `name`?" in line]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("rules: [\n", "not YAML"),
        ("- a\n- b\n", "must be a mapping"),
        ("rules: text\n", "rules: must be a list"),
        ("rules:\n- &a [*a]\n", "an alias makes the file endless"),
        ("rules: []\nrules: []\n", "stands twice"),
        ("1: x\n", "a key must be a text"),
        ("\t\n", "not YAML"),
        ("rules:\n- !!python/object:os.system {}\n", "lacks the key"),
    ],
)
def test_what_is_not_a_rule_file(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "ops.yaml"
    path.write_text(text)
    assert message in problems(path)


def test_yaml_booleans_are_explained(tmp_path: Path) -> None:
    path = tmp_path / "ops.yaml"
    path.write_text(
        "rules:\n- code: OPS101\n  fixes:\n  - {title: x, safety: safe, set: {warmup_mode: off}}\n"
    )
    assert "YAML 1.1 reads a bare true, false, on, off" in problems(path)


def test_bytes_that_are_not_text(tmp_path: Path) -> None:
    path = tmp_path / "ops.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    assert "cannot be read" in problems(path)


@pytest.mark.parametrize(
    ("fact", "message"),
    [
        ({**FACT, "value": "num_gpuz"}, "value: there is no `num_gpuz`"),
        ({**FACT, "value": "num_gpus is given"}, "is a bool, where a number is needed"),
        ({**FACT, "value": "ops.gpus + 1"}, "value: there is no `ops.gpus`"),
        ({**FACT, "name": "gpus"}, "name: 'gpus' does not have the form"),
    ],
)
def test_mistakes_of_a_fact(tmp_path: Path, fact: dict[str, Any], message: str) -> None:
    assert message in problems(write(tmp_path / "ops.yaml", [RULE], [fact]))


# --- the schema -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def schema() -> Any:
    return json.loads(Path(files.SCHEMA).read_text())


def test_the_schema_is_a_schema_and_accepts_our_rules(schema: Any, root: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    for path in sorted((root / "rules.d").glob("*.yaml")):
        jsonschema.validate(files.read_file(str(path)).data, schema)


@pytest.mark.parametrize(
    "data",
    [
        {"rules": [RULE]},
        {"rules": [changed(severity="fatal")]},
        {"rules": [changed(extra=1)]},
        {"rules": [changed(since=1)]},
        {"rules": []},
        {"facts": [FACT]},
        {"facts": [{**FACT, "type": "text"}]},
        {"rule": []},
        {"rules": [changed(examples=[])]},
        {"rules": [changed(examples=[{"bad": "x", "gpus": "two"}])]},
    ],
)
def test_our_check_agrees_with_jsonschema(schema: Any, data: Any) -> None:
    theirs = list(jsonschema.Draft202012Validator(schema).iter_errors(data))
    assert bool(shape.problems(data, schema)) is bool(theirs)


# --- the prepared pack ----------------------------------------------------------------------------


def test_a_pack_survives_being_stored() -> None:
    pack = rulepack.load()
    stored = json.loads(json.dumps(pack_to_data(pack)))
    assert pack_from_data(stored) == pack


@pytest.fixture
def own_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of rules that stands in the place of the built-in one."""
    folder = tmp_path / "rules.d"
    folder.mkdir()
    write(folder / "ops.yaml", [RULE])
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(resources, "find", lambda _name: str(folder))
    return folder


def cache(folder: Path) -> list[Path]:
    """Return the files of the cache."""
    return sorted((folder.parent / "cache" / "sgdlint").glob("*"))


def test_changed_rules_are_compiled_once(
    own_rules: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    grammar = str(root / "grammar")
    places = {"rules.d": str(own_rules), "grammar": grammar}
    monkeypatch.setattr(resources, "find", places.__getitem__)
    assert [rule.code for rule in rulepack.load().rules] == ["OPS101"]
    [kept] = cache(own_rules)
    assert kept.stat().st_mode & 0o777 == 0o600
    monkeypatch.setattr(rulepack, "compile_folder", None)
    assert [rule.code for rule in rulepack.load().rules] == ["OPS101"]


@pytest.mark.parametrize("damage", ["text", "mode", "other"])
def test_a_cache_that_cannot_be_trusted_is_not_read(
    own_rules: Path, monkeypatch: pytest.MonkeyPatch, root: Path, damage: str
) -> None:
    places = {"rules.d": str(own_rules), "grammar": str(root / "grammar")}
    monkeypatch.setattr(resources, "find", places.__getitem__)
    rulepack.load()
    [kept] = cache(own_rules)
    if damage == "text":
        kept.write_text("{")
    elif damage == "mode":
        kept.write_text(kept.read_text().replace("OPS101", "EVIL66"))
        kept.chmod(0o666)
    else:
        kept.write_text(kept.read_text().replace('"fingerprint":"', '"fingerprint":"0'))
    assert [rule.code for rule in rulepack.load().rules] == ["OPS101"]


def test_a_cache_that_cannot_be_written_does_no_harm(
    own_rules: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    places = {"rules.d": str(own_rules), "grammar": str(root / "grammar")}
    monkeypatch.setattr(resources, "find", places.__getitem__)
    monkeypatch.setenv("XDG_CACHE_HOME", os.devnull)
    assert [rule.code for rule in rulepack.load().rules] == ["OPS101"]


def test_wrong_rules_stop_everything(
    own_rules: Path,
    monkeypatch: pytest.MonkeyPatch,
    root: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    places = {"rules.d": str(own_rules), "grammar": str(root / "grammar")}
    monkeypatch.setattr(resources, "find", places.__getitem__)
    write(own_rules / "ops.yaml", [changed(severity="fatal")])
    assert main(["check", "--command", "sglang serve --model-path Qwen/Qwen-Image"]) == 2
    assert "severity: 'fatal'" in capsys.readouterr().err

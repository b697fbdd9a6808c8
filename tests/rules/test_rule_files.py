"""Rule files fail closed: every mistake is named with file, line, rule and key; nothing runs."""

from __future__ import annotations

import itertools
import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from sgdlint import packing, resources, rulepack
from sgdlint.cli import main
from sgdlint.rules import files, shape
from sgdlint.rules.data import to_data
from sgdlint.rules.files import RuleError
from sgdlint.rules.model import Fact
from sgdlint.rules.needs import index_of, needs_of
from sgdlint.rules.pack import Pack, fact_from_data, rule_from_data

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
GAIN = {"of": "request", "sources": ["ops handbook"]}
FACT = {
    "name": "ops.gpus",
    "type": "number",
    "value": "num_gpus if num_gpus is given else 1",
    "about": "GPUs.",
    "references": ["handbook"],
}


LAUGHS = "a: &a [x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
    for before, name in itertools.pairwise("abcdefghijk")
)


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


def fixing(**edits: Any) -> dict[str, Any]:
    """Return the rule with another fix."""
    return changed(fixes=[{"title": "x", "safety": "safe", **edits}])


def example(**changes: Any) -> dict[str, Any]:
    """Return the rule with a changed bad example."""
    return changed(examples=[{**RULE["examples"][0], **changes}, *RULE["examples"][1:]])


def problems(path: Path) -> str:
    """Return what `rule test` says of a file that is not valid."""
    with pytest.raises(RuleError) as error:
        packing.compile_folder(str(path), rulepack.load())
    return str(error.value)


def test_a_good_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "ops.yaml", [RULE], [FACT])
    assert main(["rule", "test", str(path)]) == 0
    assert capsys.readouterr().out == "1 rule, 3 examples: all passed\n"


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
        (changed(gain={"of": "request"}), "gain: lacks the key `sources`"),
        (changed(gain={**GAIN, "of": "all"}), "gain.of: 'all' is not one of request, first"),
        (changed(gain={**GAIN, "from": 2}), "gain: needs both `from` and `to`, or neither"),
        (changed(gain={**GAIN, "from": 2, "to": 1}), "gain.from: is more than `to`, which is 1"),
        (changed(gain=GAIN), "gain: needs either `from` and `to`, or `says`"),
        (
            changed(gain={**GAIN, "from": 1, "to": 2, "says": "fast"}),
            "gain: needs either `from` and `to`, or `says`",
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
        (changed(when="port is absent and port is given"), "can never hold"),
        (changed(when="port > 4 and port < 3"), "can never hold"),
        (changed(when="port == 1 and not (port > 0)"), "can never hold"),
        (changed(when="port in [1, 2] and port not in [2, 1, 3]"), "can never hold"),
        (changed(when="backend == 'diffusers' and backend is absent"), "can never hold"),
        (
            changed(when="model.id == 'Qwen/Qwen-Imag'"),
            "`model.id` is never 'Qwen/Qwen-Imag'; did you mean `Qwen/Qwen-Image`?",
        ),
        (changed(when="model.family == 'x'"), "`model.family` is never 'x': no release has it"),
        (changed(when="model.task in ['T2X']"), "`model.task` is never 'T2X': it is one of"),
        (changed(when="gpu.name != 'H1000'"), "never 'H1000'; did you mean `H100`?"),
        (
            changed(when="launch.command == 'generate'"),
            "`launch.command` is never 'generate': it is one of serve",
        ),
        (changed(when="launch.sglang == '0.5.9'"), "`launch.sglang` is never '0.5.9'"),
        (changed(when="matches(host, '(')"), "'(' is not a regular expression"),
        (changed(when="matches(host, host)"), "the pattern of `matches` is a text"),
        (changed(when="lower(host)"), "a string stands where a yes or no is needed"),
        (changed(when="not " * 2001 + "strict_ports"), "more than 100 parts"),
        (changed(when=" or ".join(["port == 1"] * 3000)), "more than 100 parts"),
        (changed(when="port == " + "9" * 5000), "a number has at most 18 digits, not 5000"),
        (
            changed(since=None, commands=None, when="env.SGLANG_CACHE_DIT_ENABLED"),
            "SGLang 0.5.5 does not know the variable SGLANG_CACHE_DIT_ENABLED",
        ),
        (changed(since="0.5"), 'write it like "0.5.12.post1", quoted'),
        (changed(code="OPS101\n"), "does not have the form"),
        (changed(when="true and false"), "when: `true and false` can never hold"),
        (changed(since="0.6.0"), "since: no release lies between"),
        (changed(since="0.5.12", until="0.5.12"), "until: no release lies between"),
        (changed(on="unknown-optoin"), "on: there is no event 'unknown-optoin'; did you mean"),
        (changed(message="Port {prot}"), "message: there is no {prot}; did you mean {port}?"),
        (changed(message="{event.flag}"), "message: there is no {event.flag}"),
        (
            changed(at=["model.id"]),
            "at.0: takes options and env.NAME, which have a place; not `model.id`",
        ),
        (
            changed(on="syntax-error", message="x"),
            "when: a rule on syntax-error has no `when`",
        ),
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
        (fixing(set_env={"SGLANG_CACHE_DIT_ENABLE": "1"}), "`SGLANG_CACHE_DIT_ENABLED`?"),
        (fixing(set_env={"A B": "1"}), "set_env.A B: the name does not have the form"),
        (fixing(unset_env=["A-B"]), "unset_env.0: 'A-B' does not have the form"),
        (fixing(unset_env=["NO_SUCH"]), "no release knows the variable NO_SUCH"),
        (fixing(set={"env.PORT": "1"}), "set.env.PORT: there is no option `env.PORT`"),
        (fixing(rename={"port": {"to": "port"}}), "renames the option to itself"),
        (
            fixing(rename={"port": {"to": "backend", "values": {"1": "vllm"}}}),
            "rename.port.values.1: 'vllm' is not a value of `backend`",
        ),
        (
            fixing(when="strict_ports", set={"port": "1"}),
            "fixes.0.when: `strict_ports` can never hold where the rule does",
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
        (
            "bad",
            "sglang serve --model-path Qwen/Qwen-Image",
            "bad example: its condition is false there (`strict_ports` is not given, `port` is",
        ),
        (
            "bad",
            'sglang serve --model-path Qwen/Qwen-Image --port "$PORT" $MORE',
            "its condition is unknown there: it waits for `strict_ports`",
        ),
        (
            "bad",
            "sglang generate --model-path Qwen/Qwen-Image --prompt x",
            "there is no launch of serve in it",
        ),
        (
            "bad",
            "sglang serve --model-path Qwen/Qwen-Image --port 3 # sgdlint: ignore[OPS101] x",
            "a comment in it suppresses the rule",
        ),
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


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (example(sglang="0.5.9"), "it does not hold for SGLang 0.5.9"),
        (changed(when="gpu.count > 1"), "it waits for `gpu.count`"),
        (changed(when="parallel.sp > 1"), "is false there (`parallel.sp` is 1)"),
        (
            changed(on="unknown-option", when=None, message="x"),
            "there is no unknown-option in it",
        ),
        (
            {
                **example(bad="sglang serve --model-path Qwen/Qwen-Image --prot 3"),
                "on": "unknown-option",
                "when": "event.flag != '--x'",
                "message": "x",
                "fixes": [{"title": "x", "safety": "safe", "replace": {"flag": "--port"}}],
            },
            "the fixes give:",
        ),
        (
            {
                **example(bad="sglang serve --model-path Qwen/Qwen-Image --prot 3"),
                "on": "unknown-option",
                "when": "event.flag == '--prt'",
            },
            "its condition is false there (`event.flag` is --prot)",
        ),
    ],
)
def test_why_an_example_fails(tmp_path: Path, rule: dict[str, Any], message: str) -> None:
    rule["message"] = "x"
    assert message in problems(write(tmp_path / "ops.yaml", [rule]))


def test_another_rule_may_take_the_event(tmp_path: Path) -> None:
    rule = example(bad="sglang serve --model-path Qwen/Qwen-Image --prot 3")
    del rule["when"]
    rule |= {"on": "unknown-option", "message": "x"}
    assert "SGD201 speaks of it first" in problems(write(tmp_path / "ops.yaml", [rule]))


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (example(gpus=0), "examples.0.gpus: must be at least 1, not 0"),
        (example(gpus=1.5), "examples.0.gpus: must be a whole number, not 1.5"),
        (example(vram=-3), "examples.0.vram: must be more than 0, not -3"),
        (example(vram=float("inf")), "examples.0.vram: must be a number, not inf"),
        (example(env={"A-B": "x"}), "examples.0.env.A-B: the name does not have the form"),
        (example(gpu="H1000"), "unknown GPU 'H1000'; did you mean 'H100'?"),
        (
            changed(examples=[*RULE["examples"], {"good": "x", "fixed": "x"}]),
            "examples.3.fixed: only a `bad` example is fixed",
        ),
    ],
)
def test_mistakes_of_an_example(tmp_path: Path, rule: dict[str, Any], message: str) -> None:
    assert message in problems(write(tmp_path / "ops.yaml", [rule]))


def test_the_environment_of_an_example_may_hold_quotes(tmp_path: Path) -> None:
    when = 'env.SGLANG_DIFFUSION_ATTENTION_CONFIG == "it\'s"'
    environment = {"SGLANG_DIFFUSION_ATTENTION_CONFIG": "it's"}
    bad = {"bad": RULE["examples"][0]["bad"], "sglang": "0.5.23", "env": environment}
    rule = changed(when=when, fixes=None, examples=[bad, RULE["examples"][1]])
    packing.compile_folder(str(write(tmp_path / "ops.yaml", [rule])), rulepack.load())


@pytest.mark.parametrize(
    "when",
    [
        "port is known and port > 3",
        "port > 3 and port < 4000000",
        "port > 3 and port + 1 < 4000000",
        "port is given and (port == 30000 or port is absent)",
        "launch.command == 'serve' and port not in [1, 2]",
        "model.id == 'Qwen/Qwen-Image' and port > 0",
        "(port if port is given else 1) == 30000",
        "port in [30000, 1] and lower(model.kind) == 'image' and model.kind != 'video'",
    ],
)
def test_conditions_that_can_hold_are_not_refused(tmp_path: Path, when: str) -> None:
    examples = [
        {"bad": RULE["examples"][0]["bad"], "sglang": "0.5.23"},
        {"good": "sglang generate --model-path Qwen/Qwen-Image --prompt x"},
    ]
    rule = changed(when=when, fixes=None, examples=examples)
    packing.compile_folder(str(write(tmp_path / "ops.yaml", [rule])), rulepack.load())


def test_every_mistake_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "ops.yaml"
    path.write_text("rules:\n- code: OPS101\n  name: Bad Name\n  severity: loud\n  nam: x\n")
    told = problems(path).splitlines()
    assert [line for line in told if line.startswith(f"{path}:3:9: OPS101: name: 'Bad Name'")]
    assert [line for line in told if ":4:13: OPS101: severity: 'loud'" in line]
    assert [line for line in told if ":5:3: OPS101: nam: unknown key; did you mean `name`?" in line]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("rules: [\n", "not YAML"),
        ("- a\n- b\n", "must be a mapping"),
        ("rules: text\n", "rules: must be a list"),
        ("rules:\n- &a [*a]\n", "an alias makes the file endless"),
        ("rules: []\nrules: []\n", "stands twice"),
        ("1: x\n", "1: 1: a key must be a text: quote it"),
        ("{}\n", "must not be empty"),
        ("rules: []\n", "rules: must not be empty"),
        ("[" * 3000 + "]" * 3000, "is nested more than 50 levels deep"),
        ("[" * 200_000, "is nested more than 50 levels deep"),
        ("why: !foo '[1, {'\n", "why: the tag !foo has no meaning here"),
        ("why: !!int abc\n", "why: `abc` is not a value that can be read: quote it"),
        ("why: " + "9" * 5000, "is not a value that can be read: quote it"),
        ("why: 0x" + "f" * 5000, "is not a value that can be read: quote it"),
        ("<<: {rules: []}\n", "<<: merging is not supported: write the keys out"),
        ("rules:\n? [a, b]\n: 1\n", ":2:3: a key must be a text, not a list or mapping"),
        ("? {a: b}\n: 1\n", ":1:3: a key must be a text, not a list or mapping"),
        (LAUGHS, "an alias makes the file endless or far too long"),
        ("\t\n", "not YAML"),
        ("rules:\n- !!python/object:os.system {}\n", "lacks the key"),
    ],
)
def test_what_is_not_a_rule_file(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "ops.yaml"
    path.write_text(text)
    assert message in problems(path)


def test_what_looks_like_a_date_is_text(tmp_path: Path) -> None:
    path = write(tmp_path / "ops.yaml", [changed(why="2020-13-45")])
    path.write_text(path.read_text().replace("'2020-13-45'", "2020-13-45"))
    packing.compile_folder(str(path), rulepack.load())


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
        ({**FACT, "name": "gpu.number"}, "name: names that begin with model, gpu, attention"),
        (
            {**FACT, "name": "parallel.tp", "value": "parallel.tp + 1"},
            "name: `parallel.tp` is already defined for 0.5.9",
        ),
    ],
)
def test_mistakes_of_a_fact(tmp_path: Path, fact: dict[str, Any], message: str) -> None:
    assert message in problems(write(tmp_path / "ops.yaml", [RULE], [fact]))


def test_facts_of_one_name_may_not_overlap(tmp_path: Path) -> None:
    early, late = {**FACT, "until": "0.5.15"}, {**FACT, "since": "0.5.15"}
    packing.compile_folder(str(write(tmp_path / "ops.yaml", [RULE], [early, late])))
    late = {**FACT, "since": "0.5.14", "value": "ops.gpus + 1"}
    told = problems(write(tmp_path / "ops.yaml", [RULE], [early, late]))
    assert "name: `ops.gpus` is already defined for 0.5.14" in told
    late = {**FACT, "since": "0.5.15", "type": "string", "value": "'x'"}
    told = problems(write(tmp_path / "ops.yaml", [RULE], [early, late]))
    assert "name: `ops.gpus` is a number in other releases" in told


def test_facts_that_stand_on_too_many_others(tmp_path: Path) -> None:
    facts = [{**FACT, "name": "ops.n0"}]
    facts += [{**FACT, "name": f"ops.n{n}", "value": f"ops.n{n - 1} + 1"} for n in range(1, 60)]
    told = problems(write(tmp_path / "ops.yaml", [RULE], facts)).splitlines()
    assert len(told) == 1
    assert "with the facts that it uses it has more than 100 levels" in told[0]


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
        {"rules": [changed(examples=[{"bad": "x", "gpus": 0}])]},
        {"rules": [changed(examples=[{"bad": "x", "vram": 0}])]},
        {"rules": [changed(examples=[{"bad": "x", "vram": 0.5, "gpus": 1}])]},
        {"rules": [changed(examples=[{"bad": "x", "env": {"A-B": "x"}}])]},
        {"rules": [fixing(set_env={"A": "x"}, unset_env=["1"])]},
        {},
    ],
)
def test_our_check_agrees_with_jsonschema(schema: Any, data: Any) -> None:
    theirs = list(jsonschema.Draft202012Validator(schema).iter_errors(data))
    assert bool(shape.problems(data, schema)) is bool(theirs)


# --- the prepared pack ----------------------------------------------------------------------------


def test_a_pack_survives_being_stored() -> None:
    pack = rulepack.load()
    for rule in pack.rules:
        assert rule_from_data(json.loads(json.dumps(to_data(rule)))) == rule
    for fact in pack.facts:
        assert fact_from_data(json.loads(json.dumps(to_data(fact)))) == fact


def test_the_index_of_a_pack_is_that_of_its_rules() -> None:
    pack = rulepack.load()
    assert pack.index == index_of(pack.rules, pack.facts, pack.facts)
    assert (pack + Pack((), ())).index == pack.index


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (["option", "a"], {"a"}),
        (["env", "A"], {"env.A"}),
        (["not", ["option", "a"]], None),
        (["state", "given", ["option", "a"]], {"a"}),
        (["state", "absent", ["option", "a"]], None),
        (["state", "known", ["option", "a"]], None),
        (["cmp", "!=", ["option", "a"], ["const", 1]], {"a"}),
        (["cmp", ">", ["arith", "*", ["effective", "b"], ["option", "a"]], ["const", 1]], {"a"}),
        (["in", ["call", "lower", ["option", "a"]], ["x"]], {"a"}),
        (["and", ["model", "known"], ["option", "a"]], {"a"}),
        (["or", ["env", "A"], ["option", "a"]], {"a", "env.A"}),
        (["or", ["model", "known"], ["option", "a"]], {"a", "model."}),
        (["or", ["attention", "given"], ["option", "a"]], None),
        (["and", ["gpu", "nvlink"], ["option", "a"]], {"gpu."}),
        (["not", ["gpu", "nvlink"]], {"gpu."}),
        (["not", ["in", ["model", "family"], ["x"]]], {"model."}),
        (["not", ["memory", "fits"]], {"gpu."}),
        (["not", ["cmp", "==", ["model", "heads"], ["option", "a"]]], None),
        (["state", "absent", ["model", "family"]], {"model."}),
        (["state", "known", ["memory", "least"]], {"model."}),
        (["if", ["model", "known"], ["option", "a"], ["option", "b"]], {"a", "b"}),
        (["if", ["model", "known"], ["option", "a"], ["const", True]], None),
        (["derived", "both.given"], {"a", "c"}),
        (["cmp", "==", ["derived", "one.of"], ["const", 1]], None),
        (["derived", "no.such"], None),
    ],
)
def test_what_must_be_given_for_a_condition_to_be_true(
    condition: list[object], expected: set[str] | None
) -> None:
    facts = [
        Fact("both.given", "bool", ["and", ["option", "a"], ["not", ["option", "b"]]], "", "0.5.9"),
        Fact("both.given", "bool", ["option", "c"], "0.5.9"),
        Fact("one.of", "number", ["option", "a"], "", "0.5.9"),
        Fact("one.of", "number", ["const", 1], "0.5.9"),
    ]
    assert needs_of(condition, facts) == expected


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
    monkeypatch.setattr(packing, "compile_files", None)
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

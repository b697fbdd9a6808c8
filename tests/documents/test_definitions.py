"""Container definitions of clouds, in JSON and YAML."""

from __future__ import annotations

import json

import pytest

from sgdlint import rulepack
from sgdlint.documents import definitions
from sgdlint.documents.kinds import kind_of
from sgdlint.documents.region import STAND_IN
from sgdlint.fixer import fix
from sgdlint.linter import Options, check
from sgdlint.source import Source

U = STAND_IN
IMAGE = "lmsysorg/sglang:v0.5.20"
HEAD = f"# image: {IMAGE}\n"
ROWS = [
    ({"entryPoint": ["sglang"], "command": ["serve", "a b"]}, "sglang serve 'a b'"),
    ({"command": ["sh", "-c", "sglang \"$A\""]}, 'sglang "$A"'),
    ({"command": ["sglang", "--a=${a}", "Ref::b", {"Ref": "C"}]}, f"sglang '{U}' '{U}' {U}"),
    ({"command": ["sh", "-c", "sglang Ref::a"]}, U),
    ({"command": ["--a"]}, f"docker run {IMAGE} --a"),
    ({"environment": [{"name": "A", "value": "1"}], "command": ["a"]}, "export A=1\na"),
    ({"secrets": [{"name": "A", "valueFrom": "b"}], "command": ["a"]}, f"export A='{U}'\na"),
    ({"resourceRequirements": [{"type": "GPU", "value": "4"}], "command": ["a"]}, "# GPU: 4\na"),
]  # fmt: skip


@pytest.mark.parametrize(("container", "text"), ROWS)
def test_a_container_is_a_script(container: dict[str, object], text: str) -> None:
    data = {"containerDefinitions": [{"name": "web", "image": IMAGE, **container}]}
    source = Source("task.json", json.dumps(data, indent=2))
    assert kind_of(source.path, source.text) == "definitions"
    [region] = definitions.read(source).regions
    assert region.text == HEAD + text


def test_each_cloud_has_its_own_names() -> None:
    words = ["sglang", "serve"]
    for one in (
        {"containerProperties": {"image": IMAGE, "command": words}},
        {"AlgorithmSpecification": {"TrainingImage": IMAGE, "ContainerEntrypoint": words}},
        {"AppSpecification": {"ImageUri": IMAGE, "ContainerArguments": words}},
        {"containerSpec": {"imageUri": IMAGE, "command": words[:1], "args": words[1:]}},
        {"ContainerDefinitions": [{"Image": IMAGE, "EntryPoint": words, "Command": []}]},
    ):
        [region] = definitions.read(Source("a.json", json.dumps(one))).regions
        assert region.text == HEAD + "sglang serve"


def test_functions_of_cloud_formation_are_not_known() -> None:
    text = "ContainerDefinitions:\n- Image: !Ref A\n  Command: [sglang, !Sub '${B}', c]\n"
    [region] = definitions.read(Source("a.yaml", text)).regions
    assert region.text == f"sglang {U} c"


@pytest.mark.parametrize("indent", [None, 2])
def test_a_fix_changes_nothing_else(indent: int | None) -> None:
    words = ["sglang", "serve", "--model-path", "Qwen/Qwen-Image", "--num_gpus", "1"]
    script = ["sh", "-c", 'sglang serve --model-path "Qwen/Qwen-Image" --num_gpus 1']
    data = [{"image": IMAGE, "command": one} for one in (words, script, words[2:])]
    before = json.dumps({"containerDefinitions": data}, indent=indent)
    source = Source("task.json", before)
    done = fix(source, lambda it: check(it, rulepack.load(), Options()), True)
    data[2]["command"] = words
    expected = json.dumps({"containerDefinitions": data}).replace("num_gpus", "num-gpus")
    assert json.loads(done.text) == json.loads(expected)

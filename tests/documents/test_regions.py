"""Regions: where their characters stand in the file, and how edits get there."""

from __future__ import annotations

import pytest
import yaml

from sgdlint import rulepack
from sgdlint.documents import kubernetes
from sgdlint.documents.region import STAND_IN, Region
from sgdlint.fixer import fix
from sgdlint.linter import Options, check
from sgdlint.source import Source, Span

POD = """\
apiVersion: v1
kind: Pod
spec:
  containers:
    - name: web
"""


def regions(text: str) -> tuple[Region, ...]:
    """Return the regions of a manifest."""
    return kubernetes.read(Source("pod.yaml", text)).regions


def pod(body: str) -> str:
    """Return a manifest with one container."""
    lines = body.splitlines()
    return POD + "".join(f"      {line}\n" for line in lines)


ROWS = [
    ("args: [sglang, serve]", "sglang serve"),
    ("command: [sglang]\nargs: [\"serve\", '--port=1 2']", "sglang serve '--port=1 2'"),
    ("args: [sglang, it's]", "sglang 'it'\\''s'"),
    ("command: [bash, -c, 'sglang serve --port 1']", "sglang serve --port 1"),
    ("command: [sh, -ec]\nargs:\n  - |\n    a\n     b\n", "a\n b\n"),
    ("args:\n  - >-\n    a\n    b\ncommand: [bash, -c]", "a b"),
    ("env: [{name: A, value: x y}]\nargs: [sglang]", "export A='x y'\nsglang"),
    ("env: [{name: A, value: x}]\nargs: [p$(A)q, $$(A), $(B)]", "export A=x\npxq '$(A)' '$(B)'"),
    (
        "env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]\nargs: [$(A)]",
        f"export A='{STAND_IN}'\n'{STAND_IN}'",
    ),
]


@pytest.mark.parametrize(("body", "text"), ROWS, ids=[row[0][:40] for row in ROWS])
def test_a_container_is_a_script(body: str, text: str) -> None:
    [region] = regions(pod(body))
    assert region.text == text


@pytest.mark.parametrize(("body", "text"), ROWS, ids=[row[0][:40] for row in ROWS])
def test_exact_characters_are_those_of_the_file(body: str, text: str) -> None:
    source = pod(body)
    [region] = regions(source)
    for offset, character in enumerate(region.text):
        span = region.exact_span(Span(offset, offset + 1))
        if span is not None:
            assert source[span.start : span.end] == character


@pytest.mark.parametrize(("body", "text"), ROWS, ids=[row[0][:40] for row in ROWS])
def test_every_part_has_a_place_in_the_file(body: str, text: str) -> None:
    source = pod(body)
    [region] = regions(source)
    for start in range(len(region.text)):
        for end in range(start, len(region.text) + 1):
            span = region.host_span(Span(start, end))
            assert 0 <= span.start <= span.end <= len(source)


FIXES = [
    ("args: [sglang, serve, --model-path, Qwen/Qwen-Image, --num_gpus, '1']", "--num-gpus"),
    ('args: ["sglang","serve","--model-path","Qwen/Qwen-Image","--num_gpus=1"]', "--num-gpus"),
    ("command: [sh, -c, sglang serve --model-path Qwen/Qwen-Image --num_gpus 1]", "--num-gpus"),
    (
        (
            "command: [sh, -c]\nargs:\n  - >\n    sglang serve --model-path 'Qwen/Qwen-Image'\n"
            "    --num_gpus 1\n"
        ),
        "--num-gpus",
    ),
    (
        (
            'command:\n- sh\n- "-c"\n- "sglang serve --model-path \\"Qwen/Qwen-Image\\"\\\n'
            '  \\ --num_gpus 1"\n'
        ),
        "--num-gpus",
    ),
]


@pytest.mark.parametrize(("body", "new"), FIXES, ids=[row[0][:40] for row in FIXES])
def test_a_fix_changes_nothing_else(body: str, new: str) -> None:
    source = Source("pod.yaml", pod(body))
    options = Options(sglang="0.5.20")
    done = fix(source, lambda it: check(it, rulepack.load(), options), True)
    assert new in done.text
    before, after = str(yaml.safe_load(source.text)), str(yaml.safe_load(done.text))
    assert before.replace("--num_gpus", "--num-gpus") == after


def test_text_of_two_containers_is_kept_when_one_does_not_want_the_fix() -> None:
    text = POD + (
        "      args: &all [sglang, serve, --model-path, Qwen/Qwen-Image, --num_gpus, '1']\n"
        "    - name: other\n"
        "      image: lmsysorg/sglang:v0.5.20\n"
        "      command: [echo]\n"
        "      args: *all\n"
    )
    source = Source("pod.yaml", text)
    done = fix(source, lambda it: check(it, rulepack.load(), Options(sglang="0.5.20")), True)
    assert done.text == text
    [left] = [one for one in done.report.findings if "num_gpus" in one.message]
    assert left.fix is not None
    assert left.fix.applicability == "display"
    assert "container other" in left.fix.note


def test_broken_yaml_is_told() -> None:
    source = Source("pod.yaml", POD + "      args: [sglang, serve\n")
    report = check(source, rulepack.load(), Options())
    assert [one.code for one in report.findings] == ["SGD904"]
    assert report.source.location(report.findings[0].span.start)[0] == 7


FOUR = (
    "image: lmsysorg/sglang:v0.5.20\n"
    "args: [sglang, serve, --model-path, Qwen/Qwen-Image, --num-gpus, '4']"
)


@pytest.mark.parametrize(
    ("kind", "told"),
    [("Pod", True), ("RayCluster", False), ("InferenceService", False), ("GraphDeployment", False)],
)
def test_who_makes_the_pod_may_give_it_shared_memory(kind: str, told: bool) -> None:
    text = pod(FOUR).replace("kind: Pod", f"kind: {kind}")
    listed = "apiVersion: v1\nkind: List\nitems:\n- " + text.replace("\n", "\n  ")
    for one in (text, listed):
        report = check(Source("pod.yaml", one), rulepack.load(), Options())
        assert ("SGD907" in [finding.code for finding in report.findings]) == told

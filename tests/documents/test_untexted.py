"""Numbers and booleans where Kubernetes takes text alone."""

from __future__ import annotations

import pytest

import sgdlint

POD = """\
apiVersion: v1
kind: {kind}
metadata: {{name: a}}
spec:
  containers:
    - name: web
      command: [sglang, serve, --model-path, Qwen/Qwen-Image, --port, {port}]
      env:
        - {{name: PLAIN, value: {value}}}
      resources: {{limits: {{nvidia.com/gpu: 1}}}}
"""


def found(text: str) -> list[str]:
    report = sgdlint.check(text, path="pod.yaml", sglang="0.5.23")
    return [text[one.span.start : one.span.end] for one in report.findings if one.code == "SGD915"]


@pytest.mark.parametrize("value", ["1", "-1", "0x10", "1.5", "1.5e+3", "true", "False"])
def test_what_yaml_reads_as_no_text_is_told(value: str) -> None:
    assert found(POD.format(kind="Pod", port='"30000"', value=value)) == [value]


@pytest.mark.parametrize(
    "value",
    ["'1'", '"true"', "yes", "on", "1:30", "null", "~", "1a", "v1", "1 GPU", "!!str 1", "$(P)"],
)
def test_text_is_not_told(value: str) -> None:
    """Nor what some readers take for text, and null, which is a variable without a value."""
    assert found(POD.format(kind="Pod", port='"30000"', value=value)) == []


def test_each_word_is_told() -> None:
    assert found(POD.format(kind="Pod", port="30000", value="8")) == ["30000", "8"]


@pytest.mark.parametrize("kind", ["Workflow", "InferenceService", "Task"])
def test_other_controllers_may_take_numbers(kind: str) -> None:
    assert found(POD.format(kind=kind, port="30000", value="8")) == []


def test_a_template_may_put_quotes_around_it() -> None:
    text = POD.format(kind="Pod", port="{{ .Values.port }}", value="{{ .Values.plain }}")
    assert found(text) == []


def test_the_fix_leaves_all_else() -> None:
    text = POD.format(kind="Pod", port="30000  # the usual", value="8")
    text = text.replace("  # the usual]", "]  # the usual")
    after = text.replace("30000]", '"30000"]').replace("value: 8", 'value: "8"')
    assert sgdlint.fix(text, path="pod.yaml", sglang="0.5.23").text == after

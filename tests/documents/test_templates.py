"""Templated YAML: what is filled in is not known, and nothing that it takes part in is changed."""

from __future__ import annotations

import pytest

from sgdlint import rulepack
from sgdlint.documents import helm
from sgdlint.documents.actions import Blocks, actions
from sgdlint.documents.masking import Masked
from sgdlint.documents.region import STAND_IN, Region
from sgdlint.fixer import fix
from sgdlint.linter import Options, check
from sgdlint.source import Nearby, Source, Span

U = STAND_IN
POD = """\
apiVersion: v1
kind: Pod
spec:
  containers:
    - name: web
      image: lmsysorg/sglang:v0.5.20
"""
VALUES = """\
image: {repository: lmsysorg/sglang, tag: v0.5.19}
model: Qwen/Qwen-Image
port: 30000
empty: ""
list: [1]
"""
HEAD = "# image: lmsysorg/sglang:v0.5.20\n"


class Chart(Nearby):
    """A template in the folder of a chart."""

    def read(self, path: str) -> str | None:
        """Return the values of the chart."""
        return VALUES if path == "../values.yaml" else None


def pod(body: str) -> Source:
    """Return a template of a pod."""
    text = POD + "".join(f"      {line}\n" for line in body.splitlines())
    return Source("templates/pod.yaml", text, near=Chart())


def region(body: str) -> Region:
    """Return the script of the only container."""
    document = helm.read(pod(body))
    assert document.unread == ()
    [one] = document.regions
    return one


ROWS = [
    ("args: [sglang, serve, '--port={{ .Values.port }}']", f"sglang serve '--port={U}'"),
    ("args:\n  - sglang\n  - {{ .Values.x | quote }}\n  - b", f"sglang '{U}' b"),
    ("args:\n  - sglang\n  {{- if .Values.x }}\n  - a\n  {{- else }}\n  - b\n  {{- end }}\n  - c",
     f"sglang {U} {U} c"),
    ("args:\n  - sglang\n  {{- range .Values.x }}\n  - {{ . }}\n  {{- end }}", f"sglang {U}"),
    ("args:\n  - sglang\n  {{- toYaml .Values.x | nindent 8 }}\n  - c", f"sglang {U} c"),
    ("args:\n- sglang\n{{ toYaml .Values.extraArguments | indent 6 }}", f"sglang {U}"),
    ("args:\n- sglang\n{{- toYaml .Values.moreArguments | nindent 6 }}\ntty: true", f"sglang {U}"),
    ("command: [sglang]\nargs:\n  {{- toYaml .Values.args | nindent 8 }}", f"sglang {U}"),
    ("command: [sglang]\n{{- toYaml .Values.container | nindent 6 }}\ntty: true", f"sglang {U}"),
    ("command: [sglang]\nargs: {{ .Values.args | toJson }}", f"sglang {U}"),
    ("command: [sglang]\n{{- if .x }}\nargs: [a]\n{{- else }}\nargs: [b]\n{{- end }}",
     f"sglang {U}"),
    ("args: [sglang{{ if .x }}, a{{ end }}, b]", f"'sglang{U}' b"),
    (("env:\n  - {name: A, value: x}\n  {{- if .x }}\n  - {name: A, value: y}\n  {{- end }}\n"
     "args: [sglang, '--a=$(A)']"), f"sglang '--a={U}'"),
    (("env:\n  - {name: A, value: x}\n  {{- toYaml .Values.env | nindent 8 }}\n"
     "args: [sglang, '$(B)', '$(A)']"), f"export A=x\nsglang '{U}' x"),
    ("args: [sh, -c, 'sglang {{ .x }} --b']", f"sglang {U} --b"),
    ("args:\n- sh\n- -c\n- |\n  {{- if .x }}\n  export A=1\n  {{- end }}\n  sglang a",
     f"eval {U}\nsglang a\n"),
    ("args:\n- sh\n- -c\n- |\n  sglang a \\\n    {{- if .x }}\n    b \\\n    {{- end }}\n    c",
     f"sglang a \\\n{U}  c\n"),
    ("args:\n- sh\n- -c\n- |\n  sglang a \\\n    {{- if .x }}\n    b\n    {{- end }}\n  echo c",
     f"sglang a \\\n{U}"),
    ("args:\n- sh\n- -c\n- |\n  {{- /* note */}}\n  sglang a\n{{- if .x }}\ntty: true\n{{- end }}",
     "sglang a\n"),
    ("args:\n- sh\n- -c\n- |\n  sglang a\n{{- toYaml .Values.more | nindent 6 }}", "sglang a\n"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "text"), ROWS, ids=[row[0][:60] for row in ROWS])
def test_what_is_filled_in_is_not_known(body: str, text: str) -> None:
    assert region(body).text == HEAD + text


@pytest.mark.parametrize(("body", "text"), ROWS, ids=[row[0][:60] for row in ROWS])
def test_what_is_known_stands_in_the_file(body: str, text: str) -> None:
    source, one = pod(body).text, region(body)
    for offset, character in enumerate(one.text):
        span = one.exact_span(Span(offset, offset + 1))
        if span is not None:
            assert source[span.start : span.end] == character


@pytest.mark.parametrize(("body", "text"), ROWS, ids=[row[0][:60] for row in ROWS])
def test_the_text_that_is_read_is_as_long(body: str, text: str) -> None:
    source = pod(body).text
    found = actions(source)
    assert len(Masked(source, found, Blocks(found)).run()) == len(source)


DEFAULTS = [
    ("{{ .Values.port }}", "30000"), ("{{- .Values.model | quote -}}", "Qwen/Qwen-Image"),
    ("{{ .Values.image.tag | default \"x\" }}", "v0.5.19"), ("{{ .Values.no | default 4 }}", "4"),
    ("{{ default \"x\" .Values.empty }}", "x"), ("{{ .Values.empty }}", ""),
    ("{{ .Values.list }}", None), ("{{ .Values.no }}", None), ("{{ .Release.Name }}", None),
    ("{{ .Values.port | int }}", None), ("{{ .Values.model | upper }}", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "default"), DEFAULTS)
def test_values_of_the_chart_are_defaults(text: str, default: str | None) -> None:
    anchors = region(f"args:\n  - sglang\n  - {text}").anchors
    [piece] = [piece for _, piece in anchors if piece.texts is None]
    assert piece.default == default


def test_the_values_name_the_image() -> None:
    body = "command: [sglang, serve, --model-path, Qwen/Qwen-Image]"
    image = '"{{ .Values.image.repository }}:{{ .Values.image.tag }}"'
    text = pod(body).text.replace("lmsysorg/sglang:v0.5.20", image)
    report = check(Source("templates/pod.yaml", text, near=Chart()), rulepack.load(), Options())
    assert report.sglang == "0.5.19"


def test_containers_that_may_be_left_out_are_read() -> None:
    text = POD + (
        "      args: [a]\n    {{- if .Values.x }}\n    - name: {{ .Values.n }}\n"
        "      args: [b, {{ .Values.n }}]\n    {{- end }}\n"
    )
    document = helm.read(Source("pod.yaml", "{{- if .y }}\n" + text + "{{- end }}\n"))
    assert [one.text for one in document.regions] == [HEAD + "a", f"b '{U}'"]
    assert document.regions[1].granted.place == "container … of Pod"


START = "command: [sglang, serve]\nargs:\n  - --model-path\n  - Qwen/Qwen-Image\n"
FIXED = [
    START + "  - --num_gpus\n  - '1'\n  - --port={{ .Values.port }}",
    START + "  - --port={{ .Values.port }}\n  {{- if .x }}\n  - a\n  {{- end }}\n  - --num_gpus=1",
]
KEPT = [
    START + "  - --num_gpus={{ .Values.gpus }}",
    START + "  {{- if .x }}\n  - --num_gpus=1\n  {{- end }}",
]


@pytest.mark.parametrize("body", FIXED)
def test_known_words_are_changed(body: str) -> None:
    source = pod(body)
    done = fix(source, lambda it: check(it, rulepack.load(), Options()), True)
    assert done.text == source.text.replace("--num_gpus", "--num-gpus") != source.text


@pytest.mark.parametrize("body", KEPT[1:])
def test_what_may_be_left_out_is_not_changed(body: str) -> None:
    source = pod(body)
    done = fix(source, lambda it: check(it, rulepack.load(), Options()), True)
    assert done.text == source.text


def test_an_edit_beside_what_is_filled_in_is_refused() -> None:
    source = pod(START + "  - --a={{ .b }}\n  {{- if .x }}\n  - c\n  {{- end }}")
    [one] = helm.read(source).regions
    assert one.guard is not None
    place = source.text.index("Qwen/")
    one.guard(Span(place, place + 4))
    for text in ("{{ .b", "if .x", "- c"):
        place = source.text.index(text)
        with pytest.raises(Exception, match="template"):
            one.guard(Span(place, place + 1))


def test_a_compose_file_may_be_a_template() -> None:
    text = "services:\n  web:\n    image: {{ image }}\n    command: [sglang, '{{ x }}']\n"
    [one] = helm.read(Source("compose.yml", "{% if a %}\n" + text + "{% endif %}\n")).regions
    assert one.text == f"sglang '{U}'"


def test_what_is_no_yaml_even_so_is_told() -> None:
    text = "{{- if .x }}\napiVersion: v1\nkind: Pod\nspec: [sglang\n{{- end }}\n"
    report = check(Source("templates/a.yaml", text), rulepack.load(), Options())
    assert [one.code for one in report.findings] == ["SGD904"]

"""Hover, completion and definitions, in sessions of an editor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lsp_client import Client

pytest.importorskip("pygls")

ARGUMENTS = "--sglang", "0.5.12"

SHELL = """\
#!/usr/bin/env bash
MODEL=Wan-AI/Wan2.2-T2V-A14B-Diffusers
export SGLANG_CACHE_DIT_ENABLED=true
ARGS=(
  --num-gpus 8
  --ulysses-degree 4 --attention-backend fa
)
if [ -n "$FAST" ]; then ARGS+=(--enable-torch-compile); fi
OTHER=(--port 1)
sglang serve --model-path "$MODEL" "${ARGS[@]}" \\
  --dit-cpu-offload=false
docker run --name x
"""
COMPOSE = """\
services:
  web:
    image: lmsysorg/sglang:v0.5.12
    environment:
      SGLANG_CACHE_DIT_ENABLED: "true"
    command:
      - sglang
      - serve
      - --model-path
      - Qwen/Qwen-Image
      - --warmup
"""


def at(text: str, part: str, inside: int = 1) -> tuple[int, int]:
    """Return line and column of a place inside of a part of a text."""
    offset = text.index(part) + inside
    return text.count("\n", 0, offset), offset - text.rfind("\n", 0, offset) - 1


def hovered(editor: Client, name: str, text: str, part: str, inside: int = 1) -> str:
    found = editor.at("hover", name, *at(text, part, inside))
    return "" if found is None else str(found["contents"]["value"])


def completed(editor: Client, name: str, text: str, language: str = "shellscript") -> list[str]:
    """Return what may be typed at the `^` of a text, as the editor would sort it."""
    line, column = at(text, "^", 0)
    editor.open(name, text.replace("^", ""), language)
    found = editor.at("completion", name, line, column)["items"]
    editor.close(name)
    return [one["label"] for one in sorted(found, key=lambda one: one.get("sortText", ""))]


# --- hover ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("--num-gpus", "`--num-gpus`** of `sglang serve`, SGLang 0.5.12"),
        ("4 --att", "`--ulysses-degree`**"),
        ("--ulysses", "Over how many GPUs attention heads are exchanged"),
        ("--attention-backend", "Releases: from 0.5.5 on"),
        ("--enable-torch-compile", "true or false, true when bare; default no"),
        ("Wan-AI/", "**Wan-AI/Wan2.2-T2V-A14B-Diffusers** in SGLang 0.5.12"),
        ("Wan-AI/", "- output: video"),
        ("SGLANG_CACHE", "- from 0.5.6.post1 on: true or false"),
        ("--dit-cpu-offload", "`--dit-cpu-offload`**"),
        ("--model-path", "multimodal_gen/runtime/server_args.py"),
    ],
)
def test_hover_tells_of_the_word(editor: Client, part: str, told: str) -> None:
    editor.open("run.sh", SHELL)
    assert told in hovered(editor, "run.sh", SHELL, part)


def test_hover_knows_a_shortened_option(editor: Client) -> None:
    text = "sglang serve --model-path Qwen/Qwen-Image --dit-cpu-off true\n"
    editor.open("run.sh", text)
    assert "**`--dit-cpu-offload`** of" in hovered(editor, "run.sh", text, "--dit-cpu-off")


@pytest.mark.parametrize("part", ["--name", "--port", "#!/usr", "if [", "docker"])
def test_hover_is_silent_about_what_is_not_of_a_launch(editor: Client, part: str) -> None:
    editor.open("run.sh", SHELL)
    assert hovered(editor, "run.sh", SHELL, part) == ""


def test_hover_tells_what_an_option_gains_and_costs(editor: Client) -> None:
    editor.open("run.sh", SHELL)
    told = hovered(editor, "run.sh", SHELL, "--dit-cpu-offload")
    assert "what it gains and what it costs" in told
    assert "both transformers stay on the GPU" in told


def test_hover_goes_on_where_the_release_is_not_known(editor: Client) -> None:
    for line in ("# sgdlint: sglang=9.9", "# sgdlint: gpu=H10", "if then"):
        text = f"{line}\nexport SGLANG_CACHE_DIT_ENABLED=1\n# sglang serve\n"
        editor.open("run.sh", text)
        assert "environment variable" in hovered(editor, "run.sh", text, "SGLANG_CACHE")
        editor.close("run.sh")


def test_hover_in_a_document(editor: Client) -> None:
    editor.open("compose.yaml", COMPOSE, "yaml")
    assert "removed in 0.5.18" in hovered(editor, "compose.yaml", COMPOSE, "--warmup")
    assert "Qwen/Qwen-Image** in" in hovered(editor, "compose.yaml", COMPOSE, "Qwen/")
    assert "environment variable" in hovered(editor, "compose.yaml", COMPOSE, "SGLANG_CACHE")
    found = editor.at("hover", "compose.yaml", *at(COMPOSE, "--warmup"))
    assert found["range"]["start"]["character"] == 8
    assert found["range"]["end"]["character"] == 16


# --- completion -----------------------------------------------------------------------------------

SERVE = "sglang serve --model-path Qwen/Qwen-Image "


@pytest.mark.parametrize(
    ("text", "there", "absent"),
    [
        (SERVE + "--ul^", "--ulysses-degree", "--prompt"),
        (SERVE + "^", "--ring-degree", "--prompt"),
        ("sglang generate --prompt x --^", "--num-frames", "--api-key"),
        (SERVE + "--w^", "--warmup", "--warmup-mode"),
        (SERVE + "\\\n  --tp-size 2 \\\n  --^", "--ring-degree", "--prompt"),
        (SERVE + "--enable-torch-compile ^", "true", ""),
        (SERVE + "--enable-torch-compile=f^", "false", "--port"),
        (SERVE + "--attention-backend ^", "torch_sdpa", "--port"),
        ("sglang serve --model-path Wan^", "Wan-AI/Wan2.2-T2V-A14B-Diffusers", "--port"),
        ("sglang serve --model-path=^", "Qwen/Qwen-Image", "--port"),
        ("export SGLANG_^\n", "SGLANG_CACHE_DIT_ENABLED", "--port"),
        ("export ^\n" + SERVE, "SGLANG_CACHE_DIT_ENABLED", "--port"),
        (f'ARGS=(--num-gpus 2 --^)\n{SERVE} "${{ARGS[@]}}"', "--ring-degree", "--prompt"),
        ('sglang serve --model-path "x --po^', "--port", "--prompt"),
        (f"if true; then\n{SERVE} --^", "--port", "--prompt"),
    ],
)
def test_completion_knows_command_and_release(
    editor: Client, text: str, there: str, absent: str
) -> None:
    found = completed(editor, "run.sh", text)
    assert there in found
    assert absent not in found


@pytest.mark.parametrize(
    "text",
    ["docker run --^", "^", "# sglang is nice ^", "echo sglang serve x; ls --^", "ls ^", "A^"],
)
def test_completion_is_silent_elsewhere(editor: Client, text: str) -> None:
    assert completed(editor, "run.sh", text) == []


def test_the_release_of_the_file_counts(editor: Client, tmp_path: Path) -> None:
    plain = Client(tmp_path)
    for release, there, absent in (
        ("0.5.12", "--warmup", "--warmup-mode"),
        ("0.5.23", "--warmup-mode", "--warmup"),
    ):
        found = completed(plain, "run.sh", f"# sgdlint: sglang={release}\n{SERVE}--w^")
        assert there in found
        assert absent not in found
    assert plain.stop() == 0


def test_a_value_that_may_be_anything_gets_no_names(editor: Client) -> None:
    assert completed(editor, "run.sh", "sglang generate --prompt A^") == []


def test_what_is_given_already_stands_last(editor: Client) -> None:
    found = completed(editor, "run.sh", SERVE + "--port 1 --^")
    assert found.index("--port") > found.index("--ring-degree")


def test_completion_in_documents(editor: Client) -> None:
    found = completed(editor, "compose.yaml", COMPOSE + "      - --ul^", "yaml")
    assert "--ulysses-degree" in found
    found = completed(
        editor, "compose.yaml", COMPOSE + "      - --attention-backend\n      - ^", "yaml"
    )
    assert "torch_sdpa" in found
    page = f"Run:\n\n```bash\n{SERVE}--ul^\n```\n"
    assert "--ulysses-degree" in completed(editor, "a.md", page, "markdown")
    docker = "FROM lmsysorg/sglang:v0.5.12\nCMD " + SERVE + "--ul^\n"
    assert "--ulysses-degree" in completed(editor, "Dockerfile", docker, "dockerfile")


def test_a_completion_replaces_the_word(editor: Client) -> None:
    text = "echo '\N{ROCKET}'; " + SERVE + "--ulysses"
    editor.open("run.sh", text)
    found = editor.at("completion", "run.sh", 0, len(text) + 1 - 3)["items"]
    (one,) = [item for item in found if item["label"] == "--ulysses-degree"]
    assert one["textEdit"]["newText"] == "--ulysses-degree"
    start, end = one["textEdit"]["range"]["start"], one["textEdit"]["range"]["end"]
    assert (start["character"], end["character"]) == (len(text) + 1 - 9, len(text) + 1)


# --- definitions ----------------------------------------------------------------------------------


def lines_of(found: list[dict[str, Any]]) -> list[int]:
    return [one["range"]["start"]["line"] for one in found or []]


def test_the_definition_of_a_variable_is_where_it_gets_its_value(editor: Client) -> None:
    editor.open("run.sh", SHELL)
    assert lines_of(editor.at("definition", "run.sh", *at(SHELL, "$MODEL"))) == [1]
    assert lines_of(editor.at("definition", "run.sh", *at(SHELL, "${ARGS[@]}", 4))) == [3, 7]
    assert lines_of(editor.at("definition", "run.sh", *at(SHELL, "sglang serve"))) == []
    assert lines_of(editor.at("definition", "run.sh", *at(SHELL, "$FAST"))) == []


def test_of_several_assignments_those_count_that_reach_the_launch(editor: Client) -> None:
    text = "M=old\nM=Qwen/Qwen-Image\nfor N in 1 2; do\n"
    text += "  sglang serve --model-path $M --num-gpus $N\ndone\n"
    editor.open("run.sh", text)
    assert lines_of(editor.at("definition", "run.sh", *at(text, "$M"))) == [1]
    assert lines_of(editor.at("definition", "run.sh", *at(text, "$N"))) == [2]


def test_a_definition_in_a_document(editor: Client) -> None:
    pod = """\
apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
    - name: a
      image: lmsysorg/sglang:v0.5.12
      env:
        - name: MODEL
          value: Qwen/Qwen-Image
      command: [sh, -c, 'sglang serve --model-path "$MODEL"']
"""
    editor.open("pod.yaml", pod, "yaml")
    assert lines_of(editor.at("definition", "pod.yaml", *at(pod, "$MODEL"))) == [8]

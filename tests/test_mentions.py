"""Launches that are mentioned where nothing tells how they are run; and prose, which is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sgdlint import rulepack
from sgdlint.cli import main
from sgdlint.linter import Options, check
from sgdlint.source import Source

MODEL = "--model-path Qwen/Qwen-Image"
POD = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n"
NOTEBOOK = '{"cells": [{"cell_type": "%s", "source": ["import os\\n", %s]}]}'
LIST = '["sglang", "serve", "--model-path", "Qwen/Qwen-Image"]'


def mentioned(path: str, text: str) -> list[str]:
    """Return the words at which a file is said not to be read."""
    source = Source(path, text)
    found = check(source, rulepack.load(), Options(sglang="0.5.23")).findings
    return [text[one.span.start : one.span.end] for one in found if one.code == "SGD904"]


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("a.sh", f"launcher sglang serve {MODEL}", "sglang serve"),
        ("a.sh", f'"$LAUNCHER" sglang serve {MODEL}', "sglang serve"),
        ("a.sh", f"launcher --fast -- sglang generate {MODEL}", "sglang generate"),
        ("a.sh", f"launcher python -m sglang.multimodal_gen.run {MODEL}", "-m sglang.multi"),
        ("a.sh", f"args=(sglang serve {MODEL})\n. ./gone.sh\nlaunch", "sglang serve"),
        ("a.sh", f"kubectl apply -f - <<EOF\nargs: {LIST}\nEOF", "kubectl apply -f -"),
        ("a.yaml", f"argv: {LIST}", 'sglang", "serve'),
        ("a.ipynb", NOTEBOOK % ("code", json.dumps(f"run({LIST})")), 'sglang\\", \\"serve'),
        (
            "a.ipynb",
            NOTEBOOK % ("code", f"\"launch_server_cmd('sglang serve {MODEL}')\""),
            "sglang s",
        ),
        (
            "a.ipynb",
            NOTEBOOK % ("code", f"\"call('''\\n\", \"sglang serve {MODEL}''')\""),
            "sglang s",
        ),
        ("a.yaml", "argv: [sglang, serve, --model-path, Qwen/Qwen-Image]", "sglang, serve"),
        ("a.yaml", "argv:\n  - sglang\n  - serve\n  - --port=1", "sglang\n  - serve"),
        ("a.yaml", "- python\n- -m\n- sglang.multimodal_gen.run\n- --port=1", "-m\n- sglang"),
        ("a.yaml", f"run: sglang serve {MODEL}", "sglang serve"),
        (
            "a.yaml",
            "run: |\n  exec sglang serve \\\n    --model-path {{ .Values.x }}",
            "sglang serve",
        ),
        ("a.toml", f'start = "sglang serve {MODEL}"', "sglang serve"),
        ("a.json", f'{{"start": {LIST}}}', 'sglang", "serve'),
        ("a.tf", f"command = {LIST}", 'sglang", "serve'),
        ("a.ts", 'spawn("x", ["sglang", "serve", "--model-path", model])', 'sglang", "serve'),
        (
            "pod.yaml",
            f"apiVersion: v1\nkind: ConfigMap\ndata:\n  run: |\n    sglang serve {MODEL}\n",
            "sglang serve",
        ),
        (
            "pod.yaml",
            POD + "  - args: [launcher, sglang, serve, --model-path, Qwen/Qwen-Image]\n",
            "sglang, serve",
        ),
    ],
)
def test_a_launch_that_is_only_mentioned(path: str, text: str, words: str) -> None:
    [found] = mentioned(path, text)
    assert found.startswith(words)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.sh", f"# launcher sglang serve {MODEL}\ntrue"),
        ("a.sh", f"echo sglang serve {MODEL}"),
        ("a.sh", f'echo "run sglang serve {MODEL}"'),
        ("a.sh", f"log_info sglang serve {MODEL}"),
        ("a.sh", f'say() {{ echo "$@"; }}\nsay sglang serve {MODEL}'),
        ("a.sh", f'show() {{ printf "%s" "$@"; }}\nshow sglang serve {MODEL}'),
        ("a.sh", f"cat <<EOF\nusage: sglang serve {MODEL}\nEOF"),
        ("a.sh", f"pkill -f sglang serve {MODEL}"),
        ("a.sh", "pip install sglang"),
        ("a.sh", f"<<EOF\nargs: {LIST}\nEOF\n> file"),
        ("a.sh", "launcher sglang serve --model-path meta-llama/Llama-3.1-8B"),
        ("a.sh", f"python3 -m sglang.multimodal_gen.benchmarks.bench_serving {MODEL}"),
        ("a.yaml", f"run: python3 -m sglang.multimodal_gen.tools.convert {MODEL}"),
        ("a.yaml", "argv: [python, -m, sglang.multimodal_gen.test.run_suite, --suite, a]"),
        ("a.sh", f"if false; then launcher sglang serve {MODEL}; fi"),
        ("a.yaml", f"# run: sglang serve {MODEL}"),
        ("a.ipynb", NOTEBOOK % ("markdown", json.dumps(f"run({LIST})"))),
        ("a.ipynb", NOTEBOOK % ("code", json.dumps(f"# run({LIST})"))),
        ("a.ipynb", NOTEBOOK % ("code", f"\"print('sglang serve {MODEL}')\"")),
        ("a.ipynb", NOTEBOOK % ("code", "\"call('python -m sglang.launch_server --model a/b')\"")),
        ("a.yaml", f"x: 1 # run: sglang serve {MODEL}"),
        ("a.yaml", f"description: sglang serve {MODEL} starts it"),
        ("a.yaml", f"text: Use sglang serve {MODEL}"),
        ("a.yaml", "packages: [sglang, serve]"),
        ("a.yaml", "argv: [sglang, serve, --model-path, meta-llama/Llama-3.1-8B]"),
        ("a.yaml", "argv: [python, -m, sglang.launch_server, --model-path, meta-llama/Llama-3]"),
        ("a.ts", f"console.log(`sglang serve {MODEL}`)"),
        ("a.ts", "const yaml = `argv: [sglang, serve, --port=1]`"),
        ("a.yaml", f"rules:\n- code: A1\n  examples:\n  - bad: |\n      sglang serve {MODEL}\n"),
        ("a.jsonl", f'{{"cmd": {LIST}}}'),
    ],
)
def test_prose_and_language_models_are_none(path: str, text: str) -> None:
    assert mentioned(path, text) == []


def test_a_file_with_a_launch_that_is_read_has_no_such_finding() -> None:
    assert mentioned("a.sh", f"sglang serve {MODEL}\nlauncher sglang serve {MODEL}") == []


def test_strict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(f"argv: {LIST}\n")
    for given in (str(path), str(tmp_path)):
        for command in ("check", "fix"):
            assert main([command, given]) == 0
            assert "own.yaml:1:9: info SGD904 not-read" in capsys.readouterr().out
            assert main([command, given, "--strict"]) == 1
    assert main(["check", str(path), "--strict", "--ignore", "SGD904"]) == 0
    path.write_text("argv: [sglang]\n")
    assert main(["check", str(tmp_path), "--strict"]) == 0

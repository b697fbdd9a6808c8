"""Fixes in every layout: the result is bash, runs with the intended words, and stays as it is.

Scripts are put together from layouts and mistakes (seeded, so that a failure can be repeated),
fixed, and run by bash with a stub `sglang` that writes down its arguments.
"""

from __future__ import annotations

import json
import os
import random
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sgdlint import rulepack
from sgdlint.fixer import Fixed, fix
from sgdlint.linter import Options, check
from sgdlint.source import Source

Groups = list[list[str]]
MISTAKES: list[tuple[list[str], Groups]] = [
    (["--warmup"], [["--warmup-mode", "request"]]),
    (["--warmup", "false"], [["--warmup-mode", "off"]]),
    (["--warmup=true"], [["--warmup-mode=request"]]),
    (["--num_gpus", "2"], [["--num-gpus", "2"]]),
    (["--num_gpus=2"], [["--num-gpus=2"]]),
    (["--enable-torch-compil", "true"], [["--enable-torch-compile", "true"]]),
    (["--cache-dit-config", "a b.yaml"], []),
    (["--cache-dit-config=c.yaml"], []),
    (["--dit-layerwise-offload"], [["--dit-layerwise-offload", "false"]]),
    (["--dit-layerwise-offload=true"], [["--dit-layerwise-offload=false"]]),
    (["--backend", "sglan"], [["--backend", "sglang"]]),
]
USUAL: Groups = [["--port", "30000"], ["--host", "::1"], ["--log-level", "info"]]
TAILS = [
    "",
    " > out.log 2>&1",
    " || exit 1",
    " && echo done",
    "; echo x",
    " # a comment",
    " </dev/null",
]


def one_line(groups: list[str], tail: str) -> str:
    return f"sglang serve {' '.join(groups)}{tail}\n"


def continued(groups: list[str], tail: str) -> str:
    return "sglang serve \\\n  " + " \\\n  ".join(groups) + tail + "\n"


def tabs(groups: list[str], tail: str) -> str:
    return (
        f"if true; then\n\tsglang serve {groups[0]} \\\n\t\t"
        + " \\\n\t\t".join(groups[1:])
        + f"{tail}\nfi\n"
    )


def array(groups: list[str], tail: str) -> str:
    inside = "".join(f"  {group}\n" for group in groups)
    return f'ARGS=(\n  # options\n{inside})\nsglang serve "${{ARGS[@]}}"{tail}\n'


def growing_array(groups: list[str], tail: str) -> str:
    more = "".join(f"ARGS+=({group})\n" for group in groups[1:])
    return f'ARGS=({groups[0]})\n{more}sglang serve "${{ARGS[@]}}"{tail}\n'


def in_a_string(groups: list[str], tail: str) -> str:
    return f"sh -c 'exec sglang serve {' '.join(groups)}'{tail}\n"


LAYOUTS: list[Callable[[list[str], str], str]] = [
    one_line,
    continued,
    tabs,
    array,
    growing_array,
    in_a_string,
]


def written(group: list[str], dice: random.Random, layout: Callable[..., str]) -> str:
    """Return the words of a group as somebody might write them."""
    quotes = ['"{}"'] if layout is in_a_string else ['"{}"', "'{}'"]
    words = []
    for word in group:
        plain = word == shlex.quote(word)
        bare = plain and dice.random() < 0.7
        words.append(word if bare else dice.choice(quotes).format(word))
    return " ".join(words)


@pytest.fixture(scope="module")
def bin_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a stub `sglang`."""
    folder = tmp_path_factory.mktemp("bin")
    stub = folder / "sglang"
    stub.write_text(
        f"#!{sys.executable}\nimport json, os, sys\n"
        "open(os.environ['SEEN'], 'w').write(json.dumps(sys.argv[1:]))\n"
    )
    stub.chmod(0o755)
    return folder


def run(script: str, bin_folder: Path, folder: Path) -> list[str]:
    """Run a script by bash; return the words that its launch got."""
    seen = folder / "seen.json"
    path = folder / "run.sh"
    path.write_text(script, newline="")
    environment = {"PATH": f"{bin_folder}:{os.environ['PATH']}", "SEEN": str(seen)}
    subprocess.run(["bash", "-n", str(path)], check=True, capture_output=True)
    subprocess.run(
        ["bash", str(path)], cwd=folder, env=environment, check=True, capture_output=True
    )
    words: list[str] = json.loads(seen.read_text())
    return words


def mended(text: str) -> Fixed:
    """Return a script after all its fixes."""
    pack, options = rulepack.load(), Options(sglang="0.5.23")
    return fix(Source("run.sh", text), lambda one: check(one, pack, options), unsafe=True)


@pytest.mark.parametrize("seed", range(40))
def test_layouts(seed: int, bin_folder: Path, tmp_path: Path) -> None:
    dice = random.Random(seed)
    for layout in LAYOUTS:
        bad, good = dice.choice(MISTAKES)
        before = [["--model-path", "Qwen/Qwen-Image"], *dice.sample(USUAL, dice.randrange(4))]
        place = dice.randrange(1, len(before) + 1)
        groups = [*before[:place], bad, *before[place:]]
        text = layout([written(group, dice, layout) for group in groups], dice.choice(TAILS))
        if dice.random() < 0.3:
            text = text.rstrip("\n")
        fixed = mended(text)
        wanted = [
            "serve",
            *(word for group in [*before[:place], *good, *before[place:]] for word in group),
        ]
        assert fixed.refused == "", text
        assert run(fixed.text, bin_folder, tmp_path) == wanted, text
        assert mended(fixed.text).text == fixed.text
        assert mended(text.replace("\n", "\r\n")).text == fixed.text.replace("\n", "\r\n")

"""The scripts that the speed of the interpreter is measured on: three kinds, and a made one."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from itertools import islice
from pathlib import Path

import inputs
from shell_corpus import FOLDERS, SHEBANG, read, scripts

ROOT = Path(__file__).resolve().parent.parent
MOST = 300
TOP = "MODEL=Wan-AI/Wan2.2-T2V-A14B-Diffusers\n"
PLAIN = """
STEPS=30
PROMPT="a mill in the rain"
ARGS=(--num-inference-steps "$STEPS" --warmup)
sglang generate --model-path "$MODEL" --prompt "$PROMPT" "${ARGS[@]}"
"""
HARD = '\nsglang generate --model-path x "$@" $OPTS\n'
FILE = re.compile(r"^=== file \S+\.sh\n(.*?)(?=^=== )", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```(?:bash|sh|shell)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LEAVES = re.compile(r"\b(?:exit|exec|return|eval)\b")


def of_machine(folders: list[str] | None = None) -> list[str]:
    """Return scripts of this machine, the same ones each time."""
    found = (path for path in scripts(list(folders or FOLDERS)) if _has_shebang(path))
    return [read(path) for path in islice(sorted(found), MOST)]


def _has_shebang(path: str) -> bool:
    with open(path, "rb") as file:
        return SHEBANG.match(file.readline(200)) is not None


def ordinary(texts: list[str]) -> list[str]:
    """Return scripts with a launch at the end that reads what is set near it, and at the top."""
    found = []
    for text in texts:
        first, _, rest = text.partition("\n")
        found.append(f"{first}\n{TOP}{rest}{PLAIN}")
    return found


def hard(texts: list[str]) -> list[str]:
    """Return scripts with a launch at the end for which nearly all of them may matter."""
    return [text + HARD for text in texts]


def launches() -> list[str]:
    """Return launch scripts: those of the tests and the examples, and the guides in the wheels."""
    tests = sorted((ROOT / "tests" / "scenarios").glob("*.txt"))
    found = [text for path in tests for text in FILE.findall(path.read_text(encoding="utf-8"))]
    found += [path.read_text("utf-8") for path in sorted((ROOT / "examples").glob("*.sh"))]
    for folder in map(Path, sys.path):
        for path in sorted(folder.glob("sglang/multimodal_gen/**/*.md")):
            found += BLOCK.findall(path.read_text(encoding="utf-8"))
    return [text for text in dict.fromkeys(found) if _is_accepted(text)]


def _is_accepted(text: str) -> bool:
    done = subprocess.run(["bash", "-n"], input=text.encode(), capture_output=True, check=False)
    return done.returncode == 0


def together(texts: list[str], size: int) -> str:
    """Return one large script of those that do not end it, again and again."""
    whole = "\n".join(text for text in texts if not LEAVES.search(text)) + "\n"
    return whole * max(1, size // len(whole))


def made(size: int) -> str:
    """Return a script of some size whose launch depends on none of its chores."""
    source = random.Random(2)
    pieces = [inputs.HEADER]
    left = size - len(inputs.HEADER)
    while left > 0:
        pieces.append(inputs.chore(source))
        left -= len(pieces[-1])
    return "".join([*pieces, inputs.COMMAND.format(name="mill")])

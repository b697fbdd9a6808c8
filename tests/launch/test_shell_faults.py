"""Launches that the shell reads in another way than they are meant; bash itself is the judge."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from sgdlint import rulepack
from sgdlint.finding import Report
from sgdlint.fixer import fix
from sgdlint.linter import Options, check
from sgdlint.source import Source

MODEL = "--model-path Qwen/Qwen-Image"
WANTED = ["generate", "--model-path", "Qwen/Qwen-Image", "--prompt", "a cat", "--seed", "7"]
FAULTS = {
    "blank": f"sglang generate {MODEL} --prompt 'a cat' \\ \n  --seed 7\n",
    "tab and blank": f"sglang generate {MODEL} --prompt 'a cat' \\\t \n  --seed 7\n",
    "blank in the middle": f"sglang generate \\ \n {MODEL} \\\n --prompt 'a cat' \\\n --seed 7\n",
    "blank twice": f"sglang generate {MODEL} \\ \n  --prompt 'a cat' \\ \n  --seed 7\n",
    "blank before a value": f"sglang generate {MODEL} --seed 7 --prompt \\ \n    'a cat'\n",
    "blank and comment": f"sglang generate {MODEL} --prompt 'a cat' \\ # x\n  --seed 7\n",
    "blanks and comment": f"sglang generate {MODEL} --prompt 'a cat' \\  # x\n  --seed 7\n",
    "comment line": f"sglang generate {MODEL} --prompt 'a cat' \\\n  # x\n  --seed 7\n",
    "two comment lines": f"sglang generate {MODEL} \\\n# x\n# y \\\n --prompt 'a cat' --seed 7\n",
    "comment at the end": f"sglang generate {MODEL} --prompt 'a cat' # x \\\n  --seed 7\n",
    "no backslash": f"sglang generate\n  {MODEL}\n  --prompt 'a cat'\n  --seed 7\n",
    "indented": f"if true; then\n  sglang generate {MODEL} --prompt 'a cat'\n    --seed 7\nfi\n",
    "empty line": f"sglang generate {MODEL} --prompt 'a cat' \\\n\n  --seed 7\n",
    "curly quotes": f"sglang generate {MODEL} --prompt “a cat” --seed 7\n",
    "long dash": f"sglang generate {MODEL} --prompt 'a cat' —seed 7\n",
}
SOUND = {
    "backslashes": f"sglang generate {MODEL} \\\n  --prompt 'a cat' \\\n  --seed 7\n",
    "last backslash": f"sglang generate {MODEL} --prompt 'a cat' --seed 7 \\\n\necho done\n",
    "escaped blank": f"sglang generate {MODEL} --prompt a\\ cat --seed 7\n",
    "last comment": f"sglang generate {MODEL} \\\n --prompt 'a cat' --seed 7  # x \\\n",
    "array": f"A=({MODEL}\n # x\n --prompt 'a cat'\n\n --seed 7)\nsglang generate \"${{A[@]}}\"\n",
    "later command": f"sglang generate {MODEL} --prompt 'a cat' --seed 7\n\necho --seed 7\n",
}


def received(script: str) -> list[str] | None:
    """Return the arguments with which bash starts `sglang` first; None when it does not."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash")
    text = 'sglang() { printf "%s\\0" "$@"; exit; }\n' + script
    done = subprocess.run([bash, "-c", text], check=False, capture_output=True, text=True)
    return done.stdout.split("\0")[:-1] or None


def reported(source: Source) -> Report:
    return check(source, rulepack.load(), Options(sglang="0.5.23"))


def codes(script: str) -> list[str]:
    return [finding.code for finding in reported(Source("run.sh", script)).findings]


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_reported_once_and_its_fix_starts_what_was_meant(name: str) -> None:
    script = FAULTS[name]
    found = codes(script)
    assert received(script) != WANTED
    assert len(found) == 1, found
    assert found[0].startswith("SGD8")
    fixed = fix(Source("run.sh", script), reported, unsafe=True).text
    assert codes(fixed) == []
    assert sorted(received(fixed) or ()) == sorted(WANTED)


@pytest.mark.parametrize("name", SOUND)
def test_what_bash_reads_as_it_is_meant_is_left_alone(name: str) -> None:
    assert received(SOUND[name]) == WANTED
    assert codes(SOUND[name]) == []


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("sglang serve --model-path <MODEL> --num-gpus 2 --ulysses-degree 2\n", ["SGD814"]),
        ("sglang generate --model-path <MODEL> --prompt x\n", ["SGD814"]),
        ("sglang generate --model-path=<MODEL> \\\n  --prompt x\n", ["SGD814"]),
        ("sglang generate --prompt x --model-path /models/<MODEL> > log\n", ["SGD801"]),
        ("sglang generate --prompt x --model-path <MODEL>\n", ["SGD801"]),
        ("sglang generate --model-path Qwen/Qwen-Image --prompt x <in >out\n", []),
        ("sglang generate --model-path Qwen/Qwen-Image --prompt '<a cat> x'\n", []),
        ("sglang generate --model-path Qwen/Qwen-Image --prompt x # <MODEL> y\n", []),
        ("sglang serve --model-path Qwen/Qwen-Image \\ \n  --port 3\n", ["SGD808"]),
        ("sglang serve \\ \n  --model-path Qwen/Qwen-Image --port 3\n", ["SGD809"]),
        ("sglang serve --model-path Qwen/Qwen-Image --port 3 \\ \n", ["SGD808"]),
        ("sglang serve --model-path meta-llama/Llama-3 \\ \n  --port 3\n", []),
        ("python -m sglang.launch_server --model-path Qwen/Qwen-Image --tp 8\n", ["SGD818"]),
        ("python -m sglang.launch_server --model-path=Qwen/Qwen-Image \\ \n  --tp 8\n", ["SGD818"]),
        ("python -m sglang.launch_server --model-path meta-llama/Llama-3 --tp 8\n", []),
        ("python -m sglang.launch_server --model-path $MODEL --tp 8\n", []),
        ("python -m sglang.launch_server\n", []),
        (
            "sglang serve --model-path Qwen/Qwen-Image --enable-torch-compile\n --port 3\n",
            ["SGD811"],
        ),
        ("python -m sglang.launch_server --help --model-path Qwen/Qwen-Image\n", []),
        ("bash -c 'sglang serve --model-path Qwen/Qwen-Image \\ \n  --port 3'\n", ["SGD808"]),
        ('ssh h "cd x; sglang serve --model-path Qwen/Qwen-Image\n  --port 3"\n', ["SGD811"]),
        ("bash <<'E'\nsglang serve --model-path Qwen/Qwen-Image \\ \n  --port 3\nE\n", ["SGD808"]),
        ("bash <<E\nsglang serve --model-path Qwen/Qwen-Image\nE\n--port 3\n", []),
        ("bash -c 'sglang serve --model-path Qwen/Qwen-Image'\n  --port 3\n", []),
    ],
)
def test_what_is_said(script: str, expected: list[str]) -> None:
    assert codes(script) == expected

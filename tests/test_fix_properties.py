"""What holds of every fix: over scripts of people, of this machine, and made ones.

SGDLINT_FIX_SCRIPTS=N takes so many scripts of the machine, and each script with each kind of fixes
instead of one of them.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import shell_scripts
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sgdlint import rulepack
from sgdlint.finding import SEVERITIES, Report
from sgdlint.fixer import Fixed, apply, fails_in, fix
from sgdlint.linter import Options, check
from sgdlint.source import BOM, Source

ROOT = Path(__file__).resolve().parent.parent
FILE = re.compile(r"^=== file (\S+)\n(.*?)(?=^=== )", re.MULTILINE | re.DOTALL)
LONG = "SGDLINT_FIX_SCRIPTS" in os.environ
MACHINE = int(os.environ.get("SGDLINT_FIX_SCRIPTS", "12"))
KINDS = {"safe": (False, False), "unsafe": (True, False), "lossy": (True, True)}
MISTAKES = (
    "\nARGS=(--num_gpus 2 --warmup --port 1 --port 2)\t\n"
    'sglang serve --model-path Qwen/Qwen-Image "${ARGS[@]}" \\\n'
    "  --dit-layerwise-offload   # a reason\t\n"
    'sglang generate --model-path Wan-AI/Wan2.2-T2V-A14B-Diffusers --prompt "é" \\\n'
    "\t--num-gpus 8 --ring-degree 2 --log-level \\\n"
    "\t--enable-torch-compile\n"
)
"""Two launches with mistakes of many kinds, with tabs and trailing blanks."""


def with_kinds(names: Iterable[Any]) -> list[tuple[Any, str]]:
    """Return every other name with a kind of fixes, in turn; in a long run all with all kinds."""
    if LONG:
        return [(name, kind) for name in names for kind in KINDS]
    return list(zip(list(names)[::2], cycle(KINDS), strict=False))


def named() -> dict[str, str]:
    """Return the files of the scenarios and the examples, by a name of each."""
    found = {
        path.name: path.read_text("utf-8") for path in sorted((ROOT / "examples").glob("*.sh"))
    }
    for scenario in sorted((ROOT / "tests" / "scenarios").glob("*.txt")):
        for name, text in FILE.findall(scenario.read_text("utf-8")):
            found[f"{scenario.stem}/{name}"] = text
    return found


NAMED = named()
DOCUMENTS = (".yaml", ".yml", ".json", ".ipynb", ".toml")


@cache
def machine() -> list[str]:
    """Return scripts of this machine with launches at their ends, evenly drawn."""
    texts = [text for text in shell_scripts.of_machine() if len(text) < 20_000]
    chosen = random.Random(3).sample(texts, min(MACHINE, len(texts)))
    return [text + MISTAKES for text in shell_scripts.ordinary(chosen)]


def looked(source: Source) -> Report:
    """Check a text as for one release and machine."""
    return check(source, rulepack.load(), Options(sglang=("0.5.23",), gpu="H100", gpus=8))


def is_bash(text: str) -> bool:
    """Whether bash takes a script, which may set `extglob`."""
    done = subprocess.run(
        ["bash", "-O", "extglob", "-n"], input=text.encode(), capture_output=True, check=False
    )
    return done.returncode == 0


def hold(name: str, text: str, kind: str, bom: bool = False) -> Fixed:
    """Fix a text, and hold what is true of every fix."""
    unsafe, lossy = KINDS[kind]
    source = Source(name, text, bom)
    before = looked(source)
    fixed = fix(source, looked, unsafe, lossy)
    again = fix(Source(name, fixed.text, bom), looked, unsafe, lossy)
    assert again.text == fixed.text
    assert source.to_bytes(fixed.text).startswith(BOM.encode()) == bom
    assert list(passes(fixed, source)) == [fixed.text]
    assert_no_worse(before, fixed)
    if name.endswith((".sh", "run")) and fixed.text != text:
        assert is_bash(fixed.text) or not is_bash(text)
    return fixed


def passes(fixed: Fixed, source: Source) -> Iterator[str]:
    """Yield the text that the edits of all passes give, each applied to the text before it."""
    text, waiting = source.text, list(zip(fixed.applied, fixed.sources, strict=True))
    while waiting:
        assert waiting[0][1].text == text
        now = [one for one, origin in waiting if origin is waiting[0][1]]
        text = apply(text, now)
        waiting = waiting[len(now) :]
    yield text


def assert_no_worse(before: Report, fixed: Fixed) -> None:
    """Hold that no more errors are found, and nothing new that is as bad as what was mended."""
    counts = [
        sum(len(fails_in(one)) for one in report.findings) for report in (before, fixed.report)
    ]
    assert counts[1] <= counts[0]
    if not fixed.applied:
        assert fixed.text == before.source.text
        return
    least = min(SEVERITIES.index(one.severity) for one in fixed.applied)
    seen = {one.code for one in (*before.findings, *fixed.applied)}
    worse = [
        one.code
        for one in fixed.report.findings
        if one.code not in seen and least <= SEVERITIES.index(one.severity) < len(SEVERITIES) - 1
    ]
    assert worse == []


@pytest.mark.parametrize(("name", "kind"), with_kinds(NAMED))
def test_files_of_people(name: str, kind: str) -> None:
    text = NAMED[name]
    fixed = hold(name, text, kind)
    if name.endswith(DOCUMENTS) and fixed.text != text and is_data(name, text):
        assert_same_data(read(name, text), read(name, fixed.text))


def is_data(name: str, text: str) -> bool:
    """Whether a document can be read as it is: templates and JSON with comments cannot."""
    try:
        read(name, text)
    except (ValueError, yaml.YAMLError):
        return False
    return True


def read(name: str, text: str) -> Any:
    """Return the data of a document."""
    if name.endswith((".json", ".ipynb")):
        return json.loads(text)
    if name.endswith(".toml"):
        tomllib = pytest.importorskip("tomllib")
        return tomllib.loads(text)
    return list(yaml.load_all(text, Loader=yaml.BaseLoader))


def assert_same_data(before: Any, after: Any) -> None:
    """Hold that data differ in the words of commands alone."""
    if isinstance(before, dict):
        assert list(before) == list(after)
        for key in before:
            assert_same_data(before[key], after[key])
    elif isinstance(before, list) and (len(before) == len(after) or not is_words(before)):
        assert len(before) == len(after)
        for one, other in zip(before, after, strict=True):
            assert_same_data(one, other)
    elif before != after:
        assert type(before) is type(after)
        told = before if isinstance(before, str) else " ".join(map(str, before))
        assert re.search(r"sglang|--|SGLANG|true|false|v0\.5|sgdlint", told), (before, after)


def is_words(data: list[Any]) -> bool:
    """Whether a list may be a command, or lines."""
    return all(isinstance(one, str) for one in data)


@pytest.mark.parametrize(("number", "kind"), with_kinds(range(MACHINE)))
def test_scripts_of_this_machine(number: int, kind: str) -> None:
    if number >= len(machine()):
        pytest.skip("so many scripts are not here")
    text = machine()[number]
    fixed = hold("a.sh", text, kind)
    own = text[: text.index(shell_scripts.PLAIN.strip()[:20])]
    assert fixed.text.startswith(own)


CACHED = "SGLANG_CACHE_DIT_ENABLED=1"
LINES = st.sampled_from(
    [
        "# a comment \t",
        "",
        "export SGLANG_CACHE_DIT_ENABLED=true",
        "PORT=30000  ",
        "\tif true; then :; fi",
        "ARGS=(--num_gpus 2 --warmup)",
        "ARGS+=(\n  --port 1 # here\n  --port 2\n)",
        'sglang serve --model-path Qwen/Qwen-Image "${ARGS[@]}"',
        'sglang serve --model-path "$MODEL" --num_gpus=4',
        "sglang serve --enable-torch-compile=on -- --model-path x --port 3",
        "sglang generate --model-path Wan-AI/Wan2.1-T2V-14B-Diffusers --prompt ä --tp 3",
        "sglang generate --model-path Qwen/Qwen-Image --prompt x \\\n\t--warmup \\\n --width x",
        f"{CACHED} sglang serve --model-path Qwen/Qwen-Image --dit-layerwise-offload",
        "sh -c 'sglang serve --model-path Qwen/Qwen-Image --warmup --log-level'",
        "run() { sglang serve --model-path Qwen/Qwen-Image --num_gpus $1; }; run 2; run 4",
        "cat <<EOF > job.sh\nsglang serve --model-path Qwen/Qwen-Image --warmup\nEOF",
    ]
)


@settings(deadline=None, max_examples=int(os.environ.get("SGDLINT_FIX_EXAMPLES", "12")))
@given(
    st.lists(LINES, min_size=1, max_size=6),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(list(KINDS)),
)
def test_made_scripts(lines: list[str], end: str, last: bool, bom: bool, kind: str) -> None:
    text = ("\n".join(lines) + "\n" * last).replace("\n", end)
    fixed = hold("a.sh", text, kind, bom)
    assert ("\r\n" in fixed.text) == ("\r\n" in text) or "\n" not in fixed.text
    assert not re.search("(?<!\r)\n", fixed.text) or end == "\n"
    assert fixed.text.endswith("\n") == text.endswith("\n")
    for comment in ("# a comment \t", "# here"):
        assert fixed.text.count(comment) == text.count(comment)

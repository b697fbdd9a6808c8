"""Single commands and what `fix` makes of them, where several rules work together."""

from __future__ import annotations

import pytest

from sgdlint import rulepack
from sgdlint.fixer import Fixed, fix
from sgdlint.linter import Options, check
from sgdlint.source import Source

SERVE = "sglang serve --model-path Qwen/Qwen-Image"
GENERATE = "sglang generate --model-path Wan-AI/Wan2.2-T2V-A14B-Diffusers --prompt x"


def mended(text: str, release: str = "0.5.23", unsafe: bool = True, gpu: str = "") -> Fixed:
    """Return a command after its fixes."""
    pack, options = rulepack.load(), Options(sglang=release, gpu=gpu, gpus=8 if gpu else None)
    return fix(Source("run.sh", text), lambda one: check(one, pack, options), unsafe)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # What `--` hides is read again; what no option would take is left to its author.
        (
            "sglang serve --num-gpus 2 -- --model-path Qwen/Qwen-Image",
            "sglang serve --num-gpus 2 --model-path Qwen/Qwen-Image",
        ),
        (f"{SERVE} -- x", f"{SERVE} -- x"),
        (f"{SERVE} --log-level --", SERVE),
        # The later of two options counts, unless SGLang stops at it.
        (f"{SERVE} --port 1 --port 2", f"{SERVE} --port 2"),
        (f"{SERVE} --port 1 --port", f"{SERVE} --port 1"),
        (f"{SERVE} --port 1 --port x", f"{SERVE} --port 1"),
        ("sglang generate --model-path Qwen/Qwen-Image --prompt", ""),
        (f"{SERVE} --enable-torch-compile=off", f"{SERVE} --enable-torch-compile=false"),
        # Degrees get the GPUs that they need, or give way to those that there are.
        (f"{GENERATE} --ring-degree 4", f"{GENERATE} --ring-degree 4 --num-gpus 4"),
        (
            f"{GENERATE} --num-gpus 8 --ring-degree 2",
            f"{GENERATE} --num-gpus 8 --ring-degree 2 --ulysses-degree 4",
        ),
        (
            f"{GENERATE} --num-gpus --ulysses-degree 4",
            f"{GENERATE} --num-gpus 4 --ulysses-degree 4",
        ),
        (
            f"{GENERATE} --num-gpus 8 --sp-degree 2 --ring-degree 2 --enable-cfg-parallel false",
            f"{GENERATE} --num-gpus 8 --enable-cfg-parallel false",
        ),
    ],
)
def test_what_is_made_of_a_refused_command(before: str, after: str) -> None:
    assert mended(before).text == (after or before)


@pytest.mark.parametrize("before", [f"{SERVE} --port 1 --port", f"{SERVE} --log-level --"])
def test_nothing_safe_is_made_where_a_value_is_missing(before: str) -> None:
    assert mended(before, unsafe=False).text == before


@pytest.mark.parametrize("gpu", ["H100", "H200", "B200"])
@pytest.mark.parametrize("release", ["0.5.9", "0.5.12", "0.5.15"])
def test_layerwise_offload_gives_way_to_no_offload(release: str, gpu: str) -> None:
    fixed = mended(f"{SERVE} --dit-layerwise-offload", release, gpu=gpu)
    assert fixed.refused == ""
    assert "--dit-layerwise-offload false" in fixed.text
    assert "--dit-cpu-offload false" in fixed.text


@pytest.mark.parametrize("number", ["2", "$N"])
def test_a_number_of_gpus_is_written_only_where_it_is_certain(number: str) -> None:
    script = f"for N in 2 4; do\n  {GENERATE} --ring-degree {number}\ndone\n"
    assert ("--num-gpus 2" in mended(script).text) == (number == "2")

"""Servers of one script that run at the same time on the same GPUs."""

from __future__ import annotations

import pytest

from sgdlint import rulepack
from sgdlint.linter import Options, check
from sgdlint.source import Source

RUN = "sglang serve --model-path Qwen/Qwen-Image --port"
ROWS = [
    (f"{RUN} 1 &\n{RUN} 2", ["GPU 0"]),
    (f"{RUN} 1 &\n{RUN} 2 &\n{RUN} 3", ["GPU 0", "GPU 0"]),
    (f"{RUN} 1 --num-gpus 2 &\n{RUN} 2 --base-gpu-id 1", ["GPU 1"]),
    (f"{RUN} 1 --num-gpus 2 &\n{RUN} 2 --num-gpus 2", ["GPUs 0, 1"]),
    (f"{RUN} 1 &\n{RUN} 2 --base-gpu-id 1", []),
    (f"{RUN} 1\n{RUN} 2", []),
    (f"{RUN} 1 &\nwait\n{RUN} 2", []),
    (f"timeout 9 {RUN} 1 &\n{RUN} 2", []),
    (f"{RUN} 1 &\nif [ $X ]; then {RUN} 2; fi", []),
    (f'if [ "$X" ]; then {RUN} 1 & else {RUN} 2 & fi', []),
    (f"nohup {RUN} 1 > log &\n( {RUN} 2 )", ["GPU 0"]),
    (f"CUDA_VISIBLE_DEVICES=3 {RUN} 1 &\nCUDA_VISIBLE_DEVICES=2,3 {RUN} 2 --num-gpus 2", ["GPU 3"]),
    (f"CUDA_VISIBLE_DEVICES=0 {RUN} 1 &\n{RUN} 2", []),
    (f"CUDA_VISIBLE_DEVICES=$A {RUN} 1 &\n{RUN} 2", []),
    (f"{RUN} 1 $MORE &\n{RUN} 2", []),
    (f"srun {RUN} 1 &\nsrun {RUN} 2", []),
    (f"docker run -d lmsysorg/sglang:v0.5.20 {RUN} 1 &\n{RUN} 2", []),
]


@pytest.mark.parametrize(("script", "told"), ROWS, ids=[row[0][-60:] for row in ROWS])
def test_same_gpus(script: str, told: list[str]) -> None:
    report = check(Source("run.sh", script + "\n"), rulepack.load(), Options(sglang="0.5.20"))
    found = [one.message for one in report.findings if one.code == "SGD909"]
    assert [one.partition(" is ")[0] for one in found] == told

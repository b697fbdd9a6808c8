"""Record what SGLang makes of launches: random commands, run by the real releases on a CPU.

python tests/launch/record_effective.py JUDGE > tests/launch/recorded_effective.jsonl

JUDGE is a program that reads launches as JSON lines (id, argv, version, gpu, files) and writes, for
each and each release, a line with `verdict` and the `effective` server arguments.
"""

from __future__ import annotations

import json
import random
import shlex
import subprocess
import sys
from typing import Any

MODELS = (
    "Qwen/Qwen-Image",
    "Wan-AI/Wan2.2-T2V-A14B-Diffusers",
    "black-forest-labs/FLUX.1-dev",
    "hunyuanvideo-community/HunyuanVideo",
    "Wan-AI/Wan2.1-I2V-14B-480P-Diffusers",
)
DEGREES = ("tp_size", "sp_degree", "ulysses_degree", "ring_degree")
KEPT = (*DEGREES, "num_gpus", "cfg_parallel_degree", "enable_cfg_parallel", "warmup_mode", "warmup")
EACH = 40
"""Accepted launches kept of each release."""


def requests(count: int) -> list[dict[str, Any]]:
    """Return random launches; some of their options stand in a configuration file."""
    chance = random.Random(7)
    return [_request(chance, number) for number in range(count)]


def _request(chance: random.Random, number: int) -> dict[str, Any]:
    options: dict[str, Any] = {"num_gpus": chance.choice([1, 2, 4, 8])}
    options |= {one: chance.choice([1, 2, 4]) for one in DEGREES if chance.random() < 0.2}
    words = ["sglang", chance.choice(["serve", "generate"]), "--model-path", chance.choice(MODELS)]
    if chance.random() < 0.2:
        words.append("--enable-cfg-parallel")
    if chance.random() < 0.1:
        words += ["--warmup-resolutions", "1024x1024"]
    in_file = {name for name in options if chance.random() < 0.2}
    for name in sorted(options.keys() - in_file):
        words += ["--" + name.replace("_", "-"), str(options[name])]
    files = {}
    if in_file:
        files["c.yaml"] = "".join(f"{name}: {options[name]}\n" for name in sorted(in_file))
        words += ["--config", "c.yaml"]
    words += ["--prompt", "x"] if words[1] == "generate" else []
    gpu = {"gpu": "H100", "count": 8}
    return {"id": number, "argv": " ".join(words), "version": "all", "gpu": gpu, "files": files}


def main() -> None:
    """Run the judge and print the launches that it accepted."""
    asked = requests(300)
    given = "".join(json.dumps(one) + "\n" for one in asked)
    command = shlex.split(sys.argv[1])
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    kept: dict[str, int] = {}
    for line in done.stdout.splitlines():
        verdict = json.loads(line)
        release = verdict["version"]
        if verdict["verdict"] != "accepted" or kept.get(release, 0) >= EACH:
            continue
        kept[release] = kept.get(release, 0) + 1
        one = asked[verdict["id"]]
        effective = {name: verdict["effective"].get(name) for name in KEPT}
        known = {name: value for name, value in effective.items() if value is not None}
        row = {"argv": one["argv"], "files": one["files"], "sglang": release, "effective": known}
        print(json.dumps(row))


if __name__ == "__main__":
    main()

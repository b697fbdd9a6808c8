"""Record where SGLang puts the parts of a model: random launches, run by the releases on a CPU.

PYTHONPATH=. python tests/launch/record_placement.py JUDGE > tests/launch/recorded_placement.jsonl

JUDGE is the program that tests/launch/record_effective.py describes.
"""

from __future__ import annotations

import json
import random
import shlex
import subprocess
import sys
from typing import Any

from sgdlint import catalog

FIRST = catalog.release_key("0.5.9")
RELEASES = tuple(one for one in catalog.releases() if catalog.release_key(one) >= FIRST)
MODELS = (
    "Qwen/Qwen-Image",
    "Wan-AI/Wan2.2-T2V-A14B-Diffusers",
    "Wan-AI/Wan2.1-T2V-1.3B-Diffusers",
    "Tongyi-MAI/Z-Image",
    "black-forest-labs/FLUX.1-dev",
    "Lightricks/LTX-2",
    "FastVideo/FastWan2.1-T2V-1.3B-Diffusers",
    "hunyuanvideo-community/HunyuanVideo",
)
GPUS = {
    "H100": ("H100", 79.65, [9, 0]),
    "H200": ("H200", 141, [9, 0]),
    "RTX 4090": ("RTX4090", 24, [8, 9]),
    "A100 40GB": ("A100", 40, [8, 0]),
    "L40S": ("L40S", 44.99, [8, 9]),
    "B200": ("B200", 179.06, [10, 0]),
}
"""By the names of sgdlint: how the judge calls it, its memory and its capability."""
SWITCH = ("true", "false")
CHANCES: dict[str, tuple[float, tuple[str, ...]]] = {
    "dit_cpu_offload": (0.1, SWITCH),
    "text_encoder_cpu_offload": (0.1, SWITCH),
    "image_encoder_cpu_offload": (0.1, SWITCH),
    "vae_cpu_offload": (0.1, SWITCH),
    "dit_layerwise_offload": (0.1, SWITCH),
    "use_fsdp_inference": (0.1, SWITCH),
    "pin_cpu_memory": (0.05, SWITCH),
    "performance_mode": (0.4, ("auto", "speed", "memory", "manual")),
    "layerwise_offload_components": (0.1, ("vae", "dit", "all", "default", "dit,text_encoder")),
    "component_residency": (0.03, ("dit=resident",)),
    "cpu_offload_components": (0.03, ("none", "vae")),
    "num_gpus": (0.4, ("2", "4", "8")),
    "ring_degree": (0.08, ("1", "2")),
    "backend": (0.05, ("diffusers", "sglang")),
    "batching_max_size": (0.1, ("1", "4")),
    "dit_offload_prefetch_size": (0.1, ("0.3", "2", "2.5")),
    "attention_backend": (0.15, ("fa", "fa3", "torch_sdpa", "sage_attn")),
    "warmup_mode": (0.2, ("off", "request", "server")),
    "warmup": (0.1, SWITCH),
    "server_warmup": (0.1, SWITCH),
    "warmup_resolutions": (0.15, ("1024x1024",)),
    "enable_torch_compile": (0.1, SWITCH),
}
KEPT = (
    *("dit_cpu_offload", "text_encoder_cpu_offload", "image_encoder_cpu_offload"),
    *("vae_cpu_offload", "dit_layerwise_offload", "layerwise_offload_components"),
    *("component_residency", "cpu_offload_components", "use_fsdp_inference", "pin_cpu_memory"),
    *("dit_offload_prefetch_size", "attention_backend", "performance_mode", "warmup_mode"),
    *("warmup", "server_warmup"),
)
EACH = 40
"""Accepted launches kept of each release."""
TRIED = 300
"""Launches tried for them."""


def request(chance: random.Random, number: int, release: str) -> dict[str, Any]:
    """Return a random launch."""
    command = chance.choice(["serve", "generate"])
    known = catalog.load(release)
    every = [one.id for one in known.models()]
    model = chance.choice(MODELS if chance.random() < 0.6 else every)
    words = ["sglang", command, "--model-path", model]
    for name, (share, values) in CHANCES.items():
        if name in known.by_dest(command) and chance.random() < share:
            words += [known.flag(command, name) or "", chance.choice(values)]
    words += ["--prompt", "x"] if command == "generate" else []
    env = {"SGLANG_CACHE_DIT_ENABLED": chance.choice("01")} if chance.random() < 0.5 else {}
    gpu = chance.choice(list(GPUS))
    name, memory, capability = GPUS[gpu]
    told = {"gpu": name, "vram_gib": memory, "capability": capability, "count": 8}
    shown = {"argv": " ".join(words), "version": release, "env": env}
    return {"id": number, **shown, "gpu": told, "name": gpu}


def main() -> None:
    """Run the judge and print the launches that it accepted."""
    chance = random.Random(11)
    asked = [request(chance, number, one) for number, one in enumerate(RELEASES * TRIED)]
    given = "".join(json.dumps(one) + "\n" for one in asked)
    command = shlex.split(sys.argv[1])
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    kept: dict[str, int] = {}
    for line in done.stdout.splitlines():
        verdict = json.loads(line)
        one = asked[verdict["id"]]
        release = one["version"]
        if verdict["verdict"] != "accepted" or kept.get(release, 0) >= EACH:
            continue
        kept[release] = kept.get(release, 0) + 1
        found = {name: verdict["effective"].get(name) for name in KEPT}
        effective = {name: value for name, value in found.items() if value is not None}
        row = {"argv": one["argv"], "env": one["env"], "gpu": one["name"], "sglang": release}
        print(json.dumps({**row, "effective": effective}))


if __name__ == "__main__":
    main()

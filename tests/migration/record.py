"""Record what the real SGLang says of launches before and after their move to another release.

python tests/migration/record.py JUDGE    # JUDGE reads JSON lines {id, argv, version, gpu, files}
                                          # and prints {id, version, verdict, sampling} for each
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sgdlint import catalog, migration, rulepack
from sgdlint.fixer import Fixed, fix
from sgdlint.linter import Options
from sgdlint.source import Source

RECORDED = Path(__file__).parent / "recorded.jsonl"
RELEASES = ("0.5.9", "0.5.10.post1", "0.5.12", "0.5.15.post1", "0.5.19", "0.5.23")
COMPARED = ("width", "height", "num_frames", "fps", "num_inference_steps", "guidance_scale", "seed")
GPU = {"gpu": "H100", "vram_gib": 80, "capability": [9, 0], "count": 8}
GENERATE, SERVE = "sglang generate --prompt x --model-path ", "sglang serve --model-path "
IMAGE, VIDEO = "Qwen/Qwen-Image", "Wan-AI/Wan2.2-T2V-A14B-Diffusers"
COMMANDS = (
    GENERATE + IMAGE,
    GENERATE + "black-forest-labs/FLUX.1-dev",
    GENERATE + "Tongyi-MAI/Z-Image-Turbo --num-gpus 2",
    GENERATE + VIDEO,
    GENERATE + f"{VIDEO} --num-gpus 8 --enable-cfg-parallel --ulysses-degree 4 --warmup",
    GENERATE + f"{IMAGE} --num-outputs 2 --seed 7",
    GENERATE + f"{IMAGE} --num-o 2 --num-inf 9",
    GENERATE + f"{IMAGE} --performance-mode speed",
    GENERATE + f"{IMAGE} --width 512 --height 512 --quality lossless",
    SERVE + IMAGE,
    SERVE + f"{IMAGE} --warmup --warmup-resolutions 512x512",
    SERVE + f"{IMAGE} --warmup-mode off",
    SERVE + f"{IMAGE} --warmup-mode server --num-gpus 2 --enable-cfg-parallel false",
    SERVE + f"{VIDEO} --num-gpus 4 --cfg-parallel-size 2",
    SERVE + f"{VIDEO} --num-gpus 4 --dp-size 2",
    SERVE + "Tongyi-MAI/Z-Image-Turbo --num-gpus 2 --tp-size 2 --server-warmup false",
    f"sglang serve {IMAGE} --num-gpus 1",
    GENERATE + f"{IMAGE} --output-file-path out/a.png --quality exact",
    GENERATE + f"{IMAGE} --quality lossless --backend sglang",
    GENERATE + f"{VIDEO} --attention-backend-config STA_mode=STA_INFERENCE,skip_time_steps=9",
    SERVE + f"{IMAGE} --cfg-parallel-size 1 --num-gpus 2",
    SERVE + f"{IMAGE} --cfg-parallel-size 2 --num-gpus 2 --warmup-mode server",
    SERVE + "Lightricks/LTX-2 --ltx2-two-stage-device-mode snapshot",
    SERVE + f"{IMAGE} --disagg-role denoising --disagg-server-addr tcp://a:1 --output-path out",
)


OPTIONS = (
    *("num_gpus", "ulysses_degree", "enable_cfg_parallel", "cfg_parallel_degree", "dp_size"),
    *("warmup", "warmup_mode", "server_warmup", "quality", "num_outputs_per_prompt", "backend"),
    *("attention_backend_config", "dit_layerwise_offload", "vae_cpu_offload", "performance_mode"),
    *("num_frames", "width", "seed", "output_file_path", "output_file_name", "output_quality"),
    *("use_fsdp_inference", "ltx2_two_stage_device_mode", "disagg_role", "diffusers_kwargs"),
)
WORDS = {"output_file_path": "out/x.png", "attention_backend_config": "VSA_sparsity=0.5"}


def drawn(number: int) -> list[tuple[str, str, str]]:
    """Return random launches, each with the release that it is for and the one to move it to."""
    dice, found = random.Random(7), []
    for _ in range(number):
        old, new = dice.sample(RELEASES, 2)
        start = dice.choice((GENERATE, SERVE)) + dice.choice((IMAGE, VIDEO, "Lightricks/LTX-2"))
        options = catalog.load(old).by_dest(start.split()[1])
        chosen = dice.sample([name for name in OPTIONS if name in options], dice.randint(1, 3))
        words = [start]
        for name in chosen:
            option = options[name]
            bare = option.action in ("store_true", "boolean")
            usual = {"int": "2", "json": "'{}'"}.get(option.kind, WORDS.get(name, "x"))
            value = "" if bare else str(dice.choice(option.choices or (usual,)))
            words.append(f"{dice.choice(option.flags)} {value}".strip())
        found.append((" ".join(words), old, new))
    return found


def move(command: str, old: str, new: str) -> Fixed:
    """Return a command after its move."""
    source, pack = Source("run.sh", command + "\n"), rulepack.load([])
    plan = migration.plan(source, Options(sglang=old), new)
    return fix(source, lambda one: migration.check(one, pack, plan))


def judged(judge: str, asked: list[tuple[str, str]]) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the verdict on each (command, release)."""
    asked = list(dict.fromkeys(asked))
    lines = [
        json.dumps({"id": number, "argv": command, "version": release, "gpu": GPU})
        for number, (command, release) in enumerate(asked)
    ]
    done = subprocess.run([judge], input="\n".join(lines) + "\n", text=True, stdout=-1, check=True)
    verdicts = map(json.loads, done.stdout.splitlines())
    return {asked[one["id"]]: one for one in verdicts}


def main(judge: str) -> None:
    """Write the record anew."""
    pairs = [(old, new) for old in RELEASES for new in RELEASES if old != new]
    wanted = [(one, old, new) for one in COMMANDS for old, new in pairs] + drawn(500)
    before = judged(judge, [(one, old) for one, old, _ in wanted])
    moves = [
        (one, old, new, move(one, old, new).text.strip())
        for one, old, new in dict.fromkeys(wanted)
        if before[one, old]["verdict"] == "accepted"
    ]
    after = judged(judge, [(text, new) for _, _, new, text in moves])
    rows = [
        {
            "command": one,
            "from": old,
            "to": new,
            "moved": text,
            "verdict": after[text, new]["verdict"],
            "changed": _changed(before[one, old], after[text, new]),
        }
        for one, old, new, text in moves
    ]
    RECORDED.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def _changed(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    old, new = before.get("sampling") or {}, after.get("sampling") or {}
    return [
        name
        for name in COMPARED
        if name in old and name in new and None not in (old[name], new[name])
        if old[name] != new[name]
    ]


if __name__ == "__main__":
    main(sys.argv[1])

"""Whole commands as guides and issues show them, and each with one thing changed."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from conformance.case import Case
from conformance.draw import COMMON, Draw, covers, options_in
from conformance.makers.spelling import slip

RECIPES = (
    (
        "--num-gpus 8 --enable-cfg-parallel --ulysses-degree 4 --enable-torch-compile --warmup "
        "--text-encoder-cpu-offload true"
    ),
    "--num-gpus 8 --enable-cfg-parallel --ulysses-degree 4 --enable-torch-compile",
    "--num-gpus 4 --ulysses-degree 4 --ring-degree 1",
    "--num-gpus 8 --ulysses-degree 8",
    "--num-gpus 4 --enable-cfg-parallel --ulysses-degree 2",
    "--num-gpus 2 --enable-torch-compile --warmup",
    "--enable-torch-compile --dit-layerwise-offload false",
    (
        "--enable-torch-compile --warmup --dit-layerwise-offload --dit-offload-prefetch-size 0.1 "
        "--text-encoder-cpu-offload true --vae-cpu-offload true"
    ),
    "--dit-layerwise-offload --dit-offload-prefetch-size 0.1 --text-encoder-cpu-offload true",
    "--attention-backend sage_attn --cache-dit-config c.yaml --dit-layerwise-offload false",
    "--attention-backend fa --backend sglang --num-gpus 1",
    "--use-fsdp-inference --num-gpus 4 --ulysses-degree 4",
    "--num-gpus 8 --tp-size 2 --ulysses-degree 2 --ring-degree 2",
    "--num-gpus 4 --tp-size 2 --enable-cfg-parallel",
    "--text-encoder-cpu-offload --pin-cpu-memory --num-gpus 4 --ulysses-degree 2 --ring-degree 2",
    "--dit-cpu-offload false --text-encoder-cpu-offload false --vae-cpu-offload false",
    "--warmup --warmup-resolutions 1024x1024 720x720 --enable-torch-compile",
    "--performance-mode speed --num-gpus 2",
    "--vae-precision bf16 --dit-precision bf16 --enable-torch-compile",
    "--lora-path a/b --lora-scale 0.8",
)
REQUESTS = (
    "--width 1280 --height 720 --num-frames 81 --fps 16 --seed 42 --save-output",
    "--width 1024 --height 1024 --num-inference-steps 30 --guidance-scale 4.0 --seed 1234",
    "--negative-prompt 'shaky, blurred' --num-inference-steps 8 --save-output",
    "--perf-dump-path result.json --save-output --log-level info",
    "--output-path outputs --output-file-name x.mp4 --return-frames",
)
SERVERS = ("--port 30010 --host 0.0.0.0", "--log-level warning", "--port 8000", "")


@covers("recipes C40 C53", times=6)
def recipe(draw: Draw) -> Iterator[Case]:
    """A recipe as it stands, and the same with one word misspelt, doubled or lost."""
    command = draw.command()
    more = draw.pick(REQUESTS if command == "generate" else SERVERS)
    text = f"{draw.pick(RECIPES)} {more}"
    model = draw.pick(COMMON) if draw.chance(0.7) else draw.model()
    if not draw.known.model(model):
        model = draw.model()
    env = {"SGLANG_CACHE_DIT_ENABLED": "true"} if "cache-dit" in text else {}
    right = draw.case(text, command=command, model=model, env=env, gpu=draw.gpu())
    yield right
    if draw.chance(0.5):
        yield changed(draw, right, shlex.split(text))


def changed(draw: Draw, right: Case, words: list[str]) -> Case:
    """Return a command with one of its options broken."""
    flag = draw.pick(options_in(words))
    at = right.argv.index(flag)
    value = right.argv[at + 1] if at + 1 < len(right.argv) else ""
    forms = [
        (*right.argv[:at], slip(draw, flag), *right.argv[at + 1 :]),
        (*right.argv[:at], flag.replace("-", "_").replace("__", "--", 1), *right.argv[at + 1 :]),
        (*right.argv[: at + 1], "x" + value, *right.argv[at + 2 :]),
        (*right.argv[: at + 1], *right.argv[at + 2 :]),
    ]
    argv = draw.pick(forms)
    blamed = (flag, argv[at], value if value and not value.startswith("--") else flag)
    return Case(argv, right.env, right.gpu, right.count, right.files, blamed)


@covers("recipes C15")
def everyday(draw: Draw) -> Iterator[Case]:
    """Plain commands that nothing is wrong with."""
    more = draw.pick(REQUESTS)
    yield draw.case(more, command="generate", model=draw.model())
    yield draw.case(draw.pick(SERVERS), command="serve", model=draw.model(), gpu=draw.gpu())

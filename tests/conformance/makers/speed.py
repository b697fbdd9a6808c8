"""Attention backends, compilation, warmup, graphs and caches."""

from __future__ import annotations

import json
from collections.abc import Iterator

from conformance.case import Case
from conformance.draw import Draw, covers

ALIASES = ("fa3", "fa4", "FA", "Torch_SDPA", "SAGE_ATTN")
UNKNOWN = ("flash", "flash_attn", "sdpa", "sage", "xformers", "flashinfer", "sage-attn", "fa5",
           "auto", "triton", "teacache", "fa,sage_attn", "torch")  # fmt: skip
GPUS = ("H100", "A100", "RTX4090", "RTX5090", "B200", "T4", "L40S", "A10")


@covers("C60 C61 C62 C63 C67 C69", times=3)
def backend(draw: Draw) -> Iterator[Case]:
    """Each attention backend with any model and GPU."""
    names = [*draw.known.attention_backends(), *ALIASES]
    yield draw.case(f"--attention-backend {draw.pick(names)}", gpu=draw.pick(GPUS))


@covers("C60 later", times=2)
def unknown_backend(draw: Draw) -> Iterator[Case]:
    """A name that no attention backend of that release has."""
    name = draw.pick(UNKNOWN)
    if draw.chance(0.3):
        newest = ["sol_attn", "sparge_attn", "torch_cudnn_sdpa", "laser_attn", "cube_sparse_attn"]
        name = draw.pick(newest)
    more = draw.pick(["", "", " --backend sglang", " --backend diffusers", " --num-gpus 2"])
    flag = "--attention-backend"
    yield draw.case(f"{flag} {name}{more}", fault=flag)


@covers("C60")
def component_backend(draw: Draw) -> Iterator[Case | None]:
    """Attention backends of single components."""
    if not draw.has("--component-attention-backends"):
        return
    name = draw.pick([*draw.known.attention_backends()[:6], "flash", "sdpa", "", "fa"])
    part = draw.pick(["transformer", "text_encoder", "vae", "nothing", "text-encoder",
                      "transformer.self", "transformer.other", ""])  # fmt: skip
    form = draw.pick(["--component-attention-backends {}={}",
                      "--component-attention-backends.{} {}",
                      "--component-attention-backends {}={},vae=torch_sdpa",
                      "--component-attention-backends {}"])  # fmt: skip
    yield draw.case(form.format(part, name), fault=form.format(part, name).split()[0])
    text = json.dumps({part: name})
    yield draw.case(["--component-attention-backends", draw.pick([text, text, text[:-1], "[1]"])])


@covers("C64", times=2)
def backend_settings(draw: Draw) -> Iterator[Case]:
    """Settings of an attention backend: text, JSON, a file and what is none of these."""
    text = draw.pick(['{"a": 1}', "a=1", "a=1,b=0.5", "{", "x", "mask_strategy_file_path=m.json",
                      "m.json", "m.yaml", "m.txt", "missing.json", "=1", "a=", "[1]",
                      "sparsity=0.5,", "null", "5", "[]", '["ab"]'])  # fmt: skip
    files = {"m.json": '{"a": 1}', "m.yaml": "a: 1\n", "m.txt": "a"}
    backend = draw.pick(["sliding_tile_attn", "video_sparse_attn", "fa", "sage_attn"])
    words = ["--attention-backend", backend, "--attention-backend-config", text]
    yield draw.case(words, files=files, fault="--attention-backend-config")


@covers("C65 C66")
def backend_elsewhere(draw: Draw) -> Iterator[Case]:
    """Attention backends of the diffusers pipelines and of models with their own needs."""
    name = draw.pick(["flash", "fa", "_sage_qk_int8_pv_fp16_cuda", "xformers", "native"])
    yield draw.case(f"--backend diffusers --attention-backend {name}", fault="--attention-backend")
    if draw.known.model("Lightricks/LTX-2"):
        yield draw.case(f"--attention-backend {draw.pick(['fa', 'sage_attn', 'torch_sdpa'])}",
                        model="Lightricks/LTX-2")  # fmt: skip


@covers("C70 C71 C72 C73", times=2)
def cache_settings(draw: Draw) -> Iterator[Case]:
    """Variables of Cache-DiT and its configuration file."""
    name, value = draw.pick(
        [("FN", "1"), ("FN", "x"), ("BN", "0"), ("RDT", "0.24"), ("RDT", "high"), ("MC", "3"),
         ("SCM_PRESET", "fast"), ("SCM_PRESET", "quick"), ("SCM_COMPUTE_BINS", "6,1"),
         ("SCM_POLICY", "dynamic"), ("TAYLORSEER", "true"), ("TS_ORDER", "1"), ("WARMUP", "4"),
         ("DMD", "true"), ("WARMUP", "4.5")],
    )  # fmt: skip
    env = {"SGLANG_CACHE_DIT_ENABLED": "true", f"SGLANG_CACHE_DIT_{name}": value}
    text = draw.pick(["", "--cache-dit-config c.yaml", "--dit-layerwise-offload false",
                      "--backend diffusers --cache-dit-config c.yaml"])  # fmt: skip
    yield draw.case(text, env=env, files={"c.yaml": "max_warmup_steps: 4\n"})


@covers("C74")
def teacache(draw: Draw) -> Iterator[Case]:
    """TeaCache and other caches of a request."""
    text = draw.pick(["--enable-teacache", "--enable-teacache --enable-spectrum",
                      "--enable-spectrum", "--enable-cache-dit", "--cfg-gate-step 0.5",
                      "--enable-teacache --enable-cache-dit", "--cache-dit-params {}",
                      "--cache-dit-params x"])  # fmt: skip
    if draw.has(text.split()[0], "generate") or draw.chance(0.1):
        yield draw.case(text, command="generate" if draw.chance(0.9) else "serve")


@covers("C75 C76", times=2)
def compiled(draw: Draw) -> Iterator[Case]:
    """Compilation and CUDA graphs, alone and together with what excludes them."""
    text = draw.pick(
        ["--enable-torch-compile", "--regional-compile", "--enable-breakable-cuda-graph",
         "--enable-torch-compile --regional-compile", "--enable-torch-compile=false",
         "--enable-breakable-cuda-graph --warmup-resolutions 1024x1024",
         "--enable-breakable-cuda-graph --enable-torch-compile", "--bcg-text-buckets 64 128",
         "--bcg-text-buckets 0", "--bcg-text-buckets -1 64", "--offload-during-compile false",
         "--enable-piecewise-cuda-graph", "--enable-breakable-cuda-graph false"],
    )  # fmt: skip
    if draw.has(text.split()[0].partition("=")[0]) or draw.chance(0.1):
        yield draw.case(text, gpu=draw.gpu())


SHAPES = ("256x256", "1024x1024 720x720", "832x480", "256x256,720x720", "256x256, 720x720", "256",
          "1024X1024", "0x0", "axb", "1024*1024", "-1x256", "512 x 512")  # fmt: skip


@covers("C77 C78 C79 C7", times=3)
def warmed(draw: Draw) -> Iterator[Case]:
    """Warmup in the words of every release."""
    shape = draw.pick(SHAPES)
    text = draw.pick(
        ["--warmup", f"--warmup --warmup-resolutions {shape}", f"--warmup-resolutions {shape}",
         f"--warmup-mode request --warmup-resolutions {shape}", "--warmup-mode server",
         "--warmup-mode none", "--warmup-mode off", f"--warmup-steps {draw.pick([0, 1, -1, 3])}",
         f"--warmup-num-frames {draw.pick([0, 17, -1])}", "--warmup-mode Request",
         "--warmup-sampling-params {}", "--warmup-sampling-params x", "--server-warmup true"],
    )  # fmt: skip
    if draw.has(text.split()[0]) or draw.chance(0.25):
        yield draw.case(text)

"""Where weights stand: offloading, sharding, residency, precision and quantization."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.case import Case
from conformance.draw import Draw, covers

WAN = ("Wan-AI/Wan2.2-T2V-A14B-Diffusers", "Wan-AI/Wan2.1-T2V-1.3B-Diffusers", "Qwen/Qwen-Image",
       "Lightricks/LTX-2", "Tongyi-MAI/Z-Image")  # fmt: skip


def model(draw: Draw) -> str:
    """Return a model whose memory is managed in a way of its own, or any model."""
    return draw.pick(WAN) if draw.chance(0.6) else draw.model()


@covers("C40 C41 C42 C43 C47 C49", times=2)
def offloaded(draw: Draw) -> Iterator[Case]:
    """Any mixture of offloading switches on any GPU."""
    flags = ["--dit-cpu-offload", "--dit-layerwise-offload", "--text-encoder-cpu-offload",
             "--vae-cpu-offload", "--image-encoder-cpu-offload", "--use-fsdp-inference",
             "--pin-cpu-memory"]  # fmt: skip
    words = [draw.switch(flag) for flag in flags if draw.chance(0.3)]
    words += [f"--num-gpus {draw.pick([1, 2, 4])}"] if draw.chance(0.5) else []
    yield draw.case(" ".join(words), model=model(draw), gpu=draw.gpu())


@covers("C44 C46 C71 C33", times=3)
def cached(draw: Draw) -> Iterator[Case]:
    """Cache-DiT with layerwise offloading or sharding, and each of them alone."""
    value = draw.pick(["true", "true", "1", "True", "yes", "on", "0", "false", "t", "2", ""])
    env = {"SGLANG_CACHE_DIT_ENABLED": value}
    flag = draw.pick(["--dit-layerwise-offload", "--use-fsdp-inference",
                      "--layerwise-offload-components dit", "--dit-cpu-offload"])  # fmt: skip
    if flag.startswith("--layerwise") and not draw.has(flag.split()[0]):
        flag = "--dit-layerwise-offload"
    more = draw.pick(["", "", " --num-gpus 2", " --enable-torch-compile"])
    name = model(draw)
    yield draw.case(flag + more, env=env, model=name)
    other = {"SGLANG_CACHE_DIT_ENABLED": "false"} if draw.chance(0.5) else {}
    if draw.chance(0.4):
        yield draw.case(flag + more, env=other, model=name)
    if draw.chance(0.3):
        yield draw.case(f"{flag.split()[0]} false", env=env, model=name)


@covers("C45 C36")
def sharded_and_layerwise(draw: Draw) -> Iterator[Case]:
    """Sharded weights with layerwise offloading and replicas."""
    more = draw.pick(["--dit-layerwise-offload", "--dit-layerwise-offload false",
                      "--hsdp-replicate-dim 2", "--hsdp-shard-dim 2", ""])  # fmt: skip
    count = draw.pick([1, 2, 4])
    yield draw.case(f"--use-fsdp-inference --num-gpus {count} {more}", model=model(draw))


@covers("C48")
def prefetched(draw: Draw) -> Iterator[Case]:
    """How many layers to fetch ahead, with and without what reads it."""
    layerwise = draw.pick(["--dit-layerwise-offload", "--dit-layerwise-offload false", ""])
    name = model(draw)
    size = draw.pick(["-1", "-0.5", "-2"])
    fault = "--dit-offload-prefetch-size"
    yield draw.case(f"{layerwise} --dit-offload-prefetch-size {size}", model=name, fault=fault)
    size = draw.pick(["0", "0.1", "0.5", "0.7", "1", "2", "2.5"])
    yield draw.case(f"{layerwise} --dit-offload-prefetch-size {size}", model=name)


@covers("C50", times=2)
def resident_layers(draw: Draw) -> Iterator[Case | None]:
    """Layers that stay on the GPU, and the rules by which they stay."""
    text = draw.pick(
        ["--dit-layerwise-resident-layers 4", "--dit-layerwise-resident-layers -1",
         "--dit-layerwise-resident-layers 0.5", "--dit-layerwise-resident-layers 2.5",
         "--dit-layerwise-residency-policy strided", "--dit-layerwise-residency-policy random",
         "--dit-layerwise-residency-lifetime permanent", "--dit-layerwise-residency-policy leading",
         "--dit-layerwise-residency-lifetime always", "--layerwise-resident-layers 4",
         "--layerwise-resident-layers dit=4", "--layerwise-resident-layers transformer=-2",
         "--layerwise-prefetch-size transformer=2", "--layerwise-prefetch-size transformer=-1",
         "--layerwise-prefetch-size transformer", "--layerwise-prefetch-size 2"],
    )  # fmt: skip
    if draw.has(text.split()[0]) or draw.chance(0.05):
        layerwise = draw.pick(["--dit-layerwise-offload", ""])
        yield draw.case(f"{layerwise} {text}", model=model(draw))


@covers("C51 C52", times=3)
def residency(draw: Draw) -> Iterator[Case | None]:
    """Where each component stays, in the words of newer releases."""
    modes = ["resident", "layerwise-offload", "component-offload", "snapshot-offload", "cpu", ""]
    text = draw.pick(
        [f"--component-residency transformer={draw.pick(modes)}",
         f"--component-residency vae={draw.pick(modes)},transformer=resident",
         "--component-residency transformer", "--component-residency transformer=resident",
         "--component-residency {}", "--cpu-offload-components dit text_encoder",
         "--cpu-offload-components none", "--cpu-offload-components all",
         "--layerwise-offload-components dit", "--layerwise-offload-components dit,vae",
         "--layerwise-offload-components none dit", "--layerwise-offload-components nothing",
         "--layerwise-offload-modules text_encoder", "--layerwise-offload-components all",
         "--direct-gpu-weight-loading", "--direct-gpu-weight-loading true",
         "--direct-gpu-weight-loading --performance-mode speed"],
    )  # fmt: skip
    more = draw.pick(
        [
            "",
            "",
            "--dit-cpu-offload true",
            "--dit-cpu-offload false",
            "--tp-size 2 --num-gpus 2",
            "--enable-breakable-cuda-graph",
            "--use-fsdp-inference --num-gpus 2",
        ]
    )
    if draw.has(text.split()[0]) or draw.chance(0.05):
        if more.startswith("--enable-breakable") and not draw.has("--enable-breakable-cuda-graph"):
            more = ""
        yield draw.case(f"{text} {more}", model=model(draw), gpu=draw.gpu())


@covers("C53 C40 C57")
def mode(draw: Draw) -> Iterator[Case | None]:
    """The modes of the automatic placement."""
    if not draw.has("--performance-mode") and draw.chance(0.8):
        return
    flag = draw.pick(["--performance-mode", "--mode"])
    value = draw.pick(["auto", "manual", "speed", "memory", "fast", "Speed", "low", ""])
    more = draw.pick(["", "--num-gpus 2", "--dit-cpu-offload", "--num-gpus 16",
                      "--enable-torch-compile"])  # fmt: skip
    yield draw.case([flag, value, *more.split()], model=model(draw), gpu=draw.gpu())


@covers("C54 C65")
def two_stages(draw: Draw) -> Iterator[Case | None]:
    """Models of two stages and how they share the GPU."""
    device = draw.pick(["resident", "original", "snapshot", "Resident", "off"])
    flag = f"--ltx2-two-stage-device-mode {device}"
    env = {"SGLANG_LTX2_TWO_STAGE_DEVICE_MODE": device} if draw.chance(0.3) else {}
    if env or not draw.has(flag.split(maxsplit=1)[0]):
        flag = ""
    pipe = draw.pick(["LTX2TwoStagePipeline", "LTX2Pipeline", "LTX2TwoStageHQPipeline"])
    if draw.has("--pipeline-class-name") and draw.chance(0.8):
        flag += f" --pipeline-class-name {pipe}"
    more = draw.pick(["", "--dit-cpu-offload", "--dit-layerwise-offload", "--attention-backend fa"])
    name = draw.pick(["Lightricks/LTX-2", "Lightricks/LTX-2.3"])
    if draw.known.model(name):
        yield draw.case(f"{flag} {more}", model=name, env=env, gpu=draw.pick(["H100", "H200"]))


@covers("C80 C81", times=3)
def svdquant(draw: Draw) -> Iterator[Case]:
    """SVDQuant weights on GPUs that can run them and others, with and without their path."""
    weights = ("--transformer-weights-path" if draw.has("--transformer-weights-path")
               else "--quantized-model-path")  # fmt: skip
    path = draw.pick(["/m/svdq-int4_r32-flux.safetensors", "/m/svdq-fp4_r32-qwen.safetensors",
                      "/m/x.safetensors", "org/svdq-int4_r32", "a/b",
                      "nunchaku/svdq-int4_r128-z.safetensors"])  # fmt: skip
    gpu = draw.pick(["H100", "H200", "A100", "RTX4090", "RTX5090", "L40S", "B200", "T4"])
    switch = draw.pick(["--enable-svdquant", "--enable-svdquant true", "",
                        "--enable-svdquant false"])  # fmt: skip
    more = draw.pick(["", "", "--quantization-precision int4", "--quantization-precision nvfp4",
                      "--quantization-rank 32", "--quantization-precision int8"])  # fmt: skip
    given = f"{weights} {path}" if draw.chance(0.8) else ""
    yield draw.case(f"{switch} {given} {more}", gpu=gpu)


@covers("C81 C82 C83 C84", times=2)
def quantized(draw: Draw) -> Iterator[Case | None]:
    """Names of quantization methods, on the server and on components."""
    if not draw.has("--quantization") and draw.chance(0.8):
        return
    name = draw.pick(["fp8", "modelopt_fp8", "modelopt_fp4", "bitsandbytes", "mxfp8", "mxfp4",
                      "int4", "gguf", "convrot_int8", "awq", "auto-round", "FP8"])  # fmt: skip
    flag = draw.pick(["--quantization", "--quantization", "--kv-cache-quant",
                      "--transformer-quantization", "--text-encoder-quantization"])  # fmt: skip
    more = draw.pick(["", "", "--quantization-ignored-layers x", "--dit-cpu-offload",
                      "--dit-layerwise-offload", "--use-fsdp-inference"])  # fmt: skip
    if flag == "--kv-cache-quant" and not draw.has(flag):
        flag = "--quantization"
    yield draw.case(f"{flag} {name} {more}", gpu=draw.gpu())


@covers("C94", times=2)
def precision(draw: Draw) -> Iterator[Case]:
    """Precisions of the parts, and how many a model has text encoders."""
    flag = draw.pick(["--dit-precision", "--vae-precision", "--text-encoder-precisions"])
    values = draw.pick([["fp32"], ["bf16"], ["fp16"], ["fp16", "bf16"], ["fp8"], ["float16"],
                        ["bfloat16"], ["bf16", "bf16"], ["BF16"], ["bf16,bf16"]])  # fmt: skip
    yield draw.case([flag, *values], fault=" ".join([flag, *values[1:]]))


@covers("C93")
def tiled(draw: Draw) -> Iterator[Case]:
    """Parallel decoding and the tiling that it needs."""
    sp, tiling = draw.switch("--vae-sp"), draw.switch("--vae-tiling")
    yield draw.case(draw.pick([sp, f"{sp} {tiling}", f"{sp} {tiling} --num-gpus 2"]))
    yield draw.case("--vae-sp --vae-tiling false", fault="--vae-sp --vae-tiling")

"""Finding the model, serving it, and what single models refuse."""

from __future__ import annotations

import json
from collections.abc import Iterator

from conformance.case import Case
from conformance.draw import Draw, covers


@covers("C90 C1", times=2)
def model_given(draw: Draw) -> Iterator[Case]:
    """The model as an option, as a word, misspelt, twice and not at all."""
    model, command = draw.model(lambda one: not one.requires_image), draw.command()
    words = draw.pick(
        [["--model-path", model], [model], [], ["--model", model], ["--model_path", model],
         [f"--model-path={model}"], ["--model-path"], ["--model-path", ""], ["-m", model],
         ["--model-pat", model], [model, "--model-path", model], ["--model-path", model, model],
         ["--model-name", model], ["--pretrained-model", model]],
    )  # fmt: skip
    prompt = ["--prompt", "a cat"] if command == "generate" else []
    argv = [command, *words, *prompt] if draw.chance(0.7) else [command, *prompt, *words]
    yield Case(tuple(argv), fault=("--model-path", *(word for word in words if word)))


@covers("C90", times=1)
def program(draw: Draw) -> Iterator[Case]:
    """The subcommand, and which kind of server is wanted."""
    model = draw.model(lambda one: not one.requires_image)
    kind = draw.pick(["diffusion", "auto", "llm", "image", "Diffusion"])
    words = draw.pick([["--model-type", kind], [f"--model-type={kind}"], ["--model-type"]])
    command = draw.pick(["serve", "serve", "generate"])
    prompt = ["--prompt", "x"] if command == "generate" else []
    argv = (command, *words, "--model-path", model, *prompt)
    yield Case(argv, fault=("--model-type",))


@covers("C90 C91 C92", times=2)
def pipelines(draw: Draw) -> Iterator[Case]:
    """Pipeline classes, backends and ids, known and unknown."""
    text = draw.pick(
        [f"--pipeline-class-name {draw.pick(sorted(draw.known.pipelines()))}",
         "--pipeline-class-name NoPipeline", "--backend sglang", "--backend diffusers",
         "--backend auto", "--backend vllm", "--model-id Qwen-Image", "--model-id Nothing",
         "--pipeline WanPipeline", "--pipeline-class-name WanPipelines", "--backend diffuser",
         f"--backend diffusers --num-gpus {draw.pick([1, 2, 4])}", "--backend SGLang"],
    )  # fmt: skip
    yield draw.case(text)


@covers("C95")
def ports(draw: Draw) -> Iterator[Case]:
    """Ports and hosts."""
    text = draw.pick(
        ["--port 8000", "--port 99999", "--port 0", "--port http", "--port 30000 --strict-ports",
         "--port 5000 --scheduler-port 5000", "--port 5000 --scheduler-port 5000 --strict-ports",
         "--scheduler-port 70000", "--master-port 30000", "--master-port -1", "--host 0.0.0.0",
         "--strict-ports --port 40000 --master-port 40000", "--host", "--port -5",
         "--strict-ports --master-port 5555 --scheduler-port 5555"],
    )  # fmt: skip
    if "strict" not in text or draw.has("--strict-ports"):
        yield draw.case(text, command=draw.pick(["serve", "serve", "generate"]))


@covers("C97")
def batching(draw: Draw) -> Iterator[Case | None]:
    """Batching of requests."""
    text = draw.pick(
        ["--batching-max-size 4", "--batching-max-size 0", "--batching-max-size -1",
         "--batching-delay-ms 5", "--batching-delay-ms -1", "--batching-mode dynamic",
         "--batching-mode static", "--batching-max-size 2 --batching-delay-ms 0",
         "--batching-max-size 1.5"],
    )  # fmt: skip
    if draw.has(text.split()[0]) or draw.chance(0.05):
        yield draw.case(text)


@covers("C98 C79", times=3)
def disaggregated(draw: Draw) -> Iterator[Case | None]:
    """Servers for parts of a pipeline."""
    if not draw.has("--disagg-role"):
        return
    role = draw.pick(["server", "encoder", "denoiser", "decoder", "monolithic", "worker"])
    urls = draw.pick(
        ["", "--encoder-urls tcp://a:1", "--disagg-server-addr tcp://a:1",
         "--encoder-urls tcp://a:1 --denoiser-urls tcp://b:1 --decoder-urls tcp://c:1",
         "--disagg-server-addr tcp://a:1 --dp-size 2 --num-gpus 2"],
    )  # fmt: skip
    fault = f"--disagg-role --encoder-urls --disagg-server-addr {urls}"
    yield draw.case(
        f"--disagg-role {role} {urls}", fault=fault, command=draw.pick(["serve"] * 4 + ["generate"])
    )


@covers("C99")
def unread(draw: Draw) -> Iterator[Case]:
    """Options and variables that nothing reads."""
    text = draw.pick(["--mask-strategy-file-path x.json", "--moba-config-path x.json",
                      "--pipeline-config-path x.json", "--pipeline-config-path missing.json",
                      "--log-level debug", "--log-level loud", "--log-level DEBUG",
                      ""])  # fmt: skip
    env = draw.pick([{}, {"SGLANG_DIFFUSION_ATTENTION_BACKEND": "fa"},
                     {"SGLANG_TEST_NUM_INFERENCE_STEPS": draw.pick(["2", "0", "x", "-1"])},
                     {"SGLANG_TORCH_COMPILE_MODE": "max-autotune"}])  # fmt: skip
    yield draw.case(text, env=env, files={"x.json": "{}"})


REFUSING = ("LLaDA", "MiniMax", "VDN-H3", "FastH3", "MOSS-Image", "Nomas", "SenseNova", "Animate",
            "Cosmos", "flux-3", "Qwen-Image-2.1", "JoyAI", "LTX-2.5", "Kandinsky", "LingBot",
            "LongLive", "SANA-WM", "Hunyuan3D", "HunyuanImage", "Krea", "deogram")  # fmt: skip
LIMITED = ("--num-gpus 2", "--num-gpus 2 --tp-size 2", "--num-gpus 2 --ulysses-degree 2",
           "--num-gpus 2 --ring-degree 2", "--num-gpus 2 --enable-cfg-parallel",
           "--enable-torch-compile", "--num-gpus 2 --dp-size 2", "--quantization fp8",
           "--text-encoder-cpu-offload true", "--use-fsdp-inference", "--lora-path a/b",
           "--attention-backend fa", "--attention-backend torch_sdpa", "--model-variant base",
           "--attention-backend video_sparse_attn_h3", "--disable-autocast",
           "--enable-breakable-cuda-graph", "--dit-precision fp16", "--model-variant x",
           "--num-gpus 4 --ulysses-degree 4", "--num-gpus 3", "--dit-cpu-offload",
           "--component-residency transformer=resident", "--disagg-role encoder",
           "--attention-backend subblock_sparse_attn", "--dit-layerwise-offload",
           "--attention-backend sage_attn", "--enable-teacache", "--num-inference-steps 20",
           "--guidance-scale 7", "--num-inference-steps 8 --guidance-scale 1", "")  # fmt: skip


@covers("C100 C71 C74", times=5)
def particular(draw: Draw) -> Iterator[Case | None]:
    """Options that single models refuse."""
    name = draw.pick(REFUSING)
    model = draw.model(lambda one: name in one.id)
    text = draw.pick(LIMITED)
    if not model or (text and not draw.has(text.split()[-2 if " " in text else 0], "generate")):
        return
    env = {"SGLANG_CACHE_DIT_ENABLED": "1"} if draw.chance(0.1) else {}
    asked = any(word in text for word in ("teacache", "steps", "guidance"))
    command = "generate" if asked else ""
    yield draw.case(text, model=model, env=env, gpu=draw.pick(["H100", "H100", "B200", "A100"]),
                    command=command)  # fmt: skip


@covers("C100", times=3)
def any_model(draw: Draw) -> Iterator[Case]:
    """Every model as it is, with the usual choices of GPUs."""
    text = draw.pick(["", "--num-gpus 2", "--num-gpus 4 --ulysses-degree 4", "--num-gpus 8",
                      "--enable-torch-compile", "--num-gpus 2 --tp-size 2"])  # fmt: skip
    yield draw.case(text, model=draw.pick(draw.models).id, gpu=draw.gpu())


CONFIGS: tuple[dict[str, object], ...] = (
    {"num_gpus": 4}, {"num_gpus": "4"}, {"num-gpus": 4}, {"warmup": True}, {"dp_size": 2},
    {"num_gpus": 4, "ulysses_degree": 2}, {"prompt": "a cat"}, {"nothing": 1}, {},
    {"decoder_tp": 2}, {"server_warmup": True}, {"attention_backend": "fa"},
    {"num_gpus": 2, "enable_cfg_parallel": True}, {"tp_size": 2, "num_gpus": 3},
    {"num_inference_steps": 0}, {"dit_layerwise_offload": True}, {"model_path": "Qwen/Qwen-Image"},
    {"ring_degree": 2, "num_gpus": 2, "attention_backend": "torch_sdpa"}, {"num_gpus": 0},
    {"lora_scale": 0.5}, {"port": 8000, "host": "0.0.0.0"}, {"performance_mode": "speed"},
)  # fmt: skip


@covers("C8 C9", times=4)
def from_a_file(draw: Draw) -> Iterator[Case]:
    """Options in a file: JSON and YAML, right, wrong and missing."""
    data = draw.pick(CONFIGS)
    name = draw.pick(["c.json", "c.yaml", "c.yml", "c.yaml", "c.txt"] + ["c.json"] * 3)
    plain = "".join(f"{key}: {json.dumps(value)}\n" for key, value in data.items())
    files = {name: json.dumps(data) if name == "c.json" else plain}
    if draw.chance(0.1):
        files = {name: draw.pick(["[1", "{", "- a\n", "a: b: c\n"])}
    if draw.chance(0.08):
        files = {}
    more = draw.pick(["", "", "--num-gpus 2", "--num-gpus 4", "--port 8000"])
    fault = " ".join(["--config", *(f"--{key.replace('_', '-')}" for key in data), more])
    model = draw.model(lambda one: not one.requires_image)
    words = ["--config", name, *more.split()]
    yield draw.case(words, files=files, fault=fault, model=model)

"""Degrees of parallelism, GPUs and nodes."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.case import Case
from conformance.draw import Draw, covers

GPU_COUNTS = (1, 2, 2, 3, 4, 4, 6, 8, 8)
DEGREES = (1, 1, 2, 2, 2, 3, 4, 8)


def number(draw: Draw) -> int:
    """Return a degree."""
    return draw.pick(DEGREES)


@covers("C20 C23 C25 C26", times=4)
def degrees(draw: Draw) -> Iterator[Case]:
    """Any mixture of degrees."""
    words = [f"--num-gpus {draw.pick(GPU_COUNTS)}"] if draw.chance(0.9) else []
    choices = [
        (0.35, f"{draw.pick(['--tp-size', '--tp-size', '--tensor-parallel-size'])} {number(draw)}"),
        (0.3, f"--sp-degree {number(draw)}"),
        (0.4, f"--ulysses-degree {number(draw)}"),
        (0.25, f"--ring-degree {number(draw)}"),
        (0.3, draw.pick(["--enable-cfg-parallel"] * 3 + ["--enable-cfg-parallel false"])),
        (0.1, f"--cfg-parallel-size {number(draw)}"),
        (0.1, f"--dp-size {number(draw)}"),
    ]
    words += [text for share, text in choices if draw.chance(share)]
    draw.random.shuffle(words)
    yield draw.case(" ".join(words))


@covers("C20 C25 C26", times=2)
def factored(draw: Draw) -> Iterator[Case]:
    """Degrees whose product is the GPU count, and the same with one of them wrong."""
    tensor, ulysses, ring = draw.pick([1, 2]), draw.pick([1, 2, 4]), draw.pick([1, 1, 2])
    total = tensor * ulysses * ring
    flags = {"--tp-size": tensor, "--ulysses-degree": ulysses, "--ring-degree": ring}
    if draw.chance(0.3):
        flags["--sp-degree"] = ulysses * ring
    words = {flag: degree for flag, degree in flags.items() if degree > 1 or draw.chance(0.2)}
    yield draw.case(written({"--num-gpus": total, **words}))
    if words:
        flag = draw.pick(sorted(words))
        yield draw.case(written({"--num-gpus": total, **words, flag: words[flag] * 2}))


def written(degrees: dict[str, int]) -> str:
    """Return degrees as they stand on a command line."""
    return " ".join(f"{flag} {degree}" for flag, degree in degrees.items())


@covers("C20")
def sequence(draw: Draw) -> Iterator[Case]:
    """A sequence-parallel degree that divides the GPUs or does not."""
    count = draw.pick([2, 4, 6, 8])
    yield draw.case(f"--num-gpus {count} --sp-degree {count}")
    wrong = draw.pick([one for one in (2, 3, 4, 5, 8, 16) if count % one])
    yield draw.case(f"--num-gpus {count} --sp-degree {wrong}")
    yield draw.case(f"--num-gpus {count} --sp-degree {draw.pick([0, -1, -2])}")


@covers("C26 later", times=2)
def product(draw: Draw) -> Iterator[Case]:
    """Degrees that pass the checks and make more or fewer workers than there are GPUs."""
    count = draw.pick([4, 8])
    rest = draw.pick(["", "--tp-size 2", "--enable-cfg-parallel"])
    yield draw.case(f"--num-gpus {count} --sp-degree {draw.pick([2, count])} {rest}")
    yield draw.case(f"--num-gpus {count} --sp-degree {count // 2 if rest else count} {rest}")


@covers("C21")
def sharded(draw: Draw) -> Iterator[Case]:
    """Dimensions of the sharded weights."""
    count = draw.pick([2, 4, 8])
    flag = draw.pick(["--hsdp-shard-dim", "--hsdp-replicate-dim"])
    fsdp = draw.pick(["", "--use-fsdp-inference", "--use-fsdp-inference true"])
    yield draw.case(f"--num-gpus {count} {flag} {draw.pick([1, 2, count])} {fsdp}")
    yield draw.case(f"--num-gpus {count} {flag} {draw.pick([3, 5, 16, 0])} {fsdp}")


@covers("C22 C5")
def data(draw: Draw) -> Iterator[Case]:
    """Data parallelism in all its spellings."""
    flag = draw.pick(["--dp-size", "--dp", "--data-parallel-size"])
    size, count = draw.pick([1, 2, 2, 3, 0, -1]), draw.pick([2, 4, 4, 6])
    more = draw.pick(["", "", "--tp-size 2", "--disagg-role encoder"])
    yield draw.case(f"--num-gpus {count} {flag} {size} {more}")


@covers("C24 C23")
def cfg_on_few(draw: Draw) -> Iterator[Case]:
    """CFG parallelism with one GPU, an odd count and an even one."""
    flag = draw.pick(["--enable-cfg-parallel", "--enable-cfg-parallel", "--cfg-parallel-size 2"])
    yield draw.case(draw.pick([flag, f"--num-gpus 1 {flag}", f"--num-gpus 3 {flag}"]))
    yield draw.case(f"--num-gpus {draw.pick([2, 4, 8])} {flag}")


@covers("C28")
def gathered(draw: Draw) -> Iterator[Case | None]:
    """The degree of gathered keys and values, alone and with others."""
    if not draw.has("--kv-gather-degree"):
        return
    count, degree = draw.pick([2, 4, 8]), draw.pick([2, 4, 1, 0])
    other = draw.pick(
        ["", "--ulysses-degree 2", "--ring-degree 2", "--sp-degree 2", "--sp-degree 4"]
    )
    yield draw.case(f"--num-gpus {count} --kv-gather-degree {degree} {other}")
    yield draw.case(f"--num-gpus {count} --kv-gather-degree {count}")


@covers("C29 C30 C31", times=2)
def guidance(draw: Draw) -> Iterator[Case]:
    """CFG parallelism for models and requests with and without guidance."""
    count = draw.pick([2, 4, 8])
    flag = draw.pick(["--enable-cfg-parallel", "", "--tp-size 2", f"--ulysses-degree {count}"])
    scale = draw.pick(["", "", "--guidance-scale 1", "--guidance-scale 1.0", "--guidance-scale 5"])
    model = draw.model(lambda one: draw.chance(0.5) or not one.uses_cfg)
    fault = "--num-gpus --enable-cfg-parallel --guidance-scale"
    yield draw.case(
        f"--num-gpus {count} {flag} {scale}", command="generate", model=model, fault=fault
    )


@covers("C31")
def refused_cfg(draw: Draw) -> Iterator[Case | None]:
    """CFG parallelism for families that refuse it, and sizes beside the number of branches."""
    names = ("Cosmos", "MiniMax", "FastH3", "VDN", "SenseNova", "Animate", "flux-3")
    model = draw.model(lambda one: any(name in one.id for name in names))
    flag = draw.pick(["--enable-cfg-parallel", "--cfg-parallel-size 2"])
    if model:
        yield draw.case(f"--num-gpus 2 {flag}", model=model)
    if draw.has("--cfg-parallel-size"):
        yield draw.case(f"--num-gpus 6 --cfg-parallel-size {draw.pick([2, 3, 6, 4, 0])}")
        yield draw.case("--num-gpus 2 --enable-cfg-parallel false --cfg-parallel-size 2")


@covers("C32", times=2)
def ring(draw: Draw) -> Iterator[Case]:
    """Ring attention with backends that can do it and others."""
    backend = draw.pick(["fa", "fa3", "FA", "sage_attn", "torch_sdpa", "sage_attn_3", "fa4",
                         "sliding_tile_attn", "aiter", "sla_attn", "fa2"])  # fmt: skip
    count, degree = draw.pick([(2, 2), (4, 2), (4, 4), (8, 2)])
    rest = f"--ulysses-degree {count // degree}" if draw.chance(0.7) else ""
    yield draw.case(
        f"--num-gpus {count} --ring-degree {degree} {rest} --attention-backend {backend}"
    )
    if draw.chance(0.3):
        yield draw.case(f"--num-gpus {count} --ring-degree {degree} {rest}")


@covers("C33 C71")
def cached_and_parallel(draw: Draw) -> Iterator[Case]:
    """Cache-DiT together with sequence and tensor parallelism."""
    env = {"SGLANG_CACHE_DIT_ENABLED": draw.pick(["true", "1", "false"])}
    yield draw.case("--num-gpus 4 --tp-size 2 --ulysses-degree 2", env=env)


@covers("C34", times=2)
def nodes(draw: Draw) -> Iterator[Case | None]:
    """Several machines, and what they need to know of each other."""
    if not draw.has("--nnodes") and draw.chance(0.8):
        return
    count, total = draw.pick([(2, 4), (2, 2), (2, 3), (0, 2), (4, 8), (1, 2)])
    rank = draw.pick(["", "--node-rank 0", "--node-rank 1", "--node-rank 2", "--node-rank -1"])
    address = draw.pick(["", "--dist-init-addr 10.0.0.1:5000", "--dist-init-addr 10.0.0.1",
                         "--dist-init-addr=10.0.0.1:5000"])  # fmt: skip
    yield draw.case(f"--num-gpus {total} --nnodes {count} {rank} {address}", command="serve")
    if draw.has("--numa-node"):
        text = draw.pick(["0", "0 0", "0 1 0 1", "-1 -1", "x"])
        yield draw.case(f"--num-gpus 2 --numa-node {text}")


@covers("C35 C99", times=2)
def devices(draw: Draw) -> Iterator[Case]:
    """Which GPUs: more than there are, numbers of them, and the environment variable."""
    visible = draw.pick([None, None, "0", "0,1", "0,1,2,3", "", "-1", "GPU-3f2a", "0,,1", "a"])
    env = {} if visible is None else {"CUDA_VISIBLE_DEVICES": visible}
    text = draw.pick(
        ["--num-gpus 2", "--num-gpus 4", "--num-gpus 16", "--gpu-ids 0 1 --num-gpus 4", "",
         "--gpu-ids 0 1 --num-gpus 2", "--gpu-ids a", "--gpu-ids 0,1 --num-gpus 2",
         "--base-gpu-id 2", "--base-gpu-id 9", "--base-gpu-id -1", "--gpu-ids 0 0 --num-gpus 2",
         "--gpu-ids 9 --num-gpus 1", "--num-gpus 0", "--num-gpus -1", "--tp-size 0"],
    )  # fmt: skip
    mode = draw.pick(["", "", " --performance-mode manual"])
    yield draw.case(text + mode, env=env, count=draw.pick([1, 2, 4, 8, 8]), gpu=draw.gpu())


@covers("C34")
def folded_encoder(draw: Draw) -> Iterator[Case | None]:
    """How the text encoder is spread over the GPUs."""
    if draw.has("--encoder-parallel"):
        mode = draw.pick(["auto", "fold", "dp", "replicate"])
        more = draw.pick(["", "--tp-size 2", "--dp-size 2", "--ulysses-degree 4"])
        yield draw.case(f"--num-gpus 4 --encoder-parallel {mode} {more}")
    flag = draw.pick(["--decoder-tp", "--decoder-sp"])
    if draw.has(flag):
        yield draw.case(f"--num-gpus 4 {flag} {draw.pick([1, 2, 3, 4, 8, 0])}")


@covers("C27 later")
def odd_gpu_counts(draw: Draw) -> Iterator[Case]:
    """Counts of GPUs that attention heads can hardly be shared among."""
    yield draw.case(f"--num-gpus {draw.pick([3, 5, 6, 7])}")

"""Spellings of options, right and wrong."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.case import Case
from conformance.draw import Draw, covers
from conformance.makers.values import good

from sgdlint import catalog


@covers("C1", times=3)
def misspelled(draw: Draw) -> Iterator[Case | None]:
    """An option with a slip of the finger, and the option as it should be."""
    command = draw.command()
    flag, option = draw.option(command)
    values = good(draw, option)
    wrong = slip(draw, flag)
    yield draw.case([wrong, *values], command=command, fault=wrong)
    if draw.chance(0.5):
        yield draw.case([flag, *values], command=command)


def slip(draw: Draw, flag: str) -> str:
    """Return a word with one letter lost, doubled, changed or swapped."""
    at = draw.random.randrange(2, len(flag))
    letter = draw.pick("aeinrst-")
    forms = [
        flag[:at] + flag[at + 1 :],
        flag[:at] + letter + flag[at:],
        flag[:at] + letter + flag[at + 1 :],
        flag[:at] + flag[at + 1 : at + 2] + flag[at] + flag[at + 2 :],
    ]
    return draw.pick(forms)


@covers("C1", times=2)
def other_form(draw: Draw) -> Iterator[Case]:
    """An option with underscores, one dash, capitals or a prefix of another tool."""
    command = draw.command()
    flag, option = draw.option(command)
    forms = [
        "--" + flag[2:].replace("-", "_"),
        flag[1:],
        "--" + flag[2:].title(),
        "--no-" + flag[2:],
        "--disable-" + flag[2:].removeprefix("enable-"),
        "--enable-" + flag[2:].removeprefix("enable-"),
    ]
    wrong = draw.pick(forms)
    yield draw.case([wrong, *good(draw, option)], command=command, fault=wrong)


@covers("C1 C10", times=3)
def of_another_release(draw: Draw) -> Iterator[Case]:
    """An option that some release has, used with this one."""
    command = draw.command()
    known = draw.known.options(command)
    other = catalog.load(draw.pick(catalog.releases()))
    flags = [one for one in other.options(command) if one not in known]
    foreign = flags and draw.chance(0.85)
    flag = draw.pick(sorted(flags)) if foreign else draw.option(command)[0]
    option = other.options(command).get(flag) or known[flag]
    yield draw.case([flag, *good(draw, option)], command=command, fault=flag)


INVENTED = (
    "--steps 20", "--cfg 3", "--tp 2", "--tp-degree 2", "--dit-offload", "--gpus 2", "--batch 4",
    "--guidance 4", "--frames 81", "--out x.mp4", "--resolution 1024x1024", "--dtype bf16",
    "--quant fp8", "--lora a/b", "--compile", "--teacache", "--sp 2", "--ulysses 2", "--ring 2",
    "--attention fa", "--backend-attention fa", "--host-name x", "--max-frames 3", "--offload",
    "--mem-fraction-static 0.8", "--tensor-parallel 2", "--context-length 4096", "--fp8",
    "--enable-cache-dit", "--enable-sage", "--sequence-parallel-size 2", "--cfg-parallel", "--fsdp",
)  # fmt: skip


@covers("C1")
def invented(draw: Draw) -> Iterator[Case]:
    """An option that another tool has or that one would expect."""
    text = draw.pick(INVENTED)
    yield draw.case(text, fault=text.split()[0])


@covers("C3", times=2)
def abbreviated(draw: Draw) -> Iterator[Case]:
    """The beginning of an option: taken, ambiguous or unknown."""
    command = draw.command()
    flag, option = draw.option(command)
    short = flag[: draw.random.randrange(min(5, len(flag)), len(flag) + 1)]
    values = good(draw, option)
    joined = len(values) == 1 and draw.chance(0.3)
    words = [f"{short}={values[0]}"] if joined else [short, *values]
    yield draw.case(words, command=command, fault=short)


@covers("C1")
def stray(draw: Draw) -> Iterator[Case]:
    """A word that belongs to no option, and one that belongs to the prompt."""
    word = draw.pick(["stray", "a cat", "-", "-x", "-1", "true", "2", "--=x", "run.sh", "–-seed"])
    flag = draw.pick(["--num-gpus 2", "--port 8000", "--enable-torch-compile true"])
    yield draw.case([*flag.split(), word], command="serve", fault=word)
    yield draw.case([*flag.split(), word], command="generate", fault=word)


@covers("C1")
def double_dash(draw: Draw) -> Iterator[Case]:
    """Words around `--`, which ends the options."""
    rest = draw.pick([[], ["x"], ["--num-gpus", "2"], ["--seed", "3"]])
    yield draw.case(["--num-gpus", "2", "--", *rest], fault=" ".join(["--", *rest]))


COMPONENTS = (
    "vae", "vea", "text-encoder", "text_encoder", "transformer", "transformer-2", "transfomer",
    "scheduler", "ouput", "image-encoder", "tokenizer", "lora-weights", "loras", "config-file",
)  # fmt: skip


@covers("C2", times=2)
def component(draw: Draw) -> Iterator[Case]:
    """Options that SGLang takes for any component, and such that look like them."""
    name = draw.pick(COMPONENTS)
    form = draw.pick(
        ["--{}-path", "--{}-path", "--{}_path", "--component-paths.{}", "--component_paths.{}",
         "--component-attention-backends.{}", "--{}-weights-path", "--{}-quantization",
         "--component-precisions.{}", "--component-quantizations.{}", "--{}-precision",
         "--component-direct-gpu-weight-loading.{}", "--{}-cpu-offload"],
    )  # fmt: skip
    flag = form.format(name)
    values = draw.pick(
        [["a/b"], ["x"], ["fa"], ["bf16"], ["fp8"], ["true"], [], ["-1"], ["a", "b"]]
    )
    joined = len(values) == 1 and draw.chance(0.3)
    words = [f"{flag}={values[0]}"] if joined else [flag, *values]
    extra = " " + " ".join(values[1:]) if len(values) > 1 else ""
    yield draw.case(words, fault=flag + extra)


@covers("C2")
def component_path(draw: Draw) -> Iterator[Case]:
    """The path of a component, given and forgotten."""
    flag = f"--{draw.pick(COMPONENTS)}-path"
    yield draw.case([flag, "a/b"])
    yield draw.case(draw.pick([[flag], [flag, "--port", "8000"]]), command="serve", fault=flag)


@covers("C3 C4 C5 C6")
def without_effect(draw: Draw) -> Iterator[Case]:
    """Spellings that some releases take and do not read."""
    text = draw.pick(
        ["--num-gpu 4", "--tp 2", "--ulysses 4", "--warmup-res 256x256", "--dp 1", "--dp 2",
         "--cfg-parallel-size 1", "--cfg-parallel-size 2", "--data-parallel-size 2",
         "--dp-size 1", "--pipeline WanPipeline", "--moba-config-path x.json",
         "--mask-strategy-file-path x.json", "--diffusers-attention-backend flash",
         "--srt-encoder-connection-timeout 3", "--transformer-weights x.safetensors"],
    )  # fmt: skip
    yield draw.case(f"{text} --num-gpus 4" if draw.chance(0.5) else text, gpu=draw.gpu())


@covers("C7 C10")
def renamed(draw: Draw) -> Iterator[Case]:
    """Options that another release has under this or another name."""
    text = draw.pick(
        ["--warmup", "--warmup true", "--warmup false", "--warmup=true", "--server-warmup",
         "--warmup-mode request", "--warmup-mode server", "--warmup-mode off", "--mode speed",
         "--mode inference", "--mode memory", "--performance-mode speed", "--decoder-tp 2",
         "--decoder-sp 2", "--model-id Qwen-Image", "--pipeline-class-name QwenImagePipeline",
         "--performance-mode manual", "--warmup-resolutions 1024x1024", "--warmup-steps 2"],
    )  # fmt: skip
    yield draw.case(text)

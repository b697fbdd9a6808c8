"""What is asked of the model: prompts, images, sizes and other request parameters."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.case import Case
from conformance.draw import Draw, covers

LIMITS = {
    "--width": ("1024", "0", "-8", "1", "1000", "7"),
    "--height": ("720", "0", "-8", "1", "721"),
    "--num-frames": ("81", "80", "0", "-1", "1", "5", "121"),
    "--num-inference-steps": ("20", "0", "-1", "1", "1000"),
    "--seed": ("0", "42", "-1", "7 8", "7 -8", "99999999999"),
    "--fps": ("24", "0", "-1"),
    "--guidance-scale": ("5", "1", "0", "-1", "nan", "inf", "1e3"),
    "--guidance-scale-2": ("3", "-1", "nan"),
    "--true-cfg-scale": ("4", "-1", "inf"),
    "--guidance-rescale": ("0.7", "-0.1"),
    "--num-outputs-per-prompt": ("1", "4", "0", "-1"),
    "--boundary-ratio": ("0.9", "1.5", "-0.1", "0", "1", "nan"),
    "--output-quality": ("best", "default", "high", "perfect", "maximum"),
    "--output-compression": ("50", "-1", "101"),
    "--frame-interpolation-exp": ("1", "2", "0", "9", "-1"),
    "--frame-interpolation-scale": ("1.0", "0", "9", "0.5"),
    "--upscaling-scale": ("2", "0", "99", "4"),
    "--progressive-mode": ("fullres", "dct", "fast"),
    "--progressive-levels": ("2", "0"),
    "--progressive-delta": ("0.5", "0", "1", "1.5"),
    "--x264-preset": ("fast", "quick", "slow"),
    "--quality": ("lossless", "high", "exact", "extra-high", "low", "ultra"),
    "--teacache-params": ("{}", "x"),
    "--skip-softmax-params": ('{"threshold_scale_factor": 2.0}', "{}", "[1]", '{"x": 1}'),
    "--max-sequence-length": ("512", "0", "-1"),
    "--strength": ("0.5", "2", "-1"),
    "--prompt-path": ("prompts.txt", "prompts.json", "none.txt"),
}


@covers("C15", times=6)
def limits(draw: Draw) -> Iterator[Case | None]:
    """A request parameter at, below and beyond its limits."""
    flag = draw.pick(sorted(LIMITS))
    if not draw.has(flag, "generate"):
        return
    value = draw.pick(LIMITS[flag])
    files = {"prompts.txt": "a cat\na dog\n", "prompts.json": "[]"} if "path" in flag else {}
    words = [flag, value] if "{" in value else [flag, *value.split()]
    if len(words) == 2 and value.startswith("-"):
        words = [f"{flag}={value}"] if draw.chance(0.3) else words
    yield draw.case(words, command="generate", files=files, fault=flag)
    yield draw.case([flag, *LIMITS[flag][0].split()], command="generate", files=files)


@covers("C15", times=2)
def sizes(draw: Draw) -> Iterator[Case]:
    """Sizes and frames that models round, refuse or only warn about."""
    width, height = draw.pick([512, 832, 1024, 1280, 1000, 8]), draw.pick([480, 512, 720, 1024, 3])
    frames = draw.pick(["", "--num-frames 81", "--num-frames 80", "--num-frames 5"])
    count = draw.pick(["", "--num-gpus 2", "--num-gpus 4"])
    text = f"--width {width} --height {height} {frames} {count}"
    yield draw.case(text if draw.chance(0.8) else f"--width {width}", command="generate")


@covers("C11", times=2)
def on_the_server(draw: Draw) -> Iterator[Case]:
    """A request parameter on `serve`, which has none, and a server option on `generate`."""
    serve, both = draw.known.options("serve"), draw.known.options("generate")
    only = sorted(flag for flag in both if flag not in serve)
    flag = draw.pick(["--num-inference-steps", "--prompt", "--width", "--seed", draw.pick(only)])
    value = "5" if both[flag].takes_value else ""
    yield draw.case(f"{flag} {value}", command="serve", fault=flag)
    yield draw.case(f"{flag} {value}", command="generate", fault=flag)


@covers("C12")
def of_another_model(draw: Draw) -> Iterator[Case | None]:
    """Request parameters that only some models read."""
    text = draw.pick(["--guidance-scale-2 3", "--boundary-ratio 0.9", "--true-cfg-scale 4",
                      "--action x", "--streaming", "--refiner-chunked", "--num-layers 4",
                      "--use-pe", "--negative-prompt x", "--task-type t2v"])  # fmt: skip
    if draw.has(text.split()[0], "generate") or draw.chance(0.1):
        yield draw.case(text, command="generate")


@covers("C13", times=2)
def prompts(draw: Draw) -> Iterator[Case]:
    """One prompt, several, none, and the name of one output file."""
    prompt = draw.pick([["a cat"], ["a", "photo", "of", "a", "cat"], ["a cat", "a dog"], [""], []])
    more = draw.pick([[], ["--output-file-name", "x.mp4"], ["--output-path", "out"],
                      ["--seed", "1", "2"], ["--output-file-name", "x"]])  # fmt: skip
    model = draw.model(lambda one: not one.requires_image)
    words = ["generate", "--model-path", model, "--prompt", *prompt, *more]
    if not prompt and draw.chance(0.5):
        words.remove("--prompt")
    yield Case(tuple(words), fault=("--prompt", *prompt[1:], *more[:1]))


@covers("C14", times=4)
def images(draw: Draw) -> Iterator[Case]:
    """An image where the model needs one, where it may have one, and where it takes none."""
    needed = draw.chance(0.6)
    model = draw.model(lambda one: one.requires_image if needed else not one.accepts_image)
    given = draw.pick([True, False])
    flag = "--image-path"
    yield draw.case("", command="generate", model=model, image=given, fault=flag)
    yield draw.case("", command="generate", model=model, image=not given, fault=flag)


@covers("C14")
def videos(draw: Draw) -> Iterator[Case | None]:
    """A video as input."""
    if draw.has("--video-path", "generate"):
        yield draw.case("--video-path v.mp4", command="generate")
        model = draw.model(lambda one: "V2V" in (one.task or "") or "Animate" in one.id)
        if model:
            video = draw.pick(["--video-path v.mp4", ""])
            yield draw.case(video, model=model, command="generate", fault="--video-path")
    text = draw.pick(["--image-path a.png b.png", "--image-path a.png,b.png", "--image-path"])
    yield draw.case(text, command="generate", image=False)


@covers("C96 C50", times=2)
def adapters(draw: Draw) -> Iterator[Case]:
    """LoRA adapters and their options."""
    text = draw.pick(
        ["--lora-path a/b", "--lora-path a/b --lora-scale 0.5", "--lora-scale 0.5",
         "--lora-nickname x", "--lora-path a/b --lora-alpha 0", "--lora-path a/b --lora-alpha 16",
         "--lora-path a/b --lora-alpha -1", "--lora-path a/b --lora-merge-mode dynamic",
         "--lora-path a/b --lora-merge-mode always", "--lora-path a/b --lora-weight-name w",
         "--lora-path", "--lora-path a/b c/d", "--lora-target-modules q k", "--lora-alpha 0"],
    )  # fmt: skip
    flag = next((one for one in reversed(text.split()) if one.startswith("--")), "")
    if draw.has(flag) or draw.chance(0.1):
        yield draw.case(text)

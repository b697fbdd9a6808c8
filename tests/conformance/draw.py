"""What the generators draw from: the options and models of a release, and a source of chance."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from random import Random

from conformance.case import Case

from sgdlint import catalog
from sgdlint.catalog import Model, Option

COMMON = (
    "Qwen/Qwen-Image",
    "Wan-AI/Wan2.2-T2V-A14B-Diffusers",
    "Wan-AI/Wan2.1-T2V-1.3B-Diffusers",
    "black-forest-labs/FLUX.1-dev",
    "black-forest-labs/FLUX.2-dev",
    "Tongyi-MAI/Z-Image-Turbo",
    "hunyuanvideo-community/HunyuanVideo",
    "Wan-AI/Wan2.2-TI2V-5B-Diffusers",
)
GPUS = ("H100", "H100", "H100", "H100", "H200", "A100", "B200", "RTX4090", "RTX5090", "L40S")
PROMPTS = ("a cat", "x", "A fox in the snow, cinematic", "ein Hund läuft", "--", "...")
SKIPPED = frozenset(("help", "config", "model_path", "plugin", "text_encoder_configs"))

Maker = Callable[["Draw"], Iterable[Case | None]]
MAKERS: dict[str, tuple[str, Maker, int]] = {}
"""By name: the checks that a generator covers, the generator, and how often it is asked."""


def covers(checks: str, times: int = 1) -> Callable[[Maker], Maker]:
    """Enter a generator of commands under the checks that it is about."""

    def enter(maker: Maker) -> Maker:
        name = maker.__name__
        assert name not in MAKERS, f"two generators are named {name}"
        MAKERS[name] = (checks, maker, times)
        return maker

    return enter


class Draw:
    """A release and a source of chance, with what makes writing generators short."""

    def __init__(self, release: str, random: Random) -> None:
        self.release = release
        self.known = catalog.load(release)
        self.random = random
        self.pick = random.choice
        self.models = [one for one in self.known.models() if one.id]

    def chance(self, share: float) -> bool:
        """Return true in that share of the draws."""
        return self.random.random() < share

    def has(self, flag: str, command: str = "serve") -> bool:
        """Whether the release has an option."""
        return flag in self.known.options(command)

    def options(self, command: str) -> dict[str, list[tuple[str, Option]]]:
        """Return the options of a command, their spellings together, without awkward ones."""
        found: dict[str, list[tuple[str, Option]]] = {}
        for flag, option in self.known.options(command).items():
            if option.dest not in SKIPPED:
                found.setdefault(option.dest, []).append((flag, option))
        return found

    def option(self, command: str) -> tuple[str, Option]:
        """Return an option of a command in one of its spellings."""
        options = self.options(command)
        return self.pick(options[self.pick(sorted(options))])

    def model(self, wanted: Callable[[Model], object] = lambda model: True) -> str:
        """Return a model that fits: a common one half of the time, where one fits."""
        fitting = sorted({one.id for one in self.models if wanted(one)})
        common = [one for one in COMMON if one in fitting]
        return self.pick(common if common and self.chance(0.5) else fitting) if fitting else ""

    def command(self) -> str:
        """Return `generate` or `serve`."""
        return self.pick(["generate", "serve"])

    def gpu(self) -> str:
        """Return a GPU, most often an H100."""
        return self.pick(GPUS)

    def switch(self, flag: str) -> str:
        """Return a boolean option in one of its right forms."""
        return self.pick([flag, f"{flag} true", f"{flag} false"])

    def base(self, command: str, model: str, image: bool | None = None) -> list[str]:
        """Return the words that every command needs."""
        words = [command, "--model-path", model]
        if command == "serve":
            return words
        found = self.known.model(model)
        words += ["--prompt", self.pick(PROMPTS[:4])]
        if image is None:
            image = bool(found and found.requires_image)
        return [*words, "--image-path", "a.png"] if image else words

    def case(
        self,
        text: str | Sequence[str] = "",
        *,
        model: str = "",
        command: str = "",
        env: dict[str, str] | None = None,
        fault: str | None = None,
        image: bool | None = None,
        files: dict[str, str] | None = None,
        gpu: str = "H100",
        count: int = 8,
    ) -> Case:
        """Return a command with some words after or before the usual ones.

        fault: what is to blame if it is refused; every option of the words when left out.
        """
        words = shlex.split(text) if isinstance(text, str) else list(text)
        command = command or self.command()
        base = self.base(command, model or self.model(), image)
        argv = [*base, *words] if self.chance(0.8) else [command, *words, *base[1:]]
        blamed = options_in(words) + list(env or {}) if fault is None else fault.split()
        return Case(tuple(argv), env or {}, gpu, count, files or {}, tuple(blamed))


def options_in(words: Iterable[str]) -> list[str]:
    """Return the options among some words, without their values."""
    return list(dict.fromkeys(word.partition("=")[0] for word in words if word.startswith("--")))


def drawn(release: str, seed: str) -> Iterator[Case]:
    """Yield commands without end, each generator in turn."""
    makers = sorted(MAKERS.items())
    draws = {name: Draw(release, Random(f"{seed}/{release}/{name}")) for name, _ in makers}
    while True:
        for name, (checks, maker, times) in makers:
            for _ in range(times):
                for case in maker(draws[name]):
                    if case is not None:
                        yield replace(case, release=release, check=checks, maker=name)

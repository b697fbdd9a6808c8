"""`sgdlint recommend`: arguments → the best command that is known, on standard output."""

from __future__ import annotations

import os
import sys

from sgdlint import catalog, recommended, rulepack
from sgdlint.arguments import Arguments
from sgdlint.checking import CLEAN, FOUND, options_of
from sgdlint.launch.launch import sure_model
from sgdlint.quick import fullmatch
from sgdlint.recommend import KINDS, Wish, recommend
from sgdlint.record import replace
from sgdlint.rules import recipes
from sgdlint.stated import OptionError, hardware_of, known_release, positive_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.recommend import Recommendation

WIDTH = 100
NARROWEST = 60


def run(arguments: Arguments) -> int:
    """Print the recommendation; return 1 when there is none without an error in it."""
    wish = wish_of(arguments)
    since = _known_elsewhere(wish)
    if since:
        told = f"SGLang {wish.options.sglang} does not know {wish.model}; {since} does"
        print(f"sgdlint: error: {told} (--sglang {since})", file=sys.stderr)
        return FOUND
    found = recommend(wish, rulepack.load(), recipes.load())
    errors = [one for one in found.notes if one.severity in ("error", "warning")]
    for one in errors:
        print(f"sgdlint: {one.severity} {one.code}: {one.message}", file=sys.stderr)
    _say(found)
    hardware = hardware_of(wish.options, [])
    memory = hardware.vram_gib or (hardware.gpu.memory_gib if hardware.gpu else None)
    if arguments.format in recommended.FRAGMENTS:
        sys.stdout.write(recommended.FRAGMENTS[arguments.format](found))
    elif arguments.format == "json":
        sys.stdout.write(recommended.as_json(found, memory))
    else:
        sys.stdout.write(recommended.text(found, memory, _width()))
    return FOUND if errors else CLEAN


def wish_of(arguments: Arguments) -> Wish:
    """Return what the user asks for; raises OptionError."""
    if not arguments.model:
        raise OptionError("--model is needed: an id such as Qwen/Qwen-Image, or a folder")
    if arguments.serve and arguments.generate:
        raise OptionError("--serve and --generate exclude each other")
    if arguments.task and arguments.task.lower() not in KINDS:
        raise OptionError(f"--task: {arguments.task!r} is not one of {', '.join(KINDS)}")
    if arguments.gpu and not arguments.gpus and arguments.gpu != "auto":
        arguments = Arguments(**{**vars(arguments), "gpus": "1"})
    more = {"select": [], "ignore": [], "kind": "", "sglang": []}
    options = options_of(Arguments(**{**vars(arguments), **more}))
    release = known_release(arguments.sglang) if arguments.sglang else catalog.newest()
    return Wish(
        arguments.model,
        replace(options, sglang=release),
        "generate" if arguments.generate else "serve",
        arguments.goal,
        (arguments.task or "").lower(),
        _size(arguments.size),
        positive_whole(arguments.frames) if arguments.frames else 0,
        arguments.lossy,
    )


def _size(text: str) -> tuple[int, int]:
    if not text:
        return 0, 0
    match = fullmatch(r"([1-9]\d{1,4})[xX×]([1-9]\d{1,4})", text)
    if match is None:
        raise OptionError(f"--size: {text!r} is not WIDTHxHEIGHT, as 1024x1024")
    return int(match[1]), int(match[2])


def _known_elsewhere(wish: Wish) -> str:
    """Return the newest release that knows a model which the one in force does not; else ""."""
    if sure_model(catalog.load(str(wish.options.sglang)), wish.model) is not None:
        return ""
    newest_first = reversed(catalog.releases())
    return next((one for one in newest_first if sure_model(catalog.load(one), wish.model)), "")


def _say(found: Recommendation) -> None:
    """Tell on standard error what the recommendation does not know."""
    wish = found.wish
    if found.model is None:
        kind = KINDS.get(wish.task, "any kind (--task says which)")
        print(
            f"sgdlint: SGLang {wish.options.sglang} does not know {wish.model}: this is the general"
            f" recipe for {kind}. A folder of a known model is told with --model ID instead",
            file=sys.stderr,
        )
    if not wish.options.gpu and wish.options.vram is None:
        print(
            "sgdlint: no GPU was named, so memory is not weighed; --gpu NAME (or auto) tells it",
            file=sys.stderr,
        )


def _width() -> int:
    if not sys.stdout.isatty():
        return WIDTH
    return max(NARROWEST, min(WIDTH, os.get_terminal_size(sys.stdout.fileno()).columns))

"""`sgdlint recommend`: arguments → the best command that is known, on standard output."""

from __future__ import annotations

import sys

from sgdlint import catalog, recommended, rulepack
from sgdlint.arguments import Arguments
from sgdlint.checking import CLEAN, FOUND, options_of
from sgdlint.files import Neighbours
from sgdlint.fragments import FRAGMENTS
from sgdlint.nearest import nearest
from sgdlint.quick import fullmatch
from sgdlint.recommend import KINDS, Wish, model_of, recommend
from sgdlint.record import replace
from sgdlint.rules import recipes
from sgdlint.showing import width_of
from sgdlint.source import Source
from sgdlint.stated import (
    OptionError,
    hardware_of,
    known_release,
    positive_whole,
    release_of_project,
    settings_of_project,
    with_machine,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgdlint.recommend import Recommendation
    from sgdlint.source import Nearby
    from sgdlint.stated import Options

WIDTH = 100
NARROWEST = 60
MEANT = 0.85
"""How near the name of a model is to a known one that was probably meant: many are alike."""


def run(arguments: Arguments) -> int:
    """Print the recommendation; return 1 when there is none without an error in it."""
    wish = wish_of(arguments, Neighbours(""))
    since = _known_elsewhere(wish)
    if since:
        told = f"SGLang {wish.options.sglang} does not know {wish.like or wish.model}; {since} does"
        print(f"sgdlint: error: {told} (--sglang {since})", file=sys.stderr)
        return FOUND
    found = recommend(wish, rulepack.load(), recipes.load())
    errors = [one for one in found.notes if one.severity in ("error", "warning")]
    for one in errors:
        print(f"sgdlint: {one.severity} {one.code}: {one.message}", file=sys.stderr)
    _say(found)
    hardware = hardware_of(wish.options, [])
    memory = hardware.vram_gib or (hardware.gpu.memory_gib if hardware.gpu else None)
    if arguments.format in FRAGMENTS:
        sys.stdout.write(FRAGMENTS[arguments.format](found))
    elif arguments.format == "json":
        sys.stdout.write(recommended.as_json(found, memory))
    else:
        sys.stdout.write(recommended.text(found, memory, _width()))
    return FOUND if errors else CLEAN


def wish_of(arguments: Arguments, near: Nearby) -> Wish:
    """Return what the user asks for, or the project around; raises OptionError."""
    if not arguments.model:
        raise OptionError("--model is needed: an id such as Qwen/Qwen-Image, or a folder")
    if arguments.serve and arguments.generate:
        raise OptionError("--serve and --generate exclude each other")
    if arguments.task and arguments.task.lower() not in KINDS:
        raise OptionError(f"--task: {arguments.task!r} is not one of {', '.join(KINDS)}")
    more = {"select": [], "ignore": [], "kind": "", "sglang": []}
    options = _with_project(
        options_of(Arguments(**{**vars(arguments), **more})), arguments.sglang, near
    )
    if arguments.like:
        _check_like(arguments.like, str(options.sglang))
    return Wish(
        arguments.model,
        options,
        "generate" if arguments.generate else "serve",
        options.goal,
        (arguments.task or "").lower(),
        _size(arguments.size),
        positive_whole(arguments.frames) if arguments.frames else 0,
        arguments.lossy,
        arguments.like,
    )


def _with_project(options: Options, release: str, near: Nearby) -> Options:
    """Return the options, and what the settings of the project say where they say nothing."""
    project = settings_of_project(near)
    stated = None if release else release_of_project(Source("recommended.sh", "", near=near))
    named = known_release(release) if release else catalog.newest()
    machine = with_machine(hardware_of(options, []), project)
    gpu = machine.gpu.name if machine.gpu and not options.gpu else options.gpu
    goal = options.goal or project.goal
    return replace(
        options,
        sglang=stated.releases[-1] if stated else named,
        gpu=gpu,
        vram=machine.vram_gib,
        gpus=machine.count or (1 if gpu else None),
        goal=goal if goal in recipes.GOALS else "latency",
    )


def _check_like(like: str, release: str) -> None:
    """Refuse a model to compare with that no release knows."""
    if any(model_of(one, like) for one in (release, *catalog.releases())):
        return
    from sgdlint.nearest import nearest

    hint = nearest(like, [one.id for one in catalog.load(release).models()])
    told = f"; did you mean {hint!r}?" if hint else "; `sgdlint catalog model` lists them"
    raise OptionError(f"--like: SGLang knows no {like!r}{told}")


def _size(text: str) -> tuple[int, int]:
    if not text:
        return 0, 0
    match = fullmatch(r"([1-9]\d{1,4})[xX×]([1-9]\d{1,4})", text)
    if match is None:
        raise OptionError(f"--size: {text!r} is not WIDTHxHEIGHT, as 1024x1024")
    return int(match[1]), int(match[2])


def _known_elsewhere(wish: Wish) -> str:
    """Return the newest release that knows a model which the one in force does not; else "".

    Who has its id knows it better than who takes it for another one by a pattern of its name.
    """
    path = wish.like or wish.model
    here = model_of(str(wish.options.sglang), path)
    if here is not None and here.how != "detector":
        return ""
    newest_first = [(one, model_of(one, path)) for one in reversed(catalog.releases())]
    known = [(one, model) for one, model in newest_first if model is not None]
    surely = [one for one, model in known if model.how != "detector"]
    return next(iter(surely or ([] if here else [one for one, _ in known])), "")


def _say(found: Recommendation) -> None:
    """Tell on standard error what the recommendation does not know."""
    for line in (*_of_model(found), *_of_machine(found)):
        print(f"sgdlint: {line}", file=sys.stderr)


def _of_model(found: Recommendation) -> Iterator[str]:
    wish, release = found.wish, str(found.wish.options.sglang)
    if found.model is None:
        kind = KINDS.get(wish.task, "any kind (--task says which)")
        names = [name for model in catalog.load(release).models() for name in model.ids]
        near = nearest(wish.model, names, MEANT)
        hint = f"; did you mean {near}? This" if near else ": this"
        yield f"SGLang {release} does not know {wish.model}{hint} is the general recipe for {kind}"
        yield "--like MODEL takes the recipe of a known model, for another checkpoint of it"
    elif wish.like:
        yield f"{wish.model} is taken to have the parts, sizes and steps of {wish.like}"
        if not catalog.load(release).flag(wish.command, "model_id"):
            name = wish.like.rpartition("/")[2]
            yield f"SGLang {release} has no --model-id: call the folder {name}, that it knows it"
    elif found.model.how == "detector":
        yield f"SGLang {release} takes {wish.model} for {found.model.family} by its name; its"
        yield "files may say otherwise, so nothing is reckoned with its layers and its memory"


def _of_machine(found: Recommendation) -> Iterator[str]:
    if not found.wish.options.gpu and found.wish.options.vram is None:
        yield "no GPU was named, so memory is not weighed; --gpu NAME (or auto) tells it"


def _width() -> int:
    if not sys.stdout.isatty():
        return WIDTH
    return max(NARROWEST, min(WIDTH, width_of(sys.stdout)))

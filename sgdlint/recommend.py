"""Model, machine and goal → the best command that is known, with its reasons. Reads no files.

`docs/recipes.md` describes how. A step is taken when its condition is certainly true of the command
so far, and taken back when sgdlint's own rules then find what they did not find before.
"""

from __future__ import annotations

from sgdlint import catalog, quick
from sgdlint.linter import check
from sgdlint.record import record, replace
from sgdlint.rules.facts import Derived, Facts
from sgdlint.rules.filling import filled
from sgdlint.rules.logic import ABSENT, Value, holds, known
from sgdlint.rules.model import holds as in_range
from sgdlint.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from sgdlint.catalog import Model
    from sgdlint.catalog.memory import Estimate
    from sgdlint.finding import Finding
    from sgdlint.launch.launch import Launch
    from sgdlint.rules.pack import Pack
    from sgdlint.rules.recipes import Recipe, Step
    from sgdlint.stated import Options

PROMPT = "A red fox in the snow"
IMAGE = "input.png"
UNWANTED = ("error", "warning", "perf")
"""Severities that a step must not bring; where memory is the goal, it may be slow."""
KINDS = {"image": "image", "video": "video", "t2i": "image", "i2i": "image", "ti2i": "image"}
KINDS |= {"t2v": "video", "i2v": "video", "ti2v": "video"}
"""What each task makes."""
WARMED = ("warmup_resolutions", "warmup_num_frames")
PLAIN = r"[\w@%+=:,./-]+"


@record
class Wish:
    """What the user asks for. size: width and height; frames: of a video; each 0 when not said.

    options: one release, the GPUs. task: one of KINDS, or "". like: a known model that this one is
    another checkpoint of, or "".
    """

    model: str
    options: Options
    command: str = "serve"
    goal: str = "latency"
    task: str = ""
    size: tuple[int, int] = (0, 0)
    frames: int = 0
    lossy: bool = False
    like: str = ""


@record
class Command:
    """A command that is put together: options by destination, and variables, in order."""

    release: str
    command: str
    options: tuple[tuple[str, str], ...]
    env: tuple[tuple[str, str], ...] = ()

    def words(self) -> list[tuple[str, ...]]:
        """Return the words of each option, as the release spells it."""
        spelt = ((self.flag(name), value) for name, value in self.options)
        return [(flag, value) if value else (flag,) for flag, value in spelt]

    def flag(self, name: str) -> str:
        """Return how an option is written: as it is called, where the release has that."""
        usual, here = "--" + name.replace("_", "-"), catalog.load(self.release)
        if usual in here.options(self.command):
            return usual
        return here.flag(self.command, name) or usual

    def has(self, names: Iterable[str]) -> bool:
        """Whether one of some options or variables is set."""
        mine = {name for name, _ in (*self.options, *self.env)}
        return any(name in mine for name in names)

    def plus(self, step: Filled) -> Command:
        """Return the command with what a step sets."""
        options = sorted((*self.options, *step.options), key=_model_first)
        return replace(self, options=tuple(options), env=(*self.env, *step.env))

    def text(self, between: str = " ") -> str:
        """Return it as bash reads it; between: what stands between two options."""
        head = [f"{name}={quoted(value)}" for name, value in self.env]
        head += ["sglang", self.command]
        rest = [" ".join(map(quoted, words)) for words in self.words()]
        return between.join([" ".join(head), *rest])


@record
class Filled:
    """A step with its values filled in for one launch."""

    step: Step
    options: tuple[tuple[str, str], ...]
    env: tuple[tuple[str, str], ...]
    instead: tuple[tuple[str, str], ...] = ()


@record
class Refused:
    """A step that was taken back, or a variant that is not shown: what the rules find."""

    step: Step
    findings: tuple[str, ...]


@record
class Variant:
    """Another command: kind is `measure` (of a step that is taken), `later` or `lossy`.

    notes: what sgdlint says of it.
    """

    kind: str
    step: Step
    command: Command
    notes: tuple[Finding, ...] = ()


@record
class Recommendation:
    """What is recommended. model: None when the release does not know it; see `model_of`.

    recipes: the titles of those that have a step for the wish. notes: what sgdlint says of the
    command as it is. estimate: of the memory on each GPU; None when nothing is known of it. fits:
    None: not known.
    """

    wish: Wish
    model: Model | None
    recipes: tuple[str, ...]
    command: Command
    taken: tuple[Filled, ...]
    refused: tuple[Refused, ...]
    variants: tuple[Variant, ...]
    notes: tuple[Finding, ...]
    estimate: Estimate | None
    fits: bool | None


def recommend(wish: Wish, pack: Pack, recipes: Sequence[Recipe]) -> Recommendation:
    """Return the command for a wish; the recipes are in the order in which they count."""
    return _Search(wish, pack, recipes).result()


def model_of(release: str, path: str) -> Model | None:
    """Return the model of a path, as far as the release tells by the path alone.

    Its `how` may be `detector`: then a file of the checkpoint could tell SGLang otherwise, so its
    recipes count, and facts of it do not.
    """
    model = catalog.load(release).model(path) if path else None
    return model if model is not None and model.is_settled else None


def fitting(recipes: Sequence[Recipe], model: Model | None, kind: str = "") -> list[Recipe]:
    """Return the recipes for a model; kind: what a model makes that is not known."""
    return [one for one in recipes if one.is_for(model, kind)]


def _brings_weights(step: Step) -> bool:
    """Whether a step names weights of one checkpoint, which are not those of another one."""
    return any(name.endswith("_path") for name, _ in step.set)


def _model_first(option: tuple[str, str]) -> bool:
    """Return a key that sorts the model before the rest."""
    return option[0] != "model_path"


def quoted(text: str) -> str:
    """Return a word as it is written in bash."""
    return text if quick.fullmatch(PLAIN, text) else "'" + text.replace("'", "'\\''") + "'"


class _Asked(Facts):
    """The facts of a launch whose requests have the size that the user tells."""

    size: tuple[int, int] = (0, 0)
    frames = 0

    def _option(self, name: str) -> Value:
        told = {"width": self.size[0], "height": self.size[1], "num_frames": self.frames}
        if self.launch.command == "serve" and told.get(name):
            return known(told[name])
        if name in WARMED:  # the warmup has the shape of the requests, so it takes no more memory
            return ABSENT
        return super()._option(name)


class _Search:
    """Puts the steps together."""

    def __init__(self, wish: Wish, pack: Pack, recipes: Sequence[Recipe]) -> None:
        self.wish, self.pack = wish, pack
        self.options = replace(wish.options, goal="")  # what recipes have is asked here
        self.release = str(wish.options.sglang)
        self.derived = Derived(pack, self.release)
        self.model = model_of(self.release, wish.like or wish.model)
        self.recipes = fitting(recipes, self.model, KINDS.get(wish.task, ""))
        self.command = self.start()
        self.taken: list[Filled] = []
        self.refused: list[Refused] = []
        self.known: dict[Command, tuple[Facts | None, list[Finding]]] = {}

    def start(self) -> Command:
        """Return the command before any step."""
        wish = self.wish
        options = [("model_path", wish.like or wish.model)]
        if wish.command == "serve":
            options.append(("port", "30000"))
            return Command(self.release, wish.command, tuple(options))
        options.append(("prompt", PROMPT))
        if self.model is not None and self.model.requires_image:
            options.append(("image_path", IMAGE))
        if all(wish.size):
            options += [("width", str(wish.size[0])), ("height", str(wish.size[1]))]
        if wish.frames:
            options.append(("num_frames", str(wish.frames)))
        return Command(self.release, wish.command, tuple(options))

    def result(self) -> Recommendation:
        steps = [step for recipe in self.recipes for step in recipe.steps if self.in_force(step)]
        for step in steps:
            if not step.later and not step.lossy:
                self.take(step)
        variants = tuple(self.variants(steps))
        facts = self.facts(self.command)
        fits = None if facts is None else facts.lookup("memory", "fits").values
        return Recommendation(
            self.wish,
            self.model,
            tuple(one.title for one in self.recipes if any(map(self.in_force, one.steps))),
            self.named(self.command),
            tuple(self.taken),
            tuple(self.refused),
            variants,
            tuple(self.findings(self.command)),
            None if facts is None else _estimate(facts),
            fits[0] if fits and len(fits) == 1 else None,
        )

    def in_force(self, step: Step) -> bool:
        wish = self.wish
        return (
            in_range(self.release, step.since, step.until)
            and wish.command in step.commands
            and wish.goal in step.goals
            and (wish.lossy or not step.lossy)
            and not (wish.like and _brings_weights(step))
        )

    # --- steps ------------------------------------------------------------------------------------

    def take(self, step: Step) -> None:
        """Add a step to the command if it may be."""
        decided = {one.step.decides for one in self.taken if one.step.decides}
        taken = None if step.decides in decided else self.filled(step, self.command)
        if taken is None:
            return
        after = self.command.plus(taken)
        new = self.new_findings(self.command, after)
        if new:
            self.refused.append(Refused(step, new))
            return
        self.command = after
        self.taken.append(taken)

    def filled(self, step: Step, command: Command) -> Filled | None:
        """Return a step with its values, when its condition is certain and all are known."""
        facts = self.facts(command)
        if step.when is not None and (facts is None or not holds(step.when, facts.lookup)):
            return None
        parts = [filled(some, facts, self.asked) for some in (step.set, step.env, step.instead)]
        if any(part is None for part in parts):
            return None
        options, env, instead = (part or () for part in parts)
        if command.has([name for name, _ in (*options, *env)]):
            return None
        return Filled(step, options, env, instead)

    def asked(self, name: str) -> str | None:
        """Return the size or the frames of a request, as asked for or as the model has them."""
        usual = self.model.defaults if self.model is not None else {}
        if name == "frames":
            frames = self.wish.frames or usual.get("num_frames") or 1
            return str(frames) if frames > 1 else None
        if name != "size":
            return None
        width, height = self.wish.size
        width, height = width or usual.get("width") or 0, height or usual.get("height") or 0
        return f"{width}x{height}" if width and height else None

    # --- other commands ---------------------------------------------------------------------------

    def variants(self, steps: Iterable[Step]) -> Iterable[Variant]:
        """Yield what to measure, what to try next, and what costs quality."""
        for one in self.taken:
            if one.instead:
                yield from self.variant("measure", one.step, one.instead, ())
        for step in steps:
            kind = "lossy" if step.lossy else "later" if step.later else ""
            if not kind:
                continue
            if step.decides and any(one.step.decides == step.decides for one in self.taken):
                continue
            other = self.filled(step, self.without(step))
            if other is not None:
                yield from self.variant(kind, step, other.options, other.env)

    def without(self, step: Step) -> Command:
        """Return the command without what a step replaces, or sets in another way."""
        names = {name for name, _ in (*step.set, *step.env)}
        for one in self.taken:
            if one.step is step or (step.replaces and one.step.decides == step.replaces):
                names |= {name for name, _ in (*one.options, *one.env)}
        options = tuple(one for one in self.command.options if one[0] not in names)
        env = tuple(one for one in self.command.env if one[0] not in names)
        return replace(self.command, options=options, env=env)

    def variant(
        self,
        kind: str,
        step: Step,
        options: tuple[tuple[str, str], ...],
        env: tuple[tuple[str, str], ...],
    ) -> Iterable[Variant]:
        command = self.without(step).plus(Filled(step, options, env))
        new = self.new_findings(self.command, command, kind == "lossy")
        if new:
            self.refused.append(Refused(step, new))
        elif command != self.command:
            yield Variant(kind, step, self.named(command), tuple(self.findings(command)))

    def named(self, command: Command) -> Command:
        """Return a command with the path of the user, when it was made for a model like it."""
        like = self.wish.like
        if not like:
            return command
        options = [("model_path", self.wish.model)]
        if catalog.load(self.release).flag(command.command, "model_id"):
            options.append(("model_id", like.rpartition("/")[2]))
        rest = [one for one in command.options if one[0] != "model_path"]
        return replace(command, options=(*options, *rest))

    # --- what sgdlint knows of a command ----------------------------------------------------------

    def look(self, command: Command) -> tuple[Facts | None, list[Finding]]:
        """Return the facts of a command, and what the rules say of it; each command once."""
        if command not in self.known:
            launches: list[Launch] = []

            def keep(_script: Any, _variant: Any, launch: Launch, _engine: Any) -> list[Finding]:
                launches.append(launch)
                return []

            source = Source("recommended.sh", command.text() + "\n")
            findings = list(check(source, self.pack, self.options, keep).findings)
            facts = self.facts_of(launches[0]) if launches else None
            self.known[command] = facts, findings
        return self.known[command]

    def facts(self, command: Command) -> Facts | None:
        return self.look(command)[0]

    def facts_of(self, launch: Launch) -> Facts:
        facts = _Asked(launch, self.derived)
        facts.size, facts.frames = self.wish.size, self.wish.frames
        return facts

    def findings(self, command: Command) -> list[Finding]:
        return self.look(command)[1]

    def new_findings(self, before: Command, after: Command, lossy: bool = False) -> tuple[str, ...]:
        """Return what the rules say of a command that they did not say of another."""
        old = {one.code for one in self.findings(before)}
        unwanted = UNWANTED[:2] if self.wish.goal == "memory" else UNWANTED
        return tuple(
            f"{one.code} {one.name}: {one.message}"
            for one in self.findings(after)
            if one.severity in unwanted and one.code not in old and not (lossy and not one.lossless)
        )


def _estimate(facts: Facts) -> Estimate | None:
    from sgdlint.rules.memory import estimate

    return estimate(facts.launch, facts.lookup)

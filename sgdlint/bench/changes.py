"""The ways along an axis that a launch may go: what recipes have, and what stands with the axis."""

from __future__ import annotations

from sgdlint.bench.base import BenchError
from sgdlint.record import record
from sgdlint.rules import recipes
from sgdlint.rules.filling import filled
from sgdlint.rules.logic import holds
from sgdlint.rules.model import holds as in_range
from sgdlint.tuning import Wanted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sgdlint.bench.axes import Axis, Variation
    from sgdlint.bench.base import Base, Command
    from sgdlint.launch.launch import Launch
    from sgdlint.rules.engine import Engine
    from sgdlint.rules.recipes import Setting, Step

GOALS = ("latency", "throughput")
"""What steps of recipes are for, unless everything is asked for."""


@record
class Wish:
    """What is asked for. full: every combination. only: these axes; more: these, too."""

    lossy: bool = False
    full: bool = False
    only: tuple[str, ...] = ()
    more: tuple[str, ...] = ()


@record
class Change:
    """One way along an axis, with its values.

    clears: options, and `env.NAME`, that it replaces.
    """

    name: str
    axis: str
    order: int
    options: tuple[tuple[str, str], ...]
    env: tuple[tuple[str, str], ...]
    clears: tuple[str, ...]
    why: str
    references: tuple[str, ...]
    lossy: bool = False
    quality: str = ""


class Ways:
    """What may be changed of a launch. facts: of the launch as it is."""

    def __init__(self, base: Base, engine: Engine, wish: Wish) -> None:
        self.base, self.engine, self.wish = base, engine, wish
        launch = self.launch_of(base.command)
        self.model = launch.model
        self.facts = self.facts_of(launch)

    def is_asked(self, axis: Axis) -> bool:
        """Whether an axis is varied."""
        wish = self.wish
        if wish.only:
            return axis.name in wish.only
        if axis.lossy:
            return wish.lossy or axis.name in wish.more
        return not axis.full or wish.full or axis.name in wish.more

    def along(self, axis: Axis) -> Iterator[Change]:
        """Yield the ways along an axis: those of recipes, and its own."""
        names: set[str] = set()
        for one in (*self.of_recipes(axis), *self.own(axis)):
            if one.name not in names:
                names.add(one.name)
                yield one

    def of_recipes(self, axis: Axis) -> Iterator[Change]:
        """Yield what recipes have: the first step that fits, and what to measure beside it."""
        facts = self.facts_of(self.launch_of(self.base.command.without(self.subject(axis.subject))))
        is_first = True
        for step in self.steps(axis):
            if step.when is not None and not holds(step.when, facts.lookup):
                continue
            wanted = axis.lossy or bool(step.replaces) or self.wish.full or is_first
            if wanted and self.is_free(step) and (step.measure or self.is_enough(axis, step)):
                yield from self.of_step(axis, step, facts)
            is_first = is_first and (step.later or axis.lossy)

    def is_enough(self, axis: Axis, step: Step) -> bool:
        """Whether a step takes no less of the machine than the launch does."""
        if self.wish.full or not axis.at_least:
            return True
        parts = [self.base.part(*one) for one in filled(step.set, self.facts, self.asked) or ()]
        bare = self.base.command.without(self.subject(axis.subject))
        launch = self.base.launch(bare.having(parts))
        if launch is None:
            return False
        facts = self.facts_of(launch)
        return not any(self.is_less(facts, one) for one in axis.at_least)

    def is_less(self, facts: Wanted, name: str) -> bool:
        """Whether a number is certainly smaller than that of the launch as it is."""
        mine, its = self.facts.lookup("derived", name), facts.lookup("derived", name)
        if not mine.values or not its.values:
            return False
        return bool(max(its.values) < min(mine.values))

    def of_step(self, axis: Axis, step: Step, facts: Wanted) -> Iterator[Change]:
        """Yield what a step sets, and what it says to measure beside it."""
        clears = self.subject(step.decides)
        one = self.change(axis, step, step.set, facts, clears)
        if one is not None:
            yield one
        if step.instead:
            name = self.called(step) or f"instead-of-{step.name}"
            other = self.change(axis, step, step.instead, facts, clears, name)
            if other is not None:
                yield other

    def called(self, step: Step) -> str:
        """Return what recipes call the other variant of a step; "" when it has no name."""
        same = (one.name for one in self.every() if one.set == step.instead and not one.env)
        return next(same, "")

    def every(self) -> Iterator[Step]:
        """Yield all steps of the recipes of the model, in the order in which they count."""
        for recipe in recipes.for_model(self.model) if self.model is not None else ():
            yield from recipe.steps

    def steps(self, axis: Axis) -> Iterator[Step]:
        """Yield the steps of recipes that go along an axis, for this release."""
        for step in self.every():
            mine = step.lossy if axis.lossy else self.decides(step, axis)
            for_goal = self.wish.full or set(step.goals) & set(GOALS)
            if mine and for_goal and self.in_force(step):
                yield step

    def decides(self, step: Step, axis: Axis) -> bool:
        """Whether a step decides, without loss, what an axis is about."""
        subjects = {step.decides, step.replaces} - {""}
        return not step.lossy and axis.subject in subjects

    def own(self, axis: Axis) -> Iterator[Change]:
        """Yield the ways that stand with the axis."""
        everything = self.wish.full or axis.name in self.wish.only
        for one in axis.steps:
            step, wanted = one.step, everything or not one.full
            if not (wanted and self.in_force(step) and self.holds(one)):
                continue
            clears = (*self.subject(step.decides), *one.clears)
            change = self.change(axis, step, step.set, self.facts, clears)
            if change is not None:
                yield change

    def holds(self, one: Variation) -> bool:
        """Whether there is something to try: certainly allowed, and not certainly for nothing."""
        facts = self.facts
        if one.unless is not None and holds(one.unless, facts.lookup):
            return False
        return one.step.when is None or holds(one.step.when, facts.lookup)

    def in_force(self, step: Step) -> bool:
        """Whether a step is for this release."""
        here = in_range(self.base.release.name, step.since, step.until)
        return here and self.base.found.subcommand in step.commands

    def is_free(self, step: Step) -> bool:
        """Whether a step leaves the request as it is."""
        release, command = self.base.release, self.base.found.subcommand
        flags = [release.flag(command, name) for name, _ in step.set]
        return not any(flag and release.options(command)[flag].sampling for flag in flags)

    def change(
        self,
        axis: Axis,
        step: Step,
        settings: Iterable[Setting],
        facts: Wanted,
        clears: tuple[str, ...],
        instead: str = "",
    ) -> Change | None:
        """Return a change with its values; None when one of them is not known.

        instead: the name of the other variant, when `settings` are those.
        """
        options = filled(settings, facts, self.asked)
        env = filled(() if instead else step.env, facts, self.asked)
        if options is None or env is None:
            return None
        why = step.measure if instead else step.why
        return Change(
            instead or step.name,
            axis.name,
            axis.order,
            options,
            env,
            clears,
            why,
            step.references,
            step.lossy or axis.lossy,
            dict(step.costs).get("quality", ""),
        )

    def subject(self, name: str) -> tuple[str, ...]:
        """Return the options and `env.NAME` that decide something."""
        return recipes.subjects().get(name, ())

    def asked(self, name: str) -> str | None:
        """Return the size or the frames of the request."""
        facts, model = self.facts, self.model
        usual = model.defaults if model is not None else {}

        def one(option: str) -> int:
            given = facts.lookup("option", option)
            if given.values is not None and len(given.values) == 1 and not given.absent:
                return int(given.values[0] or 0)
            return int(usual.get(option) or 0) if given.values == () else 0

        if name == "frames":
            return str(one("num_frames")) if one("num_frames") > 1 else None
        width, height = one("width"), one("height")
        return f"{width}x{height}" if name == "size" and width and height else None

    # --- what sgdlint knows of a command ----------------------------------------------------------

    def launch_of(self, command: Command) -> Launch:
        """Return the launch that a command is; raises BenchError."""
        launch = self.base.launch(command)
        if launch is None:
            raise BenchError("SGLang does not read it as a launch of a diffusion model")
        return launch

    def facts_of(self, launch: Launch) -> Wanted:
        """Return the facts of a launch, as recipes ask them."""
        return Wanted(launch, self.engine.derived)

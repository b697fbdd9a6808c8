"""A launch and what is varied → the commands to run, in the order in which they run.

A variant is made as `fix` makes a change: its condition must be certain, and the rules must have
nothing new to say of the launch with it, that is worse than slow.
"""

from __future__ import annotations

from itertools import combinations, product

from sgdlint.bench.base import BenchError, Command
from sgdlint.record import record
from sgdlint.rules import recipes
from sgdlint.rules.filling import filled
from sgdlint.rules.logic import holds
from sgdlint.rules.model import holds as in_range
from sgdlint.tuning import Wanted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sgdlint.bench.axes import Axis, Plan, Variation
    from sgdlint.bench.base import Base
    from sgdlint.finding import Finding
    from sgdlint.launch.launch import Launch
    from sgdlint.rules.engine import Engine
    from sgdlint.rules.recipes import Setting, Step

BASE = "base"
"""The name of the launch as it is."""
UNWANTED = ("error", "warning")
"""Severities that a variant must not bring."""
FAILS = "the launch fails as it is ({}); `sgdlint fix` may mend it"
UNLIKE = "it cannot be measured as one `sglang generate`: {}"
GOALS = ("latency", "throughput")
"""What steps of recipes are for, unless everything is asked for."""
MOST_TRIALS = 48
"""So many commands are in a matrix; each takes some minutes, several times."""


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


@record
class Trial:
    """A command that is run.

    whole: the same as it stands in the file when it is chosen. differs: from the launch as it is,
    as one reads it. shows, spoils: texts that the log of a valid run has, and has not.
    """

    name: str
    changes: tuple[Change, ...]
    command: Command
    whole: Command
    differs: str
    shows: tuple[str, ...] = ()
    spoils: tuple[str, ...] = ()

    @property
    def lossy(self) -> bool:
        """Whether its output may be worse."""
        return any(one.lossy for one in self.changes)

    @property
    def why(self) -> str:
        """Why it is tried."""
        return "; ".join(one.why for one in self.changes) or "the launch as it is"


@record
class Dropped:
    """A variant that is not run, and why."""

    name: str
    reason: str


@record
class Matrix:
    """What is run: the launch as it is first. left: combinations beyond the most that there are."""

    base: Base
    plan: Plan
    trials: tuple[Trial, ...]
    dropped: tuple[Dropped, ...]
    left: int


def matrix_of(base: Base, engine: Engine, plan: Plan, wish: Wish) -> Matrix:
    """Return what to run; raises BenchError for a launch that cannot be measured."""
    return _Search(base, engine, plan, wish).matrix()


class _Search:
    def __init__(self, base: Base, engine: Engine, plan: Plan, wish: Wish) -> None:
        self.base, self.engine, self.plan, self.wish = base, engine, plan, wish
        self.release = base.release.name
        self.dropped: list[Dropped] = []
        self.trials: list[Trial] = []
        self.facts = self.facts_of(self.launch_of(base.command))
        self.plain = self.measured(base.command)
        self.first = self.launch_of(self.plain)
        standing = base.in_file(base.whole)
        self.known = {one.code for one in self.found(self.first)}
        self.known |= {one.code for one in self.found(standing)} if standing is not None else set()

    def matrix(self) -> Matrix:
        self.check()
        self.add(BASE, (), self.plain, self.base.whole)
        axes = [axis for axis in self.plan.axes if self.is_asked(axis)]
        kept = {
            axis.name: [one for one in self.changes(axis) if self.take((one,))] for axis in axes
        }
        left = self.combine(kept)
        trials = sorted(self.trials, key=_when)
        return Matrix(self.base, self.plan, tuple(trials), tuple(self.dropped), left)

    def check(self) -> None:
        """Refuse a launch that fails, or of which one request tells nothing."""
        for one in self.plan.refused:
            here = in_range(self.release, one.since, one.until)
            if here and holds(one.when, self.facts.lookup):
                raise BenchError(one.says)
        standing = self.base.in_file(self.base.whole)
        for launch, says in (
            (standing, FAILS),
            (self.first, UNLIKE if self.base.served else FAILS),
        ):
            errors = (
                [one for one in self.found(launch) if one.severity == "error"] if launch else []
            )
            if errors:
                raise BenchError(says.format(f"{errors[0].code}: {errors[0].message}"))

    def is_asked(self, axis: Axis) -> bool:
        wish = self.wish
        if wish.only:
            return axis.name in wish.only
        if axis.lossy:
            return wish.lossy or axis.name in wish.more
        return not axis.full or wish.full or axis.name in wish.more

    # --- what may be changed ----------------------------------------------------------------------

    def changes(self, axis: Axis) -> Iterator[Change]:
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
        launch = self.base.launch(
            self.base.command.without(self.subject(axis.subject)).having(parts)
        )
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
        model = self.first.model
        steps = (
            (one for recipe in recipes.for_model(model) for one in recipe.steps) if model else ()
        )
        same = (one.name for one in steps if one.set == step.instead and not one.env)
        return next(same, "")

    def steps(self, axis: Axis) -> Iterator[Step]:
        model = self.first.model
        for recipe in recipes.for_model(model) if model is not None else ():
            for step in recipe.steps:
                mine = step.lossy if axis.lossy else self.decides(step, axis)
                for_goal = self.wish.full or set(step.goals) & set(GOALS)
                if mine and for_goal and self.in_force(step):
                    yield step

    def decides(self, step: Step, axis: Axis) -> bool:
        subjects = {step.decides, step.replaces} - {""}
        return not step.lossy and axis.subject in subjects

    def own(self, axis: Axis) -> Iterator[Change]:
        """Yield the ways that stand with the axis."""
        for one in axis.steps:
            step = one.step
            if (one.full and not (self.wish.full or axis.name in self.wish.only)) or not (
                self.in_force(step) and self.holds(one)
            ):
                continue
            clears = (*self.subject(step.decides), *one.clears)
            change = self.change(axis, step, step.set, self.facts, clears)
            if change is not None:
                yield change

    def holds(self, one: Variation) -> bool:
        facts = self.facts
        if one.unless is not None and holds(one.unless, facts.lookup):
            return False
        return one.step.when is None or holds(one.step.when, facts.lookup)

    def in_force(self, step: Step) -> bool:
        here = in_range(self.release, step.since, step.until)
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
        return recipes.subjects().get(name, ())

    def asked(self, name: str) -> str | None:
        """Return the size or the frames of the request."""
        facts, model = self.facts, self.first.model
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

    # --- what is run ------------------------------------------------------------------------------

    def take(self, changes: Sequence[Change]) -> bool:
        """Add a variant to what is run, if it may be."""
        name = self.unused("+".join(one.name for one in changes))
        bare = self.changed(self.base.command, changes)
        command = self.measured(bare)
        whole = self.changed(self.base.whole, changes)
        if any(_same(command, one.command) for one in self.trials):
            return False
        launch, standing = self.base.launch(command), self.base.in_file(whole)
        reason = self.same_as_base(self.base.launch(bare), changes)
        reason = reason or self.against(launch, changes) or self.against(standing, changes)
        if reason:
            self.dropped.append(Dropped(name, reason))
            return False
        self.add(name, tuple(changes), command, whole)
        return True

    def unused(self, name: str) -> str:
        """Return a name that no variant has: of two axes each may have one of this name."""
        names = {one.name for one in self.trials}
        numbered = (f"{name}-{number}" for number in range(2, MOST_TRIALS + 2))
        return next(one for one in (name, *numbered) if one not in names)

    def add(self, name: str, changes: tuple[Change, ...], command: Command, whole: Command) -> None:
        """Add a command to what is run."""
        facts = self.facts_of(self.launch_of(command))
        proofs = [
            one
            for one in self.plan.proofs
            if in_range(self.release, one.since, one.until) and holds(one.when, facts.lookup)
        ]
        shows = tuple(text for one in proofs for text in one.shows)
        spoils = tuple(text for one in proofs for text in one.spoils)
        differs = difference(self.plain, command)
        self.trials.append(Trial(name, changes, command, whole, differs, shows, spoils))

    def changed(self, command: Command, changes: Iterable[Change]) -> Command:
        """Return a command with some changes."""
        for one in changes:
            parts = [self.base.part(option, value) for option, value in one.options]
            command = command.without(one.clears).having(parts, one.env)
        return command

    def same_as_base(self, launch: Launch | None, changes: Sequence[Change]) -> str:
        here = [axis for axis in self.plan.axes if any(one.axis == axis.name for one in changes)]
        if launch is None or not all(
            axis.same and self.is_same(launch, axis.same) for axis in here
        ):
            return ""
        return "the launch runs so already"

    def against(self, launch: Launch | None, changes: Sequence[Change]) -> str:
        """Return why a variant is not run; "" when it is."""
        if launch is None:
            return "SGLang does not read it as a launch"
        lossy = any(one.lossy for one in changes)
        for one in self.found(launch):
            is_new = one.severity in UNWANTED and one.code not in self.known
            if is_new and (one.lossless or not lossy):
                return f"{one.code}: {one.message}"
        return ""

    def is_same(self, launch: Launch, names: Iterable[str]) -> bool:
        """Whether a launch certainly is the first one, by some facts."""
        other = self.facts_of(launch)
        for name in names:
            if self.engine.derived.get(name) is None:
                continue
            mine, its = self.facts.lookup("derived", name), other.lookup("derived", name)
            if mine.values is None or len(mine.values) != 1 or mine != its:
                return False
        return True

    def combine(self, kept: dict[str, list[Change]]) -> int:
        """Add the pairs, or everything; return how many combinations are beyond the most."""
        left = 0
        for changes in self.combinations(kept):
            if len(self.trials) >= MOST_TRIALS:
                left += 1
            else:
                self.take(changes)
        return left

    def combinations(self, kept: dict[str, list[Change]]) -> Iterator[tuple[Change, ...]]:
        if not self.wish.full:
            for pair in self.plan.pairs:
                if all(kept.get(name) for name in pair.axes):
                    yield tuple(kept[name][0] for name in pair.axes)
            return
        for size in range(2, len(kept) + 1):
            for names in combinations(kept, size):
                yield from product(*(kept[name] for name in names))

    def measured(self, command: Command) -> Command:
        """Return a command with what every run has."""
        for one in self.plan.measuring:
            if not (self.in_force(one.step) and self.holds(one)):
                continue
            options = filled(one.step.set, self.facts, self.asked) or ()
            env = filled(one.step.env, self.facts, self.asked) or ()
            names = {name for name, _ in options}
            given = names & {part.dest for part in command.parts}
            given |= {name for name, _ in env if name in self.base.found.environment}
            if one.keep and given:
                continue
            parts = [self.base.part(name, value) for name, value in options]
            command = command.without({*one.clears, *names}).having(parts, env)
        return command

    # --- what sgdlint knows of a command ----------------------------------------------------------

    def launch_of(self, command: Command) -> Launch:
        launch = self.base.launch(command)
        if launch is None:
            raise BenchError("SGLang does not read it as a launch of a diffusion model")
        return launch

    def facts_of(self, launch: Launch) -> Wanted:
        return Wanted(launch, self.engine.derived)

    def found(self, launch: Launch) -> list[Finding]:
        return self.engine.run(launch, self.base.text)


def _when(trial: Trial) -> tuple[int, int]:
    """Return a key that sorts what is likely to fail first, and the launch as it is before all."""
    return max((one.order for one in trial.changes), default=-1), len(trial.changes)


def _same(one: Command, other: Command) -> bool:
    return _signature(one) == _signature(other)


def _signature(one: Command) -> tuple[object, ...]:
    return frozenset((part.dest, texts(part)) for part in one.parts), frozenset(one.env)


def texts(part: object) -> tuple[str, ...]:
    """Return the words of an option, `?` for what is not known."""
    return tuple("?" if one.text is None else one.text for one in part.words)  # type: ignore[attr-defined]


def difference(before: Command, after: Command) -> str:
    """Return what a command has more than another one, and what it lacks."""
    old = {" ".join(texts(part)) for part in before.parts}
    new = {" ".join(texts(part)) for part in after.parts}
    more = [" ".join(texts(part)) for part in after.parts if " ".join(texts(part)) not in old]
    flags = {text.partition(" ")[0] for text in more}
    gone = [
        text.partition(" ")[0]
        for part in before.parts
        if (text := " ".join(texts(part))) not in new and text.partition(" ")[0] not in flags
    ]
    env = [f"{name}={value}" for name, value in after.env if (name, value) not in before.env]
    return " ".join([*env, *more, *(f"no {flag}" for flag in gone)])

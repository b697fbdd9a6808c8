"""A launch and what is varied → the commands to run, in the order in which they run.

A variant is made as `fix` makes a change: its condition must be certain, and the rules must have
nothing new to say of the launch with it, that is worse than slow.
"""

from __future__ import annotations

from itertools import combinations, product

from sgdlint.bench.base import BenchError, Command
from sgdlint.bench.changes import Ways
from sgdlint.record import record
from sgdlint.rules.filling import filled
from sgdlint.rules.logic import holds
from sgdlint.rules.model import holds as in_range

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sgdlint.bench.axes import Plan
    from sgdlint.bench.base import Base, Part
    from sgdlint.bench.changes import Change, Wish
    from sgdlint.finding import Finding
    from sgdlint.launch.bind import Given
    from sgdlint.launch.launch import Launch
    from sgdlint.rules.engine import Engine

BASE = "base"
"""The name of the launch as it is."""
UNWANTED = ("error", "warning")
"""Severities that a variant must not bring."""
FAILS = "the launch fails as it is ({}); `sgdlint fix` may mend it"
ALREADY = "the launch runs so already"
UNLIKE = "it cannot be measured as one `sglang generate`: {}"
MOST_TRIALS = 48
"""So many commands are in a matrix; each takes some minutes, several times."""


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
        self.ways = Ways(base, engine, wish)
        self.facts = self.ways.facts
        self.dropped: list[Dropped] = []
        self.trials: list[Trial] = []
        self.plain = self.measured(base.command)
        self.first = self.ways.launch_of(self.plain)
        standing = base.in_file(base.whole)
        self.meanings = [_meaning(self.plain, self.first)]
        self.known = {one.code for one in self.found(self.first)}
        self.known |= {one.code for one in self.found(standing)} if standing is not None else set()

    def matrix(self) -> Matrix:
        self.check()
        self.add(BASE, (), self.plain, self.base.whole)
        axes = [axis for axis in self.plan.axes if self.ways.is_asked(axis)]
        kept = {
            axis.name: [one for one in self.ways.along(axis) if self.take((one,))] for axis in axes
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
        unlike = UNLIKE if self.base.served else FAILS
        for launch, says in ((standing, FAILS), (self.first, unlike)):
            found = self.found(launch) if launch is not None else []
            errors = [one for one in found if one.severity == "error"]
            if errors:
                raise BenchError(says.format(f"{errors[0].code}: {errors[0].message}"))

    # --- what is run ------------------------------------------------------------------------------

    def take(self, changes: Sequence[Change]) -> bool:
        """Add a variant to what is run, if it may be."""
        name = self.unused("+".join(one.name for one in changes))
        bare = self.changed(self.base.command, changes)
        command = self.measured(bare)
        whole = self.changed(self.base.whole, changes)
        launch, standing = self.base.launch(command), self.base.in_file(whole)
        meaning = _meaning(command, launch)
        if meaning in self.meanings:
            if meaning == self.meanings[0]:
                self.dropped.append(Dropped(name, ALREADY))
            return False
        reason = self.same_as_base(self.base.launch(bare), changes)
        reason = reason or self.against(launch, changes) or self.against(standing, changes)
        if reason:
            self.dropped.append(Dropped(name, reason))
            return False
        self.add(name, tuple(changes), command, whole)
        self.meanings.append(meaning)
        return True

    def unused(self, name: str) -> str:
        """Return a name that no variant has: of two axes each may have one of this name."""
        names = {one.name for one in self.trials}
        numbered = (f"{name}-{number}" for number in range(2, MOST_TRIALS + 2))
        return next(one for one in (name, *numbered) if one not in names)

    def add(self, name: str, changes: tuple[Change, ...], command: Command, whole: Command) -> None:
        """Add a command to what is run."""
        facts = self.ways.facts_of(self.ways.launch_of(command))
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
        """Return that a variant is the launch as it is; "" when that is not certain."""
        here = [axis for axis in self.plan.axes if any(one.axis == axis.name for one in changes)]
        facts = [axis.same for axis in here]
        if launch is None or not all(some and self.is_same(launch, some) for some in facts):
            return ""
        return ALREADY

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
        other = self.ways.facts_of(launch)
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
            if not (self.ways.in_force(one.step) and self.ways.holds(one)):
                continue
            options = filled(one.step.set, self.facts, self.ways.asked) or ()
            env = filled(one.step.env, self.facts, self.ways.asked) or ()
            names = {name for name, _ in options}
            given = names & {part.dest for part in command.parts}
            given |= {name for name, _ in env if name in self.base.found.environment}
            if one.keep and given:
                continue
            parts = [self.base.part(name, value) for name, value in options]
            command = command.without({*one.clears, *names}).having(parts, env)
        return command

    def found(self, launch: Launch) -> list[Finding]:
        return self.engine.run(launch, self.base.text)


def _when(trial: Trial) -> tuple[int, int]:
    """Return a key that sorts what is likely to fail first, and the launch as it is before all."""
    return max((one.order for one in trial.changes), default=-1), len(trial.changes)


def _meaning(one: Command, launch: Launch | None) -> tuple[object, ...]:
    """Return what is the same of commands that do the same: `--x` and `--x true` may."""
    given = launch.bound.given if launch is not None else {}
    options = ((part.dest, _value(part, given.get(part.dest))) for part in one.parts)
    return frozenset(options), frozenset(one.env)


def _value(part: Part, given: Given | None) -> object:
    """Return the value of an option as SGLang reads it, else its words."""
    if given is None or given.values is None or len(given.values) != 1:
        return texts(part)
    return repr(given.values[0])


def texts(part: Part) -> tuple[str, ...]:
    """Return the words of an option, `?` for what is not known."""
    return tuple("?" if one.text is None else one.text for one in part.words)


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

"""What the recipe of a launch's model has and the launch lacks, as findings with their fixes.

Each step is asked of the launch as it stands: its condition must be certain, none of its options
may be set otherwise, and the rules must have nothing new to say of the launch with it. `fix` makes
one change after the other, so a step that another one makes possible is found in the next pass.
"""

from __future__ import annotations

from sgdlint.finding import Finding, Gain
from sgdlint.launch.bind import Event, convert
from sgdlint.record import record, replace
from sgdlint.rules import recipes
from sgdlint.rules.edits import CannotEditError, Site, edits_for
from sgdlint.rules.facts import Facts
from sgdlint.rules.filling import filled
from sgdlint.rules.logic import Value, holds
from sgdlint.rules.model import Action
from sgdlint.rules.model import holds as in_range
from sgdlint.shell.values import Piece, Variable, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sgdlint.launch.launch import Launch
    from sgdlint.launch.recognise import Recognised
    from sgdlint.rules.engine import Engine
    from sgdlint.rules.recipes import Recipe, Step

    Read = Callable[[Recognised], "Launch | None"]

EVENT = "recipe-step"
EVERYTHING = "everything"
"""The subject of options with which no step goes."""
UNWANTED = ("error", "warning", "perf")
"""Severities that a step must not bring."""
PARTS = {"whole requests": "request", "the first request": "first request"}
"""What recipes and rules call differently."""


@record
class Tuned:
    """A launch that is looked at. text: of its script. found: what the rules say of it.

    read: returns the launch that a command is.
    """

    command: Recognised
    launch: Launch
    engine: Engine
    text: str
    found: Sequence[Finding]
    read: Read
    lossy: bool = False


@record
class Change:
    """What a step adds to a launch: options by destination, and variables."""

    options: tuple[tuple[str, str], ...] = ()
    env: tuple[tuple[str, str], ...] = ()


class Wanted(Facts):
    """The facts that recipes ask: the GPUs are those that the launch is to use."""

    def _gpu(self, name: str) -> Value:
        if name == "count":
            return Facts(self.launch, self.derived).lookup("derived", "tuning.gpus")
        return super()._gpu(name)


def advice(tuned: Tuned) -> list[Finding]:
    """Return what the recipe of a launch's model has beside what stands there."""
    launch = tuned.launch
    facts = Wanted(launch, tuned.engine.derived)
    if launch.model is None or launch.bound.open or not _is_told(launch):
        return []
    if not _is_true(facts.lookup("derived", "tuning.possible")):
        return []
    return list(_Search(tuned, facts).findings())


def _is_told(launch: Launch) -> bool:
    return launch.hardware.gpu is not None or launch.hardware.vram_gib is not None


class _Search:
    def __init__(self, tuned: Tuned, facts: Facts) -> None:
        self.tuned, self.facts, self.launch = tuned, facts, tuned.launch
        self.subjects = recipes.subjects()

    def findings(self) -> Iterator[Finding]:
        """Yield a finding for each step that is lacking."""
        if self.is_decided(EVERYTHING, {}):
            return
        decided: set[str] = set()
        assert self.launch.model is not None
        for recipe in recipes.for_model(self.launch.model):
            for step in filter(self.in_force, recipe.steps):
                subject = step.decides or step.name
                change = None if subject in decided else self.lacking(step)
                if change is None:
                    continue
                if not (change.options or change.env):  # it is there, or decided otherwise
                    decided.add(subject)
                    continue
                after = self.after(change)
                if after is not None and self.is_better(after):
                    decided.add(subject)
                    yield from self.finding(recipe, step, change, after)

    def in_force(self, step: Step) -> bool:
        launch, goal = self.launch, self.tuned.engine.goal
        return (
            not step.later
            and (self.tuned.lossy or not step.lossy)
            and launch.command in step.commands
            and goal in step.goals
            and in_range(launch.release.name, step.since, step.until)
        )

    # --- what is lacking --------------------------------------------------------------------------

    def lacking(self, step: Step) -> Change | None:
        """Return what a step would add; None when it is not certain that it is right.

        An empty change: all of it is there, or the person decided otherwise.
        """
        if step.when is not None and not holds(step.when, self.facts.lookup):
            return None
        options = filled(step.set, self.facts, self.asked)
        env = filled(step.env, self.facts, self.asked)
        if options is None or env is None:
            return None
        wanted = {**dict(options), **{f"env.{name}": value for name, value in env}}
        missing = [name for name, value in wanted.items() if not self.is_there(name, value)]
        if missing and self.is_request(missing):
            return None
        if not missing or self.is_decided(step.decides, wanted):
            return Change()
        return Change(
            tuple(one for one in options if one[0] in missing),
            tuple(one for one in env if f"env.{one[0]}" in missing),
        )

    def is_there(self, name: str, value: str) -> bool:
        """Whether an option or variable certainly has a value."""
        given = self.given(name)
        return given is not None and given.values == (self.typed(name, value),)

    def given(self, name: str) -> Value | None:
        """Return what the launch says for an option or a variable; None when it says nothing."""
        kind, is_variable, rest = name.partition("env.")
        if is_variable and not kind:
            is_set = rest in self.launch.environment
            return self.facts.lookup("raw", rest) if is_set else None
        value = self.facts.lookup("option", name)
        return None if value.absent and value.values == () else value

    def typed(self, name: str, value: str) -> object:
        """Return a value as it is bound."""
        flag = self.launch.release.flag(self.launch.command, name)
        if flag is None:
            return value
        option = self.launch.release.options(self.launch.command)[flag]
        if option.nargs in ("+", "*"):
            return tuple(convert(option, one)[0] for one in value.split())
        return convert(option, value)[0] if value else True

    def is_decided(self, subject: str, wanted: dict[str, str]) -> bool:
        """Whether the launch sets something of a subject otherwise than a step."""
        for name in {**wanted, **dict.fromkeys(self.subjects.get(subject, ()))}:
            given = self.given(name)
            if given is None or (name in wanted and self.is_there(name, wanted[name])):
                continue
            if name in wanted or given.values != (False,):
                return True
        return False

    def is_request(self, names: Sequence[str]) -> bool:
        """Whether an option is one of the request, which is the person's own."""
        release, command = self.launch.release, self.launch.command
        flags = [release.flag(command, name) for name in names]
        return any(flag and release.options(command)[flag].sampling for flag in flags)

    def asked(self, name: str) -> str | None:
        """Return the size or the frames of a request, as the model has them."""
        usual = self.launch.model.defaults if self.launch.model is not None else {}
        if name == "frames":
            frames = usual.get("num_frames") or 1
            return str(frames) if frames > 1 else None
        width, height = usual.get("width"), usual.get("height")
        return f"{width}x{height}" if name == "size" and width and height else None

    # --- the launch with it -----------------------------------------------------------------------

    def after(self, change: Change) -> Launch | None:
        """Return the launch as it is with a change."""
        command = self.tuned.command
        words = [_word(word, command) for word in self.words(change)]
        new = {
            name: Variable(name, _word(value, command), True, -1, -1) for name, value in change.env
        }
        environment = {**command.environment, **new}
        changed = replace(command, arguments=(*command.arguments, *words), environment=environment)
        return self.tuned.read(changed)

    def words(self, change: Change) -> Iterator[str]:
        for name, value in change.options:
            yield self.launch.flag(name)
            yield from value.split()

    def is_better(self, after: Launch) -> bool:
        """Whether the rules say nothing new of the launch with a change, and less of one in error.

        What is wrong is mended first, unless a step does it.
        """
        known = {one.code: one.severity for one in self.tuned.found}
        found = self.tuned.engine.run(after, self.tuned.text)
        errors = {code for code, severity in known.items() if severity == "error"}
        if errors and errors <= {one.code for one in found}:
            return False
        return not any(self.is_unwanted(one) for one in found if one.code not in known)

    def is_unwanted(self, finding: Finding) -> bool:
        """Whether a finding would be told that counts against a step."""
        is_told = finding.serves(self.tuned.engine.goal)
        return is_told and finding.severity in UNWANTED and finding.lossless

    # --- what is told -----------------------------------------------------------------------------

    def finding(
        self, recipe: Recipe, step: Step, change: Change, after: Launch
    ) -> Iterator[Finding]:
        fits = Wanted(after, self.tuned.engine.derived).lookup("memory", "fits")
        fields = {
            "subject": step.decides,
            "step": step.name,
            "recipe": recipe.title,
            "goal": self.tuned.engine.goal,
            "options": " ".join(self.told(change)),
            "why": step.why,
            "costs": "; ".join(f"{what}: {told}" for what, told in step.costs),
            "measure": step.measure,
            "clear": "yes" if _is_true(fits) else "",
            "lossy": "yes" if step.lossy else "",
        }
        event = Event(
            EVENT,
            (),
            tuple(fields.items()),
            edits=self.edits(change),
            touches=tuple(name for name, _ in change.options),
        )
        for one in self.tuned.engine.noticed(self.launch, self.tuned.text, event):
            yield replace(one, gain=None if step.gain is None else _gain(step))

    def told(self, change: Change) -> Iterator[str]:
        yield from (f"{name}={value}" for name, value in change.env)
        yield from self.words(change)

    def edits(self, change: Change) -> tuple[tuple[int, int, str], ...]:
        """Return the edits of a change; none where the launch has no place for it."""
        site = Site(self.tuned.text, self.launch)
        actions = [Action("set", name, value) for name, value in change.options]
        actions += [Action("set_env", name, value) for name, value in change.env]
        try:
            made = [edit for one in actions for edit in edits_for(site, one, one.value or "")]
        except CannotEditError:
            return ()
        return tuple((one.span.start, one.span.end, one.text) for one in made)


def _is_true(value: Value) -> bool:
    return value.values == (True,) and not value.absent


def _word(text: str, command: Recognised) -> Word:
    """Return a word that is written nowhere, behind a command."""
    end = command.command.end
    return Word(end, end, (Piece((text,), -1, -1),))


def _gain(step: Step) -> Gain:
    """Return what a step gains, as a finding tells it."""
    gain = step.gain
    assert gain is not None
    least, most = gain.times or (0, 0)
    says = gain.note
    if gain.gib:
        says = f"{gain.gib[0]:g} to {gain.gib[1]:g} GiB less" + (f" ({gain.on})" if gain.on else "")
    part = PARTS.get(gain.of, gain.of)
    return Gain(part, (gain.source,), least, most, gain.on if most else "", says=says)

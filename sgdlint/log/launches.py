"""What a log says, at the launches of a file that it is a log of.

A log shows the arguments of its run, and at times its command. A finding is put at a launch only
when it is the only one of the file that can have been that run.
"""

from __future__ import annotations

from sgdlint import linter
from sgdlint.directives import DirectiveError
from sgdlint.launch.bind import Event
from sgdlint.log.residency import fixes, is_free
from sgdlint.log.templates import parse
from sgdlint.record import record, replace
from sgdlint.rules.engine import Engine
from sgdlint.rules.facts import Facts
from sgdlint.rules.model import holds
from sgdlint.source import COMMAND, Source
from sgdlint.stated import OptionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from sgdlint.finding import Finding
    from sgdlint.launch.launch import Launch
    from sgdlint.linter import Also
    from sgdlint.log.model import LogFinding
    from sgdlint.log.reading import Reader
    from sgdlint.log.runs import Run
    from sgdlint.rules.model import RuleFix
    from sgdlint.rules.pack import Pack
    from sgdlint.scripts import Script
    from sgdlint.stated import Options
    from sgdlint.variants import Key, Variant

    Place = tuple[int, Key]

NUMBERS: dict[str, Callable[[str], Any]] = {"int": int, "number": float}
IDENTITY = ("model_path",)
"""Arguments in which a launch must agree with a run, as far as both are known."""


@record
class Log:
    """A log that was read."""

    path: str
    reader: Reader


def also(
    logs: Sequence[Log], source: Source, pack: Pack, options: Options
) -> tuple[Also, list[str]]:
    """Return what adds the findings of logs to the launches of a file, and notes for the user."""
    try:
        known = _launches(logs, source, options)
    except (DirectiveError, OptionError):  # the check that follows tells it
        return lambda *_: [], []
    notes: list[str] = []
    wanted: dict[Place, list[tuple[Log, Run]]] = {}
    for log in logs:
        notes += [] if log.reader.runs else [f"{log.path}: no line of SGLang in it"]
        for run in log.reader.runs:
            if not any(one.run == run.number for one in log.reader.found):
                continue
            places, note = _places(run, known, pack, source, options)
            notes += [f"{log.path}: run {run.number}: {note}"] if note else []
            for place in places:
                wanted.setdefault(place, []).append((log, run))

    def add(script: Script, variant: Variant, launch: Launch, engine: Engine) -> list[Finding]:
        runs = wanted.get((script.number, variant.key), ())
        return [
            finding
            for log, run in runs
            for one in log.reader.found
            if one.run == run.number
            for finding in _at(one, log, run, launch, engine, script.source.text)
        ]

    return add, notes


def _launches(
    logs: Sequence[Log], source: Source, options: Options
) -> Mapping[Place, Launch | None]:
    from sgdlint import assumed

    stated = linter.stated_release(source, options)
    told = next((log.reader.release for log in logs if log.reader.release), "")
    release = stated[0] if stated is not None else told or assumed.newest().text
    return linter.launches_by_key(source, release, options)


# --- which launch ---------------------------------------------------------------------------------


def _places(
    run: Run, known: Mapping[Place, Launch | None], pack: Pack, source: Source, options: Options
) -> tuple[list[Place], str]:
    """Return the launch that a run was, with its variants; or why it cannot be told."""
    launches = {place: one for place, one in known.items() if one is not None}
    asked = _asked(run, pack, options)
    differing = {place: _differing(one, asked, pack) for place, one in launches.items()}
    fits = {place: names for place, names in differing.items() if not names & set(IDENTITY)}
    if launches and not fits:
        return [], "no launch of the file has its model"
    least = min(map(len, fits.values()), default=0)
    best = [place for place, names in fits.items() if len(names) == least]
    spots = {(place[0], launches[place].span) for place in best}
    if len(spots) > 1:
        lines = sorted({source.location(span.start)[0] for _, span in spots})
        told = ", ".join(map(str, lines))
        return [], f"several launches may have been it (lines {told}), so nothing is said at them"
    ours = [place for place in fits if (place[0], launches[place].span) in spots]
    return [place for place in ours if len(fits[place]) == least], ""


def _asked(run: Run, pack: Pack, options: Options) -> dict[str, str]:
    """Return what is known of the arguments of a run: those of its command, else those it shows."""
    if run.command:
        source = Source(COMMAND, run.command)
        release = _release_of(source, options)
        for launch in linter.launches_for(source, release, replace(options, kind="")):
            if launch is not None:
                return _given(launch, pack)
    return {
        name: _plain(value)
        for name, value in run.arguments.items()
        if isinstance(value, (str, int, float, bool))
    }


def _release_of(source: Source, options: Options) -> str:
    from sgdlint import assumed

    return options.sglang[-1] if len(options.sglang) == 1 else assumed.newest().text


def _given(launch: Launch, pack: Pack) -> dict[str, str]:
    """Return the options of a launch whose values are known."""
    facts = Facts(launch, Engine(pack, launch.release.name).derived)
    found = {}
    for name in launch.bound.given:
        values = facts.lookup("option", name).values
        if values is not None and len(values) == 1:
            found[name] = _plain(values[0])
    return found


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _differing(launch: Launch, asked: Mapping[str, str], pack: Pack) -> set[str]:
    """Return the options in which a launch and a run differ."""
    given = _given(launch, pack)
    return {name for name in given.keys() & asked.keys() if given[name] != asked[name]}


# --- what is said there ---------------------------------------------------------------------------


def _at(
    one: LogFinding, log: Log, run: Run, launch: Launch, engine: Engine, text: str
) -> Iterator[Finding]:
    """Yield a finding of the log at a launch, unless the launch was changed since."""
    rule = one.pattern.rule
    if not holds(engine.release, rule.since, rule.until) and rule.fixes:
        rule = replace(rule, fixes=())
    if one.pattern.resident:
        made = fixes(one, run, launch)
        rule = replace(rule, fixes=made, at=_touched(made) or rule.at)
    if rule.fixes and _is_done(rule.fixes[0], run, launch, engine):
        return
    if one.pattern.resident and not is_free(one, launch):
        rule = replace(rule, fixes=())
    if not log.reader.is_of(engine.release):
        told = f"the log is of SGLang {log.reader.release}: say --sglang for a fix"
        rule = replace(rule, fixes=(), help=told if rule.fixes else rule.help)
    event = Event("log", (), _fields(one))
    found = engine.logged(launch, text, rule, event)
    if found is not None:
        yield replace(found, message=f"{found.message} ({log.path}, line {one.place.line})")


def _touched(made: Sequence[RuleFix]) -> tuple[str, ...]:
    return tuple(action.name for fix in made for action in fix.actions)


def _is_done(fix: RuleFix, run: Run, launch: Launch, engine: Engine) -> bool:
    """Whether a launch has what a fix writes, or was changed since the run."""
    facts = Facts(launch, engine.derived)
    given = {
        action: facts.lookup("option", action.name).values
        for action in fix.actions
        if action.name in launch.bound.given
    }
    known = {action: _plain(some[0]) for action, some in given.items() if some and len(some) == 1}
    if len(known) == len(fix.actions) and all(one.value == known[one] for one in known):
        return True
    return any(
        (ran := run.arguments[one.name]) is None
        or (isinstance(ran, bool) and one in known and known[one] != _plain(ran))
        for one in given
        if one.name in run.arguments
    )


def _fields(one: LogFinding) -> tuple[tuple[str, Any], ...]:
    """Return the values of a finding; those that are numbers as conditions read them."""
    forms = one.pattern.forms
    kinds = {name: kind for form in forms for name, kind in parse(form.text).holes}
    read = {name: NUMBERS.get(kinds.get(name, ""), str) for name, _ in one.fields}
    return tuple((name, read[name](value)) for name, value in one.fields)

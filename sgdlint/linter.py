"""The pipeline: text → scripts → syntax trees → commands → launches → findings → report."""

from __future__ import annotations

import sys

from sgdlint import assumed, catalog, scripts, shown
from sgdlint.assumed import Assumed
from sgdlint.directives import DirectiveError
from sgdlint.documents import CONFIG, mentions_sglang
from sgdlint.evidence import evidence
from sgdlint.finding import GOALS, NO_GOAL, RELEASES, Checked, Failure, Finding, Report
from sgdlint.record import record, replace
from sgdlint.source import Span
from sgdlint.stated import (
    OptionError,
    Options,
    goal_of,
    hardware_of,
    passed_over,
    release_of_project,
    settings_of_file,
    stated_by,
    with_machine,
    with_settings,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sgdlint.directives import Setting
    from sgdlint.launch.launch import Hardware, Launch, Surroundings
    from sgdlint.launch.recognise import Recognised
    from sgdlint.pins import Evidence
    from sgdlint.rules.engine import Engine
    from sgdlint.rules.pack import Pack
    from sgdlint.scripts import Script, Scripts
    from sgdlint.settings import Settings
    from sgdlint.shell.tree import SyntaxProblem
    from sgdlint.source import Source
    from sgdlint.variants import Key, Ran, Variant

    Also = Callable[[Script, Variant, Launch, Engine], list[Finding]]

__all__ = ["Options", "check", "launches_for", "settings_of", "stated_release", "surroundings_of"]


def check(source: Source, pack: Pack, options: Options, also: Also | None = None) -> Report:
    """Check one file. Never raises for what stands in it.

    Raises OptionError for options and for the settings of the project.
    also: more findings of a launch, which is told with its script and the variant that it is.
    """
    if options.kind != CONFIG and not mentions_sglang(source):
        return passed_over(source, options)
    from sgdlint.rules.engine import Engine

    project = settings_of_file(source)
    options = with_settings(options, project)
    stated = stated_by(options, [])
    read = scripts.read(source, options.kind)
    try:
        directed, suppressions = read.directives()
        stated = stated_by(options, directed)
        hardware = hardware_of(options, directed)
        goal = goal_of(options, directed, source)
    except (DirectiveError, OptionError) as error:
        failure = Failure(source.path, str(error), _line_of(str(error)))
        return _report(source, stated or assumed.newest(), failures=(failure,))
    known = [evidence(script.source, script.commands) for script in read.all]
    tunes = (options.tune or bool(goal)) and goal != NO_GOAL
    tuned = options if tunes else None
    tasks = [
        _Task(
            script, _releases_of(read, known, number, stated), known[number], granted, also, tuned
        )
        for number, script in enumerate(read.all)
        for granted in [_granted(hardware, script, project)]
    ]
    wanted = {release for task in tasks for one in task.sure for release in one.releases}
    releases = [one for one in catalog.releases() if one in wanted]
    serves = goal or GOALS[0]
    engines = {release: Engine(pack, release, serves) for release in releases}
    engine = engines[releases[-1]] if releases else Engine(pack, catalog.newest(), serves)
    done = [_for_releases(task, engines) for task in tasks]
    told = [(one.task.script, one.findings(engine)) for one in done]
    findings = [*_unread(read, options.kind, engine), *_of_yaml(read, engine)]
    findings += read.at_home(told)
    findings = shown.of(
        findings, suppressions, options, read.lined if suppressions else source, engine
    )
    findings.sort(key=lambda one: (one.span.start, one.span.end, one.code))
    checked = [each for one in done for each in one.checked()]
    first = stated or next((some for _, some in checked), assumed.newest())
    launches = tuple(each for one in done for each in one.options())
    report = _report(source, first, tuple(findings), launches, tuple(checked))
    missing = tuple(dict.fromkeys(name for script in read.all for name in script.unread))
    return replace(report, unread=missing) if missing else report


@record
class _Task:
    """What is done for a script. sure: what each command that starts SGLang is checked for.

    known: what tells the release. tuning: with what recipes are asked, if they are.
    """

    script: Script
    sure: Sequence[Assumed]
    known: Sequence[Evidence]
    hardware: Hardware
    also: Also | None
    tuning: Options | None

    @property
    def releases(self) -> list[str]:
        """The releases that count, oldest first."""
        wanted = {release for one in self.sure for release in one.releases}
        return [one for one in catalog.releases() if one in wanted]


@record
class _Done:
    """What one release makes of a script: its launches, and what is found in them."""

    ran: list[Ran]
    findings: list[Finding]


@record
class _Checked:
    """A script with what all releases make of it."""

    task: _Task
    done: Mapping[str, _Done]

    def findings(self, engine: Engine) -> list[Finding]:
        """Return what is found; engine: for what no launch is needed."""
        assumptions = self._assumptions()
        found = [*_syntax(self.task.script, engine), *_findings_of(self.done, assumptions)]
        return found + (_doubts(self.task, engine) if assumptions else [])

    def checked(self) -> Iterable[tuple[Span, Assumed]]:
        """Return where each launch stands in the file, once, with what it is checked for."""
        home = self.task.script.at_home
        return dict.fromkeys((home(span), sure) for span, sure in self._assumptions())

    def options(self) -> Iterable[tuple[dict[str, object], ...]]:
        """Return the options of the variants of each place, for each release."""
        return (here for some in self.done.values() for here in _options_of(some.ran))

    def _assumptions(self) -> tuple[tuple[Span, Assumed], ...]:
        return tuple(
            dict.fromkeys(
                (one.launch.span, self.task.sure[number])
                for some in self.done.values()
                for one in some.ran
                for number in one.variant.numbers
            )
        )


def _line_of(message: str) -> int:
    """Return the line that a message names first; 0 when it names none."""
    number = message.partition(":")[0].removeprefix("line ")
    return int(number) if number.isdecimal() else 0


def _granted(hardware: Hardware, script: Script, project: Settings) -> Hardware:
    """Return the hardware, with what the document around a script gives it, and then settings."""
    if script.region is not None:
        from sgdlint.surroundings import hardware_within

        hardware = hardware_within(hardware, script.region.granted)
    return with_machine(hardware, project) if project.path else hardware


def _releases_of(
    read: Scripts, known: Sequence[list[Evidence]], number: int, stated: Assumed | None
) -> list[Assumed]:
    """Return what each command that starts SGLang is checked for; raises OptionError.

    known: what each script tells; what the files beside it tell is added when they are asked.
    number: of the script.
    """
    script = read.all[number]
    project = release_of_project(read.source)
    if stated is not None:
        return [stated] * len(script.found)
    from sgdlint.chosen import by_launch

    machine, near = None, read.source
    if script.region is not None:
        from sgdlint.surroundings import machine_of, told_by_page

        if script.region.granted.checkout is not None:
            near = script.source
        page = told_by_page(read.all, known, number) if read.is_page else ()
        machine = machine_of(script.region.granted, script.source, page)
    commands, found = script.commands, script.found
    return by_launch(near, commands, found, known[number], project, machine)


def _doubts(task: _Task, engine: Engine) -> list[Finding]:
    """Return findings for places that name a release, and do not tell which one runs."""
    script, known, text = task.script, task.known, task.script.source.text
    if not known and not any(sign in text for sign in ("sglang>", "sglang<", "]>", "]<")):
        return []
    from sgdlint.doubts import doubts, redirected

    events = [*doubts(known), *redirected(script.source, script.commands)]
    found = [finding for one in events for finding in engine.plain(*one)]
    return [replace(one, scope=None) for one in found]


def _for_releases(task: _Task, engines: Mapping[str, Engine]) -> _Checked:
    releases = task.releases
    called = "" if len(releases) == 1 else RELEASES
    return _Checked(task, {one: _for_release(task, engines[one], called) for one in releases})


def _for_release(task: _Task, engine: Engine, called: str) -> _Done:
    """Return what one release makes of a script. called: how messages call it, "" by its name."""
    script = task.script
    ran = _launches(task, engine, called)
    _of_several(ran, engine, script)
    if not any(one.findings for one in ran):
        return _Done(ran, [])
    from sgdlint.sharing import Uses
    from sgdlint.together import Whole, gathered

    whole = Whole(script.ways, script.tree, script.source)
    uses = Uses(ran, script.commands, whole)
    found = [(one, uses.judge(finding, one)) for one in ran for finding in one.findings]
    return _Done(ran, gathered(found, whole))


def _launches(task: _Task, engine: Engine, called: str) -> list[Ran]:
    """Return the launches of one release, each variant once, with what the rules say of them."""
    from sgdlint.launch.build import launch_of
    from sgdlint.variants import Ran, variants

    script, known = task.script, catalog.load(engine.release)
    around = surroundings_of(script)
    text = script.source.text
    mine = [number for number, one in enumerate(task.sure) if engine.release in one.releases]
    ran: list[Ran] = []
    for variant in variants(script.found, mine, known):
        launch = launch_of(variant.found, known, task.hardware, around)
        if launch is None:
            continue
        launch = replace(launch, pinned=task.sure[variant.numbers[0]].pinned)
        more = task.also(script, variant, launch, engine) if task.also is not None else []
        found = engine.run(launch, text, called or engine.release)
        if variant.found.alone:
            alone = [launch_of(one, known, task.hardware, around) for one in variant.found.alone]
            found = _added(found, [one for one in alone if one is not None], engine, text, called)
        if task.tuning is not None and len(task.releases) == 1:
            more = [*more, *_tuned(task, variant, launch, engine, [*found, *more])]
        ran.append(Ran(variant, launch, [*found, *more]))
    return ran


def _tuned(
    task: _Task, variant: Variant, launch: Launch, engine: Engine, found: list[Finding]
) -> list[Finding]:
    """Return what recipes have and a launch lacks."""
    if task.tuning is None or not (launch.hardware.gpu or launch.hardware.vram_gib):
        return []
    from sgdlint.launch.build import launch_of
    from sgdlint.tuning import Tuned, advice

    def read(one: Recognised) -> Launch | None:
        return launch_of(one, launch.release, task.hardware, surroundings_of(task.script))

    text, lossy = task.script.source.text, task.tuning.lossy
    return advice(Tuned(variant.found, launch, engine, text, found, read, lossy))


def _added(
    found: list[Finding], alone: Sequence[Launch], engine: Engine, text: str, called: str
) -> list[Finding]:
    """Return the findings of a launch in a file that the script runs which that file lacks.

    alone: the same launch when nothing is known of who runs it.
    """
    own = {
        (one.code, one.message)
        for launch in alone
        for one in engine.run(launch, text, called or engine.release)
    }
    return [one for one in found if (one.code, one.message) not in own]


def surroundings_of(script: Script) -> Surroundings:
    """Return what the launches of a script may read, and what a document tells of them."""
    from sgdlint.launch.launch import Surroundings

    if script.region is None:
        return Surroundings(script.source, script.commands)
    from sgdlint.surroundings import outside_of

    return Surroundings(script.source, script.commands, script.document, outside_of(script))


def _of_several(ran: Sequence[Ran], engine: Engine, script: Script) -> None:
    """Add the findings about launches that write the same file, or run on the same GPUs."""
    if sum(len(one.variant.ways) for one in ran) < 2:
        return
    if "&\n" in script.source.text or "& " in script.source.text:
        from sgdlint.samegpus import shared
        from sgdlint.ways import Layout

        for one, event in shared(ran, script, Layout(script.tree)):
            one.findings.extend(engine.noticed(one.launch, script.source.text, event))
    from sgdlint.catalog.quirks import output_files

    names = output_files(engine.release)
    if all(names.isdisjoint(one.launch.bound.given) for one in ran):
        return
    from sgdlint.sequence import overwritten
    from sgdlint.ways import Layout

    source, layout = script.source, Layout(script.tree)
    for one, event in overwritten(ran, names, script.commands, source, layout):
        one.findings.extend(engine.noticed(one.launch, source.text, event))


def _findings_of(
    done: Mapping[str, _Done], assumptions: Sequence[tuple[Span, Assumed]]
) -> list[Finding]:
    """Return the findings of all releases, each once."""
    if len(done) < 2:
        return [one for some in done.values() for one in some.findings]
    from sgdlint.several import merged

    by_release = {release: some.findings for release, some in done.items()}
    return merged(by_release, assumptions)


def _syntax(script: Script, engine: Engine) -> list[Finding]:
    text = script.source.text
    if script.region is not None and not script.region.is_certain:
        return []
    return [
        finding
        for one in script.problems
        for finding in engine.plain(
            "syntax-error", Span(one.start, one.end), {"problem": _told(one, text)}, None
        )
    ]


def _of_yaml(read: Scripts, engine: Engine) -> list[Finding]:
    """Return findings for keys that stand twice, and for numbers where text belongs."""
    if "sgdlint.documents.yaml_tree" not in sys.modules:
        return []
    from sgdlint import repeats

    found = repeats.findings(read, engine)
    if "sgdlint.documents.kubernetes" not in sys.modules:
        return found
    from sgdlint import untexted

    return found + untexted.findings(read, engine)


def _unread(read: Scripts, kind: str, engine: Engine) -> list[Finding]:
    """Return findings for what could not be read, and for a launch that is only mentioned."""
    unread = read.unread
    if not unread and not read.launches:
        from sgdlint import mentions

        unread = mentions.unread(read, kind)
    return [
        finding
        for one in unread
        for finding in engine.plain("not-read", one.span, {"problem": one.message}, None)
    ]


def _told(problem: SyntaxProblem, text: str) -> str:
    """Return what is wrong with the syntax, and the placeholder that it comes from."""
    if text[: problem.start].rstrip(" \t")[-1:] != ">":
        return problem.message
    from sgdlint.launch.misread import hint

    return problem.message + hint(text, problem.start)


def _report(
    source: Source,
    first: Assumed,
    findings: tuple[Finding, ...] = (),
    launches: tuple[tuple[dict[str, object], ...], ...] = (),
    assumptions: tuple[tuple[Span, Assumed], ...] = (),
    failures: tuple[Failure, ...] = (),
) -> Report:
    checked = tuple(Checked(span, one.releases, one.why) for span, one in assumptions)
    return Report(source, first.text, first.why, findings, failures, launches, checked)


def _options_of(ran: Sequence[Ran]) -> Iterable[tuple[dict[str, object], ...]]:
    """Return the options of the variants of each place."""
    places: dict[Span, tuple[dict[str, object], ...]] = {}
    for one in ran:
        before = places.get(one.variant.place, ())
        places[one.variant.place] = (*before, _given(one.launch))
    return places.values()


def _given(launch: Launch) -> dict[str, object]:
    given = launch.bound.given.items()
    return {name: one.values for name, one in given if not one.retired}


def launches_for(source: Source, release: str, options: Options) -> list[Launch | None]:
    """Return the launches of a file, as one release understands them: None where it sees none."""
    return list(launches_by_key(source, release, options).values())


def launches_by_key(
    source: Source, release: str, options: Options
) -> dict[tuple[int, Key], Launch | None]:
    """Return the launches of a file, as `launches_for` does.

    By the number of their script, and the keys of their variants.
    """
    from sgdlint.launch.build import launch_of
    from sgdlint.variants import keys

    read, known = scripts.read(source, options.kind), catalog.load(release)
    directed, _ = read.directives()
    hardware, project = hardware_of(options, directed), settings_of_file(source)
    launches: dict[tuple[int, Key], Launch | None] = {}
    for script in read.all:
        around, given = surroundings_of(script), _granted(hardware, script, project)
        for key, one in zip(keys(script.found), script.found, strict=True):
            launches[script.number, key] = launch_of(one, known, given, around)
    return launches


def stated_release(source: Source, options: Options) -> tuple[str, str] | None:
    """Return the release that a file is for and what says so; None when nothing does.

    The newest one, where several are named.
    """
    read = scripts.read(source, options.kind)
    directed, _ = read.directives()
    stated = stated_by(options, directed)
    told = [stated] if stated is not None else []
    if stated is None:
        known = [evidence(script.source, script.commands) for script in read.all]
        for number in range(len(known)):
            told += _releases_of(read, known, number, None)
    first = next((one for one in told if one.origin != assumed.NEWEST), None)
    return None if first is None else (first.releases[-1], first.why)


def settings_of(source: Source, kind: str = "") -> list[Setting]:
    """Return what the comments of a file set; raises DirectiveError."""
    return scripts.read(source, kind).directives()[0]

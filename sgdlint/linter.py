"""The pipeline, in order: text → syntax tree → commands → launches → findings → report."""

from __future__ import annotations

from sgdlint import assumed, catalog, directives, quick, shown
from sgdlint.assumed import Assumed
from sgdlint.catalog.quirks import output_files
from sgdlint.directives import DirectiveError
from sgdlint.documents import mentions_sglang
from sgdlint.evidence import evidence
from sgdlint.finding import RELEASES, Checked, Failure, Finding, Report
from sgdlint.record import record, replace
from sgdlint.source import Span
from sgdlint.stated import OptionError, Options, hardware_of, release_of_project, stated_by

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sgdlint.directives import Setting
    from sgdlint.launch.launch import Hardware, Launch
    from sgdlint.launch.recognise import Recognised
    from sgdlint.pins import Evidence
    from sgdlint.rules.engine import Engine
    from sgdlint.rules.model import Pack
    from sgdlint.shell.sourcing import Files
    from sgdlint.shell.tree import SyntaxProblem, Tree
    from sgdlint.shell.values import Command
    from sgdlint.source import Source
    from sgdlint.variants import Key, Place, Ran, Variant

    Also = Callable[[Variant, Launch, Engine], list[Finding]]

__all__ = ["Options", "check", "launches_for", "settings_of", "stated_release"]

LONG = 10_000
"""Characters: in longer scripts, what cannot matter to a launch is passed over in any case."""

WRITES = r">(?!&|[ \t]*/dev/null)|\btee\b"
"""What may write a file in a script; a launch may read it, so all that it is made of matters."""


def check(source: Source, pack: Pack, options: Options, also: Also | None = None) -> Report:
    """Check one file. Never raises for what stands in it.

    Raises OptionError for options and for the settings of the project.
    also: more findings of a launch, which is told with the variant of its place that it is.
    """
    stated = stated_by(options, [])
    if not mentions_sglang(source):
        return _report(source, stated or assumed.newest())
    # Not at the top, here and below: most files do not mention SGLang.
    from sgdlint.rules.engine import Engine

    script = _script(source)
    try:
        directed, suppressions = directives.read(source, _comments(script.tree), script.spans)
        stated = stated_by(options, directed)
        hardware = hardware_of(options, directed)
    except (DirectiveError, OptionError) as error:
        failure = Failure(source.path, str(error))
        return _report(source, stated or assumed.newest(), failures=(failure,))
    known = evidence(source, script.commands)
    sure = _releases_of(script, stated, known)
    wanted = {release for some in sure for release in some.releases}
    releases = [one for one in catalog.releases() if one in wanted]
    engine = Engine(pack, releases[-1] if releases else catalog.newest())
    called = "" if len(releases) == 1 else RELEASES
    task = _Task(script, sure, hardware, called, also)
    done = {
        release: _for_release(task, engine if release == engine.release else Engine(pack, release))
        for release in releases
    }
    assumptions = _assumptions(done, task)
    findings = [*_syntax(script.tree, source.text, engine), *_findings_of(done, assumptions)]
    findings += _doubts(script, known, engine) if assumptions else []
    findings = shown.of(findings, suppressions, options, source, engine)
    findings.sort(key=lambda one: (one.span.start, one.span.end, one.code))
    first = stated or next((some for _, some in assumptions), assumed.newest())
    launches = tuple(here for some in done.values() for here in _options_of(some.ran))
    report = _report(source, first, tuple(findings), launches, assumptions)
    return replace(report, unread=tuple(script.unread)) if script.unread else report


@record
class _Script:
    """What is read of a file before any release counts. unread: files that it names in vain."""

    source: Source
    tree: Tree
    commands: Sequence[Command]
    found: Sequence[Recognised]
    unread: Sequence[str] = ()

    @property
    def ways(self) -> dict[Place, list[Command]]:
        """The commands of each place that starts SGLang: one for each way to it."""
        from sgdlint.variants import place_of

        ways: dict[Place, list[Command]] = {}
        for one in self.found:
            ways.setdefault(place_of(one.command), []).append(one.command)
        return ways

    @property
    def spans(self) -> list[Span]:
        """Where the commands stand that start SGLang."""
        return [Span(one.command.start, one.command.end) for one in self.found]


@record
class _Task:
    """What is done for each release. sure: what each command that starts SGLang is checked for.

    called: how messages call the release, "" by its name.
    """

    script: _Script
    sure: Sequence[Assumed]
    hardware: Hardware
    called: str
    also: Also | None


@record
class _Done:
    """What one release makes of a file: its launches, and what is found in them."""

    ran: list[Ran]
    findings: list[Finding]


def _script(source: Source) -> _Script:
    from sgdlint.launch.recognise import launches as recognise
    from sgdlint.shell.interpreter import commands as interpret
    from sgdlint.shell.parser import parse

    tree = parse(source.text)
    files = _files(source)
    short = len(source.text) > LONG or quick.search(WRITES, source.text) is None
    commands = interpret(tree, source.text, files=files, short=short)
    found = recognise(commands, files)
    return _Script(source, tree, commands, found, tuple(files.missing) if files else ())


def _files(source: Source) -> Files | None:
    """Return what reads the files that a script names; None when it names none."""
    if not any(sign in source.text for sign in ("source ", ". ", "env-file")):
        return None
    from sgdlint.shell.sourcing import Files

    return Files(source.near, source.text)


def _releases_of(script: _Script, stated: Assumed | None, known: list[Evidence]) -> list[Assumed]:
    """Return what each command that starts SGLang is checked for; raises OptionError.

    known: what the script tells; what the files beside it tell is added when they are asked.
    """
    project = release_of_project(script.source)
    if stated is not None:
        return [stated] * len(script.found)
    return assumed.by_launch(script.source, script.commands, script.found, known, project)


def _doubts(script: _Script, known: Sequence[Evidence], engine: Engine) -> list[Finding]:
    """Return findings for places that name a release, and do not tell which one runs."""
    text = script.source.text
    if not known and not any(sign in text for sign in ("sglang>", "sglang<", "]>", "]<")):
        return []
    from sgdlint.doubts import doubts, redirected

    events = [*doubts(known), *redirected(script.source, script.commands)]
    found = [finding for one in events for finding in engine.plain(*one)]
    return [replace(one, scope=None) for one in found]


def _for_release(task: _Task, engine: Engine) -> _Done:
    """Return what one release makes of a file."""
    script = task.script
    ran = _launches(task, engine)
    _of_several(ran, engine, script)
    if not any(one.findings for one in ran):
        return _Done(ran, [])
    from sgdlint.sharing import Uses
    from sgdlint.together import Whole, gathered

    whole = Whole(script.ways, script.tree, script.source)
    uses = Uses(ran, script.commands, whole)
    found = [(one, uses.judge(finding, one)) for one in ran for finding in one.findings]
    return _Done(ran, gathered(found, whole))


def _launches(task: _Task, engine: Engine) -> list[Ran]:
    """Return the launches of one release, each variant once, with what the rules say of them."""
    from sgdlint.launch.build import launch_of
    from sgdlint.launch.nearby import Surroundings
    from sgdlint.variants import Ran, variants

    script, known = task.script, catalog.load(engine.release)
    around = Surroundings(script.source, script.commands)
    text, called = script.source.text, task.called or engine.release
    mine = [number for number, one in enumerate(task.sure) if engine.release in one.releases]
    ran: list[Ran] = []
    for variant in variants(script.found, mine, known):
        launch = launch_of(variant.found, known, task.hardware, around)
        if launch is None:
            continue
        launch = replace(launch, pinned=task.sure[variant.numbers[0]].pinned)
        more = task.also(variant, launch, engine) if task.also is not None else []
        ran.append(Ran(variant, launch, [*engine.run(launch, text, called), *more]))
    return ran


def _of_several(ran: Sequence[Ran], engine: Engine, script: _Script) -> None:
    """Add the findings about launches that write the same file."""
    if sum(len(one.variant.ways) for one in ran) < 2:
        return
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


def _assumptions(done: Mapping[str, _Done], task: _Task) -> tuple[tuple[Span, Assumed], ...]:
    """Return each launch once, with what it is checked for."""
    return tuple(
        dict.fromkeys(
            (one.launch.span, task.sure[number])
            for some in done.values()
            for one in some.ran
            for number in one.variant.numbers
        )
    )


def _syntax(tree: Tree, text: str, engine: Engine) -> list[Finding]:
    return [
        finding
        for one in tree.problems
        for finding in engine.plain(
            "syntax-error", Span(one.start, one.end), {"problem": _told(one, text)}, None
        )
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
    checked = tuple(Checked(span, one.releases, _why(one)) for span, one in assumptions)
    return Report(source, first.text, _why(first), findings, failures, launches, checked)


def _why(one: Assumed) -> str:
    return one.origin + (f", {one.note}" if one.note else "")


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


def launches_by_key(source: Source, release: str, options: Options) -> dict[Key, Launch | None]:
    """Return the launches of a file, as `launches_for` does, by the keys of their variants."""
    from sgdlint.launch.build import launch_of
    from sgdlint.launch.nearby import Surroundings
    from sgdlint.variants import keys

    script = _script(source)
    directed, _ = directives.read(source, _comments(script.tree), [])
    hardware = hardware_of(options, directed)
    around, known = Surroundings(source, script.commands), catalog.load(release)
    found = [launch_of(one, known, hardware, around) for one in script.found]
    return dict(zip(keys(script.found), found, strict=True))


def stated_release(source: Source, options: Options) -> tuple[str, str] | None:
    """Return the release that a file is for and what says so; None when nothing does.

    The newest one, where several are named.
    """
    script = _script(source)
    directed, _ = directives.read(source, _comments(script.tree), [])
    stated = stated_by(options, directed)
    told = (
        [stated]
        if stated is not None
        else _releases_of(script, None, evidence(source, script.commands))
    )
    first = next((one for one in told if one.origin != assumed.NEWEST), None)
    return None if first is None else (first.releases[-1], _why(first))


def settings_of(source: Source) -> list[Setting]:
    """Return what the comments of a file set; raises DirectiveError."""
    from sgdlint.shell.parser import parse

    return directives.read(source, _comments(parse(source.text)), [])[0]


def _comments(tree: Tree) -> list[Span]:
    return [Span(comment.start, comment.end) for comment in tree.comments]

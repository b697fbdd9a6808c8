"""The pipeline, in order: text → syntax tree → commands → launches → findings → report."""

from __future__ import annotations

from sgdlint import assumed, catalog, directives, settings
from sgdlint.assumed import Assumed
from sgdlint.catalog.quirks import output_files
from sgdlint.catalog.specifiers import SpecifierError
from sgdlint.directives import DirectiveError
from sgdlint.documents import mentions_sglang
from sgdlint.evidence import evidence
from sgdlint.finding import RELEASES, Checked, Edit, Failure, Finding, Fix, Report
from sgdlint.nearest import nearest
from sgdlint.record import record, replace
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sgdlint.directives import Setting, Suppression
    from sgdlint.launch.launch import Hardware, Launch
    from sgdlint.launch.recognise import Recognised
    from sgdlint.pins import Evidence
    from sgdlint.rules.engine import Engine
    from sgdlint.rules.model import Pack
    from sgdlint.settings import Settings
    from sgdlint.shell.tree import SyntaxProblem, Tree
    from sgdlint.shell.values import Command
    from sgdlint.source import Nearby, Source

    Also = Callable[[int, Launch, Engine], list[Finding]]


class OptionError(Exception):
    """An unknown release, GPU or rule; the message names the nearest known one."""


@record
class Options:
    """What the user asked for. Empty means: not said.

    sglang: a release or a range of them, or several such. gpu: a name. gpus: how many the machine
    has. vram: GiB of one GPU.
    select, ignore: rule codes (or prefixes of them) and names. lossy: show lossy advice too.
    """

    sglang: str | tuple[str, ...] = ()
    gpu: str = ""
    gpus: int | None = None
    vram: float | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    lossy: bool = False


def check(source: Source, pack: Pack, options: Options, also: Also | None = None) -> Report:
    """Check one file. Never raises for what stands in it.

    Raises OptionError for options and for the settings of the project.
    also: more findings of a launch, which is told with its place among the commands that start one.
    """
    stated = _stated(options, [])
    if not mentions_sglang(source):
        return _report(source, stated or assumed.newest())
    # Not at the top, here and below: most files do not mention SGLang.
    from sgdlint.rules.engine import Engine

    script = _script(source)
    try:
        directed, suppressions = directives.read(source, _comments(script.tree), script.spans)
        stated = _stated(options, directed)
        hardware = _hardware(options, directed)
    except (DirectiveError, OptionError) as error:
        failure = Failure(source.path, str(error))
        return _report(source, stated or assumed.newest(), failures=(failure,))
    known = evidence(source, script.commands)
    sure = _releases_of(script, stated, known)
    wanted = {release for some in sure for release in some.releases}
    releases = [one for one in catalog.releases() if one in wanted]
    engine = Engine(pack, releases[-1] if releases else catalog.newest())
    shown = "" if len(releases) == 1 else RELEASES
    task = _Task(script, sure, hardware, shown, also)
    done = {
        release: _for_release(task, engine if release == engine.release else Engine(pack, release))
        for release in releases
    }
    findings = [*_syntax(script.tree, source.text, engine), *_findings_of(done)]
    findings += _doubts(script, known, engine) if any(one.launches for one in done.values()) else []
    chosen = _chosen(options, pack.index.off)
    findings = _suppress(findings, suppressions, source, engine, chosen)
    findings = [one for one in findings if _is_wanted(one, options, chosen)]
    findings.sort(key=lambda one: (one.span.start, one.span.end, one.code))
    assumptions = _assumptions(done)
    first = stated or next((some for _, some in assumptions), assumed.newest())
    launches = tuple(_options_of(one) for some in done.values() for one in some.launches)
    return _report(source, first, tuple(findings), launches, assumptions)


@record
class _Script:
    """What is read of a file before any release counts."""

    source: Source
    tree: Tree
    commands: Sequence[Command]
    found: Sequence[Recognised]

    @property
    def spans(self) -> list[Span]:
        """Where the commands stand that start SGLang."""
        return [Span(one.command.start, one.command.end) for one in self.found]


@record
class _Task:
    """What is done for each release. sure: what each command that starts SGLang is checked for.

    shown: how messages call the release, "" by its name.
    """

    script: _Script
    sure: Sequence[Assumed]
    hardware: Hardware
    shown: str
    also: Also | None


@record
class _Done:
    """What one release makes of a file: its launches, what they are checked for, its findings."""

    launches: list[Launch]
    assumptions: list[Assumed]
    findings: list[Finding]


def _script(source: Source) -> _Script:
    from sgdlint.launch.recognise import launches as recognise
    from sgdlint.shell.interpreter import commands as interpret
    from sgdlint.shell.parser import parse

    tree = parse(source.text)
    commands = interpret(tree, source.text)
    return _Script(source, tree, commands, recognise(commands))


def _releases_of(script: _Script, stated: Assumed | None, known: list[Evidence]) -> list[Assumed]:
    """Return what each command that starts SGLang is checked for; raises OptionError.

    known: what the script tells; what the files beside it tell is added when they are asked.
    """
    project = _release_of_project(script.source)
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
    from sgdlint.launch.build import launch_of
    from sgdlint.launch.nearby import Surroundings
    from sgdlint.sharing import settle

    script, known = task.script, catalog.load(engine.release)
    around = Surroundings(script.source, script.commands)
    text, shown = script.source.text, task.shown or engine.release
    done = _Done([], [], [])
    by_launch: list[tuple[Launch, list[Finding]]] = []
    ran: list[tuple[Launch, Command]] = []
    for place, (one, some) in enumerate(zip(script.found, task.sure, strict=True)):
        if engine.release not in some.releases:
            continue
        launch = launch_of(one, known, task.hardware, around)
        if launch is None:
            continue
        launch = replace(launch, pinned=some.pinned)
        more = task.also(place, launch, engine) if task.also is not None else []
        by_launch.append((launch, [*engine.run(launch, text, shown), *more]))
        ran.append((launch, one.command))
        done.launches.append(launch)
        done.assumptions.append(some)
    by_launch += _of_several(ran, engine, script)
    done.findings.extend(settle(by_launch, script.commands, script.tree, script.source))
    return done


def _of_several(
    ran: list[tuple[Launch, Command]], engine: Engine, script: _Script
) -> list[tuple[Launch, list[Finding]]]:
    """Return findings about launches that write the same file, by launch."""
    if len(ran) < 2:
        return []
    names = output_files(engine.release)
    if sum(not names.isdisjoint(launch.bound.given) for launch, _ in ran) < 2:
        return []
    from sgdlint.sequence import overwritten

    source = script.source
    again = overwritten(ran, names, script.commands, source)
    return [(launch, engine.noticed(launch, source.text, event)) for launch, event in again]


def _findings_of(done: Mapping[str, _Done]) -> list[Finding]:
    """Return the findings of all releases, each once."""
    if len(done) < 2:
        return [one for some in done.values() for one in some.findings]
    from sgdlint.several import merged

    by_release = {release: some.findings for release, some in done.items()}
    return merged(by_release, _assumptions(done))


def _assumptions(done: Mapping[str, _Done]) -> tuple[tuple[Span, Assumed], ...]:
    """Return each launch once, with what it is checked for."""
    return tuple(
        dict.fromkeys(
            (launch.span, some)
            for one in done.values()
            for launch, some in zip(one.launches, one.assumptions, strict=True)
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
    launches: tuple[dict[str, object], ...] = (),
    assumptions: tuple[tuple[Span, Assumed], ...] = (),
    failures: tuple[Failure, ...] = (),
) -> Report:
    checked = tuple(Checked(span, one.releases, _why(one)) for span, one in assumptions)
    return Report(source, first.text, _why(first), findings, failures, launches, checked)


def _why(one: Assumed) -> str:
    return one.origin + (f", {one.note}" if one.note else "")


def _options_of(launch: Launch) -> dict[str, object]:
    given = launch.bound.given.items()
    return {name: one.values for name, one in given if not one.retired}


def launches_for(source: Source, release: str, options: Options) -> list[Launch | None]:
    """Return the launches of a file, as one release understands them: None where it sees none."""
    from sgdlint.launch.build import launch_of
    from sgdlint.launch.nearby import Surroundings

    script = _script(source)
    directed, _ = directives.read(source, _comments(script.tree), [])
    hardware = _hardware(options, directed)
    around = Surroundings(source, script.commands)
    return [launch_of(one, catalog.load(release), hardware, around) for one in script.found]


def stated_release(source: Source, options: Options) -> tuple[str, str] | None:
    """Return the release that a file is for and what says so; None when nothing does.

    The newest one, where several are named.
    """
    script = _script(source)
    directed, _ = directives.read(source, _comments(script.tree), [])
    stated = _stated(options, directed)
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


# --- what is assumed ----------------------------------------------------------------------------


def _stated(options: Options, directed: Sequence[Setting]) -> Assumed | None:
    """Return the releases that the user names; None when nobody named one."""
    said = [one for one in directed if one.name == "sglang"]
    if options.sglang:
        said_there = (options.sglang,) if isinstance(options.sglang, str) else options.sglang
        return known_releases(said_there, assumed.COMMAND_LINE)
    if not said:
        return None
    lines = ", ".join(dict.fromkeys(f"line {one.line}" for one in said))
    for one in said:
        _at_line(one, known_release_range)
    return known_releases([one.value for one in said], lines)


def settings_of_project(near: Nearby) -> Settings:
    """Return the settings of the project around a file; raises OptionError."""
    try:
        return settings.of(near)
    except settings.SettingsError as error:
        raise OptionError(str(error)) from None


def _release_of_project(source: Source) -> Assumed | None:
    """Return the releases that the settings of the project name; raises OptionError."""
    found = settings_of_project(source.near)
    if not found.sglang:
        return None
    try:
        return known_releases(found.sglang, found.where("sglang"))
    except OptionError as error:
        raise OptionError(f"{found.where('sglang')}: sglang: {error}") from None


def known_releases(texts: Sequence[str], origin: str) -> Assumed:
    """Return the releases of the catalog that are named; OptionError for any other."""
    try:
        return assumed.stated(texts, origin)
    except (SpecifierError, catalog.UnknownReleaseError) as error:
        raise OptionError(str(error)) from None


def known_release_range(text: str) -> Assumed:
    """Return the releases that one text names; OptionError when there are none."""
    return known_releases([text], "")


def known_release(text: str) -> str:
    """Return a release of the catalog; OptionError with the nearest ones for any other."""
    try:
        return catalog.load(text.removeprefix("v")).name
    except (catalog.UnknownReleaseError, ValueError) as error:
        raise OptionError(str(error)) from None


def _hardware(options: Options, directed: Sequence[Setting]) -> Hardware:
    from sgdlint.launch.launch import Hardware

    said = {one.name: one for one in directed}
    gpu = None
    if options.gpu:
        gpu = known_gpu(options.gpu)
    elif "gpu" in said:
        gpu = _at_line(said["gpu"], known_gpu)
    vram, count = options.vram, options.gpus
    if vram is None and "vram" in said and not options.gpu:
        vram = _at_line(said["vram"], positive_number)
    if count is None and "gpus" in said:
        count = int(_at_line(said["gpus"], positive_whole))
    return Hardware(gpu, vram, count)


def known_gpu(name: str) -> catalog.Gpu:
    """Return a GPU of the catalog; OptionError with the nearest name for any other."""
    gpu = catalog.gpu(name)
    if gpu is None:
        names = [one.name for one in catalog.gpus()]
        hint = nearest(name, names)
        raise OptionError(
            f"unknown GPU {name!r}{f'; did you mean {hint!r}?' if hint else '.'} "
            f"Known: {', '.join(names)}"
        )
    return gpu


def positive_number(text: str) -> float:
    """Read a number above 0; OptionError otherwise."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise OptionError(f"{text!r} is not a number above 0")
    return number


def positive_whole(text: str) -> int:
    """Read a whole number from 1; OptionError otherwise."""
    if not text.isdecimal() or int(text) < 1:
        raise OptionError(f"{text!r} is not a whole number from 1")
    return int(text)


if TYPE_CHECKING:
    from typing import TypeVar

    T = TypeVar("T")


def _at_line(setting: Setting, read: Callable[[str], T]) -> T:
    try:
        return read(setting.value)
    except OptionError as error:
        raise OptionError(f"line {setting.line}: {setting.name}: {error}") from None


# --- which findings are shown ---------------------------------------------------------------------


def _chosen(options: Options, off: Sequence[str]) -> Callable[[str, str], bool]:
    """Return whether a rule (code, name) is switched on; off: those to be asked for by name."""

    def chosen(code: str, name: str) -> bool:
        if any(_names(wish, code, name) for wish in options.ignore):
            return False
        if code in off and code not in options.select and name not in options.select:
            return False
        return not options.select or any(_names(wish, code, name) for wish in options.select)

    return chosen


def _names(wish: str, code: str, name: str) -> bool:
    return wish == name or (bool(wish) and code.startswith(wish))


def _is_wanted(finding: Finding, options: Options, chosen: Callable[[str, str], bool]) -> bool:
    if not chosen(finding.code, finding.name):
        return False
    if finding.lossless or finding.severity in ("error", "warning") or options.lossy:
        return True
    return any(wish in (finding.code, finding.name) for wish in options.select)


def is_named(wish: str, pack: Pack) -> bool:
    """Whether a rule of a pack is meant by a code, the beginning of one, or a name."""
    return any(_names(wish, rule.code, rule.name) for rule in pack.rules)


def check_names(wishes: Sequence[str], pack: Pack) -> None:
    """Raise OptionError for a rule that does not exist in select or ignore."""
    for wish in wishes:
        if not is_named(wish, pack):
            hint = nearest(wish, [key for rule in pack.rules for key in (rule.code, rule.name)])
            raise OptionError(f"no rule {wish!r}{f'; did you mean {hint!r}?' if hint else ''}")


def _suppress(
    findings: list[Finding],
    suppressions: Sequence[Suppression],
    source: Source,
    engine: Engine,
    chosen: Callable[[str, str], bool],
) -> list[Finding]:
    """Take out what is suppressed, and add findings for suppressions that silence nothing."""
    kept = [
        one
        for one in findings
        if not any(directives.suppresses(suppression, one, source) for suppression in suppressions)
    ]
    for suppression in suppressions:
        kept += _judge(suppression, findings, source, engine, chosen)
    return kept


def _judge(
    suppression: Suppression,
    findings: list[Finding],
    source: Source,
    engine: Engine,
    chosen: Callable[[str, str], bool],
) -> list[Finding]:
    """Return findings about a suppression: codes that no rule has, codes that silence nothing."""
    used = {
        key
        for one in findings
        if directives.suppresses(suppression, one, source)
        for key in (one.code, one.name)
    }
    rules = {key: rule for rule in engine.pack.rules for key in (rule.code, rule.name)}
    result = []
    unused = set()
    for code in suppression.codes:
        if code not in rules:
            fields = {"code": code, "nearest": nearest(code, rules)}
            result += engine.plain("unknown-suppression", suppression.span, fields, None)
        elif code not in used and chosen(rules[code].code, rules[code].name):
            unused.add(code)
    if unused or not suppression.codes:
        span, text = directives.without_codes(source, suppression, unused)
        fix = Fix("remove what silences nothing", "safe", (Edit(span, text),))
        fields = {"codes": ", ".join(sorted(unused)) or "nothing"}
        result += engine.plain("unused-suppression", suppression.span, fields, fix)
    return [replace(one, scope=None) for one in result]

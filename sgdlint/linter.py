"""The pipeline, in order: text → syntax tree → commands → launches → findings → report."""

from __future__ import annotations

from sgdlint import assumed, catalog, directives
from sgdlint.assumed import Assumed
from sgdlint.catalog.specifiers import SpecifierError
from sgdlint.directives import DirectiveError
from sgdlint.documents import mentions_sglang
from sgdlint.finding import RELEASES, Checked, Edit, Failure, Finding, Fix, Report
from sgdlint.launch.build import launch_of
from sgdlint.launch.launch import Hardware
from sgdlint.launch.nearby import Surroundings
from sgdlint.launch.recognise import launches as recognise
from sgdlint.nearest import nearest
from sgdlint.record import record, replace
from sgdlint.rules.engine import Engine
from sgdlint.sharing import settle
from sgdlint.shell.interpreter import commands as interpret
from sgdlint.shell.parser import parse
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sgdlint.directives import Setting, Suppression
    from sgdlint.launch.launch import Launch
    from sgdlint.rules.model import Pack
    from sgdlint.shell.tree import Tree
    from sgdlint.source import Source


if TYPE_CHECKING:
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
    """Check one file. Never raises for what stands in the file; raises OptionError for options.

    also: more findings of a launch, which is told with its place among the commands that start one.
    """
    stated = _stated(options, [])
    if not mentions_sglang(source):
        return _report(source, stated or assumed.newest())
    tree = parse(source.text)
    commands = interpret(tree, source.text)
    found = recognise(commands)
    try:
        settings, suppressions = directives.read(
            source, _comments(tree), [Span(one.command.start, one.command.end) for one in found]
        )
        stated = _stated(options, settings)
        hardware = _hardware(options, settings)
    except (DirectiveError, OptionError) as error:
        failure = Failure(source.path, str(error))
        return _report(source, stated or assumed.newest(), failures=(failure,))
    around = Surroundings(source, commands)
    if stated is not None:
        sure = [stated] * len(found)
    else:
        sure = assumed.by_launch(source, commands, found)
    releases = [one for one in catalog.releases() if any(one in some.releases for some in sure)]
    engine = Engine(pack, releases[-1] if releases else catalog.newest())
    findings = [
        finding
        for problem in tree.problems
        for finding in engine.plain(
            "syntax-error",
            Span(problem.start, problem.end),
            {"problem": problem.message},
            None,
        )
    ]
    options_of: list[dict[str, object]] = []
    by_release: dict[str, list[Finding]] = {}
    checked: list[tuple[Span, Assumed]] = []
    for release in releases:
        known = catalog.load(release)
        read: list[tuple[int, Launch]] = []
        for place, (one, some) in enumerate(zip(found, sure, strict=True)):
            if release not in some.releases:
                continue
            launch = launch_of(one, known, hardware, around)
            if launch is not None:
                read.append((place, launch))
                checked.append((launch.span, some))
        shown = release if len(releases) == 1 else RELEASES
        runner = engine if release == engine.release else Engine(pack, release)
        by_launch = [
            (
                launch,
                [
                    *runner.run(launch, source.text, shown),
                    *(also(place, launch, runner) if also is not None else ()),
                ],
            )
            for place, launch in read
        ]
        by_release[release] = settle(by_launch, commands, tree, source)
        options_of += [_options_of(launch) for _, launch in read]
    if len(releases) > 1:
        from sgdlint.several import merged

        findings += merged(by_release, list(dict.fromkeys(checked)))
    else:
        findings += [one for some in by_release.values() for one in some]
    findings = _suppress(findings, suppressions, source, engine, _chosen(options))
    findings = [one for one in findings if _is_wanted(one, options)]
    findings.sort(key=lambda one: (one.span.start, one.span.end, one.code))
    assumptions = tuple(dict.fromkeys(checked))
    first = stated or next((some for _, some in assumptions), assumed.newest())
    return _report(source, first, tuple(findings), tuple(options_of), assumptions)


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
    tree = parse(source.text)
    commands = interpret(tree, source.text)
    found = recognise(commands)
    settings, _ = directives.read(source, _comments(tree), [])
    hardware = _hardware(options, settings)
    around = Surroundings(source, commands)
    return [launch_of(one, catalog.load(release), hardware, around) for one in found]


def stated_release(source: Source, options: Options) -> tuple[str, str] | None:
    """Return the release that a file is for and what says so; None when nothing does.

    The newest one, where several are named.
    """
    tree = parse(source.text)
    settings, _ = directives.read(source, _comments(tree), [])
    first = _stated(options, settings)
    if first is None:
        commands = interpret(tree, source.text)
        told = assumed.by_launch(source, commands, recognise(commands))
        first = next((one for one in told if one.origin != assumed.NEWEST), None)
    return None if first is None else (first.releases[-1], _why(first))


def settings_of(source: Source) -> list[Setting]:
    """Return what the comments of a file set; raises DirectiveError."""
    return directives.read(source, _comments(parse(source.text)), [])[0]


def _comments(tree: Tree) -> list[Span]:
    return [Span(comment.start, comment.end) for comment in tree.comments]


# --- what is assumed ----------------------------------------------------------------------------


def _stated(options: Options, settings: Sequence[Setting]) -> Assumed | None:
    """Return the releases that the user names; None when nobody named one."""
    said = [one for one in settings if one.name == "sglang"]
    if options.sglang:
        said_there = (options.sglang,) if isinstance(options.sglang, str) else options.sglang
        return known_releases(said_there, "the command line")
    if not said:
        return None
    lines = ", ".join(dict.fromkeys(f"line {one.line}" for one in said))
    for one in said:
        _at_line(one, known_release_range)
    return known_releases([one.value for one in said], lines)


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


def _hardware(options: Options, settings: Sequence[Setting]) -> Hardware:
    said = {one.name: one for one in settings}
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


def _chosen(options: Options) -> Callable[[str, str], bool]:
    """Return whether a rule (code, name) is switched on."""

    def chosen(code: str, name: str) -> bool:
        if any(_names(wish, code, name) for wish in options.ignore):
            return False
        return not options.select or any(_names(wish, code, name) for wish in options.select)

    return chosen


def _names(wish: str, code: str, name: str) -> bool:
    return wish == name or (bool(wish) and code.startswith(wish))


def _is_wanted(finding: Finding, options: Options) -> bool:
    if not _chosen(options)(finding.code, finding.name):
        return False
    if finding.lossless or finding.severity in ("error", "warning") or options.lossy:
        return True
    return any(wish in (finding.code, finding.name) for wish in options.select)


def check_names(wishes: Sequence[str], pack: Pack) -> None:
    """Raise OptionError for a rule that does not exist in select or ignore."""
    for wish in wishes:
        if not any(_names(wish, rule.code, rule.name) for rule in pack.rules):
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

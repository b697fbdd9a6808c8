"""The pipeline, in order: text → syntax tree → commands → launches → findings → report."""

from __future__ import annotations

from sgdlint import catalog, directives
from sgdlint.directives import DirectiveError
from sgdlint.documents import mentions_sglang
from sgdlint.finding import Edit, Failure, Finding, Fix, Report
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


NEWEST = "the newest release known"
"""Where the release came from when nothing says which one a file is for."""


class OptionError(Exception):
    """An unknown release, GPU or rule; the message names the nearest known one."""


@record
class Options:
    """What the user asked for. Empty means: not said.

    sglang: release. gpu: a name. gpus: how many the machine has. vram: GiB of one GPU.
    select, ignore: rule codes (or prefixes of them) and names. lossy: show lossy advice too.
    """

    sglang: str = ""
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
    if not mentions_sglang(source):
        return Report(source, *_release(options, []), ())
    tree = parse(source.text)
    commands = interpret(tree, source.text)
    found = recognise(commands)
    try:
        settings, suppressions = directives.read(
            source, _comments(tree), [Span(one.command.start, one.command.end) for one in found]
        )
        release, origin = _release(options, settings)
        hardware = _hardware(options, settings)
    except (DirectiveError, OptionError) as error:
        failure = Failure(source.path, str(error))
        return Report(source, *_release(options, []), (), (failure,))
    around = Surroundings(source, commands)
    read = [launch_of(one, catalog.load(release), hardware, around) for one in found]
    launches = [launch for launch in read if launch is not None]
    engine = Engine(pack, release)
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
    by_launch = [(launch, engine.run(launch, source.text)) for launch in launches]
    if also is not None:
        places = [place for place, launch in enumerate(read) if launch is not None]
        by_launch = [
            (launch, [*its_findings, *also(place, launch, engine)])
            for place, (launch, its_findings) in zip(places, by_launch, strict=True)
        ]
    findings += settle(by_launch, commands, tree, source)
    findings = _suppress(findings, suppressions, source, engine, _chosen(options))
    findings = [one for one in findings if _is_wanted(one, options)]
    findings.sort(key=lambda one: (one.span.start, one.span.end, one.code))
    options_of: tuple[dict[str, object], ...] = tuple(
        {name: given.values for name, given in launch.bound.given.items() if not given.retired}
        for launch in launches
    )
    return Report(source, release, origin, tuple(findings), (), options_of)


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
    """Return the release that a file is for and what says so; None when nothing does."""
    settings, _ = directives.read(source, _comments(parse(source.text)), [])
    release, origin = _release(options, settings)
    return None if origin == NEWEST else (release, origin)


def settings_of(source: Source) -> list[Setting]:
    """Return what the comments of a file set; raises DirectiveError."""
    return directives.read(source, _comments(parse(source.text)), [])[0]


def _comments(tree: Tree) -> list[Span]:
    return [Span(comment.start, comment.end) for comment in tree.comments]


# --- what is assumed ----------------------------------------------------------------------------


def _release(options: Options, settings: Sequence[Setting]) -> tuple[str, str]:
    """Return the release in force and where it came from."""
    stated = [one for one in settings if one.name == "sglang"]
    if options.sglang:
        return known_release(options.sglang), "the command line"
    if stated:
        return _at_line(stated[-1], known_release), f"line {stated[-1].line}"
    return catalog.newest(), NEWEST


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

"""Move a file to another release: what differs for its launches, found for the fixer.

The file as it was is read once for the release that it was made for; each pass of the fixer
compares these launches with what the new release makes of the text so far.
"""

from __future__ import annotations

from sgdlint import catalog, differences, directives, linter, neighbours, scripts
from sgdlint.finding import Edit, Finding, Fix
from sgdlint.record import record, replace
from sgdlint.rules.engine import Engine
from sgdlint.rules.model import MIGRATION
from sgdlint.source import Span
from sgdlint.stated import known_release

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from sgdlint.finding import Report
    from sgdlint.fixer import Fixed
    from sgdlint.launch.launch import Launch
    from sgdlint.rules.pack import Pack
    from sgdlint.scripts import Script, Scripts
    from sgdlint.source import Source
    from sgdlint.stated import Options
    from sgdlint.variants import Key, Variant

NOT_PART = "no part of the move: `sgdlint fix` applies it"


@record
class Move:
    """From which release to which; before: the launches as the old one understood them.

    release: the old one, "" when nothing says which. origin: what says so.
    """

    release: str
    origin: str
    options: Options
    before: Mapping[tuple[int, Key], Launch | None]


def plan(source: Source, options: Options, to: str) -> Move:
    """Return the move of a file; raises OptionError for a release that is not known."""
    target = replace(options, sglang=known_release(to))
    try:
        stated = linter.stated_release(source, options)
        if stated is None:
            return Move("", "", target, {})
        release, origin = stated
        before = linter.launches_by_key(source, release, options)
    except directives.DirectiveError:  # the check that follows reports it
        return Move("", "", target, {})
    return Move(release, origin, target, before)


def check(source: Source, pack: Pack, move: Move) -> Report:
    """Check a file for the new release: its errors and warnings, and how its launches differ."""
    seen: set[tuple[int, int]] = set()

    def compare(script: Script, variant: Variant, launch: Launch, engine: Engine) -> list[Finding]:
        seen.add((script.number, variant.key[0]))
        before = move.before.get((script.number, variant.key))
        if before is None or before.command != launch.command:
            return []
        events = differences.events(before, launch)
        return engine.moved(before, launch, script.source.text, events)

    report = linter.check(source, pack, move.options, compare)
    findings = [_part_of_move(one) for one in report.findings if _told(one)]
    engine = Engine(pack, report.sglang)
    if not report.failures:
        read = scripts.read(source, move.options.kind)
        findings += _lost(read, move, seen, engine)
        findings += _pins(read, move, report.sglang, engine)
        findings += _beside(source, move, engine)
    findings.sort(key=lambda one: (one.span.start, one.span.end, one.code))
    return replace(report, findings=tuple(findings))


def story(move: Move, source: Source, fixed: Fixed) -> list[str]:
    """Return lines that tell from where to where a file was moved, and what was changed."""
    if not fixed.report.launches and not fixed.applied:
        return []
    known = f"from SGLang {move.release} ({move.origin}) to"
    moved = known if move.release else "from a release that nothing names to SGLang"
    lines = [f"{source.path}: {moved} {move.options.sglang}\n"]
    if not move.release:
        lines.append("  --sglang says which it is now; without it, defaults are not compared\n")
    for finding in fixed.applied:
        title = finding.fix.title if finding.fix is not None else ""
        lines.append(f"  {finding.code} {finding.name}: {title}\n")
    return [*lines, *_left(move, fixed)]


def _left(move: Move, fixed: Fixed) -> list[str]:
    """Return a line for what still tells another release, so that the next check goes by it."""
    options = replace(move.options, sglang=())
    try:
        told = linter.stated_release(fixed.report.source, options)
    except directives.DirectiveError:  # the report says so
        return []
    if told is None or told[0] == move.options.sglang:
        return []
    release, origin = told
    return [
        f"  SGLang {release} ({origin}) is still what the next check goes by; change that too\n"
    ]


def _told(finding: Finding) -> bool:
    return finding.category == MIGRATION or finding.severity in ("error", "warning")


def _part_of_move(finding: Finding) -> Finding:
    """Return the finding with a fix that is applied only when it carries the launch over."""
    fix = finding.fix
    if fix is None or finding.category == MIGRATION or finding.severity == "error":
        return finding
    return replace(finding, fix=replace(fix, applicability="display", note=fix.note or NOT_PART))


def _lost(read: Scripts, move: Move, seen: set[tuple[int, int]], engine: Engine) -> list[Finding]:
    """Return findings for launches that the new release does not take for diffusion."""
    if not move.release:
        return []
    now = linter.launches_by_key(read.source, move.release, move.options)
    found: list[tuple[Script, list[Finding]]] = []
    for (number, key), launch in now.items():
        before = move.before.get((number, key))
        if before is not None and launch is not None and (number, key[0]) not in seen:
            script = read.all[number]
            moved = replace(launch, release=catalog.load(str(move.options.sglang)))
            event = differences.lost(moved)
            found.append((script, engine.moved(before, moved, script.source.text, [event])))
    return read.at_home(found)


def _pins(read: Scripts, move: Move, release: str, engine: Engine) -> list[Finding]:
    """Return findings for comments that still name another release."""
    found = []
    for one in linter.settings_of(read.source, move.options.kind):
        if one.name == "sglang" and one.value != release:
            fix = Fix(f"write sglang={release}", "safe", (Edit(one.span, release),))
            fields = {"from": one.value}
            found += engine.plain("pinned-release", one.span, fields, fix)
    found += read.at_home([(script, _evidence(script, release, engine)) for script in read.all])
    return [replace(one, scope=None) for one in found]


def _beside(source: Source, move: Move, engine: Engine) -> list[Finding]:
    """Return findings for what stands in files beside the script, told at its first launch."""
    if not move.release:
        return []
    found: list[Finding] = []
    new = catalog.load(engine.release)
    told = list(neighbours.told(source, move.release, new))
    launches = linter.launches_for(source, new.name, move.options) if told else []
    first = next((one.head_span() for one in launches if one is not None), Span(0, 0))
    for kind, fields in told:
        found += engine.plain(kind, first, {**fields, "sglang": engine.release}, None)
    return [replace(one, scope=None) for one in found]


def _evidence(script: Script, release: str, engine: Engine) -> list[Finding]:
    """Return findings for image tags and installs of a script that still name another release."""
    from sgdlint.evidence import evidence
    from sgdlint.shell.interpreter import commands

    known = evidence(script.source, commands(script.tree, script.source.text))
    if script.region is not None:
        from sgdlint.surroundings import machine_of

        known += machine_of(script.region.granted, script.source).tags
    found: list[Finding] = []
    named = {
        one.span: one
        for one in known
        if not one.path and one.specifier != release and one.specifier[:1].isdigit()
    }
    for span, one in named.items():
        if span is None:
            continue
        edit = Edit(span, release)
        fix = Fix(f"write {release}", "unsafe", (edit,), "it must exist under that name")
        fields = {"from": one.specifier, "kind": one.kind}
        found += engine.plain("pinned-evidence", span, fields, fix)
    return found

"""`sgdlint fix`: apply fixes to files, or show what they would change."""

from __future__ import annotations

import sys

from sgdlint import checking, showing, writing
from sgdlint.checking import FAILED, FOUND
from sgdlint.files import FileError
from sgdlint.finding import Failure
from sgdlint.fixer import fix as fix_source
from sgdlint.formatters import Changed
from sgdlint.linter import check as check_source
from sgdlint.record import replace
from sgdlint.stated import OptionError, known_release

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sgdlint.arguments import Arguments
    from sgdlint.checking import Input, More
    from sgdlint.finding import Finding, Report
    from sgdlint.fixer import Fixed
    from sgdlint.rules.pack import Pack
    from sgdlint.source import Source
    from sgdlint.stated import Options

WITH_TEXTS = ("json", "sarif")
"""The formats that carry what fixes write, so that they go with --diff."""


def fix(arguments: Arguments) -> int:
    """Fix everything and return the exit status."""
    _check_options(arguments)
    options = replace(checking.options_of(arguments), tune=True)
    packs = checking.Packs(arguments)
    if arguments.to:
        known_release(arguments.to)
    reports: list[Report] = []
    failures: list[Failure] = []
    moves: list[str] = []
    mended: list[Finding] = []
    stories: list[str] = []
    made: dict[str, Changed] = {}
    refused, changed, to_stdout = False, 0, arguments.diff
    ask, more = _asking(arguments), _more(arguments)
    for one in checking.inputs(arguments, failures):
        look, told = _checker(arguments, one, packs.of(one.source), one.wishes(options), more)
        fixed = fix_source(one.source, look, arguments.unsafe, arguments.lossy, ask)
        report = fixed.report
        moves += told(fixed)
        failures += report.failures
        if fixed.refused:
            refused = True
            print(f"sgdlint: {one.source.path}: {fixed.refused}", file=sys.stderr)
        try:
            _put(arguments, one, fixed.text)
            is_put = True
        except FileError as error:
            failures.append(Failure(one.source.path, str(error)))
            is_put = isinstance(error, writing.UnsureError)
        if is_put:
            changed += fixed.text != one.source.text
            mended += fixed.applied
            stories += _stories(arguments, one, fixed)
            made[one.source.path] = Changed(fixed.applied, fixed.text, shows=arguments.diff)
        else:
            report = look(one.source)
        to_stdout = to_stdout or one.kind != "file"
        reports.append(report)
    packs.finish(reports)
    reports = checking.without_known(arguments, reports)
    # Where the fixed text goes to standard output, the report goes beside it.
    stream = sys.stderr if to_stdout and not _tells_all(arguments) else sys.stdout
    is_text = showing.format_of(arguments) == "text"
    if changed and is_text and not arguments.quiet:
        stream.write("".join(stories))
        stream.write(_told(mended, changed, "Would fix" if arguments.diff else "Fixed"))
    if is_text:
        stream.write("".join(moves))
    failures += showing.show(arguments, reports, failures, stream, made)
    status = checking.status_of(reports, failures, arguments)
    if status == FAILED or arguments.exit_zero:
        return status
    told = arguments.diff or arguments.exit_non_zero_on_fix
    return FOUND if refused or (told and changed) else status


def _check_options(arguments: Arguments) -> None:
    """Raise OptionError for options that do not go together."""
    showing.check_options(arguments)
    if (name := showing.format_of(arguments)) != "text":
        for option in ("diff", "explain", "interactive"):
            if getattr(arguments, option) and not (option == "diff" and name in WITH_TEXTS):
                raise OptionError(f"--{option} writes text, so it does not go with --format {name}")
    if arguments.log and arguments.to:
        raise OptionError("--log tells of a run, and --to of another release: use one at a time")
    if arguments.interactive:
        if "-" in arguments.paths:
            raise OptionError("--interactive reads answers from standard input, not a script")
        if not (sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()):
            raise OptionError("--interactive asks on a terminal, and this is none")


def _more(arguments: Arguments) -> More | None:
    """Return what adds the findings of logs to the launches of a file."""
    if not arguments.log:
        return None
    from sgdlint.log.files import Logs

    return Logs(arguments)


def _asking(arguments: Arguments) -> Callable[[Finding, Source], bool] | None:
    """Return what asks whether a fix is wanted; None where all are."""
    if not arguments.interactive:
        return None
    from sgdlint.asking import Asking

    width = showing.width_of(sys.stdout)
    return Asking(lambda shown: showing.write_lines(arguments, shown, sys.stdout), width)


def _stories(arguments: Arguments, one: Input, fixed: Fixed) -> list[str]:
    """Return with --explain what is told of each change of a file."""
    if not arguments.explain or not fixed.applied:
        return []
    from sgdlint.asking import explained

    return explained(fixed, one.source.near, arguments.rules)


def _told(mended: Sequence[Finding], changed: int, verb: str) -> str:
    """Return how much was fixed, which of it changes the output, and what it gains."""
    lossy = sorted({_named(finding) for finding in mended if not finding.lossless})
    beside = f" (lossy: {'; '.join(lossy)})" if lossy else ""
    told = f"{verb} {_plural(len(mended), 'finding')} in {_plural(changed, 'file')}{beside}.\n"
    if any(finding.gain is not None for finding in mended):
        from sgdlint.formatters.gains import HEAD, summed

        gains = summed(mended, f"{HEAD} of these fixes")
        told += f"{gains}\n" if gains else ""
    return told


def _named(finding: Finding) -> str:
    return f"{finding.code} {finding.fix.title}" if finding.fix is not None else finding.code


def _checker(
    arguments: Arguments, one: Input, pack: Pack, options: Options, more: More | None
) -> tuple[Callable[[Source], Report], Callable[[Fixed], list[str]]]:
    """Return what checks the texts of a file, and what tells of its move to another release."""
    if more is not None:
        options = more.options(one.source, options)
        return lambda it: check_source(it, pack, options, more(it, pack, options)), lambda _: []
    if not arguments.to:
        return lambda it: check_source(it, pack, options), lambda fixed: []
    from sgdlint import migration

    move = migration.plan(one.source, options, arguments.to)
    return (
        lambda it: migration.check(it, pack, move),
        lambda fixed: migration.story(move, one.source, fixed),
    )


def _tells_all(arguments: Arguments) -> bool:
    """Whether the report has the texts, and nothing else is written."""
    return bool(arguments.diff) and showing.format_of(arguments) in WITH_TEXTS


def _put(arguments: Arguments, one: Input, text: str) -> None:
    """Write the fixed text where it belongs: a diff, standard output, the file."""
    source = one.source
    if _tells_all(arguments):
        return
    if arguments.diff:
        sys.stdout.write(diff(source, text))
    elif one.kind == "file":
        if text != source.text:
            writing.replace(source.path, source.to_bytes(source.text), source.to_bytes(text))
    else:
        ending = b"\n" if one.kind == "command" else b""
        sys.stdout.buffer.write(source.to_bytes(text) + ending)
        sys.stdout.buffer.flush()


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def diff(source: Source, text: str) -> str:
    """Return the changes as a unified diff; "" when there are none."""
    if text == source.text:
        return ""
    from difflib import unified_diff

    old, new = source.text.splitlines(keepends=True), text.splitlines(keepends=True)
    name = source.path.lstrip("/")
    return "".join(
        line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"
        for line in unified_diff(old, new, f"a/{name}", f"b/{name}")
    )

"""`sgdlint fix`: apply fixes to files, or show what they would change."""

from __future__ import annotations

import sys

from sgdlint import checking, writing
from sgdlint.checking import FAILED, FOUND
from sgdlint.files import FileError
from sgdlint.finding import Failure
from sgdlint.fixer import fix as fix_source
from sgdlint.linter import check as check_source
from sgdlint.stated import OptionError, known_release

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sgdlint.arguments import Arguments
    from sgdlint.checking import Input
    from sgdlint.finding import Report
    from sgdlint.fixer import Fixed
    from sgdlint.rules.pack import Pack
    from sgdlint.source import Source
    from sgdlint.stated import Options


def fix(arguments: Arguments) -> int:
    """Fix everything and return the exit status."""
    if arguments.diff and arguments.format == "json":
        raise OptionError("--diff shows a diff, so it does not go with --format json")
    options, packs = checking.options_of(arguments), checking.Packs(arguments)
    if arguments.to:
        known_release(arguments.to)
    reports: list[Report] = []
    failures: list[Failure] = []
    moves: list[str] = []
    refused, mended, changed, to_stdout = False, 0, 0, arguments.diff
    for one in checking.inputs(arguments, failures):
        look, told = _checker(arguments, one, packs.of(one.source), one.wishes(options))
        fixed = fix_source(one.source, look, arguments.unsafe)
        report = fixed.report
        moves += told(fixed)
        failures += report.failures
        if fixed.refused:
            refused = True
            print(f"sgdlint: {one.source.path}: {fixed.refused}", file=sys.stderr)
        try:
            _put(arguments, one, fixed.text)
        except FileError as error:
            failures.append(Failure(one.source.path, str(error)))
            report = look(one.source)
        else:
            changed += fixed.text != one.source.text
            mended += len(fixed.applied)
        to_stdout = to_stdout or one.kind != "file"
        reports.append(report)
    packs.finish(reports)
    # Where the fixed text goes to standard output, the report goes beside it.
    stream = sys.stderr if to_stdout else sys.stdout
    if changed and arguments.format == "text":
        verb = "Would fix" if arguments.diff else "Fixed"
        stream.write(f"{verb} {_plural(mended, 'finding')} in {_plural(changed, 'file')}.\n")
    if arguments.format == "text":
        stream.write("".join(moves))
    checking.show(arguments, reports, failures, stream)
    status = checking.status_of(reports, failures, arguments)
    if status != FAILED and (refused or (arguments.diff and changed)):
        return FOUND
    return status


def _checker(
    arguments: Arguments, one: Input, pack: Pack, options: Options
) -> tuple[Callable[[Source], Report], Callable[[Fixed], list[str]]]:
    """Return what checks the texts of a file, and what tells of its move to another release."""
    if not arguments.to:
        return lambda it: check_source(it, pack, options), lambda fixed: []
    from sgdlint import migration

    move = migration.plan(one.source, options, arguments.to)
    return (
        lambda it: migration.check(it, pack, move),
        lambda fixed: migration.story(move, one.source, fixed),
    )


def _put(arguments: Arguments, one: Input, text: str) -> None:
    """Write the fixed text where it belongs: a diff, standard output, the file."""
    source = one.source
    if arguments.diff:
        sys.stdout.write(_diff(source, text))
    elif one.kind == "file":
        if text != source.text:
            writing.replace(source.path, source.to_bytes(source.text), source.to_bytes(text))
    else:
        ending = b"\n" if one.kind == "command" else b""
        sys.stdout.buffer.write(source.to_bytes(text) + ending)
        sys.stdout.buffer.flush()


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _diff(source: Source, text: str) -> str:
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

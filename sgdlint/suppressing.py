"""`sgdlint check --add-suppressions`: write a comment for each thing that is found."""

from __future__ import annotations

import sys
from functools import partial

from sgdlint import checking, showing, writing
from sgdlint.files import FileError
from sgdlint.finding import Failure
from sgdlint.linter import check as check_source
from sgdlint.silencing import Silencer, problem_of
from sgdlint.stated import OptionError, settings_of_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.arguments import Arguments
    from sgdlint.checking import Input
    from sgdlint.finding import Report
    from sgdlint.silencing import Silenced
    from sgdlint.source import Source

MOST_TOLD = 8
"""So many findings of one file that cannot be silenced are named."""


def suppress(arguments: Arguments) -> int:
    """Write suppressions for all findings, and return the exit status for what is left."""
    _check_options(arguments)
    options, packs = checking.options_of(arguments), checking.Packs(arguments)
    reports: list[Report] = []
    failures: list[Failure] = []
    silent = comments = files = 0
    for one in checking.inputs(arguments, failures):
        pack, wishes = packs.of(one.source), one.wishes(options)
        _check_reason(arguments, one.source)
        look = partial(check_source, pack=pack, options=wishes)
        done = Silencer(look, wishes.kind, _reason(arguments)).silence(one.source)
        report = done.report
        failures += report.failures
        try:
            _put(arguments, one, done)
            is_put = True
        except FileError as error:
            failures.append(Failure(one.source.path, str(error)))
            is_put = isinstance(error, writing.UnsureError)
        if is_put:
            silent, comments = silent + done.silent, comments + done.comments
            files += done.comments > 0
            _tell_left(one, done)
        else:
            report = look(one.source)
        reports.append(report)
    packs.finish(reports)
    stream = sys.stderr if "-" in arguments.paths else sys.stdout
    if showing.format_of(arguments) == "text" and comments and not arguments.quiet:
        told = f"{_plural(silent, 'finding')} with {_plural(comments, 'comment')}"
        stream.write(f"Silenced {told} in {_plural(files, 'file')}.\n")
    failures += showing.show(arguments, reports, failures, stream)
    return checking.status_of(reports, failures, arguments)


def _check_options(arguments: Arguments) -> None:
    """Raise OptionError for options that do not go together."""
    if not arguments.add_suppressions:
        raise OptionError("--reason gives the reason of --add-suppressions, and that is not there")
    if arguments.command is not None:
        raise OptionError("--add-suppressions writes into files, so it does not go with --command")
    for option in ("diff_base", "baseline", "write_baseline", "update_baseline"):
        if getattr(arguments, option):
            name = f"--{option.replace('_', '-')}"
            raise OptionError(f"--add-suppressions is for all findings: it stands without {name}")
    problem = problem_of(_reason(arguments))
    if problem:
        raise OptionError(f"--reason: {problem}")


def _reason(arguments: Arguments) -> str:
    return str(arguments.reason or "")


def _check_reason(arguments: Arguments, source: Source) -> None:
    """Raise OptionError where settings ask for a reason, and none is given."""
    found = settings_of_file(source)
    if found.require_reasons and not arguments.reason:
        where = found.where("require_reasons")
        raise OptionError(f"{where}: suppressions need a reason: give it with --reason TEXT")


def _put(arguments: Arguments, one: Input, done: Silenced) -> None:
    """Write the new text where it belongs: the file, or standard output."""
    source, text = one.source, done.report.source.text
    if one.kind != "file":
        sys.stdout.buffer.write(source.to_bytes(text))
        sys.stdout.buffer.flush()
    elif text != source.text:
        writing.replace(source.path, source.to_bytes(source.text), source.to_bytes(text))


def _tell_left(one: Input, done: Silenced) -> None:
    """Say on standard error for which findings there is no place for a comment."""
    if not done.left:
        return
    path, source = one.source.path, done.report.source
    named = [f"{found.code} on line {source.location(found.span.start)[0]}" for found in done.left]
    more = f" and {len(named) - MOST_TOLD} more" if len(named) > MOST_TOLD else ""
    print(
        f"sgdlint: {path}: no place for a comment about {', '.join(named[:MOST_TOLD])}{more}; "
        "an override in the settings can ignore it for this file",
        file=sys.stderr,
    )


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"

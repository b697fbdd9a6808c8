"""What a run prints: the reports in one format, and files with `--output`."""

from __future__ import annotations

import os
import sys

from sgdlint.finding import Report
from sgdlint.record import replace
from sgdlint.source import Source
from sgdlint.stated import OptionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, TextIO

    from sgdlint.arguments import Arguments
    from sgdlint.finding import Failure
    from sgdlint.formatters import Changed, Told
    from sgdlint.formatters.excerpt import Line
    from sgdlint.formatters.html import Page

COUNTED = ("text", "json")
"""The formats of `--statistics`."""


def check_options(arguments: Arguments) -> None:
    """Raise OptionError for formats that do not go together, before anything is read."""
    if arguments.output:
        from sgdlint import outputs

        outputs.check(arguments)
    if arguments.statistics and format_of(arguments) not in COUNTED:
        raise OptionError(f"--statistics is written as {' or '.join(COUNTED)} alone")


def format_of(arguments: Arguments) -> str:
    """Return the format of what goes to standard output."""
    if arguments.output:
        from sgdlint import outputs

        return outputs.on_standard_output(arguments.output) or str(arguments.format)
    return str(arguments.format)


def show(
    arguments: Arguments,
    reports: Sequence[Report],
    failures: Sequence[Failure],
    stream: TextIO,
    changed: Mapping[str, Changed] | None = None,
    look: Callable[[Report], Page] | None = None,
    written: Mapping[str, dict[str, Any]] | None = None,
) -> list[Failure]:
    """Print reports to a stream and to files, and failures to standard error.

    changed: what `fix` did, by path. look: finds what else a page of HTML shows of a file. written:
    what is told of codes that no rule has. Returns what went wrong with the files of `--output`.
    """
    name = format_of(arguments)
    if arguments.output:
        from sgdlint import outputs

        outputs.check_inputs(arguments.output, reports)
    if name != "text":
        told = replace(_told(arguments, reports, failures, changed or {}, written or {}), look=look)
        stream.write(_rendered(name, arguments, told))
    elif reports or not failures:
        _show_text(arguments, reports, failures, stream)
    unwritten: list[Failure] = []
    if arguments.output:
        told = replace(_told(arguments, reports, failures, changed or {}, written or {}), look=look)
        unwritten = _written(arguments, told)
    say([*failures, *unwritten])
    return unwritten


def say(failures: Sequence[Failure]) -> None:
    """Print what could not be done to standard error."""
    for failure in failures:
        print(f"sgdlint: error: {failure.path}: {failure.message}", file=sys.stderr)


def write_files(
    arguments: Arguments,
    reports: Sequence[Report],
    failures: Sequence[Failure],
    written: Mapping[str, dict[str, Any]],
) -> list[Failure]:
    """Write the files of `--output` alone; return what went wrong with them."""
    if not arguments.output:
        return []
    from sgdlint import outputs

    outputs.check_inputs(arguments.output, reports)
    return _written(arguments, _told(arguments, reports, failures, {}, written))


def _rendered(name: str, arguments: Arguments, told: Told) -> str:
    if arguments.statistics:
        from sgdlint.formatters import statistics

        return statistics.render(told.reports)
    return _render(name, told)


def _render(name: str, told: Told) -> str:
    from importlib import import_module

    from sgdlint.formatters import FORMATS

    rendered: str = import_module(f"sgdlint.formatters.{FORMATS[name]}").render(told)
    return rendered


def _told(
    arguments: Arguments,
    reports: Sequence[Report],
    failures: Sequence[Failure],
    changed: Mapping[str, Changed],
    written: Mapping[str, dict[str, Any]],
) -> Told:
    """Return what formatters tell of: the reports, and one for each file that was not read."""
    from sgdlint import files
    from sgdlint.formatters import Told

    shown = [one for one in reports if one.source.text or one.failures]
    known = [failure for one in reports for failure in one.failures]
    unread = [_unread(failure) for failure in failures if failure not in known]

    def rules() -> dict[str, dict[str, Any]]:
        from sgdlint import rulebook

        found = rulebook.as_written([one.source.near for one in reports], arguments.rules)
        return {**found, **written}

    return Told([*shown, *unread], files.current(), rules, changed)


def _unread(failure: Failure) -> Report:
    return Report(Source(failure.path, ""), "", "", (), (failure,))


def _written(arguments: Arguments, told: Told) -> list[Failure]:
    from sgdlint import outputs

    return outputs.write(arguments.output, lambda name: _render(name, told))


# --- text -----------------------------------------------------------------------------------------


def _show_text(
    arguments: Arguments,
    reports: Sequence[Report],
    failures: Sequence[Failure],
    stream: TextIO,
) -> None:
    from sgdlint.formatters import text

    width = width_of(stream)
    if arguments.statistics:
        from sgdlint.formatters import statistics

        counts = statistics.lines(reports)
        closing = [] if arguments.quiet else text.summary(reports, width, failures)
        lines = [*counts, *[[]] * bool(counts and closing), *closing]
    elif arguments.quiet:
        lines = text.blocks(reports, width)
    else:
        lines = text.render(reports, width, failures)
    write_lines(arguments, lines, stream)


def width_of(stream: TextIO) -> int:
    """Return how many columns a stream has; a terminal of no size does not say how wide it is."""
    from sgdlint.formatters import text

    if not stream.isatty():
        return text.WIDTH
    return max(text.NARROWEST, os.get_terminal_size(stream.fileno()).columns or text.WIDTH)


def write_lines(arguments: Arguments, lines: Sequence[Line], stream: TextIO) -> None:
    """Print styled lines, in colour where that is wanted."""
    from sgdlint.formatters import text

    if _colours(arguments, stream):
        text.print_rich(lines, stream)
    else:
        stream.write(text.plain(lines))


def _colours(arguments: Arguments, stream: TextIO) -> bool:
    if arguments.color != "auto":
        return bool(arguments.color == "always")
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

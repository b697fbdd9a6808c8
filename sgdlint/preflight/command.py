"""`sgdlint preflight`: arguments → what blocks, and with `--` the run of the command."""

from __future__ import annotations

import os
import shlex
import sys

from sgdlint import catalog, files
from sgdlint.arguments import Arguments
from sgdlint.checking import CLEAN, FOUND, Input, Packs, inputs, options_of
from sgdlint.finding import Failure
from sgdlint.formatters import text
from sgdlint.preflight import collecting, recorded, report
from sgdlint.preflight.checks import checks
from sgdlint.preflight.looked import look, with_gpus
from sgdlint.preflight.report import Flight
from sgdlint.record import replace
from sgdlint.showing import write_lines
from sgdlint.source import COMMAND, Source
from sgdlint.stated import OptionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TextIO

    from sgdlint.finding import Report
    from sgdlint.preflight.facts import Machine
    from sgdlint.preflight.looked import Place

FAILED = 2
NOT_ASKED = {"gpu": "", "gpus": None, "vram": None, "as_found": False, "verbose": False}
"""Options of `check` that a preflight has not: the machine tells."""


def preflight(arguments: Arguments) -> int:
    """Say whether launches will run here; with `--` run the command when nothing blocks."""
    _check_words(arguments)
    asked = Arguments(**{**vars(arguments), **NOT_ASKED})
    outside, failures = dict(os.environ), list[Failure]()
    seen = (
        recorded.read(arguments.machine)
        if arguments.machine
        else collecting.first_look(outside, arguments.run)
    )
    options, packs = with_gpus(options_of(asked), seen), Packs(asked)
    found = []
    for one in _inputs(asked, failures, seen, outside):
        told, launches = look(one.source, packs.of(one.source), one.wishes(options), seen, outside)
        failures += told.failures
        found.append((told, launches))
    if not arguments.machine:
        wanted = [one.asked for _, launches in found for one in launches]
        seen = collecting.look(seen, wanted, outside, arguments.run)
    if arguments.record:
        recorded.write(arguments.record, seen)
    flights = [_flight(told, launches, seen, arguments.run) for told, launches in found]
    _show(arguments, flights, failures)
    if failures:
        return FAILED
    stops = any(one.stops for one in flights)
    if not arguments.run:
        return FOUND if stops else CLEAN
    return _run(arguments, stops, flights)


def _check_words(arguments: Arguments) -> None:
    """Raise OptionError where nothing is named, or too much."""
    named = [bool(arguments.paths), arguments.command is not None, arguments.has_end]
    if sum(named) != 1:
        raise OptionError("name a file, --command 'sglang …', or a command behind --")
    if arguments.has_end and not arguments.run:
        raise OptionError("a command is needed behind --")
    if arguments.force and not arguments.run:
        raise OptionError("--force is for a command behind --")


def _inputs(
    arguments: Arguments, failures: list[Failure], seen: Machine, outside: dict[str, str]
) -> Iterable[Input]:
    """Yield what to look at; a command has the variables of SGLang that are set here before it."""
    command = shlex.join(arguments.run) if arguments.run else arguments.command
    if command is None:
        yield from inputs(arguments, failures)
        return
    known = seen.installed is not None and seen.installed.version in catalog.releases()
    release = catalog.load(seen.installed.version if known and seen.installed else catalog.newest())
    set_here = [name for name in release.environment() if name in outside]
    lines = [f"export {name}={shlex.quote(outside[name])}" for name in sorted(set_here)]
    whole = "\n".join([*lines, command])
    yield Input("command", Source(COMMAND, whole, near=files.Neighbours("")))


def _flight(
    told: Report, launches: Sequence[Place], seen: Machine, command: Sequence[str]
) -> Flight:
    if told.source.path == COMMAND:
        launches = [replace(one, asked=replace(one.asked, line=0)) for one in launches]
    done = tuple((one, tuple(checks(one.asked, seen, command))) for one in launches)
    return Flight(told, done)


def _show(arguments: Arguments, flights: Sequence[Flight], failures: Sequence[Failure]) -> None:
    """Print the report: to standard error when standard output belongs to a command that is run."""
    stream = sys.stderr if arguments.run else sys.stdout
    if arguments.format == "json":
        stream.write(report.as_json(flights, failures))
    else:
        write_lines(arguments, report.lines(flights, _width(stream), arguments.quiet), stream)
    for failure in failures:
        print(f"sgdlint: error: {failure.path}: {failure.message}", file=sys.stderr)
    stream.flush()


def _width(stream: TextIO) -> int:
    if not stream.isatty():
        return text.WIDTH
    return max(text.NARROWEST, os.get_terminal_size(stream.fileno()).columns)


def _run(arguments: Arguments, stops: bool, flights: Sequence[Flight]) -> int:
    if stops and not arguments.force:
        print("sgdlint: not started; --force starts it all the same", file=sys.stderr)
        return FOUND
    from sgdlint.preflight.running import run

    releases = {place.asked.release for one in flights for place, _ in one.launches}
    release = releases.pop() if len(releases) == 1 else ""
    return run(arguments.run, release, watch=not arguments.quiet)

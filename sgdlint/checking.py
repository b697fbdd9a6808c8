"""`sgdlint check`: read the inputs, check them, show the reports; `fix` builds on these parts."""

from __future__ import annotations

import os
import sys

from sgdlint import files, showing
from sgdlint.documents import CONFIG, mentions_sglang
from sgdlint.files import FileError
from sgdlint.finding import Failure, Report, at_least
from sgdlint.record import record, replace
from sgdlint.source import COMMAND, Source, SourceError
from sgdlint.stated import (
    OptionError,
    Options,
    known_gpu,
    known_kind,
    passed_over,
    positive_number,
    positive_whole,
    settings_of_file,
    settings_of_project,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Protocol, TypeVar

    from sgdlint.arguments import Arguments
    from sgdlint.files import Found
    from sgdlint.formatters.html import Page
    from sgdlint.linter import Also
    from sgdlint.looking import Walked
    from sgdlint.rules.pack import Pack
    from sgdlint.settings import Settings
    from sgdlint.source import Nearby

    Read = TypeVar("Read")
    View = Callable[[Report, Pack, Options], Page]

    class More(Protocol):
        """What adds findings to the launches of a file."""

        def options(self, source: Source, options: Options) -> Options:
            """Return the options for a file, with what is known besides."""

        def __call__(self, source: Source, pack: Pack, options: Options) -> Also:
            """Return what adds the findings."""


CLEAN, FOUND, FAILED = 0, 1, 2
FAIL_ON = "warning"
"""The lowest severity that gives exit status 1, where nobody says another."""
UNREAD = "not-read"
"""The name of the rule for what may hold a launch and was not read: with --strict it fails."""


@record
class Input:
    """Something to check. kind: `file`, `stdin` or `command`, which says where a fix goes.

    found: its kind of document, when it was found in a folder.
    """

    kind: str
    source: Source
    found: str = ""

    def wishes(self, options: Options) -> Options:
        """Return the options for it: what is said of the kind is said of what is named."""
        return replace(options, kind=self.found) if self.found else options


def check(arguments: Arguments, view: View | None = None, more: More | None = None) -> int:
    """Check everything and return the exit status.

    view: finds what else a page of HTML shows of a file that has launches. more: returns what adds
    findings to the launches of a file.
    """
    options, packs = options_of(arguments), Packs(arguments)
    showing.check_options(arguments)
    if arguments.write_baseline or arguments.update_baseline:
        from sgdlint import baselining

        baselining.check_options(arguments)
    if arguments.diff_base is not None:
        _check_base(arguments)
    reports: list[Report] = []
    failures: list[Failure] = []
    wishes: dict[str, Options] = {}
    for one in inputs(arguments, failures):
        wishes[one.source.path] = one.wishes(options)
        report = _checked(one.source, packs, wishes[one.source.path], more)
        failures += report.failures
        reports.append(report)
    packs.finish(reports)
    if arguments.write_baseline:
        return _write_baseline(arguments, reports, failures)
    reports = without_known(arguments, reports, arguments.update_baseline)
    if arguments.diff_base is not None:
        reports = _on_changed_lines(reports, arguments)

    def look(report: Report) -> Page:
        pack = packs.of(report.source)
        return _viewed(report, view, pack, wishes.get(report.source.path, options))

    failures += showing.show(arguments, reports, failures, sys.stdout, look=look)
    return status_of(reports, failures, arguments)


def _viewed(report: Report, view: View | None, pack: Pack, options: Options) -> Page:
    from sgdlint.formatters.html import Page

    is_told = view is not None and (report.launches or report.findings)
    return view(report, pack, options) if view and is_told else Page(report, (), "")


def without_known(
    arguments: Arguments, reports: list[Report], shrink: bool = False
) -> list[Report]:
    """Return reports without what is in a baseline; shrink: what is fixed is taken out of it."""
    named = arguments.baseline or shrink
    if not named and not any(settings_of_file(one.source).baseline for one in reports):
        return reports
    from sgdlint import baselining

    return baselining.without_known(arguments, reports, shrink)


def _write_baseline(
    arguments: Arguments, reports: Sequence[Report], failures: Sequence[Failure]
) -> int:
    """Write what is found as a baseline, unless something could not be checked."""
    from sgdlint import baselining

    for failure in failures:
        print(f"sgdlint: error: {failure.path}: {failure.message}", file=sys.stderr)
    if failures:
        print(f"sgdlint: {arguments.write_baseline} was not written", file=sys.stderr)
        return FAILED
    baselining.write(arguments, reports)
    return CLEAN


def _check_base(arguments: Arguments) -> None:
    """Raise OptionError for a revision that is not there, and for what has none."""
    from sgdlint import changes

    if arguments.command is not None or "-" in arguments.paths:
        raise OptionError("--diff-base compares files, not --command or standard input")
    changes.check_base(arguments.diff_base, arguments.paths)


def _on_changed_lines(reports: Sequence[Report], arguments: Arguments) -> list[Report]:
    from sgdlint import changes

    revision = arguments.diff_base
    kept = changes.kept(reports, revision, arguments.paths)
    notes = list(kept.notes)
    if kept.hidden:
        found = f"{kept.hidden} finding{'' if kept.hidden == 1 else 's'}"
        notes.append(f"{found} on lines unchanged since {revision} not shown")
    for note in notes:
        print(f"sgdlint: {note}", file=sys.stderr)
    return kept.reports


def _checked(source: Source, packs: Packs, options: Options, more: More | None = None) -> Report:
    """Return what is found in one file."""
    is_config = options.kind == CONFIG
    if not is_config and not mentions_sglang(source) and not packs.are_own(source):
        return passed_over(source, options)  # most files: what checks them is not even imported
    from sgdlint.linter import check

    pack = packs.of(source)
    if more is None:
        return check(source, pack, options)
    options = more.options(source, options)
    return check(source, pack, options, more(source, pack, options))


def inputs(arguments: Arguments, failures: list[Failure]) -> Iterator[Input]:
    """Yield what to check; what cannot be read goes into failures."""
    if arguments.command is not None:
        near = files.Neighbours("")
        yield Input("command", Source(COMMAND, arguments.command, near=near))
    paths = arguments.paths or ([] if arguments.command is not None else ["."])
    if "-" in paths:
        name = arguments.stdin_filename or "-"
        try:
            near = files.Neighbours(arguments.stdin_filename)
            yield Input("stdin", Source.from_bytes(name, standard_input(), near))
        except (SourceError, FileError) as error:
            failures.append(Failure(name, str(error)))
    for one in _found([one for one in paths if one != "-"], arguments):
        if one.source is None:
            failures.append(Failure(one.path, one.problem))
        else:
            yield Input("file", one.source, one.kind)


def _found(paths: Sequence[str], arguments: Arguments) -> Iterator[Found]:
    """Yield each file that is named or found in a folder, once."""
    seen: set[str] = set()
    for one in _searched(paths, arguments):
        key = os.path.realpath(one.path)
        if key not in seen:
            seen.add(key)
            yield one


def _searched(paths: Sequence[str], arguments: Arguments) -> Iterator[Found]:
    if not (arguments.as_found or arguments.verbose or any(map(os.path.isdir, paths))):
        yield from map(files.named, paths)
        return
    from sgdlint import discovery, looking  # which a run on files does not need

    walked = _walked(arguments)
    for path in paths:
        if os.path.isdir(path):
            yield from discovery.walk(path, walked)
        elif not arguments.as_found:
            yield looking.named(path, walked, arguments.kind)
        elif (found := discovery.given(path, walked)) is not None:
            yield found
    walked.finish()
    if arguments.verbose:
        sys.stderr.write(looking.told(walked))


def _walked(arguments: Arguments) -> Walked:
    """Return what is told of the files that are met; on a terminal it shows how far it is."""
    from sgdlint.looking import Walked

    if getattr(arguments, "quiet", False) or arguments.verbose or not sys.stderr.isatty():
        return Walked()
    from sgdlint.progress import Progress

    return Progress(sys.stderr)


def standard_input() -> bytes:
    """Return the bytes of standard input; FileError when it is closed, or has no end."""
    if sys.stdin is None:
        raise FileError("standard input is closed")
    return files.read_all(sys.stdin.buffer)


class Packs:
    """The rules for each file: the built-in ones, those of --rules, those of the file's project.

    Raises OptionError for a rule name that neither the project where sgdlint was started nor that
    of a file has.
    """

    def __init__(self, arguments: Arguments) -> None:
        self._paths = tuple(arguments.rules)
        self._known: dict[tuple[str, tuple[str, ...]], Pack] = {}
        self._unknown: list[str] = []
        self._checked: list[Mapping[str, str]] = []
        wishes = (*_list(arguments.select), *_list(arguments.ignore))
        here = files.Neighbours("")
        if wishes or self._paths or settings_of_project(here).rules:
            start = self._pack(here)
            self._unknown = _unknown_names(wishes, start)
            if self._unknown and not (arguments.paths or arguments.command):
                _check_names(self._unknown, start)

    def are_own(self, source: Source) -> bool:
        """Whether the user has rules for a file, or names rules that the built-in ones lack."""
        own = self._paths or settings_of_project(source.near).rules
        return bool(own or self._unknown)

    def of(self, source: Source) -> Pack:
        """Return the rules for one file."""
        pack = self._pack(source.near)
        if self._unknown:
            _check_names(self._unknown, pack)
        found = settings_of_file(source)
        if found.places and found.places not in self._checked:
            self._checked.append(found.places)
            check_settings(found, pack)
        return pack

    def finish(self, reports: Sequence[Report]) -> None:
        """Raise OptionError for a rule name that is not known, when no file was there to ask."""
        if not reports and self._unknown:
            _check_names(self._unknown, self._pack(files.Neighbours("")))

    def _pack(self, near: Nearby) -> Pack:
        from sgdlint import rulepack

        found = settings_of_project(near)
        key = found.path, found.rules
        if key not in self._known:
            self._known[key] = rulepack.of_project(near, self._paths)
        return self._known[key]


def _unknown_names(wishes: Sequence[str], pack: Pack) -> list[str]:
    from sgdlint.shown import is_named

    return [wish for wish in wishes if not is_named(wish, pack)]


def _check_names(wishes: Sequence[str], pack: Pack) -> None:
    from sgdlint.shown import check_names

    check_names(wishes, pack)


def check_settings(found: Settings, pack: Pack) -> None:
    """Raise OptionError for a rule that settings name and that does not exist."""
    graded = [rule for rule, _ in found.severity]
    for key, wishes in (("select", found.select), ("ignore", found.ignore), ("severity", graded)):
        try:
            _check_names(wishes, pack)
        except OptionError as error:
            raise OptionError(f"{found.where(key)}: {key}: {error}") from None


def status_of(reports: Sequence[Report], failures: Sequence[Failure], arguments: Arguments) -> int:
    """Return the exit status of a run."""
    if failures:
        return FAILED
    if arguments.exit_zero:
        return CLEAN
    return FOUND if any(_fails(one, arguments) for one in reports) else CLEAN


def _fails(report: Report, arguments: Arguments) -> bool:
    if not report.findings:
        return False
    found = settings_of_file(report.source)
    threshold = arguments.fail_on or found.fail_on or FAIL_ON
    is_strict = arguments.strict or found.strict
    return any(
        at_least(one.severity, threshold) or (is_strict and one.name == UNREAD)
        for one in report.findings
    )


# --- options --------------------------------------------------------------------------------------


def options_of(arguments: Arguments) -> Options:
    """Return what the user asked for; raises OptionError."""
    gpu, gpus, vram = arguments.gpu, arguments.gpus, arguments.vram
    whole = None if gpus is None else _named("--gpus", positive_whole, gpus)
    number = None if vram is None else _named("--vram", positive_number, vram)
    if gpu == "auto":
        gpu, whole, number = _machine(whole, number)
    elif gpu:
        _named("--gpu", known_gpu, gpu)
    return Options(
        sglang=tuple(arguments.sglang),
        gpu=gpu,
        gpus=None if whole is None else int(whole),
        vram=number,
        select=_list(arguments.select),
        ignore=_list(arguments.ignore),
        lossy=arguments.lossy,
        kind=_named("--kind", known_kind, arguments.kind) if arguments.kind else "",
        goal=arguments.goal,
    )


def _named(option: str, read: Callable[[str], Read], text: str) -> Read:
    try:
        return read(text)
    except OptionError as error:
        raise OptionError(f"{option}: {error}") from None


def _list(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(part.strip() for text in texts for part in text.split(",") if part.strip())


def _machine(count: int | None, vram: float | None) -> tuple[str, int | None, float | None]:
    """Return name, count and memory of this machine's GPUs; OptionError when it cannot."""
    from sgdlint import catalog
    from sgdlint.hardware import HardwareError, describe, detect

    try:
        machine = detect()
    except HardwareError as error:
        raise OptionError(f"--gpu auto: {error}") from None
    for line in (*map(describe, machine.gpus), *machine.notes):
        print(f"sgdlint: {line}", file=sys.stderr)
    name, count, vram = machine.described(count, vram)
    if name and catalog.gpu(name) is None:
        print(f"sgdlint: {name} is not in the catalog: its memory alone is used", file=sys.stderr)
        name = ""
    return name, count, vram

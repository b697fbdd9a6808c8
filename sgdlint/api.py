"""The Python interface: check or fix a text, as the command line does a file."""

from __future__ import annotations

import os

from sgdlint import linter, rulepack
from sgdlint.checking import check_settings
from sgdlint.finding import Failure, Report
from sgdlint.fixer import Fixed
from sgdlint.fixer import fix as fix_source
from sgdlint.record import record
from sgdlint.shown import check_names
from sgdlint.source import BOM, COMMAND, Nearby, Source
from sgdlint.stated import (
    OptionError,
    Options,
    known_goal,
    known_gpu,
    known_kind,
    known_releases,
    settings_of_file,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sgdlint.rules.pack import Pack

    Names = str | Iterable[str]
    """Some names, or one text with commas between them."""


def check(
    text: str,
    path: str | os.PathLike[str] = "run.sh",
    kind: str = "",
    *,
    sglang: str | Iterable[str] = (),
    gpu: str = "",
    gpus: int | None = None,
    vram: float | None = None,
    goal: str = "",
    select: Names = (),
    ignore: Names = (),
    lossy: bool = False,
    rules: str | Iterable[str] = (),
    around: bool = False,
) -> Report:
    """Return what is found in a text. Never raises for what stands in it.

    path: what the text is called; it tells what kind of file it is, as far as `kind` does not, and
    `"<command>"` is a single command. No file of that name need exist.
    sglang: a release or a range of them, or several such; else what the text tells counts, else the
    newest release known.
    gpu, gpus, vram: the machine: a GPU by name, how many, GiB of each.
    goal: what launches are tuned for: latency, throughput, memory or none; else what the text or
    the settings say.
    select, ignore: rules by code, beginning of a code, or name. lossy: advice that trades quality
    for speed, too. rules: paths of rule files or folders beside the built-in rules.
    around: read what is around `path`, as the command line does: the settings of the project with
    its baseline, files that the script names, the SGLang that is installed. Without it the text
    alone counts.

    Raises OptionError for an argument, or a setting, that names nothing known, and RuleError for a
    rule file that is wrong.
    """
    chosen = _names(select), _names(ignore)
    named = Options(_texts(sglang), gpu, gpus, vram, *chosen, lossy, kind, goal)
    asked = _asked(text, os.fspath(path), named, rules, around)
    return asked.new(asked.report(asked.source))


def fix(
    text: str,
    path: str | os.PathLike[str] = "run.sh",
    kind: str = "",
    *,
    to: str = "",
    unsafe: bool = False,
    sglang: str | Iterable[str] = (),
    gpu: str = "",
    gpus: int | None = None,
    vram: float | None = None,
    goal: str = "",
    select: Names = (),
    ignore: Names = (),
    lossy: bool = False,
    rules: str | Iterable[str] = (),
    around: bool = False,
) -> Fixed:
    """Return a text with its fixes applied, and what is left to report. It writes no file.

    to: move the text to this release of SGLang. unsafe: also make fixes that may change output,
    memory or meaning; with `lossy`, those that change the output to be faster, too.
    The other arguments, and what is raised, are as of `check`.
    """
    chosen = _names(select), _names(ignore)
    named = Options(_texts(sglang), gpu, gpus, vram, *chosen, lossy, kind, goal, tune=True)
    asked = _asked(text, os.fspath(path), named, rules, around)
    if asked.problem:
        return Fixed(text, (), asked.report(asked.source))
    fixed = fix_source(asked.source, _moved(asked, to) if to else asked.report, unsafe, lossy)
    begin = BOM if asked.source.bom else ""
    left = asked.new(fixed.report)
    return Fixed(begin + fixed.text, fixed.applied, left, fixed.refused, fixed.sources)


def _moved(asked: _Asked, to: str) -> Callable[[Source], Report]:
    """Return what checks the texts of a file that moves to another release."""
    from sgdlint import migration

    move = migration.plan(asked.source, asked.options, to)
    return lambda source: migration.check(source, asked.pack, move)


@record
class _Asked:
    """A text with the rules and options for it. problem: why it is none that can be read."""

    source: Source
    pack: Pack
    options: Options
    problem: str

    def report(self, source: Source) -> Report:
        """Return what is found in a text of the file."""
        if self.problem:
            failures = (Failure(source.path, self.problem),)
            return Report(source, "", "", (), failures)
        return linter.check(source, self.pack, self.options)

    def new(self, report: Report) -> Report:
        """Return a report without what is in the baseline of the project."""
        if not settings_of_file(self.source).baseline:
            return report
        from sgdlint.baselining import without_known_of_project

        return without_known_of_project(report)


def _asked(
    text: str, path: str, options: Options, rules: str | Iterable[str], around: bool
) -> _Asked:
    """Return what is to be checked; raises OptionError and RuleError."""
    if not isinstance(text, str):
        raise TypeError(f"a text is checked, not {type(text).__name__}")
    _check(options)
    near = Nearby()
    if around:
        from sgdlint.files import Neighbours

        near = Neighbours("" if path == COMMAND else path)
    begin = len(BOM) if text.startswith(BOM) else 0
    source = Source(path, text[begin:], bool(begin), near)
    pack = rulepack.of_project(near, _texts(rules))
    check_names((*options.select, *options.ignore), pack)
    check_settings(settings_of_file(source), pack)
    return _Asked(source, pack, options, _problem(text))


def _check(options: Options) -> None:
    """Raise OptionError for options that name nothing known."""
    if options.sglang:
        known_releases(tuple(options.sglang), "")
    if options.gpu:
        known_gpu(options.gpu)
    if options.kind:
        known_kind(options.kind)
    if options.goal:
        known_goal(options.goal)
    if options.gpus is not None and options.gpus < 1:
        raise OptionError(f"gpus: {options.gpus} is not a whole number from 1")
    if options.vram is not None and not 0 < options.vram < float("inf"):
        raise OptionError(f"vram: {options.vram} is not a number above 0")


def _names(given: Names) -> tuple[str, ...]:
    """Return names one by one: a text may hold several, with commas between."""
    return tuple(part.strip() for text in _texts(given) for part in text.split(",") if part.strip())


def _texts(given: str | Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _problem(text: str) -> str:
    """Return why a text cannot be read; "" when it can."""
    place = text.find("\0")
    if place < 0:
        return ""
    return f"not a text: NUL at offset {place} (line {text.count(chr(10), 0, place) + 1})"

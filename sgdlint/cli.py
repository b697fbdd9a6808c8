"""The command line: arguments → exit status. The only layer that reads, writes, prints and exits.

Exit statuses: 0 nothing at or above the threshold, 1 findings, 2 bad usage, a bad rule, or a file
that could not be read or written ("could not run" never looks like "clean").
"""

from __future__ import annotations

import os
import sys

from sgdlint import __version__
from sgdlint.arguments import read as read_arguments
from sgdlint.files import FileError
from sgdlint.finding import Failure, Report, at_least
from sgdlint.linter import OptionError, Options, check, check_names, positive_number, positive_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.arguments import Arguments
    from sgdlint.rules.model import Pack
    from sgdlint.source import Source

CLEAN, FOUND, FAILED = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run sgdlint and return its exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        arguments = read_arguments(words) or _read_slowly(words)
        status: int = COMMANDS[arguments.action](arguments)
        sys.stdout.flush()
    except SystemExit as stop:  # argparse: --help, --version, or bad usage
        return int(stop.code or 0)
    except OptionError as error:
        return _fail(str(error))
    except BrokenPipeError:  # `sgdlint check … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # a mistake of ours; every expected failure is handled above
        if os.environ.get("SGDLINT_DEBUG"):
            raise
        what = f"{type(error).__name__}: {error}"
        return _fail(f"internal error ({what}); please report it. SGDLINT_DEBUG=1 shows more")
    return status


def _read_slowly(words: Sequence[str]) -> Arguments:
    from sgdlint.usage import parse

    return parse(words, __version__)


def _fail(message: str) -> int:
    print(f"sgdlint: error: {message}", file=sys.stderr)
    return FAILED


# --- check --------------------------------------------------------------------------------------


def _check(arguments: Arguments) -> int:
    options = _options(arguments)
    pack = _pack()
    check_names((*options.select, *options.ignore), pack)
    reports: list[Report] = []
    failures: list[Failure] = []
    for source in _sources(arguments, failures):
        report = check(source, pack, options)
        failures += report.failures
        reports.append(report)
    _print_reports(arguments, reports, failures)
    return _status(reports, failures, arguments.fail_on)


def _status(reports: Sequence[Report], failures: Sequence[Failure], threshold: str) -> int:
    if failures:
        return FAILED
    findings = (finding for report in reports for finding in report.findings)
    return FOUND if any(at_least(one.severity, threshold) for one in findings) else CLEAN


def _print_reports(
    arguments: Arguments, reports: Sequence[Report], failures: Sequence[Failure]
) -> None:
    if arguments.format == "json":
        from sgdlint.formatters import json

        broken = [_broken(failure) for failure in failures if not _reported(failure, reports)]
        sys.stdout.write(json.render([*(one for one in reports if _in_json(one)), *broken]))
    else:
        from sgdlint.formatters import text

        lines = text.render(reports)
        if _colours(arguments):
            text.print_rich(lines, sys.stdout)
        else:
            sys.stdout.write(text.plain(lines))
    for failure in failures:
        print(f"sgdlint: error: {failure.path}: {failure.message}", file=sys.stderr)


def _in_json(report: Report) -> bool:
    return bool(report.source.text or report.failures)


def _reported(failure: Failure, reports: Sequence[Report]) -> bool:
    return any(failure in report.failures for report in reports)


def _broken(failure: Failure) -> Report:
    from sgdlint.source import Source

    return Report(Source(failure.path, ""), "", "", (), (failure,))


def _colours(arguments: Arguments) -> bool:
    if arguments.color != "auto":
        return bool(arguments.color == "always")
    return (
        sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )


def _options(arguments: Arguments) -> Options:
    gpu, gpus, vram = arguments.gpu, arguments.gpus, arguments.vram
    whole = None if gpus is None else _named("--gpus", positive_whole, gpus)
    number = None if vram is None else _named("--vram", positive_number, vram)
    if gpu == "auto":
        gpu, whole, number = _machine(whole, number)
    return Options(
        sglang=arguments.sglang,
        gpu=gpu,
        gpus=None if whole is None else int(whole),
        vram=number,
        select=_list(arguments.select),
        ignore=_list(arguments.ignore),
        lossy=arguments.lossy,
    )


if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    Number = TypeVar("Number", int, float)


def _named(option: str, read: Callable[[str], Number], text: str) -> Number:
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


def _pack() -> Pack:
    from sgdlint import rulepack

    return rulepack.load()


# --- files --------------------------------------------------------------------------------------


def _sources(arguments: Arguments, failures: list[Failure]) -> Iterator[Source]:
    """Yield what to check; what cannot be read goes into failures."""
    from sgdlint import files
    from sgdlint.source import Source, SourceError

    if arguments.command is not None:
        yield Source("<command>", arguments.command)
        if not arguments.paths:
            return
    for path in [one for one in arguments.paths or ["."] if one == "-"]:
        try:
            data = sys.stdin.buffer.read()
            yield Source.from_bytes(arguments.stdin_filename or path, data)
        except SourceError as error:
            failures.append(Failure(arguments.stdin_filename or path, str(error)))
    for path, named in files.find([one for one in arguments.paths or ["."] if one != "-"]):
        try:
            yield files.read(path, named)
        except FileError as error:
            failures.append(Failure(path, str(error)))


# --- fix ----------------------------------------------------------------------------------------


def _fix(arguments: Arguments) -> int:
    from sgdlint.fixer import fix

    options = _options(arguments)
    pack = _pack()
    check_names((*options.select, *options.ignore), pack)
    reports: list[Report] = []
    failures: list[Failure] = []
    changed = mended = 0
    for source in _sources(arguments, failures):
        fixed = fix(source, lambda one: check(one, pack, options), arguments.unsafe)
        failures += fixed.report.failures
        reports.append(fixed.report)
        if fixed.refused:
            print(f"sgdlint: {source.path}: {fixed.refused}", file=sys.stderr)
        try:
            changed += _put(arguments, source, fixed.text)
            mended += len(fixed.applied)
        except FileError as error:
            failures.append(Failure(source.path, str(error)))
    if arguments.diff:
        for failure in failures:
            print(f"sgdlint: error: {failure.path}: {failure.message}", file=sys.stderr)
        status = _status(reports, failures, arguments.fail_on)
        return max(status, FOUND if changed else CLEAN)
    to_stdout = arguments.command is not None or "-" in arguments.paths
    stream, sys.stdout = sys.stdout, sys.stderr if to_stdout else sys.stdout
    try:
        if changed and arguments.format == "text":
            print(f"Fixed {_plural(mended, 'finding')} in {_plural(changed, 'file')}.")
        _print_reports(arguments, reports, failures)
    finally:
        sys.stdout = stream
    return _status(reports, failures, arguments.fail_on)


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _put(arguments: Arguments, source: Source, text: str) -> bool:
    """Write the fixed text where it belongs (file, standard output, diff); whether it changed."""
    from sgdlint import files

    changed = text != source.text
    if arguments.diff:
        if changed:
            sys.stdout.write(_diff(source, text))
    elif source.path == "<command>" or "-" in arguments.paths:
        sys.stdout.buffer.write(source.to_bytes(text))
        if source.path == "<command>":
            sys.stdout.buffer.write(b"\n")
        sys.stdout.buffer.flush()
    elif changed:
        files.replace(source.path, source.to_bytes(source.text), source.to_bytes(text))
    return changed


def _diff(source: Source, text: str) -> str:
    from difflib import unified_diff

    old, new = source.text.splitlines(keepends=True), text.splitlines(keepends=True)
    lines = unified_diff(old, new, f"a/{source.path}", f"b/{source.path}")
    return "".join(
        line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines
    )


# --- ast ----------------------------------------------------------------------------------------


def _ast(arguments: Arguments) -> int:
    import json

    from sgdlint import files
    from sgdlint.shell.dump import to_dict
    from sgdlint.shell.parser import parse
    from sgdlint.source import Source, SourceError

    try:
        if arguments.file == "-":
            source = Source.from_bytes("-", sys.stdin.buffer.read())
        else:
            source = files.read(arguments.file)
    except (FileError, SourceError) as error:
        return _fail(f"{arguments.file}: {error}")
    tree = parse(source.text)
    json.dump(to_dict(tree), sys.stdout, ensure_ascii=False, indent=2)
    print()
    for problem in tree.problems:
        line, column = source.location(problem.start)
        print(f"{source.path}:{line}:{column}: {problem.message}", file=sys.stderr)
    return FOUND if tree.problems else CLEAN


# --- rules --------------------------------------------------------------------------------------


def _rules(arguments: Arguments) -> int:
    from sgdlint import rulebook

    sys.stdout.write(rulebook.listing(as_json=arguments.format == "json"))
    return CLEAN


def _explain(arguments: Arguments) -> int:
    from sgdlint import rulebook

    sys.stdout.write(rulebook.explain(arguments.rule))
    return CLEAN


def _rule_test(arguments: Arguments) -> int:
    from sgdlint import rulebook
    from sgdlint.rules.files import RuleError

    try:
        text, good = rulebook.test(arguments.path)
    except RuleError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return FAILED
    sys.stdout.write(text)
    return CLEAN if good else FAILED


COMMANDS = {
    "check": _check,
    "fix": _fix,
    "ast": _ast,
    "rules": _rules,
    "explain": _explain,
    "rule": _rule_test,
}

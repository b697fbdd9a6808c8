"""The command line: arguments → exit status. The only layer that reads, writes, prints and exits.

Exit statuses: 0 nothing at or above the threshold, 1 findings, 2 bad usage, a bad rule, or a file
that could not be read or written ("could not run" never looks like "clean").
"""

from __future__ import annotations

import os
import sys

from sgdlint import __version__
from sgdlint.arguments import read as read_arguments
from sgdlint.checking import CLEAN, FAILED, FOUND
from sgdlint.files import FileError
from sgdlint.stated import OptionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.arguments import Arguments
    from sgdlint.finding import Report
    from sgdlint.formatters.html import Page
    from sgdlint.rules.pack import Pack
    from sgdlint.stated import Options


def main(argv: Sequence[str] | None = None) -> int:
    """Run sgdlint and return its exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    if sys.stderr is None:  # closed by the caller: what belongs there has nowhere to go
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stdout is None:
        return _fail("standard output is closed")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that cannot show a letter gets its number
            stream.reconfigure(errors="backslashreplace")
    try:
        arguments = read_arguments(words) or _read_slowly(words)
        status: int = COMMANDS[arguments.action](arguments)
        sys.stdout.flush()
    except SystemExit as stop:  # argparse: --help, --version, or bad usage
        return int(stop.code or 0)
    except BrokenPipeError:  # `sgdlint check … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        return _explain_failure(error)
    return status


def _read_slowly(words: Sequence[str]) -> Arguments:
    from sgdlint.usage import parse

    return parse(words, __version__)


def _explain_failure(error: Exception) -> int:
    """Print why nothing could be done. What is not foreseen is a mistake of ours."""
    from sgdlint.rules.files import RuleError

    if isinstance(error, RuleError):
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return FAILED
    if isinstance(error, OptionError):
        return _fail(str(error))
    if isinstance(error, OSError):
        return _fail(f"cannot write the output: {error.strerror or error}")
    if os.environ.get("SGDLINT_DEBUG"):
        raise error
    what = f"{type(error).__name__}: {error}"
    return _fail(f"internal error ({what}); please report it. SGDLINT_DEBUG=1 shows more")


def _fail(message: str) -> int:
    print(f"sgdlint: error: {message}", file=sys.stderr)
    return FAILED


def _check(arguments: Arguments) -> int:
    if arguments.add_suppressions or arguments.reason:
        from sgdlint.suppressing import suppress

        return suppress(arguments)
    from sgdlint.checking import check

    if not arguments.log:
        return check(arguments, _page)
    from sgdlint.log.files import Logs

    return check(arguments, _page, Logs(arguments))


def _page(report: Report, pack: Pack, options: Options) -> Page:
    """Return what a page of HTML shows of a file."""
    from sgdlint.viewing import page

    return page(report, pack, options)


def _fix(arguments: Arguments) -> int:
    from sgdlint.fixing import fix

    return fix(arguments)


def _expand(arguments: Arguments) -> int:
    from sgdlint.expanding import expand

    return expand(arguments)


def _config(arguments: Arguments) -> int:
    from sgdlint.effective import run

    return run(arguments)


def _preflight(arguments: Arguments) -> int:
    from sgdlint.preflight.command import preflight

    return preflight(arguments)


def _recommend(arguments: Arguments) -> int:
    from sgdlint.recommending import run

    return run(arguments)


def _perf(arguments: Arguments) -> int:
    from sgdlint.perf.running import run

    return run(arguments)


def _log(arguments: Arguments) -> int:
    from sgdlint.log.command import run

    return run(arguments)


def _bench(arguments: Arguments) -> int:
    from sgdlint.benching import run

    return run(arguments)


def _lsp(arguments: Arguments) -> int:
    from sgdlint.lsp import serve

    return serve(arguments)


# --- ast ----------------------------------------------------------------------------------------


def _ast(arguments: Arguments) -> int:
    import json

    from sgdlint import files
    from sgdlint.checking import standard_input
    from sgdlint.shell.dump import to_dict
    from sgdlint.shell.parser import parse
    from sgdlint.source import Source, SourceError

    try:
        if arguments.file == "-":
            source = Source.from_bytes("-", standard_input())
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

    sys.stdout.write(rulebook.listing(arguments.format == "json", arguments.rules))
    return CLEAN


def _explain(arguments: Arguments) -> int:
    from sgdlint import rulebook
    from sgdlint.log.telling import explain, names

    told = [
        explain(wish) or rulebook.explain([wish], arguments.rules, names())
        for wish in arguments.rule
    ]
    sys.stdout.write("\n\n".join(told))
    return CLEAN


def _rule(arguments: Arguments) -> int:
    from sgdlint import rulebook

    if arguments.verb == "new":
        sys.stdout.write(rulebook.new(arguments.name, arguments.path))
        return CLEAN
    text, good = rulebook.test(arguments.path)
    sys.stdout.write(text)
    return CLEAN if good else FAILED


# --- catalog ------------------------------------------------------------------------------------


def _catalog(arguments: Arguments) -> int:
    from sgdlint import known

    as_json = arguments.format == "json"
    text = known.tell(arguments.what, arguments.name, arguments.sglang, as_json)
    sys.stdout.write(text)
    return CLEAN


# --- sgdlint itself -------------------------------------------------------------------------------


def _version(arguments: Arguments) -> int:
    from sgdlint import catalog

    known = catalog.releases()
    if arguments.format == "json":
        import json

        data = {"sgdlint": __version__, "newest_sglang": known[-1], "sglang": list(known)}
        print(json.dumps(data, indent=2))
    else:
        print(f"sgdlint {__version__}")
        print(f"knows {len(known)} releases of SGLang, {known[0]} to {known[-1]}")
    return CLEAN


def _completion(arguments: Arguments) -> int:
    name = f"sgdlint.{arguments.shell}"
    path = os.path.join(os.path.dirname(__file__), "completions", name)
    with open(path, encoding="utf-8") as file:
        sys.stdout.write(file.read())
    return CLEAN


COMMANDS = {
    "check": _check,
    "fix": _fix,
    "expand": _expand,
    "config": _config,
    "preflight": _preflight,
    "recommend": _recommend,
    "perf": _perf,
    "log": _log,
    "bench": _bench,
    "lsp": _lsp,
    "ast": _ast,
    "rules": _rules,
    "explain": _explain,
    "rule": _rule,
    "catalog": _catalog,
    "completion": _completion,
    "version": _version,
}

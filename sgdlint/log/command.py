"""`sgdlint log`: read logs of runs, whole or while they grow, and tell what they say."""

from __future__ import annotations

import os
import sys
import time

from sgdlint import showing
from sgdlint.arguments import Arguments
from sgdlint.checking import FAILED, status_of
from sgdlint.finding import Failure, is_meant
from sgdlint.log.model import GATE, INVALID
from sgdlint.log.patterns import load
from sgdlint.log.reading import Reader
from sgdlint.log.report import LogSource, finding_of, release_from, report_of, shown_line
from sgdlint.nearest import nearest
from sgdlint.record import record
from sgdlint.stated import OptionError, known_release

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import BinaryIO

    from sgdlint.finding import Report
    from sgdlint.log.model import LogFinding, Pattern

LONGEST_PART = 1_000_000
"""Bytes of a line that are taken at once: what is longer is read on and left out."""
LONGEST_LINE = 1 << 30
"""Bytes of a line behind which a file is no log, such as a device without an end."""
PAUSE = 0.3
"""Seconds between two looks at a log that grows."""
NOTHING = "no line of SGLang in it ({lines}): this tells nothing of the run"
"""What is said of a log that could not be judged: a wrong file is no clean one."""


@record
class Wish:
    """What the user asked for. meant: whether a pattern is."""

    patterns: Sequence[Pattern]
    release: str
    meant: Callable[[Pattern], bool]

    def wanted(self, one: LogFinding) -> bool:
        """Whether a finding is to be told."""
        return self.meant(one.pattern)


def run(arguments: Arguments) -> int:
    """Read the logs and return the exit status."""
    if arguments.list:
        from sgdlint.log.telling import listing

        wish = wish_of(arguments)
        sys.stdout.write(listing([*filter(wish.meant, wish.patterns)], arguments.format == "json"))
        return 0
    arguments = Arguments(**{**vars(arguments), "strict": False, "rules": []})
    showing.check_options(arguments)
    wish = wish_of(arguments)
    paths = arguments.paths
    if not paths:
        raise OptionError("a log is needed: a file, or - for standard input")
    if (arguments.follow or "-" in paths) and len(paths) > 1:
        raise OptionError("a log that is read while it grows is read alone")
    is_text = showing.format_of(arguments) == "text" and not arguments.statistics
    if is_text and (arguments.follow or paths == ["-"]):
        return _live(arguments, paths[0], wish)
    reports, readers, failures = [], [], []
    for path in paths:
        try:
            reader, report = read(path, wish)
        except OSError as error:
            failures.append(Failure(path, _reason(error)))
            continue
        if not reader.runs:
            failures.append(_untold(path, reader))
            continue
        readers.append(reader)
        reports.append(report)
    written = _written(wish)
    if is_text and not arguments.quiet:
        _show_text(arguments, reports, readers)
        unwritten = showing.write_files(arguments, reports, failures, written)
        showing.say([*failures, *unwritten])
    else:
        unwritten = showing.show(arguments, reports, failures, sys.stdout, written=written)
    return status_of(reports, [*failures, *unwritten], arguments)


def wish_of(arguments: Arguments) -> Wish:
    """Return what the user asked for; raises OptionError and RuleError."""
    patterns = load(arguments.patterns)
    release = known_release(arguments.sglang) if arguments.sglang else ""
    select, ignore = _list(arguments.select), _list(arguments.ignore)
    for name in (*select, *ignore):
        _check_name(name, patterns)

    def meant(one: Pattern) -> bool:
        names = (one.rule.code, one.rule.name)
        chosen = not select or any(is_meant(wish, *names) for wish in select)
        return chosen and not any(is_meant(wish, *names) for wish in ignore)

    return Wish(patterns, release, meant)


def _list(texts: Iterable[str]) -> list[str]:
    return [part.strip() for text in texts for part in text.split(",") if part.strip()]


def _check_name(name: str, patterns: Sequence[Pattern]) -> None:
    rules = [one.rule for one in patterns if one.told]
    if any(is_meant(name, rule.code, rule.name) for rule in rules):
        return
    hint = nearest(name, [key for rule in rules for key in (rule.code, rule.name)])
    told = f"; did you mean {hint!r}?" if hint else "; `sgdlint log --list` names them"
    raise OptionError(f"no log pattern {name!r}{told}")


# --- reading --------------------------------------------------------------------------------------


def read(path: str, wish: Wish) -> tuple[Reader, Report]:
    """Read a whole log; raises OSError."""
    begins: dict[int, int] = {}
    reader = read_log(path, wish.patterns, wish.release, begins)
    return reader, report_of(path, reader, filter(wish.wanted, reader.found), begins)


def read_log(
    path: str, patterns: Sequence[Pattern], release: str, begins: dict[int, int] | None = None
) -> Reader:
    """Return what reads a log, at its end; raises OSError.

    begins: takes the offsets of the lines that say something.
    """
    reader = Reader(patterns, release)
    with _opened(path) as file:
        for begin, line in lines_of(file):
            if reader.feed(line) and begins is not None:
                begins[reader.line] = begin
    reader.end()
    return reader


def _opened(path: str) -> BinaryIO:
    if path == "-":
        if sys.stdin is None:
            raise OSError(0, "standard input is closed")
        return sys.stdin.buffer
    return open(path, "rb")


def lines_of(file: BinaryIO) -> Iterator[tuple[int, str]]:
    """Yield the lines of a log with their offsets; bytes that are no text are replaced."""
    begin = 0
    while part := file.readline(LONGEST_PART):
        size = len(part)
        text = part.decode("utf-8", "replace")
        while not part.endswith(b"\n") and len(part) == LONGEST_PART:
            part = file.readline(LONGEST_PART)
            size += len(part)
            if size > LONGEST_LINE:
                raise OSError(0, f"a line has more than {LONGEST_LINE:,} bytes: this is no log")
        yield begin, text.removeprefix("\ufeff") if begin == 0 else text
        begin += size


def growing(path: str) -> Iterator[str]:
    """Yield the lines of a file as they come, for ever; one that is replaced is begun again."""
    rest = b""
    while True:
        with open(path, "rb") as file:
            while True:
                rest += (part := file.readline(LONGEST_PART))
                if part.endswith(b"\n") or len(rest) >= LONGEST_PART:
                    yield rest.decode("utf-8", "replace")
                    rest = b""
                elif not part:
                    if _is_replaced(path, file):
                        break
                    time.sleep(PAUSE)


def _is_replaced(path: str, file: BinaryIO) -> bool:
    """Whether a log was cut off, or another file has its name, as when logs are rotated."""
    mine = os.fstat(file.fileno())
    try:
        now = os.stat(path)
    except OSError:
        return False
    return mine.st_size < file.tell() or (mine.st_dev, mine.st_ino) != (now.st_dev, now.st_ino)


# --- while it grows -------------------------------------------------------------------------------


def _live(arguments: Arguments, path: str, wish: Wish) -> int:
    """Tell each thing as soon as its line comes."""
    reader = Reader(wish.patterns, wish.release)
    try:
        lines = growing(path) if arguments.follow and path != "-" else _streamed(path)
        for line in lines:
            _tell(arguments, path, reader, filter(wish.wanted, reader.feed(line)))
    except KeyboardInterrupt:
        print(file=sys.stderr)
    except BrokenPipeError:  # of standard output: there is nobody to tell
        raise
    except OSError as error:
        print(f"sgdlint: error: {path}: {_reason(error)}", file=sys.stderr)
        return FAILED
    _tell(arguments, path, reader, filter(wish.wanted, reader.end()))
    report = report_of(path, reader, filter(wish.wanted, reader.found))
    if reader.runs and not arguments.quiet:
        showing.write_lines(arguments, _closing([report], [reader]), sys.stdout)
    reports, failures = ([report], []) if reader.runs else ([], [_untold(path, reader)])
    failures += showing.write_files(arguments, reports, failures, _written(wish))
    showing.say(failures)
    return status_of(reports, failures, arguments)


def _streamed(path: str) -> Iterator[str]:
    with _opened(path) as file:
        for _, line in lines_of(file):
            yield line


def _tell(arguments: Arguments, path: str, reader: Reader, found: Iterable[LogFinding]) -> None:
    from sgdlint.formatters.block import block

    for one in found:
        source = LogSource(path, {one.place.line: shown_line(one.place.text)})
        lines = block(finding_of(one, source, reader), source, showing.width_of(sys.stdout))
        showing.write_lines(arguments, [*lines, []], sys.stdout)
        sys.stdout.flush()


# --- text -----------------------------------------------------------------------------------------


def _show_text(arguments: Arguments, reports: Sequence[Report], readers: Sequence[Reader]) -> None:
    from sgdlint.formatters import text

    lines = text.blocks(reports, showing.width_of(sys.stdout))
    lines = [*lines, *_closing(reports, readers)]
    showing.write_lines(arguments, lines, sys.stdout)


def _closing(reports: Sequence[Report], readers: Sequence[Reader]) -> list[list[tuple[str, str]]]:
    """Return the closing lines: what was read, of which release, and whether it counts."""
    from sgdlint.formatters.text import counted

    lines: list[list[tuple[str, str]]] = []
    for report, reader in zip(reports, readers, strict=True):
        told = f"{counted(report.findings) or 'No findings'}: {_read(reader)}"
        lines.append([(f"{report.source.path}: {told}", "path" if report.findings else "dim")])
        if any(one.name in GATE for one in report.findings):
            lines.append([(f"{report.source.path}: {INVALID}", "error")])
        if reader.left_out:
            lines.append([(f"  {reader.left_out} more findings were left out", "dim")])
    return lines


def _untold(path: str, reader: Reader) -> Failure:
    """Return why a log could not be judged."""
    return Failure(path, NOTHING.format(lines=_count(reader.line, "line")))


def _read(reader: Reader) -> str:
    parts = [_count(reader.line, "line"), _count(len(reader.runs), "run")]
    if reader.release:
        parts.append(f"SGLang {reader.release} ({release_from(reader)})")
    return ", ".join(parts)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _written(wish: Wish) -> dict[str, dict[str, object]]:
    """Return what formats tell of the patterns, by code."""
    from sgdlint.log.telling import plain

    return {
        one.rule.code: {
            "why": one.why,
            "help": plain(one.rule.help),
            "severity": one.rule.severity,
            "references": [
                *one.references,
                *(two for form in one.forms for two in form.references),
            ],
        }
        for one in wish.patterns
        if one.told
    }


def _reason(error: OSError) -> str:
    if isinstance(error, IsADirectoryError):
        return "is a folder: name the log"
    return f"cannot be read: {error.strerror or error}"

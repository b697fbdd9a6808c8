"""`--baseline`, `--write-baseline`, `--update-baseline`: findings that were there before."""

from __future__ import annotations

import os
import sys

from sgdlint import baseline, files, writing
from sgdlint.baseline import BaselineError
from sgdlint.files import FileError
from sgdlint.record import replace
from sgdlint.stated import OptionError, settings_of_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from sgdlint.arguments import Arguments
    from sgdlint.baseline import Key
    from sgdlint.finding import Report
    from sgdlint.source import Source


def check_options(arguments: Arguments) -> None:
    """Raise OptionError for options that do not go together."""
    if arguments.write_baseline and (arguments.baseline or arguments.update_baseline):
        raise OptionError(
            "--write-baseline writes a whole baseline, so it stands without the others"
        )
    part = "--diff-base" if arguments.diff_base is not None else ""
    part = part or ("--select" if arguments.select else "--ignore" if arguments.ignore else "")
    if part and (arguments.write_baseline or arguments.update_baseline):
        raise OptionError(f"a baseline is for all findings, so it is not written with {part}")
    if arguments.write_baseline and os.path.exists(arguments.write_baseline):
        _read(arguments.write_baseline)  # nothing else is written over


def without_known(
    arguments: Arguments, reports: Sequence[Report], shrink: bool = False
) -> list[Report]:
    """Return reports without the findings that are in a baseline, and tell of those.

    shrink: what is fixed is taken out of it.
    """
    paths = [_baseline_of(arguments, one.source) for one in reports]
    known = {path: _read(path) for path in dict.fromkeys(paths) if path}
    files = {path: baseline.by_file(counts) for path, counts in known.items()}
    if shrink and not known:
        raise OptionError("--update-baseline needs --baseline FILE, or `baseline` in the settings")
    seen: dict[str, dict[Key, int]] = {path: {} for path in known}
    kept = []
    for report, path in zip(reports, paths, strict=True):
        if not path or report.failures:
            kept.append(report)
            continue
        left, counts = _without(report, path, files[path])
        seen[path].update(counts)
        kept.append(left)
    is_whole = not (arguments.select or arguments.ignore) and arguments.action == "check"
    for path, counts in known.items():
        checked = {
            name_in(path, report.source.path)
            for report, one in zip(reports, paths, strict=True)
            if one == path and not report.failures
        }
        _tell(shrink, path, counts, seen[path], checked if is_whole else set(), arguments.quiet)
    return kept


def without_known_of_project(report: Report) -> Report:
    """Return a report without what is in the baseline that the settings of its project name.

    Raises OptionError.
    """
    path = settings_of_file(report.source).baseline
    if not path or report.failures:
        return report
    return _without(report, path, baseline.by_file(_read(path)))[0]


def _without(
    report: Report, path: str, known: Mapping[str, dict[Key, int]]
) -> tuple[Report, Mapping[Key, int]]:
    """Return a report without what is in a baseline, and how much of each entry was found."""
    file = name_in(path, report.source.path)
    found = baseline.compared(report.findings, report.source, file, known.get(file, {}))
    hidden = len(report.findings) - len(found.new)
    return replace(report, findings=found.new, baselined=hidden), found.counts


def _tell(
    shrink: bool,
    path: str,
    known: dict[Key, int],
    seen: dict[Key, int],
    checked: set[str],
    quiet: bool,
) -> None:
    """Say how much of a baseline is still found, and shrink it where that is asked for.

    checked: the files of which it is known what is found in them.
    """
    folder = os.path.dirname(path)
    left = {
        key: seen.get(key, 0)
        if key[0] in checked or (checked and not os.path.exists(os.path.join(folder, key[0])))
        else count
        for key, count in known.items()
    }
    fixed, hidden = sum(known.values()) - sum(left.values()), sum(seen.values())
    if hidden and not quiet:
        verb = "finding is" if hidden == 1 else "findings are"
        print(f"sgdlint: {hidden} {verb} in the baseline {path}", file=sys.stderr)
    if shrink and fixed:
        _write(path, left)
    if quiet or not fixed:
        return
    verb = "is" if fixed == 1 else "are"
    if shrink:
        print(f"sgdlint: {fixed} of {path} {verb} fixed, and taken out", file=sys.stderr)
    else:
        told = f"{fixed} of {path} {verb} fixed: --update-baseline takes what is fixed out"
        print(f"sgdlint: {told}", file=sys.stderr)


def write(arguments: Arguments, reports: Sequence[Report]) -> None:
    """Write what is found as a baseline."""
    path = arguments.write_baseline
    counts: dict[Key, int] = {}
    for report in reports:
        file = name_in(path, report.source.path)
        for one in report.findings:
            key = baseline.key_of(one, report.source, file)
            counts[key] = counts.get(key, 0) + 1
    _write(path, counts)
    number, many = sum(counts.values()), len({key[0] for key in counts})
    found = f"{number} finding{'' if number == 1 else 's'}"
    sys.stdout.write(f"Wrote {found} of {many} file{'' if many == 1 else 's'} to {path}\n")


def name_in(path: str, file: str) -> str:
    """Return how a baseline calls a file: by its path from the folder of the baseline."""
    folder = os.path.realpath(os.path.dirname(path))
    try:
        return os.path.relpath(os.path.realpath(file), folder).replace(os.sep, "/")
    except ValueError:  # another drive
        return file.replace(os.sep, "/")


def _baseline_of(arguments: Arguments, source: Source) -> str:
    return str(arguments.baseline or settings_of_file(source).baseline)


def _read(path: str) -> dict[Key, int]:
    """Return what a baseline holds; raises OptionError. An editor asks for it at each key."""
    state = _state(path)
    if _last[:2] != [path, state] or not state:
        _last[:] = [path, state, _read_anew(path)]
    known: dict[Key, int] = _last[2]
    return known


_last: list[Any] = []
"""The path of the baseline that was read last, the state of its file, and what it holds."""


def _state(path: str) -> tuple[int, ...]:
    """Return what changes with a file; nothing when there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _read_anew(path: str) -> dict[Key, int]:
    try:
        return baseline.read(files.read_bytes(path).decode("utf-8"))
    except UnicodeDecodeError:
        raise OptionError(f"{path}: no baseline: not UTF-8 text") from None
    except FileError as error:
        hint = "" if os.path.lexists(path) else f"; --write-baseline {path} writes it"
        raise OptionError(f"{path}: {error}{hint}") from None
    except BaselineError as error:
        raise OptionError(f"{path}: {error}") from None


def _write(path: str, counts: dict[Key, int]) -> None:
    data = baseline.text_of(counts).encode()
    try:
        if os.path.exists(path):
            writing.replace(path, files.read_bytes(path), data)
        else:
            with open(path, "xb") as file:
                file.write(data)
    except FileError as error:
        raise OptionError(f"{path}: {error}") from None
    except OSError as error:
        raise OptionError(f"{path}: cannot be written: {error.strerror or error}") from None

"""`sgdlint perf`: arguments → a comparison on standard output, pictures in files, exit status."""

from __future__ import annotations

import os
import sys

from sgdlint import writing
from sgdlint.catalog import releases
from sgdlint.checking import CLEAN, FAILED, FOUND
from sgdlint.files import FileError
from sgdlint.perf import inputs, limit
from sgdlint.perf.comparing import compare
from sgdlint.perf.sides import Side, releases_of
from sgdlint.record import replace
from sgdlint.stated import OptionError, known_release

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.arguments import Arguments
    from sgdlint.perf.comparing import Comparison

ENDINGS = (".svg", ".html", ".md", ".json", ".txt")
"""How the name of a file for --output may end; the ending tells the format."""


def run(arguments: Arguments) -> int:
    """Compare, and return the exit status."""
    asked_limit = arguments.fail_if_slower
    allowed = None if asked_limit is None else limit.limit_of(asked_limit)
    asked = inputs.sides_asked(arguments.paths, arguments.baseline, arguments.new)
    _check_outputs(arguments.output, asked)
    try:
        sides = inputs.read_sides(asked)
    except inputs.InputError as error:
        for line in str(error).splitlines():
            print(f"sgdlint: error: {line}", file=sys.stderr)
        return FAILED
    sides = _told(sides, arguments)
    found = compare(sides[0], sides[1:])
    judged = () if allowed is None else tuple(limit.judge(one, allowed) for one in found.variants)
    _show(found, arguments, judged)
    failed = _write(found, arguments.output, judged)
    return max(failed, _status(found, judged, asked_limit or ""))


def _told(sides: Sequence[Side], arguments: Arguments) -> list[Side]:
    """Return the sides with what their commands and logs tell; the log knows better."""
    named = known_release(arguments.sglang) if arguments.sglang else ""
    commands = _each("--command", arguments.command, len(sides))
    logs = _each("--log", arguments.log, len(sides))
    found = []
    for side, command, log in zip(sides, commands, logs, strict=True):
        told = {"release": named} if named else {}
        if command:
            from sgdlint.perf.commands import told_by

            told |= told_by(command, releases_of(side) or releases(), named)
        if log:
            from sgdlint.perf.logs import told_by_log

            told |= told_by_log(log, named)
        found.append(replace(side, told=tuple(told.items())))
    return found


def _each(option: str, given: Sequence[str], sides: int) -> Sequence[str]:
    """Return one for each side: one that is given is that of all."""
    if len(given) not in (0, 1, sides):
        wanted = f"one for all of them, or {sides}: the baseline's first"
        raise OptionError(f"{option}: {len(given)} for {sides} sides; give {wanted}")
    return given if len(given) == sides else [*(given or [""])] * sides


# --- output ---------------------------------------------------------------------------------------


def _show(found: Comparison, arguments: Arguments, judged: tuple[str, ...]) -> None:
    if arguments.format != "text":
        sys.stdout.write(rendered(found, "." + arguments.format, judged))
        return
    from sgdlint.perf import text
    from sgdlint.showing import write_lines

    width = text.WIDTH
    if sys.stdout.isatty():
        width = os.get_terminal_size(sys.stdout.fileno()).columns or width
    write_lines(arguments, text.render(found, width, _has_blocks()), sys.stdout)


def _has_blocks() -> bool:
    """Whether standard output can show the characters that bars are made of."""
    try:
        "█▏▁×→–".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def rendered(found: Comparison, ending: str, judged: tuple[str, ...] = ()) -> str:
    """Return the comparison in the format of a file's ending."""
    if ending == ".json":
        from sgdlint.perf import data

        return data.render(found, judged)
    if ending in (".md", ".markdown"):
        from sgdlint.perf import markdown

        return markdown.render(found)
    if ending == ".txt":
        from sgdlint.formatters.text import plain
        from sgdlint.perf import text

        return plain(text.render(found))
    if ending == ".html":
        from sgdlint.perf import page

        return page.render(found)
    from sgdlint.perf import picture

    return picture.render(found)


def _check_outputs(paths: Sequence[str], asked: Sequence[inputs.Asked]) -> None:
    """Refuse what cannot be written, or would take the place of a dump, before anything is read."""
    given = {os.path.realpath(path) for one in asked for path in one.paths}
    for path in paths:
        if not path.endswith(ENDINGS):
            raise OptionError(f"--output: {path!r} does not end in {', '.join(ENDINGS)}")
        if os.path.isdir(path):
            raise OptionError(f"--output: {path} is a folder")
        if os.path.realpath(path) in given:
            raise OptionError(f"--output: {path} is one of the files that are compared")


def _write(found: Comparison, paths: Sequence[str], judged: tuple[str, ...]) -> int:
    status = CLEAN
    for path in paths:
        text = rendered(found, os.path.splitext(path)[1], judged)
        try:
            writing.put(path, text.encode("utf-8", "backslashreplace"))
        except FileError as error:
            print(f"sgdlint: error: {path}: {error}", file=sys.stderr)
            status = FAILED
    return status


def _status(found: Comparison, judged: tuple[str, ...], allowed: str) -> int:
    """Say what --fail-if-slower makes of it, and return the exit status."""
    status = CLEAN
    for one, told in zip(found.variants, judged, strict=False):
        if told == "slower":
            by = f"{one.total.slower_by:.1%} slower than {found.baseline.label}"
            print(f"sgdlint: {one.side.label} is {by}; {allowed} is allowed", file=sys.stderr)
            status = max(status, FOUND)
        elif told == "cannot tell":
            why = f"not comparable with {found.baseline.label}, so --fail-if-slower cannot tell"
            print(f"sgdlint: error: {one.side.label}: {why}", file=sys.stderr)
            status = FAILED
    return status

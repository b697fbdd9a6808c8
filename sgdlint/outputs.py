"""`--output FORMAT=FILE`: several formats from one run, each file written in one step."""

from __future__ import annotations

import os

from sgdlint import writing
from sgdlint.files import FileError
from sgdlint.finding import Failure
from sgdlint.formatters import FORMATS
from sgdlint.record import record
from sgdlint.stated import OptionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sgdlint.arguments import Arguments
    from sgdlint.finding import Report

HERE = "-"
"""Standard output, in the place of a file."""


@record
class Output:
    """A format and the file that it goes to; `-` is standard output."""

    format: str
    path: str


def check(arguments: Arguments) -> None:
    """Raise OptionError for outputs that are not written right, before anything is checked."""
    outputs = [_read(text) for text in arguments.output]
    places = [_place(one) for one in outputs]
    twice = [one.path for number, one in enumerate(outputs) if places[number] in places[:number]]
    if twice:
        raise OptionError(f"--output: two formats go to {twice[0]}")
    if HERE in places and arguments.format != "text":
        raise OptionError(
            "--format and --output FORMAT=- both go to standard output: leave one out"
        )
    for one in outputs:
        _check_place(one.path)


def _place(output: Output) -> str:
    return HERE if output.path == HERE else os.path.realpath(output.path)


def check_inputs(texts: Sequence[str], reports: Sequence[Report]) -> None:
    """Raise OptionError for an output that would take the place of a file that was checked."""
    checked = {os.path.realpath(one.source.path) for one in reports}
    for one in map(_read, texts):
        if one.path != HERE and os.path.realpath(one.path) in checked:
            raise OptionError(f"--output: {one.path} is one of the files that are checked")


def on_standard_output(texts: Sequence[str]) -> str:
    """Return the format that goes to standard output; "" when none does."""
    return next((one.format for one in map(_read, texts) if one.path == HERE), "")


def write(texts: Sequence[str], render: Callable[[str], str]) -> list[Failure]:
    """Write what belongs in files; return what could not be written."""
    failures = []
    for one in map(_read, texts):
        if one.path == HERE:
            continue
        try:
            writing.put(one.path, render(one.format).encode("utf-8", "backslashreplace"))
        except FileError as error:
            failures.append(Failure(one.path, str(error)))
    return failures


def _read(text: str) -> Output:
    name, sign, path = text.partition("=")
    if name not in FORMATS:
        from sgdlint.nearest import nearest

        hint = nearest(name, FORMATS)
        told = f"; did you mean {hint!r}?" if hint else f"; there are {', '.join(FORMATS)}"
        raise OptionError(f"--output: there is no format {name!r}{told}")
    if not sign or not path:
        raise OptionError(f"--output: {text!r} names no file: write {name}=FILE, or {name}=-")
    return Output(name, path)


def _check_place(path: str) -> None:
    if path == HERE:
        return
    if os.path.isdir(path):
        raise OptionError(f"--output: {path} is a folder")
    folder = os.path.dirname(path)
    if folder and not os.path.isdir(folder):
        raise OptionError(f"--output: there is no folder {folder} for {path}")

"""Edits of a Dockerfile's variables, in its own layout."""

from __future__ import annotations

import re

from sgdlint.documents.region import CannotWriteError
from sgdlint.finding import Edit
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.documents.docker_lines import Instruction
    from sgdlint.documents.docker_words import Setting

_SAFE = re.compile(r"[\w./:,=@%+-]+")
_SPECIAL = re.compile(r'(["\\$`])')


def removal(one: Instruction, settings: Sequence[Setting], number: int, source: str) -> Edit | None:
    """Return the edit that takes a variable out of its instruction; None when none can."""
    if len(settings) == 1:
        span = Span(source.rfind("\n", 0, one.start) + 1, one.end)
    elif number:
        start = one.span(settings[number - 1].start, settings[number - 1].end).end
        span = Span(start, one.span(settings[number].start, settings[number].end).end)
    else:
        span = Span(one.place(settings[0].start), one.place(settings[1].start))
    return None if any(it.overlaps(span) for it in one.comments) else Edit(span, "")


def new_variable(
    before: Instruction, envs: Sequence[tuple[Instruction, Sequence[Setting]]],
    name: str, value: str, source: str, escape: str,
) -> Edit:  # fmt: skip
    """Return the edit that sets one more variable for an instruction.

    envs: the instructions of its stage that set variables, which one is joined if it is a block.
    """
    written = f"{name}={_written(value, escape)}"
    end = "\r\n" if "\r\n" in source[: before.start] else "\n"
    earlier = [one for one in envs if one[0].end <= before.start]
    if not earlier:
        start = source.rfind("\n", 0, before.start) + 1
        return Edit(Span(start, start), f"{source[start : before.start]}ENV {written}{end}")
    last, settings = earlier[-1]
    if len(settings) > 1 and len(last.chunks) > 1:
        stop = last.span(settings[-1].start, settings[-1].end).end
        start = source.rfind("\n", 0, last.span(settings[-1].start, settings[-1].end).start) + 1
        blanks = re.match(r"[ \t]*", source[start:stop])
        indent = blanks.group() if blanks is not None and start > last.start else "    "
        return Edit(Span(stop, stop), f" {escape}{end}{indent}{written}")
    start = source.rfind("\n", 0, last.start) + 1
    return Edit(Span(last.end, last.end), f"{source[start : last.start]}ENV {written}{end}")


def _written(value: str, escape: str) -> str:
    if _SAFE.fullmatch(value):
        return value
    if "\n" in value or escape != "\\":
        raise CannotWriteError("the value cannot be written in one line")
    return '"' + _SPECIAL.sub(r"\\\1", value) + '"'

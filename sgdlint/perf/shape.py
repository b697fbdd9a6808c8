"""What is known of the shape of perf dumps: `format.json`, checked whole when it is first read."""

from __future__ import annotations

import json
import os

from sgdlint.catalog import release_key, releases
from sgdlint.record import record
from sgdlint.rules.files import RuleError, RuleProblem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "format.json")
PLACES = ("report", "checkpoint", "checkpoints", "tag")
"""Where a field stands: in the file itself, in each snapshot of the memory, as the name of a
snapshot, or as the tag."""
KEYS: dict[str, dict[str, type]] = {
    "fields": {"name": str, "in": str, "since": str, "always": bool, "source": str},
    "writers": {"tag": str, "name": str, "source": str},
    "stages": {"name": str, "backend": str, "since": str, "source": str},
    "denoising_step": {"prefix": str, "group": str, "source": str},
    "sampling": {
        **dict.fromkeys(("width", "height", "frames", "steps", "seed"), str),
        "block": int,
        "since": str,
        "source": str,
    },
    "warmup": {"checkpoint": str, "field": str, "since": str, "source": str},
}
"""What each entry has, and of which type."""

OTHERS = ("block", "since", "source")
"""What is no name in an entry of names."""
NEEDED = {str: "a text", bool: "true or false", int: "a number"}


@record
class Field:
    """Something that a dump holds since a release. always: each dump of such a release has it."""

    name: str
    place: str
    since: str
    always: bool


@record
class Shape:
    """The shape of the dumps.

    writers: pairs of a tag and who writes it. backends: pairs of a stage and the backend that only
    has it. step, loop: how the name of a denoising step begins that stands among the stages, and
    what all of them are called together. warmup: the snapshot, and its field, that is above zero
    when a warm-up ran before. sampling: how a log calls what was generated; the size is in
    whole blocks of so many pixels.
    """

    fields: tuple[Field, ...]
    writers: tuple[tuple[str, str], ...]
    backends: tuple[tuple[str, str], ...]
    step: str
    loop: str
    warmup: tuple[str, str]
    sampling: tuple[tuple[str, str], ...]
    block: int


_known: list[Shape] = []


def shape() -> Shape:
    """Return the shape of the dumps; raises RuleError when its file is wrong."""
    if not _known:
        with open(FILE, encoding="utf-8") as file:
            _known.append(read(file.read(), FILE))
    return _known[0]


def read(text: str, name: str) -> Shape:
    """Return the shape that a file describes; raises RuleError with all that is wrong in it."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise RuleError([RuleProblem(name, 0, "", "", f"not JSON: {error}")]) from None
    problems = list(_problems(data))
    if problems:
        raise RuleError([RuleProblem(name, 0, "", key, told) for key, told in problems])
    steps, warmup = data["denoising_step"], data["warmup"]
    return Shape(
        tuple(Field(row["name"], row["in"], row["since"], row["always"]) for row in data["fields"]),
        tuple((row["tag"], row["name"]) for row in data["writers"]),
        tuple((row["name"], row["backend"]) for row in data["stages"]),
        steps["prefix"],
        steps["group"],
        (warmup["checkpoint"], warmup["field"]),
        tuple((name, called) for name, called in data["sampling"].items() if name not in OTHERS),
        data["sampling"]["block"],
    )


def _problems(data: Any) -> Iterator[tuple[str, str]]:
    """Yield each key that is wrong, and what is wrong with it."""
    if not isinstance(data, dict):
        yield "", "an object is needed"
        return
    yield from ((key, "there is no such key") for key in data if key not in (*KEYS, "about"))
    for key, types in KEYS.items():
        rows = data.get(key)
        several = key in ("fields", "writers", "stages")
        if not isinstance(rows, list if several else dict):
            yield key, "a list is needed" if several else "an object is needed"
        elif isinstance(rows, dict):
            yield from _of_row(key, rows, types)
        else:
            for number, row in enumerate(rows):
                yield from _of_row(f"{key}[{number}]", row, types)


def _of_row(place: str, row: Any, types: dict[str, type]) -> Iterator[tuple[str, str]]:
    if not isinstance(row, dict):
        yield place, "an object is needed"
        return
    yield from ((f"{place}.{key}", "there is no such key") for key in row if key not in types)
    for key, kind in types.items():
        if not isinstance(row.get(key), kind) or row[key] == "":
            yield (
                f"{place}.{key}",
                f"{NEEDED[kind]} is needed",
            )
    if row.get("since", releases()[0]) not in releases():
        yield f"{place}.since", f"{row['since']!r} is no release that is known"
    if row.get("in", "report") not in PLACES:
        yield f"{place}.in", f"{row['in']!r} is not one of {', '.join(PLACES)}"


def written_by(present: set[tuple[str, str]], snapshots: bool) -> tuple[str, str]:
    """Return the first release that writes such a dump, and the first one that would not; or "".

    present: pairs of place and name of the fields that are there. snapshots: there are some.
    """
    known = shape().fields
    there = [one.since for one in known if (one.place, one.name) in present]
    lacking = [
        one.since
        for one in known
        if one.always and (one.place, one.name) not in present
        if one.place == "report" or snapshots
    ]
    return max(there, key=release_key, default=""), min(lacking, key=release_key, default="")

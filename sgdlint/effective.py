"""`sgdlint config`: what is in force for a file, and what says so."""

from __future__ import annotations

import sys

from sgdlint import checking, linter
from sgdlint.assumed import COMMAND_LINE
from sgdlint.checking import CLEAN, FAILED
from sgdlint.directives import DirectiveError
from sgdlint.finding import GOALS
from sgdlint.record import record
from sgdlint.settings.keys import KEYS, Key
from sgdlint.stated import settings_of_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from sgdlint.arguments import Arguments
    from sgdlint.finding import Failure
    from sgdlint.settings import Settings
    from sgdlint.source import Source

DEFAULT = "default"
DEFAULTS = {
    "goal": GOALS[0],
    "fail-on": checking.FAIL_ON,
    "lossy": False,
    "strict": False,
    "require-reasons": False,
}


@record
class Row:
    """A setting in force. value: None when nothing is set. origin: what says so."""

    key: str
    value: Any
    origin: str


def run(arguments: Arguments) -> int:
    """Print what is in force for each file; return the exit status."""
    if arguments.schema:
        sys.stdout.write(_schema())
        return CLEAN
    checking.options_of(arguments)
    packs = checking.Packs(arguments)
    failures: list[Failure] = []
    told: list[tuple[Source, list[Row]]] = []
    for one in checking.inputs(arguments, failures):
        packs.of(one.source)  # which looks whether the rules exist that are named
        told.append((one.source, rows(one.source, arguments)))
    if arguments.format == "json":
        import json

        data = [_data(source, some) for source, some in told]
        sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("\n".join(_text(source, some) for source, some in told))
    for failure in failures:
        print(f"sgdlint: error: {failure.path}: {failure.message}", file=sys.stderr)
    if not told and not failures:
        print("sgdlint: no file here holds a launch; name one", file=sys.stderr)
    return FAILED if failures else CLEAN


def rows(source: Source, arguments: Arguments) -> list[Row]:
    """Return what is in force for a file; raises OptionError."""
    found = settings_of_file(source)
    try:
        directed = linter.settings_of(source, arguments.kind)
    except DirectiveError:  # of which `check` tells
        directed = []
    said = {one.name: (one.value, f"line {one.line}") for one in directed}
    return [
        _release(source, arguments)
        if key.name == "sglang"
        else _row(key, found, arguments, said.get(key.name))
        for key in KEYS
        if key.name != "extend"
    ]


def _release(source: Source, arguments: Arguments) -> Row:
    from sgdlint import rulepack

    report = linter.check(source, rulepack.load(), checking.options_of(arguments))
    return Row("sglang", report.sglang, report.release_from)


def _row(key: Key, found: Settings, arguments: Arguments, said: tuple[str, str] | None) -> Row:
    given = getattr(arguments, key.part, None)
    if given:
        value = (
            [part for text in given for part in text.split(",")] if type(given) is list else given
        )
        return Row(key.name, value, COMMAND_LINE)
    if said is not None:
        return Row(key.name, said[0], said[1])
    if key.part in found.places:
        return Row(key.name, _plain(key.name, getattr(found, key.part)), found.where(key.part))
    return Row(key.name, DEFAULTS.get(key.name), DEFAULT)


def _plain(name: str, value: Any) -> Any:
    """Return a value of settings as it is written."""
    if name == "exclude":
        return [pattern for _, pattern in value]
    if name == "severity":
        return dict(value)
    return list(value) if isinstance(value, tuple) else value


def _data(source: Source, some: Sequence[Row]) -> dict[str, Any]:
    settings = {one.key: {"value": one.value, "from": one.origin} for one in some}
    return {"path": source.path, "settings": settings}


def _text(source: Source, some: Sequence[Row]) -> str:
    shown = [(one.key, _shown(one.value), one.origin) for one in some]
    first, second = (max(len(row[column]) for row in shown) for column in (0, 1))
    lines = [f"  {key:<{first}}  {value:<{second}}  {origin}" for key, value, origin in shown]
    return "\n".join([source.path, *lines, ""])


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, dict):
        return ", ".join(f"{rule} = {grade}" for rule, grade in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _schema() -> str:
    from sgdlint.settings import SCHEMA

    with open(SCHEMA, encoding="utf-8") as file:
        return file.read()

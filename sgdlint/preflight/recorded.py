"""The facts of a machine as a file: another machine can be asked, and tests need no GPU."""

from __future__ import annotations

import json
import os

from sgdlint.hardware import GpuInfo, Holder
from sgdlint.preflight.facts import Folder, Installed, Machine, Memory
from sgdlint.record import fields_of
from sgdlint.stated import OptionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FORM = 1
"""The form of the file; one of another form is refused."""
RECORDS = {"installed": Installed, "memory": Memory}
KINDS = {"int": int, "str": str, "bool": bool, "None": type(None)}
"""What the words of an annotation mean, where values are checked."""
MAPPINGS = {
    "processes": "str",
    "packages": "str | None",
    "modules": "bool | None",
    "ports": "bool | None",
    "cached": "bool | None",
    "tokens": "bool | None",
    "paths": "bool | None",
    "programs": "str",
}
"""What the values of mappings are."""
LARGEST = 10_000_000
"""Bytes: a larger file is no record of a machine."""


def write(path: str, seen: Machine) -> None:
    """Write the facts of a machine; raises OptionError."""
    text = json.dumps({"form": FORM, **to_data(seen)}, indent=1, sort_keys=True) + "\n"
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise OptionError(f"--record: {path}: {error.strerror}") from None


def read(path: str) -> Machine:
    """Read the facts of a machine; raises OptionError."""
    try:
        if os.path.getsize(path) > LARGEST:
            raise OptionError(f"--machine: {path}: too large for a record of a machine")
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
        return of_data(data)
    except OSError as error:
        raise OptionError(f"--machine: {path}: {error.strerror}") from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        told = f"{type(error).__name__}: {error}"
        raise OptionError(f"--machine: {path}: no record of a machine ({told})") from None


def to_data(thing: Any) -> Any:
    """Return records as plain data."""
    if hasattr(type(thing), "_fields"):
        return {name: to_data(getattr(thing, name)) for name in fields_of(thing)}
    if isinstance(thing, dict):
        return {str(key): to_data(value) for key, value in thing.items()}
    if isinstance(thing, (list, tuple)):
        return [to_data(one) for one in thing]
    return thing


def of_data(data: Any) -> Machine:
    """Return a machine of plain data; what is missing is not known."""
    if data.pop("form") != FORM:
        raise ValueError("it has another form")
    gpus = data.pop("gpus", None)
    ports = {int(key): value for key, value in data.pop("ports", {}).items()}
    names = {int(key): value for key, value in data.pop("processes", {}).items()}
    folders = {key: Folder(**value) for key, value in data.pop("folders", {}).items()}
    parts = {name: kind(**data.pop(name)) for name, kind in RECORDS.items() if data.get(name)}
    unknown = set(data) - set(fields_of(Machine()))
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    rest = {key: value for key, value in data.items() if value is not None}
    rest["notes"] = tuple(rest.get("notes", ()))
    found = None if gpus is None else tuple(map(_gpu, gpus))
    seen = Machine(gpus=found, ports=ports, processes=names, folders=folders, **parts, **rest)
    _check(seen)
    return seen


def _check(seen: Machine) -> None:
    """Raise TypeError for a value of another type than it has in a record."""
    parts = [seen, seen.memory, *seen.folders.values(), *(seen.gpus or ())]
    parts += [one for gpu in seen.gpus or () for one in gpu.holders or ()]
    for part in (*parts, *([seen.installed] if seen.installed is not None else [])):
        for name, kind in type(part).__annotations__.items():
            if set(kind.split(" | ")) <= KINDS.keys():
                _check_one(name, getattr(part, name), kind)
    for name, kind in MAPPINGS.items():
        for key, value in getattr(seen, name).items():
            _check_one(f"{name}: {key}", value, kind)
    for text in seen.notes:
        _check_one("notes", text, "str")


def _check_one(name: str, value: object, kind: str) -> None:
    if type(value) not in [KINDS[one] for one in kind.split(" | ")]:
        raise TypeError(f"{name}: {value!r} is no {kind.removesuffix(' | None')}")


def _gpu(data: dict[str, Any]) -> GpuInfo:
    capability, holders = data.pop("capability"), data.pop("holders", None)
    return GpuInfo(
        capability=None if capability is None else (capability[0], capability[1]),
        holders=None if holders is None else tuple(Holder(**one) for one in holders),
        **data,
    )

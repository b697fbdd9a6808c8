"""What lies in a folder of results, read within bounds: the manifest, dumps, outputs."""

from __future__ import annotations

import hashlib
import json
import os
import string

from sgdlint.bench.manifest import MANIFEST
from sgdlint.perf.dumps import DumpError, read
from sgdlint.perf.noise import MOST_RUNS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sgdlint.perf.dumps import Dump

MOST_CHARACTERS = 4_000_000
"""A longer file is none of ours."""
MOST_VARIANTS = 200
"""So many variants are read."""
MOST_FILES = 100
"""With more files in a folder of outputs nothing is said of them."""
MOST_BYTES = 1 << 31
"""Nor with more bytes."""
NAMES = frozenset(string.ascii_letters + string.digits + "+-._")
"""What the name of a variant is made of."""


class ResultsError(Exception):
    """A folder that holds no results; the message says what is wrong."""


def manifest_of(folder: str) -> dict[str, Any]:
    """Return what the script wrote about its variants."""
    if not os.path.isdir(folder):
        raise ResultsError("no such folder")
    path = os.path.join(folder, MANIFEST)
    if not os.path.exists(path):
        raise ResultsError(f"holds no {MANIFEST}: a script of `sgdlint bench` writes it")
    try:
        data = json.loads(text_of(path))
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"{MANIFEST}: not JSON: {error}") from None
    rows = data.get("variants") if isinstance(data, dict) else None
    if not isinstance(rows, list) or not rows or len(rows) > MOST_VARIANTS:
        raise ResultsError(f"{MANIFEST}: it has no list of variants")
    if not all(isinstance(one, dict) and _is_name(one.get("name")) for one in rows):
        raise ResultsError(f"{MANIFEST}: each variant needs a name")
    return {
        **{key: str(data.get(key) or "") for key in ("sglang", "model", "gpu")},
        "variants": rows,
    }


def is_of(folder: str, manifest: str) -> bool:
    """Whether a folder may take the results of a script: it has none, or some of that one."""
    path = os.path.join(folder, MANIFEST)
    try:
        return not os.path.lexists(path) or text_of(path) == manifest
    except ResultsError:
        return False


def _is_name(name: object) -> bool:
    """Whether a name is one that a variant may have, and no way out of the folder."""
    return isinstance(name, str) and name[:1].isalnum() and not set(name) - NAMES


def text_of(path: str, errors: str = "strict") -> str:
    """Return the text of a file; raises ResultsError. errors: as `open` has it."""
    try:
        with open(path, encoding="utf-8", errors=errors) as file:
            text = file.read(MOST_CHARACTERS + 1)
    except OSError as error:
        raise ResultsError(f"{os.path.basename(path)}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise ResultsError(f"{os.path.basename(path)}: not UTF-8") from None
    if len(text) > MOST_CHARACTERS:
        raise ResultsError(f"{os.path.basename(path)}: far too long")
    return text


def dumps_of(folder: str) -> tuple[list[Dump], str]:
    """Return the measurements of a variant, and what is wrong with one that does not read."""
    try:
        names = os.listdir(folder)
    except OSError:
        return [], ""
    numbers = sorted(
        int(one[:-5]) for one in names if one.endswith(".json") and one[:-5].isdecimal()
    )
    found: list[Dump] = []
    for number in numbers[:MOST_RUNS]:
        try:
            found.append(read(text_of(os.path.join(folder, f"{number}.json")), f"{number}.json"))
        except DumpError as error:
            return found, f"{number}.json: {error}"
        except ResultsError as error:
            return found, str(error)
    return found, ""


def digests(folder: str) -> tuple[str, ...] | None:
    """Return what tells whether the files of two folders are the same; None where that is open."""
    try:
        paths = sorted(entry.path for entry in os.scandir(folder) if entry.is_file())
        if not paths or len(paths) > MOST_FILES or sum(map(os.path.getsize, paths)) > MOST_BYTES:
            return None
        return tuple(sorted(map(_digest, paths)))
    except OSError:
        return None


def _digest(path: str) -> str:
    found = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()

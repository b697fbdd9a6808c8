"""Get the rules ready: the prepared built-in pack, or rule files compiled and kept in a cache.

A prepared pack is JSON, so loading one cannot run code. It is used while its fingerprint is that of
the rule files; otherwise the files are compiled again, and the result is kept in a folder of the
user's own that nobody else can write.
"""

from __future__ import annotations

import json
import os

from sgdlint import __version__, resources
from sgdlint.rules.model import pack_from_data, pack_to_data

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sgdlint.rules.model import Pack

PREPARED = os.path.join(os.path.dirname(__file__), "rules", "pack.json")
PRIME = (1 << 61) - 1
FORMAT = 1
"""Raise when the prepared form changes, so that older caches are not read."""


def load() -> Pack:
    """Return the built-in rules; raises RuleError when changed rule files are wrong."""
    folder = resources.find("rules.d")
    wanted = fingerprint(folder)
    for path in (PREPARED, _cache_path(wanted)):
        data = _read(path)
        if data is not None and data.get("fingerprint") == wanted:
            return pack_from_data(data)
    pack = compile_folder(folder)
    _keep(_cache_path(wanted), prepared(pack, wanted))
    return pack


def compile_folder(folder: str, base: Pack | None = None) -> Pack:
    """Compile and check rule files, their examples included; raises RuleError."""
    from sgdlint.rules.check import check
    from sgdlint.rules.files import RuleError, find_files, read_file
    from sgdlint.ruletest import run_examples

    files, problems = [], []
    for path in find_files(folder):
        try:
            files.append(read_file(path))
        except RuleError as error:
            problems += error.problems
    if problems:
        raise RuleError(problems)
    pack = check(files, base)
    results = [result for file in files for result in run_examples(file, pack, base)]
    failed = [result.problem for result in results if result.problem is not None]
    if failed:
        raise RuleError(failed)
    return pack


def prepared(pack: Pack, mark: str) -> str:
    """Return a pack as the text of its prepared file."""
    data = {
        "generated": "by scripts/build_rules.py from rules.d/*.yaml; do not edit",
        "fingerprint": mark,
        **pack_to_data(pack),
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n"


def fingerprint(folder: str) -> str:
    """Return a short text that changes when a rule file of a folder does."""
    parts = [f"{FORMAT} {__version__}".encode()]
    for name in sorted(os.listdir(folder)):
        if name.endswith((".yaml", ".yml")):
            with open(os.path.join(folder, name), "rb") as file:
                # Line ends may differ between checkouts; they mean nothing in YAML.
                parts += [name.encode(), file.read().replace(b"\r\n", b"\n")]
    # A remainder is as good as a checksum here, and needs no module.
    return f"{int.from_bytes(b'|'.join(parts), 'little') % PRIME:016x}"


def _read(path: str) -> dict[str, Any] | None:
    """Return a prepared file's data; None when it is missing, foreign or not ours to trust."""
    try:
        with open(path, encoding="utf-8") as file:
            if path != PREPARED and not _is_private(os.fstat(file.fileno())):
                return None
            data = json.load(file)
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) else None


def _is_private(status: os.stat_result) -> bool:
    getuid = getattr(os, "getuid", None)
    return getuid is None or (status.st_uid == getuid() and not status.st_mode & 0o022)


def _cache_path(mark: str) -> str:
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "sgdlint", f"rules-{mark}.json")


def _keep(path: str, text: str) -> None:
    """Write a cache file for this user alone; a cache that cannot be written is no harm."""
    folder = os.path.dirname(path)
    temporary = f"{path}.{os.getpid()}"
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        if not _is_private(os.stat(folder)):
            return
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, path)
    except OSError:
        return

"""Compile rule files to a pack, run their examples, and keep the result for the next time."""

from __future__ import annotations

import os

from sgdlint import __version__
from sgdlint.record import fields_of
from sgdlint.rules.data import to_data
from sgdlint.rules.pack import Pack, is_private, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from sgdlint.ruletest import Result

PRIME = (1 << 61) - 1
FORMAT = 5
"""Raise when the prepared form changes, so that older caches are not read."""


def compiled(paths: Sequence[str], mark: str, base: Pack | None) -> Pack:
    """Return rule files as a pack, from the cache when they are in it."""
    kept = read(_cache_path(mark), mark)
    if kept is not None:
        return kept
    pack = compile_files(paths, base)
    _keep(_cache_path(mark), prepared(pack, mark))
    return pack


def compile_folder(folder: str, base: Pack | None = None) -> Pack:
    """Compile and check the rule files at one path; see `compile_files`."""
    return compile_files([folder], base)


def compile_files(paths: Sequence[str], base: Pack | None = None) -> Pack:
    """Compile and check rule files, their examples included; raises RuleError."""
    from sgdlint.rules.files import RuleError

    pack, results = examine(paths, base)
    failed = [result.problem for result in results if result.problem is not None]
    if failed:
        raise RuleError(failed)
    return pack


def examine(
    paths: Sequence[str], base: Pack | None = None, only: str = ""
) -> tuple[Pack, list[Result]]:
    """Compile rule files and run their examples; raises RuleError when the files are not valid.

    only: run just the examples at this path, which is among the paths.
    """
    from sgdlint.rules.check import check
    from sgdlint.rules.files import RuleError, RuleProblem, read_files
    from sgdlint.ruletest import run_examples

    files = read_files(files_at(paths))
    pack = check(files, base)
    wanted = {os.path.realpath(path) for path in files_at([only] if only else paths)}
    shown = [file for file in files if os.path.realpath(file.path) in wanted]
    if not any(file.each("rules") or file.each("changes") for file in shown):
        raise RuleError([RuleProblem(only or " ".join(paths), 0, "", "", "holds no rules")])
    return pack, [result for file in shown for result in run_examples(file, pack, base)]


def files_at(paths: Sequence[str]) -> list[str]:
    """Return the rule files at some paths, each one once; raises RuleError where there is none."""
    from sgdlint.rules.files import find_files

    found = {os.path.realpath(file): file for path in paths for file in find_files(path)}
    return list(found.values())


def prepared(pack: Pack, mark: str, files: Sequence[str] = ()) -> str:
    """Return a pack as the text of its prepared file; files: the built-in ones it was made of."""
    facts, rules = pack.facts, pack.rules
    head = {
        "generated": "by scripts/build_rules.py from rules.d/*.yaml; do not edit",
        "fingerprint": mark,
        "sizes": [os.path.getsize(path) for path in files],
        "facts": len(facts),
        "rules": len(rules),
        "index": {name: getattr(pack.index, name) for name in fields_of(pack.index)},
        "changes": [to_data(one) for one in pack.changes],
    }
    return (
        "[\n" + ",\n".join(_dumped(one) for one in (head, *map(to_data, (*facts, *rules)))) + "]\n"
    )


def _dumped(data: Any) -> str:
    import json

    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def fingerprint(paths: str | Sequence[str], base: str = "") -> str:
    """Return a short text that changes when one of the rule files at some paths does.

    base: the fingerprint of the rules that they build on.
    """
    from sgdlint.rules.files import RuleError, RuleProblem

    files = files_at([paths] if isinstance(paths, str) else paths)
    try:
        return mark_of(files, base)
    except OSError as error:
        problem = RuleProblem(error.filename, 1, "", "", f"cannot be read: {error.strerror}")
        raise RuleError([problem]) from None


def mark_of(files: Sequence[str], base: str = "") -> str:
    """Return the fingerprint of some rule files; see `fingerprint`."""
    parts = [f"{FORMAT} {__version__} {base}".rstrip().encode()]
    for path in files:
        with open(path, "rb") as file:
            # Line ends may differ between checkouts; they mean nothing in YAML.
            parts += [os.path.basename(path).encode(), file.read().replace(b"\r\n", b"\n")]
    # A remainder is as good as a checksum here, and needs no module.
    return f"{int.from_bytes(b'|'.join(parts), 'little') % PRIME:016x}"


def _cache_path(mark: str) -> str:
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "sgdlint", f"rules-{mark}.json")


def _keep(path: str, text: str) -> None:
    """Write a cache file for this user alone; a cache that cannot be written is no harm."""
    folder = os.path.dirname(path)
    temporary = f"{path}.{os.getpid()}"
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        if not is_private(os.stat(folder)):
            return
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, path)
    except OSError:
        return

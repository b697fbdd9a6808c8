"""Get the rules ready: the prepared built-in pack, or rule files compiled and kept in a cache.

A prepared pack is JSON, so loading one cannot run code. Each rule stands in a line of its own, and
is decoded when it is asked for. A pack is used while its fingerprint is that of the rule files;
otherwise the files are compiled again, and the result is kept in a folder of the user's own that
nobody else can write.
"""

from __future__ import annotations

import os

from sgdlint import __version__, quick, resources
from sgdlint.record import fields_of
from sgdlint.rules.model import Change, Index, Pack, to_data
from sgdlint.stated import OptionError, settings_of_project

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from sgdlint.ruletest import Result
    from sgdlint.settings import Settings
    from sgdlint.source import Nearby

PREPARED = os.path.join(os.path.dirname(__file__), "rules", "pack.json")
PRIME = (1 << 61) - 1
FORMAT = 4
"""Raise when the prepared form changes, so that older caches are not read."""


def load(paths: Sequence[str] = ()) -> Pack:
    """Return the built-in rules and those of the user's rule files and folders.

    Raises RuleError when a rule file that is not prepared yet is wrong.
    """
    built_in = _prepared() or _built_in()
    if not paths:
        return built_in
    own = _compiled(paths, fingerprint(paths, _mark(built_in_files())), built_in)
    return built_in + own


def of_project(near: Nearby, paths: Sequence[str] = ()) -> Pack:
    """Return the rules for the files of a project: those that its settings name count too.

    paths: more rule files and folders. Raises OptionError when the settings are wrong.
    """
    return load((*paths_of(near), *paths))


def paths_of(near: Nearby) -> list[str]:
    """Return the rule files and folders that the settings of a project name."""
    found = settings_of_project(near)
    folder = os.path.dirname(found.path)
    return [_at(os.path.join(folder, one), found) for one in found.rules]


def _at(path: str, found: Settings) -> str:
    if not os.path.exists(path):
        raise OptionError(f"{found.where('rules')}: rules: there is no {path}")
    short = os.path.normpath(path)  # behind a link `..` may lead elsewhere
    return short if os.path.realpath(short) == os.path.realpath(path) else path


def built_in_files() -> list[str]:
    """Return the paths of the built-in rule files."""
    folder = resources.find("rules.d")
    # The folder is flat, and looking for more would import what reads rule files.
    names = sorted(name for name in os.listdir(folder) if name.endswith((".yaml", ".yml")))
    return [os.path.join(folder, name) for name in names]


def _prepared() -> Pack | None:
    """Return the prepared pack if it certainly is of the rule files, without reading them."""
    kept = _open(PREPARED)
    if kept is None:
        return None
    files = [os.stat(path) for path in built_in_files()]
    newest = max((one.st_mtime_ns for one in files), default=0)
    same = kept[0]["sizes"] == [one.st_size for one in files]
    return _pack(*kept) if same and newest < os.stat(PREPARED).st_mtime_ns else None


def _built_in() -> Pack:
    mark = _mark(built_in_files())
    return _read(PREPARED, mark) or _compiled([resources.find("rules.d")], mark, None)


def _compiled(paths: Sequence[str], mark: str, base: Pack | None) -> Pack:
    """Return rule files as a pack, from the cache when they are in it."""
    kept = _read(_cache_path(mark), mark)
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
        return _mark(files, base)
    except OSError as error:
        problem = RuleProblem(error.filename, 1, "", "", f"cannot be read: {error.strerror}")
        raise RuleError([problem]) from None


def _mark(files: Sequence[str], base: str = "") -> str:
    parts = [f"{FORMAT} {__version__} {base}".rstrip().encode()]
    for path in files:
        with open(path, "rb") as file:
            # Line ends may differ between checkouts; they mean nothing in YAML.
            parts += [os.path.basename(path).encode(), file.read().replace(b"\r\n", b"\n")]
    # A remainder is as good as a checksum here, and needs no module.
    return f"{int.from_bytes(b'|'.join(parts), 'little') % PRIME:016x}"


def _read(path: str, mark: str) -> Pack | None:
    """Return a prepared pack; None when it is missing, of other files or not ours to trust."""
    kept = _open(path)
    return None if kept is None or kept[0]["fingerprint"] != mark else _pack(*kept)


def _open(path: str) -> tuple[dict[str, Any], list[bytes]] | None:
    """Return the head of a prepared pack and its other lines, one for each fact and rule."""
    try:
        with open(path, "rb") as file:
            if path != PREPARED and not _is_private(os.fstat(file.fileno())):
                return None
            first, head, *rows = file.read().split(b"\n")
        known = quick.loads(head.decode().rstrip(","))
    except (OSError, ValueError):
        return None
    is_whole = first == b"[" and len(rows) > 1 and rows.pop() == b"" and rows[-1].endswith(b"]")
    return (known, rows) if is_whole else None


def _pack(head: dict[str, Any], rows: list[bytes]) -> Pack:
    changes = [Change(**one) for one in head["changes"]]
    return Pack(rows[head["facts"] :], rows[: head["facts"]], Index(**head["index"]), changes)


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

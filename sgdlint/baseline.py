"""What was found before: which findings of a report are in a baseline, and its text. Pure.

A finding is known by its rule, its file, and the words around it in its command: it stays known
when lines move, and when other parts of the command change. Where the words around it changed, too,
its own words and the first ones of the command still tell it, when no other finding is it.
"""

from __future__ import annotations

from hashlib import sha256

from sgdlint import quick
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from sgdlint.finding import Finding
    from sgdlint.source import Source

    Key = tuple[str, str, str, str]
    """A file from the folder of the baseline, a rule, and two hashes of words: of those around the
    finding, and of its own with the first ones of its command."""

FORMAT = 1
"""The version of the format; another one is refused."""
AROUND = 3
"""So many words on each side of a finding tell it from others."""
FIRST = 4
"""So many first words of a command tell it from others: the program, and mostly the model."""
MOST_TEXT = 500
"""Characters on each side that are looked at for these words."""
NAMES = ("file", "rule", "command", "words")
"""The parts of what a finding is known by, as the file calls them."""
DIGITS = 12
"""Hexadecimal digits of a hash of words."""
_WORD = r"[^\s\\\"',\[\]]+"


class BaselineError(Exception):
    """A text that is no baseline; the message says why."""


@record
class Compared:
    """What a baseline says of findings. new: those that are not in it. counts: of the others."""

    new: tuple[Finding, ...]
    counts: Mapping[Key, int]


def key_of(finding: Finding, source: Source, file: str) -> Key:
    """Return what a finding is known by. file: as it is called in the baseline."""
    text, span = source.text, finding.span
    scope = finding.scope if finding.scope is not None else span
    is_inside = scope.start <= span.start and span.end <= scope.end
    first = max(scope.start, span.start - MOST_TEXT) if is_inside else span.start
    last = min(scope.end, span.end + MOST_TEXT) if is_inside else span.end
    before = _words(text[first : span.start])[-AROUND:]
    own = _words(text[span.start : min(span.end, span.start + MOST_TEXT)])
    after = _words(text[span.end : last])[:AROUND]
    head = _words(text[scope.start : scope.start + MOST_TEXT])[:FIRST] if is_inside else []
    return file, finding.code, _hash([*before, *own, *after]), _hash([*head, *own])


def _hash(words: list[str]) -> str:
    return sha256("\0".join(words).encode("utf-8", "surrogateescape")).hexdigest()[:DIGITS]


def _words(text: str) -> list[str]:
    """Return words without the quotes and commas that a document puts around them."""
    return [one for one in quick.findall(_WORD, text) if one != "-"]


def by_file(known: Mapping[Key, int]) -> dict[str, dict[Key, int]]:
    """Return what a baseline holds of each file."""
    found: dict[str, dict[Key, int]] = {}
    for key, count in known.items():
        found.setdefault(key[0], {})[key] = count
    return found


def compared(
    findings: Iterable[Finding], source: Source, file: str, known: Mapping[Key, int]
) -> Compared:
    """Return which findings of a file are not in a baseline; of equal ones, the last ones.

    known: what the baseline holds of the file.
    """
    left = dict(known)
    counts: dict[Key, int] = {}
    keys = [(one, key_of(one, source, file)) for one in findings]
    changed = [(one, key) for one, key in keys if not _take(key, left, counts)]
    alike: dict[tuple[str, str], list[Key]] = {}
    for key in left if changed else ():
        alike.setdefault((key[1], key[3]), []).append(key)
    new = []
    for one, (_, rule, _, words) in changed:
        others = alike.get((rule, words), [])
        while others and not left[others[-1]]:
            others.pop()
        if not (others and _take(others[-1], left, counts)):
            new.append(one)
    return Compared(tuple(new), counts)


def _take(key: Key, left: dict[Key, int], counts: dict[Key, int]) -> bool:
    """Note that a finding of a baseline is still there, if one of the key is left."""
    if not left.get(key):
        return False
    left[key] -= 1
    counts[key] = counts.get(key, 0) + 1
    return True


# --- the format -----------------------------------------------------------------------------------


def text_of(counts: Mapping[Key, int]) -> str:
    """Return a baseline as text: sorted, each entry on a line of its own."""
    import json

    entries = [
        json.dumps({**dict(zip(NAMES, key, strict=True)), "count": count}, ensure_ascii=False)
        for key, count in sorted(counts.items())
        if count > 0
    ]
    body = "[\n" + ",\n".join(f"  {one}" for one in entries) + "\n]" if entries else "[]"
    return f'{{"format": {FORMAT}, "findings": {body}}}\n'


def read(text: str) -> dict[Key, int]:
    """Return what a text holds; raises BaselineError."""
    import json

    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BaselineError(f"no baseline: not JSON: {error}") from None
    if not isinstance(data, dict) or not isinstance(data.get("findings"), list):
        raise BaselineError('no baseline: there is no list "findings" in it')
    if "format" not in data:
        raise BaselineError('no baseline: there is no "format" in it')
    if data["format"] != FORMAT:
        raise BaselineError(
            f"a baseline of format {data['format']!r}, and this sgdlint knows {FORMAT}: "
            "write it anew with --write-baseline"
        )
    counts: dict[Key, int] = {}
    for number, one in enumerate(data["findings"], 1):
        key, count = _entry(one, number)
        counts[key] = counts.get(key, 0) + count
    return counts


def _entry(one: Any, number: int) -> tuple[Key, int]:
    entry: dict[str, Any] = one if isinstance(one, dict) else {}
    key = [entry.get(name) for name in NAMES]
    count = entry.get("count")
    if not all(isinstance(part, str) for part in key) or type(count) is not int or count < 1:
        raise BaselineError(
            f'entry {number} of "findings" is wrong: it has texts '
            f'{", ".join(map(repr, NAMES))}, and "count", a whole number from 1'
        )
    file, rule, command, words = map(str, key)
    return (file, rule, command, words), count

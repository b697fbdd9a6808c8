"""What was found before: which findings of a report are in a baseline, and its text. Pure.

A finding is known by its rule, its file, and the words around it in its command: it stays known
when lines move, and when other parts of the command change.
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

    Key = tuple[str, str, str]
    """A file from the folder of the baseline, a rule, and what tells a command."""

FORMAT = 1
"""The version of the format; another one is refused."""
AROUND = 3
"""So many words on each side of a finding tell it from others."""
MOST_TEXT = 500
"""Characters on each side that are looked at for these words."""
DIGITS = 12
"""Hexadecimal digits of the hash of these words."""
_WORD = r"[^\s\\\"',\[\]]+"


class BaselineError(Exception):
    """A text that is no baseline; the message says why."""


@record
class Compared:
    """What a baseline says of findings. new: those that are not in it. counts: of the others."""

    new: tuple[Finding, ...]
    counts: Mapping[Key, int]


def command_of(finding: Finding, source: Source) -> str:
    """Return what tells the command of a finding: a hash of the words around it."""
    text, span = source.text, finding.span
    scope = finding.scope if finding.scope is not None else span
    is_inside = scope.start <= span.start and span.end <= scope.end
    first = max(scope.start, span.start - MOST_TEXT) if is_inside else span.start
    last = min(scope.end, span.end + MOST_TEXT) if is_inside else span.end
    words = [
        *_words(text[first : span.start])[-AROUND:],
        *_words(text[span.start : min(span.end, span.start + MOST_TEXT)]),
        *_words(text[span.end : last])[:AROUND],
    ]
    return sha256("\0".join(words).encode("utf-8", "surrogateescape")).hexdigest()[:DIGITS]


def _words(text: str) -> list[str]:
    """Return words without the quotes and commas that a document puts around them."""
    return [one for one in quick.findall(_WORD, text) if one != "-"]


def keys_of(findings: Iterable[Finding], source: Source, file: str) -> list[Key]:
    """Return what each finding is known by. file: as it is called in the baseline."""
    return [(file, one.code, command_of(one, source)) for one in findings]


def compared(
    findings: Iterable[Finding], source: Source, file: str, known: Mapping[Key, int]
) -> Compared:
    """Return which findings of a file are not in a baseline; of equal ones, the last ones."""
    counts: dict[Key, int] = {}
    new = []
    for one in findings:
        key = file, one.code, command_of(one, source)
        if counts.get(key, 0) < known.get(key, 0):
            counts[key] = counts.get(key, 0) + 1
        else:
            new.append(one)
    return Compared(tuple(new), counts)


# --- the format -----------------------------------------------------------------------------------


def text_of(counts: Mapping[Key, int]) -> str:
    """Return a baseline as text: sorted, each entry on a line of its own."""
    import json

    entries = [
        json.dumps(
            {"file": file, "rule": rule, "command": command, "count": counts[file, rule, command]},
            ensure_ascii=False,
        )
        for file, rule, command in sorted(counts)
        if counts[file, rule, command] > 0
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
    if data.get("format") != FORMAT:
        raise BaselineError(
            f"a baseline of format {data.get('format')!r}, and this sgdlint knows {FORMAT}: "
            "write it anew with --write-baseline"
        )
    counts: dict[Key, int] = {}
    for number, one in enumerate(data["findings"], 1):
        key, count = _entry(one, number)
        counts[key] = counts.get(key, 0) + count
    return counts


def _entry(one: Any, number: int) -> tuple[Key, int]:
    entry: dict[str, Any] = one if isinstance(one, dict) else {}
    file, rule, command = entry.get("file"), entry.get("rule"), entry.get("command")
    count = entry.get("count")
    are_texts = isinstance(file, str) and isinstance(rule, str) and isinstance(command, str)
    if not are_texts or type(count) is not int or count < 1:
        raise BaselineError(
            f'entry {number} of "findings" is wrong: it has texts "file", "rule" and "command", '
            'and "count", a whole number from 1'
        )
    return (str(file), str(rule), str(command)), count

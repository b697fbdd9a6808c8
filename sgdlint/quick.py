"""What `re` and `json` do, without what it costs to import them and to compile with them.

Both together take as long as starting Python itself. What `re` makes of a pattern is a list of
numbers for the engine inside the interpreter; `scripts/build_patterns.py` keeps these lists for the
patterns of this package, for each version of the engine. The engine checks a list before it uses
it. Another interpreter, and a pattern that is not kept, go the usual way.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator
    from typing import Any, AnyStr

IGNORECASE, MULTILINE, DOTALL = 2, 8, 16
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "prepared")
_compiled: dict[tuple[Any, int], re.Pattern[Any]] = {}
_kept: dict[bytes, bytes] | None = None


def loads(text: str) -> Any:
    """Return the value of a JSON text, as `json.loads` does; raises ValueError."""
    if _scan is None:
        import json

        return json.loads(text)
    text = text.strip()
    try:
        value, end = _scan(text, 0)
    except StopIteration:
        raise ValueError("not JSON") from None
    if end < len(text):
        raise ValueError("something follows the JSON")
    return value


def compile(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:  # noqa: A001 - as in `re`
    """Return a compiled pattern; flags: those above, or none."""
    found: re.Pattern[AnyStr] | None = _compiled.get((pattern, flags))
    if found is None:
        found = _compiled[pattern, flags] = _from_kept(pattern, flags) or _usual(pattern, flags)
    return found


def match(pattern: AnyStr, text: AnyStr, flags: int = 0) -> re.Match[AnyStr] | None:
    """Return the match of a pattern at the start of a text."""
    return compile(pattern, flags).match(text)


def fullmatch(pattern: AnyStr, text: AnyStr, flags: int = 0) -> re.Match[AnyStr] | None:
    """Return the match of a pattern with the whole of a text."""
    return compile(pattern, flags).fullmatch(text)


def search(pattern: AnyStr, text: AnyStr, flags: int = 0) -> re.Match[AnyStr] | None:
    """Return the first match of a pattern in a text."""
    return compile(pattern, flags).search(text)


def finditer(pattern: AnyStr, text: AnyStr, flags: int = 0) -> Iterator[re.Match[AnyStr]]:
    """Return the matches of a pattern in a text."""
    return compile(pattern, flags).finditer(text)


def findall(pattern: AnyStr, text: AnyStr, flags: int = 0) -> list[Any]:
    """Return the texts of the matches of a pattern, or of their groups."""
    return compile(pattern, flags).findall(text)


def sub(pattern: str, new: str | Callable[[re.Match[str]], str], text: str, flags: int = 0) -> str:
    r"""Return a text with the matches of a pattern replaced; new: a function instead of `\1`."""
    return compile(pattern, flags).sub(new, text)


def key_of(pattern: str | bytes, flags: int) -> str:
    """Return under which name a pattern is kept."""
    return f"{flags} {pattern!r}"


def engine() -> str:
    """Return which engine this interpreter has; "" for one that no list is kept for."""
    if sys.implementation.name != "cpython":
        return ""
    import _sre  # type: ignore[import-not-found]

    return f"{_sre.MAGIC}-{_sre.CODESIZE}"


def _usual(pattern: AnyStr, flags: int) -> re.Pattern[AnyStr]:
    import re

    return re.compile(pattern, flags)


def _from_kept(pattern: AnyStr, flags: int) -> re.Pattern[AnyStr] | None:
    global _kept
    if _kept is None:
        _kept = _read_kept()
    line = _kept.get(key_of(pattern, flags).encode())
    if line is None:
        return None
    import _sre

    real_flags, code, groups, names, places = loads(line.decode())
    compiled: re.Pattern[AnyStr] = _sre.compile(
        pattern, real_flags, code, groups, names, tuple(places)
    )
    return compiled


def _read_kept() -> dict[bytes, bytes]:
    """Return the lists for this engine by name, not decoded yet: few are needed in one run."""
    try:
        with open(os.path.join(FOLDER, f"patterns-{engine()}.txt"), "rb") as file:
            lines = file.read().splitlines()
        return dict(zip(lines[::2], lines[1::2], strict=True))
    except (OSError, ValueError):
        return {}


class _Plain:
    """How the decoder of the interpreter is told to do nothing special."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float, parse_int, parse_constant = float, int, float


try:
    from _json import make_scanner

    _scan: Callable[[str, int], tuple[Any, int]] | None = make_scanner(_Plain())  # type: ignore[arg-type]
except ImportError:
    _scan = None

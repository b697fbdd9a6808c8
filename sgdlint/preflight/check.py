"""One thing that was looked at: what came out, and what to do about it."""

from __future__ import annotations

from sgdlint.record import record

OK, WARN, BLOCK, UNKNOWN = "ok", "warn", "block", "unknown"
STATUSES = (OK, UNKNOWN, WARN, BLOCK)
"""From the least to the most serious."""
GIB = 1 << 30


@record
class Check:
    """name: what was looked at. status: of STATUSES. says: one line. todo: what to do, or ""."""

    name: str
    status: str
    says: str
    todo: str = ""


def gib(size: float) -> str:
    """Write bytes as GiB."""
    return f"{size / GIB:.1f} GiB"


def short(path: str, home: str | None) -> str:
    """Write a path as people do, with `~` for the home folder."""
    return "~" + path[len(home) :] if home and path.startswith(home + "/") else path.rstrip("/")


def listed(words: list[str] | tuple[str, ...], last: str = "and") -> str:
    """Write words as a list in a sentence."""
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else ""

"""The nearest known name to a misspelt one."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(name: str, names: Iterable[str], cutoff: float = 0.6) -> str:
    """Return the known name that was most likely meant, or "" when none is near.

    difflib costs 5 ms to import, so it is imported when there is a mistake to explain.
    """
    from difflib import get_close_matches

    found = get_close_matches(name, list(names), n=1, cutoff=cutoff)
    return found[0] if found else ""


def nearness(name: str, other: str) -> float:
    """Return how near two names are, from 0 to 1."""
    from difflib import SequenceMatcher

    return SequenceMatcher(None, other, name).ratio()

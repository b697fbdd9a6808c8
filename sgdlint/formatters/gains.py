"""What advice gains, as documented: in a finding, and summed up honestly for all of them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sgdlint.finding import Finding, Gain

PARTS = {
    "offloaded part": "the part that is offloaded",
    "request": "the request",
    "first request": "the first request",
}
"""How a part is called behind `on`; the others are called by their names."""
HEAD = "Documented gains"
MOST_RULES = 5
"""Rules that are named for one gain; a report of many files may have them all."""


def times(gain: Gain) -> str:
    """Return how many times faster, as in `1.6–1.8×`; "" where no figure is documented."""
    least, most = f"{gain.least:g}", f"{gain.most:g}"
    return (most if least == most else f"{least}–{most}") + "×" if gain.most else ""


def short(gain: Gain) -> str:
    """Return a gain for the lines of a finding; "" where no figure is documented."""
    where = f" ({gain.hardware})" if gain.hardware else ""
    return f"{times(gain)} on {_part(gain)}{where}" if gain.most else ""


def whole(gain: Gain) -> str:
    """Return all that is documented of a gain but for its sources."""
    if not gain.most:
        return f"{gain.part}: {gain.says}; no figure is documented"
    where = "; ".join(one for one in (gain.hardware, gain.measured) if one)
    shown = f" ({where})" if where else ""
    return f"{times(gain)} on {_part(gain)}, as documented{shown}; not measured here"


def summed(findings: Iterable[Finding], head: str = HEAD) -> str:
    """Return the documented gains of findings; "" where none has a figure.

    They are listed by part and never multiplied: no source measured two of them together, and
    steps on the same part often save the same time.
    """
    parts: dict[str, dict[str, dict[str, None]]] = {}
    unknown: dict[str, None] = {}
    for one in findings:
        if one.gain is not None and one.gain.most:
            figures = parts.setdefault(_part(one.gain), {})
            figures.setdefault(times(one.gain), {})[one.code] = None
        elif one.gain is not None:
            unknown[one.code] = None
    told = [f"{_each(figures)} on {part}" for part, figures in parts.items()]
    several = sum(map(len, parts.values())) > 1
    beside = [f"no figure for {_named(unknown)}"] if unknown else []
    apart = " and not to be multiplied" if several else ""
    return f"{head}, not measured here{apart}: {'; '.join(told + beside)}" if told else ""


def _part(gain: Gain) -> str:
    return PARTS.get(gain.part, gain.part)


def _each(figures: Mapping[str, Iterable[str]]) -> str:
    return ", ".join(f"{figure} ({_named(codes)})" for figure, codes in figures.items())


def _named(codes: Iterable[str]) -> str:
    found = sorted(codes)
    more = len(found) - MOST_RULES
    return ", ".join(found[:MOST_RULES] + [f"and {more} more"] * (more > 0))

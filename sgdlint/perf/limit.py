"""`--fail-if-slower`: whether a variant is slower than is allowed."""

from __future__ import annotations

from sgdlint.quick import fullmatch
from sgdlint.stated import OptionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.perf.comparing import Variant

MOST = 1000.0
"""Percent."""


def limit_of(text: str) -> float:
    """Return a limit as a share; raises OptionError for what is no percentage."""
    match = fullmatch(r"(\d{1,6}(?:\.\d{1,6})?) ?%", text.strip())
    if match is None or float(match[1]) > MOST:
        raise OptionError(f"--fail-if-slower: {text!r} is not a percentage, such as 5%")
    return float(match[1]) / 100


def judge(variant: Variant, limit: float) -> str:
    """Return slower, fine, or "cannot tell" when the sides did not do the same work.

    A variant is slower when its median is above that of the baseline by more than the limit, and
    that is more than noise. Where there are too few runs to know the noise, the limit alone counts.
    """
    if variant.comparable == "no":
        return "cannot tell"
    total = variant.total
    return "slower" if total.verdict != "same" and total.slower_by > limit else "fine"

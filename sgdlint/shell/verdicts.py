"""What a condition gives: whether it holds, and what is known on each side of it."""

from __future__ import annotations

from sgdlint.record import record
from sgdlint.shell.values import Piece, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


@record
class Verdict:
    """What is known of a test.

    holds: whether it succeeds; None when that is not known.
    if_true, if_false: what is known of variables on that side, by name; only what is new. These
    words were written nowhere: no fix may edit them.
    may_fail: it may be an error: false, with a status other than 1.
    """

    holds: bool | None
    if_true: dict[str, Word]
    if_false: dict[str, Word]
    may_fail: bool = False


UNDECIDED = Verdict(None, {}, {})
TRUE = Verdict(True, {}, {})
FALSE = Verdict(False, {}, {})


def certain(holds: bool | None) -> Verdict:
    """Return a verdict from which nothing else follows."""
    return UNDECIDED if holds is None else TRUE if holds else FALSE


def negated(verdict: Verdict) -> Verdict:
    """Return the verdict of `! …`."""
    holds = None if verdict.holds is None else not verdict.holds
    return Verdict(holds, verdict.if_false, verdict.if_true)


def both(left: Verdict, right: Verdict) -> Verdict:
    """Return the verdict of `left && right`."""
    if left.holds is False or right.holds:
        return left
    if left.holds:
        return right
    if right.holds is False:
        return FALSE
    return Verdict(None, {**left.if_true, **right.if_true}, {})


def either(left: Verdict, right: Verdict) -> Verdict:
    """Return the verdict of `left || right`."""
    return negated(both(negated(left), negated(right)))


def word_of(texts: Sequence[str]) -> Word:
    """Return a word that is one of some texts, and was written nowhere."""
    return Word(-1, -1, (Piece(tuple(texts), -1, -1),))

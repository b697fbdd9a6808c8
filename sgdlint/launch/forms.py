"""Whether an option, written in the place of a wrong word, would take what stands behind it.

Imported when a launch has words that its parser does not know.
"""

from __future__ import annotations

from sgdlint.launch.bind import arity, convert
from sgdlint.nearest import nearest, nearness

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.catalog import Option
    from sgdlint.catalog.options import OptionTable
    from sgdlint.shell.values import Word

AS_NEAR = 0.02
"""Two options are about as near when they differ by no more than this."""


def nearest_fitting(
    flag: str, index: int, words: Sequence[Word], options: OptionTable
) -> tuple[str, bool]:
    """Return the option that was most likely meant, and whether its value would be accepted.

    Of options that are about as near, one that takes what stands there goes first.
    """
    near = nearest(flag, options)
    if not near or fits(options[near], index, words):
        return near, True
    fitting = [one for one in options if fits(options[one], index, words)]
    other = nearest(flag, fitting, cutoff=nearness(flag, near) - AS_NEAR)
    return (other, True) if other else (near, False)


def fits(option: Option, index: int, words: Sequence[Word]) -> bool:
    """Tell whether an option accepts, as far as that is known, the value of a word or behind it."""
    text = words[index].text or words[index].prefix
    least, most = arity(option)
    if "=" in text:
        value = None if words[index].text is None else text.partition("=")[2]
        return most > 0 and (value is None or _accepts(option, value))
    behind: list[str | None] = []
    for word in words[index + 1 :]:
        if word.many:
            return len(behind) <= most and all(_accepts(option, one) for one in behind if one)
        if (word.text or word.prefix).startswith("--"):
            break
        behind.append(word.text)
    known = [one for one in behind if one is not None]
    return least <= len(behind) <= most and all(_accepts(option, one) for one in known)


def _accepts(option: Option, text: str) -> bool:
    value, fine = convert(option, text)
    return fine and (not option.choices or value in option.choices)

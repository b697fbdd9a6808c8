"""The options of `shopt` that decide what patterns mean; each is like a variable of the shell."""

from __future__ import annotations

from sgdlint.shell.held import known, unknown
from sgdlint.shell.values import Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.shell.state import State
    from sgdlint.shell.values import Word

EXTGLOB, NOCASEMATCH = "shopt extglob", "shopt nocasematch"
"""In place of the name of a variable: an option."""

NAMES = {"extglob": EXTGLOB, "nocasematch": NOCASEMATCH}


def is_on(state: State, option: str) -> bool | None:
    """Tell whether an option is on; None when that is not known."""
    variable = state.variables.get(option)
    if variable is None:
        return None if state.wild else False
    if variable.word is None:
        return False
    return {"on": True, "off": False}.get(variable.word.text or "")


def change(state: State, words: Sequence[Word]) -> None:
    """Do what `shopt` does; words: its arguments."""
    texts = [word.text for word in words]
    letters = "".join(text[1:] for text in texts if text and text[0] == "-")
    changes = "o" not in letters and set(letters) & {"s", "u"}
    if not changes and None not in texts:
        return
    value = known("on" if "s" in letters else "off")
    if None in texts or {"s", "u"} <= set(letters):
        value = unknown("shopt may change it")
    for name, option in NAMES.items():
        if name in texts or None in texts:
            state.put(option, Variable(option, value, False, -1, -1))

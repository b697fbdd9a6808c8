"""What parameters hold: variables, elements of arrays, `$1` and its kin."""

from __future__ import annotations

from sgdlint.record import record
from sgdlint.shell import builtins, folders, tree, variables
from sgdlint.shell.held import (
    OUTSIDE,
    Array,
    Assoc,
    element_at,
    elements_of,
    item_at,
    known,
    unknown,
)
from sgdlint.shell.values import Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.shell.origin import Origin
    from sgdlint.shell.state import State

NUMBERS = {
    "#": "$# is the number of arguments of the script",
    "?": "$? is the status of the last command",
    "$": "$$ is the number of the process",
}


@record
class Found:
    """What a parameter holds.

    words: its value, none when it is certainly unset; all elements when listed (`@`, `*`).
    outside: it may come from the environment of the script, and from nowhere else.
    separator: what stands between the elements when they become one word (`*`), else None.
    """

    words: tuple[Word, ...]
    listed: bool = False
    outside: bool = False
    separator: str | None = None


class Lookup:
    """Finds what parameters hold in a state; the base of the expander.

    met_unset: a parameter was met that may be unset; who asks for it sets it back.
    """

    state: State
    origin: Origin
    met_unset = False

    def value(self, word: tree.Word, quoted: bool = False) -> Word:
        """Return the one word that the value of an assignment, or a target, becomes."""
        raise NotImplementedError

    def index(self, subscript: tree.Word) -> int | None:
        """Return the number that a subscript is."""
        raise NotImplementedError

    def source(self, node: tree.Node) -> str:
        """Return a part of the script as it is written."""
        return self.origin.text[node.start : node.end]

    def find(self, part: tree.Parameter) -> Found:
        """Return what a parameter holds, without its operator."""
        found = self._held_by(part)
        name = part.name
        is_new = name not in self.state.variables and name.isidentifier()
        if not found.words or found.outside or (is_new and name not in builtins.VOLATILE):
            self.met_unset = True
        return found

    def _held_by(self, part: tree.Parameter) -> Found:
        name = part.name
        if name in ("0", "BASH_SOURCE") and (own := folders.parameter(self, part)):
            return Found((own,))
        if name in ("@", "*"):
            return Found(self.state.positional, True, False, " " if name == "*" else None)
        if not name:
            return Found((unknown("this form of ${…} is not followed"),))
        if not (name[0].isalpha() or name[0] == "_"):
            return self._special(name)
        if name in builtins.VOLATILE:
            return Found((unknown(f"${name} is set by bash itself"),), part.subscript is not None)
        if part.subscript is not None:
            return self._element(part, part.subscript)
        target = variables.target(self.state, name)
        if target is None:
            return Found((unknown(f"it is not known what ${name} refers to"),))
        variable = self.state.variables.get(target)
        if variable is None:
            return Found((unknown(self._unset(name)),), False, not self.state.wild)
        if variable.word is None:
            return Found(())
        outside = variable.word.pieces[:1] == (OUTSIDE,) and variable.word.pieces[0] is OUTSIDE
        return Found((variable.word,), False, outside and not self.state.wild)

    def _special(self, name: str) -> Found:
        """Return what `$1`, `$#`, `$?` and their kin hold."""
        positional = self.state.positional
        place = int(name) if name.isdigit() else 0
        before = positional[:place] if place else positional
        open_end = next((word for word in before if word.many), None)
        if name == "#" and open_end is None:
            return Found((known(str(len(positional))),))
        if name == "?" and self.state.code is not None:
            return Found((known(str(self.state.code)),))
        if place and open_end is None:
            return Found(positional[place - 1 : place])
        reason = NUMBERS.get(name, f"${name} is not known before the script runs")
        outside = open_end is not None and open_end.pieces[0] is OUTSIDE
        return Found((unknown(reason),), False, place > 0 and outside)

    def _unset(self, name: str) -> str:
        return self.state.wild or f"${name} is not set in this script"

    def _element(self, part: tree.Parameter, subscript: tree.Word) -> Found:
        index = self.source(subscript)
        reason = f"${{{part.name}[{index[:20]}]}} is not computed"
        name = variables.target(self.state, part.name)
        if name is None:
            return Found((unknown(reason),), index in ("@", "*"))
        variable = self.state.variables.get(name)
        held = variable if isinstance(variable, Assoc) else variables.as_array(self.state, name)
        if index in ("@", "*"):
            return Found(elements_of(held), True, False, " " if index == "*" else None)
        word: Word | None = unknown(reason)
        if isinstance(held, Assoc):
            key = self.value(subscript)
            word = item_at(held, key.text) if key.text else word
        elif (number := self.index(subscript)) is not None:
            word = element_at(held, number)
        return Found(() if word is None else (word,))

    def held(self, name: str) -> Array | Assoc | None:
        """Return a variable as an array; None when it is not known which variable it is."""
        target = variables.target(self.state, name)
        if target is None or target in builtins.VOLATILE:
            return None
        variable = self.state.variables.get(target)
        return variable if isinstance(variable, Assoc) else variables.as_array(self.state, target)

    def ifs(self) -> str | None:
        """Return the value of IFS; None when it is not known."""
        variable = self.state.variables.get("IFS")
        if variable is None:
            return None
        return " \t\n" if variable.word is None else variable.word.text

    def lists(self, part: tree.Node) -> str:
        """Return `@` or `*` when a parameter gives all elements or arguments, else ""."""
        if not isinstance(part, tree.Parameter):
            return ""
        text = part.name if part.subscript is None else self.source(part.subscript)
        return text if text in ("@", "*") else ""

    def is_at(self, part: tree.Node) -> bool:
        """Tell whether a part, inside double quotes, may become no word at all."""
        return self.lists(part) == "@"

    # --- what tests and arithmetic ask ----------------------------------------------------------

    def current(self, name: str) -> Word | None:
        """Return the value of a variable, a positional parameter or `#`; None for other things."""
        variable = self.state.variables.get(name)
        if name in builtins.VOLATILE or isinstance(variable, Array | Assoc):
            return None
        if name.isidentifier() and variables.target(self.state, name) != name:
            return None
        found = self.find(tree.Parameter(-1, -1, name))
        return found.words[0] if found.words and not found.listed else None

    def is_set(self, name: str) -> bool | None:
        """Tell whether a variable is set."""
        return status(self.find(tree.Parameter(-1, -1, name)))[0]

    def is_loose(self) -> bool:
        """Tell whether `nocasematch` may be on."""
        from sgdlint.shell.options import NOCASEMATCH, is_on

        return is_on(self.state, NOCASEMATCH) is not False or self._has_option()

    def is_extended(self) -> bool | None:
        """Tell whether `extglob` is on; None when that is not known."""
        from sgdlint.shell.options import EXTGLOB, is_on

        return None if self._has_option() else is_on(self.state, EXTGLOB)

    def _has_option(self) -> bool:
        """Tell whether the script is one that starts with `#!/bin/bash -O …`."""
        text = self.origin.text
        return text[:2] == "#!" and "-O" in text[: text.find("\n")]

    def number_word(self, name: str, index: tuple[int, ...] | None) -> Word | None:
        """Return the value of a variable in arithmetic, None when it is unset.

        index: its subscript, as far as it is known; empty without one.
        """
        if index == ():
            found = self.find(tree.Parameter(-1, -1, name))
            return found.words[0] if found.words else None
        target = None if name in builtins.VOLATILE else variables.target(self.state, name)
        held = self.state.variables.get(target) if target else None
        if isinstance(held, Array) and index and len(index) == 1:
            return element_at(held, index[0])
        self.met_unset = True
        return unknown(f"${name}[…] is not computed")


def status(found: Found) -> tuple[bool | None, bool | None]:
    """Tell whether a parameter is set, and whether it holds any character."""
    if not found.words:
        return False, False
    certain = [word for word in found.words if not word.many]
    if found.listed:
        return (True if certain else None), (True if _any_filled(certain) else None)
    word = found.words[0]
    texts = word.texts
    if texts is None:
        filled = True if _any_filled([word]) else None
        return filled, filled
    if all(texts):
        return True, True
    return True, None if any(texts) else False


def _any_filled(words: list[Word]) -> bool:
    return any(piece.texts and all(piece.texts) for word in words for piece in word.pieces)

"""The folder of a script as a value: what `$0`, `dirname`, `cd … && pwd` and their like give.

Nobody knows where a script lies when it runs, but files beside it lie beside it there, too. So this
folder, and those above it, are pieces of their own: their text is unknown, and `source` finds what
they lead to. Assumed: a script is not run through a symbolic link to it, a `cd` to a folder that is
written out works, and what cannot be read does not change the current folder.
"""

from __future__ import annotations

from sgdlint.record import record
from sgdlint.shell import tree
from sgdlint.shell.values import Piece, Variable, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sgdlint.shell.lookup import Found, Lookup
    from sgdlint.shell.state import State
    from sgdlint.shell.values import Command

CURRENT = "."
"""In place of the name of a variable: the folder where commands run."""

MOST_ABOVE = 8
"""Folders so far above the script are not followed."""

REASON = "it depends on where the script lies"
NAME = Piece(None, -9, -9)
"""The name of the script's own file."""
_ABOVE = tuple(Piece(None, -10 - level, -10 - level) for level in range(MOST_ABOVE))
"""The folder of the script, the folder above it, and so on."""
_SLASH = Piece(("/",), -1, -1)
OWN = Word(-1, -1, (_ABOVE[0], _SLASH, NAME), False, REASON)
"""The path of the script itself."""
START = Variable(CURRENT, Word(-1, -1, ()), False, -1, -1)
"""Where commands run at first."""
UNKNOWN = Variable(
    CURRENT, Word(-1, -1, (Piece(None, -1, -1),), False, "the folder is not known"), False, -1, -1
)
"""Where commands run that may run anywhere."""


@record
class Place:
    """A path: below the folder of the script (base "@"), absolute ("/"), or below where it runs."""

    base: str
    path: str


def place_of(word: Word) -> Place | None:
    """Return the path that a word holds; None when it is not known."""
    pieces = [piece for piece in word.pieces if piece.texts != ("",)]
    if pieces and pieces[0] in _ABOVE:
        rest = _text(pieces[1:])
        if rest is None or (rest and rest[0] != "/"):
            return None
        return Place("@", "../" * _ABOVE.index(pieces[0]) + rest.lstrip("/"))
    text = None if word.many else _text(pieces)
    if text is None:
        return None
    return Place("/" if text.startswith("/") else "", text)


def from_here(variables: Mapping[str, Variable], place: Place) -> Place | None:
    """Return what a path means in the folder where commands run now."""
    if place.base:
        return place
    current = variables.get(CURRENT)
    here = place_of(current.word) if current is not None and current.word is not None else None
    if here is None or not here.path:
        return here and Place(here.base, place.path)
    return Place(here.base, f"{here.path.rstrip('/')}/{place.path}")


def change(state: State, words: Sequence[Word]) -> None:
    """Do what `cd` does; words: its arguments."""
    target = _operand(words)
    place = place_of(target) if target is not None else None
    place = from_here(state.variables, place) if place is not None else None
    word = path_of(place) if place is not None else None
    if word is None:
        state.put(CURRENT, UNKNOWN)
    else:
        state.put(CURRENT, Variable(CURRENT, word, False, -1, -1))


def _operand(words: Sequence[Word]) -> Word | None:
    """Return the one operand of a command that takes no options that matter."""
    rest = [word for word in words if word.text not in ("-P", "-L", "-e", "-f", "-m", "--")]
    if len(rest) != 1 or rest[0].prefix[:1] in ("-", "~"):
        return None
    return rest[0]


def path_of(place: Place) -> Word | None:
    """Return a path as a value; None for one that lies too far above the script."""
    if place.base != "@":
        return Word(-1, -1, (Piece((place.path,), -1, -1),))
    level = 0
    parts: list[str] = []
    for part in place.path.split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part == "..":
            level += 1
        elif part not in ("", "."):
            parts.append(part)
    if level >= MOST_ABOVE:
        return None
    rest = [Piece(("/" + "/".join(parts),), -1, -1)] if parts else []
    return Word(-1, -1, (_ABOVE[level], *rest), False, REASON)


def _text(pieces: Sequence[Piece]) -> str | None:
    text = ""
    for piece in pieces:
        if piece.texts is None or len(piece.texts) != 1:
            return None
        text += piece.texts[0]
    return text


def parent(word: Word) -> Word | None:
    """Return what `dirname` gives; None for what has nothing to do with the script's folder."""
    pieces = [piece for piece in word.pieces if piece.texts != ("",)]
    if not pieces or pieces[0] not in _ABOVE:
        return None
    level = _ABOVE.index(pieces[0]) + 1
    if len(pieces) == 1:
        return Word(-1, -1, (_ABOVE[level],), False, REASON) if level < MOST_ABOVE else None
    if pieces[1:] == [_SLASH, NAME]:
        return Word(-1, -1, (pieces[0],), False, REASON)
    rest = _text(pieces[1:])
    if rest is None or rest[0] != "/" or rest.endswith("/"):
        return None
    above = rest.rpartition("/")[0].rstrip("/")
    more = [Piece((above,), -1, -1)] if above else []
    return Word(-1, -1, (pieces[0], *more), False, REASON)


# --- expansions -----------------------------------------------------------------------------------


def parameter(expander: Lookup, part: tree.Parameter) -> Word | None:
    """Return `$0` and `${BASH_SOURCE[0]}`, where they are the path of the script."""
    if part.name == "0":
        return expander.origin.program
    if part.name != "BASH_SOURCE":
        return None
    subscript = part.subscript
    index = expander.origin.text[subscript.start : subscript.end] if subscript is not None else "0"
    return expander.origin.file if index == "0" else None


def trimmed(expander: Lookup, part: tree.Parameter, found: Found) -> Word | None:
    """Return `${0%/*}` and the same of any path below the script's folder."""
    if part.operator != "%" or part.prefix or len(part.arguments) != 1:
        return None
    pattern = part.arguments[0]
    if expander.origin.text[pattern.start : pattern.end] != "/*":
        return None
    if found.listed or len(found.words) != 1 or len(found.words[0].pieces) < 2:
        return None
    return parent(found.words[0])


def output(state: State, body: Sequence[tree.Node], ran: Sequence[Command]) -> Word | None:
    """Return what commands write when it is a folder that is known by where the script lies.

    ran: what the interpreter found in them, in the order in which it runs.
    """
    if len(body) == 1 and isinstance(body[0], tree.AndOr) and body[0].operator == "&&":
        body = (body[0].left, body[0].right)
    simple = [node for node in body if isinstance(node, tree.Simple)]
    if not 1 <= len(simple) == len(body) <= 2 or len(ran) < len(simple):
        return None
    if any(
        one.operator.startswith((">", "&>")) and one.descriptor != "2"
        for one in simple[-1].redirects
    ):
        return None
    commands = [_plain(command) for command in ran[-len(simple) :]]
    name = commands[-1][0].text
    if name == "pwd":
        return _after(state, commands)
    operand = _operand(commands[-1][1:])
    if operand is None or len(simple) == 2:
        return None
    if name == "dirname":
        return parent(operand)
    return _real(state, operand) if name in ("realpath", "readlink") else None


def _plain(command: Command) -> Sequence[Word]:
    """Return the words of a command without what only says how to look for it."""
    words = command.words
    return words[1:] if len(words) > 1 and words[0].text in ("builtin", "command") else words


def _after(state: State, commands: Sequence[Sequence[Word]]) -> Word | None:
    """Return what `pwd` writes, alone or after a `cd`."""
    if any(word.text not in ("-P", "-L") for word in commands[-1][1:]):
        return None
    if len(commands) == 2:
        operand = _operand(commands[0][1:])
        return _real(state, operand) if commands[0][0].text == "cd" and operand else None
    current = state.variables.get(CURRENT)
    word = current.word if current is not None else None
    return word if word is not None and word.pieces[:1] and word.pieces[0] in _ABOVE else None


def _real(state: State, word: Word) -> Word | None:
    """Return an absolute path below the script's folder without `..`."""
    if word.pieces == OWN.pieces:
        return word
    place = place_of(word)
    place = from_here(state.variables, place) if place is not None else None
    return path_of(place) if place is not None and place.base == "@" else None

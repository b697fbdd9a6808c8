"""`getopts`, when the arguments that it reads are known."""

from __future__ import annotations

from sgdlint.shell import variables
from sgdlint.shell.held import known, unknown
from sgdlint.shell.slices import part
from sgdlint.shell.values import Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.shell.assign import Assigner
    from sgdlint.shell.state import State
    from sgdlint.shell.values import Word

INSIDE = variables.INSIDE
REASON = "it is set by getopts"


def getopts(assigner: Assigner, words: Sequence[Word]) -> bool | None:
    """Carry out `getopts`; words: its arguments. Return its status."""
    state = assigner.state
    if words and words[0].text == "--":
        words = words[1:]
    name = words[1].text if len(words) > 1 else None
    if name is None or not variables.NAME.fullmatch(name) or words[0].many:
        state.forget("getopts may set any variable")
        return None
    arguments = tuple(words[2:]) or state.positional
    letters, place = words[0].text, _place(state)
    step = None
    if letters is not None and place is not None:
        step = _step(letters, arguments, *place)
    if step is None:
        for one in (name, "OPTIND", "OPTARG"):
            assigner.give(one, unknown(REASON))
        variables.forget(state, "OPTARG", REASON)
        return None
    letter, value, index, offset, status = step
    if value is None:
        state.put("OPTARG", Variable("OPTARG", None, False, -1, -1))
    else:
        assigner.give("OPTARG", value)
    assigner.give("OPTIND", known(str(index)))
    state.put(INSIDE, Variable(INSIDE, known(f"{index}:{offset}"), False, -1, -1))
    done = assigner.give(name, letter)
    return status if done else done


def _place(state: State) -> tuple[int, int] | None:
    """Return which argument is next, and the character in it."""
    variable = state.variables.get("OPTIND")
    if variable is None:
        return None if state.wild else (1, 0)
    index = variables.integer(variable.word)
    if index is None or index < 1:
        return None
    inside = state.variables.get(INSIDE)
    text = inside.word.text if inside is not None and inside.word is not None else None
    before, _, offset = (text or "0:0").partition(":")
    return index, int(offset) if int(before) == index else 0


def _step(
    letters: str, arguments: Sequence[Word], index: int, offset: int
) -> tuple[Word, Word | None, int, int, bool] | None:
    """Return the option, its value, the next place, and the status."""
    end = known("?"), None, min(index, len(arguments) + 1), 0, False
    if any(word.many for word in arguments[:index]):
        return None
    if index > len(arguments):
        return end
    word = arguments[index - 1]
    text = word.text
    if text is None:
        is_operand = word.prefix[:1] not in ("", "-")
        return end if is_operand and not offset else None
    if not offset and (text[:1] != "-" or len(text) < 2):
        return end
    if text == "--" and not offset:
        return known("?"), None, index + 1, 0, False
    at = offset or 1
    if at >= len(text):
        return None
    letter = text[at]
    if not letter.isascii():
        return None
    is_last = at + 1 == len(text)
    after = (index + 1, 0) if is_last else (index, at + 1)
    silent = letters[:1] == ":"
    found = letters.find(letter, 1 if silent else 0) if letter != ":" else -1
    if found < 0:
        return known("?"), (part(word, at, at + 1) if silent else None), *after, True
    if letters[found + 1 : found + 2] != ":":
        return part(word, at, at + 1), None, *after, True
    if not is_last:
        return part(word, at, at + 1), part(word, at + 1, len(text)), index + 1, 0, True
    return _with_value(word, at, arguments, index, silent)


def _with_value(
    word: Word, at: int, arguments: Sequence[Word], index: int, silent: bool
) -> tuple[Word, Word | None, int, int, bool] | None:
    """Return an option whose value is the next argument."""
    letter = part(word, at, at + 1)
    if index < len(arguments):
        value = arguments[index]
        return None if value.many else (letter, value, index + 2, 0, True)
    if silent:
        return known(":"), letter, index + 1, 0, True
    return known("?"), None, index + 1, 0, True

"""Builtins that give variables values from their arguments and their input."""

from __future__ import annotations

from sgdlint.shell import variables
from sgdlint.shell.held import unknown
from sgdlint.shell.slices import EMPTY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sgdlint.shell.assign import Assigner
    from sgdlint.shell.values import Variable, Word

    Outcome = tuple[bool | None, Word | None]
    """The status, None when it is not known, and what is left of the input."""


def follow(
    assigner: Assigner,
    words: Sequence[Word],
    stdin: Word | None,
    environment: dict[str, Variable],
) -> Outcome | None:
    """Carry out a builtin; None when the command is none of those that are followed here.

    words: the command. stdin: its input, None when that is not known. environment: the variables
    with those that are assigned before the command.
    """
    name = words[0].text or ""
    carry_out = EFFECTS.get(name)
    if carry_out is None:
        return None
    ifs = environment.get("IFS") or assigner.state.variables.get("IFS")
    blanks = None if ifs is None else " \t\n" if ifs.word is None else ifs.word.text
    return carry_out(assigner, words[1:], stdin, blanks)


def _read(
    assigner: Assigner, words: Sequence[Word], stdin: Word | None, ifs: str | None
) -> Outcome:
    from sgdlint.shell import reading

    done = reading.read(assigner, words, stdin, ifs)
    return done.status, done.rest


def _mapfile(
    assigner: Assigner, words: Sequence[Word], stdin: Word | None, ifs: str | None
) -> Outcome:
    from sgdlint.shell import reading

    done = reading.mapfile(assigner, words, stdin)
    return done.status, done.rest


def _printf(
    assigner: Assigner, words: Sequence[Word], stdin: Word | None, ifs: str | None
) -> Outcome:
    """`printf -v NAME`; what it writes otherwise is told by `outputs`."""
    from sgdlint.shell import formats
    from sgdlint.shell.slices import part

    first = words[0] if words else EMPTY
    if first.text is None and (first.many or first.prefix in ("", "-", "-v")):
        assigner.state.forget("printf may set any variable")
        return None, stdin
    text = first.text or ""
    if text[:2] != "-v" or (text == "-v" and len(words) < 2):
        return (True if formats.printf(words) is not None else None), stdin
    name = words[1] if text == "-v" else part(first, 2, len(text))
    value = formats.printf(words[2 if text == "-v" else 1 :])
    given = unknown("it is set by printf") if value is None else value
    return _assign(assigner, name, given), stdin


def _assign(assigner: Assigner, name: Word, value: Word) -> bool | None:
    """Assign to what a word names: a variable or an element."""
    text = name.text
    if text is not None and variables.NAME.fullmatch(text):
        return assigner.give(text, value)
    before = name.prefix.partition("[")[0]
    if text is not None and text.endswith("]") and variables.NAME.fullmatch(before):
        return assigner.give_element(before, text[len(before) + 1 : -1], value)
    if "[" in name.prefix and variables.NAME.fullmatch(before):
        variables.forget(assigner.state, before, "an element of it is assigned")
    else:
        assigner.state.forget("printf may set any variable")
    return None


def _getopts(
    assigner: Assigner, words: Sequence[Word], stdin: Word | None, ifs: str | None
) -> Outcome:
    from sgdlint.shell import getopts

    return getopts.getopts(assigner, words), stdin


def _let(assigner: Assigner, words: Sequence[Word], stdin: Word | None, ifs: str | None) -> Outcome:
    status: bool | None = None
    for word in words:
        value = assigner.compute(word)
        if word.many:
            assigner.state.forget("let may set any variable")
        number = variables.integer(value)
        status = None if number is None else number != 0
    return status, stdin


def _shopt(
    assigner: Assigner, words: Sequence[Word], stdin: Word | None, ifs: str | None
) -> Outcome:
    from sgdlint.shell import options

    options.change(assigner.state, words)
    return None, stdin


EFFECTS: dict[str, Callable[..., Outcome]] = {
    "getopts": _getopts,
    "let": _let,
    "mapfile": _mapfile,
    "printf": _printf,
    "read": _read,
    "readarray": _mapfile,
    "shopt": _shopt,
}

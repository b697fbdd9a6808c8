"""What sgdlint says a script launches, and whether a run of it agrees."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from proof.bash import OF_THE_SHELL, Run

from sgdlint.files import Neighbours
from sgdlint.launch.entrypoints import MODULES, PROGRAM, SUBCOMMANDS
from sgdlint.launch.recognise import Recognised, launches
from sgdlint.shell.interpreter import commands
from sgdlint.shell.parser import parse
from sgdlint.shell.sourcing import Files
from sgdlint.shell.values import Variable, Word

TAG = "--seed"
"""In generated scripts this option tells the places of launches apart."""


class Wrong(NamedTuple):
    """A run of which sgdlint says something else, and what it says.

    kind: `value`, `missed`, or `dead` when it is said never to run.
    """

    kind: str
    run: Run
    claims: list[str]


def understood(script: Path) -> list[Recognised]:
    """Return the launches that sgdlint sees in a script."""
    text = script.read_text()
    files = Files(Neighbours(str(script)))
    return launches(commands(parse(text), text, files=files, short=True), files)


def launch_in(run: Run) -> tuple[str, ...] | None:
    """Return the words of a launch from the subcommand on; None for a run that is no launch."""
    words = run.arguments
    if run.program != PROGRAM:
        if "-m" not in words[:-1]:
            return None
        place = words.index("-m") + 1
        subcommand = MODULES.get(words[place])
        if subcommand is None:
            return None
        words = ((subcommand,) if subcommand else ()) + words[place + 1 :]
    is_launch = words[:1] and words[0] in SUBCOMMANDS and not {"-h", "--help"} & set(words)
    return words if is_launch else None


def wrong(claimed: Sequence[Recognised], runs: Sequence[Run]) -> list[Wrong]:
    """Return the runs that nothing agrees with that is claimed."""
    found = []
    for run in runs:
        words = launch_in(run)
        if words is None:
            continue
        said = [one for one in claimed if agrees(one, words, run.environment)]
        if any(one.command.dead is None for one in said):
            continue
        if said:
            found.append(Wrong("dead", run, list(map(show, said))))
            continue
        near = [one for one in claimed if tag_of(one) in (None, _tag(words))]
        found.append(Wrong("value" if near else "missed", run, [show(one) for one in near]))
    return found


def tag_of(claimed: Recognised) -> str | None:
    """Return the text behind the tag in a claimed launch, if it is known."""
    return _tag([word.text for word in claimed.arguments])


def _tag(words: Sequence[str | None]) -> str | None:
    if TAG not in words[:-1]:
        return None
    return words[words.index(TAG) + 1]


# --- comparing ------------------------------------------------------------------------------------


def agrees(claimed: Recognised, words: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Tell whether a run may be this launch, for all that is claimed of it."""
    if words[0] != claimed.subcommand or wrong_variables(claimed, environment):
        return False
    return words_agree(_certain(claimed), words[1:])


def _certain(claimed: Recognised) -> tuple[Word, ...]:
    """Return the words that are claimed for each value of what is not known.

    In a script that stands in a string, what is not known may be `;` as well: it is assumed to be
    none, and here nothing that follows counts.
    """
    if claimed.nested or claimed.command.nested:
        for index, word in enumerate(claimed.arguments):
            if word.many or any(piece.texts is None for piece in word.pieces):
                return (*claimed.arguments[:index], Word(-1, -1, (), many=True))
    return claimed.arguments


def words_agree(claimed: Sequence[Word], words: Sequence[str]) -> bool:
    """Tell whether bash may pass these words for all that is claimed of them."""
    ends = {0}  # how many of the words may be used up by what is claimed so far
    for one in claimed:
        if one.many:
            ends = {end for start in ends for end in _many(one, words, start)}
        else:
            texts = re.compile(_pattern(one), re.DOTALL)
            ends = {end + 1 for end in ends if end < len(words) and texts.fullmatch(words[end])}
        if not ends:
            return False
    return len(words) in ends


def _many(word: Word, words: Sequence[str], start: int) -> range:
    """Return where a claimed word may end that may be several, or none."""
    begins = start < len(words) and words[start].startswith(word.prefix)
    return range(start, len(words) + 1) if begins or not word.prefix else range(0)


@lru_cache(maxsize=4096)
def _pattern(word: Word) -> str:
    return "".join(
        ".*" if piece.texts is None else f"(?:{'|'.join(map(re.escape, piece.texts))})"
        for piece in word.pieces
    )


def wrong_variables(claimed: Recognised, environment: Mapping[str, str]) -> list[str]:
    """Return the variables of which something else is claimed than what the process got."""
    return [
        name
        for name, variable in claimed.environment.items()
        if name not in OF_THE_SHELL
        and not (variable.prefix and not claimed.prefix_reaches)
        and _is_wrong(variable, environment.get(name))
    ]


def _is_wrong(variable: Variable, got: str | None) -> bool:
    word = variable.word
    if variable.exported is False or (word is None and variable.exported):
        return got is not None
    if word is None:
        return False
    if got is None:
        return variable.exported is True and not _may_be_unset(variable, word)
    return not word.many and re.fullmatch(_pattern(word), got, re.DOTALL) is None


def _may_be_unset(variable: Variable, word: Word) -> bool:
    """Tell whether nothing sets the variable here: `export NAME`."""
    return variable.start < 0 and all(piece.texts is None for piece in word.pieces)


# --- how much is known ----------------------------------------------------------------------------


def is_whole(claimed: Recognised) -> bool:
    """Tell whether each word of a launch is known."""
    return all(word.text is not None for word in claimed.arguments)


def known_words(claimed: Recognised) -> tuple[int, int]:
    """Return how many words of a launch are known, and how many it has."""
    return sum(word.text is not None for word in claimed.arguments), len(claimed.arguments)


def show(claimed: Recognised) -> str:
    """Write a claimed launch: `?` is unknown, `{a|b}` one of several, `?…` any number of words."""
    words = [claimed.subcommand, *map(show_word, claimed.arguments)]
    given = [
        f"{name}={'<unset>' if one.word is None else show_word(one.word)}"
        f"{'' if one.exported else '(not exported)' if one.exported is False else '(exported?)'}"
        for name, one in claimed.environment.items()
        if name not in OF_THE_SHELL and name.isidentifier()
    ]
    return " ".join(words) + (f"   with {' '.join(given)}" if given else "")


def show_word(word: Word) -> str:
    """Write a claimed word."""
    if word.many:
        return word.prefix + "?…"
    parts = []
    for piece in word.pieces:
        if piece.texts is None:
            parts.append("?")
        elif len(piece.texts) == 1:
            parts.append(piece.texts[0])
        else:
            parts.append("{" + "|".join(piece.texts) + "}")
    text = "".join(parts)
    return text if text and " " not in text else repr(text)

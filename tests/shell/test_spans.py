"""Where the words of launches were written: over generated scripts, and through every detour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from proof.claims import TAG
from proof.generate import script_of

from sgdlint.launch.recognise import Recognised, launches
from sgdlint.shell.interpreter import commands
from sgdlint.shell.origin import stretch
from sgdlint.shell.parser import parse
from sgdlint.shell.values import Command, Word

SEEDS = 80
MOST_WORDS = 8
NEW = "zq7"


def understood(script: str) -> tuple[list[Command], list[Recognised]]:
    found = commands(parse(script), script)
    return found, launches(found)


def words_of(found: Sequence[Command], known: Sequence[Recognised]) -> Iterator[Word]:
    for command in (*found, *(one.command for one in known)):
        yield from command.words
        yield from (one.word for one in command.environment.values() if one.word is not None)
    for one in known:
        yield from one.arguments


@pytest.mark.parametrize("seed", range(SEEDS))
def test_exact_pieces_are_what_stands_there(seed: int) -> None:
    script = script_of(seed).text
    for word in words_of(*understood(script)):
        for piece in word.pieces:
            if piece.exact:
                text = piece.default if piece.texts is None else piece.texts[0]
                assert script[piece.start : piece.end] == text, word
            is_here = 0 <= piece.start <= piece.end <= len(script)
            assert is_here or (piece.start == -1 and not piece.exact) or piece.texts is None
        assert word.written_start == -1 or word.written_start < word.written_end <= len(script)


def place_of(word: Word) -> tuple[int, int]:
    """Return where a word can be replaced by another one, or -1, -1."""
    if word.written_start >= 0:
        return word.written_start, word.written_end
    return stretch(word.pieces)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_word_that_is_replaced_where_it_was_written_is_replaced_at_every_use(seed: int) -> None:
    script = script_of(seed).text
    _, found = understood(script)
    uses: dict[tuple[int, int], set[tuple[str, int]]] = {}
    for launch in found:
        for index, word in enumerate(launch.arguments):
            if word.text and not any(blank in word.text for blank in " \t\n"):
                uses.setdefault(place_of(word), set()).add((tag(launch), index))
    for (start, end), places in list(uses.items())[:MOST_WORDS]:
        if start >= 0 and TAG not in script[start - 7 : end]:
            _, after = understood(script[:start] + NEW + script[end:])
            new = {
                (tag(one), index)
                for one in after
                for index, word in enumerate(one.arguments)
                if word.text == NEW
            }
            assert places <= new, script[start:end]


def tag(launch: Recognised) -> str:
    """Return the argument by which the generator tells launches apart."""
    texts = [word.text or "" for word in launch.arguments]
    return texts[texts.index(TAG) + 1] if TAG in texts[:-1] else ""

"""What a command writes to its output, where another command may read it as a script.

Other than for the value of a variable, text may be missing in it: what is not known of a script is
unknown, and the rest of it is read all the same.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.record import replace
from sgdlint.shell.origin import joined
from sgdlint.shell.values import Piece, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Write = Callable[[Sequence[Word], Word | None], Word | None]

NEWLINE = Piece(("\n",), -1, -1)


def output(words: Sequence[Word], stdin: Word | None) -> Word | None:
    """Return what a command writes; None when that is not known.

    stdin: what it reads, as far as that is known.
    """
    words = without_sudo(words)
    write = WRITERS.get(words[0].text or "") if words else None
    return write(words, stdin) if write is not None else None


def without_sudo(words: Sequence[Word]) -> Sequence[Word]:
    """Return a command without a `sudo` before it that has no options."""
    plain = len(words) > 1 and words[0].text == "sudo" and not words[1].prefix.startswith("-")
    return words[1:] if plain else words


def _echo(words: Sequence[Word], stdin: Word | None) -> Word | None:
    """Return what `echo` writes, also of words that are not known."""
    rest, ends = words[1:], True
    while rest and quick.fullmatch(r"-[neE]+", rest[0].text or ""):
        ends = ends and "n" not in (rest[0].text or "")
        rest = rest[1:]
    if rest and rest[0].text is None and not rest[0].prefix:
        return None  # it may be an option
    if any("\\" in text for word in rest for piece in word.pieces for text in piece.texts or ()):
        return _known(words, stdin)
    word = joined(rest)
    return replace(word, pieces=(*word.pieces, NEWLINE)) if ends else word


def _cat(words: Sequence[Word], stdin: Word | None) -> Word | None:
    return stdin if all(word.text in ("-", "-u") for word in words[1:]) else None


def _tee(words: Sequence[Word], stdin: Word | None) -> Word | None:
    return stdin


def _known(words: Sequence[Word], stdin: Word | None) -> Word | None:
    from sgdlint.shell import outputs

    return outputs.output(words, stdin)


WRITERS: dict[str, Write] = {
    ":": lambda words, stdin: Word(-1, -1, ()),
    "cat": _cat,
    "echo": _echo,
    "head": _known,
    "printf": _known,
    "sed": _known,
    "tail": _known,
    "tee": _tee,
    "tr": _known,
    "true": lambda words, stdin: Word(-1, -1, ()),
}

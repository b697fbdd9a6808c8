"""Words that are no command yet: what is typed in a terminal, and templates for other words."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.record import replace
from sgdlint.shell.held import UNKNOWN
from sgdlint.shell.origin import NOWHERE, joined
from sgdlint.shell.values import Piece, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

PLACES = r"\{[^{}]*\}"
"""Where GNU parallel may put its input into a template: `{}`, `{1.}`, a column of `--header`."""

INPUTS = (":::", ":::+", "::::", "::::+")
"""Words behind which the input of GNU parallel stands."""

FROM_INPUT = "it is read from the input"

_KEYS = {"Enter": "\n", "C-m": "\n", "C-j": "\n", "KPEnter": "\n", "Space": " ", "Tab": "\t"}
_OTHER_KEYS = (
    r"(?:[CMS]-)+.\S*|\^.|F\d+|Up|Down|Left|Right|BSpace|BTab|DC|End|Escape|Home|IC"
    r"|[NP]Page|Pg(?:Up|Dn)"
)


def typed(words: Sequence[Word]) -> Word | None:
    """Return what `tmux send-keys` types; None when it is not certain."""
    pieces: list[Piece] = []
    for word in words:
        text = word.text
        if text in _KEYS:
            pieces.append(Piece((_KEYS[text],), *NOWHERE))
        elif word.many:
            return None
        elif text is None or not quick.fullmatch(_OTHER_KEYS, text):
            pieces += word.pieces
    return Word(words[0].start, words[-1].end, tuple(pieces)) if pieces else None


def stuffed(words: Sequence[Word]) -> Word | None:
    """Return what `screen -X stuff` types, with the line ends that it makes of escapes."""
    if len(words) != 1 or words[0].many:
        return None
    ends = quick.compile(r"\\(?:[nr]|01[25])|\^[MJ]")
    pieces = [part for piece in words[0].pieces for part in _with_ends(piece, ends)]
    return replace(words[0], pieces=tuple(pieces))


def _with_ends(piece: Piece, ends: re.Pattern[str]) -> list[Piece]:
    text = piece.texts[0] if piece.texts and len(piece.texts) == 1 else ""
    parts, start = [], 0
    for match in ends.finditer(text):
        parts += [_cut(piece, start, match.start()), Piece(("\n",), *NOWHERE)]
        start = match.end()
    return [*parts, _cut(piece, start, len(text))] if parts else [piece]


def template(words: Sequence[Word]) -> Word | None:
    """Return the script that GNU parallel makes of its arguments, its input unknown."""
    end = next((i for i, word in enumerate(words) if word.text in INPUTS), len(words))
    own = list(words[:end])
    if not own:
        return None
    filled = [_filled(word, quick.compile(PLACES)) for word in own]
    if filled == own:
        filled.append(Word(own[-1].end, own[-1].end, (UNKNOWN,), False, FROM_INPUT))
    return joined(filled)


def with_inputs(words: Sequence[Word], place: str) -> list[Word]:
    """Return a command with the words that xargs adds; place: the text that they replace, or ""."""
    if place:
        return [_filled_plainly(word, place) for word in words]
    end = words[-1].end if words else -1
    return [*words, Word(end, end, (UNKNOWN,), True, FROM_INPUT)]


def _filled_plainly(word: Word, place: str) -> Word:
    import re

    return _filled(word, re.compile(re.escape(place)))


def _filled(word: Word, places: re.Pattern[str]) -> Word:
    """Return a word with something unknown in each place that a pattern finds."""
    if not any(places.search(text) for piece in word.pieces for text in piece.texts or ()):
        return word
    pieces = [part for piece in word.pieces for part in _parts(piece, places)]
    return replace(word, pieces=tuple(pieces), reason=FROM_INPUT, written_start=-1, written_end=-1)


def _parts(piece: Piece, places: re.Pattern[str]) -> list[Piece]:
    if piece.texts is None or not any(places.search(text) for text in piece.texts):
        return [piece]
    if len(piece.texts) > 1:
        return [UNKNOWN]
    text, parts, start = piece.texts[0], [], 0
    for match in places.finditer(text):
        parts += [_cut(piece, start, match.start()), UNKNOWN]
        start = match.end()
    parts.append(_cut(piece, start, len(text)))
    return [part for part in parts if part.texts != ("",)]


def _cut(piece: Piece, start: int, end: int) -> Piece:
    """Return a part of a piece whose text is known."""
    text = (piece.texts or ("",))[0][start:end]
    place = (piece.start + start, piece.start + end) if piece.exact else NOWHERE
    return Piece((text,), *place, piece.exact, None, piece.bare)

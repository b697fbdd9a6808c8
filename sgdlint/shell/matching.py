"""Which parts of a text a pattern can match, when characters of the text may be unknown.

A pattern is a sequence of nodes, which `globs` and `regexes` make; a place in the text is a bit of
a number, so that all places are followed at once and nothing is tried twice. Each question has two
answers: what some text can do (`sure` is False), and what every text must do (`sure` is True).
"""

from __future__ import annotations

from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

MOST_STEPS = 4000
"""A match that takes more steps is unknown."""

MOST_BITS = 4000
"""A match against a longer text is unknown."""


class UnsureError(Exception):
    """What a pattern means, or whether it matches, is not known."""


@record
class Node:
    """One thing in a pattern."""


@record
class Character(Node):
    """A character that stands for itself."""

    character: str


@record
class One(Node):
    """Any one character."""


@record
class Anything(Node):
    """Any characters, or none."""


@record
class Several(Node):
    """One of some characters, or none of them when negated."""

    characters: frozenset[str]
    negated: bool = False


@record
class Repeat(Node):
    """One of several sequences, so many times; most is None without a limit."""

    choices: tuple[tuple[Node, ...], ...]
    least: int
    most: int | None


@record
class Other(Node):
    """Any text that none of some sequences matches."""

    choices: tuple[tuple[Node, ...], ...]


@record
class Begin(Node):
    """The start of the text."""


@record
class End(Node):
    """The end of the text."""


class Subject:
    """A text in which None stands for any characters or none.

    loose: upper and lower case may or may not be the same.
    """

    __slots__ = ("_masks", "_steps", "all", "end", "gaps", "loose", "odd", "symbols")

    def __init__(self, pieces: Sequence[str | None], loose: bool = False) -> None:
        self.symbols: list[str | None] = []
        for piece in pieces:
            if piece is not None:
                self.symbols += piece
            elif not self.symbols or self.symbols[-1] is not None:
                self.symbols.append(None)
        if len(self.symbols) > MOST_BITS:
            raise UnsureError
        self.loose = loose
        self.end = 1 << len(self.symbols)
        self.all = (self.end << 1) - 1
        self._masks: dict[str | None, int] = {}
        for index, symbol in enumerate(self.symbols):
            self._masks[symbol] = self._masks.get(symbol, 0) | 1 << index
        self.gaps = self._masks.pop(None, 0)
        self.odd = 0
        for symbol, mask in self._masks.items():
            if symbol is not None and symbol > "\x7f":  # bash may see several bytes
                self.odd |= mask
        self._steps = 0

    def begin(self, sure: bool) -> int:
        """Return the place before the first character."""
        return 1 if sure else self.pass_gaps(1)

    def pass_gaps(self, places: int) -> int:
        """Add the places behind what may be empty."""
        return places | (places & self.gaps) << 1

    def ends(self, nodes: Sequence[Node], places: int, sure: bool) -> int:
        """Return where a match can end that begins at one of some places."""
        for node in nodes:
            if not places:
                break
            self._steps += 1
            if self._steps > MOST_STEPS:
                raise UnsureError
            places = STEPS[type(node)](self, node, places, sure)
            if not sure:
                places = self.pass_gaps(places)
        return places

    def _next(self, taken: int, places: int, sure: bool) -> int:
        after = (places & taken) << 1
        return after if sure else after | places & self.gaps

    def _character(self, node: Character, places: int, sure: bool) -> int:
        letter = node.character
        taken = self._masks.get(letter, 0)
        if self.loose and not sure:
            for other in (letter.lower(), letter.upper()):
                taken |= self._masks.get(other, 0)
        return self._next(taken, places, sure)

    def _one(self, node: One, places: int, sure: bool) -> int:
        return self._class(self.end - 1 & ~self.gaps & ~self.odd, places, sure)

    def _class(self, taken: int, places: int, sure: bool) -> int:
        after = self._next(taken, places, sure)
        odd = places & self.odd
        return after if sure else after | odd << 1 | odd

    def _several(self, node: Several, places: int, sure: bool) -> int:
        taken = 0
        for letter, mask in self._masks.items():
            if letter is None or letter > "\x7f":
                continue
            cases = {letter, letter.lower(), letter.upper()} if self.loose else {letter}
            verdicts = {(case in node.characters) is not node.negated for case in cases}
            if verdicts == {True} or (not sure and True in verdicts):
                taken |= mask
        return self._class(taken, places, sure)

    def _anything(self, node: Anything, places: int, sure: bool) -> int:
        return self.all & ~((places & -places) - 1)

    def _repeat(self, node: Repeat, places: int, sure: bool) -> int:
        for _ in range(node.least):
            places = self._choice(node.choices, places, sure)
        reached = fresh = places
        count = node.least
        while fresh and count != node.most:
            fresh = self._choice(node.choices, fresh, sure) & ~reached
            reached |= fresh
            count += 1
        return reached

    def _choice(self, choices: Sequence[Sequence[Node]], places: int, sure: bool) -> int:
        after = 0
        for nodes in choices:
            after |= self.ends(nodes, places, sure)
        return after

    def _other(self, node: Other, places: int, sure: bool) -> int:
        """Go on from all places but those that must (or may) end a match of the choices."""
        after = 0
        for place in bits(places):
            later = self.all & ~(place - 1)
            begin = self.pass_gaps(place) if sure else place
            after |= later & ~self._choice(node.choices, begin, not sure)
            if not sure:
                after |= later & self.gaps
        return after

    def _begin(self, node: Begin, places: int, sure: bool) -> int:
        return places & 1

    def _end(self, node: End, places: int, sure: bool) -> int:
        return places & self.end


STEPS: dict[type, Callable[..., int]] = {
    Character: Subject._character,
    One: Subject._one,
    Anything: Subject._anything,
    Several: Subject._several,
    Repeat: Subject._repeat,
    Other: Subject._other,
    Begin: Subject._begin,
    End: Subject._end,
}


def bits(places: int) -> Iterator[int]:
    """Yield each place alone, the first one first."""
    while places:
        place = places & -places
        yield place
        places ^= place


def whole(nodes: Sequence[Node], subject: Subject) -> bool | None:
    """Tell whether a pattern matches the whole of a text."""
    if subject.ends(nodes, subject.begin(True), True) & subject.end:
        return True
    if subject.ends(nodes, subject.begin(False), False) & subject.end:
        return None
    return False


def anywhere(nodes: Sequence[Node], subject: Subject) -> bool | None:
    """Tell whether a pattern matches a part of a text."""
    if subject.ends(nodes, subject.all, True):
        return True
    return None if subject.ends(nodes, subject.all, False) else False


def spelled(text: str) -> tuple[Node, ...]:
    """Return the pattern of a text that stands for itself."""
    return tuple(map(Character, text))

"""Reads the arguments of a wrapper: where the command begins, and what its options do to it."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.record import record
from sgdlint.shell.assign import tail_of
from sgdlint.shell.origin import NOWHERE, stretch
from sgdlint.shell.values import Piece, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.launch.wrappers import Wrapper

ASSIGNMENT = quick.compile(r"([A-Za-z_]\w*)=")
_SPLITS_BADLY = quick.compile(r"[\\'\"$#]")
"""What `env -S` reads in a way of its own."""


class UnclearError(Exception):
    """The arguments of a wrapper cannot be understood; it may run a command all the same."""


class NoCommandError(Exception):
    """The wrapper runs no command."""


@record
class Effect:
    """What one argument of a wrapper does.

    kind: one of wrappers.EFFECTS, or "assigns" for NAME=VALUE. name: the option, without dashes.
    place: where it stands with its value, when it can be taken out by itself.
    """

    kind: str
    name: str
    value: Word | None
    place: tuple[int, int] = NOWHERE


@record
class Entered:
    """A wrapper with its arguments: the words of the command, from `index` on, are the command.

    wrapper: the one of the subcommand, if there is one. runs: one of wrappers.RUNS.
    guessed: from here on it is not certain where an unquoted variable ends; -1: it is.
    """

    wrapper: Wrapper
    words: list[Word]
    index: int
    effects: tuple[Effect, ...]
    runs: str
    guessed: int = -1

    def has(self, kind: str) -> bool:
        """Whether an option with an effect was given."""
        return any(effect.kind == kind for effect in self.effects)


def enter(wrapper: Wrapper, words: Sequence[Word], index: int) -> Entered:
    """Read the arguments of a wrapper from an index on; UnclearError, NoCommandError."""
    reader = _Reader(words)
    index = reader.arguments(wrapper, index)
    while wrapper.subcommands:
        text = reader.words[index].text if index < len(reader.words) else None
        below = wrapper.subcommands.get(text or "")
        if below is None:
            raise NoCommandError
        wrapper = below
        index = reader.arguments(below, index + 1)
    if wrapper.needs and all(effect.kind != wrapper.needs for effect in reader.effects):
        raise NoCommandError
    runs = reader.runs or wrapper.runs
    return Entered(wrapper, reader.words, index, tuple(reader.effects), runs, reader.guessed)


class _Reader:
    """Goes through the arguments of one wrapper."""

    def __init__(self, words: Sequence[Word]) -> None:
        self.words = list(words)
        self.effects: list[Effect] = []
        self.runs = ""
        self.guessed = -1

    def arguments(self, wrapper: Wrapper, index: int) -> int:
        """Return where the arguments of a wrapper end."""
        if wrapper.separator:
            return self._to_separator(wrapper, index)
        if wrapper.runs == "scripts":
            return self._all(wrapper, index)
        if wrapper.anywhere:
            return self._anywhere(wrapper, index)
        operands = wrapper.operands
        while index < len(self.words) and not self._ends(index):
            word = self.words[index]
            if word.text == "--":
                return self._after_assignments(wrapper, index + 1) + operands
            if _is_option(word):
                index = self._option(wrapper, index)
            elif word.text == "-" and "-" in wrapper.effects:
                self._does(wrapper, "-", None, _place(word))
                index += 1
            elif wrapper.assigns and ASSIGNMENT.match(word.prefix):
                index = self._after_assignments(wrapper, index)
            elif operands:
                operands -= 1
                self.guessed = index if word.many else self.guessed
                index += 1
                if not operands and not wrapper.interleaved:
                    return index
            elif word.many and not may_be_program(word):
                raise UnclearError
            else:
                return index
        return index

    def _after_assignments(self, wrapper: Wrapper, index: int) -> int:
        while wrapper.assigns and index < len(self.words):
            word = self.words[index]
            if not ASSIGNMENT.match(word.prefix):
                break
            self.effects.append(Effect("env", "", word, _place(word)))
            index += 1
        return index

    def _ends(self, index: int) -> bool:
        """Whether the command begins here whatever it looks like."""
        return bool(self.effects) and self.effects[-1].kind == "rest"

    def _all(self, wrapper: Wrapper, index: int) -> int:
        """Read options wherever they stand; nothing but them counts."""
        while index < len(self.words):
            word = self.words[index]
            if word.text == "--":
                return index + 1
            if _is_option(word):
                index = self._option(wrapper, index)
                continue
            if self.runs == "command":  # `runuser -u NAME COMMAND`
                return index
            if word.text == "-" and "-" in wrapper.effects:
                self._does(wrapper, "-", None, _place(word))
            elif word.many:
                raise UnclearError
            index += 1
        return index

    def _anywhere(self, wrapper: Wrapper, start: int) -> int:
        """Take the options out of all words, and return where the command begins in the others."""
        index, kept = start, []
        while index < len(self.words):
            word = self.words[index]
            if word.text == "--":
                kept += self.words[index + 1 :]
                break
            if _is_option(word):
                index = self._option(wrapper, index)
                continue
            if word.many:
                raise UnclearError
            kept.append(word)
            index += 1
        self.words[start:] = kept
        return start + wrapper.operands

    def _to_separator(self, wrapper: Wrapper, index: int) -> int:
        """Return where the command begins behind `--`; options without an effect do not count."""
        end = next((i for i, word in enumerate(self.words) if i >= index and word.text == "--"), -1)
        if end < 0:
            raise NoCommandError
        while index < end:
            name = self.words[index].prefix.lstrip("-").partition("=")[0]
            known = _is_option(self.words[index]) and name in wrapper.effects
            index = self._option(wrapper, index) if known else index + 1
        return end + 1

    # --- options --------------------------------------------------------------------------------

    def _option(self, wrapper: Wrapper, index: int) -> int:
        """Read one option, or several short ones together, and return where the next word is."""
        word = self.words[index]
        prefix = word.prefix
        name, equals, _ = prefix.lstrip("-").partition("=")
        if not (prefix.startswith("--") or (wrapper.one_dash and _is_known(wrapper, name))):
            return self._short_options(wrapper, index)
        if equals:
            self._does(wrapper, name, tail_of(word, prefix.index("=") + 1), _place(word))
            return index + 1
        if word.text is None:
            raise UnclearError
        return self._long(wrapper, name, index)

    def _long(self, wrapper: Wrapper, name: str, index: int) -> int:
        if name in wrapper.flags or name in wrapper.optional:
            self._does(wrapper, name, None, _place(self.words[index]))
            return index + 1
        if name in wrapper.valued or name in wrapper.pairs:
            return self._value(wrapper, name, index)
        if wrapper.guess == "valued":
            return self._value(wrapper, name, index)
        if wrapper.guess == "flag":
            return index + 1
        raise UnclearError

    def _short_options(self, wrapper: Wrapper, index: int) -> int:
        word = self.words[index]
        for offset, letter in enumerate(word.prefix[1:], 2):
            if letter in wrapper.flags:
                self._does(
                    wrapper, letter, None, _place(word) if len(word.prefix) == 2 else NOWHERE
                )
            elif letter in wrapper.valued or letter in wrapper.pairs:
                if offset == len(word.prefix) and word.text is not None:
                    return self._value(wrapper, letter, index)
                place = _place(word) if offset == 2 else NOWHERE
                self._does(wrapper, letter, tail_of(word, offset), place)
                return index + 1
            elif letter in wrapper.optional:
                tail = tail_of(word, offset) if offset < len(word.prefix) else None
                self._does(wrapper, letter, tail)
                return index + 1
            else:
                raise UnclearError
        if word.text is None:
            raise UnclearError
        return index + 1

    def _value(self, wrapper: Wrapper, name: str, index: int) -> int:
        if index + 1 >= len(self.words):
            return index + 1
        option, value = self.words[index : index + 2]
        if wrapper.effects.get(name) == "splits":
            self.words[index : index + 2] = _split(value)
            return index
        alone = option.text in ("-" + name, "--" + name)
        self._does(wrapper, name, value, _together(option, value) if alone else NOWHERE)
        return index + (3 if name in wrapper.pairs else 2)

    def _does(
        self, wrapper: Wrapper, name: str, value: Word | None, place: tuple[int, int] = NOWHERE
    ) -> None:
        kind = wrapper.effects.get(name, "")
        if kind == "stops":
            raise NoCommandError
        if kind == "splits":  # joined to the option; few write it so
            raise UnclearError
        if kind.startswith("to-"):
            self.runs = kind[3:]
        elif kind:
            self.effects.append(Effect(kind, name, value, place))


def may_be_program(word: Word) -> bool:
    """Whether a word that is not known names a program: it ends in a file below a folder."""
    last = word.pieces[-1] if word.pieces else None
    return (
        last is not None
        and last.texts is not None
        and len(last.texts) == 1
        and "/" in last.texts[0]
    )


def _is_option(word: Word) -> bool:
    return word.prefix.startswith("-") and (word.prefix != "-" or word.text is None)


def _is_known(wrapper: Wrapper, name: str) -> bool:
    return len(name) > 1 and any(
        name in some for some in (wrapper.flags, wrapper.valued, wrapper.optional, wrapper.pairs)
    )


def _split(value: Word) -> list[Word]:
    """Return the words of a text that `env -S` splits."""
    text = value.text
    if text is None or _SPLITS_BADLY.search(text):
        raise UnclearError
    return [Word(value.start, value.end, (Piece((part,), *NOWHERE),)) for part in text.split()]


def _place(word: Word) -> tuple[int, int]:
    """Return where a word was written, if it was in one place; else -1, -1."""
    if word.written_start >= 0:
        return word.written_start, word.written_end
    return stretch(word.pieces)


def _together(option: Word, value: Word) -> tuple[int, int]:
    """Return where an option with its value was written, when they stand in this order."""
    first, last = _place(option), _place(value)
    return (first[0], last[1]) if 0 <= first[0] < last[0] else NOWHERE

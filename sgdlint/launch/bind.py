"""Bind the words of a launch to options, the way the release's own argparse parser does.

Follows Python's argparse (3.10 to 3.13 agree here) with SGLang's `parse_known_args`: `--k=v`,
unique and ambiguous prefixes, optional values, `nargs`, negative numbers, `--`, left-over words.
A word that is not known binds as unknown; a word that may be any number of words opens the set of
options, so that the absence of an option is unknown too.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.record import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from sgdlint.catalog import Option
    from sgdlint.catalog.options import OptionTable
    from sgdlint.shell.values import Word

_NEGATIVE_NUMBER = r"-\d+$|-\d*\.\d+$"


@record
class Given:
    """An option as it was given.

    flag: its spelling on the command line. name_word, value_words: indices of argument words; the
    value stands in the name's own word when `joined` (`--k=v`).
    values: the possible values, typed (a tuple each for options that take several); None when
    unknown.
    dropped: SGLang parses it and then ignores it. retired: this release no longer has it.
    place: the file and line that it comes from ("conf.yaml:3"), "" for the command line; the words
    are then those that name the file. spot: where it stands in the script, if that holds the file.
    """

    option: Option
    flag: str
    name_word: int
    value_words: tuple[int, ...]
    joined: bool
    values: tuple[Any, ...] | None
    dropped: bool = False
    retired: bool = False
    place: str = ""
    spot: tuple[int, int] | None = None


@record
class Event:
    """Something noticed while binding: kind (see rules.events.EVENTS), the words, its fields.

    place: start and end of what it is about, when that is no word of the command. beside: of what
    else it speaks, label and place.
    edits: what mends it (start, end, new text), for what only the noticing code can tell; touches:
    the options, by destination, that reach SGLang then.
    """

    kind: str
    words: tuple[int, ...]
    fields: tuple[tuple[str, str], ...] = ()
    given: Given | None = None
    place: tuple[int, int] | None = None
    edits: tuple[tuple[int, int, str], ...] = ()
    touches: tuple[str, ...] = ()
    beside: tuple[str, int, int] | None = None


@record
class Bound:
    """The result: options by destination (the last one given wins), events, and openness.

    open: other options may be given that are not seen here. unclear: destinations of options that
    wrong words probably stand for.
    """

    given: dict[str, Given]
    every: tuple[Given, ...]
    events: tuple[Event, ...]
    open: bool
    extras: tuple[int, ...]
    unclear: frozenset[str] = frozenset()

    def may_be_given(self, name: str) -> bool:
        """Whether an option, by destination, is given or may be."""
        return self.open or name in self.given or name in self.unclear


@record
class Elsewhere:
    """An option that this parser rejects and another one has: the event to note, its fields."""

    option: Option
    event: str
    fields: tuple[tuple[str, str], ...]


@record
class Table:
    """What binding needs to know of a release.

    options: flag → option of this subcommand.
    is_dynamic: whether the release takes an option that its parser does not know.
    elsewhere: what is known of a flag that this parser rejects, from other releases.
    rejects: whether SGLang stops at words that the parser does not know.
    """

    options: OptionTable
    is_dynamic: Callable[[str], bool]
    elsewhere: Callable[[str], Elsewhere | None]
    rejects: bool = True


def bind(words: Sequence[Word], table: Table) -> Bound:
    """Bind the words after the subcommand."""
    return _Binder(words, table).run()


class _Binder:
    def __init__(self, words: Sequence[Word], table: Table) -> None:
        self.words = words
        self.table = table
        self.every: list[Given] = []
        self.events: list[Event] = []
        self.extras: list[int] = []
        self.open = False
        self.kinds = [self.classify(index) for index in range(len(words))]

    # --- what each word is ----------------------------------------------------------------------

    def classify(self, index: int) -> str:
        """Return "O" for an option, "A" for an argument, "?" for not known, "*" for any words."""
        word = self.words[index]
        if word.many:
            return "O" if _names_option(word.prefix) else "*"
        texts = word.texts
        if texts is None:
            prefix = word.prefix
            if _names_option(prefix):
                return "O"
            return "A" if prefix and not prefix.startswith("-") else "?"
        kinds = {self.kind_of(text) for text in texts}
        return kinds.pop() if len(kinds) == 1 else "?"

    def kind_of(self, text: str) -> str:
        if not text.startswith("-") or len(text) == 1:
            return "A"
        if text in self.table.options:
            return "O"
        flag = text.partition("=")[0]
        if "=" in text and flag in self.table.options:
            return "O"
        if self.matches(flag):
            return "O"
        if quick.match(_NEGATIVE_NUMBER, text) or " " in text:
            return "A"
        return "O"

    def matches(self, flag: str) -> list[str]:
        """Return the options that a flag may abbreviate."""
        if not flag.startswith("--"):
            return []
        return self.table.options.beginning(flag)

    # --- the run --------------------------------------------------------------------------------

    def run(self) -> Bound:
        index = 0
        while index < len(self.words):
            kind = self.kinds[index]
            if kind == "O" and self.words[index].text == "--":
                self.extras.extend(range(index, len(self.words)))
                break
            if kind == "O":
                index = self.option(index)
                continue
            if kind in "*?":
                self.open = True
            elif not self.after_open(index):
                self.extras.append(index)
            index += 1
        given = self.in_force()
        self.events = [self.reconsider(event, given) for event in self.events]
        return Bound(given, tuple(self.every), tuple(self.events), self.open, tuple(self.extras))

    def in_force(self) -> dict[str, Given]:
        """Return what counts for each destination: the last one, if a full name stands there."""
        named = {one.option.dest for one in self.every if not one.dropped}
        last = {one.option.dest: one for one in self.every}
        return {
            dest: replace(one, dropped=False) if one.dropped and dest in named else one
            for dest, one in last.items()
        }

    def reconsider(self, event: Event, given: dict[str, Given]) -> Event:
        """Return the event for an abbreviation that counts, as the full name is there too."""
        if event.kind != "ignored-abbreviation" or event.given is None:
            return event
        if given[event.given.option.dest].dropped:
            return event
        return replace(event, kind="abbreviated-option")

    def after_open(self, index: int) -> bool:
        """Whether an argument may belong to an option inside a word that is not known."""
        while index > 0 and self.kinds[index] == "A":
            index -= 1
        return self.kinds[index] in "*?"

    def option(self, index: int) -> int:
        """Bind the option at a word; return the index of the next word."""
        word = self.words[index]
        texts = word.texts
        self.open = self.open or word.many
        if texts is not None and len(texts) > 1 and len({t.partition("=")[0] for t in texts}) > 1:
            self.open = True  # one of several options: which one is given is not known
            return self.skip_values(index)
        text = texts[0] if texts else word.prefix
        flag, equals, _ = text.partition("=")
        joined = bool(equals) and text not in self.table.options
        if not joined:
            flag = text
        option = self.resolve(index, flag)
        if option is not None:
            return self.consume(index, flag, option, joined, False)
        other = None if self.is_lenient(flag) else self.table.elsewhere(flag)
        if other is None:
            if len(self.matches(flag)) < 2:
                self.extras.append(index)
            return index + 1
        after = self.consume(index, flag, other.option, joined, True)
        given = self.every[-1]
        self.note(other.event, (index, *given.value_words), given, **dict(other.fields))
        return after

    def skip_values(self, index: int) -> int:
        index += 1
        while index < len(self.words) and self.kinds[index] in "A?*":
            index += 1
        return index

    def resolve(self, index: int, flag: str) -> Option | None:
        """Return the option that a flag names or abbreviates."""
        options = self.table.options
        if flag in options:
            return options[flag]
        matches = self.matches(flag)
        if len(matches) == 1:
            return options[matches[0]]
        if matches and (self.is_lenient(flag) or self.table.elsewhere(flag) is None):
            self.note("ambiguous-option", (index,), flag=flag, candidates=", ".join(matches))
        return None

    def is_lenient(self, flag: str) -> bool:
        """Whether SGLang goes on after a flag that its parser does not know."""
        return self.table.is_dynamic(flag) or not self.table.rejects

    def note(
        self, kind: str, words: tuple[int, ...], given: Given | None = None, **fields: str
    ) -> None:
        self.events.append(Event(kind, words, tuple(fields.items()), given))

    # --- values ---------------------------------------------------------------------------------

    def consume(self, index: int, flag: str, option: Option, joined: bool, retired: bool) -> int:
        if joined:
            return self.consume_joined(index, flag, option, retired)
        least, most = arity(option)
        following = tuple(self.following(index + 1, least, most))
        after = index + 1 + len(following)
        missing = len(following) < least
        if missing and not retired:
            self.note("missing-value", (index,), flag=flag, expected=expectation(option))
        if any(self.kinds[word] == "*" for word in following):
            self.open = True
        # A word that is not known may be an option itself, where no value had to stand.
        doubtful = [word for word in following[least:] if self.kinds[word] == "?"]
        if doubtful and (most > 1 or (after < len(self.words) and self.kinds[after] == "A")):
            self.open = True
        goes_on = len(following) < most and after < len(self.words) and self.kinds[after] == "*"
        values = None if missing or goes_on else self.values(option, following)
        self.add(option, flag, index, following, False, values, retired)
        return after

    def following(self, start: int, least: int, most: int) -> list[int]:
        """Return the words after an option that argparse would give it, at most so many.

        A word that may be any number of words is taken for a value only where one is needed:
        elsewhere it more likely holds further options.
        """
        allowed = "A?*" if least else "A?"
        found: list[int] = []
        while start < len(self.words) and len(found) < most and self.kinds[start] in allowed:
            found.append(start)
            start += 1
            allowed = "A?"
        return found

    def consume_joined(self, index: int, flag: str, option: Option, retired: bool) -> int:
        most = arity(option)[1]
        word = self.words[index]
        if most == 0:
            value = (word.text or "").partition("=")[2]
            self.note("surplus-value", (index,), flag=flag, value=value)
            self.add(option, flag, index, (), True, None, retired)
            return index + 1
        if word.texts is None:
            values = None
        else:
            values = tuple(text.partition("=")[2] for text in word.texts)
        typed = None if values is None else self.typed(option, [(value,) for value in values])
        self.add(option, flag, index, (), True, typed, retired)
        return index + 1

    def values(self, option: Option, words: tuple[int, ...]) -> tuple[Any, ...] | None:
        possible: list[tuple[str, ...]] = [()]
        for word in words:
            texts = self.words[word].texts
            if texts is None or len(possible) * len(texts) > 16:
                return None
            possible = [(*before, text) for before in possible for text in texts]
        return self.typed(option, possible)

    def typed(self, option: Option, possible: Sequence[tuple[str, ...]]) -> tuple[Any, ...] | None:
        """Convert texts as the option's type does; None when one of them cannot be."""
        results = []
        for texts in possible:
            converted = [convert(option, text) for text in texts]
            if not all(fine for _, fine in converted):
                return None
            results.append(_shape(option, tuple(value for value, _ in converted)))
        return tuple(dict.fromkeys(results)) if all(map(_hashable, results)) else None

    def add(
        self,
        option: Option,
        flag: str,
        index: int,
        value_words: tuple[int, ...],
        joined: bool,
        values: tuple[Any, ...] | None,
        retired: bool,
    ) -> None:
        exact = flag in self.table.options
        dropped = flag in option.dropped or (not exact and not retired and not option.sampling)
        given = Given(option, flag, index, value_words, joined, values, dropped, retired)
        self.every.append(given)
        if retired:
            return
        if not exact:
            kind = "ignored-abbreviation" if dropped else "abbreviated-option"
            self.note(kind, (index,), given, flag=flag, option=self.matches(flag)[0])
        self.check_values(given)

    def check_values(self, given: Given) -> None:
        """Note values that the option's type or choices reject, for every possibility."""
        texts = self.texts_of(given)
        if not texts:
            return
        option = given.option
        for place, possible in texts:
            verdicts = [convert(option, text) for text in possible]
            if all(not fine for _, fine in verdicts):
                self.note(
                    "invalid-type",
                    place,
                    given,
                    flag=given.flag,
                    value=possible[0],
                    expected=TYPE_NAMES.get(option.kind, option.kind),
                )
            elif option.choices and all(
                fine and value not in option.choices for value, fine in verdicts
            ):
                from sgdlint.nearest import nearest

                self.note(
                    "invalid-choice",
                    place,
                    given,
                    flag=given.flag,
                    value=possible[0],
                    choices=", ".join(map(str, option.choices)),
                    nearest=nearest(possible[0], map(str, option.choices)),
                )

    def texts_of(self, given: Given) -> list[tuple[tuple[int, ...], tuple[str, ...]]]:
        """Return the value words that are certain, with their possible texts."""
        if given.joined:
            texts = self.words[given.name_word].texts
            if texts is None or arity(given.option)[1] == 0:
                return []
            return [((given.name_word,), tuple(text.partition("=")[2] for text in texts))]
        found: list[tuple[tuple[int, ...], tuple[str, ...]]] = []
        for word in given.value_words:
            texts = self.words[word].texts
            if texts is None:  # it may be an option itself, and what follows that one's value
                break
            found.append(((word,), texts))
        return found


def _names_option(prefix: str) -> bool:
    """Whether the certain beginning of a word is `--name=`."""
    return prefix.startswith("--") and "=" in prefix


TYPE_NAMES = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "json": "JSON",
    "parse_int_list": "whole numbers separated by commas",
}


def arity(option: Option) -> tuple[int, int]:
    """Return the fewest and the most words that an option takes as its value."""
    if not option.takes_value:
        return 0, 0
    if option.action == "boolean":
        return 0, 1
    if option.nargs is None:
        return 1, 1
    if isinstance(option.nargs, int):
        return option.nargs, option.nargs
    return {"?": (0, 1), "*": (0, 10**6), "+": (1, 10**6)}[option.nargs]


def expectation(option: Option) -> str:
    """Return in words how many values an option needs."""
    least, most = arity(option)
    return (
        "one value" if most == 1 else f"at least {least} value" if most > 9 else f"{least} values"
    )


def convert(option: Option, text: str) -> tuple[Any, bool]:
    """Convert a text as an option's type does; the flag says whether argparse would take it."""
    try:
        if option.action == "boolean":
            lowered = text.lower()
            return {"true": True, "false": False}.get(lowered, text), lowered in ("true", "false")
        if option.kind == "int":
            return int(text), True
        if option.kind == "float":
            return float(text), True
        if option.kind == "json":
            import json

            json.loads(text)
        if option.kind == "parse_int_list":
            return tuple(int(part) for part in text.split(",") if text), True
    except (ValueError, RecursionError):
        return text, False
    return text, True


def _shape(option: Option, values: tuple[Any, ...]) -> Any:
    if option.action in ("store_true", "store_false"):
        return option.action == "store_true"
    if option.action == "boolean":
        return values[0] if values else True
    if option.nargs in (None, "?"):
        return values[0] if values else option.default
    return values


def _hashable(value: Any) -> bool:
    return isinstance(value, (str, int, float, bool, tuple, type(None)))

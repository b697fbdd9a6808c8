"""`read` and `mapfile`: variables from lines of a known input.

The input is what a here-document, a here-string or a command before in a pipeline gives; without
one nothing is known of the values. Assumed: no program that runs between two `read`s of one input
takes lines away from it.
"""

from __future__ import annotations

from sgdlint.record import record
from sgdlint.shell import variables
from sgdlint.shell.held import MOST_ELEMENTS, unknown
from sgdlint.shell.slices import EMPTY, part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.shell.assign import Assigner
    from sgdlint.shell.values import Word

MOST_INPUT = 200_000
"""Of longer inputs nothing is known."""

REASON = "it is read"
BLANKS = " \t\n"


@record
class Done:
    """What reading gives: the status, None when not known, and what is left of the input."""

    status: bool | None
    rest: Word | None


@record
class Options:
    """The options of a builtin by letter, with their values, and its operands."""

    values: dict[str, Word]
    operands: tuple[Word, ...]


def options_of(words: Sequence[Word], valued: str) -> Options | None:
    """Read options as builtins do; valued: those that take a value. None when not certain."""
    values: dict[str, Word] = {}
    rest = list(words)
    while rest:
        text = rest[0].text
        if text is None:
            if rest[0].many or rest[0].prefix[:1] in ("", "-"):
                return None
            break
        if text == "--":
            del rest[0]
            break
        if len(text) < 2 or text[0] != "-":
            break
        word = rest.pop(0)
        for index, letter in enumerate(text[1:], 2):
            values[letter] = EMPTY
            if letter in valued:
                if index == len(text) and not rest:
                    return None
                values[letter] = part(word, index, len(text)) if text[index:] else rest.pop(0)
                break
    return Options(values, tuple(rest))


# --- read ----------------------------------------------------------------------------------------


def read(assigner: Assigner, words: Sequence[Word], stdin: Word | None, ifs: str | None) -> Done:
    """Carry out `read`; words: its arguments. ifs: None when it is not known."""
    state = assigner.state
    options = options_of(words, "adinNptu")
    if options is None:
        state.forget("read may set any variable")
        return Done(None, None)
    texts = [word.text for word in options.operands]
    names = [text for text in texts if text is not None and variables.NAME.fullmatch(text)]
    if len(names) < len(texts):
        state.forget("read may set any variable")
        return Done(None, None)
    array = options.values.get("a")
    if array is not None and (array.text is None or not variables.NAME.fullmatch(array.text)):
        state.forget("read may set any variable")
        return Done(None, None)
    if array is not None and assigner.is_map(array.text or ""):
        return Done(False, None)
    line = _line(options, stdin)
    if line is None or ifs is None:
        _forget(assigner, array, names or ["REPLY"])
        return Done(None, None)
    word, rest, is_ended = line
    if array is not None:
        fields = tuple(part(word, *span) for span in _split(word.text or "", ifs))
        done = assigner.give(array.text or "", None, fields)
    elif not names:
        done = assigner.give("REPLY", word)
    else:
        done = _assign(assigner, names, word, ifs)
    return Done(is_ended if done else done, rest)


def _forget(assigner: Assigner, array: Word | None, names: list[str]) -> None:
    if array is not None:
        assigner.give(array.text or "", None, (unknown(REASON, True),))
        return
    _give(assigner, [(name, unknown(REASON)) for name in names])


def _line(options: Options, stdin: Word | None) -> tuple[Word, Word, bool] | None:
    """Return what is read, what is left, and whether the line was ended."""
    text = stdin.text if stdin is not None else None
    if stdin is None or text is None or len(text) > MOST_INPUT:
        return None
    if set(options.values) - set("adeprs"):
        return None
    delimiter = options.values["d"].text if "d" in options.values else "\n"
    if delimiter is None or "\0" in text:
        return None
    end = text.find(delimiter[0]) if delimiter else -1
    is_ended = end >= 0
    end = end if is_ended else len(text)
    if "r" not in options.values and "\\" in text[: end + 1]:
        return None
    rest = part(stdin, end + 1, len(text)) if is_ended else EMPTY
    return part(stdin, 0, end), rest, is_ended


def _assign(assigner: Assigner, names: list[str], word: Word, ifs: str) -> bool | None:
    text = word.text or ""
    at = _skip(text, 0, ifs)
    given: list[tuple[str, Word]] = []
    for name in names[:-1]:
        start, end, at = _field(text, at, ifs)
        given.append((name, part(word, start, end)))
    given.append((names[-1], part(word, *_last(text, at, ifs))))
    return _give(assigner, given)


def _give(assigner: Assigner, given: Sequence[tuple[str, Word]]) -> bool | None:
    """Give variables their values; nothing is assigned after one that fails."""
    for index, (name, value) in enumerate(given):
        done = assigner.give(name, value)
        if not done:
            for other, _ in given[index + 1 :] if done is None else ():
                variables.forget(assigner.state, other, REASON)
            return done
    return True


def _skip(text: str, at: int, ifs: str) -> int:
    """Skip blanks that are in IFS."""
    while at < len(text) and text[at] in BLANKS and text[at] in ifs:
        at += 1
    return at


def _field(text: str, at: int, ifs: str) -> tuple[int, int, int]:
    """Return where a field begins and ends, and where the next one begins."""
    start = end = _skip(text, at, ifs)
    while end < len(text) and text[end] not in ifs:
        end += 1
    after = end
    if after < len(text):
        is_blank = text[after] in BLANKS
        after = _skip(text, after + 1, ifs)
        if is_blank and after < len(text) and text[after] in ifs and text[after] not in BLANKS:
            after = _skip(text, after + 1, ifs)
    return start, end, after


def _last(text: str, at: int, ifs: str) -> tuple[int, int]:
    """Return what the last name gets: the rest, without a delimiter that ends it."""
    start, end, after = _field(text, at, ifs)
    if after == len(text):
        return start, end
    end = len(text)
    while end > at and text[end - 1] in BLANKS and text[end - 1] in ifs:
        end -= 1
    return at, end


def _split(text: str, ifs: str) -> list[tuple[int, int]]:
    """Return where the fields stand."""
    spans: list[tuple[int, int]] = []
    at = _skip(text, 0, ifs)
    while at < len(text):
        start, end, at = _field(text, at, ifs)
        spans.append((start, end))
    return spans


# --- mapfile -------------------------------------------------------------------------------------


def mapfile(assigner: Assigner, words: Sequence[Word], stdin: Word | None) -> Done:
    """Carry out `mapfile`; words: its arguments."""
    state = assigner.state
    options = options_of(words, "dnOsuCc")
    name = "MAPFILE"
    if options is not None and options.operands:
        name = options.operands[0].text or ""
    if options is None or not variables.NAME.fullmatch(name):
        state.forget("mapfile may set any variable")
        return Done(None, None)
    if "C" in options.values:
        state.forget("mapfile may run any command")
    if assigner.is_map(name):
        return Done(False, None)
    found = _lines(options, stdin)
    if found is None:
        assigner.give(name, None, (unknown(REASON, True),))
        if "O" in options.values:
            variables.forget(state, name, REASON)
        return Done(None, None)
    return Done(assigner.give(name, None, tuple(found)), EMPTY)


def _lines(options: Options, stdin: Word | None) -> list[Word] | None:
    text = stdin.text if stdin is not None else None
    if stdin is None or text is None or len(text) > MOST_INPUT or "\0" in text:
        return None
    if set(options.values) - set("dt"):
        return None
    delimiter = options.values["d"].text if "d" in options.values else "\n"
    if delimiter is None:
        return None
    found: list[Word] = []
    start = 0
    while start < len(text) and len(found) <= MOST_ELEMENTS:
        end = text.find(delimiter[0], start) if delimiter else -1
        after = end + 1 if end >= 0 else len(text)
        cut = end if end >= 0 and "t" in options.values else after
        found.append(part(stdin, start, cut))
        start = after
    return found

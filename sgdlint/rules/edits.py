"""Turn the typed edits of a fix into edits of the text, following the layout that stands there.

An edit lands where a word was written: in the command, in the array element, in the string that is
split into flags. What cannot be edited exactly is refused with a reason, never approximated.
"""

from __future__ import annotations

from itertools import pairwise

from sgdlint import quick
from sgdlint.finding import Edit
from sgdlint.record import record
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.launch.bind import Event, Given
    from sgdlint.launch.launch import Launch
    from sgdlint.rules.model import Action
    from sgdlint.shell.values import Word

_PLAIN = quick.compile(r"[\w@%+=:,./-]+\Z")
_LINE_END = quick.compile(r"\\?(?:\r?\n|\Z)")
_BLANKS = " \t"


class CannotEditError(Exception):
    """The edit cannot be made here; the message says why, for the user."""


@record
class Site:
    """Where edits are made: the text and the launch in it."""

    text: str
    launch: Launch


def edits_for(site: Site, action: Action, value: str, words: tuple[int, ...] = ()) -> list[Edit]:
    """Return the edits of one action; raises CannotEditError.

    value: the action's value with names filled in. words: those of the event, to be replaced.
    """
    if action.kind == "replace":
        return [_replacement(site, action.name, words, value)] if words else []
    if action.kind == "drop":
        return _drop(site, action.name, value, words)
    if action.kind == "set":
        return _set(site, action.name, value)
    if action.kind == "add":
        return [] if action.name in site.launch.bound.given else [_add(site, action.name, value)]
    if action.kind == "remove":
        return [_remove(site, given) for given in _all_given(site, action.name)]
    if action.kind == "rename":
        return [
            edit for given in _all_given(site, action.name) for edit in _rename(site, given, action)
        ]
    if action.kind == "rename_env":
        from sgdlint.rules.renames import rename_variable

        return rename_variable(site, action.name, value)
    if action.kind == "set_env":
        return [_set_variable(site, action.name, value)]
    return _unset_variable(site, action.name)


def noted(event: Event) -> list[Edit]:
    """Return the edits that an event brings; raises CannotEditError where it brings none."""
    file = dict(event.fields).get("file", "")
    if not event.edits and file and event.words:
        raise CannotEditError(f"it stands in {file}")
    if not event.edits and file:
        raise CannotEditError("there is no other way to write it that is certainly meant")
    if not event.edits:
        raise CannotEditError("what stands around the launch leaves no place for it")
    return [Edit(Span(start, end), new) for start, end, new in event.edits]


def _replacement(site: Site, what: str, words: tuple[int, ...], value: str) -> Edit:
    if what == "words":
        return _replace_words(site, words, value)
    replace = {
        "flag": replace_flag,
        "value": replace_value,
        "whole": replace_word,
        "before": put_before,
    }
    return replace[what](site, words[0], value)


def replace_flag(site: Site, index: int, new: str) -> Edit:
    """Replace the option name in a word, keeping a `=value` behind it."""
    word = site.launch.words[index]
    old = (word.text or word.prefix).partition("=")[0]
    return Edit(_characters(word, 0, len(old)), new)


def replace_value(site: Site, index: int, new: str) -> Edit:
    """Replace the value that a word holds: all of it, or what stands behind `=`."""
    word = site.launch.words[index]
    text = word.text
    if text is None:
        raise CannotEditError("its value is not known")
    flag, equals, _ = text.partition("=")
    start = len(flag) + 1 if equals and flag.startswith("--") else 0
    return _replace_characters(site, word, start, len(text), new)


def replace_word(site: Site, index: int, new: str) -> Edit:
    """Replace a whole word."""
    return Edit(_written(site.launch.words[index]), new)


def put_before(site: Site, index: int, new: str) -> Edit:
    """Put words before a word."""
    start = _written(site.launch.words[index]).start
    return Edit(Span(start, start), new + " ")


def _replace_words(site: Site, words: tuple[int, ...], new: str) -> Edit:
    """Replace several words that stand together; by nothing: take them out with their layout."""
    span = _together(site, [site.launch.words[index] for index in words])
    return Edit(span, new) if new else Edit(removal(site.text, span), "")


# --- options ------------------------------------------------------------------------------------


def _drop(site: Site, kind: str, name: str, words: tuple[int, ...]) -> list[Edit]:
    """Take out the option that an event is about, where it stands this time; or its variable."""
    if kind == "variable":
        return _unset_variable(site, name)
    every = site.launch.bound.every
    meant = [one for one in every if {one.name_word, *one.value_words}.issuperset(words[:1])]
    found = [_remove(site, given) for given in meant]
    return found or [_replace_words(site, words, "")]  # an option that the parser does not know


def _all_given(site: Site, name: str) -> list[Given]:
    given = site.launch.bound.given.get(name)
    if given is not None and given.place:
        raise CannotEditError(f"it stands in {given.place}")
    return [given for given in site.launch.bound.every if given.option.dest == name]


def _set(site: Site, name: str, value: str) -> list[Edit]:
    given = site.launch.bound.given.get(name)
    if given is None or given.place:  # the command line wins over a configuration file
        return [_add(site, name, value)]
    words = site.launch.words
    if given.joined:
        return [replace_value(site, given.name_word, value)]
    if len(given.value_words) == 1:
        word = words[given.value_words[0]]
        if word.text is None:
            raise CannotEditError("its value is not known")
        return [_replace_characters(site, word, 0, len(word.text), value)]
    if given.value_words:
        raise CannotEditError("it has several values")
    end = _written(words[given.name_word]).end
    return [Edit(Span(end, end), " " + _quote(site, end, value))]


def _rename(site: Site, given: Given, action: Action) -> list[Edit]:
    flag = site.launch.flag(action.to)
    if action.to in site.launch.bound.given:
        raise CannotEditError(f"{flag} is given, too")
    edits = [replace_flag(site, given.name_word, flag)]
    if not action.values:
        return edits
    old = _spelled_value(site, given)
    new = dict(action.values).get(old)
    if new is None:
        raise CannotEditError(f"its value {old!r} has no counterpart in --{action.to}")
    if given.joined:
        edits.append(replace_value(site, given.name_word, new))
    elif given.value_words:
        edits.append(replace_value(site, given.value_words[0], new))
    else:
        end = _written(site.launch.words[given.name_word]).end
        edits.append(Edit(Span(end, end), " " + new))
    return edits


def _spelled_value(site: Site, given: Given) -> str:
    if given.values is None or len(given.values) != 1:
        raise CannotEditError("its value is not known")
    value = given.values[0]
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _remove(site: Site, given: Given) -> Edit:
    words = [site.launch.words[index] for index in (given.name_word, *given.value_words)]
    return Edit(removal(site.text, _together(site, words)), "")


def _together(site: Site, words: Sequence[Word]) -> Span:
    """Return where words are written; CannotEditError when something stands between them."""
    spans = [_written(word) for word in words]
    for before, after in pairwise(spans):
        if not _only_layout(site.text[before.end : after.start]):
            raise CannotEditError("its words do not stand together")
    return Span(spans[0].start, spans[-1].end)


def removal(text: str, words: Span) -> Span:
    """Return the span to delete so that the words go with the blanks or the line that held them."""
    left, right = words.start, words.end
    while left > 0 and text[left - 1] in _BLANKS:
        left -= 1
    while right < len(text) and text[right] in _BLANKS:
        right += 1
    if left > 0 and text[left - 1] != "\n":
        return Span(left, words.end) if left < words.start else Span(words.start, right)
    continued = text[:left].rstrip("\r\n").endswith("\\") and left > 0
    line_end = _LINE_END.match(text, right)
    if line_end is None:
        return Span(words.start, right)
    if continued and not line_end.group().startswith("\\"):
        return Span(_before_continuation(text, left), words.end)
    return Span(left, line_end.end())


def _before_continuation(text: str, line_start: int) -> int:
    """Return the offset before the line end, continued or not, that leads to a line start."""
    position = line_start - 1
    if position > 0 and text[position - 1] == "\r":
        position -= 1
    if position > 0 and text[position - 1] == "\\":
        position -= 1
    while position > 0 and text[position - 1] in _BLANKS:
        position -= 1
    return position


def _add(site: Site, name: str, value: str) -> Edit:
    flag = site.launch.flag(name)
    anchor, gap = _anchor(site)
    separator = gap if "\n" in gap else " "
    option = site.launch.release.options(site.launch.command).get(flag)
    several = option is not None and option.nargs in ("+", "*")
    values = value.split() if several else [value] if value else []
    new = " ".join([flag, *(_quote(site, anchor, one) for one in values)])
    return Edit(Span(anchor, anchor), separator + new)


def _anchor(site: Site) -> tuple[int, str]:
    """Return where a new option goes (after the last one written) and the gap before that one."""
    launch = site.launch
    for given in reversed(launch.bound.every):
        words = [launch.words[index] for index in (given.name_word, *given.value_words)]
        try:
            first, last = _written(words[0]), _written(words[-1])
        except CannotEditError:
            continue
        return last.end, _gap_before(site.text, first.start)
    end = launch.head_end
    if end < 0 or launch.nested:  # in a nested command the head may be a place only to show
        raise CannotEditError("there is no place to add an option")
    return end, " "


def _gap_before(text: str, position: int) -> str:
    start = position
    while start > 0 and text[start - 1] in " \t\r\n\\":
        start -= 1
    gap = text[start:position]
    if "\n" not in gap:
        return " "
    # The innermost line end and the indent; blank or comment lines between are not repeated.
    newline = gap.rfind("\n")
    before = gap[:newline]
    end = "\r\n" if before.endswith("\r") else "\n"
    return (" \\" if before.rstrip("\r").endswith("\\") else "") + end + gap[newline + 1 :]


# --- environment --------------------------------------------------------------------------------


def _set_variable(site: Site, name: str, value: str) -> Edit:
    launch = site.launch
    variable = launch.environment.get(name)
    if variable is not None and variable.word is not None and variable.start >= 0:
        text = variable.word.text
        if text is None:
            raise CannotEditError(f"the value of {name} is not known")
        return _replace_characters(site, variable.word, 0, len(text), value)
    if not launch.prefix_reaches:
        raise CannotEditError(f"{name} has to be set where the program really runs")
    return Edit(Span(launch.span.start, launch.span.start), f"{name}={_quote(site, 0, value)} ")


def _unset_variable(site: Site, name: str) -> list[Edit]:
    variable = site.launch.environment.get(name)
    if variable is None or variable.word is None:
        return []
    if variable.start < 0:
        raise CannotEditError(f"{name} is set by another program")
    span = Span(variable.start, variable.end)
    if variable.prefix:
        return [Edit(_with_following_layout(site.text, span), "")]
    line_start = site.text.rfind("\n", 0, span.start) + 1
    line_end = site.text.find("\n", span.end)
    line_end = len(site.text) if line_end < 0 else line_end + 1
    line = site.text[line_start:line_end].strip()
    if line not in (site.text[span.start : span.end], f"export {site.text[span.start : span.end]}"):
        raise CannotEditError(f"{name} is set together with other things")
    return [Edit(Span(line_start, line_end), "")]


def _with_following_layout(text: str, span: Span) -> Span:
    end = span.end
    while end < len(text) and (text[end] in " \t" or text[end : end + 2] == "\\\n"):
        end += 2 if text[end] == "\\" else 1
    return Span(span.start, end)


# --- characters ---------------------------------------------------------------------------------


def _written(word: Word) -> Span:
    """Return where the whole word was written; CannotEditError when it is put together."""
    if word.written_start >= 0:
        return Span(word.written_start, word.written_end)
    _check_is_here(word)
    if any(piece.bare for piece in word.pieces):
        raise CannotEditError("it is part of a value that stands without quotes")
    return _characters(word, 0, len(word.text or ""))


def _check_is_here(word: Word) -> None:
    file = next((piece.file for piece in word.pieces if piece.file), "")
    if file:
        raise CannotEditError(f"it is written in {file}")


def _characters(word: Word, start: int, end: int) -> Span:
    """Return where characters start to end of a word's text were written, if in one place."""
    _check_is_here(word)
    position, found = 0, []
    for piece in word.pieces:
        if piece.texts is None or len(piece.texts) != 1:
            break
        length = len(piece.texts[0])
        first, last = max(start, position), min(end, position + length)
        if length == 0 and start < position < end and piece.start >= 0:
            found.append(Span(piece.start, piece.end))  # a continued line
        elif first < last:
            if piece.exact:
                offset = piece.start - position
                found.append(Span(first + offset, last + offset))
            elif (first, last) == (position, position + length) and piece.start >= 0:
                found.append(Span(piece.start, piece.end))
            else:
                raise CannotEditError("it is put together from several texts")
        position += length
    if not found or position < end:
        raise CannotEditError("it is not written out in this script")
    for before, after in pairwise(found):
        if before.end != after.start:
            raise CannotEditError("it is put together from several texts")
    return Span(found[0].start, found[-1].end)


def _replace_characters(site: Site, word: Word, start: int, end: int, new: str) -> Edit:
    text = word.text or ""
    whole = start == 0 and end == len(text)
    exact = all(piece.exact for piece in word.pieces) and len(word.pieces) == 1
    if whole and word.written_start >= 0 and not (exact and _PLAIN.match(new)):
        span = Span(word.written_start, word.written_end)
        return Edit(span, _quote(site, span.start, new))
    if start == end and start > 0:
        before = _characters(word, start - 1, start)
        return Edit(Span(before.end, before.end), _quote(site, before.end, new))
    span = _characters(word, start, end)
    return Edit(span, _quote(site, span.start, new))


def _quote(site: Site, position: int, value: str) -> str:
    """Quote a value for the shell when it needs it; refused inside a string, which has its own."""
    if _PLAIN.match(value):
        return value
    words = site.launch.words
    if site.launch.nested or any(_in_a_string(word, position) for word in words):
        raise CannotEditError(f"{value} needs quotes, and it stands in a string already")
    return "'" + value.replace("'", "'\\''") + "'"


def _in_a_string(word: Word, position: int) -> bool:
    """Whether a place belongs to a word that was split out of a string."""
    places = [piece for piece in word.pieces if piece.start >= 0]
    return word.written_start < 0 and any(one.start <= position <= one.end for one in places)


def _only_layout(text: str) -> bool:
    return not text.strip(" \t\r\n\\")

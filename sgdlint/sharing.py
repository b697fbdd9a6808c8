"""Fixes that touch text which feeds several launches are kept only when right for all of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from sgdlint.record import record, replace
from sgdlint.shell.tree import Assignment, For, nodes_of
from sgdlint.source import Span
from sgdlint.variants import leads_to, place_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sgdlint.finding import Edit, Finding
    from sgdlint.launch.launch import Launch
    from sgdlint.shell.tree import Tree
    from sgdlint.shell.values import Command, Word
    from sgdlint.together import Whole
    from sgdlint.variants import Ran

NOT_CHANGED = "not changed automatically: "


@record
class Reader:
    """A command that reads some text, and the launches that it reads it for, by their numbers.

    launch: it is a launch itself, of which this release says nothing, by its number in the script;
    else -1.
    """

    variants: frozenset[int]
    span: Span
    launch: int = -1


@record
class Setting:
    """Where a variable is set: by an assignment, or in the head of a loop."""

    name: str
    span: Span


class Uses:
    """What reads the text of the edits that concern more than the variant that wants them.

    An edit inside a launch that has no variants concerns nothing else. One in an array, a variable
    or an `export` elsewhere is right when all that reads this text are launches that want the same
    edit; one inside a launch with variants, when all of them do.
    """

    def __init__(self, ran: Sequence[Ran], commands: Sequence[Command], whole: Whole) -> None:
        self.ran = ran
        self.commands = commands
        self.whole = whole
        self.ways, self.source, self.tree = whole.ways, whole.source, whole.tree
        self.places = _numbers_by_place(ran)
        self.ordered = sorted(self.places, key=lambda place: place.start)
        self.begins = [place.start for place in self.ordered]
        self.wanted: dict[tuple[str, Edit], set[int]] = {}
        for number, one in enumerate(ran):
            for finding in one.findings:
                for edit in self.shared(finding, one):
                    self.wanted.setdefault((finding.code, edit), set()).add(number)
        self.readers: dict[Span, dict[Reader, None]] = {edit.span: {} for _, edit in self.wanted}
        if not self.readers:
            return
        self.order = sorted(self.readers, key=lambda span: (span.start, span.end))
        self.starts = [span.start for span in self.order]
        self.reach = max(span.end - span.start for span in self.order)
        self.find()
        self.settings = list(_settings(self.tree))
        self.mentions: dict[tuple[str, frozenset[int]], int] = {}

    def shared(self, finding: Finding, ran: Ran) -> list[Edit]:
        """Return the edits of a finding's fix that concern more than the variant that wants it."""
        if finding.fix is None or finding.fix.applicability == "display":
            return []
        several = len(self.ways[ran.variant.place]) > len(ran.variant.ways)
        edits = finding.fix.edits
        return [edit for edit in edits if several or not _holds(ran.launch.span, edit.span)]

    # --- what reads a text ----------------------------------------------------------------------

    def find(self) -> None:
        """Note what reads the text of each edit."""
        mine = {id(way): number for number, one in enumerate(self.ran) for way in one.variant.ways}
        calls = _calls(self.ran)
        for index, command in enumerate(self.commands):
            place = place_of(command)
            if id(command) in mine:
                reader = Reader(frozenset({mine[id(command)]}), place)
            elif place in self.ways:  # of another release, or one of more ways than are followed
                reader = Reader(frozenset(), place, index)
            else:
                # A command around a launch (`bash -c`), or one that calls the function that it
                # stands in, reads the same text for it.
                called = calls.get((place.start, place.end), set())
                reader = Reader(frozenset(called | self.inside(command)), place)
            self.note(command.words, reader)
            if len(self.ways.get(place, ())) > 1:
                self.note_span(command.start, command.end, reader)
        for number, one in enumerate(self.ran):
            self.note(_exported(one.launch), Reader(frozenset({number}), one.variant.place))

    def inside(self, command: Command) -> set[int]:
        """Return the variants that stand inside a command, on its path."""
        first = bisect_left(self.begins, command.start)
        found = set()
        for place in self.ordered[first : bisect_right(self.begins, command.end)]:
            for number in self.places[place] if place.end <= command.end else ():
                if any(leads_to(command, way) for way in self.ran[number].variant.ways):
                    found.add(number)
        return found

    def note(self, words: Sequence[Word], reader: Reader) -> None:
        """Note a reader for each edit whose text some words hold."""
        for word in words:
            if word.written_start >= 0:
                self.note_span(word.written_start, word.written_end, reader)
            for piece in word.pieces:
                if piece.start >= 0:
                    self.note_span(piece.start, piece.end, reader)

    def note_span(self, start: int, end: int, reader: Reader) -> None:
        """Note a reader for each edit that touches some text."""
        position = bisect_right(self.starts, end) - 1
        while position >= 0 and self.starts[position] >= start - self.reach:
            span = self.order[position]
            if _touches(span, start, end):
                self.readers[span][reader] = None
            position -= 1

    # --- what may be changed --------------------------------------------------------------------

    def judge(self, finding: Finding, ran: Ran) -> Finding:
        """Return the finding, with a fix that is only shown when something else reads its text."""
        fix = finding.fix
        for edit in self.shared(finding, ran):
            why = self.other_use(edit, self.wanted[finding.code, edit], ran)
            if why and fix is not None:
                fix = replace(fix, applicability="display", note=NOT_CHANGED + why)
                return replace(finding, fix=fix)
        return finding

    def other_use(self, edit: Edit, agreed: Collection[int], ran: Ran) -> str:
        """Return what reads the text of an edit and does not want it; "" if nothing does."""
        for reader in sorted(self.readers[edit.span], key=lambda one: one.span.start):
            numbers = sorted(reader.variants.difference(agreed))
            others = [self.ran[number].variant for number in numbers]
            ways = [way for one in others for way in one.ways]
            if reader.launch >= 0:
                ways.append(self.commands[reader.launch])
            if ways:
                return "the same text feeds " + self.named(ways, ran)
            if not reader.variants and not self.sets(reader, edit):
                return self.used_at(reader.span.start)
        name = self.set_name(edit.span)
        offset = self.mentioned(name, frozenset(agreed)) if name else -1
        return self.used_at(offset) if offset >= 0 else ""

    def named(self, ways: Sequence[Command], ran: Ran) -> str:
        """Return words for launches that read a text: those of one place."""
        first = place_of(ways[0])
        here = [way for way in ways if place_of(way) == first]
        line = self.source.location(first.start)[0]
        name = "this launch" if first == ran.variant.place else f"the launch on line {line}"
        every = self.ways[first]
        if len(here) == len(every):
            return name
        reason = self.whole.told(here, first)
        return f"{name} {reason.words(self.source) if reason is not None else 'on another path'}"

    def used_at(self, offset: int) -> str:
        """Return words for what reads a text and is no launch."""
        return f"the same text is used on line {self.source.location(offset)[0]}"

    def sets(self, reader: Reader, edit: Edit) -> bool:
        """Whether a command (`export A=1`) is the one that makes the assignment of an edit."""
        places = (one.span for one in self.settings if _holds(reader.span, one.span))
        return any(_reaches(one, edit.span) or _holds(edit.span, one) for one in places)

    def set_name(self, span: Span) -> str:
        """Return the variable that is set where an edit lies, or ""."""
        around = [one for one in self.settings if _reaches(one.span, span)]
        return min(around, key=lambda one: one.span.end - one.span.start).name if around else ""

    def mentioned(self, name: str, agreed: frozenset[int]) -> int:
        """Return what `other_mention` does, which is asked for each edit of a variable."""
        key = name, agreed
        if key not in self.mentions:
            self.mentions[key] = self.other_mention(name, agreed)
        return self.mentions[key]

    def other_mention(self, name: str, agreed: Collection[int]) -> int:
        """Return where a variable is mentioned but where it is set, and by launches; or -1.

        Where its text goes into another variable (`B=("${A[@]}" …)`, `for B in "${A[@]}"`), that
        one is looked at as well.
        """
        own: list[Span] = [self.ran[number].variant.place for number in agreed]
        own += [self.ran[number].launch.span for number in agreed]
        own += [Span(one.start, one.end) for one in self.tree.comments]
        names = [name]
        for one in names:
            for mention in _mentions(one, self.source.text):
                if _is_in(mention, own):
                    continue
                around = [it.name for it in self.settings if _is_in(mention, [it.span])]
                # `A="$A --x"` reads the variable to give it a new value: no reader of its own.
                if not around or (one not in around and not _is_whole(mention, self.source.text)):
                    return mention.start
                names += [other for other in around if other not in names]
        return -1


def _numbers_by_place(ran: Sequence[Ran]) -> dict[Span, list[int]]:
    numbers: dict[Span, list[int]] = {}
    for number, one in enumerate(ran):
        numbers.setdefault(one.variant.place, []).append(number)
    return numbers


def _calls(ran: Sequence[Ran]) -> dict[tuple[int, int], set[int]]:
    """Return the variants that each call of a function leads to."""
    found: dict[tuple[int, int], set[int]] = {}
    for number, one in enumerate(ran):
        for call in {call for way in one.variant.ways for call in way.calls}:
            found.setdefault(call, set()).add(number)
    return found


def _mentions(name: str, text: str) -> Iterator[Span]:
    """Yield where a name stands in a text as a whole word."""
    start = text.find(name)
    while start >= 0:
        end = start + len(name)
        if not (_is_word(text[start - 1 : start]) or _is_word(text[end : end + 1])):
            yield Span(start, end)
        start = text.find(name, end)


def _is_whole(mention: Span, text: str) -> bool:
    """Whether all of a variable is read, as it is: `$A`, `${A}`, `${A[@]}`."""
    before, after = text[: mention.start][-2:], text[mention.end :][:4]
    return before[-1:] == "$" or (before == "${" and after.startswith(("}", "[@]}", "[*]}")))


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _is_in(span: Span, places: Sequence[Span]) -> bool:
    return any(one.start <= span.start < one.end for one in places)


def _holds(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _reaches(place: Span, edit: Span) -> bool:
    return place.start <= edit.start <= place.end


def _touches(edit: Span, start: int, end: int) -> bool:
    if edit.start == edit.end:
        return start <= edit.start <= end
    return edit.start < end and start < edit.end


def _exported(launch: Launch) -> list[Word]:
    return [
        one.word for one in launch.environment.values() if one.exported and one.word is not None
    ]


def _settings(tree: Tree) -> Iterator[Setting]:
    """Yield where variables are set in a script."""
    for node in nodes_of(tree):
        if isinstance(node, Assignment):
            yield Setting(node.name, Span(node.start, node.end))
        elif isinstance(node, For) and node.words:
            yield Setting(node.name, Span(node.start, node.words[-1].end))

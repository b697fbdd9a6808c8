"""Fixes that touch text which feeds several commands are kept only when right for all of them."""

from __future__ import annotations

from bisect import bisect_right

from sgdlint.finding import Related
from sgdlint.record import fields_of, replace
from sgdlint.shell.tree import Assignment, Node
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.finding import Edit, Finding
    from sgdlint.launch.launch import Launch
    from sgdlint.shell.tree import Tree
    from sgdlint.shell.values import Command, Word
    from sgdlint.source import Source

    ByLaunch = Sequence[tuple[Launch, list[Finding]]]


def settle(
    by_launch: ByLaunch, commands: Sequence[Command], tree: Tree, source: Source
) -> list[Finding]:
    """Return the findings of all launches, each once, with fixes that are right for every use.

    An edit inside the launch itself concerns nothing else. One in an array, a variable or an
    `export` elsewhere is kept when all that reads this text are launches that want the same edit.
    """
    uses = Uses(by_launch, commands, tree, source)
    merged: dict[tuple[object, ...], Finding] = {}
    for launch, findings in by_launch:
        for finding in findings:
            one = uses.judge(finding, launch)
            key = (one.code, one.span, one.message)
            if key in merged:
                one = _merge(merged[key], one)
            merged[key] = one
    return list(merged.values())


class Uses:
    """What reads the text of the edits that lie outside the launch that wants them."""

    def __init__(
        self, by_launch: ByLaunch, commands: Sequence[Command], tree: Tree, source: Source
    ) -> None:
        self.source = source
        self.tree = tree
        self.wanted: dict[tuple[str, Edit], set[Span]] = {}
        for launch, findings in by_launch:
            for finding in findings:
                for edit in _remote(finding, launch):
                    self.wanted.setdefault((finding.code, edit), set()).add(launch.span)
        self.readers: dict[Span, set[Span]] = {edit.span: set() for _, edit in self.wanted}
        if not self.readers:
            return
        self.order = sorted(self.readers, key=lambda span: (span.start, span.end))
        self.starts = [span.start for span in self.order]
        self.reach = max(span.end - span.start for span in self.order)
        for command in commands:
            self.note(command.words, Span(command.start, command.end))
        for launch, _ in by_launch:
            self.note(_exported(launch), launch.span)
        self.assignments = list(_assignments(tree.statements))

    def note(self, words: Sequence[Word], reader: Span) -> None:
        """Note a command for each edit whose text its words hold."""
        for word in words:
            if word.written_start >= 0:
                self.note_span(word.written_start, word.written_end, reader)
            for piece in word.pieces:
                if piece.start >= 0:
                    self.note_span(piece.start, piece.end, reader)

    def note_span(self, start: int, end: int, reader: Span) -> None:
        """Note a command for each edit that touches some text."""
        position = bisect_right(self.starts, end) - 1
        while position >= 0 and self.starts[position] >= start - self.reach:
            span = self.order[position]
            if _touches(span, start, end):
                self.readers[span].add(reader)
            position -= 1

    def judge(self, finding: Finding, launch: Launch) -> Finding:
        """Return the finding, with a fix that is only shown when something else reads its text."""
        fix = finding.fix
        for edit in _remote(finding, launch):
            agreed = self.wanted[finding.code, edit]
            offset = self.other_reader(edit, agreed)
            if offset >= 0 and fix is not None:
                line = self.source.location(offset)[0]
                note = f"not changed automatically: the same text is used on line {line}"
                return replace(finding, fix=replace(fix, applicability="display", note=note))
        return finding

    def other_reader(self, edit: Edit, agreed: set[Span]) -> int:
        """Return where something reads the text of an edit and does not want it; -1 if nothing."""
        for reader in sorted(self.readers[edit.span], key=lambda span: span.start):
            # A command around the launch (`bash -c '…'`) reads the same text for it.
            if not any(_holds(reader, span) for span in agreed) and not self.sets(reader, edit):
                return reader.start
        name = self.assigned_name(edit.span)
        return self.other_mention(name, agreed) if name else -1

    def sets(self, reader: Span, edit: Edit) -> bool:
        """Whether a command (`export A=1`) is the one that makes the assignment of an edit."""
        places = [Span(one.start, one.end) for one in self.assignments]
        return any(
            _holds(reader, one)
            and (one.start <= edit.span.start <= one.end or _holds(edit.span, one))
            for one in places
        )

    def assigned_name(self, span: Span) -> str:
        """Return the variable in whose assignment an edit lies, or ""."""
        around = [one for one in self.assignments if one.start <= span.start <= one.end]
        return min(around, key=lambda one: one.end - one.start).name if around else ""

    def other_mention(self, name: str, agreed: set[Span]) -> int:
        """Return where a variable is mentioned but by its assignments and the launches; or -1."""
        # `A="$A --x"` reads the variable to give it a new value: no reader of its own.
        own = [one for one in self.assignments if one.name == name]
        for here in _mentions(name, self.source.text):
            if any(one.start <= here.start < one.end for one in own):
                continue
            if any(_holds(span, here) for span in agreed):
                continue
            if any(one.start <= here.start < one.end for one in self.tree.comments):
                continue
            return here.start
        return -1


def _remote(finding: Finding, launch: Launch) -> list[Edit]:
    """Return the edits of a finding's fix that lie outside its launch."""
    if finding.fix is None or finding.fix.applicability == "display":
        return []
    return [edit for edit in finding.fix.edits if not _holds(launch.span, edit.span)]


def _mentions(name: str, text: str) -> Iterator[Span]:
    """Yield where a name stands in a text as a whole word."""
    start = text.find(name)
    while start >= 0:
        end = start + len(name)
        if not (_is_word(text[start - 1 : start]) or _is_word(text[end : end + 1])):
            yield Span(start, end)
        start = text.find(name, end)


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _holds(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _touches(edit: Span, start: int, end: int) -> bool:
    if edit.start == edit.end:
        return start <= edit.start <= end
    return edit.start < end and start < edit.end


def _exported(launch: Launch) -> list[Word]:
    return [
        one.word for one in launch.environment.values() if one.exported and one.word is not None
    ]


def _assignments(nodes: Sequence[Node]) -> Iterator[Assignment]:
    """Yield every assignment below some nodes."""
    waiting: list[object] = list(nodes)
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, tuple):
            waiting += thing
        elif isinstance(thing, Node):
            if isinstance(thing, Assignment):
                yield thing
            waiting += [getattr(thing, name) for name in fields_of(thing)]


def _merge(first: Finding, second: Finding) -> Finding:
    """Join the same finding of two launches: one finding that names both."""
    related = first.related
    if second.scope is not None and second.scope != first.scope:
        related = (*related, Related(second.scope, "also used here"))
    fix = first.fix
    if fix is not None and second.fix is not None and second.fix.applicability == "display":
        fix = second.fix
    return replace(first, related=tuple(dict.fromkeys(related)), fix=fix)

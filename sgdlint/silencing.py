"""Writes suppressions for what is found: new text in which the same runs. Pure: it writes no file.

Places for a comment are tried, the best first. A comment stays where it is read as one, where each
script is the same but for it, and where what it is for is found no more, and nothing else is new.
"""

from __future__ import annotations

from sgdlint import scripts
from sgdlint.directives import DirectiveError
from sgdlint.places import Insertion, Places
from sgdlint.record import fields_of, record
from sgdlint.shell.tree import Node, Word, below
from sgdlint.stated import REASONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sgdlint.finding import Finding, Report
    from sgdlint.scripts import Scripts
    from sgdlint.shell.tree import Tree
    from sgdlint.source import Source

OF_COMMENTS = ("unused-suppression", "unknown-suppression", "unmatched-suppression", REASONS)
"""Names of the rules about suppressions, which no suppression silences."""
MOST_PLACES = 12
"""So many places are tried for one comment."""
UNWANTED = ("-->", "*/", "{{", "}}", "$", "\\", "`")
"""What a reason must not hold: it would end a comment in some language, or mean something there."""


@record
class Silenced:
    """What became of a file. report: of the new text. comments: how many were written.

    silent: how many findings they silence.
    """

    report: Report
    comments: int
    silent: int

    @property
    def left(self) -> tuple[Finding, ...]:
        """The findings for which there is no place for a comment."""
        return tuple(one for one in self.report.findings if one.name not in OF_COMMENTS)


@record
class _State:
    """A text with what is read and found in it.

    shape: of its scripts, but for comments. texts: of its scripts.
    """

    read: Scripts
    report: Report
    shape: object
    texts: tuple[str, ...]


@record
class _Group:
    """Findings for which one comment is written, by their codes and where they begin."""

    keys: frozenset[tuple[str, int]]

    def found(self, state: _State) -> list[Finding]:
        """Return them in a text; those above what was written before begin where they began."""
        return [one for one in state.report.findings if (one.code, one.span.start) in self.keys]


class Silencer:
    """Writes suppressions into one file."""

    def __init__(self, check: Callable[[Source], Report], kind: str, reason: str) -> None:
        self._check = check
        self._kind = kind
        self._reason = reason

    def silence(self, source: Source) -> Silenced:
        """Return the file with a suppression for each finding that can have one."""
        report = self._check(source)
        before = self._state(source, report) if report.findings else None
        if before is None:
            return Silenced(report, 0, 0)
        after = self._all(before, self._groups(before))
        comments = len(after.read.directives()[1]) - len(before.read.directives()[1])
        silent = len(before.report.findings) - len(after.report.findings)
        return Silenced(after.report, comments, silent)

    def silence_one(self, source: Source, finding: Finding) -> Report | None:
        """Return the file with a suppression for one finding; None where it can have none."""
        before = self._state(source, self._check(source))
        if before is None:
            return None
        after = self._one(before, _Group(frozenset({(finding.code, finding.span.start)})))
        return None if after is before else after.report

    def _state(self, source: Source, report: Report) -> _State | None:
        """Return what is read and found in a text; None when its comments are not understood."""
        if report.failures:
            return None
        read = scripts.read(source, self._kind)
        shape = [_shape(one.tree) for one in read.all], [one.message for one in read.unread]
        return _State(read, report, shape, tuple(one.source.text for one in read.all))

    def _groups(self, state: _State) -> list[_Group]:
        """Return what is to be silenced, the last in the file first."""
        places = Places(state.read, self._kind)
        keys: dict[int, set[tuple[str, int]]] = {}
        for one in state.report.findings:
            first = next(places.around(one), None) if one.name not in OF_COMMENTS else None
            if first is not None:
                keys.setdefault(first.at, set()).add((one.code, one.span.start))
        return [_Group(frozenset(keys[at])) for at in sorted(keys, reverse=True)]

    def _all(self, state: _State, groups: Sequence[_Group]) -> _State:
        """Return the text with comments for groups: for all at once where that can be."""
        if not groups:
            return state
        if len(groups) == 1:
            return self._one(state, groups[0])
        places = Places(state.read, self._kind)
        first = [next(places.around(group.found(state)[0])) for group in groups]
        after = self._tried(state, groups, first, same_texts=True)
        if after is not None:
            return after
        middle = len(groups) // 2
        return self._all(self._all(state, groups[:middle]), groups[middle:])

    def _one(self, state: _State, group: _Group) -> _State:
        """Return the text with a comment for one group, at the first place that is right."""
        findings = group.found(state)
        if not findings:
            return state
        places = list(dict.fromkeys(Places(state.read, self._kind).around(findings[0])))
        for same_texts in (True, False):
            for place in places[:MOST_PLACES]:
                after = self._tried(state, [group], [place], same_texts)
                if after is not None:
                    return after
        return state

    def _tried(
        self,
        state: _State,
        groups: Sequence[_Group],
        places: Sequence[Insertion],
        same_texts: bool,
    ) -> _State | None:
        """Return the text with a comment for each group; None when it does not do what it should.

        same_texts: the scripts in a document are to stay the same to the letter.
        """
        text = state.read.source.text
        written: list[tuple[int, int, tuple[str, ...]]] = []
        for group, place in zip(groups, places, strict=True):  # from the end of the file
            codes = tuple(sorted({code for code, _ in group.keys}))
            comment = place.around(f"sgdlint: ignore[{', '.join(codes)}] {self._reason}".rstrip())
            text = text[: place.at] + comment + text[place.at :]
            written.append((place.at, len(comment), codes))
        source = state.read.source.with_text(text)
        after = self._state(source, self._check(source))
        if after is None or not _is_same(state, after, same_texts):
            return None
        return after if _is_silent(state, after, groups, written) else None


def _is_same(before: _State, after: _State, same_texts: bool) -> bool:
    """Whether the same runs: the same scripts but for comments, with the same launches."""
    if before.shape != after.shape or before.report.launches != after.report.launches:
        return False
    is_document = any(one.region is not None for one in before.read.all)
    return not (same_texts and is_document) or before.texts == after.texts


def _is_silent(
    before: _State,
    after: _State,
    groups: Sequence[_Group],
    written: Sequence[tuple[int, int, tuple[str, ...]]],
) -> bool:
    """Whether what groups hold is found no more, all else as before, and each comment is read."""

    def moved(start: int) -> int:
        return start + sum(length for at, length, _ in written if at <= start)

    silenced = {key for group in groups for key in group.keys}
    expected = sorted(
        (one.code, moved(one.span.start))
        for one in before.report.findings
        if (one.code, one.span.start) not in silenced
    )
    if expected != sorted((one.code, one.span.start) for one in after.report.findings):
        return False
    try:
        known = [(one.codes, one.span.start) for one in after.read.directives()[1]]
    except DirectiveError:
        return False
    return all(
        any(one == codes and start <= place < start + length for one, place in known)
        for at, length, codes in written
        for start in [moved(at) - length]
    )


def _shape(tree: Tree) -> list[object]:
    """Return what a script says, without where it says it, and without its comments."""
    shape: list[object] = [one.message for one in tree.problems]
    for node in below(tree.statements):
        values = [_value(node, name) for name in fields_of(node) if name not in ("start", "end")]
        shape.append((type(node).__name__, *values))
    return shape


def _value(node: Node, name: str) -> object:
    """Return a part of a node that is no node; of nodes, how many there are."""
    value = node.kept if isinstance(node, Word) else getattr(node, name)
    if isinstance(value, tuple):
        return len(value)
    return type(value).__name__ if isinstance(value, Node) else value


def problem_of(reason: str) -> str:
    """Return why a text cannot be the reason of a suppression; "" when it can."""
    if not reason.isprintable() or reason != reason.strip():
        return "it has to be one line of text, without blanks around it"
    bad = next((one for one in UNWANTED if one in reason), "")
    return f"`{bad}` means something in files of some kinds" if bad else ""

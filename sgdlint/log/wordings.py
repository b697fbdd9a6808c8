"""The wordings of all patterns, and which of them a message has."""

from __future__ import annotations

from sgdlint.log.model import BY_READER
from sgdlint.log.templates import anchor, head, match, opening, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sgdlint.log.lines import Said
    from sgdlint.log.model import Form, Pattern
    from sgdlint.log.templates import Match, Template

    Wording = tuple[int, Pattern, Form, Template]


class Wordings:
    """The wordings, by a word that each such message has: most lines have none of them."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self.by_role: dict[str, Pattern] = {}
        self.heads: dict[str, list[Wording]] = {}
        self.openings: dict[str, list[Wording]] = {}
        self.words: dict[str, list[Wording]] = {}
        number = 0
        for pattern in patterns:
            if pattern.role in BY_READER:
                self.by_role[pattern.role] = pattern
            for form in pattern.forms:
                number += 1
                self._add((number, pattern, form, parse(form.text)))

    def _add(self, wording: Wording) -> None:
        _, _, form, template = wording
        if not form.anywhere and (word := head(template)):
            self.heads.setdefault(word, []).append(wording)
        elif word := anchor(template, form.anywhere):
            self.words.setdefault(word, []).append(wording)
        else:
            self.openings.setdefault(opening(template), []).append(wording)

    def matches(self, said: Said) -> Iterator[tuple[Pattern, Form, Match]]:
        """Yield the wordings that a message has; of one pattern the first."""
        done: set[int] = set()
        for _, pattern, form, template in self._candidates(said):
            if id(pattern) in done:
                continue
            found = match(template, said.text, said.start, form.anywhere)
            if found is not None:
                done.add(id(pattern))
                yield pattern, form, found

    def _candidates(self, said: Said) -> Sequence[Wording]:
        text, start = said.text, said.start
        end = text.find(" ", start)
        found = [
            *self.heads.get(text[start : end if end >= 0 else len(text)], ()),
            *self.openings.get(text[start : start + 1], ()),
        ]
        for word in self.words.keys() & set(text[start:].split()):
            found += self.words[word]
        return sorted(found, key=_number) if len(found) > 1 else found


def _number(wording: Wording) -> int:
    return wording[0]

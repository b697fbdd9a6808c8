"""The parts of a Makefile: rules with the lines of their recipes, and variables."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.documents.placed import Placed
from sgdlint.record import record
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

_LINE = r"([^\n]*?)(\r?\n|\Z)"
_SET = (
    r"[ \t]*((?:(?:override|export|private)[ \t]+)*)([\w.-]+)[ \t]*"
    r"(\?=|:{0,3}=|\+=|!=)[ \t]*(.*)\Z"
)
_DEFINE = r"[ \t]*(?:override[ \t]+|export[ \t]+)?define[ \t]+([\w.-]+)"
_EXPORT = r"[ \t]*export\b([\w. \t-]*)\Z"
_CONDITION = r"[ \t]*(ifeq|ifneq|ifdef|ifndef|endif)\b"
_RULE = r"((?:[^:=#$]|\$\([^()]*\)|\$\{[^{}]*\})+)&?::?(?!=)(.*)\Z"
_OF_TARGET = r"[ \t]*(?:(?:override|export|private)[ \t]+)*([\w.-]+)[ \t]*(?:\?|:{1,3}|\+|!)?="
_MARKS = "@-+ \t"


@record
class RecipeLine:
    """A line of a recipe as make hands it to the shell, its references not put in yet."""

    text: Placed


@record
class Rule:
    """A rule: its targets as written, and the lines of its recipe."""

    name: str
    lines: tuple[RecipeLine, ...]


@record
class Variable:
    """A variable that is set once, to a text. name, value: where they stand."""

    text: str
    name: Span
    value: Span


@record
class Makefile:
    """A Makefile. variables: those set once. exported: names that recipes get.

    one_shell: each recipe is one script. marked: where `.RECIPEPREFIX` is set.
    """

    rules: tuple[Rule, ...]
    variables: dict[str, Variable]
    exported: tuple[str, ...]
    one_shell: bool
    comments: tuple[Span, ...]
    marked: tuple[Span, ...]


def parse(text: str) -> Makefile:
    """Read a Makefile; what is not understood is passed over."""
    return _Parser(text).result()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.rules: list[tuple[str, list[RecipeLine]]] = []
        self.variables: dict[str, Variable] = {}
        self.several: set[str] = set()
        self.exported: dict[str, None] = {}
        self.exports_all = False
        self.comments: list[Span] = []
        self.marked: list[Span] = []
        self.depth = 0
        self.defined = False

    def result(self) -> Makefile:
        for lines in _logical(self.text):
            start, end = lines[0][0], lines[-1][1]
            if self.defined:
                self.defined = not self.text[start:end].strip().startswith("endef")
            elif self.text.startswith("\t", start) and self.rules:
                self._recipe(lines)
            else:
                self._line(lines)
        known = {name: one for name, one in self.variables.items() if name not in self.several}
        targets = {name for rule, _ in self.rules for name in rule.split()}
        rules = tuple(Rule(name, tuple(lines)) for name, lines in self.rules)
        everything = self.exports_all or ".EXPORT_ALL_VARIABLES" in targets
        exported = tuple(known if everything else self.exported)
        one_shell = ".ONESHELL" in targets
        return Makefile(rules, known, exported, one_shell, tuple(self.comments), tuple(self.marked))

    def _line(self, lines: list[tuple[int, int]]) -> None:
        """Take a line that is no recipe: a variable, a rule, a condition."""
        start = lines[0][0]
        text, comment = self._without_comment(lines)
        condition = quick.match(_CONDITION, text)
        if condition is not None:
            self.depth = max(0, self.depth + (-1 if condition[1] == "endif" else 1))
        elif define := quick.match(_DEFINE, text):
            self.several.add(define[1])
            self.defined = True
        elif setting := quick.match(_SET, text):
            self._variable(setting, start, len(lines) == 1)
        elif export := quick.match(_EXPORT, text):
            self.exported.update(dict.fromkeys(export[1].split()))
            self.exports_all = self.exports_all or not export[1].strip()
        elif rule := quick.match(_RULE, text):
            self._rule(rule, lines[0], len(lines) == 1 and not comment)

    def _without_comment(self, lines: list[tuple[int, int]]) -> tuple[str, bool]:
        """Return the text of a line, joined, up to its comment; note where that stands."""
        start = lines[0][0]
        parts = []
        for left, right in lines:
            line = self.text[left:right]
            place = quick.search(r"(?<!\\)#", line)
            if place is not None:
                self.comments.append(Span(left + place.start(), right))
                parts.append(line[: place.start()])
                break
            parts.append(line if right == lines[-1][1] else line[:-1].rstrip(" \t"))
        text = parts[0] + "".join(" " + part.lstrip(" \t") for part in parts[1:])
        return text, bool(self.comments) and self.comments[-1].start >= start

    def _variable(self, match: re.Match[str], start: int, whole: bool) -> None:
        name, value = match[2], match[4]
        if "export" in (match[1] or "").split():
            self.exported[name] = None
        if name == ".RECIPEPREFIX":
            self.marked.append(Span(start, start + match.end()))
        is_plain = match[3] in ("=", ":=", "::=", ":::=", "?=") and not self.depth
        if name in self.variables or not is_plain:
            self.several.add(name)
        begin = start + match.start(4)
        place = Span(begin, begin + len(value.rstrip(" \t"))) if whole else Span(start, start)
        named = Span(start + match.start(2), start + match.end(2))
        self.variables[name] = Variable(value, named, place)

    def _rule(self, match: re.Match[str], line: tuple[int, int], plain: bool) -> None:
        own = quick.match(_OF_TARGET, match[2])
        if own is not None:
            self.several.add(own[1])
            return
        lines: list[RecipeLine] = []
        self.rules.append((match[1].strip(" \t"), lines))
        inline = match[2].find(";")
        if plain and inline >= 0:
            self._recipe([(line[0] + match.start(2) + inline + 1, line[1])])

    def _recipe(self, lines: list[tuple[int, int]]) -> None:
        """Take a line of a recipe: without its marks, and without the first tab of each line."""
        characters: list[str] = []
        starts: list[int] = []
        for number, (left, right) in enumerate(lines):
            begin = left
            if number:
                characters.append("\n")
                starts.append(lines[number - 1][1])
                begin += self.text.startswith("\t", left)
            else:
                while begin < right and self.text[begin] in _MARKS:
                    begin += 1
                if self.text.startswith("#", begin):
                    self.comments.append(Span(begin, right))
            characters += self.text[begin:right]
            starts += range(begin, right)
        if characters:
            placed = Placed("".join(characters), [*starts, lines[-1][1]])
            self.rules[-1][1].append(RecipeLine(placed))


def _logical(text: str) -> Iterator[list[tuple[int, int]]]:
    """Yield the lines of a file, those together that backslashes join: where each of them is."""
    lines: list[tuple[int, int]] = []
    for match in quick.finditer(_LINE, text):
        lines.append(match.span(1))
        if (len(match[1]) - len(match[1].rstrip("\\"))) % 2 and match[2]:
            continue
        yield lines
        lines = []

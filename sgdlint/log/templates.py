"""The wording of a message with holes: `Port {asked:int} was unavailable, using {used:int}`.

No regular expressions: each literal part is looked for once, behind the one before it, so a line is
read in linear time whatever stands in it.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

HOLE = r"\{(\w+)(?::(\w+))?\}"
_NUMBER = r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"


def _is_word(text: str) -> bool:
    return bool(text) and not any(map(str.isspace, text))


def _is_number(text: str) -> bool:
    return quick.fullmatch(_NUMBER, text) is not None


def _is_list(text: str) -> bool:
    return text[:1] in ("[", "{", "(") and text[-1:] in ("]", "}", ")")


KINDS: dict[str, Callable[[str], bool]] = {
    "text": lambda text: True,
    "some": lambda text: bool(text.strip()),
    "word": _is_word,
    "int": lambda text: text.removeprefix("-").isdecimal(),
    "number": _is_number,
    "list": _is_list,
}
"""What may stand in a hole; `text` when it does not say."""


@record
class Template:
    """A wording, taken apart: literals[0] hole[0] literals[1] … ; there is one literal more."""

    literals: tuple[str, ...]
    holes: tuple[tuple[str, str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the holes, in order."""
        return tuple(name for name, _ in self.holes)


@record
class Match:
    """Where a wording stands in a text, and what is in its holes."""

    start: int
    end: int
    values: dict[str, str]


def parse(text: str) -> Template:
    """Return a wording taken apart."""
    literals, holes, last = [], [], 0
    for match in quick.finditer(HOLE, text):
        literals.append(text[last : match.start()])
        holes.append((match[1], match[2] or "text"))
        last = match.end()
    return Template((*literals, text[last:]), tuple(holes))


def match(template: Template, text: str, start: int = 0, anywhere: bool = False) -> Match | None:
    """Return where a wording stands at an offset, or anywhere behind it; None when it does not."""
    first = template.literals[0]
    begin = text.find(first, start) if anywhere else start
    if begin < 0 or not text.startswith(first, begin):
        return None
    position, values = begin + len(first), {}
    for number, (name, kind) in enumerate(template.holes):
        literal = template.literals[number + 1]
        end = text.find(literal, position) if literal else len(text)
        if end < 0:
            return None
        value = text[position:end]
        if not KINDS[kind](value):
            return None
        values[name] = value
        position = end + len(literal)
    return Match(begin, position, values)


def problem_of(text: str) -> str:
    """Return what is wrong with a wording, or ""."""
    template = parse(text)
    names = template.names
    if not any(map(str.strip, template.literals)):
        return "is only holes: it needs words that every such message has"
    if any(not one for one in template.literals[1:-1]):
        return "has two holes side by side: nothing says where the first ends"
    wrong = next((kind for _, kind in template.holes if kind not in KINDS), "")
    if wrong:
        return f"there is no kind of hole `{wrong}`: {', '.join(KINDS)}"
    twice = next((name for name in names if names.count(name) > 1), "")
    return f"has {{{twice}}} twice" if twice else ""


def anchor(template: Template, anywhere: bool = False) -> str:
    """Return the longest word that every such message has, with blanks around it; "" for none.

    anywhere: what stands before the message ends with a blank, and what follows it begins so.
    """
    words = [word for literal in template.literals for word in _inside(literal)]
    if anywhere and (first := template.literals[0].split(maxsplit=1)):
        whole = len(first) > 1 or template.literals[0][-1:].isspace() or not template.holes
        words += [first[0]] if whole else []
    return max(words, key=len, default="")


def _inside(literal: str) -> list[str]:
    """Return the words of a literal that have a blank on both sides."""
    words = literal.split()
    first = 0 if literal[:1].isspace() else 1
    last = len(words) if literal[-1:].isspace() else len(words) - 1
    return words[first:last]


def head(template: Template) -> str:
    """Return the whole first word of such a message; "" when a hole stands in it."""
    literal = template.literals[0]
    words = literal.split(maxsplit=1)
    whole = len(words) > 1 or literal[-1:].isspace() or not template.holes
    return words[0] if words and whole and not literal[0].isspace() else ""


def opening(template: Template) -> str:
    """Return the first character of such a message; "" when it is in a hole."""
    return template.literals[0][:1].strip()

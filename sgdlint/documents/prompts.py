"""What is typed in a session that a guide shows: lines behind a prompt, without what they print."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.record import record
from sgdlint.shell.parser import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

SESSIONS = ("console", "shell-session", "shellsession", "sh-session", "bash-session", "terminal")
"""Languages in which a line without a prompt was printed."""
_WHERE = r"(?:\([\w.-]+\) ?)?(?:\[?[\w.-]+@[\w.-]+(?:[: ][^\s$#%]*)?\]? ?)?"
_DOLLAR = quick.compile(rf"[ \t]*{_WHERE}[$\u276f\u279c][ \t]+(?=\S)")
_ROOT = quick.compile(rf"[ \t]*{_WHERE}[#%][ \t]+(?=\S)")
_ROOT_AT = quick.compile(
    r"[ \t]*(?:\([\w.-]+\) ?)?\[?[\w.-]+@[\w.-]+(?:[: ][^\s$#%]*)?\]? ?#[ \t]+(?=\S)"
)
_COMMAND = quick.compile(r"(?:[A-Z_]+=\S* )*(?:sglang|python3?|docker|pip3?|uv|export)\b")
_MORE = quick.compile(r"[ \t]*>[ \t]")
_OPEN = ("'", '"', "<<", "(", "{")
_HERE = quick.compile(r"<<-?[ \t]*[\"']?(\w+)")
MOST_LINES = 30
"""Lines behind a command that are tried as a part of it."""


@record
class Typed:
    """A line that is typed. number: of the line. skip: how many characters its prompt has.

    joined: it goes on with the line before it, and nothing stands between the two.
    """

    number: int
    skip: int
    joined: bool


def typed(lines: Sequence[str], language: str) -> list[Typed] | None:
    """Return the lines that are typed; None when no line has a prompt, so that all of them are."""
    prompt = _prompt(lines, language)
    if prompt is None:
        return [] if language in SESSIONS and len(lines) > 1 and not _is_plain(lines) else None
    found: list[Typed] = []
    starts = [number for number, line in enumerate(lines) if prompt(line)]
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        found += _command(lines, start, stop, prompt(lines[start]))
    return found


def _is_plain(lines: Sequence[str]) -> bool:
    """Whether a session without prompts is a script all the same: it begins with a command."""
    first = next((line.strip() for line in lines if line.strip()), "")
    return _COMMAND.match(first) is not None


def _prompt(lines: Sequence[str], language: str) -> Callable[[str], int] | None:
    """Return what gives the length of a line's prompt, 0 for a line that has none."""
    patterns = [_DOLLAR, _ROOT_AT]
    if not any(one.match(line) for one in patterns for line in lines):
        if language not in SESSIONS or not any(map(_ROOT.match, lines)):
            return None
        patterns = [_ROOT]

    def prompt(line: str) -> int:
        found = next((match for one in patterns if (match := one.match(line))), None)
        return found.end() if found is not None else 0

    return prompt


def _command(lines: Sequence[str], start: int, stop: int, skip: int) -> Iterator[Typed]:
    """Yield the lines of the command that begins on one line; the next one begins on another."""
    yield Typed(start, skip, False)
    number = start + 1
    while number < stop:
        more = _MORE.match(lines[number])
        if more is not None and lines[number - 1].rstrip().endswith("\\"):
            yield Typed(number, more.end(), True)
        elif lines[number - 1].endswith("\\"):
            yield Typed(number, 0, True)
        else:
            break
        number += 1
    for further in range(number, _closed(lines, start, number, stop, skip)):
        yield Typed(further, 0, True)


def _closed(lines: Sequence[str], start: int, number: int, stop: int, skip: int) -> int:
    """Return before which line a command ends whose quotes or here-documents go on; else number."""
    text = "\n".join([lines[start][skip:], *lines[start + 1 : number]])
    if not _is_open(text):
        return number
    for end in range(number, min(stop, number + MOST_LINES)):
        text += "\n" + lines[end]
        if not _is_open(text):
            return end + 1
    return number


def _is_open(text: str) -> bool:
    """Whether quotes, brackets or a here-document are not closed."""
    if not any(sign in text for sign in _OPEN):
        return False
    ends = _HERE.findall(text)
    written = [line.strip() for line in text.splitlines()] if ends else []
    return any(end not in written for end in ends) or bool(parse(text).problems)

"""What simple commands write, for command substitutions and pipelines.

Followed are `echo`, `printf`, `basename`, `dirname`, `seq` and the filters of
`sgdlint.shell.filters`, as GNU has them. Assumed: programs with these names are the usual ones,
and what runs them has no unusual `POSIXLY_CORRECT`, `xpg_echo` or locale for ASCII text. Whatever
depends on files, on the time or on the machine is unknown.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.shell.slices import written_nowhere

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sgdlint.shell.values import Word

MOST_NUMBERS = 2048
"""`seq` with more numbers is not followed."""

FILTERS = frozenset({"awk", "cat", "cut", "head", "paste", "sed", "tail", "tr", "wc", "xargs"})
"""Programs whose output depends on their arguments and their input alone."""

_INTEGER = quick.compile(r"-?(?:0|[1-9][0-9]{0,8})")


def output(words: Sequence[Word], stdin: Word | None) -> Word | None:
    """Return what a command writes; None when that is not known.

    words: the command, which is no function. stdin: its input, None when that is not known.
    """
    name = words[0].text or ""
    write = WRITERS.get(name)
    if write is not None:
        return write(words[1:])
    if name not in FILTERS or stdin is None or stdin.text is None:
        return None
    arguments = [word.text for word in words[1:]]
    known = [one for one in arguments if one is not None]
    from sgdlint.shell import filters
    from sgdlint.shell.formats import UnsureError

    if len(known) < len(arguments) or len(stdin.text) > filters.MOST_INPUT:
        return None
    change = filters.FILTERS.get(name)
    if change is None:
        from sgdlint.shell.editing import EDITORS

        change = EDITORS[name]
    try:
        return change(known, stdin)
    except UnsureError:
        return None


def _echo(words: Sequence[Word]) -> Word | None:
    from sgdlint.shell import formats

    return formats.echo(words)


def _printf(words: Sequence[Word]) -> Word | None:
    from sgdlint.shell import formats

    return None if words and words[0].prefix[:2] == "-v" else formats.printf(words)


def _basename(words: Sequence[Word]) -> Word | None:
    found = _paths(words, 2)
    if found is None:
        return None
    text, suffix = found
    end = len(text.rstrip("/"))
    if not end:
        return written_nowhere("/\n" if text else "\n")
    start = text.rfind("/", 0, end) + 1
    if suffix and end - start > len(suffix) and text.endswith(suffix, start, end):
        end -= len(suffix)
    return written_nowhere(text[start:end] + "\n")


def _dirname(words: Sequence[Word]) -> Word | None:
    found = _paths(words, 1)
    if found is None:
        return None
    text, _ = found
    end = len(text.rstrip("/"))
    if not end:
        return written_nowhere("/\n" if text else ".\n")
    at = text.rfind("/", 0, end)
    if at < 0:
        return written_nowhere(".\n")
    end = len(text[:at].rstrip("/")) or 1
    return written_nowhere(text[:end] + "\n")


def _paths(words: Sequence[Word], most: int) -> tuple[str, str] | None:
    """Return a path and what may follow it.

    What is made of a path does not know where it was written: whoever edits it there edits a path.
    """
    rest = words[1:] if words and words[0].text == "--" else words
    if not 1 <= len(rest) <= most:
        return None
    texts = [word.text for word in rest]
    text, suffix = texts[0], texts[1] if len(texts) > 1 else ""
    if text is None or suffix is None or (rest is words and "-" in (text[:1], suffix[:1])):
        return None
    return text, suffix


def _seq(words: Sequence[Word]) -> Word | None:
    texts = [word.text or "" for word in words]
    separator = "\n"
    if texts and texts[0][:2] == "-s":
        first = texts.pop(0)
        separator = first[2:] or (texts.pop(0) if texts else "\\")
    if not 1 <= len(texts) <= 3 or not all(map(_INTEGER.fullmatch, texts)) or "\\" in separator:
        return None
    numbers = list(map(int, texts))
    first_number = numbers[0] if len(numbers) > 1 else 1
    step = numbers[1] if len(numbers) == 3 else 1
    if not step or "-0" in texts:
        return None
    found = range(first_number, numbers[-1] + (1 if step > 0 else -1), step)
    if len(found) > MOST_NUMBERS:
        return None
    return written_nowhere(separator.join(map(str, found)) + "\n" if found else "")


WRITERS: dict[str, Callable[[Sequence[Word]], Word | None]] = {
    "basename": _basename,
    "dirname": _dirname,
    "echo": _echo,
    "printf": _printf,
    "seq": _seq,
}

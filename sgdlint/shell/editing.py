"""What `awk '{print $N}'` and `sed s/…/…/` write, where their patterns are plain."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.shell.filters import fields_of, lines
from sgdlint.shell.formats import UnsureError
from sgdlint.shell.slices import joined, part, replaced, written_nowhere

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sgdlint.shell.values import Word

_SUBSTITUTE = (
    r"s(?P<d>[/|,#:;!@_])(?P<a>(?:\\.|(?!(?P=d))[^\\\n])*)(?P=d)"
    r"(?P<b>(?:\\.|(?!(?P=d))[^\\\n&])*)(?P=d)(?P<f>g?)"
)
_ATOM = r"\[\^?[^]\[\\]+\]|\\[.*^$/\[\]|&,:;#!@_-]|[^\\\[\]*^$]|\]"


def awk(arguments: Sequence[str], given: Word) -> Word:
    """`awk '{print $N}'`, with `-F` and one character."""
    text = given.text or ""
    rest, delimiter = list(arguments), " "
    if rest and rest[0][:2] == "-F":
        first = rest.pop(0)
        if not first[2:] and not rest:
            raise UnsureError
        delimiter = first[2:] or rest.pop(0)
    found = (
        quick.fullmatch(r"\s*\{\s*print\s*\$(\d{1,3}|NF)\s*;?\s*\}\s*", rest[0]) if rest else None
    )
    if found is None or len(rest) != 1 or not text.isascii() or delimiter not in " ,:/=-_;@":
        raise UnsureError
    words: list[Word] = []
    for start, end in lines(text):
        if delimiter == " ":
            spans = [one.span() for one in quick.finditer(r"[^ \t\n]+", text[start:end])]
            spans = [(a + start, b + start) for a, b in spans]
        else:
            spans = fields_of(text, start, end, delimiter) if start < end else []
        index = len(spans) if found[1] == "NF" else int(found[1])
        if not index:
            words.append(part(given, start, end))
        elif index <= len(spans):
            words.append(part(given, *spans[index - 1]))
        words.append(written_nowhere("\n"))
    return joined(words)


def sed(arguments: Sequence[str], given: Word) -> Word:
    """`sed 's/a/b/'` with patterns of plain characters, classes and `*`."""
    rest = list(arguments)
    is_extended = False
    scripts: list[str] = []
    while rest:
        one = rest.pop(0)
        if one in ("-E", "-r"):
            is_extended = True
        elif one == "-e" and rest:
            scripts.append(rest.pop(0))
        elif one[:1] != "-" and not scripts:
            scripts.append(one)
        else:
            raise UnsureError
    text = given.text or ""
    if not scripts or not text.isascii() or (text and not text.endswith("\n")):
        raise UnsureError
    for script in scripts:
        for command in _commands(script):
            given = _substituted(given, *command, is_extended)
    return given


def _commands(script: str) -> Iterator[tuple[str, str, str]]:
    last = 0
    pattern = quick.compile(_SUBSTITUTE)
    while last < len(script):
        found = pattern.match(script, last)
        if found is None:
            raise UnsureError
        yield found["a"], found["b"], found["f"]
        last = found.end()
        rest = quick.match(r"\s*(?:;\s*)?", script[last:])
        assert rest is not None
        if last + rest.end() < len(script) and ";" not in rest.group():
            raise UnsureError
        last += rest.end()


def _substituted(given: Word, pattern: str, new: str, flags: str, is_extended: bool) -> Word:
    """Replace in each line the first match, or with `g` all of them."""
    text = given.text or ""
    if quick.search(r"\\[^/|,#:;!@_.&-]", new):
        raise UnsureError
    import re

    compiled = re.compile(_translated_pattern(pattern, is_extended), re.ASCII)
    plain = quick.sub(r"\\(.)", r"\1", new)
    changes: list[tuple[int, int, str]] = []
    for start, end in lines(text):
        for found in compiled.finditer(text[start:end]):
            if found.start() == found.end():
                raise UnsureError
            changes.append((start + found.start(), start + found.end(), plain))
            if not flags:
                break
    return replaced(given, changes)


def _translated_pattern(source: str, is_extended: bool) -> str:
    """Return a pattern of `sed` for `re`.

    At most one part of it repeats: then the longest match is the one that `re` finds as well.
    """
    found = ""
    last, repeats = 0, 0
    if source.startswith("^"):
        found, last = "^", 1
    end = len(source) - 1 if source.endswith("$") and not source.endswith("\\$") else len(source)
    while last < end:
        atom = quick.compile(_ATOM).match(source, last, end)
        if atom is None:
            raise UnsureError
        found += _atom(atom.group(), is_extended)
        last = atom.end()
        if last < end and (source[last] == "*" or (is_extended and source[last] in "+?")):
            found += source[last]
            repeats += 1
            last += 1
    if repeats > 1 or not found.strip("^"):
        raise UnsureError
    return found + ("$" if end < len(source) else "")


def _atom(text: str, is_extended: bool) -> str:
    """Return one character of a pattern, or one set of them, for `re`."""
    if text[0] != "[":
        if is_extended and text in ("+", "?", "(", ")", "{", "}", "|"):
            raise UnsureError
        return text if text == "." or text.isalnum() else "\\" + text[-1]
    sign = "^" if text[1] == "^" else ""
    body = text[1 + len(sign) : -1]
    if not body or not quick.fullmatch(r"-?(?:[A-Za-z0-9]-[A-Za-z0-9]|[^-])*-?", body):
        raise UnsureError
    escaped = ["\\" + one if one in "&~|^" else one for one in body]
    return f"[{sign}{''.join(escaped)}]"


EDITORS: dict[str, Callable[[Sequence[str], Word], Word]] = {"awk": awk, "sed": sed}

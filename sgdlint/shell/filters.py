"""What programs that change text write: `tr`, `cut`, `head`, `tail`, `wc` and others.

Only forms that are exact on every machine: plain options, ASCII text. Each function takes the
arguments and the input, which has exactly one text, and returns what is written; it raises
UnsureError when that is not known.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.shell.formats import UnsureError
from sgdlint.shell.slices import joined, part, replaced, written_nowhere
from sgdlint.shell.values import Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

MOST_INPUT = 20_000
"""Longer inputs are not followed."""

_CLASSES = {
    "upper": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "lower": "abcdefghijklmnopqrstuvwxyz",
    "digit": "0123456789",
    "space": "\t\n\v\f\r ",
    "blank": "\t ",
}
_CLASSES["alpha"] = _CLASSES["upper"] + _CLASSES["lower"]
_CLASSES["alnum"] = _CLASSES["digit"] + _CLASSES["alpha"]
_SET = r"\[:([a-z]+):\]|\\([\\abfnrtv])|([^\\])-([^\\])|([^\\])"
_ESCAPES = {"\\": "\\", "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_RANGE = quick.compile(r"(\d{1,4})?(-)?(\d{1,4})?")


def lines(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each line begins and ends, without its newline."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield start, end
        start = end + 1


def cat(arguments: Sequence[str], given: Word) -> Word:
    """`cat` of its input."""
    if [one for one in arguments if one not in ("-", "-u")]:
        raise UnsureError
    return given


# --- tr ------------------------------------------------------------------------------------------


def tr(arguments: Sequence[str], given: Word) -> Word:
    """`tr [-c] [-d] [-s] SET [SET]`."""
    options = ""
    sets = list(arguments)
    while sets and len(sets[0]) > 1 and sets[0][0] == "-" and not sets[0][1:].strip("cCds"):
        options += sets.pop(0)[1:].replace("C", "c")
    text = given.text or ""
    if not 1 <= len(sets) <= 2 or sets[0][:2] == "--" or not text.isascii():
        raise UnsureError
    if "[:" in sets[-1] and len(sets) == 2 and set(sets) != {"[:lower:]", "[:upper:]"}:
        raise UnsureError
    first, second = [_set(one) for one in (*sets, "")[:2]]
    if "d" in options and len(sets) == 1 and "s" not in options:
        keeps = "c" in options
        doomed = [(n, n + 1, "") for n, one in enumerate(text) if (one in first) != keeps]
        return replaced(given, doomed)
    if "d" in options or (len(sets) == 1 and "s" not in options):
        raise UnsureError
    result = given if len(sets) == 1 else _translated(given, text, first, second, "c" in options)
    if "s" in options:
        squeezed = first if len(sets) == 1 else second
        result = _squeezed(result, squeezed, "c" in options and len(sets) == 1)
    return result


def _set(text: str) -> str:
    if not text.isascii():
        raise UnsureError
    found = ""
    last = 0
    for one in quick.finditer(_SET, text, quick.DOTALL):
        name, escape, low, high, single = one.groups()
        if one.start() != last:
            raise UnsureError
        last = one.end()
        if name is not None:
            found += _CLASSES.get(name) or _unsure()
        elif escape is not None:
            found += _ESCAPES[escape]
        elif low is not None and high is not None:
            if low > high or "[" in (low, high):
                raise UnsureError
            found += "".join(map(chr, range(ord(low), ord(high) + 1)))
        else:
            found += single
    if last != len(text) or "[=" in text or "[." in text or "*]" in text:
        raise UnsureError
    return found


def _unsure() -> str:
    raise UnsureError


def _translated(given: Word, text: str, first: str, second: str, is_rest: bool) -> Word:
    if not second:
        raise UnsureError
    if is_rest:
        changes = [(n, n + 1, second[-1]) for n, one in enumerate(text) if one not in first]
        if len(set(second)) > 1:
            raise UnsureError
        return replaced(given, changes)
    second += second[-1] * (len(first) - len(second))
    table = dict(zip(first, second, strict=False))
    pairs = enumerate(text)
    return replaced(
        given, [(n, n + 1, table[one]) for n, one in pairs if table.get(one, one) != one]
    )


def _squeezed(given: Word, characters: str, is_rest: bool) -> Word:
    text = given.text or ""
    doomed = [
        (n, n + 1, "")
        for n, one in enumerate(text)
        if n and text[n - 1] == one and (one in characters) != is_rest
    ]
    return replaced(given, doomed)


# --- lines and fields ----------------------------------------------------------------------------


def cut(arguments: Sequence[str], given: Word) -> Word:
    """`cut -d X -f LIST` and `cut -c LIST`."""
    options = _options(arguments, "dfc", "s", {"delimiter": "d", "fields": "f", "characters": "c"})
    text = given.text or ""
    if not text.isascii() or ("f" in options) == ("c" in options):
        raise UnsureError
    delimiter = options.get("d", "\t")
    chosen = _chosen(options.get("f") or options.get("c") or "")
    if len(delimiter) != 1 or not delimiter.isascii() or ("d" in options and "c" in options):
        raise UnsureError
    found: list[Word] = []
    for start, end in lines(text):
        if "f" not in options:
            spans = [(n, n + 1) for n in range(start, end)]
            picked = [part(given, a, b) for n, (a, b) in enumerate(spans, 1) if chosen(n)]
            found.append(joined(picked))
        elif delimiter in text[start:end]:
            spans = fields_of(text, start, end, delimiter)
            picked = [part(given, a, b) for n, (a, b) in enumerate(spans, 1) if chosen(n)]
            found.append(joined(picked, delimiter))
        elif "s" not in options:
            found.append(part(given, start, end))
        else:
            continue
        found.append(written_nowhere("\n"))
    return joined(found)


def fields_of(text: str, start: int, end: int, delimiter: str) -> list[tuple[int, int]]:
    """Return where the fields of a line begin and end."""
    spans: list[tuple[int, int]] = []
    while True:
        at = text.find(delimiter, start, end)
        if at < 0:
            return [*spans, (start, end)]
        spans.append((start, at))
        start = at + 1


def _chosen(source: str) -> Callable[[int], bool]:
    """Read a list like `1,3-5,7-`."""
    ranges: list[tuple[int, int]] = []
    for one in source.split(","):
        found = _RANGE.fullmatch(one)
        low, dash, high = found.groups() if found is not None else (None, None, None)
        if not (low or high) or (low and high and not dash) or "0" in (low, high):
            raise UnsureError
        start = int(low or 1)
        end = int(high) if high else (10**9 if dash else start)
        if end < start:
            raise UnsureError
        ranges.append((start, end))
    return lambda number: any(start <= number <= end for start, end in ranges)


def _options(
    arguments: Sequence[str], valued: str, plain: str, names: dict[str, str]
) -> dict[str, str]:
    """Read options; an operand, or an option that is not known, makes the output unknown."""
    found: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        one = rest.pop(0)
        name, equals, value = one[2:].partition("=")
        if one == "-" and not rest:
            break
        if one.startswith("--") and equals and name in names:
            found[names[name]] = value
        elif len(one) > 1 and one[0] == "-" and one[1] in valued:
            if not one[2:] and not rest:
                raise UnsureError
            found[one[1]] = one[2:] or rest.pop(0)
        elif len(one) > 1 and one[0] == "-" and not one[1:].strip(plain):
            found.update(dict.fromkeys(one[1:], ""))
        elif len(one) > 2 and one[0] == "-" and one[1] in plain:
            found[one[1]] = ""
            rest.insert(0, "-" + one[2:])
        else:
            raise UnsureError
    return found


def head(arguments: Sequence[str], given: Word) -> Word:
    """`head -n N` and `head -N`."""
    count = _count(arguments, 10)
    text = given.text or ""
    ends = [end for _, end in lines(text)][:count]
    return part(given, 0, min(ends[-1] + 1, len(text)) if ends else 0)


def tail(arguments: Sequence[str], given: Word) -> Word:
    """`tail -n N`, `tail -n +N` and `tail -N`."""
    text = given.text or ""
    starts = [start for start, _ in lines(text)]
    value = _options(_spelled(arguments), "n", "", {"lines": "n"}).get("n", "10")
    if value[:1] == "+" and value[1:].isdecimal():
        chosen = starts[max(int(value) - 1, 0) :]
    else:
        count = _count(arguments, 10)
        chosen = starts[-count:] if count else []
    return part(given, chosen[0] if chosen else len(text), len(text))


def _spelled(arguments: Sequence[str]) -> list[str]:
    return [f"-n{one[1:]}" if one[:1] == "-" and one[1:].isdecimal() else one for one in arguments]


def _count(arguments: Sequence[str], usual: int) -> int:
    options = _options(_spelled(arguments), "n", "", {"lines": "n"})
    value = options.get("n", str(usual))
    if not value.isdecimal() or len(value) > 6:
        raise UnsureError
    return int(value)


def wc(arguments: Sequence[str], given: Word) -> Word:
    """`wc -w`, `wc -l` and `wc -c` of its input."""
    text = given.text or ""
    if not text.isascii() or any(one < " " and one not in "\t\n\v\f\r" for one in text):
        raise UnsureError
    counts = {"-w": len(text.split()), "-l": text.count("\n"), "-c": len(text), "-m": len(text)}
    if len(arguments) != 1 or arguments[0] not in counts:
        raise UnsureError
    return written_nowhere(f"{counts[arguments[0]]}\n")


def paste(arguments: Sequence[str], given: Word) -> Word:
    """`paste -s -d X`: all lines in one."""
    rest = [one for one in arguments if one != "-"]
    options = _options(rest, "d", "s", {"delimiters": "d"})
    delimiter = options.get("d", "\t")
    text = given.text or ""
    if "s" not in options or len(delimiter) != 1 or not text or delimiter == "\\":
        raise UnsureError
    found = [part(given, start, end) for start, end in lines(text)]
    return joined([joined(found, delimiter), written_nowhere("\n")])


def xargs(arguments: Sequence[str], given: Word) -> Word:
    """`xargs` alone: all words in one line."""
    text = given.text or ""
    if arguments or any(one in text for one in "'\"\\") or not text.isascii():
        raise UnsureError
    words = [part(given, *one.span()) for one in quick.finditer(r"[^ \t\n\v\f\r]+", text)]
    if words and (words[0].text or "")[:1] == "-":
        raise UnsureError
    return joined([joined(words, " "), written_nowhere("\n")])


FILTERS: dict[str, Callable[[Sequence[str], Word], Word]] = {
    "cat": cat,
    "cut": cut,
    "head": head,
    "paste": paste,
    "tail": tail,
    "tr": tr,
    "wc": wc,
    "xargs": xargs,
}

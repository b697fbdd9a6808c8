"""What files beside a script tell of the release: locks, requirements, projects, a Dockerfile."""

from __future__ import annotations

from sgdlint import pins, quick
from sgdlint.pins import Evidence, Pin
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator

    from sgdlint.source import Nearby

    Found = Iterator[tuple[str, Pin]]

_LOCKED = rf'name = "sglang"\s+version = "(?P<version>{pins.VERSION})"'
_KEY = r"^\s*[\"']?sglang[\"']?\s*=\s*"
_SOURCE = rf"{_KEY}\{{[^}}]*\btag\s*=\s*[\"']v?(?P<version>{pins.VERSION})[\"']"
_POETRY = rf"{_KEY}(?:\{{[^}}\n]*?\bversion\s*=\s*)?[\"'](?P<version>[^\"'\n]+)[\"']"
_MORE = r"\s*(?:-r|-c|--requirement|--constraint)(?:\s*=\s*|\s+|(?=[\w.]))(\S+)"
_SET = r"\s*(?:ARG|ENV)\s+(\w+)[=\s]\s*[\"']?([^\s\"']*)"
_USE = r"\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))"
_NAMED = (
    r"\s*(?:ARG|ENV)\s+SG(?:L|LANG)_(?:VERSION|TAG|REF|BRANCH|COMMIT)[=\s]\s*"
    rf"[\"']?v?(?P<version>{pins.VERSION})(?![\w.])"
)
_CLONED = (
    rf"\bgit\s+clone\b[^&|;]*?(?:-b|--branch)[ =]v?(?P<version>{pins.VERSION})\s[^&|;]*/sglang\b"
)
_PROJECT = ("uv.lock", "poetry.lock", "pdm.lock", "pyproject.toml")
"""What is read above a script, up to the first folder with a pyproject.toml."""
MOST_FILES = 20


def beside(near: Nearby) -> Evidence | None:
    """Return what a file beside a script tells, the first of FILES that does; else its project."""
    for name in FILES:
        found = in_file(near, name)
        if found is not None:
            return found
    for path, text in near.above(_PROJECT):
        found = _in_text(near, path, text)
        if found is not None or path.endswith(_PROJECT[-1]):
            return found
    return None


def in_file(near: Nearby, name: str) -> Evidence | None:
    """Return what one file tells."""
    text = near.read(name)
    return None if text is None else _in_text(near, name, text)


def _in_text(near: Nearby, name: str, text: str) -> Evidence | None:
    if "sglang" not in text.lower() and not name.endswith(".txt"):
        return None
    read = FILES.get(name.rpartition("/")[2], _requirements)
    for path, pin in read(near, name, text):
        content = text if path == name else near.read(path) or ""
        line = content.count("\n", 0, pin.start) + 1
        span = Span(pin.start, pin.end)
        return Evidence("requirement", pin.specifier, span, line, path, wrong=pin.wrong)
    return None


def _lock(near: Nearby, name: str, text: str) -> Found:
    for match in quick.finditer(_LOCKED, text):
        yield name, Pin(match["version"], *match.span("version"))


def _requirements(near: Nearby, name: str, text: str) -> Found:
    """Yield what a requirements file tells, and then those that it includes."""
    waiting, seen = [(name, text)], {name}
    while waiting and len(seen) <= MOST_FILES:
        path, content = waiting.pop(0)
        for start, line in _lines(content):
            include = quick.match(_MORE, line)
            if include is not None:
                other = _join(path.rpartition("/")[0], include[1])
                more = near.read(other) if other not in seen else None
                seen.add(other)
                waiting += [(other, more)] if more is not None else []
            pin = pins.requirement(line.partition(" --")[0].rstrip(" \\"))
            if pin is not None:
                yield path, _moved(pin, start)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line without its comment, and where it begins."""
    start = 0
    for line in text.splitlines(keepends=True):
        yield start, quick.compile(r"(?:^|\s)#").split(line, maxsplit=1)[0].rstrip()
        start += len(line)


def _project(near: Nearby, name: str, text: str) -> Found:
    """Yield what a pyproject.toml tells: where its packages come from, and what it requires."""
    for match in quick.finditer(_SOURCE, text, quick.MULTILINE):
        if _table(text, match.start()).endswith(("sources", "dependencies")):
            yield name, Pin(match["version"], *match.span("version"))
    for start, line in _lines(text):
        for pin in pins.requirements(line):
            yield name, _moved(pin, start)
    for match in quick.finditer(_POETRY, text, quick.MULTILINE):
        if _table(text, match.start()).endswith("dependencies"):
            yield name, Pin(pins.from_poetry(match["version"]), *match.span("version"))


def _table(text: str, offset: int) -> str:
    """Return the name of the table in which a place of a TOML file lies."""
    heads = quick.findall(r"^\s*\[+([^\]\n]*)\]", text[:offset], quick.MULTILINE)
    return heads[-1].strip() if heads else ""


def _environment(near: Nearby, name: str, text: str) -> Found:
    for start, line in _lines(text):
        for pin in pins.requirements(line, conda=True):
            yield name, _moved(pin, start)


def _dockerfile(near: Nearby, name: str, text: str) -> Found:
    """Yield the last thing that a Dockerfile says: an install after FROM, else the image."""
    values: dict[str, str] = {}
    last = None
    variable = None
    for start, line in _lines(text):
        named = quick.match(_NAMED, line)
        if named is not None:
            variable = Pin(named["version"], start + named.start("version"), start + named.end())
        setting = quick.match(_SET, line)
        if setting is not None:
            values.setdefault(setting[1], _filled(setting[2], values))
        for pin in _in_step(_filled(line, values)):
            last = Pin(pin.specifier, start, start + len(line))
    found = last or variable
    if found is not None:
        yield name, found


def _in_step(line: str) -> Iterator[Pin]:
    """Yield what one line of a Dockerfile tells."""
    if quick.match(r"\s*FROM\s", line, quick.IGNORECASE):
        yield from pins.images(line)
    elif not quick.match(r"\s*(?:ARG|ENV|LABEL)\s", line, quick.IGNORECASE):
        yield from pins.requirements(line)
        for match in quick.finditer(_CLONED, line):
            yield Pin(match["version"], *match.span("version"))


def _filled(text: str, values: dict[str, str]) -> str:
    """Return a text with the variables of a Dockerfile filled in."""

    def put(match: re.Match[str]) -> str:
        return values.get(match[1] or match[3], match[2] or match[0])

    return quick.sub(_USE, put, text)


def _moved(pin: Pin, offset: int) -> Pin:
    return Pin(pin.specifier, pin.start + offset, pin.end + offset, pin.wrong)


def _join(folder: str, path: str) -> str:
    return f"{folder}/{path}" if folder and not path.startswith("/") else path


if TYPE_CHECKING:
    Read = Callable[[Nearby, str, str], Found]

FILES: dict[str, Read] = {
    "uv.lock": _lock,
    "poetry.lock": _lock,
    "pdm.lock": _lock,
    "constraints.txt": _requirements,
    "requirements.txt": _requirements,
    "pyproject.toml": _project,
    "environment.yml": _environment,
    "environment.yaml": _environment,
    "Dockerfile": _dockerfile,
}
"""The files that are read, in order, and what reads them."""

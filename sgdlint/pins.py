"""What a text tells of a release of SGLang: image tags, requirements, wheel and repository names.

Specifiers are given as PEP 440 writes them: conda's `=0.5.12` is `==0.5.12.*`, Poetry's `^0.5.12`
is `>=0.5.12,<0.6`.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.catalog.specifiers import pinned
from sgdlint.record import record
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

VERSION = r"\d+\.\d+\.\d+(?:\.post\d+|\.?(?:dev|rc|a|b)\d+)?"
# Compiled when a word may match: that takes longer than reading a whole script for them.
_IMAGE = (
    rf"(?<![\w.-])sglang[:+]v?(?P<version>{VERSION})(?!\w)(?![\w.-]*(?:dev|nightly))"
    r"|(?<=[^/]/)sglang(?::(?=[A-Za-z])|@(?=sha256:))(?P<other>[\w.:-]+)"
)
_PART = r"(?:===|==|~=|!=|<=|>=|<|>)\s*v?\d[\w.*+!]*"
_NAME = r"(?<![\w./@-])sglang(?:\[[\w\s,.-]*\])?"
_PIN = (
    rf"{_NAME}\s*(?P<version>{_PART}(?:\s*,\s*{_PART})*)"
    rf"|{_NAME}@(?P<poetry>[~^]?v?\d[\w.]*)"
    rf"|(?<![\w.-])sglang-(?P<wheel>{VERSION})(?:(?:\+|%2B)[\w.]+)?(?:-[\w.]+){{3}}\.whl"
    rf"|(?:git\+\S*?)?/sglang(?:\.git)?@v?(?P<tag>{VERSION})(?!\w)"
    r"|git\+\S*?/sglang(?:\.git)?(?=[\s#@\"']|\Z)(?P<other>)"
)
_CONDA = rf"{_NAME}(?P<conda>=\d[\w.*]*)(?:=\w+)?"
# A whole requirement that pip takes for one of SGLang, and may refuse.
_LOOSE = r"\s*sglang(?:\[[\w\s,.-]*\])?\s*(?P<version>[=<>!~^][^;#\"']*?)\s*,?\s*(?:;.*|#.*)?"

# The versions of PEP 440 in full: sgdlint reads less of them, and pip refuses nothing of them.
_VERSION = (
    r"v?(?:\d+!)?\d+(?:\.\d+)*(?:[-_.]?(?:alpha|beta|preview|pre|a|b|c|rc)[-_.]?\d*)?"
    r"(?:-\d+|[-_.]?(?:post|rev|r)[-_.]?\d*)?(?:[-_.]?dev[-_.]?\d*)?(?:\+\w+(?:[-_.]\w+)*)?"
)
_CLAUSE = rf"\s*(?:===\s*\S*|(?:==|!=)\s*{_VERSION}(?:\.\*)?|(?:~=|<=|>=|<|>)\s*{_VERSION})\s*"
_INSTALL = r"\b(?:pip3?\s+install|uv\s+add)\s[^&|;\n]*"
_MISTAKES = {"=": "==", "=>": ">=", "=<": "<="}


@record
class Pin:
    """A release that a text names, from `start` to `end`.

    specifier: a release or a range; "" for a build that is no release, such as `latest`.
    wrong: what is written, when pip cannot read it; the specifier is then what was surely meant.
    """

    specifier: str
    start: int
    end: int
    wrong: str = ""


@record
class Evidence:
    """A place that tells the release.

    kind: "image tag", "install", "checkout" (an install from a checkout), "clone" (a checkout that
    nothing installs) or "requirement". specifier: a release, or a range (PEP 440); "" for a build
    that is no release. span: where the release stands in `path`; None when it is not written in one
    piece. path: "" for the script itself. command: where the command stands that tells it.
    container: it is about what runs inside a container. conditional: its command may not run.
    wrong: as of a Pin.
    """

    kind: str
    specifier: str
    span: Span | None
    line: int
    path: str = ""
    command: Span | None = None
    container: bool = False
    conditional: bool = False
    wrong: str = ""

    @property
    def where(self) -> str:
        """What to tell the user: `image tag, line 7`."""
        return f"{self.path or self.kind}, line {self.line}"


def images(text: str) -> Iterator[Pin]:
    """Yield the tags of SGLang's images in a text."""
    for match in quick.finditer(_IMAGE, text):
        name = "version" if match["version"] else "other"
        specifier = match["version"] or ""
        yield Pin("" if "dev" in specifier else specifier, *match.span(name))


def requirements(text: str, conda: bool = False) -> Iterator[Pin]:
    """Yield what a text requires of SGLang; conda: a single `=` means a release and its builds."""
    for match in quick.finditer(_PIN, text):
        yield _pin(match)
    if conda:
        for match in quick.finditer(_CONDA, text):
            yield Pin(_from_conda(match["conda"]), *match.span("conda"))


def requirement(text: str, conda: bool = False) -> Pin | None:
    """Return what one whole requirement says of SGLang; None when it says nothing."""
    match = None if conda else quick.fullmatch(_LOOSE, text)
    if match is None:
        return next(requirements(text, conda), None)
    if is_valid(match["version"]):
        found = next(requirements(text), None)
        whole = found is not None and found.end == match.end("version")
        return found if whole else Pin("", *match.span("version"))
    text = match["version"]
    from_outside = "$" in text or "{" in text
    return Pin(_meant(text), *match.span("version"), "" if from_outside else text)


def _meant(text: str) -> str:
    """Return a specifier whose only mistake, its operator, is corrected; "" for other mistakes."""
    operator = quick.match(r"=[<>]?(?=\s*\d)", text)
    meant = _MISTAKES[operator[0]] + text[operator.end() :] if operator is not None else ""
    return meant if is_valid(meant) else ""


def refused(script: str) -> Iterator[Pin]:
    """Yield what pip cannot read in the install commands of a script that stands in a string."""
    for command in quick.finditer(_INSTALL, script):
        for word in quick.finditer(r"[^\s\"']+", command[0]):
            pin = requirement(word[0])
            if pin is not None and pin.wrong:
                start = command.start() + word.start()
                yield Pin(pin.specifier, start + pin.start, start + pin.end, pin.wrong)


def is_valid(specifier: str) -> bool:
    """Whether pip reads a specifier."""
    parts = [part for part in specifier.split(",") if part.strip()]
    return all(quick.fullmatch(_CLAUSE, part, quick.IGNORECASE) for part in parts)


def _pin(match: re.Match[str]) -> Pin:
    [name] = [name for name, text in match.groupdict().items() if text is not None]
    text, (start, end) = match[name], match.span(name)
    if name == "poetry":
        return Pin(from_poetry(text), start, end)
    one = pinned(text)
    if "dev" in one:
        return Pin("", start, end)
    return Pin(one, start + len(text) - len(one), end) if one else Pin(text, start, end)


def _from_conda(text: str) -> str:
    return f"={text}" if "*" in text else f"={text}.*"


def from_poetry(text: str) -> str:
    """Return what Poetry's way to write a range means; "" when it is any release, or not clear."""
    parts = [part.strip() for part in text.split(",")]
    return ",".join(filter(None, map(_poetry_part, parts)))


def _poetry_part(text: str) -> str:
    match = quick.fullmatch(r"([~^]?)v?(\d+(?:\.\d+)*)((?:\.?[a-z]+\d+)?)", text)
    if match is None:
        return f"=={text}" if quick.fullmatch(r"\d[\d.]*\.\*", text) else text.replace("*", "")
    mark, numbers, tail = match[1], [int(part) for part in match[2].split(".")], match[3]
    if not mark:
        return match[2] + tail
    place = min(1, len(numbers) - 1)
    if mark == "^":
        place = next((at for at, number in enumerate(numbers) if number), place)
    above = [*numbers[:place], numbers[place] + 1]
    above += [0] * (2 - len(above))
    return f">={match[2]}{tail},<{'.'.join(map(str, above))}"

"""What a script and the files beside it tell of the release of SGLang that runs, and where."""

from __future__ import annotations

import re

from sgdlint.catalog.specifiers import pinned
from sgdlint.launch.wrappers import CONTAINERS
from sgdlint.record import record
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.shell.values import Command, Word
    from sgdlint.source import Nearby, Source

_VERSION = r"\d+\.\d+\.\d+(?:\.post\d+|\.?(?:dev|rc|a|b)\d+)?"
# Compiled when a word may match: that takes longer than reading a whole script for them.
IMAGE = rf"(?<![\w.-])sglang[:+]v?(?P<version>{_VERSION})(?!\w)"
_PART = r"(?:===|==|~=|!=|<=|>=|<|>)\s*v?\d[\w.*+!]*"
_PIN = (
    rf"(?<![\w./@-])sglang(?:\[[\w\s,.-]*\])?\s*(?P<version>{_PART}(?:\s*,\s*{_PART})*)"
    rf"|sgl-project/sglang(?:\.git)?@v?(?P<tag>{_VERSION})"
)
_INSTALLER = r"(?<![\w-])(?:pip3?|uvx?|conda|mamba|micromamba|poetry|pdm|pipx)(?!\w)"
_LOCKED = rf'name = "sglang"\s+version = "(?P<version>{_VERSION})"'
BESIDE = ("uv.lock", "constraints.txt", "requirements.txt", "pyproject.toml", "environment.yml")
"""The files beside a script that are read for the release; the first that tells it counts."""


@record
class Evidence:
    """A place that tells the release.

    kind: "image tag", "install" or "requirement". specifier: a release, or a range (PEP 440).
    span: where the specifier stands in `path`; for `==0.5.12` the release alone; None when it is
    not written in one piece. path: "" for the script itself. command: where the command stands that
    it is a word of. container: it is about what runs inside a container. conditional: its command
    may not run.
    """

    kind: str
    specifier: str
    span: Span | None
    line: int
    path: str = ""
    command: Span | None = None
    container: bool = False
    conditional: bool = False

    @property
    def where(self) -> str:
        """What to tell the user: `image tag, line 7`."""
        return f"{self.path or self.kind}, line {self.line}"


def evidence(source: Source, commands: Sequence[Command]) -> list[Evidence]:
    """Return what the commands of a script tell, in order."""
    found: dict[tuple[object, ...], Evidence] = {}
    for command in commands:
        words = [*command.words, *([command.stdin] if command.stdin is not None else [])]
        texts = [_text(word) for word in words]
        if not any("sglang" in text for text in texts):
            continue
        installs = any(map(_may_pin, texts)) and any(re.search(_INSTALLER, one) for one in texts)
        for word, text in zip(words, texts, strict=True):
            for one in _in_word(source, command, word, text, installs):
                found.setdefault((one.span, one.specifier, one.command), one)
    return [*_in_batch_header(source), *found.values()]


def _in_word(
    source: Source, command: Command, word: Word, text: str, installs: bool
) -> Iterator[Evidence]:
    span = Span(command.start, command.end)
    inside = is_container(command)
    for kind, match in _matches(text, installs):
        start, end = _version(match)
        place = _written(word, start, end)
        offset = place.start if place is not None else word.start
        yield Evidence(
            kind,
            text[start:end],
            place,
            source.location(max(0, offset))[0],
            command=span,
            container=inside,
            conditional=command.conditional,
        )


def _matches(text: str, installs: bool) -> Iterator[tuple[str, re.Match[str]]]:
    if "sglang:" in text or "sglang+" in text:
        yield from (("image tag", match) for match in re.finditer(IMAGE, text))
    if installs and _may_pin(text):
        yield from (("install", match) for match in re.finditer(_PIN, text))


def _may_pin(text: str) -> bool:
    return "sglang" in text and any(mark in text for mark in ("=", "<", ">", "@"))


def _version(match: re.Match[str]) -> tuple[int, int]:
    """Return where the specifier stands, without the `==` of a single release."""
    groups = match.groupdict()
    name = "tag" if groups.get("tag") else "version"
    start, end = match.span(name)
    text = match[name]
    if pinned(text):
        start += len(text) - len(text.lstrip("= "))
    return start, end


def is_container(command: Command) -> bool:
    """Whether a command runs what it runs inside a container."""
    texts = [_text(word) for word in command.words]
    return any(text.rpartition("/")[2] in CONTAINERS for text in texts[:3]) or any(
        text.startswith("--container-image") for text in texts
    )


def _in_batch_header(source: Source) -> Iterator[Evidence]:
    """Yield what `#SBATCH --container-image=…` tells."""
    if "#SBATCH" not in source.text:
        return
    for line in re.finditer(r"^#SBATCH\s.*$", source.text, re.MULTILINE):
        for match in re.compile(IMAGE).finditer(source.text, line.start(), line.end()):
            span = Span(*match.span("version"))
            number = source.location(span.start)[0]
            yield Evidence("image tag", match["version"], span, number)


def beside(near: Nearby) -> Evidence | None:
    """Return what a requirements file beside the script tells; the first of BESIDE that does."""
    for name in BESIDE:
        text = near.read(name)
        if text is None or "sglang" not in text:
            continue
        pattern = _LOCKED if name == "uv.lock" else _PIN
        for match in re.finditer(pattern, text):
            before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
            if "#" in before:
                continue
            start, end = _version(match)
            line = text.count("\n", 0, start) + 1
            return Evidence("requirement", text[start:end], Span(start, end), line, name)
    return None


def _text(word: Word) -> str:
    """Return a word's text; the one that it has when nothing outside sets its variables."""
    return word.text or word.default or ""


def _written(word: Word, start: int, end: int) -> Span | None:
    """Return where some characters of a word are written, when that is one place."""
    offset = 0
    for piece in word.pieces:
        text = piece.texts[0] if piece.texts else piece.default or ""
        if offset <= start and end <= offset + len(text):
            if not piece.exact:
                return None
            return Span(piece.start + start - offset, piece.start + end - offset)
        offset += len(text)
    return None

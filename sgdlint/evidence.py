"""What a script and the files beside it tell of the release of SGLang that runs, and where."""

from __future__ import annotations

from sgdlint import pins
from sgdlint.launch.wrappers import CONTAINERS
from sgdlint.pins import Evidence, Pin
from sgdlint.record import replace
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.shell.values import Command, Word
    from sgdlint.source import Source

PIP = ("pip", "pip3", "uv", "uvx", "pipx")
CONDA = ("conda", "mamba", "micromamba")
INSTALLERS = (*PIP, *CONDA, "poetry", "pdm")
REQUIRES = ("install", "add")
"""What these programs are told when requirements follow."""
INSTALLS = ("install", "checkout")
"""Kinds of evidence for what is installed where a command runs."""


def evidence(source: Source, commands: Sequence[Command]) -> list[Evidence]:
    """Return what the commands of a script tell, in order."""
    found: dict[tuple[object, ...], Evidence] = {}
    for command in commands:
        words = [*command.words, *([command.stdin] if command.stdin is not None else [])]
        for word in words:
            for text in texts_of(word):
                if "sglang" not in text or not _may_tell(text):
                    continue
                for one in _in_word(source, commands, command, word, text):
                    found.setdefault((one.span, one.specifier, one.command), one)
    more = [*_in_files(source, commands)] if " -r" in source.text else []
    more += _checked_out(source, commands) if "git " in source.text else []
    ordered = sorted([*found.values(), *more], key=_start) if more else found.values()
    return [*_in_batch_header(source), *ordered]


def _start(one: Evidence) -> int:
    return one.command.start if one.command is not None else -1


def _may_tell(text: str) -> bool:
    return any(mark in text for mark in ("sglang:", "sglang+", "@", "=", "<", ">", "~", ".whl"))


def _in_word(
    source: Source, commands: Sequence[Command], command: Command, word: Word, text: str
) -> Iterator[Evidence]:
    for kind, pin in _pins(command, text):
        place = _written(word, pin.start, pin.end)
        at = place.start if place is not None else word.start
        line = source.location(max(0, at))[0]
        one = Evidence(kind, pin.specifier, place, line, wrong=pin.wrong)
        yield _of_command(one, command, commands)


def _of_command(one: Evidence, command: Command, commands: Sequence[Command]) -> Evidence:
    """Return evidence with what is known of the command that gives it."""
    span = Span(command.start, command.end)
    inside = any(map(is_container, around(command.start, commands)))
    return replace(one, command=span, container=inside, conditional=command.conditional)


def _pins(command: Command, text: str) -> Iterator[tuple[str, Pin]]:
    yield from (("image tag", pin) for pin in pins.images(text))
    tools = {text_of(word).rpartition("/")[2] for word in command.words[:6]}
    if not tools.isdisjoint(PIP) and not tools.isdisjoint(REQUIRES):
        whole = pins.requirement(text)
        yield from [("install", whole)] if whole is not None else []
    elif not tools.isdisjoint(INSTALLERS) or any(tool in text for tool in INSTALLERS):
        conda = not tools.isdisjoint(CONDA)
        yield from (("install", pin) for pin in pins.requirements(text, conda))
        yield from (("install", pin) for pin in pins.refused(text))


def _in_files(source: Source, commands: Sequence[Command]) -> Iterator[Evidence]:
    """Yield what the files tell that `pip install -r FILE` names."""
    from sgdlint.beside import in_file

    for command in commands:
        texts = [text_of(word) for word in command.words]
        if "install" not in texts[:6]:
            continue
        for before, text in zip(["", *texts], texts, strict=False):
            name = text if before == "-r" else text[2:] if text.startswith("-r") else ""
            found = in_file(source.near, name) if name else None
            if found is not None:
                yield _of_command(replace(found, kind="install"), command, commands)


def _checked_out(source: Source, commands: Sequence[Command]) -> Iterator[Evidence]:
    """Yield what `git clone -b v0.5.12 …/sglang` and `git checkout v0.5.12` tell."""
    from sgdlint.checkouts import checkouts

    for one in checkouts(commands):
        place, specifier = None, ""
        if one.word >= 0:
            word = one.at.words[one.word]
            place = _written(word, one.start, one.end)
            specifier = text_of(word)[one.start : one.end]
        line = source.location(place.start if place is not None else one.at.start)[0]
        kind = "checkout" if one.installed else "clone"
        yield _of_command(Evidence(kind, specifier, place, line), one.command, commands)


def around(offset: int, commands: Sequence[Command]) -> list[Command]:
    """Return the commands that a place is part of, as in `docker run … sglang serve`."""
    return [one for one in commands if one.start <= offset < one.end]


def is_container(command: Command) -> bool:
    """Whether a command runs what it runs inside a container."""
    texts = [text_of(word) for word in command.words]
    return any(text.rpartition("/")[2] in CONTAINERS for text in texts[:3]) or any(
        text.startswith("--container-image") for text in texts
    )


def _in_batch_header(source: Source) -> Iterator[Evidence]:
    """Yield what `#SBATCH --container-image=…` tells."""
    if "#SBATCH" not in source.text:
        return
    start = 0
    for line in source.text.splitlines(keepends=True):
        for pin in pins.images(line) if line.startswith("#SBATCH") else ():
            span = Span(start + pin.start, start + pin.end)
            yield Evidence("image tag", pin.specifier, span, source.location(span.start)[0])
        start += len(line)


def text_of(word: Word) -> str:
    """Return a word's text; the one that it has when nothing outside sets its variables."""
    return word.text or word.default or ""


def texts_of(word: Word) -> tuple[str, ...]:
    """Return all texts that a word may have, as far as they are known."""
    texts = word.texts
    return texts if texts is not None else (word.default or "",)


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

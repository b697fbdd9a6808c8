"""What the instructions of a Dockerfile run: RUN, CMD and ENTRYPOINT in both of their forms."""

from __future__ import annotations

import re

from sgdlint.documents.assemble import Value, made
from sgdlint.documents.docker_lines import shell_writer
from sgdlint.documents.region import Place
from sgdlint.documents.shells import is_shell, runs_text
from sgdlint.documents.yaml_values import value_of
from sgdlint.documents.yaml_writers import YamlList
from sgdlint.record import record
from sgdlint.shell.values import Piece
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.documents.assemble import Script
    from sgdlint.documents.docker_lines import Hereafter, Instruction, Lines
    from sgdlint.documents.docker_stages import Stage
    from sgdlint.documents.region import ListWriter
    from sgdlint.documents.yaml_tree import List, Scalar

    Words = list[tuple[Value, tuple[ListWriter, int]]]

_SHEBANG = re.compile(r"#![ \t]*\S*/(?:env[ \t]+)?(\w+)")
_ONLY_DOCUMENT = re.compile(r"""\s*<<-?(['"]?)\w+\1\s*""")
_PASSES_ON = re.compile(r"(?:.*[/_-])?entrypoint(?:\.sh)?")
"""Scripts that start what they are given, by their names."""
ANYTHING = Piece(None, -1, -1)


@record
class Started:
    """A CMD or an ENTRYPOINT. words: of the exec form. shell: what runs it in shell form."""

    one: Instruction
    stage: Stage
    words: List | None
    shell: Sequence[str | None]

    @property
    def is_for_shell(self) -> bool:
        """Whether it is text for a shell that is read."""
        return self.words is None and reads_text(self.shell)


def reads_text(shell: Sequence[str | None]) -> bool:
    """Whether what runs the shell form is a shell whose scripts are read."""
    return len(shell) > 1 and runs_text((shell[0], shell[-1]))


def shell_text(one: Instruction, lines: Lines) -> Value | None:
    """Return the text that a shell gets for an instruction; None for another language's."""
    ends = "\r\n" if "\r\n" in lines.source[one.start : one.end] else "\n"
    places = [Place(one.span(0, len(one.text)), shell_writer(lines.escape, ends))]
    places += [Place(it.span, _as_it_is) for it in one.documents]
    if one.documents and _ONLY_DOCUMENT.fullmatch(one.text):
        pieces = list(_body(one.documents[0], lines.source))
        shebang = _SHEBANG.match("".join(it.texts[0] for it in pieces if it.texts))
        if shebang is not None and not is_shell(shebang[1]):
            return None
    else:
        pieces = one.for_shell(lines.source)
        for it in one.documents:
            whole = it.whole
            pieces += [
                made("\n"),
                Piece((lines.source[whole.start : whole.end],), whole.start, whole.end, True),
            ]
    return Value(tuple(pieces), Span(one.start, one.end), tuple(places))


def _body(document: Hereafter, source: str) -> Iterator[Piece]:
    start, end = document.span.start, document.span.end
    if not document.tabs:
        yield Piece((source[start:end],), start, end, True)
        return
    for line in source[start:end].splitlines(keepends=True):
        text = line.lstrip("\t")
        stop = start + len(line)
        yield Piece((text,), stop - len(text), stop, True)
        start = stop


def _as_it_is(text: str, span: Span) -> str:
    return text


def values(words: List | None, source: str) -> Words:
    """Return the words of the exec form, and what writes them."""
    if words is None:
        return []
    writer = YamlList(words, source, json_only=True)
    scalars: list[Scalar] = words.items  # type: ignore[assignment]
    return [(value_of(it, source), (writer, number)) for number, it in enumerate(scalars)]


def put_words(script: Script, words: Words) -> None:
    """Put in words, or the text that they give to a shell."""
    texts = [value.text for value, _ in words]
    if len(words) == 3 and runs_text(texts[:2]):
        script.shell(words[2][0])
    else:
        script.words([value for value, _ in words], [writer for _, writer in words])


def put_start(script: Script, entry: Started | None, command: Started | None, lines: Lines) -> bool:
    """Put in what a container starts; False when it is nothing that can be read."""
    if entry is not None and entry.words is None:
        return entry.is_for_shell and _put_text(script, entry, lines)
    first = values(entry.words if entry is not None else None, lines.source)
    passes_on = bool(first) and _PASSES_ON.fullmatch(first[-1][0].text or "") is not None
    if passes_on and command is not None:
        script.add(made(". "))
        script.shell(Value((ANYTHING,), Span(-1, -1)))
        script.add(made("\n"))
        first = []
    if command is None or command.words is not None:
        words = first + values(command.words if command is not None else None, lines.source)
        if words and not (passes_on and command is None):
            put_words(script, words)
            if passes_on or command is None:  # whoever starts the image says the rest
                script.add(made(" "))
                script.shell(Value((ANYTHING,), Span(-1, -1)))
        return bool(words)
    if not command.is_for_shell:
        return False
    return _put_text(script, command, lines) if not first else _put_both(script, first, command)


def _put_text(script: Script, started: Started, lines: Lines) -> bool:
    text = shell_text(started.one, lines)
    if text is not None:
        script.shell(text)
    return text is not None


def _put_both(script: Script, first: Words, command: Started) -> bool:
    """Put in an entry point in exec form, which is given a shell with the text of CMD."""
    script.words([value for value, _ in first], [writer for _, writer in first])
    script.add(made(" /bin/sh -c "))
    one = command.one
    place = Place(one.span(0, len(one.text)), shell_writer("", ""))
    script.word(Value(tuple(one.pieces(0, len(one.text))), place.span, (place,)))
    script.places.append(place)
    return True

"""Launches in Dockerfiles: what an image runs when it is built, and when it is started.

Each stage becomes one script: its variables, the `RUN` lines that may install or launch something,
and at the end ENTRYPOINT with CMD. A stage goes on where the stage ends that it is built from.
Source: Docker, "Dockerfile reference": forms of ENTRYPOINT and CMD, and how they work together.
"""

from __future__ import annotations

from collections import ChainMap

from sgdlint.documents import docker_stages
from sgdlint.documents.assemble import Script, Value, Variable, made
from sgdlint.documents.docker_commands import (
    Started,
    put_start,
    put_words,
    reads_text,
    shell_text,
    values,
)
from sgdlint.documents.docker_lines import Lines
from sgdlint.documents.docker_words import Reader
from sgdlint.documents.docker_writers import new_variable, removal
from sgdlint.documents.document import Document, Unread
from sgdlint.documents.exec_form import words_of
from sgdlint.documents.installs import upgrades
from sgdlint.documents.region import CONTAINER, CannotWriteError, Granted, Region
from sgdlint.documents.yaml_tree import text_of
from sgdlint.shell.values import Piece
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.documents.docker_lines import Instruction
    from sgdlint.documents.docker_stages import Stage
    from sgdlint.documents.docker_words import Pieces, Setting
    from sgdlint.documents.region import ListWriter
    from sgdlint.finding import Edit
    from sgdlint.source import Source

    Words = list[tuple[Value, tuple[ListWriter, int]]]

SIGNS = ("sglang", "pip", "git ", "uv ", "conda", "poetry", "pdm")
"""What stands in a RUN that may tell the release, or launch something."""
MOST_RUNS = 200
"""RUN lines of one stage that are read."""
MOST_STAGES = 60
"""Stages of one file that are read."""
REASON = "it is given when the image is built or started"


def read(source: Source) -> Document:
    """Read a Dockerfile."""
    lines = Lines(source.text)
    instructions = list(lines.instructions())
    stages = docker_stages.stages(instructions, lines.escape)
    comments = [*lines.comments, *(one for it in instructions for one in it.comments)]
    comments.sort(key=lambda one: one.start)
    regions: list[Region] = []
    unread: list[Unread] = []
    for stage in stages[:MOST_STAGES]:
        built = _Built(stage, lines, len(stages))
        region = built.region()
        unread += built.unread
        regions += [region] if region is not None else []
    return Document(tuple(regions), tuple(comments), tuple(dict.fromkeys(unread)))


class _Built:
    """One stage: what it sets, and what it runs."""

    def __init__(self, stage: Stage, lines: Lines, count: int) -> None:
        self.stage = stage
        self.lines = lines
        self.source = lines.source
        self.place = f"stage {stage.name or stage.number}" if count > 1 else "the image"
        self.script = Script()
        self.variables: dict[str, Pieces | None] = {}
        self.arguments: dict[str, Pieces | None] = {}
        self.given: dict[str, Variable] = {}
        self.shell: Sequence[str | None] = ("/bin/sh", "-c")
        self.entry: Started | None = None
        self.command: Started | None = None
        self.runs = 0
        self.upgraded = False
        self.unread: list[Unread] = []

    def region(self) -> Region | None:
        """Return the script of the stage; None when it runs nothing."""
        chain = self.stage.chain()
        image = chain[0].image
        noted = self.script.note("image", image) if image is not None else None
        for stage in chain:
            self.arguments, self.given = {}, {}
            for one in stage.instructions:
                self._take(one, stage)
        started = put_start(self.script, self.entry, self.command, self.lines)
        if not started and not self.runs:
            return None
        around = Span(self.stage.start, self.stage.end)
        image_counts = None if self.upgraded else noted
        granted = Granted(self.place, CONTAINER, image_counts, is_open=True)
        return self.script.region(around, granted, REASON, self._add_variable)

    def _take(self, one: Instruction, stage: Stage) -> None:
        """Do what an instruction does to what follows."""
        if one.name == "ENV":
            self._set(one)
        elif one.name == "ARG":
            self._argue(one)
        elif one.name == "WORKDIR":
            self._enter(one)
        elif one.name == "RUN":
            self._run(one)
        elif one.name in ("CMD", "ENTRYPOINT", "SHELL"):
            self._keep(one, stage)

    def _keep(self, one: Instruction, stage: Stage) -> None:
        words = words_of(one, self.source)
        if words is None and one.text.lstrip().startswith("[") and "sglang" in one.text:
            message = f"Docker takes this {one.name} for shell text: it is not a JSON list of texts"
            self.unread.append(Unread(one.span(0, len(one.text)), message))
        started = Started(one, stage, words, self.shell)
        if one.name == "SHELL":
            self.shell = [text_of(it) for it in words.items] if words is not None else ()
        elif one.name == "CMD":
            self.command = started
        else:
            self.entry = started
            if self.command is not None and self.command.stage is not stage:
                self.command = None  # it was the one of the base image

    # --- variables ------------------------------------------------------------------------------

    def _reader(self) -> Reader:
        known = ChainMap(self.variables, self.arguments)
        return Reader(self.lines.escape, known, self.stage.chain()[0].is_open)

    def _set(self, one: Instruction) -> None:
        settings = self._reader().settings(one)
        for number, each in enumerate(settings):
            if each.value is not None:
                edit = removal(one, settings, number, self.source)
                self.script.export(docker_stages.variable(each, each.value, edit))
        self.variables.update((it.name, it.value.pieces) for it in settings if it.value is not None)

    def _argue(self, one: Instruction) -> None:
        for each in self._reader().settings(one):
            value = docker_stages.by_default(each.value or self.stage.globals.get(each.name))
            self.arguments[each.name] = None if value is None else value.pieces
            if value is not None and each.name not in self.variables:
                self.given[each.name] = docker_stages.variable(each, value, None)

    def _enter(self, one: Instruction) -> None:
        self.script.add(made("cd "))
        self.script.word(self._reader().value(one, 0, len(one.text.rstrip())))
        self.script.add(made("\n"))

    def _add_variable(self, name: str, value: str) -> Edit:
        """Return the edit that sets a variable for what the image starts."""
        started = self.command or self.entry
        if started is None or started.stage is not self.stage or self.stage.built_on:
            raise CannotWriteError(f"other stages would get {name} too")
        envs = [(one, self._settings(one)) for one in self.stage.instructions if one.name == "ENV"]
        return new_variable(started.one, envs, name, value, self.source, self.lines.escape)

    def _settings(self, one: Instruction) -> list[Setting]:
        return self._reader().settings(one)

    # --- what runs ------------------------------------------------------------------------------

    def _run(self, one: Instruction) -> None:
        """Put in a RUN, which changes nothing for what follows but what is installed."""
        whole = self.source[one.start : one.end]
        if self.runs >= MOST_RUNS or not (self._has_sign(whole) or self._uses(whole)):
            return
        words = words_of(one, self.source)
        text = shell_text(one, self.lines) if words is None and reads_text(self.shell) else None
        if words is None and text is None:
            return
        self.runs += 1
        self.upgraded = self.upgraded or upgrades(one.text)
        script = self.script
        script.add(made("(\n"))
        for variable in self.given.values():
            if variable.name not in self.variables:
                script.export(variable)
        if text is not None:
            script.shell(text, inline=True)
        else:
            put_words(script, values(words, self.source))
        script.add(made("\n)\n"))

    def _has_sign(self, text: str) -> bool:
        return any(sign in text for sign in SIGNS)

    def _uses(self, text: str) -> bool:
        """Whether a text uses a variable with a sign in its value."""
        if "$" not in text:
            return False
        known = ChainMap(self.variables, self.arguments)
        return any(
            name in text and any(self._has_sign(_shown(piece)) for piece in pieces or ())
            for name, pieces in known.items()
        )


def _shown(piece: Piece) -> str:
    return (piece.texts[0] if piece.texts else piece.default) or ""

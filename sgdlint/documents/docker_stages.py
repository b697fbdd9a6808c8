"""The stages of a Dockerfile: what each is built from, and its instructions."""

from __future__ import annotations

import re

from sgdlint.documents.assemble import Value, Variable
from sgdlint.documents.docker_words import Reader, split
from sgdlint.shell.values import Piece

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.documents.docker_lines import Instruction
    from sgdlint.documents.docker_words import Pieces, Setting
    from sgdlint.finding import Edit

MOST_CHAIN = 12
"""Stages that are built one from the other; what stands before them is not read."""
EMPTY = "scratch"
_NAME = re.compile(r"\$\{?(\w+)\}?")


class Stage:
    """A stage. name: "" when it has none. number: from 1. base: the stage that it goes on from.

    image: what it is built from, as far as that is known; None for a base. globals: the arguments
    that stand before all stages. built_on: whether another stage goes on from this one.
    """

    def __init__(self, name: str, number: int, head: Instruction) -> None:
        self.name = name
        self.number = number
        self.start = head.start
        self.end = head.end
        self.base: Stage | None = None
        self.image: Value | None = None
        self.globals: dict[str, Value] = {}
        self.instructions: list[Instruction] = []
        self.built_on = False

    @property
    def is_open(self) -> bool:
        """Whether an image outside of the file may set variables."""
        return self.image is None or self.image.text != EMPTY

    def chain(self) -> list[Stage]:
        """Return the stages that make this one, the first one first."""
        chain: list[Stage] = [self]
        while chain[-1].base is not None and len(chain) < MOST_CHAIN:
            chain.append(chain[-1].base)
        return chain[::-1]


def stages(instructions: Sequence[Instruction], escape: str) -> list[Stage]:
    """Return the stages of a Dockerfile, in order."""
    found: list[Stage] = []
    arguments: dict[str, Value] = {}
    known: dict[str, Pieces | None] = {}
    for one in instructions:
        if one.name == "FROM":
            found.append(_stage(one, found, Reader(escape, known, True), arguments))
        elif found:
            found[-1].instructions.append(one)
            found[-1].end = one.end
        elif one.name == "ARG":
            for each in Reader(escape, known, True).settings(one):
                given = by_default(each.value)
                known[each.name] = given.pieces if given is not None else None
                if each.value is not None:
                    arguments[each.name] = each.value
    return found


def _stage(
    one: Instruction, before: Sequence[Stage], reader: Reader, arguments: dict[str, Value]
) -> Stage:
    words = split(one.text, reader.escape)
    texts = [one.text[start:end] for start, end in words]
    name = texts[2] if len(texts) > 2 and texts[1].lower() == "as" else ""
    stage = Stage(name, len(before) + 1, one)
    stage.globals = dict(arguments)
    if not words:
        return stage
    image = _image(one, reader.value(one, *words[0]), arguments)
    called = (image.text or "").lower()
    stage.base = next(
        (it for it in reversed(before) if it.name and it.name.lower() == called), None
    )
    if stage.base is None:
        stage.image = image
    else:
        stage.base.built_on = True
    return stage


def _image(one: Instruction, value: Value, arguments: dict[str, Value]) -> Value:
    """Return an image with the defaults of its arguments, where these are written."""
    pieces: list[Piece] = []
    places = list(value.places)
    for piece in value.pieces:
        written = _NAME.fullmatch(one.text, *_inside(one, piece)) if piece.texts is None else None
        given = arguments.get(written[1]) if written is not None else None
        if given is not None and given.text is not None and given.text == piece.default:
            pieces += given.pieces
            places += given.places
        elif piece.texts is None and piece.default is not None:
            pieces.append(Piece((piece.default,), piece.start, piece.end))
        else:
            pieces.append(piece)
    return Value(tuple(pieces), value.span, tuple(places))


def _inside(one: Instruction, piece: Piece) -> tuple[int, int]:
    """Return where a piece of the file stands in the text of its instruction."""
    for chunk, start in zip(one.chunks, one.starts, strict=True):
        if chunk.start <= piece.start and piece.end <= chunk.end:
            return start + piece.start - chunk.start, start + piece.end - chunk.start
    return 0, 0


def by_default(value: Value | None) -> Value | None:
    """Return a value that whoever builds the image can change: unknown, with a default."""
    if value is None:
        return None
    pieces = tuple(_doubtful(piece) for piece in value.pieces)
    return Value(pieces or (Piece(None, -1, -1, False, ""),), value.span, value.places)


def _doubtful(piece: Piece) -> Piece:
    if piece.texts is None:
        return piece
    return Piece(None, piece.start, piece.end, piece.exact, piece.texts[0])


def variable(setting: Setting, value: Value, removal: Edit | None) -> Variable:
    """Return a variable of a stage."""
    return Variable(setting.name, value, setting.name_span, removal)

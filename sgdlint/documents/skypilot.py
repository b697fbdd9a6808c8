"""Launches in SkyPilot tasks: `setup` and `run`, each a script of its own on the machines.

Variables of `envs` may be given anew when a task is launched, so that they are only what they hold
by default. Source: SkyPilot documentation, "SkyPilot YAML".
"""

from __future__ import annotations

import re

from sgdlint.documents.assemble import Script, Value, Variable, made
from sgdlint.documents.document import Document, of_yaml
from sgdlint.documents.region import CONTAINER, ELSEWHERE, Granted, Noted, Region
from sgdlint.documents.yaml_tree import Mapping, Node, Scalar, at
from sgdlint.documents.yaml_values import comments, value_of
from sgdlint.shell.sourcing import SECRET
from sgdlint.shell.values import Piece
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgdlint.source import Source

_ACCELERATORS = re.compile(r"(?P<gpu>[A-Za-z][\w-]*)(?::(?P<count>\d+))?")
_IMAGE = "docker:"


def read(source: Source) -> Document:
    """Read the tasks of a file."""
    return of_yaml(source, lambda roots: _read(roots, source))


def _read(roots: list[Node], source: Source) -> Document:
    found = regions(roots, source.text)
    return Document(tuple(found), tuple(comments(source.text, roots)))


def regions(roots: list[Node], source: str) -> list[Region]:
    """Return the scripts of all tasks."""
    return [_region(root, source) for root in roots if is_task(root)]


def is_task(root: Node) -> bool:
    """Whether a document is a task that runs something."""
    return isinstance(at(root, "run"), Scalar) and at(root, "resources") is not None


def _region(root: Node, source: str) -> Region:
    script = Script()
    granted = _granted(root, script, source)
    for variable in _variables(root):
        script.export(variable)
    setup, run = at(root, "setup"), at(root, "run")
    if isinstance(setup, Scalar) and setup.tag != "null":
        script.add(made("(\n"))
        script.shell(value_of(setup, source))
        script.add(made("\n)\n"))
    if isinstance(run, Scalar):
        script.shell(value_of(run, source))
    around = Span(root.start, root.end)
    return script.region(around, granted, "it may be given anew when the task is launched")


def _variables(root: Node) -> Iterator[Variable]:
    for key in ("envs", "secrets"):
        listed = at(root, key)
        for _, name, node in listed.entries() if isinstance(listed, Mapping) else ():
            if not name.value.isidentifier() or not isinstance(node, Scalar):
                continue
            is_plain = key == "envs" and node.tag == "str" and not re.search(SECRET, name.value)
            known = node.value if is_plain else None
            piece = Piece(None, node.start, node.end, False, known)
            span = Span(node.start, node.end)
            yield Variable(name.value, Value((piece,), span), Span(name.start, name.end))


def _granted(root: Node, script: Script, source: str) -> Granted:
    image, gpus, gpu = at(root, "resources", "image_id"), None, None
    noted = None
    is_image = isinstance(image, Scalar) and image.value.startswith(_IMAGE)
    if is_image and isinstance(image, Scalar):
        noted = script.note("image_id", _part(image, source, len(_IMAGE), len(image.value)))
    asked = at(root, "resources", "accelerators")
    match = _ACCELERATORS.fullmatch(asked.value) if isinstance(asked, Scalar) else None
    if isinstance(asked, Scalar) and match is not None:
        gpu = script.note("accelerators", _part(asked, source, *match.span("gpu")))
        gpus = _count(match, asked, script, source)
    name = at(root, "name")
    called = f"task {name.value}" if isinstance(name, Scalar) else "the task"
    return Granted(called, CONTAINER if is_image else ELSEWHERE, noted, gpus, gpu)


def _count(
    match: re.Match[str], asked: Scalar, script: Script, source: str
) -> tuple[int, Noted] | None:
    noted = script.note("accelerators", value_of(asked, source))
    return None if noted is None else (int(match["count"] or 1), noted)


def _part(node: Scalar, source: str, start: int, end: int) -> Value:
    """Return some characters of a scalar that is written in one piece, else all that is known."""
    value = value_of(node, source)
    [piece, *more] = value.pieces
    text = node.value[start:end]
    if more or not piece.exact:
        return Value((Piece((text,), node.start, node.end),), value.span)
    place = (piece.start + start, piece.start + end)
    return Value((Piece((text,), *place, True),), Span(*place), value.places)

"""A job of a continuous-integration service as one script: its steps, one after the other.

Each step is a shell of its own, with the variables of the job and its own. What is installed in one
step is there in the next ones.
"""

from __future__ import annotations

import re

from sgdlint.documents.assemble import Script, Value, Variable, made
from sgdlint.documents.ci_read import entries
from sgdlint.documents.installs import upgrades
from sgdlint.documents.region import CONTAINER, ELSEWHERE, Granted
from sgdlint.documents.yaml_tree import Mapping, Scalar
from sgdlint.documents.yaml_values import value_of
from sgdlint.documents.yaml_writers import removed_pair
from sgdlint.record import record
from sgdlint.shell.values import Piece
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sgdlint.documents.region import Region
    from sgdlint.documents.yaml_tree import Node

    Read = Callable[[Value], Value]

SIGNS = ("sglang", "pip", "git ", "uv ", "conda", "poetry", "pdm")
"""What stands in a step that may tell the release, or launch something."""
MENTION = "sglang"
MOST_STEPS = 200
"""Steps of one job that are read."""
MOST_JOBS = 400
"""Jobs of one file that are read."""
MOST_CHARACTERS = 1_000_000
"""Characters of the script of one job; steps that come later are not read."""
MOST_PARTS = 100_000
"""Steps, lists of them, and hundreds of characters in them that are read of one file."""
_NAMES = re.compile(r"\b([A-Za-z_]\w*)(?==|<<)")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")


class Budget:
    """How much of a file is still read: lists that are used again and again could have no end."""

    def __init__(self) -> None:
        self.left = MOST_PARTS

    def takes(self, node: Node | None) -> bool:
        """Whether one more part of the file can be read."""
        self.left -= 1 + (len(node.value) // 100 if isinstance(node, Scalar) else 0)
        return self.left >= 0


@record
class Step:
    """What one shell runs. text: None when that is no shell script; folder: where.

    may_run: the condition, None when it runs in any case. sets: a text with names of variables that
    later steps may get from it.
    """

    text: Value | None
    variables: tuple[Variable, ...] = ()
    folder: Value | None = None
    may_run: Value | None = None
    sets: str = ""


@record
class Job:
    """The steps of one machine or container. place: how it is called. image: of its container."""

    place: str
    span: Span
    steps: tuple[Step, ...]
    variables: tuple[Variable, ...] = ()
    image: Value | None = None
    gpus: str = ""


def region_of(job: Job, reason: str, checkout: str | None = None) -> Region | None:
    """Return a job as a script; None when it starts nothing of SGLang.

    checkout: where the files of the project are, seen from the document.
    """
    steps = [one for one in job.steps if one.text is not None]
    variables = [*job.variables, *(it for one in steps for it in one.variables)]
    values = [one.text for one in steps if one.text is not None]
    if not any(_has(value, (MENTION,)) for value in [*values, *(it.value for it in variables)]):
        return None
    script = Script()
    noted = script.note("image", job.image) if job.image is not None else None
    for variable in job.variables:
        script.export(variable)
    given = any(_has(it.value, SIGNS) for it in variables)
    for step in job.steps[:MOST_STEPS]:
        if script.length > MOST_CHARACTERS:
            break
        if step.text is not None and (given or _has(step.text, SIGNS)):
            _put(script, step)
        for name in dict.fromkeys(_NAMES.findall(step.sets)):
            script.add(made(f"export {name}='"), Piece(None, -1, -1), made("'\n"))
    runs = CONTAINER if job.image is not None else ELSEWHERE
    noted = None if any(upgrades(it) for one in steps for it in _known(one)) else noted
    return script.region(
        job.span, Granted(job.place, runs, noted, is_open=True, checkout=checkout), reason
    )


def _known(step: Step) -> list[str]:
    """Return what is known of the text of a step."""
    return [] if step.text is None else [it.texts[0] for it in step.text.pieces if it.texts]


def _has(value: Value, signs: tuple[str, ...]) -> bool:
    texts = [piece.texts[0] if piece.texts else piece.default or "" for piece in value.pieces]
    return any(sign in text for text in texts for sign in signs)


def _put(script: Script, step: Step) -> None:
    """Put in a step as a shell of its own."""
    if step.text is None:
        return
    if step.may_run is not None:
        place = step.may_run.span.start
        script.add(Piece(("if ",), place, place))
        script.word(step.may_run)
        script.add(made("; then "))
    script.add(made("(\n"))
    for variable in step.variables:
        script.export(variable)
    if step.folder is not None:
        script.add(made("cd "))
        script.word(step.folder)
        script.add(made("\n"))
    script.shell(step.text, inline=True)
    script.add(made("\n)\n" if step.may_run is None else "\n)\nfi\n"))


def joined(values: list[Value]) -> Value | None:
    """Return texts that one shell reads, each on lines of its own."""
    if not values:
        return None
    pieces: list[Piece] = []
    for value in values:
        pieces += [*value.pieces, made("\n")]
    places = tuple(place for value in values for place in value.places)
    return Value(tuple(pieces[:-1]), values[0].span, places)


def variables_of(node: Node | None, source: str, read: Read) -> Iterator[Variable]:
    """Yield the variables of a mapping; a value that is no text is not known."""
    if not isinstance(node, Mapping):
        return
    for owner, key, value in entries(node):
        if not _IDENTIFIER.fullmatch(key.value):
            continue
        if isinstance(value, Scalar):
            given = read(value_of(value, source)) if value.tag != "null" else nothing(value)
        else:
            given = Value((Piece(None, value.start, value.end),), Span(value.start, value.end))
        removal = removed_pair(owner, key, value, source)
        yield Variable(key.value, given, Span(key.start, key.end), removal)


def nothing(node: Node) -> Value:
    """Return the empty text, where a node stands."""
    return Value((), Span(node.start, node.start))


def unknown(name: str, node: Node) -> Variable:
    """Return a variable whose value is not known here."""
    span = Span(node.start, node.end)
    return Variable(name, Value((Piece(None, node.start, node.end),), span), Span(-1, -1))

"""Launches in container definitions of clouds: ECS, AWS Batch, SageMaker, Vertex AI; JSON and YAML.

Each names the parts of a container in its own way, and runs them as Docker does: the entry point,
then the command. What CloudFormation and templates put in (`!Ref`, `${…}`, `Ref::x`) is unknown.
Sources: the API references of these services, "ContainerDefinition", "ContainerProperties",
"AlgorithmSpecification", "ContainerSpec".
"""

from __future__ import annotations

import re

from sgdlint.documents.assemble import Script, Value, Variable
from sgdlint.documents.containers import is_script, run_by_image
from sgdlint.documents.document import Document, not_yaml
from sgdlint.documents.region import CONTAINER, Granted, Noted, Region
from sgdlint.documents.yaml_tree import (
    List,
    Mapping,
    Node,
    Scalar,
    YamlError,
    documents,
    items_of,
    text_of,
)
from sgdlint.documents.yaml_values import comments, value_of, walk
from sgdlint.documents.yaml_writers import YamlList
from sgdlint.record import replace
from sgdlint.shell.values import Piece
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.documents.region import ListWriter
    from sgdlint.source import Source

IMAGES = ("image", "Image", "imageUri", "ImageUri", "TrainingImage")
ENTRIES = ("entryPoint", "EntryPoint", "entrypoint", "ContainerEntrypoint")
WORDS = ("command", "Command", "args", "Args", "ContainerArguments")
VARIABLES = ("environment", "Environment", "env")
SECRETS = ("secrets", "Secrets")
REQUIREMENTS = ("resourceRequirements", "ResourceRequirements")
PLAIN_TAGS = ("str", "int", "float", "bool", "timestamp")
PARAMETER = "Ref::"
"""What begins a parameter of a job of AWS Batch."""
_FILLED = re.compile(r"Ref::\w+|\$\{[^}]*\}")


def read(source: Source) -> Document:
    """Read a file with container definitions."""
    try:
        roots = documents(source.text)
    except YamlError as error:
        return not_yaml(error)
    regions = [
        region
        for root in roots
        for _, node in walk(root)
        if isinstance(node, Mapping) and (region := _region(node, source)) is not None
    ]
    notes = () if source.path.endswith(".json") else tuple(comments(source.text, roots))
    return Document(tuple(regions), notes)


def _region(node: Mapping, source: Source) -> Region | None:
    """Return the script of a container; None for what is none."""
    words = [word for key in (*ENTRIES, *WORDS) for word in _words(node.get(key), source)]
    image = _first(node, IMAGES)
    if not words or not isinstance(image, Scalar):
        return None
    script = Script()
    noted = script.note("image", _value(image, source)) if _is_plain(image) else None
    gpus = _gpus(node, source, script)
    for variable in _variables(node, source):
        script.export(variable)
    values = [value for value, _ in words]
    if is_script(values):
        is_open = PARAMETER in (values[2].text or "")
        script.shell(_unknown(values[2]) if is_open else values[2])
    else:
        if _first(node, ENTRIES) is None:
            run_by_image(script, noted, values[0])
        script.words([_filled(value) for value in values], [writer for _, writer in words])
    name = text_of(_first(node, ("name", "Name")))
    place = f"container {name}" if name else "the container"
    granted = Granted(place, CONTAINER, noted, gpus)
    return script.region(Span(node.start, node.end), granted, "it is filled in at deployment")


def _first(node: Mapping, keys: Sequence[str]) -> Node | None:
    return next((found for key in keys if (found := node.get(key)) is not None), None)


def _is_plain(node: Node | None) -> bool:
    """Whether a value is its text, and no function of CloudFormation."""
    return isinstance(node, Scalar) and node.tag in PLAIN_TAGS


def _words(node: Node | None, source: Source) -> Iterator[tuple[Value, tuple[ListWriter, int]]]:
    if isinstance(node, List):
        writer = YamlList(node, source.text, source.path.endswith(".json"))
        for index, item in enumerate(node.items):
            if isinstance(item, Scalar) and _is_plain(item):
                yield _value(item, source), (writer, index)
            else:
                span = Span(item.start, item.end)
                yield Value((), span, many=True), (writer, index)


def _value(node: Scalar, source: Source) -> Value:
    return value_of(node, source.text)


def _filled(value: Value) -> Value:
    """Return a word; one that something is put into is not known."""
    if value.many or _FILLED.search(value.text or "") is None:
        return value
    return _unknown(value)


def _unknown(value: Value) -> Value:
    return replace(value, pieces=(Piece(None, value.span.start, value.span.end),))


def _variables(node: Mapping, source: Source) -> Iterator[Variable]:
    listed = _first(node, VARIABLES)
    pairs = [
        (_name(item), _first(item, ("value", "Value")))
        for item in items_of(listed)
        if isinstance(item, Mapping)
    ]
    if isinstance(listed, Mapping):
        pairs += [(key, value) for _, key, value in listed.entries()]
    pairs += [
        (_name(item), None) for item in items_of(_first(node, SECRETS)) if isinstance(item, Mapping)
    ]
    for name, value in pairs:
        if isinstance(name, Scalar) and name.value.isidentifier():
            span = Span(name.start, name.end)
            unknown = Value((Piece(None, name.start, name.end),), span)
            is_plain = isinstance(value, Scalar) and _is_plain(value)
            given = _filled(_value(value, source)) if isinstance(value, Scalar) else unknown
            yield Variable(name.value, given if is_plain else unknown, span)


def _name(item: Mapping) -> Node | None:
    return _first(item, ("name", "Name"))


def _gpus(node: Mapping, source: Source, script: Script) -> tuple[int, Noted] | None:
    """Return the GPUs that ECS or Batch gives to a container."""
    for item in items_of(_first(node, REQUIREMENTS)):
        kind, value = (
            _first(item, keys) if isinstance(item, Mapping) else None
            for keys in (("type", "Type"), ("value", "Value"))
        )
        is_count = isinstance(value, Scalar) and value.value.isdecimal()
        if text_of(kind) == "GPU" and isinstance(value, Scalar) and is_count:
            noted = script.note("GPU", _value(value, source))
            return None if noted is None else (int(value.value), noted)
    return None

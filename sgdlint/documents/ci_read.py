"""Reads the YAML files of continuous-integration services."""

from __future__ import annotations

from sgdlint.documents.document import Document, not_yaml
from sgdlint.documents.yaml_tree import MERGE, Mapping, Scalar, YamlError, documents
from sgdlint.documents.yaml_values import comments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sgdlint.documents.region import Region
    from sgdlint.documents.yaml_tree import Node
    from sgdlint.source import Source

    Regions = Callable[[Mapping, str], Iterable[Region | None]]


def read_yaml(source: Source, regions: Regions) -> Document:
    """Read a file. regions: returns the scripts of one of its documents."""
    try:
        roots = documents(source.text)
    except YamlError as error:
        return not_yaml(error)
    found = [
        region
        for root in roots
        if isinstance(root, Mapping)
        for region in regions(root, source.text)
        if region is not None
    ]
    return Document(tuple(found), tuple(comments(source.text, roots)))


def entries(mapping: Mapping) -> list[tuple[Mapping, Scalar, Node]]:
    """Return each key once with the value that counts, and the mapping that it stands in."""
    found: dict[str, tuple[Mapping, Scalar, Node]] = {}
    seen: set[int] = set()
    waiting = [mapping]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        own = {key.value: (one, key, value) for key, value in one.pairs if isinstance(key, Scalar)}
        for name, entry in own.items():
            if name != MERGE or entry[1].style:
                found.setdefault(name, entry)
        waiting += reversed(list(one.merges()))
    return list(found.values())

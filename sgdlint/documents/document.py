"""What is read of a file that is no shell script: the scripts in it, and its comments."""

from __future__ import annotations

from importlib import import_module

from sgdlint.documents.kinds import READERS
from sgdlint.record import record
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sgdlint.documents.region import Region
    from sgdlint.documents.yaml_tree import Node, YamlError
    from sgdlint.source import Source

    Reader = Callable[[Source], "Document"]


@record
class Unread:
    """A part of a file that may hold a launch and could not be read. message: why, for the user."""

    span: Span
    message: str


@record
class Document:
    """What is read of a file. comments: those of the file's own language, for directives.

    regions: the scripts in it, in the order of the file. unread: what could not be read.
    parts: what a directive above its first line covers as a whole. is_page: one part of it may
    tell the release of another one.
    """

    regions: tuple[Region, ...] = ()
    comments: tuple[Span, ...] = ()
    unread: tuple[Unread, ...] = ()
    parts: tuple[Span, ...] = ()
    is_page: bool = False


def not_yaml(error: YamlError) -> Document:
    """Return what is said of a file that cannot be read as YAML."""
    place = max(0, error.offset)
    return Document(unread=(Unread(Span(place, place), f"not YAML: {error}"),))


def of_yaml(source: Source, read: Callable[[list[Node]], Document]) -> Document:
    """Read a file as YAML, or as a template of Helm where it has the marks of one."""
    if "{{" in source.text:
        from sgdlint.documents import helm

        return helm.read(source)
    from sgdlint.documents.yaml_tree import YamlError, documents

    try:
        roots = documents(source.text)
    except YamlError as error:
        return not_yaml(error)
    return read(roots)


def read(source: Source, kind: str) -> Document:
    """Read a file as a kind of document. Never raises for what stands in it."""
    reader: Reader = import_module(f"sgdlint.documents.{READERS[kind]}").read
    return reader(source)

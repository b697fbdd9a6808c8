"""Launches in Compose files: the command of each service, as Compose hands it to a container.

Compose puts variables in first, then splits strings into words; `entrypoint` and `command` are one
list of words. What a variable holds is not certain: `.env` and defaults say what it has when
nothing around says otherwise.

Sources: Compose specification, "Services" and "Interpolation"; compose-go.
"""

from __future__ import annotations

from sgdlint.documents.assemble import Script, Value, made, with_defaults
from sgdlint.documents.compose_around import no_init, ports_of, small_shm
from sgdlint.documents.compose_gpus import gpus_of, same_gpus
from sgdlint.documents.compose_service import Service, services
from sgdlint.documents.compose_values import Project
from sgdlint.documents.compose_variables import Variables
from sgdlint.documents.containers import is_script, run_by_image
from sgdlint.documents.document import Document, of_yaml
from sgdlint.documents.region import CONTAINER, Granted, Region
from sgdlint.documents.shellwords import Splitter
from sgdlint.documents.yaml_tree import List, Node, Scalar
from sgdlint.documents.yaml_values import comments
from sgdlint.record import record, replace
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.documents.document import Unread
    from sgdlint.documents.region import ListWriter
    from sgdlint.source import Source


def read(source: Source) -> Document:
    """Read a Compose file."""
    return of_yaml(source, lambda roots: _read(roots, source))


def _read(roots: list[Node], source: Source) -> Document:
    found, refused = regions(roots, source)
    return Document(tuple(found), tuple(comments(source.text, roots)), tuple(refused))


def regions(roots: Sequence[Node], source: Source) -> tuple[list[Region], list[Unread]]:
    """Return the scripts of all services of a file, and the first thing that Compose refuses."""
    project = Project(source)
    found = services(roots)
    scripts = [_region(service, project, found) for service in found]
    return [one for one in scripts if one is not None], project.refused[:1]


@record
class _Words:
    """A part of what a service runs: items of a list, or a string that is split."""

    node: Node
    values: tuple[Value, ...]
    writers: tuple[tuple[ListWriter, int], ...] = ()

    @property
    def is_list(self) -> bool:
        """Whether each value is one word."""
        return isinstance(self.node, List)


def _region(service: Service, project: Project, all_services: Sequence[Service]) -> Region | None:
    """Return the script of a service; None when it runs nothing that is written here."""
    entrypoint = _words(service.get("entrypoint"), project)
    command = _words(service.get("command"), project)
    parts = [part for part in (entrypoint, command) if part is not None and part.values]
    if not parts:
        return None
    script = Script()
    granted = _granted(service, project, script, all_services)
    variables = Variables(service, project, all_services)
    for variable in variables.all():
        script.export(variable)
    if entrypoint is None:
        run_by_image(script, granted.image, parts[0].values[0])
    _run(script, parts, project)
    around = Span(service.start, service.end)
    return script.region(around, granted, "Compose puts it in", variables.add)


def _words(node: Node | None, project: Project) -> _Words | None:
    """Return the words of `entrypoint` or `command`; None when it leaves them to the image."""
    if isinstance(node, List):
        writer = project.list_writer(node)
        items = [(item, n) for n, item in enumerate(node.items) if isinstance(item, Scalar)]
        values = tuple(replace(project.value(item), many=node.may_vary(n)) for item, n in items)
        return _Words(node, values, tuple((writer, n) for _, n in items))
    if isinstance(node, Scalar) and node.tag != "null":
        return _Words(node, (project.value(node),) if node.value.strip() else ())
    return None


def _run(script: Script, parts: Sequence[_Words], project: Project) -> None:
    if all(part.is_list for part in parts):
        values = [value for part in parts for value in part.values]
        writers = [writer for part in parts for writer in part.writers]
        if is_script(values):
            script.shell(values[2])
        else:
            script.words(values, writers)
        return
    for number, part in enumerate(parts):
        if number:
            script.add(made(" "))
        if part.is_list:
            script.words(part.values, part.writers)
        else:
            _split(script, part, project)


def _split(script: Script, part: _Words, project: Project) -> None:
    """Put in a string that Compose splits into words."""
    [value] = part.values
    split = Splitter(value.pieces)
    script.loose += [script.length + offset for offset in split.loose]
    script.add(*split.pieces)
    if isinstance(part.node, Scalar):
        script.places.append(project.place_of_words(part.node, split.breaks))


def _granted(
    service: Service, project: Project, script: Script, others: Sequence[Service]
) -> Granted:
    image = service.get("image")
    noted = None
    if isinstance(image, Scalar):
        noted = script.note("image", with_defaults(project.value(image)))
    gpus = gpus_of(service, project)
    count = script.note(gpus.label, gpus.value) if gpus is not None else None
    return Granted(
        f"service {service.name}",
        CONTAINER,
        noted,
        (gpus.count, count) if gpus is not None and count is not None else None,
        ports=ports_of(service, project, script),
        small_shm=small_shm(service, project),
        no_init=no_init(service),
        same_gpus=same_gpus(service, others, project),
    )

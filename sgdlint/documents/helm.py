"""Launches in templated YAML: charts of Helm, and other files with `{{ … }}` in them.

A file is read as the Kubernetes resource or the Compose file that it becomes.
"""

from __future__ import annotations

from functools import partial

from sgdlint.documents import compose, kubernetes, skypilot
from sgdlint.documents.document import Document, Unread, not_yaml
from sgdlint.documents.templated import Template
from sgdlint.documents.yaml_tree import Mapping, YamlError, at
from sgdlint.documents.yaml_values import comments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.documents.region import Region
    from sgdlint.documents.yaml_tree import Node
    from sgdlint.source import Source


def read(source: Source) -> Document:
    """Read a templated file."""
    template = Template(source)
    try:
        roots = template.roots()
    except YamlError as error:
        return not_yaml(error)
    found, refused = _regions(roots, source)
    for region in found:
        region.guard = partial(template.guard, around=region.around)
        region.reason = "a template fills it in"
    notes = [one for one in comments(source.text, roots) if not template.is_inside(one)]
    return Document(tuple(found), tuple(notes), tuple(refused))


def _regions(roots: list[Node], source: Source) -> tuple[list[Region], list[Unread]]:
    if any(isinstance(at(root, "services"), Mapping) for root in roots):
        return compose.regions(roots, source)
    if any(map(skypilot.is_task, roots)):
        return skypilot.regions(roots, source.text), []
    return kubernetes.regions(roots, source), []

"""Words and variables of Kubernetes containers that YAML reads as numbers or booleans, not as text.

The API takes text alone for `command`, `args` and the `value` of a variable, and refuses the whole
manifest otherwise ("cannot unmarshal number into Go struct field Container.args of type string").
Source: Kubernetes API reference, Container v1 core and EnvVar v1 core.
"""

from __future__ import annotations

from sgdlint.finding import Edit, Fix
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeGuard

    from sgdlint.documents.yaml_tree import Node, Scalar
    from sgdlint.finding import Finding
    from sgdlint.rules.engine import Engine
    from sgdlint.scripts import Scripts

MOST = 20
"""Values of one file that are told."""
TYPES = {"int": "a number", "float": "a number", "bool": "a boolean"}
"""Tags of what is no text. Null is taken, as text that is empty or a variable that is not given."""
BOOLEANS = ("true", "false")
"""What every reader of YAML takes for a boolean; of `yes`, `on` and their like some take text."""


def findings(read: Scripts, engine: Engine) -> list[Finding]:
    """Return what is found in a file that was read as manifests; nothing for any other."""
    from sgdlint.documents.yaml_tree import last_read

    regions = [one.region.around for one in read.all if one.region is not None and one.found]
    told: list[Finding] = []
    for root in last_read(read.source.text) if regions else ():
        for key, value in _of_pods(root):
            span = Span(value.start, value.end)
            if len(told) < MOST and any(around.overlaps(span) for around in regions):
                fields = {"key": key, "written": value.value, "type": TYPES[value.tag]}
                edit = Edit(span, f'"{value.value}"')
                fix = Fix("write it as text", "safe", (edit,))
                told += engine.plain("not-text", span, fields, fix)
    return told


def _of_pods(root: Node) -> Iterator[tuple[str, Scalar]]:
    """Yield what is no text in the containers of a resource of Kubernetes' own, and its key."""
    from sgdlint.documents.kubernetes import POD_KINDS, is_manifest
    from sgdlint.documents.yaml_tree import Mapping, at, items_of, text_of
    from sgdlint.documents.yaml_values import walk

    own = False
    for path, node in walk(root):
        if not isinstance(node, Mapping):
            continue
        if is_manifest(node):  # one of a List, too
            own = text_of(node.get("kind")) in POD_KINDS
        if not own or path[-1:] not in (("containers",), ("initContainers",)):
            continue
        for key in ("command", "args"):
            yield from ((key, one) for one in items_of(node.get(key)) if _is_no_text(one))
        for item in items_of(node.get("env")):
            value = at(item, "value")
            if _is_no_text(value):
                yield "value", value


def _is_no_text(node: Node | None) -> TypeGuard[Scalar]:
    """Whether a scalar is certainly a number or a boolean; a template may put quotes around it."""
    from sgdlint.documents.yaml_tree import Scalar

    if not isinstance(node, Scalar) or node.style or node.tag not in TYPES:
        return False
    if node.tag == "bool" and node.value.lower() not in BOOLEANS:
        return False
    return node.end - node.start == len(node.value) and ":" not in node.value

"""Keys that stand twice in a YAML mapping which decides a launch: only one of them counts.

YAML forbids it. Loaders that take it (Kubernetes without strict validation, PyYAML, Ruby) let the
last one count; others (Compose, GitHub, Kustomize, Kubernetes' strict validation) refuse the file.
"""

from __future__ import annotations

from sgdlint.finding import Related
from sgdlint.record import record, replace
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.documents.yaml_tree import Mapping, Scalar
    from sgdlint.finding import Finding
    from sgdlint.rules.engine import Engine
    from sgdlint.scripts import Scripts

MOST = 20
"""Keys of one file that are told."""


@record
class _Repeated:
    """A key that stands again in a mapping: its name, where, and where it stands first."""

    name: str
    again: Span
    first: Span


def findings(read: Scripts, engine: Engine) -> list[Finding]:
    """Return what is found in a file that was read as YAML; nothing for any other."""
    from sgdlint.documents.yaml_tree import Mapping, last_read
    from sgdlint.documents.yaml_values import walk

    regions = [one.region.around for one in read.all if one.region is not None and one.found]
    found: list[_Repeated] = []
    for root in last_read(read.source.text) if regions else ():
        for _, node in walk(root):
            if isinstance(node, Mapping) and len(found) < MOST:
                found += _in_mapping(node, regions)
    return [told for one in found for told in _told(one, read, engine)]


def _told(one: _Repeated, read: Scripts, engine: Engine) -> list[Finding]:
    line, _ = read.source.location(one.first.start)
    fields = {"key": one.name, "first": str(line)}
    related = (Related(one.first, "the first one"),)
    told = engine.plain("repeated-key", one.again, fields, None)
    return [replace(finding, related=related) for finding in told]


def _in_mapping(node: Mapping, regions: Sequence[Span]) -> Iterator[_Repeated]:
    """Yield the keys that decide something about a launch in one of the regions."""
    if not any(region.overlaps(Span(node.start, node.end)) for region in regions):
        return
    for key in node.repeated():
        first = node.key(key.value)
        if first is not None and _decides(node, key, regions):
            yield _Repeated(key.value, Span(key.start, key.end), Span(first.start, first.end))


def _decides(node: Mapping, key: Scalar, regions: Sequence[Span]) -> bool:
    """Whether a mapping belongs to a region, or one of the values of a key holds a region."""
    if any(region.start <= node.start and node.end <= region.end for region in regions):
        return True
    values = [value for name, value in node.pairs if getattr(name, "value", None) == key.value]
    return any(
        one.start <= region.start and region.end <= one.end for one in values for region in regions
    )

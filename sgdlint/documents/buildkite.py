r"""Launches in Buildkite pipelines: `command` of each step, which runs on a machine of its own.

Source: Buildkite, "Command step" and "Environment variables": `$NAME` and `${NAME:-x}` are put in
when the pipeline is uploaded, `$$` and `\$` stand for a `$` that the shell gets.
"""

from __future__ import annotations

import re

from sgdlint.documents.assemble import Value
from sgdlint.documents.ci_expressions import Meant, opened
from sgdlint.documents.ci_jobs import MOST_JOBS, Job, Step, joined, region_of, unknown, variables_of
from sgdlint.documents.ci_read import entries, read_yaml
from sgdlint.documents.yaml_tree import List, Mapping, Node, Scalar, at, items_of, text_of
from sgdlint.documents.yaml_values import value_of
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgdlint.documents.document import Document
    from sgdlint.documents.region import Region
    from sgdlint.source import Source

REASON = "Buildkite fills it in when the pipeline is uploaded"
VARIABLE = re.compile(r"\$\$|\\\$|\$[A-Za-z_]\w*|\$\{[A-Za-z_][^}]*\}|\{\{\s*matrix[\w.]*\s*\}\}")
_DEFAULT = re.compile(r"\$\{\w+:?-([^$\"'\\}]*)\}")
_PLUGIN = re.compile(r"(?:.*/)?docker(?:-buildkite-plugin)?(?:#.*)?")


def read(source: Source) -> Document:
    """Read a pipeline."""
    return read_yaml(source, _regions)


def _regions(root: Mapping, source: str) -> Iterator[Region | None]:
    steps = [
        it for one in items_of(root.get("steps")) for it in (items_of(at(one, "steps")) or [one])
    ]
    for step in steps[:MOST_JOBS]:
        if isinstance(step, Mapping):
            yield _region(step, root.get("env"), source)


def _region(step: Mapping, env: Node | None, source: str) -> Region | None:
    command = step.get("command") or step.get("commands")
    parts = items_of(command) if isinstance(command, List) else [command]
    nodes = [it for it in parts if isinstance(it, Scalar)]
    variables = [it for one in (env, step.get("env")) for it in variables_of(one, source, _opened)]
    image = _image(step)
    name = text_of(step.get("label")) or text_of(step.get("name")) or text_of(step.get("key"))
    if image is not None:  # which of them get into the container is said elsewhere
        variables = [unknown(one.name, image) for one in variables]
    text = joined([_opened(value_of(it, source)) for it in nodes])
    job = Job(
        f"step {name}" if name else "a step",
        Span(step.start, step.end),
        (Step(text),),
        tuple(variables),
        _opened(value_of(image, source)) if image is not None else None,
    )
    return region_of(job, REASON, "..")


def _image(step: Mapping) -> Scalar | None:
    """Return the image of the plugin that runs the step in a container."""
    plugins = step.get("plugins")
    for one in plugins.items if isinstance(plugins, List) else [plugins]:
        for _, key, value in entries(one) if isinstance(one, Mapping) else ():
            image = at(value, "image")
            if _PLUGIN.fullmatch(key.value) and isinstance(image, Scalar):
                return image
    return None


def _opened(value: Value) -> Value:
    return opened(value, VARIABLE, _meaning)


def _meaning(found: re.Match[str]) -> Meant:
    if found[0] in ("$$", "\\$"):
        return Meant("$")
    default = _DEFAULT.fullmatch(found[0])
    return Meant(default=default[1] if default is not None else None)

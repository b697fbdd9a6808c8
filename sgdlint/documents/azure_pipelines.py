"""Launches in Azure Pipelines: `script` and `bash` steps, wherever a list of steps stands.

Source: Microsoft, "YAML schema reference" and "Define variables": `$(name)` and `${{ … }}` are put
in before a shell reads the text; variables are in the environment in capitals.
"""

from __future__ import annotations

import re

from sgdlint.documents.assemble import Value, Variable
from sgdlint.documents.ci_expressions import Meant, opened
from sgdlint.documents.ci_jobs import MOST_JOBS, Budget, Job, Step, region_of, variables_of
from sgdlint.documents.ci_read import entries, read_yaml
from sgdlint.documents.github_actions import EXPRESSION
from sgdlint.documents.yaml_tree import List, Mapping, Node, Scalar, at, items_of, text_of
from sgdlint.documents.yaml_values import value_of, walk
from sgdlint.record import replace
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgdlint.documents.document import Document
    from sgdlint.documents.region import Region
    from sgdlint.source import Source

REASON = "Azure fills it in when the job runs"
MACRO = re.compile(rf"\$\([A-Za-z][\w.]*\)|{EXPRESSION.pattern}|\$\[[^\]]*\]")
PARAMETER = re.compile(r"\$\{\{\s*parameters\.(\w+)\s*\}\}")
SETS = re.compile(r"task\.setvariable\s+variable=(\w+)")
MOST_NESTED = 10
"""Template expressions inside each other."""
TASKS = ("bash@3", "cmdline@2")
"""Tasks that run a text for a shell."""


def read(source: Source) -> Document:
    """Read a pipeline, or a template of one."""
    return read_yaml(source, _regions)


def _regions(root: Mapping, source: str) -> Iterator[Region | None]:
    pipeline = _Pipeline(root, source)
    above: list[Mapping] = []
    count = 0
    for _, node in walk(root):
        if not isinstance(node, Mapping):
            continue
        above = [one for one in above if one.start <= node.start and node.end <= one.end]
        above.append(node)
        steps = node.get("steps")
        if isinstance(steps, List) and count < MOST_JOBS:
            count += 1
            yield pipeline.region(node, steps, above)


class _Pipeline:
    """A pipeline with the defaults of its parameters."""

    def __init__(self, root: Mapping, source: str) -> None:
        self.root = root
        self.source = source
        self.budget = Budget()
        parameters = root.get("parameters")
        self.defaults = {
            text_of(at(one, "name")): text_of(at(one, "default")) for one in items_of(parameters)
        }

    def region(self, job: Mapping, steps: List, above: list[Mapping]) -> Region | None:
        """Return the script of a list of steps; above: what it stands in, the outermost first."""
        names = (one.get(key) for one in above[::-1] for key in ("job", "deployment"))
        name = next((it for it in map(text_of, names) if it), "")
        windows = _is_windows(above)
        variables = tuple(it for one in above for it in self._variables(one.get("variables")))
        image = next((it for it in (one.get("container") for one in above[::-1]) if it), None)
        found = self._image(image)
        done = tuple(self._steps(steps, windows, 0, None))
        place = f"job {name}" if name else "the steps"
        return region_of(Job(place, Span(job.start, job.end), done, variables, found), REASON)

    def _read(self, value: Value) -> Value:
        def meaning(found: re.Match[str]) -> Meant:
            named = PARAMETER.fullmatch(found[0])
            return Meant(default=self.defaults.get(named[1]) if named is not None else None)

        return opened(value, MACRO, meaning)

    def _variables(self, node: Node | None) -> Iterator[Variable]:
        """Yield variables; whoever starts the pipeline may give others."""
        found = list(variables_of(node, self.source, self._read))
        for one in items_of(node):
            name, value = at(one, "name"), at(one, "value")
            if isinstance(name, Scalar) and isinstance(value, Scalar):
                span = Span(name.start, name.end)
                given = self._read(value_of(value, self.source))
                found.append(Variable(name.value.replace(".", "_"), given, span))
        for each in found:
            if each.name.isidentifier():
                called = each.name.upper()
                span = each.name_span if called == each.name else Span(-1, -1)
                yield replace(each, name=called, name_span=span)

    def _image(self, node: Node | None) -> Value | None:
        if isinstance(node, Scalar):
            for one in items_of(at(self.root, "resources", "containers")):
                if text_of(at(one, "container")) == node.value:
                    node = at(one, "image")
                    break
        else:
            node = at(node, "image")
        return self._read(value_of(node, self.source)) if isinstance(node, Scalar) else None

    def _steps(
        self, steps: Node | None, windows: bool, depth: int, may_run: Value | None
    ) -> Iterator[Step]:
        for item in items_of(steps) if depth < MOST_NESTED else ():
            if not isinstance(item, Mapping) or not self.budget.takes(_text(item, windows)):
                continue
            inserted = [(key, it) for _, key, it in entries(item) if key.value.startswith("${{")]
            for key, inner in inserted:
                condition = may_run or value_of(key, self.source)
                yield from self._steps(inner, windows, depth + 1, condition)
            if not inserted:
                yield self._step(item, windows, may_run)

    def _step(self, item: Mapping, windows: bool, may_run: Value | None) -> Step:
        node = _text(item, windows)
        if node is None:
            return Step(None)
        condition = item.get("condition")
        if isinstance(condition, Scalar) and condition.value.strip() not in ("always()", "true"):
            may_run = may_run or value_of(condition, self.source)
        folder = item.get("workingDirectory") or at(item, "inputs", "workingDirectory")
        sets = " ".join(f"{name}=" for name in SETS.findall(node.value))
        return Step(
            self._read(value_of(node, self.source)),
            tuple(variables_of(item.get("env"), self.source, self._read)),
            self._read(value_of(folder, self.source)) if isinstance(folder, Scalar) else None,
            may_run,
            sets.upper(),
        )


def _text(item: Mapping, windows: bool) -> Scalar | None:
    """Return the text of a step that is for a shell that is read."""
    node = item.get("bash") or (None if windows else item.get("script"))
    task = (text_of(item.get("task")) or "").lower()
    if task == TASKS[0] or (task == TASKS[1] and not windows):
        node = at(item, "inputs", "script")
    return node if isinstance(node, Scalar) else None


def _is_windows(above: list[Mapping]) -> bool:
    """Whether the machine has Windows, whose `script` is none for a shell; or may have it."""
    for one in above[::-1]:
        pool = one.get("pool")
        if pool is not None:
            texts = [it.value for _, it in walk(pool) if isinstance(it, Scalar)]
            return any("win" in it.lower() or "$" in it for it in texts)
    return False

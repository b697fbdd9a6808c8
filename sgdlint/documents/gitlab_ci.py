"""Launches in GitLab CI: `before_script` and `script` are one shell, `after_script` is another.

Source: GitLab, "CI/CD YAML syntax reference": `extends` merges maps and replaces lists, `default`
counts for jobs that do not say it themselves, `!reference` takes a part of another job.
"""

from __future__ import annotations

import re

from sgdlint.documents.assemble import Value, Variable
from sgdlint.documents.ci_expressions import Meant, opened
from sgdlint.documents.ci_jobs import (
    MOST_JOBS,
    Budget,
    Job,
    Step,
    joined,
    region_of,
    unknown,
    variables_of,
)
from sgdlint.documents.ci_read import entries, read_yaml
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

REASON = "GitLab fills it in when the job runs"
INPUT = re.compile(r"\$\[\[\s*(?:inputs\.([\w-]+))?[^\]]*\]\]")
VARIABLE = re.compile(r"\$\$|\$(?:(?P<name>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)\})")
REFERENCE = "!reference"
MOST_NESTED = 10
"""Jobs that extend each other, and lists inside each other; GitLab takes no more."""
MOST_LINES = 2_000
"""Commands of one job that are read."""
NO_JOBS = (
    *("default", "include", "stages", "variables", "workflow", "image", "services", "cache"),
    *("before_script", "after_script", "spec"),
)
"""Keys at the top that are no jobs."""


def read(source: Source) -> Document:
    """Read a pipeline."""
    inputs: dict[str, str] = {}

    def regions(root: Mapping, text: str) -> Iterator[Region | None]:
        declared = at(root, "spec", "inputs")
        for _, key, value in entries(declared) if isinstance(declared, Mapping) else ():
            default = text_of(at(value, "default"))
            inputs.update({key.value: default} if default is not None else {})
        yield from _Pipeline(root, text, inputs).regions()

    return read_yaml(source, regions)


class _Pipeline:
    """One pipeline: its jobs, and what counts for all of them."""

    def __init__(self, root: Mapping, source: str, inputs: dict[str, str]) -> None:
        self.root = root
        self.source = source
        self.inputs = inputs
        self.budget = Budget()
        self.jobs = {
            key.value: value
            for _, key, value in entries(root)
            if key.value not in NO_JOBS and isinstance(value, Mapping)
        }

    def regions(self) -> Iterator[Region | None]:
        """Yield the scripts of the jobs; a hidden one counts when no job here goes on from it."""
        used = {
            name
            for job in self.jobs.values()
            for _, node in walk(job)
            if isinstance(node, Mapping | List)
            for name in _names(node)
        }
        for name, job in list(self.jobs.items())[:MOST_JOBS]:
            if not (name.startswith(".") and name in used):
                yield self._region(name, job)

    def _region(self, name: str, job: Mapping) -> Region | None:
        chain = self._chain(job)
        scripts = [self._part(chain, key) for key in ("before_script", "script")]
        lines = [it for one in scripts for it in self._lines(one, 0)][:MOST_LINES]
        after = self._lines(self._part(chain, "after_script"), 0)[:MOST_LINES]
        if any("windows" in (text_of(it) or "") for it in items_of(self._part(chain, "tags"))):
            return None
        variables = tuple(self._variables(chain))
        image = self._part(chain, "image")
        image = image if isinstance(image, Scalar) else at(image, "name")
        found = self._image(image, variables) if isinstance(image, Scalar) else None
        steps = tuple(Step(joined(part)) for part in (lines, after) if part)
        span = Span(job.start, job.end)
        return region_of(Job(f"job {name}", span, steps, variables, found), REASON, ".")

    def _chain(self, job: Mapping) -> list[Mapping]:
        """Return a job and those that it goes on from, the one that counts most first."""
        chain: list[Mapping] = []

        def add(one: Mapping, depth: int) -> None:
            if depth > MOST_NESTED or one in chain:
                return
            chain.append(one)
            for name in reversed(_extended(one)):
                other = self.jobs.get(name)
                if other is not None:
                    add(other, depth + 1)

        add(job, 0)
        return chain

    def _part(self, chain: list[Mapping], key: str) -> Node | None:
        """Return what a job has for a key; else what counts for all jobs."""
        for one in chain:
            if one.key(key) is not None or one.get(key) is not None:
                return one.get(key)
        inherit = next((it for it in (one.get("inherit") for one in chain) if it is not None), None)
        if text_of(at(inherit, "default")) == "false":
            return None
        return at(self.root, "default", key) or (None if key == "script" else self.root.get(key))

    def _lines(self, node: Node | None, depth: int) -> list[Value]:
        """Return the commands of a script: a text, or a list, with lists in it."""
        if depth > MOST_NESTED or not self.budget.takes(node):
            return []
        if isinstance(node, Scalar):
            return [self.read(value_of(node, self.source))] if node.tag != "null" else []
        if isinstance(node, List) and node.tag == REFERENCE:
            return self._lines(self._referred(node), depth + 1)
        lines: list[Value] = []
        for item in items_of(node):
            lines += self._lines(item, depth + 1)
            if len(lines) > MOST_LINES:
                break
        return lines

    def _referred(self, node: List) -> Node | None:
        keys = [text_of(it) or "" for it in node.items]
        return at(self.root, *keys) if keys else None

    def _variables(self, chain: list[Mapping]) -> Iterator[Variable]:
        """Yield the variables, those of the job last. What rules or a matrix set is not known."""
        parts = [self.root.get("variables"), *(one.get("variables") for one in chain[::-1])]
        for part in parts:
            for each in variables_of(part, self.source, self._expanded):
                yield self._described(each, part)
        for one in chain:
            for key in ("rules", "parallel"):
                node = one.get(key)
                for path, inner in walk(node) if node is not None else ():
                    is_set = path[-1:] in (("variables",), ("matrix",))
                    if is_set and isinstance(inner, Mapping):
                        names = (it.value for _, it, _ in entries(inner))
                        yield from (unknown(it, inner) for it in names if it.isidentifier())

    def _described(self, variable: Variable, part: Node | None) -> Variable:
        """Return a variable that is written with a description: it has a default."""
        value = at(part, variable.name, "value")
        if not isinstance(value, Scalar):
            return variable
        given = self._expanded(value_of(value, self.source))
        pieces = tuple(
            replace(it, texts=None, default=it.texts[0]) if it.texts else it for it in given.pieces
        )
        return replace(variable, value=Value(pieces, given.span, given.places))

    def read(self, value: Value) -> Value:
        """Return a text with its inputs as what they mean."""
        return opened(value, INPUT, lambda it: Meant(default=self.inputs.get(it[1] or "")))

    def _expanded(self, value: Value) -> Value:
        """Return a value of a variable, into which GitLab puts others."""
        return opened(self.read(value), VARIABLE, lambda it: Meant("$") if it[0] == "$$" else None)

    def _image(self, node: Scalar, variables: tuple[Variable, ...]) -> Value:
        known = {one.name: one.value.text for one in variables}

        def meaning(found: re.Match[str]) -> Meant:
            return Meant(known.get(found["name"] or found["braced"] or ""))

        return opened(self.read(value_of(node, self.source)), VARIABLE, meaning)


def _extended(job: Mapping) -> list[str]:
    """Return the names of the jobs that a job goes on from; the last one counts most."""
    extends = job.get("extends")
    return [text_of(one) or "" for one in items_of(extends)] or [text_of(extends) or ""]


def _names(node: Mapping | List) -> Iterator[str]:
    """Yield the jobs that a part of the file goes on from or refers to."""
    if isinstance(node, Mapping):
        yield from _extended(node)
    elif node.tag == REFERENCE:
        yield text_of(node.items[0]) or "" if node.items else ""

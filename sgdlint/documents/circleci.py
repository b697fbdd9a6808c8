r"""Launches in CircleCI: `run` steps of jobs, and of the commands that they use.

Source: CircleCI, "Configuration reference" and "Reusable configuration": `<< parameters.x >>` is
put in before a shell reads the text, `\<<` is `<<`, and what is written to `$BASH_ENV` stays.
"""

from __future__ import annotations

import re

from sgdlint.documents.assemble import Value
from sgdlint.documents.ci_expressions import Meant, opened
from sgdlint.documents.ci_jobs import MOST_JOBS, Budget, Job, Step, region_of, variables_of
from sgdlint.documents.ci_read import entries, read_yaml
from sgdlint.documents.shells import is_shell
from sgdlint.documents.yaml_tree import Mapping, Node, Scalar, at, items_of, text_of
from sgdlint.documents.yaml_values import value_of
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgdlint.documents.document import Document
    from sgdlint.documents.region import Region
    from sgdlint.source import Source

REASON = "CircleCI fills it in when the job runs"
PARAMETER = re.compile(r"\\<<|<<\s*(?:parameters\.([\w-]+)|[\w.-]+)\s*>>")
WRITTEN_TO = "BASH_ENV"
MOST_NESTED = 8
"""Commands that use others, and conditions inside each other."""
MOST_STEPS = 1_000
"""Steps of one job, with those of its commands."""


def read(source: Source) -> Document:
    """Read a configuration."""
    return read_yaml(source, _regions)


def _regions(root: Mapping, source: str) -> Iterator[Region | None]:
    config = _Config(root, source)
    jobs = root.get("jobs")
    for _, key, job in (entries(jobs) if isinstance(jobs, Mapping) else [])[:MOST_JOBS]:
        if isinstance(job, Mapping):
            yield config.region(f"job {key.value}", job)
    commands = root.get("commands")
    for _, key, one in (entries(commands) if isinstance(commands, Mapping) else [])[:MOST_JOBS]:
        if isinstance(one, Mapping) and key.value not in config.used:
            yield config.region(f"command {key.value}", one)


class _Config:
    """A configuration. used: the commands that jobs use."""

    def __init__(self, root: Mapping, source: str) -> None:
        self.root = root
        self.source = source
        self.used: set[str] = set()
        self.budget = Budget()

    def region(self, place: str, job: Mapping) -> Region | None:
        """Return the script of a job, or of a command."""
        executor = self._executor(job)
        first = next(iter(items_of(job.get("docker") or at(executor, "docker"))), None)
        image = at(first, "image")

        def value(one: Value) -> Value:
            return self._opened(one, job)

        variables = [
            it
            for node in (at(first, "environment"), at(executor, "environment"))
            for it in variables_of(node, self.source, value)
        ]
        variables += variables_of(job.get("environment"), self.source, value)
        shell = job.get("shell") or at(executor, "shell")
        steps = list(self._steps(job, job.get("steps"), shell, 0, None))[:MOST_STEPS]
        found = Job(
            place,
            Span(job.start, job.end),
            tuple(steps),
            tuple(variables),
            value(value_of(image, self.source)) if isinstance(image, Scalar) else None,
        )
        has_files = any(text_of(it) == "checkout" for it in items_of(job.get("steps")))
        return region_of(found, REASON, ".." if has_files else None)

    def _executor(self, job: Mapping) -> Node | None:
        node = job.get("executor")
        name = text_of(node) or text_of(at(node, "name"))
        return at(self.root, "executors", name) if name else None

    def _opened(self, value: Value, owner: Mapping) -> Value:
        """Return a value with its parameters; owner: what declares them."""

        def meaning(found: re.Match[str]) -> Meant:
            if found[0] == "\\<<":
                return Meant("<<")
            return Meant(default=text_of(at(owner, "parameters", found[1] or "", "default")))

        return opened(value, PARAMETER, meaning)

    def _steps(
        self,
        owner: Mapping,
        steps: Node | None,
        shell: Node | None,
        depth: int,
        may_run: Value | None,
    ) -> Iterator[Step]:
        for item in items_of(steps) if depth < MOST_NESTED else ():
            for key, value in _named(item) if self.budget.takes(item) else ():
                name = key.value
                if name == "run":
                    yield self._step(owner, value, shell, may_run)
                elif name in ("when", "unless"):
                    inner = at(value, "steps")
                    condition = value_of(_asked(value) or key, self.source)
                    yield from self._steps(owner, inner, shell, depth + 1, may_run or condition)
                else:
                    command = at(self.root, "commands", name)
                    if isinstance(command, Mapping):
                        self.used.add(name)
                        steps = command.get("steps")
                        yield from self._steps(command, steps, shell, depth + 1, may_run)

    def _step(
        self, owner: Mapping, node: Node | None, shell: Node | None, may_run: Value | None
    ) -> Step:
        command = node if isinstance(node, Scalar) else at(node, "command")
        own = at(node, "shell") or shell
        words = (text_of(own) or "bash").split()
        if not isinstance(command, Scalar) or not words or not is_shell(words[0]):
            return Step(None)

        def value(one: Value) -> Value:
            return self._opened(one, owner)

        folder = at(node, "working_directory")
        when = at(node, "when")
        if isinstance(when, Scalar) and when.value == "on_fail":
            may_run = may_run or value_of(when, self.source)
        return Step(
            value(value_of(command, self.source)),
            tuple(variables_of(at(node, "environment"), self.source, value)),
            value(value_of(folder, self.source)) if isinstance(folder, Scalar) else None,
            may_run,
            command.value if WRITTEN_TO in command.value else "",
        )


def _named(item: Node) -> Iterator[tuple[Scalar, Node | None]]:
    """Yield the name of a step with what is said of it."""
    if isinstance(item, Scalar):
        yield item, None
    elif isinstance(item, Mapping):
        for _, key, value in entries(item)[:1]:
            yield key, value


def _asked(node: Node | None) -> Scalar | None:
    """Return the condition of steps, or the name of the first comparison in it."""
    condition = at(node, "condition")
    if isinstance(condition, Mapping) and condition.pairs:
        condition = condition.pairs[0][0]
    return condition if isinstance(condition, Scalar) else None

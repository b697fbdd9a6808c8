"""Launches in GitHub Actions: workflows and composite actions.

Source: GitHub, "Workflow syntax for GitHub Actions", "Metadata syntax" and "Contexts": `env` of the
workflow, the job and the step; `defaults.run`; what may be written to `$GITHUB_ENV`.
"""

from __future__ import annotations

import re

from sgdlint.documents.assemble import Value, Variable
from sgdlint.documents.ci_expressions import Meant, opened
from sgdlint.documents.ci_jobs import MOST_JOBS, Job, Step, region_of, variables_of
from sgdlint.documents.ci_read import entries, read_yaml
from sgdlint.documents.shells import is_shell
from sgdlint.documents.yaml_tree import Mapping, Node, Scalar, at, items_of, text_of
from sgdlint.documents.yaml_values import value_of, walk
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgdlint.documents.document import Document
    from sgdlint.documents.region import Region
    from sgdlint.source import Source

REASON = "GitHub fills it in when the job runs"
EXPRESSION = re.compile(r"\$\{\{(?:[^'}]|'[^']*'|\}(?!\}))*\}\}")
_NAMED = re.compile(r"\$\{\{\s*(env|inputs|github\.event\.inputs)\.([\w-]+)\s*\}\}")
ALWAYS = ("always()", "success()", "!cancelled()", "true")
"""Conditions under which a step runs when nothing went wrong."""
WRITTEN_TO = ("GITHUB_ENV",)
WINDOWS = "windows"


def read(source: Source) -> Document:
    """Read a workflow, or an action that is a list of steps."""
    return read_yaml(source, _regions)


def _regions(root: Mapping, source: str) -> Iterator[Region | None]:
    workflow = _Scope(source, _inputs(root))
    workflow = workflow.inside(root.get("env"))
    jobs = root.get("jobs")
    for _, key, job in (entries(jobs) if isinstance(jobs, Mapping) else [])[:MOST_JOBS]:
        if isinstance(job, Mapping):
            checkout = "../.." if _checks_out(job) else None
            yield region_of(_job(f"job {key.value}", job, workflow, root), REASON, checkout)
    runs = root.get("runs")
    if isinstance(runs, Mapping):
        yield region_of(_job("the action", runs, workflow, root), REASON)


def _checks_out(job: Mapping) -> bool:
    """Whether a job has the files of the project in the folder where its steps start."""
    for step in items_of(job.get("steps")):
        if (text_of(at(step, "uses")) or "").startswith("actions/checkout@"):
            return all(at(step, "with", key) is None for key in ("repository", "path", "ref"))
    return False


class _Scope:
    """What expressions mean in a place. inputs: defaults. known: the variables of `env`."""

    def __init__(
        self,
        source: str,
        inputs: dict[str, str],
        variables: tuple[Variable, ...] = (),
        changed: bool = False,
    ) -> None:
        self.source = source
        self.inputs = inputs
        self.variables = variables
        self.changed = changed

    def inside(self, env: Node | None, changed: bool = False) -> _Scope:
        """Return the scope of what has these variables too."""
        own = tuple(variables_of(env, self.source, self.read))
        variables = (*self.variables, *own)
        return _Scope(self.source, self.inputs, variables, changed or self.changed)

    def read(self, value: Value) -> Value:
        """Return a value with its expressions as what they mean."""
        return opened(value, EXPRESSION, self._meaning)

    def _meaning(self, found: re.Match[str]) -> Meant | None:
        named = _NAMED.fullmatch(found.group())
        if named is None:
            return None
        if named[1] != "env":
            return Meant(default=self.inputs.get(named[2]))
        values = [one.value.text for one in self.variables if one.name == named[2]]
        return Meant(values[-1]) if values and not self.changed else None


def _inputs(root: Mapping) -> dict[str, str]:
    """Return the defaults of the inputs; none for one that has several."""
    found: dict[str, str] = {}
    several: set[str] = set()
    parts = [at(root, "on", kind, "inputs") for kind in ("workflow_dispatch", "workflow_call")]
    for inputs in (*parts, root.get("inputs")):
        for _, key, value in entries(inputs) if isinstance(inputs, Mapping) else ():
            default = text_of(at(value, "default"))
            if default is not None and found.setdefault(key.value, default) != default:
                several.add(key.value)
    return {name: text for name, text in found.items() if name not in several}


def _job(place: str, job: Mapping, workflow: _Scope, root: Mapping) -> Job:
    container = job.get("container")
    image = container if isinstance(container, Scalar) else at(container, "image")
    steps = [one for one in items_of(job.get("steps")) if isinstance(one, Mapping)]
    changed = any(_changes(text_of(one.get("run")) or "") for one in steps)
    scope = workflow.inside(job.get("env"), changed).inside(at(container, "env"))
    defaults = [at(job, "defaults", "run"), at(root, "defaults", "run")]
    shell = next((it for it in (at(one, "shell") for one in defaults) if it is not None), None)
    folder = next((it for it in (at(one, "working-directory") for one in defaults) if it), None)
    reads = _reads_by_default(job) if place.startswith("job ") else False
    return Job(
        place,
        Span(job.start, job.end),
        tuple(_step(one, scope, shell, folder, reads) for one in steps),
        scope.variables,
        scope.read(value_of(image, scope.source)) if isinstance(image, Scalar) else None,
    )


def _step(
    node: Mapping, scope: _Scope, shell: Node | None, folder: Node | None, reads: bool
) -> Step:
    run = node.get("run")
    sets = text_of(run) or ""
    sets = sets if _changes(sets) else ""
    if not isinstance(run, Scalar) or not _is_read(node.get("shell") or shell, reads):
        return Step(None, sets=sets)
    inner = scope.inside(node.get("env"))
    own = inner.variables[len(scope.variables) :]
    place = node.get("working-directory") or folder
    condition = node.get("if")
    may_run = None
    if isinstance(condition, Scalar) and _condition(condition) not in ALWAYS:
        may_run = value_of(condition, scope.source)
    return Step(
        inner.read(value_of(run, scope.source)),
        own,
        inner.read(value_of(place, scope.source)) if isinstance(place, Scalar) else None,
        may_run,
        sets,
    )


def _changes(text: str) -> bool:
    """Whether a step may set variables for later ones."""
    return any(name in text for name in WRITTEN_TO)


def _condition(node: Scalar) -> str:
    return node.value.strip().removeprefix("${{").removesuffix("}}").strip()


def _is_read(shell: Node | None, reads: bool) -> bool:
    """Whether a step is a shell script. reads: whether it is when nothing says which shell."""
    if shell is None:
        return reads
    words = (text_of(shell) or "").split()
    return bool(words) and is_shell(words[0])


def _reads_by_default(job: Mapping) -> bool:
    """Whether the machine of a job has bash; those with Windows have PowerShell."""
    parts = [job.get("runs-on"), job.get("strategy")]
    return not any(
        isinstance(one, Scalar) and WINDOWS in one.value.lower()
        for part in parts
        if part is not None
        for _, one in walk(part)
    )

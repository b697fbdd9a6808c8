"""Launches in Kubernetes manifests: any resource in which a container or a step is described.

Read as the kubelet reads them: `command` and `args` are one list of words, `$(NAME)` in them and in
`env` is replaced by a variable of the container when it has one, `$$` before a parenthesis is one
`$`. Source: Kubernetes documentation, "Define a Command and Arguments for a Container" and
"Define Dependent Environment Variables".
"""

from __future__ import annotations

import re

from sgdlint.documents import kubernetes_ports
from sgdlint.documents.assemble import Script, Value, Variable, with_defaults
from sgdlint.documents.containers import is_for_shell, is_script, is_shell, run_by_image
from sgdlint.documents.document import Document, of_yaml
from sgdlint.documents.kubernetes_maps import ConfigMaps
from sgdlint.documents.references import References
from sgdlint.documents.region import CONTAINER, STAND_IN, CannotWriteError, Granted, Noted, Region
from sgdlint.documents.yaml_tree import (
    SEVERAL,
    List,
    Mapping,
    Node,
    Scalar,
    at,
    items_of,
    text_of,
)
from sgdlint.documents.yaml_values import comments, value_of, walk
from sgdlint.documents.yaml_writers import YamlList, quoted
from sgdlint.finding import Edit
from sgdlint.record import record
from sgdlint.shell.values import Piece
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.documents.region import ListWriter
    from sgdlint.source import Source

GPU_RESOURCES = ("nvidia.com/gpu",)
GPU_LABELS = (
    "nvidia.com/gpu.product",
    "cloud.google.com/gke-accelerator",
    "gpu.nvidia.com/model",
    "nvidia.com/gpu.model",
)
"""Labels of nodes that name the product of their GPUs."""
POD_KINDS = (
    *("Pod", "PodTemplate", "Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"),
    *("DaemonSet", "Job", "CronJob", "LeaderWorkerSet", "JobSet"),
)
"""Resources whose pods are as they are written; other controllers may add volumes (as KubeRay)."""


def is_manifest(root: Node) -> bool:
    """Whether a YAML document is a Kubernetes resource."""
    return at(root, "kind") is not None and at(root, "apiVersion") is not None


_PATCHED = re.compile(r"(?P<container>.*/(?:initC|c)ontainers/\d+)/(?P<key>command|args)")


def read(source: Source) -> Document:
    """Read a manifest of one or more resources."""
    return of_yaml(source, lambda roots: _read(roots, source))


def _read(roots: list[Node], source: Source) -> Document:
    return Document(tuple(regions(roots, source)), tuple(comments(source.text, roots)))


def regions(roots: Sequence[Node], source: Source) -> list[Region]:
    """Return the scripts of all containers and steps of a manifest."""
    maps = ConfigMaps(roots, source.text, source.near)
    services = [*kubernetes_ports.services(roots)]
    found = []
    for root in roots:
        for one in _containers(root) if isinstance(root, Mapping) else _patched(root):
            region = _Container(one, source.text, maps, services).region()
            if region is not None:
                found.append(region)
    return found


@record
class _Found:
    """A container: its mapping, the pod that it belongs to, and how to call it.

    steps: Tekton puts `$(params.x)` into it. whole: the pod has no volumes that are not written.
    """

    node: Mapping
    pod: Mapping | None
    place: str
    labels: Node | None = None
    steps: bool = False
    whole: bool = False


def _containers(root: Mapping) -> Iterator[_Found]:
    kind = text_of(at(root, "kind")) or "resource"
    name = text_of(at(root, "metadata", "name")) or text_of(at(root, "metadata", "generateName"))
    owner = f"{kind} {name}" if name else kind
    steps = (text_of(at(root, "apiVersion")) or "").startswith("tekton.dev/")
    pod: Mapping | None = None
    labels: dict[int, Node | None] = {}
    whole = False
    for path, node in walk(root):
        if not isinstance(node, Mapping):
            continue
        labels[id(node.get("spec"))] = at(node, "metadata", "labels")
        if is_manifest(node):  # one of a List, too
            whole = text_of(node.get("kind")) in POD_KINDS
        if any(isinstance(node.get(key), List) for key in ("containers", "initContainers")):
            pod = node
        if not path or path[-1] in ("env", "envFrom") or not _runs(node):
            continue
        called = text_of(node.get("name"))
        inside = pod is not None and pod.start <= node.start < pod.end
        place = f"container {called} of {owner}" if called else owner
        place = _shown(place)
        if pod is not None and inside:
            yield _Found(node, pod, place, labels.get(id(pod)), steps, whole)
        else:
            yield _Found(node, None, place, steps=steps)


def _patched(root: Node) -> Iterator[_Found]:
    """Yield the containers whose words a JSON patch (RFC 6902) gives anew, as in Kustomize."""
    found: dict[str, Mapping] = {}
    for item in items_of(root):
        path, value = _PATCHED.fullmatch(text_of(at(item, "path")) or ""), at(item, "value")
        if path is None or not isinstance(value, List) or text_of(at(item, "op")) == "test":
            continue
        node = found.setdefault(path["container"], Mapping(value.start, False))
        key = Scalar(path["key"], value.start, value.start, "", path["key"], "str")
        node.pairs.append((key, value))
        node.end = max(node.end, value.end)
    for place, node in found.items():
        yield _Found(node, None, f"the patch of {place}")


def _shown(text: str) -> str:
    """Return a name as it is shown: dots for what a template fills in."""
    return re.sub(rf"[{STAND_IN}{SEVERAL}]+", "…", text)


def _is_text(node: Node | None) -> bool:
    return isinstance(node, Scalar) and not node.is_several


def _runs(node: Mapping) -> bool:
    """Whether a mapping says what to run."""
    return any(isinstance(node.get(key), List) for key in ("command", "args")) or (
        node.get("image") is not None
        and any(_is_text(node.get(key)) for key in ("script", "source"))
    )


class _Container:
    """One container: its variables, its words, what it is granted."""

    def __init__(
        self, found: _Found, source: str, maps: ConfigMaps, services: list[Mapping]
    ) -> None:
        self.node = found.node
        self.pod = found.pod
        self.whole = found.whole
        self.labels = found.labels
        self.place = found.place
        self.source = source
        self.maps = maps
        self.services = services
        self.references = References(self._is_open(), found.steps)

    def region(self) -> Region | None:
        """Return the script of the container; None when it runs nothing that is written here."""
        if not self._words() and not self._script():
            return None
        script = Script()
        granted = self._granted(script)
        for variable in self._all_variables():
            script.export(variable)
        words = self._words()
        if words and self.node.get("command") is None:
            run_by_image(script, granted.image, words[0][0])
        self._run(script, words)
        around = Span(self.node.start, self.node.end)
        reason = "it is filled in when the container starts"
        return script.region(around, granted, reason, self._add_variable)

    # --- what runs ------------------------------------------------------------------------------

    def _words(self) -> list[tuple[Value, tuple[ListWriter, int]]]:
        """Return `command` and `args`; a patch may leave either to what it is put on."""
        words: list[tuple[Value, tuple[ListWriter, int]]] = []
        for key in ("command", "args"):
            node = self.node.get(key)
            if isinstance(node, List):
                words += self._items(node)
            elif isinstance(node, Scalar) and node.is_several:
                words.append((self._open(node), (YamlList(List(node.start, True), ""), 0)))
        may_go_on = self.node.get("image") is None and self.node.get("args") is None
        if words and may_go_on and not is_script([value for value, _ in words]):
            end = Span(self.node.end, self.node.end)
            words.append((Value((), end, many=True), (YamlList(List(end.start, True), ""), 0)))
        return words

    def _items(self, node: List) -> Iterator[tuple[Value, tuple[ListWriter, int]]]:
        writer = YamlList(node, self.source)
        for index, item in enumerate(node.items):
            if node.may_vary(index) or not isinstance(item, Scalar):
                yield self._open(item), (writer, index)
            else:
                yield self._resolved(value_of(item, self.source)), (writer, index)

    @staticmethod
    def _open(node: Node) -> Value:
        return Value((), Span(node.start, node.end), many=True)

    def _script(self) -> Scalar | None:
        """Return a text that a shell reads, where a step has one."""
        for key in ("script", "source"):
            node = self.node.get(key)
            if isinstance(node, Scalar) and not node.is_several:
                programs = items_of(self.node.get("command"))
                by_shell = not programs or is_shell(text_of(programs[0]))
                return node if by_shell and is_for_shell(node.value) else None
        return None

    def _run(self, script: Script, words: list[tuple[Value, tuple[ListWriter, int]]]) -> None:
        text = self._script()
        if text is not None:
            script.shell(self.references.in_text(value_of(text, self.source)))
            return
        values = [value for value, _ in words]
        if is_script(values):
            script.shell(values[2])
        else:
            script.words(values, [writer for _, writer in words])

    def _resolved(self, value: Value) -> Value:
        """Return a value with the variables of the container put in."""
        return self.references.put_in(value)

    # --- variables ------------------------------------------------------------------------------

    def _all_variables(self) -> list[Variable]:
        """Return what the container surely gets; the later of two with the same name counts."""
        found: dict[str, Variable] = {}
        known = self.references.known
        for name, variable in self._from_maps():
            found[name], known[name] = variable, variable.value
        for name, given in self._variables():
            found.pop(name, None)
            if given is None:
                known[name] = Value((Piece(None, -1, -1),), Span(-1, -1))
            else:
                found[name], known[name] = given, given.value
        return list(found.values())

    def _variables(self) -> Iterator[tuple[str, Variable | None]]:
        """Yield the variables of `env`; None for one that may not be set."""
        node = self.node.get("env")
        writer = YamlList(node, self.source) if isinstance(node, List) else None
        for index, item in enumerate(items_of(node)):
            name = at(item, "name")
            if not isinstance(name, Scalar) or not name.value.isidentifier():
                continue
            given = self._given(item, name)
            may_vary = isinstance(node, List) and node.may_vary(index)
            if given is None or may_vary:
                yield name.value, None
                continue
            span = Span(name.start, name.end)
            yield name.value, Variable(name.value, given, span, _removal(writer, index))

    def _given(self, item: Node, name: Scalar) -> Value | None:
        """Return the value of a variable; None when it may not be set."""
        value, source = at(item, "value"), at(item, "valueFrom")
        if isinstance(value, Scalar):
            return self._resolved(value_of(value, self.source))
        if value is None and source is None:
            return Value((), Span(name.end, name.end))
        unknown = Value((Piece(None, item.start, item.end),), Span(item.start, item.end))
        for reference in ("configMapKeyRef", "secretKeyRef"):
            place = at(source, reference)
            found = self.maps.get(text_of(at(place, "name")))
            given = found.value(text_of(at(place, "key")) or "") if found is not None else None
            if reference == "configMapKeyRef" and given is not None:
                return given
            if text_of(at(place, "optional")) == "true":
                return None
        return unknown

    def _from_maps(self) -> Iterator[tuple[str, Variable]]:
        for item in items_of(self.node.get("envFrom")):
            found = self.maps.get(text_of(at(item, "configMapRef", "name")))
            prefix = text_of(at(item, "prefix")) or ""
            for key, value, place in found.entries() if found is not None else ():
                name = prefix + key
                if name.isidentifier():
                    yield name, Variable(name, value, place)

    def _is_open(self) -> bool:
        """Whether variables may come from what is not read."""
        node, sources = self.node.get("env"), items_of(self.node.get("envFrom"))
        names = [text_of(at(one, "configMapRef", "name")) for one in sources]
        if any(self.maps.get(name) is None for name in names):
            return True
        lists = [one for one in (node, self.node.get("envFrom")) if one is not None]
        return any(not isinstance(one, List) or _varies(one) for one in lists)

    def _add_variable(self, name: str, value: str) -> Edit:
        """Return the edit that puts a variable at the end of `env`."""
        node = self.node.get("env")
        is_own = node is not None and self.node.start <= node.start < self.node.end
        if not is_own or not isinstance(node, List) or not node.items or node.flow:
            raise CannotWriteError(f"{name} has to be put into env of the container")
        last = node.items[-1]
        writer = YamlList(node, self.source)
        dash, lead = writer._dash(last)
        blanks = lead + self.source[dash : last.start].replace("-", " ")
        written = quoted(value, '"')
        return writer.insert_written(len(node.items), [f"name: {name}\n{blanks}value: {written}"])

    # --- what is granted ------------------------------------------------------------------------

    def _granted(self, script: Script) -> Granted:
        image, gpus, gpu = self.node.get("image"), self._gpus(), self._gpu()
        nodes = kubernetes_ports.of_container(self.node, self.pod, self.labels, self.services)
        ports = kubernetes_ports.noted(nodes, script, self.source)
        gpus_noted = self._noted(script, gpus[0], gpus[1]) if gpus is not None else None
        return Granted(
            self.place,
            CONTAINER,
            self._noted(script, "image", image),
            (int(gpus_noted.text), gpus_noted) if gpus_noted is not None else None,
            self._noted(script, "gpu", gpu),
            ports,
            "the pod" if self._has_little_memory() else "",
        )

    def _has_little_memory(self) -> bool:
        """Whether shared memory certainly has its small default size."""
        pod = self.pod
        return self.whole and pod is not None and not _has_shared_memory(self.node, pod)

    def _noted(self, script: Script, label: str, node: Node | None) -> Noted | None:
        if not isinstance(node, Scalar):
            return None
        return script.note(label, with_defaults(value_of(node, self.source)))

    def _gpus(self) -> tuple[str, Scalar] | None:
        if text_of(at(self.node, "securityContext", "privileged")) not in (None, "false"):
            return None  # a privileged container sees every device
        for part in ("limits", "requests"):
            for name in GPU_RESOURCES:
                node = at(self.node, "resources", part, name)
                if isinstance(node, Scalar) and node.value.isdecimal():
                    return name, node
        return None

    def _gpu(self) -> Scalar | None:
        for name in GPU_LABELS:
            node = at(self.pod, "nodeSelector", name)
            if isinstance(node, Scalar):
                return node
        return self._gpu_of_affinity()

    def _gpu_of_affinity(self) -> Scalar | None:
        """Return the product that node affinity requires, when it is one."""
        required = at(
            self.pod, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"
        )
        terms = items_of(at(required, "nodeSelectorTerms"))
        if len(terms) != 1:
            return None
        for one in items_of(at(terms[0], "matchExpressions")):
            values = items_of(at(one, "values"))
            is_one = len(values) == 1 and text_of(at(one, "operator")) == "In"
            if is_one and text_of(at(one, "key")) in GPU_LABELS and isinstance(values[0], Scalar):
                return values[0]
        return None


def _has_shared_memory(container: Mapping, pod: Mapping) -> bool:
    """Whether a container may have more shared memory than the default: a volume, or the host's."""
    paths = [text_of(at(one, "mountPath")) for one in items_of(container.get("volumeMounts"))]
    host = text_of(pod.get("hostIPC"))
    if isinstance(container.get("volumeMounts"), Scalar):
        return True
    return "/dev/shm" in paths or None in paths or host not in (None, "false")


def _varies(node: List) -> bool:
    return any(map(node.may_vary, range(len(node.items))))


def _removal(writer: YamlList | None, index: int) -> Edit | None:
    try:
        return None if writer is None else writer.remove(index, index)
    except CannotWriteError:
        return None

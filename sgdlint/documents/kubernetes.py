"""Launches in Kubernetes manifests: any resource in which a container or a step is described.

Read as the kubelet reads them: `command` and `args` are one list of words, `$(NAME)` in them and in
`env` is replaced by a variable of the container when it has one, `$$` before a parenthesis is one
`$`. Source: Kubernetes documentation, "Define a Command and Arguments for a Container" and
"Define Dependent Environment Variables".
"""

from __future__ import annotations

import re

from sgdlint.documents import kubernetes_ports
from sgdlint.documents.assemble import Script, Value, Variable
from sgdlint.documents.document import Document, Unread
from sgdlint.documents.region import CONTAINER, CannotWriteError, Granted, Noted, Region
from sgdlint.documents.yaml_tree import (
    List,
    Mapping,
    Node,
    Scalar,
    YamlError,
    at,
    documents,
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
SHELLS = ("sh", "bash", "dash", "ash", "zsh", "ksh")
_REFERENCE = re.compile(r"\$(\$|\(([A-Za-z_.-][\w.-]*)\))")


def is_manifest(root: Node) -> bool:
    """Whether a YAML document is a Kubernetes resource."""
    return at(root, "kind") is not None and at(root, "apiVersion") is not None


def read(source: Source) -> Document:
    """Read a manifest of one or more resources."""
    try:
        roots = documents(source.text)
    except YamlError as error:
        place = max(0, error.offset)
        return Document(unread=(Unread(Span(place, place), f"not YAML: {error}"),))
    return Document(tuple(regions(roots, source.text)), tuple(comments(source.text, roots)))


def regions(roots: Sequence[Node], source: str) -> list[Region]:
    """Return the scripts of all containers and steps of a manifest."""
    maps, services = _config_maps(roots), [*kubernetes_ports.services(roots)]
    found = []
    for root in roots:
        if not isinstance(root, Mapping):
            continue
        for one in _containers(root):
            region = _Container(one, source, maps, services).region()
            if region is not None:
                found.append(region)
    return found


@record
class _Found:
    """A container: its mapping, the pod that it belongs to, and how to call it."""

    node: Mapping
    pod: Mapping | None
    place: str
    labels: Node | None = None


def _containers(root: Mapping) -> Iterator[_Found]:
    kind = text_of(at(root, "kind")) or "resource"
    name = text_of(at(root, "metadata", "name")) or text_of(at(root, "metadata", "generateName"))
    owner = f"{kind} {name}" if name else kind
    pod: Mapping | None = None
    labels: dict[int, Node | None] = {}
    for path, node in walk(root):
        if not isinstance(node, Mapping):
            continue
        labels[id(node.get("spec"))] = at(node, "metadata", "labels")
        if any(isinstance(node.get(key), List) for key in ("containers", "initContainers")):
            pod = node
        if not path or path[-1] in ("env", "envFrom") or not _runs(node):
            continue
        called = text_of(node.get("name"))
        inside = pod is not None and pod.start <= node.start < pod.end
        place = f"container {called} of {owner}" if called else owner
        if pod is not None and inside:
            yield _Found(node, pod, place, labels.get(id(pod)))
        else:
            yield _Found(node, None, place)


def _runs(node: Mapping) -> bool:
    """Whether a mapping says what to run."""
    return any(isinstance(node.get(key), List) for key in ("command", "args")) or (
        node.get("image") is not None
        and any(isinstance(node.get(key), Scalar) for key in ("script", "source"))
    )


def _config_maps(roots: Sequence[Node]) -> dict[str, Mapping]:
    """Return the data of the ConfigMaps of a file, by name."""
    found = {}
    for root in roots:
        name, data = text_of(at(root, "metadata", "name")), at(root, "data")
        if text_of(at(root, "kind")) == "ConfigMap" and name and isinstance(data, Mapping):
            found[name] = data
    return found


class _Container:
    """One container: its variables, its words, what it is granted."""

    def __init__(
        self, found: _Found, source: str, maps: dict[str, Mapping], services: list[Mapping]
    ) -> None:
        self.node = found.node
        self.pod = found.pod
        self.labels = found.labels
        self.place = found.place
        self.source = source
        self.maps = maps
        self.services = services
        self.known: dict[str, Value] = {}

    def region(self) -> Region | None:
        """Return the script of the container; None when it runs nothing that is written here."""
        if not self._words() and not self._script():
            return None
        script = Script()
        granted = self._granted(script)
        for variable in [*self._from_maps(), *self._variables()]:
            self.known[variable.name] = variable.value
            script.export(variable)
        self._run(script, self._words())
        around = Span(self.node.start, self.node.end)
        reason = "it is filled in when the container starts"
        return script.region(around, granted, reason, self._add_variable)

    # --- what runs ------------------------------------------------------------------------------

    def _words(self) -> list[tuple[Value, tuple[ListWriter, int]]]:
        words: list[tuple[Value, tuple[ListWriter, int]]] = []
        for key in ("command", "args"):
            node = self.node.get(key)
            if not isinstance(node, List):
                continue
            writer = YamlList(node, self.source)
            for index, item in enumerate(node.items):
                if isinstance(item, Scalar):
                    words.append((self._resolved(value_of(item, self.source)), (writer, index)))
        return words

    def _script(self) -> Scalar | None:
        for key in ("script", "source"):
            node = self.node.get(key)
            if isinstance(node, Scalar):
                return node
        return None

    def _run(self, script: Script, words: list[tuple[Value, tuple[ListWriter, int]]]) -> None:
        text = self._script()
        if text is not None:
            script.shell(value_of(text, self.source))
            return
        texts = [value.text for value, _ in words]
        if len(words) == 3 and _is_shell(texts[0]) and texts[1] in ("-c", "-ec", "-lc", "-exc"):
            script.shell(words[2][0])
        else:
            script.words([value for value, _ in words], [writer for _, writer in words])

    def _resolved(self, value: Value) -> Value:
        """Return a value with the variables of the container put in."""
        pieces: list[Piece] = []
        for piece in value.pieces:
            if piece.texts is None or "$" not in piece.texts[0]:
                pieces.append(piece)
            else:
                pieces += self._with_references(piece)
        return Value(tuple(pieces), value.span, value.places)

    def _with_references(self, piece: Piece) -> Iterator[Piece]:
        text = piece.texts[0] if piece.texts else ""
        done = 0
        for match in _REFERENCE.finditer(text):
            name = match[2]
            if name is not None and name not in self.known:
                continue
            if name is None and not text.startswith("(", match.end()):
                continue
            yield from _part(piece, done, match.start())
            place = _place(piece, match.start(), match.end())
            if name is None:
                yield Piece(("$",), *place)
            else:
                for one in self.known[name].pieces:
                    yield Piece(one.texts, *place)
            done = match.end()
        yield from _part(piece, done, len(text))

    # --- variables ------------------------------------------------------------------------------

    def _variables(self) -> Iterator[Variable]:
        node = self.node.get("env")
        writer = YamlList(node, self.source) if isinstance(node, List) else None
        for index, item in enumerate(items_of(node)):
            name = at(item, "name")
            if not isinstance(name, Scalar) or not name.value.isidentifier():
                continue
            value = at(item, "value")
            if isinstance(value, Scalar):
                given = self._resolved(value_of(value, self.source))
            elif value is None and at(item, "valueFrom") is None:
                given = Value((), Span(name.end, name.end))
            else:
                given = Value((Piece(None, item.start, item.end),), Span(item.start, item.end))
            yield Variable(name.value, given, Span(name.start, name.end), _removal(writer, index))
            self.known[name.value] = given

    def _from_maps(self) -> Iterator[Variable]:
        for item in items_of(self.node.get("envFrom")):
            data = self.maps.get(text_of(at(item, "configMapRef", "name")) or "")
            prefix = text_of(at(item, "prefix")) or ""
            for key, value in data.pairs if data is not None else ():
                if isinstance(key, Scalar) and isinstance(value, Scalar):
                    given = value_of(value, self.source)
                    if (prefix + key.value).isidentifier():
                        yield Variable(prefix + key.value, given, Span(key.start, key.end))

    def _add_variable(self, name: str, value: str) -> Edit:
        """Return the edit that puts a variable at the end of `env`."""
        node = self.node.get("env")
        if not isinstance(node, List) or not node.items or node.flow:
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
            "" if self.pod is None or _has_shared_memory(self.node, self.pod) else "the pod",
        )

    def _noted(self, script: Script, label: str, node: Node | None) -> Noted | None:
        if not isinstance(node, Scalar):
            return None
        return script.note(label, value_of(node, self.source))

    def _gpus(self) -> tuple[str, Scalar] | None:
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
    return "/dev/shm" in paths or None in paths or host not in (None, "false")


def _is_shell(text: str | None) -> bool:
    return text is not None and text.rpartition("/")[2] in SHELLS


def _part(piece: Piece, start: int, end: int) -> list[Piece]:
    """Return some characters of a piece, as a piece of their own."""
    text = piece.texts[0][start:end] if piece.texts else ""
    return [Piece((text,), *_place(piece, start, end), piece.exact)] if text else []


def _place(piece: Piece, start: int, end: int) -> tuple[int, int]:
    if not piece.exact:
        return piece.start, piece.end
    return piece.start + start, piece.start + end


def _removal(writer: YamlList | None, index: int) -> Edit | None:
    try:
        return None if writer is None else writer.remove(index, index)
    except CannotWriteError:
        return None

"""What the catalog says of the attention backend that a launch names."""

from __future__ import annotations

from sgdlint.catalog.attention import backend_of, mark_of, takes
from sgdlint.rules.logic import ABSENT, TRUE, UNKNOWN, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sgdlint.catalog.models import Model
    from sgdlint.catalog.tables import Row
    from sgdlint.launch.launch import Launch


def _read(launch: Launch, given: Value, tell: Callable[[str], Any]) -> Value:
    if given.values is None or "" in given.values:
        return UNKNOWN
    found = [tell(name) for name in given.values]
    if None in found:
        return UNKNOWN if given.absent or len(found) > 1 else ABSENT
    return Value(tuple(dict.fromkeys(found)), given.absent)


def known(launch: Launch, given: Value) -> Value:
    """Whether the release has a backend of this name."""
    return _read(launch, given, lambda name: backend_of(launch.release.name, name) is not None)


def names(launch: Launch, given: Value) -> Value:
    """Return the names that the release knows."""
    return Value((", ".join(launch.release.attention_backends()),))


def runs_on_gpu(launch: Launch, given: Value) -> Value:
    """Whether the CUDA platform takes the backend on the GPU that was told."""
    gpu = launch.hardware.gpu
    if gpu is None:
        return UNKNOWN

    def tell(name: str) -> bool | None:
        row = backend_of(launch.release.name, name)
        return None if row is None else gpu.capability in row.get("capabilities", [gpu.capability])

    return _read(launch, given, tell)


def capabilities(launch: Launch, given: Value) -> Value:
    """Return the compute capabilities on which the backend runs, where they are limited."""

    def tell(name: str) -> str | None:
        row = backend_of(launch.release.name, name)
        limits = row.get("capabilities") if row else None
        return ", ".join(map(str, limits)) if limits else None

    return _read(launch, given, tell)


def _native(launch: Launch) -> Model | None:
    """Return the model; None where it may run elsewhere."""
    model = launch.model
    if model is None or not model.is_settled:
        return None
    return None if launch.release.registry.quantized(launch.model_path) else model


def _of_model(launch: Launch) -> tuple[str, ...] | None:
    """Return the backends of the model's layers; None where the model may run elsewhere."""
    model = _native(launch)
    return None if model is None else model.attention_backends


def in_any(launch: Launch, given: Value) -> Value:
    """Whether layers of the model's transformer take each backend; unknown where they name some."""
    model = _native(launch)
    return TRUE if model is not None and model.takes_any_attention else UNKNOWN


def in_layers(launch: Launch, given: Value) -> Value:
    """Whether layers of the model's transformer name the backend."""
    backends = _of_model(launch)
    if backends is None:
        return UNKNOWN

    def tell(name: str) -> bool | None:
        row = backend_of(launch.release.name, name)
        return None if row is None else takes(backends, row["name"])

    return _read(launch, given, tell)


def of_layers(launch: Launch, given: Value) -> Value:
    """Return the backends that layers of the model's transformer name."""
    backends = _of_model(launch)
    return UNKNOWN if backends is None else Value((", ".join(backends),))


def _of_backend(launch: Launch, given: Value, tell: Callable[[Row], Any]) -> Value:
    def of_name(name: str) -> Any:
        row = backend_of(launch.release.name, name)
        return None if row is None else tell(row)

    return _read(launch, given, of_name)


def package(launch: Launch, given: Value) -> Value:
    """Return the package that the backend imports and SGLang does not bring."""
    return _of_backend(launch, given, lambda row: ", ".join(row.get("needs", ())) or None)


def without(launch: Launch, given: Value) -> Value:
    """Return what comes of the backend without its package."""
    return _of_backend(launch, given, lambda row: row.get("without"))


def lossy(launch: Launch, given: Value) -> Value:
    """Whether the backend changes the output."""
    return _of_backend(launch, given, lambda row: mark_of(row["name"]).get("quality") == "lossy")


def how(launch: Launch, given: Value) -> Value:
    """Return how a lossy backend saves work."""
    return _of_backend(launch, given, lambda row: mark_of(row["name"]).get("how"))


ATTENTION_FACTS: dict[str, tuple[str, Callable[[Launch, Value], Value], str]] = {
    "known": ("bool", known, "the release has a backend of the name in --attention-backend"),
    "names": ("string", names, "the attention backends of the release"),
    "runs_on_gpu": ("bool", runs_on_gpu, "that backend runs on a GPU of this compute capability"),
    "in_layers": ("bool", in_layers, "layers of the model's transformer name that backend"),
    "in_any": ("bool", in_any, "layers of the model's transformer name none, and take each"),
    "of_layers": ("string", of_layers, "the backends that layers of the model's transformer name"),
    "package": ("string", package, "the package that the backend needs"),
    "without": ("string", without, "the backend that comes instead without it, or `error`"),
    "lossy": ("bool", lossy, "the backend changes the output"),
    "how": ("string", how, "how a lossy backend saves work"),
    "capabilities": ("string", capabilities, "compute capabilities it is limited to"),
}

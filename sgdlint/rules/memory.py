"""What a launch needs of the memory of each GPU; imported when a rule asks."""

from __future__ import annotations

from sgdlint.catalog import tables
from sgdlint.catalog.memory import PARTS, PLACES, Bounds, Plan, Shape, bounds, weights_of
from sgdlint.catalog.memory import estimate as whole_estimate
from sgdlint.rules.logic import EITHER, FALSE, TRUE, UNKNOWN, Value, known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sgdlint.catalog import Model
    from sgdlint.catalog.memory import Estimate, Weights
    from sgdlint.launch.launch import Launch

    Lookup = Callable[[str, str], Value]

MANY = 1_000_000
"""More layers than any transformer has."""


def _weights(launch: Launch, lookup: Lookup) -> Weights | None:
    """Return the weights that a launch certainly loads."""
    model = launch.model
    if model is None or not _as_published(launch, model):
        return None
    others = tables.table("weights")["other_weights"]
    if launch.bound.extras or any(not _absent(lookup, name) for name in others):
        return None
    precisions = {part: _precision(lookup, model, part) for part in PARTS}
    if None in precisions.values():
        return None
    return weights_of(model.id, {part: one or () for part, one in precisions.items()})


def _as_published(launch: Launch, model: Model) -> bool:
    """Whether the path names the checkpoint itself, not another one with a longer name."""
    path = launch.model_path.rstrip("/")
    names = path, path.rpartition("/")[2]
    return model.how == "cache" or model.id == names[0] or model.id.endswith("/" + names[1])


def _absent(lookup: Lookup, name: str) -> bool:
    value = lookup("option", name)
    return value.absent and value.values == ()


def _precision(lookup: Lookup, model: Model, part: str) -> tuple[str, ...] | None:
    name, usual = tables.table("weights")["precisions"][part]
    given = lookup("option", name)
    if given.values is None or len(given.values) > 1:
        return None
    value: Any = given.values[0] if given.values else model.settings.get(name, usual)
    return (value,) if isinstance(value, str) else tuple(value)


def _plan(launch: Launch, lookup: Lookup, stays: tuple[str, ...]) -> Plan:
    """Return how a launch runs; stays: parts that are taken to lie on the GPU."""
    places = {part: _places(lookup, part, stays) for part in PARTS}
    fsdp = lookup("derived", "residency.fsdp")
    by_layers = tables.within(tables.table("weights")["loads_by_layers"], launch.release.name)
    return Plan(
        places,
        _greatest(lookup, "parallel.tp"),
        _greatest(lookup, "parallel.num_gpus"),
        (True, False) if fsdp.values is None else tuple(map(bool, fsdp.values)),
        _ahead(lookup),
        not by_layers,
    )


def _places(lookup: Lookup, part: str, stays: tuple[str, ...]) -> tuple[str, ...]:
    if part in stays:
        return ("resident",)
    found = lookup("derived", f"residency.{part}").values
    return PLACES if not found or not set(found) <= set(PLACES) else found


def _greatest(lookup: Lookup, name: str) -> int | None:
    values = lookup("derived", name).values
    return max(1, *map(int, values)) if values else None


def _ahead(lookup: Lookup) -> float | None:
    """Return how many layers, or which share of them, are fetched ahead at most."""
    values = lookup("derived", "residency.prefetch_size").values
    if values is not None and len(values) == 1 and 0 < values[0] < 1:
        share: float = values[0]
        return share
    if not values or not all(-MANY < one <= 0 or 1 <= one < MANY for one in values):
        return None  # several shares, or no number: `nan`, `inf`
    return max(1, *(int(one) for one in values))


def _shape(launch: Launch, lookup: Lookup) -> Shape | None:
    """Return the biggest output; None where the launch does not tell what it needs at most."""
    model = launch.model
    more = tables.table("weights")["more_memory"]
    if model is None or any(not _absent(lookup, name) for name in more):
        return None
    asked = [_number(lookup, model, name) for name in tables.table("weights")["shape"]]
    width, height, frames, pictures = asked
    named = width is not None and width > 0
    if width == 0 == height:
        width, height = tables.table("weights")["no_size"].get(model.output, (0, 0))
    if model.output == "image":
        frames = 1
    if not width or not height or not frames or pictures is None:
        return None
    return Shape(width, height, frames, pictures or 1, named and launch.command == "generate")


def _number(lookup: Lookup, model: Model, name: str) -> int | None:
    """Return the value of a request parameter, as given or the model's own.

    0 where nobody tells; None where it is not known.
    """
    given = lookup("option", name)
    if given.values is None or len(given.values) + given.absent != 1:
        return None
    value = given.values[0] if given.values else model.defaults.get(name) or 0
    return value if isinstance(value, int) else None


def _bounds(launch: Launch, lookup: Lookup, stays: tuple[str, ...] = ()) -> Bounds | None:
    weights = _weights(launch, lookup)
    if weights is None:
        return None
    return bounds(weights, _plan(launch, lookup, stays), _shape(launch, lookup))


def estimate(launch: Launch, lookup: Lookup) -> Estimate | None:
    """Return what a launch needs on each GPU, part by part; None when it is not known."""
    weights = _weights(launch, lookup)
    if weights is None:
        return None
    return whole_estimate(weights, _plan(launch, lookup, ()), _shape(launch, lookup))


def host_least(launch: Launch, lookup: Lookup) -> float | None:
    """Return the GiB of weights that certainly wait in the memory of the machine, of all ranks.

    Each process keeps a copy of its own of what it moves to its GPU; of a DiT that is shared by
    tensor parallelism or FSDP all processes together keep one.
    """
    weights, ranks = _weights(launch, lookup), lookup("derived", "parallel.num_gpus").values
    if weights is None or not ranks or len(ranks) > 1:
        return None
    found = 0.0
    for part in PARTS:
        copies = 1 if part == "dit" else max(1, int(ranks[0]))
        if not set(_places(lookup, part, ())) & {"resident"}:
            found += copies * sum(size.least for size in weights.parts[part])
    return found


def _fits(launch: Launch, lookup: Lookup, stays: tuple[str, ...] = ()) -> Value:
    gpu = launch.hardware.gpu
    memory = lookup("gpu", "memory_gib").values
    if not memory or (gpu is not None and gpu.shared):
        return UNKNOWN
    found = _bounds(launch, lookup, stays)
    if found is None:
        return UNKNOWN
    if found.least > max(memory):
        return FALSE
    return TRUE if found.most is not None and found.most <= min(memory) else EITHER


def dit_least(launch: Launch, lookup: Lookup) -> Value:
    """Return the GiB that are certainly needed when the transformer stays on the GPU."""
    found = _bounds(launch, lookup, ("dit",))
    return UNKNOWN if found is None else known(round(found.least, 1))


def least(launch: Launch, lookup: Lookup) -> Value:
    """Return the GiB that are certainly needed."""
    found = _bounds(launch, lookup)
    return UNKNOWN if found is None else known(round(found.least, 1))


def most(launch: Launch, lookup: Lookup) -> Value:
    """Return the GiB that are certainly enough."""
    found = _bounds(launch, lookup)
    return UNKNOWN if found is None or found.most is None else known(round(found.most, 1))


def whole(launch: Launch, lookup: Lookup) -> Value:
    """Return the GiB that are certainly enough to keep every part on the GPU."""
    found = _bounds(launch, lookup, PARTS)
    return UNKNOWN if found is None or found.most is None else known(round(found.most, 1))


def all_weights(launch: Launch, lookup: Lookup) -> Value:
    """Return the GiB of all weights on one GPU, of a sharded transformer its share."""
    found, tensor = _weights(launch, lookup), _greatest(lookup, "parallel.tp")
    if found is None or tensor is None:
        return UNKNOWN
    gib = {part: sum(size.least for size in found.parts[part]) for part in PARTS}
    return known(round(sum(gib.values()) - gib["dit"] * (1 - 1 / tensor), 1))


def _of_part(part: str) -> Callable[[Launch, Lookup], Value]:
    def read(launch: Launch, lookup: Lookup) -> Value:
        found = _weights(launch, lookup)
        return UNKNOWN if found is None else known(round(found.total(part), 1))

    return read


def published(launch: Launch, lookup: Lookup) -> Value:
    """Whether the path names the published checkpoint, and not a folder that is called like it."""
    model = launch.model
    if model is None or not _as_published(launch, model):
        return UNKNOWN
    return known(model.how != "name")


MEMORY_FACTS: dict[str, tuple[str, Callable[[Launch, Lookup], Value], str]] = {
    "least": ("number", least, "GiB that each GPU must have at least"),
    "most": ("number", most, "GiB with which each GPU certainly has enough, where that is known"),
    "fits": ("bool", _fits, "the launch fits into the memory of the GPU that was told"),
    "published": ("bool", published, "the path is the id of the model, not a folder of its name"),
    "whole": ("number", whole, "GiB that are certainly enough when every part stays on the GPU"),
    "whole_fits": (
        "bool",
        lambda launch, lookup: _fits(launch, lookup, PARTS),
        "it fits with every part on the GPU",
    ),
    "dit_fits": (
        "bool",
        lambda launch, lookup: _fits(launch, lookup, ("dit",)),
        "it fits with the DiT on the GPU, and the other parts where they lie",
    ),
    "dit_least": ("number", dit_least, "GiB that each GPU must have at least with the DiT on it"),
    "weights": ("number", all_weights, "GiB of all its weights on each GPU, at least"),
    "dit": ("number", _of_part("dit"), "GiB of the weights of its DiT, or of both"),
    "text_encoder": ("number", _of_part("text_encoder"), "GiB of its text encoders"),
    "image_encoder": (
        "number",
        _of_part("image_encoder"),
        "GiB of its image encoder, 0 without one",
    ),
}

"""How much memory a model needs on each GPU: at least, and at most.

The two bounds are far apart where SGLang, the allocator or the request decide, and what is not
known makes them wider. `docs/memory.md` describes the model and compares it with measurements.
"""

from __future__ import annotations

from sgdlint.catalog import tables
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

GIB = 1024**3
BYTES = {"fp32": 4, "fp16": 2, "bf16": 2}
PARTS = ("dit", "text_encoder", "image_encoder", "vae")
PLACES = ("resident", "offload", "layerwise")

# GiB of the process beside PyTorch's allocator: the CUDA context and its libraries; each other GPU
# that it talks to adds buffers of NCCL.
CONTEXT = (0.3, 1.5)
NCCL = 1.5
# The allocator holds more than is in use: blocks that it cannot give to others.
SPARE = 1.05
# Tensors of a token, as many numbers as the transformer is wide, that exist at once at least:
# query, key and value. The hidden state makes up for frames that a release rounds away.
TENSORS = 3
# GiB that denoising and decoding take beside weights, at most: for anything, for a megapixel of a
# picture, and for a megapixel of one frame of a video.
WORK, PICTURE, FRAME = 4.0, 8.0, 0.9
# Of a transformer that is fetched layer by layer: what stays on the GPU beside the layers, as a
# share, and how much bigger than the average a layer may be.
ASIDE, BIGGEST = 0.1, 2.0
# Lists of layers of one transformer, at most: double and single blocks. Of each, one more is there.
LISTS = 2


@record
class Bounds:
    """GiB on one GPU: least is certain to be needed, most is certain to be enough, or None."""

    least: float
    most: float | None


@record
class Row:
    """GiB on one GPU of one part, or of what is no part: `work` and `cuda`; at least, at most.

    stays: it lies there all the time; else only while it works.
    """

    name: str
    least: float
    most: float | None
    stays: bool


@record
class Estimate:
    """What a launch needs on each GPU, and of what it is made."""

    bounds: Bounds
    rows: tuple[Row, ...]


@record
class Size:
    """GiB of one part of a model; layers of a transformer, else 1."""

    least: float
    most: float
    layers: int = 1


@record
class Weights:
    """The weights of a checkpoint. width: of its transformer; pixels: the side of a token."""

    parts: dict[str, tuple[Size, ...]]
    width: int
    pixels: int

    def total(self, part: str) -> float:
        """Return the GiB that a part has at most."""
        return sum(size.most for size in self.parts[part])


@record
class Plan:
    """How a launch runs a model; each tuple holds all possibilities.

    places: where each part lies, by part. tensor, gpus: tensor-parallel degree and GPUs, at most,
    None when any. fsdp: whether the transformer is sharded over the GPUs. ahead: layers that are
    fetched ahead at most, or, below 1, which share of them; None when any. whole_at_load: a
    transformer that is fetched layer by layer lies on the GPU once, when it is loaded.
    """

    places: dict[str, tuple[str, ...]]
    tensor: int | None = 1
    gpus: int | None = 1
    fsdp: tuple[bool, ...] = (False,)
    ahead: float | None = 1
    whole_at_load: bool = True


@record
class Shape:
    """The biggest output of a launch.

    pictures: how many are made at once. certain: one of this size is made.
    """

    width: int
    height: int
    frames: int = 1
    pictures: int = 1
    certain: bool = False

    @property
    def megapixels(self) -> float:
        """Megapixels of one frame."""
        return self.width * self.height / 1e6


def weights_of(model: str, precisions: dict[str, tuple[str, ...]]) -> Weights | None:
    """Return the weights of a checkpoint in some precisions, each part's in its order."""
    table = tables.table("weights")
    row = next((row for row in table["models"] if model in row["ids"]), None)
    if row is None:
        return None
    known = {part["name"]: part for part in table["parts"]}
    parts = {}
    for part in PARTS:
        names, given = row.get(part, ()), precisions[part]
        if any(one not in BYTES for one in given):
            return None
        # One precision stands for all; the encoders of a pipeline have one each.
        kinds = given if len(given) == len(names) else given[:1] * len(names)
        parts[part] = tuple(
            _size(known[name], kind) for name, kind in zip(names, kinds, strict=True)
        )
    return Weights(parts, known[row["dit"][0]]["width"], row["pixels"])


def _size(part: tables.Row, precision: str) -> Size:
    params = part["params"]
    least, most = params if isinstance(params, list) else (params, params)
    each = BYTES[precision] / GIB
    return Size(least * each, most * each, part.get("layers", 1))


def bounds(weights: Weights, plan: Plan, shape: Shape | None) -> Bounds:
    """Return what a launch needs on each GPU; without a shape nothing is enough."""
    held = [_held(weights, part, plan) for part in PARTS]
    least = sum(one.always_least for one in held) + max(
        one.used_least - one.always_least for one in held
    )
    least += CONTEXT[0] + (_tokens(weights, shape, plan) if shape and shape.certain else 0)
    if shape is None:
        return Bounds(least, None)
    stay = sum(one.always_most for one in held)
    come = max(one.used_most - one.always_most for one in held)
    talk = 0 if plan.gpus == 1 else NCCL
    return Bounds(least, (stay + come) * SPARE + _work(shape) + CONTEXT[1] + talk)


def estimate(weights: Weights, plan: Plan, shape: Shape | None) -> Estimate:
    """Return what a launch needs on each GPU, part by part; see `bounds`."""
    held = [(part, _held(weights, part, plan)) for part in PARTS if weights.parts[part]]
    rows = [
        Row(
            part,
            one.used_least,
            one.used_most * SPARE,
            all(place == "resident" for place in plan.places[part]),
        )
        for part, one in held
    ]
    rows.append(Row("work", 0.0, None if shape is None else _work(shape), True))
    talk = 0.0 if plan.gpus == 1 else NCCL
    rows.append(Row("cuda", CONTEXT[0], CONTEXT[1] + talk, True))
    return Estimate(bounds(weights, plan, shape), tuple(rows))


@record
class _Held:
    """GiB of a part on a GPU, all the time and while it works."""

    always_least: float
    used_least: float
    always_most: float
    used_most: float


def _held(weights: Weights, part: str, plan: Plan) -> _Held:
    sizes = weights.parts[part]
    ways = [_way(sizes, part, place, plan) for place in plan.places[part]]
    return _Held(
        min(way.always_least for way in ways),
        min(way.used_least for way in ways),
        max(way.always_most for way in ways),
        max(way.used_most for way in ways),
    )


def _way(sizes: Iterable[Size], part: str, place: str, plan: Plan) -> _Held:
    sizes = tuple(sizes)
    least, most = sum(size.least for size in sizes), sum(size.most for size in sizes)
    least *= _share(part, plan)
    if place == "resident":
        return _Held(least, least, most, most)
    if place == "offload":
        # Only the transformer is known to come as a whole; one of two, when there are two.
        comes = part == "dit" and True not in plan.fsdp
        whole = max((size.least for size in sizes), default=0.0) * _share(part, plan)
        return _Held(0, whole if comes else 0, 0, most)
    return _Held(0, 0, most * ASIDE, sum(_layers(size, part, plan) for size in sizes))


def _share(part: str, plan: Plan) -> float:
    """Return the share of a part that one GPU holds at least."""
    if part == "vae":
        return 0.0  # some pipelines load half of it
    over = plan.tensor if part == "dit" and True not in plan.fsdp else plan.gpus
    return 0.0 if over is None else 1 / over


def _layers(size: Size, part: str, plan: Plan) -> float:
    """Return the GiB that a part takes at most while it is fetched layer by layer."""
    if part != "dit" or plan.ahead is None or plan.whole_at_load:
        return size.most
    # SGLang rounds a share for each list of layers, and a transformer has two at most.
    ahead = plan.ahead if plan.ahead >= 1 else plan.ahead * size.layers + LISTS
    return size.most * min(1.0, ASIDE + BIGGEST * (ahead + 1) / size.layers)


def _tokens(weights: Weights, shape: Shape, plan: Plan) -> float:
    """Return the GiB of the sequence that the transformer works on, at least."""
    if plan.gpus is None:
        return 0.0
    rows, columns = shape.height // weights.pixels, shape.width // weights.pixels
    sequence = rows * columns * ((shape.frames - 1) // 4 + 1)
    return sequence * weights.width * 2 * TENSORS / plan.gpus / GIB


def _work(shape: Shape) -> float:
    """Return the GiB that denoising and decoding take beside the weights at most."""
    each = PICTURE if shape.frames == 1 else FRAME * shape.frames
    return WORK + each * shape.megapixels * shape.pictures

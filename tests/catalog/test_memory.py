"""What a launch needs of a GPU's memory: the bounds, and that measurements lie between them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from sgdlint import catalog, rulepack
from sgdlint.catalog import tables
from sgdlint.catalog.memory import GIB, PARTS, Plan, Shape, Weights, bounds, weights_of
from sgdlint.linter import Options, check, launches_for
from sgdlint.record import replace
from sgdlint.rules.facts import Derived, Facts
from sgdlint.source import Source

BF16: dict[str, tuple[str, ...]] = dict.fromkeys(PARTS, ("bf16",))
QWEN = "Qwen/Qwen-Image"
A14B = "Wan-AI/Wan2.2-T2V-A14B-Diffusers"


def weights(model: str, **precisions: str) -> Weights:
    found = weights_of(model, BF16 | {part: (one,) for part, one in precisions.items()})
    assert found is not None
    return found


def places(**other: str) -> dict[str, tuple[str, ...]]:
    return {part: (other.get(part, "resident"),) for part in PARTS}


def least(model: str, plan: Plan) -> float:
    return bounds(weights(model), plan, None).least


def most(model: str, plan: Plan, shape: Shape) -> float:
    found = bounds(weights(model), plan, shape).most
    assert found is not None
    return found


def test_sizes_are_parameters_times_bytes() -> None:
    assert weights(QWEN).total("dit") == pytest.approx(38.05, abs=0.01)
    assert weights(QWEN).total("text_encoder") == pytest.approx(15.45, abs=0.01)
    assert weights(A14B, dit="fp32").total("dit") == pytest.approx(2 * 57153966336 / GIB)


def test_each_encoder_has_its_precision() -> None:
    found = weights_of("black-forest-labs/FLUX.1-dev", BF16 | {"text_encoder": ("fp32", "bf16")})
    assert found is not None
    clip, t5 = found.parts["text_encoder"]
    assert (clip.most, t5.most) == pytest.approx((0.458, 8.87), abs=0.01)


def test_unknown_checkpoints_and_precisions_have_no_size() -> None:
    assert weights_of("someone/else", BF16) is None
    assert weights_of(QWEN, BF16 | {"dit": ("fp8",)}) is None


def test_what_stays_adds_up_and_what_comes_does_not() -> None:
    all_stay = least(A14B, Plan(places()))
    one_comes = least(A14B, Plan(places(dit="offload")))
    by_layers = least(A14B, Plan(places(dit="layerwise")))
    assert all_stay - one_comes == pytest.approx(14288491584 * 2 / GIB)
    assert one_comes - by_layers == pytest.approx(14288491584 * 2 / GIB)


def test_shards_lower_the_least_alone() -> None:
    shape = Shape(1024, 1024)
    one, two = Plan(places()), Plan(places(), tensor=2, gpus=2)
    any_degree = Plan(places(), tensor=None, gpus=None)
    assert least(QWEN, one) > 2 * (least(QWEN, two) - 0.3)
    assert least(QWEN, any_degree) == pytest.approx(0.3)
    assert most(QWEN, two, shape) >= most(QWEN, one, shape)


def test_sharded_weights_that_come_count_as_nothing() -> None:
    plan = Plan(places(dit="offload", text_encoder="offload"), gpus=2, fsdp=(True, False))
    assert least(QWEN, plan) == pytest.approx(0.3)


def test_every_possible_place_counts() -> None:
    either = Plan({**places(), "dit": ("resident", "layerwise")})
    assert least(QWEN, either) == least(QWEN, Plan(places(dit="layerwise")))
    shape = Shape(1024, 1024)
    assert most(QWEN, either, shape) == most(QWEN, Plan(places()), shape)


def test_layers_that_are_fetched_ahead_count() -> None:
    shape = Shape(832, 480, 81)
    few, many, whole = (
        most(A14B, Plan(places(dit="layerwise"), ahead=ahead, whole_at_load=False), shape)
        for ahead in (1, 8, None)
    )
    assert few < many < whole


def test_a_share_of_the_layers_is_at_least_as_many_as_sglang_makes_of_it() -> None:
    shape = Shape(832, 480, 81)

    def needed(ahead: float) -> float:
        plan = Plan(places(dit="layerwise"), ahead=ahead, whole_at_load=False)
        return most(A14B, plan, shape)

    for share in (0.05, 0.1, 0.3):
        assert needed(share) >= needed(1 + round(share * 39))  # 40 layers
    assert needed(0.1) < needed(8)
    assert needed(0.9) == needed(39)


def test_bigger_outputs_need_more() -> None:
    plan = Plan(places())
    sizes = [Shape(832, 480, 17), Shape(832, 480, 81), Shape(1280, 720, 81)]
    certain = [replace(size, certain=True) for size in sizes]
    needed = [bounds(weights(A14B), plan, size) for size in certain]
    assert {bounds(weights(A14B), plan, size).least for size in sizes} == {least(A14B, plan)}
    assert [one.least for one in needed] == sorted({one.least for one in needed})
    assert [one.most for one in needed] == sorted({one.most or 0 for one in needed})


def test_every_part_of_a_model_has_a_size_and_every_size_a_source() -> None:
    table = tables.table("weights")
    known = {part["name"]: part for part in table["parts"]}
    assert all(part["source"] for part in known.values())
    named = [name for row in table["models"] for part in PARTS for name in row.get(part, ())]
    assert set(named) == set(known)
    ids = [one for row in table["models"] for one in row["ids"]]
    assert len(ids) == len(set(ids))
    newest = catalog.load(catalog.newest())
    assert [one for one in ids if newest.model(one) is None] == []


def test_every_option_that_counts_exists_in_some_release() -> None:
    table = tables.table("weights")
    loaded = [catalog.load(release) for release in catalog.releases()]
    ever = {name for one in loaded for command in catalog.COMMANDS for name in one.by_dest(command)}
    ever |= {"component_paths"}
    named = {*table["other_weights"], *table["more_memory"], *table["shape"]}
    named |= {option for option, _ in table["precisions"].values()}
    assert named - ever == set()


def fact(launch: str, name: str = "fits", sglang: str = "0.5.23", gpu: str = "H100") -> object:
    [one] = launches_for(Source("run.sh", launch), sglang, Options(sglang=sglang, gpu=gpu))
    assert one is not None
    values = Facts(one, Derived(rulepack.load(), sglang)).lookup("memory", name).values
    return values[0] if values is not None and len(values) == 1 else None


@pytest.mark.parametrize(
    ("launch", "gpu", "fits"),
    [
        (
            "generate --model-path Qwen/Qwen-Image --prompt x --dit-cpu-offload false",
            "RTX 4090",
            False,
        ),
        ("serve --model-path Qwen/Qwen-Image --dit-cpu-offload false", "RTX 4090", False),
        ("serve --model-path /data/Qwen-Image/ --dit-cpu-offload false", "RTX 4090", False),
        ("generate --model-path Qwen/Qwen-Image --prompt x", "H200", True),
        ("serve --model-path Qwen/Qwen-Image", "H100", True),
        ("serve --model-path Qwen/Qwen-Image --dit-cpu-offload false", "A6000", None),
    ],
)
def test_whether_a_launch_fits(launch: str, gpu: str, fits: bool | None) -> None:
    assert fact("sglang " + launch, gpu=gpu) is fits


@pytest.mark.parametrize(
    "more",
    [
        "$EXTRA",
        "--num-gpus 4 --tp-size 4",
        "--quantization fp8",
        "--transformer-path a/b",
        "--transformer-weights-path a/b",
        "--model-id Qwen-Image",
        "--component-residency x=y",
    ],
)
def test_what_makes_it_unknown_that_a_launch_does_not_fit(more: str) -> None:
    serve = "sglang serve --model-path Qwen/Qwen-Image --dit-cpu-offload false"
    assert fact(serve, gpu="RTX 4090") is False
    assert fact(f"{serve} {more}", gpu="RTX 4090") is None
    assert fact(serve, gpu="GB10") is None
    assert fact(serve.replace("Qwen/Qwen-Image", "a/Qwen-Image-4bit"), gpu="RTX 4090") is None


@pytest.mark.parametrize(
    "more", ["--width 4096 --height 4096", "--lora-path a/b", "--num-outputs-per-prompt 8", "$X"]
)
def test_what_makes_it_unknown_that_a_launch_fits(more: str) -> None:
    generate = "sglang generate --model-path Qwen/Qwen-Image --prompt x"
    assert fact(generate, gpu="H200") is True
    assert fact(f"{generate} {more}", gpu="H200") is None


def test_without_a_gpu_nothing_is_reckoned() -> None:
    tables._parsed.pop("weights", None)
    assert fact(f"sglang serve --model-path {QWEN} --dit-cpu-offload false", gpu="") is None
    assert "weights" not in tables._parsed


@pytest.mark.parametrize(
    ("more", "name", "gib"),
    [
        ("", "dit", 38.1),
        ("--dit-precision fp32", "dit", 76.1),
        ("", "weights", 51.5),
        ("--num-gpus 2 --tp-size 2", "weights", 32.4),
        ("--dit-cpu-offload false --text-encoder-cpu-offload false", "least", 51.5),
        ("--dit-layerwise-offload", "least", 0.3),
        ("--batching-max-size 4", "most", None),
        ('--num-gpus "$N"', "least", 38.4),
        ('--tp-size "$N"', "least", 0.3),
    ],
)
def test_the_figures_of_a_server(more: str, name: str, gib: float | None) -> None:
    assert fact(f"sglang serve --model-path {QWEN} {more}", name) == gib


@pytest.fixture(scope="module")
def script(root: Path) -> ModuleType:
    path = root / "scripts" / "build_memory.py"
    spec = importlib.util.spec_from_file_location("build_memory", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_measurements_lie_between_the_bounds(script: ModuleType) -> None:
    rows = script.load()
    assert len(rows) > 30
    assert script.problems(rows) == []
    assert all(row["source"] for row in rows)


def test_a_figure_outside_of_the_bounds_is_told(script: ModuleType) -> None:
    row = {"launch": "x", "gib": 5.0, "least": 7.0, "most": 9.0}
    assert script.problems([row]) == ["x (5.0): is not between 7.0, 9.0"]
    assert script.problems([row | {"why": "said"}]) == []
    assert script.problems([row | {"gib": 8.0, "why": "said"}]) != []


@pytest.mark.parametrize(
    ("path", "published"),
    [
        ("Qwen/Qwen-Image", True),
        ("/data/Qwen-Image", False),
        ("mirror/Qwen-Image", False),
        ("a/Qwen-Image-4bit", None),
        ("someone/else", None),
    ],
)
def test_whether_the_path_names_the_published_weights(path: str, published: bool | None) -> None:
    serve = f"sglang serve --model-path {path} --model-type diffusion"
    assert fact(serve, "published") is published


def test_the_page_shows_what_is_known(script: ModuleType) -> None:
    page = script.page(script.load())
    assert "| 45.8 | 38.4 |" in page
    assert "| black-forest-labs/FLUX.2-dev | 45 | 60.0 (more) |" in page
    assert "MiniMax-H3" in page


@pytest.mark.parametrize("size", ["nan", "inf", "-inf", "1e400", "-1e400", "1e30"])
def test_a_prefetch_size_that_is_no_number_of_layers(size: str) -> None:
    words = f"--dit-layerwise-offload --dit-offload-prefetch-size={size}"
    source = Source("run.sh", f"sglang serve --model-path {QWEN} {words}\n")
    for release in ("0.5.9", "0.5.22", "0.5.23"):
        options = Options(sglang=(release,), gpu="H100", gpus=8)
        assert not check(source, rulepack.load([]), options).failures

"""Models: found by their paths as the real registry finds them, and what is known of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sgdlint import catalog
from sgdlint.catalog import tables
from sgdlint.catalog.attention import mark_of, takes

RECORDED = sorted((Path(__file__).parent / "recorded").glob("*.json"), key=lambda p: p.stem)


@pytest.mark.parametrize("file", RECORDED, ids=lambda p: p.stem)
def test_paths_lead_to_the_family_that_the_real_registry_finds(file: Path) -> None:
    real = json.loads(file.read_text(encoding="utf-8"))["resolution"]
    release = catalog.load(file.stem)
    found = {path: model and model.family for path, model in _models(release, real).items()}
    assert found == real


def _models(release: catalog.Release, paths: dict[str, Any]) -> dict[str, catalog.Model | None]:
    return {path: release.model(path) for path in paths}


@pytest.mark.parametrize(
    ("path", "how", "known"),
    [
        ("Qwen/Qwen-Image", "id", "Qwen/Qwen-Image"),
        ("/models/Wan2.2-T2V-A14B-Diffusers", "name", "Wan-AI/Wan2.2-T2V-A14B-Diffusers"),
        ("/c/models--Qwen--Qwen-Image/snapshots/0123", "cache", "Qwen/Qwen-Image"),
        ("black-forest-labs/FLUX.1-schnell", "detector", ""),
    ],
)
def test_how_a_model_was_found(path: str, how: str, known: str) -> None:
    model = catalog.load("0.5.23").model(path)
    assert model is not None
    assert (model.how, model.id) == (how, known)


FACTS = ("task", "kind", "requires_image", "accepts_image", "uses_cfg", "heads")


@pytest.mark.parametrize(
    ("release", "path", "expected"),
    [
        ("0.5.12", "Wan-AI/Wan2.2-T2V-A14B-Diffusers", ("T2V", "video", False, False, True, 40)),
        ("0.5.12", "Wan-AI/Wan2.2-I2V-A14B-Diffusers", ("I2V", "video", True, True, True, 40)),
        ("0.5.12", "Wan-AI/Wan2.2-TI2V-5B-Diffusers", ("TI2V", "video", False, True, True, 40)),
        ("0.5.12", "black-forest-labs/FLUX.1-dev", ("T2I", "image", False, False, False, 24)),
        ("0.5.12", "Qwen/Qwen-Image-Edit", ("I2I", "image", True, True, True, 24)),
        ("0.5.12", "black-forest-labs/FLUX.2-dev", ("TI2I", "image", False, True, False, 24)),
        ("0.5.12", "tencent/Hunyuan3D-2", ("I2M", "other", True, True, True, 16)),
        ("0.5.23", "lerobot/pi05_base", ("VLA_ACTION", "other", False, True, False, None)),
        ("0.5.23", "Tongyi-MAI/Z-Image-Turbo", ("T2I", "image", False, False, False, 30)),
        ("0.5.5", "Qwen/Qwen-Image", (None, "image", None, None, True, 24)),
    ],
)
def test_facts(release: str, path: str, expected: tuple[Any, ...]) -> None:
    model = catalog.load(release).model(path)
    assert model is not None
    assert tuple(getattr(model, name) for name in FACTS) == expected


def test_defaults_of_a_request() -> None:
    model = catalog.load("0.5.23").model("Lightricks/LTX-2.3")
    assert model is not None
    assert model.defaults["num_inference_steps"] == 30
    assert model.defaults["guidance_scale"] == 3.0
    assert (model.defaults["width"], model.defaults["height"]) == (768, 512)
    assert "audio_cfg_scale" in model.sampling_fields


@pytest.mark.parametrize(
    ("release", "name", "expected"),
    [
        ("0.5.12", "auto_dit_layerwise_offload", True),
        ("0.5.12", "auto_dit_layerwise_offload_high_memory_disable_gb", 130),
        ("0.5.23", "dit_layerwise_offload_modes", ["auto", "memory"]),
        ("0.5.23", "keep_resident_min_available_gb", 120),
        ("0.5.23", "supports_cfg_parallel", True),
    ],
)
def test_deployment(release: str, name: str, expected: object) -> None:
    model = catalog.load(release).model("Wan-AI/Wan2.2-T2V-A14B-Diffusers")
    assert model is not None
    assert model.deployment[name] == expected


def test_a_release_without_deployment_configurations_assumes_nothing() -> None:
    model = catalog.load("0.5.9").model("Qwen/Qwen-Image")
    assert model is not None
    assert model.deployment == {}


FLASH = {"aiter", "aiter_sage", "fa", "torch_sdpa"}
SAGE = {"sage_attn", "sage_attn_3"}


@pytest.mark.parametrize(
    ("path", "release", "backends"),
    [
        ("Qwen/Qwen-Image", "0.5.5", {"fa3", "torch_sdpa"}),
        ("Qwen/Qwen-Image", "0.5.12", FLASH | SAGE),
        ("Qwen/Qwen-Image", "0.5.23", FLASH | SAGE | {"sparge_attn"}),
        ("black-forest-labs/FLUX.2-dev", "0.5.12", FLASH),
        ("black-forest-labs/FLUX.2-dev", "0.5.9", None),
        ("black-forest-labs/FLUX.1-dev", "0.5.12", None),
    ],
)
def test_attention_backends_of_the_layers(
    path: str, release: str, backends: set[str] | None
) -> None:
    model = catalog.load(release).model(path)
    assert model is not None
    found = model.attention_backends
    assert (found if found is None else set(found)) == backends


@pytest.mark.parametrize("release", catalog.releases())
def test_layers_name_backends_of_their_release(release: str) -> None:
    loaded = catalog.load(release)
    named = {name for one in loaded.models() for name in one.attention_backends or ()}
    assert named <= set(loaded.attention_backends())


def test_every_attention_backend_is_judged_or_known_not_to_be() -> None:
    names = {name for one in catalog.releases() for name in catalog.load(one).attention_backends()}
    judged = {name for name in names if mark_of(name).get("quality")}
    assert names - judged == {"laser_attn", "no_attention"}
    sparse = [row["name"] for row in tables.table("attention")["rows"] if row.get("sparse")]
    assert {mark_of(name).get("quality") for name in sparse} <= {"lossy", None}


def test_a_layer_takes_what_stands_for_those_that_it_names() -> None:
    assert takes(("fa", "torch_sdpa"), "dynamic_cudnn_sdpa")
    assert not takes(("fa",), "torch_cudnn_sdpa")


def test_options_of_one_model_only() -> None:
    model = catalog.load("0.5.23").model("black-forest-labs/flux-3-image-klein")
    assert model is not None
    assert "--flux3-alpha" in [flag for option in model.options for flag in option.flags]


@pytest.mark.parametrize("release", catalog.releases())
def test_every_model_of_every_release_can_be_read(release: str) -> None:
    loaded = catalog.load(release)
    models = loaded.models()
    assert len(models) >= 16
    for model in models:
        again = loaded.model(model.id)
        assert again is not None
        assert (again.id, again.how) == (model.id, "id")
        assert model.kind in ("image", "video", "other")
        assert model.task is None or model.task in model.tasks
        assert isinstance(model.deployment, dict)
        assert model.attention_backends is None or model.attention_backends
        assert (model.layers is None) or model.layers > 0


@pytest.mark.parametrize(
    ("path", "pipeline"),
    [
        ("tencent/Hunyuan3D-2", "Hunyuan3D2Pipeline"),
        ("MiniMaxAI/MiniMax-H3", "MiniMaxH3Pipeline"),
        ("/models/MiniMax-H3", "MiniMaxH3Pipeline"),
        ("Qwen/Qwen-Image", None),
    ],
)
def test_pipelines_of_models_without_an_index(path: str, pipeline: str | None) -> None:
    release = catalog.load("0.5.23")
    assert release.registry.pipeline_class(path) == pipeline
    assert pipeline is None or pipeline in release.pipelines()


@pytest.mark.parametrize(
    ("release", "path", "expected"),
    [
        ("0.5.23", "x/Qwen-Image-AWQ", True),
        ("0.5.23", "x/Qwen-Image-FP8", False),
        ("0.5.9", "x/Qwen-Image-AWQ", False),
    ],
)
def test_quantized_by_name(release: str, path: str, expected: bool) -> None:
    assert catalog.load(release).registry.quantized(path) is expected


def test_a_model_that_its_repository_decides_is_not_settled() -> None:
    for release, settled in (("0.5.15.post1", False), ("0.5.18", True)):
        model = catalog.load(release).model("nvidia/Cosmos3-Nano")
        assert model is not None
        assert model.is_settled is settled

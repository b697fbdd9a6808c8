"""Record what SGLang's own parsers and registry say, to compare the catalog with.

Run it where a release of SGLang is installed; it writes `recorded/RELEASE.json` beside this file:

    python tests/catalog/record.py 0.5.23
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path
from typing import Any

CLI = "sglang.multimodal_gen.runtime.entrypoints.cli."
ACTIONS = {
    "Store": "store",
    "StoreTrue": "store_true",
    "StoreFalse": "store_false",
    "StoreBoolean": "boolean",
    "RaiseNotImplementedAction": "refuse",
}
PATHS = (
    "Qwen/Qwen-Image",
    "Qwen/Qwen-Image-Edit",
    "Qwen/Qwen-Image-Edit-2509",
    "Qwen/Qwen-Image-2512",
    "qwen/qwen-image",
    "/models/Qwen-Image",
    "/models/Qwen-Image/",
    "./Qwen-Image-Edit",
    "someone/Qwen-Image-Edit-2509-fp8",
    "Qwen-Image-Lightning",
    "black-forest-labs/FLUX.1-dev",
    "black-forest-labs/FLUX.1-schnell",
    "black-forest-labs/FLUX.2-dev",
    "black-forest-labs/FLUX.2-klein-4B",
    "/data/flux.2-klein-9b-finetuned",
    "/home/me/.cache/huggingface/hub/models--black-forest-labs--FLUX.1-dev/snapshots/0123",
    "/home/me/.cache/huggingface/hub/models--Wan-AI--Wan2.2-T2V-A14B-Diffusers/snapshots/4567",
    "Wan-AI/Wan2.1-T2V-1.3B-Diffusers",
    "Wan-AI/Wan2.2-T2V-A14B-Diffusers",
    "/models/Wan2.2-T2V-A14B-Diffusers",
    "/models/Wan-AI/Wan2.2-I2V-A14B-Diffusers",
    "myorg/Wan2.2-TI2V-5B-Diffusers",
    "Wan-AI/Wan2.2-T2V-A14B",
    "/models/wan22",
    "FastVideo/FastWan2.2-TI2V-5B-FullAttn-Diffusers",
    "hunyuanvideo-community/HunyuanVideo",
    "tencent/HunyuanVideo",
    "tencent/Hunyuan3D-2",
    "Tongyi-MAI/Z-Image-Turbo",
    "Tongyi-MAI/Z-Image",
    "/weights/z-image-turbo-awq",
    "Lightricks/LTX-2",
    "Lightricks/LTX-2.3",
    "Lightricks/LTX-Video",
    "OpenMOSS-Team/MOVA-360p",
    "zai-org/GLM-Image",
    "MiniMaxAI/MiniMax-H3",
    "/models/MiniMax_H3-int8",
    "sensenova/SenseNova-U1.5-8B-MoT",
    "someone/SenseNova-U1.5-8B-MoT",
    "Efficient-Large-Model/SANA-WM_bidirectional",
    "Efficient-Large-Model/Sana_1600M_1024px_diffusers",
    "stabilityai/stable-diffusion-3.5-large",
    "stabilityai/stable-diffusion-xl-base-1.0",
    "kandinskylab/Kandinsky-6.0-Pro-distill-5s-Diffusers",
    "/x/kandinsky6.0-vsr-mine",
    "/x/distilled/Wan2.2-Animate-2-14B-Diffusers",
    "meta-llama/Llama-3.1-8B-Instruct",
    "Qwen/Qwen3-8B",
)


def listing(parser: argparse.ArgumentParser) -> list[list[Any]]:
    """Return flags, destination, action, number of values, type, choices and default of each."""
    return [row(action) for action in parser._actions]


def row(action: argparse.Action) -> list[Any]:
    """Return one option as plain data, in the words of the catalog."""
    kind = type(action).__name__.strip("_").removesuffix("Action")
    name = ACTIONS.get(kind) or ACTIONS[type(action).__name__]
    counted = name == "store" or name == "refuse"
    choices = None if action.choices is None else [str(choice) for choice in action.choices]
    default = getattr(action.default, "value", action.default)
    return [
        list(action.option_strings),
        action.dest,
        name,
        action.nargs if counted else None,
        getattr(action.type, "__name__", None) if counted else None,
        choices,
        default,
    ]


def resolution() -> dict[str, str | None]:
    """Return the family that the registry finds for each path, when no file can be read."""
    registry = importlib.import_module("sglang.multimodal_gen.registry")
    for name in ("maybe_download_model_index", "verify_model_config_and_directory"):
        if hasattr(registry, name):
            setattr(registry, name, lambda *_a, **_k: {})
    return {path: family(registry, path) for path in PATHS}


def family(registry: Any, path: str) -> str | None:
    """Return the name of the pipeline configuration class of a path."""
    if hasattr(registry._get_config_info, "cache_clear"):
        registry._get_config_info.cache_clear()
    try:
        found = registry._get_config_info(path)
    except RuntimeError:  # until 0.5.9 the registry raised where later ones return None
        return None
    return found.pipeline_config_cls.__name__ if found else None


def main(release: str) -> None:
    """Write the listings of the installed release."""
    lines = []
    for command in ("generate", "serve"):
        parser = argparse.ArgumentParser(add_help=False)
        module = importlib.import_module(CLI + command)
        getattr(module, f"add_multimodal_gen_{command}_args")(parser)
        rows = [json.dumps(one, default=str) for one in listing(parser)]
        lines.append(f' "{command}": [\n  ' + ",\n  ".join(rows) + "\n ]")
    lines.append(f' "resolution": {json.dumps(resolution(), indent=2)}')
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    (Path(__file__).parent / "recorded" / f"{release}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])

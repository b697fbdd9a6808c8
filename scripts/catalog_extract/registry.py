"""How a release finds the family of a model, and its native pipelines."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from catalog_extract.evaluate import Program
from catalog_extract.models import ROOT, ask, deployment_defaults, registrations, tidy
from catalog_extract.objects import Cls, RaisedError, UndecidedError
from catalog_extract.scope import Module


def registry(program: Program) -> dict[str, list[dict[str, Any]]]:
    """Return how the release finds a model's family, in one row."""
    module = program.module(f"{ROOT}.registry")
    row: dict[str, Any] = {"deployment": deployment_defaults(program), "match": "id in path"}
    if module is not None:
        text = ast.unparse(module.tree)
        row["cache_paths"] = "models--" in text
        row["match"] = _partial_match(text)
        row["quantized"] = _quantized(module)
    patterns = _patterns(program)
    row["patterns"] = [[pattern, name] for pattern, name in patterns.items()]
    ids = program.find(f"{ROOT}.configs.sensenova_u1.SENSENOVA_U1_MODEL_IDS")
    row["exact_only"] = sorted(ids) if isinstance(ids, set) else []
    return {"all": [tidy(row)]}


_PARTIAL = {
    "registered_id in model_path": "id in path",
    "model_hf_path.lower() in cleaned_model_path": "id in path with slashes",
    "registered_model_name == model_name": "same name",
    "registered_model_name in model_short_name": "name in name",
}


def _partial_match(text: str) -> str:
    """Return how the registry compares a path that is not a registered id with those ids."""
    found = [way for code, way in _PARTIAL.items() if f"if {code}:" in text]
    if len(found) != 1:
        raise ValueError("the registry matches names in a new way: see _PARTIAL in registry.py")
    return found[0]


def _patterns(program: Program) -> dict[str, str]:
    name = "KNOWN_NON_DIFFUSERS_DIFFUSION_MODEL_PATTERNS"
    for module in (f"{ROOT}.registry", "sglang.utils"):
        found = program.find(f"{module}.{name}")
        if isinstance(found, dict):
            return found
    return {}


def _quantized(module: Module) -> list[str]:
    """Return the parts of a name that send a model to the diffusers backend."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "is_quantized":
            texts = [n.value for n in ast.walk(node.value) if isinstance(n, ast.Constant)]
            return [t for t in texts if isinstance(t, str)]
    return []


def pipelines(program: Program) -> dict[str, list[dict[str, Any]]]:
    """Return the names of the native pipelines, which `--pipeline-class-name` takes."""
    given = {name: pair for one in registrations(program) for name, pair in one.entries.items()}
    rows = {name: _pipeline(program, name, cls, given) for name, cls in entry_classes(program)}
    return {"all": [rows[name] for name in sorted(rows)]}


def _pipeline(program: Program, name: str, cls: Cls, given: dict[str, Any]) -> dict[str, Any]:
    """Return a pipeline with the configuration that it brings itself, where it does."""
    own = [_cls(program, cls, part) for part in ("pipeline_config_cls", "sampling_params_cls")]
    if None in own:
        own = [one if isinstance(one, Cls) else None for one in given.get(name, ())]
    found = zip(("family", "sampling"), own, strict=False)
    return {"name": name} | {key: one.name for key, one in found if one is not None}


def _cls(program: Program, owner: Cls, name: str) -> Cls | None:
    try:
        value = program.attribute(owner, name)
    except (RaisedError, UndecidedError):
        return None
    return value if isinstance(value, Cls) else None


def entry_classes(program: Program) -> Iterator[tuple[str, Cls]]:
    """Yield the native pipelines: the name of each, and its class."""
    for file in program.wheel.under(f"{ROOT}.runtime.pipelines".replace(".", "/") + "/"):
        module = program.module(file[: -len(".py")].replace("/", "."))
        if module is None or not module.has("EntryClass"):
            continue
        entry = module.get("EntryClass")
        for cls in entry if isinstance(entry, list) else [entry]:
            if isinstance(cls, Cls):
                name = ask(program, cls, "pipeline_name")
                yield (name if isinstance(name, str) else cls.name), cls

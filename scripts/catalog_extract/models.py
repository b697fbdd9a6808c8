"""The models that a release's registry knows, and what it takes for granted about each."""

from __future__ import annotations

from typing import Any

from catalog_extract import detectors
from catalog_extract.evaluate import Program
from catalog_extract.natives import dataclass_fields, field_default, instantiate
from catalog_extract.objects import (
    Builtin,
    Cls,
    External,
    Func,
    Instance,
    Member,
    RaisedError,
    UndecidedError,
    Unknown,
)
from catalog_extract.options import Fields, destination, plain
from catalog_extract.scope import Module

ROOT = "sglang.multimodal_gen"
_CONFIGS = f"{ROOT}.configs.pipeline_configs"
_SAMPLING = (
    "num_inference_steps",
    "guidance_scale",
    "guidance_scale_2",
    "true_cfg_scale",
    "width",
    "height",
    "num_frames",
    "fps",
    "boundary_ratio",
    "supported_resolutions",
)
_PIPELINE = (
    "dit_precision",
    "vae_precision",
    "vae_decode_precision",
    "text_encoder_precisions",
    "image_encoder_precision",
    "vae_tiling",
    "vae_slicing",
    "vae_sp",
    "flow_shift",
    "embedded_cfg_scale",
    "should_use_guidance",
    "dmd_denoising_steps",
    "boundary_ratio",
    "enable_autocast",
    "supports_auto_residency",
    "generator_device",
)
_ARCHITECTURE = {
    "heads": "num_attention_heads",
    "layers": "num_layers",
    "head_size": "attention_head_dim",
}


_PARAMETERS = (
    "sampling_param_cls",
    "pipeline_config_cls",
    "hf_model_paths",
    "model_detectors",
    "pipeline_config_registry_entries",
)


class Registration:
    """One family that was registered."""

    def __init__(self, options: dict[str, Any], where: Func | Module | None = None) -> None:
        self.where = where
        self.pipeline: Cls = options["pipeline_config_cls"]
        self.sampling: Any = options["sampling_param_cls"]
        ids = options.get("hf_model_paths") or options.get("model_path_to_name_mappings") or []
        self.ids: list[str] = [str(i) for i in ids]
        self.detectors: list[Any] = list(options.get("model_detectors") or [])
        for name, detector in options.get("model_name_detectors") or []:
            if name == options["model_name"]:  # 0.5.5: one under another name finds nothing
                self.detectors.append(detector)
        self.entries: dict[str, Any] = dict(options.get("pipeline_config_registry_entries") or {})


def _from_tables(program: Program) -> list[Registration]:
    """Return the families of 0.5.5 and 0.5.5.post1, which had no registry but two tables."""
    configs = program.find(f"{ROOT}.configs.pipelines.registry.PIPE_NAME_TO_CONFIG")
    sampling = program.find(f"{ROOT}.configs.sample.registry.SAMPLING_PARAM_REGISTRY")
    base = program.find(f"{ROOT}.configs.sample.base.SamplingParams")
    return [
        Registration(
            {
                "pipeline_config_cls": cls,
                "sampling_param_cls": sampling.get(name, base),
                "hf_model_paths": [name],
            },
            program.module(f"{ROOT}.configs.pipelines.registry"),
        )
        for name, cls in configs.items()
    ]


def registrations(program: Program) -> list[Registration]:
    """Return the families in the order in which the release registers them."""
    if "registrations" not in program.results:
        program.results["registrations"] = _registrations(program)
    found: list[Registration] = program.results["registrations"]
    return found


def _registrations(program: Program) -> list[Registration]:
    found: list[Registration] = []

    def register(*given: Any, **options: Any) -> None:
        named = dict(zip(_PARAMETERS, given, strict=False)) | options
        found.append(Registration(named, program.running[-1] if program.running else None))

    program.overrides[f"{ROOT}.registry.register_configs"] = Builtin(register)
    registry = program.module(f"{ROOT}.registry")
    if registry is None:
        return _from_tables(program)
    if registry.has("_register_configs"):
        program.call(registry.get("_register_configs"), [], {})
        return found
    for module in _registering(program, registry):
        program.call(module.get("register"), [], {})
    return found


def _registering(program: Program, registry: Module) -> list[Module]:
    """Return the modules that register families, in the registry's order."""
    first = list(registry.get("_CONFIG_REGISTER_PRIORITY"))
    files = program.wheel.under(_CONFIGS.replace(".", "/") + "/")
    names = [f[: -len(".py")].replace("/", ".") for f in files if not f.endswith("__init__.py")]
    modules = [m for m in map(program.module, names) if m and m.has("register")]
    short = {m.dotted: m.dotted.rpartition(".")[2] for m in modules}
    modules.sort(
        key=lambda m: first.index(short[m.dotted]) if short[m.dotted] in first else len(first)
    )
    return modules


def extract(program: Program) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Return the tables about models: which family a name means, and what goes with each class.

    What a pipeline configuration, a sampling class or a transformer brings is kept once for each
    class, since many models share one.
    """
    base = Fields(program)
    found = registrations(program)
    families = {one.pipeline.name: one.pipeline for one in found}
    samplings = {one.sampling.name: one.sampling for one in found}
    rows = [_family(program, cls, base) for cls in families.values()]
    return {
        "models": {"all": [_model(program, one) for one in found]},
        "families": {"all": [tidy(row) for row in rows]},
        "sampling": {"all": [_sampling(program, cls, base) for cls in samplings.values()]},
    }


def _model(program: Program, one: Registration) -> dict[str, Any]:
    row: dict[str, Any] = {"family": one.pipeline.name, "sampling": one.sampling.name}
    found = [detectors.alternatives(program, d) for d in one.detectors]
    row["ids"] = one.ids
    row["detectors"] = [a for alternatives in found if alternatives for a in alternatives]
    row["other_detectors"] = None in found
    row["pipelines"] = sorted(one.entries)
    return tidy(row)


def _family(program: Program, cls: Cls, base: Fields) -> dict[str, Any]:
    pipeline = make(program, cls)
    row: dict[str, Any] = {"family": cls.name}
    row |= _task(program, pipeline)
    row |= _transformer(program, pipeline)
    row["pipeline"] = _differences(pipeline, base)
    row["deployment"] = _deployment(program, pipeline)
    row["options"] = _own_options(program, cls)
    return row


def tidy(row: dict[str, Any]) -> dict[str, Any]:
    """Leave out what says nothing."""
    return {key: value for key, value in row.items() if value not in (None, {}, [], False)}


def make(program: Program, cls: Cls) -> Instance:
    """Return an object of a dataclass with its defaults; `__post_init__` may be beyond reach."""
    made = instantiate(program, cls, [], {})
    return made if isinstance(made, Instance) else Instance(cls)


def ask(program: Program, thing: Any, name: str, *args: Any) -> Any:
    """Return an attribute, or what a method returns; None when there is no such thing."""
    try:
        value = program.attribute(thing, name)
        if isinstance(value, (Unknown, External)):
            return None
        return program.call(value, list(args), {}) if callable_there(value) else value
    except (RaisedError, UndecidedError):
        return None


def callable_there(value: Any) -> bool:
    """Whether the evaluated program could call a value."""
    return type(value).__name__ in ("Bound", "Func", "Builtin")


def _task(program: Program, pipeline: Instance) -> dict[str, Any]:
    task = ask(program, pipeline, "task_type")
    if not isinstance(task, Member):
        return {"output": "image" if ask(program, pipeline, "is_image_gen") else "video"}
    row: dict[str, Any] = {"task": task.name}
    supported = ask(program, pipeline, "get_supported_task_types") or ()
    if isinstance(supported, tuple) and len(supported) > 1:
        row["tasks"] = [t.name for t in supported]
    row["output"] = _output(program, task)
    if ask(program, task, "requires_image_input"):
        row["image"] = "required"
    elif ask(program, task, "accepts_image_input"):
        row["image"] = "accepted"
    return row


def _output(program: Program, task: Member) -> str:
    data = ask(program, task, "data_type")
    if isinstance(data, Member):
        return data.name.lower()
    return "image" if ask(program, task, "is_image_gen") else "video"


def _sampling(program: Program, cls: Any, base: Fields) -> dict[str, Any]:
    params = make(program, cls)
    values = {name: _value(params, name) for name in _SAMPLING}
    values = {name: value for name, value in values.items() if value is not None}
    values |= _unusual(params, base)
    negative, guidance = params.attributes.get("negative_prompt"), values.get("guidance_scale")
    own = set(dataclass_fields(program, cls)) - set(base.owners["sampling"])
    row = {
        "sampling": cls.name,
        "defaults": values,
        "negative_prompt": negative is not None,
        "cfg": negative is not None and isinstance(guidance, (int, float)) and guidance > 1.0,
        "fields": sorted(name for name in own if not name.startswith("_")),
    }
    return tidy(row)


def _unusual(params: Instance, base: Fields) -> dict[str, Any]:
    """Return the other options that are numbers and that a class sets unlike the usual request."""
    usual = make(base.program, base.classes["sampling"])
    out: dict[str, Any] = {}
    for name in sorted({destination(flags) for flags in base.sampling} - set(_SAMPLING)):
        value = params.attributes.get(name)
        if isinstance(value, (bool, int, float)) and value != usual.attributes.get(name):
            out[name] = value
    return out


def _value(thing: Instance, name: str) -> Any:
    value = thing.attributes.get(name)
    return None if isinstance(value, (Unknown, External)) else plain(value)


def _differences(pipeline: Instance, base: Fields) -> dict[str, Any]:
    """Return the settings in which a family differs from the usual pipeline configuration."""
    out: dict[str, Any] = {}
    for name in _PIPELINE:
        usual = base.owners["pipeline"].get(name)
        usual_value = plain(field_default(base.program, usual.spec)) if usual else None
        value = plain(pipeline.attributes.get(name))
        if value != usual_value and value != {"unknown": True}:
            out[name] = value
    return out


def deployment_defaults(program: Program) -> dict[str, Any]:
    """Return what the release takes for granted about deploying a model, unless it says more."""
    cls = program.find(f"{_CONFIGS}.model_deployment_config.ModelDeploymentConfig")
    if not isinstance(cls, Cls):
        return {}
    return {name: plain(value) for name, value in make(program, cls).attributes.items()}


def _deployment(program: Program, pipeline: Instance) -> dict[str, Any]:
    config = ask(program, pipeline, "get_model_deployment_config")
    if not isinstance(config, Instance):
        return {}
    usual = deployment_defaults(program)
    values = {name: plain(value) for name, value in config.attributes.items()}
    return {name: value for name, value in values.items() if value != usual.get(name)}


def _transformer(program: Program, pipeline: Instance) -> dict[str, Any]:
    config = pipeline.attributes.get("dit_config")
    if not isinstance(config, Instance):
        return {}
    row: dict[str, Any] = {"transformer": config.cls.name}
    architecture = config.attributes.get("arch_config")
    if not isinstance(architecture, Instance):
        return row
    for key, name in _ARCHITECTURE.items():
        value = ask(program, architecture, name)
        if isinstance(value, int):
            row[key] = value
    return row


def _own_options(program: Program, cls: Cls) -> list[dict[str, Any]]:
    """Return the options that only this family's pipeline adds to the parser."""
    from catalog_extract.options import Parser, describe, slim

    parser = Parser(program)
    if ask(program, cls, "add_pipeline_cli_args", parser) is None:
        return []
    fields = Fields(program)
    fields.owners["server"] = dataclass_fields(program, cls)
    return [slim(describe(action, fields) | {"field": "pipeline"}) for action in parser._actions]

"""The facts that conditions can read of one launch, each a set of possible values.

Absent, default and unknown are three different things: `option` is what was given (absent when it
was not), `effective` is what is in force (the release's default when it was not given), and what
cannot be seen in the file is unknown.
"""

from __future__ import annotations

from sgdlint import catalog
from sgdlint.rules.logic import ABSENT, UNKNOWN, Value, evaluate, known
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sgdlint.catalog.environment import Variable
    from sgdlint.launch.launch import Launch
    from sgdlint.rules.model import Fact
    from sgdlint.rules.pack import Pack


class Derived:
    """The derived facts of one release, by name; each is read when it is asked for."""

    def __init__(self, pack: Pack, release: str) -> None:
        self.pack = pack
        self.release = release
        self._found: dict[str, Fact | None] = {}

    def get(self, name: str) -> Fact | None:
        """Return the definition of a fact, or None when the release has none."""
        if name not in self._found:
            numbers = self.pack.index.facts.get(name, ())
            facts = (self.pack.fact_for(number, self.release) for number in numbers)
            self._found[name] = next((one for one in facts if one is not None), None)
        return self._found[name]


class Facts:
    """Looks up the facts of one launch, for one event of it at most."""

    def __init__(
        self,
        launch: Launch,
        derived: Derived,
        event: dict[str, str] | None = None,
        before: Facts | None = None,
        shown: str = "",
    ) -> None:
        self.launch = launch
        self.derived = derived
        self.event = event or {}
        self.before = before
        self.shown = shown
        self._memo: dict[tuple[str, str], Value] = {}

    def lookup(self, kind: str, name: str) -> Value:
        """Return the value of a fact; kind is the first part of a compiled leaf."""
        key = (kind, name)
        if key not in self._memo:
            self._memo[key] = getattr(self, "_" + kind)(name)
        return self._memo[key]

    def _option(self, name: str) -> Value:
        given = self.launch.bound.given.get(name)
        if given is None or given.retired:
            bound = self.launch.bound
            return UNKNOWN if bound.open or name in bound.unclear else ABSENT
        if given.dropped:
            return ABSENT
        return Value(given.values)

    def _effective(self, name: str) -> Value:
        given = self._option(name)
        if not given.absent or given.values is None:
            return given
        release, command = self.launch.release, self.launch.command
        flag = release.flag(command, name)
        default = None if flag is None else release.options(command)[flag].field_default
        return known(default) if isinstance(default, (str, int, float)) else UNKNOWN

    def _env(self, name: str) -> Value:
        """Return a variable, read as its type."""
        raw = self._raw(name)
        if raw.absent or raw.values is None:
            return raw
        declared = self.launch.release.variable(name)
        return Value(tuple(dict.fromkeys(env_value(declared, text) for text in raw.values)))

    def _raw(self, name: str) -> Value:
        """Return a variable as it is written."""
        variable = self.launch.environment.get(name)
        if variable is None:
            return UNKNOWN
        if variable.word is None:  # a `local` that hides a variable of the environment leaves it
            return UNKNOWN if variable.exported is None else ABSENT
        texts = variable.word.texts
        if variable.exported is not True or texts is None:
            nowhere_set = variable.start < 0  # `export NAME` does not set it
            return Value(None, variable.exported is not True or nowhere_set)
        return Value(texts)

    def _model(self, name: str) -> Value:
        return MODEL_FACTS[name][1](self.launch)

    def _gpu(self, name: str) -> Value:
        return GPU_FACTS[name][1](self.launch)

    def _attention(self, name: str) -> Value:
        from sgdlint.rules.attention import ATTENTION_FACTS  # read when a backend is named

        given = self.lookup("option", "attention_backend")
        return ATTENTION_FACTS[name][1](self.launch, given)

    def _memory(self, name: str) -> Value:
        if name.endswith("fits") and self.lookup("gpu", "memory_gib").values is None:
            return UNKNOWN  # most launches: nobody told the GPU
        from sgdlint.rules.memory import MEMORY_FACTS

        return MEMORY_FACTS[name][1](self.launch, self.lookup)

    def _launch(self, name: str) -> Value:
        return LAUNCH_FACTS[name][1](self.launch)

    def _event(self, name: str) -> Value:
        return known(self.event.get(name) or None)

    def _derived(self, name: str) -> Value:
        fact = self.derived.get(name)
        return UNKNOWN if fact is None else evaluate(fact.value, self.lookup)

    def _before(self, name: str) -> Value:
        """Return a fact of the launch as the release understood it that it is moved from."""
        return UNKNOWN if self.before is None else self.before.lookup(*before_leaf(name))

    # --- where a fact stands ---------------------------------------------------------------------

    def span(self, kind: str, name: str) -> Span | None:
        """Return where the option or variable of a fact is written, if it is."""
        if kind in ("option", "effective"):
            given = self.launch.bound.given.get(name)
            if given is None:
                return None
            if given.spot is not None:
                return Span(*given.spot)
            return self.launch.words_span((given.name_word, *given.value_words))
        if kind == "env":
            variable = self.launch.environment.get(name)
            if variable is not None and variable.start >= 0:
                return Span(variable.start, variable.end)
        if kind == "gpu":
            return self._grant_span(name)
        return None

    def _grant_span(self, name: str) -> Span | None:
        """Return where a container or a job says what is known of the GPUs."""
        hardware = self.launch.hardware
        given = hardware.granted
        if given is None or name == "count":
            return None
        tells = name in ("granted", "grant") or (
            given.gpu is not None and given.gpu is hardware.gpu
        )
        return given.span if tells else None


def before_leaf(name: str) -> tuple[str, str]:
    """Return the leaf behind `before.`: `effective.NAME`, `model.NAME` or a derived fact."""
    head, _, rest = name.partition(".")
    return (head, rest) if head in ("effective", "model", "launch") else ("derived", name)


def env_value(declared: Variable | None, text: str) -> Any:
    """Read a variable's text as its type; what cannot be read stays text."""
    kind = "str" if declared is None else declared.kind
    if declared is not None and kind == "bool":
        return declared.is_true(text)
    try:
        if kind == "int":
            return int(text)
        if kind == "float":
            return float(text)
    except ValueError:
        pass
    return text


def _of_model(attribute: str) -> Callable[[Launch], Value]:
    def read(launch: Launch) -> Value:
        model = launch.model
        value = None if model is None else getattr(model, attribute)
        return UNKNOWN if value is None else known(value)

    return read


def _of_gpu(attribute: str) -> Callable[[Launch], Value]:
    def read(launch: Launch) -> Value:
        gpu = launch.hardware.gpu
        value = None if gpu is None else getattr(gpu, attribute)
        return UNKNOWN if value is None else known(value)

    return read


def _memory(launch: Launch) -> Value:
    memory = launch.hardware.vram_gib
    if memory is None and launch.hardware.gpu is not None:
        memory = launch.hardware.gpu.memory_gib
    return UNKNOWN if memory is None else known(memory)


def _count(launch: Launch) -> Value:
    return UNKNOWN if launch.hardware.count is None else known(launch.hardware.count)


def _granted(attribute: str) -> Callable[[Launch], Value]:
    def read(launch: Launch) -> Value:
        given = launch.hardware.granted
        return UNKNOWN if given is None else known(getattr(given, attribute))

    return read


def _keep_resident(launch: Launch) -> Value:
    """What a model needs is the model's, whatever the release: the newest one says it best."""
    if launch.model is None:
        return UNKNOWN
    newest = catalog.load(catalog.newest()).model(launch.model.id)
    if newest is None:
        return UNKNOWN
    return known(newest.deployment.get("keep_resident_min_available_gb"))


def _deployed(*keys: str) -> Callable[[Launch], Value]:
    """Read how the release places a model; the first key is the newest name of the setting."""

    def read(launch: Launch) -> Value:
        if launch.model is None:
            return UNKNOWN
        settings = launch.model.deployment
        value = next((settings[key] for key in keys if key in settings), None)
        return known(tuple(value) if isinstance(value, list) else value)

    return read


def _distilled(launch: Launch) -> Value:
    if launch.model is None:
        return UNKNOWN
    return known("dmd_denoising_steps" in launch.model.settings)


def _tasks(launch: Launch) -> Value:
    if launch.model is None or not launch.model.tasks:
        return UNKNOWN
    return known(tuple(task.lower() for task in launch.model.tasks))


def _default(name: str) -> Callable[[Launch], Value]:
    def read(launch: Launch) -> Value:
        value = None if launch.model is None else launch.model.defaults.get(name)
        return UNKNOWN if value is None else known(value)

    return read


def _setting(name: str, usual: str) -> Callable[[Launch], Value]:
    """Read a setting of the model's pipeline; the catalog leaves out what is as usual."""

    def read(launch: Launch) -> Value:
        return UNKNOWN if launch.model is None else known(launch.model.settings.get(name, usual))

    return read


def _known_model(launch: Launch) -> Value:
    return UNKNOWN if launch.model is None else known(True)


MODEL_FACTS: dict[str, tuple[str, Callable[[Launch], Value], str]] = {
    "known": ("bool", _known_model, "the model is in the release's registry"),
    "id": ("string", _of_model("id"), "the id under which the registry knows the model"),
    "family": ("string", _of_model("family"), "its pipeline configuration class"),
    "task": ("string", _of_model("task"), "T2I, T2V, I2V, TI2V, I2I, TI2I, …"),
    "tasks": ("list", _tasks, "all tasks that a request may name, in small letters"),
    "kind": ("string", _of_model("kind"), "image, video or other"),
    "steps": ("number", _default("num_inference_steps"), "denoising steps of its defaults"),
    "guidance_scale": ("number", _default("guidance_scale"), "guidance scale of its defaults"),
    "frames": ("number", _default("num_frames"), "frames of its defaults"),
    "dit_precision": ("string", _setting("dit_precision", "bf16"), "precision of its transformer"),
    "vae_precision": ("string", _setting("vae_precision", "fp32"), "precision of its VAE"),
    "uses_cfg": ("bool", _of_model("uses_cfg"), "its defaults use classifier-free guidance"),
    "requires_image": ("bool", _of_model("requires_image"), "it needs --image-path"),
    "accepts_image": ("bool", _of_model("accepts_image"), "it takes --image-path"),
    "keep_resident_gib": (
        "number",
        _keep_resident,
        "free GiB from which the newest release keeps its DiT on the GPU, where it says so",
    ),
    "cfg_by_default": (
        "bool",
        _of_model("cfg_by_default"),
        "it uses guidance, and SGLang may choose CFG parallelism for it",
    ),
    "gpus_without_cfg": (
        "list",
        _of_model("gpus_without_cfg"),
        "numbers of GPUs for which SGLang does not choose CFG parallelism",
    ),
    "supports_cfg_parallel": (
        "bool",
        _of_model("supports_cfg_parallel"),
        "its pipeline can use CFG parallelism",
    ),
    "vae_tiling": ("bool", _of_model("vae_tiling"), "its VAE decodes in tiles by default"),
    "vae_sp": ("bool", _of_model("vae_sp"), "its VAE decodes in parallel by default"),
    "text_encoders": ("number", _of_model("text_encoders"), "text encoders of its pipeline"),
    "heads": ("number", _of_model("heads"), "attention heads of the DiT"),
    "output": ("string", _of_model("output"), "image, video, mesh or action"),
    "distilled": ("bool", _distilled, "its denoising steps are fixed by distillation (DMD)"),
    "resident_gib": (
        "number",
        _deployed(
            "keep_resident_min_available_gb",
            "auto_disable_component_offload_min_available_memory_gb",
        ),
        "free GiB from which this release keeps parts of it on the GPU, where the model says so",
    ),
    "resident_components": (
        "list",
        _deployed("keep_resident_components", "auto_disable_component_offload_components"),
        "the parts that stay on the GPU then",
    ),
    "layerwise_modes": (
        "list",
        _deployed("dit_layerwise_offload_modes"),
        "performance modes in which its DiT is offloaded layer by layer, from 0.5.18 on",
    ),
    "layerwise_dit": (
        "bool",
        _deployed("auto_dit_layerwise_offload"),
        "its DiT may be offloaded layer by layer without being asked, before 0.5.18",
    ),
    "prefetch_size": (
        "number",
        _deployed("auto_dit_offload_prefetch_size"),
        "layers that are fetched ahead then, where the model says so",
    ),
    "fsdp_gib": (
        "number",
        _deployed("fsdp_auto_min_available_memory_gb"),
        "free GiB from which several GPUs shard it by themselves, where the model allows it",
    ),
}
GPU_FACTS: dict[str, tuple[str, Callable[[Launch], Value], str]] = {
    "name": ("string", _of_gpu("name"), "its name in the catalog"),
    "architecture": ("string", _of_gpu("architecture"), "Ampere, Ada, Hopper, Blackwell, …"),
    "capability": ("number", _of_gpu("capability"), "compute capability: 8.0, 9.0, 12.0"),
    "nvlink": ("bool", _of_gpu("fast_interconnect"), "NVLink joins the GPUs of a usual machine"),
    "memory_gib": ("number", _memory, "memory of one GPU in GiB"),
    "count": ("number", _count, "GPUs of the machine"),
    "granted": (
        "number",
        _granted("count"),
        "GPUs that a container or a job gives the launch, at most",
    ),
    "grant": ("string", _granted("text"), "what says so: `docker run --gpus 2`"),
}
LAUNCH_FACTS: dict[str, tuple[str, Callable[[Launch], Value], str]] = {
    "command": ("string", lambda launch: known(launch.command), "generate or serve"),
    "sglang": ("string", lambda launch: known(launch.release.name), "the release"),
    "pipelines": (
        "list",
        lambda launch: known(launch.release.pipelines()),
        "the native pipelines of the release",
    ),
    "pinned": (
        "bool",
        lambda launch: UNKNOWN if launch.pinned is None else known(launch.pinned),
        "the script or its project names one release (image, install, settings, comment, …)",
    ),
    "wrapped": (
        "bool",
        lambda launch: known(launch.fresh),
        "variables from outside do not reach it (a container, another host)",
    ),
}

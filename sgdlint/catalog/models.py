"""The models of one release, and how its registry finds one by a path."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.catalog import tables
from sgdlint.catalog.options import Option, from_row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sgdlint.catalog.tables import Row


class Model:
    """A model that a release knows. Attributes that its source does not tell are None.

    id: the id under which the registry knows it; "" when only a pattern of the name told.
    family: the class of its pipeline configuration, for example `Wan2_2_T2V_A14B_Config`.
    sampling_class: the class of its request parameters.
    how: what told the family: `id`, `name` (the last part of the path), `cache` (the path of a
    Hugging Face cache) or `detector` (a pattern in the path; a file of the model could still tell
    SGLang otherwise).
    """

    def __init__(self, release: str, row: Row, id: str, how: str) -> None:  # noqa: A002
        self.release, self.id, self.how = release, id, how
        self.family: str = row["family"]
        self.sampling_class: str = row["sampling"]
        self.ids: tuple[str, ...] = tuple(row.get("ids", ()))

    def __repr__(self) -> str:
        return f"Model({self.id or self.family!r}, {self.release})"

    @property
    def _family(self) -> Row:
        return _row("families", self.release, "family", self.family)

    @property
    def _sampling(self) -> Row:
        return _row("sampling", self.release, "sampling", self.sampling_class)

    @property
    def is_settled(self) -> bool:
        """Whether the registry alone decides; for some, files of the repository have a say."""
        from sgdlint.catalog.quirks import unsettled_families

        return self.family not in unsettled_families(self.release)

    @property
    def task(self) -> str | None:
        """T2I, T2V, I2V, TI2V, I2I, TI2I, I2M, … : the task of a request that names none."""
        return self._family.get("task")

    @property
    def tasks(self) -> tuple[str, ...]:
        """All tasks that a request may name."""
        return tuple(self._family.get("tasks") or filter(None, [self.task]))

    @property
    def output(self) -> str:
        """What it makes: `image`, `video`, `mesh` or `action`."""
        output: str = self._family["output"]
        return output

    @property
    def kind(self) -> str:
        """`image`, `video` or `other`."""
        return self.output if self.output in ("image", "video") else "other"

    @property
    def requires_image(self) -> bool | None:
        """Whether a request must bring an image; None where the release does not say."""
        return None if self.task is None else self._family.get("image") == "required"

    @property
    def accepts_image(self) -> bool | None:
        """Whether a request may bring an image; None where the release does not say."""
        return None if self.task is None else "image" in self._family

    @property
    def uses_cfg(self) -> bool:
        """Whether its own defaults ask for classifier-free guidance, by SGLang's rule."""
        return bool(self._sampling.get("cfg"))

    @property
    def defaults(self) -> dict[str, Any]:
        """Return the request parameters that it brings: steps, guidance, width, frames, …"""
        return dict(self._sampling.get("defaults", {}))

    @property
    def sampling_fields(self) -> tuple[str, ...]:
        """Request parameters beyond those that every model has."""
        return tuple(self._sampling.get("fields", ()))

    @property
    def transformer(self) -> str:
        """The configuration class of its diffusion transformer; "" where there is none to read."""
        name: str = self._family.get("transformer", "")
        return name

    @property
    def heads(self) -> int | None:
        """Attention heads of its diffusion transformer, as far as the configuration class tells.

        The checkpoint may say otherwise: the Wan models share one class.
        """
        return self._family.get("heads")

    @property
    def layers(self) -> int | None:
        """Layers of its diffusion transformer, with the reserve that holds for `heads`."""
        return self._family.get("layers")

    @property
    def settings(self) -> dict[str, Any]:
        """Return where its pipeline configuration differs from the usual: precisions, tiling, …"""
        return dict(self._family.get("pipeline", {}))

    @property
    def deployment(self) -> dict[str, Any]:
        """Return what the release assumes when it places the model; {} where it assumes nothing."""
        usual = registry(self.release).get("deployment", {})
        return {**usual, **self._family.get("deployment", {})}

    @property
    def cfg_by_default(self) -> bool:
        """Whether SGLang may choose CFG parallelism for it, where enough GPUs are there."""
        return self.uses_cfg and bool(self.deployment.get("auto_enable_cfg_parallel", True))

    @property
    def gpus_without_cfg(self) -> tuple[int, ...]:
        """Return the numbers of GPUs for which SGLang does not choose CFG parallelism."""
        degrees = self.deployment.get("auto_cfg_parallel_degree_by_num_gpus", ())
        return tuple(gpus for gpus, degree in degrees if degree <= 1)

    @property
    def supports_cfg_parallel(self) -> bool:
        """Whether the release lets it run with CFG parallelism."""
        return bool(self.deployment.get("supports_cfg_parallel", True))

    @property
    def vae_tiling(self) -> bool:
        """Whether its VAE decodes in tiles when nothing else is said."""
        return bool(self.settings.get("vae_tiling", True))

    @property
    def vae_sp(self) -> bool:
        """Whether its VAE decodes in parallel when nothing else is said."""
        return bool(self.settings.get("vae_sp", True))

    @property
    def text_encoders(self) -> int:
        """How many text encoders its pipeline has, each with a precision of its own."""
        return len(self.settings.get("text_encoder_precisions", ("fp32",)))

    @property
    def transformer_classes(self) -> tuple[str, ...]:
        """The transformers that its configuration fits, where their layers could be read."""
        return tuple(row["class"] for row in self._layers)

    @property
    def attention_backends(self) -> tuple[str, ...] | None:
        """Return the attention backends that its layers name; None where they take any, or unseen.

        Since 0.5.18 they count when SGLang chooses by itself; before, another one is passed over.
        """
        rows = self._layers
        if not rows or any("any" in row for row in rows):
            return None
        return tuple(sorted({name for row in rows for name in row["backends"]}))

    @property
    def takes_any_attention(self) -> bool:
        """Whether its layers name no attention backends, so that they take each one."""
        return bool(self._layers) and all("any" in row for row in self._layers)

    @property
    def _layers(self) -> list[Row]:
        rows = tables.rows_of("backends", self.release, "all")
        found = [row for row in rows if row["transformer"] == self.transformer]
        named = {
            row["class"]
            for row in tables.table("attention_marks")["transformers"]
            if self.family in row["families"]
        }
        return [row for row in found if not named or row["class"] in named]

    @property
    def options(self) -> tuple[Option, ...]:
        """Return the options that exist only when this model's pipeline is the one in use."""
        return tuple(from_row(row) for row in self._family.get("options", ()))


_rows: dict[tuple[str, str, str], Row] = {}


def _row(table: str, release: str, key: str, name: str) -> Row:
    place = (table, release, name)
    if place not in _rows:
        row = tables.row_named(table, key, name, release)
        if row is None:
            raise KeyError(name)
        _rows[place] = row
    return _rows[place]


def registry(release: str) -> Row:
    """Return how a release finds a model's family."""
    return tables.rows_of("registry", release, "all")[0]


class Registry:
    """The registered models of one release."""

    def __init__(self, release: str) -> None:
        self.release = release
        self._rows: list[Row] | None = None
        self._ids: dict[str, Row] = {}

    @property
    def how(self) -> Row:
        """How the release finds a model's family."""
        return registry(self.release)

    @property
    def rows(self) -> list[Row]:
        """The families of models."""
        if self._rows is None:
            self._rows = tables.rows_of("models", self.release, "all")
            self._ids = {known: row for row in self._rows for known in row.get("ids", ())}
        return self._rows

    @property
    def ids(self) -> dict[str, Row]:
        """The row of each registered id."""
        return self._ids if self.rows else {}

    def find(self, path: str) -> Model | None:
        """Return the model that a path or id means, or None when the path alone does not tell."""
        # An id is what most launches name, and it counts before all else: the others stay text.
        for row in reversed(tables.rows_with("models", f'"{path}"')):
            if path in row.get("ids", ()) and tables.holds(row, self.release, "all"):
                return Model(self.release, row, path, "id")
        known = self._by_id(path) or self._by_name(path) or self._by_cache_path(path)
        if known:
            name, how = known
            return Model(self.release, self.ids[name], name, how)
        text = path.lower()
        for row in self.rows:
            if any(_holds(terms, text) for terms in row.get("detectors", ())):
                return Model(self.release, row, "", "detector")
        return None

    def all(self) -> list[Model]:
        """Return every registered id."""
        return [Model(self.release, row, name, "id") for name, row in self.ids.items()]

    def _by_id(self, path: str) -> tuple[str, str] | None:
        if path in self.ids:
            return path, "id"
        exact = self.how.get("exact_only", ())
        if path.rstrip("/").lower() in exact:
            return next(known for known in self.ids if known.lower() in exact), "id"
        return None

    def _by_name(self, path: str) -> tuple[str, str] | None:
        match = self.how["match"]
        if match == "id in path":
            return next(((known, "name") for known in self.ids if known in path), None)
        text, name = path.lower().replace("--", "/"), _last(path.lower())
        for known in self._longest_first():
            short = _last(known.lower())
            if match == "id in path with slashes":
                found = known.lower() in text
            else:
                found = short == name if match == "same name" else short in name
            if found:
                return known, "name"
        return None

    def _by_cache_path(self, path: str) -> tuple[str, str] | None:
        if not self.how.get("cache_paths"):
            return None
        text = path.lower().replace("\\", "/")
        for known in self._longest_first():
            if "models--" + known.lower().replace("/", "--") in text:
                return known, "cache"
        return None

    def _longest_first(self) -> list[str]:
        exact = self.how.get("exact_only", ())
        return sorted(
            (known for known in self.ids if known.lower() not in exact), key=len, reverse=True
        )

    def pipeline_class(self, path: str) -> str | None:
        """Return the pipeline of a model that has no `model_index.json`, when its path tells."""
        text = path.lower()
        for pattern, name in self.how.get("patterns", ()):
            if "/" not in pattern:
                found = pattern in text
            else:
                cached = "models--" + pattern.replace("/", "--")
                found = text == pattern or _last(text) == _last(pattern) or cached in text
            if found:
                return str(name)
        return None

    def quantized(self, path: str) -> bool:
        """Whether the name alone sends a model to the diffusers backend (`-AWQ`, `-4bit`, …)."""
        return any(part in path.lower() for part in self.how.get("quantized", ()))


def _last(path: str) -> str:
    return path.rstrip("/").rsplit("/", 1)[-1]


def _holds(terms: list[str], name: str) -> bool:
    return all(_holds_one(term, name) for term in terms)


def _holds_one(term: str, name: str) -> bool:
    """Whether one term of a detector holds; `scripts/catalog_extract/detectors.py` says how."""
    wanted = not term.startswith("!")
    term = term.removeprefix("!")
    if term.startswith("~"):
        term, name = term[1:], name.replace("-", "").replace("_", "")
    if term.startswith(">"):
        term, name = term[1:], _last(name)
    if term.startswith("="):
        found = name == term[1:]
    elif term.startswith("?"):
        found = quick.search(term[1:], name) is not None
    elif term.startswith("^"):
        found = name.startswith(term[1:])
    elif term.startswith("$"):
        found = name.endswith(term[1:])
    else:
        found = term in name
    return found is wanted

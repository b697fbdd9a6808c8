"""What is known of a model: `sgdlint catalog model ID-OR-PATH`."""

from __future__ import annotations

from sgdlint import catalog
from sgdlint.catalog import history, tables
from sgdlint.known.places import places_of, where
from sgdlint.known.words import columns, meant, pairs, resolved, shown, spans, within
from sgdlint.stated import OptionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sgdlint.catalog import Model

_HOW = {"id": "its id", "name": "its name", "cache": "the cache path", "detector": "a pattern"}
_TOLD_BY = {
    "registration": "the id",
    "family": "task, images, settings, deployment",
    "sampling": "sampling defaults, guidance",
    "transformer": "heads, layers",
    "layers": "attention backends",
}


def facts(name: str, release: str) -> dict[str, Any]:
    """Return what a release, the newest when none is named, knows of a model."""
    known = resolved(release) or catalog.newest()
    found = catalog.load(known).model(name)
    if found is None:
        ids = [one.id for one in catalog.load(known).models()]
        raise OptionError(f"SGLang {known} does not know {name!r} by its path{meant(name, ids)}")
    return {
        "model": found.id or name,
        "release": known,
        "registered": [{"since": s, "until": u} for s, u in _registered().get(found.id, ())],
        **_facts(found),
        "sources": _sources(found),
    }


def _facts(found: Model) -> dict[str, Any]:
    return {
        "found_by": _HOW[found.how],
        "ids": list(found.ids),
        "family": found.family,
        "task": found.task,
        "tasks": list(found.tasks),
        "output": found.output,
        "needs_image": found.requires_image,
        "takes_image": found.accepts_image,
        "guidance": found.uses_cfg,
        "sampling_class": found.sampling_class,
        "sampling_defaults": found.defaults,
        "own_parameters": list(found.sampling_fields),
        "pipelines": _pipelines(found),
        "own_options": [flag for one in found.options for flag in one.flags],
        "transformer": found.transformer,
        "class_default_heads": found.heads,
        "class_default_layers": found.layers,
        "transformer_classes": list(found.transformer_classes),
        "attention_backends": None
        if found.attention_backends is None
        else list(found.attention_backends),
        "settings": found.settings,
        "deployment": found.deployment,
    }


def _pipelines(found: Model) -> list[str]:
    """Return the native pipelines that bring the model's configuration themselves."""
    rows = tables.rows_of("pipelines", found.release, "all")
    return [row["name"] for row in rows if row.get("family") == found.family]


def _sources(found: Model) -> list[dict[str, Any]]:
    names = {
        "registration": {found.family},
        "family": {found.family},
        "sampling": {found.sampling_class},
        "transformer": {found.transformer},
        "layers": set(found.transformer_classes),
    }
    return [
        {"tells": tells, "file": place["file"], "symbol": place["symbol"]}
        for kind, tells in _TOLD_BY.items()
        for place in places_of(kind, names[kind], found.release)
    ]


def text(data: dict[str, Any]) -> str:
    """Return the facts for people."""
    lines = [f"{data['model']} in SGLang {data['release']}", ""]
    lines += [f"{name}: {shown(value)}" for name, value in rows(data) if value not in (None, "")]
    lines += ["", f"Read in the wheel of SGLang {data['release']}"]
    lines += [f"  {one['tells']}: {where(one)}" for one in data["sources"]]
    return "\n".join(lines) + "\n"


def rows(data: dict[str, Any]) -> list[tuple[str, object]]:
    """Return what is known of a model, each with its name."""
    by_class = f"default of {data['transformer']}, unless the checkpoint says otherwise"
    tasks = data["tasks"]
    return [
        ("registered", spans((one["since"], one["until"]) for one in data["registered"])),
        ("found by", data["found_by"]),
        ("also for", ", ".join(one for one in data["ids"] if one != data["model"])),
        ("pipeline configuration", data["family"]),
        ("pipelines for it", ", ".join(data["pipelines"])),
        ("task", data["task"]),
        ("tasks of a request", ", ".join(tasks) if len(tasks) > 1 else ""),
        ("output", data["output"]),
        ("needs an image", data["needs_image"]),
        ("takes an image", data["takes_image"]),
        ("uses guidance (CFG) by default", data["guidance"]),
        (f"attention heads ({by_class})", data["class_default_heads"]),
        (f"layers ({by_class})", data["class_default_layers"]),
        ("attention backends that its layers name", _backends(data)),
        ("sampling defaults", pairs(data["sampling_defaults"])),
        ("request parameters of its own", ", ".join(data["own_parameters"])),
        ("options of its own", ", ".join(data["own_options"])),
        ("pipeline settings", pairs(data["settings"])),
        ("deployment", pairs(data["deployment"])),
    ]


def _backends(data: dict[str, Any]) -> str:
    if data["attention_backends"] is None:
        return "none, they take any" if data["transformer_classes"] else ""
    return ", ".join(data["attention_backends"])


def _registered() -> dict[str, tuple[tables.Range, ...]]:
    """Return every id with the releases whose registry has it."""
    found: dict[str, list[tables.Range]] = {}
    for row in tables.table("models")["rows"]:
        for one in row.get("ids", ()):
            found.setdefault(one, []).extend(tables.ranges_of(row, ()))
    return {name: history.join(ranges) for name, ranges in found.items()}


def listing(release: str) -> list[dict[str, Any]]:
    """Return every id, with the releases that have it."""
    known = resolved(release)
    return [
        {"model": name, "releases": [{"since": since, "until": until} for since, until in ranges]}
        for name, ranges in sorted(_registered().items(), key=lambda item: item[0].lower())
        if any(within(*one, known) for one in ranges)
    ]


def listed(data: list[dict[str, Any]]) -> str:
    """Return the list for people."""
    return columns(
        (one["model"], spans((r["since"], r["until"]) for r in one["releases"])) for one in data
    )

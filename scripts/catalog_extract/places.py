"""Where each fact stands in a wheel: the file, and the class or function in it.

A line would be another one in every release; a symbol mostly stays, so one row tells of many.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from catalog_extract import attention, environment, layers, models, options, registry
from catalog_extract.evaluate import Program
from catalog_extract.objects import Cls, Func, Instance
from catalog_extract.scope import Module

Place = tuple[str, str, str, str]
"""Kind of fact, its name, file, symbol."""
_ROOT = "sglang.multimodal_gen."


def extract(program: Program) -> dict[str, list[dict[str, Any]]]:
    """Return one row for each place of each fact, sorted."""
    found: set[Place] = set()
    for part in (_options, _environment, _models, _layers, _pipelines, _attention):
        found.update(part(program))
    names = ("kind", "name", "file", "symbol")
    return {"all": [dict(zip(names, place, strict=True)) for place in sorted(found)]}


def _options(program: Program) -> Iterator[Place]:
    for command in options.COMMANDS:
        for action in options.parse(program, command)._actions:
            if action.where is not None:
                yield ("option", action.flags[0], *_of(program, action.where))
    fields = options.Fields(program)
    for owner, cls in fields.classes.items():
        yield ("fields", owner, *_of(program, cls))


def _environment(program: Program) -> Iterator[Place]:
    declared = program.find(f"{_ROOT}envs.environment_variables")
    for name in declared:
        yield (
            "environment",
            name,
            _short("sglang/multimodal_gen/envs.py"),
            "environment_variables",
        )
    for file, text in environment.texts(program).items():
        for name, symbol in environment.direct(text):
            if name not in declared:
                yield ("environment", name, _short(file), symbol)


def _models(program: Program) -> Iterator[Place]:
    for one in models.registrations(program):
        if one.where is not None:
            yield ("registration", one.pipeline.name, *_of(program, one.where))
        yield ("family", one.pipeline.name, *_of(program, one.pipeline))
        if isinstance(one.sampling, Cls):
            yield ("sampling", one.sampling.name, *_of(program, one.sampling))
        config = models.make(program, one.pipeline).attributes.get("dit_config")
        if isinstance(config, Instance):
            yield ("transformer", config.cls.name, *_of(program, config.cls))


def _layers(program: Program) -> Iterator[Place]:
    for _, cls, _ in layers.transformers(program):
        yield ("layers", cls.name, *_of(program, cls))


def _pipelines(program: Program) -> Iterator[Place]:
    for name, cls in registry.entry_classes(program):
        yield ("pipeline", name, *_of(program, cls))


def _attention(program: Program) -> Iterator[Place]:
    yield from (
        ("attention", name, _short(file), symbol)
        for name, file, symbol in attention.places(program)
    )


def _of(program: Program, thing: Cls | Func | Module) -> tuple[str, str]:
    """Return file and symbol of a class, function or module."""
    if isinstance(thing, Module):
        return _short(thing.file), ""
    module = thing.module if isinstance(thing, Cls) else thing.env.module
    return _short(module.file), _symbol(thing)


def _symbol(thing: Cls | Func) -> str:
    """Return the name with the class or function around it."""
    around: Cls | Func | None = thing.env.function
    if isinstance(thing, Func) and thing.owner:
        around = thing.owner
    return f"{_symbol(around)}.{thing.name}" if around else thing.name


def _short(file: str) -> str:
    """Return a file's path without what nearly all share; the reader puts it back."""
    return file.removeprefix("sglang/multimodal_gen/")

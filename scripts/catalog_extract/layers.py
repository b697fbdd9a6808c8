"""Which attention backends the layers of each transformer say that they take."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from catalog_extract import models
from catalog_extract.evaluate import Program
from catalog_extract.objects import Cls, Instance, Member, RaisedError, UndecidedError
from catalog_extract.scope import Module

ROOT = "sglang.multimodal_gen.runtime"
_DITS = f"{ROOT}.models.dits"
_LAYERS = f"{ROOT}.layers.attention"
_CONFIGS = "sglang.multimodal_gen.configs.models.dits"
_BASE = "DiTConfig"
_ENUM = "AttentionBackendEnum"
_ANY = "?"
_KEYWORD = "supported_attention_backends"
_ATTENTION = ("Attention", "Attention_VSA", "AttnOp", "get_attn_backend")


def extract(program: Program) -> dict[str, list[dict[str, Any]]]:
    """Return, for each transformer configuration and class that takes it, the backends.

    `any` stands where a layer names none: it takes whatever is chosen.
    """
    classes = list(transformers(program))
    rows = [
        {"transformer": config.name, "class": cls.name} | found
        for config in sorted(_configs(program), key=lambda one: one.name)
        for module, cls, taken in classes
        if taken in config.mro()
        if (found := _taken(program, module, cls))
    ]
    return {"all": sorted(rows, key=lambda row: (row["transformer"], row["class"]))}


def _configs(program: Program) -> set[Cls]:
    """Return the transformer configurations of the families."""
    made = [models.make(program, one.pipeline) for one in models.registrations(program)]
    found = [one.attributes.get("dit_config") for one in made]
    return {one.cls for one in found if isinstance(one, Instance)}


def transformers(program: Program) -> Iterator[tuple[Module, Cls, Cls]]:
    """Yield the transformers: module, class, and the configuration that it is made from."""
    for file in program.wheel.under(_DITS.replace(".", "/") + "/"):
        module = program.module(file[: -len(".py")].replace("/", "."))
        if module is None or not module.has("EntryClass"):
            continue
        entry = module.get("EntryClass")
        for cls in entry if isinstance(entry, list) else [entry]:
            for config in _configurations(program, module, cls) if isinstance(cls, Cls) else ():
                yield module, cls, config


def _configurations(program: Program, module: Module, cls: Cls) -> list[Cls]:
    """Return the class that annotates the argument `config`; else those that the file is for."""
    found = next(_annotations(cls), None)
    if found is not None and found.name != _BASE:
        return [found]
    own = program.module(f"{_CONFIGS}.{module.dotted.rpartition('.')[2]}")
    names = own.bindings if own else ()
    values = [own.get(name) for name in names] if own else []
    return [one for one in values if isinstance(one, Cls) and one.module is own]


def _annotations(cls: Cls) -> Iterator[Cls]:
    for base in cls.mro():
        for node in base.node.body if isinstance(base, Cls) else ():
            if isinstance(node, ast.FunctionDef) and node.name == "__init__":
                for arg in node.args.args:
                    if arg.arg == "config" and isinstance(arg.annotation, ast.Name):
                        found = base.module.get(arg.annotation.id)
                        if isinstance(found, Cls):
                            yield found


def _taken(program: Program, module: Module, cls: Cls) -> dict[str, Any]:
    """Return the backends of all layers together; {} where no layer is to be seen."""
    found: set[str] = set()
    free = False
    for inside in _modules(program, module, set()):
        outside = _imported(inside)
        for node in ast.walk(inside.tree):
            if isinstance(node, ast.Call):
                given = [k.value for k in node.keywords if k.arg == _KEYWORD] or [
                    arg for arg in node.args if _reads_class(arg)
                ]
                for value in given:
                    found |= _named(program, inside, cls, value)
                if not given and outside.get(ast.unparse(node.func), "").startswith(_LAYERS):
                    free = free or ast.unparse(node.func).endswith(_ATTENTION)
    if free or _ANY in found:
        return {"any": True}
    return {"backends": sorted(found)} if found else {}


def _modules(program: Program, module: Module, known: set[str]) -> Iterator[Module]:
    """Yield a module, and the transformers' modules from which it takes layers."""
    known.add(module.dotted)
    yield module
    for name in sorted(set(_imported(module).values())):
        inside = program.module(name) if name.startswith(_DITS + ".") else None
        if inside is not None and name not in known:
            yield from _modules(program, inside, known)


def _imported(module: Module) -> dict[str, str]:
    """Return the names that a module imports, with where from."""
    return {
        alias.asname or alias.name: module.resolve(node)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _named(program: Program, module: Module, cls: Cls, given: ast.expr) -> set[str]:
    """Return the backends that an argument may hold; one handed on holds those of its caller."""
    found, of_class = _members(given), _reads_class(given)
    if isinstance(given, ast.Name) and given.id != _KEYWORD:
        of_class = True
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == given.id:
                found |= _members(node.value)
    return found | (_of_class(program, cls) if of_class else set())


def _reads_class(node: ast.AST) -> bool:
    """Whether an expression reads the backends that the transformer's class names."""
    parts = ast.walk(node)
    return any(isinstance(one, ast.Attribute) and one.attr == "_" + _KEYWORD for one in parts)


def _members(node: ast.AST) -> set[str]:
    return {
        part.attr.lower()
        for part in ast.walk(node)
        if isinstance(part, ast.Attribute) and ast.unparse(part.value) == _ENUM
    }


def _of_class(program: Program, cls: Cls) -> set[str]:
    try:
        value = program.attribute(cls, "_" + _KEYWORD)
    except (RaisedError, UndecidedError):
        value = None
    if not isinstance(value, (set, frozenset, list, tuple)):
        return {_ANY}
    return {one.name.lower() if isinstance(one, Member) else _ANY for one in value}

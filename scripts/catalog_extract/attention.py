"""The attention backends of a release: their names, and what they need on an NVIDIA GPU."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import Any

from catalog_extract.evaluate import Program
from catalog_extract.objects import Cls, RaisedError, UndecidedError
from catalog_extract.options import plain
from catalog_extract.scope import Module, within

ROOT = "sglang.multimodal_gen.runtime"
_ENUM = "AttentionBackendEnum"
_CUDA = f"{ROOT}.platforms.cuda"
_SERVER = (f"{ROOT}.server_args.server_args", f"{ROOT}.server_args")
_SHIPPED = {"sglang", "sgl_kernel", "torch", "triton", "numpy", "einops", "msgspec"}
"""Modules that come with SGLang itself."""


def extract(program: Program) -> dict[str, list[dict[str, Any]]]:
    """Return the backends in the order of SGLang's own list."""
    cls = listing(program)
    on_cuda, server = _on_cuda(program), _server(program)
    rows = [
        {"name": member.name.lower()}
        | ({"sparse": True} if _sparse(program, member) else {})
        | on_cuda.get(member.name, {"cuda": False})
        | _said_by(server, member.name.lower())
        for member in program.iterate(cls)
    ]
    return {"all": rows}


def listing(program: Program) -> Cls:
    """Return SGLang's own list of its attention backends."""
    for module in ("platforms.interface", "platforms"):
        cls = program.find(f"{ROOT}.{module}.{_ENUM}")
        if isinstance(cls, Cls):
            return cls
    raise ValueError("no list of attention backends found")


def places(program: Program) -> Iterator[tuple[str, str, str]]:
    """Yield name, file and symbol of what this module reads about each backend."""
    cls = listing(program)
    for member in program.iterate(cls):
        yield member.name.lower(), cls.module.file, cls.name
    module = _cuda(program)
    for name, symbol, body in _branches(module):
        yield name.lower(), module.file, symbol
        for implementation in _implementations([part for stmt in body for part in ast.walk(stmt)]):
            if inside := program.module(implementation):
                yield name.lower(), inside.file, ""


def _sparse(program: Program, member: Any) -> bool:
    try:
        return program.attribute(member, "is_sparse") is True
    except (RaisedError, UndecidedError):
        return False


# --- on an NVIDIA GPU -----------------------------------------------------------------------------


def _on_cuda(program: Program) -> dict[str, dict[str, Any]]:
    """Return what each backend that the CUDA platform can choose needs there, by member."""
    module = _cuda(program)
    found: dict[str, dict[str, Any]] = {}
    for name, _, body in _branches(module):
        found.setdefault(name, _needs(program, module, body) | _capabilities(module, body))
    if not found:
        raise ValueError("the CUDA platform chooses backends in a new way: see attention.py")
    return found


def _cuda(program: Program) -> Module:
    module = program.module(_CUDA)
    if module is None:
        raise ValueError(f"no {_CUDA} in this wheel")
    return module


def _branches(module: Module) -> Iterator[tuple[str, str, list[ast.stmt]]]:
    """Yield what is for one backend: its member, and the class or the branch of a function."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef):
            for name in _backend_of(node):
                yield name, node.name, node.body
    for node, symbol in within(module.tree):
        if isinstance(node, ast.If) and "selected_backend" in ast.unparse(node.test):
            for name in _members(node.test):
                yield name, symbol, node.body


def _backend_of(node: ast.ClassDef) -> list[str]:
    """Return the member that a resolver class is for (`backend = AttentionBackendEnum.X`)."""
    return [
        name
        for part in node.body
        if isinstance(part, ast.Assign) and ast.unparse(part.targets[0]) == "backend"
        for name in _members(part.value)
    ]


def _members(node: ast.AST) -> list[str]:
    return [
        part.attr
        for part in ast.walk(node)
        if isinstance(part, ast.Attribute) and ast.unparse(part.value) == _ENUM
    ]


def _capabilities(module: Module, body: list[ast.stmt]) -> dict[str, Any]:
    """Return the compute capabilities outside of which a resolver refuses."""
    for part in body:
        if isinstance(part, ast.Assign) and "capabilities" in ast.unparse(part.targets[0]):
            pairs = plain(module.program.evaluate(part.value, module.env))
            return {"capabilities": sorted(major + minor / 10 for major, minor in pairs)}
    return {}


def _needs(program: Program, module: Module, body: list[ast.stmt]) -> dict[str, Any]:
    """Return the modules that must be installed, and what comes of it when they are not."""
    nodes = [part for stmt in body for part in ast.walk(stmt)]
    packages = set(_imported(nodes))
    for name in _implementations(nodes):
        inside = program.module(name)
        packages |= set(_imported(inside.tree.body)) if inside else set()
    packages -= _SHIPPED | sys.stdlib_module_names
    return {"needs": sorted(packages), "without": _without(nodes)} if packages else {}


def _imported(nodes: list[Any]) -> Iterator[str]:
    """Yield the top-level modules that import statements name."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]


def _implementations(nodes: list[ast.AST]) -> set[str]:
    """Return the modules of SGLang that a branch imports or names as the place of its class."""
    named = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    texts = [node.value for node in nodes if isinstance(node, ast.Constant)]
    named |= {
        text.rpartition(".")[0] for text in texts if isinstance(text, str) and ".backends." in text
    }
    return {name for name in named if ".attention.backends." in name}


def _without(nodes: list[ast.AST]) -> str:
    """Return the backend that takes the place of one whose package is missing, or `error`."""
    for node in nodes:
        if isinstance(node, ast.ExceptHandler):
            inside = [part for stmt in node.body for part in ast.walk(stmt)]
            if any(isinstance(part, ast.Raise) for part in inside):
                return "error"
            instead = [name for part in node.body for name in _members(part)]
            # Where none is named (before 0.5.8), the choice ends in a variable without a value.
            return instead[0].lower() if instead else "error"
    return "error"


# --- what the server arguments say ----------------------------------------------------------------


def _server(program: Program) -> list[ast.AST]:
    for name in _SERVER:
        module = program.module(name)
        if module is not None and module.has("ServerArgs"):
            return [part for node in module.bindings["ServerArgs"] for part in ast.walk(node)] + [
                node for node in module.tree.body if isinstance(node, ast.Assign)
            ]
    raise ValueError("no ServerArgs found")


def _said_by(server: list[ast.AST], name: str) -> dict[str, Any]:
    """Return a backend's other names, and whether ring attention takes it."""
    said: dict[str, Any] = {
        "aliases": _aliases(server, "self.attention_backend", name),
        "component_aliases": _aliases(server, "normalized", name),
    }
    if name in _ring(server):
        said["ring"] = True
    return {key: value for key, value in said.items() if value}


def _aliases(server: list[ast.AST], variable: str, name: str) -> list[str]:
    """Return the texts for which the server arguments put this name into a variable."""
    return [
        text
        for node in server
        if isinstance(node, ast.If) and isinstance(node.test, ast.Compare)
        if ast.unparse(node.test.left) == variable
        if ast.unparse(node.body[0]) == f"{variable} = {name!r}"
        if isinstance(node.test.ops[0], (ast.In, ast.Eq))
        for text in _texts(node.test.comparators[0])
    ]


def _ring(server: list[ast.AST]) -> list[str]:
    for node in server:
        if isinstance(node, ast.Assign) and "RING_CAPABLE" in ast.unparse(node.targets[0]):
            return _texts(node.value)
    return [
        text
        for node in server
        if isinstance(node, ast.Compare) and ast.unparse(node.left) == "self.attention_backend"
        if isinstance(node.ops[0], (ast.NotIn, ast.NotEq))
        for text in _texts(node.comparators[0])
    ]


def _texts(node: ast.AST) -> list[str]:
    return [
        part.value
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]

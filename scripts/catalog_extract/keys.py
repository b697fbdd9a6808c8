"""The keys of a `--config` file that mean something: fields of three kinds of dataclass.

Of the configurations of pipelines and requests every class counts: which one a launch uses is
decided later.
"""

from __future__ import annotations

import ast
from typing import Any

from catalog_extract.evaluate import Program
from catalog_extract.models import ROOT
from catalog_extract.natives import dataclass_fields
from catalog_extract.options import Fields

_FOLDERS = {"pipeline": "configs/pipeline", "sampling": "configs/sample"}
_READERS = ("runtime/server_args", "configs/quantization", "configs/pipeline")


def extract(program: Program) -> dict[str, list[dict[str, Any]]]:
    """Return each key with what it sets: the server, the pipeline, the request."""
    fields = Fields(program)
    found: dict[str, set[str]] = {}
    for name in dataclass_fields(program, fields.classes["server"]):
        found.setdefault(name, set()).add("server")
    for name in _read_names(program):
        found.setdefault(name, set()).add("server")
    for kind, folder in _FOLDERS.items():
        for name in _class_names(program, folder):
            found.setdefault(name, set()).add(kind)
    names = sorted(name for name in found if not name.startswith("_") and not name.isupper())
    return {"all": [{"name": name, "of": sorted(found[name])} for name in names]}


def _trees(program: Program, folder: str) -> list[ast.Module]:
    """Return the sources whose path in the package begins so."""
    root = ROOT.replace(".", "/")
    return [ast.parse(program.wheel.read(file)) for file in program.wheel.under(f"{root}/{folder}")]


def _class_names(program: Program, folder: str) -> set[str]:
    """Return every name that a class of a folder gives its objects."""
    names: set[str] = set()
    for tree in _trees(program, folder):
        for node in ast.walk(tree):
            for one in node.body if isinstance(node, ast.ClassDef) else ():
                targets: list[ast.expr] = one.targets if isinstance(one, ast.Assign) else []
                targets = [one.target] if isinstance(one, ast.AnnAssign) else targets
                names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


def _read_names(program: Program) -> set[str]:
    """Return the keys that the readers of the file ask for by name."""
    names: set[str] = set()
    for folder in _READERS:
        for tree in _trees(program, folder):
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "kwargs.get":
                    constants = [one.value for one in node.args if isinstance(one, ast.Constant)]
                    names |= {one for one in constants if isinstance(one, str)}
    return names

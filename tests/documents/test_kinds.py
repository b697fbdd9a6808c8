"""Which kind a file is, by its name and its text."""

from __future__ import annotations

import importlib

import pytest

from sgdlint.documents import kinds
from sgdlint.documents.kinds import KINDS, READERS, kind_of, kind_of_found

POD = "apiVersion: v1\nkind: Pod\n"


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("run.sh", POD, "shell"),
        ("run", "", "shell"),
        ("notes.txt", "", "shell"),
        ("pod.yaml", POD, "kubernetes"),
        ("C:\\deploy\\POD.YML", POD, "kubernetes"),
        ("pod.yaml", "# kind: Pod\napiVersion: v1\n", ""),
        ("pod.yaml", "kind: Pod\n", ""),
        ("pod.yaml", "#" * kinds.LOOKED_AT + "\n" + POD, ""),
        ("values.yaml", "image: lmsysorg/sglang\n", ""),
        ("package.json", "{}", "json"),
        (".vscode/tasks.json", POD, "json"),
        ("src/launch.py", POD, "python"),
        ("run.ipynb", "{}", "notebook"),
        ("docs/Guide.MD", "", "markdown"),
        ("guide.mdx", POD, "markdown"),
        ("guide.rst", "", "rst"),
        ("guide.adoc", "", "asciidoc"),
    ],
)
def test_kind_of(path: str, text: str, kind: str) -> None:
    assert kind_of(path, text) == kind


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("run.sh", "", "shell"),
        ("run", "#!/usr/bin/env bash\n", "shell"),
        ("run.command", "\ufeff#!/bin/sh\n", "shell"),
        ("run", "", "none"),
        ("notes.txt", "", "none"),
        ("pod.yaml", POD, "kubernetes"),
    ],
)
def test_kind_of_what_is_found(path: str, text: str, kind: str) -> None:
    assert kind_of_found(path, text) == kind


def test_each_kind_has_a_reader() -> None:
    assert set(KINDS) == {"shell", *READERS}
    for module in READERS.values():
        assert callable(importlib.import_module(f"sgdlint.documents.{module}").read)


def test_the_tables_name_kinds() -> None:
    named = {*kinds.NAMES.values(), *(row[-1] for row in (*kinds.FOLDERS, *kinds.BEGINNINGS))}
    named |= {row[-1] for row in kinds.ENDINGS} | {row[0] for row in kinds.TEXTS}
    assert named <= set(KINDS)

"""The hooks, run by the real pre-commit from this very repository in a temporary one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from identify import identify

from sgdlint.documents.kinds import NONE, kind_of_found

HOOKS = Path(__file__).resolve().parent.parent / ".pre-commit-hooks.yaml"
PACKAGE = ("sgdlint", "rules.d", "grammar")
PACKED = (".pre-commit-hooks.yaml", "LICENSE", "README.md", "pyproject.toml")
BAD = "sglang serve --model-path Qwen/Qwen-Image --num_gpus 2\n"
GOOD = BAD.replace("num_gpus", "num-gpus")

Run = Callable[..., subprocess.CompletedProcess[str]]

LAUNCHES = {
    "run.sh": BAD,
    "bin/serve": "#!/usr/bin/env bash\n" + BAD,
    "job.slurm": "#!/bin/bash\n#SBATCH -N 1\n" + BAD,
    "Dockerfile": f"FROM lmsysorg/sglang:v0.5.23\nRUN {BAD}",
    "images/Containerfile.gpu": f"FROM lmsysorg/sglang:v0.5.23\nRUN {BAD}",
    "Makefile": f"serve:\n\t{BAD}",
    "justfile": f"serve:\n    {BAD}",
    "Procfile": f"web: {BAD}",
    "README.md": f"# Run\n\n```sh\n{BAD}```\n",
    "docs/run.rst": f"Run\n===\n\n.. code-block:: bash\n\n   {BAD}",
    "docs/run.adoc": f"[source,bash]\n----\n{BAD}----\n",
    "compose.yaml": f"services:\n  a:\n    image: lmsysorg/sglang:v0.5.23\n    command: {BAD}",
    ".github/workflows/ci.yml": (
        f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: {BAD}"
    ),
    ".gitlab-ci.yml": f"a:\n  script:\n    - {BAD}",
    "app.service": f"[Service]\nExecStart=/usr/bin/{BAD}",
    "launch.py": f"import os\n\nos.system({BAD.strip()!r})\n",
    "package.json": json.dumps({"scripts": {"serve": BAD.strip()}}),
    "guide.ipynb": json.dumps(
        {
            "cells": [
                {"cell_type": "code", "metadata": {}, "outputs": [], "source": ["!" + BAD.strip()]}
            ],
            "metadata": {"language_info": {"name": "python"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    ),
}
"""A file of each kind with one bad launch."""


def hooks() -> dict[str, dict[str, object]]:
    """Return the hooks by their ids."""
    return {hook["id"]: hook for hook in yaml.safe_load(HOOKS.read_text())}


# --- without an installation ----------------------------------------------------------------------


@pytest.mark.parametrize("name", LAUNCHES)
def test_pre_commit_passes_on_each_kind_of_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(LAUNCHES[name])
    assert kind_of_found(name, LAUNCHES[name]) != NONE
    tags = identify.tags_from_path(str(path))
    for hook in hooks().values():
        assert hook["types"] == ["text"]
        assert {"types", "files", "exclude_types", "types_or"} & hook.keys() == {"types"}
    assert "text" in tags


@pytest.mark.parametrize("name", ["weights.safetensors", "out.png", "clip.mp4"])
def test_pre_commit_passes_on_no_binary_file(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"\x89PNG\r\n\x1a\n\0sglang serve")
    assert "text" not in identify.tags_from_path(str(tmp_path / name))


# --- with one -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def repository(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a git repository with what of this checkout makes the package, as it stands now."""
    place = tmp_path_factory.mktemp("hooks") / "sgdlint"
    place.mkdir()
    for name in PACKED:
        shutil.copy(root / name, place / name)
    ignored = shutil.ignore_patterns("__pycache__")
    for name in PACKAGE:
        shutil.copytree(root / name, place / name, ignore=ignored)
    git(place, "init", "--quiet")
    git(place, "add", "--all")
    git(place, "commit", "--quiet", "--message", "the package")
    return place


@pytest.fixture(scope="module", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep git's settings, its hooks' variables and the environments of pre-commit apart."""
    place = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith(("GIT_", "PRE_COMMIT")) or name in ("PYTHONPATH", "PYTHONHOME"):
                patch.delenv(name)
        patch.setenv("PRE_COMMIT_HOME", str(place / "pre-commit"))
        patch.setenv("GIT_CONFIG_GLOBAL", str(place / "gitconfig"))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        for role in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{role}_NAME", "a")
            patch.setenv(f"GIT_{role}_EMAIL", "a@example.org")
        yield


def git(folder: Path, *words: str) -> str:
    """Run git, which must succeed."""
    command = ["git", "-C", str(folder), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def project(repository: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Return what makes a project whose commits a hook watches over."""

    def make(hook: str) -> Path:
        revision = git(repository, "rev-parse", "HEAD").strip()
        told = {"repo": str(repository), "rev": revision, "hooks": [{"id": hook}]}
        git(tmp_path, "init", "--quiet")
        (tmp_path / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [told]}))
        git(tmp_path, "add", "--all")
        git(tmp_path, "commit", "--quiet", "--message", "empty")
        assert pre_commit(tmp_path, "install").returncode == 0
        return tmp_path

    return make


def pre_commit(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run pre-commit."""
    command = [sys.executable, "-m", "pre_commit", *words, "--color=never"]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)


def commit(folder: Path) -> subprocess.CompletedProcess[str]:
    """Commit everything, if the hook lets it pass."""
    git(folder, "add", "--all")
    command = ["git", "commit", "--message", "launches"]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)


@pytest.mark.packaging
def test_a_bad_launch_is_refused_and_the_fixed_one_passes(
    project: Callable[[str], Path],
) -> None:
    folder = project("sgdlint")
    before = git(folder, "rev-parse", "HEAD")
    (folder / "run.sh").write_text(BAD)
    refused = commit(folder)
    told = refused.stdout + refused.stderr
    assert refused.returncode == 1, told
    assert "sgdlint check" in told
    assert "run.sh:1:43: error SGD206 underscore-in-option" in told
    assert git(folder, "rev-parse", "HEAD") == before
    (folder / "run.sh").write_text(GOOD)
    passed = commit(folder)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert git(folder, "rev-parse", "HEAD") != before


@pytest.mark.packaging
def test_a_bad_launch_is_mended_in_all_kinds_of_files(project: Callable[[str], Path]) -> None:
    folder = project("sgdlint-fix")
    for name, text in LAUNCHES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    refused = commit(folder)
    told = refused.stdout + refused.stderr
    assert refused.returncode == 1, told
    assert "files were modified by this hook" in told
    for name, text in LAUNCHES.items():
        assert (folder / name).read_text() == text.replace("num_gpus", "num-gpus")
    passed = commit(folder)
    assert passed.returncode == 0, passed.stdout + passed.stderr


@pytest.mark.packaging
def test_all_files_of_a_project(project: Callable[[str], Path]) -> None:
    folder = project("sgdlint")
    for name, text in LAUNCHES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    git(folder, "add", "--all")
    found = pre_commit(folder, "run", "--all-files", "sgdlint")
    assert found.returncode == 1, found.stdout + found.stderr
    assert [name for name in LAUNCHES if f"\n{name}:" not in found.stdout] == []


@pytest.mark.packaging
def test_the_hooks_can_be_tried_without_a_configuration(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "run.sh").write_text(BAD)
    git(tmp_path, "add", "--all")
    found = pre_commit(tmp_path, "try-repo", str(repository), "sgdlint", "--all-files")
    assert found.returncode == 1, found.stdout + found.stderr
    assert "SGD206" in found.stdout

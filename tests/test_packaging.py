"""The package as users get it: built, installed in an empty environment, run from elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.packaging

WAYS = ("wheel", "folder", "editable")
SHOW_PLACES = """
import os, sgdlint.resources, sgdlint
for name in ("grammar", "rules.d"):
    print(sorted(os.listdir(sgdlint.resources.find(name))))
print(os.path.dirname(sgdlint.__file__))
"""


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command with nothing of this checkout in its environment."""
    mine = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    environment = {name: value for name, value in os.environ.items() if name not in mine}
    words = [str(word) for word in command]
    return subprocess.run(
        words, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def done(*command: str | Path, cwd: Path) -> str:
    """Run a command that must succeed and return what it printed."""
    process = run(*command, cwd=cwd)
    assert process.returncode == 0, process.stdout + process.stderr
    return process.stdout


@pytest.fixture(scope="session")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a wheel built from a source distribution built from the checkout."""
    folder = tmp_path_factory.mktemp("dist")
    done(sys.executable, "-m", "build", "--outdir", folder, root, cwd=folder)
    assert len(list(folder.glob("*.tar.gz"))) == 1
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session", params=WAYS)
def installed(
    request: pytest.FixtureRequest, root: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return the `bin` folder of an environment that holds sgdlint and what it needs, no more."""
    folder = tmp_path_factory.mktemp(request.param)
    venv.create(folder / "venv", with_pip=True)
    scripts = folder / "venv" / "bin"
    source = request.getfixturevalue("wheel") if request.param == "wheel" else root
    how = ["--editable"] if request.param == "editable" else []
    done(scripts / "python", "-m", "pip", "install", "--quiet", *how, source, cwd=folder)
    return scripts


def wanted(root: Path, folder: str, pattern: str) -> set[str]:
    """Return the files below a folder of the checkout, relative to its top."""
    return {str(path.relative_to(root)) for path in (root / folder).rglob(pattern)}


def test_the_wheel_holds_the_code_its_data_and_nothing_else(wheel: Path, root: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    package = {name for name in wanted(root, "sgdlint", "*.*") if ".pyc" not in name}
    package = {name for name in package if "__pycache__" not in name}
    moved = wanted(root, "rules.d", "*.*") | wanted(root, "grammar", "*.*")
    assert names == package | {f"sgdlint/{name}" for name in moved}
    assert {"sgdlint/py.typed", "sgdlint/grammar/condition.lark"} <= names


def test_the_folders_are_found_where_they_were_installed(
    installed: Path, root: Path, tmp_path: Path
) -> None:
    grammar, rules, place = done(installed / "python", "-c", SHOW_PLACES, cwd=tmp_path).splitlines()
    assert grammar == str(sorted(os.listdir(root / "grammar")))
    assert rules == str(sorted(os.listdir(root / "rules.d")))
    assert Path(place) == root / "sgdlint" or installed.parent in Path(place).parents


@pytest.mark.parametrize("name", ["wan22-8gpu.sh", "qwen-image-serve.sh"])
def test_check_finds_the_faults_of_an_example(
    name: str, installed: Path, examples: Path, tmp_path: Path
) -> None:
    process = run(installed / "sgdlint", "check", examples / name, cwd=tmp_path)
    assert process.returncode == 1, process.stdout + process.stderr
    assert name in process.stdout
    assert "SGD" in process.stdout


def test_check_accepts_the_clean_example(installed: Path, examples: Path, tmp_path: Path) -> None:
    done(installed / "sgdlint", "check", examples / "qwen-image-batch.sh", cwd=tmp_path)


def test_rules_and_module_run(installed: Path, tmp_path: Path) -> None:
    listing = done(installed / "sgdlint", "rules", cwd=tmp_path)
    assert "SGD" in listing
    assert done(installed / "python", "-m", "sgdlint", "rules", cwd=tmp_path) == listing


def test_the_hooks_name_commands_that_exist(installed: Path, root: Path, tmp_path: Path) -> None:
    script = tmp_path / "plain.sh"
    script.write_text("echo nothing to see\n")
    hooks = yaml.safe_load((root / ".pre-commit-hooks.yaml").read_text())
    assert [hook["id"] for hook in hooks] == ["sgdlint", "sgdlint-fix"]
    for hook in hooks:
        program, *arguments = hook["entry"].split()
        done(installed / program, *arguments, script, cwd=tmp_path)

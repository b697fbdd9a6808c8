"""What may import what, and what a plain `check` may load."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# From the top down; a part imports from its own layer or from those after it.
LAYERS = (
    {"cli", "__main__"},
    {"api", "lsp"},
    {"preflight"},
    {
        "fixing",
        "suppressing",
        "expanding",
        "recommending",
        "asking",
        "effective",
        "viewing",
        "perf",
        "bench",
        "benching",
    },
    {"log"},
    {"checking"},
    {"showing", "outputs"},
    {
        "usage",
        "writing",
        "baselining",
        "changes",
        "files",
        "discovery",
        "looking",
        "progress",
        "ignores",
        "installed",
        "rulebook",
        "packing",
        "rulepack",
        "ruletest",
        "newrule",
        "story",
        "known",
        "expanded",
        "recommended",
        "fragments",
    },
    {"arguments"},
    {
        "linter",
        "mentions",
        "repeats",
        "untexted",
        "scripts",
        "surroundings",
        "samegpus",
        "fixer",
        "migration",
        "differences",
        "counterparts",
        "neighbours",
        "recommend",
        "tuning",
        "directives",
        "sharing",
        "assumed",
        "chosen",
        "evidence",
        "beside",
        "checkouts",
        "doubts",
        "pins",
        "several",
        "sequence",
        "stated",
        "variants",
        "ways",
        "together",
        "shown",
        "silenced",
        "baseline",
        "silencing",
        "places",
        "suppressions",
    },
    {"formatters", "rules", "launch", "documents", "settings"},
    {"shell", "catalog", "hardware"},
    {"source", "finding", "nearest", "record", "resources", "configs", "quick", "pages"},
)
# Each third-party library has one place; scripts, which users never run, may use them too.
PLACES = {
    "lark": {"rules"},
    "yaml": {"rules", "configs", "documents", "settings"},  # with places, and within bounds
    "rich": {"formatters"},
    "pynvml": {"hardware"},
    "pygls": {"lsp"},  # for editors alone
    "lsprotocol": {"lsp"},
    "pathspec": {
        "ignores",
        "settings",
    },  # when a folder has a .gitignore, or settings have patterns
    "tomli": {"settings"},  # before Python 3.11
    "tomllib": {"settings"},  # since then a module of Python itself
}
# A plain check loads none of these: the first line costs time, the second reaches outside, and
# the third would run or load what nobody asked for.
HEAVY = "argparse ast dataclasses glob importlib.metadata inspect lark logging pathlib rich"
HEAVY += " pathspec shutil tempfile textwrap typing typing_extensions urllib.parse yaml zipfile"
HEAVY += " asyncio lsprotocol pygls"
OUTSIDE = "ctypes http pynvml socket ssl subprocess"
UNASKED = "hypothesis jsonschema multiprocessing pickle pytest unittest"
FORBIDDEN = f"{HEAVY} {OUTSIDE} {UNASKED}".split()

# A script with one launch, of which there is nothing to say.
ORDINARY = """\
#!/usr/bin/env bash
set -euo pipefail
cd "$(dirname "$0")"
MODEL=${MODEL:-Qwen/Qwen-Image}
GPUS=4
export HF_HOME="${HF_HOME:-$HOME/.cache/huggingface}"

log() {
  printf '%s %s\\n' "$(date +%T)" "$*" >&2
}

if [ ! -d "$HF_HOME" ]; then
  mkdir -p "$HF_HOME"
fi
nvidia-smi --query-gpu=name --format=csv,noheader | head -n 1
log "starting $MODEL on $GPUS GPUs"
sglang serve \\
  --model-path "$MODEL" \\
  --num-gpus "$GPUS" \\
  --ulysses-degree 2 \\
  --ring-degree 2 \\
  --port 30000 >server.log 2>&1 &
until curl -fsS "http://127.0.0.1:30000/health" >/dev/null; do
  sleep 2
done
"""
# What is for other scripts, for findings, for fixes, for people who ask.
OTHERS = """
    catalog.dynamic catalog.history catalog.keys catalog.limits catalog.memory catalog.models
    configs counterparts differences documents.kubernetes documents.region documents.yaml_tree
    expanding fixer fixing
    launch.components launch.configuration launch.grants launch.inputs launch.misread
    launch.nearby launch.passing launch.shells launch.strays launch.texts launch.torn
    migration nearest packing rules.attention rules.edits rules.events rules.memory rules.needs
    rules.origins ruletest sequence several sharing
    baseline baselining silenced silencing suppressing suppressions places
    shell.arithmetic shell.bracing shell.conditions shell.editing shell.filters shell.getopts
    shell.evaluator shell.globs shell.heredocs shell.matching shell.options shell.patching
    shell.reading shell.recovery
    shell.regexes shell.sourcing shell.transforms shell.unsetting
    story together ways writing
"""
NOT_ORDINARY = OTHERS.split()
MOST_MODULES = 115
"""So many of ours an ordinary script may load: each takes its time to be found, small or not."""

PACKAGE = Path(__file__).resolve().parent.parent / "sgdlint"
MODULES = sorted(path for path in PACKAGE.rglob("*.py"))


def part_of(module: str) -> str:
    """Return the first name below `sgdlint`, or "" for the package itself."""
    return module.partition(".")[2].partition(".")[0]


def module_name(path: Path) -> str:
    """Return the dotted name of a file of the package."""
    name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    return name.removesuffix(".__init__")


def imports(path: Path) -> Iterator[str]:
    """Yield the dotted name of everything that a file imports, at any depth."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}:{node.lineno}: imports are absolute here"
            module = node.module or ""
            if module == "sgdlint":
                yield from (f"sgdlint.{alias.name}" for alias in node.names)
            else:
                yield module


def layer(part: str) -> int:
    """Return the number of a part's layer, 0 at the top; the package itself is below all."""
    numbers = [number for number, parts in enumerate(LAYERS) if part in parts]
    return numbers[0] if numbers else len(LAYERS)


def part_imports() -> set[tuple[str, str]]:
    """Return every pair of different parts of which the first imports the second.

    The package itself names what its users may import, and imports none of it.
    """
    pairs: set[tuple[str, str]] = set()
    for path in MODULES:
        part = part_of(module_name(path))
        if not part:
            continue
        inside = [name for name in imports(path) if name.split(".")[0] == "sgdlint"]
        pairs.update((part, part_of(name)) for name in inside)
    return {(above, below) for above, below in pairs if above != below}


def test_every_part_has_a_layer() -> None:
    parts = {part_of(module_name(path)) for path in MODULES} - {""}
    assert parts <= set().union(*LAYERS)


def test_imports_point_down() -> None:
    assert [pair for pair in sorted(part_imports()) if layer(pair[0]) > layer(pair[1])] == []


def test_parts_of_one_layer_do_not_import_each_other_in_a_circle() -> None:
    below: dict[str, set[str]] = {}
    for importer, imported in part_imports():
        below.setdefault(importer, set()).add(imported)
    reached = {part: set(direct) for part, direct in below.items()}
    for _ in reached:
        for seen in reached.values():
            seen.update(*(below.get(part, set()) for part in set(seen)))
    assert [part for part, seen in reached.items() if part in seen] == []


@pytest.mark.parametrize("library", PLACES)
def test_a_third_party_library_has_one_place(library: str) -> None:
    users = {
        part_of(module_name(path))
        for path in MODULES
        if any(name.split(".")[0] == library for name in imports(path))
    }
    assert users <= PLACES[library]


def test_no_other_library_is_imported() -> None:
    names = {name.split(".")[0] for path in MODULES for name in imports(path)}
    # `typing_extensions` is imported for the type checker only.
    assert names - sys.stdlib_module_names - PLACES.keys() <= {"sgdlint", "typing_extensions"}


def loaded_by(statement: str) -> set[str]:
    """Return the modules that a fresh interpreter has loaded after a statement."""
    show = "import sys; print('\\n' + '\\n'.join(sys.modules), file=sys.stderr)"
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    command = [sys.executable, "-c", f"{statement}\n{show}"]
    done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


def check_statement(*arguments: str) -> str:
    """Return the statement that runs `sgdlint check` as the console script does."""
    argv = json.dumps(["check", *arguments])
    return f"from sgdlint.cli import main\nassert main({argv}) in (0, 1)"


@pytest.mark.parametrize("options", [(), ("--format", "json"), ("--gpu", "H100", "--gpus", "8")])
def test_a_plain_check_loads_nothing_heavy(options: tuple[str, ...], examples: Path) -> None:
    # The first run may build what later runs load.
    statement = check_statement(*options, *map(str, sorted(examples.glob("*.sh"))))
    loaded_by(statement)
    loaded = loaded_by(statement) - loaded_by("pass")
    assert loaded & set(FORBIDDEN) == set()
    assert "sgdlint.linter" in loaded


def test_a_folder_without_patterns_of_git_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "run.sh").write_text("sglang serve --model-path Qwen/Qwen-Image\n")
    statement = check_statement(str(tmp_path))
    loaded = loaded_by(statement) - loaded_by("pass")
    assert "sgdlint.launch.build" in loaded
    assert loaded & set(FORBIDDEN) == set()


def test_files_that_are_named_load_nothing_to_find_files(examples: Path) -> None:
    loaded = loaded_by(check_statement(str(examples / "qwen-image-batch.sh")))
    unasked = ("discovery", "ignores", "looking", "mentions")
    assert loaded & {f"sgdlint.{name}" for name in unasked} == set()


def test_a_file_without_sglang_loads_no_shell_and_no_rules(tmp_path: Path) -> None:
    path = tmp_path / "plain.sh"
    path.write_text("for i in 1 2; do echo $i; done\n")
    loaded = loaded_by(check_statement(str(path)))
    assert "sgdlint.checking" in loaded
    parts = ("launch", "linter", "rulepack", "rules", "shell", "shown", "catalog.options")
    assert [
        name for name in loaded if name.startswith(tuple(f"sgdlint.{one}" for one in parts))
    ] == []


def test_an_ordinary_script_loads_what_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "serve.sh"
    path.write_text(ORDINARY)
    loaded = loaded_by(check_statement(str(path)))
    ours = {name.removeprefix("sgdlint.") for name in loaded if name.startswith("sgdlint.")}
    assert {"shell.interpreter", "rules.engine"} <= ours
    assert ours.intersection(NOT_ORDINARY) == set()
    assert "math" not in loaded
    assert len(ours) <= MOST_MODULES, sorted(ours)


def test_what_an_ordinary_script_does_not_need_exists() -> None:
    assert {f"sgdlint.{name}" for name in NOT_ORDINARY} <= set(map(module_name, MODULES))


def tables_read(path: Path) -> set[str]:
    """Return the tables of the catalog that a check of a path reads."""
    read = "from sgdlint.catalog import tables\nprint(*tables._texts)"
    statement = f"{check_statement(str(path))}\n{read}"
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    command = [sys.executable, "-c", statement]
    done = subprocess.run(command, check=True, env=environment, capture_output=True, text=True)
    return set(done.stdout.splitlines()[-1].split())


def test_a_plain_check_reads_no_tables_that_only_people_ask_for(examples: Path) -> None:
    tables = tables_read(examples)
    assert "options" in tables
    unasked = {"places", "attention", "attention_marks", "backends", "pipelines"}
    assert tables & unasked == set()


def test_an_ordinary_script_reads_nothing_about_models(tmp_path: Path) -> None:
    path = tmp_path / "serve.sh"
    path.write_text(ORDINARY)
    tables = tables_read(path)
    assert "options" in tables
    assert tables & {"families", "sampling", "weights", "keys", "gpus", "registry"} == set()

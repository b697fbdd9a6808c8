"""`check --add-suppressions`: what it writes silences what is found, and the same runs."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
import yaml

from sgdlint import rulepack
from sgdlint.cli import main
from sgdlint.documents import kinds
from sgdlint.linter import Options, check
from sgdlint.silencing import Silencer, problem_of
from sgdlint.source import Nearby, Source

sys.path.insert(0, str(Path(__file__).parent))
from test_scenarios import SCENARIOS, sections

RUN = "sglang serve --model-path Qwen/Qwen-Image"
BAD = f"{RUN} --num_gpus 2"
MARK = "sgdlint: ignore[SGD206]"


def run(*words: str) -> tuple[int, str, str]:
    """Run sgdlint; return its status and what it printed."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main(list(words))
    return status, out.getvalue(), err.getvalue()


def silenced(text: str, path: str = "run.sh", reason: str = "") -> str:
    """Return a text with suppressions."""
    options = Options(sglang="0.5.20")
    done = Silencer(lambda it: check(it, rulepack.load(), options), "", reason)
    return done.silence(Source(path, text)).report.source.text


ROWS = [
    ("run.sh", f"a\n  {BAD}\n", f"a\n  # {MARK}\n  {BAD}\n"),
    ("run.sh", f"a\r\n{BAD}\r\n", f"a\r\n# {MARK}\r\n{BAD}\r\n"),
    ("run.sh", BAD, f"# {MARK}\n{BAD}"),
    ("run.sh", f"cd x && \\\n  {BAD}\n", f"# {MARK}\ncd x && \\\n  {BAD}\n"),
    ("run.sh", f"X='\n'; {BAD}\n", f"X='\n'; {BAD}  # {MARK}\n"),
    ("run.sh", f"ssh h <<X\n{BAD}\nX\n", f"# {MARK}\nssh h <<X\n{BAD}\nX\n"),
    (
        "run.sh",
        f"{BAD} --ring-degre 2\n",
        f"# sgdlint: ignore[SGD206, SGD208]\n{BAD} --ring-degre 2\n",
    ),
    (
        "run.sh",
        f"# sgdlint: ignore[SGD208] short\n{BAD} --ring-degre 2\n",
        f"# sgdlint: ignore[SGD208] short\n# {MARK}\n{BAD} --ring-degre 2\n",
    ),
    (
        "compose.yaml",
        f"services:\n  a:\n    command: >\n      {RUN}\n      --num_gpus 2\n",
        f"services:\n  a:\n    # {MARK}\n    command: >\n      {RUN}\n      --num_gpus 2\n",
    ),
    ("Dockerfile", f"FROM a\nRUN a && \\\n  {BAD}\n", f"FROM a\n# {MARK}\nRUN a && \\\n  {BAD}\n"),
    ("Makefile", f"a:\n\t@{BAD}\n", f"a:\n# {MARK}\n\t@{BAD}\n"),
    ("justfile", f"a:\n  {BAD}\n", f"a:\n  # {MARK}\n  {BAD}\n"),
    ("a.service", f"[Service]\nExecStart={BAD}\n", f"[Service]\n# {MARK}\nExecStart={BAD}\n"),
    ("a.md", f"- ```sh\n  {BAD}\n  ```\n", f"- ```sh\n  # {MARK}\n  {BAD}\n  ```\n"),
    ("a.md", f"a\n\n```sh\n{BAD}\n```\n", f"a\n\n<!-- {MARK} -->\n```sh\n{BAD}\n```\n"),
    ("a.md", f"a `{BAD} --port 1` b\nc\n", f"a `{BAD} --port 1` b  <!-- {MARK} -->\nc\n"),
    ("a.mdx", f"```sh\n{BAD}\n```\n", f"{{/* {MARK} */}}\n```sh\n{BAD}\n```\n"),
    ("a.adoc", f"----\n{BAD}\n----\n", f"// {MARK}\n----\n{BAD}\n----\n"),
    ("a.rst", f"Do::\n\n   {BAD}\n", f".. {MARK}\n\nDo::\n\n   {BAD}\n"),
    (
        "a.py",
        f"import os\nos.system('''\n{BAD}\n''')\n",
        f"import os\n# {MARK}\nos.system('''\n{BAD}\n''')\n",
    ),
    ("a.jsonc", f'{{\n  "command": "{BAD}"\n}}', f'{{\n  // {MARK}\n  "command": "{BAD}"\n}}'),
    ("a.json", f'{{\n  "command": "{BAD}"\n}}', f'{{\n  "command": "{BAD}"\n}}'),
]


@pytest.mark.parametrize(("path", "before", "after"), ROWS)
def test_where_comments_stand(path: str, before: str, after: str) -> None:
    assert silenced(before, path) == after
    assert silenced(after, path) == after


CELLS = [
    ("indented", {"source": [f"!{BAD}\n", "x = 1"]}),
    ("indented", {"source": ["%%bash\n", "cd x\n", f"{RUN} \\\n", "  --num_gpus 2"]}),
    ("indented", {"source": f"%%bash\ncd x\n{RUN} \\\n  --num_gpus 2\n"}),
    ("in one line", {"source": ["%%bash\n", f"{RUN} \\\n", "  --num_gpus 2"]}),
]


@pytest.mark.parametrize(("layout", "cell"), CELLS)
def test_notebooks(layout: str, cell: dict[str, object]) -> None:
    book = {"cells": [{"cell_type": "code", **cell}], "nbformat": 4}
    text = json.dumps(book, indent=1 if layout == "indented" else None)
    after = silenced(text, "a.ipynb", 'so "called"')
    lines = "".join(json.loads(after)["cells"][0]["source"]).splitlines()
    assert f'# {MARK} so "called"' in lines
    lines.remove(f'# {MARK} so "called"')
    assert lines == "".join(book["cells"][0]["source"]).splitlines()  # type: ignore[index]
    assert silenced(after, "a.ipynb") == after


class Beside(Nearby):
    """The files of a scenario."""

    def __init__(self, files: dict[str, str], folder: str) -> None:
        self.files = files
        self.folder = folder

    def read(self, path: str) -> str | None:
        return self.files.get(os.path.normpath(os.path.join(self.folder, path)))


FILES = [
    pytest.param(
        {name: text for kind, name, text in parts if kind == "file"}, file, id=f"{one.stem}-{file}"
    )
    for one in SCENARIOS
    for parts in [sections(one.read_text(encoding="utf-8"))]
    for file in [name for kind, name, _ in parts if kind == "file"]
    if not file.endswith((".toml", ".lock", ".txt"))
]


@pytest.mark.parametrize(("files", "path"), FILES)
def test_nothing_is_found_and_the_same_runs(
    files: dict[str, str], path: str, tmp_path: Path
) -> None:
    near = Beside(files, os.path.dirname(path))
    source = Source(path, files[path], near=near)
    options = Options()
    done = Silencer(lambda it: check(it, rulepack.load(), options), "", "known").silence(source)
    kind, before, after = kinds.kind_of(path, source.text), source.text, done.report.source.text
    if kind != "env" and not path.endswith(".json"):
        failing = [one for one in done.left if one.severity in ("error", "warning")]
        assert [one.code for one in failing if "never closed" not in one.message] == []
    if before == after:
        return
    assert done.comments > 0
    kept = [line for line in after.splitlines() if "sgdlint: ignore" not in line]
    written = [line for line in before.splitlines() if "sgdlint: ignore" not in line]
    if kind != "notebook" and len(after.splitlines()) - len(before.splitlines()) == done.comments:
        assert kept == written
    if kind == "shell":
        assert bash(before) == bash(after)
    if path.endswith((".yaml", ".yml")) and "{{" not in before:
        assert events(before) == events(after)
    if path.endswith(".py"):
        assert compiled(before) == compiled(after)
    assert expanded(tmp_path / "a", files, path, before) == expanded(
        tmp_path / "b", files, path, after
    )


def bash(text: str) -> bool:
    """Whether bash can read a script."""
    done = subprocess.run(["bash", "-n"], input=text, text=True, capture_output=True, check=False)
    return done.returncode == 0


def events(text: str) -> list[tuple[object, ...]]:
    """Return what a YAML file says, whatever its tags mean."""
    names = ("anchor", "tag", "value")
    return [
        (type(one).__name__, *(getattr(one, name, None) for name in names))
        for one in yaml.parse(text)
    ]


def compiled(text: str) -> str:
    """Return what Python makes of a module."""
    import ast

    return ast.dump(ast.parse(text))


def expanded(folder: Path, files: dict[str, str], path: str, text: str) -> list[object]:
    """Return what `expand` tells of a file, without where it stands."""
    for name, body in {**files, path: text}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(body, encoding="utf-8")
    before = os.getcwd()
    os.chdir(folder)
    try:
        _, out, _ = run("expand", "--format", "json", path)
    finally:
        os.chdir(before)
        shutil.rmtree(folder)
    return [without_places(one) for one in json.loads(out)["files"][0]["launches"]]


def without_places(thing: object) -> object:
    """Return data without the offsets and line numbers in it."""
    if isinstance(thing, dict):
        return {
            key: without_places(value)
            for key, value in thing.items()
            if key not in ("start", "end", "line", "column", "offset", "because", "when")
        }
    if isinstance(thing, list):
        return [without_places(one) for one in thing]
    return re.sub(r"line \d+", "line", thing) if isinstance(thing, str) else thing


@pytest.mark.parametrize(
    "reason", ["a\nb", " a", "a -->", "costs $5", "{{ x }}", "a\\", "`id`", "a */"]
)
def test_a_reason_that_would_mean_something_is_refused(reason: str) -> None:
    assert problem_of(reason)
    assert run("check", "--add-suppressions", "--reason", reason, "x.sh")[0] == 2


def test_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.sh").write_text(f"{BAD}\n{BAD}\n")
    (tmp_path / "a.json").write_text(json.dumps({"command": BAD}))
    status, out, err = run("check", "--add-suppressions", "--reason", "it's so", "run.sh", "a.json")
    assert status == 1
    assert out.startswith("Silenced 2 findings with 2 comments in 1 file.\na.json:1:")
    assert "a.json: no place for a comment about SGD206 on line 1" in err
    assert (tmp_path / "run.sh").read_text() == f"# {MARK} it's so\n{BAD}\n" * 2
    assert run("check", "run.sh")[0] == 0
    status, out, _ = run("check", "--add-suppressions", "run.sh")
    assert (status, out.startswith("No findings")) == (0, True)


def test_only_the_rules_that_are_selected(tmp_path: Path) -> None:
    path = tmp_path / "run.sh"
    path.write_text(f"{BAD} --ring-degre 2\n")
    assert run("check", "--add-suppressions", "--select", "SGD208", str(path))[0] == 0
    assert path.read_text() == f"# sgdlint: ignore[SGD208]\n{BAD} --ring-degre 2\n"


def test_settings_that_ask_for_reasons(tmp_path: Path) -> None:
    (tmp_path / "sgdlint.toml").write_text("require-reasons = true\n")
    path = tmp_path / "run.sh"
    path.write_text(f"{BAD}\n")
    status, _, err = run("check", "--add-suppressions", str(path))
    assert status == 2
    assert "sgdlint.toml:1: suppressions need a reason" in err
    assert path.read_text() == f"{BAD}\n"
    assert run("check", "--add-suppressions", "--reason", "so", str(path))[0] == 0


def test_options_that_do_not_go_together() -> None:
    assert run("check", "--add-suppressions", "--command", BAD)[0] == 2
    assert run("check", "--reason", "x", "run.sh")[0] == 2
    assert run("check", "--add-suppressions", "--diff-base", "HEAD", "run.sh")[0] == 2


def test_one_that_cannot_be_silenced_does_not_stop_the_others() -> None:
    good = f"# {MARK}\n{BAD}\n"
    stuck = f"cat > a.sh <<'EOF'\n{BAD}\nEOF\n"
    text = silenced(f"{BAD}\n{stuck}{BAD}\n")
    assert text.startswith(good)
    assert text.endswith(good)

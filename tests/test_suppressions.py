"""Suppressions: what each comment covers, in each language, and what is said of wrong ones."""

from __future__ import annotations

import json

import pytest

from sgdlint import rulepack
from sgdlint.finding import Finding
from sgdlint.fixer import fix
from sgdlint.linter import Options, check
from sgdlint.source import Source

RUN = "sglang serve --model-path Qwen/Qwen-Image"
BAD = f"{RUN} --num_gpus 2"
"""SGD206."""
ON = "# sgdlint: ignore[SGD206] known\n"


def found(text: str, path: str = "run.sh", options: Options | None = None) -> list[Finding]:
    """Return what is found in a text."""
    options = options or Options(sglang="0.5.20")
    report = check(Source(path, text), rulepack.load(), options)
    assert report.failures == ()
    return list(report.findings)


def codes(text: str, path: str = "run.sh") -> list[str]:
    """Return the codes of what is found in a text."""
    return [one.code for one in found(text, path)]


def fixed(text: str, unsafe: bool = False) -> str:
    """Return a text as the fixes leave it."""
    options = Options(sglang="0.5.20")
    return fix(Source("run.sh", text), lambda it: check(it, rulepack.load(), options), unsafe).text


COVERED = [
    pytest.param(f"{ON}{BAD}\n", id="above"),
    pytest.param(f"{BAD} {ON}", id="at the end"),
    pytest.param(f"{ON}# other\n\n{BAD}\n", id="above a comment"),
    pytest.param(f"{ON}cd x && \\\n  exec {BAD}\n", id="above a continuation"),
    pytest.param(f"{ON}A=(\n  --port 1\n  --num_gpus 2\n)\n{RUN} ${{A[@]}}\n", id="above an array"),
    pytest.param(f"A=(\n  --num_gpus 2 {ON})\n{RUN} ${{A[@]}}\n", id="in an array"),
    pytest.param(f"A=(--num_gpus 2)\n{ON}{RUN} ${{A[@]}}\n", id="above what uses it"),
    pytest.param(f"{ON}ssh host <<EOF\ncd x\n{BAD}\nEOF\n", id="above a here-document"),
    pytest.param(f"{ON}bash -c '\n  cd x\n  {BAD}\n'\n", id="above a script in quotes"),
    pytest.param(f"{ON.replace('SGD206', 'SGD2')}{BAD}\n", id="beginning of codes"),
    pytest.param(f"{ON.replace('SGD206', 'underscore-in-option')}{BAD}\n", id="name"),
    pytest.param(f"{BAD}\n{BAD}\n{ON.replace('ignore', 'ignore-file')}", id="file"),
    pytest.param(
        "# sgdlint: ignore-start[SGD206] known\n" + f"{BAD}\n" * 2 + "# sgdlint: ignore-end\n",
        id="range",
    ),
]


@pytest.mark.parametrize("text", COVERED)
def test_covered(text: str) -> None:
    assert codes(text) == []


NOT_COVERED = [
    pytest.param(f"{ON}{BAD}\n{BAD}\n", id="the command behind"),
    pytest.param(f"{ON}for i in 1 2; do\n  {RUN} --num-gpus $i\ndone\n{BAD}\n", id="a loop"),
    pytest.param(
        f"# sgdlint: ignore-start[SGD206] known\n{BAD}\n# sgdlint: ignore-end\n{BAD}\n",
        id="behind a range",
    ),
]


@pytest.mark.parametrize("text", NOT_COVERED)
def test_not_covered(text: str) -> None:
    assert "SGD206" in codes(text)


def test_ranges_nest_and_end_by_their_rules() -> None:
    start, end = "# sgdlint: ignore-start[{}] known\n", "# sgdlint: ignore-end[{}]\n"
    both = f"{RUN} --num_gpus 2 --ring-degre 1\n"
    text = start.format("SGD206") + start.format("SGD208") + both
    text += end.format("SGD206") + both + end.format("SGD208") + both
    lines = [(Source("", text).location(one.span.start)[0], one.code) for one in found(text)]
    assert lines == [(5, "SGD206"), (7, "SGD206"), (7, "SGD208")]


WRONG = [
    (f"# sgdlint: ignore-start[SGD206] known\n{RUN}\n", ["SGD821"], None),
    (f"{RUN}\n# sgdlint: ignore-end\n", ["SGD821"], f"{RUN}\n"),
    (f"{RUN} # sgdlint: ignore-end[SGD206]\n", ["SGD821"], f"{RUN}\n"),
    (f"# sgdlint: ignore-file[SGD206] known\n{RUN}\n", ["SGD802"], f"{RUN}\n"),
    (f"# sgdlint: ignore[SGD2] known\n{RUN}\n", ["SGD802"], f"{RUN}\n"),
    (
        f"# sgdlint: ignore-start[SGD206] known\n{RUN}\n# sgdlint: ignore-end[SGD206]\n",
        ["SGD802"],
        f"{RUN}\n",
    ),
    (
        f"# sgdlint: ignore-start[SGD206, SGD2] x\n{RUN} --num-gpu 2\n# sgdlint: ignore-end\n",
        ["SGD802"],
        f"# sgdlint: ignore-start[SGD2] x\n{RUN} --num-gpu 2\n# sgdlint: ignore-end\n",
    ),
    (
        f"# sgdlint: ignore[unknown-optoin] known\n{RUN} --seeed 1\n",
        ["SGD803", "SGD201"],
        f"# sgdlint: ignore[unknown-option] known\n{RUN} --seeed 1\n",
    ),
    (f"# sgdlint: ignore[SGD999] known\n{RUN}\n", ["SGD803"], None),
]


@pytest.mark.parametrize(("text", "expected", "after"), WRONG)
def test_wrong_ones_are_told_and_fixed(text: str, expected: list[str], after: str | None) -> None:
    assert codes(text) == expected
    if after is not None:
        assert fixed(text) == after
        assert codes(after) == []


def test_the_nearest_rule_is_written_only_where_it_is_found() -> None:
    text = f"# sgdlint: ignore[underscores-in-option] known\n{RUN}\n"
    [one] = found(text)
    assert one.fix is not None
    assert one.fix.applicability == "display"
    assert fixed(text, unsafe=True) == text


def test_a_rule_that_is_not_chosen_makes_no_suppression_unused() -> None:
    text = f"# sgdlint: ignore[SGD206] known\n{RUN}\n"
    assert found(text, options=Options(select=("SGD1", "SGD802"))) == []
    text = text.replace("SGD206", "SGD2")
    assert found(text, options=Options(select=("SGD1", "SGD802"))) == []


def test_what_is_silenced_is_not_fixed() -> None:
    assert fixed(f"{ON}{BAD}\n{BAD}\n") == f"{ON}{BAD}\n{BAD.replace('_', '-')}\n"


LANGUAGES = [
    ("a.yaml", "services:\n  a:\n    {on}\n    command: {bad}\n"),
    ("a.yaml", "services:\n  a:\n    {on}\n    command: >\n      {run}\n      --num_gpus 2\n"),
    ("a.yaml", 'services:\n  a:\n    command: [{words},\n      {on}\n      "--num_gpus", "2"]\n'),
    (
        ".github/workflows/a.yml",
        "jobs:\n  a:\n    steps:\n    - name: a\n      {on}\n      run: |\n        {bad}\n",
    ),
    (
        ".github/workflows/a.yml",
        "jobs:\n  a:\n    steps:\n    - run: |\n        {on}\n        {bad}\n",
    ),
    (".github/workflows/a.yml", 'jobs:\n  a:\n    steps:\n    - run: "{on} \\"a\\"\\n{bad}"\n'),
    ("Dockerfile", "FROM a\n{on}\nRUN cd x && \\\n    {bad}\n"),
    ("Dockerfile", "FROM a\nRUN cd x && \\\n  {on}\n    {bad}\n"),
    ("a.md", "<!-- {mark} -->\n```sh\n{bad}\n```\n"),
    ("a.md", "```sh\n{on}\n{bad}\n```\n"),
    ("a.py", "import os\n{on}\nos.system('''\ncd x\n{bad}\n''')\n"),
    ("Makefile", "a:\n{on}\n\t{bad}\n"),
    ("a.service", "[Service]\n{on}\nExecStart={bad}\n"),
    ("supervisord.conf", "[program:a]\n{on}\ncommand={bad}\n"),
    ("justfile", "a:\n  {on}\n  {bad}\n"),
    ("Procfile", "{on}\nweb: {bad}\n"),
]


@pytest.mark.parametrize(("path", "text"), LANGUAGES)
def test_in_each_language(path: str, text: str) -> None:
    words = ", ".join(f'"{word}"' for word in RUN.split())
    filled = {"bad": BAD, "run": RUN, "words": words}
    assert codes(text.format(on="", mark="", **filled), path) == ["SGD206"]
    on = ON.strip()
    assert codes(text.format(on=on, mark=on.lstrip("# "), **filled), path) == []


@pytest.mark.parametrize("reason", ["known", 'so "called"', "caf\u00e9 \\ \U0001f600"])
@pytest.mark.parametrize("in_lines", [True, False])
@pytest.mark.parametrize("place", ["above", "at the end"])
def test_in_a_cell_that_a_shell_runs(reason: str, in_lines: bool, place: str) -> None:
    on = f"# sgdlint: ignore[SGD206] {reason}\n"
    silenced = [on, f"{RUN} \\\n", " --num_gpus 2\n"]
    if place == "at the end":
        silenced = [f"{RUN} \\\n", f" --num_gpus 2 {on}"]
    script = ["%%bash\n", *silenced, f"{RUN} \\\n", " --num_gpus 2\n"]
    cell = {"cell_type": "code", "source": script if in_lines else "".join(script)}
    text = json.dumps({"cells": [cell], "nbformat": 4}, indent=1)
    assert codes(text, "a.ipynb") == ["SGD206"]
    options = Options(sglang="0.5.20")
    source = Source("a.ipynb", text.replace("SGD206", "SGD201"))
    done = fix(source, lambda it: check(it, rulepack.load(), options)).text
    [left] = json.loads(done)["cells"]
    assert "sgdlint" not in str(left)
    assert (
        "".join(left["source"]).split()
        == f"%%bash {RUN} \\ --num-gpus 2 {RUN} \\ --num-gpus 2".split()
    )
